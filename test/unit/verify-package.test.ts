/** What a stranger's check of a package finds: every changed bit, every attack that makes the lists anew, and nothing where nothing is wrong. */
import { createPrivateKey, sign } from 'node:crypto';
import { cp, mkdir, open, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commitment, sha256Hex } from '#commitment.ts';
import { asTar, toFile, toFolder } from '#export/export.ts';
import { canonical } from '#export/package.ts';
import { verifyPackage, type Verdict } from '#verify/verify.ts';
import { filesIn, rebag } from '../support/bag-tools.ts';
import { openChance, seedOfRun } from '../support/chance.ts';
import { times } from '../support/extent.ts';
import { NEW, OLD, seed, WITNESS } from '../support/log-scene.ts';
import { packageScene, stable, workFolder, type PackageScene } from '../support/package-scene.ts';

let work: string;
let scene: PackageScene;
/** Never changed; what a test changes is a copy. */
let whole: string;
let tar: string;

beforeAll(async () => {
  work = await workFolder();
  scene = await packageScene();
  whole = join(work, 'whole');
  await toFolder(scene.parts(), whole);
  tar = join(work, 'whole.tar');
  // Once more: what was produced twice is two entries, of which the later package proves the later.
  await toFile(asTar((await packageScene()).parts(), { top: 'holdfast-0123456789ab', at: new Date() }), tar);
});
afterAll(async () => await rm(work, { recursive: true, force: true }));

async function found(path: string, key: string | null = scene.vkey): Promise<Verdict> {
  const verdict = await verifyPackage(path, key);
  if (verdict === null) throw new Error('It was not taken for a package.');
  return verdict;
}

/** A copy that is changed, and what checking it says. */
async function after(change: (folder: string) => Promise<unknown>, { again = true } = {}): Promise<Verdict> {
  const folder = join(work, `copy-${Math.random()}`);
  await cp(whole, folder, { recursive: true });
  await change(folder);
  if (again) await rebag(folder);
  const verdict = await found(folder);
  await rm(folder, { recursive: true });
  return verdict;
}

const stepsOf = ({ failures }: Verdict): string[] => [...new Set(failures.map(({ step }) => step))];
const edit = async (path: string, how: (text: string) => string): Promise<void> =>
  await writeFile(path, how(await readFile(path, 'utf8')));
const pathOf = (role: RegExp): string => {
  const [first] = paths.filter((path) => role.test(path));
  if (first === undefined) throw new Error(`No file is like ${role.source}.`);
  return first;
};
let paths: string[];
beforeAll(async () => void (paths = await filesIn(whole)));
const FILE = /^data\/store\/.*\/1\/[0-9a-f]{64}$/;

describe('a package that nobody touched', () => {
  test('is verified, as a folder and as a tar, and each step says how much it looked at', async () => {
    for (const path of [whole, tar]) {
      const { verified, failures, steps, key, checkpoint } = await found(path);
      expect(failures).toEqual([]);
      expect(verified).toBe(true);
      expect(key).toEqual({ from: 'caller', vkeys: [scene.vkey] });
      expect(checkpoint?.size).toBe(10);
      expect(steps.filter(({ result }) => result === 'passed').map(({ n }) => n)).toEqual([
        1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14,
      ]);
      for (const { looked, result } of steps) expect(looked > 0).toBe(result === 'passed');
      expect(steps.find(({ step }) => step === 'bag')?.looked).toBe(paths.length);
    }
  });

  test('says that the key came with it when none was given', async () => {
    const { verified, key } = await found(whole, null);
    expect(verified).toBe(true);
    expect(key).toEqual({ from: 'package', vkeys: [scene.vkey] });
  });

  test('in many of different sizes, is never taken for a changed one', async () => {
    const chance = openChance(seedOfRun());
    for (let i = 0; i < times(200, 15); i += 1) {
      const one = await packageScene({
        name: `n${i}`,
        records: 1 + chance.below(3),
        fileBytes: chance.pick([0, 1, 511, 512, 513, 5000]),
        filesInSeal: 1 + chance.below(3),
      });
      const path = join(work, 'one.tar');
      await toFile(
        asTar(one.parts(), { top: `holdfast-${one.exportId.slice(-12)}`, at: new Date(i * 1e9) }),
        path,
      );
      const { failures, verified } = await found(path, one.vkey);
      await rm(path);
      expect(failures, `seed ${chance.seed}, package ${i}`).toEqual([]);
      expect(verified).toBe(true);
    }
  });
});

