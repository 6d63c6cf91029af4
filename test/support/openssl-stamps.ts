/** Somebody who stamps times, for tests: OpenSSL with a root and a certificate of its own, made anew each time. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { StampBytes } from '#capture/signature.ts';

const run = promisify(execFile);

// No `certs=`: OpenSSL would put them in an order that strict readers refuse. Source: reference/integrity.md 0, finding 10.
const SETTINGS = (folder: string): string => `
[root]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
[stamper]
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=critical,timeStamping
[t1]
serial=${folder}/serial
signer_cert=${folder}/stamper.crt
signer_key=${folder}/stamper.key
signer_digest=sha256
default_policy=1.3.6.1.4.1.55555.1.1
digests=sha256
accuracy=secs:1
tsa_name=yes
ess_cert_id_chain=no
ess_cert_id_alg=sha256
`;

/** The folder is the caller's. `rootPem`: to be trusted. */
export async function openStamps(
  folder: string,
): Promise<{ readonly stamp: StampBytes; readonly rootPem: string }> {
  const at = (name: string): string => join(folder, name);
  const openssl = async (...args: readonly string[]): Promise<string> =>
    (await run('openssl', args, { cwd: folder, timeout: 60_000 })).stdout;
  await writeFile(at('stamps.cnf'), SETTINGS(folder));
  await writeFile(at('serial'), '01\n');
  const key = ['-newkey', 'rsa:2048', '-nodes', '-config', '/dev/null'];
  await openssl(
    'req',
    '-new',
    ...key,
    '-keyout',
    at('root.key'),
    '-out',
    at('root.csr'),
    '-subj',
    '/CN=Rivertown time root',
  );
  const extensions = ['-extfile', at('stamps.cnf'), '-days', '30', '-sha256'];
  await openssl(
    'x509',
    '-req',
    '-in',
    at('root.csr'),
    '-signkey',
    at('root.key'),
    '-out',
    at('root.crt'),
    ...extensions,
    '-extensions',
    'root',
  );
  await openssl(
    'req',
    '-new',
    ...key,
    '-keyout',
    at('stamper.key'),
    '-out',
    at('stamper.csr'),
    '-subj',
    '/CN=Rivertown time',
  );
  const signer = ['-CA', at('root.crt'), '-CAkey', at('root.key'), '-CAcreateserial'];
  await openssl(
    'x509',
    '-req',
    '-in',
    at('stamper.csr'),
    ...signer,
    '-out',
    at('stamper.crt'),
    ...extensions,
    '-extensions',
    'stamper',
  );
  const rootPem = await readFile(at('root.crt'), 'utf8');
  const certificates = (await readFile(at('stamper.crt'), 'utf8')) + rootPem;
  return {
    rootPem,
    stamp: async (bytes) => {
      await writeFile(at('stamped'), bytes);
      await openssl('ts', '-query', '-data', at('stamped'), '-sha256', '-cert', '-out', at('query.tsq'));
      await openssl(
        'ts',
        '-reply',
        '-config',
        at('stamps.cnf'),
        '-section',
        't1',
        '-queryfile',
        at('query.tsq'),
        '-out',
        at('reply.tsr'),
      );
      const text = await openssl('ts', '-reply', '-in', at('reply.tsr'), '-text');
      const time = /^Time stamp: (.+)$/m.exec(text)?.[1] ?? '';
      return { response: await readFile(at('reply.tsr')), certificates, at: new Date(time) };
    },
  };
}
