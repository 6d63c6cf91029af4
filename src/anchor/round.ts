/** Asks whoever stands outside, one agency after another, and enters what came of it. See the door for the order. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AnchorConfig } from '#config.ts';
import type { AgencyTx, AnchorKind, Db } from '#db/db.ts';
import { codeOf, type ErrorCode } from '#errors.ts';
import type { Log } from '#log.ts';
import type { LogReader } from '#log/log.ts';
import { appendEvent } from '#record/record.ts';
import {
  agencyIds,
  endTrouble,
  enterTrouble,
  firstRealEntry,
  keepAnchor,
  newestCheckpoint,
  takeTurn,
  troubles,
  type Published,
} from './queries.ts';
import { anchorsAt, newestAnchors } from './holding.ts';
import { lateAfterSeconds, oldestUnanchored } from './standing.ts';
import { obtainStamp } from './stamper.ts';
import { obtainCosignature } from './witness.ts';

export interface AnchorContext {
  readonly db: Db;
  readonly log: Log;
  readonly anchors: AnchorConfig;
  /** Leads the proofs that witnesses ask for; and the keys of the log to what was signed, so that no key that somebody drew keeps anybody from being asked. */
  readonly reader: Pick<LogReader, 'consistency' | 'keysOf'>;
  readonly now: () => Date;
  /** Of one question; tests shorten it. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface Anchored {
  /** Of the checkpoint that they were asked about; null: none is published yet. */
  readonly size: number | null;
  readonly obtained: readonly { readonly kind: AnchorKind; readonly authority: string; readonly at: Date }[];
  readonly failed: readonly {
    readonly kind: AnchorKind;
    readonly authority: string;
    readonly code: ErrorCode;
  }[];
}

/** One who is asked: how, and up to where they vouch already. */
interface Outsider {
  readonly kind: AnchorKind;
  readonly authority: string;
  readonly reach: number;
  readonly obtain: (published: Published) => Promise<{ readonly at: Date; readonly blob: Buffer } | null>;
}

const ACTOR = 'worker:anchor';
const BACKOFF_FIRST_MS = 60_000;
const BACKOFF_LAST_MS = 3_600_000;
const TICK_MS = 30_000;

/**
 * Everybody who is not over the newest published checkpoint yet, at once and whether or not their turn has come: for an export, a hold,
 * a purge. Rejects only when the database does, or the log’s own keys cannot be believed; who could not be had stands in the answer.
 */
export async function anchorNow(
  context: AnchorContext,
  agencyId: string,
  whom: 'all' | 'every' = 'all',
): Promise<Anchored> {
  return await anchor(context, agencyId, whom);
}

/**
 * `all`: at once. `every`: also those for whom nothing is new but the entries of anchors, so that all of them are over one checkpoint. `due`: but for those whose next attempt is later.
 * `troubled`: only those, when it has come.
 */
type Whom = 'all' | 'every' | 'due' | 'troubled';

async function anchor(context: AnchorContext, agencyId: string, whom: Whom): Promise<Anchored> {
  const { published, due } = await context.db.inAgency(
    agencyId,
    async (at) => await whoIsDue(context, at, whom),
  );
  if (published === null) return { size: null, obtained: [], failed: [] };
  const asked = await Promise.allSettled(
    due.map(async (one) => await askOne(context, agencyId, published, one)),
  );
  // Each of them is over before an error of the database rises: nobody is left behind at work.
  const outcomes = asked.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
  return {
    size: published.size,
    obtained: outcomes.flatMap((one) => ('at' in one ? [one] : [])),
    failed: outcomes.flatMap((one) => ('code' in one ? [one] : [])),
  };
}

async function whoIsDue(
  context: AnchorContext,
  at: AgencyTx,
  whom: Whom,
): Promise<{ readonly published: Published | null; readonly due: readonly Outsider[] }> {
  const nobody = { published: null, due: [] };
  const troubled = await troubles(at);
  if (whom === 'troubled' && troubled.length === 0) return nobody;
  const published = await newestCheckpoint(at);
  if (published === null) return nobody;
  const named = await outsiders(context, at);
  // Whom the settings name no more is in nobody's way.
  for (const { kind, authority } of troubled)
    if (!named.some((one) => one.kind === kind && one.authority === authority))
      await endTrouble(at, kind, authority);
  const due: Outsider[] = [];
  for (const one of named) {
    const trouble = troubled.find(({ kind, authority }) => kind === one.kind && authority === one.authority);
    const waits = trouble === undefined ? whom === 'troubled' : trouble.dueAt > context.now();
    const atOnce = whom === 'all' || whom === 'every';
    if ((!atOnce && waits) || one.reach >= published.size) continue;
    if (whom === 'every') {
      due.push(one);
      continue;
    }
    const first = await firstRealEntry(at, one.reach);
    if (first !== null && first.index < published.size) due.push(one);
  }
  return { published, due };
}

type Outcome = Anchored['obtained'][number] | Anchored['failed'][number] | { readonly nothing: true };

