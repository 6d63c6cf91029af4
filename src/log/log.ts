/**
 * The log: everything that happens to an agency's records, in one order that nobody can change unseen. Each entry is a leaf of a
 * Merkle tree; a checkpoint signs the tree's size and root; tiles hold the tree and its entries as files; a proof shows, without
 * us, that an entry stands in a signed tree. FORMAT.md specifies all of it.
 *
 * sequencer.ts tells the order of writes and what a crash leaves. merkle, tiles, note, checkpoint, proof, entry, entry-types, facts and
 * event-entry are pure: no database, no clock, no network.
 */
export {
  ANCHOR_FOLDER,
  anchoredCheckpointPath,
  anchorFileOf,
  anchorPath,
  authorityId,
  type AnchorFile,
} from './anchor-files.ts';
export { announcedLogKeys, originOf } from './announced.ts';
export { checkLogFiles, type LogFilesChecked } from './check-files.ts';
export {
  openCheckpoint,
  parseCheckpoint,
  type Checkpoint,
  type LogKey,
  type OpenedCheckpoint,
  type Trust,
} from './checkpoint.ts';
export { entryBytes, entryCommitment, parseEntry, type Entry } from './entry.ts';
export { ENTRY_TYPES, type EntryType } from './entry-types.ts';
export { EMPTY_FRONTIER, frontierOf, grow, leafHash, rootOf, type Frontier } from './merkle.ts';
export { keyPair, parseNote, signer, verifierKey, type VerifierKey } from './note.ts';
export { openEntry, openProof, type Proven } from './proof.ts';
export {
  actorInLog,
  detailOf,
  entryOfEvent,
  restoredBody,
  saysOpenly,
  type LoggedEvent,
} from './event-entry.ts';
export {
  formerReceiptKeysIn,
  openKeyFolder,
  receiptKeyIn,
  restoresIn,
  verifierKeysIn,
  type KeyFolder,
} from './keys.ts';
export { renewLogLeases, type LogLeaseReport } from './leases.ts';
export { logPrefix } from './publish.ts';
export { tilePath, type Tile } from './tiles.ts';
export { openLogReader, rootOfFiles, type LogReader, type ProvenEntry } from './reader.ts';
export { startSequencer, type Sequencer, type SequencerContext } from './sequencer.ts';
export { bundleEntries } from './tiles.ts';
export { addLogKey, listLogKeys, retireLogKey } from './rotation.ts';
export {
  checkReceipt,
  receiptKeyName,
  signReceipt,
  type CheckedReceipt,
  type ReceiptEntry,
  type ProvenSeal,
  type ReceiptProof,
  type ReceiptSignature,
  type ReceiptTrust,
} from './signed-receipt.ts';
export {
  CERTIFICATE_FORMAT,
  checkCertificate,
  recordsCertified,
  CLEANED_FORMAT,
  LARGEST_CERTIFICATE_BYTES,
  signCertificate,
  type CertificateSignature,
} from './signed-certificate.ts';
export { signSearchCertificate } from './signed-search.ts';
export { logStanding, type LogStanding } from './standing.ts';
