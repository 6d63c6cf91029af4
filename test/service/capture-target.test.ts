/**
 * What counts as finding what was reported. A capture that "shows" it lets somebody remove it for good, so each page
 * here has something that a careless search would take for it, or the thing itself.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCaptureBrowser } from '#capture/capture.ts';
import type { CaptureBrowser, CaptureResult } from '#capture/capture.ts';
import { openDemoSite } from '#cli/demo-site.ts';
import { rows } from '../support/extent.ts';
import { marksOf, strip } from '../support/site/marks.ts';
import { judgeMarks, look } from '../support/site/sight.ts';

const WORDS = 'The council meets on every second Tuesday of the month in the town hall, at seven. '.repeat(4);
const POST = `<h1>Leaf pickup</h1><p>${WORDS}</p>`;

let server: Server;
/** Of another site. */
let other: Server;
let origin = '';
let otherOrigin = '';
let folder = '';
let browser: CaptureBrowser;
/** By the first part of their path; each test has pages of its own, so that they need not wait for one another. */
const pages = new Map<string, string>();
let scratches = 0;
let demo: Awaited<ReturnType<typeof openDemoSite>>;

function serve(): Server {
  return createServer(({ url = '' }, response) => {
    const body = pages.get(url.split('/')[1] ?? '');
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(
      `<!doctype html><html><head><title>Rivertown</title></head><body>${body ?? ''}</body></html>`,
    );
  });
}

/** Where a page with this body is from now on, whatever follows in its address. */
function page(body: string, at = origin): string {
  const name = `page-${pages.size}`;
  pages.set(name, body);
  return `${at}/${name}`;
}

async function listen(at: Server, address: string): Promise<string> {
  await new Promise<void>((done) => at.listen(0, address, done));
  return `http://${address}:${(at.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  server = serve();
  other = serve();
  origin = await listen(server, '127.0.0.1');
  otherOrigin = await listen(other, '127.0.0.2');
  demo = await openDemoSite();
  folder = await mkdtemp(join(tmpdir(), 'holdfast-target-'));
  browser = openCaptureBrowser(
    {
      chromiumPath: null,
      captureAllow: [origin, otherOrigin, demo.origin].map((each) => new URL(each).host),
      captureConcurrency: 4,
      mode: 'trial',
      dataDir: join(folder, 'data'),
      keysDir: join(folder, 'keys'),
      waczCertificate: null,
    },
    pino({ level: 'silent' }),
    { egress: { lookup: () => Promise.reject(new Error('no name is looked up here')) } },
  );
});

afterAll(async () => {
  await browser.close();
  await demo.close();
  for (const each of [server, other]) {
    each.closeAllConnections();
    each.close();
  }
  await rm(folder, { recursive: true, force: true });
});

async function capture(
  address: string,
  targetText: string | null = null,
  targetId: string | null = null,
): Promise<CaptureResult> {
  const scratchDir = join(folder, `scratch-${(scratches += 1)}`);
  await mkdir(scratchDir);
  return await browser.capture({ address, targetText, targetId, deadlineMs: 90_000, scratchDir });
}

describe.concurrent('without a text, an address names', () => {
  const OTHERS = [
    ['a number that anything may have', '/post?comment=1', `<main>${POST}<p data-n="1">One.</p></main>`],
    ['a part of the page', '/post#main', `<nav>Menu</nav><div id="main">${POST}</div>`],
    [
      'a part of the page that is called a comment',
      '/post#content-2026',
      `<main id="content-2026">${POST}</main>`,
    ],
    ['a navigation', '/post#menu-4711', `<nav id="menu-4711"><a href="/">Home</a></nav><main>${POST}</main>`],
    ['all of the page', '/post#root-4711', `<div id="root-4711">${POST}</div>`],
    ['a form', '/post?comment_id=4711', `<main>${POST}</main><form name="4711">Write here<input></form>`],
    [
      'a button',
      '/post?comment_id=4711',
      `<main>${POST}</main><button data-comment-id="4711">Share</button>`,
    ],
    [
      'a number that is no id',
      '/post?comment_id=4711',
      `<main>${POST}<p data-count="4711">4711 likes.</p></main>`,
    ],
    [
      'the end of another name',
      '/post?comment_id=4711',
      `<main>${POST}<p id="likes-4711">12 likes.</p></main>`,
    ],
    [
      'an empty place',
      '/post#comment-4711',
      `<main>${POST}<div id="comment-4711" style="height:20px"></div></main>`,
    ],
    [
      'a link that repeats the address',
      '/post?comment_id=4711',
      `<main>${POST}<a href="?comment_id=4711&sort=new">Newest</a></main>`,
    ],
  ] as const;
  // By its own name, by what it is, by what it says of itself.
  const now: readonly string[] = [
    'a number that anything may have',
    'all of the page',
    'a form',
    'a number that is no id',
    'a link that repeats the address',
  ];
  test.each(rows(OTHERS, ([name]) => now.includes(name)))(
    '%s, which is not what was reported',
    async (_, path, body) => {
      expect(await capture(page(body) + path)).toMatchObject({ outcome: 'captured', target: null });
    },
  );

  const NAMED = [
    [
      'an element by its fragment',
      '/post#comment-4711',
      null,
      '<article id="comment-4711">Nonsense.</article>',
      'address-fragment',
    ],
    [
      'an element by its id',
      '/post?comment_id=4711',
      null,
      '<div data-comment-id="4711">Nonsense.</div>',
      'element-id',
    ],
    [
      'an element by a name of letters',
      '/post?lc=UgxKREWq7e',
      null,
      '<div id="UgxKREWq7e">Nonsense.</div>',
      'element-id',
    ],
    [
      'a picture',
      '/post#comment-4711',
      null,
      '<div id="comment-4711"><svg width="80" height="80"><rect width="80" height="80"/></svg></div>',
      'address-fragment',
    ],
    [
      'a link to what was reported',
      '/post',
      '990017',
      '<div><a href="/status/990017">2 h</a> Nonsense.</div>',
      'element-id',
    ],
  ] as const;
  // By its fragment and by its id: capture.test.ts.
  test.each(rows(NAMED, ([name]) => !name.startsWith('an element by its')))(
    '%s',
    async (_, path, id, comment, method) => {
      const at = page(`<main>${POST}${comment}</main>`);
      expect(await capture(at + path, null, id)).toMatchObject({ outcome: 'captured', target: { method } });
    },
  );

  test('the comment of the demonstration', async () => {
    expect(await capture(`${demo.origin}/rivertown/posts/7001#comment-1002`)).toMatchObject({
      outcome: 'captured',
      target: { method: 'address-fragment' },
    });
    expect(await capture(`${demo.origin}/rivertown/posts/7001-after#comment-1002`)).toMatchObject({
      outcome: 'captured',
      target: null,
    });
  });
});

