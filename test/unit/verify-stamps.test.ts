/** A stamp dates what it is over: of a package, the records whose last seal is among that. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { obtainStamp } from '#anchor/stamper.ts';
import { verify } from '#cli/verify.ts';
import { toFolder } from '#export/export.ts';
import { verifyPackage, type Verdict } from '#verify/verify.ts';
import { packageScene, workFolder, type PackageScene } from '../support/package-scene.ts';
import { startTsa, type TestTsa } from '../support/tsa.ts';

let work: string;
let tsa: TestTsa;
/** Each stamp is of a minute later. */
let clock = 0;
const now = (): Date => new Date(clock);

beforeAll(async () => {
  work = await workFolder();
  tsa = await startTsa({ now });
});
afterAll(async () => {
  await tsa.close();
  await rm(work, { recursive: true, force: true });
});

interface Stamped {
  readonly folder: string;
  readonly scene: PackageScene;
  /** As they were obtained. */
  readonly times: readonly string[];
}

/** Entries of the log: a key, then of each of two records what was accepted and two seals. So a record has its last seal at 3, the other at 6. */
async function stamped(...stampedAt: number[]): Promise<Stamped> {
  const folder = join(work, `stamped-${stampedAt.join('-')}-${Math.random()}`);
  const times: string[] = [];
  clock = Math.floor(Date.now() / 60_000) * 60_000 - 600_000;
  const scene = await packageScene({
    stampedAt,
    stamp: async (checkpoint) => {
      clock += 60_000;
      const authority = { name: tsa.name, url: tsa.url, roots: tsa.root.pem };
      const { tsr, stamp } = await obtainStamp(authority, checkpoint, { now });
      times.push(stamp.at.toISOString());
      return { tsr, root: tsa.root.pem };
    },
  });
  await toFolder(scene.parts(), folder);
  return { folder, scene, times };
}

const stampsOf = (verdict: Verdict | null) => verdict?.steps.find(({ step }) => step === 'stamps');

/** What the program tells people of it. */
async function told({ folder, scene }: Stamped, options: Record<string, unknown> = {}): Promise<string> {
  const lines: string[] = [];
  await verify.run({
    args: [folder],
    options: { key: scene.vkey, ...options },
    json: false,
    env: {},
    stop: new AbortController().signal,
    say: (line) => void lines.push(line),
    answer: (_, text) => void lines.push(text),
  });
  return lines.join('\n');
}

const NOTHING = 'Nothing outside the archive dates this package.';

describe('a genuine stamp under roots of yours', () => {
  test.each([
    [1, 2],
    [3, 2],
    [4, 1],
    [6, 1],
  ])('over %i entries dates nothing of %i records, whose last seals came later', async (size, undated) => {
    const one = await stamped(size);
    const verdict = await verifyPackage(one.folder, one.scene.vkey, tsa.root.pem);
    expect(verdict?.failures).toEqual([]);
    expect(stampsOf(verdict)).toMatchObject({
      result: 'missing',
      looked: 1,
      note: `Of 2 record(s) ${undated} are dated by none of them: the stamps are over less of the log than their last seals.`,
    });
    const roots = join(work, 'roots.pem');
    await writeFile(roots, tsa.root.pem);
    expect(await told(one, { tsaRoots: roots })).toContain(NOTHING);
  });

  test('over all of their seals dates the records, from the first that is over so much', async () => {
    const one = await stamped(3, 7, 8);
    const verdict = await verifyPackage(one.folder, one.scene.vkey, tsa.root.pem);
    expect(verdict?.failures).toEqual([]);
    expect(stampsOf(verdict)).toMatchObject({
      result: 'passed',
      looked: 3,
      note: `Each record is dated with its last seal, the last of them at ${one.times[1]}.`,
    });
    const roots = join(work, 'roots.pem');
    await writeFile(roots, tsa.root.pem);
    expect(await told(one, { tsaRoots: roots })).not.toContain(NOTHING);
  });

  test('dates each record by itself, and the package by the last of them', async () => {
    const one = await stamped(4, 7);
    const note = stampsOf(await verifyPackage(one.folder, one.scene.vkey, tsa.root.pem))?.note;
    expect(note).toContain(one.times[1]);
    expect(note).not.toContain(one.times[0]);
  });
});

test('stamps under the roots that came with them date nothing, whatever they are over', async () => {
  const one = await stamped(7);
  const step = stampsOf(await verifyPackage(one.folder, one.scene.vkey));
  expect(step?.result).toBe('missing');
  expect(step?.note).toContain('came with the package');
  expect(await told(one)).toContain(NOTHING);
});

test('roots and witnesses that you give vouch for nothing where there is no stamp and no cosignature', async () => {
  const one = await stamped();
  const verdict = await verifyPackage(one.folder, one.scene.vkey, tsa.root.pem, 'quorum none\n');
  expect(verdict?.failures).toEqual([]);
  expect(verdict?.trust).toEqual({ log: 'caller', witnesses: 'none', stamps: 'none' });
  expect(stampsOf(verdict)).toMatchObject({
    result: 'missing',
    looked: 0,
    note: 'No authority has stamped it, so your roots were not asked.',
  });
});
