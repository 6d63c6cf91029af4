/**
 * The locks of the log's files: whole tiles, the edge of the tree and the newest checkpoint stay locked for as long as the log lives.
 * What ends within a third of the lease is extended. The edge and the checkpoint are looked at by each call, because partial tiles are
 * put with a short lock, most being outgrown in seconds; everything else, the copies of anchors among it, each eighth of the lease, so
 * that a round may fail. What is outgrown goes afterwards (outgrown.ts).
 *
 * What is not there any more is not this round's to write: it says so, and the next start of the log fills it (begin.ts).
 */
import { codeOf } from '#errors.ts';
import type { Db } from '#db/db.ts';
import type { Log } from '#log.ts';
import type { LogFiles } from '#store/store.ts';
import { ANCHOR_FOLDER } from './anchor-files.ts';
import { removeOutgrown } from './outgrown.ts';
import { logPrefix } from './publish.ts';
import * as queries from './queries.ts';
import { edgeOfTree, tilePath, tilesOf } from './tiles.ts';

export interface LogLeaseContext {
  readonly db: Db;
  readonly files: LogFiles;
  readonly log: Log;
  readonly leaseMs: number;
  /** How long a partial tile stays, at the least, once the whole one is there: PARTIAL_MS. */
  readonly partialMs?: number;
  readonly now: () => Date;
  readonly signal?: AbortSignal;
}

export interface LogLeaseReport {
  readonly looked: number;
  readonly renewed: number;
  readonly missing: number;
  /** Partial tiles and bundles that were taken away. */
  readonly removed: number;
  /** Logs whose round broke off; it is met again by the next call. */
  readonly failed: number;
}

const AT_ONCE = 8;

/** One call, for every log. */
export async function renewLogLeases(context: LogLeaseContext): Promise<LogLeaseReport> {
  const { db, files, log, leaseMs, now, signal } = context;
  const report = { looked: 0, renewed: 0, missing: 0, removed: 0, failed: 0 };
  const due = new Date(now().getTime() - leaseMs / 8);
  for (const { agencyId, published, at } of await queries.leases(db.sequencer)) {
    if (isOver(signal)) break;
    const isWhole = at === null || at < due;
    const tiles = isWhole ? tilesOf(published) : edgeOfTree(published);
    const paths = ['checkpoint', ...tiles.map(tilePath)].map((path) => `${logPrefix(agencyId)}/${path}`);
    try {
      // All that is there, whoever is named in the settings now. Which ones should be there, the room of anchors knows.
      if (isWhole)
        for await (const path of files.list(`${logPrefix(agencyId)}/${ANCHOR_FOLDER}`)) paths.push(path);
      const { looked, renewed, missing } = await renew(context, paths);
      report.looked += looked;
      report.renewed += renewed;
      report.missing += missing;
      if (missing > 0) log.error({ agencyId, missing }, 'log.files-missing');
      // One that was cut short by the end of its process was none.
      if (isWhole && !isOver(signal)) await queries.leasesDone(db.sequencer, agencyId, now());
      report.removed += await removeOutgrown(context, agencyId);
    } catch (error) {
      report.failed += 1;
      log.error({ agencyId, code: codeOf(error), err: error }, 'log.leases-failed');
    }
  }
  log.info(report, 'log.leases');
  return report;
}

const isOver = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;

async function renew(
  { files, leaseMs, now, signal }: LogLeaseContext,
  all: readonly string[],
): Promise<Pick<LogLeaseReport, 'looked' | 'renewed' | 'missing'>> {
  const report = { looked: 0, renewed: 0, missing: 0 };
  const soon = new Date(now().getTime() + leaseMs / 3);
  const until = new Date(now().getTime() + leaseMs);
  const paths = all.values();
  const worker = async (): Promise<void> => {
    for (const path of paths) {
      if (isOver(signal)) return;
      const outcome = await files.extend(path, soon, until);
      report.looked += 1;
      if (outcome === 'extended') report.renewed += 1;
      if (outcome === 'missing') report.missing += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return report;
}
