/**
 * One capture: a page is opened in a context of its own, waited for, opened up, searched, read and pictured; then
 * `rules.ts` says what it was. Whatever happens in between, the answer is a result with its report; the only errors
 * are ours (no browser, no room on the disk).
 */
import type { BrowserContext, CDPSession, Protocol } from 'puppeteer-core';
import { classifyAddress } from './addresses.ts';
import { Deadline, TooLate } from './deadline.ts';
import { EGRESS_MARK_HEADER } from './egress.ts';
import { writeCaptured } from './files.ts';
import { Frames } from './frames.ts';
import { READINESS, settle } from './readiness.ts';
import type { Rest } from './readiness.ts';
import { conclude } from './report.ts';
import type { CaptureRequest, CaptureResult } from './result.ts';
import { newStory, PAGE_LIMITS, VIEWPORT } from './story.ts';
import type { PageOptions, PageSight, Story } from './story.ts';
import { findTarget, targetIsThere, targetQuery } from './target.ts';
import type { TargetQuery } from './target.ts';
import { Traffic } from './traffic.ts';

/** How much later than the deadline a capture is given up whose steps did not end by themselves. */
const BACKSTOP_MS = 2_000;

export async function capturePage(
  context: BrowserContext,
  request: CaptureRequest,
  options: PageOptions,
): Promise<CaptureResult> {
  const story = newStory();
  // Asked again, whatever the intake found: the browser would open a file of this machine as well as a page.
  const verdict = classifyAddress(request.address, options.allow);
  if (!verdict.ok) {
    story.refusedAddress = verdict.code;
    return await conclude(story, request, options);
  }
  try {
    const deadline = new Deadline(request.deadlineMs);
    // Each step is bounded; this bound is for the browser itself, should it stop answering between them.
    const backstop = new Deadline(request.deadlineMs + BACKSTOP_MS);
    await backstop.bound(tell(story, context, request, options, deadline), Infinity, 'deadline');
  } catch (error) {
    if (error instanceof TooLate) story.timedOut = { rule: error.rule, ms: error.ms };
    else if (!story.crashed) throw error;
  }
  story.times['finished'] = new Date().toISOString();
  return await conclude(story, request, options);
}

async function tell(
  story: Story,
  context: BrowserContext,
  request: CaptureRequest,
  { lane }: PageOptions,
  deadline: Deadline,
): Promise<void> {
  const query = targetQuery(request);
  const page = await deadline.bound(context.newPage(), READINESS.answerMs, 'browser-does-not-answer');
  const crash = new Promise<never>((_, fail) => {
    page.on('error', () => {
      story.crashed = true;
      fail(new Error('The renderer crashed.'));
    });
  });
  crash.catch(() => undefined);
  page.on('dialog', (dialog) => {
    story.incidents.dialogs += 1;
    dialog.dismiss().catch(() => undefined);
  });
  page.on('popup', (popup) => {
    story.incidents.popups += 1;
    popup?.close().catch(() => undefined);
  });
  const bound = <T>(work: Promise<T>, limitMs: number, rule: string): Promise<T> =>
    deadline.bound(Promise.race([work, crash]), limitMs, rule);

  const session = await page.createCDPSession();
  const { frameTree } = await session.send('Page.getFrameTree');
  const traffic = new Traffic(
    frameTree.frame.id,
    (headers) => headerOf(headers, EGRESS_MARK_HEADER) === lane.mark,
  );
  story.traffic = traffic;
  const frames = new Frames(session, traffic);
  await frames.open();
  session.on('Page.downloadWillBegin', () => {
    story.incidents.downloads += 1;
  });
  await session.send('Emulation.setDeviceMetricsOverride', {
    width: VIEWPORT.width,
    height: VIEWPORT.height,
    deviceScaleFactor: VIEWPORT.scale,
    mobile: false,
  });

  const navigated = await bound(
    session.send('Page.navigate', { url: request.address }),
    PAGE_LIMITS.navigationMs,
    'no-answer',
  );
  story.times['answered'] = new Date().toISOString();
  if (navigated.errorText !== undefined) {
    story.navigationError = navigated.errorText;
    return;
  }

  story.rest = await bound(settle(frames, traffic, deadline), request.deadlineMs, 'deadline');
  story.times['rested'] = new Date().toISOString();
  if (query !== null && (traffic.main?.status ?? 0) < 400)
    await bound(awaitTarget(frames, traffic, deadline, query), request.deadlineMs, 'deadline');
  await bound(reveal(session, frames, traffic, deadline, story.rest), request.deadlineMs, 'deadline');
  story.times['revealed'] = new Date().toISOString();
  const shown = await currentFrame(session);
  if (!/^https?:/.test(shown.url)) {
    // The browser's own error page, or something that is not of the web: no picture of it is kept.
    story.navigationError = traffic.main?.error ?? 'not a page of the web';
    return;
  }

  const texts = await bound(frames.askAll<string>('text'), READINESS.answerMs, 'page-does-not-answer');
  const sight = await bound(frames.askAll<PageSight>('sight'), READINESS.answerMs, 'page-does-not-answer');
  const text = texts
    .map(({ value }) => value.trim())
    .filter((part) => part !== '')
    .join('\n\n');
  story.sight = together(
    sight.map(({ value }) => value),
    text,
  );
  story.finalAddress = shown.url + (shown.urlFragment ?? '');
  story.files.push(await writeCaptured(request.scratchDir, 'page-text', Buffer.from(text, 'utf8')));
  if (frames.unread > 0) story.missing.push(`${frames.unread} frames did not answer`);

  if (query !== null)
    story.search = await bound(findTarget(frames, query), READINESS.answerMs, 'page-does-not-answer');
  // With the target in view, when there is one; from the top otherwise.
  await picture(
    story,
    request,
    'screenshot-viewport',
    bound(session.send('Page.captureScreenshot', { format: 'png' }), PAGE_LIMITS.pictureMs, 'picture'),
  );
  story.times['viewportPicture'] = new Date().toISOString();
  await bound(frames.askMain('scrollTo', 0), READINESS.answerMs, 'page-does-not-answer');
  await picture(
    story,
    request,
    'screenshot-fullpage',
    bound(fullPage(session, story), PAGE_LIMITS.pictureMs, 'picture'),
  );
  story.times['fullPagePicture'] = new Date().toISOString();
  if (
    (await bound(currentFrame(session), READINESS.answerMs, 'page-does-not-answer')).loaderId !==
    shown.loaderId
  )
    story.missing.push('the page went on to another one while it was pictured: text and pictures may differ');
}

