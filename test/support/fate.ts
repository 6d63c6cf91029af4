/**
 * What is going to happen to a process, and when: it dies as by `kill -9`, its event loop stands still, or
 * its memory is eaten up. The archive's own
 * code knows nothing of it: the system that it is handed looks as always, and a named operation of it is the last one.
 *
 * Names of moments:
 *   put, put salt|fact|file|manifest; head likewise   one call of the store
 *   insert seal, insert object manifest, update object confirmed_at, insert event record.sealed, …
 *                       a transaction that holds such a statement: `before` and `after` are of its commit
 *   claim, finish, ring, renew                        a statement of the step table, committed by itself
 *   accept                                            the statement that makes a report durable
 *   chunk, stage                                      a piece of an upload; a whole file in staging
 *   enqueue                                           the bell
 *   inspect                                           the decoder is asked about a picture
 *   leaves, published                                 the sequencer's two transactions: `before` and `after` are of their commit
 *   tile, checkpoint                                  a file of the log is put; before its checkpoint is, it has been signed
 */
import { existsSync } from 'node:fs';
import type { OperationNode, KyselyPlugin } from 'kysely';
import type { Db } from '#db/db.ts';
import type { Staging } from '#intake/intake.ts';
import type { Queue } from '#queue/queue.ts';
import type { ObjectStore } from '#store/store.ts';
import type { System } from '#system.ts';

export type When = 'before' | 'after';

export interface Fate {
  readonly at: string;
  readonly when: When;
  /** The n-th time, from 1. */
  readonly n?: number;
  /** Only calls of the store for this record are counted. */
  readonly recordId?: string;
  /** The event loop stands still until there is such a file; without it the process dies. */
  readonly hangsUntil?: string;
  /** It takes memory until the runtime has none left, and ends it; for a process with a limit (`Plan.heapMb`). */
  readonly eats?: boolean;
}

type Moment = (at: string, when: When, about?: string) => void;

export function fated(system: System, fates: readonly Fate[], say: (said: object) => void): System {
  const met = new Map<Fate, number>();
  const moment: Moment = (at, when, about = '') => {
    for (const fate of fates) {
      if (fate.at !== at || fate.when !== when || !about.includes(fate.recordId ?? '')) continue;
      const times = (met.get(fate) ?? 0) + 1;
      met.set(fate, times);
      if (times !== (fate.n ?? 1)) continue;
      say({ fate: `${when} ${at}` });
      if (fate.eats === true) eat();
      if (fate.hangsUntil === undefined) process.kill(process.pid, 'SIGKILL');
      // Synchronous: no timer, no answer and no renewal of a claim comes through meanwhile.
      while (!existsSync(fate.hangsUntil ?? ''))
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
      say({ woke: `${when} ${at}` });
    }
  };
  return {
    ...system,
    db: fatedDb(system.db, moment),
    store: fatedStore(system.store, moment),
    queue: fatedQueue(system.queue, moment),
    staging: fatedStaging(system.staging, moment),
    logFiles: {
      ...system.logFiles,
      put: async (path, bytes, ms) =>
        await around(moment, ['tile'], '', async () => await system.logFiles.put(path, bytes, ms)),
      replace: async (path, bytes, ms) =>
        await around(moment, ['checkpoint'], '', async () => await system.logFiles.replace(path, bytes, ms)),
    },
    inspector: {
      ...system.inspector,
      inspect: async (path) =>
        await around(moment, ['inspect'], '', async () => await system.inspector.inspect(path)),
    },
  };
}

function eat(): never {
  const eaten: object[] = [];
  for (;;) eaten.push(Array.from({ length: 10_000 }, (_, n) => ({ n })));
}

async function around<T>(
  moment: Moment,
  names: readonly string[],
  about: string,
  work: () => Promise<T>,
): Promise<T> {
  for (const name of names) moment(name, 'before', about);
  const result = await work();
  for (const name of names) moment(name, 'after', about);
  return result;
}

function fatedStore(store: ObjectStore, moment: Moment): ObjectStore {
  const part = (key: string): string => {
    const name = key.slice(key.lastIndexOf('/') + 1);
    if (name === 'salt' || name === 'manifest.json') return name.replace('.json', '');
    return name.startsWith('fact-') ? 'fact' : 'file';
  };
  return {
    ...store,
    seal: async (input) =>
      await around(moment, ['put', `put ${part(input.key)}`], input.key, async () => await store.seal(input)),
    head: async (key, versionId) =>
      await around(moment, ['head', `head ${part(key)}`], key, async () => await store.head(key, versionId)),
  };
}

function fatedQueue(queue: Queue, moment: Moment): Queue {
  return {
    ...queue,
    enqueue: async (step, jobs) =>
      await around(moment, ['enqueue'], '', async () => await queue.enqueue(step, jobs)),
  };
}

