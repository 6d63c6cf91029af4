/**
 * A file that is touched while the event loop turns, for the health checks of containers that answer no HTTP.
 * It says that the process is alive and not stuck, and nothing about its parts: those are `/readyz` and `doctor`.
 */
import { utimes, writeFile } from 'node:fs/promises';

const EVERY_MS = 5000;

export function startHeartbeat(path: string): void {
  const beat = (): void => {
    const now = new Date();
    // A full or read-only disk must not end a process that works; the check that finds the file old says enough.
    utimes(path, now, now)
      .catch(async () => await writeFile(path, ''))
      .catch(() => undefined);
  };
  beat();
  setInterval(beat, EVERY_MS).unref();
}
