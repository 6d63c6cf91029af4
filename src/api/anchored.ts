/** Who outside this archive vouches for an entry of a log, and whether that is enough. */
import type { AnchorsOf } from '#record/record.ts';

/** Nobody does yet. */
export const anchorsOf: AnchorsOf = async () => ({ anchored: false, by: [] });
