/** Chance that can be had again: one seed, one sequence. */
export interface Chance {
  readonly seed: number;
  /** From 0 up to 1. */
  next(): number;
  /** A whole number from 0 up to `end`. */
  below(end: number): number;
  pick<T>(items: readonly T[]): T;
}

/** The seed of this run: `HOLDFAST_SEED`, or a new one, which the test prints. */
export function seedOfRun(): number {
  const given = process.env['HOLDFAST_SEED'];
  if (given === undefined || given === '') return Math.floor(Math.random() * 2 ** 32);
  if (/^\d{1,10}$/.test(given)) return Number(given);
  throw new Error(`HOLDFAST_SEED is a whole number; it is "${given}".`);
}

/** A multiplicative congruential step and two mixing ones; good enough to choose whom to kill. */
export function openChance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    return ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 32;
  };
  const below = (end: number): number => Math.floor(next() * end);
  return {
    seed,
    next,
    below,
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new RangeError('There is nothing to pick from.');
      return item;
    },
  };
}
