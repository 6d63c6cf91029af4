/**
 * What an entry of a log may say, as data: a closed list of facts, each with the one shape that it has. A fact is a figure, a word
 * of a list, a time, a random id or a commitment. None has room for a name, a handle, an address of a page or a text of somebody.
 */
import { Type, type TSchema } from 'typebox';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

const closed = { additionalProperties: false } as const;
const commitment = Type.String({ pattern: '^[0-9a-f]{64}$' });
const count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
/** An index, or the size of a log, which may outgrow what every reader of JSON holds exactly. */
const bigCount = Type.String({ pattern: '^(0|[1-9][0-9]{0,18})$' });
const flag = Type.Boolean();
const date = Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' });
const code = Type.String({ pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$', maxLength: 48 });
/** As `GS 059` or `2026-07`: what a public schedule calls its lines and editions. There is a digit in each of them. */
const designation = Type.String({
  pattern: '^(?=[^0-9]*[0-9])[A-Za-z0-9][A-Za-z0-9.-]*( [A-Za-z0-9.-]+)?$',
  maxLength: 32,
});
const oneOf = (...words: readonly string[]): TSchema => Type.Enum([...words]);
const some = (of: TSchema): TSchema => Type.Array(of, { minItems: 1, maxItems: 16, uniqueItems: true });

export const TIME = Type.String({
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$',
});

const KINDS = [
  'record',
  'request',
  'production',
  'export',
  'hold',
  'purge',
  'person',
  'key',
  'office',
  'account',
] as const;
export type Kind = (typeof KINDS)[number];

/** As `record:<id>`: what an entry is about. */
export const reference = (...kinds: readonly string[]): TSchema =>
  Type.String({ pattern: `^(${kinds.join('|')}):${UUID}$` });

/** Who did it, as the history of a record writes it. A staff member is an id; who that is, the agency's register says. */
export const ACTOR = Type.String({
  pattern: `^((key|operator|person):${UUID}|worker:[a-z]+(-[a-z]+)*|migration:[0-9]{4}|cli|other)$`,
  maxLength: 64,
});

export const ID = Type.String({ pattern: `^${UUID}$` });
export const INDEX = bigCount;

export const FACTS = {
  // Commitments. The first two are by the record's salt, the others by a salt of the entry's own.
  factCommitment: commitment,
  manifestCommitment: commitment,
  detailCommitment: commitment,
  scopeCommitment: commitment,
  packageCommitment: commitment,
  /** Of a list of disposal, as it was frozen: numbers of records, series, days and sizes (src/disposal/CERTIFICATE.md). */
  listDigest: commitment,
  // Figures
  artifact: count,
  bytes: count,
  failed: count,
  fact: count,
  files: count,
  found: count,
  grounds: count,
  objects: count,
  oldestDays: count,
  records: count,
  seal: count,
  skewMs: count,
  index: bigCount,
  size: bigCount,
  decodable: flag,
  new: flag,
  continued: flag,
  // Roots, in lower-case hex: of a log at `size`, of the rows of a batch
  root: commitment,
  /** SHA-256 of a public key that is not the log's, as SubjectPublicKeyInfo */
  keyDigest: commitment,
  // Words
  code,
  reason: code,
  step: code,
  letter: code,
  list: code,
  means: code,
  store: code,
  setting: code,
  changed: some(code),
  filters: some(code),
  roles: some(code),
  gained: some(code),
  lost: some(code),
  answer: oneOf('there', 'not-there', 'unknown'),
  anchor: oneOf('stamp', 'witness', 'timestamps', 'paper'),
  immutability: oneOf('compliance', 'advisory'),
  layer: oneOf('look', 'read', 'asked', 'log'),
  mode: oneOf('trial', 'production'),
  outcome: oneOf('captured', 'partial', 'gone', 'wall', 'empty', 'blocked', 'timeout', 'none'),
  what: oneOf('record', 'artifact', 'history', 'receipt'),
  // The slug of an agency, which stands in the name of its log
  agency: Type.String({ pattern: '^[a-z0-9-]{2,63}$' }),
  // Of retention schedules and agreements
  schedule: designation,
  edition: designation,
  /** The edition whose place another one took. */
  from: designation,
  agreed: date,
  cutoff: date,
  eligible: date,
  // Times
  lookedAt: TIME,
  until: TIME,
  // Who and what else
  about: some(reference(...KINDS)),
  vkey: Type.String({ pattern: '^[^\\s+]+[+][0-9a-f]{8}[+][A-Za-z0-9+/]{44}$', maxLength: 512 }),
} as const satisfies Readonly<Record<string, TSchema>>;

export type FactName = keyof typeof FACTS;

/** Names with `must` stand in every entry of the type, names with `may` in those that have them. */
export function factsSchema(must: readonly FactName[], may: readonly FactName[]): TSchema {
  return Type.Object(
    {
      ...Object.fromEntries(must.map((name) => [name, FACTS[name]])),
      ...Object.fromEntries(may.map((name) => [name, Type.Optional(FACTS[name])])),
    },
    closed,
  );
}
