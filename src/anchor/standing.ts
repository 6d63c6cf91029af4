/** Whether something in the log is anchored, by whom and since when; and what has been waiting for it, for how long. */
import type { AgencyTx, AnchorKind, Db } from '#db/db.ts';
import type { AnchorConfig } from '#config.ts';
import { quorumOf, type WitnessPolicy } from '../witness-policy.ts';
import { anchorsOver, newestAnchors, type Outside } from './holding.ts';
import { agencyIds, copiedFound, firstRealEntry, publishedAt, troubles, type Anchor } from './queries.ts';

export interface AnchorStanding {
  /** A stamp is over it, or so many witnesses as the policy asks for. */
  readonly anchored: boolean;
  /** Anchored: since when. Not anchored: since when it waits in a published checkpoint; null: it is in none yet. */
  readonly since: Date | null;
  /** Also those that alone are not enough. */
  readonly by: readonly { readonly kind: AnchorKind; readonly authority: string; readonly at: Date }[];
}

/** Of the entry at an index. An anchor over a larger log is one over each entry in it. */
export async function standingOf(at: AgencyTx, index: number, outside: Outside): Promise<AnchorStanding> {
  const { since, by } = await vouchedFor(at, index, outside);
  return {
    anchored: since !== null,
    since: since ?? (await publishedAt(at, index)),
    by: by.map(({ kind, authority, at: when }) => ({ kind, authority, at: when })),
  };
}

/** The same with the anchors themselves. `since`: when they were first enough; null: they are not. */
export async function vouchedFor(
  at: AgencyTx,
  index: number,
  outside: Outside,
): Promise<{ readonly since: Date | null; readonly by: readonly Anchor[] }> {
  const by = await anchorsOver(at, index, outside);
  return { since: sinceWhen(by, outside.witnesses), by };
}

function sinceWhen(anchors: readonly Anchor[], policy: WitnessPolicy | null): Date | null {
  const timeOf = (kind: AnchorKind, authority?: string): number | undefined =>
    anchors
      .find((one) => one.kind === kind && (authority === undefined || one.authority === authority))
      ?.at.getTime();
  const stamped = timeOf('stamp');
  const witnessed =
    policy?.quorum == null
      ? undefined
      : quorumOf(policy.quorum, (name) => timeOf('witness', name), 'earliest');
  if (stamped === undefined && witnessed === undefined) return null;
  return new Date(Math.min(stamped ?? Infinity, witnessed ?? Infinity));
}

export interface LogAnchored {
  /** Up to which size stamps or a quorum of witnesses vouch for the log; 0: nobody does, or not enough of them. */
  readonly size: number;
  /** Since when, by their clocks; null: nobody does. */
  readonly at: Date | null;
  /** Of each who is named the newest that holds, the largest first. Also those that alone are not enough. */
  readonly by: readonly Anchor[];
  /** The oldest entry that no anchor is over, by its own time; null: there is none. What anchors themselves write is not counted. */
  readonly oldest: { readonly index: number; readonly at: Date } | null;
}

/** Of a whole log. */
export async function logAnchored(at: AgencyTx, outside: Outside): Promise<LogAnchored> {
  const by = await newestAnchors(at, outside);
  const size = anchoredSize(by, outside);
  const enough = size === 0 ? [] : by.filter((one) => one.size >= size);
  return {
    size,
    at: sinceWhen(
      enough.toSorted((a, b) => a.at.getTime() - b.at.getTime()),
      outside.witnesses,
    ),
    by,
    oldest: await firstRealEntry(at, size),
  };
}

function anchoredSize(newest: readonly Anchor[], { witnesses }: Outside): number {
  const stamped = newest.find(({ kind }) => kind === 'stamp')?.size ?? 0;
  const quorum = witnesses?.quorum ?? null;
  if (quorum === null) return stamped;
  const sizeOf = (name: string): number | undefined =>
    newest.find(({ kind, authority }) => kind === 'witness' && authority === name)?.size;
  return Math.max(stamped, quorumOf(quorum, sizeOf, 'largest') ?? 0);
}

/** See `LogAnchored`. */
export async function oldestUnanchored(at: AgencyTx, outside: Outside): Promise<LogAnchored['oldest']> {
  return (await logAnchored(at, outside)).oldest;
}

export interface AnchorAges {
  /** How many agencies were looked at. */
  readonly agencies: number;
  /** Of the oldest entry of each agency that has one which waits; the longest first. */
  readonly waiting: readonly { readonly agencyId: string; readonly seconds: number }[];
  /** Authorities and witnesses that could not be had when they were last asked, over all agencies. */
  readonly troubled: readonly { readonly authority: string; readonly code: string }[];
  /** Agencies in which rows bear a name that never signed them, or copies hold for nothing, and how many. Somebody wrote them. */
  readonly forged: readonly { readonly agencyId: string; readonly count: number }[];
}

/** For operators, over all agencies. Nobody sees across the walls here either: each agency is asked by itself. */
export async function anchorAges(db: Db, outside: Outside, now: Date): Promise<AnchorAges> {
  const waiting: { agencyId: string; seconds: number }[] = [];
  const troubled = new Map<string, { authority: string; code: string }>();
  const ids = await agencyIds(db);
  // By the newest pass over all of them, which the log worker makes; and at once by what is met here.
  const forged = new Map((await copiedFound(db)).map((one) => [one.agencyId, one.forged + one.wrong]));
  for (const agencyId of ids)
    await db.inAgency(agencyId, async (at) => {
      let met = 0;
      const oldest = await oldestUnanchored(at, { ...outside, onForged: () => void (met += 1) });
      forged.set(agencyId, Math.max(met, forged.get(agencyId) ?? 0));
      if (oldest !== null)
        waiting.push({ agencyId, seconds: Math.max(0, (now.getTime() - oldest.at.getTime()) / 1000) });
      for (const { authority, code } of await troubles(at))
        troubled.set(`${authority} ${code}`, { authority, code });
    });
  waiting.sort((a, b) => b.seconds - a.seconds);
  return {
    agencies: ids.length,
    waiting,
    troubled: [...troubled.values()],
    forged: [...forged].flatMap(([agencyId, count]) => (count > 0 ? [{ agencyId, count }] : [])),
  };
}

/** So many rounds without an anchor are too many. */
const LATE_ROUNDS = 3;

/** Null: nobody is configured who could anchor anything, so nothing can be late. */
export function lateAfterSeconds({ authorities, witnesses, everyMs }: AnchorConfig): number | null {
  return authorities.length === 0 && witnesses?.quorum == null ? null : (LATE_ROUNDS * everyMs) / 1000;
}
