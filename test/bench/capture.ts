/**
 * A capture that archives everything, against the least that a browser can do: bare `chromium --headless --screenshot` of
 * the same page with the same binary in the same run, which keeps one view and no archive. Warm is what a worker does,
 * cold starts the browser first. Then: how many a minute in the long run, and whether memory stays where it was.
 *
 * A binary that was built without the command (that of the npm package is) takes its bare picture by DevTools, in the
 * steps of the command: start, open, wait for the load event, picture one view, end. The table says which it was.
 *
 * `--runs 5 --pages thread,spa --seconds 300 --captures 200` shorten it; `--pages ordinary` is every page with something
 * to show that asks for no more than a visitor would wait for.
 */
import { chmod, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { openCaptureBrowser } from '#capture/capture.ts';
import type { CaptureBrowser, CaptureResult } from '#capture/capture.ts';
import { SHOWING_PAGES } from '../support/site/all-pages.ts';
import { examine } from '../support/site/examine.ts';
import type { Examined } from '../support/site/examine.ts';
import type { SitePage } from '../support/site/page.ts';
import { judgeMarks, look } from '../support/site/sight.ts';
import { openTown } from '../support/site/town.ts';
import type { Town } from '../support/site/town.ts';
import { bareBrowser } from './bare-browser.ts';
import type { Bare } from './bare-browser.ts';
import type { BenchResult } from './main.ts';
import { Meter, pssMb } from './meter.ts';
import { childrenOf, percentile } from './server.ts';

const AIM_ORDINARY = 1.5;
const AIM_THREAD = 2;
const AIM_MEMORY_MB = 1024;
/** Measured with the others, and not held against the aim of ordinary pages: the bare picture shows a part of them only. */
const LONG = new Set(['thread', 'feed', 'bottomless', 'recycled', 'tall', 'wide', 'sticky']);
/** For the long run: pages of every kind that most captures are like. */
const MIX = ['spa', 'media', 'resources', 'codings', 'posts', 'frames', 'live', 'halls'];
const DEADLINE_MS = 60_000;
/** The browser's memory may move by so much between the early and the late captures and still be called flat. */
const FLAT = 1.25;

interface Run {
  readonly wallMs: number;
  readonly cpuMs: number;
}

interface Line {
  readonly page: SitePage;
  readonly warm: Run;
  readonly cold: Run;
  /** Null: the bare browser gives no picture of it, as where a dialog waits for an answer. */
  readonly bare: Run | null;
  readonly peakMb: number;
  readonly bytes: number;
  readonly examined: Examined;
  readonly bareSeen: number;
  readonly heightPx: number;
}

type Compared = Line & { readonly bare: Run };

function hasBare(line: Line): line is Compared {
  return line.bare !== null;
}

function ratioOf({ warm, bare }: Compared): number {
  return warm.wallMs / bare.wallMs;
}

export async function capture(): Promise<BenchResult> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      runs: { type: 'string', default: '5' },
      pages: { type: 'string', default: 'ordinary' },
      seconds: { type: 'string', default: '300' },
      captures: { type: 'string', default: '200' },
      json: { type: 'boolean' },
    },
  });
  const pages = chosen(values.pages);
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  await chmod(folder, 0o755);
  const town = await openTown(SHOWING_PAGES);
  const scene = new Scene(folder, town);
  try {
    const lines: Line[] = [];
    const warm = scene.open(1);
    const { path, version } = await warm.health();
    const bare = await bareBrowser(path, folder, `${town.origins.town}/halls/`);
    for (const page of pages) {
      lines.push(await measure(scene, warm, bare.take, page, Number(values.runs)));
      console.log(`  … ${rowOf(lines.at(-1) as Line).join('  ')}`);
    }
    await warm.close();
    const sustained = await longRun(scene, Number(values.seconds));
    const memory = await manyCaptures(scene, Number(values.captures), sustained.concurrency);
    return resultOf(lines, [version, bare.how], sustained, memory);
  } finally {
    await town.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function chosen(names: string): SitePage[] {
  if (names === 'ordinary')
    return SHOWING_PAGES.filter(
      ({ name, expected }) => expected.outcome.includes('captured') && name !== 'recycled',
    );
  return names.split(',').map((name) => {
    const page = SHOWING_PAGES.find((each) => each.name === name);
    if (page === undefined)
      throw new Error(
        `There is no page ${name}. There are: ${SHOWING_PAGES.map((each) => each.name).join(', ')}`,
      );
    return page;
  });
}

/** Browsers on the site, and folders for what they capture. */
class Scene {
  readonly town: Town;
  readonly folder: string;
  #scratches = 0;

  constructor(folder: string, town: Town) {
    this.folder = folder;
    this.town = town;
  }

  open(concurrency: number): CaptureBrowser {
    return openCaptureBrowser(
      {
        chromiumPath: process.env['CHROMIUM_PATH'] ?? null,
        captureAllow: [...this.town.hostPorts],
        captureConcurrency: concurrency,
        mode: 'trial',
        dataDir: join(this.folder, 'data'),
        keysDir: join(this.folder, 'keys'),
        waczCertificate: null,
      },
      pino({ level: 'silent' }),
      { egress: { lookup: () => Promise.reject(new Error('nothing is looked up here')) } },
    );
  }

  async scratch(): Promise<string> {
    const path = join(this.folder, `scratch-${(this.#scratches += 1)}`);
    await mkdir(path);
    return path;
  }

  async capture(browser: CaptureBrowser, page: SitePage, scratchDir: string): Promise<CaptureResult> {
    return await browser.capture({
      address: this.town.addressOf(page),
      targetText: page.expected.target?.text ?? null,
      targetId: null,
      deadlineMs: DEADLINE_MS,
      scratchDir,
    });
  }
}

async function measure(
  scene: Scene,
  warm: CaptureBrowser,
  bare: Bare,
  page: SitePage,
  runs: number,
): Promise<Line> {
  // Not counted: the site makes its pictures, the browser its first renderer; what was captured is examined here.
  scene.town.forget();
  const first = await scene.scratch();
  const memory = new Meter(true);
  const result = await scene.capture(warm, page, first);
  const { peakMb } = await memory.stop();
  const examined = await examine(page, result, scene.town.sent);
  const tiles = result.files.filter(({ role }) => role === 'screenshot-fullpage');
  const bytes = result.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  await rm(first, { recursive: true });

  const timed: Record<'warm' | 'cold' | 'bare', Run[]> = { warm: [], cold: [], bare: [] };
  let bareSeen = 0;
  let pictured = true;
  // In turns, so that a busy minute of the machine falls on all three.
  for (let i = 0; i < runs; i += 1) {
    const scratch = await scene.scratch();
    timed.warm.push(await clocked(async () => await scene.capture(warm, page, scratch)));
    const coldScratch = await scene.scratch();
    const cold = scene.open(1);
    timed.cold.push(await clocked(async () => await scene.capture(cold, page, coldScratch)));
    await cold.close();
    if (pictured) {
      const picture = join(scratch, 'bare.png');
      timed.bare.push(await clocked(async () => await bare(scene.town.addressOf(page), picture)));
      // A baseline that ended without a picture is none; it would do so again.
      pictured = (await stat(picture).catch(() => null)) !== null;
      if (pictured) {
        const { seen } = await look([{ path: picture, part: null }]);
        bareSeen = Math.max(bareSeen, judgeMarks(page.expected.shown, seen).found);
      }
    }
    for (const each of [scratch, coldScratch]) await rm(each, { recursive: true });
  }
  return {
    page,
    warm: medianOf(timed.warm),
    cold: medianOf(timed.cold),
    bare: pictured ? medianOf(timed.bare) : null,
    peakMb,
    bytes,
    examined,
    bareSeen,
    heightPx: tiles.reduce(
      (end, { part }) => Math.max(end, part === undefined ? 0 : part.y + part.height),
      0,
    ),
  };
}

async function clocked(work: () => Promise<unknown>): Promise<Run> {
  const meter = new Meter(false);
  const [own, start] = [process.cpuUsage(), performance.now()];
  await work();
  const wallMs = performance.now() - start;
  const used = process.cpuUsage(own);
  const { cpuMs } = await meter.stop();
  return { wallMs, cpuMs: cpuMs + (used.user + used.system) / 1000 };
}

function medianOf(runs: readonly Run[]): Run {
  return {
    wallMs: percentile(
      runs.map(({ wallMs }) => wallMs),
      0.5,
    ),
    cpuMs: percentile(
      runs.map(({ cpuMs }) => cpuMs),
      0.5,
    ),
  };
}

interface Sustained {
  readonly concurrency: number;
  readonly perMinute: number;
  readonly tried: string;
  readonly peakMb: number;
  readonly failed: number;
}

/** The concurrency that does most in a short trial, and what it does in the long run. */
async function longRun(scene: Scene, seconds: number): Promise<Sustained> {
  const trials: { concurrency: number; perMinute: number }[] = [];
  for (const concurrency of [1, 2, 3, 4, 6]) {
    const { perMinute } = await steady(scene, concurrency, Math.min(20, Math.max(5, seconds / 6)), Infinity);
    trials.push({ concurrency, perMinute });
  }
  const best = trials.reduce((a, b) => (b.perMinute > a.perMinute ? b : a));
  const meter = new Meter(true);
  const { perMinute, failed } = await steady(scene, best.concurrency, seconds, Infinity);
  const { peakMb } = await meter.stop();
  return {
    concurrency: best.concurrency,
    perMinute,
    failed,
    peakMb,
    tried: trials.map((each) => `${each.concurrency}: ${each.perMinute.toFixed(0)}`).join(', '),
  };
}

/** Captures of the mix, so many at once, until the time or the number is reached. */
async function steady(
  scene: Scene,
  concurrency: number,
  seconds: number,
  most: number,
  after: (done: number, browser: CaptureBrowser) => Promise<void> = async () => undefined,
): Promise<{ readonly perMinute: number; readonly failed: number }> {
  const browser = scene.open(concurrency);
  await browser.health();
  const mix = MIX.map((name) => SHOWING_PAGES.find((page) => page.name === name)).filter(
    (page) => page !== undefined,
  );
  const start = performance.now();
  const until = start + seconds * 1000;
  let [begun, done, failed] = [0, 0, 0];
  const one = async (): Promise<void> => {
    while (performance.now() < until && begun < most) {
      const page = mix[begun % mix.length];
      begun += 1;
      if (page === undefined) throw new Error('There is nothing to capture.');
      const scratch = await scene.scratch();
      const result = await scene.capture(browser, page, scratch);
      if (result.outcome !== 'captured') failed += 1;
      await rm(scratch, { recursive: true });
      done += 1;
      await after(done, browser);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, one));
  const tookMs = performance.now() - start;
  await browser.close();
  scene.town.forget();
  return { perMinute: (done * 60_000) / tookMs, failed };
}

interface Memory {
  readonly captures: number;
  /** After so many captures: the browser's, and this process's own. */
  readonly points: readonly { readonly after: number; readonly browserMb: number; readonly ownMb: number }[];
  readonly flat: boolean;
}

async function manyCaptures(scene: Scene, captures: number, concurrency: number): Promise<Memory> {
  const points: { after: number; browserMb: number; ownMb: number }[] = [];
  await steady(scene, concurrency, Infinity, captures, async (done) => {
    if (done % Math.max(1, Math.round(captures / 10)) !== 0) return;
    points.push({
      after: done,
      browserMb: await pssMb(await childrenOf(process.pid)),
      ownMb: process.memoryUsage().rss / 1024 ** 2,
    });
  });
  const half = Math.floor(points.length / 2);
  const mean = (some: readonly Memory['points'][number][], of: 'browserMb' | 'ownMb'): number =>
    some.reduce((sum, point) => sum + point[of], 0) / Math.max(1, some.length);
  const early = points.slice(0, half);
  const late = points.slice(half);
  const flat = (['browserMb', 'ownMb'] as const).every((of) => mean(late, of) <= FLAT * mean(early, of));
  return { captures, points, flat };
}

function rowOf(line: Line): string[] {
  const { page, warm, cold, bare, examined, bareSeen, peakMb, bytes } = line;
  const share = (part: number, whole: number): string => `${part}/${whole}`;
  const seconds = (run: Run): string =>
    `${(run.wallMs / 1000).toFixed(2)} s (${(run.cpuMs / 1000).toFixed(2)})`;
  return [
    page.name.padEnd(14),
    `warm ${seconds(warm)}`,
    `cold ${seconds(cold)}`,
    ...(bare === null
      ? ['bare gives no picture']
      : [
          `bare ${seconds(bare)}`,
          `× ${(warm.wallMs / bare.wallMs).toFixed(2)} / ${(cold.wallMs / bare.wallMs).toFixed(2)}`,
        ]),
    `bodies ${share(examined.bodies.archived, examined.bodies.sent)}`,
    `seen ${share(examined.marks.seen, examined.marks.expected)}, bare ${share(bareSeen, examined.marks.expected)}`,
    `${peakMb.toFixed(0)} MB`,
    `${(bytes / 1e6).toFixed(1)} MB kept`,
    ...(examined.faults.length > 0 ? [`${examined.faults.length} faults`] : []),
  ];
}

function resultOf(
  lines: readonly Line[],
  [version, how]: readonly [string, string],
  sustained: Sustained,
  memory: Memory,
): BenchResult {
  const compared = lines.filter(hasBare);
  const ordinary = compared.filter(({ page }) => !LONG.has(page.name));
  const judged = ordinary.length > 0 ? ordinary : compared;
  const median = (of: (line: Compared) => number): number => percentile(judged.map(of), 0.5);
  const [value, baseline] = [median(({ warm }) => warm.wallMs), median(({ bare }) => bare.wallMs)];
  const over = (some: readonly Compared[], aim: number): string => {
    const missed = some.filter((line) => ratioOf(line) > aim);
    const told = missed.map(
      (line) =>
        `${line.page.name} ${ratioOf(line).toFixed(2)} (bare shows ${line.bareSeen} of ${line.examined.marks.expected})`,
    );
    return some.length === 0
      ? 'not measured'
      : missed.length === 0
        ? `met on ${some.length} of ${some.length}`
        : `MISSED on ${missed.length} of ${some.length}: ${told.join(', ')}`;
  };
  const shownWhole = ordinary.filter(({ bareSeen, examined }) => bareSeen >= examined.marks.expected);
  const sum = (of: (line: Line) => number): number => lines.reduce((total, line) => total + of(line), 0);
  const heavy = lines.filter(({ peakMb }) => peakMb >= AIM_MEMORY_MB);
  const faulty = lines.filter(({ examined }) => examined.faults.length > 0);
  return {
    bench: 'capture',
    ratio: percentile(
      judged.map((line) => 1 / ratioOf(line)),
      0.5,
    ),
    value,
    baseline,
    unit: 'ms a capture, median of ordinary pages, warm; sizes are heights of pages in px',
    growth: compared
      .map(({ heightPx, warm, bare }) => ({
        size: heightPx,
        value: warm.wallMs,
        baseline: bare.wallMs,
        ratio: bare.wallMs / warm.wallMs,
      }))
      .sort((a, b) => a.size - b.size),
    table: [
      ['browser', version],
      ['bare picture', how],
      ...lines.map((line): [string, string] => {
        const [name = '', ...figures] = rowOf(line);
        return [name.trim(), figures.join('  ')];
      }),
      [
        'bodies in the archive',
        `${sum(({ examined }) => examined.bodies.archived)} of ${sum(({ examined }) => examined.bodies.sent)}`,
      ],
      [
        'marks seen, bare',
        `${sum(({ examined }) => examined.marks.seen)} of ${sum(({ examined }) => examined.marks.expected)}, ${sum(({ bareSeen }) => bareSeen)}`,
      ],
      [`aim: ≤ ${AIM_ORDINARY} × bare, ordinary, warm`, over(ordinary, AIM_ORDINARY)],
      ['of these, pages that bare shows whole', over(shownWhole, AIM_ORDINARY)],
      [
        `aim: ≤ ${AIM_THREAD} × bare, 400 comments, warm`,
        over(
          compared.filter(({ page }) => page.name === 'thread'),
          AIM_THREAD,
        ),
      ],
      [
        `aim: < ${AIM_MEMORY_MB} MB a capture`,
        heavy.length === 0
          ? 'met'
          : `MISSED: ${heavy.map(({ page, peakMb }) => `${page.name} ${peakMb.toFixed(0)}`).join(', ')}`,
      ],
      [
        'captures a minute, sustained',
        `${sustained.perMinute.toFixed(1)} with ${sustained.concurrency} at once (short trials: ${sustained.tried}), peak ${sustained.peakMb.toFixed(0)} MB, ${sustained.failed} not captured`,
      ],
      [
        `memory over ${memory.captures} captures`,
        `${memory.flat ? 'flat' : 'NOT FLAT'}: ${memory.points.map(({ after, browserMb, ownMb }) => `${after}: ${browserMb.toFixed(0)} + ${ownMb.toFixed(0)}`).join(', ')} MB (browser + own)`,
      ],
      ['pages with faults', faulty.length === 0 ? 'none' : faulty.map(({ page }) => page.name).join(', ')],
    ],
  };
}