describe('a bit that was changed', () => {
  test('is found in places of each file, with step and file, and never once it is put back', async () => {
    const chance = openChance(seedOfRun());
    const seen = new Set<string>();
    // Each file at least once, or a few times, whatever its length.
    const ofEach = times(3, 1);
    for (let i = 0; i < Math.max(times(1000, 0), paths.length * ofEach); i += 1) {
      const path = i < paths.length * ofEach ? (paths[i % paths.length] as string) : chance.pick(paths);
      const bytes = await readFile(join(whole, path));
      const at = chance.below(bytes.length * 8);
      const mask = 1 << (at & 7);
      const where = `seed ${chance.seed}, bit ${at} of ${path}`;
      const handle = await open(join(whole, path), 'r+');
      await handle.write(Buffer.from([(bytes[at >> 3] as number) ^ mask]), 0, 1, at >> 3);
      const { failures, verified } = await found(whole);
      await handle.write(bytes, at >> 3, 1, at >> 3);
      await handle.close();
      expect(verified, where).toBe(false);
      expect(failures.length, where).toBeGreaterThan(0);
      expect(
        failures.some(({ file, sentence }) => file === path || sentence.includes(path)),
        `${where}: ${JSON.stringify(failures)}`,
      ).toBe(true);
      seen.add(path);
      if (i % 10 === 0) expect((await found(whole)).failures, `${where}, put back`).toEqual([]);
    }
    expect(seen.size).toBe(paths.length);
  });

  test('is found in places of a tar, between its files too', async () => {
    const chance = openChance(seedOfRun());
    const bytes = await readFile(tar);
    const path = join(work, 'flipped.tar');
    await writeFile(path, bytes);
    const handle = await open(path, 'r+');
    for (let i = 0; i < times(200, 30); i += 1) {
      const at = chance.below(bytes.length * 8);
      await handle.write(Buffer.from([(bytes[at >> 3] as number) ^ (1 << (at & 7))]), 0, 1, at >> 3);
      const verdict = await verifyPackage(path, scene.vkey);
      await handle.write(bytes, at >> 3, 1, at >> 3);
      // In the first header it is no package at all any more.
      expect(verdict?.verified ?? false, `seed ${chance.seed}, bit ${at}`).toBe(false);
    }
    await handle.close();
    expect((await found(path)).verified).toBe(true);
  });
});

