/**
 * What the archive's own work leaves in the log: each event of a record's life and of its agency, as an entry under a signed checkpoint,
 * with proofs that open without us. And that nobody is told "safe to remove" before the seal is there.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import canonicalize from 'canonicalize';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { addAccount, addPolicy } from '#agency/agency.ts';
import { openMetrics } from '#api/api.ts';
import { entryCommitment, openEntry, openKeyFolder, startSequencer, verifierKey } from '#log/log.ts';
import { tilesOf, tilePath } from '#log/tiles.ts';
import { startWork } from '#work.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { judgeLog } from '../support/judge-log.ts';
import { askJudge, bringLogJudge } from '../support/log-judge.ts';
import { png } from '../support/picture.ts';
import { until } from '../support/sequencing.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 240_000 });

let archive: Archive;
beforeAll(async () => void (await bringLogJudge()));
afterEach(async () => await archive.close());

const files = async () => [{ name: 'shot.png', type: 'image/png', bytes: await png(40, 30) }];

async function published(agencyId = 'rivertown'): Promise<void> {
  await until(20_000, async () => {
    const { rows } = await archive.sql.query<{ owed: number; waiting: number }>(
      `select (select count(*)::int from log_outbox where agency_id = $1) as waiting,
              (select (size - published)::int from log_head where agency_id = $1) as owed`,
      [agencyId],
    );
    if (rows[0]?.waiting !== 0 || rows[0].owed !== 0) throw new Error(JSON.stringify(rows));
    return true;
  });
}

test('everything that the life of a record leaves in the history is in the log once, and each proof opens without us', async () => {
  archive = await openArchive();
  const { db, logReader } = archive.system;
  await archive.work();
  const { body } = await archive.report(simpleReport(), await files());
  await archive.until(body.recordId, (receipt) => receipt.safeToRemove);
  for (const path of ['', '/artifacts/2'])
    await archive.app.inject({
      url: `/v1/records/${body.recordId}${path}`,
      headers: { authorization: `Bearer ${await archive.key('administrator')}` },
    });
  await db.inAgency('rivertown', async (at) => {
    await addPolicy(at, {
      policyId: 'rules',
      version: '1',
      title: 'Rules',
      effectiveOn: '2026-01-01',
      grounds: [{ clauseId: 'a', label: 'Label', citation: 'A', clause: 'Clause' }],
    });
    await addAccount(at, { platform: 'x', nativeId: null, handle: '@city', url: null, name: 'City on X' });
  });
  await archive.until(body.recordId, (receipt) => receipt.status === 'complete');
  await published();

  const read = async (path: string): Promise<Buffer | null> => await logReader.file('rivertown', path);
  const { faults, looked } = await judgeLog({
    sql: archive.sql,
    agencyId: 'rivertown',
    read,
    settled: true,
  });
  expect(faults).toEqual([]);
  expect(looked.commitments).toBe(looked.leaves);
  const { rows: events } = await archive.sql.query<{ id: string; type: string; body: object }>(
    "select id, type, body from event where agency_id = 'rivertown' order by seq",
  );
  const types = new Set(events.map((event) => event.type));
  for (const type of [
    'log-key.added',
    'agency.added',
    'key.made',
    'intake.accepted',
    'picture.inspected',
    'capture.skipped',
    'record.sealed',
    'record.completed',
    'view.opened',
    'policy.added',
    'account.added',
  ])
    expect(types, type).toContain(type);

  await db.inAgency('rivertown', async (at) => {
    const newest = await logReader.checkpointOf(at);
    const keys = (await logReader.keysOf(at)).map(({ vkey }) => ({ key: verifierKey(vkey) }));
    const origin = keys[0]?.key.name ?? '';
    const proven = await logReader.proofsOf(at, { eventIds: events.map((event) => event.id) });
    expect(proven).toHaveLength(events.length);
    for (const { index, eventId, entry, proof, salt } of proven) {
      const opened = openEntry(proof, entry, { origin, keys });
      expect([opened.index, opened.entry.id]).toEqual([index, eventId]);
      const event = events.find(({ id }) => id === eventId);
      const { detailCommitment, ...facts } = opened.entry.facts;
      const content = Buffer.from(canonicalize(event?.body) ?? '');
      expect(detailCommitment).toBe(
        entryCommitment('detailCommitment', { salt: salt ?? Buffer.alloc(0), facts, content }),
      );
      // Another one's entry does not open with it.
      expect(() => openEntry(proof, Buffer.from(`${entry.toString()} `), { origin, keys })).toThrow(
        /does not lead/,
      );
    }
    const ofRecord = await logReader.proofsOf(at, { recordId: body.recordId, type: 'record.sealed' });
    expect(ofRecord.length).toBeGreaterThanOrEqual(1);
    // And before other people's programs.
    const { rows: leaves } = await archive.sql.query<{ entry: Buffer }>(
      "select entry from log_leaf where agency_id = 'rivertown' order by idx",
    );
    const tiles: Record<string, string> = {};
    for (const tile of tilesOf(newest?.size ?? 0)) {
      const path = tilePath(tile);
      tiles[path] = (await read(path))?.toString('base64') ?? '';
    }
    const verdict = JSON.parse(
      await askJudge(
        'check',
        JSON.stringify({
          origin,
          vkeys: (await logReader.keysOf(at)).map(({ vkey }) => vkey),
          entries: leaves.map(({ entry }) => entry.toString('base64')),
          tiles,
          heads: [
            {
              size: newest?.size,
              root: newest?.root.toString('base64'),
              checkpoint: newest?.note.toString(),
            },
          ],
          inclusion: [],
          consistency: [],
          proofs: proven.map(({ index, proof }) => ({ index, text: proof.toString() })),
        }),
      ),
    ) as { looked: number; wrong: readonly string[] };
    expect(verdict.wrong).toEqual([]);
    expect(verdict.looked).toBeGreaterThan(events.length);
  });
  // No entry holds what was handed in, nor who did.
  const { rows: entries } = await archive.sql.query<{ entry: Buffer }>('select entry from log_leaf');
  expect(entries.length).toBeGreaterThan(10);
  const text = JSON.stringify(simpleReport());
  for (const word of ['shot.png', 'City on X', '@city', 'Clause', ...(text.match(/https?:[^"]+/g) ?? [])])
    expect(
      entries.some(({ entry }) => entry.includes(word)),
      word,
    ).toBe(false);
});

test('nobody is told that it is safe before the entry of the seal is under a checkpoint in the store', async () => {
  archive = await openArchive();
  const { system } = archive;
  const options = {
    metrics: openMetrics(system.db),
    onHalt: (error: unknown): void => {
      throw error;
    },
  };
  // Everything but the log.
  await archive.work('relay', 'capture');
  await startWork('seal', system, options);
  const { body } = await archive.report(simpleReport(), await files());
  const complete = await archive.until(
    body.recordId,
    ({ status, missing }) => status === 'complete' && missing.every(({ code }) => code !== 'picture-pending'),
  );
  expect(complete).toMatchObject({ safeToRemove: false, missing: [{ code: 'log-pending' }] });
  await sleep(1000);
  expect(await archive.receipt(body.recordId)).toMatchObject({
    safeToRemove: false,
    missing: [{ code: 'log-pending' }],
  });

  // The sequencer runs, and its store takes tiles and no checkpoint.
  let open = false;
  const sequencer = startSequencer({
    db: system.db,
    files: {
      ...system.logFiles,
      replace: async (path, bytes, ms) => {
        if (!open) throw Object.assign(new Error('The store does not answer.'), { code: 'store-down' });
        await system.logFiles.replace(path, bytes, ms);
      },
    },
    keyFolder: openKeyFolder(`${archive.dataDir}/keys/log`),
    log: system.log,
    name: 'archive.example',
    leaseMs: archive.config.leaseMs,
    idleMs: 20,
  });
  await until(10_000, async () => {
    const { rowCount } = await archive.sql.query("select from log_leaf where agency_id = 'rivertown'");
    if ((rowCount ?? 0) < 5) throw new Error('It is not sequenced.');
    return true;
  });
  expect(await archive.receipt(body.recordId)).toMatchObject({
    safeToRemove: false,
    missing: [{ code: 'log-pending' }],
  });
  open = true;
  await archive.until(body.recordId, (receipt) => receipt.safeToRemove);
  await sequencer.stop();
});

test('a log that stands still is told to whoever looks after the archive, and intake goes on', async () => {
  archive = await openArchive();
  await archive.work('log');
  await published();
  const part = async (): Promise<unknown> => {
    const { parts } = (await archive.app.inject({ url: '/readyz' })).json<{
      parts: readonly { readonly name: string; readonly ok: boolean; readonly found: string }[];
    }>();
    return parts.find(({ name }) => name === 'log');
  };
  const figures = async (): Promise<string> => (await archive.app.inject({ url: '/metrics' })).body;
  expect(await part()).toMatchObject({
    ok: true,
    found: expect.stringMatching(/^\d+ logs, none stands still$/),
  });
  expect(await figures()).toMatch(/^holdfast_log_entries\{state="published"\} [1-9]/m);
  expect(await figures()).not.toContain('holdfast_logs_standing_still{');

  await archive.sql.query(
    "insert into event (agency_id, id, type, actor, body) values ('rivertown', gen_random_uuid(), 'heard.nothing', 'cli', '{}')",
  );
  await until(10_000, async () => {
    if ((await archive.sql.query('select from log_standing')).rowCount === 0) throw new Error('It goes on.');
    return true;
  });
  expect(await part()).toMatchObject({ ok: false, found: 'log-entry-malformed' });
  expect(await figures()).toContain('holdfast_logs_standing_still{code="log-entry-malformed"} 1');
  expect(await figures()).toContain('holdfast_log_entries_waiting 1');
  expect((await archive.app.inject({ url: '/readyz' })).statusCode).toBe(200);
  expect((await archive.report(simpleReport(), await files())).status).toBe(202);

  // Nobody sequences, and it does not go unnoticed.
  await archive.stopWork();
  await archive.sql.query('delete from log_standing');
  await archive.sql.query("update log_outbox set since = now() - interval '10 minutes'");
  expect(await part()).toMatchObject({ ok: false, found: 'log-late' });
});
