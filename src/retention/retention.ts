/**
 * Schedules, classification, holds, and the locks in the store that follow them. Disposal is not here yet; nothing in this room deletes.
 *
 * Promise: a record's series comes from a rule of its agency, with the reason in a sentence, or it is unclassified and
 * shown so; a series that nobody confirmed is never presented as law; every sealed object's lock is kept as long as law, lease and holds
 * want it, read back, and only then written down; what is held is not destroyed, and the store is told of it.
 */
export { classify, type Classification, type ClassificationRule, type Classifiable } from './rules.ts';
export { addSchedule, readRules, listSeries, type Schedule } from './queries.ts';
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
export { SCHEDULES } from './schedules.ts';
