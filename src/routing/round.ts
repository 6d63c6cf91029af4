/** Sends what is due, one letter after another. See the door for the order. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgencyTx, Db } from '#db/db.ts';
import { codeOf } from '#errors.ts';
import type { Log } from '#log.ts';
import { appendEvent, newId, readReceipt, remindOfficeInstead } from '#record/record.ts';
import { letterOf, type Shown } from './letters.ts';
import { MailRefused, unsaid, type Letter, type Mailer } from './mailer.ts';
import { mailLetterOnce } from './letter-mail.ts';
import { remindedIn, requestLetterOf } from './request-letters.ts';
import {
  addresseeOf,
  claimLetter,
  endNotices,
  letGoOf,
  putOff,
  toldIn,
  type Addressee,
  type Claimed,
  type Told,
} from './queries.ts';

export interface TellContext {
  readonly db: Db;
  readonly log: Log;
  readonly mailer: Mailer;
  readonly publicUrl: string;
  readonly mode: 'trial' | 'production';
  /** Letters of one kind to one address are no closer together than this. */
  readonly gatherMs: number;
  readonly now: () => Date;
}

/** Longer than the mailer takes for one letter. */
const CLAIM_MS = 300_000;
const BACKOFF_FIRST_MS = 60_000;
const BACKOFF_LAST_MS = 3_600_000;
/** Counted from the first attempt. */
const GIVE_UP_MS = 3 * 86_400_000;
const IDLE_MS = 2000;
/** So many records are told one by one; of more a letter says how many. */
const LISTED = 50;

export type TellOutcome = 'mailed' | 'moot' | 'later' | 'given-up';

/** The letter that has waited longest. Null: none was due. */
export async function tellOnce(context: TellContext): Promise<TellOutcome | null> {
  const { db, log, gatherMs } = context;
  const claimed = await claimLetter(db, newId(), { gatherMs, claimMs: CLAIM_MS });
  if (claimed === null) return null;
  const { agencyId, letter, kind, attempts } = claimed;
  try {
    const composed = await db.inAgency(agencyId, async (at) => await compose(context, at, claimed));
    if (composed === null) return 'moot';
    await context.mailer.send(composed);
    await db.inAgency(agencyId, async (at) => await enter(at, claimed, 'office.told', {}));
  } catch (error) {
    const code = error instanceof MailRefused ? error.code : codeOf(error);
    log.warn({ letter, kind, code, attempts, ...unsaid(error) }, 'letter.failed');
    return await db.inAgency(agencyId, async (at) => await notSent(at, claimed, code));
  }
  log.info({ letter, kind, attempts }, 'letter.mailed');
  return 'mailed';
}

async function enter(
  at: AgencyTx,
  claimed: Claimed,
  type: 'office.told' | 'office.not-told',
  more: Readonly<Record<string, string>>,
): Promise<void> {
  const { letter, kind, officeId, personId } = claimed;
  const to = officeId === null ? { person: personId } : { office: officeId };
  for (const recordId of await endNotices(at, claimed, type === 'office.told' ? 'mailed' : 'given-up'))
    await appendEvent(at, recordId, { type, actor: 'worker:mail', body: { kind, letter, ...to, ...more } });
}

/** Null: nobody is to be told of it any more. Of several, those that are moot end here, and the rest goes. */
async function compose(context: TellContext, at: AgencyTx, claimed: Claimed): Promise<Letter | null> {
  const { mode, publicUrl, now } = context;
  const { letter, kind } = claimed;
  const to = await addresseeOf(at, claimed);
  if (kind === 'request') return await remind(context, at, claimed, to);
  const told = await toldIn(at, letter);
  if (to === null) {
    if (kind === 'reminder')
      await remindOfficeInstead(
        at,
        told.map(({ recordId }) => recordId),
      );
    await endNotices(at, claimed, 'moot');
    return null;
  }
  const moot = told.filter((one) => isMoot(one, claimed));
  await endNotices(at, claimed, 'moot', { records: moot.map(({ recordId }) => recordId) });
  const left = told.filter((one) => !moot.includes(one));
  if (left.length === 0 && kind !== 'test') return null;
  const records: Shown[] = [];
  for (const one of left.slice(0, LISTED)) {
    const receipt = await readReceipt(at, one.recordId, mode, now());
    if (receipt !== null)
      records.push({
        ...one,
        code: receipt.code,
        safeToRemove: receipt.safeToRemove,
        missing: receipt.missing.map(({ sentence }) => sentence),
      });
  }
  return {
    to: { name: to.name, address: to.email },
    messageId: `${letter}@${new URL(publicUrl).hostname}`,
    ...letterOf({ kind, to, records, count: left.length, publicUrl, mode }),
  };
}

/** Whoever was reminded may have done it meanwhile, or have left: then there is nothing to say. */
async function remind(
  { mode, publicUrl }: TellContext,
  at: AgencyTx,
  claimed: Claimed,
  to: Addressee | null,
): Promise<Letter | null> {
  const reminded = to === null ? [] : await remindedIn(at, claimed.letter);
  const moot = reminded.filter((one) => one.moot);
  const left = reminded.filter((one) => !one.moot);
  if (to === null || left.length === 0) {
    await endNotices(at, claimed, 'moot');
    return null;
  }
  await endNotices(at, claimed, 'moot', { notices: moot.map(({ noticeId }) => noticeId) });
  return {
    to: { name: to.name, address: to.email },
    messageId: `${claimed.letter}@${new URL(publicUrl).hostname}`,
    ...requestLetterOf({ to, reminded: left, publicUrl, mode }),
  };
}

function isMoot({ removal, parked }: Told, { kind }: Claimed): boolean {
  return (kind === 'reminder' && removal !== 'awaited') || (kind === 'parked' && !parked);
}

async function notSent(at: AgencyTx, claimed: Claimed, code: string): Promise<'later' | 'given-up'> {
  const waitMs = Math.min(BACKOFF_LAST_MS, BACKOFF_FIRST_MS * 2 ** Math.min(claimed.attempts - 1, 10));
  const over = await putOff(at, claimed, code, { waitMs, giveUpMs: GIVE_UP_MS });
  if (over) await enter(at, claimed, 'office.not-told', { code });
  else await letGoOf(at, claimed);
  return over ? 'given-up' : 'later';
}

/** Until it is stopped. A letter that is on its way is waited for. */
export function startTelling(context: TellContext): () => Promise<void> {
  const ending = new AbortController();
  const { signal } = ending;
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      let told: TellOutcome | null = null;
      try {
        told = (await tellOnce(context)) ?? (await mailLetterOnce(context));
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
