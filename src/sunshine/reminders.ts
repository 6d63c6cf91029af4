/** Of what the custodian is reminded, and when. Pure. Nobody is woken: a reminder is owed from when the office opens, on a business day. */
import { wallTimeIn, weekdayOf, type CivilDay } from '#civil.ts';
import { isBusinessDay, type AgencyCalendar } from './calendar.ts';
import type { Standing } from './clock.ts';
import { promiseNear, type RequestStanding } from './standing.ts';
import type { RequestState } from '#db/db.ts';

/** With the day that it is about, each is sent once. */
export type ReminderOf =
  | 'due-next'
  | 'due-today'
  | 'overdue'
  | 'promise-next'
  | 'promise-today'
  | 'promise-over'
  | 'statement-next'
  | 'statement-today'
  | 'statement-overdue'
  | 'first-receipt';

export interface Reminder {
  readonly of: ReminderOf;
  readonly day: CivilDay;
}

const AT: Readonly<Record<Standing, 'next' | 'today' | 'overdue' | null>> = {
  running: null,
  'due-next': 'next',
  'due-today': 'today',
  'past-closing': 'today',
  overdue: 'overdue',
};

export function remindersOf(
  state: RequestState,
  { clocks, acted, statement }: RequestStanding,
  calendar: AgencyCalendar,
  now: Date,
): readonly Reminder[] {
  const { day: today, minute } = wallTimeIn(calendar.zone, now);
  const opens = calendar.hours[weekdayOf(today)]?.opens;
  if (opens === undefined || minute < opens || !isBusinessDay(calendar, today)) return [];
  const reminders: Reminder[] = [];
  const due = clocks?.due ?? null;
  if (clocks !== null && due !== null && acted === null) {
    const at = AT[clocks.standing];
    if (at !== null) reminders.push({ of: at === 'overdue' ? 'overdue' : `due-${at}`, day: due.day });
  }
  if (acted !== null && acted.standing === 'promise-over' && acted.promised !== null)
    reminders.push({ of: 'promise-over', day: acted.promised.day });
  const near = acted === null ? null : promiseNear(acted, now, calendar);
  if (near !== null && acted?.promised != null)
    reminders.push({ of: `promise-${near}`, day: acted.promised.day });
  // After the first business day: then two are left, by the count that the law does not know.
  const alarm = clocks?.alarm ?? null;
  const first = alarm?.steps.find((step) => step.code === 'day');
  if (state === 'received' && alarm !== null && first?.code === 'day' && today > first.day)
    reminders.push({ of: 'first-receipt', day: alarm.day });
  if (statement !== null) {
    const at = AT[statement.standing];
    if (at !== null) reminders.push({ of: `statement-${at}`, day: statement.day });
  }
  return reminders;
}
