/** What checking found: each step with how much it looked at, each failure with its step and file. */
import { ArchiveError } from '#errors.ts';

/** Of a package. */
const STEPS = [
  ['bag', 'The bag is complete, and every digest fits'],
  ['papers', 'The package is what it says of itself'],
  ['seals', 'The seals are a chain, and their objects fit'],
  ['commitments', 'The commitments open'],
  ['entries', 'The entries stand in a signed log'],
  ['records', 'The log says what was sealed, and what happened'],
  ['package', 'The log says that this package was made with these bytes'],
  ['consistency', 'The log never changed what it had said'],
  ['details', 'What the archive says of each event is what it committed to'],
  ['witnesses', 'Witnesses have seen the same log'],
  ['stamps', 'Time stamps hold'],
  ['wacz', 'Web archives are whole, and their signatures hold'],
  ['receipts', 'The receipts are signed, and lead to the same log'],
  ['index', 'What is said of the records is what was sealed and entered'],
] as const;

export type StepName = (typeof STEPS)[number][0];

export interface Failure<Name extends string = StepName> {
  readonly step: Name;
  readonly file: string;
  readonly sentence: string;
}

export interface StepReport<Name extends string = StepName> {
  readonly n: number;
  readonly step: Name;
  readonly title: string;
  /** `nothing`: it had nothing to look at, and says why. `missing`: not all of it can be done, and the note says what. */
  readonly result: 'passed' | 'failed' | 'nothing' | 'missing';
  readonly looked: number;
  readonly of: string;
  readonly note: string | null;
}

/** Past so many failures of one step nobody reads on; the number of them is still told. */
const MAX_TOLD = 50;
const MAX_NOTE = 2000;

export interface Step {
  /** One more thing was looked at. */
  look(count?: number): void;
  fail(file: string, sentence: string): void;
  /** Said once, behind what was noted before. */
  note(sentence: string): void;
  /** Fails with the sentence of whatever is thrown, and answers undefined then. */
  tried<T>(file: string, act: () => T): T | undefined;
}

export interface Findings<Name extends string = StepName> {
  step(name: Name, of: string): Step;
  missing(name: Name, why: string): void;
  failures(): readonly Failure<Name>[];
  failed(): number;
  report(): readonly StepReport<Name>[];
}

export const openFindings = (): Findings => openFindingsOf(STEPS);

export function openFindingsOf<Name extends string>(
  all: readonly (readonly [name: Name, title: string])[],
): Findings<Name> {
  const steps = new Map<
    Name,
    { looked: number; of: string; note: string | null; failed: number; missing: boolean }
  >();
  const failures: Failure<Name>[] = [];
  return {
    step: (name, of) => {
      const here = steps.get(name) ?? { looked: 0, of, note: null, failed: 0, missing: false };
      steps.set(name, here);
      const fail = (file: string, sentence: string): void => {
        here.failed += 1;
        if (here.failed <= MAX_TOLD) failures.push({ step: name, file, sentence });
      };
      return {
        look: (count = 1) => void (here.looked += count),
        fail,
        note: (sentence) => {
          if (here.note === null) here.note = sentence;
          else if (!here.note.includes(sentence) && here.note.length < MAX_NOTE) here.note += ` ${sentence}`;
        },
        tried: (file, act) => {
          try {
            return act();
          } catch (error) {
            fail(file, sentenceOf(error));
            return undefined;
          }
        },
      };
    },
    missing: (name, why) => {
      const { looked = 0, of = '', failed = 0 } = steps.get(name) ?? {};
      steps.set(name, { looked, of, note: why, failed, missing: true });
    },
    failures: () => failures,
    failed: () => [...steps.values()].reduce((sum, { failed }) => sum + failed, 0),
    report: () =>
      all.map(([step, title], i) => {
        const { looked = 0, of = '', note = null, failed = 0, missing = false } = steps.get(step) ?? {};
        const result = failed > 0 ? 'failed' : missing ? 'missing' : looked > 0 ? 'passed' : 'nothing';
        return { n: i + 1, step, title, result, looked, of, note };
      }),
  };
}

function sentenceOf(error: unknown): string {
  if (error instanceof ArchiveError || error instanceof RangeError || error instanceof TypeError)
    return error.message;
  if (error instanceof SyntaxError) return 'It is not JSON.';
  throw error;
}
