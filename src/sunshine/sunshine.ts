/**
 * A request under the Sunshine Law (ch. 610 RSMo), from its receipt to its closing. Slices meet in the record, so nothing here searches,
 * holds or produces by itself: whoever ties the rooms together does, and this one writes down what was done because of a request. What was asked is kept as it
 * came, states change by compare-and-set with their entry in the history, and no entry says a word of a request or names who asked.
 *
 * Promise: the clock of a request is counted by the agency's own calendar and explains itself, a sentence for each day; what is not law, or was
 * not read, is never said as law; in every doubt the earlier deadline is shown.
 */
export { calendarProblems, type AgencyCalendar } from './calendar.ts';
export { changeCalendar, readCalendar, type NumberedCalendar } from './calendar-queries.ts';
export {
  collectNamed,
  collectSearch,
  keepUntil,
  requestToCollect,
  type CollectedSearch,
  type IndexState,
} from './collect.ts';
export {
  holdsOfRequest,
  holdsToRelease,
  listKeptUntil,
  listSearches,
  requestsOfHolds,
  type RequestHold,
  type SearchRow,
} from './collect-queries.ts';
export { proposeSearch, type ProposedSearch } from './propose.ts';
export { HOLIDAY_LAW, HOLIDAY_RULES, holidayDays } from './holidays.ts';
export { businessDaysLeft, type Due, type Withdrawal } from './clock.ts';
export { dueSaid, stepSaid, withdrawalSaid } from './said.ts';
export {
  changeState,
  closeRequest,
  enterView,
  noteCorrespondence,
  receivedByCustodian,
  receiveRequest,
  REQUEST_CHANNELS,
  REQUEST_OUTCOMES,
  RUNNING_STATES,
  type Moved,
  type NewCorrespondence,
  type NewRequest,
  type RunningState,
} from './requests.ts';
export {
  listRequests,
  readByTracking,
  readCorrespondence,
  readMarked,
  readRequestRow,
  type CorrespondenceRow,
  type RequestRow,
} from './request-queries.ts';
export { requestStanding, type RequestStanding } from './standing.ts';
export { trackingShown, trackingTyped } from './tracking.ts';
