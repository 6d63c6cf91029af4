/** A receipt as one signed thing: what the rows say, what leads from it to the log, and the signature over both. RECEIPT.md specifies it. */
import { ArchiveError } from '#errors.ts';
import type { Db } from '#db/db.ts';
import { signReceipt, type LogReader, type ReceiptSignature } from '#log/log.ts';
import type { AnchorsOf } from './log-standing.ts';
import { openReceiptKeys } from './receipt-keys.ts';
import { NOT_PUBLISHED, openReceiptProofs, type WholeProof } from './receipt-proof.ts';
import { readReceipt, type Receipt } from './receipt.ts';

export type SignedReceipt = Receipt & {
  readonly proof: WholeProof;
  /** Null: the agency's log has not begun, and there is no name that a key could have. */
  readonly signature: ReceiptSignature | null;
};

export interface Receipts {
  /** As it stands now. Null: there is no such record in this agency. */
  signed(agencyId: string, recordId: string): Promise<SignedReceipt | null>;
  /** The same without proof and signature, for whoever watches. */
  plain(agencyId: string, recordId: string): Promise<Receipt | null>;
}

export interface ReceiptParts {
  readonly db: Db;
  /** Of private keys for receipts. */
  readonly folder: string;
  readonly reader: LogReader;
  readonly anchorsOf: AnchorsOf;
  readonly mode: Receipt['mode'];
  readonly now: () => Date;
}

export function openReceipts({ db, folder, reader, anchorsOf, mode, now }: ReceiptParts): Receipts {
  const keys = openReceiptKeys(db, folder);
  const proofOf = openReceiptProofs(reader, anchorsOf);
  return {
    plain: async (agencyId, recordId) =>
      await db.inAgency(agencyId, async (at) => await readReceipt(at, recordId, mode, now(), anchorsOf)),
    signed: async (agencyId, recordId) => {
      const key = await keys.keyOf(agencyId);
      const found = await db.inAgency(agencyId, async (at) => {
        const receipt = await readReceipt(at, recordId, mode, now(), anchorsOf);
        if (receipt === null) return null;
        const proof = key === null ? null : await orWithout(proofOf(at, receipt, key.vkey));
        return { ...receipt, proof: proof ?? NOT_PUBLISHED, hasProof: proof !== null };
      });
      if (found === null) return null;
      const { hasProof, ...whole } = found;
      return { ...whole, signature: key === null || !hasProof ? null : signReceipt(whole, key) };
    },
  };
}

/**
 * The files of the log lie in the store. While that is down, whoever asks is told how the record stands all the same, without a
 * signature: nothing is signed that could not be proved.
 */
async function orWithout<T>(proof: Promise<T>): Promise<T | null> {
  try {
    return await proof;
  } catch (error) {
    // A file that is not there: the store is another one, and gets what it lacks when the log worker begins.
    const isAway =
      error instanceof ArchiveError &&
      ((error.code.startsWith('store-') && error.retry === 'later') || error.code === 'log-tile-wrong');
    if (isAway) return null;
    throw error;
  }
}
