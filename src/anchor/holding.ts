/**
 * Which rows of anchors are believed. A row is anybody's who may write to the database; what it holds was signed outside. So each is
 * verified when it is read, over the very checkpoint that it is of, by the roots and keys of the settings; whom they do not name
 * vouches for nothing here. What does not hold is no anchor, and is told once. Verdicts are kept in memory, by a digest of all that
 * went into them.
 */
import { createHash } from 'node:crypto';
import type { AnchorConfig } from '#config.ts';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError, codeOf } from '#errors.ts';
import type { Log } from '#log.ts';
import { openCheckpoint, originOf, verifierKey, type LogReader, type Trust } from '#log/log.ts';
import {
  candidates,
  CANDIDATES_AT_ONCE,
  type Anchor,
  type Candidate,
  type Named,
  type Which,
} from './queries.ts';
import { stampedAt, witnessedAt } from './receipt-anchors.ts';

/** Whom the settings name. */
export type Outsiders = Pick<AnchorConfig, 'authorities' | 'witnesses'>;

/** The same, and where it is told that something does not hold. */
export interface Outside extends Outsiders {
  readonly log?: Pick<Log, 'error'>;
  /** The keys of a log under which a checkpoint counts. Rows alone make none: they are led to what was signed (believed.ts). */
  readonly keysOf: LogReader['keysOf'];
  /** Each time that one is met which bears a name of theirs and is not as they signed it: somebody else wrote or changed it. */
  readonly onForged?: (anchor: Anchor) => void;
}

const MOST_REMEMBERED = 10_000;
/** By the digest: when it was signed, by their clock; null: it does not hold. */
const verdicts = new Map<string, number | null>();
const told = new Set<string>();

/** Of each who is named the first anchor that is over this index, and holds; earliest first. */
export async function anchorsOver(at: AgencyTx, index: number, outside: Outside): Promise<Anchor[]> {
  const found = await firstOfEach(at, { over: index }, outside);
  return found.toSorted((a, b) => a.at.getTime() - b.at.getTime());
}

/** Of each who is named the anchor over the largest log, and holds; the largest first. */
export async function newestAnchors(at: AgencyTx, outside: Outside): Promise<Anchor[]> {
  const found = await firstOfEach(at, { over: 'newest' }, outside);
  return found.toSorted((a, b) => b.size - a.size);
}

/** Of each who is named the anchor over this very size, if it holds. */
export async function anchorsAt(at: AgencyTx, size: number, outside: Outside): Promise<Anchor[]> {
  return await firstOfEach(at, { size }, outside);
}

export function namedIn({ authorities, witnesses }: Outsiders): Named[] {
  return [
    ...authorities.map(({ name }) => ({ kind: 'stamp' as const, authority: name })),
    ...(witnesses?.witnesses ?? []).map(({ name }) => ({ kind: 'witness' as const, authority: name })),
  ];
}

/** So many forged ones of one name may stand before a true one; whoever writes more has made it plain that nothing here can be believed. */
const MOST_PASSED = 2000;

async function firstOfEach(at: AgencyTx, which: Which, outside: Outside): Promise<Anchor[]> {
  const found = new Map<string, Anchor>();
  let asked = namedIn(outside);
  let trust: Trust | null | undefined;
  for (let passed = 0; asked.length > 0 && passed < MOST_PASSED; passed += CANDIDATES_AT_ONCE) {
    const page = await candidates(at, asked, which, passed);
    if (page.length > 0) trust ??= await trustOf(at, outside.keysOf);
    for (const { note, ...anchor } of page) {
      if (found.has(nameOf(anchor))) continue;
      const held = await holds(at.agencyId, anchor, note, trust ?? null, outside);
      if (held !== null) found.set(nameOf(anchor), { ...anchor, at: held.at });
    }
    // On to those who have more than was looked at, all of it forged.
    asked = asked.filter(
      (one) =>
        !found.has(nameOf(one)) &&
        page.filter((row) => nameOf(row) === nameOf(one)).length === CANDIDATES_AT_ONCE,
    );
  }
  return [...found.values()];
}

const nameOf = ({ kind, authority }: Named): string => `${kind} ${authority}`;

export interface Judged extends Candidate {
  readonly verdict: 'holds' | 'forged' | 'not-named';
  /** It holds, and somebody changed when its row says that it was signed. */
  readonly isTimeChanged: boolean;
}

