/**
 * A receipt as one signed thing, specified in record/RECEIPT.md. What is signed is a note of a few lines that a person can read; its
 * last line is the digest of everything else. Pure: whoever checks needs the receipt and, from elsewhere, the key of the agency's log.
 */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { commitmentBy } from '#commitment.ts';
import { ArchiveError } from '#errors.ts';
import { receiptCode } from '#receipt-code.ts';
import type { LogKey } from './checkpoint.ts';
import { openNote, signNote, verifierKey, type Signer } from './note.ts';
import { openEntry, type Proven } from './proof.ts';

const RECEIPT_FORMAT = 'holdfast-receipt/1';
/** Clocks of two machines may differ by so much. */
const CLOCK_MS = 300_000;

/** What a person reads in the signed lines. */
export interface ReceiptTerms {
  readonly agency: string;
  readonly record: string;
  readonly code: string;
  readonly safeToRemove: boolean;
  readonly issuedAt: string;
}

export interface ReceiptSignature {
  /** Signed lines and signature (C2SP signed-note). */
  readonly note: string;
  /** The key that signed. A hint: whoever checks has it from the log. */
  readonly vkey: string;
}

/** An entry of the log, and the file that shows that it stands there (C2SP tlog-proof). Both as text, byte for byte. */
export interface ReceiptEntry {
  readonly index: number;
  readonly entry: string;
  readonly proof: string;
}

/** The entry `record.sealed` of a seal, and what leads from it to the manifest that the receipt names. */
export interface ProvenSeal extends ReceiptEntry {
  readonly seal: number;
  /** SHA-256 of the manifest. */
  readonly manifest: string;
  /** Of the manifest alone: it opens nothing else of the record. */
  readonly itemSalt: string;
}

/** The member `proof` of a receipt, as far as it is checked here. */
export interface ReceiptProof {
  /** Null: the archive has not published its log yet. */
  readonly log: {
    readonly origin: string;
    readonly keys: readonly {
      readonly vkey: string;
      readonly firstSize: number;
      readonly lastSize: number | null;
    }[];
  } | null;
  /** Where the key that signed the receipt was announced; null: that is not in a checkpoint yet. */
  readonly receiptKey: ReceiptEntry | null;
  /** Of the seals whose entry stands in a signed checkpoint. */
  readonly seals: readonly ProvenSeal[];
}

export function receiptKeyName(origin: string): string {
  const at = origin.lastIndexOf('/log/');
  if (at < 1) throw new RangeError(`${origin} is not the name of a log of an agency.`);
  return `${origin.slice(0, at)}/receipts/${origin.slice(at + 5)}`;
}

function receiptText(terms: ReceiptTerms, digest: string): string {
  return [
    RECEIPT_FORMAT,
    `agency ${terms.agency}`,
    `record ${terms.record}`,
    `code ${terms.code}`,
    `safe-to-remove ${terms.safeToRemove ? 'yes' : 'no'}`,
    `issued-at ${terms.issuedAt}`,
    `sha256 ${digest}`,
    '',
  ].join('\n');
}

/** Of a receipt without its member `signature`. */
function receiptDigest(receipt: object): string {
  return createHash('sha256')
    .update(canonicalize(receipt) ?? '')
    .digest('hex');
}

/** `receipt` has no member `signature` yet; what `JSON.stringify` would leave out must not be in it. */
export function signReceipt(
  receipt: object,
  { vkey, ...key }: Signer & { readonly vkey: string },
): ReceiptSignature {
  return { note: signNote(receiptText(termsOf(receipt), receiptDigest(receipt)), [key]).toString(), vkey };
}

/** What somebody who checks knows of the agency's log, and has from elsewhere. */
export interface ReceiptTrust {
  readonly origin: string;
  readonly keys: readonly LogKey[];
  /** The key for receipts, where that too is known from elsewhere: then it need not be in the log yet. */
  readonly signer?: string;
}

