/** What making productions is handed. */
import type { Db } from '#db/db.ts';
import type { Log } from '#log.ts';
import type { LogReader } from '#log/log.ts';
import type { ReceiptSigner } from '#record/record.ts';
import type { ObjectStore } from '#store/store.ts';
import type { ClaimTimes } from './claims.ts';
import type { Ocr } from './ocr.ts';
import type { Box, BurnedPicture } from './pictures.ts';
import type { LeavingFile } from './reviewed.ts';

export interface ProductionContext {
  readonly db: Db;
  readonly log: Log;
  readonly store: Pick<ObjectStore, 'read' | 'seal' | 'head' | 'extend'>;
  readonly logReader: LogReader;
  readonly signerOf: (agencyId: string) => Promise<ReceiptSigner | null>;
  /** In a process that may die. */
  readonly burn: (bytes: Uint8Array, boxes: readonly Box[]) => Promise<BurnedPicture>;
  readonly openOcr: () => Promise<Ocr>;
  /** A picture of a kind that a PDF does not take as it is, drawn anew in a process that may die; null: it cannot be. */
  readonly draw: (file: LeavingFile, bytes: Buffer) => Promise<Buffer | null>;
  readonly scratchDir: string;
  readonly leaseMs: number;
  readonly mode: 'trial' | 'production';
  readonly program: { readonly name: string; readonly version: string };
  readonly now: () => Date;
  readonly signal?: AbortSignal;
  /** How long the log may take to publish what was entered. */
  readonly patienceMs?: number;
  /** For how long one is claimed, how soon it is tried again, and when it is given to a person. */
  readonly times?: ClaimTimes;
  /** Records of one volume, at the most. */
  readonly volumeRecords?: number;
  /** Rows of the log of exemptions in one volume, at the most. */
  readonly volumeExemptions?: number;
  /** Called between any two steps, with their name. For tests that end the process there. */
  readonly between?: (step: string) => Promise<void>;
}
