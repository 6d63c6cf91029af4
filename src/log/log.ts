/**
 * The log: everything that happens to an agency's records, in one order that nobody can change unseen. Each entry is a leaf of a
 * Merkle tree; a checkpoint signs the tree's size and root; tiles hold the tree and its entries as files; a proof shows, without
 * us, that an entry stands in a signed tree. FORMAT.md specifies all of it.
 *
 * This room is pure so far: no database, no clock, no network. Whoever appends must write in this order: entries, tiles, checkpoint.
 * A crash between them leaves files that no checkpoint names, and the next append writes the same bytes again.
 */
export { openCheckpoint, type Checkpoint, type LogKey, type Trust } from './checkpoint.ts';
export { entryBytes, entryCommitment, parseEntry, type Entry } from './entry.ts';
export { ENTRY_TYPES, type EntryType } from './entry-types.ts';
export { verifierKey, type VerifierKey } from './note.ts';
export { openEntry, openProof, type Proven } from './proof.ts';
