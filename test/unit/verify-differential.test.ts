/** What the program refuses, the short one in Python that lies in each package refuses too. */
import { createHash } from 'node:crypto';
import { appendFile, cp, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toFolder } from '#export/export.ts';
import { canonical, packageParts } from '#export/package.ts';
import { verifyPackage, type Verdict } from '#verify/verify.ts';
import { rebag } from '../support/bag-tools.ts';
import { ended, type Ended } from '../support/bagit.ts';
import { rows } from '../support/extent.ts';
import { packageScene, workFolder, type PackageScene } from '../support/package-scene.ts';

const SCRIPT = join(import.meta.dirname, '../../src/verify/verify.py');
let work: string;
let scene: PackageScene;
let whole: string;

beforeAll(async () => {
  work = await workFolder();
  scene = await packageScene();
  whole = join(work, 'whole');
  await toFolder(scene.parts(), whole);
});
afterAll(async () => await rm(work, { recursive: true, force: true }));

async function both(folder: string): Promise<{ readonly ours: Verdict | null; readonly python: Ended }> {
  return {
    ours: await verifyPackage(folder, scene.vkey),
    // Never the copy in the package, which whoever forged it wrote.
    python: await ended('python3', [SCRIPT, folder, scene.vkey]),
  };
}

const edit = async (path: string, how: (text: string) => string): Promise<void> =>
  await writeFile(path, how(await readFile(path, 'utf8')));
type Paper = Record<string, unknown> & { documents: Record<string, string> };
const paper = async (at: string, how: (said: Paper) => object): Promise<void> =>
  await edit(join(at, 'data/package.json'), (text) => canonical(how(JSON.parse(text) as Paper)).toString());
const record = (): string => scene.records[0] ?? '';
const metadata = (): string => `data/records/${record()}/metadata.json`;
const store = (): string => `data/store/a/rivertown/rec/${record()}`;
const FORGED = canonical({ FORGED: 1 });

/** One more line in a list of both kinds of digest. */
async function listed(
  at: string,
  list: 'manifest' | 'tagmanifest',
  path: string,
  bytes: Buffer,
): Promise<void> {
  for (const algorithm of ['sha256', 'sha512'])
    await edit(
      join(at, `${list}-${algorithm}.txt`),
      (text) =>
        // In the order of paths, as a list has to be.
        `${[...text.trimEnd().split('\n'), `${createHash(algorithm).update(bytes).digest('hex')}  ${path}`]
          .sort((one, other) => ((one.split('  ')[1] ?? '') < (other.split('  ')[1] ?? '') ? -1 : 1))
          .join('\n')}\n`,
    );
}

