import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global.ts'],
    // Two cores: files side by side, but browsers, databases and stores take theirs too.
    maxWorkers: 3,
    testTimeout: 120_000,
    hookTimeout: 240_000,
    // What comes to pass is seen at once; how long a busy machine takes to bring it about says nothing.
    expect: { poll: { timeout: 20_000 } },
    // Real browsers, servers and deaths on two shared cores: what fails is tried once more, and both are told (summary.ts). What
    // must never happen has no second try: there the first failure counts.
    retry: 1,
    pool: 'forks',
    reporters: ['default', './test/support/summary.ts'],
    passWithNoTests: false,
  },
});
