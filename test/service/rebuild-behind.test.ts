/**
 * A database that came back from a backup while the store and the log had gone on: nothing forks, what was sealed since is there
 * again, and what was only acknowledged is named. And a rebuild that is killed in the middle.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { provesConsistency } from '../../src/log/merkle.ts';
import { auditAgency } from '#audit/audit.ts';
import { restoresIn } from '#log/log.ts';
import { applyDecided } from '#rebuild/decided.ts';
import {
  addRule,
  addSchedule,
  confirmEdition,
  enterDay,
  placeHold,
  readEdition,
  releaseHold,
  succeedEdition,
  withdrawEdition,
} from '#retention/retention.ts';
import type { Receipt } from '#record/record.ts';
import { cloneDatabase, openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { COMPILED } from '../support/compiled.ts';
import { holdfastWith, jsonOf } from '../support/holdfast.ts';
import { addTo, settled } from '../support/looking.ts';
import { colleague } from '../support/people.ts';
import { png } from '../support/picture.ts';
import { comparable, copyOf, eventOf, openFreshIndex, published, rowsIn } from '../support/rebuild-scene.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const picture = async () => [{ name: 'shot.png', type: 'image/png', bytes: await png() }];

async function handIn(archive: Archive, text: string): Promise<string> {
  const answer = await archive.report(simpleReport({ text }), await picture());
  expect(answer.status).toBe(202);
  return answer.body.recordId;
}

const series = {
  code: 'day 1',
  number: null,
  schedule: null,
  title: 'Records of one day',
  description: null,
  trigger: 'posted',
  cutoff: 'none',
  period: 'P1D',
  disposition: 'destroy',
  citation: 'A schedule for tests, 1',
  reading: 'official',
} as const;

/** Filed, and confirmed by these. */
async function filed(archive: Archive, name: string, people: readonly string[], agency = 'rivertown') {
  await archive.system.db.inAgency(agency, async (at) => {
    await addSchedule(
      at,
      { edition: name, title: name, source: 'A schedule for tests', series: [series], rules: [] },
      'cli',
    );
    const digest = (await readEdition(at, name))?.digest ?? '';
    for (const personId of people) await confirmEdition(at, { edition: name, personId, digest, note: null });
  });
}

const remembered = async ({ config }: Archive) => await restoresIn(join(config.keysDir, 'log'));

async function auditedWith({ system, config }: Archive, restores: ReadonlySet<string> | null) {
  const { db, logFiles, reader } = system;
  const { anchors } = config;
  const asked = { files: logFiles, store: reader, anchors, keys: [], restores };
  const report = await auditAgency(db, { ...asked, keysFrom: 'given', objects: 'full' }, 'rivertown');
  return {
    found: report.findings.map(({ what, where }) => `${what} ${where.record ?? ''}`),
    records: report.records,
    restores: report.restores,
  };
}

