/** What was decided of destruction and not done when a backup was made: a restore begins none of it unasked. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openDisposalContext } from '#disposal-work.ts';
import {
  draftDisposal,
  endDisposal,
  proposeDisposal,
  readDisposal,
  runDisposals,
} from '#disposal/disposal.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { backUp, emptyPlace, envOf, goesOn, serveRestored, tidy } from '../support/backup-scene.ts';
import {
  approvedList,
  atRest,
  EDITION,
  locksEnded,
  logged,
  makeDue,
  openDisposing,
  ONE_BY_ONE,
  pass,
  SHORT,
  type Disposing,
} from '../support/disposing.ts';
import { inWholeRun } from '../support/extent.ts';
import { holdfastWith, jsonOf } from '../support/holdfast.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let archive: Archive;
let scene: Disposing;
const records = { cancelled: '', proposed: '', marked: '', listed: '' };
const lists = { cancelled: '', proposed: '', begun: '' };
let folder: string;

beforeAll(async () => {
  archive = await openArchive({ env: SHORT });
  await archive.work();
  scene = await openDisposing(archive);
  const { db } = archive.system;
  for (const name of ['cancelled', 'proposed', 'marked', 'listed'] as const) {
    const { recordId } = (await archive.report(simpleReport({ text: `It says ${name}` }))).body;
    records[name] = recordId;
    await atRest(archive, recordId);
    await makeDue(archive, recordId);
  }
  const two = [records.marked, records.listed].toSorted();
  [records.marked, records.listed] = [two[0] ?? '', two[1] ?? ''];
  for (const id of two) await locksEnded(archive, id);
  lists.begun = await approvedList(scene, two);
  // It dies when the first of them was marked.
  await pass(scene, {
    // One record at a time, so that it dies between two.
    pace: ONE_BY_ONE,
    between: async (name) => {
      if (name === 'marked') throw new Error('The process dies here.');
    },
  });
  lists.cancelled = await approvedList(scene, [records.cancelled]);
  lists.proposed = await db.inAgency('rivertown', async (at) => {
    const draft = { edition: EDITION, series: null, cutoff: null, title: null, records: [records.proposed] };
    const actor = `person:${scene.officer.personId}`;
    const id = (await draftDisposal(at, draft, { coolingOffMs: 0, actor }))?.id ?? '';
    await proposeDisposal(at, id, { personId: scene.officer.personId, authority: null });
    return id;
  });
  await logged(archive);
  const backup = await backUp(envOf(archive, SHORT));
  expect(backup.code, backup.err).toBe(0);
  folder = backup.folder;
  // Before anything is decided: an entry that was signed after the backup would be remembered beside the keys, and missed.
  await archive.stopWork();
  await db.inAgency('rivertown', async (at) => {
    const by = { as: 'cancelled', actor: `person:${scene.officer.personId}`, reason: 'A mistake.' } as const;
    await endDisposal(at, lists.cancelled, by);
  });
  for (const id of Object.values(records)) await locksEnded(archive, id);
});
afterAll(async () => {
  await scene?.opened.close();
  await tidy();
  await archive?.close();
});

test('a list that was approved or proposed in a backup is ended by its restore, and one that had begun ends with what was marked', async () => {
  const place = await emptyPlace(archive, SHORT);
  const ended = await holdfastWith(place, ['restore', '--from', folder]);
  expect(ended.code, ended.err).toBe(0);
  expect(ended.out).toContain('2 lists of disposal that were proposed or approved are ended');
  expect(ended.out).toContain('1 records of lists that had begun are kept');
  const restored = await serveRestored(place);
  await goesOn(restored.system);
  const { db } = restored.system;
  const list = async (id: string) => await db.inAgency('rivertown', async (at) => await readDisposal(at, id));
  const opened = await openDisposalContext(restored.system);
  try {
    for (let tries = 0; (await list(lists.begun))?.state !== 'completed'; tries += 1) {
      if (tries === 60) throw new Error('It does not end.');
      await runDisposals({ ...opened.context, patienceMs: 0 });
      await goesOn(restored.system);
    }
  } finally {
    await opened.close();
  }
  const { rows } = await restored.sql.query<{ id: string; state: string }>(
    'select id, state from record where id = any($1::uuid[])',
    [Object.values(records)],
  );
  expect(Object.fromEntries(rows.map(({ id, state }) => [id, state]))).toEqual({
    [records.cancelled]: 'complete',
    [records.proposed]: 'complete',
    [records.marked]: 'disposed',
    [records.listed]: 'complete',
  });
  for (const id of [lists.cancelled, lists.proposed])
    expect(await list(id)).toMatchObject({ state: 'refused' });
  const { rows: told } = await restored.sql.query(
    "select body->>'purge' as list, body->>'code' as code, actor from event where type = 'purge.refused' and body->>'code' = 'restored' order by 1",
  );
  expect(told).toEqual(
    [lists.cancelled, lists.proposed].toSorted().map((id) => ({ list: id, code: 'restored', actor: 'cli' })),
  );
});

// One restore more for the same figures in another form.
inWholeRun(() => {
  test('and says so to a program', async () => {
    const place = await emptyPlace(archive, SHORT);
    const ended = await holdfastWith(place, ['restore', '--from', folder, '--json']);
    expect(ended.code, ended.err).toBe(0);
    expect(jsonOf(ended)).toMatchObject({ ended: { lists: 2, records: 1 } });
  });
});
