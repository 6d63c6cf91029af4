/**
 * Copies of anchors among the files of the log (log/FORMAT.md, "Anchors"), so that they outlive the database. Whoever asks strangers has
 * neither a key of the log nor the right to write its files; so the log worker writes the copies, and believes no row for it: what is
 * copied was verified once more, a stamp by both readers, and what it is over was signed by a key whose private half lies in this
 * installation's own folder, over the very tree whose files lie beside it: a copy is locked and for ever, and whoever owns the database
 * alone can have anything stamped in public. Where other bytes lie already they stay, and are told; the next size has another place,
 * and what is over that is over this one's entries too. The same the other way: a copy that has no row any more becomes one, after a
 * loss, when it is verified, and its checkpoint is one of this log, led from the log's own files.
 *
 * Order of writes: the checkpoint that it is over → the anchor. Back: the row of the checkpoint → the row of the anchor. A crash in
 * between does the same again. Nothing here replaces or deletes.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgencyTx, AnchorKind, Db } from '#db/db.ts';
import { ArchiveError, codeOf } from '#errors.ts';
import type { Log } from '#log.ts';
import {
  ANCHOR_FOLDER,
  anchoredCheckpointPath,
  anchorFileOf,
  anchorPath,
  announcedLogKeys,
  authorityId,
  logPrefix,
  openCheckpoint,
  openLogReader,
  rootOfFiles,
  type LogReader,
  type OpenedCheckpoint,
  type Trust,
} from '#log/log.ts';
import type { LogFiles } from '#store/store.ts';
import { judged, knownBy, namedIn, trustOf, verified, type Outsiders } from './holding.ts';
import {
  agencyIds,
  everyAnchor,
  keepAnchor,
  keepCheckpoint,
  newestCheckpoint,
  writeCopied,
  type Anchor,
  type Published,
} from './queries.ts';

export interface CopyContext {
  readonly db: Db;
  readonly files: Pick<LogFiles, 'read' | 'put' | 'list'>;
  readonly log: Log;
  readonly anchors: Outsiders;
  /** Whether this installation holds the private half of a key. */
  readonly isOurs: (vkey: string) => Promise<boolean>;
  /** Locked for so long, like the log's other files; leases.ts of the log extends it. */
  readonly leaseMs: number;
  readonly signal?: AbortSignal;
}

export interface Copied {
  /** Rows that hold. */
  readonly held: number;
  /** Of which so many had no copy until now. */
  readonly copied: number;
  /** Copies that became rows. */
  readonly back: number;
  /** Rows that are not as somebody whose name they bear signed them. */
  readonly forged: number;
  /** Copies that hold for nothing, or not over this log. */
  readonly wrong: number;
  /** Copies of authorities and witnesses that the settings do not name: nobody here can say what they are worth. */
  readonly unknown: number;
}

/**
 * One log, all of it, both ways; or with `recentMs` the rows of so long alone, and of those not what is `known` to have its copy, which
 * is added to. Null: the log has published nothing yet.
 */
export async function copyAnchors(
  context: CopyContext,
  agencyId: string,
  {
    recentMs = null,
    known = new Set(),
  }: { readonly recentMs?: number | null; readonly known?: Set<string> } = {},
): Promise<Copied | null> {
  const { db, log, signal } = context;
  const outside = { ...context.anchors, log, keysOf: keysBelieved(context) };
  const sum = { held: 0, copied: 0, back: 0, forged: 0, wrong: 0, unknown: 0 };
  const rows = new Set<string>();
  const inAgency = async <T>(work: (at: AgencyTx) => Promise<T>): Promise<T> =>
    await db.inAgency(agencyId, work);
  const logOf = async (): Promise<OfLog | null> =>
    await inAgency(async (at) => {
      const trust = await trustOf(at, outside.keysOf);
      const own = await trustOf(at, async (then) => (await ourKeys(context, then)).ours);
      const newest = await newestCheckpoint(at);
      return trust === null || newest === null ? null : { trust, own, newest };
    });
  // Mostly nothing is new, and then no more than that is asked.
  let ofLog = recentMs === null ? await logOf() : null;
  if (recentMs === null && ofLog === null) return null;
  for await (const page of everyAnchor(inAgency, recentMs)) {
    if (signal?.aborted === true) return sum;
    // Behind the rows: a key that one of them was signed with is named by now.
    ofLog = await logOf();
    if (ofLog === null) return null;
    for (const row of await inAgency(async (at) => await judged(at, page, outside))) {
      if (row.verdict === 'forged' || row.isTimeChanged) sum.forged += 1;
      if (row.verdict !== 'holds' || row.note === null) continue;
      sum.held += 1;
      const key = keyOf(row);
      rows.add(key);
      if (recentMs !== null && known.has(key)) continue;
      const done = await copyOne(context, agencyId, { ...row, note: row.note }, ofLog);
      if (done === 'copied') sum.copied += 1;
      if (done === 'wrong') sum.wrong += 1;
      else known.add(key);
    }
  }
  if (recentMs === null && ofLog !== null) await putBack(context, agencyId, { ...ofLog, rows, sum });
  if (recentMs === null || sum.forged > 0 || sum.wrong > 0) await writeCopied(db, agencyId, sum);
  return sum;
}

