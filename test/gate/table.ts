/** The last words of a gate: each row of the matrix with what was told of it, and the rows that nothing plays yet. */
import type { Reporter, TestModule } from 'vitest/node';
import { MATRIX, NOT_BUILT, type MatrixRow } from './matrix.ts';
import type { Told } from './row.ts';

interface Played extends Told {
  readonly state: string;
  readonly seconds: number;
}

export default class GateTable implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const played: Played[] = [];
    for (const module of modules)
      for (const test of module.children.allTests())
        for (const told of test.meta().gate ?? [])
          played.push({
            ...told,
            state: test.result().state,
            seconds: (test.diagnostic()?.duration ?? 0) / 1000,
          });
    const lines: string[][] = [];
    let missing = 0;
    for (const [name, row] of Object.entries<MatrixRow>(MATRIX))
      for (const on of row.on ?? [null]) {
        const one = played.find((told) => told.row === name && told.on === on);
        if (one === undefined) missing += 1;
        const figures = Object.entries(one?.figures ?? {}).map(([what, figure]) => `${what} ${figure}`);
        lines.push([
          row.component,
          on === null ? row.fault : `${row.fault} (${on})`,
          String(row.count),
          one?.state ?? 'not run',
          one === undefined ? '' : `${one.seconds.toFixed(0)} s`,
          figures.join(', '),
        ]);
      }
    for (const { component, fault, why } of NOT_BUILT)
      lines.push([component, fault, '', 'not built yet', '', why]);
    const widths = [0, 1, 2, 3, 4].map((i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
    const text = lines.map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    );
    process.stdout.write(
      `\nThe fault matrix, HOLDFAST_SEED=${process.env['HOLDFAST_SEED'] ?? ''}\n${text.join('\n')}\n`,
    );
    if (missing > 0) process.stdout.write(`${missing} rows were not run.\n`);
  }
}
