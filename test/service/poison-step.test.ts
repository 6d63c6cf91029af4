/**
 * A step that ends its process, or stops its event loop, makes the claims of all others in it run out too. The guilty one is
 * parked with its reason; the innocent ones are not, however often they were beside it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test, vi } from 'vitest';
import { listParked } from '#record/record.ts';
import { simpleReport } from '../support/archive-forms.ts';
import type { ArchiveProcess } from '../support/archive-process.ts';
import { openScene, pictureReport, type Scene } from '../support/crash-scene.ts';
import { rows } from '../support/extent.ts';

vi.setConfig({ testTimeout: 300_000 });

const INNOCENTS = 6;
/** As many as there are: at its first two deaths all are beside it. */
const AT_ONCE = INNOCENTS + 1;
const DEATHS = 5;
/**
 * Nobody is kept out by whoever has been at work for longer than this: on a slow machine the innocent would come to be beside the
 * guilty. So it is longer than any step takes, and the claims of the dead are made to have run out.
 */
const CLAIM = '60s';

const scenes: Scene[] = [];
afterAll(async () => await Promise.all(scenes.map(async (scene) => await scene.close())));

interface Count {
  readonly record_id: string;
  readonly name: string;
  /** Of them all, the claim included that has just run out. */
  readonly lapses: number;
}

/** Who was at work in the dead process. All their claims have run out by then, so that the next one finds all of them. */
async function lapsed(here: Scene, { pid }: ArchiveProcess): Promise<readonly Count[]> {
  // What it asked for last may be done still, after its death.
  for (;;) {
    const { rowCount } = await here.archive.sql.query(
      `select from pg_stat_activity where datname = current_database() and application_name = 'holdfast-worker'`,
    );
    if (rowCount === 0) break;
    await sleep(20);
  }
  const { rows: found } = await here.archive.sql.query<Count>(
    `update step set claimed_until = now() - interval '1 second' where claimed_by like $1 and claimed_until is not null
     returning record_id, name, lapses + 1 as lapses`,
    [`%:${pid}`],
  );
  return found;
}

const ENDS: readonly (readonly [string, (victim: ArchiveProcess) => Promise<void>, object])[] = [
  ['ends its process', async (victim) => void (await victim.ended), {}],
  [
    'stops the event loop of its process',
    async (victim) => {
      // Whoever watches over processes ends one that no longer answers.
      victim.kill9();
      await victim.ended;
    },
    { hangsUntil: '/nonexistent' },
  ],
];

// Who stops the loop ends the process too, in the end.
test.for(rows(ENDS, ([, , how]) => 'hangsUntil' in how))(
  `a step that %s is parked, and the ${INNOCENTS} that were at work beside it are done`,
  async ([, end, how]) => {
    const here = await openScene({
      env: { HOLDFAST_SEAL_CONCURRENCY: String(AT_ONCE), HOLDFAST_CLAIM: CLAIM },
      logLevel: 'debug',
    });
    scenes.push(here);
    const poison = (await here.submitter.hand({ event: simpleReport() })).recordId ?? '';
    const innocents: string[] = [];
    for (let n = 0; n < INNOCENTS; n += 1)
      innocents.push((await here.submitter.hand(await pictureReport())).recordId ?? '');
    const parked = async () =>
      await here.archive.system.db.inAgency('rivertown', async (at) => await listParked(at));

    /** At each death: who was at work in the process. */
    const deaths: (readonly Count[])[] = [];
    let alive: ArchiveProcess | null = null;
    while (alive === null && deaths.length <= DEATHS) {
      const worker = here.start({
        name: 'worker',
        workers: ['relay', 'seal', 'capture'],
        fates: [{ at: 'put', when: 'before', recordId: poison, ...how }],
      });
      await worker.hears((said) => said.ready !== undefined);
      while (!worker.said.some((said) => said.fate !== undefined) && (await parked()).length === 0)
        await sleep(50);
      if ((await parked()).length === 0) {
        await end(worker);
        deaths.push(await lapsed(here, worker));
      } else alive = worker;
    }
    await here.settled();
    expect(await alive?.stop()).toEqual({ code: 0, signal: null });

    // The scene was what it claims to be: the innocent ones were beside it, more than once.
    expect(deaths).toHaveLength(DEATHS);
    const beside = deaths.map((counts) => counts.filter(({ record_id }) => record_id !== poison));
    expect(beside[0]?.length).toBeGreaterThan(1);
    expect(Math.max(...beside.flat().map(({ lapses }) => lapses))).toBe(2);
    // Suspected, it was alone.
    expect(beside.slice(2)).toEqual([[], [], []]);

    expect(await parked()).toMatchObject([
      { recordId: poison, step: 'seal', code: 'worker-died', reason: expect.stringContaining('5 workers') },
    ]);
    const verdict = await here.verdict();
    expect(verdict.faults).toEqual([]);
    expect(verdict.looked).toMatchObject({ records: INNOCENTS + 1, complete: INNOCENTS, parked: 1 });
    for (const id of innocents)
      expect(await here.archive.until(id, ({ safeToRemove }) => safeToRemove)).toMatchObject({
        status: 'complete',
      });
    expect(await here.archive.receipt(poison)).toMatchObject({ status: 'reported', safeToRemove: false });
  },
);
