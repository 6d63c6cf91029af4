/**
 * The key that signs an agency's receipts, and its announcement. RECEIPT.md specifies both.
 *
 * The key is made at its first use, in a folder that this process alone can read, and is for nothing but receipts. It is announced in
 * the agency's history, and with that in the log, before the first receipt that it signs is handed out: a receipt by a key that no
 * log names is nobody's. Two processes with a folder of their own have two keys, and both are announced.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { keyPair, originOf, receiptKeyName, signer } from '#log/log.ts';
import { keepNew } from '#secret-files.ts';
import { appendEvent } from './history.ts';

export type ReceiptSigner = ReturnType<typeof signer>;

export interface ReceiptKeys {
  /** The key of this process for the agency's receipts, made and announced when it is not yet. Null: the agency's log has not begun. */
  keyOf(agencyId: string): Promise<ReceiptSigner | null>;
}

export function openReceiptKeys(db: Db, folder: string): ReceiptKeys {
  const keys = new Map<string, Promise<ReceiptSigner | null>>();
  const ready = async (agencyId: string): Promise<ReceiptSigner | null> => {
    const origin = await db.inAgency(agencyId, originOf);
    if (origin === null) return null;
    const key = await keyIn(join(folder, `${agencyId}.key`), receiptKeyName(origin));
    await db.inAgency(agencyId, async (at) => await announce(at, key.vkey));
    return key;
  };
  return {
    keyOf: async (agencyId) => {
      const asked = keys.get(agencyId) ?? ready(agencyId);
      keys.set(agencyId, asked);
      let key: ReceiptSigner | null = null;
      try {
        key = await asked;
        return key;
      } finally {
        // What is not there yet, or could not be read, is looked for again.
        if (key === null && keys.get(agencyId) === asked) keys.delete(agencyId);
      }
    },
  };
}

/** Written whole under another name, and given its own only then: whoever comes second reads what the first one made. */
async function keyIn(path: string, name: string): Promise<ReceiptSigner> {
  try {
    const there = await textOf(path);
    if (there !== null) return signerIn(there, name);
    // Where another process was faster, its key is the one.
    await keepNew(path, `${keyPair(name, randomBytes(32)).skey}\n`);
    return signerIn((await textOf(path)) ?? '', name);
  } catch (cause) {
    throw new ArchiveError(
      'receipt-key-unusable',
      `The key that signs receipts cannot be used: ${path}. Nobody can be given a signed receipt until whoever runs the machine has looked at it: the folder must be writable to this process, and the file must be as it was written.`,
      { retry: 'later', cause },
    );
  }
}

/** A key that was made under another name, before the installation was given the one that it has: its signatures would be nobody's. */
function signerIn(text: string, name: string): ReceiptSigner {
  const key = signer(text.replace(/\n$/, ''));
  if (key.name === name) return key;
  throw new ArchiveError('log-key-malformed', `This key is ${key.name}, and ${name} was expected.`, {
    retry: 'never',
  });
}

/** Once for each key; whoever comes at the same moment waits, and finds that it is done. */
async function announce(at: AgencyTx, vkey: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`receipt-key ${vkey}`}, 0))`.execute(at.tx);
  if ((await announcementOf(at, vkey)) !== null) return;
  await appendEvent(at, null, { type: 'receipt-key.added', actor: 'worker:receipt', body: { vkey } });
}

/** The event that names a key; null: none does yet. */
export async function announcementOf({ agencyId, tx }: AgencyTx, vkey: string): Promise<string | null> {
  const row = await tx
    .selectFrom('event')
    .select('id')
    .where('agency_id', '=', agencyId)
    .where('type', '=', 'receipt-key.added')
    .where(sql<boolean>`body ->> 'vkey' = ${vkey}`)
    .orderBy('seq')
    .executeTakeFirst();
  return row?.id ?? null;
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
