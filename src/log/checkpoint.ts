/**
 * Checkpoints of C2SP tlog-checkpoint: how long a log is and what its root is, signed. A log that signs two roots for one size has
 * proved itself false, so this is the one thing that it may never do; what keeps it from it is the sequencer, not this file.
 */
import { ArchiveError } from '#errors.ts';
import { HASH_BYTES, isSize } from './merkle.ts';
import { base64Bytes, openNote, signNote, type Note, type Signer, type VerifierKey } from './note.ts';

export interface Checkpoint {
  /** The name of the log, and of the keys that sign for it. */
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

/** A key of a log, and the sizes that it may sign: a key that was retired must not speak about what came after. */
export interface LogKey {
  readonly key: VerifierKey;
  readonly firstSize?: number;
  readonly lastSize?: number;
}

/** What somebody who checks already knows, and has from elsewhere. */
export interface Trust {
  readonly origin: string;
  /** The old and the new one, while keys change. */
  readonly keys: readonly LogKey[];
  readonly witnesses?: readonly VerifierKey[];
}

export interface OpenedCheckpoint extends Checkpoint {
  readonly note: Note;
  readonly signedBy: readonly VerifierKey[];
  readonly witnessedBy: readonly VerifierKey[];
}

export function checkpointText({ origin, size, root }: Checkpoint): string {
  if (!isLine(origin) || !isSize(size) || root.length !== HASH_BYTES)
    throw new RangeError('A checkpoint has an origin of one line, a size and a root of 32 bytes.');
  return `${origin}\n${size}\n${root.toString('base64')}\n`;
}

/** Of the text of a note, which was checked or is checked next. Refuses extension lines: a log of ours has none. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', digits = '', encoded = '', end, ...more] = text.split('\n');
  const size = wholeNumber(digits);
  const root = base64Bytes(encoded);
  if (!isLine(origin)) throw malformed('its first line, the origin, is empty');
  if (size === null)
    throw malformed('its second line is not a size: digits without a leading zero, below 2^53');
  if (root?.length !== HASH_BYTES) throw malformed('its third line is not the Base64 of 32 bytes');
  if (end !== '' || more.length > 0) throw malformed('it has not exactly three lines');
  return { origin, size, root };
}

/** By every key that signs at this time: while keys change these are two. */
export function signCheckpoint(checkpoint: Checkpoint, signers: readonly Signer[]): Buffer {
  const stranger = signers.find(({ name }) => name !== checkpoint.origin);
  if (stranger !== undefined)
    throw new RangeError(`The key ${stranger.name} does not sign for the log ${checkpoint.origin}.`);
  return signNote(checkpointText(checkpoint), signers);
}

/** Believes a checkpoint of this log that at least one of its keys signed which may sign at this size. */
export function openCheckpoint(bytes: Uint8Array, { origin, keys, witnesses = [] }: Trust): OpenedCheckpoint {
  const stranger = keys.find(({ key }) => key.name !== origin || key.type !== 'ed25519');
  if (stranger !== undefined)
    throw new RangeError(`The key ${stranger.key.name} is not one of the log ${origin}.`);
  const silent = witnesses.find(({ type }) => type !== 'cosignature');
  if (silent !== undefined) throw new RangeError(`The key ${silent.name} is not one of a witness (type 04).`);
  const { signedBy, ...note } = openNote(bytes, [...keys.map(({ key }) => key), ...witnesses]);
  const checkpoint = parseCheckpoint(note.text);
  if (checkpoint.origin !== origin)
    throw malformed(`it is of the log ${checkpoint.origin}, and ${origin} was expected`);
  const ofLog = keys
    .filter(
      ({ firstSize = 0, lastSize = Infinity }) => checkpoint.size >= firstSize && checkpoint.size <= lastSize,
    )
    .map(({ key }) => key);
  const signedByLog = signedBy.filter((key) => ofLog.includes(key));
  if (signedByLog.length === 0)
    throw new ArchiveError(
      'log-note-unsigned',
      `No key of ${origin} that may sign at size ${checkpoint.size} has signed this checkpoint.`,
      { retry: 'never' },
    );
  return {
    ...checkpoint,
    note,
    signedBy: signedByLog,
    witnessedBy: signedBy.filter((key) => witnesses.includes(key)),
  };
}

/** Decimal digits in the one spelling that a number has; null for anything else and from 2^53. */
export function wholeNumber(digits: string): number | null {
  const value = Number(digits);
  return /^(?:0|[1-9]\d*)$/.test(digits) && isSize(value) ? value : null;
}

function isLine(text: string): boolean {
  return text !== '' && !text.includes('\n');
}

function malformed(what: string): ArchiveError {
  return new ArchiveError('log-checkpoint-malformed', `This is not a checkpoint of this log: ${what}.`, {
    retry: 'never',
  });
}
