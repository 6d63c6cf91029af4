/**
 * Locks follow law, on both stores: what a confirmed edition says is locked for its term, what nobody confirmed lives on its lease, and
 * what is due, ruled and not held is renewed no more. The stores keep their own clock; the pass is given another one where days must pass.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lockStanding, mirrorHolds, placeHold, renewLeases } from '#retention/retention.ts';
import type { ObjectStore } from '#store/store.ts';
import { ArchiveError } from '#errors.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { inWholeRun } from '../support/extent.ts';
import { settled } from '../support/looking.ts';
import { colleague } from '../support/people.ts';
import { startVersitygw, type RunningVersitygw } from '../support/versitygw.ts';

const DAY_MS = 86_400_000;

describe.each(['folder', 'versitygw'] as const)('on %s', (kind) => {
  let archive: Archive;
  let server: RunningVersitygw | null = null;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-locks-'));
    let env: Record<string, string> = {};
    if (kind === 'versitygw') {
      server = await startVersitygw({ folder });
      const { bucket, region, writer } = await server.newBucket();
      env = {
        S3_ENDPOINT: server.endpoint,
        S3_REGION: region,
        S3_BUCKET: bucket,
        S3_ACCESS_KEY_ID: writer.accessKeyId,
        S3_SECRET_ACCESS_KEY: writer.secretAccessKey,
      };
    }
    archive = await openArchive({ env });
    await archive.work();
    await archive.sql.query(
      "insert into edition (agency_id, edition, title, source, added_by) values ('rivertown', 'sure', 'S', 'S', 'x'), ('rivertown', 'unsure', 'U', 'U', 'x')",
    );
    for (const edition of ['sure', 'unsure'])
      await archive.sql.query(
        "insert into series (agency_id, edition, code, title, citation) values ('rivertown', $1, 'x', 'x', 'x')",
        [edition],
      );
    for (let n = 0; n < 2; n += 1) {
      const { personId } = await colleague(archive, ['custodian']);
      await archive.sql.query(
        "insert into edition_confirmation (agency_id, edition, person_id, digest) values ('rivertown', 'sure', $1, edition_digest('rivertown', 'sure'))",
        [personId],
      );
    }
  });
  /** Where what is asked for does not depend on the store. */
  const once = (name: string, work: () => Promise<void>): void => {
    if (kind === 'versitygw') test(name, work);
    else inWholeRun(() => test(name, work));
  };
  afterAll(async () => {
    await archive?.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function sealed(said: {
    kind: 'on' | 'never' | 'unknown';
    due?: string;
    edition?: string;
    ruled?: boolean;
  }): Promise<string> {
    const { recordId } = (await archive.report(simpleReport({ text: randomUUID() }))).body;
    await settled(archive, recordId);
    await archive.sql.query(
      `insert into retention (agency_id, record_id, kind, due_on, edition, series, ruled_at)
       values ('rivertown', $1, $2, $3, $4, 'x', case when $5 then now() end)
       on conflict (record_id) do update set kind = excluded.kind, due_on = excluded.due_on, edition = excluded.edition, series = 'x', ruled_at = excluded.ruled_at`,
      [recordId, said.kind, said.due ?? null, said.edition ?? 'sure', said.ruled ?? true],
    );
    return recordId;
  }
  const pass = async (days: number, more: Partial<Parameters<typeof renewLeases>[0]> = {}) => {
    const { db, store, log, config } = archive.system;
    const now = (): Date => new Date(Date.now() + days * DAY_MS);
    return await renewLeases({ db, store, log, leaseMs: config.leaseMs, now, whole: true, ...more });
  };
  /** The locks of a record, as the rows have them and the store confirms them. */
  async function locksOf(recordId: string): Promise<Date[]> {
    const { rows } = await archive.sql.query<{ key: string; version_id: string; locked_until: Date }>(
      'select key, version_id, locked_until from object where record_id = $1 and confirmed_at is not null',
      [recordId],
    );
    for (const { key, version_id, locked_until } of rows)
      expect((await archive.system.store.head(key, version_id))?.retainUntil?.getTime(), key).toBe(
        locked_until.getTime(),
      );
    expect(rows.length).toBeGreaterThanOrEqual(3);
    return rows.map(({ locked_until }) => locked_until);
  }
  const daysLeft = async (recordId: string, days = 0): Promise<number[]> => [
    ...new Set(
      (await locksOf(recordId)).map((lock) => Math.round((lock.getTime() - Date.now()) / DAY_MS) - days),
    ),
  ];
  const civil = async (days: number): Promise<{ day: string; moment: Date }> => {
    const { rows } = await archive.sql.query<{ day: string; moment: Date }>(
      "select to_char(d, 'YYYY-MM-DD') as day, d::date::timestamp at time zone 'America/Chicago' as moment from (select now() + $1 * interval '1 day' as d) x",
      [days],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('No day.');
    return row;
  };

  test('a term under a confirmed edition is locked to the first moment of its day in the agency’s zone', async () => {
    const { day, moment } = await civil(1000);
    const recordId = await sealed({ kind: 'on', due: day });
    const unsure = await sealed({ kind: 'on', due: day, edition: 'unsure' });
    await pass(0, { whole: false });
    expect(await daysLeft(recordId), 'not by a pass that looks at leases alone').toEqual([30]);
    const report = await pass(0);
    expect(report.failed).toBe(0);
    for (const lock of await locksOf(recordId)) expect(lock.getTime()).toBe(moment.getTime());
    expect(await daysLeft(unsure)).toEqual([30]);
    // A shorter schedule later changes nothing: a lock only grows.
    await archive.sql.query('update retention set due_on = due_on - 500 where record_id = $1', [recordId]);
    await pass(0);
    for (const lock of await locksOf(recordId)) expect(lock.getTime()).toBe(moment.getTime());
  });

  once('what is kept for ever, and for thirty years, is locked for five years at a time', async () => {
    const ever = await sealed({ kind: 'never' });
    const long = await sealed({ kind: 'on', due: (await civil(10_950)).day });
    await pass(0);
    const left = async (days = 0) => [await daysLeft(ever, days), await daysLeft(long, days)];
    expect(await left()).toEqual([[1800], [1800]]);
    await pass(350);
    expect(await left()).toEqual([[1800], [1800]]);
    await pass(370);
    expect(await left(370)).toEqual([[1800], [1800]]);
  });

  once(
    'what is due, ruled and not held is renewed no more, and that is no alarm; with a hold it is',
    async () => {
      const { day } = await civil(10);
      const due = await sealed({ kind: 'on', due: day });
      const held = await sealed({ kind: 'on', due: day });
      const unruled = await sealed({ kind: 'on', due: day, ruled: false });
      const waiting = await sealed({ kind: 'unknown' });
      const { db, store, log, config, now } = archive.system;
      const hold = async (recordId: string) => {
        await db.inAgency(
          'rivertown',
          async (at) =>
            await placeHold(
              at,
              { kind: 'other', title: 'x', reason: 'x', ends: 'x', on: { records: [recordId] } },
              'cli',
            ),
        );
        await mirrorHolds({ db, store, log, now, leaseMs: config.leaseMs });
      };
      await hold(held);
      await pass(20);
      expect(await daysLeft(held)).toEqual([180]);
      for (const recordId of [unruled, waiting]) expect(await daysLeft(recordId, 20), recordId).toEqual([30]);
      expect(await daysLeft(due)).toEqual([30]);
      const { rows } = await archive.sql.query(
        'select distinct record_id from object where lapses_since is not null',
      );
      expect(rows).toEqual([{ record_id: due }]);
      await hold(due);
      expect(await daysLeft(due)).toEqual([180]);
      const after = await archive.sql.query(
        'select 1 from object where lapses_since is not null and record_id = $1',
        [due],
      );
      expect(after.rowCount).toBe(0);
      expect((await lockStanding(db)).ended).toBe(0);
    },
  );

  once('a store that takes no date so far off is asked for an earlier one', async () => {
    const recordId = await sealed({ kind: 'on', due: (await civil(3000)).day });
    const { store } = archive.system;
    const narrow: ObjectStore = {
      ...store,
      extend: async (key, versionId, until) => {
        if (until.getTime() > Date.now() + 2000 * DAY_MS)
          throw new ArchiveError('store-refused', 'Not so far.', { retry: 'never' });
        await store.extend(key, versionId, until);
      },
    };
    expect(await pass(0, { store: narrow })).toMatchObject({ failed: 0 });
    expect(await daysLeft(recordId)).toEqual([1800]);
  });
});
