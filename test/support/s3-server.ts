/**
 * A real S3 server with Object Lock for tests, whichever it is: a process on a free loopback port, over folders of its own,
 * with an administrator and two accounts that can do no more than the archive's own may. `startS3` never downloads: a
 * missing binary fails with the command that adds it.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3Config, S3Credentials } from '#config.ts';
import { prepareBucket } from '#store/store.ts';
import { findProgram, howTo, type GoProgram } from './go-program.ts';
import { freePort } from './port.ts';

const REGION = 'us-east-1';
const STARTED_MS = 20_000;

export interface RunningS3 {
  readonly endpoint: string;
  readonly region: string;
  readonly port: number;
  readonly pid: number;
  readonly root: S3Credentials;
  /** May seal, read, list, extend and hold; may not delete anything. */
  readonly writer: S3Credentials;
  /** May read, list and delete versions; may not write. */
  readonly purger: S3Credentials;
  /** May read and list, and nothing else. */
  readonly reader: S3Credentials;
  /** May write the files of the log, in a bucket that was made for it. */
  readonly log: S3Credentials;
  /** A bucket with Object Lock whose policy lets in the writer, the purger and the reader; and with `ownLog` the log's account, which alone writes the log. */
  newBucket(options?: { readonly ownLog?: boolean }): Promise<S3Config>;
  stop(): Promise<void>;
  kill9(): Promise<void>;
}

export interface S3Options {
  /** Where the data lies, and stays afterwards; without it a temporary folder that goes away at the end. */
  readonly folder?: string;
  /** Starts again over the folder of a server that was stopped: same port, same accounts. */
  readonly like?: RunningS3;
}

export interface S3Place {
  readonly binary: string;
  readonly folder: string;
  readonly port: number;
  readonly region: string;
  readonly endpoint: string;
  readonly root: S3Credentials;
}

/** What differs from one server to the next. */
export interface S3Kind {
  readonly program: GoProgram;
  /** Under the server's folder; they are there before it starts. */
  readonly folders: readonly string[];
  command(place: S3Place): {
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
  };
  readonly healthPath: string;
  /** Once for each new server. */
  addAccounts(
    place: S3Place,
    accounts: Readonly<Record<'writer' | 'purger' | 'reader' | 'log', S3Credentials>>,
  ): Promise<void>;
}

function newKey(name: string): S3Credentials {
  return {
    accessKeyId: `${name}${randomBytes(4).toString('hex')}`,
    secretAccessKey: randomBytes(16).toString('hex'),
  };
}

async function healthy(address: string): Promise<boolean> {
  try {
    return (await fetch(address)).ok;
  } catch {
    return false;
  }
}

export async function startS3(kind: S3Kind, options: S3Options = {}): Promise<RunningS3> {
  const { name } = kind.program;
  const binary = await findProgram(kind.program);
  if (binary === null) throw new Error(howTo(kind.program));
  const { like } = options;
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), `holdfast-${name}-`)));
  for (const each of kind.folders) await mkdir(join(folder, each), { recursive: true });
  const port = like?.port ?? (await freePort());
  const endpoint = `http://127.0.0.1:${port}`;
  const root = like?.root ?? newKey('root');
  const writer = like?.writer ?? newKey('writer');
  const purger = like?.purger ?? newKey('purger');
  const reader = like?.reader ?? newKey('reader');
  const log = like?.log ?? newKey('log');
  const place: S3Place = { binary, folder, port, region: REGION, endpoint, root };

  const { args, env } = kind.command(place);
  const server = spawn(binary, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
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
  while (!(await healthy(`${endpoint}${kind.healthPath}`))) {
    if (server.exitCode !== null || Date.now() > deadline) {
      await end('SIGKILL');
      throw new Error(`${name} did not start on port ${port}. Its last words:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (like === undefined) await kind.addAccounts(place, { writer, purger, reader, log });

  return {
    endpoint,
    region: REGION,
    port,
    pid: server.pid ?? 0,
    root,
    writer,
    purger,
    reader,
    log,
    newBucket: async ({ ownLog = false } = {}) => {
      const bucket = `test-${randomBytes(6).toString('hex')}`;
      await prepareBucket({
        endpoint,
        region: REGION,
        bucket,
        admin: root,
        accounts: {
          writer: writer.accessKeyId,
          purger: purger.accessKeyId,
          reader: reader.accessKeyId,
          ...(ownLog ? { log: log.accessKeyId } : {}),
        },
      });
      return { endpoint, region: REGION, bucket, writer, purger, reader, log: ownLog ? log : null };
    },
    stop: () => end('SIGTERM'),
    kill9: () => end('SIGKILL'),
  };
}
