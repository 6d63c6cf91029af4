/**
 * The states of a record, and where each may go. A state never goes back: a fact that arrives later does not change it, and
 * only the receipt says what is missing then. `parked` is no state: it stands beside any of them, on the step.
 *
 *   reported   the report is durable: its bytes and files are on disk, the row is committed
 *   sealed     what was handed in is locked in the store, read back, and its manifest with it
 *   complete   the capture is sealed too, or the finding that there is none is on file
 *   disposing  two people approved; copies are being destroyed (src/disposal/, migration 0035)
 *   disposed   the content is gone; the row, the history and the certificate stay. The database itself writes this, with the rows
 */
import type { AgencyTx, RecordState } from '#db/db.ts';
import { appendEvent, type EventDraft } from './history.ts';

const NEXT: Readonly<Record<RecordState, readonly RecordState[]>> = {
  reported: ['sealed'],
  sealed: ['complete'],
  complete: ['disposing'],
  disposing: ['disposed'],
  disposed: [],
};

export interface Transition {
  readonly from: RecordState;
  readonly to: RecordState;
}

/**
 * The only way a state changes: compare-and-set and history in the caller's transaction, which also carries whatever
 * outbox row follows from it. `false` means someone was first, and nothing was written.
 */
export async function advance(
  at: AgencyTx,
  recordId: string,
  { from, to }: Transition,
  event: EventDraft,
): Promise<boolean> {
  if (!NEXT[from].includes(to)) throw new TypeError(`A record does not go from ${from} to ${to}.`);
  const moved = await at.tx
    .updateTable('record')
    .set({ state: to })
    .where('agency_id', '=', at.agencyId)
    .where('id', '=', recordId)
    .where('state', '=', from)
    .executeTakeFirst();
  if (moved.numUpdatedRows === 0n) return false;
  await appendEvent(at, recordId, event);
  return true;
}
