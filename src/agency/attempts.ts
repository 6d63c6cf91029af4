/**
 * Attempts with a password, counted by what was typed: for somebody who is there, somebody who is not, and an agency that is none, alike.
 *
 * An attempt is written before the password is looked at. Ten in a quarter of an hour, and the next waits; a hundred in a row, over
 * whatever time, and no password counts until a link is used (NIST SP 800-63B-4, 3.2.2: no more than 100 consecutive failures).
 * Passkeys and the agency's own provider are not held up by that, so nobody is locked out for good by somebody else's guesses.
 */
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import { newId } from '#record/record.ts';

const ATTEMPTS = { most: 10, withinMs: 15 * 60_000, inARow: 100, keptMs: 90 * 86_400_000 } as const;

export type Attempt =
  | { readonly id: string }
  | { readonly waitMs: number }
  /** Too many in a row: only a link helps. */
  | { readonly shut: true };

function whoTyped(email: string): Buffer {
  return createHash('sha256').update(email.trim().toLowerCase()).digest();
}

export async function writeAttempt({ agencyId, tx }: AgencyTx, email: string, now: Date): Promise<Attempt> {
  const who = whoTyped(email);
  // One after the other, or a hundred at the same moment would each find none before them.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${agencyId} ${who.toString('hex')}`}, 0))`.execute(
    tx,
  );
  const before = await tx
    .selectFrom('sign_in_attempt')
    .select(['at', 'succeeded'])
    .where('agency_id', '=', agencyId)
    .where('who', '=', who)
    .orderBy('at', 'desc')
    .limit(ATTEMPTS.inARow)
    .execute();
  const success = before.findIndex(({ succeeded }) => succeeded);
  const failed = success === -1 ? before : before.slice(0, success);
  if (failed.length >= ATTEMPTS.inARow) return { shut: true };
  const since = now.getTime() - ATTEMPTS.withinMs;
  const oldest = failed[ATTEMPTS.most - 1];
  if (oldest !== undefined && oldest.at.getTime() > since) return { waitMs: oldest.at.getTime() - since };
  const id = newId();
  await tx.insertInto('sign_in_attempt').values({ agency_id: agencyId, id, who, at: now }).execute();
  await tx
    .deleteFrom('sign_in_attempt')
    .where('agency_id', '=', agencyId)
    .where('at', '<', new Date(now.getTime() - ATTEMPTS.keptMs))
    .execute();
  return { id };
}

export async function attemptSucceeded({ agencyId, tx }: AgencyTx, id: string): Promise<void> {
  await tx
    .updateTable('sign_in_attempt')
    .set({ succeeded: true })
    .where('agency_id', '=', agencyId)
    .where('id', '=', id)
    .execute();
}

/** A write as for one that failed and is nobody's: how long an answer takes must not tell who is here. */
export async function attemptFailed({ agencyId, tx }: AgencyTx, id: string): Promise<void> {
  await tx
    .updateTable('sign_in_attempt')
    .set({ succeeded: false })
    .where('agency_id', '=', agencyId)
    .where('id', '=', id)
    .execute();
}

/** A link was used: they are who they are, and the count begins anew. */
export async function forgiveAttempts({ agencyId, tx }: AgencyTx, email: string, now: Date): Promise<void> {
  await tx
    .insertInto('sign_in_attempt')
    .values({ agency_id: agencyId, id: newId(), who: whoTyped(email), at: now, succeeded: true })
    .execute();
}

const MOST_REMEMBERED = 10_000;

/** The same for agencies that do not exist, which have no rows: in this process, as many as fit. */
export function openStrangers(): (typed: string, now: Date) => { readonly waitMs: number } | null {
  const seen = new Map<string, number[]>();
  return (typed, now) => {
    const since = now.getTime() - ATTEMPTS.withinMs;
    const before = (seen.get(typed) ?? []).filter((at) => at > since);
    if (before.length >= ATTEMPTS.most) return { waitMs: (before[0] ?? since) - since };
    if (seen.size >= MOST_REMEMBERED) seen.clear();
    seen.set(typed, [...before, now.getTime()]);
    return null;
  };
}
