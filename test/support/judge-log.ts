/**
 * The judge of a log: reads history, leaves, tiles and every checkpoint that was ever seen, in the database and in the store, and
 * believes none of them. Roots, tiles and commitments are computed here once more, from FORMAT.md, and share no code with what wrote
 * them; signatures are checked by code that other people's programs judge (log-judge.test.ts).
 *
 *   I5  indexes are dense; the root recomputes; no size has two roots; each checkpoint continues every one before it
 *   I6  each event has exactly one leaf, whose bytes say what the event says, and each leaf has its event
 *
 * Its faults are sentences. Having looked at nothing is one of them.
 */
import { createHash, createHmac } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Client } from 'pg';
import { openCheckpoint } from '#log/checkpoint.ts';
import { verifierKey } from '#log/note.ts';

export interface LogEvidence {
  /** As superuser, past every wall. */
  readonly sql: Client;
  readonly agencyId: string;
  /** A file of this log in the store: `checkpoint`, `tile/…`. */
  readonly read: (path: string) => Promise<Buffer | null>;
  /** Checkpoints that somebody saw in the store on the way. */
  readonly seen?: readonly Buffer[];
  /** Everything has come to rest: nothing waits, and the newest checkpoint is of all of it. */
  readonly settled: boolean;
}

export interface LogJudgement {
  readonly faults: readonly string[];
  readonly looked: {
    readonly leaves: number;
    readonly tiles: number;
    readonly checkpoints: number;
    readonly commitments: number;
  };
}

