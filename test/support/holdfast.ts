/** One verb of `holdfast` as the process that people and scripts run, or in this one: what it printed where, and how it ended. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { expect } from 'vitest';
import { failureOf } from '../../src/cli/failure.ts';
import { EXIT, type Verb } from '../../src/cli/verb.ts';
import { isDatabaseDown } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
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

/**
 * The verb in this process, given what `src/cli/main.ts` would give it: for the many ways of calling a verb of which one was shown as a
 * process. A process takes seconds of a busy machine before it reads its first word. What an option takes from the environment
 * (`HOLDFAST_KEY`) is this process's.
 */
export async function holdfastHere(
  env: Readonly<Record<string, string>>,
  args: string | readonly string[],
): Promise<Ended> {
  const words = typeof args === 'string' ? args.split(' ').filter((word) => word !== '') : args;
  const [verb, rest] = await verbOf(words);
  let [out, err] = ['', ''];
  const command = new Command(verb.name)
    .option('--json')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: (text) => void (out += text), writeErr: (text) => void (err += text) });
  verb.configure?.(command);
  try {
    command.parse(rest, { from: 'user' });
    const options = command.opts();
    const json = options['json'] === true;
    const code = await verb.run({
      args: command.args,
      options,
      json,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
      stop: new AbortController().signal,
      say: (sentence) => void (err += `${sentence}\n`),
      answer: (value, text) => void (out += `${json ? JSON.stringify(value) : text}\n`),
    });
    return { code: code ?? EXIT.done, out, err };
  } catch (error) {
    if (error instanceof CommanderError) return { code: EXIT.usage, out, err };
    const down = new ArchiveError('database-down', 'The database cannot be reached.', { retry: 'later' });
    const { code, exit, message } = failureOf(isDatabaseDown(error) ? down : error);
    err += `holdfast: ${message} [${code}]\n`;
    if (rest.includes('--json')) out += `${JSON.stringify({ error: { code, message } })}\n`;
    return { code: exit, out, err };
  }
}

/** The file is named after the verb. */
async function verbOf([first = '', second = '', ...rest]: readonly string[]): Promise<
  readonly [Verb, readonly string[]]
> {
  const fileOf = (name: string): string => `${ROOT}src/cli/${name}.ts`;
  const isTwo = existsSync(fileOf(`${first}-${second}`));
  const name = isTwo ? `${first} ${second}` : first;
  const found = Object.values(
    (await import(fileOf(name.replace(' ', '-')))) as Readonly<Record<string, unknown>>,
  ).find((one) => (one as Partial<Verb> | null)?.name === name);
  if (found === undefined) throw new Error(`There is no verb "${name}".`);
  return [found as Verb, isTwo ? rest : [second, ...rest].filter((word, i) => i > 0 || word !== '')];
}

/** With `--json` the answer is one line of JSON and nothing else is on stdout. */
export function jsonOf({ out }: Ended): Record<string, unknown> {
  expect(out.trimEnd().split('\n')).toHaveLength(1);
  return JSON.parse(out) as Record<string, unknown>;
}
