/**
 * Under which user of the machine the embedded Postgres runs. Postgres refuses root, and rightly.
 *
 * An ordinary user runs it as themselves. Root runs it as whoever owns the database already, else as the system user
 * `holdfast`, made once. Never as `postgres`: on a machine that has that user it owns other people's databases.
 */
import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { ArchiveError } from '#errors.ts';

const run = promisify(execFile);

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const NAME = 'holdfast';
/** `su` without a dash leaves out the folders where useradd lies. */
const ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };
const WAYS_OUT =
  'Start Holdfast as an ordinary user instead, or set DATABASE_URL to a Postgres 15 or newer that runs elsewhere.';
/** What root needs of Linux (capabilities(7)): give a folder away, look into it, signal the server, become its user. */
const CAPABILITIES = [
  ['CAP_CHOWN', 0],
  ['CAP_DAC_OVERRIDE', 1],
  ['CAP_KILL', 5],
  ['CAP_SETGID', 6],
  ['CAP_SETUID', 7],
] as const;

/** Null: this process's own user. */
export async function accountFor(
  cluster: string,
  onProgress: (sentence: string) => void,
): Promise<Account | null> {
  const owner = await stat(cluster).catch(() => null);
  const uid = process.getuid?.();
  if (uid !== 0) {
    if (owner !== null && uid !== undefined && owner.uid !== uid)
      throw refusal(
        `The database in ${cluster} belongs to user number ${owner.uid} and this is user number ${uid}. Start Holdfast as that user or as root, or give it another folder with HOLDFAST_DATA.`,
      );
    return null;
  }
  const missing = await missingCapabilities();
  if (missing.length > 0)
    throw refusal(
      `Holdfast runs as root, but in a container that withholds ${missing.join(', ')}, and Postgres refuses to run as root. ${WAYS_OUT}`,
    );
  if (owner === null) return (await findAccount()) ?? (await makeAccount(onProgress));
  if (owner.uid === 0)
    throw refusal(
      `The database in ${cluster} belongs to root, and Postgres refuses to run as root. Give it to another user: chown -R ${NAME}:${NAME} "${cluster}"`,
    );
  return { uid: owner.uid, gid: owner.gid };
}

async function missingCapabilities(): Promise<string[]> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  if (effective === undefined) return [];
  const bits = BigInt(`0x${effective}`);
  return CAPABILITIES.filter(([, bit]) => ((bits >> BigInt(bit)) & 1n) === 0n).map(([name]) => name);
}

async function findAccount(): Promise<Account | null> {
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, NAME], { env: ENVIRONMENT })).stdout)),
    );
    return uid === undefined || gid === undefined || uid === 0 ? null : { uid, gid };
  } catch {
    return null;
  }
}

async function makeAccount(onProgress: (sentence: string) => void): Promise<Account> {
  onProgress(`Making the system user "${NAME}", because Postgres refuses to run as root.`);
  let reason: unknown = null;
  try {
    const home = ['--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin'];
    const options = ['--system', '--user-group', ...home, '--comment', 'Holdfast database'];
    await run('useradd', [...options, NAME], { env: ENVIRONMENT });
  } catch (error) {
    reason = error;
  }
  // Looked up even after a failure: another start may have made it at the same moment.
  const made = await findAccount();
  if (made !== null) return made;
  throw refusal(
    `Postgres refuses to run as root, and the system user "${NAME}" could not be made (${reason instanceof Error ? reason.message.trim() : 'useradd'}). Make it by hand and start again. Or: ${WAYS_OUT}`,
    reason,
  );
}

function refusal(sentence: string, cause?: unknown): ArchiveError {
  return new ArchiveError('database-start-failed', sentence, { retry: 'never', cause });
}
