/** Checks a signed certificate of search: no database, no network. */
import { ArchiveError } from '#errors.ts';
import { verifierKey } from '#log/note.ts';
import type { ReceiptTrust } from '#log/signed-receipt.ts';
import { checkSearchCertificate, isSearchCertificate, type CheckedSearch } from '#log/signed-search.ts';
import { openFindingsOf, type Failure, type StepReport } from './report.ts';

const STEPS = [
  ['signature', 'The signature is over exactly this certificate'],
  ['key', 'The key signs papers of this agency, and its log says so'],
] as const;
type SearchStep = (typeof STEPS)[number][0];

export interface SearchVerdict {
  readonly verified: boolean;
  readonly kind: 'search-certificate';
  /** What was signed; null: the signature does not hold. */
  readonly terms: Omit<CheckedSearch, 'signedBy' | 'keyInLog'> | null;
  readonly key: { readonly from: 'caller' | 'certificate'; readonly vkeys: readonly string[] };
  readonly steps: readonly StepReport<SearchStep>[];
  readonly failures: readonly Failure<SearchStep>[];
  readonly failed: number;
}

/** Null: this is no such certificate. `vkey`: of the agency's log, or that with which it signs receipts; from elsewhere. */
export function verifySearchCertificate(document: unknown, vkey: string | null): SearchVerdict | null {
  if (!isSearchCertificate(document)) return null;
  const findings = openFindingsOf(STEPS);
  const signature = findings.step('signature', 'signatures');
  const key = findings.step('key', 'keys');
  let checked: CheckedSearch | null = null;
  try {
    const given = vkey === null ? null : verifierKey(vkey);
    const trust: ReceiptTrust | null =
      given === null || given.name.includes('/receipts/')
        ? null
        : { origin: given.name, keys: [{ key: given }] };
    checked = checkSearchCertificate(document, trust === null ? vkey : null, trust);
    signature.look();
    key.look();
    if (trust !== null && checked.keyInLog === null)
      key.fail(
        'certificate',
        'It does not show that the log names the key that signed it. Give the key for receipts, and compare it with that of a receipt of this agency.',
      );
    if (vkey === null)
      key.note(
        checked.keyInLog === null
          ? 'The key came with the certificate: compare it with that of a receipt of this agency, or give it (--key).'
          : `Entry ${checked.keyInLog.index} of the log names the key. The log’s own key came with the certificate: compare it, or give it (--key).`,
      );
  } catch (error) {
    if (!(error instanceof ArchiveError || error instanceof RangeError)) throw error;
    const code = error instanceof ArchiveError ? error.code : 'receipt-key-wrong';
    (code === 'receipt-key-wrong' ? key : signature).fail('certificate', error.message);
  }
  const { signature: signed } = document as { signature?: { vkey?: unknown } };
  return {
    verified: checked !== null && findings.failed() === 0,
    kind: 'search-certificate',
    terms:
      checked === null
        ? null
        : {
            agency: checked.agency,
            request: checked.request,
            search: checked.search,
            at: checked.at,
            found: checked.found,
          },
    key: {
      from: vkey === null ? 'certificate' : 'caller',
      vkeys: vkey !== null ? [vkey] : typeof signed?.vkey === 'string' ? [signed.vkey] : [],
    },
    steps: findings.report(),
    failures: findings.failures(),
    failed: findings.failed(),
  };
}
