/**
 * Holds on both stores: placed, told to the store, released; refused where they must be, by the database itself as the application's own
 * role; and never passed by a destruction, in whichever order the two come.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ArchiveError } from '#errors.ts';
import {
  catchUpHolds,
  holdsOf,
  mirrored,
  mirrorHolds,
  placeHold,
  reconcile,
  releaseHold,
  renewLeases,
  type HoldOrder,
} from '#retention/retention.ts';
import type { ObjectStore } from '#store/store.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { inWholeRun, times } from '../support/extent.ts';
import { recordOf, settled } from '../support/looking.ts';
import { startLyingProxy, type LyingProxy } from '../support/lying-proxy.ts';
import { colleague } from '../support/people.ts';
import { startVersitygw, type RunningVersitygw } from '../support/versitygw.ts';

const DAY_MS = 86_400_000;
const WORDS = {
  kind: 'litigation',
  title: 'Case 26-1',
  reason: 'A claim',
  ends: 'until it is resolved',
} as const;
const order = (on: HoldOrder['on']): HoldOrder => ({ ...WORDS, on });

const inTown = async <T>(
  archive: Archive,
  work: Parameters<typeof archive.system.db.inAgency<T>>[1],
): Promise<T> => await archive.system.db.inAgency('rivertown', work);
const place = async (archive: Archive, on: HoldOrder['on']) =>
  await inTown(
    archive,
    async (at) => await placeHold(at, order(on), 'key:00000000-0000-4000-8000-000000000000'),
  );
const release = async (archive: Archive, holdId: string, personId: string) =>
  await inTown(archive, async (at) => await releaseHold(at, holdId, { personId, reason: 'It is over' }));
const mirror = async (archive: Archive, store?: ObjectStore) => {
  const { db, log, config, now } = archive.system;
  return await mirrorHolds({ db, log, now, leaseMs: config.leaseMs, store: store ?? archive.system.store });
};
const round = async (archive: Archive, more: object = {}) => {
  const { db, store, log, config, now } = archive.system;
  return await reconcile(
    { db, store, log, now, leaseMs: config.leaseMs, everyMs: 0, rate: 10_000, ...more },
    'rivertown',
  );
};

async function sealed(archive: Archive, text: string = randomUUID()): Promise<string> {
  const { body } = await archive.report(simpleReport({ text }));
  await settled(archive, body.recordId);
  return body.recordId;
}

interface Version {
  readonly key: string;
  readonly version_id: string;
  readonly locked_until: Date;
  readonly held_at: Date | null;
}
const versionsOf = async (archive: Archive, recordId: string): Promise<Version[]> =>
  (
    await archive.sql.query<Version>(
      'select key, version_id, locked_until, held_at from object where record_id = $1 and confirmed_at is not null order by key',
      [recordId],
    )
  ).rows;

/** What the store itself says, which the rows must agree with. */
async function heldInStore(archive: Archive, recordId: string): Promise<boolean[]> {
  const said: boolean[] = [];
  for (const { key, version_id, held_at, locked_until } of await versionsOf(archive, recordId)) {
    const state = await archive.system.store.head(key, version_id);
    expect(state?.hold, key).toBe(held_at !== null);
    expect(state?.retainUntil?.getTime(), key).toBe(locked_until.getTime());
    said.push(held_at !== null);
  }
  expect(said.length).toBeGreaterThanOrEqual(3);
  return said;
}

