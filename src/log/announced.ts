/**
 * Which keys the log itself names. Rows of other tables are anybody's who may write to the database; a leaf below a published
 * checkpoint is what was signed. So a key counts for the entry that announces it, by the very bytes of that entry, and from when
 * the entry is published: the first key of a log by the first entry of all, under its own signature. Whoever issues or verifies a
 * receipt has the bytes led to the signed checkpoint as well (proven-keys.ts): a row is anybody's, too.
 */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { parseEntry, type Entry } from './entry.ts';
import { keysOf, type KeyRow } from './queries.ts';

/** The name of the agency's log; null: none was begun. */
export async function originOf({ agencyId, tx }: AgencyTx): Promise<string | null> {
  const row = await tx
    .selectFrom('log_head')
    .select('origin')
    .where('agency_id', '=', agencyId)
    .executeTakeFirst();
  return row?.origin ?? null;
}

/** Of a leaf that says that it names a key. */
export interface KeyLeaf {
  readonly idx: number;
  readonly origin: string;
  readonly entry: Buffer;
}

/** Rejects unless each of them, byte for byte, is what was signed. */
export type Prove = (at: AgencyTx, leaves: readonly KeyLeaf[]) => Promise<void>;

/** Keys of the log: the rows that entries announce, with the sizes that the entries say. */
export async function announcedLogKeys(at: AgencyTx, prove?: Prove): Promise<KeyRow[]> {
  const named = keysIn(await keyLeaves(at, prove));
  return (await keysOf(at.tx, at.agencyId)).flatMap(({ vkey }) => named.filter((key) => key.vkey === vkey));
}

/** Whether the log names this key as one that signs receipts. */
export async function isAnnouncedForReceipts(at: AgencyTx, vkey: string, prove: Prove): Promise<boolean> {
  const entries = entriesIn(await keyLeaves(at, prove));
  return entries.some(({ type, facts }) => type === 'receipt-key.added' && facts.vkey === vkey);
}

export function keysIn(leaves: readonly KeyLeaf[]): KeyRow[] {
  const first = new Map<string, number>();
  const last = new Map<string, number>();
  for (const { type, facts } of entriesIn(leaves)) {
    if (type === 'log-key.added') first.set(String(facts.vkey), Number(facts.size));
    else if (type === 'log-key.retired') last.set(String(facts.vkey), Number(facts.size));
  }
  return [...first].map(([vkey, firstSize]) => ({ vkey, firstSize, lastSize: last.get(vkey) ?? null }));
}

/** Found by migration 0031's index; there are a few in each log. */
async function keyLeaves(at: AgencyTx, prove?: Prove): Promise<KeyLeaf[]> {
  const { agencyId, tx } = at;
  const { rows } = await sql<KeyLeaf>`
    select l.idx, h.origin, l.entry from log_head h
      join log_leaf l on l.agency_id = h.agency_id and l.idx < h.published
     where h.agency_id = ${agencyId} and names_key(l.entry) order by l.idx`.execute(tx);
  await prove?.(at, rows);
  return rows;
}

function entriesIn(leaves: readonly KeyLeaf[]): Entry[] {
  return leaves.flatMap(({ idx, origin, entry: bytes }) => {
    const entry = readable(bytes);
    return entry !== null && entry.log === origin && entry.idx === String(idx) ? [entry] : [];
  });
}

/** Null: no entry at all. What somebody put there names nothing; the audit says where it is. */
function readable(bytes: Buffer): Entry | null {
  try {
    return parseEntry(bytes);
  } catch (error) {
    if (error instanceof ArchiveError) return null;
    throw error;
  }
}
