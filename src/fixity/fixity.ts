/**
 * Fixity: whether what was sealed is still in the store as it was sealed. Source: reference/integrity.md 7.
 *
 * Promise: every object is read, from the first byte to the last and against the digest that was sealed, within minutes of its seal and
 * then at least every 90 days, oldest first and never by a sample; every object is asked for at least every 7 days: that it is there, has
 * its size, its digest and its lock, and nothing on top of it. What lies in the store and belongs to no row is found as well. Who does all
 * this can only read: `ObjectReader` has no verb that changes anything, and its key could not.
 *
 * Order of writes: the store is asked, then one transaction for a batch: findings, an entry for each new one (`fixity.failed`), the batch
 * and its rows, its own entry (`fixity.passed`, with the root over the rows). A crash before it leaves nothing, and the batch is due again.
 * Copying to a second store, and mending out of it: copies.ts.
 */
export { checkNow, type Checked, type CheckContext } from './check.ts';
export { fixityAlarm, fixityCounts, fixityView, type FixityView } from './figures.ts';
export { readBatch } from './queries.ts';
export { batchRoot, FINDINGS, leafOf, rowBytes, type Finding } from './rules.ts';
export { copyAgency, putBackAgency } from './copies.ts';
export { checkAll, startMending, startRounds, type PassReport } from './round.ts';
