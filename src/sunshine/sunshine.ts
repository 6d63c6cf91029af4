/**
 * A request under the Sunshine Law (ch. 610 RSMo), from its receipt to its closing. Slices meet in the record, so nothing here searches or
 * produces by itself yet.
 *
 * Promise: the clock of a request is counted by the agency's own calendar and explains itself, a sentence for each day; what is not law, or was
 * not read, is never said as law; in every doubt the earlier deadline is shown.
 */
export {
  calendarProblems,
  untoldCalendar,
  type AgencyCalendar,
  type Closing,
  type OfficeHours,
} from './calendar.ts';
export { HOLIDAY_RULES, holidayDays } from './holidays.ts';
export {
  clocksOf,
  denialStatementDueOf,
  withdrawalOf,
  type Clocks,
  type Due,
  type Standing,
  type Withdrawal,
} from './clock.ts';
export { daySaid, dueSaid, lawSaid, stepSaid, withdrawalSaid } from './said.ts';
