/**
 * The edge of intake: what was parsed is held against the schema of its form, and every problem is said at once.
 * Nothing is trimmed, filled in or coerced here.
 */
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { Settings } from 'typebox/system';
import { VERBS } from '#record/record.ts';
import { KINDS, UNKNOWN_REASONS } from './fact-parts.ts';
import { StoredFact, SubmittedFact } from './fact-schema.ts';
import { problemAt, refuseIfAny, type Problem } from './problems.ts';
import { problemsOf } from './problem-sentences.ts';

// The library stops at eight findings, and counts those inside a choice. One setting in a process; more is harmless.
Settings.Set({ maxErrors: 200 });

const strict = { additionalProperties: false } as const;
const name = () => Type.Optional(Type.String({ minLength: 1, maxLength: 500 }));
const address = () => Type.Optional(Type.String({ minLength: 1, maxLength: 4000 }));

/** The simple form of a report: few flat fields, for a person with curl and for the page. */
export const SimpleReport = Type.Object(
  {
    platform: Type.String({ pattern: '^[a-z0-9][a-z0-9-]*$', maxLength: 64 }),
    /** Handle, id or address of the agency's account. */
    account: Type.String({ minLength: 1, maxLength: 200 }),
    url: address(),
    kind: Type.Optional(Type.Enum([...KINDS])),
    text: Type.Optional(Type.String({ minLength: 1 })),
    capture: Type.Optional(Type.Boolean()),
    author: Type.Optional(
      Type.Union(
        [
          Type.Object(
            { displayName: name(), handle: name(), profileUrl: address(), nativeId: name() },
            { ...strict, minProperties: 1 },
          ),
          Type.Object(
            { status: Type.Literal('unknown'), unknownReason: Type.Enum([...UNKNOWN_REASONS]) },
            strict,
          ),
        ],
        {
          'x-otherwise':
            'an object with one or more of displayName, handle, profileUrl and nativeId as text that is not empty, ' +
            `or {"status": "unknown", "unknownReason": one of ${UNKNOWN_REASONS.join(', ')}}; leave it out when it was not recorded`,
        },
      ),
    ),
    postedAt: Type.Optional(
      Type.Union(
        [
          Type.String({ format: 'date-time' }),
          Type.Object({ seen: Type.String({ minLength: 1, maxLength: 200 }) }, strict),
        ],
        { 'x-otherwise': 'a time with its zone, or {"seen": "2 h ago"} with what was seen' },
      ),
    ),
    action: Type.Object(
      {
        verb: Type.Enum([...VERBS]),
        /** `policyId#clauseId` of one of the agency's own clauses. */
        ground: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
        /** The version in which it was shown to whoever chose it; absent: the one in force. */
        groundVersion: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
        performedAt: Type.Optional(
          Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time' }),
        ),
      },
      strict,
    ),
    note: Type.Optional(Type.String({ minLength: 1, maxLength: 8000 })),
  },
  strict,
);
export type SimpleReport = Static<typeof SimpleReport>;

const simple = Compile(SimpleReport);
const submitted = Compile(SubmittedFact);
const stored = Compile(StoredFact);

export function checkSimple(value: unknown): SimpleReport {
  if (simple.Check(value)) return value;
  const problems = problemsOf(SimpleReport, simple.Errors(value), value);
  if (isObject(value) && 'specversion' in value) {
    problems.unshift(
      problemAt(
        '',
        'report-invalid',
        'this looks like a CloudEvent; send it as application/cloudevents+json',
      ),
    );
  }
  return refused(problems);
}

/** @param agency the agency of the key or session that sends it: nobody reports for another. */
export function checkSubmitted(value: unknown, agency: string): SubmittedFact {
  refuseIfAny(serverFilled(value));
  if (isObject(value) && typeof value['agencyid'] === 'string' && value['agencyid'] !== agency) {
    refuseIfAny([
      problemAt(
        '/agencyid',
        'agency-mismatch',
        'expected the agency of the key that sends it; leave the member out, or use a key of that agency',
      ),
    ]);
  }
  if (submitted.Check(value)) return value;
  return refused(problemsOf(SubmittedFact, submitted.Errors(value), value));
}

/** The last look before a fact is written for ever. */
export function isStoredFact(value: unknown): value is StoredFact {
  return stored.Check(value);
}

export function problemsOfStored(value: unknown): readonly Problem[] {
  return stored.Check(value) ? [] : problemsOf(StoredFact, stored.Errors(value), value);
}

function refused(problems: readonly Problem[]): never {
  refuseIfAny(problems);
  throw new Error('a report was refused without a reason');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Members of the stored fact that only the server knows; sent, they would be a claim about our own clock and bytes. */
function serverFilled(value: unknown): Problem[] {
  if (!isObject(value)) return [];
  const found: string[] = [];
  if ('recordedtime' in value) found.push('/recordedtime');
  const data = isObject(value['data']) ? value['data'] : {};
  if ('raw' in data) found.push('/data/raw');
  const content = isObject(data['content']) ? data['content'] : {};
  const listed = (list: unknown, at: string, members: readonly string[]) => {
    if (!Array.isArray(list)) return;
    for (const [index, item] of list.entries()) {
      if (!isObject(item)) continue;
      found.push(...members.filter((member) => member in item).map((member) => `${at}/${index}/${member}`));
    }
  };
  listed(data['captures'], '/data/captures', ['artifactId', 'bytes', 'sha256']);
  listed(content['attachments'], '/data/content/attachments', ['artifactId']);
  return found.map((pointer) =>
    problemAt(
      pointer,
      'server-filled-member',
      'the server fills this in from what it received; leave it out (a digest of your own goes into clientSha256)',
    ),
  );
}
