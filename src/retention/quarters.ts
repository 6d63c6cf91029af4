/** Quarters of the calendar, for a forecast. Pure. */
import { addDays, addMonths, type CivilDay } from '#civil.ts';

export interface Quarter {
  /** `2027 Q1`. */
  readonly name: string;
  readonly from: CivilDay;
  readonly through: CivilDay;
}

/** Four of them: what is left of the present one after today, and the next three. */
export function quartersFrom(today: CivilDay): readonly Quarter[] {
  const year = today.slice(0, 4);
  const number = Math.ceil(Number(today.slice(5, 7)) / 3);
  const begins = `${year}-${String(number * 3 - 2).padStart(2, '0')}-01`;
  return [0, 1, 2, 3].map((n) => {
    const from = addMonths(begins, n * 3);
    return {
      name: `${from.slice(0, 4)} Q${Math.ceil(Number(from.slice(5, 7)) / 3)}`,
      from: n === 0 ? addDays(today, 1) : from,
      through: addDays(addMonths(from, 3), -1),
    };
  });
}
