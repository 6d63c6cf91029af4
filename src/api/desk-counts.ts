/** What is due today, tomorrow, and what is overdue, of all requests that run: for the list, and for where the custodian begins the day. */
import type { DeskCounts } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import { countReceived, eachStanding, promiseNear, type AgencyCalendar } from '#sunshine/sunshine.ts';

/** Of all that the custodian has; what came from anybody and nobody has looked at is counted, and not read: a flood of it hides nothing. */
export async function deskCounts(at: AgencyTx, calendar: AgencyCalendar, now: Date): Promise<DeskCounts> {
  const counts = { overdue: 0, today: 0, next: 0, alarms: await countReceived(at), statements: 0 };
  for await (const { standing } of eachStanding(at, 'at-work', calendar, now)) {
    const { clocks, acted, statement } = standing;
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
  return counts;
}
