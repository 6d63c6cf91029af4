/**
 * Which keys the log itself names. Rows of other tables are anybody's who may write to the database; a leaf below a published
 * checkpoint is what was signed. So a key counts for the entry that announces it, by the very bytes of that entry, and from when
 * the entry is published: the first key of a log by the first entry of all, under its own signature.
 */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { parseEntry, type Entry } from './entry.ts';
import { keysOf, type KeyRow } from './queries.ts';

/** Keys of the log: the rows that entries announce, with the sizes that the entries say. */
export async function announcedLogKeys({ agencyId, tx }: AgencyTx): Promise<KeyRow[]> {
  const first = new Map<string, number>();
  const last = new Map<string, number>();
  for (const { type, facts } of await keyEntries({ agencyId, tx })) {
    if (type === 'log-key.added') first.set(String(facts.vkey), Number(facts.size));
    else if (type === 'log-key.retired') last.set(String(facts.vkey), Number(facts.size));
  }
  return (await keysOf(tx, agencyId)).flatMap(({ vkey }) => {
    const firstSize = first.get(vkey);
    return firstSize === undefined ? [] : [{ vkey, firstSize, lastSize: last.get(vkey) ?? null }];
  });
}

/** Whether the log names this key as one that signs receipts. */
export async function isAnnouncedForReceipts(at: AgencyTx, vkey: string): Promise<boolean> {
  const entries = await keyEntries(at);
  return entries.some(({ type, facts }) => type === 'receipt-key.added' && facts.vkey === vkey);
}

/** Found by migration 0031's index; there are a few in each log. */
async function keyEntries({ agencyId, tx }: AgencyTx): Promise<Entry[]> {
  const { rows } = await sql<{ idx: number; origin: string; entry: Buffer }>`
    select l.idx, h.origin, l.entry from log_head h
      join log_leaf l on l.agency_id = h.agency_id and l.idx < h.published
     where h.agency_id = ${agencyId} and names_key(l.entry) order by l.idx`.execute(tx);
  return rows.flatMap(({ idx, origin, entry: bytes }) => {
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
