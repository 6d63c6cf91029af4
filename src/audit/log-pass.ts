/**
 * One pass over a log, in the order of its entries: everything that can be computed from them is, and is held against what the database,
 * the store and others say. Constant memory; each entry, checkpoint and file is read once.
 */
import canonicalize from 'canonicalize';
import type { Outsiders } from '#anchor/anchor.ts';
import { ArchiveError } from '#errors.ts';
import type { AgencyTx } from '#db/db.ts';
import {
  actorInLog,
  detailOf,
  EMPTY_FRONTIER,
  entryCommitment,
  grow,
  leafHash,
  logPrefix,
  parseEntry,
  restoredBody,
  rootOf,
  saysOpenly,
  type Entry,
  type Frontier,
  type OpenedCheckpoint,
} from '#log/log.ts';
import type { LogFiles } from '#store/store.ts';
import { auditAnchors } from './anchors.ts';
import { believe, compareKeys, ofLog, type Believed } from './keys.ts';
import type { Findings } from './findings.ts';
import * as queries from './log-queries.ts';
import { openTileCheck, type TileCheck } from './tiles.ts';

/** A checkpoint in other hands. */
export interface Held {
  /** For people: `store`, a file, a witness. */
  readonly by: string;
  readonly note: Buffer;
}

export interface LogPass {
  readonly files: LogFiles;
  /** Read before the snapshot was taken. */
  readonly held: readonly Held[];
  readonly outside: readonly string[];
  readonly stretch: number;
  readonly purged: ReadonlySet<string>;
  /** Those that are believed. */
  readonly restored: readonly Pick<queries.Restore, 'from' | 'size'>[];
  /** Clocks of two machines may differ by so much. */
  readonly clockMs: number;
  readonly anchors: Outsiders;
  readonly now: Date;
}

export interface LogLooked {
  readonly entries: number;
  readonly events: number;
  readonly checkpoints: number;
  readonly tiles: number;
  readonly anchors: number;
  /** Entries above the newest checkpoint, and events that wait to become one. */
  readonly newer: number;
  readonly held: readonly { readonly by: string; readonly size: number; readonly root: string }[];
  /** Whether any key was known from outside the database. */
  readonly keyed: boolean;
}

export async function auditLog(at: AgencyTx, pass: LogPass, findings: Findings): Promise<LogLooked> {
  const head = await queries.headRow(at);
  await compareStore(at.agencyId, head, pass, findings);
  const origin = head?.origin ?? '';
  const outside = ofLog(origin, pass.outside);
  const events = await queries.keyEvents(at);
  const believed = believe(origin, outside, events, findings);
  compareKeys(await queries.keyRows(at), events, findings);
  const held = openHeld(pass.held, believed, head === null, findings);
  const inStore = held.find(({ by }) => by === 'store')?.size ?? head?.published ?? 0;
  if (head !== null && inStore > head.published) findings.add('head-behind', { size: inStore });

  const tiles = openTileCheck(
    async (path) => await pass.files.read(`${logPrefix(at.agencyId)}/${path}`),
    findings,
  );
  const walk = new Walk(origin, pass, findings, {
    believed,
    held,
    tiles,
    inStore,
    checkpoints: queries.checkpointRows(at),
  });
  for await (const rows of queries.joinedRows(at, pass.stretch)) for (const row of rows) await walk.take(row);
  await walk.finish(head);
  const orphans = await queries.outboxOrphans(at);
  if (orphans > 0) findings.add('outbox-orphan', { which: `${orphans} of them` });
  const { files, clockMs, now, anchors: named } = pass;
  const anchors = await auditAnchors(
    at,
    { files, clockMs, now, outside: named, believed, prefix: `${logPrefix(at.agencyId)}/` },
    findings,
  );
  return {
    ...walk.looked,
    anchors,
    tiles: await tiles.finish(),
    newer: walk.looked.waiting + Math.max(0, walk.looked.entries - (head?.published ?? 0)),
    held: held.map(({ by, size, root }) => ({ by, size, root: root.toString('hex') })),
    keyed: outside.length > 0,
  };
}

/** The store must show what was published, or something newer: it may have come since the snapshot was taken. */
async function compareStore(
  agencyId: string,
  head: queries.HeadRow | null,
  { files, held }: LogPass,
  findings: Findings,
): Promise<void> {
  const now = await files.read(`${logPrefix(agencyId)}/checkpoint`);
  const published = head?.published ?? 0;
  if (now === null) {
    if (published > 0 || held.some(({ by }) => by === 'store'))
      findings.add('held-missing', { which: 'store' });
    return;
  }
  // Only its size is asked here; whether it may be believed is asked of the one that was read before.
  const size = Number(now.toString('utf8').split('\n')[1]);
  if (!(size >= published)) findings.add('held-older', { which: 'store', size: published });
}