/** Of a stretch of rows, whatever they hold: each with what is to be thought of it, and the time that was signed. */
export async function judged(
  at: AgencyTx,
  rows: readonly Candidate[],
  outside: Outside,
): Promise<readonly Judged[]> {
  const trust = rows.length === 0 ? null : await trustOf(at, outside.keysOf);
  const all: Judged[] = [];
  const named = new Set(namedIn(outside).map(nameOf));
  for (const row of rows) {
    const { note, ...anchor } = row;
    const held = await holds(at.agencyId, anchor, note, trust, outside);
    all.push({
      ...row,
      at: held?.at ?? row.at,
      verdict: held !== null ? 'holds' : named.has(nameOf(row)) ? 'forged' : 'not-named',
      isTimeChanged: held !== null && held.at.getTime() !== row.at.getTime(),
    });
  }
  return all;
}

/** Null: the log says nothing of its keys yet. */
export async function trustOf(at: AgencyTx, keysOf: LogReader['keysOf']): Promise<Trust | null> {
  const origin = await originOf(at);
  const keys = await keysOf(at);
  if (origin === null || keys.length === 0) return null;
  return {
    origin,
    keys: keys.map(({ vkey, firstSize, lastSize }) => ({
      key: verifierKey(vkey),
      firstSize,
      ...(lastSize === null ? {} : { lastSize }),
    })),
  };
}

/** Null: it does not. Otherwise the time is theirs, whatever the row says: a row is anybody's, and what they signed holds all the same. */
async function holds(
  agencyId: string,
  anchor: Anchor,
  note: Buffer | null,
  trust: Trust | null,
  outside: Outside,
): Promise<{ readonly at: Date } | null> {
  const { kind, authority, size, blob } = anchor;
  const { log, onForged } = outside;
  const by = knownBy(anchor, outside);
  if (by === undefined || trust === null) return null;
  if (note === null) {
    onForged?.(anchor);
    return null;
  }
  const keys = trust.keys.map(({ key, firstSize, lastSize }) => [key.id, firstSize, lastSize]);
  const digest = createHash('sha256')
    .update(JSON.stringify([kind, by, size, trust.origin, keys, note.toString('hex'), blob.toString('hex')]))
    .digest('hex');
  let signedAt = verdicts.get(digest);
  let code: string | null = null;
  if (signedAt === undefined) {
    const verdict = await verified(anchor, note, trust, by);
    signedAt = 'at' in verdict ? verdict.at : null;
    if ('code' in verdict) code = verdict.code;
    if (verdicts.size >= MOST_REMEMBERED) verdicts.clear();
    verdicts.set(digest, signedAt);
  }
  if (signedAt === anchor.at.getTime()) return { at: anchor.at };
  onForged?.(anchor);
  if (log !== undefined && !told.has(digest)) {
    if (told.size >= MOST_REMEMBERED) told.clear();
    told.add(digest);
    log.error(
      { agencyId, anchor: kind, authority, size, code: code ?? 'receipt-anchor-wrong' },
      signedAt === null ? 'anchor.does-not-hold' : 'anchor.time-changed',
    );
  }
  return signedAt === null ? null : { at: new Date(signedAt) };
}

/** PEM of the roots of an authority, or the key of a witness; undefined: the settings do not name it. */
export function knownBy(
  { kind, authority }: Named,
  { authorities, witnesses }: Outsiders,
): string | undefined {
  return kind === 'stamp'
    ? authorities.find(({ name }) => name === authority)?.roots
    : witnesses?.witnesses.find(({ name }) => name === authority)?.vkey;
}

/** When it was signed, by their clock; or what is wrong with it. */
export async function verified(
  { kind, size, blob }: Pick<Anchor, 'kind' | 'size' | 'blob'>,
  note: Buffer,
  trust: Trust,
  by: string,
): Promise<{ readonly at: number } | { readonly code: string }> {
  try {
    if (openCheckpoint(note, trust).size !== size) return { code: 'log-checkpoint-malformed' };
  } catch (error) {
    // A verdict, and told where it is asked for.
    if (error instanceof ArchiveError) return { code: codeOf(error) };
    throw error;
  }
  return await signedOver({ kind, blob }, note, by);
}

/** The same, of a checkpoint that was opened before. */
export async function signedOver(
  { kind, blob }: Pick<Anchor, 'kind' | 'blob'>,
  note: Buffer,
  by: string,
): Promise<{ readonly at: number } | { readonly code: string }> {
  try {
    const at = kind === 'stamp' ? await stampedAt(blob, note, by) : witnessedAt(blob, note, by);
    return at === null ? { code: 'receipt-anchor-wrong' } : { at: at.getTime() };
  } catch (error) {
    // A verdict, and told where it is asked for.
    if (error instanceof ArchiveError) return { code: codeOf(error) };
    throw error;
  }
}
