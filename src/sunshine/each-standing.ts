/** How each request stands, however many there are: some at a time, in the order of the list. */
import type { AgencyTx } from '#db/db.ts';
import type { AgencyCalendar } from './calendar.ts';
import { listRequests, type ListedAfter, type ListedRow, type ListedState } from './list-queries.ts';
import { readOnFileOf } from './request-queries.ts';
import { requestStanding, type RequestStanding } from './standing.ts';

const AT_ONCE = 200;

export async function* eachStanding(
  at: AgencyTx,
  state: ListedState,
  calendar: AgencyCalendar,
  now: Date,
): AsyncGenerator<{ readonly row: ListedRow; readonly standing: RequestStanding }> {
  for (let after: ListedAfter | null = null; ;) {
    const rows: readonly ListedRow[] = await listRequests(at, {
      state,
      words: null,
      tracking: null,
      after,
      limit: AT_ONCE,
    });
    const onFile = await readOnFileOf(
      at,
      rows.map(({ id }) => id),
    );
    for (const row of rows) {
      const said = onFile.get(row.id);
      if (said !== undefined) yield { row, standing: requestStanding(row, said, calendar, now) };
    }
    const last = rows.at(-1);
    if (rows.length < AT_ONCE || last === undefined) return;
    after = last;
  }
}
