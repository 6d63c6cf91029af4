/** Time stamps: what is believed of an authority's answer, and each way in which one can be wrong. openssl is the judge beside us. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyStamp } from '#anchor/stamp.ts';
import { obtainStamp, openStamping } from '#anchor/stamper.ts';
import { openSigning } from '#capture/signature.ts';
import { ArchiveError } from '#errors.ts';
import { verifyWaczSignature } from '../../src/wacz-signature.ts';
import { testAuthority } from '../support/certificates.ts';
import { freePort } from '../support/port.ts';
import { issue } from '../support/der-writer.ts';
import { flipped } from '../support/log-scene.ts';
import { opensslVerifies, startOpensslTsa } from '../support/openssl.ts';
import { startTsa, type Answer, type TestTsa } from '../support/tsa.ts';

const CHECKPOINT = Buffer.from(
  'archive.example/log/rivertown\n17\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— x y\n',
);
const DAY_MS = 86_400_000;
const now = (): Date => new Date();

let tsa: TestTsa;
beforeAll(async () => {
  tsa = await startTsa();
});
afterAll(async () => await tsa.close());

const authority = (one: TestTsa = tsa, roots = one.root.pem) => ({ name: one.name, url: one.url, roots });

/** What came of asking: the time, or the code with the check that failed. */
async function asked(one: TestTsa = tsa, roots?: string): Promise<string> {
  return await obtainStamp(authority(one, roots), CHECKPOINT, { now, timeoutMs: 700 }).then(
    () => 'believed',
    (error: unknown) => {
      if (!(error instanceof ArchiveError)) throw error;
      const check = error.details?.['check'];
      return typeof check === 'string' ? `${error.code}: ${check}` : error.code;
    },
  );
}

async function answering(change: (answer: Answer) => Partial<Answer>, one = tsa): Promise<string> {
  one.lie(change);
  try {
    return await asked(one);
  } finally {
    one.lie(null);
  }
}

describe('a stamp is believed', () => {
  test.each([
    ['on P-256', false],
    ['with RSA', true],
  ])('when openssl made it %s, and openssl believes what was kept', async (_name, rsa) => {
    const other = await startOpensslTsa({ rsa });
    try {
      const { tsr, stamp } = await obtainStamp(
        { name: 'openssl', url: other.url, roots: other.root },
        CHECKPOINT,
        { now },
      );
      expect(Math.abs(stamp.at.getTime() - Date.now())).toBeLessThan(60_000);
      expect(await opensslVerifies(tsr, CHECKPOINT, other.root)).toBe(true);
      expect(await opensslVerifies(tsr, Buffer.from('other bytes'), other.root)).toBe(false);
    } finally {
      await other.close();
    }
  });

  test.each<[string, (answer: Answer) => Partial<Answer>]>([
    ['as it comes', () => ({})],
    ['granted with changes', () => ({ status: 1 })],
    ['signed over SHA-512', () => ({ hash: 'sha512' })],
    ['with fractions of a second', ({ at }) => ({ at: new Date(at.getTime() + 120) })],
    [
      'with the certificate named by SHA-1, as older authorities do',
      ({ signer }) => ({ named: [{ version: 1, certificate: signer }] }),
    ],
    [
      'with the certificate named in both ways',
      ({ signer }) => ({
        named: [1, 2].map((version) => ({ version: version as 1 | 2, certificate: signer })),
      }),
    ],
    ['with its root beside it', ({ certificates }) => ({ certificates: [...certificates, tsa.root] })],
    [
      'by an authority under another one',
      () => {
        const middle = issue({ name: 'Rivertown test stamps issuer', issuer: tsa.root });
        const signer = issue({ name: 'Rivertown test stamps 2', issuer: middle, use: 'stamps' });
        return { signer, certificates: [middle, signer], named: [{ version: 2, certificate: signer }] };
      },
    ],
  ])('%s, by us and by openssl', async (_name, change) => {
    tsa.lie(change);
    try {
      const { tsr } = await obtainStamp(authority(), CHECKPOINT, { now });
      expect(await opensslVerifies(tsr, CHECKPOINT, tsa.root.pem)).toBe(true);
    } finally {
      tsa.lie(null);
    }
  });

  test('with RSA, and among several roots', async () => {
    const other = await startTsa({ rsa: true });
    try {
      expect(await asked(other, `${tsa.root.pem}${other.root.pem}`)).toBe('believed');
    } finally {
      await other.close();
    }
  });

  test('also after the certificate of its signer has expired: it is judged at its own time', async () => {
    const ends = new Date(Date.now() + 2500);
    const signer = issue({ name: 'Rivertown test stamps 3', issuer: tsa.root, use: 'stamps', to: ends });
    tsa.lie(() => ({ signer, certificates: [signer], named: [{ version: 2, certificate: signer }] }));
    const { tsr, stamp } = await obtainStamp(authority(), CHECKPOINT, { now }).finally(() => tsa.lie(null));
    await new Promise((resolve) => setTimeout(resolve, ends.getTime() - Date.now() + 1500));
    expect(await opensslVerifies(tsr, CHECKPOINT, tsa.root.pem)).toBe(false);
    expect(await opensslVerifies(tsr, CHECKPOINT, tsa.root.pem, { at: stamp.at.getTime() / 1000 })).toBe(
      true,
    );
    expect((await verifyStamp(tsr, CHECKPOINT, tsa.root.pem)).at).toEqual(stamp.at);
  });
});

