/**
 * The machine check of a capture: a site whose pages say what they must show and whose server keeps what it sent,
 * captured by the real room with the real browser. A mark that is not in the picture, a body that is not in the
 * archive byte for byte, or a wall that passes as a capture is a failure, unless the capture itself names it.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCaptureBrowser } from '#capture/capture.ts';
import type { CaptureBrowser, CaptureResult } from '#capture/capture.ts';
import { rows } from '../support/extent.ts';
import { FINDING_PAGES, SHORTER_PAGES, SHOWING_PAGES } from '../support/site/all-pages.ts';
import { examine } from '../support/site/examine.ts';
import type { Examined } from '../support/site/examine.ts';
import type { SitePage } from '../support/site/page.ts';
import { openTown } from '../support/site/town.ts';
import type { Town } from '../support/site/town.ts';

/** What capture-page.test.ts or capture.test.ts asks in much the same way, or another page here does. */
const LEFT_TO_THE_WHOLE_RUN =
  'thread feed bottomless recycled sticky shell scroller spinner-words tall wide halls carousel clock popups dialogs refreshed consent-layer gone-410 gone-deleted wall-form wall-redirect wall-403 empty empty-error spinner spinner-asking skeleton noscript blocked-human blocked-private timeout-silent'.split(
    ' ',
  );
const now = (pages: readonly SitePage[]): readonly SitePage[] =>
  rows(pages, ({ name }) => !LEFT_TO_THE_WHOLE_RUN.includes(name));
const SHOWING = now([...SHOWING_PAGES, ...SHORTER_PAGES]);
const FINDING = now(FINDING_PAGES);
/** Completeness is asked here: a capture has the time that it takes on a machine that is busy otherwise. */
const DEADLINE_MS = 120_000;
/** And is done long before that, unless it waits for what does not come. */
const WITHIN_MS = 40_000;

let folder = '';
let town: Town;
let browser: CaptureBrowser;
const looked = { pages: 0, marks: 0, bodies: 0 };

async function captured(
  page: SitePage,
): Promise<{ result: CaptureResult; examined: Examined; tookMs: number }> {
  const scratchDir = join(folder, page.name);
  await mkdir(scratchDir, { recursive: true });
  const before = town.sent.length;
  const result = await browser.capture({
    address: town.addressOf(page),
    targetText: page.expected.target?.text ?? null,
    targetId: page.expected.target?.id ?? null,
    deadlineMs: page.expected.deadlineMs ?? DEADLINE_MS,
    scratchDir,
  });
  const { started = '', finished = '' } = result.times;
  const tookMs = finished === '' ? 0 : Date.parse(finished) - Date.parse(started);
  // Others are captured beside it; all of a page lies below its name.
  const sent = town.sent
    .slice(before)
    .filter(({ address }) => new URL(address).pathname.split('/')[1] === page.name);
  const examined = await examine(page, result, sent);
  // Tall pictures of fifty pages would fill a small disk.
  await rm(scratchDir, { recursive: true, force: true });
  looked.pages += 1;
  looked.marks += examined.marks.seen;
  looked.bodies += examined.bodies.archived;
  return { result, examined, tookMs };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-town-'));
  town = await openTown([...SHOWING, ...FINDING]);
  browser = openCaptureBrowser(
    {
      chromiumPath: null,
      captureAllow: [...town.hostPorts],
      captureConcurrency: 3,
      mode: 'trial',
      dataDir: join(folder, 'data'),
      keysDir: join(folder, 'keys'),
      waczCertificate: null,
    },
    pino({ level: 'silent' }),
    // No name is asked for on this site; one that is asked for is a fault of the browser's.
    { egress: { lookup: (host) => Promise.reject(new Error(`${host} was looked up`)) } },
  );
  await browser.health();
});

afterAll(async () => {
  await browser.close();
  await town.close();
  await rm(folder, { recursive: true, force: true });
  console.log(`looked at ${looked.pages} pages, ${looked.marks} marks and ${looked.bodies} bodies`);
});

test(`the site has pages enough, each with something to look at`, () => {
  expect(SHOWING_PAGES.length).toBeGreaterThanOrEqual(20);
  const outcomes = new Set(FINDING_PAGES.flatMap(({ expected }) => expected.outcome));
  expect([...outcomes].sort()).toEqual(['blocked', 'empty', 'gone', 'timeout', 'wall']);
  const numbers = SHOWING_PAGES.flatMap(({ expected }) => expected.shown.map(({ number }) => number));
  expect(numbers.length).toBeGreaterThan(1500);
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const { name, expected } of SHOWING_PAGES) expect(expected.shown.length, name).toBeGreaterThan(0);
});

describe.concurrent('every element in the picture and every body in the archive, or named', () => {
  test.each(SHOWING.map((page) => [page.name, page] as const))('%s', async (_, page) => {
    const { examined, tookMs } = await captured(page);
    expect(examined.faults).toEqual([]);
    expect(examined.marks.expected).toBeGreaterThan(0);
    expect(examined.bodies.sent).toBeGreaterThan(0);
    expect(tookMs, 'no page waits for a deadline that it does not need').toBeLessThan(
      page.expected.withinMs ?? WITHIN_MS,
    );
  });
});

describe.concurrent('a finding is no capture', () => {
  test.each(FINDING.map((page) => [page.name, page] as const))('%s', async (_, page) => {
    const { result, examined, tookMs } = await captured(page);
    expect(result.outcome).not.toBe('captured');
    expect(examined.faults).toEqual([]);
    expect(result.evidence.length).toBeGreaterThan(0);
    const deadlineMs = page.expected.deadlineMs ?? DEADLINE_MS;
    expect(tookMs).toBeLessThan(deadlineMs + 20_000);
  });
});
