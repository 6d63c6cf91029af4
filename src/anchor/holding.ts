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
import { announcedLogKeys, openCheckpoint, verifierKey, type Trust } from '#log/log.ts';
import {
  candidatesOver,
  newestCandidates,
  originOf,
  type Anchor,
  type Candidate,
  type Named,
} from './queries.ts';
import { stampedAt, witnessedAt } from './receipt-anchors.ts';

/** Whom the settings name, and where it is told that something does not hold. */
export interface Outside extends Pick<AnchorConfig, 'authorities' | 'witnesses'> {
  readonly log?: Pick<Log, 'error'>;
}

const MOST_REMEMBERED = 10_000;
/** By the digest: when it was signed, by their clock; null: it does not hold. */
const verdicts = new Map<string, number | null>();
const told = new Set<string>();

/** Of each who is named the first anchor that is over this index, and holds; earliest first. */
export async function anchorsOver(at: AgencyTx, index: number, outside: Outside): Promise<Anchor[]> {
  const found = await firstOfEach(at, await candidatesOver(at, index, namedIn(outside)), outside);
  return found.toSorted((a, b) => a.at.getTime() - b.at.getTime());
}

/** Of each who is named the anchor over the largest log, and holds; the largest first. */
export async function newestAnchors(at: AgencyTx, outside: Outside): Promise<Anchor[]> {
  const found = await firstOfEach(at, await newestCandidates(at, namedIn(outside)), outside);
  return found.toSorted((a, b) => b.size - a.size);
}

function namedIn({ authorities, witnesses }: Outside): Named[] {
  return [
    ...authorities.map(({ name }) => ({ kind: 'stamp' as const, authority: name })),
    ...(witnesses?.witnesses ?? []).map(({ name }) => ({ kind: 'witness' as const, authority: name })),
  ];
}

async function firstOfEach(
  at: AgencyTx,
  candidates: readonly Candidate[],
  outside: Outside,
): Promise<Anchor[]> {
  if (candidates.length === 0) return [];
  const trust = await trustOf(at);
  const found = new Map<string, Anchor>();
  for (const { note, ...anchor } of candidates) {
    const who = `${anchor.kind} ${anchor.authority}`;
    if (found.has(who)) continue;
    if (await holds(at.agencyId, anchor, note, trust, outside)) found.set(who, anchor);
  }
  return [...found.values()];
}

async function trustOf(at: AgencyTx): Promise<Trust | null> {
  const origin = await originOf(at);
  const keys = await announcedLogKeys(at);
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

async function holds(
  agencyId: string,
  anchor: Anchor,
  note: Buffer | null,
  trust: Trust | null,
  { authorities, witnesses, log }: Outside,
): Promise<boolean> {
  const { kind, authority, size, blob } = anchor;
  const by =
    kind === 'stamp'
      ? authorities.find(({ name }) => name === authority)?.roots
      : witnesses?.witnesses.find(({ name }) => name === authority)?.vkey;
  if (by === undefined || note === null || trust === null) return false;
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
  if (signedAt === anchor.at.getTime()) return true;
  if (log !== undefined && !told.has(digest)) {
    if (told.size >= MOST_REMEMBERED) told.clear();
    told.add(digest);
    log.error(
      { agencyId, anchor: kind, authority, size, code: code ?? 'receipt-anchor-wrong' },
      'anchor.does-not-hold',
    );
  }
  return false;
}

async function verified(
  { kind, size, blob }: Anchor,
  note: Buffer,
  trust: Trust,
  by: string,
): Promise<{ readonly at: number } | { readonly code: string }> {
  try {
    if (openCheckpoint(note, trust).size !== size) return { code: 'log-checkpoint-malformed' };
    const at = kind === 'stamp' ? await stampedAt(blob, note, by) : witnessedAt(blob, note, by);
    return at === null ? { code: 'receipt-anchor-wrong' } : { at: at.getTime() };
  } catch (error) {
    // A verdict, and told where it is asked for.
    if (error instanceof ArchiveError) return { code: codeOf(error) };
    throw error;
  }
}
