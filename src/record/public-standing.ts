/**
 * What anybody may be told who has the code of a receipt: that the record is known here, since when it is sealed, and whether it is still
 * kept. No content, no account, no platform, no file and no digest of one: whoever tries codes at random and hits one learns that some
 * agency keeps something, and nothing of what.
 */
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';
import type { RecordRow } from './views.ts';

export interface PublicStanding {
  readonly agencyName: string;
  readonly zone: string;
  readonly state: RecordRow['state'];
  /** Whether any seal was made in a trial. */
  readonly trial: boolean;
  readonly seals: number;
  readonly firstSealedAt: string | null;
  readonly lastSealedAt: string | null;
  /** Whether the store proved for each seal that it refuses to unlock; null: nothing is sealed. */
  readonly immutability: 'compliance' | 'advisory' | null;
}

export interface PlacedRecord {
  readonly agencyId: string;
  readonly recordId: string;
}

/** Fifty bits may be shared by two records, and then both are answered for. `code` as `codeTyped` writes it. */
export async function recordsByCode(db: Db, code: string): Promise<readonly PlacedRecord[]> {
  const rows = await db.system
    .selectFrom('record')
    .select(['agency_id', 'id'])
    .where(sql<string>`receipt_code(id)`, '=', code.replace('-', ''))
    .orderBy('id')
    .limit(5)
    .execute();
  return rows.map(({ agency_id, id }) => ({ agencyId: agency_id, recordId: id }));
}

/** Null: there is no such record, or its agency does not answer for its receipts here. */
export async function readPublicStanding(
  { agencyId, tx }: AgencyTx,
  recordId: string,
): Promise<PublicStanding | null> {
  const row = await tx
    .selectFrom('record')
    .innerJoin('agency', 'agency.id', 'record.agency_id')
    .leftJoin('public_face', 'public_face.agency_id', 'record.agency_id')
    .select(['record.state', 'agency.name', 'agency.zone'])
    .where('record.agency_id', '=', agencyId)
    .where('record.id', '=', recordId)
    .where(sql<boolean>`coalesce(public_face.look_up, true)`)
    .executeTakeFirst();
  if (row === undefined) return null;
  const seals = await tx
    .selectFrom('seal')
    .select(['sealed_at', 'immutability', 'mode'])
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .where('sealed_at', 'is not', null)
    .orderBy('no')
    .execute();
  return {
    agencyName: row.name,
    zone: row.zone,
    state: row.state,
    trial: seals.some(({ mode }) => mode === 'trial'),
    seals: seals.length,
    firstSealedAt: seals[0]?.sealed_at?.toISOString() ?? null,
    lastSealedAt: seals.at(-1)?.sealed_at?.toISOString() ?? null,
    immutability:
      seals.length === 0
        ? null
        : seals.every(({ immutability }) => immutability === 'compliance')
          ? 'compliance'
          : 'advisory',
  };
}
