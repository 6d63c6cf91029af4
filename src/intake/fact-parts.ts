/**
 * The parts of a fact that its stored and its submitted form share: words, times, claims, who wrote it, what was done.
 */
import { Type, type Static } from 'typebox';
import { Format } from 'typebox/format';
import { VERBS } from '#record/record.ts';
import { isRfc3339 } from './times.ts';

// The library's own check also takes a zone name in brackets, which RFC 3339 does not know. There is one registry
// of formats in a process; every `date-time` of this archive means ours.
Format.Set('date-time', isRfc3339);

/** A number beyond this cannot be kept exactly (`json.ts`). */
const EXACT = Number.MAX_SAFE_INTEGER;

export const strict = { additionalProperties: false } as const;
export const nullableString = (options: object = {}) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], ...options });
export const dateTime = () => Type.String({ format: 'date-time' });
export const sha256 = () => Type.String({ pattern: '^[0-9a-f]{64}$' });
/** What a person is told when a choice fails; `problem-sentences.ts` reads it. Validators pass over it. */
export const otherwise = (sentence: string) => ({ 'x-otherwise': sentence });
const IMPLICATION = ['if', 'then', 'x-otherwise'];
/** Put together by index, because an object literal with a member `then` looks like a promise. */
export const implies = (condition: object, consequence: object, sentence: string): Record<string, unknown> =>
  Object.fromEntries(
    [{ properties: condition }, consequence, sentence].map((part, index) => [IMPLICATION[index], part]),
  );

export const KINDS = [
  'comment',
  'reply',
  'post',
  'review',
  'message',
  'media',
  'submission-held',
  'profile',
  'other',
] as const;
export type ContentKind = (typeof KINDS)[number];

export const UNKNOWN_REASONS = [
  'platform-did-not-provide',
  'not-visible-in-capture',
  'account-deleted',
  'anonymous-posting',
  'submitter-did-not-record',
  'import-lacks-field',
] as const;

export const Src = Type.Enum([
  'platform-webhook',
  'platform-api',
  'platform-export',
  'vendor-export',
  'dom-attribute',
  'dom-text',
  'derived-from-id',
  'screenshot-text',
  'ocr',
  'email-header',
  'email-body',
  'file-metadata',
  'device-clock',
  'server-clock',
  'submitter-typed',
  'system',
]);

export const When = Type.Object(
  {
    value: nullableString({ format: 'date-time' }),
    precision: Type.Enum(['ms', 's', 'min', 'hour', 'day', 'month', 'year', 'unknown']),
    source: Src,
    verbatim: Type.Optional(Type.String({ maxLength: 200 })),
    assumedZone: Type.Optional(nullableString()),
    notBefore: Type.Optional(dateTime()),
    notAfter: Type.Optional(dateTime()),
  },
  {
    ...strict,
    ...implies(
      { value: { type: 'null' } },
      { properties: { precision: { const: 'unknown' } } },
      'a time whose value is null has the precision "unknown"',
    ),
  },
);
export type When = Static<typeof When>;

const Claim = Type.Object({ value: Type.String({ minLength: 1 }), source: Src }, strict);

const named = ['displayName', 'handle', 'nativeId', 'profileUrl'].map((member) => ({ required: [member] }));

export const Author = Type.Object(
  {
    status: Type.Enum(['identified', 'partial', 'unknown']),
    displayName: Type.Optional(Claim),
    handle: Type.Optional(Claim),
    nativeId: Type.Optional(Claim),
    nativeIdScope: Type.Optional(Type.Enum(['global', 'app-scoped', 'page-scoped', 'instance'])),
    profileUrl: Type.Optional(Claim),
    email: Type.Optional(Claim),
    ip: Type.Optional(Claim),
    unknownReason: Type.Optional(Type.Enum([...UNKNOWN_REASONS])),
    note: Type.Optional(Type.String({ maxLength: 1000 })),
  },
  {
    ...strict,
    allOf: [
      implies(
        { status: { const: 'identified' } },
        { anyOf: [{ required: ['nativeId'] }, { required: ['profileUrl'] }] },
        'an identified author has a nativeId or a profileUrl; otherwise the status is "partial"',
      ),
      implies(
        { status: { enum: ['partial', 'unknown'] } },
        { required: ['unknownReason'] },
        'an author who is "partial" or "unknown" has an unknownReason',
      ),
      implies(
        { status: { const: 'unknown' } },
        { not: { anyOf: named } },
        'an author whose status is "unknown" has no name, handle, id or profile; use "partial"',
      ),
    ],
  },
);
export type Author = Static<typeof Author>;

export const Ground = Type.Object(
  {
    policyId: Type.String(),
    policyVersion: Type.String(),
    citation: Type.String(),
    text: Type.Optional(Type.String()),
  },
  strict,
);
export type Ground = Static<typeof Ground>;

export const Action = Type.Object(
  {
    verb: Type.Enum([...VERBS]),
    platformVerb: Type.Optional(Type.String()),
    actorType: Type.Enum(['agency-staff', 'agency-automation', 'platform', 'content-author', 'unknown']),
    actor: Type.Optional(
      Type.Object(
        { id: Type.String(), name: Type.Optional(Type.String()), role: Type.Optional(Type.String()) },
        strict,
      ),
    ),
    performedAt: When,
    durationSeconds: Type.Optional(
      Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: -EXACT, maximum: EXACT }),
    ),
    stillVisibleTo: Type.Optional(
      Type.Array(Type.Enum(['public-on-request', 'author', 'author-friends', 'page-admins', 'nobody'])),
    ),
    grounds: Type.Array(Ground),
    groundsMissing: Type.Optional(
      Type.Enum(['not-stated', 'platform-decided', 'author-deleted', 'import-lacks-field']),
    ),
    statement: Type.Optional(Type.String({ maxLength: 4000 })),
  },
  {
    ...strict,
    ...implies(
      { grounds: { maxItems: 0 } },
      { required: ['groundsMissing'] },
      'without a ground, groundsMissing says why, such as "not-stated"',
    ),
  },
);
export type ActorType = Static<typeof Action>['actorType'];
