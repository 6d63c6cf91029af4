/** Sends what is due, one letter after another. See the door for the order. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '#db/db.ts';
import { codeOf } from '#errors.ts';
import type { Log } from '#log.ts';
import { appendEvent, newId, readReceipt } from '#record/record.ts';
import { letterOf, type Shown } from './letters.ts';
import { MailRefused, type Mailer } from './mailer.ts';
import { addresseeOf, claimLetter, endNotices, putOff, toldIn, type Claimed } from './queries.ts';

export interface TellContext {
  readonly db: Db;
  readonly log: Log;
  readonly mailer: Mailer;
  readonly publicUrl: string;
  readonly mode: 'trial' | 'production';
  readonly gatherMs: number;
  readonly remindMs: number;
  readonly now: () => Date;
}

/** Longer than one letter may take, by the time limits of the mailer. */
const CLAIM_MS = 300_000;
const BACKOFF_FIRST_MS = 60_000;
const BACKOFF_LAST_MS = 3_600_000;
const GIVE_UP_AFTER_MS = 3 * 86_400_000;
const IDLE_MS = 2000;

export type TellOutcome = 'mailed' | 'moot' | 'later' | 'given-up';

/** The letter that has waited longest. Null: none was due. */
export async function tellOnce(context: TellContext): Promise<TellOutcome | null> {
  const { db, log, gatherMs, remindMs } = context;
  const claimed = await claimLetter(db, newId(), { gatherMs, remindMs, claimMs: CLAIM_MS });
  if (claimed === null) return null;
  const { agencyId, letter, kind } = claimed;
  const composed = await compose(context, claimed);
  if (composed === null) return 'moot';
  try {
    await context.mailer.send(composed);
  } catch (error) {
    if (!(error instanceof MailRefused)) throw error;
    log.warn({ letter, kind, code: error.code, attempts: claimed.attempts + 1 }, 'letter.failed');
    return await notSent(context, claimed, error.code);
  }
  await db.inAgency(agencyId, async (at) => {
    for (const recordId of await endNotices(at, letter, 'mailed'))
      await appendEvent(at, recordId, {
        type: 'office.told',
        actor: 'worker:mail',
        body: { kind, letter, ...targetOf(claimed) },
      });
  });
  log.info({ letter, kind }, 'letter.mailed');
  return 'mailed';
}

const targetOf = ({ officeId, personId }: Claimed) =>
  officeId === null ? { person: personId } : { office: officeId };

/** Null: nobody is to be told of it any more. Of several, those that are moot end here, and the rest goes. */
async function compose(context: TellContext, claimed: Claimed) {
  const { db, mode, publicUrl, now } = context;
  const { agencyId, letter, kind } = claimed;
  return await db.inAgency(agencyId, async (at) => {
    const to = await addresseeOf(at, claimed);
    if (to === null) {
      await endNotices(at, letter, 'moot');
      return null;
    }
    const told = await toldIn(at, letter);
    const moot = kind === 'reminder' ? told.filter(({ removal }) => removal !== 'awaited') : [];
    await endNotices(
      at,
      letter,
      'moot',
      moot.map(({ recordId }) => recordId),
    );
    const records: Shown[] = [];
    for (const one of told.filter((any) => !moot.includes(any))) {
      const receipt = await readReceipt(at, one.recordId, mode, now());
      if (receipt !== null)
        records.push({
          ...one,
          code: receipt.code,
          safeToRemove: receipt.safeToRemove,
          missing: receipt.missing.map(({ sentence }) => sentence),
        });
    }
    if (records.length === 0 && kind !== 'test') return null;
    return {
      to: { name: to.name, address: to.email },
      messageId: `${letter}@${new URL(publicUrl).hostname}`,
      ...letterOf({ kind, to, records, publicUrl, mode }),
    };
  });
}

async function notSent(
  { db, now }: TellContext,
  claimed: Claimed,
  code: string,
): Promise<'later' | 'given-up'> {
  const { agencyId, letter, kind, attempts, since } = claimed;
  return await db.inAgency(agencyId, async (at) => {
    const waitMs = Math.min(BACKOFF_LAST_MS, BACKOFF_FIRST_MS * 2 ** Math.min(attempts, 10));
    await putOff(at, letter, code, waitMs);
    if (now().getTime() - since.getTime() < GIVE_UP_AFTER_MS) return 'later';
    for (const recordId of await endNotices(at, letter, 'given-up'))
      await appendEvent(at, recordId, {
        type: 'office.not-told',
        actor: 'worker:mail',
        body: { kind, letter, code, ...targetOf(claimed) },
      });
    return 'given-up';
  });
}

/** Until it is stopped. A letter that is on its way is waited for. */
export function startTelling(context: TellContext): () => Promise<void> {
  const ending = new AbortController();
  const { signal } = ending;
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      let told: TellOutcome | null = null;
      try {
        told = await tellOnce(context);
      } catch (error) {
        context.log.error({ code: codeOf(error), err: error }, 'telling.failed');
      }
      if (told === null) await sleep(IDLE_MS, undefined, { signal }).catch(() => undefined);
    }
  };
  const running = loop();
  return async () => {
    ending.abort();
    await running;
  };
}
