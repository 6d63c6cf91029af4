/** What is due today, tomorrow, and what is overdue, of all requests that run: for the list, and for where the custodian begins the day. */
import type { DeskCounts } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import { listRequests, readOnFileOf, requestStanding, type AgencyCalendar } from '#sunshine/sunshine.ts';

/** Those that are due first come first, so what presses is among them. */
const LOOKED_AT = 500;

export async function deskCounts(at: AgencyTx, calendar: AgencyCalendar, now: Date): Promise<DeskCounts> {
  const rows = await listRequests(at, {
    state: 'running',
    words: null,
    tracking: null,
    after: null,
    limit: LOOKED_AT,
  });
  const onFile = await readOnFileOf(
    at,
    rows.map(({ id }) => id),
  );
  const counts = { overdue: 0, today: 0, next: 0, alarms: 0, statements: 0 };
  for (const row of rows) {
    const said = onFile.get(row.id);
    if (said === undefined) continue;
    const { clocks, acted, statement } = requestStanding(row, said, calendar, now);
    if (row.state === 'received') counts.alarms += 1;
    if (statement !== null) counts.statements += 1;
    const standings = [
      row.state !== 'received' && acted === null ? clocks?.standing : undefined,
      acted?.standing === 'promise-over' ? 'overdue' : undefined,
      statement?.standing,
    ];
    if (standings.includes('overdue')) counts.overdue += 1;
    else if (standings.includes('due-today') || standings.includes('past-closing')) counts.today += 1;
    else if (standings.includes('due-next')) counts.next += 1;
  }
  return counts;
}
