/**
 * What a record is, its life, and the one function that changes its state.
 *
 * Glossary, as the archive uses the words:
 *   event      without more: an entry of the history, our append-only log (table `event`). What arrives is a report; the
 *              stream `/events` is the live status.
 *   report     someone says: this content is being removed. Arrives as bytes; acknowledged only when durable.
 *   fact       a report in its stored form (a CloudEvent). Never edited; a correction is a new fact.
 *   record     the fold of the facts about one subject, with the files that belong to it.
 *   subject    what the facts are about: platform, kind and the platform's own id; `unknown:…` where there is none.
 *   artifact   a file of a record: the raw bytes as sent, what was handed in, what our browser captured, a rendering.
 *   staged     bytes on disk that a 202 promised and the store does not have yet.
 *   seal       a numbered set of facts and artifacts, locked in the object store with a manifest that names each byte.
 *   intent     the committed row that names a key and its digest before the store is written.
 *   lease      the lock of a sealed object: short, and renewed.
 *   step       work owed to a record (inspect, seal, capture, look-again). Its row is the outbox; the queue is only rung from it.
 *   claim      the right of one worker to do one step, for a while. Its fence is the token of every write.
 *   parked     a step that a person must look at; listed with its reason, and can be run again.
 *   standing   what the rows say about a record's safety, as the rule asks it. (Of the store: trust.)
 *   evidence   what shows the content; its tier says by whom it was made (B our browser, D handed in).
 *   outcome    what became of a capture; `none`: no page to open, or no browser.
 *   second look  the page once more, after a removal was confirmed: whether a visitor still sees it. A witness, never evidence.
 *   notice     that somebody is owed a letter about a record; the routing room sends it.
 *   arrival    a sealed record on the worklist of the custodian's office, until somebody there takes note of it.
 *   receipt    what the archive vouches for, now: what is sealed, what is missing, and whether removing is safe.
 *   finding    an expected outcome that is not a success (a page that is gone). Evidence, never an error.
 *
 * This door promises: a state changes by compare-and-set together with its history, or not at all; a worker whose claim
 * was taken over writes nothing; a receipt says "safe" only from what was read back.
 */
export { openCompany } from './company.ts';
export { askedNow, wordsOf, type AskedFact, type Words } from './asked.ts';
export { confirmedBy } from './second-look.ts';
export { advance, type Transition } from './lifecycle.ts';
export { appendEvent, appendEvents, tellWatchers, type EventDraft } from './history.ts';
export { newId, recordIdOf, type RecordId } from './ids.ts';
export { CHANNELS } from './channels.ts';
export { typeFromClaim } from './media-type.ts';
export { VERBS } from './verbs.ts';
export {
  listParked,
  owe,
  runAgain,
  runStep,
  withClaim,
  withLastOfClaim,
  type Claim,
  type ParkedStep,
  type StepContext,
} from './steps.ts';
export { assessRemoval, type Evidence, type Missing, type Standing } from './safe-to-remove.ts';
export { readReceipt, type Receipt } from './receipt.ts';
export { codeTyped, receiptCode } from '#receipt-code.ts';
export {
  readPublicStanding,
  recordsByCode,
  type PlacedRecord,
  type PublicStanding,
} from './public-standing.ts';
export { openReceiptKeys, type ReceiptSigner } from './receipt-keys.ts';
export { keyProofOf } from './receipt-proof.ts';
export { openReceipts, type Receipts, type SignedReceipt } from './receipt-signer.ts';
export { readLogOverview, type LogOverview } from './log-overview.ts';
export { readLogStanding, type AnchorsOf, type LogStanding, type OutsideOf } from './log-standing.ts';
export { readGroundsSaid, readLastUsed, readVerbsUsed, type UsedAccount } from './last-used.ts';
export { searchRecords, type Found } from './search.ts';
export {
  readRecord,
  readRecordRow,
  readAgencyHistory,
  readHistory,
  placedArtifacts,
  readArtifact,
} from './queries.ts';
export type { HistoryEntry, ListedRecord, RecordView } from './views.ts';
export { reasonOf } from './parked.ts';
export { announceSealed, remindOfficeInstead } from './notices.ts';
export {
  listAnswered,
  listArrivals,
  listAwaited,
  listUnconfirmed,
  noteArrivals,
  type Arrivals,
} from './arrivals.ts';
export { startRelay, type Relay } from './relay.ts';
