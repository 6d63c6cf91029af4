/**
 * Which records were destroyed under a schedule. That rows or an entry say so is not enough: whoever owns the database could have made both,
 * to explain what they took away. The certificate lies in the store, signed by a key that the database never has.
 */
import { buffer } from 'node:stream/consumers';
import { ArchiveError, codeOf } from '#errors.ts';
import { LARGEST_CERTIFICATE_BYTES, recordsCertified } from '#log/log.ts';
import type { ObjectReader } from '#store/store.ts';

export interface CertificatesAsked {
  readonly store: ObjectReader;
  readonly certificateKey?: string | null;
  readonly formerCertificateKeys?: readonly string[];
}

/**
 * Null: no certificate that the key in the folder of keys signed, or one that the folder vouches for, is in the store under that number. Whatever else
 * was put there under the same key, before it or after, takes nothing from it.
 */
export async function certifiedRecords(
  { store, certificateKey, formerCertificateKeys = [] }: CertificatesAsked,
  agencyId: string,
  purge: string,
): Promise<readonly string[] | null> {
  const keys = [...(certificateKey == null ? [] : [certificateKey]), ...formerCertificateKeys];
  if (keys.length === 0 || !/^[0-9a-f-]{36}$/.test(purge)) return null;
  const place = { agency: agencyId, disposal: purge };
  const key = `disposal/${agencyId}/${purge}/certificate.json`;
  for await (const version of store.versions(key)) {
    if (version.key !== key || version.isDeleteMarker || version.sizeBytes > LARGEST_CERTIFICATE_BYTES)
      continue;
    try {
      return recordsCertified(await buffer(await store.read(key, version.versionId)), keys, place);
    } catch (error) {
      // Not signed, by another key, changed, of another place, or not as the store remembers it: it explains nothing.
      if (!(error instanceof ArchiveError) || (error.retry !== 'never' && !GONE.has(codeOf(error))))
        throw error;
    }
  }
  return null;
}

const GONE: ReadonlySet<string> = new Set([
  'store-object-missing',
  'store-object-changed',
  'store-journal-broken',
]);