/** The network between two transactions, and never within one. */
async function askOne(
  context: AnchorContext,
  agencyId: string,
  published: Published,
  { kind, authority, obtain }: Outsider,
): Promise<Outcome> {
  const { db, log } = context;
  const { keysOf } = context.reader;
  const { size } = published;
  let answer: Awaited<ReturnType<Outsider['obtain']>>;
  try {
    answer = await obtain(published);
  } catch (error) {
    // We stop asking: that says nothing of whom we asked.
    if (context.signal?.aborted === true) return { nothing: true };
    const code = codeOf(error);
    await db.inAgency(agencyId, async (at) => await enterFailure(context, at, { kind, authority, code }));
    // A contradiction is told at each attempt: nobody may get used to it.
    const level = code === 'witness-contradicts' ? 'error' : 'warn';
    log[level]({ agencyId, anchor: kind, authority, size, code, err: error }, 'anchor.failed');
    return { kind, authority, code };
  }
  await db.inAgency(agencyId, async (at) => {
    await endTrouble(at, kind, authority);
    if (answer === null) return;
    await takeTurn(at, { kind, authority });
    // Of two who asked at once one was first. What does not hold stands in nobody's way.
    const there = await anchorsAt(at, size, { ...context.anchors, log, keysOf });
    if (there.some((one) => one.kind === kind && one.authority === authority)) return;
    if (!(await keepAnchor(at, { kind, authority, size, ...answer }))) return;
    await appendEvent(at, null, {
      type: 'anchor.obtained',
      actor: ACTOR,
      body: {
        anchor: kind,
        size: String(size),
        root: published.root.toString('hex'),
        authority,
        at: answer.at.toISOString(),
        // So the log holds, by its commitment, which very bytes were obtained.
        sha256: createHash('sha256').update(answer.blob).digest('hex'),
      },
    });
  });
  if (answer === null) return { nothing: true };
  log.info({ agencyId, anchor: kind, authority, size }, 'anchor.obtained');
  return { kind, authority, at: answer.at };
}

/** Into the history when it begins, and when it becomes something else; not once for each attempt of an outage. */
async function enterFailure(
  { anchors, now }: AnchorContext,
  at: AgencyTx,
  { kind, authority, code }: Anchored['failed'][number],
): Promise<void> {
  const trouble = (await troubles(at)).find((one) => one.kind === kind && one.authority === authority);
  const firstMs = Math.min(BACKOFF_FIRST_MS, anchors.everyMs);
  const waitMs = Math.min(BACKOFF_LAST_MS, firstMs * 2 ** Math.min(trouble?.attempts ?? 0, 10));
  await enterTrouble(at, { kind, authority, code, dueAt: new Date(now().getTime() + waitMs) });
  if (trouble?.code !== code)
    await appendEvent(at, null, {
      type: 'anchor.failed',
      actor: ACTOR,
      body: { anchor: kind, code, authority },
    });
}

async function outsiders(context: AnchorContext, at: AgencyTx): Promise<Outsider[]> {
  const { db, log, anchors, now, reader, signal, timeoutMs } = context;
  const asking = { now, signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  const witnesses = (anchors.witnesses?.witnesses ?? []).flatMap((one) =>
    one.url === null ? [] : [{ ...one, url: one.url }],
  );
  // Only what holds was ever obtained: a row that somebody forged keeps nobody from asking.
  const reach = await newestAnchors(at, { ...anchors, log, keysOf: reader.keysOf });
  const reached = (kind: AnchorKind, authority: string): number =>
    reach.find((one) => one.kind === kind && one.authority === authority)?.size ?? 0;
  return [
    ...anchors.authorities.map((authority): Outsider => ({
      kind: 'stamp',
      authority: authority.name,
      reach: reached('stamp', authority.name),
      obtain: async ({ note }) => {
        const { tsr, stamp } = await obtainStamp(authority, note, asking);
        return { at: stamp.at, blob: tsr };
      },
    })),
    ...witnesses.map((witness): Outsider => {
      const known = reached('witness', witness.name);
      return {
        kind: 'witness',
        authority: witness.name,
        reach: known,
        obtain: async (published) => {
          const answer = await obtainCosignature(witness, published, known, {
            ...asking,
            consistency: async (older, newer) =>
              await db.inAgency(at.agencyId, async (then) => await reader.consistency(then, older, newer)),
            published: async () =>
              await db.inAgency(at.agencyId, async (then) => (await newestCheckpoint(then))?.size ?? 0),
          });
          return 'line' in answer ? { at: answer.at, blob: answer.line } : null;
        },
      };
    }),
  ];
}

/** One round over all agencies. `full`: everybody whose backoff allows it; otherwise only those in trouble, when their time has come. */
export async function anchorRound(context: AnchorContext, full: boolean): Promise<void> {
  const { db, log, anchors, reader, now, signal } = context;
  const { keysOf } = reader;
  const late = lateAfterSeconds(anchors);
  for (const agencyId of await agencyIds(db)) {
    if (signal?.aborted === true) return;
    try {
      await anchor(context, agencyId, full ? 'due' : 'troubled');
      if (!full || late === null) continue;
      const oldest = await db.inAgency(
        agencyId,
        async (at) => await oldestUnanchored(at, { ...anchors, log, keysOf }),
      );
      const seconds = oldest === null ? 0 : Math.round((now().getTime() - oldest.at.getTime()) / 1000);
      if (seconds > late) log.error({ agencyId, seconds, code: 'anchors-late' }, 'anchor.late');
    } catch (error) {
      // One agency's trouble is not another's.
      log.error({ agencyId, code: codeOf(error), err: error }, 'anchor.round-failed');
    }
  }
}

/** Until it is stopped; what is being asked is let go. */
export function startAnchoring(context: Omit<AnchorContext, 'signal'>): () => Promise<void> {
  const { log, anchors } = context;
  const ending = new AbortController();
  const { signal } = ending;
  const loop = async (): Promise<void> => {
    let fullAt = 0;
    while (!signal.aborted) {
      const started = performance.now();
      const full = started >= fullAt;
      if (full) fullAt = started + anchors.everyMs;
      try {
        await anchorRound({ ...context, signal }, full);
      } catch (error) {
        log.error({ code: codeOf(error), err: error }, 'anchor.round-failed');
      }
      await sleep(Math.min(TICK_MS, anchors.everyMs), undefined, { signal }).catch(() => undefined);
    }
  };
  const running = loop();
  return async () => {
    ending.abort();
    await running;
  };
}
