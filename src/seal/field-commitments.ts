/** Texts of people get a commitment each, so that one can be shown and another withheld. */
import { commitment, sha256Hex } from '#commitment.ts';

/** Members of a stored fact that hold text of people, as JSON Pointers: each gets a commitment of its own. */
const TEXT_FIELDS: readonly string[] = [
  '/data/content/text',
  '/data/content/html',
  '/data/content/permalink',
  '/data/content/parent/excerpt',
  '/data/author/displayName/value',
  '/data/author/handle/value',
  '/data/author/nativeId/value',
  '/data/author/profileUrl/value',
  '/data/author/email/value',
  '/data/author/ip/value',
  '/data/author/note',
  '/data/action/statement',
  '/data/action/actor/name',
  '/data/notes',
];

export interface FieldCommitment {
  readonly pointer: string;
  readonly commitment: string;
}

export function fieldCommitments(recordSalt: Uint8Array, factNo: number, fact: unknown): FieldCommitment[] {
  const found: FieldCommitment[] = [];
  for (const pointer of TEXT_FIELDS) {
    const value = at(fact, pointer);
    if (typeof value !== 'string') continue;
    found.push({ pointer, commitment: commitment(recordSalt, `fact/${factNo}${pointer}`, sha256Hex(value)) });
  }
  return found;
}

function at(value: unknown, pointer: string): unknown {
  let here = value;
  for (const name of pointer.split('/').slice(1)) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined;
    here = (here as Record<string, unknown>)[name];
  }
  return here;
}
