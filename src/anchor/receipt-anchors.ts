/**
 * The anchors that a receipt carries (RECEIPT.md, "Checking", 6), by whoever has the roots of its authorities and the keys of its witnesses.
 * Pure: no network and no database. Whether the receipt itself holds is `checkReceipt`'s to say, and is asked first.
 */
import type { AnchorConfig } from '#config.ts';
import type { AnchorKind } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { openCheckpoint, type CheckedReceipt, type ReceiptTrust } from '#log/log.ts';
import { cosignedAt, parseNote, verifierKey } from '#log/note.ts';
import { verifyStamp } from './stamp.ts';

export interface CheckedAnchor {
  readonly kind: AnchorKind;
  readonly authority: string;
  readonly size: number;
  /** By their clock, as the stamp or cosignature itself says it. */
  readonly at: Date;
  /** Every seal is proved under the very checkpoint that it is over. Otherwise only the archive says that one continues the other. */
  readonly overSeals: boolean;
}

/** Those that hold; who is not known here is passed over. Throws at the first that does not hold, or is not over the seals of the receipt. */
export async function checkReceiptAnchors(
  document: unknown,
  { seals }: Pick<CheckedReceipt, 'seals'>,
  trust: ReceiptTrust,
  known: Pick<AnchorConfig, 'authorities' | 'witnesses'>,
): Promise<CheckedAnchor[]> {
  const held: CheckedAnchor[] = [];
  for (const { kind, authority, size, at: said, blob, checkpoint } of anchorsIn(document)) {
    const note = Buffer.from(checkpoint);
    const opened = openCheckpoint(note, trust);
    const under = seals.filter((seal) => seal.checkpoint.size === size);
    if (opened.size !== size || seals.some(({ index }) => index >= size))
      throw wrong(`the anchor of ${authority} is over ${opened.size} entries, and a seal is not among them`);
    if (under.some((seal) => !Buffer.from(seal.checkpoint.root).equals(opened.root)))
      throw wrong(`the anchor of ${authority} is over another log than the proofs of the seals`);
    const at =
      kind === 'stamp'
        ? await stampedAt(blob, note, known.authorities.find(({ name }) => name === authority)?.roots)
        : witnessedAt(blob, note, known.witnesses?.witnesses.find(({ name }) => name === authority)?.vkey);
    if (at === null) continue;
    if (at.getTime() !== Date.parse(said))
      throw wrong(`the anchor of ${authority} has another time than the receipt says`);
    held.push({ kind, authority, size, at, overSeals: under.length === seals.length });
  }
  return held;
}

export async function stampedAt(blob: Buffer, note: Buffer, roots: string | undefined): Promise<Date | null> {
  return roots === undefined ? null : (await verifyStamp(blob, note, roots)).at;
}

export function witnessedAt(line: Buffer, note: Buffer, vkey: string | undefined): Date | null {
  if (vkey === undefined) return null;
  const key = verifierKey(vkey);
  const { text, signatures } = parseNote(Buffer.concat([note, line]));
  const signature = signatures.find(({ name, id }) => name === key.name && id === key.id)?.signature;
  if (signature === undefined || !key.verify(text, signature))
    throw wrong(`the signature of the witness ${key.name} does not fit the checkpoint`);
  return new Date(Number(cosignedAt(signature)) * 1000);
}

interface Carried {
  readonly kind: AnchorKind;
  readonly authority: string;
  readonly size: number;
  readonly at: string;
  readonly blob: Buffer;
  readonly checkpoint: string;
}

function anchorsIn(document: unknown): Carried[] {
  const proof = (document as { readonly proof?: { readonly anchors?: unknown } } | null)?.proof;
  if (!Array.isArray(proof?.anchors)) throw wrong('it has no list “proof.anchors”');
  return proof.anchors.map((one: unknown) => {
    const { kind, authority, size, at, blob, checkpoint } = (one ?? {}) as Readonly<Record<string, unknown>>;
    if (
      (kind !== 'stamp' && kind !== 'witness') ||
      typeof authority !== 'string' ||
      typeof size !== 'number' ||
      typeof at !== 'string' ||
      typeof blob !== 'string' ||
      typeof checkpoint !== 'string'
    )
      throw wrong('a member of “proof.anchors” is not as it is specified');
    return { kind, authority, size, at, blob: Buffer.from(blob, 'base64'), checkpoint };
  });
}

function wrong(what: string): ArchiveError {
  return new ArchiveError(
    'receipt-anchor-wrong',
    `What this receipt carries from outside proves nothing: ${what}.`,
    {
      retry: 'never',
    },
  );
}
