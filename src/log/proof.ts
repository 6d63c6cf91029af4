/**
 * Proofs of C2SP tlog-proof@v1: one file that shows, without us and without a network, that an entry stands in a signed log.
 * Whoever checks brings two things of their own, the entry and the log's verifier key.
 */
import { ArchiveError } from '#errors.ts';
import { openCheckpoint, wholeNumber, type OpenedCheckpoint, type Trust } from './checkpoint.ts';
import { parseEntry, type Entry } from './entry.ts';
import { HASH_BYTES, leafHash, MAX_PATH, provesInclusion } from './merkle.ts';
import { base64Bytes } from './note.ts';

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';

export interface Proof {
  readonly index: number;
  /** The leaf's sibling first. */
  readonly path: readonly Uint8Array[];
  /** The signed note as it was published, with the signatures of witnesses. */
  readonly checkpoint: Uint8Array;
  /** Not covered by any signature. Ours have none. */
  readonly extra?: Uint8Array;
}

export function proofText({ index, path, checkpoint, extra }: Proof): Buffer {
  const lines = [
    FIRST_LINE,
    ...(extra === undefined ? [] : [`extra ${Buffer.from(extra).toString('base64')}`]),
    `index ${index}`,
    ...path.map((hash) => Buffer.from(hash).toString('base64')),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\n')}\n\n`), checkpoint]);
}

/** Takes a proof apart and checks nothing that it says. */
export function parseProof(bytes: Uint8Array): Proof {
  const all = Buffer.from(bytes);
  const end = all.indexOf('\n\n');
  if (end < 0) throw malformed('has no empty line before its checkpoint');
  const [first, ...lines] = all.toString('latin1', 0, end).split('\n');
  if (first !== FIRST_LINE) throw malformed(`does not begin with ${FIRST_LINE}`);
  const extra =
    lines[0]?.startsWith('extra ') === true ? base64Bytes((lines.shift() as string).slice(6)) : undefined;
  if (extra === null) throw malformed('has extra data that are not Base64');
  const [place = '', ...encoded] = lines;
  const index = place.startsWith('index ') ? wholeNumber(place.slice(6)) : null;
  if (index === null) throw malformed('has no line “index” with a whole number');
  if (encoded.length > MAX_PATH) throw malformed(`has more than ${MAX_PATH} hashes`);
  const path = encoded.map((line) => {
    const hash = base64Bytes(line);
    if (hash?.length !== HASH_BYTES) throw malformed('has a hash that is not the Base64 of 32 bytes');
    return hash;
  });
  return { index, path, checkpoint: all.subarray(end + 2), ...(extra === undefined ? {} : { extra }) };
}

export interface Proven {
  readonly index: number;
  readonly checkpoint: OpenedCheckpoint;
}

/** Checks that these very bytes are an entry of the log that `trust` names. How many witnesses are enough is the caller's to say. */
export function openProof(proof: Uint8Array, entry: Uint8Array, trust: Trust): Proven {
  const { index, path, checkpoint: note } = parseProof(proof);
  const checkpoint = openCheckpoint(note, trust);
  if (!provesInclusion({ ...checkpoint, index }, leafHash(entry), path))
    throw new ArchiveError(
      'log-proof-wrong',
      `The proof does not lead from this entry at index ${index} to the root of ${trust.origin} at size ${checkpoint.size}.`,
      { retry: 'never' },
    );
  return { index, checkpoint };
}

/** The same for an entry of ours, which also says itself where it stands. */
export function openEntry(
  proof: Uint8Array,
  bytes: Uint8Array,
  trust: Trust,
): Proven & { readonly entry: Entry } {
  const proven = openProof(proof, bytes, trust);
  const entry = parseEntry(bytes);
  if (entry.log !== trust.origin || entry.idx !== String(proven.index))
    throw new ArchiveError(
      'log-entry-elsewhere',
      `The entry says that it is ${entry.idx} of ${entry.log}, and stands at ${proven.index} of ${trust.origin}.`,
      { retry: 'never' },
    );
  return { ...proven, entry };
}

function malformed(what: string): ArchiveError {
  return new ArchiveError('log-proof-malformed', `This is not a proof: it ${what}.`, { retry: 'never' });
}
