/**
 * A picture of a card of our own: no script runs and nothing leaves the browser, whatever the card says. It is never
 * evidence of a page, and the card says so on its face.
 */
import type { BrowserContext } from 'puppeteer-core';
import { ArchiveError } from '../errors.ts';
import { Deadline, TooLate } from './deadline.ts';
import { writeCaptured } from './files.ts';
import type { CapturedFile, RenderRequest } from './result.ts';

const CARD_WIDTH_PX = 960;
const SHORTEST_PX = 200;
/** Beyond 16,384 px Chromium fails or repeats; no card is so long that it would need tiles. */
const TALLEST_PX = 16_000;

export async function renderCard(context: BrowserContext, request: RenderRequest): Promise<CapturedFile> {
  const deadline = new Deadline(request.deadlineMs);
  try {
    const page = await deadline.bound(context.newPage(), request.deadlineMs, 'deadline');
    const session = await page.createCDPSession();
    await session.send('Emulation.setScriptExecutionDisabled', { value: true });
    await session.send('Emulation.setDeviceMetricsOverride', {
      width: CARD_WIDTH_PX,
      height: SHORTEST_PX,
      deviceScaleFactor: 1,
      mobile: false,
    });
    await session.send('Page.enable');
    const { frameTree } = await session.send('Page.getFrameTree');
    await deadline.bound(
      session.send('Page.setDocumentContent', { frameId: frameTree.frame.id, html: request.html }),
      request.deadlineMs,
      'deadline',
    );
    // Measured after layout; a card has no outside parts that could come later.
    const { cssContentSize } = await deadline.bound(
      session.send('Page.getLayoutMetrics'),
      request.deadlineMs,
      'deadline',
    );
    const height = Math.min(Math.max(Math.ceil(cssContentSize.height), SHORTEST_PX), TALLEST_PX);
    const { data } = await deadline.bound(
      session.send('Page.captureScreenshot', {
        format: 'png',
        captureBeyondViewport: true,
        clip: { x: 0, y: 0, width: CARD_WIDTH_PX, height, scale: 1 },
      }),
      request.deadlineMs,
      'deadline',
    );
    return await writeCaptured(request.scratchDir, 'screenshot-fullpage', Buffer.from(data, 'base64'));
  } catch (error) {
    if (error instanceof TooLate)
      throw new ArchiveError('browser-crashed', `The card was not rendered in ${error.ms} ms.`, {
        retry: 'later',
        cause: error,
      });
    throw error;
  }
}