function fatedStaging(staging: Staging, moment: Moment): Staging {
  return {
    ...staging,
    stage: async (bytes, limits) =>
      await around(moment, ['stage'], '', async () => await staging.stage(counted(bytes, moment), limits)),
    stageBytes: async (bytes) =>
      await around(moment, ['stage'], '', async () => await staging.stageBytes(bytes)),
  };
}

async function* counted(bytes: AsyncIterable<Uint8Array>, moment: Moment): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    yield chunk;
    moment('chunk', 'after');
  }
}

function fatedDb(db: Db, moment: Moment): Db {
  return {
    ...db,
    system: db.system.withPlugin(statements(moment)),
    sequencer: db.sequencer.withPlugin(commits(moment)),
    inAgency: async (agencyId, work) => {
      const marks = new Set<string>();
      const result = await db.inAgency(agencyId, async (at) => {
        const made = await work({ ...at, tx: at.tx.withPlugin(marking(marks)) });
        for (const mark of marks) moment(mark, 'before');
        return made;
      });
      for (const mark of marks) moment(mark, 'after');
      return result;
    },
    statement: async (name, text, values) =>
      await around(moment, [name], '', async () => await db.statement(name, text, values)),
  };
}

const STATEMENTS: Readonly<Record<string, RegExp>> = {
  claim: /set fence = nextval/,
  finish: /with more as/,
  ring: /update step s set rung_at = now\(\)/,
  renew: /update step set claimed_until/,
};

/** Statements of the system role commit by themselves: the result is there after the commit. */
function statements(moment: Moment): KyselyPlugin {
  const named = new WeakMap<object, string>();
  return {
    transformQuery: ({ node, queryId }) => {
      const text = node.kind === 'RawNode' ? node.sqlFragments.join(' ') : '';
      const name = Object.entries(STATEMENTS).find(([, pattern]) => pattern.test(text))?.[0];
      if (name !== undefined) {
        named.set(queryId, name);
        moment(name, 'before');
      }
      return node;
    },
    transformResult: async ({ queryId, result }) => {
      const name = named.get(queryId);
      // A claim that was not got, and a look that found nothing due, are no moments.
      const idle = (name === 'ring' || name === 'claim') && result.rows.length === 0;
      if (name !== undefined && !idle) moment(name, 'after');
      return await Promise.resolve(result);
    },
  };
}

/** The last statement of each of the sequencer's transactions; after its commit comes the next statement on its connection. */
function commits(moment: Moment): KyselyPlugin {
  const named = new WeakMap<object, string>();
  let committing: string | null = null;
  return {
    transformQuery: ({ node, queryId }) => {
      const text = node.kind === 'RawNode' ? node.sqlFragments.join(' ') : '';
      // Told to those who watch, within the same transaction.
      if (!text.includes('pg_notify') && committing !== null) {
        const over = committing;
        committing = null;
        moment(over, 'after');
      }
      const words = node.kind === 'UpdateQueryNode' ? wordsOf(node) : [];
      if (text.includes('delete from log_outbox')) named.set(queryId, 'leaves');
      if (words[0] === 'log_head' && words.includes('published')) named.set(queryId, 'published');
      return node;
    },
    transformResult: async ({ queryId, result }) => {
      const name = named.get(queryId);
      if (name !== undefined) {
        moment(name, 'before');
        committing = name;
      }
      return await Promise.resolve(result);
    },
  };
}

/** Gathers what a transaction writes: `insert seal`, and with each word in it `insert event record.sealed`. */
function marking(marks: Set<string>): KyselyPlugin {
  return {
    transformQuery: ({ node }) => {
      const verb = { InsertQueryNode: 'insert', UpdateQueryNode: 'update' }[node.kind as string];
      if (verb === undefined) return node;
      const [table = '', ...words] = wordsOf(node);
      marks.add(`${verb} ${table}`);
      for (const word of words) marks.add(`${verb} ${table} ${word}`);
      return node;
    },
    transformResult: async ({ result }) => await Promise.resolve(result),
  };
}

/** Names and short words of a statement, its table first. */
function wordsOf(node: OperationNode): string[] {
  const words: string[] = [];
  const look = (value: unknown): void => {
    if (typeof value === 'string') {
      if (/^[a-z][a-z_.-]{2,30}$/.test(value)) words.push(value);
    } else if (Array.isArray(value)) value.forEach(look);
    else if (typeof value === 'object' && value !== null && !Buffer.isBuffer(value))
      Object.entries(value).forEach(([name, inner]) => name === 'kind' || look(inner));
  };
  look(node);
  return words;
}
