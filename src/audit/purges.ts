/**
 * Which records were destroyed under a schedule. That rows or an entry say so is not enough: whoever owns the database could have made both,
 * to explain what they took away. The certificate lies in the store, signed by a key that the database never has.
 */
import { ArchiveError } from '#errors.ts';
import { recordsCertified } from '#log/log.ts';
import type { ObjectReader } from '#store/store.ts';
import { readWhole } from './store-look.ts';

/** Null: no certificate that the key in the folder of keys signed is in the store under that number. */
export async function certifiedRecords(
  { store, certificateKey }: { readonly store: ObjectReader; readonly certificateKey?: string | null },
  agencyId: string,
  purge: string,
): Promise<readonly string[] | null> {
  if (certificateKey == null || !/^[0-9a-f-]{36}$/.test(purge)) return null;
  const found = await readWhole(store, `disposal/${agencyId}/${purge}/certificate.json`);
  if (found === null) return null;
  try {
    return recordsCertified(found.bytes, certificateKey, { agency: agencyId, disposal: purge });
  } catch (error) {
    // Not signed, by another key, changed, or of another place: it explains nothing.
    if (error instanceof ArchiveError) return null;
    throw error;
  }
}
