/** A web archive that says by a certificate who made it, and by a stamp when: judged by the verifier of those who wrote the format. */
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSigning } from '#capture/signature.ts';
import { SOFTWARE } from '#capture/wacz.ts';
import { verifyWaczSignature, type SignedData } from '../../src/wacz-signature.ts';
import { askAuthsign, bringAuthsign, type TrustedRoots } from '../support/authsign.ts';
import { testAuthority } from '../support/certificates.ts';
import { openStamps } from '../support/openssl-stamps.ts';

const DOMAIN = 'archive.rivertown.example';
const authority = testAuthority();
const created = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
const datapackage = Buffer.from(JSON.stringify({ created, resources: [] }));
const hash = `sha256:${createHash('sha256').update(datapackage).digest('hex')}`;

let folder = '';
let roots: TrustedRoots;
let signedData: SignedData;

beforeAll(async () => {
  await bringAuthsign();
  folder = await mkdtemp(join(tmpdir(), 'holdfast-identity-'));
  const { stamp, rootPem } = await openStamps(folder);
  const identity = authority.issue([DOMAIN]);
  const certificate = { chainPath: join(folder, 'own.crt'), keyPath: join(folder, 'own.key') };
  await writeFile(certificate.chainPath, identity.cert + authority.ca);
  await writeFile(certificate.keyPath, identity.key);
  const log = pino({ level: 'silent' });
  const sign = openSigning({ keysDir: join(folder, 'keys'), certificate, stamp, log });
  ({ signedData } = await sign({ hash, created, software: SOFTWARE }));
  roots = { domain: fingerprint(authority.ca), timestamp: fingerprint(rootPem) };
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const fingerprint = (pem: string): string =>
  new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();

test('authsign takes it for its domain’s, at the time of the stamp', async () => {
  const { observer, timestamp } = await askAuthsign(signedData, roots);
  expect(observer).toBe(DOMAIN);
  expect(Math.abs(Date.parse(timestamp) - Date.parse(created))).toBeLessThan(60_000);
  const digest = Buffer.from(JSON.stringify({ path: 'datapackage.json', hash, signedData }));
  expect(verifyWaczSignature(digest, datapackage)).toMatchObject({
    kind: 'domain-identity',
    identity: { domain: DOMAIN },
  });
});

test('authsign refuses it under another hash, domain, root or time, and another’s stamp', async () => {
  const others = await mkdtemp(join(folder, 'others-'));
  const { stamp } = await openStamps(others);
  const { response, certificates } = await stamp(Buffer.from(signedData.signature, 'ascii'));
  const changed: Readonly<Record<string, [unknown, TrustedRoots]>> = {
    hash: [{ ...signedData, hash: hash.replace(/.$/, (c) => (c === '0' ? '1' : '0')) }, roots],
    domain: [{ ...signedData, domain: 'lakeside.example' }, roots],
    root: [signedData, { ...roots, domain: fingerprint(testAuthority('Lakeside').ca) }],
    'root of the stamp': [signedData, { ...roots, timestamp: roots.domain }],
    time: [{ ...signedData, created: new Date(Date.parse(created) - 660_000).toISOString() }, roots],
    stamp: [
      {
        ...signedData,
        timeSignature: Buffer.from(response).toString('base64'),
        timestampCert: certificates,
      },
      roots,
    ],
  };
  for (const [what, [data, trusted]] of Object.entries(changed))
    await expect(askAuthsign(data, trusted), what).rejects.toThrow();
});
