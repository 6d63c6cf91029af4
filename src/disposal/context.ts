/** What an execution is handed. */
import type { CleanedDatabase, Db } from '#db/db.ts';
import type { Log } from '#log.ts';
import type { ReceiptSigner } from '#record/record.ts';
import type { ObjectStore } from '#store/store.ts';
import type { CertificateContext } from './certificate.ts';
import type { Places } from './destroy.ts';

export interface DisposalContext extends CertificateContext {
  readonly db: Db;
  readonly log: Log;
  readonly places: Places;
  /** Into which certificates are sealed. */
  readonly store: Pick<ObjectStore, 'seal' | 'head' | 'extend'>;
  readonly unstage: (stagedName: string) => Promise<void>;
  readonly signerOf: (agencyId: string) => Promise<ReceiptSigner | null>;
  readonly clean: () => Promise<CleanedDatabase>;
  readonly leaseMs: number;
  readonly now: () => Date;
  readonly signal?: AbortSignal;
  /** Records of which each step is one transaction, and how many such batches are at work at once. */
  readonly pace?: { readonly batch: number; readonly lanes: number };
  /** How long a pass waits for the log to have the entries of what it destroyed, since something went on last. The next pass goes on. */
  readonly patienceMs?: number;
  /** Called between any two steps, with their name. For tests that end the process there. */
  readonly between?: (step: string) => Promise<void>;
}

/** As histories name who executes. */
export const ACTOR = 'worker:retention';
