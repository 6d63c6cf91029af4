/** Workers that meet over one record: two with the same job, one that hangs past its claim, one after the other that dies. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { listParked, runAgain } from '#record/record.ts';
import { simpleReport } from '../support/archive-forms.ts';
import { openScene, sideBySide, type Parts, type Scene } from '../support/crash-scene.ts';
import { inWholeRun, rows as chosen, times } from '../support/extent.ts';
import { byHand, ended, handIn, HANGS, overtaken, snag } from '../support/overtaking.ts';

vi.setConfig({ testTimeout: 400_000 });

let scene: Scene | null = null;
afterEach(async () => {
  await scene?.close();
  scene = null;
});

async function open(env: Parts['env'] = {}): Promise<Scene> {
  scene = await openScene({ env, logLevel: 'debug' });
  return scene;
}

/** Everything that is left is done by an honest process; the judge finds all of it complete. */
async function endsWell(here: Scene, records: number): Promise<void> {
  const honest = here.start({ name: 'honest', workers: ['relay', 'seal', 'capture'] });
  await here.settled();
  expect(await honest.stop()).toEqual({ code: 0, signal: null });
  const { faults, looked } = await here.verdict();
  expect(faults).toEqual([]);
  expect(looked).toMatchObject({ records, complete: records, parked: 0 });
  // What was handed in, and that there was no browser: one seal of both, or one of each; and each of them once.
  const { rows } = await here.archive.sql.query<{ seals: number; reports: number }>(
    `select count(distinct seal_no)::int as seals, (count(*) filter (where role = 'capture-report'))::int as reports
       from artifact group by record_id`,
  );
  expect(rows).toHaveLength(records);
  for (const { seals, reports } of rows) {
    expect([1, 2]).toContain(seals);
    expect(reports).toBe(1);
  }
  expect(looked.seals).toBe(rows.reduce((sum, row) => sum + row.seals, 0));
}

describe('two workers', () => {
  test('that get the same jobs at the same moment make one seal of each', async () => {
    const here = await open();
    const [one, other] = await Promise.all([byHand(here, 'one'), byHand(here, 'other')]);
    const ids = await sideBySide(Array.from({ length: times(12, 6) }), 3, async () => await handIn(here));
    for (const id of ids) for (const worker of [one, other]) worker.tell(`seal ${id}`);
    for (const id of ids) {
      const ends = await Promise.all([one, other].map(async (worker) => await worker.hears(ended(id))));
      expect(new Set(ends.map((said) => said.ended))).toEqual(new Set(['done', 'moot']));
    }
    await endsWell(here, ids.length);
  });

  test('of which one hangs past its claim are one: the one that wakes up writes nothing', async () => {
    const here = await open({ HOLDFAST_CLAIM: '1s' });
    const hangs = chosen(HANGS, ({ at }) => at === 'put manifest' || at.startsWith('insert'));
    const ids = await sideBySide(hangs, 2, async (hang) => await overtaken(here, hang));
    await endsWell(here, ids.length);
  });

  test('of which one hangs in a transaction with the claim: the other one waits for it, and does nothing twice', async () => {
    const here = await open({ HOLDFAST_CLAIM: '1s' });
    const id = await handIn(here);
    const { hangsUntil, letGo } = snag(here);
    const [hanging, other] = await Promise.all([
      byHand(here, 'hanging', [{ at: 'insert event record.sealed', when: 'before', hangsUntil }]),
      byHand(here, 'other'),
    ]);
    hanging.tell(`seal ${id}`);
    await hanging.hears((said) => said.fate !== undefined);
    // Longer than the claim; by now the other one waits for the row.
    await sleep(1500);
    other.tell(`seal ${id}`);
    await sleep(500);
    expect(other.said.some(ended(id))).toBe(false);
    await letGo();
    const ends = await Promise.all([hanging, other].map(async (worker) => await worker.hears(ended(id))));
    expect(['done moot', 'lost done']).toContain(ends.map((said) => said.ended).join(' '));
    await endsWell(here, 1);
  });
});

