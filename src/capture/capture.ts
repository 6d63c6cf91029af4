/**
 * The capture room: a live address becomes bytes with provenance, or a documented failure.
 *
 * Promises:
 *   - One warm browser, started when it is first needed; a fresh context for each capture, so that nothing of one
 *     (cookies, cache, storage, traffic) reaches another. At most `captureConcurrency` at a time; a second look
 *     goes behind the captures that wait here for a place.
 *   - The browser is replaced after some captures, and at once when it crashed or would not let go of a page. A page
 *     that hangs or crashes costs its own capture.
 *   - Nothing leaves but through the lane of the capture (`egress.ts`). As root the browser runs under a uid of its own
 *     in Chromium's own sandbox; without a sandbox it runs in trial mode only, and every result says so.
 *   - What cannot be captured is a result with its evidence. Errors are `browser-missing` and `browser-crashed`, both
 *     to be tried again later. That no browser could be started is remembered for some seconds, and no longer: one that
 *     is installed meanwhile is found without a restart.
 *
 * Order of writes: files into the caller's scratch folder, the report last; it names the digests of the others. A crash
 * leaves the scratch folder to its owner, and a browser that ends with the pipe that it hung on.
 */
import { readFileSync } from 'node:fs';
import type { BrowserContext } from 'puppeteer-core';
import type { Config } from '../config.ts';
import { ArchiveError } from '../errors.ts';
import type { Log } from '../log.ts';
import { launchBrowser, within } from './browser.ts';
import type { LaunchOptions, RunningBrowser } from './browser.ts';
import { openLane } from './egress.ts';
import type { EgressLane, EgressOptions } from './egress.ts';
import { lookAgain } from './look-again.ts';
import { capturePage } from './page.ts';
import { renderCard } from './render.ts';
import type { CaptureBrowser, CaptureResult } from './result.ts';

export type {
  CaptureBrowser,
  CapturedFile,
  CaptureOutcome,
  CaptureRequest,
  CaptureResult,
  RenderRequest,
} from './result.ts';
export type { AddressVerdict } from './addresses.ts';

/** A browser gathers memory and small faults; after so many contexts it is replaced. */
const CONTEXTS_PER_BROWSER = 50;
/** A browser that cannot be started takes seconds, or minutes, to say so; while many records wait, not each of them asks. */
const MISSING_MS = 10_000;
/** A context that does not close in this time has a page that hangs; the browser goes with it. */
const LET_GO_MS = 5_000;

const PUPPETEER_VERSION = (
  JSON.parse(
    readFileSync(
      new URL('../package.json', import.meta.resolve('puppeteer-core').replace(/\/lib\/.*$/, '/lib/')),
      'utf8',
    ),
  ) as {
    version: string;
  }
).version;

/** Tests name one kind of browser, and the answers of the resolver. */
export interface CaptureOverrides {
  readonly candidates?: LaunchOptions['candidates'];
  readonly egress?: Pick<EgressOptions, 'lookup' | 'connect' | 'limits' | 'ca'>;
  readonly contextsPerBrowser?: number;
  readonly missingMs?: number;
}

interface Generation {
  readonly running: RunningBrowser;
  contexts: number;
  active: number;
  retired: boolean;
}