export interface CheckedReceipt extends ReceiptTerms {
  readonly origin: string;
  /** Whether the keys of the log came from elsewhere. Without that a receipt only agrees with itself. */
  readonly trusted: boolean;
  readonly signedBy: string;
  /** Where the log names the key that signed; null: the receipt is too young to say. */
  readonly keyInLog: Proven | null;
  readonly seals: readonly (Proven & { readonly seal: number; readonly manifest: string })[];
}

/**
 * Checks a receipt, from its signature down to the root of the log. Throws at the first step that fails, with a code and a sentence
 * that name it. `trust` null: the keys that the receipt itself names, which shows that nothing of it was changed by halves, and
 * not who wrote it.
 */
export function checkReceipt(document: unknown, trust: ReceiptTrust | null): CheckedReceipt {
  const { signature, ...receipt } = objectAt(document, 'the receipt');
  const { note, vkey } = objectAt(signature, 'its member “signature”');
  if (typeof note !== 'string' || typeof vkey !== 'string')
    throw malformed('its member “signature” has no texts “note” and “vkey”');
  const terms = termsOf(receipt);
  const key = verifierKey(vkey);
  const { text } = openNote(Buffer.from(note), [key]);
  if (text !== receiptText(terms, receiptDigest(receipt)))
    throw new ArchiveError(
      'receipt-changed',
      'What was signed is another receipt: its lines do not fit the members and the digest of this one.',
      { retry: 'never' },
    );
  if (terms.code !== receiptCode(terms.record))
    throw malformed(`its code is not that of the record ${terms.record}`);
  const proof = proofOf(receipt['proof']);
  if (terms.safeToRemove) refuseUnproven(receipt, proof);
  if (terms.safeToRemove && trust !== null && proof.receiptKey === null && trust.signer !== vkey)
    throw new ArchiveError(
      'receipt-key-wrong',
      'It is too young to show that the log names the key that signed it. Ask for it again in a moment, or give the key for receipts.',
      { retry: 'never' },
    );
  const from = trust ?? trustIn(proof);
  if (from === null) {
    if (proof.receiptKey !== null || proof.seals.length > 0)
      throw malformed('it has proofs, and names no log');
    return { ...terms, origin: '', trusted: false, signedBy: vkey, keyInLog: null, seals: [] };
  }
  if (key.name !== receiptKeyName(from.origin) || !from.origin.endsWith(`/log/${terms.agency}`))
    throw new ArchiveError(
      'receipt-key-wrong',
      `The key ${key.name} signs no receipts of the agency whose log is ${from.origin}.`,
      { retry: 'never' },
    );
  return {
    ...terms,
    origin: from.origin,
    trusted: trust !== null,
    signedBy: vkey,
    keyInLog: proof.receiptKey === null ? null : announced(proof.receiptKey, vkey, from, terms),
    seals: proof.seals.map((seal) => provenSeal(seal, receipt, from, terms)),
  };
}

/**
 * “Safe to remove” is said of what stands in the log: who signs that has to show it, for each seal that the receipt names. But for the
 * last ones, which the receipt itself says are still being entered (`log.pending`): what was safe stays safe meanwhile.
 */
function refuseUnproven(receipt: Readonly<Record<string, unknown>>, { seals }: ReceiptProof): void {
  const { log } = receipt;
  const pending = isObject(log) && typeof log['pending'] === 'number' ? log['pending'] : 0;
  const manifests = listAt(receipt['seals'], '“seals”').filter(
    (one): one is Readonly<Record<string, unknown>> => isObject(one) && one['role'] === 'manifest',
  );
  const open = manifests.filter(
    ({ seal, sha256 }) => !seals.some((one) => one.seal === seal && one.manifest === sha256),
  );
  const last = Math.max(...seals.map(({ seal }) => seal));
  const isLater = open.every(({ seal }) => typeof seal === 'number' && seal > last);
  if (manifests.length === open.length || open.length > pending || !isLater)
    throw new ArchiveError(
      'receipt-seal-wrong',
      'It says that the content is safe to remove, and does not prove that its seals stand in the log. Ask for the receipt again.',
      { retry: 'never' },
    );
}