// Beside others, which is more: poison-step.test.ts.
inWholeRun(() => {
  describe('a record that kills its worker', () => {
    test('five times is parked with its reason, and one that came later is sealed', async () => {
      const here = await open();
      // No picture: whatever else were at work in the same process would die with it, and be suspected like it.
      const poison = (await here.submitter.hand({ event: simpleReport() })).recordId ?? '';
      const beside = here.start({ name: 'beside', workers: ['capture'] });
      let good = '';
      let deaths = 0;
      const parked = async () =>
        await here.archive.system.db.inAgency('rivertown', async (at) => await listParked(at));
      while ((await parked()).length === 0 && deaths < 9) {
        const worker = here.start({
          name: 'poisoned',
          workers: ['relay', 'seal'],
          fates: [{ at: 'put', when: 'before', recordId: poison }],
        });
        const died = worker
          .hears((said) => said.fate !== undefined)
          .then(
            () => true,
            () => false,
          );
        const gave = async (): Promise<boolean> => {
          while ((await parked()).length === 0) await sleep(100);
          return false;
        };
        if (await Promise.race([died, gave()])) {
          deaths += 1;
          if (deaths === 3) good = await handIn(here);
        } else {
          await here.settled();
          await worker.stop();
        }
        await worker.ended;
      }
      expect(await beside.stop()).toEqual({ code: 0, signal: null });
      expect(deaths).toBe(5);
      expect(await parked()).toMatchObject([{ recordId: poison, step: 'seal', code: 'worker-died' }]);
      const verdict = await here.verdict();
      expect(verdict.faults).toEqual([]);
      expect(verdict.looked).toMatchObject({ records: 2, complete: 1, parked: 1 });
      expect(await here.archive.until(good, ({ safeToRemove }) => safeToRemove)).toMatchObject({
        status: 'complete',
      });
      expect(await here.archive.receipt(poison)).toMatchObject({ status: 'reported', safeToRemove: false });

      // A person looked at it, and whatever killed the workers is mended.
      const again = here.archive.system.db.inAgency(
        'rivertown',
        async (at) => await runAgain(at, poison, 'seal', 'cli'),
      );
      expect(await again).toBe(true);
      await endsWell(here, 2);
    });
  });
});

describe('what happens in the very moment', () => {
  test('that a step is finished: more that became owed is done at once, not when the claim has run out', async () => {
    const here = await open({ HOLDFAST_CLAIM: '60s' });
    const id = await handIn(here);
    const { hangsUntil, letGo } = snag(here);
    const worker = await byHand(here, 'worker', [{ at: 'finish', when: 'before', hangsUntil }]);
    const sql = new Client({ connectionString: here.archive.databaseUrl });
    await sql.connect();
    try {
      worker.tell(`seal ${id}`);
      await worker.hears((said) => said.fate !== undefined);
      await sql.query('begin');
      await sql.query(`select owe_step('rivertown', $1, 'seal', 0::smallint)`, [id]);
      await letGo();
      await worker.hears((said) => said.woke !== undefined);
      // Its statement waits for the row by now.
      await sleep(500);
      await sql.query('commit');
      expect((await worker.hears(ended(id))).ended).toBe('done');
      const { rows } = await sql.query(
        `select claimed_until, lapses, due_at <= now() as due from step where record_id = $1 and name = 'seal'`,
        [id],
      );
      expect(rows).toEqual([{ claimed_until: null, lapses: 0, due: true }]);
    } finally {
      await sql.end();
    }
    await endsWell(here, 1);
  });

  test('that a picture is looked at: the seal takes its file away, and it counts all the same', async () => {
    const here = await open({ HOLDFAST_CLAIM: '60s' });
    const id = await handIn(here);
    const { hangsUntil, letGo } = snag(here);
    const looking = await byHand(here, 'looking', [{ at: 'inspect', when: 'before', hangsUntil }]);
    const sealing = await byHand(here, 'sealing');
    looking.tell(`inspect ${id}`);
    await looking.hears((said) => said.fate !== undefined);
    sealing.tell(`seal ${id}`);
    expect((await sealing.hears(ended(id))).ended).toBe('done');
    await letGo();
    expect((await looking.hears(ended(id, 'inspect'))).ended).toBe('done');
    await endsWell(here, 1);
    await here.archive.until(id, ({ safeToRemove }) => safeToRemove);
  });
});
