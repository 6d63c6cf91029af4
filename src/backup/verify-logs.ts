/** Every log of a backup computed again from its leaves, in one pass over each; every checkpoint held against the tree that it was signed over. */
import { join } from 'node:path';
import {
  EMPTY_FRONTIER,
  grow,
  leafHash,
  openCheckpoint,
  rootOf,
  verifierKey,
  type LogKey,
} from '#log/log.ts';
import { hexBytes, rowsOf } from './copy-text.ts';
import { linesOf } from './folder.ts';
import { rootOfCopy } from './log-copy.ts';
import type { Judge } from './verify.ts';

interface Checkpoint {
  readonly agency: string;
  readonly size: number;
  readonly root: Buffer;
  readonly note: Buffer;
}

export async function checkLogs(judge: Judge): Promise<void> {
  const { folder, manifest, looked, differs } = judge;
  const heads = new Map(
    manifest.agencies.flatMap(({ agency, log }) => (log === null ? [] : [[agency, log] as const])),
  );
  const keys = await logKeys(folder);
  const checkpoints = checkpointsOf(folder);
  let next = await checkpoints.next();
  const ended = (agency: string, size: number, root: Buffer): void => {
    const head = heads.get(agency);
    heads.delete(agency);
    looked.logs += 1;
    if (head === undefined) differs(`the log of ${agency}`, 'has leaves and no head');
    else if (head.size !== size)
      differs(`the log of ${agency}`, `has ${size} leaves, and its head says ${head.size}`);
    else if (head.root !== root.toString('hex'))
      differs(`the log of ${agency}`, 'has another root than its leaves lead to');
  };
  for await (const { agency, leaves } of leavesOf(folder)) {
    let frontier = EMPTY_FRONTIER;
    for await (const { idx, entry, hash } of leaves) {
      looked.entries += 1;
      const made = leafHash(entry);
      if (idx !== frontier.size || Buffer.compare(made, hash) !== 0) {
        differs(`entry ${idx} of the log of ${agency}`, 'is not what was hashed, or not at its place');
        break;
      }
      frontier = grow(frontier, [made]);
      while (next.done !== true && next.value.agency === agency && next.value.size === frontier.size) {
        checkCheckpoint(
          judge,
          next.value,
          rootOf(frontier),
          heads.get(agency)?.origin ?? '',
          keys.get(agency) ?? [],
        );
        next = await checkpoints.next();
      }
    }
    ended(agency, frontier.size, rootOf(frontier));
  }
  if (next.done !== true)
    differs(
      `checkpoint ${next.value.size} of ${next.value.agency}`,
      'is of no size that the log went through',
    );
  for (const [agency, { size }] of heads) if (size > 0) differs(`the log of ${agency}`, 'has no leaves');
  for (const { agency, published } of manifest.agencies)
    if (published !== null) await checkPublished(judge, agency, keys.get(agency) ?? []);
}

function checkCheckpoint(
  { looked, differs }: Judge,
  { agency, size, root, note }: Checkpoint,
  made: Buffer,
  origin: string,
  keys: readonly LogKey[],
): void {
  looked.checkpoints += 1;
  const what = `checkpoint ${size} of the log of ${agency}`;
  if (Buffer.compare(root, made) !== 0) differs(what, 'has another root than the leaves lead to');
  try {
    const opened = openCheckpoint(note, { origin, keys: [...keys] });
    if (opened.size !== size || Buffer.compare(opened.root, made) !== 0)
      differs(what, 'was signed over another tree');
  } catch (error) {
    differs(what, error instanceof Error ? error.message : String(error));
  }
}

async function checkPublished(judge: Judge, agency: string, keys: readonly LogKey[]): Promise<void> {
  const { folder, looked, differs } = judge;
  const what = `the published log of ${agency}`;
  try {
    const { origin, note } = await rootOfCopy(folder, agency);
    looked.checkpoints += 1;
    openCheckpoint(note, { origin, keys: [...keys] });
  } catch (error) {
    differs(what, error instanceof Error ? error.message : String(error));
  }
}

export async function logKeys(folder: string): Promise<Map<string, LogKey[]>> {
  const keys = new Map<string, LogKey[]>();
  const lines = linesOf(join(folder, 'database/log_key.copy'));
  for await (const { agency_id: agency, vkey, first_size: first, last_size: last } of rowsOf(lines, [
    'agency_id',
    'vkey',
    'first_size',
    'last_size',
  ])) {
    if (agency === null || vkey === null) continue;
    const key = {
      key: verifierKey(vkey),
      firstSize: Number(first),
      ...(last === null ? {} : { lastSize: Number(last) }),
    };
    keys.set(agency, [...(keys.get(agency) ?? []), key]);
  }
  return keys;
}

async function* checkpointsOf(folder: string): AsyncGenerator<Checkpoint> {
  const lines = linesOf(join(folder, 'database/log_checkpoint.copy'));
  for await (const row of rowsOf(lines, ['agency_id', 'size', 'root', 'note']))
    yield {
      agency: row.agency_id ?? '',
      size: Number(row.size),
      root: hexBytes(row.root),
      note: hexBytes(row.note),
    };
}

interface Leaf {
  readonly idx: number;
  readonly entry: Buffer;
  readonly hash: Buffer;
}

/** One log after the other, each in its order. */
async function* leavesOf(
  folder: string,
): AsyncGenerator<{ readonly agency: string; readonly leaves: AsyncIterable<Leaf> }> {
  const lines = linesOf(join(folder, 'database/log_leaf.copy'));
  const rows = rowsOf(lines, ['agency_id', 'idx', 'entry', 'hash'])[Symbol.asyncIterator]();
  let next = await rows.next();
  while (next.done !== true) {
    const agency: string = next.value.agency_id ?? '';
    const leaves = async function* of(): AsyncGenerator<Leaf> {
      while (next.done !== true && next.value.agency_id === agency) {
        const { idx, entry, hash } = next.value;
        yield { idx: Number(idx), entry: hexBytes(entry), hash: hexBytes(hash) };
        next = await rows.next();
      }
    };
    yield { agency, leaves: leaves() };
    // What was not asked for is passed over.
    while (next.done !== true && next.value.agency_id === agency) next = await rows.next();
  }
}
