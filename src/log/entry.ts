/**
 * An entry of the log: one thing that happened, as the exact bytes that are hashed, stored and handed out. They are written once and
 * never made again from what they mean. An entry holds no content, no name and no handle, so that it may stand for ever and be
 * shown to anybody; what it must prove of content it carries as commitments, which say nothing once their salt is destroyed.
 */
import canonicalize from 'canonicalize';
import { Type } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { commitment, sha256Hex } from '#commitment.ts';
import { ArchiveError } from '#errors.ts';
import { ENTRY_TYPES, type EntryRule, type EntryType } from './entry-types.ts';
import { ACTOR, factsSchema, ID, INDEX, reference, TIME, type FactName } from './facts.ts';

/** Ours are a few hundred bytes; a bundle of tiles could hold 65,535. */
const MAX_BYTES = 4096;

type FactValue = string | number | boolean | readonly string[];

export interface Entry {
  readonly v: 1;
  /** The log's origin. */
  readonly log: string;
  /** Its place, in decimal digits: an entry cannot be moved. */
  readonly idx: string;
  readonly id: string;
  readonly type: EntryType;
  readonly at: string;
  readonly actor: string;
  readonly subject: string | null;
  readonly facts: Readonly<Partial<Record<FactName, FactValue>>>;
}

/** The bytes of an entry. Refuses what its type does not allow: nothing gets into a log that cannot be taken out again. */
export function entryBytes(entry: Entry): Buffer {
  check(entry);
  const bytes = Buffer.from(canonicalize(entry) ?? '');
  if (bytes.length > MAX_BYTES)
    throw malformed(`it has ${bytes.length} bytes, and at most ${MAX_BYTES} are allowed`);
  return bytes;
}

/** Reads the bytes of an entry, and refuses every other spelling of the same. */
export function parseEntry(bytes: Uint8Array): Entry {
  if (bytes.length > MAX_BYTES) throw malformed(`it has more than ${MAX_BYTES} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw malformed('it is not JSON in UTF-8');
  }
  check(value);
  // A member that stands twice, a number that is not exact, another order: none of them comes out again as it went in.
  if (canonicalize(value) !== Buffer.from(bytes).toString())
    throw malformed('it is not in canonical form (RFC 8785)');
  return value;
}

/** Commitments by the record's salt, each with the path that its item has in the record's manifest. */
const RECORD_PATHS: Readonly<Partial<Record<FactName, (facts: Entry['facts']) => string>>> = {
  factCommitment: ({ fact }) => `fact/${numbered(fact)}`,
  manifestCommitment: ({ seal }) => `manifest/${numbered(seal)}`,
};

function numbered(value: FactValue | undefined): number {
  if (typeof value !== 'number')
    throw new RangeError('This commitment is of a fact or a seal with its number.');
  return value;
}

/** What stands in an entry for `content`. The salt has 32 bytes: the record's, or one that was drawn for this entry alone. */
export function entryCommitment(
  name: FactName & `${string}Commitment`,
  {
    salt,
    facts,
    content,
  }: { readonly salt: Uint8Array; readonly facts: Entry['facts']; readonly content: Uint8Array },
): string {
  return commitment(salt, RECORD_PATHS[name]?.(facts) ?? `entry/${name}`, sha256Hex(content));
}

const checks = new Map<string, Validator>();

function check(value: unknown): asserts value is Entry {
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  if (typeof type !== 'string' || !Object.hasOwn(ENTRY_TYPES, type))
    throw malformed('its type is none that FORMAT.md lists');
  const schema = checks.get(type) ?? Compile(schemaOf(type as EntryType));
  checks.set(type, schema);
  if (!schema.Check(value)) {
    // The place and what was expected there; what stands there is nobody's business.
    const [first] = schema.Errors(value);
    throw malformed(`${first?.instancePath || 'the entry'} ${first?.message ?? 'does not fit'}`);
  }
  const wrongTime = timesIn(value as Entry).find((time) => !isTime(time));
  if (wrongTime !== undefined) throw malformed('one of its times is on no calendar');
}

function schemaOf(type: EntryType) {
  const { subject, must = [], may = [] }: EntryRule = ENTRY_TYPES[type];
  const facts = new Set<FactName>([...may, 'detailCommitment']);
  return Type.Object(
    {
      v: Type.Literal(1),
      // A line of a checkpoint, and the name of a key.
      log: Type.String({ pattern: '^[a-z0-9.-]+(/[a-z0-9.-]+)*$', maxLength: 255 }),
      idx: INDEX,
      id: ID,
      type: Type.Literal(type),
      at: TIME,
      actor: ACTOR,
      subject: subject === null ? Type.Null() : reference(subject),
      facts: factsSchema(
        must,
        [...facts].filter((name) => !must.includes(name)),
      ),
    },
    { additionalProperties: false },
  );
}

function timesIn({ at, facts }: Entry): string[] {
  return [at, facts.until, facts.lookedAt].filter((time) => typeof time === 'string');
}

function isTime(text: string): boolean {
  const at = new Date(text);
  return !Number.isNaN(at.getTime()) && at.toISOString() === text;
}

function malformed(what: string): ArchiveError {
  return new ArchiveError('log-entry-malformed', `This is not an entry of a log: ${what}.`, {
    retry: 'never',
  });
}
