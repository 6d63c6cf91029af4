/**
 * A request under the Sunshine Law (ch. 610 RSMo), from its receipt to its closing. Slices meet in the record, so nothing here searches,
 * holds or produces by itself: whoever ties the rooms together does, and this one writes down what was done because of a request. What was asked
 * is kept as it came, states change by compare-and-set, the database itself enters each change in the history, and no entry says a word of a request or
 * names who asked.
 *
 * Promise: the clock of a request is counted by the agency's own calendar and explains itself, a sentence for each day; what is not law, or was
 * not read, is never said as law; in every doubt the earlier deadline is shown. The custodian is reminded once of each thing that is due.
 */
export type { CorrespondenceAbout, RequestChannel, RequestOutcome, RequestState } from '#db/db.ts';
export { calendarProblems, type AgencyCalendar, type Closure, type Doubt } from './calendar.ts';
export { changeCalendar, readCalendar, type NumberedCalendar } from './calendar-queries.ts';
export { HOLIDAY_LAW, HOLIDAY_RULES, holidayDays, type LawReading } from './holidays.ts';
export {
  businessDaysLeft,
  type Acted,
  type Due,
  type Law,
  type Standing,
  type Step,
  type Withdrawal,
} from './clock.ts';
export type { Answered, Rest } from './answers.ts';
export { actedSaid, alarmBesideSaid, dueSaid, restSaid, stepSaid, withdrawalSaid } from './said.ts';
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
  requestsOfRecords,
  type RequestHold,
  type SearchRow,
} from './collect-queries.ts';
export { proposeSearch, type ProposedSearch } from './propose.ts';
export {
  addContact,
  changeState,
  closeRequest,
  correctReceipt,
  enterView,
  noteCorrespondence,
  receivedByCustodian,
  receiveRequest,
  REQUEST_CHANNELS,
  REQUEST_OUTCOMES,
  RUNNING_STATES,
  type Moved,
  type NewContact,
  type NewCorrection,
  type NewCorrespondence,
  type NewRequest,
  type RunningState,
} from './requests.ts';
export {
  readByTracking,
  readContacts,
  readCorrections,
  readCorrespondence,
  readNeverSent,
  readOnFile,
  readOnFileOf,
  readRequestRow,
  type ContactRow,
  type CorrectionRow,
  type CorrespondenceRow,
  type RequestRow,
} from './request-queries.ts';
export {
  countReceived,
  listRequests,
  type ListedAfter,
  type ListedRow,
  type ListedState,
} from './list-queries.ts';
export { eachStanding } from './each-standing.ts';
export { oweReminders, startReminding } from './reminding.ts';
export { promiseNear, requestStanding, type OnFile, type RequestStanding } from './standing.ts';
export { trackingShown, trackingTyped } from './tracking.ts';
export { certificateSaid, type CertificateSaid } from './certificate-said.ts';
export { readCertificate, readSearch, type KeptCertificate } from './certificate-queries.ts';
export { certifySearch } from './certify.ts';
export type { SearchCertificate } from './search-certificate.ts';
export { MAIL_LIMIT_BYTES, readMail, readMailPart, type MailSaid } from './mail.ts';
export { keepMail, listMails, mailGone, readMailBytes, readTaken, takeMail, type KeptMail } from './mails.ts';
export { CHARGE_KINDS, type ChargeKind } from './fee-law.ts';
export {
  estimateFirstSaid,
  feeLineSaid,
  feeSaid,
  LETTER_LANGUAGES,
  refusedSaid,
  type LetterLanguage,
} from './fees-said.ts';
export { feeOf, WORK, type Charge, type Fee, type FeeRates, type Waiver } from './fees.ts';
export { KIND_RULES, LETTER_KINDS, placesOf, tellsOf } from './letter-kinds.ts';
export { headingOf } from './letter-text.ts';
export type { HandedOut } from './letter-handed.ts';
export type { LetterInput } from './letter-values.ts';
export type { LetterProvision } from './letter-words.ts';
export {
  changeRates,
  changeTemplate,
  draftLetter,
  mailAddressOf,
  sendLetter,
  templatesInForce,
  type Draft,
  type Sent,
} from './letters.ts';
export { listLetters, readLetter, readRates, type NumberedRates } from './letter-queries.ts';
