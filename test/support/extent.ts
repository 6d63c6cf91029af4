/**
 * How far a run goes. `npm test` asks each question once and stays short enough to be run before each change is taken in;
 * `npm run test:whole` takes every row of every matrix, and every repetition.
 */
const WHOLE = process.env['HOLDFAST_TESTS'] === 'whole';

/** All rows of a matrix in a whole run; otherwise those that `few` keeps, which are at least one. */
export function rows<Row>(all: readonly Row[], few: (row: Row, index: number) => boolean): readonly Row[] {
  const kept = WHOLE ? all : all.filter(few);
  if (kept.length === 0)
    throw new Error('A matrix of which no row is left tests nothing: keep at least one.');
  return kept;
}

/** How often something is done: `whole` times in a whole run, otherwise `few` times. */
export function times(whole: number, few: number): number {
  return WHOLE ? whole : few;
}

/** Tests that only a whole run has: `inWholeRun(() => test(…))`. Their file keeps others. */
export function inWholeRun(define: () => void): void {
  if (WHOLE) define();
}
