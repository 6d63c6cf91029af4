/**
 * The capture room: a live address becomes bytes with provenance, or a documented failure.
 *
 * Promises:
 *   - One warm browser, started when it is first needed; a fresh context for each capture, so that nothing of one
 *     (cookies, cache, storage, traffic) reaches another. One is made ready ahead, shut and empty. At most
 *     `captureConcurrency` at a time; a second look goes behind the captures that wait here for a place.
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
import type { Config } from '../config.ts';
import { ArchiveError } from '../errors.ts';
import type { Log } from '../log.ts';
import { launchBrowser, within } from './browser.ts';
import type { LaunchOptions, RunningBrowser } from './browser.ts';
import type { EgressOptions } from './egress.ts';
import { lookAgain } from './look-again.ts';
import { capturePage } from './page.ts';
import { openPlace } from './place.ts';
import type { Place } from './place.ts';
import { renderCard } from './render.ts';
import type { CaptureBrowser, CaptureRequest, CaptureResult } from './result.ts';
import { openSigning, type StampBytes } from './signature.ts';
import type { PageOptions } from './story.ts';

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
/** A place that is not ready in this time after its capture came is done without. */
const SPARE_MS = 2_000;
/** A browser that cannot be started takes seconds, or minutes, to say so; while many records wait, not each of them asks. */
const MISSING_MS = 10_000;

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
  readonly stamp?: StampBytes;
}

interface Generation {
  readonly running: RunningBrowser;
  contexts: number;
  active: number;
  retired: boolean;
  /** Made ready for the next capture when the last one ended; null: there is none, or it could not be. */
  spare: Promise<Place | null> | null;
}

export function openCaptureBrowser(
  config: Pick<
    Config,
    | 'chromiumPath'
    | 'captureAllow'
    | 'captureConcurrency'
    | 'mode'
    | 'dataDir'
    | 'keysDir'
    | 'waczCertificate'
  >,
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
  const sign = openSigning({
    keysDir: config.keysDir,
    certificate: config.waczCertificate,
    stamp: overrides.stamp ?? null,
    log,
  });
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
    const ending = endOf(generation).finally(() => endings.delete(ending));
    endings.add(ending);
  };

  const start = async (): Promise<Generation> => {
    const running = await launchBrowser({
      chromiumPath: config.chromiumPath,
      dataDir: config.dataDir,
      allowNoSandbox: config.mode === 'trial',
      log,
      ...(overrides.candidates === undefined ? {} : { candidates: overrides.candidates }),
    });
    const generation: Generation = { running, contexts: 0, active: 0, retired: false, spare: null };
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
    starting ??= start()
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

  const openSpare = (generation: Generation): void => {
    generation.spare ??= openPlace(generation.running, log, overrides.egress).catch(() => {
      retire(generation);
      return null;
    });
  };

  const letGo = async (generation: Generation, broken: Promise<Place | null>): Promise<void> => {
    const gone = await broken.then((place) => place?.leave()).catch(() => false);
    if (gone === false) generation.retired = true;
  };

  const takePlace = async (generation: Generation): Promise<Place> => {
    // Taken before it is waited for: there is one, and it is one capture's.
    const taken = generation.spare;
    generation.spare = null;
    const spare = taken !== null && (await within(taken, SPARE_MS)) ? await taken : null;
    if (spare !== null && (await spare.isWhole())) return spare;
    // What is broken is let go of beside the capture, which does not wait for it.
    if (taken !== null) void letGo(generation, taken);
    return await openPlace(generation.running, log, overrides.egress);
  };

  /** Runs one piece of work in a place of its own, when one is free. */
  const inPlace = async <T>(
    work: (place: Place, running: RunningBrowser) => Promise<T>,
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
      let place: Place | null = null;
      let isLetGo = false;
      try {
        place = await takePlace(generation);
        isLetGo = true;
        return await work(place, running);
      } catch (error) {
        if (!(error instanceof ArchiveError) && !running.browser.connected)
          throw new ArchiveError('browser-crashed', 'The browser ended while it was at work.', {
            retry: 'later',
            cause: error,
          });
        throw error;
      } finally {
        rested();
        isLetGo &&= (await place?.leave()) === true;
        generation.active -= 1;
        if (!isLetGo) log.warn({ event: 'browser.context-stuck' }, 'browser.context-stuck');
        if (!isLetGo || generation.contexts >= perBrowser || generation.retired || closed) retire(generation);
        else openSpare(generation);
      }
    } finally {
      const next = waiting.first.shift() ?? waiting.last.shift();
      if (next === undefined) busy -= 1;
      else next();
    }
  };

  /** Opens the lane of a place to one capture, which it then records. */
  const begin = async (
    { lane }: Place,
    running: RunningBrowser,
    { scratchDir }: CaptureRequest,
  ): Promise<PageOptions> => {
    const allowed = allow();
    await lane.begin(scratchDir, allowed);
    return { running, lane, tool: toolOf(running), allow: allowed, sign };
  };

  return {
    capture: (request) =>
      inPlace(async (place, running) =>
        capturePage(place.page, request, await begin(place, running, request)),
      ),
    lookAgain: (request) =>
      inPlace(
        async (place, running) => lookAgain(place.page, request, await begin(place, running, request)),
        'last',
      ),
    // Its lane is never opened: whatever a card says, nothing leaves.
    render: (request) =>
      inPlace(async ({ page }, running) => ({
        ...(await renderCard(page, request)),
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

async function endOf({ running, spare }: Generation): Promise<void> {
  await running.end();
  await (await spare)?.leave();
}

function toolOf(running: RunningBrowser): CaptureResult['tool'] {
  return { name: 'holdfast-capture (puppeteer-core)', version: PUPPETEER_VERSION, browser: running.version };
}

export { captureRecord, type CaptureContext } from './step.ts';
export { lookAfterRemoval } from './second-look.ts';
