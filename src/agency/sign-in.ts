/**
 * Signing in with a password and a one-time code, in one step, so that nobody learns which of the two was wrong, or whether
 * there is such a person: every way to fail takes as long and says the same. How often it may fail: `attempts.ts`.
 */
import type { Db } from '#db/db.ts';
import { isAgency } from './agencies.ts';
import { attemptFailed, attemptSucceeded, openStrangers, writeAttempt } from './attempts.ts';
import { codeStep } from './one-time-codes.ts';
import { isPassword, refuseWhenBusy } from './passwords.ts';
import { beginSession, enterFailure } from './sessions.ts';

const strangers = openStrangers();

export type SignInAnswer =
  | { readonly outcome: 'signed-in'; readonly token: string }
  | { readonly outcome: 'not-right' }
  /** A hundred in a row: only a link helps. */
  | { readonly outcome: 'shut' }
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
  // Before the attempt is written: whoever is turned away here has not tried.
  refuseWhenBusy();
  if (!(await isAgency(db, agencyId))) {
    const stranger = strangers(`${agencyId} ${email.trim().toLowerCase()}`, now);
    if (stranger !== null) return { outcome: 'too-many', retryAfterS: Math.ceil(stranger.waitMs / 1000) };
    await isPassword(password, null);
    return { outcome: 'not-right' };
  }
  const attempt = await db.inAgency(agencyId, async (at) => await writeAttempt(at, email, now));
  if ('shut' in attempt) return { outcome: 'shut' };
  if ('waitMs' in attempt) return { outcome: 'too-many', retryAfterS: Math.ceil(attempt.waitMs / 1000) };
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
  const notRight = async (): Promise<SignInAnswer> => {
    await db.inAgency(agencyId, async (at) => {
      await attemptFailed(at, attempt.id);
      if (person !== undefined) await enterFailure(at, person.id, 'password-and-code');
    });
    return { outcome: 'not-right' };
  };
  const passwordHolds = await isPassword(password, person?.password ?? null);
  if (person?.code_secret == null || !passwordHolds) return await notRight();
  const { id: personId, code_secret: secret } = person;
  const step = codeStep(secret, code, now);
  if (step === null) return await notRight();
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
    if (taken.numUpdatedRows !== 1n) {
      await enterFailure(at, personId, 'password-and-code');
      return { outcome: 'not-right' };
    }
    await attemptSucceeded(at, attempt.id);
    const token = await beginSession(at, personId, 'password-and-code', now);
    return { outcome: 'signed-in', token };
  });
}
