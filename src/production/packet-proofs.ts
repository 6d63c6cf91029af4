/** What proves the records of a production: entries of the log, all under one checkpoint. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ArchiveError } from '#errors.ts';
import type { ProductionContext } from './context.ts';
import { provingEvents } from './frozen-queries.ts';

const ENTRIES_AT_ONCE = 200;
const PATIENCE_MS = 60_000;
const POLL_MS = 100;

/** Proofs of the entries by which each record was sealed and the key that signs was announced, all under one checkpoint. */
export async function* proofParts(
  { db, logReader, now, patienceMs = PATIENCE_MS }: ProductionContext,
  agencyId: string,
  recordIds: readonly string[],
  vkey: string,
): AsyncGenerator<{ readonly path: string; readonly bytes: Buffer }> {
  const end = now().getTime() + patienceMs;
  let ids: readonly string[] = [];
  for (;;) {
    const found = await db.inAgency(agencyId, async (at) => await provingEvents(at, recordIds, vkey));
    ids = found.ids;
    if (found.isPublished) break;
    if (now().getTime() > end) throw late('The log has not published what this production needs.');
    await sleep(POLL_MS);
  }
  const newest = await db.inAgency(agencyId, async (at) => await logReader.checkpointOf(at));
  if (newest === null) throw late('The log has no checkpoint.');
  for (let i = 0; i < ids.length; i += ENTRIES_AT_ONCE) {
    const eventIds = ids.slice(i, i + ENTRIES_AT_ONCE);
    const entries = await db.inAgency(
      agencyId,
      async (at) => await logReader.proofsOf(at, { eventIds }, newest),
    );
    if (entries.length !== eventIds.length)
      throw late('The log has not published what this production needs.');
    for (const { index, entry, proof } of entries) {
      // Without what opens it: the detail of a seal has the plain digest of its manifest.
      yield { path: `proofs/entries/${index}.entry`, bytes: entry };
      yield { path: `proofs/entries/${index}.proof`, bytes: proof };
    }
  }
  yield { path: 'proofs/checkpoint', bytes: newest.note };
}

export function late(sentence: string): ArchiveError {
  return new ArchiveError('log-late', sentence, { retry: 'later' });
}
