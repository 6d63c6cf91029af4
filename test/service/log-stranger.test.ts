/**
 * A log before a stranger: a program in Python that was written from `src/log/FORMAT.md` alone, with nothing of ours and with what Python
 * brings, reads logs of several sizes from their files. What was damaged, and what is wrong under right hashes and signatures, it refuses.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entryBytes, parseEntry, type Entry } from '#log/entry.ts';
import { rootOf } from '#log/merkle.ts';
import { times } from '../support/extent.ts';
import { codeFrom, flipped, memoryLog, NEW, OLD, ORIGIN, WITNESS } from '../support/log-scene.ts';

const run = promisify(execFile);
const PROGRAM = join(import.meta.dirname, '..', 'support', 'log-stranger.py');
const HEX = 'ab'.repeat(32);

let folder = '';
let folders = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-stranger-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Its last line, whether it takes the log or not. */
async function said(log: string, ...vkeys: readonly string[]): Promise<string> {
  const keys = vkeys.length === 0 ? [OLD.vkey] : vkeys;
  const { stdout } = await run('python3', ['-I', PROGRAM, log, ...keys], { timeout: 240_000 }).catch(
    (error: { stdout: string; stderr: string; code: number }) => {
      // 1 and a sentence, and no stack of Python's.
      if (error.code !== 1 || error.stderr !== '') throw new Error(error.stderr);
      return error;
    },
  );
  return stdout.trimEnd();
}

