/** Files that one process alone may read: private keys, and what is remembered beside them. Durable before the answer. */
import { randomUUID } from 'node:crypto';
import { link, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Never over one that is there. False: one is, whole, and stays. */
export async function keepNew(path: string, bytes: string | Uint8Array): Promise<boolean> {
  const draft = await drafted(path, bytes);
  try {
    await link(draft, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    return false;
  } finally {
    await unlink(draft);
  }
  await syncFolder(dirname(path));
  return true;
}

/** In the place of what is there: whoever reads meanwhile reads the one or the other, whole. */
export async function keepNewest(path: string, bytes: string | Uint8Array): Promise<void> {
  const draft = await drafted(path, bytes);
  await rename(draft, path).catch(async (error: unknown) => {
    await unlink(draft);
    throw error;
  });
  await syncFolder(dirname(path));
}

async function drafted(path: string, bytes: string | Uint8Array): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  return draft;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
