/**
 * Signing in with a password and a one-time code, in one step, so that nobody learns which of the two was wrong, or whether
 * there is such a person: every way to fail takes as long and says the same.
 *
 * An attempt is written before the password is looked at. Ten within a quarter of an hour, and the next is not looked at: far
 * below the hundred in a row of NIST SP 800-63B-4 (3.2.2). Passkeys are not held up by that, so nobody can be locked out
 * for good by somebody else's guesses.
 */
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';
import { appendEvent, newId } from '#record/record.ts';
import { codeStep } from './one-time-codes.ts';
import { isPassword } from './passwords.ts';
import { beginSession } from './sessions.ts';

const ATTEMPTS = { most: 10, withinMs: 15 * 60_000, keptMs: 24 * 3_600_000 } as const;

export type SignInAnswer =
  | { readonly outcome: 'signed-in'; readonly token: string }
  | { readonly outcome: 'not-right' }
  | { readonly outcome: 'too-many'; readonly retryAfterS: number };

export async function signInWithPassword(
  db: Db,
  typed: {
    readonly agencyId: string;
    readonly email: string;
    readonly password: string;
    readonly code: string;
  },
  now: Date,
): Promise<SignInAnswer> {
  const { agencyId, email, password, code } = typed;
  const who = createHash('sha256').update(email.trim().toLowerCase()).digest();
  const known = await db.system
    .selectFrom('agency')
    .select('id')
    .where('id', '=', agencyId)
    .executeTakeFirst();
  if (known === undefined) {
    await isPassword(password, null);
    return { outcome: 'not-right' };
  }
  const attempt = await db.inAgency(agencyId, async (at) => await writeAttempt(at, who, now));
  if (attempt.waitMs > 0) return { outcome: 'too-many', retryAfterS: Math.ceil(attempt.waitMs / 1000) };
  const person = await db.inAgency(
    agencyId,
    async ({ tx }) =>
      await tx
        .selectFrom('person')
        .select(['id', 'password', 'code_secret'])
        .where('agency_id', '=', agencyId)
        .where((eb) => eb(eb.fn('lower', ['email']), '=', email.trim().toLowerCase()))
        .where('left_at', 'is', null)
        .executeTakeFirst(),
  );
  const passwordHolds = await isPassword(password, person?.password ?? null);
  if (person?.code_secret == null || !passwordHolds) return { outcome: 'not-right' };
  const { id: personId, code_secret: secret } = person;
  const step = codeStep(secret, code, now);
  if (step === null) return { outcome: 'not-right' };
  return await db.inAgency(agencyId, async (at) => {
    // The row decides between two who type the same code at the same moment.
    const taken = await at.tx
      .updateTable('person')
      .set({ code_step: step })
      .where('agency_id', '=', agencyId)
      .where('id', '=', personId)
      .where('left_at', 'is', null)
      .where('code_secret', '=', secret)
      .where((eb) => eb.or([eb('code_step', 'is', null), eb('code_step', '<', step)]))
      .executeTakeFirst();
    if (taken.numUpdatedRows !== 1n) return { outcome: 'not-right' };
    await at.tx
      .updateTable('sign_in_attempt')
      .set({ succeeded: true })
      .where('agency_id', '=', agencyId)
      .where('id', '=', attempt.id)
      .execute();
    const { token, sessionId } = await beginSession(at, personId, 'password-and-code', now);
    await appendEvent(at, null, {
      type: 'person.signed-in',
      actor: `person:${personId}`,
      body: { person: personId, session: sessionId, means: 'password-and-code' },
    });
    return { outcome: 'signed-in', token };
  });
}

/** Counted since the last success; how long to wait before the next is looked at. */
async function writeAttempt(
  { agencyId, tx }: AgencyTx,
  who: Buffer,
  now: Date,
): Promise<{ readonly id: string; readonly waitMs: number }> {
  // One after the other, or a hundred at the same moment would each find none before them.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${agencyId} ${who.toString('hex')}`}, 0))`.execute(
    tx,
  );
  const since = new Date(now.getTime() - ATTEMPTS.withinMs);
  const before = await tx
    .selectFrom('sign_in_attempt')
    .select(['at', 'succeeded'])
    .where('agency_id', '=', agencyId)
    .where('who', '=', who)
    .where('at', '>', since)
    .orderBy('at', 'desc')
    .limit(ATTEMPTS.most)
    .execute();
  const sinceSuccess = before.findIndex(({ succeeded }) => succeeded);
  const failed = sinceSuccess === -1 ? before : before.slice(0, sinceSuccess);
  const oldest = failed.at(-1);
  if (failed.length >= ATTEMPTS.most && oldest !== undefined)
    return { id: '', waitMs: oldest.at.getTime() + ATTEMPTS.withinMs - now.getTime() };
  const id = newId();
  await tx.insertInto('sign_in_attempt').values({ agency_id: agencyId, id, who, at: now }).execute();
  await tx
    .deleteFrom('sign_in_attempt')
    .where('agency_id', '=', agencyId)
    .where('at', '<', new Date(now.getTime() - ATTEMPTS.keptMs))
    .execute();
  return { id, waitMs: 0 };
}
