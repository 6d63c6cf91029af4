/** Step 13: the signed receipt of each record (`record/RECEIPT.md`), down to the same log as everything else. */
import { ArchiveError } from '#errors.ts';
import type { Trust } from '#log/checkpoint.ts';
import { checkReceipt, type CheckedReceipt } from '#log/signed-receipt.ts';
import type { PackageFiles } from './files.ts';
import { readJson, type Paper } from './papers.ts';
import type { Findings } from './report.ts';
import type { SealedRecord } from './seals.ts';
import { memberOf, type Proven, provenOfReceipt } from './story.ts';
import { isSame, showed } from './same.ts';

const MAX_RECEIPT = 64 * 2 ** 20;

/** Said by the archive's own process under the key that its log names for receipts; nothing sealed or entered says the same. */
export const SIGNED_ALONE: readonly string[] = [
  'safeToRemove',
  'evidence',
  'missing',
  'tier',
  'statement',
  'capture.targetFound',
  'capture.sandbox',
  'secondLook',
  'parked',
  'store',
  'log',
  'proof.anchors',
  'proof.log',
  'times.source',
  'times.precision',
  'times.firstSealedAt',
  'times.lastSealedAt',
  'times.capturedAt',
  'times.issuedAt',
  'seals[].versionId',
  'seals[].lockedUntil',
];

export interface ReceiptsInput {
  readonly files: PackageFiles;
  readonly paper: Paper;
  readonly records: ReadonlyMap<string, SealedRecord>;
  /** Also with the keys that the log had before: a receipt may lead to a checkpoint that the newest one continues. */
  readonly earlier: Trust;
  proven(record: string): Proven;
}

/** Answers the checkpoints that the receipts lead to, each with the file that names it. */
export async function checkReceipts(
  { files, paper, records, earlier, proven }: ReceiptsInput,
  findings: Findings,
): Promise<readonly { readonly file: string; readonly size: number; readonly root: Buffer }[]> {
  const step = findings.step('receipts', 'receipts');
  const heads: { file: string; size: number; root: Buffer }[] = [];
  for (const record of records.values()) {
    const file = `data/records/${record.record}/receipt.json`;
    step.look();
    const document = await readJson(files, file, MAX_RECEIPT);
    const checked = document === null ? undefined : step.tried(file, () => opened(document, earlier));
    if (document === null) step.fail(file, 'It is missing, or is not canonical JSON.');
    if (checked === undefined) continue;
    for (const { checkpoint } of [...checked.seals, ...(checked.keyInLog === null ? [] : [checked.keyInLog])])
      heads.push({ file, size: checkpoint.size, root: Buffer.from(checkpoint.root) });
    if (checked.keyInLog === null)
      step.fail(file, 'It does not show that the log names the key that signed it.');
    if (checked.agency !== paper.agency || checked.record !== record.record)
      step.fail(file, 'It is the receipt of another record or agency.');
    else compareReceipt(document, { file, checked, record, proven: proven(record.record) }, step);
  }
  return heads;
}

function opened(document: unknown, trust: Trust): CheckedReceipt {
  try {
    return checkReceipt(document, trust);
  } catch (error) {
    // Its proofs are of no form at all.
    if (error instanceof RangeError || error instanceof TypeError)
      throw new ArchiveError('receipt-malformed', `This is not a signed receipt: ${error.message}`, {
        retry: 'never',
        cause: error,
      });
    throw error;
  }
}

function compareReceipt(
  document: unknown,
  {
    file,
    checked,
    record,
    proven,
  }: {
    readonly file: string;
    readonly checked: CheckedReceipt;
    readonly record: SealedRecord;
    readonly proven: Proven;
  },
  step: ReturnType<Findings['step']>,
): void {
  const says = (member: string): unknown =>
    member.split('.').reduce<unknown>((here, name) => memberOf(here, name), document);
  for (const [member, expected] of Object.entries(provenOfReceipt(proven, record.sealed)))
    if (!isSame(says(member), expected)) step.fail(file, showed(member));
  const listed = says('seals');
  const named = new Map<unknown, unknown>();
  for (const one of Array.isArray(listed) ? (listed as readonly unknown[]) : []) {
    const { versionId: _version, lockedUntil: _until, ...object } = one as Record<string, unknown>;
    if (named.has(object['key'])) step.fail(file, 'It names an object twice.');
    named.set(object['key'], object);
  }
  for (const { path, seal, what, bytes, sha256 } of record.objects) {
    const key = path.slice('data/store/'.length);
    if (!isSame(named.get(key), { key, seal, role: what, bytes, sha256 }))
      step.fail(file, `It does not name the object ${key} as the manifests do.`);
    named.delete(key);
  }
  for (const key of named.keys())
    step.fail(file, `It names ${String(key)}, which is no object of this record.`);
  for (const [seal, manifest] of record.seals)
    if (!checked.seals.some((one) => one.seal === seal && one.manifest === manifest))
      step.fail(file, `It does not prove that the manifest of seal ${seal} stands in the log.`);
}