interface Leaf {
  readonly idx: number;
  readonly event_id: string;
  readonly entry: Buffer;
  readonly hash: Buffer;
  readonly salt: Buffer | null;
}
interface Event {
  readonly id: string;
  readonly type: string;
  readonly at: Date;
  readonly actor: string;
  readonly record_id: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

const sha256 = (...parts: readonly Uint8Array[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest();
const ofNodes = (left: Uint8Array, right: Uint8Array): Buffer => sha256(Buffer.from([1]), left, right);

export async function judgeLog(evidence: LogEvidence): Promise<LogJudgement> {
  const { sql, agencyId, read, settled } = evidence;
  const faults: string[] = [];
  const fault = (sentence: string): void => void faults.push(`${agencyId}: ${sentence}`);
  const rows = async <T extends object>(text: string): Promise<T[]> =>
    (await sql.query<T>(text, [agencyId])).rows;
  // Before anything of the database: what is published later is not judged.
  const newest = await read('checkpoint');
  const [head] = await rows<{ origin: string; size: number; published: number; frontier: Buffer }>(
    'select origin, size::int as size, published::int as published, frontier from log_head where agency_id = $1',
  );
  const leaves = await rows<Leaf>(
    'select idx::int as idx, event_id, entry, hash, salt from log_leaf where agency_id = $1 order by idx',
  );
  const events = new Map(
    (await rows<Event>('select id, type, at, actor, record_id, body from event where agency_id = $1')).map(
      (event) => [event.id, event],
    ),
  );
  const waiting = await rows<{ id: string | null }>(
    'select e.id from log_outbox o left join event e on e.seq = o.seq and e.agency_id = o.agency_id where o.agency_id = $1',
  );
  const looked = { leaves: leaves.length, tiles: 0, checkpoints: 0, commitments: 0 };
  if (head === undefined) return { faults: [`${agencyId}: there is no log.`], looked };

  // I6
  const told = new Map<string, number>();
  for (const { event_id } of leaves) told.set(event_id, (told.get(event_id) ?? 0) + 1);
  for (const { id } of waiting) told.set(id ?? 'none', (told.get(id ?? 'none') ?? 0) + 1);
  for (const id of events.keys())
    if (told.get(id) !== 1) fault(`the event ${id} has ${told.get(id) ?? 0} places.`);
  for (const id of told.keys()) if (!events.has(id)) fault(`the leaf of ${id} is of no event.`);
  for (const [at, leaf] of leaves.entries()) {
    if (leaf.idx !== at) fault(`at ${at} stands the index ${leaf.idx}.`);
    if (!leaf.hash.equals(sha256(Buffer.from([0]), leaf.entry)))
      fault(`the hash at ${at} is of other bytes.`);
    const event = events.get(leaf.event_id);
    if (event !== undefined) looked.commitments += judgeEntry(leaf, event, head.origin, fault);
  }
  if (leaves.length !== head.size)
    fault(`there are ${leaves.length} leaves, and the head says ${head.size}.`);

  // I5
  const hashes = leaves.map(({ entry }) => sha256(Buffer.from([0]), entry));
  const roots = rootsOf(hashes);
  if (!joined(split(head.frontier)).equals(roots[head.size] ?? Buffer.alloc(0)) && head.size > 0)
    fault('the frontier does not lead to the root of the leaves.');
  const keys = (
    await rows<{ vkey: string; first: number; last: number | null }>(
      'select vkey, first_size::int as first, last_size::int as last from log_key where agency_id = $1',
    )
  ).map(({ vkey, first, last }) => ({
    key: verifierKey(vkey),
    firstSize: first,
    ...(last === null ? {} : { lastSize: last }),
  }));
  const published = await rows<{ size: number; note: Buffer; root: Buffer }>(
    'select size::int as size, note, root from log_checkpoint where agency_id = $1 order by size',
  );
  for (const note of [
    ...published.map((row) => row.note),
    ...(evidence.seen ?? []),
    ...(newest === null ? [] : [newest]),
  ]) {
    looked.checkpoints += 1;
    try {
      const { size, root } = openCheckpoint(note, { origin: head.origin, keys });
      if (!root.equals(roots[size] ?? Buffer.alloc(0)))
        fault(`a checkpoint of size ${size} was signed over another root.`);
    } catch (error) {
      fault(`a checkpoint does not open: ${String(error)}`);
    }
  }
  for (const { size, root } of published)
    if (!root.equals(roots[size] ?? Buffer.alloc(0))) fault(`the row of size ${size} has another root.`);
  if ((published.at(-1)?.size ?? 0) !== head.published)
    fault(`the newest row is of size ${published.at(-1)?.size}, and the head says ${head.published}.`);
  if (settled) {
    if (waiting.length > 0) fault(`${waiting.length} events still wait.`);
    if (head.published !== head.size) fault(`${head.published} of ${head.size} entries are published.`);
    if (newest === null || !newest.equals(published.at(-1)?.note ?? Buffer.alloc(0)))
      fault('the file checkpoint is not the newest one.');
    looked.tiles = await judgeTiles(leaves, hashes, read, fault);
  }
  for (const part of ['leaves', 'checkpoints', ...(settled ? (['tiles'] as const) : [])] as const)
    if (looked[part] === 0) fault(`the judge looked at no ${part}.`);
  return { faults, looked };
}

type Fault = (sentence: string) => void;

/** Answers how many commitments were opened. */
function judgeEntry(leaf: Leaf, event: Event, origin: string, fault: Fault): number {
  const entry = parsed(leaf.entry);
  if (entry === null) {
    fault(`the entry at ${leaf.idx} is no entry.`);
    return 0;
  }
  const said = [entry['log'], entry['idx'], entry['id'], entry['type'], entry['at'], entry['actor']];
  const wanted = [origin, String(leaf.idx), event.id, event.type, event.at.toISOString(), event.actor];
  if (String(said) !== String(wanted)) fault(`the entry at ${leaf.idx} says ${String(said)}.`);
  if (event.record_id !== null && entry['subject'] !== `record:${event.record_id}`)
    fault(`the entry at ${leaf.idx} is about ${String(entry['subject'])}.`);
  if (canonicalize(entry) !== leaf.entry.toString()) fault(`the entry at ${leaf.idx} is not canonical.`);
  if (leaf.salt === null) return 0;
  const itemSalt = createHmac('sha256', leaf.salt)
    .update('holdfast-item-v1\0entry/detailCommitment')
    .digest();
  const opens = sha256(
    Buffer.from('archive-commit-v1'),
    itemSalt,
    sha256(Buffer.from(canonicalize(event.body) ?? '')),
  ).toString('hex');
  if (entry.facts['detailCommitment'] !== opens)
    fault(`the entry at ${leaf.idx} commits to another body than the event ${event.id} has.`);
  return 1;
}

function parsed(
  bytes: Buffer,
): (Record<string, unknown> & { readonly facts: Readonly<Record<string, unknown>> }) | null {
  try {
    const entry = JSON.parse(bytes.toString()) as Record<string, unknown>;
    return { ...entry, facts: (entry['facts'] ?? {}) as Record<string, unknown> };
  } catch {
    return null;
  }
}

async function judgeTiles(
  leaves: readonly Leaf[],
  hashes: readonly Buffer[],
  read: LogEvidence['read'],
  fault: Fault,
): Promise<number> {
  let looked = 0;
  const expectFile = async (path: string, bytes: Buffer): Promise<void> => {
    looked += 1;
    const there = await read(path);
    if (there === null) fault(`${path} is not in the store.`);
    else if (!there.equals(bytes)) fault(`${path} has other bytes than the leaves lead to.`);
  };
  const place = (level: number | string, n: number, width: number): string => {
    const digits =
      String(n)
        .padStart(Math.ceil(String(n).length / 3) * 3, '0')
        .match(/.{3}/g) ?? [];
    const name = digits.map((part, at) => (at < digits.length - 1 ? `x${part}` : part)).join('/');
    return `tile/${level}/${name}${width === 256 ? '' : `.p/${width}`}`;
  };
  for (let [level, row] = [0, hashes]; row.length > 0; level += 1) {
    const above: Buffer[] = [];
    for (let n = 0; n * 256 < row.length; n += 1) {
      const part = row.slice(n * 256, n * 256 + 256);
      await expectFile(place(level, n, part.length), Buffer.concat(part));
      if (level === 0) {
        const entries = leaves.slice(n * 256, n * 256 + 256).flatMap(({ entry }) => {
          const length = Buffer.alloc(2);
          length.writeUInt16BE(entry.length);
          return [length, entry];
        });
        await expectFile(place('entries', n, part.length), Buffer.concat(entries));
      }
      if (part.length === 256) above.push(perfect(part));
    }
    row = above;
  }
  return looked;
}

function perfect(row: readonly Buffer[]): Buffer {
  if (row.length === 1) return row[0] as Buffer;
  const middle = row.length / 2;
  return ofNodes(perfect(row.slice(0, middle)), perfect(row.slice(middle)));
}

/** The root at each size, by the stack of complete subtrees. */
function rootsOf(hashes: readonly Buffer[]): Buffer[] {
  const roots = [sha256()];
  const stack: { hash: Buffer; width: number }[] = [];
  for (const hash of hashes) {
    let top = { hash, width: 1 };
    for (let last = stack.at(-1); last?.width === top.width; last = stack.at(-1)) {
      stack.pop();
      top = { hash: ofNodes(last.hash, top.hash), width: top.width * 2 };
    }
    stack.push(top);
    roots.push(joined(stack.map((one) => one.hash)));
  }
  return roots;
}

function joined(subtrees: readonly Buffer[]): Buffer {
  return subtrees.length === 0 ? sha256() : subtrees.reduceRight((right, left) => ofNodes(left, right));
}

function split(bytes: Buffer): Buffer[] {
  return Array.from({ length: bytes.length / 32 }, (_, at) => bytes.subarray(at * 32, at * 32 + 32));
}
