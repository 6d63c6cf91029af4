/**
 * When may the moderator be told "safe to remove"? Pure: no clock, no database. Decisions a court could question.
 *
 * Two things together, nothing less (design 2.5):
 *   1. everything that was reported is sealed, each lock was read back from the store and still stands, and the seal is in the log;
 *   2. at least one thing sealed with it shows the content: a decodable picture that a person handed in, or a capture of
 *      the live page that ended `captured` or `partial` and in which the reported text or element was found.
 * A rendering of our own never counts. A picture that cannot be decoded never counts, though it is sealed. A capture without a
 * picture never counts, nor anything that was made for an earlier removal or for other words (`asked.ts`), nor in production what was
 * sealed in a trial, whose captures may open invented pages and whose locks may be short.
 */
import type { PictureFinding, StoredOutcome } from '#db/db.ts';

export interface StandingArtifact {
  readonly origin: 'handed-in' | 'raw' | 'capture' | 'rendering';
  /** Its object was confirmed in the store, by version id, with its lock, and the seal's manifest too. */
  readonly sealed: boolean;
  /** Null: not looked at yet, or not a picture at all. */
  readonly picture: PictureFinding | null;
  /** Whether it may still turn out to be a picture. */
  readonly inspectionOwed: boolean;
  /** It came with the present removal, or after it. */
  readonly present: boolean;
  /** This is production, and it was sealed in a trial. */
  readonly ofTrial: boolean;
}

export interface Standing {
  readonly facts: readonly { readonly n: number; readonly sealed: boolean }[];
  readonly artifacts: readonly StandingArtifact[];
  /** Every seal that is closed has its entry in the log, and there is at least one. */
  readonly inLog: boolean;
  /** Sealed bytes of it were found missing or changed when somebody read them. */
  readonly damaged: boolean;
  /** No lock that was read back has run out since: whatever renews it may have failed for half a lease. */
  readonly locked: boolean;
  readonly capture: {
    readonly owed: boolean;
    readonly outcome: StoredOutcome | null;
    readonly targetFound: boolean;
    readonly targetAsked: boolean;
    /** All its files are. */
    readonly sealed: boolean;
    /** The seals of all its files are in the log. */
    readonly entered: boolean;
    /** There is a picture among its files. */
    readonly pictured: boolean;
    /** It was made for the present removal. */
    readonly present: boolean;
    readonly ofTrial: boolean;
  };
  /** The seal failed before, or waits for longer than a seal takes. */
  readonly sealDelayed: boolean;
  readonly parked: readonly { readonly step: string; readonly code: string }[];
}

export type MissingCode =
  | 'seal-pending'
  | 'seal-delayed'
  | 'seal-parked'
  | 'log-pending'
  | 'lock-ended'
  | 'fixity-failed'
  | 'sealed-in-trial'
  | 'picture-pending'
  | 'picture-parked'
  | 'picture-not-decodable'
  | 'capture-pending'
  | 'capture-parked'
  | 'capture-not-evidence'
  | 'target-not-found'
  | 'nothing-to-find'
  | 'evidence-outdated'
  | 'evidence-missing';

export interface Missing {
  readonly code: MissingCode;
  /** What is missing and what to do about it, in words for a moderator. */
  readonly sentence: string;
}

export interface Evidence {
  readonly kind: 'picture-handed-in' | 'capture';
  readonly tier: 'B' | 'D';
}

export interface Assessment {
  readonly safeToRemove: boolean;
  readonly evidence: readonly Evidence[];
  /** Empty exactly when it is safe. */
  readonly missing: readonly Missing[];
}

const EVIDENT_OUTCOMES: readonly (StoredOutcome | null)[] = ['captured', 'partial'];

const FINDING: Readonly<Record<Exclude<StoredOutcome, 'captured' | 'partial'>, string>> = {
  gone: 'The page was already gone when we opened it',
  wall: 'The page showed a sign-in wall instead of the content',
  empty: 'The page came up empty',
  blocked: 'The page could not be opened from here',
  timeout: 'The page did not finish in time',
  none: 'No live page was captured',
};

const HAND_IN = 'Add a screenshot of the content to this report.';

const TRIAL: Missing = {
  code: 'sealed-in-trial',
  sentence: `What is on file was sealed while this archive ran as a trial, which is no evidence. ${HAND_IN}`,
};

