/**
 * The whole recomputation of a log, as the nightly audit does it: entries against hashes, roots, checkpoints, files and history. `npm run
 * bench -- proof` shows how it grows. The log is written by the sequencer itself, from events that are inserted in bulk.
 */
import { sql } from 'kysely';
import { auditWithin } from '#audit/audit.ts';
import type { System } from '#system.ts';

export interface AuditFigure {
  readonly entries: number;
  readonly ms: number;
}

/** Audits the log of the agency as it stands; everything in it must have been published. Throws when anything is found. */
export async function auditFigure(
  { db, logFiles, reader }: Pick<System, 'db' | 'logFiles' | 'reader'>,
  agencyId: string,
): Promise<AuditFigure> {
  const note = await logFiles.read(`log/${agencyId}/checkpoint`);
  const report = await db.snapshot(
    agencyId,
    async (at) =>
      await auditWithin(at, {
        files: logFiles,
        store: reader,
        keys: [],
        keysFrom: 'given',
        anchors: { authorities: [], witnesses: null },
        held: note === null ? [] : [{ by: 'store', note }],
        objects: 'none',
      }),
  );
  if (!report.ok) throw new Error(`The audit found something: ${JSON.stringify(report.findings[0])}`);
  return { entries: report.log.entries, ms: report.ms };
}

/** Events of no record, for the sequencer to enter. */
export async function insertEvents(
  { db }: Pick<System, 'db'>,
  agencyId: string,
  count: number,
): Promise<void> {
  await db.inAgency(
    agencyId,
    async ({ tx }) =>
      await sql`
        insert into event (agency_id, id, type, actor, body)
        select ${agencyId}, gen_random_uuid(), 'search.ran', 'cli', jsonb_build_object('list', 'records', 'found', n)
          from generate_series(1, ${count}::int) n`.execute(tx),
  );
}
