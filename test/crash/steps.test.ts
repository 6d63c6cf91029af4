/**
 * A process dies by `kill -9` at each named step of intake, relay, seal, inspection and capture: one record and one process
 * for each. Afterwards an honest process does what is left of all of them, and the judge finds each acknowledged report sealed
 * once, and nothing in the store that was not intended.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Judgement } from '../support/judge.ts';
import type { Answered } from '../support/submitter.ts';
import { openScene, pictureReport, sideBySide, type Parts, type Scene } from '../support/crash-scene.ts';
import { rows as chosen } from '../support/extent.ts';
import { BESIDE, dieOverNew, dies, endsWell, FILES, RELAY, SEAL, type DyingRow } from '../support/steps.ts';
import { startRedis, type RunningRedis } from '../support/redis.ts';
import { startVersitygw, type RunningVersitygw } from '../support/versitygw.ts';

// The processes start and die in the hooks: on a busy machine each takes ten seconds to begin.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 900_000 });

/** What is said of one record, after all of them ended. */
async function expectWell(scene: Scene, verdict: Judgement, recordId: string | undefined): Promise<void> {
  if (recordId === undefined) throw new Error('This row was not played.');
  expect(verdict.faults.filter((fault) => fault.includes(recordId))).toEqual([]);
  // The last seal may be on its way into the log still.
  const receipt = await scene.archive.until(recordId, ({ safeToRemove }) => safeToRemove);
  expect(receipt).toMatchObject({ status: 'complete', safeToRemove: true, missing: [] });
}

/** A bell that was rung and one that only says so: the second leaves more behind. */
const BELL = chosen(RELAY, ({ at }) => at === 'ring');

/** One death in each of a seal's phases, on the side of the commit on which more is left to whoever comes next. */
const SEALING = chosen(SEAL, ({ at, when, n }) =>
  [
    'after claim 1',
    'after insert object 1',
    'after put 2',
    'before update object confirmed_at 1',
    'after put manifest 1',
    'after insert event record.sealed 1',
    'before finish 1',
  ].includes(`${when} ${at} ${n ?? 1}`),
);

/** Each of the steps beside the seal, with its work committed and the step still owed. */
const ASIDE = chosen(BESIDE, ({ when }) => when === 'after');

/** The rows of relay, seal and what runs beside it, over the given parts. */
function playRows(open: () => Promise<Parts>, rows: readonly DyingRow[]): () => Scene {
  let scene: Scene;
  let verdict: Judgement;
  const died = new Map<string, string>();
  beforeAll(async () => {
    scene = await openScene(await open());
    // A relay rings for everything that is owed, so these go first, and one after the other.
    for (const { row, recordId } of [
      ...(await dieOverNew(scene, BELL, 1)),
      ...(await dieOverNew(scene, rows, 3)),
    ])
      died.set(row.name, recordId);
    verdict = await endsWell(scene);
  });
  afterAll(async () => await scene.close());

  test.for([...BELL, ...rows])('when $name', async ({ name }) => {
    await expectWell(scene, verdict, died.get(name));
  });
  test('and the judge saw all of it', () => {
    const all = BELL.length + rows.length;
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
  const sceneOf = playRows(async () => await Promise.resolve({}), [...SEALING, ...ASIDE]);

  test('in a second seal of a record', async () => {
    const scene = sceneOf();
    const before = await scene.verdict();
    const { rows } = await scene.archive.sql.query<{ id: string }>('select id from record limit 4');
    const second = ['insert object manifest', 'put manifest', 'insert event record.sealed'];
    const all = SEAL.filter(({ at, when }) => second.includes(at) && when === 'after');
    expect(all).toHaveLength(3);
    const fates = chosen(all, ({ at }) => at === 'put manifest');
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
      seals: before.looked.seals + fates.length,
      // The salt is the record's, and there already.
      versions: before.looked.versions + fates.length * FILES,
    });
  });
});

/** Between two calls of the store. Where only the database matters one store is enough; the gate plays every row on both servers. */
const IN_THE_STORE = SEAL.filter(({ at }) => /^(?:put|head)\b/.test(at));
/** What was put and is in no row yet: a file, and the manifest. */
const AT_THE_STORE = chosen(
  IN_THE_STORE,
  ({ at, when, n }) => when === 'after' && ((at === 'put' && n === FILES) || at === 'put manifest'),
);

describe('kill -9 on versitygw and Redis', () => {
  let redis: RunningRedis;
  let gateway: RunningVersitygw;
  playRows(async () => {
    [redis, gateway] = await Promise.all([startRedis(), startVersitygw()]);
    return { redisUrl: redis.url, s3: { config: await gateway.newBucket(), root: gateway.root } };
  }, AT_THE_STORE);
  test('in each moment between two calls of the store', () => {
    expect(IN_THE_STORE).toHaveLength(FILES + 5);
  });
  afterAll(async () => {
    await Promise.all([redis.stop(), gateway.stop()]);
  });
});

describe('kill -9 of the API', () => {
  /** `orphans`: files in staging that no row will ever name, at least and at most. The second file may begin before the first is synced. */
  const ALL: readonly (DyingRow & { readonly orphans: readonly [number, number] })[] = [
    { name: 'half a file was uploaded', at: 'chunk', when: 'after', orphans: [1, 1] },
    { name: 'one of two files is staged', at: 'stage', when: 'after', orphans: [1, 2] },
    { name: 'both files are staged', at: 'stage', when: 'after', n: 2, orphans: [2, 2] },
    { name: 'the report is about to be committed', at: 'accept', when: 'before', orphans: [2, 2] },
    { name: 'it is committed, not answered', at: 'accept', when: 'after', orphans: [0, 0] },
  ];
  const INTAKE = chosen(
    ALL,
    ({ at, when, n }) => at === 'chunk' || n === 2 || (at === 'accept' && when === 'after'),
  );
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
