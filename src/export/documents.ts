/** What goes along with every package so that it can be read without us: how to check it, and the specifications. */
import { readFileSync } from 'node:fs';
import { sha256Hex } from '#commitment.ts';
import type { ObjectStore } from '#store/store.ts';

const at = (path: string): Buffer => readFileSync(new URL(`../${path}`, import.meta.url));

export const documents: ReadonlyMap<string, Buffer> = new Map([
  ['VERIFY.md', at('verify/VERIFY.md')],
  ['verify.py', at('verify/verify.py')],
  ['verify_index.py', at('verify/verify_index.py')],
  ['formats/log.md', at('log/FORMAT.md')],
  ['formats/package.md', at('verify/PACKAGE.md')],
  ['formats/receipt.md', at('record/RECEIPT.md')],
  ['formats/seal.md', at('seal/FORMAT.md')],
]);

/** The same into the store, beside the records: whoever finds it without us finds out how to read it. Once for each wording; again, to renew its lock. */
export async function keepDocuments(store: ObjectStore, retainUntil: Date): Promise<void> {
  for (const [path, bytes] of documents) {
    const sha256 = sha256Hex(bytes);
    const key = `formats/${sha256}/${path.split('/').at(-1)}`;
    const { outcome } = await store.seal({
      key,
      body: { bytes },
      sha256,
      sizeBytes: bytes.length,
      mediaType: 'text/plain; charset=utf-8',
      retainUntil,
    });
    const state = outcome === 'exists' ? await store.head(key) : null;
    if (state?.retainUntil != null && state.retainUntil < retainUntil)
      await store.extend(key, state.versionId, retainUntil);
  }
}
