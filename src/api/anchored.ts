/** Who outside this archive vouches for an entry of a log, and whether that is enough by its settings. */
import { logAnchored, outsideForPages, vouchedFor } from '#anchor/anchor.ts';
import type { AnchorsOf, OutsideOf } from '#record/record.ts';
import type { System } from '../system.ts';

export function openAnchorsOf(system: Pick<System, 'config' | 'log' | 'logReader'>): AnchorsOf {
  const outside = outsideForPages(system);
  return async (at, index) => {
    const { since, by } = await vouchedFor(at, index, outside);
    return { anchored: since !== null, by };
  };
}

/** The same of a whole log. What anchors themselves write is never waited for: each would ask for the next. */
export function openOutsideOf(system: Pick<System, 'config' | 'log' | 'logReader'>): OutsideOf {
  const outside = outsideForPages(system);
  return async (at) => {
    const { size, at: since, by, oldest } = await logAnchored(at, outside);
    return { size, since, by, waitsSince: oldest?.at ?? null };
  };
}
