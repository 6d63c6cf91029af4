/**
 * A request, from its receipt to its closing. Each verb is one transaction: the row, and its entry in the history, which names the request
 * and says no word of it; the database writes it, so that no statement goes without (migration 0046). States change by compare-and-set
 * (`moveRequest`) and nowhere else; which follow which, the database says too.
 */
import { hash } from 'node:crypto';
import type { AgencyTx, CorrespondenceAbout, RequestChannel, RequestOutcome, RequestState } from '#db/db.ts';
import { appendEvent, newId } from '#record/record.ts';
import { actingAs } from './acting.ts';
import { readCalendar } from './calendar-queries.ts';
import { dueOf } from './clock.ts';
import * as queries from './request-queries.ts';
import { translated } from './refusals.ts';
import { newTracking } from './tracking.ts';

export const REQUEST_CHANNELS: readonly RequestChannel[] = [
  'public-page',
  'letter',
  'mail',
  'phone',
  'in-person',
];
export const REQUEST_OUTCOMES: readonly RequestOutcome[] = [
  'granted',
  'partly',
  'denied',
  'no-records',
  'withdrawn',
  'lapsed',
];
/** States in which the custodian has it and it is not over, and what is awaited in each. */
export const RUNNING_STATES = ['open', 'clarification', 'fee-waiting', 'delayed'] as const;
export type RunningState = (typeof RUNNING_STATES)[number];

/** Of whoever asked, nothing is asked that the law does not: no name, no form, no reason. */
export interface NewRequest {
  readonly channel: RequestChannel;
  /** As they were received, not a letter changed. */
  readonly words: string;
  readonly requester: string | null;
  readonly contact: string | null;
  readonly format: string | null;
  readonly language: string | null;
  readonly firstReceivedAt: Date;
  readonly receivedByCustodianAt: Date | null;
  /** A name that whoever sends it gives to the sending: the same, sent again under it, is the same request. */
  readonly attempt?: string | null;
}

export async function receiveRequest(
  at: AgencyTx,
  request: NewRequest,
  actor: string,
): Promise<{ readonly requestId: string; readonly tracking: string }> {
  const [requestId, tracking] = [newId(), newTracking()];
  await actingAs(at, actor);
  const { words, requester, contact, format, language } = request;
  const attempt =
    request.attempt == null
      ? null
      : hash('sha256', JSON.stringify([request.attempt, words, requester, contact, format, language]), 'hex');
  const isNew = await translated(
    queries.insertRequest(at, {
      id: requestId,
      attempt,
      tracking,
      channel: request.channel,
      words: request.words,
      requester: request.requester,
      contact: request.contact,
      format: request.format,
      language: request.language,
      first_received_at: request.firstReceivedAt,
      custodian_received_at: request.receivedByCustodianAt,
      state: request.receivedByCustodianAt === null ? 'received' : 'open',
      entered_by: actor,
    }),
  );
  const before = isNew || attempt === null ? null : await queries.readByAttempt(at, attempt);
  return before ?? { requestId, tracking };
}

type Move =
  | { readonly to: 'open'; readonly receivedByCustodianAt: Date }
  | { readonly to: RunningState; readonly receivedByCustodianAt?: never }
  | {
      readonly to: 'closed';
      readonly outcome: RequestOutcome;
      readonly closedAt: Date;
      readonly appealUntil: string | null;
      readonly dueOn: string | null;
      readonly calendarN: number | null;
    };

/** False: it is not in that state any more, or there is no such request; nothing was changed. */
async function moveRequest(
  at: AgencyTx,
  requestId: string,
  from: RequestState,
  move: Move,
  actor: string,
): Promise<boolean> {
  await actingAs(at, actor);
  if (move.to !== 'closed') {
    const { to, receivedByCustodianAt } = move;
    const set =
      receivedByCustodianAt === undefined
        ? { state: to }
        : { state: to, custodian_received_at: receivedByCustodianAt };
    return await translated(queries.setRequest(at, requestId, from, set));
  }
  const { outcome, closedAt, appealUntil, dueOn, calendarN } = move;
  return await translated(
    queries.setRequest(at, requestId, from, {
      state: 'closed',
      outcome,
      closed_at: closedAt,
      closed_by: actor,
      appeal_until: appealUntil,
      due_on: dueOn,
      calendar_n: calendarN,
    }),
  );
}

export type Moved = 'moved' | 'unknown' | 'elsewhere';

/** The custodian of records has it: from now on the clock of 610.023.3 runs. */
export async function receivedByCustodian(
  at: AgencyTx,
  requestId: string,
  receivedByCustodianAt: Date,
  actor: string,
): Promise<Moved> {
  const row = await queries.lockRequest(at, requestId);
  if (row === null) return 'unknown';
  if (row.state !== 'received') return 'elsewhere';
  const move = { to: 'open', receivedByCustodianAt } as const;
  return (await moveRequest(at, requestId, 'received', move, actor)) ? 'moved' : 'elsewhere';
}

