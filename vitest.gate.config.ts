import { defineConfig } from 'vitest/config';
import { seedOfRun } from './test/support/chance.ts';

// One seed for the whole run; each file opens its own chance from it.
const seed = String(seedOfRun());
process.env['HOLDFAST_SEED'] = seed;

export default defineConfig({
  test: {
    include: ['test/gate/**/*.gate.ts'],
    globalSetup: ['test/support/global.ts'],
    env: { HOLDFAST_SEED: seed },
    // Each row takes both cores for itself.
    fileParallelism: false,
    testTimeout: 1_200_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 20_000 } },
    pool: 'forks',
    reporters: ['default', './test/gate/table.ts', './test/support/summary.ts'],
    passWithNoTests: false,
  },
});
