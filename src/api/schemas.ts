/** Shapes that several routes share, for validation and for OpenAPI. */
import { Type, type TSchema } from 'typebox';
import { PROBLEMS } from './problems.ts';

const ProblemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: `Stable: ${Object.keys(PROBLEMS).join(', ')}, internal` }),
    detail: Type.String({ description: 'What was expected and what to do.' }),
    requestId: Type.String(),
    problems: Type.Optional(
      Type.Array(
        Type.Object(
          { pointer: Type.String(), code: Type.String(), sentence: Type.String() },
          { additionalProperties: true },
        ),
      ),
    ),
    recordId: Type.Optional(Type.String()),
  },
  { $id: 'Problem', description: 'RFC 9457', additionalProperties: true },
);

export function problemResponses(...statuses: readonly number[]): Record<number, TSchema> {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: 'Problem',
        content: { 'application/problem+json': { schema: ProblemSchema } },
      },
    ]),
  );
}

/** An answer that is not one JSON object of ours, by the media types that it may have. */
export function answers(description: string, ...mediaTypes: readonly string[]): TSchema {
  return {
    description,
    content: Object.fromEntries(mediaTypes.map((type) => [type, { schema: bodyOf(type) }])),
  };
}

function bodyOf(mediaType: string): TSchema {
  if (mediaType === 'application/json') return Type.Object({}, { additionalProperties: true });
  return mediaType === 'application/octet-stream' ? Type.String({ format: 'binary' }) : Type.String();
}

export const RecordParams = Type.Object({
  id: Type.String({ description: 'Record id (UUID in lower case)' }),
});

export const RecordQuery = Type.Object({
  after: Type.Optional(
    Type.String({
      pattern: '^[0-9]{1,6}$',
      description: 'Facts behind this one: the "nextFacts" of the page before',
    }),
  ),
});

/** Text that Postgres can compare: it knows no NUL. */
const words = (maxLength: number, description?: string) =>
  Type.Optional(
    Type.String({
      minLength: 1,
      maxLength,
      pattern: '^[^\\u0000]*$',
      'x-expected': 'text without the character NUL',
      ...(description === undefined ? {} : { description }),
    }),
  );

/** Postgres and our clients know years of four digits; 9999 is left out for the sake of its offsets. */
const instant = (description: string) =>
  Type.Optional(
    Type.String({
      format: 'date-time',
      pattern: '^(?:[1-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8])-',
      description,
      'x-expected': 'a time from the year 1000 to 9998, such as 2026-11-21T14:03:00Z',
    }),
  );

export const ListQuery = Type.Object(
  {
    q: words(
      500,
      'Words in text, author, account, notes, and as a program read them in pictures (then "matchedIn" is "pictures"); "…" for a phrase, - to exclude, or.',
    ),
    platform: words(64),
    account: words(200),
    ground: words(200, 'policy#clause'),
    verb: words(40),
    state: Type.Optional(
      Type.Union(
        ['reported', 'sealed', 'complete', 'disposing', 'disposed'].map((state) => Type.Literal(state)),
      ),
    ),
    outcome: words(20, 'Of the capture'),
    removal: Type.Optional(Type.Union(['awaited', 'confirmed', 'none'].map((state) => Type.Literal(state)))),
    series: words(200, 'Series number, or "unclassified"'),
    parked: Type.Optional(Type.Literal('true')),
    from: instant('Received at or after'),
    to: instant('Received before'),
    cursor: words(200),
    limit: Type.Optional(
      Type.String({
        pattern: '^(?:[1-9][0-9]?|1[0-9][0-9]|200)$',
        description: '1 to 200; 50 when absent',
        'x-expected': 'a whole number from 1 to 200',
      }),
    ),
  },
  { additionalProperties: false },
);

/** The answer to whatever was handed in. */
export const Accepted = Type.Object(
  {
    recordId: Type.String({ format: 'uuid' }),
    status: Type.Literal('reported'),
    receiptUrl: Type.String(),
    statusUrl: Type.String(),
  },
  { description: 'Everything that was sent is durable. It is not sealed yet: follow the receipt.' },
);
