/** What a call says of a request, read strictly: nothing is trimmed, and nothing is guessed. */
import type { FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { isCivilDay } from '#civil.ts';
import { ArchiveError, type ErrorCode } from '#errors.ts';
import {
  REQUEST_CHANNELS,
  REQUEST_OUTCOMES,
  RUNNING_STATES,
  type NewContact,
  type NewCorrection,
  type NewCorrespondence,
  type NewRequest,
} from '#sunshine/sunshine.ts';
import { orderOf } from './orders.ts';

const closed = { additionalProperties: false } as const;
const text = (maxLength: number, description: string) =>
  Type.String({ minLength: 1, maxLength, description });
const maybe = (maxLength: number, description: string) =>
  Type.Optional(Type.Union([text(maxLength, description), Type.Null()]));
const moment = (description: string) => Type.String({ format: 'date-time', description });

/** Characters; the table `request` allows as many. */
const LIMITS = { words: 50_000, requester: 500, contact: 1000, format: 200, language: 60 } as const;

const WORDS = text(LIMITS.words, 'As it was received, not a letter changed; for a call, what was said');
const ASKED = {
  words: WORDS,
  requester: maybe(LIMITS.requester, 'Only if they gave it: no name is asked for'),
  contact: maybe(LIMITS.contact, 'Where an answer reaches them, if they gave it'),
  format: maybe(LIMITS.format, 'In which they want the records (610.023.3: "if such format is available")'),
  language: maybe(LIMITS.language, 'In which they want the answer'),
};

export const RequestBody = Type.Object(
  {
    channel: Type.Enum(
      REQUEST_CHANNELS.filter((channel) => channel !== 'public-page'),
      { description: 'How it came' },
    ),
    ...ASKED,
    firstReceivedAt: moment('By anybody of the body'),
    receivedByCustodianAt: Type.Optional(
      Type.Union([moment('By the custodian of records: the clock runs from then'), Type.Null()]),
    ),
  },
  closed,
);
const PublicRequestBody = Type.Object(ASKED, closed);
export const ReceiptBody = Type.Object(
  { receivedByCustodianAt: moment('When the custodian received it') },
  closed,
);
export const CorrectionBody = Type.Object(
  {
    firstReceivedAt: moment('By anybody of the body, as it was'),
    receivedByCustodianAt: Type.Optional(
      Type.Union([
        moment('By the custodian of records, as it was; null where they do not have it'),
        Type.Null(),
      ]),
    ),
    reason: text(2000, 'Why it was wrong'),
  },
  closed,
);
export const ContactBody = Type.Object(
  {
    was: Type.Optional(
      Type.Union([Type.String({ maxLength: 1000 }), Type.Null()], {
        description: 'What you read there; null: none was on file',
      }),
    ),
    contact: Type.String({
      minLength: 1,
      maxLength: 1000,
      description: 'Where an answer reaches who asked, from now on',
    }),
    reason: Type.String({ minLength: 1, maxLength: 2000, description: 'How the body knows' }),
  },
  closed,
);

export const StateBody = Type.Object(
  {
    from: Type.Enum([...RUNNING_STATES], { description: 'In which you read it' }),
    to: Type.Enum([...RUNNING_STATES]),
  },
  closed,
);
export const ClosingBody = Type.Object(
  {
    outcome: Type.Enum([...REQUEST_OUTCOMES]),
    appealUntil: Type.Optional(
      Type.Union([
        Type.String({
          description:
            'A day, YYYY-MM-DD, until which what was asked for is kept for an appeal; null: nobody says',
        }),
        Type.Null(),
      ]),
    ),
  },
  closed,
);
const ABOUT = [
  'statement-request',
  'statement',
  'payment-request',
  'question',
  'withdrawal-notice',
  'delay',
] as const;
export const CorrespondenceBody = Type.Object(
  {
    way: Type.Enum(['in', 'out', 'note']),
    channel: Type.Enum([...REQUEST_CHANNELS]),
    about: Type.Optional(
      Type.Union([
        Type.Enum([...ABOUT], {
          description:
            'Where a clock hangs on it: statement-request came in (610.023.4), the others went out (610.023.3, 610.026)',
        }),
        Type.Null(),
      ]),
    ),
    feeCents: Type.Optional(
      Type.Union([
        Type.Integer({ minimum: 0, maximum: 1e9, description: 'Of a payment-request' }),
        Type.Null(),
      ]),
    ),
    promisedFor: Type.Optional(
      Type.Union([
        moment('Of a delay: the earliest time at which the records are available, as the letter says'),
        Type.Null(),
      ]),
    ),
    words: WORDS,
    at: moment('When it came or went'),
  },
  closed,
);

const invalid = (sentence: string, code: ErrorCode = 'sunshine-request-invalid'): ArchiveError =>
  new ArchiveError(code, sentence, { retry: 'never' });

/** Texts are kept as they came, so what Postgres would change or could not hold is refused. Answers the first that is, and its limit. */
export function wrongText(said: Readonly<Record<string, unknown>>): { name: string; limit: number } | null {
  for (const [name, value] of Object.entries(said)) {
    const limit = (LIMITS as Readonly<Record<string, number>>)[name];
    if (limit === undefined || typeof value !== 'string') continue;
    if (
      value.trim() === '' ||
      Array.from(value).length > limit ||
      !value.isWellFormed() ||
      value.includes('\0')
    )
      return { name, limit };
  }
  return null;
}

function checkTexts(said: Readonly<Record<string, unknown>>): void {
  const wrong = wrongText(said);
  if (wrong !== null)
    throw invalid(
      `/${wrong.name}: expected a text of 1 to ${wrong.limit} characters that is not blank, in UTF-8 and without the character NUL.`,
    );
}

const MOMENT =
  /^((?:19|20)\d{2}-\d{2}-\d{2})T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,3})?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/;
