/**
 * The server's main process, as Postgres itself writes it down in `postmaster.pid`.
 *
 * After a crash that file is left over, and the number in it may by then belong to anything. So the number counts only
 * when that process is a Postgres that works in this very folder.
 */
import { execFile } from 'node:child_process';
import { readFile, readlink, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ArchiveError } from '#errors.ts';

const run = promisify(execFile);

export interface Postmaster {
  readonly pid: number;
  readonly port: number;
}

const POLL_MS = 20;
/** Recovery replays at most max_wal_size; a slow disk may still want minutes. */
const READY_MS = 600_000;
const SLOW_MS = 3000;
const FAST_SHUTDOWN_MS = 30_000;
const IMMEDIATE_SHUTDOWN_MS = 10_000;

/** The server over this folder once it takes connections; null when none runs or the last one has just ended. */
export async function postmasterOf(
  cluster: string,
  onProgress: (sentence: string) => void,
): Promise<Postmaster | null> {
  const since = Date.now();
  let told = false;
  for (;;) {
    const file = await readPidFile(cluster);
    if (file === null || !(await isPostmaster(file.pid, cluster))) return null;
    if (file.status === 'ready') return { pid: file.pid, port: file.port };
    if (Date.now() - since > READY_MS)
      throw new ArchiveError(
        'database-start-failed',
        `The database in ${cluster} (process ${file.pid}) has been "${file.status}" for ten minutes. See postgres.log beside it.`,
        { retry: 'later' },
      );
    if (!told && Date.now() - since > SLOW_MS) {
      told = true;
      onProgress('The database is busy starting or ending; after a crash this can take some minutes.');
    }
    await sleep(POLL_MS);
  }
}

/**
 * Removes a leftover `postmaster.pid` whose number has passed to some other living process, which Postgres would take
 * for a running server. Where the number is free, Postgres sees by itself that the file is old.
 */
export async function sweepPidFile(cluster: string): Promise<void> {
  const file = await readPidFile(cluster);
  if (file === null || !isAlive(file.pid) || (await isPostmaster(file.pid, cluster))) return;
  await rm(join(cluster, 'postmaster.pid'), { force: true });
}

/** Fast shutdown, then the immediate one, which costs a recovery and loses nothing. */
export async function endPostmaster(
  cluster: string,
  pid: number,
  onProgress: (sentence: string) => void,
): Promise<void> {
  for (const [signal, patienceMs] of [
    ['SIGINT', FAST_SHUTDOWN_MS],
    ['SIGQUIT', IMMEDIATE_SHUTDOWN_MS],
  ] as const) {
    if (!(await isPostmaster(pid, cluster))) return;
    try {
      process.kill(pid, signal);
    } catch {
      // It ended between the look and the signal.
    }
    const until = Date.now() + patienceMs;
    while (Date.now() < until) {
      if (!(await isPostmaster(pid, cluster))) return;
      await sleep(POLL_MS);
    }
    onProgress(`The database (process ${pid}) has not ended ${patienceMs / 1000} s after ${signal}.`);
  }
  throw new ArchiveError(
    'database-down',
    `The database (process ${pid}) does not end. Nothing that was committed is lost; end that process by hand.`,
    { retry: 'never' },
  );
}

async function readPidFile(cluster: string): Promise<{ pid: number; port: number; status: string } | null> {
  let text: string;
  try {
    text = await readFile(join(cluster, 'postmaster.pid'), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EACCES')
      throw new ArchiveError(
        'database-start-failed',
        `The database in ${cluster} belongs to another user of this machine. Run this as root or as the user who started Holdfast.`,
        { retry: 'never', cause: error },
      );
    return null;
  }
  // Lines: process, folder, start, port, socket folder, address, shared memory, status. The last ones come later.
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid < 2) return null;
  return { pid, port: Number(lines[3] ?? 0), status: lines[7] ?? 'starting' };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function isPostmaster(pid: number, cluster: string): Promise<boolean> {
  // A postmaster's working folder is its database. The kernel's word for it also survives a rename of the folder above.
  if (process.platform === 'linux')
    return await readlink(`/proc/${pid}/cwd`).then(
      (folder) => folder === cluster,
      () => false,
    );
  if (!isAlive(pid)) return false;
  const { stdout } = await run('ps', ['-o', 'comm=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return basename(stdout.trim()) === 'postgres';
}
