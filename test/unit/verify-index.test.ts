/**
 * What metadata, PREMIS, contents and receipts of a package say is compared with what is sealed and entered, by the program and by the one in
 * Python alike: whoever writes them another way is found out with the file, and so is an archive whose own index says another thing.
 */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toFolder } from '#export/export.ts';
import { canonical } from '#export/package.ts';
import type { Entry } from '#log/entry.ts';
import { keyPair } from '#log/note.ts';
import { verifyPackage, type Verdict } from '#verify/verify.ts';
import { rebag } from '../support/bag-tools.ts';
import { ended, type Ended } from '../support/bagit.ts';
import { rows } from '../support/extent.ts';
import { NEW, ORIGIN, seed } from '../support/log-scene.ts';
import { packageScene, workFolder, type PackageScene, type SceneOptions } from '../support/package-scene.ts';
import { RECEIPT_KEY, signed } from '../support/package-said.ts';

const SCRIPT = join(import.meta.dirname, '../../src/verify/verify.py');
let work: string;
let scene: PackageScene;
let whole: string;
let record: string;

beforeAll(async () => {
  work = await workFolder();
  scene = await packageScene();
  whole = join(work, 'whole');
  await toFolder(scene.parts(), whole);
  record = scene.records[0] ?? '';
});
afterAll(async () => await rm(work, { recursive: true, force: true }));

async function both(folder: string): Promise<{ readonly ours: Verdict | null; readonly python: Ended }> {
  return {
    ours: await verifyPackage(folder, scene.vkey),
    python: await ended('python3', [SCRIPT, folder, scene.vkey]),
  };
}

/** Both refuse it at this step, and name this file. */
async function bothRefuse(
  folder: string,
  step: 'records' | 'receipts' | 'index',
  file: string,
): Promise<{ readonly ours: Verdict | null }> {
  const { ours, python } = await both(folder);
  expect(ours?.verified).toBe(false);
  expect(ours?.failures.map((one) => `${one.step} ${one.file}`)).toContain(`${step} ${file}`);
  expect(python.said).toContain(`FAILED  step ${{ records: 6, receipts: 13, index: 14 }[step]}  ${file}: `);
  expect(python.code).toBe(1);
  return { ours };
}

async function forged(change: (at: string) => Promise<unknown>): Promise<string> {
  const folder = join(work, `copy-${Math.random()}`);
  await cp(whole, folder, { recursive: true });
  await change(folder);
  await rebag(folder);
  return folder;
}

const edited = async (path: string, how: (text: string) => string): Promise<void> => {
  const before = await readFile(path, 'utf8');
  const after = how(before);
  expect(after, 'it was changed').not.toBe(before);
  await writeFile(path, after);
};

type Said = Record<string, unknown>;
const OTHERS: Said = {
  account: 'lakeside',
  accountRegistered: true,
  address: 'https://x.example/1',
  agencyId: 'lakeside',
  author: 'Sam Sample',
  capture: { outcome: 'captured' },
  captureOutcome: 'captured',
  classification: { edition: '2026-07', series: 'GS 059', reason: null },
  excerpt: 'other words',
  grounds: ['policy#9.9'],
  kind: 'post',
  platform: 'facebook',
  receivedAt: '2026-11-28T12:00:00.000Z',
  recordId: '00000000-0000-7000-8000-000000000000',
  removal: 'awaited',
  removedAt: null,
  state: 'complete',
  subject: 'x:comment:1',
  verb: 'hide',
  about: 'All of this is proven.',
  invented: 1,
};

/** Every third, beginning with this one: what is changed in a package that was made, and in one that is made, takes turns. */
const third =
  (first: number) =>
  (_: unknown, i: number): boolean =>
    i % 3 === first;

