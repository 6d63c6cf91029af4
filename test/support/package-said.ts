/** What an archive that does not exist says of a record of its packages: the fact that it took, its index, and its signed receipt. */
import { itemSalt, sha256Hex } from '#commitment.ts';
import type { PlacedObject } from '#export/package.ts';
import { keyPair, signer } from '#log/note.ts';
import { receiptKeyName, signReceipt, type ProvenSeal, type ReceiptEntry } from '#log/signed-receipt.ts';
import { receiptCode } from '#record/record.ts';
import { ORIGIN, seed } from './log-scene.ts';
import { sampleReceipt } from './sample-receipt.ts';

export const RECEIPT_KEY = keyPair(receiptKeyName(ORIGIN), seed('receipts'));

const REMOVED = { value: '2026-11-29T11:00:00Z', precision: 'minute', source: 'submitter' };

/** As much of a fact as the index repeats. */
export const factOf = (record: string) => ({
  type: 'removal.action-recorded.v1',
  data: {
    platform: { name: 'x', accountHandle: 'rivertown' },
    content: { kind: 'comment', text: `words of ${record}` },
    author: { displayName: { value: 'Alex Example' } },
    action: { verb: 'delete', performedAt: REMOVED },
    notes: 'a note',
  },
});

export const indexOf = { accountId: null, grounds: ['policy#2.1'], address: null, seriesReason: null };

export interface SaidOf {
  readonly agency: string;
  readonly record: string;
  readonly at: string;
}

export const metadataOf = ({ agency, record, at }: SaidOf): Record<string, unknown> => ({
  recordId: record,
  agencyId: agency,
  state: 'sealed',
  receivedAt: at,
  platform: 'x',
  account: 'rivertown',
  accountRegistered: false,
  kind: 'comment',
  verb: 'delete',
  grounds: indexOf.grounds,
  excerpt: `words of ${record}`,
  author: 'Alex Example',
  captureOutcome: null,
  removal: 'confirmed',
  subject: `unknown:${record}`,
  address: null,
  capture: null,
  removedAt: REMOVED,
  classification: null,
});

export interface ReceiptScene extends SaidOf {
  readonly objects: readonly PlacedObject[];
  readonly salt: Buffer;
  readonly manifests: readonly Buffer[];
  readonly vkey: string;
  readonly receiptKey: ReceiptEntry;
  /** The entry of each seal. */
  readonly seals: readonly ReceiptEntry[];
}

/** Before it is signed. */
export function receiptOf({ agency, record, at, ...scene }: ReceiptScene): Record<string, unknown> {
  const { platform, account, state: status, removal, classification } = metadataOf({ agency, record, at });
  return {
    ...sampleReceipt,
    recordId: record,
    agency,
    code: receiptCode(record),
    platform,
    account,
    status,
    removal,
    classification,
    removedAt: { ...REMOVED, notAfter: null },
    times: { ...sampleReceipt.times, reportedAt: at, issuedAt: at },
    seals: scene.objects.map(({ key, seal, role, sha256, sizeBytes, versionId }) => ({
      seal,
      role,
      sha256,
      bytes: sizeBytes,
      key,
      versionId,
      lockedUntil: '2026-12-29T12:00:00.000Z',
    })),
    proof: {
      log: { origin: ORIGIN, keys: [{ vkey: scene.vkey, firstSize: 0, lastSize: null }] },
      receiptKey: scene.receiptKey,
      seals: scene.seals.map((entry, i): ProvenSeal => ({
        ...entry,
        seal: i + 1,
        manifest: sha256Hex(scene.manifests[i] ?? ''),
        itemSalt: itemSalt(scene.salt, `manifest/${i + 1}`).toString('hex'),
      })),
      anchors: [],
    },
  };
}

export function signed(receipt: Record<string, unknown>, { skey, vkey } = RECEIPT_KEY): object {
  return { ...receipt, signature: signReceipt(receipt, { ...signer(skey), vkey }) };
}