export function assessRemoval(standing: Standing): Assessment {
  const missing: Missing[] = [];
  const evidence: Evidence[] = [];

  const allSealed =
    standing.facts.length > 0 &&
    standing.facts.every((fact) => fact.sealed) &&
    standing.artifacts.every(
      (file) => file.sealed || file.origin === 'capture' || file.origin === 'rendering',
    );
  const sealParked = standing.parked.some((step) => step.step === 'seal');
  if (!allSealed)
    missing.push(
      sealParked
        ? {
            code: 'seal-parked',
            sentence:
              'Sealing stopped and a person must look at it. Do not remove the content; tell your administrator.',
          }
        : standing.sealDelayed
          ? {
              code: 'seal-delayed',
              sentence:
                'What you handed in is safe on disk, but sealing it is delayed. Do not remove the content; tell your administrator.',
            }
          : {
              code: 'seal-pending',
              sentence:
                'What you handed in is safe on disk and is being sealed. Wait before you remove anything.',
            },
    );
  else if (!standing.inLog)
    missing.push({ code: 'log-pending', sentence: 'The seal is being entered in the log. Wait a moment.' });
  if (standing.damaged)
    missing.push({
      code: 'fixity-failed',
      sentence:
        'Sealed bytes of this record were found missing or changed. Do not remove the content; tell your administrator at once.',
    });
  if (!standing.locked)
    missing.push({
      code: 'lock-ended',
      sentence:
        'The lock on this record ran out and was not renewed. Do not remove the content; tell your administrator.',
    });

  const handedIn = standing.artifacts.filter((file) => file.origin === 'handed-in');
  if (
    handedIn.some((file) => file.sealed && file.present && !file.ofTrial && file.picture?.decodable === true)
  )
    evidence.push({ kind: 'picture-handed-in', tier: 'D' });
  const { capture } = standing;
  if (
    !capture.owed &&
    capture.present &&
    !capture.ofTrial &&
    capture.sealed &&
    capture.entered &&
    capture.pictured &&
    capture.targetFound &&
    EVIDENT_OUTCOMES.includes(capture.outcome)
  )
    evidence.push({ kind: 'capture', tier: 'B' });

  if (evidence.length === 0) missing.push(...whyNoEvidence(standing, handedIn));
  return { safeToRemove: missing.length === 0, evidence, missing };
}

function whyNoEvidence(standing: Standing, handedIn: readonly StandingArtifact[]): Missing[] {
  const parked = (step: string): boolean => standing.parked.some((one) => one.step === step);
  const { capture } = standing;
  // A good picture waits for its seal alone, which was said already: nobody needs to add another one.
  if (handedIn.some((file) => file.present && file.picture?.decodable === true && !file.sealed)) return [];
  const why: Missing[] = [];
  if (handedIn.some((file) => file.ofTrial && file.present && file.picture?.decodable === true))
    why.push(TRIAL);
  if (handedIn.some((file) => file.present && file.picture?.decodable === false))
    why.push({
      code: 'picture-not-decodable',
      sentence: `A file you handed in is kept, but it does not open as a picture. ${HAND_IN}`,
    });
  if (handedIn.some((file) => file.picture === null && file.inspectionOwed))
    why.push(
      parked('inspect')
        ? {
            code: 'picture-parked',
            sentence: `Your picture is kept, but it could not be checked. ${HAND_IN}`,
          }
        : { code: 'picture-pending', sentence: 'Your picture is being checked. Wait a moment.' },
    );
  if (capture.owed) {
    if (parked('capture'))
      why.push({ code: 'capture-parked', sentence: `The page could not be captured. ${HAND_IN}` });
    else
      why.push({
        code: 'capture-pending',
        sentence: 'The live page is being captured. Wait, or add a screenshot.',
      });
    return why;
  }
  const outdated: Missing = {
    code: 'evidence-outdated',
    sentence: `What is on file shows an earlier removal, or other words. ${HAND_IN}`,
  };
  if (EVIDENT_OUTCOMES.includes(capture.outcome)) {
    if (!capture.present) why.push(outdated);
    else if (!capture.targetAsked)
      why.push({
        code: 'nothing-to-find',
        sentence: `The page was captured, but the report names neither the text nor the element that is being removed, so nobody can tell that it is on the picture. ${HAND_IN}`,
      });
    else if (!capture.targetFound)
      why.push({
        code: 'target-not-found',
        sentence: `The page was captured, but the reported content was not found on it. ${HAND_IN}`,
      });
    else if (!capture.pictured)
      why.push({
        code: 'capture-not-evidence',
        sentence: `The page was opened and its text kept, but no picture of it could be made. ${HAND_IN}`,
      });
    else if (!capture.sealed)
      why.push(
        parked('seal')
          ? {
              code: 'seal-parked',
              sentence: `Sealing the capture stopped and a person must look at it. ${HAND_IN}`,
            }
          : { code: 'seal-pending', sentence: 'The capture is being sealed. Wait a moment.' },
      );
    else if (!capture.entered)
      why.push({ code: 'log-pending', sentence: 'The seal is being entered in the log. Wait a moment.' });
    else if (capture.ofTrial) why.push(TRIAL);
  } else if (
    capture.outcome !== null &&
    capture.outcome !== 'none' &&
    capture.outcome !== 'captured' &&
    capture.outcome !== 'partial'
  ) {
    why.push({ code: 'capture-not-evidence', sentence: `${FINDING[capture.outcome]}. ${HAND_IN}` });
  }
  if (why.length === 0 && handedIn.some((file) => !file.present && file.picture?.decodable === true))
    why.push(outdated);
  if (why.length === 0)
    why.push({
      code: 'evidence-missing',
      sentence: `Nothing sealed so far shows the content itself. ${HAND_IN}`,
    });
  return why;
}
