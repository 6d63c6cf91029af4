/**
 * What stands outside for a log: time stamps (RFC 3161) and cosignatures of witnesses (C2SP tlog-witness) over its published checkpoints.
 * Until one of them is there, whoever owns this machine could still rewrite what happened, unseen; from then on they cannot.
 *
 * Promises: nothing is kept as an anchor that was not verified first, a stamp by two readers that share no code. An anchor never
 * changes. Who cannot be had is asked again, more and more rarely, and stops neither intake nor sealing; that it began stands in the
 * history once. A witness that contradicts us is told loudly each time. What waits for an anchor, and for how long, is measured.
 *
 * A copy of each lies among the files of the log, by which it outlives the database: copies.ts. A row that somebody forged counts for
 * nothing anywhere, keeps no true one out, and is told: holding.ts.
 *
 * Order of one anchor: the published checkpoint is read → the outsider is asked → its answer is verified → one transaction: row and
 * history. A crash in between asks once more. The entries that anchors themselves write ask for no further anchor.
 */
export { lookAtCopies } from './copy-look.ts';
export { copyAnchors, startCopying, type Copied, type CopyContext } from './copies.ts';
export { outsideForFigures, outsideForPages } from './believed.ts';
export { checkReceiptAnchors, type CheckedAnchor } from './receipt-anchors.ts';
export { anchorNow, startAnchoring, type AnchorContext, type Anchored } from './round.ts';
export {
  anchorAges,
  lateAfterSeconds,
  logAnchored,
  oldestUnanchored,
  standingOf,
  vouchedFor,
  type AnchorStanding,
} from './standing.ts';
export {
  anchorsAt,
  anchorsOver,
  knownBy,
  namedIn,
  signedOver,
  type Outside,
  type Outsiders,
} from './holding.ts';
export { everyAnchor as anchorRows, type Anchor } from './queries.ts';
export { verifyStamp, type Stamp } from './stamp.ts';
export { openStamping } from './stamper.ts';
