/** The life of a record to its end: listed, proposed, approved by somebody else, destroyed in every place, certified. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  approveDisposal,
  draftDisposal,
  proposeDisposal,
  readDisposal,
  type Certificate,
} from '#disposal/disposal.ts';
import { checkCertificate } from '#log/log.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import {
  approvedList,
  atRest,
  EDITION,
  locksEnded,
  makeDue,
  openDisposing,
  pass,
  SHORT,
  type Disposing,
} from '../support/disposing.ts';
import { png } from '../support/picture.ts';

let archive: Archive;
let scene: Disposing;

// Of each try its own: a list of the one before would be gone on with.
beforeEach(async () => {
  archive = await openArchive({ env: SHORT });
  await archive.work();
  scene = await openDisposing(archive);
});
afterEach(async () => {
  await scene?.opened.close();
  await archive?.close();
});

test('is destroyed, and what is left says so', async () => {
  const shot = { name: 'shot.png', type: 'image/png', bytes: await png() };
  const { recordId } = (await archive.report(simpleReport({ text: 'quokkas in the park' }), [shot])).body;
  await atRest(archive, recordId);
  await makeDue(archive, recordId);
  const { db } = archive.system;
  const list = await db.inAgency('rivertown', async (at) =>
    draftDisposal(
      at,
      { edition: EDITION, series: null, cutoff: null, title: null, records: null },
      { coolingOffMs: 0, actor: `person:${scene.officer.personId}` },
    ),
  );
  expect(list).toMatchObject({ state: 'draft', records: 1 });
  const id = list?.id ?? '';
  const proposed = await db.inAgency('rivertown', async (at) =>
    proposeDisposal(at, id, { personId: scene.officer.personId, authority: 'Ordinance 1 of Rivertown' }),
  );
  await db.inAgency('rivertown', async (at) =>
    approveDisposal(at, id, { personId: scene.approver.personId, digest: proposed.digest ?? '' }),
  );
  await locksEnded(archive, recordId);
  expect(await pass(scene, { backupsKeptMs: 30 * 86_400_000 })).toEqual({ destroyed: 1, failed: 0 });
  const done = await db.inAgency('rivertown', async (at) => readDisposal(at, id));
  expect(done).toMatchObject({ state: 'completed', destroyed: 1, failures: 0 });
  const left: string[] = [];
  for await (const { key } of archive.system.store.versions('a/rivertown/rec/')) left.push(key);
  expect(left).toEqual([]);
  const signer = await scene.opened.context.signerOf('rivertown');
  const checked = checkCertificate(Buffer.from(done?.certificate ?? ''), [signer?.vkey ?? '']);
  expect(checked).toMatchObject({ agency: 'rivertown', disposal: id, records: [recordId] });
  // What is still there stands in the paragraph too, which is read by itself; and a setting is no proof.
  const paper = JSON.parse(done?.certificate ?? '{}') as Certificate;
  expect(paper.minutes).toMatch(/Not included: pages and the write-ahead log .* backups .* public log/u);
  expect(paper.minutes).toContain('trial mode');
  expect(paper).not.toHaveProperty('handedOut');
  expect(paper.pending.backups).toContain('according to the setting');
  expect(paper.pending.backups).toContain('not verified');
  await pass(scene);
  const cleaned = await db.inAgency('rivertown', async (at) => readDisposal(at, id));
  expect(cleaned?.cleanedAt).not.toBe(null);
});

test('names the copies that were packed in answer to requests: they are kept with those', async () => {
  const { recordId } = (await archive.report(simpleReport({ text: 'quokkas in the park' }))).body;
  await atRest(archive, recordId);
  await makeDue(archive, recordId);
  // Past the triggers, by which nothing is there that was not packed, looked through and sealed.
  await archive.sql.query("set session_replication_role = 'replica'");
  await archive.sql.query(
    `with p as (
       insert into production (agency_id, id, request_id, n, state, asked, made_by, bates_prefix, bates_first, object_key, version_id, locked_until,
                               released_at, released_by)
       select 'rivertown', gen_random_uuid(), gen_random_uuid(), n, 'released', '{}', 'x', 'X', n, 'x', 'x', now(), now(), 'x'
         from generate_series(1, 3) n returning id, n)
     insert into production_record (agency_id, production_id, n, record_id, review_n, answer)
     select 'rivertown', id, 1, $1, 1, case n when 3 then 'withhold' else 'part' end from p`,
    [recordId],
  );
  await archive.sql.query("set session_replication_role = 'origin'");
  const id = await approvedList(scene, [recordId]);
  await locksEnded(archive, recordId);
  expect(await pass(scene)).toEqual({ destroyed: 1, failed: 0 });
  const done = await archive.system.db.inAgency('rivertown', async (at) => readDisposal(at, id));
  const paper = JSON.parse(done?.certificate ?? '{}') as Certificate;
  expect(paper.handedOut).toEqual({ records: 1, productions: 2 });
  const said =
    'Not destroyed: copies of 1 record as packed before in answer to requests for records (2 productions).';
  expect(paper.manner.at(-1)).toContain(said);
  expect(paper.minutes).toContain(said);
});