describe('files that are not what they were', () => {
  test('a tar that ends early is found wherever it ends', async () => {
    const chance = openChance(seedOfRun());
    const { length } = await readFile(tar);
    const path = join(work, 'short.tar');
    for (let i = 0; i < times(100, 20); i += 1) {
      await cp(tar, path);
      const end = 512 + chance.below(length - 512);
      await truncate(path, end);
      expect((await verifyPackage(path, scene.vkey))?.verified ?? false, `seed ${chance.seed}, ${end}`).toBe(
        false,
      );
    }
  });

  test('a tar with something behind its end, or with a member twice, is found', async () => {
    const path = join(work, 'more.tar');
    const bytes = await readFile(tar);
    await writeFile(path, Buffer.concat([bytes, Buffer.alloc(512)]));
    expect(stepsOf(await found(path))).toEqual(['bag']);
    const first = bytes.subarray(0, 1024);
    await writeFile(path, Buffer.concat([first, bytes]));
    expect((await found(path)).failures).toEqual([
      { step: 'bag', file: 'bagit.txt', sentence: 'It is there twice.' },
    ]);
  });

  const FILES: readonly [string, string, (folder: string) => Promise<unknown>][] = [
    ['one that is missing', 'bag', async (at) => await rm(join(at, pathOf(FILE)))],
    ['one that is shorter', 'bag', async (at) => await truncate(join(at, pathOf(FILE)), 10)],
    [
      'one that is longer',
      'bag',
      async (at) => await writeFile(join(at, pathOf(FILE)), 'more', { flag: 'a' }),
    ],
    ['one more among the payload', 'bag', async (at) => await writeFile(join(at, 'data/more.txt'), 'x')],
    ['one more among the tags', 'bag', async (at) => await writeFile(join(at, 'proofs/more.txt'), 'x')],
    [
      'one more object',
      'bag',
      async (at) => await writeFile(join(at, pathOf(FILE).replace(/[^/]+$/, '0'.repeat(64))), 'x'),
    ],
    [
      'one under another name',
      'bag',
      async (at) => await rename(join(at, pathOf(FILE)), join(at, 'data/store/x')),
    ],
    ['an empty folder', 'bag', async (at) => await mkdir(join(at, 'proofs/stamps'))],
    [
      'a link to what it was',
      'bag',
      async (at) => {
        await rename(join(at, 'verify.py'), join(at, '..', 'verify.py'));
        await symlink('../verify.py', join(at, 'verify.py'));
      },
    ],
  ];
  test.each(FILES)('%s is found', async (_, step, change) => {
    const verdict = await after(change, { again: false });
    expect(verdict.verified).toBe(false);
    expect(stepsOf(verdict)).toContain(step);
  });

  test('what is no package is not taken for one', async () => {
    expect(await verifyPackage(join(work, 'nothing'), null)).toBe(null);
    expect(await verifyPackage(join(whole, 'verify.py'), null)).toBe(null);
    expect(await verifyPackage(join(whole, 'data'), null)).toBe(null);
  });
});

