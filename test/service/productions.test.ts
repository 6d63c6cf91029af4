/** From reviewed records to a bag that a stranger verifies: packed, looked through, sealed, released, and what stands in the way of each. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyPair } from '#log/note.ts';
import { releaseProduction, type Production } from '#production/production.ts';
import { verifyProduction } from '#verify/verify.ts';
import { openArchive, type Archive } from '../support/archive.ts';
import { bagitValidates, ended } from '../support/bagit.ts';
import { filesIn, rebag } from '../support/bag-tools.ts';
import { needlesOf } from '../support/needles.ts';
import { judgePdf } from '../support/pdf-judge.ts';
import { committed, cited, decide, newRequest, produced, sealedRecord } from '../support/producing.ts';

const NAME = 'Tobias Quillfeather';
const SECRET = `My neighbour ${NAME}, 12, was bullied at the pool. Call 816-555-0142!`;
const PUBLIC_WORDS = 'The potholes of Elm Street are a disgrace.';

const HOLDFAST = join(import.meta.dirname, '../../src/cli/main.ts');

let archive: Archive;
let work: string;
let requestId: string;
let partId: string;
let wholeId: string;
let withheldId: string;
let made: Production;
let zip: string;
let folder: string;
let vkey: string;

/** A picture with words in it, which the gate must be able to read. */
async function picture(words: string): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="160"><rect width="640" height="160" fill="#fff"/><text x="20" y="60" font-size="32" font-family="DejaVu Sans, sans-serif">${words}</text></svg>`;
  return await sharp(Buffer.from(svg)).flatten({ background: '#fff' }).png().toBuffer();
}

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'holdfast-production-'));
  archive = await openArchive({ env: { HOLDFAST_LOOK_AGAIN: 'no' } });
  await archive.work();
  requestId = await newRequest(archive);
  const shot = { name: 'shot.png', type: 'image/png', bytes: await picture('Elm Street') };
  wholeId = await sealedRecord(archive, { text: PUBLIC_WORDS }, [shot]);
  partId = await sealedRecord(archive, { text: SECRET, author: { displayName: NAME } }, [
    { name: `${NAME}.png`, type: 'image/png', bytes: await picture(`posted by ${NAME}`) },
  ]);
  withheldId = await sealedRecord(archive, { text: 'The alarm code of the vault is zebra-umbrella-nine.' });
  const { rows } = await archive.sql.query<{ vkey: string }>(
    "select vkey from log_key where agency_id = 'rivertown' order by first_size desc limit 1",
  );
  vkey = rows[0]?.vkey ?? '';
  await decide(archive, requestId, wholeId, { answer: 'release' });
  const there = await committed(archive, partId);
  const start = SECRET.indexOf(NAME);
  await decide(archive, requestId, partId, {
    answer: 'part',
    fields: there.fields.map(({ fact, pointer }) =>
      pointer === '/data/content/text'
        ? {
            fact,
            pointer,
            decision: 'part',
            passages: [
              { start, end: start + NAME.length, exemption: cited(), description: 'The name of a child' },
              {
                start: SECRET.indexOf('816'),
                end: SECRET.indexOf('!'),
                exemption: cited(),
                description: 'A telephone number',
              },
            ],
          }
        : { fact, pointer, decision: 'withhold', exemption: cited(), description: 'Who wrote it' },
    ),
    files: there.files.map(({ n, mediaType }) =>
      mediaType === 'image/png'
        ? {
            file: n,
            decision: 'part',
            boxes: [
              { x: 0, y: 20, width: 640, height: 60, exemption: cited(), description: 'The name of a child' },
            ],
          }
        : { file: n, decision: 'withhold', exemption: cited(), description: 'The same in another form' },
    ),
  });
  await decide(archive, requestId, withheldId, {
    answer: 'withhold',
    exemption: cited(),
    description: 'How a building is secured',
  });
  const answer = await produced(archive, requestId);
  made = answer.production;
  if (made.objectKey === null || made.versionId === null)
    throw new Error(JSON.stringify({ state: made.state, gate: made.gate, failure: made.failure }, null, 1));
  zip = join(work, 'production.zip');
  await writeFile(zip, await buffer(await archive.system.store.read(made.objectKey, made.versionId)));
  await ended('python3', ['-m', 'zipfile', '-e', zip, work]);
  folder = join(work, `production-${made.n}`);
}, 240_000);
afterAll(async () => {
  await archive?.close();
  await rm(work, { recursive: true, force: true });
});

describe('a production', () => {
  test('is made of what was decided, passed by the gate and sealed', async () => {
    expect(made).toMatchObject({
      state: 'ready',
      released: 1,
      part: 1,
      withheld: 1,
      batesPrefix: 'RVT',
      batesFirst: 1,
    });
    expect(made.gate).toMatchObject({ clean: true, outcome: 'clean', hits: [], unread: [] });
    expect(made.gate?.looked.files).toBe(made.files);
    expect(made.gate?.soughtItems).toBeGreaterThan(4);
    const state = await archive.system.store.head(made.objectKey ?? '');
    expect(state?.mode).toBe('COMPLIANCE');
  });

  test('verifies by our program, as ZIP and as folder, with the key of the log and without', async () => {
    for (const path of [zip, folder])
      for (const key of [vkey, null]) {
        const verdict = await verifyProduction(path, key);
        expect(verdict?.failures).toEqual([]);
        expect(verdict).toMatchObject({ verified: true, records: 2, withheld: 1 });
        expect(verdict?.steps.every(({ looked }) => looked > 0)).toBe(true);
      }
  });

  test('is a bag to bagit of Python', async () => {
    const { code, said } = await bagitValidates(folder);
    expect(said).toContain('is valid');
    expect(code).toBe(0);
  });

  test('has no withheld word in any byte of it, in no writing', async () => {
    const needles = [NAME, 'Quillfeather', '816-555-0142', 'zebra-umbrella', 'alarm code'].flatMap((word) =>
      needlesOf(word, Buffer.from(word), word),
    );
    let looked = 0;
    for (const path of await filesIn(folder)) {
      const bytes = await readFile(join(folder, path));
      looked += bytes.length;
      for (const needle of needles)
        expect(bytes.includes(needle.bytes), `${needle.how} in ${path}`).toBe(false);
    }
    expect(looked).toBeGreaterThan(50_000);
  });

  test('says in its papers what it releases, and of what it withholds general terms alone', async () => {
    const csv = await readFile(join(folder, 'data/records.csv'), 'utf8');
    expect(csv).toContain(PUBLIC_WORDS);
    expect(csv).toContain('[▇▇▇ withheld: 610.021(14) RSMo with A law for tests (read in a copy only)]');
    const log = await readFile(join(folder, 'data/exemption-log.csv'), 'utf8');
    expect(log).toContain('"withheld 1","The whole record"');
    expect(log).toContain('How a building is secured');
    expect(log).not.toContain(withheldId);
    const affidavit = await readFile(join(folder, 'data/affidavit-490-692.txt'), 'utf8');
    expect(affidavit).toContain(`Attached hereto are ${made.recordPages} pages of records`);
    expect(affidavit).toContain('NOT verified');
    // Of an archive that is being tried out; of whatever pages cannot show; and with the key to compare.
    expect(archive.system.config.mode).toBe('trial');
    expect(affidavit).toMatch(/^TRIAL: not for official records/);
    expect(affidavit).toMatch(
      /\d+ file\(s\) of these records, such as films, papers and web archives, stand on no page/,
    );
    expect(affidavit).toContain(vkey);
    expect(log).toContain('read in a copy of the statute, not verified');
    expect((await readdir(join(folder, 'data/papers'))).sort()).toEqual(
      [`${partId}.json`, `${wholeId}.json`].sort(),
    );
  });

  test('that was changed is found out, wherever, and by the exit code too', async () => {
    const whole = await readFile(zip);
    const at = (needle: string | Buffer, from = 0): number => {
      const found = whole.indexOf(needle, from);
      if (found < 0) throw new Error('The test looks for something that is not there.');
      return found;
    };
    const flip = (place: number): Buffer => {
      const copy = Buffer.from(whole);
      copy[place] = (copy[place] ?? 0) ^ 1;
      return copy;
    };
    const directory = whole.readUInt32LE(whole.length - 6);
    const text = at(PUBLIC_WORDS, at('data/papers/'));
    const cases: Record<string, Buffer> = {
      'a time in the ZIP': flip(10),
      'a byte of bagit.txt': flip(at('BagIt-Version')),
      'a letter that was released': flip(text),
      'a commitment': flip(at('"commitment":"') + 20),
      'a picture': flip(at('IDAT') + 10),
      'a page of the PDF': flip(at('%PDF') + 2000),
      'the table': flip(at('bates_first')),
      'the signature': flip(at('holdfast-production/1\nagency') + 30),
      'an entry of the log': flip(at('"record.sealed"')),
      'the directory of the ZIP': flip(directory + 46),
      'its last byte': flip(whole.length - 1),
      'something behind it': Buffer.concat([whole, Buffer.from('x')]),
      'its end': whole.subarray(0, whole.length - 1000),
      'a comment in the ZIP': Buffer.concat([
        whole.subarray(0, whole.length - 2),
        Buffer.from([1, 0]),
        Buffer.from('x'),
      ]),
    };
    for (const [what, bytes] of Object.entries(cases)) {
      const path = join(work, 'changed.zip');
      await writeFile(path, bytes);
      const verdict = await verifyProduction(path, vkey);
      expect(verdict?.verified, what).toBe(false);
      expect(verdict?.failed, what).toBeGreaterThan(0);
    }
    await writeFile(join(work, 'changed.zip'), cases['a letter that was released'] ?? Buffer.alloc(0));
    const verified = await ended(process.execPath, [HOLDFAST, 'verify', zip, '--key', vkey]);
    expect(verified, verified.said).toMatchObject({ code: 0 });
    expect(verified.said).toContain('VERIFIED: 2 record(s).');
    expect(verified.said).toContain('TRIAL: not for official records');
    const onItsWord = await ended(process.execPath, [HOLDFAST, 'verify', zip]);
    expect(onItsWord.said).toContain('VERIFIED: 2 record(s), on its own word until you compare the key.');
    const failed = await ended(process.execPath, [HOLDFAST, 'verify', join(work, 'changed.zip')]);
    expect(failed.code).toBe(1);
    expect(failed.said).toContain(`data/papers/${wholeId}.json`);
  });

  test('that was made anew around a changed text, with new lists, is not what was signed', async () => {
    const copy = join(work, 'forged');
    await ended('cp', ['-r', folder, copy]);
    const csv = join(copy, 'data/records.csv');
    await writeFile(csv, (await readFile(csv, 'utf8')).replace('potholes', 'flowers'));
    await rebag(copy);
    const verdict = await verifyProduction(copy, vkey);
    expect(verdict?.failures.map(({ step, file }) => `${step} ${file}`)).toContain(
      'production proofs/production.note',
    );
    expect(verdict?.failures.every(({ step }) => step !== 'bag')).toBe(true);
  });

  test('is not believed by the key of another log', async () => {
    const other = keyPair(vkey.split('+')[0] ?? '', Buffer.alloc(32, 7)).vkey;
    expect((await verifyProduction(zip, other))?.verified).toBe(false);
  });

  test('has a PDF that is tagged, with links, a place for each record and words for each picture', async () => {
    const text = (await readFile(join(folder, 'data/index.pdf'))).toString('latin1');
    expect(text).toContain('/Marked true');
    expect(text).toContain('<pdfuaid:part>1</pdfuaid:part>');
    const kinds = [...text.matchAll(/\/S \/(\w+)/g)].map(([, kind]) => kind);
    const count = (kind: string): number => kinds.filter((one) => one === kind).length;
    // A link for each record, each to a place that there is.
    expect(count('Link')).toBe(2);
    const places = [...text.matchAll(/\/S \/GoTo\s*\/D \(([^)]+)\)/g)].map(([, place]) => place);
    expect(places).toEqual(['record-1', 'record-2']);
    for (const place of places) expect(text.split(`(${place})`).length).toBeGreaterThan(2);
    expect(count('H1')).toBe(1);
    // The two records and the log of exemptions.
    expect(count('H2')).toBe(3);
    expect(count('Figure')).toBe(2);
    expect([...text.matchAll(/\/Alt \(Picture, file \d+ of record \d+/g)]).toHaveLength(2);
    expect(text).toContain('/Tabs /S');
  });

  test('has papers whose offsets, tree and pages hold by themselves, with a number at the foot of each page', async () => {
    for (const name of ['index.pdf', 'affidavit-490-692.pdf']) {
      const { faults, marked, elements } = judgePdf(await readFile(join(folder, 'data', name)));
      expect(faults, name).toEqual([]);
      expect(elements, name).toBeGreaterThan(10);
      expect(marked, name).toBeGreaterThan(10);
    }
    const bytes = await readFile(join(folder, 'data/index.pdf'));
    const { pages } = judgePdf(bytes);
    expect(pages).toHaveLength(made.batesLast ?? 0);
    for (const [i, strings] of pages.entries())
      expect(strings.at(-1)).toBe(`TRIAL: not for official records · RVT-${String(i + 1).padStart(6, '0')}`);
    // And what was changed in one shows.
    const moved = Buffer.from(
      bytes.toString('latin1').replace('%%EOF', ' %%EOF').replace('\n1 0 obj', '\n\n1 0 obj'),
      'latin1',
    );
    expect(judgePdf(moved).faults.length).toBeGreaterThan(0);
    const alone = Buffer.from(
      bytes.toString('latin1').replace(/\/S \/H1\n\/P \d\d/, '/S /H1\n/P 99'),
      'latin1',
    );
    expect(judgePdf(alone).faults).toMatchObject([
      expect.stringContaining('does not name its parent') as string,
    ]);
  });

  test('of many records has several volumes, whose pages are numbered through', async () => {
    const { production } = await produced(archive, requestId, {
      prefix: 'VOL',
      context: { volumeRecords: 1 },
    });
    expect(production.state).toBe('ready');
    const path = join(work, 'volumes.zip');
    const bytes = await buffer(
      await archive.system.store.read(production.objectKey ?? '', production.versionId ?? ''),
    );
    await writeFile(path, bytes);
    expect((await verifyProduction(path, vkey))?.failures).toEqual([]);
    await ended('python3', ['-m', 'zipfile', '-e', path, join(work, 'volumes')]);
    const paper = JSON.parse(
      await readFile(join(work, 'volumes', `production-${production.n}`, 'data/production.json'), 'utf8'),
    ) as { volumes: { path: string; first: string; last: string; pages: number }[] };
    expect(paper.volumes.map((one) => one.path)).toEqual(['data/index.pdf', 'data/index-0002.pdf']);
    const [first, second] = paper.volumes;
    expect(first?.first).toBe('VOL-000001');
    expect(Number(second?.first.slice(4))).toBe(Number(first?.last.slice(4)) + 1);
    expect(Number(second?.last.slice(4))).toBe(production.batesLast);
    let number = Number(first?.first.slice(4));
    for (const { path: name } of paper.volumes) {
      const { faults, pages } = judgePdf(
        await readFile(join(work, 'volumes', `production-${production.n}`, name)),
      );
      expect(faults, name).toEqual([]);
      for (const strings of pages) {
        expect(strings.at(-1)).toBe(
          `TRIAL: not for official records · VOL-${String(number).padStart(6, '0')}`,
        );
        number += 1;
      }
    }
    expect(number - 1).toBe(production.batesLast);
  });

  test('with a long log of exemptions has volumes for it, of which each page has its number', async () => {
    const { production } = await produced(archive, requestId, {
      prefix: 'LONG',
      context: { volumeExemptions: 2 },
    });
    expect(production).toMatchObject({ state: 'ready', gate: { outcome: 'clean' } });
    const path = join(work, 'long.zip');
    await writeFile(
      path,
      await buffer(await archive.system.store.read(production.objectKey ?? '', production.versionId ?? '')),
    );
    expect((await verifyProduction(path, vkey))?.failures).toEqual([]);
    await ended('python3', ['-m', 'zipfile', '-e', path, join(work, 'long')]);
    const long = join(work, 'long', `production-${production.n}`);
    const rows =
      (await readFile(join(long, 'data/exemption-log.csv'), 'utf8')).trim().split('\r\n').length - 1;
    const { volumes } = JSON.parse(await readFile(join(long, 'data/production.json'), 'utf8')) as {
      volumes: { first: string; last: string }[];
    };
    expect(rows).toBeGreaterThan(2);
    // The records and the first two rows; two more in each.
    expect(volumes).toHaveLength(Math.ceil(rows / 2));
    for (const [n, one] of volumes.entries())
      expect(Number(one.first.slice(5))).toBe(n === 0 ? 1 : Number(volumes[n - 1]?.last.slice(5)) + 1);
    expect(Number(volumes.at(-1)?.last.slice(5))).toBe(production.batesLast);
  });

  test('is released with a link once, unless a record was reviewed again', async () => {
    const { db, now } = archive.system;
    const release = async (id: string) =>
      await db.inAgency(
        'rivertown',
        async (at) => await releaseProduction(at, id, { now: now(), days: 7 }, 'cli'),
      );
    await decide(archive, requestId, wholeId, { answer: 'release' });
    await expect(release(made.id)).rejects.toMatchObject({ code: 'production-stale' });
    const again = await produced(archive, requestId);
    expect(again.production).toMatchObject({ state: 'ready', n: 4, batesFirst: (made.batesLast ?? 0) + 1 });
    expect(await release(again.id)).toMatchObject({ link: 1 });
  });
});
