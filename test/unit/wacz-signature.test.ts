/** The signature of a web archive: made by us, checked by us; other people's judgement is in test/service/capture-wacz.test.ts. */
import { createHash, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSigning, type SigningOptions, type SignWacz } from '#capture/signature.ts';
import { verifyWaczSignature, type SignedData } from '../../src/wacz-signature.ts';
import { testAuthority, type ServerIdentity } from '../support/certificates.ts';
import { signing } from '../support/signing.ts';

const DOMAIN = 'archive.rivertown.example';
const CREATED = new Date(Math.floor(Date.now() / 1000) * 1000);
const PACKAGE = Buffer.from(JSON.stringify({ created: CREATED.toISOString(), resources: [] }));
const authority = testAuthority();

let folder = '';
let said: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-signature-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const hashOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

async function signed(by: SignWacz, of: Buffer = PACKAGE): Promise<{ data: SignedData; key: string }> {
  const created = CREATED.toISOString();
  const { signedData, key } = await by({ hash: hashOf(of), created, software: 'holdfast-capture/1' });
  return { data: signedData, key };
}

const digestFile = (signedData: unknown, of: Buffer = PACKAGE): Buffer =>
  Buffer.from(JSON.stringify({ path: 'datapackage.json', hash: hashOf(of), signedData }));

describe('an anonymous signature', () => {
  test('is by a key that stays, has the members of the specification and no others, and opens', async () => {
    const { data, key } = await signed(signing(folder));
    expect(Object.keys(data).toSorted()).toEqual([
      'created',
      'hash',
      'publicKey',
      'signature',
      'software',
      'version',
    ]);
    expect(verifyWaczSignature(digestFile(data), PACKAGE)).toEqual({
      kind: 'anonymous',
      created: CREATED.toISOString(),
      software: 'holdfast-capture/1',
      key,
      identity: null,
    });
    // A process that starts later has the same key.
    expect((await signed(signing(folder))).key).toBe(key);
    expect(await readdir(join(folder, 'keys'))).toEqual(['wacz.pem']);
    expect((await stat(join(folder, 'keys', 'wacz.pem'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'keys'))).mode & 0o777).toBe(0o700);
  });

  test('is the one that browsers know: r and s side by side, by a key on P-384 that Web Cryptography takes', async () => {
    const { data } = await signed(signing(folder));
    if (!('publicKey' in data)) throw new Error('not anonymous');
    const key = await crypto.subtle.importKey(
      'spki',
      Buffer.from(data.publicKey, 'base64'),
      { name: 'ECDSA', namedCurve: 'P-384' },
      true,
      ['verify'],
    );
    const signature = Buffer.from(data.signature, 'base64');
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
    expect(await crypto.subtle.verify(algorithm, key, signature, Buffer.from(data.hash))).toBe(true);
  });

  test('has one key, however many begin at once', async () => {
    const at = join(folder, 'race');
    const made = await Promise.all(Array.from({ length: 20 }, () => signed(signing(at))));
    expect(new Set(made.map(({ key }) => key)).size).toBe(1);
    expect(await readdir(join(at, 'keys'))).toEqual(['wacz.pem']);
  });

  test('is not made by a key file that is none; the words say what to do, and a mended file is taken', async () => {
    const at = join(folder, 'damaged');
    const by = signing(at);
    const { key } = await signed(signing(at));
    const path = join(at, 'keys', 'wacz.pem');
    const right = await readFile(path);
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    for (const wrong of ['', 'nothing', other.export({ format: 'pem', type: 'pkcs8' })]) {
      await writeFile(path, wrong);
      await expect(signed(by)).rejects.toThrow('Put back the file as it was; or move it away');
    }
    await writeFile(path, right);
    expect((await signed(by)).key).toBe(key);
  });

  test('does not open when anything of it or of the package is another, even with every digest made anew', async () => {
    const { data } = await signed(signing(folder));
    const kindOf = (changed: unknown, of = PACKAGE): string =>
      verifyWaczSignature(digestFile(changed, of), of).kind;
    expect(kindOf(data)).toBe('anonymous');
    const other = Buffer.from(PACKAGE.toString().replace('[]', '[{}]'));
    expect(kindOf(data, other)).toBe('wrong');
    expect(kindOf({ ...data, hash: hashOf(other) }, other)).toBe('wrong');
    expect(kindOf(undefined)).toBe('unsigned');
    expect(kindOf(null)).toBe('wrong');
    expect(kindOf({ ...data, more: 1 })).toBe('wrong');
    expect(kindOf({ ...data, version: '0.2.0' })).toBe('wrong');
    expect(kindOf({ ...data, created: '2026-01-01T00:00:00.000Z' })).toBe('wrong');
    const { data: strangers } = await signed(signing(join(folder, 'stranger')));
    expect(kindOf({ ...data, signature: strangers.signature })).toBe('wrong');
    // A stranger's signature opens, as the stranger's: whose key it is, the log says.
    expect(verifyWaczSignature(digestFile(strangers), PACKAGE)).not.toMatchObject({
      key: (await signed(signing(folder))).key,
    });
    // Every bit of the signature and of the key counts.
    for (const member of ['signature', 'publicKey'] as const) {
      const bytes = Buffer.from((data as Record<string, string>)[member] ?? '', 'base64');
      for (let bit = 0; bit < bytes.length * 8; bit += 7) {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(kindOf({ ...data, [member]: flipped.toString('base64') }), `${member} ${bit}`).toBe('wrong');
      }
    }
  });

  test('is refused as a whole when the files are no JSON, or name each other wrongly', () => {
    expect(verifyWaczSignature(Buffer.from('{'), PACKAGE).kind).toBe('wrong');
    expect(verifyWaczSignature(Buffer.from('[]'), PACKAGE).kind).toBe('wrong');
    const elsewhere = JSON.stringify({ path: 'other.json', hash: hashOf(PACKAGE) });
    expect(verifyWaczSignature(Buffer.from(elsewhere), PACKAGE).kind).toBe('wrong');
  });
});