export function openCaptureBrowser(
  config: Pick<Config, 'chromiumPath' | 'captureAllow' | 'captureConcurrency' | 'mode' | 'dataDir'>,
  log: Log,
  overrides: CaptureOverrides = {},
): CaptureBrowser {
  const perBrowser = overrides.contextsPerBrowser ?? CONTEXTS_PER_BROWSER;
  // Twice as careful: the configuration refuses the list in production, and so does this room.
  // Asked anew for each capture: the list may grow while a demonstration runs.
  const allow = (): readonly string[] => (config.mode === 'trial' ? config.captureAllow : []);
  /** Somebody waits for a capture; nobody for a second look. */
  const waiting = { first: [] as (() => void)[], last: [] as (() => void)[] };
  const endings = new Set<Promise<void>>();
  const generations = new Set<Generation>();
  let busy = 0;
  let starting: Promise<Generation> | null = null;
  let current: Generation | null = null;
  let missing: { readonly error: unknown; readonly until: number } | null = null;
  let closed = false;

  const retire = (generation: Generation): void => {
    generation.retired = true;
    if (current === generation) current = null;
    if (generation.active > 0 && generation.running.browser.connected) return;
    generations.delete(generation);
    const ending = generation.running.end().finally(() => endings.delete(ending));
    endings.add(ending);
  };

  const begin = async (): Promise<Generation> => {
    const running = await launchBrowser({
      chromiumPath: config.chromiumPath,
      dataDir: config.dataDir,
      allowNoSandbox: config.mode === 'trial',
      log,
      ...(overrides.candidates === undefined ? {} : { candidates: overrides.candidates }),
    });
    const generation: Generation = { running, contexts: 0, active: 0, retired: false };
    generations.add(generation);
    log.info(
      {
        event: 'browser.started',
        version: running.version,
        sandbox: running.sandbox,
        ownUser: running.uid !== process.getuid?.(),
      },
      'browser.started',
    );
    running.browser.on('disconnected', () => {
      if (!generation.retired)
        log.warn({ event: 'browser.lost', contexts: generation.contexts }, 'browser.lost');
      retire(generation);
    });
    return generation;
  };

  const browser = async (): Promise<Generation> => {
    if (closed)
      throw new ArchiveError('browser-missing', 'The capture browser is closed.', { retry: 'later' });
    if (current !== null) return current;
    if (missing !== null && performance.now() < missing.until) throw missing.error;
    starting ??= begin()
      .catch((error: unknown) => {
        missing = { error, until: performance.now() + (overrides.missingMs ?? MISSING_MS) };
        throw error;
      })
      .finally(() => {
        starting = null;
      });
    const generation = await starting;
    if (closed) {
      retire(generation);
      throw new ArchiveError('browser-missing', 'The capture browser is closed.', { retry: 'later' });
    }
    if (!generation.retired) current = generation;
    return generation;
  };

  /** Runs one piece of work in a context and on a lane of its own, when a place is free. */
  const inContext = async <T>(
    /** Where the lane's traffic is archived; null: nothing may leave at all. */
    scratchDir: string | null,
    work: (context: BrowserContext, running: RunningBrowser, lane: EgressLane) => Promise<T>,
    turn: keyof typeof waiting = 'first',
  ): Promise<T> => {
    if (busy >= config.captureConcurrency) await new Promise<void>((go) => waiting[turn].push(go));
    else busy += 1;
    try {
      const generation = await browser();
      generation.active += 1;
      generation.contexts += 1;
      const { running } = generation;
      const rested = running.atWork();
      let lane: EgressLane | null = null;
      let context: BrowserContext | null = null;
      try {
        lane = await openLane({
          allow: allow(),
          clientUid: running.uid,
          refuseAll: scratchDir === null,
          ...(scratchDir === null ? {} : { scratchDir }),
          log,
          ...overrides.egress,
        });
        context = await running.browser.createBrowserContext({
          proxyServer: lane.proxyAddress,
          proxyBypassList: ['<-loopback>'],
          downloadBehavior: { policy: 'deny' },
        });
        return await work(context, running, lane);
      } catch (error) {
        if (!(error instanceof ArchiveError) && !running.browser.connected)
          throw new ArchiveError('browser-crashed', 'The browser ended while it was at work.', {
            retry: 'later',
            cause: error,
          });
        throw error;
      } finally {
        rested();
        await lane?.close();
        const letGo = context === null || (await within(context.close(), LET_GO_MS));
        generation.active -= 1;
        if (!letGo) log.warn({ event: 'browser.context-stuck' }, 'browser.context-stuck');
        if (!letGo || generation.contexts >= perBrowser || generation.retired || closed) retire(generation);
      }
    } finally {
      const next = waiting.first.shift() ?? waiting.last.shift();
      if (next === undefined) busy -= 1;
      else next();
    }
  };

  return {
    capture: (request) =>
      inContext(request.scratchDir, (context, running, lane) =>
        capturePage(context, request, { running, lane, tool: toolOf(running), allow: allow() }),
      ),
    lookAgain: (request) =>
      inContext(
        request.scratchDir,
        (context, running, lane) =>
          lookAgain(context, request, { running, lane, tool: toolOf(running), allow: allow() }),
        'last',
      ),
    render: (request) =>
      inContext(null, async (context, running) => ({
        ...(await renderCard(context, request)),
        tool: toolOf(running),
      })),
    async health() {
      const { running } = await browser();
      return { version: running.version, path: running.path, sandbox: running.sandbox };
    },
    async close() {
      closed = true;
      await starting?.catch(() => undefined);
      for (const generation of generations) {
        generation.active = 0;
        retire(generation);
      }
      await Promise.all(endings);
    },
  };
}

function toolOf(running: RunningBrowser): CaptureResult['tool'] {
  return { name: 'holdfast-capture (puppeteer-core)', version: PUPPETEER_VERSION, browser: running.version };
}

export { captureRecord, type CaptureContext } from './step.ts';
export { lookAfterRemoval } from './second-look.ts';
