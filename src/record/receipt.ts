/**
 * The receipt: what the archive vouches for at this moment, and nothing that it only hopes. Computed anew each time
 * from what was read back, never stored as a verdict.
 */
import type { AgencyTx } from '#db/db.ts';
import { logSentence, readLogStanding, type AnchorsOf, type LogStanding } from './log-standing.ts';
import { readStanding, sealsInLog } from './queries.ts';
import { receiptCode } from '#receipt-code.ts';
import { assessRemoval, type Evidence, type Missing } from './safe-to-remove.ts';
import { secondLookSaid, type SecondLookSaid } from './second-look.ts';
import { standingOf } from './standing.ts';
import type { RecordRow } from './views.ts';

export interface Receipt {
  readonly recordId: string;
  readonly agency: string;
  /** Ten characters to read out on the telephone; the same for every receipt of this record. */
  readonly code: string;
  /** `trial` when the installation is one now, or when any seal was made while it was. */
  readonly mode: 'trial' | 'production';
  /** Of the body's own page, as the report named it: who adds to the record from the receipt alone can name it again. */
  readonly platform: string;
  readonly account: string;
  readonly status: RecordRow['state'];
  readonly safeToRemove: boolean;
  readonly evidence: readonly Evidence[];
  readonly missing: readonly Missing[];
  readonly seals: readonly {
    readonly seal: number;
    readonly role: string;
    readonly sha256: string;
    readonly bytes: number;
    readonly key: string;
    readonly versionId: string;
    readonly lockedUntil: string;
  }[];
  /** All by the server's clock, to the millisecond, UTC; null: has not happened. */
  readonly times: {
    readonly source: 'server-clock';
    readonly precision: 'ms';
    readonly reportedAt: string;
    readonly firstSealedAt: string | null;
    readonly lastSealedAt: string | null;
    /** When the page was pictured; null: no page was. */
    readonly capturedAt: string | null;
    readonly issuedAt: string;
  };
  /** The strongest evidence sealed so far; null: none yet. Tiers: design 2. */
  readonly tier: 'A' | 'B' | 'C' | 'D' | null;
  readonly capture: {
    readonly outcome: string | null;
    readonly targetFound: boolean;
    readonly sandbox: boolean | null;
  };
  readonly removal: RecordRow['removal'];
  /** As it was said, not by our clock; null: nobody said that it was removed. */
  readonly removedAt: {
    readonly value: string | null;
    readonly precision: string;
    readonly source: string;
    /** It was not said when: then not after we were told. */
    readonly notAfter: string | null;
  } | null;
  /** What the page showed once more, after the removal. No evidence of the content; null: it was not looked at again. */
  readonly secondLook: SecondLookSaid | null;
  readonly classification: RecordRow['classification'];
  readonly parked: readonly { readonly step: string; readonly code: string; readonly reason: string }[];
  readonly store: {
    readonly kind: string | null;
    readonly immutability: 'compliance' | 'advisory' | null;
    readonly sentence: string;
  };
  readonly log: LogStanding & { readonly sentence: string };
  readonly statement: string;
}

const STATEMENT =
  'The content is archived. This says nothing about whether removing it is lawful or allowed by the policy.';
const STATEMENT_NOT_YET =
  'The content is not archived in full yet. This says nothing about whether removing it is lawful or allowed by the policy.';

const STATEMENT_ENDED = 'This record is destroyed under its retention schedule, or is being destroyed.';

/** Nobody outside vouches for anything: for lists, which do not say who does. */
const nobody: AnchorsOf = async () => ({ anchored: false, by: [] });

