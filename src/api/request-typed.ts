/**
 * What somebody typed on the pages of requests, as the same orders that calls give. Nothing is trimmed and nothing is guessed: what is
 * wrong comes back beside its field, with everything else as it was typed.
 */
import { isCivilDay, momentAt, wallTimeIn } from '#civil.ts';
import {
  REQUEST_CHANNELS,
  REQUEST_OUTCOMES,
  type CorrespondenceAbout,
  type NewContact,
  type NewCorrection,
  type NewCorrespondence,
  type NewRequest,
  type RequestChannel,
  type RequestOutcome,
} from '#sunshine/sunshine.ts';
import { wrongText } from './request-orders.ts';

export type Typed = Readonly<Record<string, string>>;

/** Either what was meant, or what is wrong, by field. */
export type Read<T> =
  | { readonly value: T; readonly errors: null }
  | { readonly value: null; readonly errors: Readonly<Record<string, string>> };

/** Errors gather by field; the first of each counts. */
function openErrors() {
  const errors: Record<string, string> = {};
  return {
    errors,
    say: (field: string, sentence: string): void => {
      errors[field] ??= sentence;
    },
    read: <T>(value: T): Read<T> =>
      Object.keys(errors).length > 0 ? { value: null, errors } : { value, errors: null },
  };
}
type Errors = ReturnType<typeof openErrors>;

const WALL = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):([0-5]\d)(?::[0-5]\d(?:\.\d{1,3})?)?$/;
/** Clocks of two machines differ a little. */
const SKEW_MS = 5 * 60_000;

/** As the clocks of the agency show it; null: nothing was typed, or what is wrong was said. */
function momentTyped(
  field: string,
  typed: string,
  {
    zone,
    now,
    mayBeLater = false,
  }: { readonly zone: string; readonly now: Date; readonly mayBeLater?: boolean },
  { say }: Errors,
): Date | null {
  if (typed === '') return null;
  const [, day = '', hour, minute] = WALL.exec(typed) ?? [];
  if (!isCivilDay(day) || day < '1900') {
    say(field, 'Expected a day and a time, such as 2026-11-21 14:03.');
    return null;
  }
  const at = momentAt(zone, { day, minute: Number(hour) * 60 + Number(minute) });
  if (at === null) say(field, 'The clocks of the office never show this time: they go forward on that day.');
  else if (!mayBeLater && at.getTime() > now.getTime() + SKEW_MS)
    say(field, 'This lies in the future. Expected when it was, not when it will be.');
  return at;
}

