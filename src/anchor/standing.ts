/** Whether something in the log is anchored, by whom and since when; and what has been waiting for it, for how long. */
import type { AgencyTx, AnchorKind, Db } from '#db/db.ts';
import type { AnchorConfig } from '#config.ts';
import { quorumOf, type WitnessPolicy } from '../witness-policy.ts';
import { anchorsOver, newestAnchors, type Outside } from './holding.ts';
import { agencyIds, firstRealEntry, publishedAt, troubles, type Anchor } from './queries.ts';

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

/** Up to which size stamps or a quorum of witnesses vouch for the log. */
async function anchoredUpTo(at: AgencyTx, outside: Outside): Promise<number> {
  const newest = await newestAnchors(at, outside);
  const stamped = newest.find(({ kind }) => kind === 'stamp')?.size ?? 0;
  const quorum = outside.witnesses?.quorum ?? null;
  if (quorum === null) return stamped;
  const sizeOf = (name: string): number | undefined =>
    newest.find(({ kind, authority }) => kind === 'witness' && authority === name)?.size;
  return Math.max(stamped, quorumOf(quorum, sizeOf, 'largest') ?? 0);
}

/** The oldest entry that no anchor is over, by its own time; null: there is none. What the anchors themselves write is not counted. */
export async function oldestUnanchored(
  at: AgencyTx,
  outside: Outside,
): Promise<{ readonly index: number; readonly at: Date } | null> {
  return await firstRealEntry(at, await anchoredUpTo(at, outside));
}

export interface AnchorAges {
  /** How many agencies were looked at. */
  readonly agencies: number;
  /** Of the oldest entry of each agency that has one which waits; the longest first. */
  readonly waiting: readonly { readonly agencyId: string; readonly seconds: number }[];
  /** Authorities and witnesses that could not be had when they were last asked, over all agencies. */
  readonly troubled: readonly { readonly authority: string; readonly code: string }[];
}

/** For operators, over all agencies. Nobody sees across the walls here either: each agency is asked by itself. */
export async function anchorAges(db: Db, outside: Outside, now: Date): Promise<AnchorAges> {
  const waiting: { agencyId: string; seconds: number }[] = [];
  const troubled = new Map<string, { authority: string; code: string }>();
  const ids = await agencyIds(db);
  for (const agencyId of ids)
    await db.inAgency(agencyId, async (at) => {
      const oldest = await oldestUnanchored(at, outside);
      if (oldest !== null)
        waiting.push({ agencyId, seconds: Math.max(0, (now.getTime() - oldest.at.getTime()) / 1000) });
      for (const { authority, code } of await troubles(at))
        troubled.set(`${authority} ${code}`, { authority, code });
    });
  waiting.sort((a, b) => b.seconds - a.seconds);
  return { agencies: ids.length, waiting, troubled: [...troubled.values()] };
}

/** So many rounds without an anchor are too many. */
const LATE_ROUNDS = 3;

/** Null: nobody is configured who could anchor anything, so nothing can be late. */
export function lateAfterSeconds({ authorities, witnesses, everyMs }: AnchorConfig): number | null {
  return authorities.length === 0 && witnesses?.quorum == null ? null : (LATE_ROUNDS * everyMs) / 1000;
}
