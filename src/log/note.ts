/**
 * Signed notes of C2SP signed-note with Ed25519, and the timestamped cosignatures of witnesses (C2SP tlog-cosignature, type 0x04).
 * What is written here is read by every other implementation; what is read is refused unless it is exactly what the
 * specification says. A key is known by its name and id; signatures of keys that nobody knows count for nothing.
 */
import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { ArchiveError } from '#errors.ts';

/** A log signs as 0x01, a witness as 0x04. */
const TYPE = { ed25519: 0x01, cosignature: 0x04 } as const;
type KeyType = keyof typeof TYPE;

const KEY_BYTES = 32;
const TIME_BYTES = 8;
/** Sixteen must be read; past a hundred somebody only wants to keep us busy. */
const MAX_SIGNATURES = 100;
const MAX_NOTE_BYTES = 1_048_576;

export interface VerifierKey {
  readonly name: string;
  /** Eight lower-case hex digits. */
  readonly id: string;
  readonly type: KeyType;
  readonly verify: (text: string, signature: Uint8Array) => boolean;
}

export interface Signer {
  readonly name: string;
  readonly id: string;
  readonly sign: (text: string) => Buffer;
}

export interface NoteSignature {
  readonly name: string;
  readonly id: string;
  /** Without the key's id. */
  readonly signature: Buffer;
}

