/**
 * A real Redis (or Valkey) for tests: found on the machine, or unpacked from Debian's packages into `.cache/redis`.
 *
 * Packages are unpacked, never installed: the same way works with and without root, and no service is started.
 * Each server listens on a free loopback port, keeps nothing on disk and dies with its folder.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { unpackFromDebian } from './debian-package.ts';
import { freePort } from './port.ts';

const run = promisify(execFile);

const CACHE = join(import.meta.dirname, '..', '..', '.cache');
const NAMES = ['redis-server', 'valkey-server'];
const STARTED_MS = 10_000;
const HOW_TO = `Tests need a Redis server, and none was found. As root, run:
  apt-get update && apt-get install -y --no-install-recommends redis-server
or put redis-server or valkey-server (6.2 or newer) on the PATH.`;

interface RedisBinary {
  readonly path: string;
  /** Libraries that came with an unpacked package. */
  readonly libraryPath: string | null;
}

export interface RunningRedis {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Asks the server to end, and waits for it. */
  stop(): Promise<void>;
  /** As a power cut does. */
  kill9(): Promise<void>;
}

function environment(libraryPath: string | null): NodeJS.ProcessEnv {
  return libraryPath === null ? process.env : { ...process.env, LD_LIBRARY_PATH: libraryPath };
}

/** Null unless the file is there, may be run, and does run: a missing library shows only then. */
async function tried(path: string, libraryPath: string | null): Promise<RedisBinary | null> {
  try {
    await access(path, constants.X_OK);
    await run(path, ['--version'], { env: environment(libraryPath) });
    return { path, libraryPath };
  } catch {
    return null;
  }
}

/** A folder that holds an unpacked package, as `bringRedis` leaves it. */
async function unpacked(root: string): Promise<RedisBinary | null> {
  const lib = join(root, 'usr', 'lib');
  const triplets = (await readdir(lib).catch(() => [])).filter((name) => name.includes('-linux-'));
  for (const name of NAMES) {
    const found = await tried(
      join(root, 'usr', 'bin', name),
      triplets.map((triplet) => join(lib, triplet)).join(delimiter),
    );
    if (found !== null) return found;
  }
  return null;
}

async function findRedis(): Promise<RedisBinary | null> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of [...folders, join(CACHE, 'bin')])
    for (const name of NAMES) {
      const found = await tried(join(folder, name), null);
      if (found !== null) return found;
    }
  for (const root of [join(CACHE, 'redis'), join(homedir(), '.cache', 'holdfast', 'redis')]) {
    const found = await unpacked(root);
    if (found !== null) return found;
  }
  return null;
}

/** The server's binary; fetches it when it is missing, and otherwise says which command adds it. */
export async function bringRedis(): Promise<RedisBinary> {
  const found = await findRedis();
  if (found !== null) return found;
  let cause: unknown;
  try {
    const place = join(CACHE, 'redis');
    await unpackFromDebian('redis-server', place, async () => (await unpacked(place)) !== null);
  } catch (error) {
    cause = error;
  }
  // Also after a failure: another run may have put it there meanwhile.
  const brought = await findRedis();
  if (brought === null) throw new Error(HOW_TO, { cause });
  return brought;
}

async function answers(port: number): Promise<boolean> {
  const socket = createConnection({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [reply] = await once(socket, 'data');
    return String(reply).startsWith('+PONG');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

export async function startRedis(options: { readonly port?: number } = {}): Promise<RunningRedis> {
  const binary = await bringRedis();
  const port = options.port ?? (await freePort());
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-redis-'));
  const settings = {
    bind: '127.0.0.1',
    port: String(port),
    dir: folder,
    save: '',
    appendonly: 'no',
    'maxmemory-policy': 'noeviction',
  };
  const server = spawn(
    binary.path,
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    { env: environment(binary.libraryPath), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (chunk: Buffer) => (output = `${output}${chunk.toString()}`.slice(-4000)));
  // A test run that is killed must leave no server behind.
  const onExit = (): void => void server.kill('SIGKILL');
  process.once('exit', onExit);
  const gone = once(server, 'exit');
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    server.kill(signal);
    await gone;
    process.off('exit', onExit);
    await rm(folder, { recursive: true, force: true });
  };

  const deadline = Date.now() + STARTED_MS;
  while (!(await answers(port))) {
    if (server.exitCode !== null || Date.now() > deadline) {
      await end('SIGKILL');
      throw new Error(`Redis did not start on port ${port}. Its last words:\n${output}`);
    }
    await sleep(20);
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: server.pid ?? 0,
    stop: () => end('SIGTERM'),
    kill9: () => end('SIGKILL'),
  };
}
