/**
 * The private keys, one file each, in a folder that only the process that signs needs. A file's name is the key's id and says
 * nothing else; its bytes are the signer key of C2SP signed-note in one line. Nothing here ever repeats a key in an error.
 *
 * A folder, because that is what every installation has; whoever has a signing service writes these few functions for it.
 */
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveError } from '#errors.ts';
import { keepNew, keepNewest } from '#secret-files.ts';
import { keyPair, signer, verifierKey, type Signer } from './note.ts';

export interface KeyFolder {
  /** For people. */
  readonly describe: string;
  /** Draws a key of this name; durable before its public half is answered. */
  make(name: string): Promise<string>;
  /** The one whose public half this is. Rejects with `log-key-missing`. */
  signerOf(vkey: string): Promise<Signer>;
  /** Whether it is here. */
  has(vkey: string): Promise<boolean>;
  /**
   * The newest checkpoint that was signed for a log and put into the store, as whoever signs remembers it: beside the keys, where
   * neither the owner of the database nor that of the store can make it forget. Null: nothing is remembered.
   */
  remembered(agencyId: string): Promise<Buffer | null>;
  /** Durable when it resolves. */
  remember(agencyId: string, note: Uint8Array): Promise<void>;
  /** That a log was put back here, by the id of the event that says so: whoever may write to the database can say it too. Durable when it resolves. */
  rememberRestore(agencyId: string, eventId: string): Promise<void>;
}

const SEED_BYTES = 32;
const KEY_FILE = /^[0-9a-f]{8}\.key$/;
const RESTORE_FILE = /^[a-z0-9-]+\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.restore$/;

export function openKeyFolder(folder: string): KeyFolder {
  const path = (vkey: string): string => join(folder, `${verifierKey(vkey).id}.key`);
  const known = new Map<string, Signer>();
  const folderOfKeys: KeyFolder = {
    describe: folder,
    has: async (vkey) =>
      await folderOfKeys.signerOf(vkey).then(
        () => true,
        () => false,
      ),
    make: async (name) => {
      const { skey, vkey } = keyPair(name, randomBytes(SEED_BYTES));
      try {
        // Its name is its id, which another key has by a chance of one in four thousand million.
        if (!(await keepNew(path(vkey), `${skey}\n`))) throw new Error('Another key of this id is there.');
      } catch (error) {
        throw new ArchiveError(
          'log-key-missing',
          `A new key of ${name} could not be kept in the folder of keys (HOLDFAST_KEYS), so nothing is signed. Let this process write there.`,
          { retry: 'later', cause: error, details: { folder } },
        );
      }
      return vkey;
    },
    signerOf: async (vkey) => {
      const before = known.get(vkey);
      if (before !== undefined) return before;
      const text = await readFile(path(vkey), 'utf8').catch((error: unknown) => {
        throw missing(vkey, folder, error);
      });
      const found = signer(text.trim());
      if (found.vkey !== vkey) throw missing(vkey, folder);
      known.set(vkey, found);
      return found;
    },
    remembered: async (agencyId) =>
      await readFile(join(folder, `${agencyId}.signed`)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      }),
    remember: async (agencyId, note) => {
      await keepNewest(join(folder, `${agencyId}.signed`), note).catch((error: unknown) => {
        throw unremembered('What was signed', folder, error);
      });
    },
    rememberRestore: async (agencyId, eventId) => {
      await keepNew(join(folder, `${agencyId}.${eventId}.restore`), '').catch((error: unknown) => {
        throw unremembered('That the log was put back', folder, error);
      });
    },
  };
  return folderOfKeys;
}

/**
 * Ids of the events `restore.performed` that this installation remembers to have entered itself. Null: the folder has no key, and is not that of an
 * installation.
 */
export async function restoresIn(folder: string): Promise<ReadonlySet<string> | null> {
  const names = await namesIn(folder);
  if (!names.some((name) => KEY_FILE.test(name))) return null;
  return new Set(names.flatMap((name) => RESTORE_FILE.exec(name)?.[1] ?? []));
}

/** The public halves of what lies in the folder: who audits a log may believe them more than what its database says. */
export async function verifierKeysIn(folder: string): Promise<string[]> {
  const files = (await namesIn(folder)).filter((name) => KEY_FILE.test(name)).sort();
  return await Promise.all(
    files.map(async (name) => signer((await readFile(join(folder, name), 'utf8')).trim()).vkey),
  );
}

/** The public half of the key for receipts in that folder; null: it has none of this agency. */
export async function receiptKeyIn(folder: string, agencyId: string): Promise<string | null> {
  const text = await readFile(join(folder, `${agencyId}.key`), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    },
  );
  return text === null ? null : signer(text.trim()).vkey;
}

/**
 * Keys of earlier that whoever keeps that folder vouches for, one a line in `<agency>.former`: the log names them, and whoever owns the database can
 * have it name any.
 */
export async function formerReceiptKeysIn(folder: string, agencyId: string): Promise<string[]> {
  const text = await readFile(join(folder, `${agencyId}.former`), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    },
  );
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

function unremembered(what: string, folder: string, cause: unknown): ArchiveError {
  return new ArchiveError(
    'log-key-missing',
    `${what} could not be remembered in the folder of keys (HOLDFAST_KEYS). Let this process write there.`,
    { retry: 'later', cause, details: { folder } },
  );
}

function missing(vkey: string, folder: string, cause?: unknown): ArchiveError {
  const { name, id } = verifierKey(vkey);
  return new ArchiveError(
    'log-key-missing',
    `The private key ${id} of ${name} is not in the folder of keys (HOLDFAST_KEYS): nothing can be signed. Put it back from its backup.`,
    { retry: 'later', cause, details: { folder } },
  );
}