describe('whoever changes a package and makes all of its lists anew', () => {
  const record = (): string => scene.records[0] as string;
  const store = (): string => `data/store/a/rivertown/rec/${record()}`;
  const swapped = async (at: string, one: string, other: string): Promise<void> => {
    const [first, second] = [await readFile(join(at, one)), await readFile(join(at, other))];
    await writeFile(join(at, one), second);
    await writeFile(join(at, other), first);
  };

  const ATTACKS: readonly [string, string, (folder: string) => Promise<unknown>][] = [
    ['a file', 'seals', async (at) => await writeFile(join(at, pathOf(FILE)), stable('other', 2000))],
    [
      'two files, each for the other',
      'seals',
      async (at) => {
        const [one = '', other = ''] = paths.filter((path) => FILE.test(path) && path.startsWith(store()));
        await swapped(at, one, other);
      },
    ],
    ['a file that is taken away', 'seals', async (at) => await rm(join(at, pathOf(FILE)))],
    [
      'a file more in a seal',
      'seals',
      async (at) => await writeFile(join(at, `${store()}/1/${'0'.repeat(64)}`), 'x'),
    ],
    [
      'a seal that is taken away',
      'records',
      async (at) => await rm(join(at, `${store()}/2`), { recursive: true }),
    ],
    [
      'the salt of a record',
      'commitments',
      async (at) => await writeFile(join(at, `${store()}/salt`), seed('other')),
    ],
    ['a file with its manifest and commitment', 'records', replaceFile],
    [
      'what the index says',
      'package',
      async (at) =>
        await edit(join(at, `data/records/${record()}/metadata.json`), (text) =>
          text.replace('"platform":"x"', '"platform":"y"'),
        ),
    ],
    [
      'the events of PREMIS',
      'package',
      async (at) =>
        await edit(join(at, `data/records/${record()}/premis.xml`), (text) =>
          text.replace('ingestion', 'deletion'),
        ),
    ],
    [
      'the list of contents',
      'package',
      async (at) => await edit(join(at, 'data/contents.html'), (text) => text.replace('Picture', 'Text')),
    ],
    ['an event that is left out', 'records', async (at) => await takeOut(at, 7)],
    [
      'an event that is left out everywhere',
      'package',
      async (at) => {
        await takeOut(at, 7);
        const path = join(at, `data/records/${record()}/metadata.json`);
        const said = JSON.parse(await readFile(path, 'utf8')) as { history: unknown[] };
        await writeFile(path, canonical({ ...said, history: said.history.slice(0, -1) }));
      },
    ],
    ['the entry about the package', 'package', async (at) => await takeOut(at, 9)],
    [
      'the time of an entry',
      'entries',
      async (at) =>
        await edit(join(at, 'proofs/entries/7.entry'), (text) => text.replace('T12:00', 'T11:00')),
    ],
    [
      'two entries, each for the other',
      'entries',
      async (at) => await swapped(at, 'proofs/entries/1.entry', 'proofs/entries/2.entry'),
    ],
    [
      'the proof of another entry',
      'entries',
      async (at) => await cp(join(at, 'proofs/entries/2.proof'), join(at, 'proofs/entries/1.proof')),
    ],
    [
      'an entry under another number',
      'entries',
      async (at) => {
        for (const end of ['entry', 'proof', 'salt', 'detail'])
          await rename(join(at, `proofs/entries/7.${end}`), join(at, `proofs/entries/70.${end}`));
      },
    ],
    [
      'what is said of an event',
      'details',
      async (at) => await edit(join(at, 'proofs/entries/7.detail'), (text) => text.replace('7', '8')),
    ],
    [
      'what is said of an event, left out',
      'details',
      async (at) => await rm(join(at, 'proofs/entries/7.detail')),
    ],
    [
      'the salt of an entry',
      'details',
      async (at) => await writeFile(join(at, 'proofs/entries/7.salt'), seed('other')),
    ],
    [
      'the checkpoint, by an older one',
      'consistency',
      async (at) => await cp(join(at, 'proofs/checkpoints/7'), join(at, 'proofs/checkpoint')),
    ],
    [
      'the proof of consistency',
      'consistency',
      async (at) =>
        await edit(join(at, 'proofs/consistency/7'), (text) => text.split('\n').slice(1).join('\n')),
    ],
    [
      'how to check it',
      'papers',
      async (at) => await edit(join(at, 'VERIFY.md'), (text) => text.replace('not', 'now')),
    ],
    [
      'the program that checks it',
      'papers',
      async (at) => await writeFile(join(at, 'verify.py'), 'print("VERIFIED")\n'),
    ],
    [
      'the policy',
      'papers',
      async (at) => await edit(join(at, 'proofs/policy.txt'), (text) => `# theirs\n${text}`),
    ],
    [
      'whose it is',
      'papers',
      async (at) => await edit(join(at, 'bag-info.txt'), (text) => text.replace('Rivertown', 'Lakeside')),
    ],
    [
      'which records it has',
      'package',
      async (at) =>
        await edit(join(at, 'data/package.json'), (text) =>
          text.replace(record(), '00000000-0000-7000-8000-000000000000'),
        ),
    ],
    [
      'its own form',
      'papers',
      async (at) => await edit(join(at, 'data/package.json'), (text) => `${text}\n`),
    ],
  ];
  test.each(ATTACKS)('is found out: %s', async (_, step, change) => {
    const verdict = await after(change);
    expect(verdict.verified).toBe(false);
    expect(stepsOf(verdict)).toContain(step);
    expect(stepsOf(verdict), 'every list was made anew').not.toContain('bag');
    for (const { file } of verdict.failures) expect(file).not.toBe('');
  });

  async function takeOut(at: string, index: number): Promise<void> {
    for (const end of ['entry', 'proof', 'salt', 'detail'])
      await rm(join(at, `proofs/entries/${index}.${end}`));
  }

  /** All that somebody can make who has the package alone: another file, its key, its manifest with fresh commitments. */
  async function replaceFile(at: string): Promise<void> {
    const path = join(at, `${store()}/2/manifest.json`);
    const manifest = JSON.parse(await readFile(path, 'utf8')) as {
      files: { n: number; key: string; sha256: string; bytes: number; commitment: string }[];
    };
    const [file] = manifest.files;
    if (file === undefined) throw new Error('The seal has no file.');
    const salt = await readFile(join(at, `${store()}/salt`));
    const body = stable('forged', 1999);
    await rm(join(at, `data/store/${file.key}`));
    const sha256 = sha256Hex(body);
    const key = file.key.replace(/[^/]+$/, sha256);
    Object.assign(file, {
      key,
      sha256,
      bytes: body.length,
      commitment: commitment(salt, `file/${file.n}`, sha256),
    });
    await writeFile(join(at, `data/store/${key}`), body);
    await writeFile(path, canonical(manifest));
  }

  test('a file, forged with its whole seal, gets past the seals and not past the log', async () => {
    expect(stepsOf(await after(replaceFile))).toEqual(['records', 'package', 'receipts', 'index']);
  });
});

