/**
 * Schedules, classification and the lease under each lock. Disposal is not here yet; nothing in this room deletes.
 *
 * Promise: a record's series comes from a rule of its agency, with the reason in a sentence, or it is unclassified and
 * shown so; a series that nobody confirmed is never presented as law; every sealed object's lock is renewed long before it
 * runs out, read back, and only then written down.
 */
export { classify, type Classification, type ClassificationRule, type Classifiable } from './rules.ts';
export { addSchedule, readRules, listSeries, type Schedule } from './queries.ts';
export { leasePassMs, renewLeases, type RenewalReport } from './leases.ts';
export { lastPass, lockStanding, stepStanding, type LockStanding, type StepStanding } from './queries.ts';
export { checkSample, drawSample, type SampleReport, type SealedObject } from './sample.ts';
export { SCHEDULES } from './schedules.ts';
