/**
 * An archive with something of every kind in it, finished and at rest, for an audit: records with and without pictures, of pages that
 * are known, removed, kept after all and reported again, by forms and by programs, with clauses; people, keys, a site; views, a search,
 * an export; a rotation over the sealed files; stamps; a log whose key was changed once.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import { addAccount, changePublicFace, samplePolicy } from '#agency/agency.ts';
import { anchorNow } from '#anchor/anchor.ts';
import { auditWithin, type AuditContext, type AuditReport, type Held } from '#audit/audit.ts';
import type { AgencyTx } from '#db/db.ts';
import { checkAll } from '#fixity/fixity.ts';
import { addLogKey, openKeyFolder, verifierKeysIn } from '#log/log.ts';
import {
  addSchedule,
  confirmEdition,
  placeHold,
  readEdition,
  releaseHold,
  withdrawEdition,
} from '#retention/retention.ts';
import { openArchive, simpleReport, type Archive } from './archive.ts';
import { cloudEvent } from './cloud-event.ts';
import { deskSteps } from './audited-desk.ts';
import { colleague } from './people.ts';
import { png } from './picture.ts';
import { fill } from './rebuild-scene.ts';
import { startTsa } from './tsa.ts';

export const AGENCY = 'rivertown';

export interface AuditedArchive {
  readonly archive: Archive;
  readonly recordIds: readonly string[];
  /** Where the private keys of logs lie. */
  readonly keyFolder: string;
  /** All is sealed, entered and published. */
  atRest(): Promise<void>;
  /** What an audit is handed, as the process hands it. */
  context(objects: AuditContext['objects'], held?: readonly Held[]): Promise<AuditContext>;
  /** The checkpoint that the store shows. */
  checkpoint(): Promise<Buffer>;
  /**
   * As the owner of the database does something, in a transaction that is undone: triggers off, past every wall. The audit then looks as
   * the program would.
   */
  afterwards(tamper: (tx: Kysely<never>) => Promise<void>, context: AuditContext): Promise<AuditReport>;
}

