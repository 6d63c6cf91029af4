/**
 * Change of a log's key. The new one is drawn and announced in an entry that the old one signs too; from then on both sign, so that
 * whoever knows only the old one can check every step to the new one. Some weeks later the old one is retired, in an entry as well.
 * Source: reference/integrity.md 2.5.
 */
import { v7 } from 'uuid';
import { ArchiveError } from '#errors.ts';
import type { Db } from '#db/db.ts';
import type { KeyFolder } from './keys.ts';
import { verifierKey } from './note.ts';
import * as queries from './queries.ts';

/** Answers the new verifier key. It signs from the next checkpoint on. */
export async function addLogKey(db: Db, keyFolder: KeyFolder, agencyId: string): Promise<string> {
  return await db.sequencer.transaction().execute(async (tx) => {
    const head = await queries.readHead(tx, agencyId, true);
    if (head === null) throw noLog(agencyId);
    const vkey = await keyFolder.make(head.origin);
    await queries.addKey(tx, agencyId, { vkey, firstSize: head.size + 1, eventId: v7() });
    return vkey;
  });
}

/** Answers the last size that it signs. */
export async function retireLogKey(db: Db, agencyId: string, id: string): Promise<number> {
  return await db.sequencer.transaction().execute(async (tx) => {
    const head = await queries.readHead(tx, agencyId, true);
    if (head === null) throw noLog(agencyId);
    const signing = (await queries.keysOf(tx, agencyId)).filter(
      ({ firstSize, lastSize }) => lastSize === null && firstSize <= head.size,
    );
    const key = signing.find(({ vkey }) => verifierKey(vkey).id === id);
    if (key === undefined)
      throw new ArchiveError('key-not-found', `No key ${id} signs the log of ${agencyId} now.`, {
        retry: 'never',
      });
    if (signing.length === 1)
      throw new ArchiveError(
        'log-key-missing',
        `The key ${id} is the only one that signs the log of ${agencyId}. Add another one first, and let both sign for some weeks.`,
        { retry: 'never' },
      );
    // Whoever knows only this key learns of the next one from an entry under a checkpoint that this key signed.
    const others = signing.filter((one) => one !== key);
    const known = await Promise.all(
      others.map(async ({ vkey }) => await queries.isAnnounced(tx, agencyId, vkey)),
    );
    if (!known.includes(true))
      throw new ArchiveError(
        'log-key-missing',
        `No other key of the log of ${agencyId} is announced in a published checkpoint yet, and after ${id} nobody could follow. Try again once the log worker has published.`,
        { retry: 'later' },
      );
    await queries.retireKey(tx, agencyId, { vkey: key.vkey, lastSize: head.size, eventId: v7() });
    return head.size;
  });
}

export async function listLogKeys(db: Db, agencyId: string): Promise<queries.KeyRow[]> {
  return await queries.keysOf(db.sequencer, agencyId);
}

function noLog(agencyId: string): ArchiveError {
  return new ArchiveError(
    'agency-not-found',
    `There is no log of ${agencyId} yet: it begins with the first thing that happens there, once the log worker runs.`,
    { retry: 'never' },
  );
}