interface OfLog {
  readonly trust: Trust;
  /** By the keys of this installation's own folder alone; null: it has none of those that are named. */
  readonly own: Trust | null;
  readonly newest: Published;
}

async function ourKeys({ isOurs }: Pick<CopyContext, 'isOurs'>, at: AgencyTx) {
  const named = await announcedLogKeys(at);
  const held = await Promise.all(named.map(async ({ vkey }) => await isOurs(vkey)));
  return { named, ours: named.filter((_, n) => held[n] === true) };
}

/** Those that are ours. Any other, whose private half is not here any more, when its entry leads to what was signed. */
function keysBelieved(context: CopyContext): LogReader['keysOf'] {
  const { keysOf } = openLogReader(context.files);
  return async (at) => {
    const { named, ours } = await ourKeys(context, at);
    if (ours.length === named.length) return ours;
    try {
      return await keysOf(at);
    } catch (error) {
      // A verdict: somebody named one who may not. What only such a key signed is told and counted as forged.
      if (!(error instanceof ArchiveError) || error.retry !== 'never') throw error;
      context.log.error({ agencyId: at.agencyId, code: error.code }, 'anchor.key-unproven');
      return ours;
    }
  };
}

const keyOf = ({
  kind,
  authority,
  size,
  blob,
}: Pick<Anchor, 'kind' | 'authority' | 'size' | 'blob'>): string =>
  `${kind} ${authority} ${size} ${createHash('sha256').update(blob).digest('hex')}`;

async function copyOne(
  { files, log, anchors, leaseMs }: CopyContext,
  agencyId: string,
  { kind, authority, size, blob, note }: Anchor & { readonly note: Buffer },
  { trust, own, newest }: OfLog,
): Promise<'copied' | 'there' | 'wrong'> {
  const prefix = `${logPrefix(agencyId)}/`;
  const path = anchorPath(size, kind, authority);
  const beside = anchoredCheckpointPath(size);
  const [over, there] = await Promise.all([files.read(prefix + beside), files.read(prefix + path)]);
  if (over !== null && !over.equals(note)) {
    log.error({ agencyId, file: beside, code: 'log-checkpoint-malformed' }, 'anchor.copy-wrong');
    return 'wrong';
  }
  if (there !== null && !there.equals(blob)) {
    // Another one of the same authority over the same checkpoint is as good; anything else is none.
    const by = knownBy({ kind, authority }, anchors);
    const verdict = by === undefined ? null : await verified({ kind, size, blob: there }, note, trust, by);
    if (verdict === null || !('at' in verdict)) {
      log.error({ agencyId, file: path, code: verdict?.code ?? 'receipt-anchor-wrong' }, 'anchor.copy-wrong');
      return 'wrong';
    }
  }
  if (over !== null && there !== null) return 'there';
  // As this installation signed it, over its own tree, and not a line more: whoever owns the database could bring another, and this file is for ever.
  const opened = own === null ? null : await ofThisLog(files, agencyId, note, { size, trust: own, newest });
  if (opened === null || opened.note.signatures.length !== opened.signedBy.length) {
    log.error({ agencyId, size, code: 'log-checkpoint-malformed' }, 'anchor.checkpoint-wrong');
    return 'wrong';
  }
  if (over === null) await files.put(prefix + beside, note, leaseMs);
  if (there === null) await files.put(prefix + path, blob, leaseMs);
  return 'copied';
}

interface Back extends OfLog {
  /** Those that have a row. */
  readonly rows: ReadonlySet<string>;
  readonly sum: { back: number; wrong: number; unknown: number };
}

async function putBack(
  { db, files, log, anchors, signal }: CopyContext,
  agencyId: string,
  { trust, newest, rows, sum }: Back,
): Promise<void> {
  const prefix = `${logPrefix(agencyId)}/`;
  const named = new Map(namedIn(anchors).map((one) => [`${one.kind} ${authorityId(one.authority)}`, one]));
  const notes = new Map<number, Buffer | null>();
  for await (const whole of files.list(`${prefix}${ANCHOR_FOLDER}`)) {
    if (signal?.aborted === true) return;
    const path = whole.slice(prefix.length);
    const file = anchorFileOf(path);
    if (file?.kind === 'checkpoint') continue;
    const who = file === null ? undefined : named.get(`${file.kind} ${file.id}`);
    if (file === null || who === undefined) {
      sum.unknown += 1;
      continue;
    }
    const { size } = file;
    // Of a log that has more than this database yet: whoever puts that back comes again.
    if (size > newest.size) continue;
    const blob = await files.read(whole);
    if (blob === null || rows.has(keyOf({ ...who, size, blob }))) continue;
    if (!notes.has(size)) {
      notes.clear();
      notes.set(size, await checkpointOf(files, agencyId, { size, trust, newest }));
    }
    const note = notes.get(size) ?? null;
    const by = knownBy(who, anchors);
    const verdict =
      note === null || by === undefined
        ? { code: 'log-checkpoint-malformed' }
        : await verified({ kind: who.kind, size, blob }, note, trust, by);
    if (note === null || 'code' in verdict) {
      sum.wrong += 1;
      log.error(
        { agencyId, file: path, code: 'code' in verdict ? verdict.code : 'receipt-anchor-wrong' },
        'anchor.copy-wrong',
      );
      continue;
    }
    const at = new Date(verdict.at);
    await keepCheckpoint(db, agencyId, { ...openCheckpoint(note, trust), note, at });
    const kind: AnchorKind = who.kind;
    if (
      await db.inAgency(
        agencyId,
        async (tx) => await keepAnchor(tx, { kind, authority: who.authority, size, at, blob }),
      )
    )
      sum.back += 1;
  }
}