describe('keys', () => {
  test('a log of somebody else is not taken for yours, whatever the package says', async () => {
    const forged = await packageScene({ key: NEW });
    const folder = join(work, 'forged');
    await toFolder(forged.parts(), folder);
    const verdict = await found(folder, OLD.vkey);
    expect(verdict.verified).toBe(false);
    expect(stepsOf(verdict)).toEqual(expect.arrayContaining(['entries', 'consistency']));
    // By itself it holds together; that is why the key is printed.
    expect(await found(folder, null)).toMatchObject({
      verified: true,
      key: { from: 'package', vkeys: [NEW.vkey] },
    });
  });

  test('a key of another log is refused with the name of both', async () => {
    const { failures } = await found(whole, WITNESS.vkey.replace(/^/, ''));
    expect(failures.map(({ sentence }) => sentence).join(' ')).toContain('witness.example/w1');
  });

  test('as many witnesses as the policy asks for must have cosigned', async () => {
    const policy = `log ${OLD.vkey}\nwitness w1 ${WITNESS.vkey}\ngroup all-of-them all w1\nquorum all-of-them\n`;
    const without = join(work, 'without');
    await toFolder((await packageScene({ policy })).parts(), without);
    expect((await found(without)).failures).toMatchObject([{ step: 'witnesses', file: 'proofs/checkpoint' }]);

    const cosigned = await packageScene({
      policy,
      published: (note) => Buffer.concat([note, cosignature(note)]),
    });
    const withOne = join(work, 'with');
    await toFolder(cosigned.parts(), withOne);
    const verdict = await found(withOne);
    expect(verdict.failures).toEqual([]);
    expect(verdict.steps.find(({ step }) => step === 'witnesses')).toMatchObject({
      result: 'missing',
      looked: 1,
    });
    expect(verdict.trust.witnesses).toBe('package');
    const mine = await verifyPackage(withOne, scene.vkey, null, policy);
    expect(mine?.steps.find(({ step }) => step === 'witnesses')?.result).toBe('passed');
    expect(mine?.trust).toEqual({ log: 'caller', witnesses: 'caller', stamps: 'none' });
  });
});

/** After C2SP tlog-cosignature, by hand. */
function cosignature(note: Buffer): Buffer {
  const text = note.toString().split('\n\n')[0] ?? '';
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(1_764_400_000n);
  const key = createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed('witness')]),
    format: 'der',
    type: 'pkcs8',
  });
  const signature = sign(null, Buffer.from(`cosignature/v1\ntime 1764400000\n${text}\n`), key);
  const [name = '', id = ''] = WITNESS.vkey.split('+');
  const value = Buffer.concat([Buffer.from(id, 'hex'), time, signature]).toString('base64');
  return Buffer.from(`— ${name} ${value}\n`);
}