describe('a stamp is refused', () => {
  const stranger = issue({ name: 'A stranger’s root' });
  const strangers = issue({ name: 'A stranger', issuer: stranger, use: 'stamps' });
  const with_ =
    (use: NonNullable<Parameters<typeof issue>[0]['use']>, days = 30) =>
    (): Partial<Answer> => {
      const signer = issue({
        name: 'Rivertown test stamps',
        issuer: tsa.root,
        use,
        to: new Date(Date.now() + days * DAY_MS),
      });
      return { signer, certificates: [signer], named: [{ version: 2, certificate: signer }] };
    };

  test.each<[string, string, (answer: Answer) => Partial<Answer>]>([
    ['that was refused', 'stamp-wrong: status', () => ({ status: 2 })],
    ['of other bytes', 'stamp-wrong: imprint', () => ({ digest: randomBytes(32) })],
    [
      'with an imprint by another digest',
      'stamp-wrong: imprint',
      () => ({ imprintHash: 'sha512', digest: randomBytes(64) }),
    ],
    ['that answers another question', 'stamp-wrong: nonce', () => ({ nonce: '4142434445464748' })],
    ['that says no nonce', 'stamp-wrong: nonce', () => ({ nonce: null })],
    ['an hour behind', 'stamp-wrong: clock', ({ at }) => ({ at: new Date(at.getTime() - 3_600_000) })],
    ['an hour ahead', 'stamp-wrong: clock', ({ at }) => ({ at: new Date(at.getTime() + 3_600_000) })],
    ['by a certificate that expired yesterday', 'stamp-wrong: chain', with_('stamps', -1)],
    [
      'by a stranger',
      'stamp-wrong: chain',
      () => ({
        signer: strangers,
        certificates: [strangers],
        named: [{ version: 2, certificate: strangers }],
      }),
    ],
    [
      'by a stranger who brings a root along',
      'stamp-wrong: chain',
      () => ({
        signer: strangers,
        certificates: [strangers, stranger],
        named: [{ version: 2, certificate: strangers }],
      }),
    ],
    ['signed with another key', 'stamp-wrong: signature', () => ({ key: strangers })],
    ['by a certificate for servers', 'stamp-wrong: purpose', with_('servers')],
    ['by a certificate that says no purpose', 'stamp-wrong: purpose', with_('not-said')],
    ['by a certificate for stamps and more', 'stamp-wrong: purpose', with_('stamps-and-more')],
    [
      'by a certificate whose purpose may be passed over',
      'stamp-wrong: purpose',
      with_('stamps-not-critical'),
    ],
    ['that names no certificate', 'stamp-wrong: signer', () => ({ named: [] })],
    [
      'that names another certificate',
      'stamp-wrong: signer',
      () => ({ named: [{ version: 2, certificate: tsa.root }] }),
    ],
    [
      'that names another certificate in the older way',
      'stamp-wrong: signer',
      ({ named }) => ({ named: [...named, { version: 1, certificate: tsa.root }] }),
    ],
    ['without its certificate', 'stamp-wrong: signer', () => ({ certificates: [] })],
    [
      'whose time was changed afterwards',
      'stamp-wrong: signature',
      () => ({
        afterwards: (info) =>
          Buffer.from(
            info
              .toString('latin1')
              .replace(
                /(20\d{11})(\d)Z/,
                (_all, most: string, last: string) => `${most}${(Number(last) + 1) % 10}Z`,
              ),
            'latin1',
          ),
      }),
    ],
    [
      'that calls itself something else',
      'stamp-wrong: signature',
      () => ({ contentType: '1.2.840.113549.1.7.1' }),
    ],
    ['whose signed data are something else', 'stamp-malformed', () => ({ infoType: '1.2.840.113549.1.7.1' })],
    ['with two signers', 'stamp-malformed', () => ({ signers: 2 })],
  ])('%s', async (_name, expected, change) => {
    expect(await answering(change)).toBe(expected);
    expect(await asked()).toBe('believed');
  });

  const under = (...middles: readonly Partial<Parameters<typeof issue>[0]>[]): Partial<Answer> => {
    let issuer = tsa.root;
    const certificates = middles.map((more, n) => (issuer = issue({ name: `Issuer ${n}`, issuer, ...more })));
    const signer = issue({ name: 'Rivertown test stamps', issuer, use: 'stamps' });
    return { signer, certificates: [...certificates, signer], named: [{ version: 2, certificate: signer }] };
  };
  test.each<[string, () => Partial<Answer>]>([
    ['with a condition that nobody understands', () => under({ unknownCritical: true })],
    ['that may have none below it, and has', () => under({ below: 0 }, {})],
    ['that may not issue any', () => under({ use: 'stamps' })],
    ['that has expired', () => under({ to: new Date(Date.now() - DAY_MS) })],
  ])('under a certificate %s, as openssl does', async (_name, change) => {
    expect(await answering(change)).toBe('stamp-wrong: chain');
    let sent = Buffer.alloc(0);
    tsa.answer((response, answer) => {
      sent = Buffer.from(answer);
      response.end(answer);
    });
    expect(await answering(change).finally(() => tsa.answer(null))).toBe('stamp-wrong: chain');
    expect(sent.length).toBeGreaterThan(1000);
    expect(await opensslVerifies(sent, CHECKPOINT, tsa.root.pem)).toBe(false);
  });

  test('from an authority whose root is another’s', async () => {
    expect(await asked(tsa, stranger.pem)).toBe('stamp-wrong: chain');
  });

  test.each<[string, string, Parameters<TestTsa['answer']>[0]]>([
    ['garbage', 'stamp-malformed', (response) => response.end(randomBytes(400))],
    ['nothing', 'stamp-malformed', (response) => response.end()],
    ['a page', 'stamp-malformed', (response) => response.end('<!doctype html><title>Sign in</title>')],
    [
      'half of a stamp',
      'stamp-malformed',
      (response, honest) => response.end(honest.subarray(0, honest.length / 2)),
    ],
    [
      'a stamp and something behind it',
      'stamp-malformed',
      (response, honest) => response.end(Buffer.concat([honest, Buffer.from([0])])),
    ],
    ['that it is broken', 'anchor-refused', (response) => response.writeHead(500).end()],
    [
      'that it is elsewhere',
      'anchor-refused',
      (response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
    ],
    ['nothing for too long', 'anchor-unreachable', () => undefined],
    [
      'a byte now and then',
      'anchor-unreachable',
      (response) => {
        const drip = setInterval(() => response.write('0'), 50);
        response.on('close', () => clearInterval(drip));
      },
    ],
    [
      'more than a stamp can be',
      'anchor-unreachable',
      (response) => response.end(Buffer.alloc(1_000_000, 0x30)),
    ],
    ['and breaks the line', 'anchor-unreachable', (response) => response.destroy()],
  ])('when the answer is %s', async (_name, expected, how) => {
    tsa.answer(how);
    try {
      expect(await asked()).toBe(expected);
    } finally {
      tsa.answer(null);
    }
  });

  test('with any single bit of it changed', async () => {
    const { tsr } = await obtainStamp(authority(), CHECKPOINT, { now });
    const passed: string[] = [];
    for (let bit = 0; bit < tsr.length * 8; bit += 1)
      await verifyStamp(flipped(tsr, bit), CHECKPOINT, tsa.root.pem).then(
        () =>
          passed.push(`bit ${bit & 7} of ${tsr.subarray((bit >> 3) - 4, (bit >> 3) + 1).toString('hex')}`),
        (error: unknown) => {
          if (!(error instanceof ArchiveError)) throw error;
        },
      );
    // But for one, which tells nothing else: "granted" and "granted with changes" (RFC 3161, section 2.4.2).
    expect(passed).toEqual(['bit 0 of 3003020100']);
  });
});

describe('of a web archive that a certificate signs', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-stamping-'));
  });
  afterAll(async () => await rm(folder, { recursive: true }));

  const signed = async (authorities: Parameters<typeof openStamping>[0]) => {
    const maker = testAuthority();
    const { cert, key } = maker.issue(['archive.rivertown.example']);
    const certificate = { chainPath: join(folder, 'own.crt'), keyPath: join(folder, 'own.key') };
    await writeFile(certificate.chainPath, cert + maker.ca);
    await writeFile(certificate.keyPath, key);
    const created = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
    const datapackage = Buffer.from(JSON.stringify({ created, resources: [] }));
    const hash = `sha256:${createHash('sha256').update(datapackage).digest('hex')}`;
    const sign = openSigning({
      keysDir: join(folder, 'keys'),
      certificate,
      stamp: openStamping(authorities, now),
      log: pino({ level: 'silent' }),
    });
    const { signedData } = await sign({ hash, created, software: 'Holdfast test' });
    const digest = Buffer.from(JSON.stringify({ path: 'datapackage.json', hash, signedData }));
    return { signedData, opened: verifyWaczSignature(digest, datapackage) };
  };

  test('the time is that of the first authority that answers, with the way from its certificate to its root', async () => {
    const silent = `http://127.0.0.1:${await freePort()}/`;
    const { signedData, opened } = await signed([
      { ...authority(), name: 'silent', url: silent },
      authority(),
    ]);
    expect(opened.kind).toBe('domain-identity');
    if (!('timeSignature' in signedData)) throw new Error('It has no stamp.');
    expect(signedData.timestampCert).toBe(tsa.signer.pem + tsa.root.pem);
    const stamp = await verifyStamp(
      Buffer.from(signedData.timeSignature, 'base64'),
      Buffer.from(signedData.signature, 'ascii'),
      tsa.root.pem,
    );
    expect(Math.abs(stamp.at.getTime() - Date.now())).toBeLessThan(60_000);
  });

  test('nobody’s time, or a time that is not believed, leaves it to the installation’s own key', async () => {
    expect((await signed([])).opened.kind).toBe('anonymous');
    expect((await signed([authority(tsa, issue({ name: 'Somebody else' }).pem)])).opened.kind).toBe(
      'anonymous',
    );
  });
});
