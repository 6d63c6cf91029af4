/**
 * What a receipt carries so that it can be checked without us (RECEIPT.md): the entries of its seals and of the key that signs it, each
 * with its proof; and of the salts those of the manifests alone.
 *
 * A proof stays true for ever, under the checkpoint that it leads to. So that whoever asks for a receipt again and again costs nothing, one
 * that was made is handed out again for a while, unless a seal or an anchor came.
 */
import { itemSalt } from '#commitment.ts';
import type { AgencyTx } from '#db/db.ts';
import type { LogReader, ReceiptEntry, ReceiptProof } from '#log/log.ts';
import type { AnchorsOf, LogAnchor } from './log-standing.ts';
import { announcementOf } from './receipt-keys.ts';
import type { Receipt } from './receipt.ts';

/** As it is written: with the stamps and cosignatures, which whoever checks the file's rest need not know. */
export interface WholeProof extends ReceiptProof {
  readonly anchors: readonly {
    readonly kind: LogAnchor['kind'];
    readonly authority: string;
    readonly size: number;
    readonly at: string;
    /** A stamp's answer (RFC 3161, DER) in Base64, or the line of a witness in Base64. */
    readonly blob: string;
    /** The checkpoint that it is over, byte for byte. */
    readonly checkpoint: string;
  }[];
}

export const NOT_PUBLISHED: WholeProof = { log: null, receiptKey: null, seals: [], anchors: [] };

/** What another paper carries that the same key signs: the log, and where it names that key. Null: that is in no checkpoint yet. */
export async function keyProofOf(
  at: AgencyTx,
  reader: LogReader,
  vkey: string,
): Promise<Pick<ReceiptProof, 'log' | 'receiptKey'>> {
  const key = await announcementOf(at, vkey);
  const [found] = key === null ? [] : await reader.proofsOf(at, { eventIds: [key] });
  if (found === undefined) return { log: null, receiptKey: null };
  const { index, entry, proof } = found;
  const keys = await reader.keysOf(at);
  return {
    log: { origin: await originIn(at), keys },
    receiptKey: { index, entry: entry.toString(), proof: proof.toString() },
  };
}

async function originIn({ agencyId, tx }: AgencyTx): Promise<string> {
  const row = await tx
    .selectFrom('log_head')
    .select('origin')
    .where('agency_id', '=', agencyId)
    .executeTakeFirstOrThrow();
  return row.origin;
}

const REMEMBERED = 1000;
const FRESH_MS = 60_000;

interface Made {
  readonly of: string;
  readonly until: number;
  readonly proof: WholeProof;
}

export function openReceiptProofs(reader: LogReader, anchorsOf: AnchorsOf) {
  const made = new Map<string, Made>();
  return async (at: AgencyTx, receipt: Receipt, vkey: string): Promise<WholeProof> => {
    const events = await sealEvents(at, receipt.recordId);
    const key = await announcementOf(at, vkey);
    const { anchors, pending } = receipt.log;
    const of = JSON.stringify([events, key, vkey, pending, anchors]);
    const before = made.get(receipt.recordId);
    if (before?.of === of && before.until > performance.now()) return before.proof;
    const proof = await proofOf(at, receipt, { events, key, reader, anchorsOf });
    if (made.size >= REMEMBERED) made.clear();
    const isWhole = proof.receiptKey !== null && proof.seals.length === events.length;
    if (isWhole) made.set(receipt.recordId, { of, proof, until: performance.now() + FRESH_MS });
    return proof;
  };
}

interface Asked {
  readonly events: readonly string[];
  readonly key: string | null;
  readonly reader: LogReader;
  readonly anchorsOf: AnchorsOf;
}

async function proofOf(at: AgencyTx, receipt: Receipt, asked: Asked): Promise<WholeProof> {
  const { events, key, reader, anchorsOf } = asked;
  const { origin, entries } = receipt.log;
  if (origin === null) return NOT_PUBLISHED;
  const last = entries.at(-1);
  const anchors = last === undefined ? [] : (await anchorsOf(at, last)).by;
  // Under a checkpoint that is anchored, when there is one: then one proof leads out of this archive.
  const under = anchors[0] === undefined ? undefined : await checkpointAt(at, anchors[0].size);
  const proven = await reader.proofsOf(at, { eventIds: key === null ? events : [...events, key] }, under);
  const written = ({ index, entry, proof }: (typeof proven)[number]): ReceiptEntry => ({
    index,
    entry: entry.toString(),
    proof: proof.toString(),
  });
  const salt = await saltOf(at, receipt.recordId);
  // A key that was announced after the seals is not under their anchor yet.
  const announced =
    proven.find(({ eventId }) => eventId === key) ??
    (key === null ? undefined : (await reader.proofsOf(at, { eventIds: [key] }))[0]);
  return {
    log: { origin, keys: await reader.keysOf(at) },
    receiptKey: announced === undefined ? null : written(announced),
    seals: proven.flatMap((one) => {
      const { seal } = one.eventId === key ? { seal: null } : sealIn(one.entry);
      const manifest = receipt.seals.find((object) => object.role === 'manifest' && object.seal === seal);
      if (seal === null || manifest === undefined || salt === null) return [];
      const own = itemSalt(salt, `manifest/${seal}`).toString('hex');
      return [{ ...written(one), seal, manifest: manifest.sha256, itemSalt: own }];
    }),
    anchors: await Promise.all(
      anchors.map(async ({ blob, at: when, ...anchor }) => ({
        ...anchor,
        at: when.toISOString(),
        blob: blob.toString('base64'),
        checkpoint: (await checkpointAt(at, anchor.size))?.note.toString() ?? '',
      })),
    ),
  };
}

function sealIn(entry: Buffer): { readonly seal: number | null } {
  const { facts } = JSON.parse(entry.toString()) as { readonly facts: { readonly seal?: number } };
  return { seal: facts.seal ?? null };
}

async function sealEvents({ agencyId, tx }: AgencyTx, recordId: string): Promise<string[]> {
  const rows = await tx
    .selectFrom('event')
    .select('id')
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .where('type', '=', 'record.sealed')
    .orderBy('seq')
    .execute();
  return rows.map(({ id }) => id);
}

/** The bytes stay in the row for later seals and for this; a purge takes them, and then no receipt opens anything. */
async function saltOf({ agencyId, tx }: AgencyTx, recordId: string): Promise<Buffer | null> {
  const row = await tx
    .selectFrom('object')
    .select('body')
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .where('role', '=', 'salt')
    .executeTakeFirst();
  return row?.body ?? null;
}

async function checkpointAt({ agencyId, tx }: AgencyTx, size: number) {
  return await tx
    .selectFrom('log_checkpoint')
    .select(['size', 'root', 'note', 'at'])
    .where('agency_id', '=', agencyId)
    .where('size', '=', size)
    .executeTakeFirst();
}
