/** What somebody does who changes a package and then makes every list of it anew. Written after RFC 8493 alone. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** All files below a folder, sorted. */
export async function filesIn(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

export async function rebag(folder: string): Promise<void> {
  const files = await filesIn(folder);
  const payload = files.filter((path) => path.startsWith('data/'));
  const lengths = await Promise.all(payload.map(async (path) => (await stat(join(folder, path))).size));
  const info = await readFile(join(folder, 'bag-info.txt'), 'utf8');
  const total = lengths.reduce((sum, length) => sum + length, 0);
  await writeFile(
    join(folder, 'bag-info.txt'),
    info.replace(/Payload-Oxum: .*/, `Payload-Oxum: ${total}.${payload.length}`),
  );
  for (const algorithm of ['sha256', 'sha512']) {
    await list(`manifest-${algorithm}.txt`, algorithm, payload);
  }
  const tags = (await filesIn(folder)).filter(
    (path) => !path.startsWith('data/') && !path.startsWith('tagmanifest-'),
  );
  for (const algorithm of ['sha256', 'sha512']) await list(`tagmanifest-${algorithm}.txt`, algorithm, tags);

  async function list(name: string, algorithm: string, paths: readonly string[]): Promise<void> {
    const lines = await Promise.all(
      paths.map(async (path) => {
        const bytes = await readFile(join(folder, path));
        return `${createHash(algorithm).update(bytes).digest('hex')}  ${path}\n`;
      }),
    );
    await writeFile(join(folder, name), lines.join(''));
  }
}
