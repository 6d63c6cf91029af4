/**
 * A real Postgres that nobody has to install: the programs come from npm, the database lies in the data folder.
 *
 * Promise: `startEmbeddedPostgres` resolves when the server takes connections on 127.0.0.1, holds what it acknowledged
 * through a power cut (fsync, full pages, checksums), and belongs to this process alone. `findEmbeddedPostgres` is for
 * a verb that runs beside it. One process owns the server: it holds an advisory lock on a connection of its own, which
 * ends with the process however that ends, so nobody has to trust a number in a file.
 *
 * Order of writes at the first start, and what a crash between them leaves:
 *   `postgres.secret`   linked into place whole; the next start uses it
 *   `postgres.new-…`    a half-made database under a name that nobody reads; swept up when it is old
 *   `postgres`          one rename: the database exists from here on, and was synced before
 *   `postgres.port`     a remembered preference; without it another free port is chosen
 * A killed owner leaves the server running: the next start adopts it. A machine that died leaves `postmaster.pid`: Postgres recovers.
 */
import { mkdir, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ArchiveError } from '#errors.ts';
import { accountFor } from './embedded-account.ts';
import { claimServer, ownerOf, type Claim } from './embedded-claim.ts';
import { CLUSTER, launch, makeCluster, passwordOf } from './embedded-cluster.ts';
import { choosePort, rememberPort } from './embedded-port.ts';
import { findPrograms } from './embedded-programs.ts';
import { endPostmaster, postmasterOf, type Postmaster } from './postmaster.ts';

export interface EmbeddedPostgresOptions {
  readonly dataDir: string;
  /** Null: a free port, chosen once and remembered in the data folder. */
  readonly port: number | null;
  /** One sentence for a person each time something takes a moment. */
  readonly onProgress: (sentence: string) => void;
  /** False only for tests that would rather be fast than survive a power cut. */
  readonly durable?: boolean;
  /** At most at once. Other than usual only where one server has many archives: in tests. */
  readonly connections?: number;
}

export interface EmbeddedPostgres {
  /** The superuser's address of the database `postgres`. */
  readonly url: string;
  readonly port: number;
  /** The postmaster's. */
  readonly pid: number;
  /** True when an earlier owner was killed and its server went on. */
  readonly adopted: boolean;
  /** Resolves with a sentence if the server ends without `stop`. Never rejects. */
  readonly lost: Promise<string>;
  /** Fast shutdown: open transactions are rolled back, everything committed is on disk when this resolves. */
  stop(): Promise<void>;
}

/**
 * Pools of about twenty a process (archive, system, queue, listener), for an API and three workers apart. A free place costs some
 * 20 KB; a connection in use about 5 MB, and pools close idle ones after half a minute.
 */
const CONNECTIONS = 100;
const ATTEMPTS = 4;
/** A verb such as `agency add` owns the server for a moment when nothing else runs. */
const OWNER_PATIENCE_MS = 3000;

export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { onProgress } = options;
  const { durable = true, connections = CONNECTIONS } = options;
  const dataDir = await openFolder(options.dataDir);
  const account = await accountFor(resolve(dataDir, CLUSTER), onProgress);
  const programs = await findPrograms(account, onProgress);
  await makeCluster({ dataDir, account, programs, durable, connections, onProgress });
  const cluster = resolve(dataDir, CLUSTER);
  const launched = async (): Promise<Postmaster | 'try-again'> => {
    const port = await choosePort(dataDir, options.port);
    onProgress('Starting the database.');
    const server = await launch({ dataDir, account, programs, durable, connections, port, onProgress });
    if (server !== 'try-again') await rememberPort(dataDir, port);
    return server;
  };

  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const before = await postmasterOf(cluster, onProgress);
    const server = before ?? (await launched());
    if (server === 'try-again') continue;
    const url = addressOf(server, await passwordOf(dataDir));
    const claim = await claimServer(url, before === null ? 0 : OWNER_PATIENCE_MS);
    if (claim === null) throw await inUse(dataDir, url, server);
    if (before !== null && (claim.version !== programs.postgresVersion || claim.durable !== durable)) {
      onProgress('Restarting the database that an earlier Holdfast left running with other settings.');
      await claim.release();
      await endPostmaster(cluster, server.pid, onProgress);
      continue;
    }
    if (before !== null) onProgress('Taking over the database that an earlier Holdfast left running.');
    return owned({ cluster, url, server, claim, adopted: before !== null, onProgress });
  }
  throw new ArchiveError(
    'database-start-failed',
    `The embedded Postgres did not start in ${ATTEMPTS} attempts. Its own words are in ${resolve(dataDir, 'postgres.log')}.`,
    { retry: 'later' },
  );
}

/** The superuser's address of the server that runs over this data folder, or null when none does. */
export async function findEmbeddedPostgres(dataDir: string): Promise<string | null> {
  const folder = await realpath(dataDir).catch(() => null);
  if (folder === null) return null;
  const server = await postmasterOf(resolve(folder, CLUSTER), () => undefined);
  return server === null ? null : addressOf(server, await passwordOf(folder));
}

function owned(parts: {
  cluster: string;
  url: string;
  server: Postmaster;
  claim: Claim;
  adopted: boolean;
  onProgress: (sentence: string) => void;
}): EmbeddedPostgres {
  const { cluster, server, claim } = parts;
  let stopping: Promise<void> | null = null;
  const lost = new Promise<string>((tell) => {
    claim.onEnd(() => {
      if (stopping === null) tell(`The embedded Postgres (process ${server.pid}) has ended by itself.`);
    });
  });
  // A main that ends without `stop` still takes its server with it; only kill -9 leaves one to adopt.
  const onExit = (): void => {
    try {
      process.kill(server.pid, 'SIGINT');
    } catch {
      // Already gone.
    }
  };
  process.once('exit', onExit);
  const stop = async (): Promise<void> => {
    await claim.release();
    await endPostmaster(cluster, server.pid, parts.onProgress);
    process.off('exit', onExit);
  };
  return {
    url: parts.url,
    port: server.port,
    pid: server.pid,
    adopted: parts.adopted,
    lost,
    stop: async () => await (stopping ??= stop()),
  };
}

/** Made closed to everyone else: staging, secrets and, under the folder store, the records lie below it. */
async function openFolder(dataDir: string): Promise<string> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    return await realpath(dataDir);
  } catch (error) {
    throw new ArchiveError(
      'database-start-failed',
      `The data folder ${dataDir} cannot be made or opened (${error instanceof Error ? error.message : 'unknown reason'}). Give Holdfast one that it may write with HOLDFAST_DATA.`,
      { retry: 'never', cause: error },
    );
  }
}

function addressOf(server: Postmaster, password: string): string {
  return `postgres://postgres:${password}@127.0.0.1:${server.port}/postgres`;
}

async function inUse(dataDir: string, url: string, server: Postmaster): Promise<ArchiveError> {
  const owner = await ownerOf(url);
  return new ArchiveError(
    'database-in-use',
    `Another Holdfast ${owner === null ? '' : `(process ${owner}) `}runs over the data folder ${dataDir}, with its database on port ${server.port}. Stop that one first, or give this one a folder of its own with HOLDFAST_DATA.`,
    { retry: 'never' },
  );
}