export async function openAuditedArchive(records = 20): Promise<AuditedArchive> {
  const tsa = await startTsa();
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-audited-'));
  await writeFile(join(folder, 'roots.pem'), tsa.root.pem);
  const archive = await openArchive({
    env: { HOLDFAST_LOOK_AGAIN: '1s', TSA_URL: tsa.url, TSA_ROOTS: join(folder, 'roots.pem') },
  });
  const { db, config, logFiles, store } = archive.system;
  const keyFolder = join(config.keysDir, 'log');
  const { neighbours: _elsewhere, ...kinds } = await fill(archive, null);
  const atRest = async (): Promise<void> => {
    for (let tries = 0; tries < 1200; tries += 1) {
      const { rows } = await archive.sql.query<{ busy: boolean }>(
        `select exists (select from step where parked_at is null) or exists (select from log_outbox)
             or exists (select from log_head where published < size) or not exists (select from log_head) as busy`,
      );
      if (rows[0]?.busy === false) return;
      await sleep(50);
    }
    throw new Error('The archive did not come to rest.');
  };

  const recordIds: string[] = [...Object.values(kinds), await citing(archive)];
  for (let n = 0; n < records; n += 1) {
    const report = simpleReport({
      ...(n % 3 === 0 ? { url: `https://www.facebook.com/rivertown/posts/${1000 + n}` } : {}),
      ...(n % 4 === 0 ? { author: { displayName: `Somebody ${n}` }, note: 'As agreed.' } : {}),
      action: { verb: n % 7 === 6 ? 'none' : 'hide' },
    });
    const files = n % 2 === 0 ? [{ name: `shot-${n}.png`, type: 'image/png', bytes: await png() }] : [];
    const { body, status } = await archive.report(report, files);
    if (status !== 202) throw new Error(`It was not taken: ${JSON.stringify(body)}`);
    recordIds.push(body.recordId);
  }
  await atRest();
  const say = async (what: string, recordId: string): Promise<void> => {
    const { statusCode, body } = await archive.app.inject({
      method: 'POST',
      url: `/v1/records/${recordId}/${what}`,
      headers: { authorization: `Bearer ${await archive.key()}`, 'content-type': 'application/json' },
      payload: '{}',
    });
    if (statusCode !== 202) throw new Error(`"${what}" was not taken: ${body}`);
  };
  for (const [n, recordId] of recordIds.slice(-records).entries()) {
    if (n % 7 === 6) continue;
    if (n % 3 !== 2) await say('removal', recordId);
    if (n % 6 === 1) await say('kept', recordId);
  }
  await atRest();
  await addLogKey(db, openKeyFolder(keyFolder), AGENCY);
  await colleague(archive, ['moderator', 'custodian']);
  await db.inAgency(
    AGENCY,
    async (at) =>
      await addAccount(
        at,
        { platform: 'facebook', handle: 'rivertown-parks', name: 'Parks', nativeId: null, url: null },
        'cli',
      ),
  );
  await isKept(archive, recordIds);
  for (const step of await deskSteps(archive, recordIds.slice(-3))) await step();
  // More than one whole tile of the log.
  for (const recordId of Array.from({ length: 15 }, () => recordIds.slice(0, 8)).flat())
    await archive.app.inject({
      url: `/v1/records/${recordId}/artifacts/1`,
      headers: { authorization: `Bearer ${await archive.key('custodian')}` },
    });
  await atRest();
  await goesOut(archive, recordIds);
  await archive.system.db.inAgency(
    AGENCY,
    async (at) => await changePublicFace(at, { lookUp: true, tiles: true, requests: false }, 'cli'),
  );
  await looksAfter(archive);
  await atRest();
  const { obtained, failed } = await anchorNow(
    {
      db,
      log: archive.system.log,
      anchors: config.anchors,
      reader: archive.system.logReader,
      now: archive.system.now,
    },
    AGENCY,
  );
  if (obtained.length === 0 || failed.length > 0) throw new Error('It was not stamped.');
  await atRest();
  for (let tries = 0; !(await areCopied(archive)); tries += 1) {
    if (tries > 600) throw new Error('The anchors have no copies.');
    await sleep(50);
  }
  await tsa.close();
  await rm(folder, { recursive: true });

  const checkpoint = async (): Promise<Buffer> => {
    const note = await logFiles.read(`log/${AGENCY}/checkpoint`);
    if (note === null) throw new Error('There is no checkpoint.');
    return note;
  };
  return {
    archive,
    recordIds,
    keyFolder,
    atRest,
    checkpoint,
    context: async (objects, held) => ({
      files: logFiles,
      store,
      anchors: config.anchors,
      keys: await verifierKeysIn(keyFolder),
      keysFrom: 'folder',
      objects,
      held: held ?? [{ by: 'store', note: await checkpoint() }],
    }),
    afterwards: async (tamper, context) => {
      const undone = new Error('undone');
      let report: AuditReport | undefined;
      await db
        .inAgency(AGENCY, async (at: AgencyTx) => {
          await sql`set local role none`.execute(at.tx);
          await sql`set local session_replication_role = replica`.execute(at.tx);
          await tamper(at.tx as unknown as Kysely<never>);
          await sql`set local role holdfast_app`.execute(at.tx);
          report = await auditWithin(at, context);
          throw undone;
        })
        .catch((error: unknown) => {
          if (error !== undone) throw error;
        });
      if (report === undefined) throw new Error('There was no audit.');
      return report;
    },
  };
}

async function areCopied({ sql: client, system }: Archive): Promise<boolean> {
  const { rows } = await client.query<{ size: string }>(
    'select distinct size from log_anchor where agency_id = $1',
    [AGENCY],
  );
  const copied: string[] = [];
  for await (const path of system.logFiles.list(`log/${AGENCY}/anchor`))
    if (path.includes('/stamp/')) copied.push(path);
  return rows.length > 0 && copied.length === rows.length;
}

