/** What is due today, tomorrow, and what is overdue, of all requests that run: for the list, and for where the custodian begins the day. */
import type { DeskCounts } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import {
  countReceived,
  listRequests,
  promiseNear,
  readOnFileOf,
  requestStanding,
  type AgencyCalendar,
  type ListedAfter,
} from '#sunshine/sunshine.ts';

const AT_ONCE = 500;

/** Of all that the custodian has; what came from anybody and nobody has looked at is counted, and not read: a flood of it hides nothing. */
export async function deskCounts(at: AgencyTx, calendar: AgencyCalendar, now: Date): Promise<DeskCounts> {
  const counts = { overdue: 0, today: 0, next: 0, alarms: await countReceived(at), statements: 0 };
  for (let after: ListedAfter | null = null; ;) {
    const rows = await listRequests(at, {
      state: 'at-work',
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
      if (said === undefined) continue;
      const { clocks, acted, statement } = requestStanding(row, said, calendar, now);
      if (statement !== null) counts.statements += 1;
      const near = acted === null ? null : promiseNear(acted, now, calendar);
      const standings = [
        acted === null ? clocks?.standing : undefined,
        acted?.standing === 'promise-over' ? 'overdue' : undefined,
        near === null ? undefined : near === 'today' ? 'due-today' : 'due-next',
        statement?.standing,
      ];
      if (standings.includes('overdue')) counts.overdue += 1;
      else if (standings.includes('due-today') || standings.includes('past-closing')) counts.today += 1;
      else if (standings.includes('due-next')) counts.next += 1;
    }
    const last = rows.at(-1);
    if (rows.length < AT_ONCE || last === undefined) return counts;
    after = last;
  }
}
