/**
 * A process dies by `kill -9` at each named step of intake, relay, seal, inspection and capture: one record and one process
 * for each. Afterwards an honest process does what is left of all of them, and the judge finds each acknowledged report sealed
 * once, and nothing in the store that was not intended.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { StepName } from '#queue/queue.ts';
import type { Fate } from '../support/fate.ts';
import type { Judgement } from '../support/judge.ts';
import type { Answered } from '../support/submitter.ts';
import { openScene, pictureReport, sideBySide, type Parts, type Scene } from '../support/crash-scene.ts';
import { startRedis, type RunningRedis } from '../support/redis.ts';
import { startVersitygw, type RunningVersitygw } from '../support/versitygw.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 240_000 });

interface Row extends Pick<Fate, 'at' | 'when' | 'n'> {
  readonly name: string;
  /** What the victim is told to do, in this order; it dies on the way. */
  readonly told?: readonly StepName[];
}

/** One picture: salt, fact, raw payload and picture are put side by side, the manifest after them. */
const FILES = 4;

const RELAY: readonly Row[] = [
  { name: 'the bell is marked as rung, and was not', at: 'ring', when: 'after' },
  { name: 'the bell was rung', at: 'enqueue', when: 'after' },
];

const SEAL: readonly Row[] = [
  { name: 'the step is claimed', at: 'claim', when: 'after' },
  { name: 'the seal is opened, not committed', at: 'insert seal', when: 'before' },
  { name: 'the seal is opened', at: 'insert seal', when: 'after' },
  { name: 'the files are intended, not committed', at: 'insert object', when: 'before' },
  { name: 'the files are intended', at: 'insert object', when: 'after' },
  { name: 'no file was put', at: 'put', when: 'before' },
  ...Array.from({ length: FILES }, (_, i): Row => {
    return { name: `file ${i + 1} of ${FILES} was put`, at: 'put', when: 'after', n: i + 1 };
  }),
  { name: 'a file was headed', at: 'head', when: 'after' },
  { name: 'the last file was headed', at: 'head', when: 'after', n: FILES },
  { name: 'a file is confirmed, not committed', at: 'update object confirmed_at', when: 'before' },
  { name: 'a file is confirmed', at: 'update object confirmed_at', when: 'after' },
  { name: 'the last file is confirmed', at: 'update object confirmed_at', when: 'after', n: FILES },
  { name: 'the manifest is intended, not committed', at: 'insert object manifest', when: 'before' },
  { name: 'the manifest is intended', at: 'insert object manifest', when: 'after' },
  { name: 'the manifest was put', at: 'put manifest', when: 'after' },
  { name: 'the manifest was headed', at: 'head manifest', when: 'after' },
  { name: 'the manifest is confirmed', at: 'update object confirmed_at', when: 'after', n: FILES + 1 },
  { name: 'the seal is closed, not committed', at: 'insert event record.sealed', when: 'before' },
  { name: 'the seal is closed, its files still staged', at: 'insert event record.sealed', when: 'after' },
  { name: 'the step is done and still owed', at: 'finish', when: 'before' },
  { name: 'the step is finished', at: 'finish', when: 'after' },
];

const BESIDE: readonly Row[] = [
  {
    name: 'the picture is judged, not committed',
    at: 'insert event picture.inspected',
    when: 'before',
    told: ['inspect'],
  },
  { name: 'the picture is judged', at: 'insert event picture.inspected', when: 'after', told: ['inspect'] },
  {
    name: 'the capture is found, not committed',
    at: 'insert event capture.skipped',
    when: 'before',
    told: ['capture'],
  },
  { name: 'the capture is found', at: 'insert event capture.skipped', when: 'after', told: ['capture'] },
  {
    name: 'the record is complete, not committed',
    at: 'insert event record.completed',
    when: 'before',
    told: ['capture', 'seal'],
  },
  {
    name: 'the record is complete',
    at: 'insert event record.completed',
    when: 'after',
    told: ['capture', 'seal'],
  },
];