/** Clocks of two machines differ a little. */
const SKEW_MS = 5 * 60_000;

/** `now` null: it may lie in the future. */
function momentOf(name: string, said: string, now: Date | null): Date {
  const [, day] = MOMENT.exec(said) ?? [];
  if (day === undefined || !isCivilDay(day))
    throw invalid(
      `/${name}: expected a time with its zone, such as 2026-11-21T14:03:00-06:00 or 2026-11-21T20:03:00Z.`,
    );
  const at = new Date(said);
  if (now !== null && at.getTime() > now.getTime() + SKEW_MS)
    throw new ArchiveError(
      'time-in-future',
      `/${name}: lies in the future. Expected when it was, not when it will be.`,
      { retry: 'never' },
    );
  return at;
}

export function newRequestOf(request: FastifyRequest, now: Date): NewRequest {
  const said = orderOf(
    request,
    RequestBody,
    'sunshine-request-invalid',
    'Expected {"channel": "letter, mail, phone or in-person", "words": "what was asked, as it came", "firstReceivedAt": "a time with its zone"} as application/json, and if you have them requester, contact, format, language, receivedByCustodianAt; nothing else.',
  );
  checkTexts(said);
  const { receivedByCustodianAt: custodian = null } = said;
  const firstReceivedAt = momentOf('firstReceivedAt', said.firstReceivedAt, now);
  const receivedByCustodianAt = custodian === null ? null : momentOf('receivedByCustodianAt', custodian, now);
  if (receivedByCustodianAt !== null && receivedByCustodianAt < firstReceivedAt)
    throw invalid(
      '/receivedByCustodianAt: lies before /firstReceivedAt. The body receives a request when the custodian does, or earlier.',
    );
  return { ...askedOf(said), channel: said.channel, firstReceivedAt, receivedByCustodianAt };
}

/** By anybody, on the page of the agency: it is received when it comes, and by the custodian when the custodian says so. */
export function publicRequestOf(request: FastifyRequest, now: Date): NewRequest {
  const said = orderOf(
    request,
    PublicRequestBody,
    'sunshine-request-invalid',
    'Expected {"words": "what you ask for"} as application/json, and if you want to give them requester, contact, format, language; nothing else. No reason is asked.',
  );
  checkTexts(said);
  const attempt = request.headers['idempotency-key'] ?? null;
  if (attempt !== null && (typeof attempt !== 'string' || !/^[\x21-\x7e]{8,200}$/.test(attempt)))
    throw invalid(
      'Expected an Idempotency-Key of 8 to 200 visible ASCII characters, new for each request, or none.',
      'idempotency-key-invalid',
    );
  return {
    ...askedOf(said),
    channel: 'public-page',
    firstReceivedAt: now,
    receivedByCustodianAt: null,
    attempt,
  };
}

function askedOf({
  words,
  requester = null,
  contact = null,
  format = null,
  language = null,
}: Static<typeof PublicRequestBody>): Pick<
  NewRequest,
  'words' | 'requester' | 'contact' | 'format' | 'language'
