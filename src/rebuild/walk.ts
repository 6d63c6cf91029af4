/**
 * Every record of the store, a few at a time. The listing is the only thing that is long, and it is never held: what was listed of
 * one record is given on when the next one begins.
 */
import type { ObjectVersion } from '#store/store.ts';
import { rebuildRecord, type RebuildContext, type RecordResult } from './record.ts';
import { beginReplay, type BegunReplay, type ReplayContext, type Replayed } from './replay.ts';

/** Records at once; each reads a few objects at once. */
const AT_ONCE = 4;

interface Listed {
  readonly agencyId: string;
  readonly recordId: string;
  readonly versions: readonly ObjectVersion[];
}

export interface Walk {
  /** Null: of every agency that has something in the store. */
  readonly agency: string | null;
  /** Agencies that the database has: their logs are put back also where no record of theirs is in the store. */
  readonly known: readonly string[];
  /** Asked once for each other agency that is met. `false`: its records are counted and not touched. */
  readonly enter: (agencyId: string) => Promise<boolean>;
  /** The log of an agency was put back, before its records. It goes on from here. */
  readonly onReplayed: (agencyId: string, replayed: Replayed) => void;
  readonly onRecord: (agencyId: string, result: RecordResult) => void;
  /** Of an agency that was not entered. */
  readonly onPassed: (agencyId: string) => void;
  /** Keys that no record can have. */
  readonly onStray: (key: string) => void;
  readonly stop: AbortSignal;
}

interface Entered {
  readonly begun: BegunReplay | null;
  records: number;
  readonly refused: Replayed['refused'][number][];
}

/**
 * Resolves when every record was looked at, or when it was told to stop; what was begun is ended then. A log goes on only after all
 * records were looked at: until then whatever was stopped is begun again.
 */
export async function rebuildAll(context: RebuildContext, replay: ReplayContext, walk: Walk): Promise<void> {
  const entered = new Map<string, Promise<Entered | null>>();
  const enter = async (agencyId: string): Promise<Entered> => ({
    begun: await beginReplay(replay, agencyId),
    records: 0,
    refused: [],
  });
  for (const agencyId of walk.known) {
    const known = enter(agencyId);
    entered.set(agencyId, known);
    await known;
  }
  const records = recordsOf(
    context.store.versions(walk.agency === null ? 'a/' : `a/${walk.agency}/rec/`),
    walk,
  );
  // One listing, many readers: each takes the next record when it is done with its last.
  let turn: Promise<unknown> = Promise.resolve();
  const next = async (): Promise<Listed | null> => {
    const mine = turn.then(async () => {
      const { value, done } = await records.next();
      return done === true ? null : value;
    });
    turn = mine.catch(() => undefined);
    return await mine;
  };
  let failed = false;
  const worker = async (): Promise<void> => {
    try {
      for (let one = await next(); one !== null; one = await next()) {
        if (failed || walk.stop.aborted) return;
        const { agencyId, recordId, versions } = one;
        let known = entered.get(agencyId);
        if (known === undefined) {
          known = walk.enter(agencyId).then(async (wanted) => (wanted ? await enter(agencyId) : null));
          entered.set(agencyId, known);
        }
        const into = await known;
        if (into === null) {
          walk.onPassed(agencyId);
          continue;
        }
        const result = await rebuildRecord(context, agencyId, recordId, versions);
        if (result.outcome === 'refused') into.refused.push({ recordId, finding: result.finding });
        else if (result.outcome !== 'same') into.records += 1;
        walk.onRecord(agencyId, result);
      }
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  if (walk.stop.aborted) return;
  for (const [agencyId, known] of entered) {
    const into = await known;
    if (into?.begun != null) walk.onReplayed(agencyId, await into.begun.end(into));
  }
}

const RECORD = /^a\/([a-z0-9-]{2,63})\/rec\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/./;

async function* recordsOf(
  versions: AsyncIterable<ObjectVersion>,
  { onStray }: Walk,
): AsyncGenerator<Listed, undefined> {
  let now = null as { agencyId: string; recordId: string; versions: ObjectVersion[] } | null;
  for await (const version of versions) {
    const [, agencyId, recordId] = RECORD.exec(version.key) ?? [];
    if (agencyId === undefined || recordId === undefined) {
      onStray(version.key);
      continue;
    }
    if (now?.agencyId !== agencyId || now.recordId !== recordId) {
      if (now !== null) yield now;
      now = { agencyId, recordId, versions: [] };
    }
    now.versions.push(version);
  }
  if (now !== null) yield now;
  return undefined;
}
