/**
 * From rows to what the safety rule asks. Two decisions are made here: which seals count, and which facts weigh. Both only
 * from what was written down after the store had been read back.
 */
import type { RecordView } from './queries.ts';
import type { Standing } from './safe-to-remove.ts';

export function standingOf(record: RecordView, inLog: ReadonlySet<number>, now: Date): Standing {
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
  const fromBrowser = record.artifacts.filter((file) => file.origin === 'capture');
  const isSealed = (file: RecordView['artifacts'][number]): boolean =>
    file.seal !== null && closed.has(file.seal.no);
  const target = record.capture?.['target'];
  // A confirmation that it was removed adds nothing that could be lost with the removal: "safe" does not wait for it.
  const weighty = record.facts.filter((fact) => !fact.confirms);
  const numbers = new Set(weighty.map((fact) => fact.n));
  return {
    facts: weighty.map((fact) => ({
      n: fact.n,
      sealed: fact.sealNo !== null && closed.has(fact.sealNo),
    })),
    artifacts: record.artifacts
      .filter((file) => file.factN === null || numbers.has(file.factN))
      .map((file) => ({
        origin: file.origin,
        sealed: isSealed(file),
        picture: file.picture,
        inspectionOwed: file.picture === null && owed('inspect'),
      })),
    inLog: closed.size > 0 && [...closed].every((no) => inLog.has(no)),
    locked: record.seals
      .filter((seal) => closed.has(seal.no))
      .every((seal) => seal.objects.every((object) => Date.parse(object.lockedUntil ?? '') > now.getTime())),
    capture: {
      owed: owed('capture'),
      outcome: record.captureOutcome,
      targetFound: target !== null && target !== undefined,
      targetAsked: record.capture?.['targetAsked'] === true,
      sealed: fromBrowser.length > 0 && fromBrowser.every(isSealed),
    },
    parked: record.owed
      .filter((step) => step.parked)
      .map((step) => ({ step: step.step, code: step.code ?? 'internal' })),
  };
}