/** Null: none, or not one of this log. */
async function checkpointOf(
  files: Pick<LogFiles, 'read'>,
  agencyId: string,
  over: Over,
): Promise<Buffer | null> {
  const note = await files.read(`${logPrefix(agencyId)}/${anchoredCheckpointPath(over.size)}`);
  return note !== null && (await ofThisLog(files, agencyId, note, over)) !== null ? note : null;
}

interface Over extends Pick<OfLog, 'trust' | 'newest'> {
  readonly size: number;
}

/** Null: it is not of this size, not signed by whom `trust` names, or its root is not that of the log's own files. */
async function ofThisLog(
  files: Pick<LogFiles, 'read'>,
  agencyId: string,
  note: Buffer,
  { size, trust, newest }: Over,
): Promise<OpenedCheckpoint | null> {
  try {
    const opened = openCheckpoint(note, trust);
    if (opened.size !== size) return null;
    return opened.root.equals(await rootOfFiles(files, agencyId, size, newest.size)) ? opened : null;
  } catch (error) {
    // What cannot be opened is no checkpoint; a store that is down is no verdict.
    if (error instanceof ArchiveError && error.retry === 'never') return null;
    throw error;
  }
}

const TICK_MS = 2000;
const FULL_MS = 24 * 3_600_000;
/** While something is wrong. */
const AGAIN_MS = 3_600_000;
/** Longer than anybody is waited for between two rows. */
const RECENT_MS = 10 * 60_000;

interface State {
  fullAt: number;
  /** By the newest pass something is wrong that was not so before. */
  isTold: boolean;
  /** By the newest pass over everything. */
  wrong: number;
  lookedAt: number;
  readonly known: Set<string>;
}

/** Until it is stopped. What is new is copied within seconds; everything is held against everything at the start and each day. */
export function startCopying(context: Omit<CopyContext, 'signal'>): () => Promise<void> {
  const { db, log, anchors } = context;
  // Nobody is named, so that nothing can be judged.
  if (namedIn(anchors).length === 0) return async () => undefined;
  const ending = new AbortController();
  const { signal } = ending;
  const logs = new Map<string, State>();
  const pass = async (agencyId: string): Promise<void> => {
    const now = performance.now();
    const state = logs.get(agencyId) ?? {
      fullAt: 0,
      isTold: false,
      wrong: 0,
      lookedAt: now,
      known: new Set<string>(),
    };
    logs.set(agencyId, state);
    const isFull = now >= state.fullAt;
    const recentMs = isFull ? null : now - state.lookedAt + RECENT_MS;
    const done = await copyAnchors({ ...context, signal }, agencyId, { recentMs, known: state.known });
    if (signal.aborted || done === null) return;
    const wrong = done.forged + done.wrong;
    if (isFull) {
      state.fullAt = now + (wrong > 0 ? AGAIN_MS : FULL_MS);
      state.isTold = wrong > 0 && wrong !== state.wrong;
      state.wrong = wrong;
    } else {
      // It is over, or merely not new any more: the next pass is over everything, and says which.
      if (state.isTold && wrong === 0) state.fullAt = 0;
      state.isTold = wrong > 0;
    }
    state.lookedAt = now;
    if (done.copied > 0 || done.back > 0) log.info({ agencyId, ...done }, 'anchor.copied');
  };
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        for (const agencyId of await agencyIds(db)) {
          if (signal.aborted) return;
          await pass(agencyId).catch((error: unknown) => {
            // One log's trouble is not another's.
            log.error({ agencyId, code: codeOf(error), err: error }, 'anchor.copies-failed');
          });
        }
      } catch (error) {
        if (!signal.aborted) log.error({ code: codeOf(error), err: error }, 'anchor.copies-failed');
      }
      await sleep(TICK_MS, undefined, { signal }).catch(() => undefined);
    }
  };
  const running = loop();
  return async () => {
    ending.abort();
    await running;
  };
}