describe('a database from an earlier time', () => {
  let dataDir: string;
  let now: Awaited<ReturnType<typeof cloneDatabase>>;
  let before: Awaited<ReturnType<typeof cloneDatabase>>;
  let restored: Archive | null = null;
  const receipts = new Map<string, Receipt>();
  const ids: Record<'old' | 'grown' | 'begun' | 'younger' | 'lost' | 'standing', string> = {
    old: '',
    grown: '',
    begun: '',
    younger: '',
    lost: '',
    standing: '',
  };
  let head: { readonly size: number; readonly root: Buffer };
  let leaves: Record<string, unknown>[];

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'holdfast-behind-'));
    now = await cloneDatabase();
    const open = async (): Promise<Archive> =>
      await openArchive({ databaseUrl: now.url, env: { HOLDFAST_DATA: dataDir } });
    const first = await open();
    await first.work();
    ids.old = await handIn(first, 'Old words');
    ids.grown = await handIn(first, 'Words that others will follow');
    for (const id of [ids.old, ids.grown]) await settled(first, id);
    const custodian = await colleague(first, ['custodian']);
    const { holdId } = await first.system.db.inAgency(
      'rivertown',
      async (at) =>
        await placeHold(
          at,
          {
            kind: 'audit',
            title: 'An audit',
            reason: 'It began.',
            ends: 'when it ends',
            on: { records: [ids.grown] },
          },
          'cli',
        ),
    );
    const officer = await colleague(first, ['retention-officer']);
    for (const name of ['wrong-2026', 'older-2026', 'newer-2026', 'standing-2026'])
      await filed(first, name, [custodian.personId, officer.personId]);
    await published(first);
    await first.stopWork();
    // Acknowledged, and neither sealed nor in the log when the backup is made.
    ids.begun = await handIn(first, 'Begun before the backup');
    await first.close();
    before = await copyOf(now.url);

    const second = await open();
    await second.work();
    const added = await addTo(second, ids.grown, simpleReport({ text: 'Later words' }), await picture());
    expect(added.status, added.text).toBe(202);
    ids.younger = await handIn(second, 'After the backup');
    for (const id of [ids.grown, ids.begun, ids.younger]) await settled(second, id);
    await second.system.db.inAgency('rivertown', async (at) => {
      const hold = { title: 'Doe v. Rivertown', reason: 'A suit.', ends: 'when it ends' } as const;
      await placeHold(at, { ...hold, kind: 'litigation', on: { records: [ids.old] } }, 'cli');
      await releaseHold(at, holdId, { personId: custodian.personId, reason: 'The audit ended.' });
      const standing = { q: 'Ferryman', filters: {} };
      ids.standing = (
        await placeHold(at, { ...hold, kind: 'litigation', on: { search: standing, standing: true } }, 'cli')
      ).holdId;
      await withdrawEdition(at, {
        edition: 'wrong-2026',
        personId: custodian.personId,
        reason: 'A wrong page.',
      });
      await succeedEdition(at, 'older-2026', 'newer-2026', 'cli');
      await addRule(
        at,
        { position: 7, matches: { platform: 'facebook' }, edition: 'newer-2026', series: 'day 1' },
        'cli',
      );
      await enterDay(at, ids.younger, { event: 'posted', day: '2031-02-03', note: null }, 'cli');
    });
    await second.stopWork();
    await second.work('log');
    ids.lost = await handIn(second, 'Acknowledged and never sealed');
    await published(second);
    for (const name of ['old', 'grown', 'begun', 'younger'] as const)
      receipts.set(name, await second.receipt(ids[name]));
    const { rows } = await second.sql.query<{ size: string; root: Buffer }>(
      "select size, root from log_checkpoint where agency_id = 'rivertown' order by size desc limit 1",
    );
    head = { size: Number(rows[0]?.size), root: rows[0]?.root ?? Buffer.alloc(0) };
    leaves = await rowsIn(second.sql, 'log_leaf', ['salt']);
    await second.close();
    restored = await openArchive({ databaseUrl: before.url, env: { HOLDFAST_DATA: dataDir } });
  });
  afterAll(async () => {
    await restored?.close();
    await now.drop();
    await before.drop();
    await rm(dataDir, { recursive: true, force: true });
  });

  test('is led on by the log worker before it signs: each record and each leaf is there again', async () => {
    const archive = restored as Archive;
    const { rows: was } = await archive.sql.query<{ size: string }>(
      "select size from log_head where agency_id = 'rivertown'",
    );
    expect(Number(was[0]?.size)).toBeLessThan(head.size);
    // What is handed in now would take numbers that the store has.
    for (const sent of [
      await archive.report(simpleReport({ text: 'Too early' }), await picture()),
      await addTo(archive, ids.grown, simpleReport({ text: 'Too early as well' }), await picture()),
    ]) {
      expect(sent.status).toBe(503);
      expect(JSON.stringify(sent)).toContain('brought up to date from its store');
    }
    await archive.work();
    const told = await eventOf(archive, 'restore.performed');
    await settled(archive, await handIn(archive, 'In time'));
    expect(told.body).toMatchObject({
      size: String(head.size),
      from: String(was[0]?.size),
      root: head.root.toString('hex'),
      records: 3,
      refused: [],
      neverSealed: [ids.lost],
    });
    for (const name of ['old', 'grown', 'begun', 'younger'] as const) {
      const receipt = await archive.until(
        ids[name],
        ({ status, safeToRemove, parked }) => status === 'complete' && safeToRemove && parked.length === 0,
      );
      expect(comparable(receipt), name).toEqual(comparable(receipts.get(name) as Receipt));
      await settled(archive, ids[name]);
    }
    const { rows: seals } = await archive.sql.query('select from seal where sealed_at is null');
    expect(seals).toEqual([]);
    const { rows: facts } = await archive.sql.query('select from fact where record_id = $1', [ids.grown]);
    expect(facts).toHaveLength(2);
  });

  test('keeps what was held or dated after the backup: the log proves that, and a hold lies on it until a person went over it', async () => {
    const archive = restored as Archive;
    const { rows } = await archive.sql.query(
      `select h.kind, h.placed_by, array_agg(r.record_id order by r.record_id) as records
         from hold h join hold_record r on r.hold_id = h.id where h.agency_id = 'rivertown' group by h.id order by h.kind`,
    );
    expect(rows).toEqual([
      // Released after the backup, and there again: a person releases it anew.
      { kind: 'audit', placed_by: 'cli', records: [ids.grown] },
      { kind: 'other', placed_by: 'worker:log', records: [ids.old, ids.younger].toSorted() },
    ]);
    const { rows: objections } = await archive.sql.query<{ held: boolean }>(
      "select is_held('rivertown', id) as held from record where id = any($1::uuid[])",
      [[ids.old, ids.younger]],
    );
    expect(objections).toEqual([{ held: true }, { held: true }]);
    expect((await eventOf(archive, 'restore.performed')).body).toMatchObject({ held: 2 });
    const { rows: told } = await archive.sql.query(
      "select body->>'records' as records from event where type = 'hold.placed' and actor = 'worker:log'",
    );
    expect(told).toEqual([{ records: '2' }]);
  });

  test('does not destroy under an edition that ended after the backup: it counts no more, and what else was decided is named', async () => {
    const archive = restored as Archive;
    const { rows } = await archive.sql.query(
      `select edition, edition_is_confirmed(agency_id, edition) as confirmed, withdrawn_at, superseded_at, ended_in_log is not null as ended
         from edition where agency_id = 'rivertown' and edition like '%-2026' and added_by = 'cli' and edition <> 'rivertown-sample-2026' order by edition`,
    );
    const lost = { withdrawn_at: null, superseded_at: null };
    expect(rows).toEqual([
      { edition: 'newer-2026', confirmed: true, ...lost, ended: false },
      { edition: 'older-2026', confirmed: false, ...lost, ended: true },
      { edition: 'standing-2026', confirmed: true, ...lost, ended: false },
      { edition: 'wrong-2026', confirmed: false, ...lost, ended: true },
    ]);
    const { body } = await eventOf(archive, 'restore.performed');
    expect(body).toMatchObject({
      heldAll: false,
      lostHolds: [expect.any(String), ids.standing],
      lostRules: 1,
    });
    expect((body['editionsEnded'] as string[]).toSorted()).toEqual(['older-2026', 'wrong-2026']);
    // As the processes connect: what the log ended is not undone.
    await expect(
      archive.system.db.inAgency('rivertown', async ({ tx }) => {
        await tx
          .updateTable('edition')
          .set({ ended_in_log: null })
          .where('edition', '=', 'wrong-2026')
          .execute();
      }),
    ).rejects.toThrow('the log says that this edition ended');
    await expect(
      archive.system.db.inAgency('rivertown', async (at) => {
        await succeedEdition(at, 'standing-2026', 'wrong-2026', 'cli');
      }),
    ).rejects.toThrow('no edition takes the place of another');
    const custodian = await colleague(archive, ['custodian']);
    await archive.system.db.inAgency('rivertown', async (at) => {
      const again = {
        edition: 'wrong-2026',
        personId: custodian.personId,
        reason: 'A wrong page, said again.',
      };
      expect(await withdrawEdition(at, again)).toBe('withdrawn');
    });
  });

  test('where the name of the edition that ended does not stand in the log, everything is held', async () => {
    const archive = restored as Archive;
    const people = await Promise.all([colleague(archive, ['custodian']), colleague(archive, ['approver'])]);
    await filed(
      archive,
      'no-year',
      people.map(({ personId }) => personId),
    );
    const hold = randomUUID();
    const apply = async () =>
      await archive.system.db.inAgency(
        'rivertown',
        async (at) =>
          await applyDecided(at, hold, {
            kept: [],
            ended: [{ edition: null, at: new Date().toISOString() }],
            holds: [],
            rules: 0,
            productions: [],
          }),
      );
    const nothingElse = { ended: [], lostHolds: [], lostRules: 0, productionsEnded: [] };
    expect(await apply()).toEqual({ ...nothingElse, heldAll: true });
    expect(await apply()).toEqual({ ...nothingElse, heldAll: true });
    const { rows } = await archive.sql.query(
      `select count(*)::int as all, count(*) filter (where is_held(agency_id, id))::int as held,
              count(*) filter (where exists (select from hold_record h where h.record_id = r.id and h.hold_id = $1))::int as by
         from record r where agency_id = 'rivertown' and state not in ('disposing', 'disposed')`,
      [hold],
    );
    expect(rows[0].all).toBeGreaterThan(3);
    expect(rows).toEqual([{ all: rows[0].all, held: rows[0].all, by: rows[0].all }]);
  });

  test('does not fork: the log goes on from the root that was signed', async () => {
    const archive = restored as Archive;
    await published(archive);
    const after = await rowsIn(archive.sql, 'log_leaf', ['salt']);
    for (const leaf of leaves) expect(after).toContainEqual(leaf);
    expect(after.length).toBeGreaterThan(leaves.length);
    const { rows } = await archive.sql.query<{ size: string; root: Buffer }>(
      "select size, root from log_checkpoint where agency_id = 'rivertown' order by size",
    );
    const sizes = rows.map(({ size }) => Number(size));
    expect(new Set(sizes).size).toBe(sizes.length);
    expect(rows.find(({ size }) => Number(size) === head.size)?.root).toEqual(head.root);
    const path = await archive.system.db.inAgency('rivertown', async (at) =>
      archive.system.logReader.consistency(at, head.size, sizes.at(-1) ?? 0),
    );
    expect(
      provesConsistency(
        { size: head.size, root: head.root },
        { size: sizes.at(-1) ?? 0, root: rows.at(-1)?.root ?? Buffer.alloc(0) },
        path,
      ),
    ).toBe(true);
  });

  test('each event of the history has exactly one leaf', async () => {
    const archive = restored as Archive;
    await published(archive);
    const { rows } = await archive.sql.query(
      `select e.id from event e left join log_leaf l on l.event_id = e.id and l.agency_id = e.agency_id
        group by e.id having count(l.idx) <> 1 or count(distinct e.seq) <> 1`,
    );
    expect(rows).toEqual([]);
  });

  test('is explained to an audit, which counts the record that never was sealed as lost and told, and still finds who changes what was put back', async () => {
    const archive = restored as Archive;
    await published(archive);
    const audited = async () => await auditedWith(archive, await remembered(archive));
    const { found, records, restores } = await audited();
    expect(found).toEqual([]);
    expect(restores).toMatchObject([{ size: head.size, neverSealed: 1, remembered: true }]);
    expect((await auditedWith(archive, null)).restores).toMatchObject([{ remembered: null }]);
    // With the one that was handed in once the log went on.
    expect(records).toMatchObject({ records: 5, unsealed: 0, lost: 1 });
    expect((await archive.sql.query('select from log_leaf where salt is null')).rowCount).toBeGreaterThan(5);

    const { rows } = await archive.sql.query<{ id: string; body: object }>(
      `select id, body from event where record_id = $1 and type = 'record.sealed' and body ? 'restored'`,
      [ids.younger],
    );
    const put = async (body: object): Promise<void> => {
      await archive.sql.query('update event set body = $2 where id = $1', [
        rows[0]?.id,
        JSON.stringify(body),
      ]);
    };
    await put({ ...rows[0]?.body, who: 'somebody else' });
    expect((await audited()).found).toContain(`event-other-body ${ids.younger}`);
    await put(rows[0]?.body ?? {});
    // Nor what the log ended: past the triggers, as whoever owns the database could.
    const counts = async (edition: string, at: string | null): Promise<void> => {
      await archive.sql.query('set session_replication_role = replica');
      await archive.sql.query('update edition set ended_in_log = $2 where edition = $1', [edition, at]);
      await archive.sql.query('set session_replication_role = origin');
    };
    await counts('older-2026', null);
    expect((await audited()).found.filter((one) => one.startsWith('edition-other'))).toHaveLength(1);
    await counts('older-2026', '2026-11-01');
    await counts('newer-2026', '2026-11-01');
    expect((await audited()).found.filter((one) => one.startsWith('edition-other'))).toHaveLength(1);
    await counts('newer-2026', null);
    expect((await audited()).found.filter((one) => one.startsWith('edition-other'))).toEqual([]);
    // Below what was put back no salt may be missing.
    await archive.sql.query('update log_leaf set salt = null where idx = 1');
    expect((await audited()).found.join()).toContain('event-salt-gone');
  });

  test('whose restore somebody invented, and had signed into the log, explains nothing to an audit', async () => {
    const archive = restored as Archive;
    await archive.stopWork();
    await archive.work('log');
    const taken = await handIn(archive, 'Taken out of the database');
    await published(archive);
    const body = {
      size: String(head.size + 1000),
      root: head.root.toString('hex'),
      from: '0',
      records: 0,
      refused: [],
      neverSealed: [taken],
      neverSealedCount: 1,
    };
    await archive.sql.query(
      `insert into event (agency_id, id, record_id, type, actor, body)
       values ('rivertown', gen_random_uuid(), null, 'restore.performed', 'worker:log', $1)`,
      [JSON.stringify(body)],
    );
    await archive.sql.query(
      `insert into event (agency_id, id, record_id, type, actor, body)
       values ('rivertown', gen_random_uuid(), null, 'purge.completed', 'worker:retention', $1)`,
      [
        JSON.stringify({
          purge: randomUUID(),
          schedule: 'SAMPLE-01',
          edition: '2026',
          cutoff: '2020-01-01',
          eligible: '2021-01-01',
          records: 1,
          objects: 5,
          listDigest: '0'.repeat(64),
          index: '1',
          about: [`record:${taken}`],
        }),
      ],
    );
    await published(archive);
    await archive.stopWork();
    await archive.sql.query('set session_replication_role = replica');
    for (const table of ['fact', 'artifact', 'object', 'seal', 'step'])
      await archive.sql.query(`delete from ${table} where record_id = $1`, [taken]);
    expect((await archive.sql.query('delete from record where id = $1', [taken])).rowCount).toBe(1);
    await archive.sql.query('set session_replication_role = origin');

    // Who asks no folder of keys is told of both, and has to ask whether they were.
    const alone = await auditedWith(archive, null);
    expect(alone.found).toEqual(['purge-unknown ']);
    expect(alone.restores).toMatchObject([
      { size: head.size },
      { from: 0, neverSealed: 1, remembered: null },
    ]);
    const { found, restores } = await auditedWith(archive, await remembered(archive));
    expect(restores).toMatchObject([{ remembered: true }, { remembered: false }]);
    expect(found).toContain('restore-unknown ');
    expect(found).toContain(`record-gone ${taken}`);
    expect(found.join()).toContain('event-salt-gone');
    // Nor does the true one, once it is made to name that record.
    await archive.sql.query(
      `update event set body = jsonb_set(body, '{neverSealed}', body->'neverSealed' || to_jsonb($1::text))
        where type = 'restore.performed' and body->>'size' = $2`,
      [taken, String(head.size)],
    );
    const other = (await auditedWith(archive, await remembered(archive))).found;
    expect(other).toContain(`record-gone ${taken}`);
    expect(other).toContain('event-other-body ');
  });
});