describe.concurrent('a package whose lists were all made anew, without a key', () => {
  test.each(rows(Object.keys(OTHERS), third(0)))(
    'is refused for another “%s” in metadata.json',
    async (member) => {
      const file = `data/records/${record}/metadata.json`;
      await bothRefuse(
        await forged(
          async (at) =>
            await edited(join(at, file), (text) =>
              canonical({ ...(JSON.parse(text) as Said), [member]: OTHERS[member] }).toString(),
            ),
        ),
        'index',
        file,
      );
    },
  );

  test('is refused for a member that is left out of metadata.json', async () => {
    const file = `data/records/${record}/metadata.json`;
    const folder = await forged(
      async (at) =>
        await edited(join(at, file), (text) => {
          const { author: _gone, ...said } = JSON.parse(text) as Said;
          return canonical(said).toString();
        }),
    );
    await bothRefuse(folder, 'index', file);
  });

  test('is refused for an event of the history with a member more', async () => {
    const file = `data/records/${record}/metadata.json`;
    const folder = await forged(
      async (at) =>
        await edited(join(at, file), (text) => text.replace('"actor":', '"account":"x","actor":')),
    );
    await bothRefuse(folder, 'records', file);
  });

  const WORDS: readonly [string, string, string, string][] = [
    ['an event of another type', 'data/records/RECORD/premis.xml', '>ingestion<', '>deletion<'],
    ['a digest', 'data/records/RECORD/premis.xml', '<messageDigest>', '<messageDigest>0'],
    ['a size', 'data/records/RECORD/premis.xml', '<size>2000<', '<size>2001<'],
    ['who did it', 'data/records/RECORD/premis.xml', '>worker:seal<', '>worker:capture<'],
    ['what a file is', 'data/contents.json', '"image/png"', '"text/plain"'],
    ['how a file was called', 'data/contents.json', 'shot <1>.png', 'shot 2.png'],
    ['what a file is to people', 'data/contents.html', '<td>Picture</td>', '<td>Text</td>'],
    ['where a link leads', 'data/contents.html', 'href="store/', 'href="https://x.example/'],
  ];
  test.each(rows(WORDS, (_, i) => i % 2 === 0))('is refused for %s in %s', async (_, pattern, from, to) => {
    const file = pattern.replace('RECORD', record);
    await bothRefuse(
      await forged(async (at) => await edited(join(at, file), (text) => text.replace(from, to))),
      'index',
      file,
    );
  });

  const RECEIPTS: readonly [string, (said: Said) => object][] = [
    ['with another account', (said) => ({ ...said, account: 'lakeside' })],
    ['with the other answer', (said) => ({ ...said, safeToRemove: false })],
    ['with a member more', (said) => ({ ...said, more: 1 })],
    ['without its signature', (said) => ({ ...said, signature: null })],
    ['that is none', () => ({ recordId: record })],
    [
      'that somebody else signed',
      ({ signature: _theirs, ...said }) =>
        signed(
          { ...said, account: 'lakeside' },
          keyPair(RECEIPT_KEY.vkey.split('+')[0] ?? '', seed('other')),
        ),
    ],
    [
      'that the log’s own kind of key signed',
      ({ signature: _theirs, ...said }) => signed(said, keyPair(ORIGIN, seed('other'))),
    ],
  ];
  test.each(rows(RECEIPTS, third(2)))('is refused for a receipt %s', async (_, how) => {
    const file = `data/records/${record}/receipt.json`;
    const folder = await forged(
      async (at) =>
        await edited(join(at, file), (text) => canonical(how(JSON.parse(text) as Said)).toString()),
    );
    await bothRefuse(folder, 'receipts', file);
  });

  test('is refused for the receipt of another record', async () => {
    const file = `data/records/${record}/receipt.json`;
    const folder = await forged(
      async (at) => await cp(join(at, `data/records/${scene.records[1]}/receipt.json`), join(at, file)),
    );
    await bothRefuse(folder, 'receipts', file);
  });
});