/** Null when this agency has no such record. */
export async function readReceipt(
  at: AgencyTx,
  recordId: string,
  mode: Receipt['mode'],
  now: Date,
  anchorsOf: AnchorsOf = nobody,
): Promise<Receipt | null> {
  const record = await readStanding(at, recordId);
  if (record === null) return null;
  const standing = standingOf(record, await sealsInLog(at, recordId), mode, now);
  const isEnding = record.state === 'disposing' || record.state === 'disposed';
  const assessed = assessRemoval(standing);
  // Nothing is missing of what is to be gone, and nobody is asked to bring it.
  const assessment = isEnding ? { ...assessed, safeToRemove: false, missing: [] } : assessed;
  const log = await readLogStanding(at, recordId, anchorsOf);
  const closed = record.seals.filter((seal) => seal.sealedAt !== null);
  const immutability =
    closed.length === 0
      ? null
      : closed.every((seal) => seal.immutability === 'compliance')
        ? 'compliance'
        : 'advisory';
  const evident = assessment.evidence.map((evidence) => evidence.tier);
  const capture = record.capture;
  return {
    recordId: record.recordId,
    agency: record.agencyId,
    code: receiptCode(record.recordId),
    mode: record.seals.some((seal) => seal.mode === 'trial') ? 'trial' : mode,
    platform: record.platform,
    account: record.account,
    status: record.state,
    ...assessment,
    seals: closed.flatMap((seal) =>
      seal.objects.flatMap((object) =>
        object.versionId === null || object.lockedUntil === null
          ? []
          : [
              {
                seal: seal.no,
                role: object.role,
                sha256: object.sha256,
                bytes: object.bytes,
                key: object.key,
                versionId: object.versionId,
                lockedUntil: object.lockedUntil,
              },
            ],
      ),
    ),
    times: {
      source: 'server-clock',
      precision: 'ms',
      reportedAt: record.receivedAt,
      firstSealedAt: closed[0]?.sealedAt ?? null,
      lastSealedAt: closed.at(-1)?.sealedAt ?? null,
      capturedAt: pictured(record.capture),
      issuedAt: now.toISOString(),
    },
    tier: evident.includes('B') ? 'B' : evident.includes('D') ? 'D' : null,
    capture: {
      outcome: record.captureOutcome,
      targetFound: standing.capture.targetFound,
      sandbox: typeof capture?.['sandbox'] === 'boolean' ? capture['sandbox'] : null,
    },
    removal: record.removal,
    removedAt: statedTime(record.removedAt),
    secondLook: secondLookSaid({
      ...record,
      foundAt: standing.capture.targetFound && standing.capture.present ? pictured(capture) : null,
    }),
    classification: record.classification,
    parked: record.owed
      .filter((step) => step.parked)
      .map((step) => ({ step: step.step, code: step.code ?? 'internal', reason: step.reason ?? '' })),
    store: {
      kind: closed.at(-1)?.storeKind ?? null,
      immutability,
      sentence: storeSentence(closed.at(-1)?.storeKind ?? null, immutability),
    },
    log: { ...log, sentence: logSentence(log) },
    statement: isEnding ? STATEMENT_ENDED : assessment.safeToRemove ? STATEMENT : STATEMENT_NOT_YET,
  };
}

function pictured(capture: RecordRow['capture']): string | null {
  const times = capture?.['times'];
  if (typeof times !== 'object' || times === null) return null;
  return textAt(times, ['viewportPicture']) ?? textAt(times, ['fullPagePicture']);
}

function statedTime(stated: RecordRow['removedAt']): Receipt['removedAt'] {
  if (stated === null) return null;
  return {
    value: textAt(stated, ['value']),
    precision: textAt(stated, ['precision']) ?? 'unknown',
    source: textAt(stated, ['source']) ?? 'unknown',
    notAfter: textAt(stated, ['notAfter']),
  };
}

function storeSentence(kind: string | null, immutability: 'compliance' | 'advisory' | null): string {
  if (immutability === null) return 'Nothing is sealed yet.';
  return immutability === 'compliance'
    ? 'Sealed in a store that refuses to change or delete it before the date shown, whoever asks.'
    : kind === 's3'
      ? 'Locked in an object store. That it refuses to delete what is locked was not proven yet.'
      : 'Sealed in a folder store: tamper-evident, not immutable. A change is not prevented; it shows when the bytes are read and compared.';
}

/** The text at the end of the path; null when there is none. */
function textAt(value: unknown, path: readonly string[]): string | null {
  let here = value;
  for (const name of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return null;
    here = (here as Record<string, unknown>)[name];
  }
  return typeof here === 'string' ? here : null;
}
