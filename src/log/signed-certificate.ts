/**
 * A certificate of destruction, and what is said later of the clean-up after it, as one signed thing each (src/disposal/CERTIFICATE.md). What
 * is signed is a note of a few lines, the last of them the digest of everything else; the key is that of the agency's receipts. Pure.
 */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { ArchiveError } from '#errors.ts';
import { openNote, signNote, verifierKey, type Signer } from './note.ts';

export const CERTIFICATE_FORMAT = 'holdfast-disposal-certificate/1';
/** More than two hundred thousand records; what is larger is none, and is not read. */
export const LARGEST_CERTIFICATE_BYTES = 256 * 2 ** 20;
export const CLEANED_FORMAT = 'holdfast-disposal-cleaned/1';

export interface CertificateSignature {
  readonly note: string;
  /** The key that signed. A hint: whoever checks has it from elsewhere. */
  readonly vkey: string;
}

interface Terms {
  readonly format: string;
  readonly agency: string;
  readonly disposal: string;
  readonly at: string;
}

/** What must be in a paper for it to be signed. */
export interface Signable {
  readonly format: typeof CERTIFICATE_FORMAT | typeof CLEANED_FORMAT;
  readonly agency: { readonly id: string };
  readonly disposal: { readonly id: string };
  readonly issuedAt: string;
}

function noteText({ format, agency, disposal, at }: Terms, digest: string): string {
  return [format, `agency ${agency}`, `disposal ${disposal}`, `issued-at ${at}`, `sha256 ${digest}`, ''].join(
    '\n',
  );
}

function digestOf(paper: object): string {
  return createHash('sha256')
    .update(canonicalize(paper) ?? '')
    .digest('hex');
}

export function signCertificate<T extends Signable>(
  paper: T,
  { vkey, ...key }: Signer & { readonly vkey: string },
): T & { readonly signature: CertificateSignature } {
  const terms = {
    format: paper.format,
    agency: paper.agency.id,
    disposal: paper.disposal.id,
    at: paper.issuedAt,
  };
  return {
    ...paper,
    signature: { note: signNote(noteText(terms, digestOf(paper)), [key]).toString(), vkey },
  };
}

export interface CheckedCertificate extends Terms {
  /** Whose content is gone. */
  readonly records: readonly string[];
  readonly signedBy: string;
}

/**
 * Throws where the paper is not what one of these keys signed. Whether a key may be believed is whoever asks to say: it is not taken out of
 * the paper.
 */
export function checkCertificate(bytes: Uint8Array, vkeys: readonly string[]): CheckedCertificate {
  const paper = parsed(bytes);
  const { signature, ...rest } = paper;
  const { note, vkey } = objectOf(signature, 'its member “signature”');
  const format = rest['format'];
  const agency = objectOf(rest['agency'], 'its member “agency”')['id'];
  const disposal = objectOf(rest['disposal'], 'its member “disposal”')['id'];
  const at = rest['issuedAt'];
  if (
    (format !== CERTIFICATE_FORMAT && format !== CLEANED_FORMAT) ||
    typeof agency !== 'string' ||
    typeof disposal !== 'string' ||
    typeof at !== 'string' ||
    typeof note !== 'string' ||
    typeof vkey !== 'string'
  )
    throw malformed('a member of it is missing');
  const key = vkeys.find((one) => one === vkey);
  if (key === undefined)
    throw new ArchiveError(
      'receipt-key-wrong',
      'The key that signed this certificate is none of those that are believed here.',
      {
        retry: 'never',
      },
    );
  const terms = { format, agency, disposal, at };
  if (openNote(Buffer.from(note), [verifierKey(key)]).text !== noteText(terms, digestOf(rest)))
    throw new ArchiveError('receipt-changed', 'What was signed is another certificate than this.', {
      retry: 'never',
    });
  const records = Array.isArray(rest['records']) ? (rest['records'] as readonly unknown[]) : [];
  return {
    ...terms,
    records: records.map((one) => {
      const { recordId } = objectOf(one, 'a member of “records”');
      if (typeof recordId !== 'string') throw malformed('a record of it has no number');
      return recordId;
    }),
    signedBy: key,
  };
}

/**
 * Whose content is gone by the certificate in the place of this list. Throws where it is not what one of the keys signed, or was signed for
 * another place, or is no certificate: a paper of the clean-up names nobody, and would hide who was named.
 */
export function recordsCertified(
  bytes: Uint8Array,
  vkeys: readonly string[],
  place: { readonly agency: string; readonly disposal: string },
): readonly string[] {
  const { format, agency, disposal, records } = checkCertificate(bytes, vkeys);
  if (format !== CERTIFICATE_FORMAT || agency !== place.agency || disposal !== place.disposal)
    throw new ArchiveError('receipt-changed', 'It was signed for another place.', { retry: 'never' });
  return records;
}

function parsed(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    return objectOf(JSON.parse(Buffer.from(bytes).toString('utf8')), 'the certificate');
  } catch (error) {
    if (error instanceof ArchiveError) throw error;
    throw malformed('it is not JSON');
  }
}

function objectOf(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw malformed(`${where} is not an object`);
}

function malformed(what: string): ArchiveError {
  return new ArchiveError('receipt-malformed', `This is not a signed certificate: ${what}.`, {
    retry: 'never',
  });
}