type OpenedHeld = OpenedCheckpoint & { readonly by: string };

function openHeld(
  held: readonly Held[],
  believed: Believed,
  noLog: boolean,
  findings: Findings,
): OpenedHeld[] {
  return held.flatMap(({ by, note }) => {
    if (noLog) {
      findings.add('log-missing', { which: by });
      return [];
    }
    const opened = believed.open(note);
    if (opened === null) findings.add('held-unsigned', { which: by });
    return opened === null ? [] : [{ ...opened, by }];
  });
}

interface Against {
  readonly believed: Believed;
  readonly held: readonly OpenedHeld[];
  readonly tiles: TileCheck;
  /** Entries below this size are in files. */
  readonly inStore: number;
  readonly checkpoints: AsyncGenerator<queries.CheckpointRow>;
}

/** The state of the pass between two entries. */
class Walk {
  readonly looked = { entries: 0, events: 0, checkpoints: 0, waiting: 0 };
  readonly #origin: string;
  readonly #pass: LogPass;
  readonly #findings: Findings;
  readonly #against: Against;
  #frontier: Frontier = EMPTY_FRONTIER;
  #next: queries.CheckpointRow | null | undefined;
  #newestCheckpoint = 0;
  #latest = { entry: 0, checkpoint: 0 };
  /** The highest number of the history so far, and the time of its event. */
  #highest = { seq: 0n, at: 0 };
  #gap = false;
  #before: number | null = null;

  constructor(origin: string, pass: LogPass, findings: Findings, against: Against) {
    this.#origin = origin;
    this.#pass = pass;
    this.#findings = findings;
    this.#against = against;
  }

