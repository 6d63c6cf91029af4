/** Who outside this archive vouches for an entry of a log, and whether that is enough by its settings. */
import type { AnchorsOf } from '#record/record.ts';
import type { System } from '../system.ts';

/** Nobody does yet, whatever the settings. */
export function openAnchorsOf(_system: System): AnchorsOf {
  return async () => ({ anchored: false, by: [] });
}
