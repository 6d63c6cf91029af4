/**
 * An archive with something of every kind in it, finished and at rest, for an audit: records with and without pictures, of pages that
 * are known, removed, kept after all and reported again; people, keys, a site; views; a log whose key was changed once.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import { addAccount } from '#agency/agency.ts';
import { auditWithin, type AuditContext, type AuditReport, type Held } from '#audit/audit.ts';
import type { AgencyTx } from '#db/db.ts';
import { addLogKey, openKeyFolder, verifierKeysIn } from '#log/log.ts';
import { openArchive, simpleReport, type Archive } from './archive.ts';
import { colleague } from './people.ts';
import { png } from './picture.ts';

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
  const archive = await openArchive({ env: { HOLDFAST_LOOK_AGAIN: '1s' } });
  const { db, config, logFiles, store } = archive.system;
  const keyFolder = join(config.keysDir, 'log');
  await archive.work();
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

  const recordIds: string[] = [];
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
  for (const [n, recordId] of recordIds.entries()) {
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
  // More than one whole tile of the log.
  for (const recordId of Array.from({ length: 15 }, () => recordIds.slice(0, 8)).flat())
    await archive.app.inject({
      url: `/v1/records/${recordId}/artifacts/1`,
      headers: { authorization: `Bearer ${await archive.key('custodian')}` },
    });
  await atRest();

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
