/**
 * A certificate of search as one signed thing: a note of a few lines that a person can read, the last of them the digest of everything else; the key is
 * that of the agency's receipts. Pure: whoever checks needs the paper and, from elsewhere, the key.
 */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { ArchiveError } from '#errors.ts';
import { openNote, signNote, verifierKey, type Signer } from './note.ts';
import type { Proven } from './proof.ts';
import { keyInLog, type ReceiptTrust } from './signed-receipt.ts';

const SEARCH_CERTIFICATE_FORMAT = 'holdfast-search-certificate/1';

interface Terms {
  readonly agency: string;
  readonly request: string;
  readonly search: number;
  readonly at: string;
}

export interface SignableSearch {
  readonly format: typeof SEARCH_CERTIFICATE_FORMAT;
  readonly issuedAt: string;
  readonly agency: { readonly id: string };
  readonly request: { readonly id: string };
  readonly search: { readonly n: number };
}

function noteText({ agency, request, search, at }: Terms, digest: string): string {
  return [
    SEARCH_CERTIFICATE_FORMAT,
    `agency ${agency}`,
    `request ${request}`,
    `search ${search}`,
    `issued-at ${at}`,
    `sha256 ${digest}`,
    '',
  ].join('\n');
}

const digestOf = (paper: object): string =>
  createHash('sha256')
    .update(canonicalize(paper) ?? '')
    .digest('hex');

export function signSearchCertificate<T extends SignableSearch>(
  paper: T,
  { vkey, ...key }: Signer & { readonly vkey: string },
): T & { readonly signature: { readonly note: string; readonly vkey: string } } {
  const terms = {
    agency: paper.agency.id,
    request: paper.request.id,
    search: paper.search.n,
    at: paper.issuedAt,
  };
  return {
    ...paper,
    signature: { note: signNote(noteText(terms, digestOf(paper)), [key]).toString(), vkey },
  };
}

export interface CheckedSearch extends Terms {
  readonly found: number;
  readonly signedBy: string;
  /** Where the log names the key that signed; null: the certificate does not carry that, or was too young to. */
  readonly keyInLog: Proven | null;
}

/** Whether this is meant to be one, whatever else is wrong with it. */
export function isSearchCertificate(document: unknown): boolean {
  return isObject(document) && document['format'] === SEARCH_CERTIFICATE_FORMAT;
}

/**
 * Throws where the paper is not what its key signed. `vkey`: with which the agency signs such papers, from elsewhere; `trust`: its log, from elsewhere. With
 * neither the certificate agrees with itself, and no more.
 */
export function checkSearchCertificate(
  document: unknown,
  vkey: string | null,
  trust: ReceiptTrust | null = null,
): CheckedSearch {
  if (!isObject(document)) throw malformed('it is no object');
  const { signature, ...paper } = document;
  const agency = memberOf(paper['agency'], 'id');
  const request = memberOf(paper['request'], 'id');
  const search = memberOf(paper['search'], 'n');
  const found = memberOf(paper['search'], 'found');
  const at = paper['issuedAt'];
  const note = memberOf(signature, 'note');
  const signer = memberOf(signature, 'vkey');
  if (
    paper['format'] !== SEARCH_CERTIFICATE_FORMAT ||
    typeof agency !== 'string' ||
    typeof request !== 'string' ||
    typeof search !== 'number' ||
    typeof found !== 'number' ||
    typeof at !== 'string' ||
    typeof note !== 'string' ||
    typeof signer !== 'string'
  )
    throw malformed('a member of it is missing');
  if (vkey !== null && vkey !== signer)
    throw new ArchiveError('receipt-key-wrong', 'It is signed by another key than yours.', {
      retry: 'never',
    });
  const key = verifierKey(signer);
  if (!key.name.endsWith(`/receipts/${agency}`))
    throw new ArchiveError(
      'receipt-key-wrong',
      `The key ${key.name} signs no papers of the agency ${agency}.`,
      { retry: 'never' },
    );
  const terms = { agency, request, search, at };
  if (openNote(Buffer.from(note), [key]).text !== noteText(terms, digestOf(paper)))
    throw new ArchiveError('receipt-changed', 'What was signed is another certificate than this.', {
      retry: 'never',
    });
  const proven =
    paper['proof'] === undefined ? null : keyInLog(paper['proof'], signer, { agency, issuedAt: at }, trust);
  return { ...terms, found, signedBy: signer, keyInLog: proven };
}

function memberOf(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(what: string): ArchiveError {
  return new ArchiveError('receipt-malformed', `This is not a signed certificate of search: ${what}.`, {
    retry: 'never',
  });
}
