/** The desk of requests: what a production of many records costs. */
import type { BenchResult } from './main.ts';
import { productions } from './sunshine-production.ts';

export async function sunshine(): Promise<BenchResult> {
  return { bench: 'sunshine', unit: 's', ...(await productions()) };
}