describe.concurrent('an archive whose index is not what was sealed, and which makes and signs the package itself', () => {
  const made = async (options: SceneOptions): Promise<string> => {
    const folder = join(work, `made-${Math.random()}`);
    await toFolder((await packageScene(options)).parts(), folder);
    return folder;
  };

  const CLAIMS = Object.keys(OTHERS).filter((name) => !['about', 'agencyId', 'recordId'].includes(name));
  test.each(rows(CLAIMS, third(1)))('is found out for another “%s”', async (member) => {
    const folder = await made({ metadata: (said) => ({ ...said, [member]: OTHERS[member] }) });
    const { ours } = await bothRefuse(folder, 'index', `data/records/${record}/metadata.json`);
    // The log has nothing against it: these are the bytes that it handed out.
    expect([...new Set(ours?.failures.map(({ step }) => step))]).toEqual(['index']);
  });

  const RECEIPTS: [string, (said: Said) => Said][] = [
    ['another platform', (said) => ({ ...said, platform: 'facebook' })],
    ['another account', (said) => ({ ...said, account: 'lakeside' })],
    ['another state', (said) => ({ ...said, status: 'complete' })],
    ['a removal that was not', (said) => ({ ...said, removal: 'awaited' })],
    ['another time of the removal', (said) => ({ ...said, removedAt: null })],
    [
      'another time of the report',
      (said) => ({ ...said, times: { ...(said['times'] as Said), reportedAt: 'x' } }),
    ],
    ['an object less', (said) => ({ ...said, seals: (said['seals'] as unknown[]).slice(1) })],
    [
      'another digest',
      (said) => ({
        ...said,
        seals: (said['seals'] as Said[]).map((one) =>
          one['role'] === 'fact' ? { ...one, sha256: '0'.repeat(64) } : one,
        ),
      }),
    ],
    ['production, of what was sealed in a trial', (said) => ({ ...said, mode: 'production' })],
    [
      'that it is a year older than its key and its seals in the log',
      (said) => ({ ...said, times: { ...(said['times'] as Said), issuedAt: '2025-11-29T12:00:00.000Z' } }),
    ],
    [
      'a time of its issue that is none',
      (said) => ({ ...said, times: { ...(said['times'] as Said), issuedAt: '2026-11-31T12:00:00.000Z' } }),
    ],
    ['no proof of its key', (said) => ({ ...said, proof: { ...(said['proof'] as Said), receiptKey: null } })],
    [
      'no proof of its seals',
      (said) => ({ ...said, safeToRemove: false, proof: { ...(said['proof'] as Said), seals: [] } }),
    ],
  ];
  const placed = (said: Said, change: (proof: { receiptKey: Said; seals: Said[] }) => object): Said => ({
    ...said,
    proof: { ...(said['proof'] as Said), ...change(said['proof'] as { receiptKey: Said; seals: Said[] }) },
  });
  RECEIPTS.push(
    [
      'another place of the entry of its key',
      (said) => placed(said, ({ receiptKey }) => ({ receiptKey: { ...receiptKey, index: 5 } })),
    ],
    [
      'another place of the entry of a seal',
      (said) => placed(said, ({ seals }) => ({ seals: seals.map((one) => ({ ...one, index: 5 })) })),
    ],
  );
  test.each(rows(RECEIPTS, third(0)))('is found out for a receipt that says %s', async (_, receipt) => {
    await bothRefuse(await made({ receipt }), 'receipts', `data/records/${record}/receipt.json`);
  });

  type Told = (of: string, entries: readonly Entry[]) => readonly Entry[];
  const about = (of: string, entries: readonly Entry[]): Entry[] =>
    entries.filter(({ subject }) => subject === `record:${of}`);
  const HISTORIES: readonly [string, Told][] = [
    [
      'an event of another record, told of this one',
      (of, all) =>
        all.filter(({ subject, idx }) =>
          // The first of the other record.
          idx === '4' ? of === record : subject === `record:${of}`,
        ),
    ],
    [
      'an event of no record, told of this one',
      (of, all) => (of === record ? [...all.slice(0, 1), ...about(of, all)] : about(of, all)),
    ],
    [
      'an event that is told twice',
      (of, all) => (of === record ? [...about(of, all), ...about(of, all).slice(-1)] : about(of, all)),
    ],
    [
      'an event that is told before what went before it',
      (of, all) => (of === record ? about(of, all).toReversed() : about(of, all)),
    ],
  ];
  test.each(HISTORIES)('is found out for %s', async (_, history) => {
    await bothRefuse(await made({ history }), 'records', `data/records/${record}/metadata.json`);
  });

  test('is found out for an event of two records', async () => {
    const other = scene.records[1] ?? '';
    const folder = await made({
      history: (of, all) =>
        of === other ? [...about(record, all).slice(-1), ...about(of, all)] : about(of, all),
    });
    await bothRefuse(folder, 'records', `data/records/${other}/metadata.json`);
  });

  test('is found out for an event about a record that its history leaves out', async () => {
    const folder = await made({
      history: (of, all) => about(of, all).filter(({ type }) => type !== 'view.opened'),
    });
    const { ours, python } = await both(folder);
    expect(ours?.failures.map((one) => `${one.step} ${one.file}`)).toEqual([
      'entries proofs/entries/7.entry',
    ]);
    expect(python.said).toContain('FAILED  step 6  proofs/entries/7.entry: ');
  });

  test('is found out for receipts by a key that the log does not name', async () => {
    const receiptKey = keyPair(RECEIPT_KEY.vkey.split('+')[0] ?? '', seed('another'));
    await bothRefuse(await made({ receiptKey }), 'receipts', `data/records/${record}/receipt.json`);
  });

  test('is found out for receipts that lead to another log', async () => {
    const other = await packageScene({ key: NEW });
    const file = `data/records/${record}/receipt.json`;
    let theirs: Buffer | undefined;
    for await (const { path, bytes } of other.parts()) {
      const chunks: Buffer[] = [];
      for await (const chunk of bytes) chunks.push(chunk);
      if (path === file) theirs = Buffer.concat(chunks);
    }
    const folder = await forged(async (at) => await writeFile(join(at, file), theirs ?? ''));
    await bothRefuse(folder, 'receipts', file);
  });
});

