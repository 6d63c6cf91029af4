/**
 * Where one capture takes place: a context, an empty page and a lane of its own. It is shut until the capture begins, so
 * that it can be made ready before it is needed; nothing of another capture has been in it.
 */
import type { BrowserContext, Page } from 'puppeteer-core';
import { ArchiveError } from '../errors.ts';
import type { Log } from '../log.ts';
import { within } from './browser.ts';
import type { RunningBrowser } from './browser.ts';
import { openLane } from './egress.ts';
import type { EgressLane, EgressOptions } from './egress.ts';

/** A browser that opens no page in this time does not answer. */
const OPEN_MS = 8_000;
/** An empty page answers at once. */
const ANSWER_MS = 1_000;
/** A context that does not close in this time has a page that hangs. */
const LET_GO_MS = 5_000;

export interface Place {
  readonly page: Page;
  readonly lane: EgressLane;
  /** False: its page does not answer, as where the renderer was lost while it waited. */
  isWhole(): Promise<boolean>;
  /** False: the browser would not let go of it. */
  leave(): Promise<boolean>;
}

/** Rejects with `browser-crashed` when the browser does not answer. */
export async function openPlace(
  running: RunningBrowser,
  log: Log,
  egress: Pick<EgressOptions, 'lookup' | 'connect' | 'limits' | 'ca'> = {},
): Promise<Place> {
  const lane = await openLane({ allow: [], clientUid: running.uid, refuseAll: true, log, ...egress });
  let context: BrowserContext | null = null;
  const leave = async (): Promise<boolean> => {
    await lane.close();
    return context === null || (await within(context.close(), LET_GO_MS));
  };
  try {
    const opened = (async (): Promise<Place> => {
      context = await running.browser.createBrowserContext({
        proxyServer: lane.proxyAddress,
        proxyBypassList: ['<-loopback>'],
        downloadBehavior: { policy: 'deny' },
      });
      const page = await context.newPage();
      return { page, lane, isWhole: () => answers(page), leave };
    })();
    if (await within(opened, OPEN_MS)) return await opened;
    // Should it come after all, it goes at once.
    opened.then((late) => late.leave()).catch(() => undefined);
    throw new ArchiveError('browser-crashed', `The browser opened no page in ${OPEN_MS / 1000} s.`, {
      retry: 'later',
    });
  } catch (error) {
    await leave();
    throw error;
  }
}

async function answers(page: Page): Promise<boolean> {
  const asked = page.evaluate('true').catch(() => false);
  return (await within(asked, ANSWER_MS)) && (await asked) === true;
}
