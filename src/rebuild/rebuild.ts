/**
 * The index from the store alone: the store is the truth, and Postgres can be lost.
 *
 * Promise: a record whose objects hold in every point of seal/FORMAT.md is written as it was, with all its rows in one commit; one
 * that does not hold is not written and named with the object and the reason. Rows that are there already are never changed into
 * something else: equal ones are left, older ones are led on, different ones are named. So it may be killed at any moment and run again.
 *
 * What the store does not know, and a rebuilt index does not have, is listed in seal/FORMAT.md, "What cannot be rebuilt".
 */
export { openCatchUp, openIntakeGate } from './behind.ts';
export type { Finding } from './finding.ts';
export { hasRecords, othersAtWork } from './queries.ts';
export type { RebuildContext, RecordResult } from './record.ts';
export { replayLog, type ReplayContext, type Replayed } from './replay.ts';
export { rebuildAll } from './walk.ts';
