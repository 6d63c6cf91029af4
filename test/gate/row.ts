/** One row of the matrix as a test: it tells its figures as it goes, so that they are in the table when it fails, too. */
import { test } from 'vitest';
import { MATRIX, type RowName, type Server } from './matrix.ts';

export type Figures = Readonly<Record<string, number | string>>;

export interface Told {
  readonly row: RowName;
  readonly on: Server | null;
  readonly figures: Figures;
}

declare module 'vitest' {
  interface TaskMeta {
    gate?: readonly Told[];
  }
}

/** What is told of one row; figures told later are added. */
export type Tell = (row: RowName, figures: Figures) => void;

/** Several rows may share one scene, so that its load carries the faults of all of them. */
export function playRows(
  names: readonly RowName[],
  work: (tell: Tell) => Promise<void>,
  on: Server | null = null,
): void {
  const title = names.map((name) => `${MATRIX[name].component}: ${MATRIX[name].fault}`).join('; ');
  test(on === null ? title : `${title}, on ${on}`, async ({ task }) => {
    const told = new Map<RowName, Figures>();
    const tell: Tell = (row, figures) => {
      told.set(row, { ...told.get(row), ...figures });
      task.meta.gate = [...told].map(([name, all]) => ({ row: name, on, figures: all }));
    };
    for (const name of names) tell(name, {});
    // Also at once: a gate is long, and who watches it wants to know how it goes.
    await work(tell).finally(() => {
      for (const [name, all] of told) console.log(`${name} ${on ?? ''} ${JSON.stringify(all)}`);
    });
  });
}
