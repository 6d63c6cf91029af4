/**
 * `npm run bench -- <name> [--json]`: speed as a ratio against a baseline of the same run on the same machine. Higher is
 * better, always. One bench is one file; list it here.
 */
import { cpus, totalmem } from 'node:os';
import { capture } from './capture.ts';
import { intake } from './intake.ts';
import { memory } from './memory.ts';
import { proof } from './proof.ts';
import { receipt } from './receipt.ts';
import { retention } from './retention.ts';
import { search } from './search.ts';
import { sunshine } from './sunshine.ts';
import { verify } from './verify.ts';

export interface BenchResult {
  readonly bench: string;
  /** Ours to the baseline, or baseline to ours where less is better. */
  readonly ratio: number;
  readonly value: number;
  readonly baseline: number;
  readonly unit: string;
  /** How the value grows with size, where that is the question. */
  readonly growth: readonly {
    readonly size: number;
    readonly value: number;
    readonly baseline: number;
    readonly ratio: number;
  }[];
  /** Lines for people: name, figure. */
  readonly table: readonly (readonly [string, string])[];
}

const BENCHES: Readonly<Record<string, () => Promise<BenchResult>>> = {
  intake,
  receipt,
  search,
  memory,
  capture,
  proof,
  verify,
  retention,
  sunshine,
};

const name = process.argv[2] ?? '';
const bench = BENCHES[name];
if (bench === undefined) {
  console.error(`There is no bench "${name}". There are: ${Object.keys(BENCHES).join(', ')}.`);
  process.exit(2);
}
const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 1024 ** 3),
  node: process.version,
};
console.log(
  `bench ${name} on ${machine.cores} cores (${machine.cpu}), ${machine.memoryGiB} GiB, Node ${machine.node}`,
);
const { table, ...result } = await bench();
const width = Math.max(...table.map(([label]) => label.length));
for (const [label, figure] of table) console.log(`  ${label.padEnd(width)}  ${figure}`);
console.log(`  ${'ratio'.padEnd(width)}  ${result.ratio.toFixed(2)}`);
if (process.argv.includes('--json')) console.log(JSON.stringify({ ...result, machine }));
process.exit(0);
