/**
 * One capture: an address is opened in an empty page, waited for, opened up, searched, read and pictured; then
 * `rules.ts` says what it was. Whatever happens in between, the answer is a result with its report; the only errors
 * are ours (no browser, no room on the disk).
 */
import { ProtocolError } from 'puppeteer-core';
import type { CDPSession, Page, Protocol } from 'puppeteer-core';
import { ArchiveError } from '../errors.ts';
import { classifyAddress } from './addresses.ts';
import { Deadline, TooLate } from './deadline.ts';
import { EGRESS_MARK_HEADER } from './egress.ts';
import { writeCaptured } from './files.ts';
import { Frames, PageError } from './frames.ts';
import { watchIncidents } from './incidents.ts';
import { clearConsent, lookAt, readGlyphs, readText } from './look.ts';
import { openLimitMs, READINESS, Readiness } from './readiness.ts';
import type { Rest } from './readiness.ts';
import { conclude } from './report.ts';
import type { CaptureRequest, CaptureResult } from './result.ts';
import { pictureWhole, pictureWindow } from './pictures.ts';
import { reveal, windowHeight } from './reveal.ts';
import { saysItIsNone } from './rules.ts';
import type { Scene } from './scene.ts';
import { newStory, PAGE_LIMITS, VIEWPORT } from './story.ts';
import type { Depth, PageOptions, Story } from './story.ts';
import { findTarget, targetIsThere, targetQuery } from './target.ts';
import { shoot } from './tiles.ts';
import { Traffic } from './traffic.ts';

/** How much later than the deadline a capture is given up whose steps did not end by themselves. */
const BACKSTOP_MS = 2_000;

export async function capturePage(
  page: Page,
  request: CaptureRequest,
  options: PageOptions,
  depth: Depth = 'whole',
): Promise<CaptureResult> {
  const story = newStory();
  // Asked again, whatever the intake found: the browser would open a file of this machine as well as a page.
  const verdict = classifyAddress(request.address, options.allow);
  if (!verdict.ok) {
    story.refusedAddress = verdict.code;
    story.times['finished'] = new Date().toISOString();
    return await conclude(story, request, options, depth);
  }
  const startMs = performance.now();
  try {
    const deadline = new Deadline(request.deadlineMs);
    // Each step is bounded; this bound is for the browser itself, should it stop answering between them.
    const backstop = new Deadline(request.deadlineMs + BACKSTOP_MS);
    await backstop.bound(tell(story, page, request, options, deadline, depth), Infinity, 'deadline');
  } catch (error) {
    if (error instanceof TooLate) story.timedOut = { rule: error.rule, ms: error.ms };
    else if (!story.crashed) {
      if (!isOfThePage(error) || !options.running.browser.connected) throw error;
      // It may be as a page is for a moment, between two documents; what was pictured before it stands.
      if (story.sight === null || story.files.length === 0)
        throw new ArchiveError('browser-crashed', 'The browser could not tell what the page shows.', {
          retry: 'later',
          cause: error,
        });
      story.timedOut = { rule: 'page-cannot-be-asked', ms: Math.round(performance.now() - startMs) };
    }
  }
  story.times['finished'] = new Date().toISOString();
  return await conclude(story, request, options, depth);
}

/** A page can be such that the browser fails to speak of it, or close itself. */
function isOfThePage(error: unknown): boolean {
  return error instanceof ProtocolError || error instanceof PageError;
}

async function tell(
  story: Story,
  page: Page,
  request: CaptureRequest,
  { lane }: PageOptions,
  deadline: Deadline,
  depth: Depth,
): Promise<void> {
  const crash = new Promise<never>((_, fail) => {
    page.on('error', () => {
      story.crashed = true;
      fail(new Error('The renderer crashed.'));
    });
  });
  crash.catch(() => undefined);
  const session = await deadline.bound(
    page.createCDPSession(),
    READINESS.answerMs,
    'browser-does-not-answer',
  );
  watchIncidents(page, session, story.incidents);
  const { frameTree } = await session.send('Page.getFrameTree');
  const traffic = new Traffic(
    frameTree.frame.id,
    (headers) => headerOf(headers, EGRESS_MARK_HEADER) === lane.mark,
  );
  story.traffic = traffic;
  const frames = new Frames(session, traffic);
  await frames.open();
  const scene: Scene = {
    story,
    request,
    session,
    frames,
    traffic,
    deadline,
    readiness: new Readiness(frames, traffic, deadline),
    query: targetQuery(request),
    bound: (work, limitMs, rule) => deadline.bound(Promise.race([work, crash]), limitMs, rule),
  };
  await windowHeight(session, VIEWPORT.height);

  const navigated = await scene.bound(
    session.send('Page.navigate', { url: request.address }),
    PAGE_LIMITS.navigationMs,
    'no-answer',
  );
  story.times['answered'] = new Date().toISOString();
  if (navigated.errorText !== undefined) {
    story.navigationError = navigated.errorText;
    return;
  }
  await scene.bound(openUp(scene), request.deadlineMs, 'deadline');
  story.times['revealed'] = new Date().toISOString();
  const shown = await scene.bound(currentFrame(session), READINESS.answerMs, 'page-does-not-answer');
  if (!/^https?:/.test(shown.url)) {
    // The browser's own error page, or something that is not of the web: no picture of it is kept.
    story.navigationError = traffic.main?.error ?? 'not a page of the web';
    return;
  }
  story.finalAddress = shown.url + (shown.urlFragment ?? '');
  await look(scene);
  await pictureWindow(scene);
  if (depth === 'whole') await pictureWhole(scene);
  const last = await scene.bound(currentFrame(session), READINESS.answerMs, 'page-does-not-answer');
  if (last.loaderId !== shown.loaderId)
    story.missing.push('the page went on to another one while it was pictured: text and pictures may differ');
}

