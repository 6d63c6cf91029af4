/** An audit in the midst of a disposal: what the log says of a list that is being destroyed is no alarm, is told, and explains nothing else. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditAgency } from '#audit/audit.ts';
import { receiptKeyIn } from '#log/log.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import {
  approvedList,
  atRest,
  locksEnded,
  logged,
  makeDue,
  openDisposing,
  ONE_BY_ONE,
  pass,
  SHORT,
  type Disposing,
} from '../support/disposing.ts';
import { published } from '../support/rebuild-scene.ts';

let archive: Archive;
let scene: Disposing;

beforeAll(async () => {
  archive = await openArchive({ env: SHORT });
  await archive.work();
  scene = await openDisposing(archive);
});
afterAll(async () => {
  await scene?.opened.close();
  await archive?.close();
});

async function audit(now = new Date()) {
  const { db, reader, logFiles, config } = archive.system;
  await logged(archive);
  await published(archive);
  const { findings, underway } = await auditAgency(
    db,
    {
      files: logFiles,
      store: reader,
      anchors: { authorities: [], witnesses: null },
      keys: [],
      keysFrom: 'folder',
      objects: 'full',
      certificateKey: await receiptKeyIn(join(config.keysDir, 'receipts'), 'rivertown'),
      now,
    },
    'rivertown',
  );
  return { found: findings.map(({ what, where }) => `${what} ${where.record ?? ''}`), underway };
}

test('is no alarm for some days, names the list, and believes no row', { timeout: 240_000 }, async () => {
  const ids: string[] = [];
  for (const text of ['a mala', 'a kowari', 'a record that stays']) {
    const { recordId } = (await archive.report(simpleReport({ text }))).body;
    await atRest(archive, recordId);
    ids.push(recordId);
  }
  const [first = '', second = '', stays = ''] = ids;
  for (const id of [first, second]) await makeDue(archive, id);
  const list = await approvedList(scene, [first, second]);
  for (const id of [first, second]) await locksEnded(archive, id);
  await pass(scene, {
    pace: ONE_BY_ONE,
    between: async (at) => {
      if (at === 'rows') throw new Error('the end of the process');
    },
  });
  const states = await archive.sql.query<{ state: string }>(
    'select state from record where id = any($1) order by state',
    [[first, second]],
  );
  // One is destroyed, of the other the stores have nothing any more; and there is no certificate.
  expect(states.rows.map(({ state }) => state)).toEqual(['disposed', 'disposing']);
  const midst = await audit();
  expect(midst.found).toEqual([]);
  expect(midst.underway).toMatchObject([{ purge: list, believed: true }]);
  expect([...(midst.underway[0]?.records ?? [])].toSorted()).toEqual([first, second].toSorted());

  // A list that takes longer than lists do explains nothing any more.
  const late = await audit(new Date(Date.now() + 8 * 86_400_000));
  expect(late.underway).toMatchObject([{ purge: list, believed: false }]);
  expect(late.found).toContain(`event-salt-gone ${first}`);

  // Nor does a row that is in no entry: of one who destroys another record and says that the list did.
  await archive.sql.query("set session_replication_role = 'replica'");
  await archive.sql.query(
    `insert into event (agency_id, id, record_id, type, at, actor, body)
     values ('rivertown', gen_random_uuid(), $1, 'record.disposing', now(), 'worker:retention', jsonb_build_object('about', jsonb_build_array('purge:' || $2::text)))`,
    [stays, list],
  );
  await archive.sql.query('update log_leaf set salt = null where record_id = $1', [stays]);
  await archive.sql.query('reset session_replication_role');
  const forged = await audit();
  expect(forged.found).toContain(`event-salt-gone ${stays}`);
  expect(forged.found).toContain(`event-not-logged ${stays}`);

  // Of who approved, the history says its own.
  expect(forged.found).not.toContain('list-other ');
  await archive.sql.query("set session_replication_role = 'replica'");
  await archive.sql.query('update disposal set approved_by = $2 where id = $1', [list, scene.both.personId]);
  await archive.sql.query('reset session_replication_role');
  expect((await audit()).found).toContain('list-other ');
});
