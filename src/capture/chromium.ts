/**
 * Where a Chromium can be had: the configured one and no other; else one that is installed; else the one in the npm
 * package. Installed ones are named by their binary and not by the script around it, because distributions put
 * flags of their own into the script, and a capture runs with our flags only.
 */
import { access, constants, mkdir, realpath, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isOurs, unpack } from './unpack.ts';

export interface Chromium {
  readonly path: string;
  /** What the loader needs beyond the system's own libraries. */
  readonly libraryPath: string | null;
}

const INSTALLED: readonly string[] = [
  '/usr/lib/chromium/chromium',
  '/usr/lib/chromium-browser/chromium-browser',
  '/usr/lib64/chromium-browser/chromium-browser',
  '/opt/google/chrome/chrome',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** In the order in which they are tried. The package's is unpacked only when it is reached. */
export async function* chromiums(chromiumPath: string | null, home: string): AsyncGenerator<Chromium> {
  if (chromiumPath !== null) {
    yield { path: chromiumPath, libraryPath: null };
    return;
  }
  for (const path of INSTALLED) {
    if (!(await isRunnable(path))) continue;
    yield { path, libraryPath: null };
    break;
  }
  yield* packagedChromium(home);
}

export async function* packagedChromium(home: string): AsyncGenerator<Chromium> {
  const unpacked = await unpack(home, 'browser');
  if (unpacked !== null)
    yield { path: join(unpacked.folder, 'chromium'), libraryPath: join(unpacked.folder, 'lib') };
}

async function isRunnable(path: string): Promise<boolean> {
  // A snap only runs inside its own confinement, which does not allow for another user or a private profile.
  return (await faultOf(path)) === null && !(await realpath(path)).startsWith('/snap');
}

/** What keeps a binary from being run at all, seen without running it; null: nothing that can be seen. */
export async function faultOf(path: string): Promise<string | null> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile() ? null : 'it is no file';
  } catch (error) {
    const denied = error instanceof Error && 'code' in error && error.code === 'EACCES';
    return denied ? 'this user may not run it' : 'there is no such file';
  }
}

/**
 * The folder that holds the browser and the profiles. Another user must be able to reach it when the browser runs
 * as one; where the data folder is closed (below a home, say), a folder of ours beside the temporary ones serves,
 * but only when nobody else made it.
 */
export async function browserHome(dataDir: string, asOther: boolean): Promise<string> {
  const inData = join(dataDir, 'browser');
  if (!asOther || (await isOpenToAll(dataDir))) {
    await mkdir(inData, { recursive: true, mode: 0o755 });
    return inData;
  }
  const aside = join(tmpdir(), `holdfast-browser-${process.getuid?.() ?? 0}`);
  try {
    await mkdir(aside, { mode: 0o755 });
  } catch {
    // It is there already; whether it is ours is asked next.
  }
  if (
    !(await isOurs(aside)) ||
    (await realpath(aside)) !== join(await realpath(tmpdir()), `holdfast-browser-${process.getuid?.() ?? 0}`)
  )
    throw new Error(
      `${aside} was made by someone else. Remove it, or move HOLDFAST_DATA to a folder that other users may enter.`,
    );
  return aside;
}

/** Whether every folder above lets other users pass. */
async function isOpenToAll(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true });
    for (let at = await realpath(folder); ; at = dirname(at)) {
      if (((await stat(at)).mode & 0o001) === 0) return false;
      if (at === dirname(at)) return true;
    }
  } catch {
    return false;
  }
}