/** As the application's own role, in the agency. */
async function asApp<T>(archive: Archive, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: archive.databaseUrl, options: '-c role=holdfast_app' });
  await client.connect();
  try {
    await client.query("select set_config('app.agency', 'rivertown', false)");
    return await work(client);
  } finally {
    await client.end();
  }
}
async function refusal(client: Client, statement: string, values: unknown[] = []): Promise<string> {
  try {
    await client.query(statement, values);
    return 'done';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
const MARK = "update record set state = 'disposing' where id = $1";

describe.each(['folder', 'versitygw'] as const)('on %s', (kind) => {
  let archive: Archive;
  let server: RunningVersitygw | null = null;
  let proxy: LyingProxy | null = null;
  let folder: string;
  let custodian: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-holds-'));
    let env: Record<string, string> = {};
    if (kind !== 'folder') {
      server = await startVersitygw({ folder });
      proxy = await startLyingProxy(server.endpoint);
      const { bucket, region, writer } = await server.newBucket();
      env = {
        S3_ENDPOINT: proxy.endpoint,
        S3_REGION: region,
        S3_BUCKET: bucket,
        S3_ACCESS_KEY_ID: writer.accessKeyId,
        S3_SECRET_ACCESS_KEY: writer.secretAccessKey,
      };
    }
    archive = await openArchive({ env });
    await archive.work();
    custodian = (await colleague(archive, ['custodian'])).personId;
  });
  afterEach(() => proxy?.lie(null));
  afterAll(async () => {
    await archive?.close();
    await proxy?.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Where the store only has to answer, one of the two is enough: the one with locks of its own. */
  const once = (name: string, work: () => Promise<void>): void => {
    if (kind === 'versitygw') test(name, work);
    else inWholeRun(() => test(name, work));
  };

  test('a hold is told to the store for every version, with a lock of half a year; the last release takes it off', async () => {
    const recordId = await sealed(archive);
    expect(new Set(await heldInStore(archive, recordId))).toEqual(new Set([false]));
    const one = await place(archive, { records: [recordId] });
    const other = await place(archive, { records: [recordId] });
    expect(one.held).toBe(1);
    const files = (await versionsOf(archive, recordId)).length;
    expect(await inTown(archive, async (at) => await mirrored(at, { holdId: one.holdId }))).toEqual({
      files,
      held: 0,
    });
    expect(await mirror(archive)).toEqual({ records: 1, told: files, failed: 0 });
    expect(new Set(await heldInStore(archive, recordId))).toEqual(new Set([true]));
    expect(await inTown(archive, async (at) => await mirrored(at, { recordId }))).toEqual({
      files,
      held: files,
    });
    for (const { locked_until } of await versionsOf(archive, recordId))
      expect(locked_until.getTime() - Date.now()).toBeGreaterThan(179.9 * DAY_MS);
    // Again, with nothing to say.
    expect(await mirror(archive)).toEqual({ records: 0, told: 0, failed: 0 });

    expect(await release(archive, one.holdId, custodian)).toBe('released');
    await mirror(archive);
    expect(new Set(await heldInStore(archive, recordId))).toEqual(new Set([true]));
    expect(await release(archive, other.holdId, custodian)).toBe('released');
    expect(await release(archive, other.holdId, custodian)).toBe('released-before');
    await mirror(archive);
    expect(new Set(await heldInStore(archive, recordId))).toEqual(new Set([false]));
    const { history } = await recordOf(archive, recordId);
    expect(history.map(({ type }) => type).filter((type) => /^record\.(held|released)$/.test(type))).toEqual([
      'record.held',
      'record.held',
      'record.released',
      'record.released',
    ]);
  });

  test('what is sealed of a held record is born held', async () => {
    const recordId = await sealed(archive);
    await place(archive, { records: [recordId] });
    await mirror(archive);
    const before = (await versionsOf(archive, recordId)).length;
    const answer = await archive.app.inject({
      method: 'POST',
      url: `/v1/records/${recordId}/removal`,
      headers: { authorization: `Bearer ${await archive.key()}`, 'content-type': 'application/json' },
      payload: '{}',
    });
    expect(answer.statusCode, answer.body).toBe(202);
    const owed = async () =>
      (await archive.sql.query('select 1 from step where record_id = $1', [recordId])).rowCount ?? 0;
    const end = Date.now() + 60_000;
    while ((await owed()) > 0) {
      if (Date.now() > end) throw new Error('It was not sealed.');
      await sleep(100);
    }
    expect((await versionsOf(archive, recordId)).length).toBeGreaterThanOrEqual(before + 2);
    expect(new Set(await heldInStore(archive, recordId))).toEqual(new Set([true]));
    expect(await archive.sql.query('select 1 from hold_owed where record_id = $1', [recordId])).toMatchObject(
      { rowCount: 0 },
    );
  });

  once(
    'whoever dies between two versions leaves the rest to the next one, and a store that fails is met again',
    async () => {
      const recordId = await sealed(archive);
      await place(archive, { records: [recordId] });
      const { store } = archive.system;
      let calls = 0;
      const failing: ObjectStore = {
        ...store,
        hold: async (key, versionId) => {
          calls += 1;
          if (calls === 2) throw new ArchiveError('store-down', 'It is down.', { retry: 'later' });
          await store.hold(key, versionId);
        },
        // Told, and the word of it was lost.
        head: async (key, versionId) => {
          if (calls === 1) {
            calls += 10;
            throw new ArchiveError('store-down', 'It is down.', { retry: 'later' });
          }
          return await store.head(key, versionId);
        },
      };
      expect((await mirror(archive, failing)).failed).toBeGreaterThan(0);
      expect(
        await archive.sql.query('select 1 from hold_owed where record_id = $1', [recordId]),
      ).toMatchObject({ rowCount: 1 });
      await mirror(archive);
      expect(new Set(await heldInStore(archive, recordId))).toEqual(new Set([true]));
    },
  );

  once('a store that says yes and does nothing is not believed', async () => {
    const recordId = await sealed(archive);
    await place(archive, { records: [recordId] });
    const { store } = archive.system;
    const report = await mirror(archive, { ...store, hold: async () => undefined });
    expect(report).toMatchObject({ told: 0 });
    expect(report.failed).toBeGreaterThan(0);
    expect(new Set(await heldInStore(archive, recordId))).toEqual(new Set([false]));
    await mirror(archive);
    expect(new Set(await heldInStore(archive, recordId))).toEqual(new Set([true]));
  });

  test('the lock of what is held is kept, however long the hold lasts', async () => {
    const recordId = await sealed(archive);
    await place(archive, { records: [recordId] });
    await mirror(archive);
    const { db, store, log, config } = archive.system;
    for (const days of [80, 100, 190]) {
      const now = (): Date => new Date(Date.now() + days * DAY_MS);
      await renewLeases({ db, store, log, leaseMs: config.leaseMs, now });
      for (const { locked_until } of await versionsOf(archive, recordId))
        expect(locked_until.getTime()).toBeGreaterThan(now().getTime() + 89 * DAY_MS);
    }
    await heldInStore(archive, recordId);
  });

  test('the round mends what it may, names what it may not, and takes back what is so no more', async () => {
    const recordId = await sealed(archive);
    const other = await sealed(archive);
    await place(archive, { records: [recordId] });
    await mirror(archive);
    await round(archive);
    const { store } = archive.system;
    const [held, second, third] = await versionsOf(archive, recordId);
    const [strange, longer] = await versionsOf(archive, other);
    if (!held || !second || !third || !strange || !longer) throw new Error('Nothing is sealed.');
    await store.release(held.key, held.version_id);
    await archive.sql.query('update object set held_at = null where key = $1', [second.key]);
    await store.hold(strange.key, strange.version_id);
    await store.extend(
      longer.key,
      longer.version_id,
      new Date(Math.ceil(Date.now() / 1000) * 1000 + 300 * DAY_MS),
    );
    await archive.sql.query(
      "update object set locked_until = locked_until + interval '40 days' where key = $1",
      [third.key],
    );

    expect(await round(archive, { batchSize: 2 })).toMatchObject({ wrong: 2 });
    const { rows } = await archive.sql.query<{ key: string; code: string }>(
      'select key, code from lock_finding where gone_at is null order by code',
    );
    expect(rows).toEqual([
      { key: strange.key, code: 'hold-unknown' },
      { key: third.key, code: 'lock-short' },
    ]);
    const now = await versionsOf(archive, recordId);
    expect(now.every(({ held_at }) => held_at !== null)).toBe(true);
    for (const { key, version_id, locked_until } of now) {
      const state = await store.head(key, version_id);
      expect(state?.hold, key).toBe(true);
      expect(state?.retainUntil?.getTime(), key).toBeGreaterThanOrEqual(locked_until.getTime());
    }
    const { rows: taken } = await archive.sql.query<{ far: boolean }>(
      "select locked_until > now() + interval '299 days' as far from object where key = $1",
      [longer.key],
    );
    expect(taken).toEqual([{ far: true }]);
    expect((await recordOf(archive, other)).history.map(({ type }) => type)).toContain('lock.wanting');

    await store.release(strange.key, strange.version_id);
    expect(await round(archive)).toMatchObject({ wrong: 0 });
  });

  once(
    'a version of which the store cannot say how it stands does not stop the round, and a store that is down does',
    async () => {
      const recordId = await sealed(archive);
      const [broken] = await versionsOf(archive, recordId);
      const { store } = archive.system;
      const failing = (code: 'store-journal-broken' | 'store-down'): ObjectStore => ({
        ...store,
        head: async (key, versionId) => {
          if (key === broken?.key) throw new ArchiveError(code, 'It cannot be read.', { retry: 'later' });
          return await store.head(key, versionId);
        },
      });
      await expect(round(archive, { store: failing('store-down') })).rejects.toMatchObject({
        code: 'store-down',
      });
      expect(await round(archive, { store: failing('store-journal-broken') })).toMatchObject({ wrong: 1 });
      const { rows } = await archive.sql.query(
        'select code from lock_finding where gone_at is null and key = $1',
        [broken?.key],
      );
      expect(rows).toEqual([{ code: 'unreadable' }]);
      expect(await round(archive)).toMatchObject({ wrong: 0 });
    },
  );

  once(
    'the round names what lies in the store that no row knows, and goes on where it was cut short',
    async () => {
      const recordId = await sealed(archive);
      const key = `a/rivertown/rec/${recordId}/9/put-this-here`;
      await archive.system.store.seal({
        key,
        body: { bytes: Buffer.from('x') },
        sha256: '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881',
        sizeBytes: 1,
        mediaType: 'text/plain',
        retainUntil: new Date(Date.now() + DAY_MS),
      });
      const ending = new AbortController();
      ending.abort();
      expect(await round(archive, { signal: ending.signal })).toBeNull();
      const report = await round(archive, { everyMs: DAY_MS });
      expect(report?.wrong).toBe(1);
      expect(await round(archive, { everyMs: DAY_MS }), 'not due again').toBeNull();
      const { rows } = await archive.sql.query(
        'select code from lock_finding where gone_at is null and key = $1',
        [key],
      );
      expect(rows).toEqual([{ code: 'unknown-version' }]);
      await archive.sql.query(`update lock_finding set gone_at = now() where key = $1`, [key]);
    },
  );
});

describe('the database', () => {
  let archive: Archive;
  beforeAll(async () => {
    archive = await openArchive();
    // What lets a record be destroyed at all asks for an approved list first (disposal-decided.test.ts). Here is the net beneath it.
    await archive.sql.query('alter table record disable trigger may_be_disposed');
    await archive.work();
  });
  afterAll(async () => await archive?.close());

  test('destroys nothing that is held, and holds nothing that is being destroyed', async () => {
    const [held, marked] = [await sealed(archive), await sealed(archive)];
    const { holdId } = await place(archive, { records: [held] });
    await asApp(archive, async (client) => {
      expect(await refusal(client, MARK, [held])).toBe('HF024');
      expect(await refusal(client, MARK, [marked])).toBe('done');
      const add = "insert into hold_record (agency_id, hold_id, record_id) values ('rivertown', $1, $2)";
      expect(await refusal(client, add, [holdId, marked])).toBe('HF021');
      expect(await refusal(client, 'delete from hold_record')).toBe('42501');
      expect(await refusal(client, 'delete from hold')).toBe('42501');
      expect(
        await refusal(client, 'update hold_record set released_at = now() where record_id = $1', [held]),
      ).toBe('HF022');
    });
    await expect(place(archive, { records: [held, marked] })).rejects.toMatchObject({
      code: 'record-disposing',
    });
    await expect(place(archive, { records: [randomUUID()] })).rejects.toMatchObject({
      code: 'record-not-found',
    });
    const search = { q: null, filters: {} };
    expect((await place(archive, { search, standing: false })).tooLate).toBe(1);
  });

  test('lets a hold be released by a custodian or administrator who has no part in the disposal, and by nobody else', async () => {
    const recordId = await sealed(archive);
    const refused = [
      ['moderator'],
      ['auditor'],
      ['retention-officer'],
      ['approver'],
      ['custodian', 'retention-officer'],
      ['custodian', 'approver'],
      ['administrator', 'retention-officer'],
    ];
    const { holdId } = await place(archive, { records: [recordId] });
    const end = "update hold set released_at = now(), released_by = $2, release_reason = 'x' where id = $1";
    for (const roles of refused) {
      const { personId } = await colleague(archive, roles);
      await expect(release(archive, holdId, personId), roles.join()).rejects.toMatchObject({
        code: 'hold-not-yours-to-release',
      });
      await asApp(archive, async (client) =>
        expect(await refusal(client, end, [holdId, personId]), roles.join()).toBe('HF020'),
      );
    }
    const left = await colleague(archive, ['custodian']);
    await archive.sql.query('update person set left_at = now() where id = $1', [left.personId]);
    await expect(release(archive, holdId, left.personId)).rejects.toMatchObject({
      code: 'hold-not-yours-to-release',
    });
    const ended = await colleague(archive, ['custodian']);
    await archive.sql.query(
      "update person_role set ended_at = now(), ended_by = 'test' where person_id = $1",
      [ended.personId],
    );
    await expect(release(archive, holdId, ended.personId)).rejects.toMatchObject({
      code: 'hold-not-yours-to-release',
    });
    for (const roles of [['custodian'], ['administrator', 'moderator']]) {
      const another = await place(archive, { records: [recordId] });
      const { personId } = await colleague(archive, roles);
      expect(await release(archive, another.holdId, personId)).toBe('released');
      await asApp(archive, async (client) => {
        expect(await refusal(client, end, [another.holdId, personId])).toBe('HF022');
        const add =
          "insert into hold_record (agency_id, hold_id, record_id) values ('rivertown', $1, gen_random_uuid())";
        expect(await refusal(client, add, [another.holdId])).toBe('HF023');
      });
    }
  });

  test('lets neither pass the other: whichever commits first is seen by the one that waited', async () => {
    const { holdId } = await place(archive, { records: [await sealed(archive)] });
    const add = "insert into hold_record (agency_id, hold_id, record_id) values ('rivertown', $1, $2)";
    for (const first of ['hold', 'mark'] as const) {
      const recordId = await sealed(archive);
      await asApp(
        archive,
        async (one) =>
          await asApp(archive, async (other) => {
            await one.query('begin');
            await (first === 'hold' ? one.query(add, [holdId, recordId]) : one.query(MARK, [recordId]));
            const waiting =
              first === 'hold' ? refusal(other, MARK, [recordId]) : refusal(other, add, [holdId, recordId]);
            expect(await Promise.race([waiting, sleep(300, 'waits')])).toBe('waits');
            await one.query('commit');
            expect(await waiting).toBe(first === 'hold' ? 'HF024' : 'HF021');
          }),
      );
    }
  });

  test('holds what a search finds now, and with a standing hold what comes: in the commit that makes it match', async () => {
    const word = `lorikeet${randomUUID().slice(0, 8)}`;
    const before = await sealed(archive, `${word} one`);
    const later = await sealed(archive);
    const search = { q: word, filters: { platform: 'x' } };
    const frozen = await place(archive, { search: { ...search, filters: {} }, standing: false });
    const standing = await place(archive, { search: { q: word, filters: {} }, standing: true });
    expect([frozen.held, standing.held]).toEqual([1, 1]);
    const { body } = await archive.report(simpleReport({ text: `${word} two` }));
    const ids = async (recordId: string) =>
      (await inTown(archive, async (at) => await holdsOf(at, recordId))).map((one) => one.holdId);
    expect(await ids(body.recordId), 'before its report was answered').toEqual([standing.holdId]);
    expect((await ids(before)).toSorted()).toEqual([frozen.holdId, standing.holdId].toSorted());
    // A later fact makes it match.
    await archive.sql.query(
      'update record set search = search_words_added(search, agency_id, $2) where id = $1',
      [later, word],
    );
    expect(await ids(later)).toEqual([standing.holdId]);
    await asApp(archive, async (client) => expect(await refusal(client, MARK, [later])).toBe('HF024'));
    await expect(
      place(archive, { search: { q: `${word}nowhere`, filters: {} }, standing: false }),
    ).rejects.toMatchObject({
      code: 'hold-empty',
    });
    expect(
      (await place(archive, { search: { q: `${word}nowhere`, filters: {} }, standing: true })).held,
    ).toBe(0);
    await release(archive, standing.holdId, (await colleague(archive, ['custodian'])).personId);
    const after = await archive.report(simpleReport({ text: `${word} three` }));
    expect(await ids(after.body.recordId)).toEqual([]);
  });

  test('has no window: what came to match while the hold was being placed is not destroyed, and is written down later', async () => {
    const word = `rosella${randomUUID().slice(0, 8)}`;
    const recordId = await sealed(archive);
    await asApp(archive, async (one) => {
      await one.query('begin');
      await one.query('update record set search = search_words_added(search, agency_id, $2) where id = $1', [
        recordId,
        word,
      ]);
      const { holdId, held } = await place(archive, { search: { q: word, filters: {} }, standing: true });
      expect(held).toBe(0);
      await one.query('commit');
      await asApp(archive, async (client) => expect(await refusal(client, MARK, [recordId])).toBe('HF024'));
      const { db, store, log, config, now } = archive.system;
      expect(await catchUpHolds({ db, store, log, now, leaseMs: config.leaseMs })).toBe(1);
      expect(
        (await inTown(archive, async (at) => await holdsOf(at, recordId))).map((held_) => held_.holdId),
      ).toEqual([holdId]);
    });
  });

  test('of a series holds what stands under it now, and what comes under it, whatever a record was sealed under', async () => {
    await archive.sql.query(
      `insert into edition (agency_id, edition, title, source, added_by) values ('rivertown', 'by-hand', 'E', 'Invented', 'test') on conflict do nothing`,
    );
    await archive.sql.query(
      `insert into series (agency_id, edition, code, title, period, citation)
       select 'rivertown', 'by-hand', code, 'S', 'P1Y', 'C' from unnest(array['moved-here', 'moved-away']) code`,
    );
    const under = (code: string) => ({ search: { q: null, filters: { series: code } }, standing: true });
    const put = async (recordId: string, series: string): Promise<void> =>
      await asApp(archive, async (client) => {
        await client.query(
          `insert into record_series (agency_id, record_id, edition, series, reason, by)
           values ('rivertown', $1, 'by-hand', $2, 'x', 'cli')`,
          [recordId, series],
        );
      });
    const holdIds = async (recordId: string): Promise<readonly string[]> =>
      (await inTown(archive, async (at) => await holdsOf(at, recordId))).map((one) => one.holdId);
    const [there, later, left] = [await sealed(archive), await sealed(archive), await sealed(archive)];
    await put(there, 'moved-here');
    const { holdId, held } = await place(archive, under('moved-here'));
    expect(held).toBe(1);
    expect(await holdIds(there)).toEqual([holdId]);
    await put(later, 'moved-here');
    expect(await holdIds(later), 'in the commit that put it there').toEqual([holdId]);
    await asApp(archive, async (client) => expect(await refusal(client, MARK, [later])).toBe('HF024'));
    expect(await holdIds(left)).toEqual([]);

    // One that every rule is taken away from is unclassified, and found as such.
    const bare = await place(archive, under('unclassified'));
    await asApp(archive, async (client) => {
      await client.query('delete from record_series where record_id = $1', [left]);
    });
    expect(await holdIds(left)).toEqual([bare.holdId]);
    const { personId } = await colleague(archive, ['custodian']);
    for (const id of [holdId, bare.holdId]) await release(archive, id, personId);
  });

  test('finds by a standing hold exactly what the search finds', async () => {
    await archive.report({ ...simpleReport({ text: 'a galah and a corella' }), action: 'delete' });
    await archive.report(simpleReport({ text: 'a corella' }));
    const { rows } = await archive.sql.query<Record<string, string | null>>(
      `select distinct platform, account, verb, state, removal, capture_outcome as outcome, s.series, grounds[1] as ground
         from record r left join record_series s on s.record_id = r.id`,
    );
    const values = (name: string): string[] => [
      ...new Set(rows.flatMap((row) => row[name] ?? [])),
      'nowhere',
    ];
    const filter = (name: string) => fc.option(fc.constantFrom(...values(name)), { nil: undefined, freq: 1 });
    const time = fc.option(
      fc.integer({ min: -60, max: 60 }).map((s) => new Date(Date.now() + s * 1000).toISOString()),
      { nil: undefined, freq: 1 },
    );
    const filters = fc.record({
      platform: filter('platform'),
      account: filter('account'),
      verb: filter('verb'),
      state: filter('state'),
      removal: filter('removal'),
      outcome: filter('outcome'),
      series: fc.option(fc.constantFrom(...values('series'), 'unclassified'), { nil: undefined, freq: 1 }),
      ground: filter('ground'),
      from: time,
      to: time,
    });
    const words = fc.option(
      fc.constantFrom('galah', 'corella', '-galah', '"a corella"', 'the', 'galah or nothing', '-'),
      { nil: null },
    );
    let found = 0;
    await fc.assert(
      fc.asyncProperty(words, filters, async (q, given) => {
        const search = JSON.stringify(given);
        await asAppOnce(async (client) => {
          const { rows: bySearch } = await client.query<{ id: string }>(
            'select id from search_records($1, $2::jsonb, null, null, 1000) order by id',
            [q, search],
          );
          const { rows: byHold } = await client.query<{ id: string }>(
            "select id from record r where is_found_by(r, jsonb_build_object('q', $1::text, 'filters', $2::jsonb)) order by id",
            [q, search],
          );
          expect(byHold).toEqual(bySearch);
          found += bySearch.length;
        });
      }),
      { numRuns: 150 },
    );
    expect(found).toBeGreaterThan(20);
    await shared?.end();
  });
  let shared: Client | null = null;
  const asAppOnce = async (work: (client: Client) => Promise<void>): Promise<void> => {
    if (shared === null) {
      shared = new Client({ connectionString: archive.databaseUrl, options: '-c role=holdfast_app' });
      await shared.connect();
      await shared.query("select set_config('app.agency', 'rivertown', false)");
    }
    await work(shared);
  };

  test('over random histories of holds, releases and attempts to destroy: nothing that is held is ever marked', async () => {
    const { personId } = await colleague(archive, ['custodian']);
    const act = fc.oneof(
      { weight: 3, arbitrary: fc.record({ do: fc.constant('hold' as const), record: fc.nat(2) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('release' as const), hold: fc.nat(5) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('mark' as const), record: fc.nat(2) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 20 }), async (acts) => {
        const records = await Promise.all(
          [0, 1, 2].map(
            async () => (await archive.report(simpleReport({ text: randomUUID() }))).body.recordId,
          ),
        );
        const holds: { readonly id: string; readonly record: string; open: boolean }[] = [];
        const ended = new Set<string>();
        await asApp(archive, async (client) => {
          for (const one of acts) {
            if (one.do === 'hold') {
              const record = records[one.record] ?? '';
              const placed = await place(archive, { records: [record] }).catch((error: unknown) => error);
              if (ended.has(record)) expect(placed).toMatchObject({ code: 'record-disposing' });
              else holds.push({ id: (placed as { holdId: string }).holdId, record, open: true });
            } else if (one.do === 'release') {
              const hold = holds[one.hold];
              if (hold === undefined) continue;
              expect(await release(archive, hold.id, personId)).toBe(
                hold.open ? 'released' : 'released-before',
              );
              hold.open = false;
            } else {
              const record = records[one.record] ?? '';
              const isHeld = holds.some((hold) => hold.open && hold.record === record);
              expect(await refusal(client, MARK, [record])).toBe(isHeld ? 'HF024' : 'done');
              if (!isHeld) ended.add(record);
            }
          }
        });
        const { rows } = await archive.sql.query(
          "select 1 from record r join hold_record h on h.record_id = r.id and h.released_at is null where r.state = 'disposing'",
        );
        expect(rows).toEqual([]);
      }),
      { numRuns: times(12, 4) },
    );
  });
});