describe('a database from before what no seal took', () => {
  test('is made anew where it can be, named where it cannot, and both are explained to an audit', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-behind-'));
    const now = await cloneDatabase();
    const open = async (databaseUrl: string): Promise<Archive> =>
      await openArchive({ databaseUrl, env: { HOLDFAST_DATA: dataDir } });
    const first = await open(now.url);
    await first.work();
    const grown = await handIn(first, 'Words that others will follow');
    await settled(first, grown);
    await first.stopWork();
    const begun = await handIn(first, 'Not captured yet');
    await first.close();
    const before = await copyOf(now.url);

    // Nobody seals: what is captured and reported now is in the log alone.
    const second = await open(now.url);
    await second.work('log', 'relay', 'capture');
    const added = await addTo(second, grown, simpleReport({ text: 'Later words' }), await picture());
    expect(added.status, added.text).toBe(202);
    const captures = async ({ sql }: Archive): Promise<boolean[]> => {
      const { rows } = await sql.query<{ restored: boolean }>(
        `select e.body ? 'restored' as restored from event e left join log_leaf l on l.event_id = e.id
          where e.record_id = $1 and e.type like 'capture.%' and (e.body->>'files')::int > 0 order by l.idx`,
        [begun],
      );
      return rows.map(({ restored: is }) => is);
    };
    await expect.poll(async () => await captures(second)).toEqual([false]);
    await published(second);
    await second.close();

    const restored = await open(before.url);
    await restored.work('log');
    const told = await eventOf(restored, 'restore.performed');
    expect(told.body).toMatchObject({ neverSealed: [], lostFacts: [{ recordId: grown, fact: 2 }] });
    // Also at the moment when the capture is owed again, and not made yet.
    expect(await captures(restored)).toEqual([true]);
    await published(restored);
    const atOnce = await auditedWith(restored, await remembered(restored));
    expect(atOnce).toMatchObject({ found: [], records: { records: 2, lost: 0, lostFacts: 1 } });

    await restored.stopWork();
    await restored.work();
    for (const id of [grown, begun]) await settled(restored, id);
    await published(restored);
    expect(await captures(restored)).toEqual([true, false]);
    const { found, records } = await auditedWith(restored, await remembered(restored));
    expect({ found, records }).toMatchObject({ found: [], records: { records: 2, lost: 0, lostFacts: 1 } });

    // The same without the mark is no loss that a restore explains.
    await restored.sql.query(
      "update event set body = body - 'restored' where record_id = any($1) and body ? 'restored' and type = any($2)",
      [
        [grown, begun],
        ['intake.accepted', 'capture.completed', 'capture.skipped'],
      ],
    );
    const changed = await auditedWith(restored, await remembered(restored));
    expect(changed.found).toEqual(expect.arrayContaining([`fact-gone ${grown}`, `files-other ${begun}`]));
    await restored.close();
    await now.drop();
    await before.drop();
    await rm(dataDir, { recursive: true, force: true });
  });
});

