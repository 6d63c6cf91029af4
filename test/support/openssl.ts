/**
 * OpenSSL's own time stamps (`openssl ts`): a second authority, and the judge that a court's expert has at hand. Found on the machine,
 * or unpacked from Debian's package.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { unpackFromDebian } from './debian-package.ts';
import { issue } from './der-writer.ts';

const run = promisify(execFile);

const PLACE = join(import.meta.dirname, '..', '..', '.cache', 'openssl');
const HOW_TO = `Tests need the program openssl, and none was found. As root, run:
  apt-get update && apt-get install -y --no-install-recommends openssl
or put openssl 3.0 or newer on the PATH.`;

interface Program {
  readonly path: string;
  readonly environment: NodeJS.ProcessEnv;
}

async function found(): Promise<Program | null> {
  const lib = join(PLACE, 'usr', 'lib');
  const triplets = (await readdir(lib).catch(() => [])).filter((name) => name.includes('-linux-'));
  for (const program of [
    { path: 'openssl', environment: process.env },
    {
      path: join(PLACE, 'usr', 'bin', 'openssl'),
      environment: { ...process.env, LD_LIBRARY_PATH: triplets.map((one) => join(lib, one)).join(delimiter) },
    },
  ])
    if (
      await run(program.path, ['version'], { env: program.environment }).then(
        ({ stdout }) => stdout.startsWith('OpenSSL 3'),
        () => false,
      )
    )
      return program;
  return null;
}

export async function bringOpenssl(): Promise<Program> {
  const there = await found();
  if (there !== null) return there;
  let cause: unknown;
  try {
    await unpackFromDebian('openssl', PLACE, async () => (await found()) !== null);
  } catch (error) {
    cause = error;
  }
  const brought = await found();
  if (brought === null) throw new Error(HOW_TO, { cause });
  return brought;
}

async function openssl(folder: string, ...words: readonly string[]): Promise<string> {
  const { path, environment } = await bringOpenssl();
  const { stdout } = await run(path, [...words], { cwd: folder, env: environment });
  return stdout;
}

/** What `openssl ts -verify` says of a stamp of these bytes under this root. `at`: judged as of then, in seconds. */
export async function opensslVerifies(
  tsr: Uint8Array,
  bytes: Uint8Array,
  root: string,
  { at }: { readonly at?: number } = {},
): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-openssl-'));
  try {
    await writeFile(join(folder, 'stamp.tsr'), tsr);
    await writeFile(join(folder, 'data'), bytes);
    await writeFile(join(folder, 'root.pem'), root);
    const words = ['ts', '-verify', '-data', 'data', '-in', 'stamp.tsr', '-CAfile', 'root.pem'];
    return await openssl(folder, ...words, ...(at === undefined ? [] : ['-attime', String(at)])).then(
      (said) => said.includes('Verification: OK'),
      () => false,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface OpensslTsa {
  readonly url: string;
  /** PEM of its root. */
  readonly root: string;
  close(): Promise<void>;
}

/** An authority that answers with `openssl ts -reply`. */
export async function startOpensslTsa({ rsa = false } = {}): Promise<OpensslTsa> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-openssl-tsa-'));
  const root = issue({ name: 'Lakeside test stamps root', rsa });
  const signer = issue({ name: 'Lakeside test stamps', issuer: root, use: 'stamps', rsa });
  await writeFile(join(folder, 'tsa.pem'), signer.pem);
  await writeFile(join(folder, 'tsa.key'), signer.key.export({ type: 'pkcs8', format: 'pem' }));
  await writeFile(
    join(folder, 'tsa.cnf'),
    // Without "certs": with it openssl writes them in an order that is not that of DER.
    `[t1]
serial=./serial
signer_cert=./tsa.pem
signer_key=./tsa.key
signer_digest=sha256
default_policy=1.3.6.1.4.1.55555.1.1
digests=sha256,sha384,sha512
accuracy=secs:1
ordering=yes
tsa_name=yes
ess_cert_id_chain=no
ess_cert_id_alg=sha256
`,
  );
  // One after another: its serial numbers lie in a file.
  let last: Promise<unknown> = Promise.resolve();
  const reply = async (question: Buffer): Promise<Buffer> => {
    await writeFile(join(folder, 'question.tsq'), question);
    await openssl(
      folder,
      'ts',
      '-reply',
      '-config',
      'tsa.cnf',
      '-section',
      't1',
      '-queryfile',
      'question.tsq',
      '-out',
      'answer.tsr',
    );
    return await readFile(join(folder, 'answer.tsr'));
  };
  const server = createServer((request, response) => {
    last = last
      .then(async () => await reply(await buffer(request)))
      .then(
        (bytes) => response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(bytes),
        () => response.writeHead(500).end(),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    root: root.pem,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