/** `again`: every list is made anew after it. */
const MUTATIONS: readonly [string, 'again' | 'as it is', (at: string) => Promise<unknown>][] = [
  [
    'the index, whose digest the list of the other files overrules',
    'as it is',
    async (at) => {
      await edit(join(at, metadata()), (text) => text.replace('"platform":"x"', '"platform":"forged"'));
      await listed(at, 'tagmanifest', metadata(), await readFile(join(at, metadata())));
    },
  ],
  [
    'a receipt, whose digest the list of the other files overrules',
    'as it is',
    async (at) => {
      const path = `data/records/${record()}/receipt.json`;
      await writeFile(join(at, path), FORGED);
      await listed(at, 'tagmanifest', path, FORGED);
    },
  ],
  [
    'one more file of the payload, which only the list of the other files names',
    'as it is',
    async (at) => {
      await writeFile(join(at, 'data/ruling.pdf'), FORGED);
      await listed(at, 'tagmanifest', 'data/ruling.pdf', FORGED);
    },
  ],
  [
    'a file of the payload list that is none of the payload',
    'as it is',
    async (at) => await listed(at, 'manifest', 'VERIFY.md', await readFile(join(at, 'VERIFY.md'))),
  ],
  [
    'a path that is named twice',
    'as it is',
    async (at) => await listed(at, 'tagmanifest', 'VERIFY.md', await readFile(join(at, 'VERIFY.md'))),
  ],
  ...['/etc/hostname', '../verify.py', 'formats/../VERIFY.md', 'formats\\seal.md', 'formats//seal.md'].map(
    (path): (typeof MUTATIONS)[number] => [
      `the path ${path} in a list`,
      'as it is',
      async (at) => await listed(at, 'tagmanifest', path, await readFile(join(at, 'VERIFY.md'))),
    ],
  ),
  [
    'a list whose last line does not end',
    'as it is',
    async (at) => await appendFile(join(at, 'tagmanifest-sha512.txt'), '0'.repeat(128)),
  ],
  ['one more file beside the payload', 'again', async (at) => await writeFile(join(at, 'README.md'), 'x')],
  [
    'one more file among the proofs',
    'again',
    async (at) => await writeFile(join(at, 'proofs/more.txt'), 'x'),
  ],
  ['an empty folder', 'as it is', async (at) => await mkdir(join(at, 'proofs/stamps'))],
  [
    'a link',
    'as it is',
    async (at) => {
      await rename(join(at, 'VERIFY.md'), join(at, '..', 'VERIFY.md'));
      await symlink('../VERIFY.md', join(at, 'VERIFY.md'));
    },
  ],
  [
    'whose it is',
    'again',
    async (at) => await edit(join(at, 'bag-info.txt'), (text) => text.replace('Rivertown', 'Lakeside')),
  ],
  ['how to check it', 'again', async (at) => await appendFile(join(at, 'VERIFY.md'), 'x')],
  ['the policy', 'again', async (at) => await appendFile(join(at, 'proofs/policy.txt'), '# theirs\n')],
  ...['VERIFY.md', 'verify.py', 'formats/seal.md', 'proofs/policy.txt'].map(
    (path): (typeof MUTATIONS)[number] => [
      `the document ${path}, which is not named`,
      'again',
      async (at) =>
        await paper(at, (said) => {
          const named = Object.entries(said.documents).filter(([one]) => one !== path);
          return { ...said, documents: Object.fromEntries(named) };
        }),
    ],
  ),
  ...['/dev/zero', '../../../etc/hostname', 'formats/none.md'].map((path): (typeof MUTATIONS)[number] => [
    `the document ${path}, which is not there`,
    'again',
    async (at) =>
      await paper(at, (said) => ({ ...said, documents: { ...said.documents, [path]: '0'.repeat(64) } })),
  ]),
  [
    'an agency that is a path',
    'again',
    async (at) => await paper(at, (said) => ({ ...said, agency: '../..' })),
  ],
  [
    'a record that is a path',
    'again',
    async (at) => await paper(at, (said) => ({ ...said, records: ['../..'] })),
  ],
  ['a member more', 'again', async (at) => await paper(at, (said) => ({ ...said, theirs: 1 }))],
  ['another spelling', 'again', async (at) => await appendFile(join(at, 'data/package.json'), '\n')],
  [
    'the manifest of another agency',
    'again',
    async (at) =>
      await edit(join(at, `${store()}/2/manifest.json`), (text) =>
        text.replace('"agency":"rivertown"', '"agency":"lakeside"'),
      ),
  ],
  [
    'a fact in two seals',
    'again',
    async (at) => {
      const first = JSON.parse(await readFile(join(at, `${store()}/1/manifest.json`), 'utf8')) as object;
      const path = join(at, `${store()}/2/manifest.json`);
      const second = JSON.parse(await readFile(path, 'utf8')) as object;
      await writeFile(path, canonical({ ...second, facts: (first as { facts: unknown }).facts }));
    },
  ],
  [
    'what an event says and its salt, both taken away',
    'again',
    async (at) => {
      for (const end of ['salt', 'detail']) await rm(join(at, `proofs/entries/7.${end}`));
    },
  ],
  [
    'both taken away, and said to be destroyed afterwards',
    'again',
    async (at) => {
      for (const end of ['salt', 'detail']) await rm(join(at, `proofs/entries/7.${end}`));
      await paper(at, (said) => ({ ...said, destroyed: [7] }));
    },
  ],
  ['the salt alone', 'again', async (at) => await rm(join(at, 'proofs/entries/7.salt'))],
  [
    'a salt of no entry',
    'again',
    async (at) => await writeFile(join(at, 'proofs/entries/99.salt'), Buffer.alloc(32)),
  ],
  [
    'a checkpoint under another size',
    'again',
    async (at) => await cp(join(at, 'proofs/checkpoints/7'), join(at, 'proofs/checkpoints/6')),
  ],
  [
    'a proof about no checkpoint',
    'again',
    async (at) => await cp(join(at, 'proofs/consistency/7'), join(at, 'proofs/consistency/6')),
  ],
];

describe.concurrent('both programs', () => {
  test('take a whole package, and say that nothing outside dates it', async () => {
    const { ours, python } = await both(whole);
    expect(ours?.verified).toBe(true);
    expect(python.said).toContain('VERIFIED, steps 1 to 9, 13 and 14');
    expect(python.said).toContain('Nothing outside the archive dates this package.');
    expect(python.code).toBe(0);
  });

  test.each(rows(MUTATIONS, (_, i) => i % 2 === 0))('refuse %s', async (_, lists, change) => {
    const folder = join(work, `copy-${Math.random()}`);
    await cp(whole, folder, { recursive: true });
    await change(folder);
    if (lists === 'again') await rebag(folder);
    const { ours, python } = await both(folder);
    await rm(folder, { recursive: true });
    expect(ours?.verified).toBe(false);
    expect(python.said).toContain('NOT VERIFIED');
    expect(python.said, 'it says which file').toMatch(/^FAILED {2}step \d/m);
    expect(python.code).toBe(1);
  });

  test('take a package of which the archive destroyed something, and say how much of it nobody can check', async () => {
    // A scene of its own: a package that is made twice has an entry about each.
    const source = (await packageScene()).source();
    const folder = join(work, 'destroyed');
    const parts = packageParts({
      ...source,
      paper: { ...source.paper, destroyed: [7] },
      entries: async function* () {
        for await (const one of source.entries())
          yield one.index === 7 ? { ...one, salt: null, detail: null } : one;
      },
    });
    await toFolder(parts, folder);
    const { ours, python } = await both(folder);
    expect(ours?.failures).toEqual([]);
    expect(ours?.steps.find(({ step }) => step === 'details')).toMatchObject({
      result: 'missing',
      note: '1 entries without what they commit to: it was destroyed.',
    });
    expect(python.said).toContain('NOT DONE  step 9  1 entries');
    expect(python.code).toBe(0);
  });
});