/** A search, and an export of two records that is taken to its end. */
async function goesOut(archive: Archive, recordIds: readonly string[]): Promise<void> {
  const authorization = `Bearer ${await archive.key('custodian')}`;
  const found = await archive.app.inject({ url: '/v1/records?q=ferry', headers: { authorization } });
  if (found.statusCode !== 200) throw new Error(`Nothing was searched: ${found.body}`);
  const exported = await archive.app.inject({
    method: 'POST',
    url: '/v1/exports',
    headers: { authorization, 'content-type': 'application/json' },
    payload: JSON.stringify({ records: recordIds.slice(0, 2), group: 'Request 7' }),
  });
  if (exported.statusCode !== 200) throw new Error('Nothing went out.');
}

/** The rotation over the sealed files, once round. */
async function looksAfter({ system }: Archive): Promise<void> {
  const { db, reader, log, logReader } = system;
  await checkAll({
    db,
    reader,
    log,
    actor: 'worker:fixity',
    lookMs: 7 * 86_400_000,
    readMs: 90 * 86_400_000,
    bytesPerSecond: 1024 ** 3,
    readLogFile: async (agencyId, path) => await logReader.file(agencyId, path),
  });
}

/** Reported by a program, with a clause word for word. */
async function citing(archive: Archive): Promise<string> {
  const { policyId, version, grounds } = samplePolicy;
  const { citation, clause } = grounds[0] ?? { citation: '', clause: '' };
  const cited = { policyId, policyVersion: version, citation, text: clause };
  const response = await archive.app.inject({
    method: 'POST',
    url: '/v1/deletion-events',
    headers: {
      authorization: `Bearer ${await archive.key()}`,
      'content-type': 'application/cloudevents+json',
    },
    payload: cloudEvent({ action: { grounds: [cited], groundsMissing: undefined } }),
  });
  if (response.statusCode !== 202) throw new Error(`It was not taken: ${response.body}`);
  return response.json<{ recordId: string }>().recordId;
}

/** Held by name, for a search, by a hold that stands on one, and let go; an edition that two people confirmed, and one that was withdrawn. */
async function isKept(
  archive: Archive,
  [first = '', second = '', third = '']: readonly string[],
): Promise<void> {
  const [one, other] = [
    await colleague(archive, ['retention-officer']),
    await colleague(archive, ['retention-officer']),
  ];
  const custodian = await colleague(archive, ['custodian']);
  await archive.system.db.inAgency(AGENCY, async (at) => {
    const words = { kind: 'litigation', title: 'A claim', reason: 'A test', ends: 'until it ends' } as const;
    const search = { q: null, filters: { platform: 'facebook', from: '2026-01-01T00:00:00.000Z' } };
    await placeHold(at, { ...words, on: { records: [first, second] } }, 'cli');
    await placeHold(at, { ...words, on: { search, standing: true } }, 'cli');
    const { holdId } = await placeHold(at, { ...words, on: { records: [second, third] } }, 'cli');
    await releaseHold(at, holdId, { personId: custodian.personId, reason: 'It ended.' });
    for (const edition of ['audited-2026', 'withdrawn-2026']) {
      const series = {
        code: 'A 1',
        number: null,
        schedule: null,
        title: 'A series',
        description: null,
        trigger: 'case-closed',
        cutoff: 'none',
        period: 'P5Y',
        disposition: 'destroy',
        citation: 'For tests',
        reading: 'official',
      } as const;
      await addSchedule(
        at,
        { edition, title: edition, source: 'A schedule for tests', series: [series], rules: [] },
        'cli',
      );
      const digest = (await readEdition(at, edition))?.digest ?? '';
      for (const { personId } of [one, other])
        await confirmEdition(at, { edition, personId, digest, note: null });
    }
    await withdrawEdition(at, { edition: 'withdrawn-2026', personId: one.personId, reason: 'A test' });
  });
}