export interface Note {
  /** With its last newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Reads `<name>+<id>+<base64 of type and public key>`. Base64 may hold a plus sign, a name may not. */
export function verifierKey(vkey: string): VerifierKey {
  const [name = '', id = '', ...encoded] = vkey.split('+');
  const key = base64Bytes(encoded.join('+'));
  const type = typeOf(key?.[0]);
  if (!isKeyName(name) || key?.length !== KEY_BYTES + 1 || type === undefined)
    throw malformedKey(
      'This is not a verifier key: expected <name>+<id>+<base64> of Ed25519, type 01 or 04.',
    );
  if (id !== keyId(name, key))
    throw malformedKey('The id of this verifier key is not that of its name and key.');
  const publicKey = publicKeyOf(key.subarray(1));
  const check = type === 'ed25519' ? verified : cosigned;
  return { name, id, type, verify: (text, signature) => check(publicKey, text, signature) };
}

/** Both ends of a key, as text, from 32 secret random bytes. */
export function keyPair(
  name: string,
  seed: Uint8Array,
  type: KeyType = 'ed25519',
): { readonly skey: string; readonly vkey: string } {
  if (!isKeyName(name))
    throw malformedKey('The name of a key has no spaces and no plus sign, and is not empty.');
  const publicKey = typed(type, rawPublicKey(privateKeyOf(seed)));
  const id = keyId(name, publicKey);
  return {
    skey: `PRIVATE+KEY+${name}+${id}+${typed(type, seed).toString('base64')}`,
    vkey: `${name}+${id}+${publicKey.toString('base64')}`,
  };
}

/** Reads `PRIVATE+KEY+<name>+<id>+<base64>`. Its errors never repeat what was read. */
export function signer(skey: string): Signer & { readonly vkey: string } {
  const [private1, key1, name = '', id = '', ...encoded] = skey.split('+');
  const bytes = base64Bytes(encoded.join('+'));
  if (
    private1 !== 'PRIVATE' ||
    key1 !== 'KEY' ||
    bytes?.length !== KEY_BYTES + 1 ||
    bytes[0] !== TYPE.ed25519
  )
    throw malformedKey(
      'This is not a signer key: expected PRIVATE+KEY+<name>+<id>+<base64> of Ed25519, type 01.',
    );
  const { vkey } = keyPair(name, bytes.subarray(1));
  if (id !== vkey.split('+')[1])
    throw malformedKey('The id of this signer key is not that of its name and key.');
  const key = privateKeyOf(bytes.subarray(1));
  return { name, id, vkey, sign: (text) => sign(null, Buffer.from(text), key) };
}

/** The text, and a line for each signer in this order. */
export function signNote(text: string, signers: readonly Signer[]): Buffer {
  if (!isNoteText(text)) throw new RangeError('A note has no control characters and ends in a newline.');
  if (signers.length === 0) throw new RangeError('A note without a signature is none.');
  const lines = signers.map((one) =>
    signatureLine({ name: one.name, id: one.id, signature: one.sign(text) }),
  );
  return Buffer.from(`${text}\n${lines.join('')}`);
}

function signatureLine({ name, id, signature }: NoteSignature): string {
  return `— ${name} ${Buffer.concat([Buffer.from(id, 'hex'), signature]).toString('base64')}\n`;
}

/** Takes a note apart and checks no signature: nothing of it may be believed. */
export function parseNote(bytes: Uint8Array): Note {
  if (bytes.length > MAX_NOTE_BYTES) throw malformedNote(`has more than ${MAX_NOTE_BYTES} bytes`);
  let all: string;
  try {
    all = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformedNote('is not UTF-8');
  }
  const end = all.lastIndexOf('\n\n');
  if (end < 0) throw malformedNote('has no empty line before its signatures');
  const text = all.slice(0, end + 1);
  const block = all.slice(end + 2);
  if (!isNoteText(text) || !isNoteText(block))
    throw malformedNote('has control characters, or does not end in a newline');
  const lines = block.slice(0, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw malformedNote(`has more than ${MAX_SIGNATURES} signatures`);
  return { text, signatures: lines.map(parseLine) };
}

/**
 * The text of a note that at least one known key signed, and whose. A signature of a known key that does not verify refuses the
 * note; one of an unknown key, also with a known name, is passed over.
 */
export function openNote(
  bytes: Uint8Array,
  known: readonly VerifierKey[],
): Note & { readonly signedBy: readonly VerifierKey[] } {
  if (new Set(known.map(identity)).size !== known.length)
    throw new RangeError('Two of the known keys have the same name and id.');
  const note = parseNote(bytes);
  const signedBy = new Set<VerifierKey>();
  for (const one of note.signatures) {
    const key = known.find((candidate) => identity(candidate) === identity(one));
    if (key === undefined) continue;
    if (!key.verify(note.text, one.signature))
      throw new ArchiveError(
        'log-signature-wrong',
        `The signature of ${key.name} (${key.id}) does not fit the note.`,
        {
          retry: 'never',
        },
      );
    signedBy.add(key);
  }
  if (signedBy.size === 0)
    throw new ArchiveError('log-note-unsigned', 'No key that is known here has signed this note.', {
      retry: 'never',
    });
  return { ...note, signedBy: [...signedBy] };
}

/** The seconds since 1970 that a witness put into its signature. */
export function cosignedAt(signature: Uint8Array): bigint {
  return Buffer.from(signature).readBigUInt64BE(0);
}

/** What a witness signs: its time, and the text. */
function cosignatureMessage(text: string, seconds: bigint): string {
  return `cosignature/v1\ntime ${seconds}\n${text}`;
}

/** Standard Base64 with padding, in the one spelling that these bytes have; otherwise null. */
export function base64Bytes(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return text !== '' && bytes.toString('base64') === text ? bytes : null;
}

function parseLine(line: string): NoteSignature {
  const [, name = '', encoded = ''] = /^— ([^ ]+) ([^ ]+)$/u.exec(line) ?? [];
  const bytes = base64Bytes(encoded);
  if (!isKeyName(name) || bytes === null || bytes.length < 5)
    throw malformedNote('has a line among its signatures that is none: expected — <name> <base64>');
  return { name, id: bytes.toString('hex', 0, 4), signature: bytes.subarray(4) };
}

function verified(key: KeyObject, message: string, signature: Uint8Array): boolean {
  return verify(null, Buffer.from(message), key, signature);
}

function cosigned(key: KeyObject, text: string, signature: Uint8Array): boolean {
  if (signature.length < TIME_BYTES) return false;
  const seconds = cosignedAt(signature);
  return (
    seconds < 2n ** 63n && verified(key, cosignatureMessage(text, seconds), signature.subarray(TIME_BYTES))
  );
}

function isNoteText(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.endsWith('\n') && text.isWellFormed() && !/[\u0000-\u0009\u000b-\u001f]/.test(text);
}

export function isKeyName(name: string): boolean {
  // eslint-disable-next-line no-control-regex -- they cannot stand in a note
  return name !== '' && name.isWellFormed() && !/[\p{White_Space}+\u0000-\u001f]/u.test(name);
}

function identity({ name, id }: { readonly name: string; readonly id: string }): string {
  return `${name} ${id}`;
}

function keyId(name: string, typedKey: Uint8Array): string {
  return createHash('sha256').update(`${name}\n`).update(typedKey).digest('hex').slice(0, 8);
}

function typeOf(byte: number | undefined): KeyType | undefined {
  return (Object.keys(TYPE) as KeyType[]).find((type) => TYPE[type] === byte);
}

function typed(type: KeyType, key: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([TYPE[type]]), key]);
}

/** What stands before the 32 bytes of a key where node:crypto wants DER (RFC 8410). */
const PRIVATE_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

function privateKeyOf(seed: Uint8Array): KeyObject {
  if (seed.length !== KEY_BYTES) throw malformedKey(`The seed of a key has ${KEY_BYTES} bytes.`);
  return createPrivateKey({ key: Buffer.concat([PRIVATE_HEAD, seed]), format: 'der', type: 'pkcs8' });
}

function publicKeyOf(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([PUBLIC_HEAD, raw]), format: 'der', type: 'spki' });
}

function rawPublicKey(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(PUBLIC_HEAD.length);
}

function malformedKey(sentence: string): ArchiveError {
  return new ArchiveError('log-key-malformed', sentence, { retry: 'never' });
}

function malformedNote(what: string): ArchiveError {
  return new ArchiveError('log-note-malformed', `This is not a signed note: it ${what}.`, { retry: 'never' });
}
