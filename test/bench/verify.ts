/**
 * Verifying a package of 1 GiB against `sha256sum` of the same bytes, each by a program of its own from its start to its end, and how much
 * memory it takes at the most. A package of a sixteenth beside it: time grows with bytes, memory does not.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asTar, toFile } from '#export/export.ts';
import { packageScene, workFolder } from '../support/package-scene.ts';
import type { BenchResult } from './main.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const RUNS = 3;
const MIB = 2 ** 20;

interface Run {
  readonly seconds: number;
  readonly peakMiB: number;
}

export async function verify(): Promise<BenchResult> {
  const folder = await workFolder();
  try {
    const sizes = [4 * MIB, 64 * MIB];
    const growth: BenchResult['growth'][number][] = [];
    const peaks: number[] = [];
    for (const fileBytes of sizes) {
      const path = join(folder, `${fileBytes}.tar`);
      // Two records of two seals with four files each: sixteen files.
      const scene = await packageScene({ fileBytes, filesInSeal: 4 });
      await toFile(asTar(scene.parts(), { top: 'holdfast-0123456789ab', at: new Date() }), path);
      const ours: Run[] = [];
      const theirs: Run[] = [];
      // In turn, and the first of each only warms the cache of the disk.
      for (let i = 0; i <= RUNS; i += 1) {
        theirs.push(await timed('sha256sum', [path]));
        ours.push(
          await timed(process.execPath, [join(ROOT, 'src/cli/main.ts'), 'verify', path, '--key', scene.vkey]),
        );
      }
      const best = (runs: readonly Run[]): number => Math.min(...runs.slice(1).map(({ seconds }) => seconds));
      peaks.push(Math.max(...ours.map(({ peakMiB }) => peakMiB)));
      growth.push({
        size: (await stat(path)).size,
        value: best(ours),
        baseline: best(theirs),
        ratio: best(theirs) / best(ours),
      });
      await rm(path);
    }
    const whole = growth.at(-1);
    if (whole === undefined) throw new Error('Nothing was measured.');
    return {
      bench: 'verify',
      ratio: whole.ratio,
      value: whole.value,
      baseline: whole.baseline,
      unit: 's',
      growth,
      table: growth.flatMap(({ size, value, baseline, ratio }, i) => [
        [
          `${Math.round(size / MIB)} MiB: verify`,
          `${value.toFixed(2)} s, at most ${peaks[i] ?? 0} MiB of memory`,
        ],
        [
          `${Math.round(size / MIB)} MiB: sha256sum`,
          `${baseline.toFixed(2)} s; ratio ${ratio.toFixed(2)} (aim 0.6)`,
        ],
      ]),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function timed(program: string, args: readonly string[]): Promise<Run> {
  const started = performance.now();
  const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  const exit = once(child, 'exit');
  let peakMiB = 0;
  const watching = (async () => {
    while (child.exitCode === null && child.signalCode === null) {
      // Gone between two looks: what was seen before stands.
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
      peakMiB = Math.max(peakMiB, Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024));
      await sleep(10);
    }
  })();
  const [code] = (await exit) as [number | null];
  const seconds = (performance.now() - started) / 1000;
  await watching;
  if (code !== 0) throw new Error(`${program} ended with ${String(code)}.`);
  return { seconds, peakMiB };
}
