/**
 * The state of one object in the folder store, as an append-only, hash-chained journal of lines. Pure.
 *
 * A line is `<hash> <json>\n`, where the hash covers the previous accepted hash and the json, and the first hash
 * covers the object's key: an edited byte, a line taken out, and a journal that was moved to another object all show.
 *
 * Several processes append to one journal without a lock. Each writes its line with one append that names the
 * position `n` it wants and reads the file again: the first line in file order at a position has it, a later
 * line for the same position lost the race and is void, and whoever lost decides anew. All readers see the same order,
 * so all agree. A lock file would have to be broken after a crash, and could not be broken safely; this cannot be left
 * locked.
 *
 * A crash within an append leaves a line without its end. Nobody was told that it was kept, so it is not there. The
 * next append closes it with the line `~`; a damaged line anywhere else is damage, and the whole journal is refused.
 */
import { createHash } from 'node:crypto';
import { ArchiveError } from '#errors.ts';

export type Change =
  | {
      readonly op: 'seal';
      readonly version: string;
      readonly sha256: string;
      readonly sizeBytes: number;
      readonly mediaType: string;
      readonly retainUntil: string;
      readonly hold: boolean;
    }
  | { readonly op: 'extend'; readonly retainUntil: string }
  | { readonly op: 'hold' | 'release' | 'purge' };

/** `id` tells one's own line from a rival's that says the same. */
export type Entry = Change & { readonly n: number; readonly at: string; readonly id: string };

/** Null as long as there is no first line: bytes without a lock. */
export interface SealedState {
  readonly version: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly retainUntil: Date;
  readonly hold: boolean;
}

export interface Replay {
  readonly sealed: SealedState | null;
  /** Nothing may follow; what is left of the object is being removed. */
  readonly purged: boolean;
  /** Ends in the middle of a line. */
  readonly torn: boolean;
  /** Ids of the accepted lines. */
  readonly ids: ReadonlySet<string>;
  readonly hash: string;
  readonly n: number;
}

const TORN_MARK = '~';

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function chain(previous: string, json: string): string {
  return digest(`${previous}\n${json}`);
}

/** The rules of compliance mode; null when the change is allowed. Also asked on replay, about changes long made. */
export function objection(
  { sealed, purged }: Pick<Replay, 'sealed' | 'purged'>,
  change: Change,
  at: Date,
): string | null {
  if (purged) return 'it was purged';
  if (sealed === null) return change.op === 'seal' || change.op === 'purge' ? null : 'it was never sealed';
  if (change.op === 'seal') return 'it is sealed already';
  if (change.op === 'extend')
    return Date.parse(change.retainUntil) > sealed.retainUntil.getTime()
      ? null
      : `its lock ends at ${sealed.retainUntil.toISOString()} and only moves forward`;
  if (change.op === 'purge') {
    if (sealed.hold) return 'it is under a legal hold';
    if (at.getTime() <= sealed.retainUntil.getTime())
      return `it is locked until ${sealed.retainUntil.toISOString()}`;
  }
  return null;
}

function applied(sealed: SealedState | null, change: Change): SealedState | null {
  if (change.op === 'seal') {
    const { version, sha256, sizeBytes, hold } = change;
    return { version, sha256, sizeBytes, hold, retainUntil: new Date(change.retainUntil) };
  }
  if (sealed === null || change.op === 'purge') return sealed;
  if (change.op === 'extend') return { ...sealed, retainUntil: new Date(change.retainUntil) };
  return { ...sealed, hold: change.op === 'hold' };
}

/** Reads a whole journal. Rejects with `store-journal-broken` where a line is damaged, missing or against the rules. */
export function replay(key: string, text: string): Replay {
  const lines = text.split('\n');
  const torn = lines.pop() !== '';
  const hashes = [digest(`holdfast folder journal 1\n${key}`)];
  const ids = new Set<string>();
  let sealed: SealedState | null = null;
  let purged = false;
  for (const [index, line] of lines.entries()) {
    if (line === '' || line === TORN_MARK) continue;
    const broken = (why: string): ArchiveError =>
      new ArchiveError(
        'store-journal-broken',
        `The journal of ${key} is broken at line ${index + 1}: ${why}.`,
        {
          retry: 'never',
        },
      );
    const hash = line.slice(0, 64);
    const json = line.slice(65);
    const n = /^\{"n":(\d{1,9}),/.exec(json)?.[1];
    const previous = n === undefined ? undefined : hashes[Number(n) - 1];
    if (line[64] !== ' ' || previous === undefined || chain(previous, json) !== hash) {
      if (lines[index + 1] === TORN_MARK) continue;
      throw broken('its hash does not follow from the lines before it');
    }
    if (Number(n) < hashes.length) continue;
    const entry = JSON.parse(json) as Entry;
    const against = objection({ sealed, purged }, entry, new Date(entry.at));
    if (against !== null) throw broken(`it says "${entry.op}" although ${against}`);
    sealed = applied(sealed, entry);
    purged = entry.op === 'purge';
    hashes.push(hash);
    ids.add(entry.id);
  }
  return { sealed, purged, torn, ids, hash: hashes.at(-1) ?? '', n: hashes.length - 1 };
}

/** What to append, in one write, to ask for the next position. */
export function nextLine(present: Replay, change: Change, at: Date, id: string): string {
  const json = JSON.stringify({ n: present.n + 1, at: at.toISOString(), id, ...change } satisfies Entry);
  return `${present.torn ? `\n${TORN_MARK}\n` : ''}${chain(present.hash, json)} ${json}\n`;
}
