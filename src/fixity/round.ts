/**
 * The rounds of the fixity worker, over every agency in turn, a batch at a time, so that one with millions of objects keeps no other
 * waiting. Most urgent first: what was sealed and never read; what was found wrong; what must be looked at again; what must be read again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '#errors.ts';
import type { AgencyTx } from '#db/db.ts';
import { checkBatch, type CheckContext } from './check.ts';
import { putBackAgency, type Mending } from './copies.ts';
import { writePass } from './figures.ts';
import { listAgency } from './listing.ts';
import { checkLogOf, type CheckAnchors, type ReadLogFile } from './log-files.ts';
import { openPace } from './look.ts';
import { agencyIds, dueAgain, dueToLook, dueToRead, neverRead, type Batch } from './queries.ts';
import type { CheckedObject } from './rules.ts';
import { clearRecords } from './settle.ts';

export interface RoundOptions extends Omit<CheckContext, 'pace'> {
  readonly lookMs: number;
  readonly readMs: number;
  readonly bytesPerSecond: number;
  /** Null: nobody says how. */
  readonly readLogFile?: ReadLogFile;
  readonly checkAnchors?: CheckAnchors;
  /** Runs after the checks of an agency: copying to a second store, where there is one. */
  readonly afterwards?: (agencyId: string, signal: AbortSignal | undefined) => Promise<void>;
}

export interface PassReport {
  readonly agencies: number;
  readonly looked: number;
  readonly read: number;
  readonly wrong: number;
  readonly strays: number;
  readonly cleared: number;
  /** Agencies that could not be finished; the store, or the way to it. */
  readonly failed: number;
}

const LOOKS = 400;
const READS = 64;
/** A batch is an entry; it should be there within minutes of what it found. */
const BATCH_BYTES = 256 * 1024 ** 2;
/** Wrong before: read again so long afterwards. */
const AGAIN_MS = 3_600_000;
/** Begins so much earlier than it must be done: a sixth of the time is there for days on which nothing ran. */
const EARLY = 5 / 6;

/** As many as fit in a batch; one that fits in none goes alone. */
function fitting(objects: readonly CheckedObject[]): CheckedObject[] {
  let bytes = 0;
  return objects.filter(({ sizeBytes }, n) => (bytes += sizeBytes) <= BATCH_BYTES || n === 0);
}

/** One batch of what is most urgent in an agency. Null: nothing is due. */
async function nextBatch(
  { lookMs, readMs }: RoundOptions,
  at: AgencyTx,
): Promise<{ readonly layer: Batch['layer']; readonly objects: readonly CheckedObject[] } | null> {
  const unread = fitting(await neverRead(at, READS));
  if (unread.length > 0) return { layer: 'read', objects: unread };
  const again = fitting(await dueAgain(at, Math.min(AGAIN_MS, readMs * EARLY), READS));
  if (again.length > 0) return { layer: 'read', objects: again };
  const look = await dueToLook(at, lookMs * EARLY, LOOKS);
  if (look.length > 0) return { layer: 'look', objects: look };
  const read = fitting(await dueToRead(at, readMs * EARLY, READS));
  return read.length > 0 ? { layer: 'read', objects: read } : null;
}

/** Everything that is due now. An agency that cannot be finished is left for the next pass, and keeps no other from its own. */
export async function checkAll(options: RoundOptions): Promise<PassReport> {
  const { db, log, signal, lookMs } = options;
  const context: CheckContext = { ...options, pace: openPace(options.bytesPerSecond, signal) };
  const report = { agencies: 0, looked: 0, read: 0, wrong: 0, strays: 0, cleared: 0, failed: 0 };
  let waiting = await agencyIds(db);
  report.agencies = waiting.length;
  const ended = (): boolean => signal?.aborted === true;
  const attempt = async (agencyId: string, work: () => Promise<boolean>): Promise<boolean> => {
    try {
      return await work();
    } catch (error) {
      if (ended()) return false;
      report.failed += 1;
      log.error({ agencyId, code: codeOf(error), err: error }, 'fixity.not-looked');
      return false;
    }
  };
  const turn = async (agencyId: string): Promise<boolean> => {
    const due = await db.inAgency(agencyId, async (at) => await nextBatch(options, at));
    if (due !== null) {
      const { looked, read, wrong } = await checkBatch(context, agencyId, due.layer, due.objects);
      report.looked += looked;
      report.read += read;
      report.wrong += wrong.length;
      return true;
    }
    const listed = await listAgency(context, agencyId, lookMs * EARLY);
    report.strays += listed?.strays ?? 0;
    if (options.readLogFile !== undefined)
      await checkLogOf(context, options.readLogFile, options.checkAnchors, agencyId, lookMs * EARLY);
    report.cleared += await clearRecords(context, agencyId);
    await options.afterwards?.(agencyId, signal);
    // What the listing wants to be looked at.
    return listed !== null;
  };
  while (waiting.length > 0 && !ended()) {
    const more: string[] = [];
    for (const agencyId of waiting) {
      if (ended()) break;
      if (await attempt(agencyId, async () => await turn(agencyId))) more.push(agencyId);
    }
    waiting = more;
  }
  if (!ended()) await writePass(db, report);
  return report;
}

const PASS_MS = 60_000;

/** What is sealed is read within two minutes. In a trial with short rounds, often enough for those. */
function fixityPassMs({ lookMs, readMs }: Pick<RoundOptions, 'lookMs' | 'readMs'>): number {
  return Math.min(PASS_MS, Math.max(500, Math.min(lookMs, readMs) / 8));
}

/** Passes until it is stopped. */
export function startRounds(options: Omit<RoundOptions, 'signal'>): () => Promise<void> {
  const ending = new AbortController();
  const { signal } = ending;
  const { log } = options;
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        const report = await checkAll({ ...options, signal });
        if (report.looked > 0 || report.failed > 0) log.info(report, 'fixity.pass');
      } catch (error) {
        if (!signal.aborted) log.error({ code: codeOf(error), err: error }, 'fixity.pass-failed');
      }
      await sleep(fixityPassMs(options), undefined, { signal }).catch(() => undefined);
    }
  };
  const running = loop();
  return async () => {
    ending.abort();
    await running;
  };
}

const MEND_MS = 60_000;

/** Puts back what was found wrong, until it is stopped: within a minute or so, where a second store has it. */
export function startMending(context: Omit<Mending, 'signal'>): () => Promise<void> {
  const ending = new AbortController();
  const { signal } = ending;
  const { db, log } = context;
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        for (const agencyId of await agencyIds(db)) await putBackAgency({ ...context, signal }, agencyId);
      } catch (error) {
        if (!signal.aborted) log.error({ code: codeOf(error), err: error }, 'fixity.mending-failed');
      }
      await sleep(MEND_MS, undefined, { signal }).catch(() => undefined);
    }
  };
  const running = loop();
  return async () => {
    ending.abort();
    await running;
  };
}
