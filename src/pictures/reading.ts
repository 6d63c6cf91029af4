/** The rounds of whoever reads pictures, one picture at a time. */
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '#errors.ts';
import type { Db } from '#db/db.ts';
import type { Log } from '#log.ts';
import type { ObjectReader } from '#store/store.ts';
import { wholeBytes } from '#whole-bytes.ts';
import { claim, later, settle, waiting, type Claimed, type Settled, type Waiting } from './queries.ts';

/** `notRead`: why not, as a code; of `timeout` and `crashed` another try may come to another end. */
export type PictureText =
  | { readonly lines: readonly string[]; readonly words: number; readonly confidence: number }
  | { readonly notRead: string };

export interface ReadingContext {
  readonly db: Db;
  readonly log: Log;
  readonly reader: Pick<ObjectReader, 'read'>;
  /** In a process that may die. */
  readonly read: (picture: Buffer, mediaType: string) => Promise<PictureText>;
  /** What reads, and in which languages, with their versions. */
  readonly engine: string;
  readonly signal?: AbortSignal;
}

const TRIES = 3;
/** Longer than the reader may take, with what it starts. */
const CLAIM_MS = 10 * 60_000;
const AGAIN_MS = 60_000;
/** It lies in memory, here and in the reader. */
const MAX_BYTES = 64 * 1024 ** 2;
const MAX_PIXELS = 100_000_000;
const MAX_LETTERS = 100_000;
const AGAIN: readonly string[] = ['timeout', 'crashed'];
const AT_ONCE = 20;

export interface Reading {
  readonly read: number;
  readonly none: number;
  /** Not for the last time, where another try may come. */
  readonly failed: number;
}

/** What waits, a few at a time. `young`: what came before that is read at half speed, so that the machine has room for what somebody waits for. */
export async function readDue(context: ReadingContext, youngMs = 3_600_000): Promise<Reading> {
  const done = { read: 0, none: 0, failed: 0 };
  for (const one of await waiting(context.db, AT_ONCE)) {
    if (context.signal?.aborted === true) break;
    const began = performance.now();
    const settled = await readOne(context, one);
    if (settled === null) continue;
    done[settled.state === 'read' || settled.state === 'none' ? settled.state : 'failed'] += 1;
    if (one.ageMs <= youngMs) continue;
    await sleep(performance.now() - began, undefined, { signal: context.signal }).catch(() => undefined);
    // What came meanwhile goes before the next of these.
    break;
  }
  return done;
}

/** Null: there was nothing to read of it now. */
async function readOne(context: ReadingContext, one: Waiting): Promise<Settled | null> {
  const { db, log } = context;
  const claimed = await db.inAgency(one.agencyId, async (at) => await claim(at, one, CLAIM_MS));
  if (claimed === null || claimed.state !== 'waiting' || claimed.key === null) return null;
  const { attempts } = claimed;
  // Each of the tries before this one ended whoever tried.
  const settled =
    attempts > TRIES ? ({ state: 'failed', code: 'crashed' } as const) : await looked(context, claimed);
  const about = { agencyId: one.agencyId, recordId: one.recordId, n: one.n, attempts };
  if (settled.state === 'failed' && context.signal?.aborted === true) {
    // It was ended with us, and is to be read by whoever comes next.
    const how = { waitMs: 0, code: 'stopped', counts: false };
    await db.inAgency(one.agencyId, async (at) => await later(at, one, attempts, how));
    return settled;
  }
  if (settled.state === 'failed') {
    log.warn({ ...about, code: settled.code }, 'picture.not-read');
    const isOutage = settled.code.startsWith('store-') && !DAMAGE.includes(settled.code);
    const mayComeRight = isOutage || DAMAGE.includes(settled.code) || AGAIN.includes(settled.code);
    if (mayComeRight && (isOutage || attempts < TRIES)) {
      const how = { waitMs: AGAIN_MS * attempts, code: settled.code, counts: !isOutage };
      await db.inAgency(one.agencyId, async (at) => await later(at, one, attempts, how));
      return settled;
    }
  }
  await db.inAgency(one.agencyId, async (at) => await settle(at, one, attempts, settled));
  log.debug({ ...about, state: settled.state }, 'picture.settled');
  return settled;
}

/** What the rounds of fixity find as well, and may be mended out of a second store. */
const DAMAGE: readonly string[] = ['store-object-changed', 'store-object-missing'];

async function looked({ reader, read, engine, signal }: ReadingContext, one: Claimed): Promise<Settled> {
  const { key, versionId, sha256, sizeBytes, pixels, mediaType } = one;
  if (sizeBytes > MAX_BYTES || (pixels ?? 0) > MAX_PIXELS) return { state: 'too-large' };
  let bytes: Buffer;
  try {
    if (key === null || versionId === null) return { state: 'failed', code: 'store-object-missing' };
    bytes = await buffer(wholeBytes(await reader.read(key, versionId), { what: key, sha256, sizeBytes }));
  } catch (error) {
    const code = codeOf(error);
    return { state: 'failed', code: code.startsWith('store-') ? code : 'store-down' };
  }
  if (signal?.aborted === true) return { state: 'failed', code: 'stopped' };
  const said = await read(bytes, mediaType);
  if ('notRead' in said) return { state: 'failed', code: said.notRead };
  // Postgres keeps no NUL, and a reader that was taken over could say one.
  const text = said.lines.join('\n').replaceAll('\0', '').toWellFormed().trim().slice(0, MAX_LETTERS);
  if (text === '') return { state: 'none', engine };
  return { state: 'read', text: text.toWellFormed(), words: said.words, confidence: said.confidence, engine };
}

const IDLE_MS = 5000;

/** Reads until it is stopped. */
export function startReading(context: Omit<ReadingContext, 'signal'>): () => Promise<void> {
  const ending = new AbortController();
  const { signal } = ending;
  const { log } = context;
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      let some = false;
      try {
        const done = await readDue({ ...context, signal });
        some = done.read + done.none > 0;
        if (some || done.failed > 0) log.info(done, 'pictures.pass');
      } catch (error) {
        if (!signal.aborted) log.error({ code: codeOf(error), err: error }, 'pictures.failed');
      }
      if (!some) await sleep(IDLE_MS, undefined, { signal }).catch(() => undefined);
    }
  };
  const running = loop();
  return async () => {
    ending.abort();
    await running;
  };
}
