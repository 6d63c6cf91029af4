/** The signed receipt of a record on its way out, and everything else that is said of it, as they stood at one moment. */
import { setTimeout as sleep } from 'node:timers/promises';
import { vouchedFor } from '#anchor/anchor.ts';
import type { AnchorConfig } from '#config.ts';
import type { Db } from '#db/db.ts';
import type { Log } from '#log.ts';
import { parseCheckpoint, parseNote, type LogReader } from '#log/log.ts';
import { openReceipts, type Receipts, type SignedReceipt } from '#record/record.ts';
import { logBehind } from './late.ts';
import type { PlacedObject } from './package.ts';
import * as queries from './queries.ts';

const POLL_MS = 100;

export interface ReceiptsOfExports {
  readonly db: Db;
  /** Of private keys for receipts. */
  readonly folder: string;
  readonly logReader: LogReader;
  readonly anchors: AnchorConfig;
  readonly mode: 'trial' | 'production';
  readonly now: () => Date;
  readonly log: Log;
}

/** For whoever has none that are open already. */
export function openExportReceipts({ logReader, anchors, log, ...parts }: ReceiptsOfExports): Receipts {
  return openReceipts({
    ...parts,
    reader: logReader,
    anchorsOf: async (at, index) => {
      const { since, by } = await vouchedFor(at, index, { ...anchors, log, keysOf: logReader.keysOf });
      return { anchored: since !== null, by };
    },
  });
}

/**
 * The receipt, and what `read` finds, between which nothing happened to the record: every change of it is an event. Waits until each event has
 * its place in the log, which the history is in the order of, and until the receipt proves each seal, and the key that signed it; rejects with `log-late` when that does not come by `end`.
 */
export async function withReceipt<
  T extends {
    readonly objects: readonly PlacedObject[];
    readonly events: number;
    /** Of these, those that are in no log yet. */
    readonly waiting: number;
  },
>(
  { db, receipts, now }: { readonly db: Db; readonly receipts: Receipts; readonly now: () => Date },
  { agencyId, recordId, end }: { readonly agencyId: string; readonly recordId: string; readonly end: number },
  read: () => Promise<T>,
): Promise<T & { readonly receipt: SignedReceipt }> {
  for (;;) {
    const before = await db.inAgency(agencyId, async (at) => await queries.eventsOf(at, recordId));
    const receipt = await receipts.signed(agencyId, recordId);
    const found = await read();
    const isSettled = found.events === before && found.waiting === 0;
    if (receipt !== null && isSettled && isWhole(receipt, found.objects)) return { ...found, receipt };
    if (now().getTime() > end)
      throw logBehind('The log does not prove yet what the receipt of a record says, and by which key');
    await sleep(POLL_MS);
  }
}

function isWhole({ signature, proof, seals }: SignedReceipt, objects: readonly PlacedObject[]): boolean {
  const keys = new Set(objects.map(({ key }) => key));
  return (
    signature !== null &&
    proof.receiptKey !== null &&
    seals.length === keys.size &&
    seals.every(({ key }) => keys.has(key)) &&
    objects.every(
      ({ role, seal, sha256 }) =>
        role !== 'manifest' || proof.seals.some((one) => one.seal === seal && one.manifest === sha256),
    )
  );
}

/** Sizes of the checkpoints to which it leads: the package shows that its own continues each of them. */
export function sizesIn({ proof }: SignedReceipt): number[] {
  return [...proof.seals, ...(proof.receiptKey === null ? [] : [proof.receiptKey])].map((one) => {
    const note = Buffer.from(one.proof.slice(one.proof.indexOf('\n\n') + 2));
    return parseCheckpoint(parseNote(note).text).size;
  });
}