describe.concurrent('a short text', () => {
  const ELSEWHERE = [
    ['on a button', '<p><button>Share</button></p>'],
    ['on what acts as a button', '<div role="button" tabindex="0"><span>Share</span></div>'],
    ['on what looks like a button', '<div style="cursor:pointer">Share</div>'],
    ['of a link', '<li><a href="/share">Share</a></li>'],
    ['in a menu', '<menu><li>Share</li></menu>'],
    ['in a navigation', '<nav><span>Share</span></nav>'],
    ['of a label', '<label>Share</label>'],
    ['there twice', '<p>Share</p><p>Share</p>'],
    ['within other words', '<p>Share this with a neighbour.</p>'],
    [
      'in another word of the element that is named',
      '<article id="comment-4711">Shareholders meet.</article>',
    ],
  ] as const;
  const now: readonly string[] = [
    'on what looks like a button',
    'of a link',
    'in a menu',
    'there twice',
    'in another word of the element that is named',
  ];
  test.each(rows(ELSEWHERE, ([where]) => now.includes(where)))('%s is not found', async (_, part) => {
    const at = page(`<main>${POST}${part}</main>`);
    expect(await capture(`${at}/post#comment-4711`, 'Share')).toMatchObject({
      outcome: 'captured',
      target: null,
      targetAsked: true,
    });
  });

  test.each([
    ['alone', '<p>Share</p><button>Share</button>', 'text-exact'],
    ['with elements around it', '<div><div><p> <b>Share</b> </p></div></div>', 'text-exact'],
    [
      'in the element that is named, although it is elsewhere too',
      '<p>Share</p><article id="comment-4711"><b>A Resident</b><p>Share</p></article>',
      'address-fragment',
    ],
  ])('%s is found', async (_, part, method) => {
    const at = page(`<main>${POST}${part}</main>`);
    expect(await capture(`${at}/post#comment-4711`, 'Share')).toMatchObject({
      outcome: 'captured',
      target: { method },
    });
  });
});

test('a comment in a frame of another site is pictured whole, with those before and after it', async () => {
  const mark = marksOf(50);
  const marks = Array.from({ length: 14 }, () => mark());
  const comments = marks
    .map((each, n) => `<article style="height:780px"><p>Comment ${n} of all.</p>${strip(each)}</article>`)
    .join('');
  const framed = page(comments, otherOrigin);
  const at = page(
    `<main>${POST}<iframe src="${framed}/" width="800" height="11000" style="display:block"></iframe></main>`,
  );
  const { target, files } = await capture(`${at}/post`, 'Comment 9 of all.');
  expect(target).not.toBeNull();
  const picture = files.find(({ role }) => role === 'screenshot-element');
  const { seen } = await look([{ path: picture?.path ?? '', part: null }]);
  expect(judgeMarks(marks.slice(8, 11), seen)).toMatchObject({ found: 3, missing: [] });
});