/**
 * Nobody signs with a key before it was announced, nor names a seal before it was closed. What says so was written later than it says: a key
 * that somebody let into the log yesterday signs nothing of last year.
 */
function refuseEarlier(
  { issuedAt }: Pick<ReceiptTerms, 'issuedAt'>,
  at: string,
  { index, code }: { readonly index: number; readonly code: 'receipt-key-wrong' | 'receipt-seal-wrong' },
): void {
  const issued = new Date(issuedAt);
  if (Number.isNaN(issued.getTime()) || issued.toISOString() !== issuedAt)
    throw malformed('“times.issuedAt” is not a time as the log writes it, in UTC with milliseconds');
  if (issued.getTime() < Date.parse(at) - CLOCK_MS)
    throw new ArchiveError(
      code,
      `It says that it was issued at ${issuedAt}, and leads to entry ${index} of the log, which is of ${at}: it was back-dated.`,
      { retry: 'never' },
    );
}

/**
 * Of another paper that the key for receipts signed, and that carries `log` and `receiptKey` as a receipt does: where the log names that key. Null: the
 * paper is too young to say.
 */
export function keyInLog(
  proof: unknown,
  vkey: string,
  { agency, issuedAt }: Pick<ReceiptTerms, 'agency' | 'issuedAt'>,
  trust: ReceiptTrust | null,
): Proven | null {
  const carried = proofOf({ ...objectAt(proof, 'its member “proof”'), seals: [] });
  const from = trust ?? trustIn(carried);
  if (from === null || carried.receiptKey === null) return null;
  if (verifierKey(vkey).name !== receiptKeyName(from.origin) || !from.origin.endsWith(`/log/${agency}`))
    throw new ArchiveError(
      'receipt-key-wrong',
      `The key that signed this signs no papers of the agency whose log is ${from.origin}.`,
      { retry: 'never' },
    );
  return announced(carried.receiptKey, vkey, from, { issuedAt });
}

function announced(
  announcement: ReceiptEntry,
  vkey: string,
  trust: ReceiptTrust,
  terms: Pick<ReceiptTerms, 'issuedAt'>,
): Proven {
  const { entry, ...proven } = opened(announcement, trust);
  if (entry.type !== 'receipt-key.added' || entry.facts.vkey !== vkey)
    throw new ArchiveError(
      'receipt-key-wrong',
      `Entry ${proven.index} of the log does not name the key that signed this.`,
      { retry: 'never' },
    );
  refuseEarlier(terms, entry.at, { index: proven.index, code: 'receipt-key-wrong' });
  return proven;
}

function provenSeal(
  seal: ProvenSeal,
  receipt: Readonly<Record<string, unknown>>,
  trust: ReceiptTrust,
  terms: ReceiptTerms,
) {
  const { entry, ...proven } = opened(seal, trust);
  const named = Array.isArray(receipt['seals']) ? receipt['seals'] : [];
  const isNamed = named.some(
    (one: unknown) =>
      isObject(one) &&
      one['role'] === 'manifest' &&
      one['seal'] === seal.seal &&
      one['sha256'] === seal.manifest,
  );
  const fits =
    entry.type === 'record.sealed' &&
    entry.subject === `record:${terms.record}` &&
    entry.facts.seal === seal.seal &&
    entry.facts.manifestCommitment === commitmentBy(Buffer.from(seal.itemSalt, 'hex'), seal.manifest);
  if (!fits || !isNamed)
    throw new ArchiveError(
      'receipt-seal-wrong',
      `Entry ${proven.index} of the log is not that of seal ${seal.seal} of this record with the manifest that the receipt names.`,
      { retry: 'never' },
    );
  refuseEarlier(terms, entry.at, { index: proven.index, code: 'receipt-seal-wrong' });
  return { ...proven, seal: seal.seal, manifest: seal.manifest };
}

