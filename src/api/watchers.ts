/**
 * Who watches which record. All who watch one record share one look at it, and all looks together take few connections, so
 * that nobody who watches keeps anybody from handing in.
 *
 * A worker's step notifies (`appendEvent`), and what this process accepted is told to it directly; the record is then looked
 * at again. It is looked at now and then anyway, which is how what another process accepted is seen, and what the clock alone
 * changes (a seal that takes too long): every two seconds at first, and less often while nothing happens.
 */
import type { Db } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import type { Receipt } from '#record/record.ts';

/** A receipt and, apart from the time of issue, what it says: to tell whether it is new. */
export interface Look {
  readonly receipt: Receipt;
  readonly said: string;
}

export interface Who {
  readonly agencyId: string;
  readonly watcher: string;
  readonly recordId: string;
}

export interface Watch {
  /** Begun after the watch was; null: there is no such record. */
  readonly first: Promise<Look | null>;
  /** From now on each look is handed over; null: it failed, or the record is gone. */
  follow(see: (look: Look | null) => void): void;
  stop(): void;
}

export interface Watchers {
  /** Refuses when the key, or the process, has as many as it may. */
  watch(who: Who): Watch;
  /** This process changed the record. */
  changed(recordId: string): void;
  close(): Promise<void>;
}

export interface WatchLimits {
  readonly perWatcher: number;
  readonly inAll: number;
  /** Looks at one moment. The pool that they take connections from is intake's. */
  readonly atOnce: number;
  readonly firstMs: number;
  readonly mostMs: number;
}

const LIMITS: WatchLimits = { perWatcher: 50, inAll: 1000, atOnce: 2, firstMs: 2000, mostMs: 30_000 };

interface Watched {
  readonly agencyId: string;
  readonly recordId: string;
  readonly seers: Set<(look: Look | null) => void>;
  watches: number;
  /** A look that has not begun: whoever wants one shares it. */
  waiting: Promise<Look | null> | null;
  running: Promise<void>;
  said: string | null;
  paceMs: number;
  timer: NodeJS.Timeout | undefined;
}

export async function openWatchers(
  db: Pick<Db, 'listen'>,
  read: (agencyId: string, recordId: string) => Promise<Receipt | null>,
  limits: WatchLimits = LIMITS,
): Promise<Watchers> {
  /** By record; of several agencies only when somebody asks for a record that is not theirs, and is about to be told so. */
  const watched = new Map<string, Set<Watched>>();
  const perWatcher = new Map<string, number>();
  const inTurn = turns(limits.atOnce);
  let inAll = 0;

  const look = async (record: Watched): Promise<Look | null> => {
    if (record.waiting !== null) return await record.waiting;
    const before = record.running;
    const mine = (async () => {
      await before;
      return await inTurn(async () => {
        record.waiting = null;
        clearTimeout(record.timer);
        const receipt = await read(record.agencyId, record.recordId);
        return receipt === null ? null : { receipt, said: saidBy(receipt) };
      });
    })();
    record.waiting = mine;
    record.running = mine.then(
      (found) => told(record, found),
      () => told(record, null),
    );
    return await mine;
  };
  const told = (record: Watched, found: Look | null): void => {
    const news = found === null || found.said !== record.said;
    record.said = found?.said ?? null;
    record.paceMs = news ? limits.firstMs : Math.min(2 * record.paceMs, limits.mostMs);
    if (record.watches > 0) record.timer = setTimeout(() => again(record), record.paceMs).unref();
    for (const see of record.seers) see(found);
  };
  /** A failure is told to those who follow. */
  const again = (record: Watched): void => void look(record).catch(() => undefined);
  const changed = (recordId: string): void => watched.get(recordId)?.forEach(again);
  const unlisten = await db.listen('record', changed, () => {
    for (const recordId of watched.keys()) changed(recordId);
  });

  const join = (agencyId: string, recordId: string): Watched => {
    const all = watched.get(recordId) ?? new Set();
    const there = [...all].find((one) => one.agencyId === agencyId);
    const record = there ?? {
      agencyId,
      recordId,
      seers: new Set(),
      watches: 0,
      waiting: null,
      running: Promise.resolve(),
      said: null,
      paceMs: limits.firstMs,
      timer: undefined,
    };
    watched.set(recordId, all.add(record));
    record.watches += 1;
    return record;
  };
  const leave = (record: Watched): void => {
    record.watches -= 1;
    if (record.watches > 0) return;
    clearTimeout(record.timer);
    const all = watched.get(record.recordId);
    all?.delete(record);
    if (all?.size === 0) watched.delete(record.recordId);
  };

  return {
    watch: ({ agencyId, watcher, recordId }) => {
      const ofWatcher = perWatcher.get(watcher) ?? 0;
      if (ofWatcher >= limits.perWatcher)
        throw new ArchiveError(
          'streams-too-many',
          `This key has ${ofWatcher} streams of live status open, as many as one key may have. Close one, or ask for the receipt now and then instead.`,
          { retry: 'later' },
        );
      if (inAll >= limits.inAll)
        throw new ArchiveError(
          'streams-full',
          'As many streams of live status are open as this process can serve. Ask for the receipt now and then instead, or try again in a moment.',
          { retry: 'later' },
        );
      perWatcher.set(watcher, ofWatcher + 1);
      inAll += 1;
      const record = join(agencyId, recordId);
      let seer: ((found: Look | null) => void) | null = null;
      let stopped = false;
      return {
        first: look(record),
        follow: (see) => {
          if (stopped) return;
          seer = see;
          record.seers.add(see);
        },
        stop: () => {
          if (stopped) return;
          stopped = true;
          if (seer !== null) record.seers.delete(seer);
          leave(record);
          inAll -= 1;
          const left = (perWatcher.get(watcher) ?? 1) - 1;
          if (left === 0) perWatcher.delete(watcher);
          else perWatcher.set(watcher, left);
        },
      };
    },
    changed,
    close: async () => {
      for (const all of watched.values()) for (const record of all) clearTimeout(record.timer);
      watched.clear();
      await unlisten();
    },
  };
}

/** The time of issue alone is nothing new. */
function saidBy(receipt: Receipt): string {
  return JSON.stringify(receipt, (name, value: unknown) => (name === 'issuedAt' ? undefined : value));
}

/** Runs what it is given, so many at one moment; the others in the order in which they came. */
function turns(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
