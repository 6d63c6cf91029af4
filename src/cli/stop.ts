/**
 * When to stop: one signal from outside, told once.
 *
 * The first SIGINT, SIGTERM or SIGHUP asks for an orderly end. Those that come within a second of it are the same
 * wish (a terminal, npm and `holdfast.mjs` each hand it on); a later one ends the process where it stands, which the
 * order of writes survives.
 *
 * npm starts a shell that starts us, and a signal to npm ends that shell and never arrives here. So a process that npm
 * or `holdfast.mjs` started also stops when its parent is gone.
 */
import { EXIT } from './verb.ts';

const SAME_WISH_MS = 1000;
const PARENT_POLL_MS = 500;

export function stopSignal(env: Readonly<Record<string, string | undefined>>): AbortSignal {
  const controller = new AbortController();
  let firstAt: number | null = null;
  const wish = (reason: string): void => {
    if (firstAt === null) {
      firstAt = Date.now();
      controller.abort(reason);
    } else if (Date.now() - firstAt > SAME_WISH_MS) {
      process.exit(EXIT.interrupted);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => wish(signal));

  if (env['npm_command'] !== undefined || env['HOLDFAST_LAUNCHER'] !== undefined) {
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(watch);
      wish('the process that started this one is gone');
    }, PARENT_POLL_MS);
    watch.unref();
  }
  return controller.signal;
}

export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
