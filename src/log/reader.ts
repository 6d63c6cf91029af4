/**
 * Proofs of what stands in the log, for receipts, packages and pages. Within one agency, behind its walls. Everything is led from the
 * published tiles and checked before it is handed out: a proof that does not hold is never given to anybody.
 */
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import type { LogFiles } from '#store/store.ts';
import {
  consistencyPath,
  frontierOf,
  inclusionPath,
  leafHash,
  provesInclusion,
  rootOf,
  subtrees,
} from './merkle.ts';
import { proofText } from './proof.ts';
import { logPrefix } from './publish.ts';
import { announcedLogKeys, isAnnouncedForReceipts } from './announced.ts';
import { provenOnce } from './proven-keys.ts';
import { checkpointRow, type KeyRow, type PublishedRow } from './queries.ts';
import { asOf, nodesFromTiles } from './tiles.ts';

export interface ProvenEntry {
  readonly index: number;
  readonly eventId: string;
  /** The exact bytes of the leaf. */
  readonly entry: Buffer;
  /** `c2sp.org/tlog-proof@v1`, with the checkpoint that it leads to. */
  readonly proof: Buffer;
  /** Opens the entry's own commitments; null once it was destroyed. */
  readonly salt: Buffer | null;
}

export interface LogReader {
  /** The newest checkpoint that is in the store, or the one of `size`; null: this log has none. */
  checkpointOf(at: AgencyTx, size?: number): Promise<PublishedRow | null>;
  /** Those that the published log itself names. */
  keysOf(at: AgencyTx): Promise<readonly KeyRow[]>;
  /** Whether the published log names this key as one that signs receipts. */
  signsReceipts(at: AgencyTx, vkey: string): Promise<boolean>;
  /** In the order of the log, all under one checkpoint: the newest, or `under`. What is in no checkpoint yet is left out. */
  proofsOf(
    at: AgencyTx,
    which: { readonly recordId: string; readonly type?: string } | { readonly eventIds: readonly string[] },
    under?: PublishedRow,
  ): Promise<readonly ProvenEntry[]>;
  /** That the checkpoint of size `newer` continues the one of size `older`. */
  consistency(at: AgencyTx, older: number, newer: number): Promise<readonly Buffer[]>;
  /** A file of the log as everybody may read it: `checkpoint`, `tile/…`. */
  file(agencyId: string, path: string): Promise<Buffer | null>;
}

export function openLogReader(files: Pick<LogFiles, 'read'>): LogReader {
  /** Of a tree of `size`, out of the files of the log as it was published last, which may be longer: see `asOf`. */
  const nodes = (agencyId: string, size: number, published: number) => {
    // One record has many entries close to each other, and they share most tiles.
    const known = new Map<string, Promise<Buffer | null>>();
    const read = async (path: string): Promise<Buffer | null> => {
      const found = known.get(path) ?? files.read(`${logPrefix(agencyId)}/${path}`);
      known.set(path, found);
      return await found;
    };
    return nodesFromTiles(size, asOf(published, read));
  };
  const prove = provenOnce((agencyId, size) => nodes(agencyId, size, size));
  return {
    checkpointOf: async ({ agencyId, tx }, size) => await checkpointRow(tx, agencyId, size),
    keysOf: async (at) => await announcedLogKeys(at, prove),
    signsReceipts: async (at, vkey) => await isAnnouncedForReceipts(at, vkey, prove),
    proofsOf: async ({ agencyId, tx }, which, under) => {
      const newest = await checkpointRow(tx, agencyId);
      const checkpoint = under ?? newest;
      if (checkpoint === null || newest === null) return [];
      const { size, root, note } = checkpoint;
      let query = tx
        .selectFrom('log_leaf')
        .select(['idx', 'event_id', 'entry', 'salt'])
        .where('agency_id', '=', agencyId)
        .where('idx', '<', size)
        .orderBy('idx');
      if ('recordId' in which) query = query.where('record_id', '=', which.recordId);
      else if (which.eventIds.length === 0) return [];
      else query = query.where('event_id', 'in', [...which.eventIds]);
      const rows = await query.execute();
      const read = nodes(agencyId, size, newest.size);
      const proven: ProvenEntry[] = [];
      for (const { idx: index, event_id: eventId, entry, salt } of rows) {
        if ('type' in which && which.type !== undefined && typeOf(entry) !== which.type) continue;
        const path = await inclusionPath(index, size, read);
        if (!provesInclusion({ index, size, root }, leafHash(entry), path)) throw unproven(index, size);
        proven.push({ index, eventId, entry, salt, proof: proofText({ index, path, checkpoint: note }) });
      }
      return proven;
    },
    consistency: async ({ agencyId, tx }, older, newer) => {
      const newest = await checkpointRow(tx, agencyId);
      return await consistencyPath(older, newer, nodes(agencyId, newer, newest?.size ?? newer));
    },
    file: async (agencyId, path) => await files.read(`${logPrefix(agencyId)}/${path}`),
  };
}

/** The root over the first `size` entries, led from the files of a log that was published with `published`. */
export async function rootOfFiles(
  files: Pick<LogFiles, 'read'>,
  agencyId: string,
  size: number,
  published: number,
): Promise<Buffer> {
  const read = async (path: string): Promise<Buffer | null> =>
    await files.read(`${logPrefix(agencyId)}/${path}`);
  const hashes = await nodesFromTiles(size, asOf(published, read))(subtrees({ begin: 0, end: size }));
  return rootOf(frontierOf(size, hashes));
}

function typeOf(entry: Buffer): string {
  return (JSON.parse(entry.toString()) as { readonly type: string }).type;
}

function unproven(index: number, size: number): ArchiveError {
  return new ArchiveError(
    'log-proof-wrong',
    `The entry at ${index} does not lead to the root that was signed at size ${size}: the database or the files of the log were changed.`,
    { retry: 'never' },
  );
}