> {
  return { words, requester, contact, format, language };
}

export function receiptOf(request: FastifyRequest, now: Date): Date {
  const said = orderOf(
    request,
    ReceiptBody,
    'sunshine-request-invalid',
    'Expected {"receivedByCustodianAt": "a time with its zone"} as application/json.',
  );
  return momentOf('receivedByCustodianAt', said.receivedByCustodianAt, now);
}

export function correctionOf(request: FastifyRequest, now: Date): NewCorrection {
  const said = orderOf(
    request,
    CorrectionBody,
    'sunshine-request-invalid',
    'Expected {"firstReceivedAt": "a time with its zone", "receivedByCustodianAt": "the same, or null", "reason": "why it was wrong"} as application/json.',
  );
  const { receivedByCustodianAt: custodian = null, reason } = said;
  if (reason.trim() === '' || !reason.isWellFormed() || reason.includes('\0'))
    throw invalid(
      '/reason: expected a text of 1 to 2000 characters that is not blank, in UTF-8 and without the character NUL.',
    );
  const firstReceivedAt = momentOf('firstReceivedAt', said.firstReceivedAt, now);
  const receivedByCustodianAt = custodian === null ? null : momentOf('receivedByCustodianAt', custodian, now);
  if (receivedByCustodianAt !== null && receivedByCustodianAt < firstReceivedAt)
    throw invalid(
      '/receivedByCustodianAt: lies before /firstReceivedAt. The body receives a request when the custodian does, or earlier.',
    );
  return { firstReceivedAt, receivedByCustodianAt, reason };
}

export function contactOf(request: FastifyRequest): NewContact {
  const said = orderOf(
    request,
    ContactBody,
    'sunshine-request-invalid',
    'Expected {"was": "what is on file, or null", "contact": "where an answer reaches them", "reason": "how you know"} as application/json.',
  );
  const { was = null, contact, reason } = said;
  checkTexts({ contact });
  if (reason.trim() === '' || !reason.isWellFormed() || reason.includes('\0'))
    throw invalid(
      '/reason: expected a text of 1 to 2000 characters that is not blank, in UTF-8 and without the character NUL.',
    );
  return { was, contact, reason };
}

export function stateOf(request: FastifyRequest): Static<typeof StateBody> {
  return orderOf(
    request,
    StateBody,
    'sunshine-request-invalid',
    `Expected {"from": …, "to": …} as application/json, each one of ${RUNNING_STATES.join(', ')}.`,
  );
}

export function closingOf(request: FastifyRequest): {
  readonly outcome: (typeof REQUEST_OUTCOMES)[number];
  readonly appealUntil: string | null;
} {
  const { outcome, appealUntil = null } = orderOf(
    request,
    ClosingBody,
    'sunshine-request-invalid',
    `Expected {"outcome": "one of ${REQUEST_OUTCOMES.join(', ')}", "appealUntil": "YYYY-MM-DD, or null"} as application/json.`,
  );
  if (appealUntil !== null && !isCivilDay(appealUntil))
    throw invalid('/appealUntil: expected a day that the calendar has, as YYYY-MM-DD, or null.');
  return { outcome, appealUntil };
}

export function correspondenceOf(request: FastifyRequest, now: Date): NewCorrespondence {
  const said = orderOf(
    request,
    CorrespondenceBody,
    'sunshine-request-invalid',
    `Expected {"way": "in, out or note", "channel": "one of ${REQUEST_CHANNELS.join(', ')}", "words": …, "at": "a time with its zone"} as application/json, and where it is one of ${ABOUT.join(', ')}, that as "about".`,
  );
  checkTexts(said);
  const { way, channel, about = null, feeCents = null, promisedFor = null, words } = said;
  if (about !== null && way !== (about === 'statement-request' ? 'in' : 'out'))
    throw invalid('/way: a statement-request comes in; everything else that "about" names goes out.');
  if (feeCents !== null && about !== 'payment-request')
    throw invalid('/feeCents: stands with {"about": "payment-request"} and with nothing else.');
  if (promisedFor !== null && about !== 'delay')
    throw invalid('/promisedFor: stands with {"about": "delay"} and with nothing else.');
  return {
    way,
    channel,
    about,
    feeCents,
    promisedFor: promisedFor === null ? null : momentOf('promisedFor', promisedFor, null),
    words,
    at: momentOf('at', said.at, now),
  };
}