/** As `datetime-local` writes it. */
export function typedMoment(zone: string, at: Date): string {
  const { day, minute } = wallTimeIn(zone, at);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${day}T${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

function textsTyped(texts: Readonly<Record<string, string>>, { say }: Errors): void {
  for (const [field, text] of Object.entries(texts)) {
    const name = field === 'text' ? 'words' : field;
    const wrong = text === '' && name !== 'words' ? null : wrongText({ [name]: text });
    if (wrong === null) continue;
    say(
      field,
      text.trim() === ''
        ? 'Blanks alone say nothing. Write it in words.'
        : Array.from(text).length > wrong.limit
          ? `This is too long: at most ${wrong.limit} characters.`
          : 'This holds characters that are no text. Type it anew.',
    );
  }
}

const orNull = (text: string): string | null => (text === '' ? null : text);

interface Office {
  readonly zone: string;
  readonly now: Date;
}

export function requestTyped(typed: Typed, office: Office): Read<NewRequest> {
  const all = openErrors();
  const { channel = '', words = '', requester = '', contact = '', format = '', language = '' } = typed;
  if (channel === 'public-page' || !isChannel(channel)) all.say('channel', 'Say how it came.');
  textsTyped({ words, requester, contact, format, language }, all);
  const first = momentTyped('first', typed['first'] ?? '', office, all);
  const custodian = momentTyped('custodian', typed['custodian'] ?? '', office, all);
  if (first === null) all.say('first', 'Say when the body first received it: a day and a time.');
  if (first !== null && custodian !== null && custodian < first)
    all.say(
      'custodian',
      'This lies before its first receipt. The body receives a request when the custodian does, or earlier.',
    );
  return all.read({
    channel: channel as RequestChannel,
    words,
    requester: orNull(requester),
    contact: orNull(contact),
    format: orNull(format),
    language: orNull(language),
    firstReceivedAt: first ?? office.now,
    receivedByCustodianAt: custodian,
  });
}

export function receiptTyped(typed: Typed, office: Office): Read<Date> {
  const all = openErrors();
  const at = momentTyped('received', typed['received'] ?? '', office, all);
  if (at === null) all.say('received', 'Say when the custodian of records received it: a day and a time.');
  return all.read(at ?? office.now);
}

export function correctionTyped(
  typed: Typed,
  office: Office,
  row: { readonly first_received_at: Date; readonly custodian_received_at: Date | null },
): Read<NewCorrection> {
  const all = openErrors();
  const { reason = '' } = typed;
  // A field that still shows the minute that is on file means it, to the second.
  const kept = (field: string, was: Date): Date | null => {
    const text = typed[field] ?? '';
    return text === typedMoment(office.zone, was) ? was : momentTyped(field, text, office, all);
  };
  const first = kept('first', row.first_received_at);
  const custodian = row.custodian_received_at === null ? null : kept('custodian', row.custodian_received_at);
  if (first === null) all.say('first', 'Say when the body first received it: a day and a time.');
  if (row.custodian_received_at !== null && custodian === null)
    all.say('custodian', 'Say when the custodian of records received it: a day and a time.');
  if (first !== null && custodian !== null && custodian < first)
    all.say(
      'custodian',
      'This lies before its first receipt. The body receives a request when the custodian does, or earlier.',
    );
  if (
    first?.getTime() === row.first_received_at.getTime() &&
    custodian?.getTime() === row.custodian_received_at?.getTime()
  )
    all.say('first', 'Nothing is different from what is on file.');
  if (reason.trim() === '' || reason.length > 2000)
    all.say('reason', 'Say in 1 to 2,000 characters why it was wrong.');
  return all.read({ firstReceivedAt: first ?? office.now, receivedByCustodianAt: custodian, reason });
}

/** `was`: as the form showed it, so that of two who say it at one moment the second is told. */
export function contactTyped(typed: Typed): Read<NewContact> {
  const all = openErrors();
  const { was = '', reach = '', because = '' } = typed;
  if (reach === '') all.say('reach', 'Say where an answer reaches them.');
  textsTyped({ contact: reach }, { ...all, say: (_, sentence) => all.say('reach', sentence) });
  if (reach !== '' && reach === was) all.say('reach', 'Nothing is different from what is on file.');
  if (because.trim() === '' || because.length > 2000)
    all.say('because', 'Say in 1 to 2,000 characters how you know.');
  return all.read({ was: orNull(was), contact: reach, reason: because });
}

const ABOUT = [
  'statement-request',
  'statement',
  'payment-request',
  'question',
  'withdrawal-notice',
  'delay',
] as const;
const DOLLARS = /^\$?(\d{1,7})(?:\.(\d{2}))?$/;

export function correspondenceTyped(typed: Typed, office: Office): Read<NewCorrespondence> {
  const all = openErrors();
  const { kind = '', by = '', when = '', text = '', fee = '', promised = '' } = typed;
  const [way = '', said] = kind.split(':');
  const about = ABOUT.find((one): one is CorrespondenceAbout => one === said) ?? null;
  if (
    (way !== 'in' && way !== 'out' && way !== 'note') ||
    (said !== undefined && about === null) ||
    (about !== null && way !== (about === 'statement-request' ? 'in' : 'out'))
  )
    all.say('kind', 'Say what it is.');
  if (!isChannel(by)) all.say('by', 'Say how it came or went.');
  textsTyped({ text }, all);
  const at = momentTyped('when', when, office, all);
  if (at === null) all.say('when', 'Say when it came or went: a day and a time.');
  const [, dollars, cents = '00'] = DOLLARS.exec(fee) ?? [];
  if (fee !== '' && dollars === undefined)
    all.say('fee', 'Expected dollars, and cents behind a point, such as 45 or 45.50.');
  if (fee !== '' && about !== 'payment-request')
    all.say(
      'fee',
      'Only what asks for a payment has a sum. Leave it empty, or say above that it asks for one.',
    );
  const promisedFor = momentTyped('promised', promised, { ...office, mayBeLater: true }, all);
  if (promised !== '' && about !== 'delay')
    all.say(
      'promised',
      'Only what explains a delay promises a time. Leave it empty, or say above that it explains one.',
    );
  return all.read({
    way: way as NewCorrespondence['way'],
    channel: by as RequestChannel,
    about,
    feeCents: dollars === undefined ? null : Number(dollars) * 100 + Number(cents),
    promisedFor,
    words: text,
    at: at ?? office.now,
  });
}

export function closingTyped(
  typed: Typed,
  { zone, now }: Office,
): Read<{ readonly outcome: RequestOutcome; readonly appealUntil: string | null }> {
  const all = openErrors();
  const { outcome = '', appeal = '' } = typed;
  const known = REQUEST_OUTCOMES.find((one) => one === outcome);
  if (known === undefined) all.say('outcome', 'Say how it ends.');
  if (appeal !== '' && !isCivilDay(appeal)) all.say('appeal', 'Expected a day such as 2026-11-21.');
  else if (appeal !== '' && appeal < wallTimeIn(zone, now).day)
    all.say('appeal', 'This day lies in the past. Expected a day from today on, or nothing.');
  return all.read({ outcome: known ?? 'granted', appealUntil: orNull(appeal) });
}

function isChannel(text: string): text is RequestChannel {
  return REQUEST_CHANNELS.some((one) => one === text);
}
