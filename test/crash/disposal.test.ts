/** An execution that ends at any point goes on to the same end: at each of its steps, and between any two deletions. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDisposal } from '#disposal/disposal.ts';
import { checkCertificate } from '#log/log.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import {
  approvedList,
  atRest,
  locksEnded,
  makeDue,
  openDisposing,
  pass,
  SHORT,
  type Disposing,
} from '../support/disposing.ts';
import { openChance, seedOfRun } from '../support/chance.ts';
import { png } from '../support/picture.ts';

let archive: Archive;
let scene: Disposing;

beforeAll(async () => {
  archive = await openArchive({ env: { ...SHORT, HOLDFAST_LEASE: '5s' } });
  await archive.work();
  scene = await openDisposing(archive);
});
afterAll(async () => {
  await scene?.opened.close();
  await archive?.close();
});

const STEPS = [
  'begun',
  'marked',
  'listed',
  'deleted',
  'gone',
  'rows',
  'certificate',
  'sealed',
  'completed',
  'cleaned',
];

async function approved(records: number): Promise<{ id: string; ids: string[] }> {
  const ids: string[] = [];
  for (let n = 0; n < records; n += 1) {
    const shot = { name: 'shot.png', type: 'image/png', bytes: await png() };
    ids.push(
      (await archive.report(simpleReport({ text: `numbat ${n} ${Math.random()}` }), [shot])).body.recordId,
    );
  }
  for (const id of ids) {
    await atRest(archive, id);
    await makeDue(archive, id);
  }
  const id = await approvedList(scene, ids);
  for (const one of ids) await locksEnded(archive, one);
  return { id, ids };
}

/** Everything of the end that does not depend on the time of day. */
async function endOf(id: string, ids: readonly string[]): Promise<unknown> {
  const { db, store } = archive.system;
  const list = await db.inAgency('rivertown', async (at) => await readDisposal(at, id));
  const signer = await scene.opened.context.signerOf('rivertown');
  const left: string[] = [];
  for (const record of ids)
    for await (const { key } of store.versions(`a/rivertown/rec/${record}/`)) left.push(key);
  const sealed = await store.head(`disposal/rivertown/${id}/certificate.json`);
  const { rows } = await archive.sql.query<{ type: string; n: number }>(
    `select type, count(*)::int as n from event where body->>'purge' = $1 or record_id = any($2) and type like 'record.dispos%' group by 1 order by 1`,
    [id, ids],
  );
  const { rows: states } = await archive.sql.query<{ state: string }>(
    'select state from record where id = any($1)',
    [ids],
  );
  return {
    state: list?.state,
    destroyed: list?.destroyed,
    failures: list?.failures,
    isCleaned: list?.cleanedAt !== null,
    certified: checkCertificate(Buffer.from(list?.certificate ?? ''), [signer?.vkey ?? '']).records.length,
    sealedBytes: sealed?.sizeBytes === Buffer.byteLength(list?.certificate ?? ''),
    left,
    states: states.map(({ state }) => state),
    // An entry for each thing that happened, however often it was begun.
    told: rows.filter(({ type }) => type !== 'purge.drafted').map(({ type, n }) => `${type} ${n}`),
  };
}

const CLEAN = async () =>
  ({ kind: 'external', did: [], left: ['nothing was asked for in this test'] }) as const;

async function toTheEnd(id: string): Promise<void> {
  const { db } = archive.system;
  for (let tries = 0; ; tries += 1) {
    await pass(scene, { clean: CLEAN });
    if ((await db.inAgency('rivertown', async (at) => await readDisposal(at, id)))?.cleanedAt !== null)
      return;
    if (tries === 60) throw new Error('It does not end.');
  }
}

test('at each step, and between any two deletions: the same end', { timeout: 600_000 }, async () => {
  const whole = await approved(2);
  await toTheEnd(whole.id);
  const expected = await endOf(whole.id, whole.ids);
  expect(expected).toMatchObject({ state: 'completed', destroyed: 2, failures: 0, certified: 2, left: [] });

  // Each list dies at every step once, and its store at random deletions.
  const chance = openChance(seedOfRun());
  console.log(`HOLDFAST_SEED=${chance.seed}`);
  const { id, ids } = await approved(2);
  const died: string[] = [];
  for (const step of STEPS) {
    const { first } = scene.opened.context.places;
    let deletions = chance.below(6);
    const dying = {
      clean: CLEAN,
      places: {
        second: null,
        first: {
          reader: first.reader,
          purger: {
            purge: async (key: string, versionId: string) => {
              // Nothing but an end of the process lets nobody write down that it failed.
              if (deletions === 0) throw new Error('the end of the process');
              deletions -= 1;
              await first.purger?.purge(key, versionId);
            },
            close: async () => undefined,
          },
        },
      },
    };
    await pass(scene, {
      ...dying,
      between: async (at: string) => {
        if (at !== step) return;
        died.push(step);
        throw new Error(`the end of the process at ${step}`);
      },
    });
  }
  expect(died.length).toBeGreaterThan(4);
  await toTheEnd(id);
  const end = await endOf(id, ids);
  const told = (one: unknown): string[] =>
    (one as { told: string[] }).told.filter((line) => !line.startsWith('purge.failed'));
  expect({ ...(end as object), told: told(end) }).toEqual({ ...(expected as object), told: told(expected) });

  // One that dies at each step with nothing else wrong.
  for (const step of STEPS) {
    const one = await approved(1);
    let isDead = false;
    for (let tries = 0; !isDead; tries += 1) {
      await pass(scene, {
        clean: CLEAN,
        between: async (at: string) => {
          if (at !== step || isDead) return;
          isDead = true;
          throw new Error(`the end of the process at ${step}`);
        },
      });
      if (tries === 60) throw new Error(`It never comes to ${step}.`);
    }
    await toTheEnd(one.id);
    expect(await endOf(one.id, one.ids), step).toMatchObject({
      state: 'completed',
      destroyed: 1,
      certified: 1,
      left: [],
      failures: 0,
    });
  }
});