export async function changeState(
  at: AgencyTx,
  requestId: string,
  { from, to }: { readonly from: RequestState; readonly to: RunningState },
  actor: string,
): Promise<Moved> {
  const row = await queries.lockRequest(at, requestId);
  if (row === null) return 'unknown';
  if (row.state !== from || from === to) return 'elsewhere';
  return (await moveRequest(at, requestId, from, { to }, actor)) ? 'moved' : 'elsewhere';
}

/** With the day on which it was due, as it is counted now: what the office enters of its closings later does not change that. */
export async function closeRequest(
  at: AgencyTx,
  requestId: string,
  {
    outcome,
    closedAt,
    appealUntil,
  }: { readonly outcome: RequestOutcome; readonly closedAt: Date; readonly appealUntil: string | null },
  actor: string,
): Promise<Moved> {
  const row = await queries.lockRequest(at, requestId);
  if (row === null) return 'unknown';
  if (row.state === 'closed') return 'elsewhere';
  const calendar = await readCalendar(at);
  const due =
    row.custodian_received_at === null || calendar === null
      ? null
      : { dueOn: dueOf(row.custodian_received_at, calendar.calendar).day, calendarN: calendar.n };
  const move = {
    to: 'closed',
    outcome,
    closedAt,
    appealUntil,
    dueOn: due?.dueOn ?? null,
    calendarN: due?.calendarN ?? null,
  } as const;
  return (await moveRequest(at, requestId, row.state, move, actor)) ? 'moved' : 'elsewhere';
}

export interface NewCorrespondence {
  readonly way: 'in' | 'out' | 'note';
  readonly channel: RequestChannel;
  readonly about: CorrespondenceAbout | null;
  readonly feeCents: number | null;
  /** Of a delay letter: the earliest time at which the records are available, as it says. */
  readonly promisedFor?: Date | null;
  readonly words: string;
  readonly at: Date;
}

/** Also after its closing: an appeal, or a request for the grounds, comes when it comes. Null: there is no such request. */
export async function noteCorrespondence(
  at: AgencyTx,
  requestId: string,
  said: NewCorrespondence,
  actor: string,
): Promise<number | null> {
  if ((await queries.lockRequest(at, requestId)) === null) return null;
  await actingAs(at, actor);
  return await queries.insertCorrespondence(at, requestId, {
    way: said.way,
    channel: said.channel,
    about: said.about,
    fee_cents: said.feeCents,
    promised_for: said.promisedFor ?? null,
    words: said.words,
    at: said.at,
    by: actor,
  });
}

export interface NewCorrection {
  readonly firstReceivedAt: Date;
  /** Null where the custodian does not have it. */
  readonly receivedByCustodianAt: Date | null;
  readonly reason: string;
}

/** A time of receipt that was written down wrong. What was said before stays on file, and the clock counts from what is so. */
export async function correctReceipt(
  at: AgencyTx,
  requestId: string,
  { firstReceivedAt, receivedByCustodianAt, reason }: NewCorrection,
  actor: string,
): Promise<Moved> {
  const row = await queries.lockRequest(at, requestId);
  if (row === null) return 'unknown';
  if (
    row.state === 'closed' ||
    (row.custodian_received_at === null) !== (receivedByCustodianAt === null) ||
    (row.first_received_at.getTime() === firstReceivedAt.getTime() &&
      row.custodian_received_at?.getTime() === receivedByCustodianAt?.getTime())
  )
    return 'elsewhere';
  await actingAs(at, actor);
  await translated(
    queries.insertCorrection(at, requestId, {
      first_was: row.first_received_at,
      custodian_was: row.custodian_received_at,
      first_received_at: firstReceivedAt,
      custodian_received_at: receivedByCustodianAt,
      reason,
      by: actor,
    }),
  );
  return 'moved';
}

export interface NewContact {
  /** As whoever says it read it; null: none was on file. */
  readonly was: string | null;
  readonly contact: string;
  /** How the body knows. */
  readonly reason: string;
}

/** Where an answer reaches who asked, said later or anew; also after the closing. What was said before stays on file. */
export async function addContact(
  at: AgencyTx,
  requestId: string,
  { was, contact, reason }: NewContact,
  actor: string,
): Promise<Moved> {
  const row = await queries.lockRequest(at, requestId);
  if (row === null) return 'unknown';
  if (row.contact !== was || contact === was) return 'elsewhere';
  await actingAs(at, actor);
  await translated(queries.insertContact(at, requestId, { was, contact, reason, by: actor }));
  return 'moved';
}

/** In the commit of the reading: where the entry cannot be written nobody is answered. */
export async function enterView(at: AgencyTx, requestId: string, actor: string): Promise<void> {
  await appendEvent(at, null, { type: 'request.viewed', actor, body: { request: requestId } });
}
