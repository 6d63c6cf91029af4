/** Who owns the embedded server: the process that holds one advisory lock in it, for as long as it lives. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

/** Two numbers that mean nothing elsewhere: the lock's name within the database `postgres`. */
const LOCK = [1_215_261_793, 1_886_152_054] as const;
const OWNER = 'holdfast-owner-';
const POLL_MS = 100;

export interface Claim {
  /** Such as "18.4". */
  readonly version: string;
  readonly durable: boolean;
  /** Called when the server, or the way to it, is gone. */
  onEnd(tell: () => void): void;
  release(): Promise<void>;
}

/** Null when another living process owns the server and goes on owning it for `patienceMs`. */
export async function claimServer(url: string, patienceMs: number): Promise<Claim | null> {
  const client = new Client({
    connectionString: url,
    application_name: `${OWNER}${process.pid}`,
    keepAlive: true,
  });
  let ended = false;
  let tellEnd: (() => void) | null = null;
  const end = (): void => {
    ended = true;
    tellEnd?.();
  };
  client.on('error', end);
  client.on('end', end);
  await client.connect();
  const until = Date.now() + patienceMs;
  for (;;) {
    const { rows } = await client.query<{ mine: boolean; version: string; durable: boolean }>(
      `select pg_try_advisory_lock($1, $2) as mine, split_part(current_setting('server_version'), ' ', 1) as version,
              current_setting('fsync')::bool as durable`,
      [...LOCK],
    );
    const row = rows[0];
    if (row?.mine === true) {
      // The lock must not keep a process alive that has nothing else left to do. (Missing in the package's types.)
      if ('unref' in client && typeof client.unref === 'function') client.unref();
      return {
        version: row.version,
        durable: row.durable,
        onEnd: (tell) => {
          tellEnd = tell;
          if (ended) tell();
        },
        release: async () => {
          tellEnd = null;
          if ('ref' in client && typeof client.ref === 'function') client.ref();
          if (!ended) await client.end();
        },
      };
    }
    if (Date.now() >= until) break;
    await sleep(POLL_MS);
  }
  await client.end();
  return null;
}

/** The process that owns the server, for a sentence to a person. */
export async function ownerOf(url: string): Promise<number | null> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      `select a.application_name as name from pg_locks l join pg_stat_activity a using (pid)
        where l.locktype = 'advisory' and l.granted and l.classid = $1 and l.objid = $2`,
      [...LOCK],
    );
    const pid = Number(rows[0]?.name.replace(OWNER, ''));
    return Number.isInteger(pid) ? pid : null;
  } catch {
    return null;
  } finally {
    await client.end().catch(() => undefined);
  }
}
