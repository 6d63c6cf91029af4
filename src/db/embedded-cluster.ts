/**
 * The database's folder: made once, by one rename; then served.
 *
 * The server is started in its own folder and told to find it at `/proc/self/cwd`. So its user needs no way in from
 * above: the data folder stays closed to everyone but its owner, and may lie below `/root`. (A child is put into its
 * folder before it changes user; tried on Linux. Elsewhere the plain path is used.)
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ArchiveError } from '#errors.ts';
import type { Account } from './embedded-account.ts';
import type { Programs } from './embedded-programs.ts';
import { embeddedSettings } from './embedded-settings.ts';
import { postmasterOf, sweepPidFile, type Postmaster } from './postmaster.ts';

export const CLUSTER = 'postgres';
const SECRET = 'postgres.secret';
const LOG = 'postgres.log';
const HALF_MADE = 'postgres.new-';
const HALF_MADE_OLD_MS = 600_000;
const LOG_BYTES = 5_000_000;
const POLL_MS = 10;
const LAST_WORDS_CHARS = 1500;

interface Place {
  readonly dataDir: string;
  readonly account: Account | null;
  readonly programs: Programs;
  readonly durable: boolean;
  readonly connections: number;
  readonly onProgress: (sentence: string) => void;
}

/** Makes the secret and the database when they are missing; refuses a database of another major version. */
export async function makeCluster(place: Place): Promise<void> {
  const { dataDir, account, onProgress } = place;
  const cluster = join(dataDir, CLUSTER);
  await sweepHalfMade(dataDir);
  const version = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(() => null);
  if (version !== null) {
    const major = place.programs.postgresVersion.split('.')[0];
    if (version.trim() === major) return;
    throw new ArchiveError(
      'database-start-failed',
      `The database in ${cluster} was made by Postgres ${version.trim()} and this Holdfast brings ${major}. Start the Holdfast that made it and take a backup, then restore that here.`,
      { retry: 'never' },
    );
  }
  onProgress('Making the database (first start, about 5 s).');
  await makeSecret(dataDir, account);
  const half = join(dataDir, `${HALF_MADE}${randomBytes(4).toString('hex')}`);
  try {
    await mkdir(half, { mode: 0o700 });
    if (account !== null) await chown(half, account.uid, account.gid);
    await initdb(place, half);
    await rename(half, cluster);
  } catch (error) {
    await rm(half, { recursive: true, force: true });
    // Two first starts at once: the other one's rename came first, and its database is as good.
    if (isCode(error, ['ENOTEMPTY', 'EEXIST'])) return;
    throw error;
  }
  const folder = await open(dataDir);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

export async function passwordOf(dataDir: string): Promise<string> {
  try {
    return (await readFile(join(dataDir, SECRET), 'utf8')).trim();
  } catch (error) {
    throw new ArchiveError(
      'database-start-failed',
      `The password of the embedded Postgres cannot be read from ${join(dataDir, SECRET)}. Put the file back from a backup, or run this as the user who started Holdfast.`,
      { retry: 'never', cause: error },
    );
  }
}

/** `try-again` when another start, or another program on the port, came first. */
export async function launch(place: Place & { port: number }): Promise<Postmaster | 'try-again'> {
  const { dataDir, account, programs, onProgress } = place;
  const cluster = join(dataDir, CLUSTER);
  await sweepPidFile(cluster);
  const logPath = join(dataDir, LOG);
  if (((await stat(logPath).catch(() => null))?.size ?? 0) > LOG_BYTES) await rename(logPath, `${logPath}.1`);
  // Opened here and handed over, so that the server needs no right in the folder of the log.
  const log = await open(logPath, 'a', 0o600);
  const logStart = (await log.stat()).size;
  try {
    // Whoever owns the database may start it next time, and then writes here.
    if (account !== null) await log.chown(account.uid, account.gid);
    // A process group of its own: Ctrl-C on the terminal must not end the database before those who still write to it.
    const server = spawn(
      programs.postgres,
      [
        '-D',
        folderFor(cluster),
        ...embeddedSettings(place).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      { ...account, cwd: cluster, env: ENVIRONMENT, detached: true, stdio: ['ignore', log.fd, log.fd] },
    );
    const failed = new Promise<Error>((tell) => server.once('error', tell));
    const ended = new Promise<null>((tell) => server.once('exit', () => tell(null)));
    server.unref();
    for (;;) {
      const over = await Promise.race([failed, ended, sleep(POLL_MS, undefined)]);
      if (over instanceof Error) throw notStarted(over.message, over);
      if (over === null) break;
      const running = await postmasterOf(cluster, onProgress);
      if (running !== null && running.pid === server.pid) return running;
    }
  } finally {
    await log.close();
  }
  const words = (await readFile(logPath, 'utf8')).slice(logStart);
  if (
    /could not bind|could not create any TCP\/IP sockets|lock file "postmaster.pid" already exists/.test(
      words,
    )
  )
    return 'try-again';
  throw notStarted(words.slice(-LAST_WORDS_CHARS).trim());
}

/** Nothing of ours reaches it: PGDATA, PGPORT and the locale of a shell would change what it does. */
const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' };

function folderFor(cluster: string): string {
  return process.platform === 'linux' ? '/proc/self/cwd' : cluster;
}

async function initdb(place: Place, half: string): Promise<void> {
  // By descriptor: the file's folder is closed to the account. It is opened again through /dev/stdin, hence its owner.
  const secret = await open(join(place.dataDir, SECRET), 'r');
  try {
    // The order of Postgres's own locale never changes with the system's libraries, which would break indexes unseen.
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const login = ['--username=postgres', '--pwfile=/dev/stdin', '--auth=scram-sha-256'];
    const disk = ['--data-checksums', ...(place.durable ? [] : ['--no-sync'])];
    const child = spawn(
      place.programs.initdb,
      ['-D', folderFor(half), '--no-instructions', ...login, ...locale, ...disk],
      { ...place.account, cwd: half, env: ENVIRONMENT, stdio: [secret.fd, 'ignore', 'pipe'] },
    );
    let words = '';
    child.stderr?.on(
      'data',
      (chunk: Buffer) => (words = `${words}${chunk.toString()}`.slice(-LAST_WORDS_CHARS)),
    );
    const [code] = (await once(child, 'close')) as [number | null];
    if (code === 0) return;
    const noName = /could not look up effective user ID/.test(words);
    throw notStarted(
      noName
        ? 'Postgres needs a name for the user it runs as, and this machine has none for it in /etc/passwd; add one'
        : words.trim(),
    );
  } catch (error) {
    throw error instanceof ArchiveError || !(error instanceof Error)
      ? error
      : notStarted(error.message, error);
  } finally {
    await secret.close();
  }
}

/** Whole or not at all: written beside, synced, then linked to its name; the first of two makers wins. */
async function makeSecret(dataDir: string, account: Account | null): Promise<void> {
  const path = join(dataDir, SECRET);
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${randomBytes(24).toString('base64url')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
  } catch (error) {
    if (!isCode(error, ['EEXIST'])) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  await chmod(path, 0o600);
  if (account !== null) await chown(path, account.uid, account.gid);
}

async function sweepHalfMade(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (!name.startsWith(HALF_MADE)) continue;
    const made = await stat(join(dataDir, name)).catch(() => null);
    if (made !== null && Date.now() - made.mtimeMs > HALF_MADE_OLD_MS)
      await rm(join(dataDir, name), { recursive: true, force: true });
  }
}

function isCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

function notStarted(reason: string, cause?: unknown): ArchiveError {
  return new ArchiveError(
    'database-start-failed',
    `The embedded Postgres did not start: ${reason}. Its own words are in postgres.log in the data folder. "holdfast doctor" checks each part.`,
    { retry: 'never', cause },
  );
}
