/**
 * A real Postgres for tests: the one that the product embeds, in a temporary folder, on a free loopback port. `fsync` stays on,
 * as in the product, so that crash tests mean something; `fast` switches it off for all others.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, escapeIdentifier } from 'pg';
import { startEmbeddedPostgres } from '#db/embedded.ts';

export interface RunningPostgres {
  /** The superuser's, to the database `postgres`. */
  readonly superuserUrl: string;
  readonly port: number;
  /** With its pages and its write-ahead log. */
  readonly dataDir: string;
  /** The postmaster's. */
  readonly pid: number;
  /** The address of one database, for the superuser or another login. */
  url(database: string, login?: { readonly user: string; readonly password: string }): string;
  /** A new empty database, or a copy of `template`, to which nobody may be connected; resolves with its address. */
  createDatabase(name: string, template?: string): Promise<string>;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
  /** As a power cut does; the folder stays for `again`. */
  kill9(): Promise<void>;
  /** Starts the same folder on the same port. */
  again(): Promise<void>;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

export async function startPostgres(options: { readonly fast?: boolean } = {}): Promise<RunningPostgres> {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-postgres-'));
  const said: string[] = [];
  const start = async (port: number | null) =>
    await startEmbeddedPostgres({
      dataDir,
      port,
      durable: options.fast !== true,
      // Of all files that run at once, and of all archives that each of them opens.
      connections: 400,
      onProgress: (sentence) => void said.push(sentence),
    });
  let running = await start(null).catch(async (error: unknown) => {
    await rm(dataDir, { recursive: true, force: true });
    throw new Error(`Postgres did not start. It had said: ${said.join(' ')}`, { cause: error });
  });
  const { port, url: superuserUrl } = running;

  const url: RunningPostgres['url'] = (database, login) => {
    const made = new URL(superuserUrl);
    made.pathname = `/${database}`;
    if (login !== undefined) [made.username, made.password] = [login.user, login.password];
    return made.href;
  };
  return {
    superuserUrl,
    port,
    dataDir,
    get pid() {
      return running.pid;
    },
    url,
    async createDatabase(name, template = 'template1') {
      const client = new Client({ connectionString: superuserUrl });
      await client.connect();
      try {
        await client.query(
          `create database ${escapeIdentifier(name)} template ${escapeIdentifier(template)}`,
        );
      } finally {
        await client.end();
      }
      return url(name);
    },
    async stop() {
      await running.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
    async kill9() {
      process.kill(running.pid, 'SIGKILL');
      while (isAlive(running.pid)) await sleep(5);
      // Nothing is left to end, but its listeners on this process are.
      await running.stop();
    },
    async again() {
      // The killed server's children may hold its shared memory for a moment longer.
      for (let tries = 1; ; tries++)
        try {
          running = await start(port);
          return;
        } catch (error) {
          if (tries === 20 || !String(error).includes('shared memory')) throw error;
          await sleep(100);
        }
    },
  };
}