/** Runs a process with this fate to its death; anything but that death fails. */
async function dies(scene: Scene, row: Row, recordId: string): Promise<void> {
  const victim = scene.start({
    name: 'victim',
    workers: row.at === 'ring' || row.at === 'enqueue' ? ['relay'] : ['seal', 'capture'],
    byHand: true,
    fates: [row],
  });
  await victim.hears((said) => said.ready !== undefined || said.fate !== undefined);
  for (const step of row.told ?? ['seal']) {
    victim.tell(`${step} ${recordId}`);
    const heard = await victim.hears((said) => said.fate !== undefined || said.worked === step);
    if (heard.fate !== undefined) break;
  }
  expect(await victim.hears((said) => said.fate !== undefined)).toMatchObject({
    fate: `${row.when} ${row.at}`,
  });
  expect(await victim.ended, row.name).toEqual({ code: null, signal: 'SIGKILL' });
}

/** An honest process does what is left, drains, and the judge looks at what came of it. */
async function endsWell(scene: Scene): Promise<Judgement & { readonly swept: number }> {
  const honest = scene.start({ name: 'honest', workers: ['relay', 'seal', 'capture'] });
  await scene.settled();
  expect(await honest.stop()).toEqual({ code: 0, signal: null });
  return await scene.verdict();
}

interface Died {
  readonly row: Row;
  readonly recordId: string;
}

/** Hands in a report for each row, and lets a process of its own die over it. */
async function dieOverNew(scene: Scene, rows: readonly Row[], atOnce: number): Promise<Died[]> {
  return await sideBySide(rows, atOnce, async (row) => {
    const { recordId } = await scene.submitter.hand(await pictureReport());
    await dies(scene, row, recordId ?? '');
    return { row, recordId: recordId ?? '' };
  });
}

/** What is said of one record, after all of them ended. */
async function expectWell(scene: Scene, verdict: Judgement, recordId: string | undefined): Promise<void> {
  if (recordId === undefined) throw new Error('This row was not played.');
  expect(verdict.faults.filter((fault) => fault.includes(recordId))).toEqual([]);
  expect(await scene.archive.receipt(recordId)).toMatchObject({
    status: 'complete',
    safeToRemove: true,
    missing: [],
  });
}

/** The rows of relay, seal and what runs beside it, over the given parts. */
function playRows(open: () => Promise<Parts>, rows: readonly Row[]): () => Scene {
  let scene: Scene;
  let verdict: Judgement;
  const died = new Map<string, string>();
  beforeAll(async () => {
    scene = await openScene(await open());
    // A relay rings for everything that is owed, so these go first, and one after the other.
    for (const { row, recordId } of [
      ...(await dieOverNew(scene, RELAY, 1)),
      ...(await dieOverNew(scene, rows, 3)),
    ])
      died.set(row.name, recordId);
    verdict = await endsWell(scene);
  });
  afterAll(async () => await scene.close());

  test.for([...RELAY, ...rows])('when $name', async ({ name }) => {
    await expectWell(scene, verdict, died.get(name));
  });
  test('and the judge saw all of it', () => {
    const all = RELAY.length + rows.length;
    expect(verdict.faults).toEqual([]);
    expect(verdict.looked).toMatchObject({
      answers: all,
      records: all,
      complete: all,
      parked: 0,
      staged: 0,
    });
    // That there was no browser is a sealed finding too: in the first seal when it was known in time, else in a second.
    const { seals, versions } = verdict.looked;
    expect(seals).toBeGreaterThanOrEqual(all);
    expect(seals).toBeLessThanOrEqual(2 * all);
    expect(versions).toBe(all * (FILES + 2) + (seals - all));
  });
  return () => scene;
}

describe('kill -9 on a folder and Postgres', () => {
  const sceneOf = playRows(async () => await Promise.resolve({}), [...SEAL, ...BESIDE]);

  test('in a second seal of a record', async () => {
    const scene = sceneOf();
    const before = await scene.verdict();
    const { rows } = await scene.archive.sql.query<{ id: string }>('select id from record limit 4');
    const second = ['insert object manifest', 'put manifest', 'insert event record.sealed'];
    const fates = SEAL.filter(({ at, when }) => second.includes(at) && when === 'after');
    expect(fates).toHaveLength(3);
    const died = await sideBySide(fates, 3, async (row, i) => {
      const recordId = rows[i]?.id ?? '';
      const more = { ...(await pictureReport()), path: `/v1/records/${recordId}/facts` };
      expect(await scene.submitter.hand(more)).toMatchObject({ status: 202, recordId });
      await dies(scene, row, recordId);
      return { row, recordId };
    });
    const verdict = await endsWell(scene);
    for (const { recordId } of died) await expectWell(scene, verdict, recordId);
    expect(verdict.faults).toEqual([]);
    expect(verdict.looked).toMatchObject({
      records: before.looked.records,
      seals: before.looked.seals + 3,
      // The salt is the record's, and there already.
      versions: before.looked.versions + 3 * FILES,
    });
  });
});

