/**
 * After a destruction nothing of it is anywhere: not in the stores, in no row, no search, no staged file, no log; and after the clean-up not in
 * the pages and the write-ahead log of the database either. Looked for in the encodings that programs write. On both kinds of store, and with
 * a second one.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditAgency } from '#audit/audit.ts';
import { migrateDatabase } from '#database.ts';
import { cleanDatabase } from '#db/db.ts';
import { readDisposal } from '#disposal/disposal.ts';
import { checkAll, copyAgency } from '#fixity/fixity.ts';
import { receiptKeyIn } from '#log/log.ts';
import { openSecondStore, type ObjectReader } from '#store/store.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import {
  approvedList,
  atRest,
  EDITION,
  locksEnded,
  logged,
  makeDue,
  openDisposing,
  pass,
  SERIES,
  SHORT,
  type Disposing,
} from '../support/disposing.ts';
import { foundBelow, foundIn, needlesOf, type Needle } from '../support/needles.ts';
import { png } from '../support/picture.ts';
import { startPostgres, type RunningPostgres } from '../support/postgres.ts';
import { published } from '../support/rebuild-scene.ts';
import { startVersitygw, type RunningVersitygw } from '../support/versitygw.ts';

async function inStore(
  store: Pick<ObjectReader, 'versions' | 'read'>,
  needles: readonly Needle[],
): Promise<string[]> {
  const found: string[] = [];
  for await (const { key, versionId, isDeleteMarker } of store.versions('')) {
    found.push(...foundIn(Buffer.from(key), needles).map((how) => `${key}: ${how}`));
    if (!isDeleteMarker)
      found.push(
        ...foundIn(await buffer(await store.read(key, versionId)), needles).map((how) => `${key}: ${how}`),
      );
  }
  return found;
}

/** Every row of every table, the queue's too, as text. */
async function inRows(archive: Archive, needles: readonly Needle[]): Promise<string[]> {
  const { rows: tables } = await archive.sql.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'm') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`,
  );
  expect(tables.length).toBeGreaterThan(50);
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await archive.sql.query<{ row: string }>(`select t::text as row from ${name} t`);
    for (const { row } of rows)
      found.push(...foundIn(Buffer.from(row), needles).map((how) => `${name}: ${how}`));
  }
  return found;
}

describe.each(['folder', 's3'] as const)('on %s', (kind) => {
  let archive: Archive;
  let scene: Disposing;
  let folder: string;
  let server: RunningVersitygw | null = null;
  let postgres: RunningPostgres | null = null;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-bytes-'));
    // Long enough that the copies are made before the locks have ended.
    const lease = { HOLDFAST_LEASE: '20s' };
    let env: Record<string, string> = { ...SHORT, ...lease, HOLDFAST_SECOND_STORE: join(folder, 'second') };
    let databaseUrl: string | undefined;
    if (kind === 's3') {
      server = await startVersitygw({ folder: join(folder, 's3') });
      const { bucket, region, writer, purger, reader } = await server.newBucket();
      env = {
        ...env,
        S3_ENDPOINT: server.endpoint,
        S3_REGION: region,
        S3_BUCKET: bucket,
        S3_ACCESS_KEY_ID: writer.accessKeyId,
        S3_SECRET_ACCESS_KEY: writer.secretAccessKey,
        S3_PURGE_ACCESS_KEY_ID: purger?.accessKeyId ?? '',
        S3_PURGE_SECRET_ACCESS_KEY: purger?.secretAccessKey ?? '',
        S3_READ_ACCESS_KEY_ID: reader?.accessKeyId ?? '',
        S3_READ_SECRET_ACCESS_KEY: reader?.secretAccessKey ?? '',
      };
    } else {
      // A server of its own, so that its whole folder may be looked through.
      postgres = await startPostgres();
      databaseUrl = await postgres.createDatabase('bytes');
      await migrateDatabase({ url: databaseUrl, ownerUrl: databaseUrl }, () => undefined);
    }
    archive = await openArchive({ env, ...(databaseUrl === undefined ? {} : { databaseUrl }) });
    await archive.work();
    scene = await openDisposing(archive);
  }, 180_000);
  afterAll(async () => {
    await scene?.opened.close();
    await archive?.close();
    await server?.stop();
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test(
    'no byte of its text or picture is left, the log still verifies, and an audit believes the certificate',
    { timeout: 300_000 },
    async () => {
      const { db, store, staging, reader, logFiles, log, config, scratchDir } = archive.system;
      const word = `quokka${randomBytes(9).toString('hex')}`;
      const reason = `potto${randomBytes(9).toString('hex')}`;
      const picture = await png(90, 60);
      const needles = [
        ...needlesOf('the word', Buffer.from(word), word),
        ...needlesOf('the reason', Buffer.from(reason), reason),
        ...needlesOf('the picture', picture.subarray(40, 88)),
      ];
      const report = simpleReport({
        text: `It says ${word} to everybody`,
        note: `a note with ${word}`,
        author: { displayName: `Somebody ${word}`, handle: word },
        url: `https://social.example/${word}`,
      });
      const { recordId } = (
        await archive.report(report, [{ name: `${word}.png`, type: 'image/png', bytes: picture }])
      ).body;
      const other = (await archive.report(simpleReport({ text: `a wallaby ${randomUUID()}` }))).body.recordId;
      await atRest(archive, recordId);
      await atRest(archive, other);
      await checkAll({ db, reader, log, actor: 'worker:fixity', ...config.fixity });
      const second = await openSecondStore(config);
      if (second === null) throw new Error('There is no second store.');
      await copyAgency({ db, log, reader, second, scratchDir, leaseMs: config.leaseMs }, 'rivertown');
      await makeDue(archive, recordId);
      // What somebody writes when they classify it by hand.
      await archive.sql.query(
        `insert into reclassification (agency_id, id, record_id, did, edition, series, reason, by)
         values ('rivertown', gen_random_uuid(), $1, 'added', $2, $3, $4, 'test')`,
        [recordId, EDITION, SERIES, `because of ${reason}`],
      );
      await archive.sql.query('checkpoint');
      // That it is found where it is shows that it would be found where it should not be.
      expect(await inStore(store, needles)).not.toEqual([]);
      expect(await inStore(second, needles)).not.toEqual([]);
      expect((await inRows(archive, needles)).length).toBeGreaterThan(2);
      const pages = postgres?.dataDir ?? '';
      if (kind === 'folder') expect(await foundBelow(pages, needles)).not.toEqual([]);

      const id = await approvedList(scene, null);
      await locksEnded(archive, recordId);
      const completed = async (): Promise<boolean> =>
        (await db.inAgency('rivertown', async (at) => await readDisposal(at, id)))?.state === 'completed';
      const seen: unknown[] = [];
      for (let tries = 0; !(await completed()); tries += 1) {
        if (tries === 120) throw new Error(`It does not end: ${JSON.stringify(seen.slice(-3))}`);
        await pass(scene);
        seen.push((await archive.sql.query('select place, code from disposal_failure')).rows);
      }
      expect(await inStore(store, needles)).toEqual([]);
      expect(await inStore(second, needles)).toEqual([]);
      expect(await inRows(archive, needles)).toEqual([]);
      expect(await foundBelow(archive.dataDir, needles)).toEqual([]);
      expect(await foundBelow(config.stagingDir, needles)).toEqual([]);
      expect(staging).toBeDefined();
      const search = await archive.app.inject({
        url: `/v1/records?q=${word}`,
        headers: { authorization: `Bearer ${await archive.key('custodian')}` },
      });
      expect(search.json()).toMatchObject({ records: [] });
      const done = await db.inAgency('rivertown', async (at) => await readDisposal(at, id));
      expect(done?.certificate).toContain('pending until the clean-up');
      await logged(archive);
      await published(archive);
      const audit = async (certificateKey: string | null) =>
        (
          await auditAgency(
            db,
            {
              files: logFiles,
              store: reader,
              anchors: { authorities: [], witnesses: null },
              keys: [],
              keysFrom: 'folder',
              objects: 'full',
              certificateKey,
            },
            'rivertown',
          )
        ).findings.map(({ what, where }) => `${what} ${where.record ?? ''}`);
      expect(await audit(await receiptKeyIn(join(config.keysDir, 'receipts'), 'rivertown'))).toEqual([]);
      // Without the key nothing explains what is gone.
      expect(await audit(null)).toContain('purge-unknown ');

      const cleaned = await cleanDatabase(archive.databaseUrl, 'embedded');
      expect(cleaned.left).toEqual([]);
      // Whoever has no right to do it is told of each table.
      const others = await cleanDatabase(archive.databaseUrl, 'external');
      for (const table of ['fact', 'reclassification', 'lock_finding', 'hold_owed'])
        expect(others.left.join(' ')).toMatch(new RegExp(`[ ,]${table}[,.]`, 'u'));
      await pass(scene, { clean: async () => cleaned });
      const { rows: figures } = await archive.sql.query<{ row: string }>(
        'select s::text as row from pg_statistic s where starelid >= 16384',
      );
      for (const { row } of figures) expect(foundIn(Buffer.from(row), needles)).toEqual([]);
      if (kind === 'folder') {
        const left = await foundBelow(pages, needles);
        expect(left).toEqual([]);
      }
      expect((await db.inAgency('rivertown', async (at) => await readDisposal(at, id)))?.cleanedAt).not.toBe(
        null,
      );
      // The other record is as it was.
      expect((await archive.receipt(other)).status).toBe('complete');
      await second.close();
    },
  );
});
