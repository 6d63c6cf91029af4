/** Python programs of others that judge us: from PyPI into a folder of `.cache`, beside no other Python package of this machine. */
import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const CACHE = join(import.meta.dirname, '..', '..', '.cache');
const INSTALL_MS = 600_000;

export interface PythonTools {
  /** As pip names them, with their versions. */
  readonly packages: readonly string[];
  readonly folder: string;
  /** How whoever reads it adds them. */
  readonly howTo: string;
  /** For whoever runs them. */
  readonly environment: NodeJS.ProcessEnv;
}

export function pythonTools(...packages: readonly string[]): PythonTools {
  const folder = join(CACHE, `python-${packages.join('-').replaceAll('==', '-')}`);
  return {
    packages,
    folder,
    howTo: `Tests need the Python tools ${packages.join(' and ')}, which were not found. With Python 3.9 or newer and pip, run:
  python3 -m pip install --target ${folder} ${packages.join(' ')}
or let the run do so.`,
    environment: {
      PATH: process.env['PATH'],
      HOME: tmpdir(),
      PYTHONPATH: folder,
      PYTHONDONTWRITEBYTECODE: '1',
    },
  };
}

export async function areThere(tools: PythonTools): Promise<boolean> {
  return await access(tools.folder).then(
    () => true,
    () => false,
  );
}

/** Installs them when they are missing, once. */
export async function bringPythonTools(tools: PythonTools): Promise<void> {
  if (await areThere(tools)) return;
  await mkdir(CACHE, { recursive: true });
  const work = await mkdtemp(join(CACHE, 'python-'));
  try {
    await run('python3', ['-m', 'pip', 'install', '--quiet', '--target', work, ...tools.packages], {
      timeout: INSTALL_MS,
      maxBuffer: 16 * 2 ** 20,
    });
    // One rename: another test run sees all of it or nothing.
    await rename(work, tools.folder);
  } catch (error) {
    if (!(await areThere(tools))) throw new Error(`${tools.howTo}\n${String(error)}`, { cause: error });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