function opened({ index, entry, proof }: ReceiptEntry, trust: ReceiptTrust) {
  const found = openEntry(Buffer.from(proof), Buffer.from(entry), trust);
  if (found.index !== index)
    throw malformed(`it says that an entry stands at ${index}, and its proof says ${found.index}`);
  return found;
}

function trustIn({ log }: ReceiptProof): ReceiptTrust | null {
  if (log === null) return null;
  return {
    origin: log.origin,
    keys: log.keys.map(({ vkey, firstSize, lastSize }) => ({
      key: verifierKey(vkey),
      firstSize,
      ...(lastSize === null ? {} : { lastSize }),
    })),
  };
}

function termsOf(receipt: object): ReceiptTerms {
  const { agency, recordId, code, safeToRemove, times } = receipt as Readonly<Record<string, unknown>>;
  const { issuedAt } = isObject(times) ? times : { issuedAt: undefined };
  const words = [agency, recordId, code, issuedAt];
  if (
    !words.every((word) => typeof word === 'string' && /^[\x21-\x7e]+$/.test(word)) ||
    typeof safeToRemove !== 'boolean'
  )
    throw malformed(
      'one of “agency”, “recordId”, “code”, “safeToRemove” and “times.issuedAt” is missing or has blanks',
    );
  const [agencyId, record, short, at] = words as string[];
  return {
    agency: agencyId ?? '',
    record: record ?? '',
    code: short ?? '',
    safeToRemove,
    issuedAt: at ?? '',
  };
}

/** Only what is read above is looked at; everything else is the receipt's own, and under its signature. */
function proofOf(value: unknown): ReceiptProof {
  const { log, receiptKey, seals } = objectAt(value, 'its member “proof”');
  return {
    log: log === null ? null : logOf(log),
    receiptKey: receiptKey === null ? null : provenOf(receiptKey),
    seals: listAt(seals, '“proof.seals”').map((one) => {
      const { seal, manifest, itemSalt } = objectAt(one, 'a member of “proof.seals”');
      if (typeof seal !== 'number' || !isHash(manifest) || !isHash(itemSalt))
        throw malformed(
          'a member of “proof.seals” has not “seal”, “manifest” and “itemSalt” as they are specified',
        );
      return { ...provenOf(one), seal, manifest, itemSalt };
    }),
  };
}

function logOf(value: unknown): NonNullable<ReceiptProof['log']> {
  const { origin, keys } = objectAt(value, '“proof.log”');
  if (typeof origin !== 'string') throw malformed('“proof.log.origin” is not a text');
  return {
    origin,
    keys: listAt(keys, '“proof.log.keys”').map((one) => {
      const { vkey, firstSize, lastSize } = objectAt(one, 'a key of “proof.log”');
      if (
        typeof vkey !== 'string' ||
        typeof firstSize !== 'number' ||
        !(lastSize === null || typeof lastSize === 'number')
      )
        throw malformed(
          'a key of “proof.log” has not “vkey”, “firstSize” and “lastSize” as they are specified',
        );
      return { vkey, firstSize, lastSize };
    }),
  };
}

function provenOf(value: unknown): ReceiptEntry {
  const { index, entry, proof } = objectAt(value, 'a proven entry');
  if (typeof index !== 'number' || typeof entry !== 'string' || typeof proof !== 'string')
    throw malformed('a proven entry has not “index”, “entry” and “proof” as they are specified');
  return { index, entry, proof };
}

const isHash = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectAt(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw malformed(`${where} is not an object`);
  return value;
}

function listAt(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw malformed(`${where} is not a list`);
  return value as readonly unknown[];
}

function malformed(what: string): ArchiveError {
  return new ArchiveError('receipt-malformed', `This is not a signed receipt: ${what}.`, { retry: 'never' });
}
