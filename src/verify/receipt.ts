/** Checks a signed receipt (`record/RECEIPT.md`), from its signature down to the root of the log: no database, no network. */
import { verifyStamp } from '#anchor/stamp.ts';
import { ArchiveError, codeOf } from '#errors.ts';
import { parseCheckpoint } from '#log/checkpoint.ts';
import { openNote, parseNote, verifierKey } from '#log/note.ts';
import { checkReceipt, type CheckedReceipt, type ReceiptTrust } from '#log/signed-receipt.ts';
import { openFindingsOf, type Failure, type StepReport } from './report.ts';

const STEPS = [
  ['signature', 'The signature is over exactly this receipt'],
  ['key', 'The key signs receipts of this agency, and its log says so'],
  ['log', 'What was sealed stands in the signed log'],
  ['stamps', 'Time stamps hold'],
] as const;
type ReceiptStep = (typeof STEPS)[number][0];

export interface ReceiptVerdict {
  readonly verified: boolean;
  readonly kind: 'receipt';
  /** What was signed; null: the signature does not hold. */
  readonly terms: Pick<CheckedReceipt, 'agency' | 'record' | 'code' | 'safeToRemove' | 'issuedAt'> | null;
  readonly signedBy: string | null;
  readonly key: { readonly from: 'caller' | 'receipt'; readonly vkeys: readonly string[] };
  readonly steps: readonly StepReport<ReceiptStep>[];
  readonly failures: readonly Failure<ReceiptStep>[];
  readonly failed: number;
}

interface Loose {
  readonly signature?: { readonly note?: unknown; readonly vkey?: unknown } | null;
  readonly proof?: {
    readonly log?: { readonly keys?: readonly { readonly vkey?: unknown }[] } | null;
    readonly anchors?: unknown;
    readonly seals?: readonly { readonly proof?: unknown }[];
  };
}

/** Null: this is no receipt. `vkey`: of the agency's log, or that with which it signs receipts; from elsewhere. */
export async function verifyReceipt(
  document: unknown,
  vkey: string | null,
  roots: string | null = null,
): Promise<ReceiptVerdict | null> {
  if (
    typeof document !== 'object' ||
    document === null ||
    !('recordId' in document) ||
    !('proof' in document)
  )
    return null;
  const receipt = document as Loose;
  const given = vkey === null ? null : verifierKey(vkey);
  const isReceiptKey = given?.name.includes('/receipts/') === true;
  const trust: ReceiptTrust | null =
    given === null || isReceiptKey ? null : { origin: given.name, keys: [{ key: given }] };
  const findings = openFindingsOf(STEPS);
  const signature = findings.step('signature', 'signatures');
  const key = findings.step('key', 'keys');
  const log = findings.step('log', 'seals');
  const stamps = findings.step('stamps', 'stamps');
  const file = 'receipt';
  const { note, vkey: signer } = receipt.signature ?? {};
  let checked: CheckedReceipt | null = null;
  if (typeof note !== 'string' || typeof signer !== 'string')
    signature.fail(file, 'It is not signed: the log of its agency had not begun. Ask for it again.');
  else if (signature.tried(file, () => openNote(Buffer.from(note), [verifierKey(signer)])) !== undefined) {
    signature.look();
    try {
      checked = checkReceipt(document, trust);
    } catch (error) {
      // A key that was given, and is none of a log.
      const code = error instanceof RangeError ? 'receipt-key-wrong' : codeOf(error);
      if (!(error instanceof ArchiveError || error instanceof RangeError)) throw error;
      const step =
        code === 'receipt-changed' || code === 'receipt-malformed'
          ? signature
          : code === 'receipt-key-wrong'
            ? key
            : log;
      step.fail(file, error.message);
    }
  }
  if (checked !== null) {
    log.look(checked.seals.length);
    if (checked.seals.length === 0)
      log.note('Nothing of it stood in a signed checkpoint when it was issued.');
    if (checked.keyInLog !== null || isReceiptKey) key.look();
    if (isReceiptKey && checked.signedBy !== vkey) key.fail(file, 'It is signed by another key than yours.');
    if (checked.keyInLog === null && trust !== null)
      key.fail(
        file,
        'It is too young to show that the log names the key that signed it. Ask for it again in a moment, or give the key for receipts.',
      );
    else if (checked.keyInLog === null && !isReceiptKey && checked.safeToRemove)
      key.fail(file, 'Neither its log nor you say that the key that signed it is one of its agency.');
    else if (checked.keyInLog === null && !isReceiptKey)
      key.note('It is too young to show that the log names the key that signed it.');
    await checkStamps(receipt, roots, stamps);
  }
  return {
    verified: checked !== null && findings.failed() === 0,
    kind: 'receipt',
    terms: checked === null ? null : termsOf(checked),
    signedBy: checked?.signedBy ?? null,
    key: {
      from: given === null ? 'receipt' : 'caller',
      vkeys: vkey === null ? keysIn(receipt) : [vkey],
    },
    steps: findings.report(),
    failures: findings.failures(),
    failed: findings.failed(),
  };
}

/** Stamps over a checkpoint that this receipt leads to. They count by roots that the caller has: a receipt brings none. */
async function checkStamps(
  { proof }: Loose,
  roots: string | null,
  step: ReturnType<ReturnType<typeof openFindingsOf<ReceiptStep>>['step']>,
): Promise<void> {
  const anchors = (Array.isArray(proof?.anchors) ? proof.anchors : []) as readonly Record<string, unknown>[];
  const stamped = anchors.filter((one) => one['kind'] === 'stamp');
  if (stamped.length === 0) return step.note('It has none.');
  if (roots === null)
    return step.note(
      `It has ${stamped.length}; they are looked at with the roots of their authorities (--tsa-roots).`,
    );
  const led = new Set(
    (proof?.seals ?? []).map((one) => headOf(String(one.proof).split('\n\n').slice(1).join('\n\n'))),
  );
  for (const { authority, blob, checkpoint } of stamped) {
    const file = `stamp of ${String(authority)}`;
    step.look();
    if (typeof blob !== 'string' || typeof checkpoint !== 'string' || !led.has(headOf(checkpoint)))
      step.fail(file, 'It is over no checkpoint to which this receipt leads.');
    else
      try {
        const { at } = await verifyStamp(Buffer.from(blob, 'base64'), Buffer.from(checkpoint), roots);
        step.note(`${String(authority)} saw it at ${at.toISOString()}.`);
      } catch (error) {
        if (!(error instanceof ArchiveError)) throw error;
        step.fail(file, error.message);
      }
  }
}

/** Size and root, whatever signatures are below them. */
function headOf(note: string): string | null {
  try {
    const { origin, size, root } = parseCheckpoint(parseNote(Buffer.from(note)).text);
    return `${origin} ${size} ${root.toString('hex')}`;
  } catch (error) {
    if (error instanceof ArchiveError) return null;
    throw error;
  }
}

function keysIn({ proof }: Loose): string[] {
  const keys = proof?.log?.keys;
  return Array.isArray(keys) ? keys.flatMap(({ vkey }) => (typeof vkey === 'string' ? [vkey] : [])) : [];
}

function termsOf({ agency, record, code, safeToRemove, issuedAt }: CheckedReceipt): ReceiptVerdict['terms'] {
  return { agency, record, code, safeToRemove, issuedAt };
}
