/** The editions that ship. A schedule is data with its source; a new edition is a new file, an old one is never edited. */
import type { Schedule } from './edition-queries.ts';
import { rivertownSample2026 } from './schedules/rivertown-sample-2026.ts';

export const SCHEDULES: readonly Schedule[] = [rivertownSample2026];
