/**
 * What is looked for because of a request, and kept because of it. A search is written down as it was run, with how far the index reached then,
 * and its hold stands on it from the same commit on: what it found, and whatever it finds later, is not destroyed. That the hold is tied
 * to the request, that what it holds is in the set, and that it is not released before the request lets go, are the database's own rules
 * (migration 0047): they hold for the records that come in at night, too, of which no verb in here knows.
 */
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { appendEvent } from '#record/record.ts';
import * as queries from './collect-queries.ts';
import { translated } from './refusals.ts';
import type { PicturesIndexed } from './search-certificate.ts';
import { trackingShown } from './tracking.ts';

/** As `search_records` takes it, and `hold.search` keeps it. */
export interface CollectedSearch {
  readonly q: string | null;
  readonly filters: Readonly<Record<string, string>>;
}

/** How far the index reached when a search was run: what somebody must know who is told that nothing more was found. Of the whole agency. */
export interface IndexState {
  readonly asOf: string;
  readonly records: number;
  readonly newestRecordAt: string | null;
  readonly oldestRecordAt: string | null;
  /** Acknowledged, and not in the object store yet. They are found. */
  readonly notSealed: number;
  /** Something is still to be done to them, such as a look at the page: what that brings is not found yet. */
  readonly unfinished: number;
  /** The same, and it waits for a person. */
  readonly parked: number;
  /** Reports that were refused in the period of the search: nothing of them is here, unless they were sent again. */
  readonly rejected: number;
  /** Destroyed under a schedule: no search finds their words. */
  readonly destroyed: number;
  /** Found by this search, and not held because they are being destroyed, or were. */
  readonly beingDestroyed: number;
  readonly accounts: number;
  /** Pages in the agency's register of which nothing was ever reported. */
  readonly accountsWithoutRecords: number;
  /** Absent: it was searched before anything read pictures. */
  readonly pictures?: PicturesIndexed;
}

/** Locks the request. Null: there is none. What is closed is refused by the database when something is written. */
export async function requestToCollect(
  at: AgencyTx,
  requestId: string,
): Promise<{ readonly number: string; readonly isClosed: boolean } | null> {
  const row = await queries.lockForCollecting(at, requestId);
  return row === null ? null : { number: trackingShown(row.tracking), isClosed: row.state === 'closed' };
}

export interface Collected {
  readonly n: number;
  readonly found: number;
  readonly indexState: IndexState;
}

/** In the transaction in which the hold was placed: `held` and `tooLate` are what it says of itself. */
export async function collectSearch(
  at: AgencyTx,
  requestId: string,
  search: CollectedSearch,
  hold: { readonly holdId: string; readonly held: number; readonly tooLate: number },
  actor: string,
): Promise<Collected> {
  const indexState = await queries.readIndexState(at, search, hold.tooLate);
  const found = hold.held + hold.tooLate;
  const { n, digest, index } = await translated(
    queries.insertSearch(at, requestId, { search, found, indexState, holdId: hold.holdId, by: actor }),
  );
  // Behind the commitment of the entry: what was looked for may be somebody's name.
  await appendEvent(at, null, {
    type: 'request.searched',
    actor,
    body: {
      request: requestId,
      records: found,
      about: [`hold:${hold.holdId}`],
      n,
      search: digest,
      index,
    },
  });
  return { n, found, indexState };
}

/** Records that somebody named, one by one. In the transaction in which their hold was placed. */
export async function collectNamed(
  at: AgencyTx,
  requestId: string,
  hold: { readonly holdId: string; readonly held: number },
  actor: string,
): Promise<void> {
  await translated(queries.tieHold(at, requestId, hold.holdId));
  await appendEvent(at, null, {
    type: 'request.named',
    actor,
    body: { request: requestId, records: hold.held, about: [`hold:${hold.holdId}`] },
  });
}

/** After its closing: an appeal came, or nobody had said until when. False: there is no such request. */
export async function keepUntil(
  at: AgencyTx,
  requestId: string,
  said: { readonly until: string; readonly reason: string },
  actor: string,
): Promise<boolean> {
  const row = await queries.lockForCollecting(at, requestId);
  if (row === null) return false;
  if (row.state !== 'closed')
    throw new ArchiveError(
      'sunshine-request-state',
      'Until when it is kept is said when the request is closed, or after. Close it first: while it is open, everything of it is kept.',
      { retry: 'never' },
    );
  const n = await translated(queries.insertKeptUntil(at, requestId, { ...said, by: actor }));
  await appendEvent(at, null, {
    type: 'request.kept',
    actor,
    body: { request: requestId, n, keptUntil: said.until },
  });
  return true;
}
