/**
 * Backup and restore, without the client tools of Postgres: the database, the store, what waits in staging, and what was destroyed. FORMAT.md
 * specifies what lies in the folder.
 *
 * Promise: a backup is whole or has no manifest; everything that its rows call sealed is in it; no private key is. A restore puts nothing
 * over anything, starts nothing before it is whole, and brings back no record that was destroyed, as far as anybody it could ask knows.
 */
export { noteBackup } from './queries.ts';
export { restoreBackup, type Restored } from './restore.ts';
export { takeBackup, type Taken } from './take.ts';
export { readBackupDigest, verifyBackup, type Proven } from './verify.ts';