/** Waits for the page, brings all of it in, and does so again while that changes what it is. */
async function openUp(scene: Scene): Promise<void> {
  const { story, request, session, frames, traffic, deadline, readiness, query } = scene;
  story.rest = null;
  const keep = (rest: Rest): void => {
    if (story.rest === null || story.rest.unrest === null) story.rest = rest;
  };
  for (let round = 0; ; round += 1) {
    const rest = await readiness.settle(openLimitMs(request.deadlineMs), READINESS.firstStillMs);
    keep(rest);
    story.times['rested'] ??= new Date().toISOString();
    const moving = rest.unrest !== null;
    story.revealed = await reveal(session, frames, traffic, readiness, deadline, moving);
    const { unrest } = story.revealed;
    if (unrest !== null) keep({ unrest, waitedMs: PAGE_LIMITS.revealMs });
    if (moving || !(await readiness.afterLoad())) break;
    if (round + 1 < PAGE_LIMITS.rounds) continue;
    // It goes on by itself; what it has begun is waited for, and what it will begin is not.
    keep(await readiness.settle(PAGE_LIMITS.revealMs));
    break;
  }
  await shadows(story, frames);
  if (query === null || (traffic.main?.status ?? 0) >= 400 || (await targetIsThere(frames, query))) return;
  // A login form, or a page that says that it is not there, will not bring the target.
  const { frame } = (await session.send('Page.getFrameTree')).frameTree;
  const { text } = await readText(frames);
  const sight = await lookAt(frames, text);
  if (readiness.gaveUp || saysItIsNone(sight, new URL(frame.url).pathname)) return;
  const until = performance.now() + PAGE_LIMITS.targetMs;
  while (!(await targetIsThere(frames, query)) && performance.now() < until) {
    await new Promise((done) => {
      setTimeout(done, 100);
    });
    // Whatever it asked for in the meantime is waited for too, and opened up.
    if (traffic.stillOpen() === 0) continue;
    await readiness.settle(PAGE_LIMITS.revealMs);
    await shadows(story, frames);
  }
}

async function shadows(story: Story, frames: Frames): Promise<void> {
  const opened = await frames.openShadows();
  story.closedRoots = Math.max(story.closedRoots, opened ?? 0);
  story.treeUnread = opened === null;
}

/** What can be read and seen, with layers that ask for consent out of the way, and the target in view. */
async function look(scene: Scene): Promise<void> {
  const { story, frames, bound, request, query } = scene;
  const answer = <T>(work: Promise<T>): Promise<T> => bound(work, READINESS.answerMs, 'page-does-not-answer');
  const read = async (): Promise<void> => {
    const { text, cut } = await answer(readText(frames));
    story.text = text;
    story.textCut = cut;
  };
  await read();
  let sight = await answer(lookAt(frames, story.text ?? ''));
  story.sight = sight;
  const asItCame = async (): Promise<void> => {
    const bytes = await answer(shoot(scene.session, null));
    // The layer that was met is evidence too: what any visitor sees first.
    story.files.push(
      await writeCaptured(request.scratchDir, 'screenshot-viewport', bytes, { mark: 'as-met' }),
    );
  };
  const cleared = await bound(
    clearConsent(frames, sight, asItCame, () => openUp(scene)),
    request.deadlineMs,
    'deadline',
  );
  if (cleared !== null) {
    story.consent = cleared.consent;
    story.consentLeft = cleared.nothingElse;
    await read();
    sight = await answer(lookAt(frames, story.text ?? ''));
    story.sight = sight;
  }
  story.glyphs = await answer(readGlyphs(frames));
  story.unread = frames.unread;
  if (frames.unread > 0) story.missing.push(`${frames.unread} frames did not answer`);
  if (query !== null) story.search = await answer(findTarget(frames, query));
}

async function currentFrame(session: CDPSession): Promise<Protocol.Page.Frame> {
  return (await session.send('Page.getFrameTree')).frameTree.frame;
}

function headerOf(headers: Protocol.Network.Headers, name: string): string | null {
  for (const [key, value] of Object.entries(headers)) if (key.toLowerCase() === name) return value;
  return null;
}
