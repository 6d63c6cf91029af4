/** Starts `archive-child.ts` and listens to it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Plan } from './archive-child.ts';
import { COMPILED } from './compiled.ts';

export interface Said {
  readonly ready?: string;
  readonly address?: string | null;
  readonly fate?: string;
  readonly woke?: string;
  readonly worked?: string;
  readonly halted?: string;
  /** Lines of the log, when it is switched on. */
  readonly msg?: string;
  readonly recordId?: string;
  readonly step?: string;
  readonly ended?: string;
}

export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ArchiveProcess {
  readonly pid: number;
  /** Everything so far, oldest first. */
  readonly said: readonly Said[];
  readonly ended: Promise<End>;
  /** Resolves with the first line, past or to come, for which it holds. Rejects when the process ended without it. */
  hears(holds: (said: Said) => boolean): Promise<Said>;
  tell(line: string): void;
  kill9(): void;
  /** Asks it to drain; resolves when it has ended, and kills it when it does not. */
  stop(): Promise<End>;
}

const CHILD = join(import.meta.dirname, 'archive-child.ts');
const STOP_MS = 40_000;

/** The log and what the child says are JSON; what is not is the runtime's, and mostly its end, or a line that a kill cut short. */
function saidIn(line: string): Said | null {
  try {
    return line.startsWith('{') ? (JSON.parse(line) as Said) : null;
  } catch {
    return null;
  }
}

export function startArchiveProcess(env: Readonly<Record<string, string>>, plan: Plan): ArchiveProcess {
  const limits = plan.heapMb === undefined ? [] : [`--max-old-space-size=${plan.heapMb}`];
  const child = spawn(process.execPath, [...limits, CHILD, JSON.stringify(plan)], {
    env: {
      PATH: process.env['PATH'] ?? '',
      ...COMPILED,
      HOLDFAST_LOG_LEVEL: 'silent',
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said: Said[] = [];
  const waiting = new Set<() => void>();
  const wake = (): void => waiting.forEach((look) => look());
  let lastWords = '';
  // Whoever is told something after its death does not hear it.
  child.stdin.on('error', () => undefined);
  const hear = (line: string): void => {
    const heard = saidIn(line);
    if (heard === null) lastWords = `${lastWords}\n${line}`.slice(-4000);
    else said.push(heard);
    wake();
  };
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', hear);
  let end: End | null = null;
  // `close`, not `exit`: by then everything that it said has been read.
  const ended = once(child, 'close').then(([code, signal]) => {
    end = { code: code as number | null, signal: signal as NodeJS.Signals | null };
    wake();
    return end;
  });

  return {
    pid: child.pid ?? 0,
    said,
    ended,
    hears: async (holds) =>
      await new Promise((resolve, reject) => {
        const look = (): void => {
          const found = said.find(holds);
          if (found === undefined && end === null) return;
          waiting.delete(look);
          if (found !== undefined) resolve(found);
          else
            reject(
              new Error(
                `The process "${plan.name}" ended (${JSON.stringify(end)}) without saying it. It said ${JSON.stringify(said)} ${lastWords}`,
              ),
            );
        };
        waiting.add(look);
        look();
      }),
    tell: (line) => void child.stdin.write(`${line}\n`),
    kill9: () => void child.kill('SIGKILL'),
    stop: async () => {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      const outcome = await ended;
      clearTimeout(late);
      return outcome;
    },
  };
}
