/**
 * A picture of a card of our own: no script runs and nothing leaves the browser, whatever the card says. It is never
 * evidence of a page, and the card says so on its face.
 *
 * The card is answered to the browser as a page in the strictest sandbox (CSP `sandbox`: HTML standard, "Sandboxing"): it runs
 * nothing, loads nothing, and does not go elsewhere by itself, which a refresh would in the midst of its picture.
 */
import type { CDPSession, Page } from 'puppeteer-core';
import { ArchiveError } from '../errors.ts';
import { Deadline, TooLate } from './deadline.ts';
import { writeCaptured } from './files.ts';
import type { CapturedFile, RenderRequest } from './result.ts';

const CARD_WIDTH_PX = 960;
const SHORTEST_PX = 200;
/** Beyond 16,384 px Chromium fails or repeats; no card is so long that it would need tiles. */
const TALLEST_PX = 16_000;
/** No name of the net (RFC 6761), and never looked up: it is answered here. */
const CARD_ADDRESS = 'http://card.invalid/';
const CARD_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";

export async function renderCard(page: Page, request: RenderRequest): Promise<CapturedFile> {
  const deadline = new Deadline(request.deadlineMs);
  try {
    const bytes = await deadline.bound(draw(page, request.html), request.deadlineMs, 'deadline');
    return await writeCaptured(request.scratchDir, 'screenshot-fullpage', bytes);
  } catch (error) {
    if (error instanceof TooLate)
      throw new ArchiveError('browser-crashed', `The card was not rendered in ${error.ms} ms.`, {
        retry: 'later',
        cause: error,
      });
    throw error;
  }
}

async function draw(page: Page, html: string): Promise<Buffer> {
  const session = await page.createCDPSession();
  await session.send('Emulation.setScriptExecutionDisabled', { value: true });
  await session.send('Emulation.setDeviceMetricsOverride', {
    width: CARD_WIDTH_PX,
    height: SHORTEST_PX,
    deviceScaleFactor: 1,
    mobile: false,
  });
  await session.send('Page.enable');
  await show(session, html);
  // Measured after layout; a card has no outside parts that could come later.
  const { cssContentSize } = await session.send('Page.getLayoutMetrics');
  const height = Math.min(Math.max(Math.ceil(cssContentSize.height), SHORTEST_PX), TALLEST_PX);
  const { data } = await session.send('Page.captureScreenshot', {
    format: 'png',
    captureBeyondViewport: true,
    clip: { x: 0, y: 0, width: CARD_WIDTH_PX, height, scale: 1 },
  });
  return Buffer.from(data, 'base64');
}

/** Until it is loaded, as far as it is let. */
async function show(session: CDPSession, html: string): Promise<void> {
  let answered = false;
  session.on('Fetch.requestPaused', ({ requestId, request }) => {
    const isCard = !answered && request.url === CARD_ADDRESS;
    answered ||= isCard;
    const answer = isCard
      ? session.send('Fetch.fulfillRequest', {
          requestId,
          responseCode: 200,
          responseHeaders: [
            { name: 'Content-Type', value: 'text/html; charset=utf-8' },
            { name: 'Content-Security-Policy', value: CARD_POLICY },
          ],
          body: Buffer.from(html, 'utf8').toString('base64'),
        })
      : session.send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' });
    answer.catch(() => undefined);
  });
  await session.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] });
  const loaded = new Promise<void>((done) => {
    session.once('Page.loadEventFired', () => done());
  });
  const { errorText } = await session.send('Page.navigate', { url: CARD_ADDRESS });
  if (errorText !== undefined)
    throw new ArchiveError('browser-crashed', `The browser did not show the card (${errorText}).`, {
      retry: 'later',
    });
  await loaded;
}
