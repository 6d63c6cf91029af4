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
  readonly compress?: boolean;
  readonly digest?: string;
  /** What stands beside the hash. */
  readonly signedData?: (hash: string) => Record<string, unknown>;
}

/** A WACZ of one member, made by hand. */
async function made(
  name: string,
  { body = Buffer.from('the page'), compress = false, digest, signedData }: Made,
): Promise<void> {
  const zip = new ZipFile();
  zip.addBuffer(body, 'archive/data.warc.gz', { compress });
  const list = Buffer.from(
    JSON.stringify({
      resources: [
        { name: 'data', path: 'archive/data.warc.gz', hash: digest ?? hashOf(body), bytes: body.length },
      ],
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

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const signature = (hash: string): string => sign('sha256', Buffer.from(hash), privateKey).toString('base64');

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
    });
    const { sentences, step } = await looked('ours.wacz');
    expect(sentences).toEqual([]);
    expect(step).toMatchObject({ result: 'passed', looked: 4 });
    expect(step?.note).toContain('without a signature');
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

  test('that is cut off, or is no zip, does not', async () => {
    await made('whole.wacz', {});
    const bytes = await readFile(join(folder, 'whole.wacz'));
    for (const end of [0, 10, 200, bytes.length - 1]) {
      await writeFile(join(folder, 'cut.wacz'), bytes.subarray(0, end));
      expect((await looked('cut.wacz')).sentences.length, `${end} bytes`).toBe(1);
    }
  });

  test('with a signature holds by it, and not by one over something else', async () => {
    await made('signed.wacz', {
      signedData: (hash) => ({ hash, signature: signature(hash), publicKey: spki }),
    });
    const { sentences, step } = await looked('signed.wacz');
    expect(sentences).toEqual([]);
    expect(step).toMatchObject({ looked: 3, note: null });

    // As ArchiveWeb.page writes it: r and s, one behind the other.
    const raw = (hash: string): string =>
      sign('sha256', Buffer.from(hash), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64');
    await made('raw.wacz', { signedData: (hash) => ({ hash, signature: raw(hash), publicKey: spki }) });
    expect((await looked('raw.wacz')).sentences).toEqual([]);

    await made('forged.wacz', {
      signedData: (hash) => ({ hash, signature: signature(`${hash}0`), publicKey: spki }),
    });
    expect((await looked('forged.wacz')).sentences).toEqual(['Its signature does not hold.']);

    const elsewhere = hashOf(Buffer.from('elsewhere'));
    await made('moved.wacz', {
      signedData: () => ({ hash: elsewhere, signature: signature(elsewhere), publicKey: spki }),
    });
    expect((await looked('moved.wacz')).sentences).toEqual([
      'Its signature is over another datapackage.json.',
    ]);

    await made('keyless.wacz', { signedData: (hash) => ({ hash, signature: signature(hash) }) });
    expect((await looked('keyless.wacz')).sentences).toEqual([
      'Its signature comes without a key that can be read.',
    ]);
  });
});
