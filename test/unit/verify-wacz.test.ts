/** What the check of a package finds in a web archive: by its own list of digests, and by its signature where it has one. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { writeWacz } from '#capture/wacz.ts';
import { openPackage } from '#verify/files.ts';
import { openFindings, type StepReport } from '#verify/report.ts';
import { checkWacz } from '#verify/wacz.ts';
import { signing } from '../support/signing.ts';
import { workFolder } from '../support/package-scene.ts';

let folder: string;
beforeAll(async () => {
  folder = await workFolder();
  await writeFile(join(folder, 'bagit.txt'), '');
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

async function looked(
  name: string,
): Promise<{ readonly sentences: string[]; readonly step: StepReport | undefined }> {
  const files = await openPackage(folder);
  if (files === null) throw new Error('It was not taken for a package.');
  const findings = openFindings();
  await checkWacz(files, name, findings);
  await files.close();
  return {
    sentences: findings.failures().map(({ sentence }) => sentence),
    step: findings.report().find(({ step }) => step === 'wacz'),
  };
}

const hashOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

interface Made {
  readonly body?: Buffer;
  /** How often its list names the member. */
  readonly times?: number;
  readonly compress?: boolean;
  readonly digest?: string;
  /** What stands beside the hash. */
  readonly signedData?: (hash: string) => Record<string, unknown>;
}

/** A WACZ of one member, made by hand. */
async function made(
  name: string,
  { body = Buffer.from('the page'), compress = false, digest, signedData, times = 1 }: Made,
): Promise<void> {
  const zip = new ZipFile();
  zip.addBuffer(body, 'archive/data.warc.gz', { compress });
  const list = Buffer.from(
    JSON.stringify({
      created: CREATED,
      resources: Array.from({ length: times }, () => ({
        name: 'data',
        path: 'archive/data.warc.gz',
        hash: digest ?? hashOf(body),
        bytes: body.length,
      })),
    }),
  );
  zip.addBuffer(list, 'datapackage.json', { compress });
  const hash = hashOf(list);
  const said = {
    path: 'datapackage.json',
    hash,
    ...(signedData === undefined ? {} : { signedData: signedData(hash) }),
  };
  zip.addBuffer(Buffer.from(JSON.stringify(said)), 'datapackage-digest.json', { compress });
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(join(folder, name)));
}

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const spki = publicKey.export({ type: 'spki', format: 'der' });
const CREATED = '2026-11-29T12:00:00Z';
const signature = (hash: string, dsaEncoding: 'der' | 'ieee-p1363' = 'ieee-p1363'): string =>
  sign('sha256', Buffer.from(hash), { key: privateKey, dsaEncoding }).toString('base64');
const signedOver = (hash: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  hash,
  created: CREATED,
  software: 'A test 1',
  version: '0.1.0',
  signature: signature(hash),
  publicKey: spki.toString('base64'),
  ...more,
});

