/** Real processes for life tests: started, watched, ended by their own id; what they said is in the failure. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Running {
  readonly child: ChildProcess;
  /** All that it printed so far. */
  said(): string;
  /** Resolves when the text has been printed; fails when the process ends first or after `timeoutMs`. */
  says(text: string | RegExp, timeoutMs?: number): Promise<void>;
  /** Sends the signal and waits for the end; resolves with exit code or signal name. */
  end(signal?: NodeJS.Signals, graceMs?: number): Promise<number | string>;
}

export function start(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Running {
  // A group of its own, as a terminal gives it: Ctrl-C reaches everything in it.
  const child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // the group has ended already
    }
  };
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  child.on('error', (error) => (text += `\n${error.message}`));
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    child,
    said: () => text,
    says: async (wanted, timeoutMs = 60_000) => {
      const end = Date.now() + timeoutMs;
      const there = (): boolean => (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text));
      while (!there()) {
        if (ended())
          throw new Error(
            `${command} ${args.join(' ')} ended with ${child.exitCode ?? child.signalCode} before it said ${String(wanted)}. It said:\n${text}`,
          );
        if (Date.now() > end)
          throw new Error(
            `${command} ${args.join(' ')} did not say ${String(wanted)} in ${timeoutMs} ms. It said:\n${text}`,
          );
        await sleep(50);
      }
    },
    end: async (signal = 'SIGTERM', graceMs = 40_000) => {
      if (!ended()) {
        kill(signal);
        const hard = setTimeout(() => kill('SIGKILL'), graceMs);
        await once(child, 'exit');
        clearTimeout(hard);
      }
      return child.exitCode ?? child.signalCode ?? 'unknown';
    },
  };
}

/** Runs to the end; fails with what it said when it does not end with 0. */
export async function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly timeoutMs?: number } = {},
): Promise<string> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 120_000);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(timer);
  if (code !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${code}. It said:\n${out}\n${err}`);
  return out;
}