const idOf = (n: number): string => {
  const hex = createHash('sha256').update(`${n}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
};

const KINDS: readonly Pick<Entry, 'type' | 'actor' | 'subject' | 'facts'>[] = [
  {
    type: 'intake.accepted',
    actor: `key:${idOf(-1)}`,
    subject: `record:${idOf(-2)}`,
    facts: { fact: 1, files: 2, new: true, factCommitment: HEX },
  },
  {
    type: 'record.sealed',
    actor: 'worker:seal',
    subject: `record:${idOf(-2)}`,
    facts: {
      seal: 1,
      objects: 3,
      manifestCommitment: HEX,
      until: '2033-11-21T00:00:00.000Z',
      store: 's3',
      immutability: 'compliance',
      mode: 'production',
      schedule: 'GS 059',
      edition: '2026-07',
    },
  },
  {
    type: 'view.opened',
    actor: `person:${idOf(-3)}`,
    subject: `record:${idOf(-2)}`,
    facts: { what: 'artifact', artifact: 2, detailCommitment: HEX },
  },
  {
    type: 'search.ran',
    actor: `person:${idOf(-3)}`,
    subject: null,
    facts: { list: 'records', found: 3, filters: ['platform', 'words'], continued: true },
  },
  {
    type: 'office.told',
    actor: 'worker:mail',
    subject: `record:${idOf(-2)}`,
    facts: { letter: 'sealed', about: [`office:${idOf(-4)}`, `person:${idOf(-3)}`] },
  },
  { type: 'person.agreed', actor: 'cli', subject: `person:${idOf(-3)}`, facts: { agreed: '2028-02-29' } },
  { type: 'wacz-key.added', actor: 'worker:capture', subject: null, facts: { keyDigest: HEX } },
  { type: 'log-key.added', actor: 'cli', subject: null, facts: { vkey: NEW.vkey, size: '9007199254740993' } },
];

const entryAt = (n: number): Entry => ({
  v: 1,
  log: ORIGIN,
  idx: String(n),
  id: idOf(n),
  at: new Date(Date.UTC(2026, 10, 29) + n).toISOString(),
  ...(KINDS[n % KINDS.length] as (typeof KINDS)[number]),
});
const bytesAt = (n: number): Buffer => entryBytes(entryAt(n));

/** A folder with the files of a log. Hashes and signatures are right, whatever the entries are. */
async function written(
  entries: readonly Uint8Array[],
  skeys = [OLD.skey],
  step = entries.length,
): Promise<string> {
  const log = memoryLog();
  for (let from = 0; from < entries.length; from += step) await log.append(entries.slice(from, from + step));
  const at = join(folder, String((folders += 1)));
  for (const [path, bytes] of [...log.files, ['checkpoint', log.checkpoint(skeys)] as const]) {
    await mkdir(dirname(join(at, path)), { recursive: true });
    await writeFile(join(at, path), bytes);
  }
  roots.set(at, rootOf(log.frontier).toString('hex'));
  return at;
}
const roots = new Map<string, string>();

const upTo = (size: number): Buffer[] => Array.from({ length: size }, (_, n) => bytesAt(n));

describe('a stranger takes', () => {
  test.each([1, 2, 255, 256, 257, 700])('a log of %i entries, grown in pieces', async (size) => {
    const at = await written(upTo(size), [OLD.skey], 100);
    expect(await said(at)).toBe(`ok ${size} ${roots.get(at) ?? ''}`);
  });

  test('a log of three levels of tiles', { timeout: 300_000 }, async () => {
    const at = await written(upTo(65_800));
    expect(await said(at)).toBe(`ok 65800 ${roots.get(at) ?? ''}`);
  });

  test('a log of which partial tiles are gone, since the full ones are there', async () => {
    const at = await written(upTo(700), [OLD.skey], 100);
    const whole = join(at, 'tile', '0');
    const gone = (await readdir(whole)).filter((name) => name === '000.p' || name === '001.p');
    expect(gone.length).toBe(2);
    for (const name of gone) {
      await rm(join(whole, name), { recursive: true });
      await rm(join(at, 'tile', 'entries', name), { recursive: true });
    }
    expect(await said(at)).toContain('ok 700');
  });

  test('an older checkpoint, for which the full tiles stand', async () => {
    const older = memoryLog();
    await older.append(upTo(200));
    const at = await written(upTo(300));
    await writeFile(join(at, 'checkpoint'), older.checkpoint());
    expect(await said(at)).toBe(`ok 200 ${rootOf(older.frontier).toString('hex')}`);
  });

  test('a log that two keys have signed, by either, and beside a signature that it does not know', async () => {
    const at = await written(upTo(3), [OLD.skey, NEW.skey]);
    for (const keys of [[OLD.vkey], [NEW.vkey], [OLD.vkey, NEW.vkey]])
      expect(await said(at, ...keys)).toContain('ok 3');
  });
});

describe('a stranger refuses', () => {
  const SIZE = 300;
  let whole = '';
  beforeAll(async () => {
    whole = await written(upTo(SIZE));
  });

  /** A copy in which `change` was done. */
  async function damaged(change: (at: string) => Promise<void>): Promise<string> {
    const at = join(folder, String((folders += 1)));
    await cp(whole, at, { recursive: true });
    await change(at);
    return await said(at);
  }
  const edited =
    (path: string, edit: (bytes: Buffer) => Uint8Array) =>
    async (at: string): Promise<void> =>
      await writeFile(join(at, path), edit(await readFile(join(at, path))));

  test('a bit that is another one, anywhere in any file', { timeout: 300_000 }, async () => {
    expect(await said(whole)).toContain('ok 300');
    const files = (await readdir(whole, { recursive: true, withFileTypes: true })).filter((one) =>
      one.isFile(),
    );
    expect(files.length).toBe(6);
    for (const { parentPath, name } of files) {
      const path = join(parentPath, name).slice(whole.length + 1);
      const bits = (await readFile(join(whole, path))).length * 8;
      const looks = times(12, 3);
      for (let n = 0; n < looks; n += 3)
        await Promise.all(
          [n, n + 1, n + 2].map(async (at) => {
            const bit = Math.floor(((at + 0.37) / looks) * bits);
            const answer = await damaged(edited(path, (bytes) => flipped(bytes, bit)));
            expect(answer, `${path}, bit ${bit}`).toMatch(/^refused: /);
          }),
        );
    }
  });

  test.each<[string, RegExp, (at: string) => Promise<void>]>([
    ['no checkpoint', /there is no checkpoint/, async (at) => await rm(join(at, 'checkpoint'))],
    ['a bundle that is gone', /is missing/, async (at) => await rm(join(at, 'tile/entries/000'))],
    ['a tile of the first level that is gone', /is missing/, async (at) => await rm(join(at, 'tile/0/000'))],
    [
      'a tile of the second level that is gone',
      /is missing/,
      async (at) => await rm(join(at, 'tile/1'), { recursive: true }),
    ],
    [
      'a tile that is longer',
      /another length/,
      edited('tile/0/000', (bytes) => Buffer.concat([bytes, Buffer.alloc(32)])),
    ],
    [
      'a bundle that is longer',
      /longer than its entries/,
      edited('tile/entries/000', (bytes) => Buffer.concat([bytes, Buffer.alloc(2)])),
    ],
    [
      'a bundle that is shorter',
      /ends too early/,
      edited('tile/entries/000', (bytes) => bytes.subarray(0, -1)),
    ],
    [
      'another spelling of the same root',
      /another spelling|not Base64|does not fit/,
      edited('checkpoint', (bytes) => Buffer.from(bytes.toString().replace('=\n', '\n'))),
    ],
    [
      'a signature twice as long',
      /does not fit|spelling|Base64/,
      edited('checkpoint', (bytes) =>
        Buffer.from(bytes.toString().replace(/(\u2014 \S+ \S+)\n$/, '$1AAAA\n')),
      ),
    ],
  ])('%s', async (_what, why, change) => {
    const answer = await damaged(change);
    expect(answer).toMatch(/^refused: /);
    expect(answer).toMatch(why);
  });

  test('a log that none of its keys has signed, and a key that is no log’s', async () => {
    expect(await said(whole, NEW.vkey)).toBe('refused: no known key has signed the checkpoint');
    expect(await said(whole, WITNESS.vkey)).toBe('refused: a verifier key is not of a log');
  });

  const wrong: readonly [string, RegExp, (entry: Entry) => string | Buffer][] = [
    ['an entry that says another place', /another place/, (entry) => JSON.stringify({ ...entry, idx: '7' })],
    [
      'an entry of another log',
      /another log/,
      (entry) => JSON.stringify({ ...entry, log: 'archive.example/log/lakeside' }),
    ],
    ['an id that stands twice', /stands twice/, (entry) => JSON.stringify({ ...entry, id: idOf(0) })],
    ['a member more', /other members/, (entry) => JSON.stringify({ ...entry, z: 1 })],
    [
      'another order',
      /canonical/,
      (entry) => JSON.stringify(Object.fromEntries(Object.entries(entry).toReversed())),
    ],
    ['a space', /canonical/, (entry) => JSON.stringify(entry).replace(':', ': ')],
    ['a member twice', /twice/, (entry) => JSON.stringify(entry).replace(/}$/, ',"v":1}')],
    ['a number with a fraction', /number/, (entry) => JSON.stringify(entry).replace('"v":1', '"v":1.0')],
    ['a type that is not listed', /not listed/, (entry) => JSON.stringify({ ...entry, type: 'view.closed' })],
    [
      'a day that no calendar has',
      /time of an entry/,
      (entry) => JSON.stringify({ ...entry, at: '2026-02-30T00:00:00.000Z' }),
    ],
    ['a name for an actor', /actor/, (entry) => JSON.stringify({ ...entry, actor: 'person:Alex Example' })],
    [
      'another kind of subject',
      /subject/,
      (entry) => JSON.stringify({ ...entry, subject: `office:${idOf(-2)}` }),
    ],
    [
      'a fact of another type',
      /type has not/,
      (entry) =>
        JSON.stringify({
          ...entry,
          facts: { artifact: 2, detailCommitment: HEX, size: '1', what: 'artifact' },
        }),
    ],
    [
      'a fact in words',
      /another shape/,
      (entry) => JSON.stringify({ ...entry, facts: { ...entry.facts, what: 'my neighbour' } }),
    ],
    ['no facts', /lacks a fact/, (entry) => JSON.stringify({ ...entry, facts: {} })],
    ['bytes that are no text', /JSON in UTF-8/, () => Buffer.from([0xff, 0xfe])],
    [
      'half of a pair of code units',
      /canonical|surrogate|UTF-8|other members/,
      (entry) => JSON.stringify(entry).replace('"v":1', String.raw`"v":1,"w":"\ud800"`),
    ],
  ];

  test.each(wrong)('under right hashes and signatures: %s', async (_what, why, change) => {
    // The third of them is a view. Members in the order that RFC 8785 asks for, so that one thing alone is wrong.
    const sorted = JSON.parse(bytesAt(2).toString()) as Entry;
    const bytes = Buffer.from(change(sorted));
    const at = await written([bytesAt(0), bytesAt(1), bytes, bytesAt(3)]);
    const answer = await said(at);
    expect(answer).toMatch(/^refused: /);
    expect(answer).toMatch(why);
    // Ours says the same of it, but for its place, which is the log's to know.
    if (!/place|log|twice/.test(answer))
      expect(codeFrom(() => parseEntry(bytes))).toBe('log-entry-malformed');
  });

  test('an entry of more than 4,096 bytes, and ours refuses it by its length alone', async () => {
    const long = (length: number): Buffer => {
      const text = JSON.stringify({ ...entryAt(0), z: '' });
      return Buffer.from(text.replace('"z":""', `"z":"${'x'.repeat(length - text.length)}"`));
    };
    expect([long(4096).length, long(4097).length]).toEqual([4096, 4097]);
    expect(await said(await written([long(4097)]))).toBe('refused: an entry is longer than 4,096 bytes');
    expect(await said(await written([long(4096)]))).not.toContain('4,096');
    expect(() => parseEntry(long(4097))).toThrow('more than 4096 bytes');
    expect(() => parseEntry(long(4096))).toThrow(/^(?!.*4096)/);
  });
});
