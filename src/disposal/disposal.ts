/**
 * Disposal: a frozen list, two people, destruction that reaches every copy, a certificate and a tombstone.
 *
 * Promise: nothing is destroyed that a law, a hold or an open request protects, whatever anybody clicks, because the database refuses it to
 * this program as well (migration 0035). What was destroyed is gone from every place that this archive has, and what could not be destroyed is
 * listed with the reason; it is never called done before. What is left says so, signed, and carries nothing of what was there.
 */
export { checkRecords } from './dry-run.ts';
export {
  approveDisposal,
  draftDisposal,
  endDisposal,
  exceptRecord,
  proposeDisposal,
  type Draft,
} from './lists.ts';
export {
  disposalOfRecord,
  dueBySeries,
  leftOut,
  listDisposals,
  listItems,
  readDisposal,
  sampleItems,
  type Disposal,
  type DisposalItem,
  type LeftOut,
} from './queries.ts';
export { inItsWords } from './refusals.ts';
export type { DisposalContext } from './context.ts';
export { runDisposals } from './run.ts';
export type { Certificate, CleanedStatement } from './certificate-shape.ts';
