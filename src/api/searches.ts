/**
 * A list of records is a look at all of them: each line has an excerpt and an author. So it is an entry in the agency's history, in the
 * same commit as the reading, and where the entry cannot be written nobody is answered. Each page is one: a place in a list can be made up, and
 * whoever begins at the second page has read it all the same.
 *
 * What was searched for is in no entry. It may be somebody's name, and an entry is for ever.
 */
import { actorOf, type Caller } from '#agency/agency.ts';
import type { AgencyTx } from '#db/db.ts';
import { appendEvent } from '#record/record.ts';

interface Search {
  readonly list: 'records' | 'worklist' | 'retention' | 'requests' | 'request-records';
  /** By name. `words`: what is looked for in the text. */
  readonly filters: readonly string[];
  readonly continued: boolean;
  /** How many records, or requests, the answer shows. */
  readonly found: number;
}

export async function enterSearch(
  at: AgencyTx,
  caller: Caller,
  { list, filters, continued, found }: Search,
): Promise<void> {
  await appendEvent(at, null, {
    type: 'search.ran',
    actor: actorOf(caller),
    body: {
      list,
      found,
      ...(filters.length === 0 ? {} : { filters: filters.toSorted() }),
      ...(continued ? { continued } : {}),
    },
  });
}
