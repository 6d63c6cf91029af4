/**
 * From rows to what the safety rule asks. Three decisions are made here: which seals count, which facts weigh, and which files
 * belong to the present removal (`asked.ts`). All only from what was written down after the store had been read back. A second
 * look and its files are no evidence, and do not get past here; the lock and the fixity of their seal count as any seal's do.
 */
import { askedNow } from './asked.ts';
import type { Standing } from './safe-to-remove.ts';
import type { StandingView } from './views.ts';

/** A seal takes a second or two. Whoever waits longer is told that something is wrong, long before it is parked. */
const DELAYED_AFTER_MS = 60_000;

type Artifact = StandingView['artifacts'][number];
type Weighed = Artifact & { readonly origin: Exclude<Artifact['origin'], 'second-look'> };
const mayWeigh = (file: Artifact): file is Weighed => file.origin !== 'second-look';
const isReported = ({ origin }: Artifact): boolean => origin === 'handed-in' || origin === 'raw';

export function standingOf(
  record: StandingView,
  log: { readonly entered: ReadonlySet<number>; readonly damaged: boolean },
  mode: 'trial' | 'production',
  now: Date,
): Standing {
  // A seal counts when its row says so and every object of it, the manifest among them, was read back from the store.
  const closed = new Set(
    record.seals
      .filter((seal) => seal.sealedAt !== null)
      .filter((seal) => seal.objects.some((object) => object.role === 'manifest'))
      .filter((seal) =>
        seal.objects.every((object) => object.confirmedAt !== null && object.lockedUntil !== null),
      )
      .map((seal) => seal.no),
  );
  const owed = (step: string): boolean => record.owed.some((entry) => entry.step === step);
  const since = askedNow(record.facts)?.since ?? 0;
  // The last capture's own files: an earlier one's say nothing about what was found this time.
  const named = record.capture?.['files'];
  const fromBrowser = record.artifacts.filter(
    (file) => file.origin === 'capture' && Array.isArray(named) && named.includes(file.artifactId),
  );
  const sealOwed = record.owed.find((entry) => entry.step === 'seal');
  const isSealed = (file: Artifact): boolean => file.seal !== null && closed.has(file.seal.no);
  // In a trial everything is one, and the receipt says so.
  const trials = new Set(
    mode === 'trial' ? [] : record.seals.filter((seal) => seal.mode === 'trial').map((seal) => seal.no),
  );
  const ofTrial = (file: Artifact): boolean => file.seal !== null && trials.has(file.seal.no);
  const target = record.capture?.['target'];
  // A bare confirmation that it was removed adds nothing that could be lost with the removal: "safe" does not wait for it.
  const weighty = record.facts.filter((fact) => !fact.confirms || fact.noted);
  const numbers = new Set(weighty.map((fact) => fact.n));
  const weighing = record.artifacts
    .filter(mayWeigh)
    .filter((file) => file.factN === null || numbers.has(file.factN));
  const inLog = (file: Artifact): boolean => file.seal !== null && log.entered.has(file.seal.no);
  // Nor for the entry of a seal that holds nothing else, or what was found behind the report: what was safe stays safe while that is
  // written. A capture is evidence once its own seal is entered.
  const weightySeals = [
    ...weighty.map((fact) => fact.sealNo),
    ...weighing.filter(isReported).map((file) => file.seal?.no ?? null),
  ].filter((no): no is number => no !== null && closed.has(no));
  return {
    facts: weighty.map((fact) => ({
      n: fact.n,
      sealed: fact.sealNo !== null && closed.has(fact.sealNo),
    })),
    artifacts: weighing.map((file) => ({
      origin: file.origin,
      sealed: isSealed(file),
      picture: file.picture,
      inspectionOwed: file.picture === null && owed('inspect'),
      present: file.factN !== null && file.factN >= since,
      ofTrial: ofTrial(file),
    })),
    inLog: weightySeals.length > 0 && weightySeals.every((no) => log.entered.has(no)),
    damaged: log.damaged,
    locked: record.seals
      .filter((seal) => closed.has(seal.no))
      .every((seal) => seal.objects.every((object) => Date.parse(object.lockedUntil ?? '') > now.getTime())),
    capture: {
      owed: owed('capture'),
      outcome: record.captureOutcome,
      targetFound: target !== null && target !== undefined,
      targetAsked: record.capture?.['targetAsked'] === true,
      sealed: fromBrowser.length > 0 && fromBrowser.every(isSealed),
      entered: fromBrowser.every(inLog),
      pictured: fromBrowser.some((file) => file.role.startsWith('screenshot-')),
      present: Number(record.capture?.['askedFact'] ?? 0) >= since,
      // Opened in a trial and sealed after it is the same: the trial asked for it.
      ofTrial:
        fromBrowser.some(ofTrial) ||
        record.facts.some(
          (fact) =>
            fact.n === record.capture?.['askedFact'] && fact.sealNo !== null && trials.has(fact.sealNo),
        ),
    },
    sealDelayed:
      sealOwed !== undefined &&
      !sealOwed.parked &&
      (sealOwed.failures > 0 || now.getTime() - Date.parse(sealOwed.since) > DELAYED_AFTER_MS),
    parked: record.owed
      .filter((step) => step.parked)
      .map((step) => ({ step: step.step, code: step.code ?? 'internal' })),
  };
}
