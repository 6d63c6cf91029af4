/** What somebody says who places a hold, by a call: every member checked, nothing guessed. */
import { Type, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { ArchiveError } from '#errors.ts';
import {
  HOLD_KINDS,
  HOLD_RECORDS_MAX,
  holdProblems,
  isHoldKind,
  type HoldOrder,
  type HoldSearch,
} from '#retention/retention.ts';
import { ListQuery } from './schemas.ts';

const { cursor: _cursor, limit: _limit, ...SEARCHED } = ListQuery.properties;
const Search = Type.Object(SEARCHED, {
  additionalProperties: false,
  minProperties: 1,
  description: 'As GET /v1/records takes it',
});
const WORDS = {
  kind: Type.Enum(
    HOLD_KINDS.map(({ kind }) => kind),
    {
      description: HOLD_KINDS.map(
        ({ kind, title, citation, reading }) =>
          `${kind}: ${title} (${citation ?? 'no law named'}; ${reading})`,
      ).join('. '),
    },
  ),
  title: Type.String({ minLength: 1, maxLength: 200, description: 'Such as the number of the case' }),
  reason: Type.String({ minLength: 1, maxLength: 5000 }),
  ends: Type.String({
    minLength: 1,
    maxLength: 500,
    description: 'What ends it: "until the court directs otherwise"',
  }),
};
const closed = { additionalProperties: false } as const;
export const HoldWords = Type.Object(WORDS, closed);
export const HoldBody = Type.Object(
  {
    ...WORDS,
    records: Type.Optional(
      Type.Array(Type.String({ format: 'uuid' }), {
        minItems: 1,
        maxItems: HOLD_RECORDS_MAX,
        description: 'These, one by one',
      }),
    ),
    search: Type.Optional(Search),
    standing: Type.Optional(Type.Boolean({ description: 'New matches of the search are held as they come' })),
  },
  closed,
);
export const ReleaseBody = Type.Object({ reason: Type.String({ minLength: 1, maxLength: 5000 }) }, closed);

const EXPECTED: Readonly<Record<string, string>> = {
  kind: `one of ${HOLD_KINDS.map(({ kind }) => kind).join(', ')}`,
  title: 'a text of 1 to 200 characters',
  reason: 'a text of 1 to 5000 characters',
  ends: 'a text of 1 to 500 characters',
  records: `1 to ${HOLD_RECORDS_MAX} ids of records; for more, a search`,
  search: 'an object with what GET /v1/records takes, without cursor and limit',
  standing: 'true or false, with a search that does not name "parked"',
};

const bodyCheck = Compile(HoldBody);
const wordsCheck = Compile(HoldWords);
const releaseCheck = Compile(ReleaseBody);
type Checked = {
  Check(value: unknown): boolean;
  Errors(value: unknown): readonly { instancePath: string; keyword: string }[];
};

function refuse(members: readonly string[], unknown: readonly string[] = []): never {
  const problems = [
    ...members.map((name) => ({
      pointer: `/${name}`,
      code: 'hold-invalid',
      sentence: `/${name}: expected ${EXPECTED[name] ?? 'what /docs says'}.`,
    })),
    ...unknown.map((name) => ({
      pointer: `/${name}`,
      code: 'hold-invalid',
      sentence: `/${name}: is not known here; leave it out.`,
    })),
  ];
  throw new ArchiveError('hold-invalid', problems.map(({ sentence }) => sentence).join(' '), {
    retry: 'never',
    details: { problems },
  });
}

function jsonOf(
  body: unknown,
  check: Checked,
  shape: TSchema & { readonly properties: object },
): Record<string, unknown> {
  let said: unknown = null;
  try {
    if (Buffer.isBuffer(body)) said = JSON.parse(body.toString('utf8'));
  } catch {
    // Said below.
  }
  if (typeof said !== 'object' || said === null || Array.isArray(said))
    throw new ArchiveError(
      'hold-invalid',
      'Expected a JSON object as application/json; /docs says with which members.',
      {
        retry: 'never',
      },
    );
  const unknown = Object.keys(said).filter((name) => !Object.hasOwn(shape.properties, name));
  if (check.Check(said) && !JSON.stringify(said).includes('\\u0000')) return said as Record<string, unknown>;
  const named = check.Errors(said).map(({ instancePath }) => instancePath.split('/')[1] ?? '');
  const required = Object.keys(shape.properties).filter(
    (name) => ['kind', 'title', 'reason', 'ends'].includes(name) && !Object.hasOwn(said, name),
  );
  const members = [...new Set([...named, ...required])].filter((name) =>
    Object.hasOwn(shape.properties, name),
  );
  return refuse(members.length === 0 && unknown.length === 0 ? ['reason'] : members, unknown);
}

/** Refused as the forms refuse them. */
function wordsOf(said: Record<string, unknown>): Pick<HoldOrder, 'kind' | 'title' | 'reason' | 'ends'> {
  const [kind, title, reason, ends] = [said['kind'], said['title'], said['reason'], said['ends']].map(
    String,
  ) as [string, string, string, string];
  const wrong = Object.keys(holdProblems({ kind, title, reason, ends }));
  if (wrong.length > 0 || !isHoldKind(kind)) return refuse(wrong);
  return { kind, title, reason, ends };
}

export function orderOf(body: unknown): HoldOrder {
  const said = jsonOf(body, bodyCheck, HoldBody);
  const {
    records,
    search,
    standing = false,
  } = said as { records?: string[]; search?: Record<string, string>; standing?: boolean };
  if ((records === undefined) === (search === undefined)) return refuse(['records', 'search']);
  if (standing && (search === undefined || search['parked'] !== undefined)) return refuse(['standing']);
  const words = wordsOf(said);
  if (records !== undefined) return { ...words, on: { records: records.map((id) => id.toLowerCase()) } };
  return { ...words, on: { search: searchOf(search ?? {}), standing } };
}

export function orderFor(body: unknown, recordId: string): HoldOrder {
  return { ...wordsOf(jsonOf(body, wordsCheck, HoldWords)), on: { records: [recordId] } };
}

export function reasonOfRelease(body: unknown): string {
  const reason = String(jsonOf(body, releaseCheck, ReleaseBody)['reason']);
  return reason.trim() === '' ? refuse(['reason']) : reason;
}

function searchOf({ q, from, to, ...words }: Record<string, string>): HoldSearch {
  const filters: Record<string, string> = { ...words };
  for (const [name, text] of Object.entries({ from, to })) {
    if (text === undefined) continue;
    const at = new Date(text);
    if (Number.isNaN(at.getTime())) return refuse(['search']);
    filters[name] = at.toISOString();
  }
  return { q: q ?? null, filters };
}
