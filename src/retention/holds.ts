/**
 * Holds: what keeps a record from destruction, whatever its schedule says. On records that are named, on what a search finds at one
 * moment, and standing on a search.
 *
 * That a record that is held is not destroyed is the database's own rule (migration 0034), and so is that whoever releases a hold is
 * nobody who runs the disposal. No window: a record that comes to match a standing hold is held in the commit that makes it match; one
 * that matched in the very moment in which the hold was placed is seen when it is marked for destruction, because that asks the search
 * again, and is written down by the next pass (`catchUp`).
 */
import { randomBytes } from 'node:crypto';
import { commitment, sha256Hex } from '#commitment.ts';
import type { AgencyTx, HoldKind } from '#db/db.ts';
import { ArchiveError, type ErrorCode } from '#errors.ts';
import { appendEvent, newId } from '#record/record.ts';
import * as queries from './hold-queries.ts';
import { HOLD_KINDS } from './hold-kinds.ts';

export interface HoldSearch {
  /** Null: no words. */
  readonly q: string | null;
  /** As `search_records` knows them; days as moments. */
  readonly filters: Readonly<Record<string, string>>;
}

export interface HoldOrder {
  readonly kind: HoldKind;
  readonly title: string;
  readonly reason: string;
  readonly ends: string;
  readonly on:
    | { readonly records: readonly string[] }
    | { readonly search: HoldSearch; readonly standing: boolean };
}

export interface Placed {
  readonly holdId: string;
  readonly held: number;
  /** Found by the search, and being destroyed already, or destroyed. */
  readonly tooLate: number;
}

export const HOLD_RECORDS_MAX = 500;

export function isHoldKind(text: string): text is HoldKind {
  return HOLD_KINDS.some(({ kind }) => kind === text);
}

/** What is wrong with the words of a hold, by their names; in sentences. */
export function holdProblems({
  kind,
  title,
  reason,
  ends,
}: Pick<HoldOrder, 'title' | 'reason' | 'ends'> & { readonly kind: string }): Partial<
  Record<'kind' | 'title' | 'reason' | 'ends', string>
> {
  const wrong = (text: string, limit: number): boolean =>
    text.trim() === '' || text.length > limit || text.includes('\0');
  return {
    ...(isHoldKind(kind) ? {} : { kind: 'Choose one of those in the list.' }),
    ...(wrong(title, 200)
      ? { title: 'Give it a name of 1 to 200 characters, such as the number of the case.' }
      : {}),
    ...(wrong(reason, 5000) ? { reason: 'Say in 1 to 5,000 characters why the records are held.' } : {}),
    ...(wrong(ends, 500) ? { ends: 'Say in 1 to 500 characters what ends the hold.' } : {}),
  };
}

/** In the caller's transaction: hold, its records, the history of each of them, and what is owed to the store, or nothing. */
export async function placeHold(at: AgencyTx, order: HoldOrder, by: string): Promise<Placed> {
  const holdId = newId();
  const { on } = order;
  const searchDigest = await queries.insertHold(at, {
    id: holdId,
    kind: order.kind,
    title: order.title,
    reason: order.reason,
    ends: order.ends,
    search: 'search' in on ? JSON.stringify(on.search) : null,
    standing: 'search' in on && on.standing,
    placed_by: by,
  });
  const { held, tooLate } = await translated(
    'records' in on ? holdNamed(at, holdId, on.records) : queries.holdFound(at, holdId, on.search),
  );
  if (held.length === 0 && !('search' in on && on.standing))
    throw new ArchiveError(
      'hold-empty',
      'This search finds no record that could be held, so no hold was placed. Look for something else, or let the hold stand on the search, so that what comes is held.',
      { retry: 'never' },
    );
  const salt = randomBytes(32);
  await appendEvent(at, null, {
    type: 'hold.placed',
    actor: by,
    body: {
      hold: holdId,
      records: held.length,
      kind: order.kind,
      standing: 'search' in on && on.standing,
      ...(searchDigest === null ? {} : { searchDigest }),
      salt: salt.toString('hex'),
      scopeCommitment: commitment(salt, 'entry/scopeCommitment', sha256Hex(scopeOf(held))),
    },
  });
  return { holdId, held: held.length, tooLate };
}

/** As log/FORMAT.md says what `scopeCommitment` is over. */
function scopeOf(ids: readonly string[]): Buffer {
  return Buffer.from(
    ids
      .toSorted()
      .map((id) => `${id}\n`)
      .join(''),
  );
}

async function holdNamed(
  at: AgencyTx,
  holdId: string,
  records: readonly string[],
): Promise<{ readonly held: readonly string[]; readonly tooLate: number }> {
  const ids = [...new Set(records)].toSorted();
  if ((await queries.countRecords(at, ids)) < ids.length)
    throw new ArchiveError('record-not-found', 'There is no such record in this agency.', { retry: 'never' });
  await queries.holdRecords(at, holdId, ids);
  return { held: ids, tooLate: 0 };
}

export type Released = 'released' | 'released-before' | 'unknown';

/** By a person; the database refuses whoever runs the disposal. */
export async function releaseHold(
  at: AgencyTx,
  holdId: string,
  { personId, reason }: { readonly personId: string; readonly reason: string },
): Promise<Released> {
  const hold = await queries.lockHold(at, holdId);
  if (hold === null) return 'unknown';
  if (hold.released_at !== null) return 'released-before';
  await translated(queries.endHold(at, holdId, personId, reason));
  await appendEvent(at, null, {
    type: 'hold.released',
    actor: `person:${personId}`,
    body: { hold: holdId, records: await queries.countHeldBy(at, holdId) },
  });
  return 'released';
}

/** What the database refuses, in our words. Of the rest it says itself what it is. */
const REFUSALS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  HF020: [
    'hold-not-yours-to-release',
    'A hold is released by a custodian or an administrator of the agency who is neither its retention officer nor approves destruction. Ask somebody who is; nothing was released.',
  ],
  HF021: [
    'record-disposing',
    'One of these records is being destroyed, or was, and cannot be held any more. Nothing was held; leave that record out.',
  ],
  HF022: [
    'hold-released',
    'This hold was released before, and stays so. Place another one if the records must be kept.',
  ],
  HF023: [
    'hold-released',
    'This hold was released before, and stays so. Place another one if the records must be kept.',
  ],
  HF072: [
    'hold-of-request',
    'This hold lies because of a request for records, which is not closed, or whose time of appeal is not over, or of which nobody said until when it keeps its records. Nothing was released; see the page of the request.',
  ],
  HF024: ['record-held', 'This record is held. It is not destroyed before every hold on it is released.'],
};

async function translated<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const known = Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : undefined;
    if (known === undefined) throw error;
    throw new ArchiveError(known[0], known[1], { retry: 'never', cause: error });
  }
}