describe('kill -9 on versitygw and Redis', () => {
  let redis: RunningRedis;
  let gateway: RunningVersitygw;
  playRows(async () => {
    [redis, gateway] = await Promise.all([startRedis(), startVersitygw()]);
    return { redisUrl: redis.url, s3: { config: await gateway.newBucket(), root: gateway.root } };
  }, SEAL);
  afterAll(async () => {
    await Promise.all([redis.stop(), gateway.stop()]);
  });
});

describe('kill -9 of the API', () => {
  /** `orphans`: files in staging that no row will ever name, at least and at most. The second file may begin before the first is synced. */
  const INTAKE: readonly (Row & { readonly orphans: readonly [number, number] })[] = [
    { name: 'half a file was uploaded', at: 'chunk', when: 'after', orphans: [1, 1] },
    { name: 'one of two files is staged', at: 'stage', when: 'after', orphans: [1, 2] },
    { name: 'both files are staged', at: 'stage', when: 'after', n: 2, orphans: [2, 2] },
    { name: 'the report is about to be committed', at: 'accept', when: 'before', orphans: [2, 2] },
    { name: 'it is committed, not answered', at: 'accept', when: 'after', orphans: [0, 0] },
  ];
  let scene: Scene;
  let verdict: Judgement & { readonly swept: number };
  const died = new Map<string, { readonly last: Answered; readonly statuses: readonly (number | null)[] }>();
  beforeAll(async () => {
    scene = await openScene();
    const honest = scene.address;
    for (const row of INTAKE) {
      const victim = scene.start({ name: 'victim', api: true, fates: [row] });
      scene.address = (await victim.hears((said) => said.ready !== undefined)).address ?? '';
      // The other API of the installation: to it goes whoever got no answer.
      void victim.ended.then(() => (scene.address = honest));
      const report = await pictureReport();
      const upload = { name: 'long.bin', bytes: Buffer.alloc(300_000, `evidence of ${row.name} `) };
      const last = await scene.submitter.hand({ ...report, files: [upload, ...(report.files ?? [])] });
      expect(await victim.ended, row.name).toEqual({ code: null, signal: 'SIGKILL' });
      const answers = scene.submitter.history.at(-1)?.answers ?? [];
      died.set(row.name, { last, statuses: answers.map((answer) => answer.status) });
    }
    verdict = await endsWell(scene);
  });
  afterAll(async () => await scene.close());

  test.for(INTAKE)('when $name', async ({ name, orphans }) => {
    const { last, statuses = [] } = died.get(name) ?? {};
    // No answer, or the break of one; then, with the same key, the answer.
    expect(statuses.at(0)).toBe(null);
    expect(statuses.at(-1)).toBe(202);
    await expectWell(scene, verdict, last?.recordId ?? undefined);
    const { rows } = await scene.archive.sql.query('select deliveries from fact where record_id = $1', [
      last?.recordId,
    ]);
    // After the commit the record has its files, and the repetition took its own copies back.
    expect(rows).toEqual([{ deliveries: orphans[1] === 0 ? 2 : 1 }]);
  });
  test('and the sweep takes what no row names', () => {
    expect(verdict.faults).toEqual([]);
    expect(verdict.looked).toMatchObject({ records: INTAKE.length, complete: INTAKE.length, staged: 0 });
    const sum = (i: 0 | 1): number => INTAKE.reduce((all, { orphans }) => all + orphans[i], 0);
    expect(verdict.swept).toBeGreaterThanOrEqual(sum(0));
    expect(verdict.swept).toBeLessThanOrEqual(sum(1));
  });
});
