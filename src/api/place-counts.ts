/** How far each place of the work on a request has come, in one figure each: for its page, so that nobody opens four to see what is left. */
import type { AgencyTx } from '#db/db.ts';
import { countProductions, countSet } from '#production/production.ts';
import { listLetters } from '#sunshine/sunshine.ts';
import type { PlaceCounts } from '#console/console.ts';

export async function placeCounts(at: AgencyTx, requestId: string): Promise<PlaceCounts> {
  const set = await countSet(at, requestId);
  return {
    collect: set.all,
    review: set.undecided + set.changed,
    letters: (await listLetters(at, requestId)).length,
    productions: await countProductions(at, requestId),
  };
}
