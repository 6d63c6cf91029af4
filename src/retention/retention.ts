/**
 * Schedules, classification, due dates, the worklist, holds, and the locks in the store that follow them. Nothing in this room deletes.
 *
 * Promise: a record's series come from rules of its agency or from a person, each with the reason in a sentence, or it is unclassified and
 * shown so; of several the longest keeps it; a series that nobody confirmed is never presented as law; every sealed object's lock is kept
 * as long as law, lease and holds want it, read back, and only then written down; what is held is not destroyed, and the store is told of it.
 */
export {
  classify,
  classifyAll,
  RULE_MEMBERS,
  wordsOf as wordsInText,
  type Classification,
  type ClassificationRule,
  type RuleMember,
} from './rules.ts';
export { addRule, endRule, readRules, type KnownRule } from './rule-queries.ts';
export { ruleRecords } from './ruling.ts';
export {
  addSchedule,
  confirmEdition,
  fileEdition,
  listEditions,
  listSeries,
  readEdition,
  hasEnded,
  succeedEdition,
  withdrawEdition,
  type FiledEdition,
  type Schedule,
} from './edition-queries.ts';
export { readEditionCsv, readEditionYaml, type EditionRead, type LineProblem } from './edition-file.ts';
export { compareEditions, type EditionComparison, type SeriesChange } from './edition-comparison.ts';
export type { Edition, Series } from './edition.ts';
export {
  enterDay,
  readFiscalYear,
  readRetention,
  reclassify,
  setFiscalYear,
  withdrawDay,
  type ClassificationRefusal,
  type RecordRetention,
} from './record-queries.ts';
export {
  LISTS,
  listRetention,
  readWorklist,
  type ListedRetention,
  type RetentionList,
  type Worklist,
} from './worklist-queries.ts';
export { isCivilDay } from '#civil.ts';
export { isEventName, type Due } from './due.ts';
export { leasePassMs, renewLeases, wholePassMs, type RenewalReport } from './leases.ts';
export { HOLD_KINDS, type HoldKindEntry, type HoldReading } from './hold-kinds.ts';
export {
  HOLD_RECORDS_MAX,
  holdProblems,
  isHoldKind,
  placeHold,
  releaseHold,
  type HoldOrder,
  type HoldSearch,
} from './holds.ts';
export {
  countFound,
  heldBy,
  holdsOf,
  listHolds,
  mirrored,
  readHold,
  type HoldRow,
  type Mirrored,
  type RecordHold,
} from './hold-queries.ts';
export { catchUpHolds, mirrorHolds, type MirrorReport } from './hold-mirror.ts';
export { roundMs, startKeeping } from './keeping.ts';
export { reconcile, type RoundReport } from './reconcile.ts';
export { lockAlarm, lockView, type LockAlarm, type LockView } from './reconcile-queries.ts';
export { lastPass, lockStanding, stepStanding, type LockStanding, type StepStanding } from './queries.ts';
export { checkSample, drawSample, type SampleReport, type SealedObject } from './sample.ts';
export { missouriStarter } from './schedules/missouri-starter.ts';
export { SCHEDULES } from './schedules.ts';
