/** One verb of `holdfast` as the process that people and scripts run: what it printed where, and how it ended. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { COMPILED } from './compiled.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs one verb to its end, whatever that is. Nothing of this machine's settings comes in. */
export async function holdfastWith(
  env: Readonly<Record<string, string>>,
  args: string | readonly string[],
): Promise<Ended> {
  const words = typeof args === 'string' ? args.split(' ').filter((word) => word !== '') : args;
  const child = spawn(process.execPath, ['src/cli/main.ts', ...words], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...COMPILED, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
  const timer = setTimeout(() => child.kill('SIGKILL'), 110_000);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  expect(err, 'it closed all that it opened').not.toContain('something was left open');
  return { code, out, err };
}

/** With `--json` the answer is one line of JSON and nothing else is on stdout. */
export function jsonOf({ out }: Ended): Record<string, unknown> {
  expect(out.trimEnd().split('\n')).toHaveLength(1);
  return JSON.parse(out) as Record<string, unknown>;
}
