/** The desk of requests: what a custodian's search costs at a million records, and a production of many. */
import type { BenchResult } from './main.ts';
import { productions } from './sunshine-production.ts';
import { searchAtScale } from './sunshine-search.ts';

export async function sunshine(): Promise<BenchResult> {
  const search = await searchAtScale();
  const production = await productions();
  const searched = search.growth.map((one) => ({ ...one, ratio: one.baseline / one.value }));
  return {
    bench: 'sunshine',
    unit: 's',
    ...production,
    growth: [...searched, ...production.growth],
    table: [
      ...search.table,
      ['searches at 1,000,000', search.missed.length === 0 ? 'met' : `MISSED: ${search.missed.join(', ')}`],
      ...production.table,
    ],
  };
}
