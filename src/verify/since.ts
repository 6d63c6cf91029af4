/** What somebody has in hand of an archive: a receipt, or whatever names a checkpoint of its log. */
import { open, readFile, stat } from 'node:fs/promises';
import { ArchiveError } from '#errors.ts';
import { parseCheckpoint } from '#log/checkpoint.ts';
import { parseNote } from '#log/note.ts';
import { bytesOf } from './bag.ts';
import { openPackage } from './files.ts';

const MAX_BYTES = 16 * 2 ** 20;

/** The JSON of a receipt; `pdf`: it lies within this; null: it is something else. */
export async function readReceiptFile(path: string): Promise<{ readonly document: unknown } | 'pdf' | null> {
  const found = await stat(path).catch(() => null);
  if (found?.isFile() !== true) return null;
  const file = await open(path);
  const { buffer, bytesRead } = await file
    .read(Buffer.alloc(5), 0, 5, 0)
    .finally(async () => await file.close());
  const head = buffer.subarray(0, bytesRead).toString('latin1');
  if (head === '%PDF-') return 'pdf';
  if (!/^\s*\{/.test(head) || found.size > MAX_BYTES) return null;
  try {
    return { document: JSON.parse(await readFile(path, 'utf8')) };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Signed notes out of a checkpoint, a package or a receipt. None: it is none of these. */
export async function checkpointsIn(path: string): Promise<Buffer[]> {
  const receipt = await readReceiptFile(path);
  if (receipt !== null) return receipt === 'pdf' ? [] : [...new Set(proofsIn(receipt.document))].map(noteIn);
  const files = await openPackage(path);
  if (files !== null)
    try {
      const note = await bytesOf(files, 'proofs/checkpoint', MAX_BYTES);
      return note === null ? [] : [note];
    } finally {
      await files.close();
    }
  const found = await stat(path).catch(() => null);
  if (found?.isFile() !== true || found.size > MAX_BYTES) return [];
  const note = await readFile(path);
  return isCheckpoint(note) ? [note] : [];
}

function isCheckpoint(note: Buffer): boolean {
  try {
    parseCheckpoint(parseNote(note).text);
    return true;
  } catch (error) {
    if (error instanceof ArchiveError) return false;
    throw error;
  }
}

function proofsIn(document: unknown): string[] {
  const { proof } = (document ?? {}) as {
    proof?: { seals?: readonly { proof?: unknown }[]; receiptKey?: { proof?: unknown } | null };
  };
  const seals = Array.isArray(proof?.seals) ? proof.seals : [];
  return [...seals, proof?.receiptKey].flatMap((one) => (typeof one?.proof === 'string' ? [one.proof] : []));
}

/** The checkpoint of a C2SP tlog-proof stands behind its first empty line. */
function noteIn(proof: string): Buffer {
  return Buffer.from(proof.slice(proof.indexOf('\n\n') + 2));
}