describe('what nothing in a package proves', () => {
  test('is named in the verdict, member by member, with on whose word it is', async () => {
    const { ours, python } = await both(whole);
    expect(ours?.notProven.map(({ file, saidBy }) => [file, saidBy])).toEqual([
      ['data/package.json', 'index'],
      ['data/records/*/receipt.json', 'receipt-key'],
    ]);
    expect(ours?.notProven[1]?.members).toEqual(
      expect.arrayContaining([
        'safeToRemove',
        'proof.anchors',
        'proof.log',
        'times.source',
        'times.precision',
      ]),
    );
    expect(ours?.notProven[1]?.members, 'its seals are of a trial').not.toContain('mode');
    expect(python.said).toContain('Proven by nothing in here');
  });

  test('is also the mode of a receipt, where no seal was made in a trial', async () => {
    const folder = join(work, 'production');
    await toFolder((await packageScene({ mode: 'production' })).parts(), folder);
    const { ours, python } = await both(folder);
    expect(ours?.failures).toEqual([]);
    expect(ours?.notProven[1]?.members).toContain('mode');
    expect(python.code).toBe(0);
  });

  test('is more where a fact of the record is not sealed yet, and then fails nothing', async () => {
    const folder = join(work, 'unsealed');
    await toFolder(
      (
        await packageScene({
          waiting: true,
          metadata: (said) => (said['recordId'] === record ? { ...said, verb: 'hide' } : said),
        })
      ).parts(),
      folder,
    );
    const { ours, python } = await both(folder);
    expect(ours?.failures).toEqual([]);
    expect(
      ours?.notProven.find(({ file }) => file === `data/records/${record}/metadata.json`)?.members,
    ).toEqual([
      'accountRegistered',
      'address',
      'capture',
      'classification',
      'grounds',
      'removal',
      'removedAt',
      'subject',
      'verb',
    ]);
    expect(python.said).toContain(
      'but the word of the archive’s index: metadata.json: verb'.replace('’', "'"),
    );
    expect(python.code).toBe(0);
  });
});
