/** Other people's judgement of our bags: the Python program `bagit`, and whatever runs `verify.py`. */
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { COMPILED } from './compiled.ts';
import { areThere, bringPythonTools, pythonTools } from './python-tools.ts';

const run = promisify(execFile);
const TOOLS = pythonTools('bagit==1.9.0');

export async function bringBagit(): Promise<void> {
  await bringPythonTools(TOOLS);
}

export interface Ended {
  readonly code: number;
  readonly said: string;
}

/** A program, its exit code, and all that it said. */
export async function ended(
  program: string,
  args: readonly string[],
  cwd = tmpdir(),
  more: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  try {
    const { stdout, stderr } = await run(program, args, {
      cwd,
      env: { ...TOOLS.environment, ...COMPILED, ...more },
      timeout: 120_000,
      maxBuffer: 64 * 2 ** 20,
    });
    return { code: 0, said: stdout + stderr };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof code !== 'number') throw error;
    return { code, said: stdout + stderr };
  }
}

/** In full: `--fast` lets another file of the same length pass. */
export async function bagitValidates(folder: string): Promise<Ended> {
  if (!(await areThere(TOOLS))) throw new Error(TOOLS.howTo);
  return await ended('python3', ['-m', 'bagit', '--validate', folder]);
}

/** The copy that came with the package, as a stranger would. */
export async function pythonVerifies(folder: string, ...key: readonly string[]): Promise<Ended> {
  return await ended('python3', [`${folder}/verify.py`, folder, ...key]);
}
