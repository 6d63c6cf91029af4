/**
 * Other people's judgement of our API: schemathesis reads `/openapi.json`, makes calls of it, right ones and wrong ones, and
 * holds each answer against what was described.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { areThere, bringPythonTools, pythonTools } from './python-tools.ts';

const TOOLS = pythonTools('schemathesis==4.32.5');

/** About 60 MB, once. */
export async function bringSchemathesis(): Promise<void> {
  await bringPythonTools(TOOLS);
}

export interface Asked {
  readonly address: string;
  readonly apiKey: string;
  readonly seed: number;
  readonly examples: number;
  readonly timeoutMs: number;
  /** Of `schemathesis.toml`: what a description cannot say. */
  readonly settings: string;
}

/** Its exit code, and everything that it said. */
export async function askByDescription(
  asked: Asked,
): Promise<{ readonly code: number | null; readonly said: string }> {
  if (!(await areThere(TOOLS))) throw new Error(TOOLS.howTo);
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-schemathesis-'));
  await writeFile(join(folder, 'settings.toml'), asked.settings);
  const child = spawn(
    'python3',
    [
      ['-m', 'schemathesis.cli', '--config-file', 'settings.toml', 'run', `${asked.address}/openapi.json`],
      ['--header', `Authorization: Bearer ${asked.apiKey}`, '--no-color', '--continue-on-failure'],
      ['--seed', String(asked.seed), '--max-examples', String(asked.examples)],
      ['--request-timeout', '10', '--generation-database', 'none'],
    ].flat(),
    { env: TOOLS.environment, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const late = setTimeout(() => child.kill('SIGKILL'), asked.timeoutMs);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(late);
  await rm(folder, { recursive: true, force: true });
  return { code, said };
}