async function awaitTarget(
  frames: Frames,
  traffic: Traffic,
  deadline: Deadline,
  query: TargetQuery,
): Promise<void> {
  const until = performance.now() + PAGE_LIMITS.targetMs;
  while (performance.now() < until) {
    if (await targetIsThere(frames, query)) break;
    await new Promise((done) => setTimeout(done, 200));
    // Whatever it asked for in the meantime is waited for too.
    if (traffic.stillOpen() > 0) await settle(frames, traffic, deadline, PAGE_LIMITS.revealMs);
  }
}

/** Pages load pictures when they come near the viewport: each part is brought there once, up to the picture's end. */
async function reveal(
  session: CDPSession,
  frames: Frames,
  traffic: Traffic,
  deadline: Deadline,
  rest: Rest,
): Promise<void> {
  let y: number = VIEWPORT.height;
  for (; y < PAGE_LIMITS.pictureHeightPx; y += VIEWPORT.height) {
    const { cssContentSize } = await session.send('Page.getLayoutMetrics');
    if (y >= cssContentSize.height) break;
    await deadline.bound(frames.askMain('scrollTo', y), READINESS.answerMs, 'page-does-not-answer');
    await new Promise((done) => setTimeout(done, 40));
  }
  if (y === VIEWPORT.height) return;
  await settle(
    frames,
    traffic,
    deadline,
    rest.unrest === null ? PAGE_LIMITS.revealMs : PAGE_LIMITS.revealMovingMs,
  );
  await deadline.bound(frames.askMain('scrollTo', 0), READINESS.answerMs, 'page-does-not-answer');
}

async function fullPage(session: CDPSession, story: Story): Promise<Protocol.Page.CaptureScreenshotResponse> {
  const { cssContentSize } = await session.send('Page.getLayoutMetrics');
  const whole = { width: Math.ceil(cssContentSize.width), height: Math.ceil(cssContentSize.height) };
  const width = Math.min(whole.width, PAGE_LIMITS.pictureHeightPx);
  const height = Math.min(whole.height, PAGE_LIMITS.pictureHeightPx);
  if (height < whole.height) {
    story.missing.push(`the full-page picture ends at ${height} px of ${whole.height} px`);
    const bottomPx = story.search?.bottomPx ?? null;
    if (bottomPx !== null && bottomPx > height)
      story.missing.push(
        'the target lies below the end of the full-page picture; the viewport picture shows it',
      );
  }
  if (width < whole.width)
    story.missing.push(`the full-page picture is ${width} px wide of ${whole.width} px`);
  return await session.send('Page.captureScreenshot', {
    format: 'png',
    captureBeyondViewport: true,
    clip: { x: 0, y: 0, width, height, scale: 1 },
  });
}

/** A picture that cannot be had is named as missing; the capture goes on. */
async function picture(
  story: Story,
  request: CaptureRequest,
  role: 'screenshot-viewport' | 'screenshot-fullpage',
  shot: Promise<Protocol.Page.CaptureScreenshotResponse>,
): Promise<void> {
  let data: string;
  try {
    ({ data } = await shot);
  } catch (error) {
    if (story.crashed) throw error;
    story.missing.push(role === 'screenshot-viewport' ? 'the viewport picture' : 'the full-page picture');
    if (error instanceof TooLate && error.rule === 'deadline') throw error;
    return;
  }
  story.files.push(await writeCaptured(request.scratchDir, role, Buffer.from(data, 'base64')));
}

function together(parts: readonly PageSight[], text: string): PageSight {
  return {
    text,
    title: parts[0]?.title ?? '',
    largestPicturePx: Math.max(0, ...parts.map((part) => part.largestPicturePx)),
    brokenPictures: parts.reduce((sum, part) => sum + part.brokenPictures, 0),
    passwordFields: parts.reduce((sum, part) => sum + part.passwordFields, 0),
    // A layer within a frame covers that frame and not the page.
    overlays: parts[0]?.overlays ?? [],
  };
}

async function currentFrame(session: CDPSession): Promise<Protocol.Page.Frame> {
  return (await session.send('Page.getFrameTree')).frameTree.frame;
}

function headerOf(headers: Protocol.Network.Headers, name: string): string | null {
  for (const [key, value] of Object.entries(headers)) if (key.toLowerCase() === name) return value;
  return null;
}
