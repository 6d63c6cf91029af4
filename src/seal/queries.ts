/** All SQL of the seal. Each function runs in the transaction of a claim, so a worker that was overtaken writes nothing. */
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';
import type { ManifestIndex } from './manifest.ts';

export type Mode = 'trial' | 'production';

export interface OpenSeal {
  readonly no: number;
  readonly openedAt: Date;
  readonly receivedAt: Date;
  readonly subject: string;
  readonly capture: Record<string, unknown> | null;
  readonly classification: { readonly edition: string; readonly series: string } | null;
  readonly index: ManifestIndex;
  readonly mode: Mode;
}

/** The seal to work on: the one that was begun, or a new one over everything that no seal holds yet. Null: nothing to seal. */
export async function openSeal(
  { agencyId, tx }: AgencyTx,
  recordId: string,
  mode: Mode,
  now: Date,
): Promise<OpenSeal | null> {
  const record = await tx
    .selectFrom('record')
    .select([
      'subject',
      'capture',
      'edition',
      'series',
      'series_reason',
      'received_at',
      'account_id',
      'grounds',
      'address',
    ])
    .where('agency_id', '=', agencyId)
    .where('id', '=', recordId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const about = {
    receivedAt: record.received_at,
    subject: record.subject,
    capture: record.capture,
    classification:
      record.edition === null || record.series === null
        ? null
        : { edition: record.edition, series: record.series },
    index: {
      accountId: record.account_id,
      grounds: record.grounds,
      address: record.address,
      seriesReason: record.series_reason,
    },
  };
  const begun = await tx
    .selectFrom('seal')
    .select(['no', 'opened_at', 'mode'])
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .where('sealed_at', 'is', null)
    .executeTakeFirst();
  if (begun !== undefined) return { no: begun.no, openedAt: begun.opened_at, mode: begun.mode, ...about };

  const { rows } = await sql<{ no: number; waiting: boolean }>`
    select coalesce((select max(no) from seal where agency_id = ${agencyId} and record_id = ${recordId}), 0) + 1 as no,
           exists (select from fact where agency_id = ${agencyId} and record_id = ${recordId} and seal_no is null)
           or exists (select from artifact where agency_id = ${agencyId} and record_id = ${recordId} and seal_no is null) as waiting`.execute(
    tx,
  );
  const row = rows[0];
  if (row === undefined || !row.waiting) return null;
  await tx
    .insertInto('seal')
    .values({ agency_id: agencyId, record_id: recordId, no: row.no, opened_at: now, mode })
    .execute();
  for (const table of ['fact', 'artifact'] as const)
    await tx
      .updateTable(table)
      .set({ seal_no: row.no })
      .where('agency_id', '=', agencyId)
      .where('record_id', '=', recordId)
      .where('seal_no', 'is', null)
      .execute();
  return { no: row.no, openedAt: now, mode, ...about };
}

export async function factsOf({ agencyId, tx }: AgencyTx, recordId: string, no: number) {
  return await tx
    .selectFrom('fact')
    .selectAll()
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .where('seal_no', '=', no)
    .orderBy('n')
    .execute();
}

export async function filesOf({ agencyId, tx }: AgencyTx, recordId: string, no: number) {
  return await tx
    .selectFrom('artifact')
    .selectAll()
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .where('seal_no', '=', no)
    .orderBy('n')
    .execute();
}

export interface Intent {
  readonly key: string;
  readonly role: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly mediaType: string;
  readonly body: Buffer | null;
  readonly retainUntil: Date;
}

/** Names keys and digests before anything is written under them. A key that was named stays as it was named. */
export async function intend(
  { agencyId, tx }: AgencyTx,
  recordId: string,
  no: number,
  intents: readonly Intent[],
): Promise<void> {
  if (intents.length === 0) return;
  await tx
    .insertInto('object')
    .values(
      intents.map((intent) => ({
        agency_id: agencyId,
        key: intent.key,
        record_id: recordId,
        seal_no: no,
        role: intent.role,
        sha256: intent.sha256,
        size_bytes: intent.sizeBytes,
        media_type: intent.mediaType,
        body: intent.body,
        retain_until: intent.retainUntil,
      })),
    )
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
}

export async function intentsOf({ agencyId, tx }: AgencyTx, recordId: string, no: number) {
  return await tx
    .selectFrom('object')
    .selectAll()
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .where('seal_no', '=', no)
    .orderBy('key')
    .execute();
}

/** The record's salt: made with its first seal, the same for all of them. */
export async function saltOf({ agencyId, tx }: AgencyTx, recordId: string) {
  return (
    (await tx
      .selectFrom('object')
      .select(['key', 'version_id', 'locked_until', 'body', 'confirmed_at'])
      .where('agency_id', '=', agencyId)
      .where('record_id', '=', recordId)
      .where('role', '=', 'salt')
      .executeTakeFirst()) ?? null
  );
}

export async function manifestBefore({ agencyId, tx }: AgencyTx, recordId: string, no: number) {
  return (
    (await tx
      .selectFrom('object')
      .select(['seal_no', 'key', 'sha256'])
      .where('agency_id', '=', agencyId)
      .where('record_id', '=', recordId)
      .where('role', '=', 'manifest')
      .where('seal_no', '<', no)
      .orderBy('seal_no', 'desc')
      .limit(1)
      .executeTakeFirst()) ?? null
  );
}

/** A new seal of a record that is held is born held. */
export async function isHeld({ agencyId, tx }: AgencyTx, recordId: string): Promise<boolean> {
  const held = await tx
    .selectFrom('hold_record')
    .select('hold_id')
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .where('released_at', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return held !== undefined;
}

/** An old intent gets a new lock date before its bytes are written: the lock is counted from now, not from then. */
export async function postpone({ agencyId, tx }: AgencyTx, key: string, retainUntil: Date): Promise<void> {
  await tx
    .updateTable('object')
    .set({ retain_until: retainUntil })
    .where('agency_id', '=', agencyId)
    .where('key', '=', key)
    .execute();
}

/** The store was asked, by version id, and confirmed digest, size and lock. */
export async function confirm(
  { agencyId, tx }: AgencyTx,
  key: string,
  state: { readonly versionId: string; readonly retainUntil: Date; readonly hold: boolean },
  now: Date,
): Promise<void> {
  await tx
    .updateTable('object')
    .set({
      version_id: state.versionId,
      locked_until: state.retainUntil,
      confirmed_at: now,
      held_at: state.hold ? now : null,
    })
    .where('agency_id', '=', agencyId)
    .where('key', '=', key)
    .execute();
}

/** Whether any agency has a seal that was made in a trial. */
export async function hasTrialSeals(db: Db): Promise<boolean> {
  const row = await db.system
    .selectFrom('seal')
    .select('no')
    .where('mode', '=', 'trial')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Closes the seal, unless someone did. Gives back the names in staging that are needed no longer. */
export async function closeSeal(
  { agencyId, tx }: AgencyTx,
  recordId: string,
  no: number,
  store: { readonly kind: 'folder' | 's3'; readonly immutability: 'compliance' | 'advisory' },
  mode: Mode,
  now: Date,
): Promise<{ readonly closed: boolean; readonly mode: Mode; readonly staged: readonly string[] }> {
  const row = await tx
    .updateTable('seal')
    .set({
      sealed_at: now,
      store_kind: store.kind,
      immutability: store.immutability,
      // What was begun in a trial stays one, whoever ends it.
      ...(mode === 'trial' ? { mode } : {}),
    })
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .where('no', '=', no)
    .where('sealed_at', 'is', null)
    .returning('mode')
    .executeTakeFirst();
  if (row === undefined) return { closed: false, mode, staged: [] };
  const files = await tx
    .selectFrom('artifact')
    .select('staged')
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .where('seal_no', '=', no)
    .where('staged', 'is not', null)
    .execute();
  await tx
    .updateTable('artifact')
    .set({ staged: null, inline: null })
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .where('seal_no', '=', no)
    .execute();
  // The salt's bytes stay: later seals of the record and its redactions need them, and the purge knows where they are.
  await tx
    .updateTable('object')
    .set({ body: null })
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .where('seal_no', '=', no)
    .where('role', '<>', 'salt')
    .execute();
  return {
    closed: true,
    mode: row.mode,
    staged: files.flatMap((file) => (file.staged === null ? [] : [file.staged])),
  };
}

/** What decides whether the record is complete now. */
export async function captureStanding({ agencyId, tx }: AgencyTx, recordId: string) {
  return await tx
    .selectFrom('record')
    .select(['state', 'capture_outcome'])
    .where('agency_id', '=', agencyId)
    .where('id', '=', recordId)
    .forUpdate()
    .executeTakeFirstOrThrow();
}