  async take(row: queries.JoinedRow): Promise<void> {
    if (row.seq !== null) this.looked.events += 1;
    if (row.idx === null) {
      if (row.waiting) this.looked.waiting += 1;
      else this.#findings.add('event-not-logged', { event: row.id, ...ofRecord(row.recordId) });
      return;
    }
    const { idx } = row;
    if (idx === this.#before) {
      this.#findings.add('event-twice', { index: idx, event: row.eventId });
      return;
    }
    this.#before = idx;
    // Told once: from there on every index is another one.
    if (idx !== this.looked.entries && !this.#gap) {
      this.#gap = true;
      this.#findings.add('leaf-gap', { index: this.looked.entries });
    }
    if (row.waiting) this.#findings.add('outbox-entered', { index: idx, event: row.eventId });
    const hash = leafHash(row.entry);
    if (Buffer.compare(hash, row.hash) !== 0) this.#findings.add('leaf-hash', { index: idx });
    this.#judge(row, idx);
    if (this.looked.entries < this.#against.inStore) await this.#against.tiles.add(row.entry, hash);
    this.#frontier = grow(this.#frontier, [hash]);
    this.looked.entries += 1;
    await this.#compareRoots();
  }

  /** What is left over when there are no more entries. */
  async finish(head: queries.HeadRow | null): Promise<void> {
    const { size } = this.#frontier;
    for (const { by, size: signed } of this.#against.held)
      if (signed > size) this.#findings.add('held-beyond', { which: by, size: signed });
    for (let row = await this.#upcoming(); row !== null; row = await this.#upcoming()) {
      this.#findings.add('checkpoint-beyond', { size: row.size });
      this.#newestCheckpoint = row.size;
      this.#next = undefined;
    }
    if (head === null) return;
    if (head.size !== size || Buffer.compare(head.frontier, Buffer.concat(this.#frontier.hashes)) !== 0)
      this.#findings.add('head-other', { size: head.size });
    if (head.published > 0 && head.published !== this.#newestCheckpoint)
      this.#findings.add('checkpoint-gone', { size: head.published });
    else if (head.published === 0 && this.#newestCheckpoint > 0)
      this.#findings.add('head-other', { size: head.size, which: 'published' });
  }

  /** The entry by itself, and against its row of the history. */
  #judge(row: queries.JoinedRow, index: number): void {
    const add = (what: Parameters<Findings['add']>[0]): void =>
      this.#findings.add(what, { index, event: row.eventId, ...ofRecord(row.recordId ?? row.leafRecord) });
    const entry = readEntry(row.entry);
    if (entry === null) add('leaf-malformed');
    else {
      if (entry.idx !== String(index) || entry.log !== this.#origin) add('leaf-elsewhere');
      if (entry.id !== row.eventId || !isOfRecord(entry, row.leafRecord, row.body)) add('leaf-names-other');
      this.#latest.entry = Math.max(this.#latest.entry, Date.parse(entry.at));
    }
    if (row.seq === null) add('event-gone');
    else if (entry !== null) {
      if (
        entry.id !== row.id ||
        entry.type !== row.type ||
        entry.at !== row.at.toISOString() ||
        entry.actor !== (row.actor === null ? null : actorInLog(row.actor))
      )
        add('event-other');
      if (!isOfRecord(entry, row.recordId, row.body)) add('event-other-record');
      if (this.#isOutOfOrder(BigInt(row.seq), row.at.getTime())) add('event-order');
      this.#judgeBody(row, entry, add);
    }
  }

  /**
   * Numbers are dealt out before a transaction is committed, so that a lower one may enter the log later; but then its event is no
   * younger than the one that overtook it.
   */
  #isOutOfOrder(seq: bigint, at: number): boolean {
    if (seq > this.#highest.seq) {
      this.#highest = { seq, at };
      return false;
    }
    return at > this.#highest.at + this.#pass.clockMs;
  }

  #judgeBody(
    row: queries.JoinedRow,
    entry: Entry,
    add: (what: 'event-other-body' | 'event-salt-gone') => void,
  ): void {
    const { facts } = entry;
    if (row.salt === null) {
      if (row.recordId !== null && this.#pass.purged.has(row.recordId)) return;
      const idx = Number(entry.idx);
      // Put back after a restore: the salt was lost with the database, and what the entry says in the open is all that is known.
      if (!this.#pass.restored.some(({ from, size }) => idx >= from && idx < size)) add('event-salt-gone');
      else if (
        row.body['restored'] === true
          ? canonicalize(row.body) !== canonicalize(restoredBody(entry))
          : !saysOpenly(entry, row.body)
      )
        add('event-other-body');
      return;
    }
    const content = detailOf(row);
    if (facts.detailCommitment !== entryCommitment('detailCommitment', { salt: row.salt, facts, content }))
      add('event-other-body');
  }

  async #upcoming(): Promise<queries.CheckpointRow | null> {
    if (this.#next === undefined) {
      const { value, done } = await this.#against.checkpoints.next();
      this.#next = done === true ? null : value;
    }
    return this.#next ?? null;
  }

  /** At each size that somebody signed. */
  async #compareRoots(): Promise<void> {
    const { size } = this.#frontier;
    for (const { by, size: signed, root } of this.#against.held)
      if (signed === size && Buffer.compare(root, rootOf(this.#frontier)) !== 0)
        this.#findings.add('held-other-root', { which: by, size });
    const row = await this.#upcoming();
    if (row?.size !== size) return;
    this.#next = undefined;
    this.#newestCheckpoint = size;
    this.looked.checkpoints += 1;
    const root = rootOf(this.#frontier);
    if (Buffer.compare(row.root, root) !== 0) this.#findings.add('checkpoint-other-root', { size });
    const opened = this.#against.believed.open(row.note);
    if (opened === null || opened.size !== size || Buffer.compare(opened.root, row.root) !== 0)
      this.#findings.add('checkpoint-note', { size });
    const at = row.at.getTime();
    if (at < Math.max(this.#latest.entry, this.#latest.checkpoint) - this.#pass.clockMs)
      this.#findings.add('checkpoint-time', { size });
    this.#latest.checkpoint = Math.max(this.#latest.checkpoint, at);
  }
}

function readEntry(bytes: Buffer): Entry | null {
  try {
    return parseEntry(bytes);
  } catch (error) {
    if (error instanceof ArchiveError) return null;
    throw error;
  }
}

/**
 * An entry about a record names it. One that is about something else may stand in the history of a record only where it or its
 * details name that record: otherwise nothing would show that it was moved there.
 */
function isOfRecord(
  { subject, facts }: Entry,
  recordId: string | null,
  body: Readonly<Record<string, unknown>> | null,
): boolean {
  if (subject?.startsWith('record:') === true) return subject === `record:${recordId}`;
  if (recordId === null) return true;
  const about = facts.about;
  return (Array.isArray(about) && about.includes(`record:${recordId}`)) || body?.['record'] === recordId;
}

function ofRecord(recordId: string | null): { readonly record?: string } {
  return recordId === null ? {} : { record: recordId };
}
