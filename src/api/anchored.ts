/** Who outside this archive vouches for an entry of a log, and whether that is enough by its settings. */
import { newestAnchors, oldestUnanchored, vouchedFor } from '#anchor/anchor.ts';
import type { AnchorsOf, OutsideOf } from '#record/record.ts';
import type { System } from '../system.ts';

export function openAnchorsOf({ config }: Pick<System, 'config'>): AnchorsOf {
  const { witnesses } = config.anchors;
  return async (at, index) => {
    const { since, by } = await vouchedFor(at, index, witnesses);
    return { anchored: since !== null, by };
  };
}

/** The same of a whole log. What anchors themselves write is never waited for: each would ask for the next. */
export function openOutsideOf({ config }: Pick<System, 'config'>): OutsideOf {
  const { witnesses } = config.anchors;
  return async (at) => {
    const oldest = await oldestUnanchored(at, witnesses);
    return { waitsSince: oldest?.at ?? null, by: await newestAnchors(at) };
  };
}