describe('a web archive', () => {
  test('of ours holds, and each of its members is looked at', async () => {
    const warc = join(folder, 'data.warc.gz');
    await writeFile(warc, 'not looked into');
    const sha256 = hashOf(await readFile(warc)).slice('sha256:'.length);
    const page = { address: '', title: '', text: '', time: '2026-11-29T12:00:00Z', screens: [] };
    await writeWacz(join(folder, 'ours.wacz'), {
      warc: { path: warc, sizeBytes: 15, sha256 },
      index: [],
      page,
      notArchived: 0,
      sign: signing(folder),
    });
    const { sentences, step } = await looked('ours.wacz');
    expect(sentences).toEqual([]);
    expect(step).toMatchObject({ result: 'passed', looked: 5 });
    expect(step?.note).toMatch(/^Signed \(anonymous\) by the key with the SHA-256 [0-9a-f]{64}\.$/);
  });

  test('whose members are compressed holds too', async () => {
    await made('small.wacz', { compress: true, body: Buffer.alloc(5000, 'x') });
    expect((await looked('small.wacz')).sentences).toEqual([]);
  });

  test('with a member that is not what its list names does not', async () => {
    await made('other.wacz', { digest: hashOf(Buffer.from('another page')) });
    expect((await looked('other.wacz')).sentences).toEqual([
      'Its member archive/data.warc.gz is not what datapackage.json names.',
    ]);
  });

  test('that lists a member twice does not', async () => {
    await made('twice.wacz', { times: 3 });
    expect((await looked('twice.wacz')).sentences).toEqual([
      'Its datapackage.json lists archive/data.warc.gz twice.',
      'Its datapackage.json lists archive/data.warc.gz twice.',
    ]);
  });

  test.each(['datapackage.json', 'datapackage-digest.json'])(
    'whose %s inflates to more than its directory says does not, and is not read on',
    async (name) => {
      const zip = new ZipFile();
      for (const one of ['datapackage.json', 'datapackage-digest.json'])
        zip.addBuffer(one === name ? Buffer.alloc(100 * 2 ** 20) : Buffer.from('{}'), one, {
          compress: true,
        });
      zip.end();
      await pipeline(zip.outputStream, createWriteStream(join(folder, 'bomb.wacz')));
      const bytes = await readFile(join(folder, 'bomb.wacz'));
      // What the directory says of it, before its name.
      const at = bytes.lastIndexOf(Buffer.from(name)) - 46;
      expect(bytes.readUInt32LE(at)).toBe(0x02014b50);
      bytes.writeUInt32LE(10, at + 24);
      await writeFile(join(folder, 'bomb.wacz'), bytes);
      const before = process.memoryUsage().arrayBuffers;
      expect((await looked('bomb.wacz')).sentences).toEqual([
        'A member of it is longer than its directory says.',
      ]);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * 2 ** 20);
    },
  );

  test('that is cut off, or is no zip, does not', async () => {
    await made('whole.wacz', {});
    const bytes = await readFile(join(folder, 'whole.wacz'));
    for (const end of [0, 10, 200, bytes.length - 1]) {
      await writeFile(join(folder, 'cut.wacz'), bytes.subarray(0, end));
      expect((await looked('cut.wacz')).sentences.length, `${end} bytes`).toBe(1);
    }
  });

  test('without a signature of its own holds, and that is said', async () => {
    await made('unsigned.wacz', {});
    const { sentences, step } = await looked('unsigned.wacz');
    expect(sentences).toEqual([]);
    expect(step?.note).toContain('without a signature');
  });

  test('with a signature holds by it, and says which kind and key that is', async () => {
    await made('signed.wacz', { signedData: signedOver });
    const { sentences, step } = await looked('signed.wacz');
    expect(sentences).toEqual([]);
    const digest = createHash('sha256').update(spki).digest('hex');
    expect(step).toMatchObject({
      looked: 3,
      note: `Signed (anonymous) by the key with the SHA-256 ${digest}.`,
    });
  });

  const elsewhere = hashOf(Buffer.from('elsewhere'));
  test.each<[string, (hash: string) => Record<string, unknown>, string]>([
    [
      'over other bytes',
      (hash) => signedOver(hash, { signature: signature(`${hash}0`) }),
      'The signature is not by the key that stands beside it.',
    ],
    [
      'in the encoding of the other kind',
      (hash) => signedOver(hash, { signature: signature(hash, 'der') }),
      'The signature is not by the key that stands beside it.',
    ],
    ['of another archive', () => signedOver(elsewhere), 'What was signed is another datapackage.json.'],
    [
      'with another time',
      (hash) => signedOver(hash, { created: '2026-11-28T12:00:00Z' }),
      'signedData and datapackage.json name different times.',
    ],
    [
      'without a key',
      (hash) => signedOver(hash, { publicKey: undefined }),
      'signedData has not the members of WACZ-auth 0.1.0, and no others.',
    ],
  ])('with a signature %s fails', async (_, signedData, why) => {
    await made('forged.wacz', { signedData });
    expect((await looked('forged.wacz')).sentences).toEqual([`Its signature does not hold: ${why}`]);
  });
});