describe('a domain-identity signature', () => {
  /** Stands for a time stamp; what is stamped and how, test/service/wacz-identity.test.ts shows. */
  const stamped: string[] = [];
  const options = (identity: ServerIdentity, name: string, late = 1000): SigningOptions => ({
    keysDir: join(folder, 'keys'),
    certificate: { chainPath: join(folder, `${name}.crt`), keyPath: join(folder, `${name}.key`) },
    stamp: async (bytes) => {
      stamped.push(Buffer.from(bytes).toString());
      return {
        response: Buffer.from('stamp'),
        certificates: identity.cert,
        at: new Date(CREATED.getTime() + late),
      };
    },
    log: pino({ level: 'warn' }, { write: (line: string) => void said.push(line) }),
  });

  async function identityAt(name: string, from = -1, to = 10): Promise<ServerIdentity> {
    const identity = authority.issue([DOMAIN], from, to);
    const chain = identity.cert + authority.ca;
    await writeFile(join(folder, `${name}.crt`), chain);
    await writeFile(join(folder, `${name}.key`), identity.key);
    return { key: identity.key, cert: chain };
  }

  test('has its members and no others, stamps its signature, and opens with its chain', async () => {
    const identity = await identityAt('own');
    const { data, key } = await signed(openSigning(options(identity, 'own')));
    expect(Object.keys(data).toSorted()).toEqual([
      'created',
      'domain',
      'domainCert',
      'hash',
      'signature',
      'software',
      'timeSignature',
      'timestampCert',
      'version',
    ]);
    expect(stamped).toEqual([data.signature]);
    const opened = verifyWaczSignature(digestFile(data), PACKAGE);
    expect(opened).toMatchObject({ kind: 'domain-identity', key, identity: { domain: DOMAIN } });
    const { identity: found } = opened as Extract<typeof opened, { key: string }>;
    expect(found?.certificates.length).toBe(3);
    expect(found?.stamped.toString()).toBe(data.signature);
  });

  test('does not open under another name, with another key, or with a chain that is broken', async () => {
    const identity = await identityAt('own');
    const { data } = await signed(openSigning(options(identity, 'own')));
    const kindOf = (changed: unknown): string => verifyWaczSignature(digestFile(changed), PACKAGE).kind;
    expect(kindOf(data)).toBe('domain-identity');
    expect(kindOf({ ...data, domain: 'lakeside.example' })).toBe('wrong');
    expect(kindOf({ ...data, publicKey: 'AAAA' })).toBe('wrong');
    const strangers = testAuthority('Lakeside').issue([DOMAIN]);
    expect(kindOf({ ...data, domainCert: strangers.cert })).toBe('wrong');
    const [first = '', middle = '', root = ''] = identity.cert.split(/(?<=-----END CERTIFICATE-----\n)/);
    expect(kindOf({ ...data, domainCert: first + middle + root })).toBe('domain-identity');
    expect(kindOf({ ...data, domainCert: first + root + middle })).toBe('wrong');
    expect(kindOf({ ...data, domainCert: '' })).toBe('wrong');
    expect(kindOf({ ...data, timestampCert: first + root })).toBe('wrong');
    expect(kindOf({ ...data, crossSignedCert: strangers.cert })).toBe('wrong');
    expect(kindOf({ ...data, crossSignedCert: first + middle })).toBe('domain-identity');
    const signature = sign('sha256', Buffer.from(data.hash), createPrivateKey(strangers.key));
    expect(kindOf({ ...data, signature: signature.toString('base64') })).toBe('wrong');
  });

  test('gives way to the key of the installation where it would not be one, and the process log says why', async () => {
    said = [];
    const own = await identityAt('own');
    await identityAt('past', -20, -1);
    await identityAt('coming', 1, 10);
    const mixed = await identityAt('mixed');
    await writeFile(join(folder, 'mixed.key'), own.key);
    const missing = options(own, 'nowhere');
    const failing = {
      ...options(own, 'own'),
      stamp: async () => await Promise.reject(new Error('no answer')),
    };
    const tried = [
      options(own, 'past'),
      options(own, 'coming'),
      options(mixed, 'mixed'),
      options(own, 'own', -1000),
      options(own, 'own', 600_001),
      missing,
      failing,
      { ...options(own, 'own'), stamp: null },
    ];
    for (const one of tried)
      expect(Object.keys((await signed(openSigning(one))).data)).toContain('publicKey');
    expect(said.map((line) => (JSON.parse(line) as { why: string }).why)).toEqual([
      expect.stringContaining('is not valid now'),
      expect.stringContaining('is not valid now'),
      expect.stringContaining('is not the ECDSA key'),
      expect.stringContaining('-1000 ms after'),
      expect.stringContaining('600001 ms after'),
      expect.stringContaining('ENOENT'),
      'no answer',
      'Nobody is set who stamps the time of a signature.',
    ]);
  });
});
