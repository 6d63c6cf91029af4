/**
 * The runner's last line, in the plain form that every CI can read; before it what was slow; and no run that checked nothing passes. A test that passed
 * at its second try is named with its first failure: it is to be mended, not to be got used to.
 */
import type { Reporter, TestModule } from 'vitest/node';

/** Pure rules, and what must never happen: once is too often, whatever the second try says. */
const NO_SECOND_TRY = /\/test\/(?:unit|crash|gate)\/|\/(?:never-safe|walls|fixity|capture-ssrf)[^/]*$/;

/** Files of which most of the time of a run is made: who adds to one of them sees it. */
const SLOWEST = 10;

function slowest(modules: readonly TestModule[]): string {
  const files = modules
    .map((module) => ({ file: module.relativeModuleId, ms: lastingOf(module) }))
    .toSorted((one, other) => other.ms - one.ms);
  const all = files.reduce((sum, { ms }) => sum + ms, 0);
  const lines = files
    .slice(0, SLOWEST)
    .map(({ file, ms }) => `${String(Math.round(ms / 1000)).padStart(6)} s  ${file}`);
  return `\nThe slowest of ${files.length} files, which took ${Math.round(all / 1000)} s together:\n${lines.join('\n')}\n`;
}

/** With what it loads and sets up. */
function lastingOf(module: TestModule): number {
  const { collectDuration, setupDuration, duration } = module.diagnostic();
  return collectDuration + setupDuration + duration;
}

export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    let skipped = 0;
    for (const module of modules) {
      let seen = 0;
      for (const test of module.children.allTests()) {
        seen += 1;
        const { state } = test.result();
        const unsteady = state === 'passed' && test.diagnostic()?.flaky === true;
        if (unsteady) {
          const [first] = test.result().errors ?? [];
          process.stdout.write(
            `\nUnsteady: ${test.fullName} (${module.moduleId})\n${first?.stack ?? first?.message ?? ''}\n`,
          );
        }
        if (unsteady && NO_SECOND_TRY.test(module.moduleId)) failed += 1;
        else if (state === 'passed') passed += 1;
        else if (state === 'failed') failed += 1;
        else skipped += 1;
      }
      if (seen === 0) failed += 1;
    }
    process.stdout.write(slowest(modules));
    // A skipped test is a gap that hides itself.
    if (skipped > 0 || passed === 0 || failed > 0) process.exitCode = 1;
    process.stdout.write(
      `\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
    );
  }
}