describe('the command', () => {
  let archive: Archive;
  let fresh: Awaited<ReturnType<typeof cloneDatabase>>;
  let env: Record<string, string>;
  const RECORDS = 30;
  beforeAll(async () => {
    archive = await openArchive();
    await archive.work();
    const made: string[] = [];
    for (let n = 0; n < RECORDS; n += 1) made.push(await handIn(archive, `Record ${n}`));
    for (const id of made) await settled(archive, id);
    await published(archive);
    await archive.stopWork();
    fresh = await cloneDatabase();
    env = { DATABASE_URL: fresh.url, HOLDFAST_DATA: archive.dataDir };
  });
  afterAll(async () => {
    await archive?.close();
    await fresh?.drop();
  });

  test('says which agencies the database does not have, and what to do', async () => {
    const all = await holdfastWith(env, 'rebuild-index');
    expect(all.code).toBe(1);
    expect(all.out).toContain(`${RECORDS} records of "rivertown" were not looked at`);
    expect(all.out).toContain('npx holdfast agency add --slug rivertown');
    const one = await holdfastWith(env, 'rebuild-index --agency rivertown');
    expect(one).toMatchObject({ code: 5, out: '' });
    expect(one.err).toContain('--make-agencies');
  });

  test('refuses while Holdfast runs on the database', async () => {
    const ended = await holdfastWith({ ...env, DATABASE_URL: archive.databaseUrl }, 'rebuild-index');
    expect(ended).toMatchObject({ code: 5, out: '' });
    expect(ended.err).toContain('Holdfast is running on this database');
  });

  test('killed in the middle and run again, it comes to the same as when nobody killed it', async () => {
    const sql = new Client({ connectionString: fresh.url });
    await sql.connect();
    try {
      const written = async (): Promise<number> => (await sql.query('select from record')).rowCount ?? 0;
      let kills = 0;
      for (const enough of [1, 8, 20]) {
        const child = spawn(process.execPath, ['src/cli/main.ts', 'rebuild-index', '--make-agencies'], {
          cwd: ROOT,
          env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...COMPILED, ...env },
          stdio: 'ignore',
        });
        const ended = once(child, 'close');
        while (child.exitCode === null && (await written()) < enough) await sleep(5);
        child.kill('SIGKILL');
        const [, signal] = (await ended) as [number | null, string | null];
        if (signal === 'SIGKILL') kills += 1;
      }
      expect(kills).toBe(3);
      const last = await holdfastWith(env, 'rebuild-index --json');
      expect(last, last.err).toMatchObject({ code: 0 });
      const { records, logs } = jsonOf(last) as {
        records: Record<string, number>;
        logs: Record<string, unknown>[];
      };
      expect(records['refused']).toBe(0);
      expect((records['written'] ?? 0) + (records['same'] ?? 0)).toBe(RECORDS);
      expect(records['same']).toBeGreaterThanOrEqual(20);
      expect(logs).toMatchObject([{ agency: 'rivertown', from: 0 }]);
      for (const [table, but] of [
        ['record', []],
        ['fact', ['deliveries']],
        ['artifact', ['picture']],
        ['seal', ['sealed_at']],
        ['object', ['intended_at', 'confirmed_at']],
        ['log_leaf', ['salt']],
      ] as const)
        expect(await rowsIn(sql, table, but), table).toEqual(await rowsIn(archive.sql, table, but));
      const again = await holdfastWith(env, 'rebuild-index --json --quick');
      expect(jsonOf(again)).toMatchObject({ records: { same: RECORDS, written: 0, refused: 0 }, logs: [] });
      const empty = await holdfastWith(env, 'rebuild-index --into-empty');
      expect(empty).toMatchObject({ code: 5, out: '' });
    } finally {
      await sql.end();
    }
  });

  test('two at once write each record once', async () => {
    const index = await openFreshIndex(archive);
    try {
      const [one, other] = await Promise.all([index.rebuild(), index.rebuild()]);
      const wrote = (name: string): number => (one.counts[name] ?? 0) + (other.counts[name] ?? 0);
      expect([wrote('written'), wrote('same')]).toEqual([RECORDS, RECORDS]);
      const { rows } = await index.sql.query(
        'select id from event group by id having count(*) > 1 union all select id from record group by id having count(*) > 1',
      );
      expect(rows).toEqual([]);
    } finally {
      await index.close();
    }
  });
});
