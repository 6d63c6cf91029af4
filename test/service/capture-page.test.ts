/**
 * What a capture shows of pages that are hard to picture, and what it says of those that are none. Each page is made
 * here, served from this machine, and found again in the picture by its colours.
 */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCaptureBrowser } from '#capture/capture.ts';
import type { CaptureBrowser, CaptureRequest, CaptureResult } from '#capture/capture.ts';
import { rows } from '../support/extent.ts';

const COMMENT = 'The gate of the old depot stands open every night, and nobody locks it.';
const WORDS = 'The council meets on every second Tuesday of the month in the town hall. '.repeat(20);

type Route = (url: URL, cookie: string) => { body: string; type?: string; delayMs?: number; status?: number };
const routes = new Map<string, Route>();
let folder = '';
let browser: CaptureBrowser;
let scratches = 0;
const servers: Server[] = [];
/** The town, and a site that is another one to the browser. */
const origins: string[] = [];

function page(path: string, body: string, head = ''): string {
  routes.set(path, () => ({ body: document(body, head) }));
  return path;
}

function document(body: string, head = ''): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Rivertown</title><style>body{margin:0;font:16px/1.5 sans-serif}</style>${head}</head><body>${body}</body></html>`;
}

/** A colour of its own for each row. */
const colourOf = (i: number): string => `#${(0x200000 + i * 0x0101).toString(16).padStart(6, '0')}`;
const rowsOf = (count: number, heightPx: number): string =>
  Array.from(
    { length: count },
    (_, i) => `<div style="height:${heightPx}px;background:${colourOf(i)};color:#fff">Row ${i}.</div>`,
  ).join('');

beforeAll(async () => {
  for (const host of ['127.0.0.1', '127.0.0.2']) {
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', `http://${request.headers.host ?? ''}`);
      const answer = routes.get(url.pathname)?.(url, request.headers.cookie ?? '') ?? {
        body: document('Not found'),
        status: 404,
      };
      setTimeout(() => {
        response.writeHead(answer.status ?? 200, {
          'content-type': answer.type ?? 'text/html; charset=utf-8',
        });
        response.end(answer.body);
      }, answer.delayMs ?? 0);
    });
    await new Promise<void>((done) => server.listen(0, host, done));
    servers.push(server);
    origins.push(`http://${host}:${(server.address() as AddressInfo).port}`);
  }
  folder = await mkdtemp(join(tmpdir(), 'holdfast-page-'));
  browser = open(3);
  await browser.health();
});

function open(places: number, dataDir = join(folder, 'data')): CaptureBrowser {
  return openCaptureBrowser(
    {
      chromiumPath: null,
      captureAllow: origins.map((origin) => new URL(origin).host),
      captureConcurrency: places,
      mode: 'trial',
      dataDir,
      keysDir: join(folder, 'keys'),
      waczCertificate: null,
    },
    pino({ level: 'silent' }),
    { egress: { lookup: () => Promise.reject(new Error('no name is looked up here')) } },
  );
}

afterAll(async () => {
  await browser.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await rm(folder, { recursive: true, force: true });
});

async function requestOf(path: string, over: Partial<CaptureRequest> = {}): Promise<CaptureRequest> {
  const scratchDir = join(folder, `scratch-${(scratches += 1)}`);
  await mkdir(scratchDir);
  return {
    address: origins[0] + path,
    targetText: null,
    targetId: null,
    deadlineMs: 90_000,
    scratchDir,
    ...over,
  };
}

async function capture(
  path: string,
  over: Partial<CaptureRequest> = {},
  by = browser,
): Promise<CaptureResult> {
  return await by.capture(await requestOf(path, over));
}

function filesOf(result: CaptureResult, role: string): CaptureResult['files'] {
  return result.files.filter((file) => file.role === role);
}

async function textOf(result: CaptureResult): Promise<string> {
  return await readFile(filesOf(result, 'page-text')[0]?.path ?? '', 'utf8');
}

async function reportOf(files: CaptureResult['files']): Promise<Record<string, unknown>> {
  const report = files.find(({ role }) => role === 'capture-report');
  return JSON.parse(await readFile(report?.path ?? '', 'utf8')) as Record<string, unknown>;
}

/** Colours along a line through the joined tiles, each run of one colour once, with its length. */
async function runs(
  result: CaptureResult,
  at: number,
  along: 'down' | 'across' = 'down',
): Promise<{ readonly colour: string; readonly px: number }[]> {
  const found: { colour: string; px: number }[] = [];
  for (const { path, part } of filesOf(result, 'screenshot-fullpage')) {
    if (part === undefined) throw new Error('A tile does not say where it belongs.');
    const { width, height } = await sharp(path).metadata();
    expect({ width, height }).toEqual({ width: part.width, height: part.height });
    const area =
      along === 'down' ? { left: at, top: 0, width: 1, height } : { left: 0, top: at, width, height: 1 };
    const line = await sharp(path).extract(area).removeAlpha().raw().toBuffer();
    for (let i = 0; i < line.length; i += 3) {
      const colour = `#${line.toString('hex', i, i + 3)}`;
      const last = found.at(-1);
      if (last?.colour === colour) last.px += 1;
      else found.push({ colour, px: 1 });
    }
  }
  return found;
}

async function coloursOf(path: string, x: number): Promise<Set<string>> {
  const { height } = await sharp(path).metadata();
  const line = await sharp(path)
    .extract({ left: x, top: 0, width: 1, height })
    .removeAlpha()
    .raw()
    .toBuffer();
  const found = new Set<string>();
  for (let i = 0; i < line.length; i += 3) found.add(`#${line.toString('hex', i, i + 3)}`);
  return found;
}

describe.concurrent('the full-page picture', () => {
  test('of a tall page shows each row once, in its order, in tiles that are cut between rows', async () => {
    page('/tall', rowsOf(180, 130));
    const result = await capture('/tall');
    expect(result).toMatchObject({ outcome: 'captured', missing: [] });
    const tiles = filesOf(result, 'screenshot-fullpage');
    expect(tiles.length).toBeGreaterThan(2);
    expect(await runs(result, 1000)).toEqual(
      Array.from({ length: 180 }, (_, i) => ({ colour: colourOf(i), px: 130 })),
    );
    for (const [index, { part }] of tiles.entries()) {
      expect(part).toMatchObject({ index, count: tiles.length });
      expect((part?.y ?? 1) % 130, `tile ${index} begins between two rows`).toBe(0);
      expect(part?.height).toBeLessThan(8_192);
    }
  });

  test('of a wide page shows each column once', async () => {
    const columns = Array.from(
      { length: 60 },
      (_, i) => `<div style="flex:0 0 300px;height:200px;background:${colourOf(i)}"></div>`,
    );
    page('/wide', `<div style="display:flex;width:18000px">${columns.join('')}</div><p>${WORDS}</p>`);
    const result = await capture('/wide');
    expect(result).toMatchObject({ outcome: 'captured', missing: [] });
    expect(filesOf(result, 'screenshot-fullpage').length).toBeGreaterThan(2);
    expect(await runs(result, 100, 'across')).toEqual(
      Array.from({ length: 60 }, (_, i) => ({ colour: colourOf(i), px: 300 })),
    );
  });

  test('shows what sticks to the window once, and nothing below it is covered', async () => {
    page(
      '/sticky',
      `<div style="position:sticky;top:0;height:60px;background:#ff0000">Head</div>${rowsOf(100, 200)}
       <div style="position:fixed;bottom:0;left:0;right:0;height:50px;background:#00ff00">Foot</div>`,
    );
    const found = await runs(await capture('/sticky'), 1000);
    expect(found.filter(({ colour }) => colour === '#ff0000')).toEqual([{ colour: '#ff0000', px: 60 }]);
    expect(found.filter(({ colour }) => colour === '#00ff00')).toEqual([{ colour: '#00ff00', px: 50 }]);
    expect(found.filter(({ px }) => px === 200)).toHaveLength(100);
  });

  test('leaves parts as tall as a visitor has them that measure themselves by the window', async () => {
    page(
      '/halls',
      [0, 1, 2, 3].map((i) => `<div style="height:100vh;background:${colourOf(i)}">${WORDS}</div>`).join(''),
    );
    expect(await runs(await capture('/halls'), 1279)).toEqual(
      [0, 1, 2, 3].map((i) => ({ colour: colourOf(i), px: 900 })),
    );
  });

  test('shows all of what scrolls inside itself, in a shell of the window’s height too', async () => {
    page(
      '/shell',
      `<div style="display:flex;flex-direction:column;height:100vh"><b>Rivertown</b><div style="flex:1;overflow:auto;min-height:0">${rowsOf(60, 100)}</div></div>`,
      '<style>html,body{height:100%;overflow:hidden}</style>',
    );
    const found = await runs(await capture('/shell'), 1000);
    expect(found.filter(({ px }) => px === 100)).toHaveLength(60);
  });

  test('shows rows of a list that draws those only that are near the window', async () => {
    page(
      '/recycled',
      `<div id="list" style="position:relative;height:${150 * 120}px"></div><script>
const drawn = new Map();
function draw() {
  const from = Math.floor((scrollY - 300) / 120), to = Math.ceil((scrollY + innerHeight + 300) / 120);
  for (const [i, row] of drawn) if (i < from || i > to) { row.remove(); drawn.delete(i); }
  for (let i = Math.max(0, from); i <= Math.min(149, to); i += 1) {
    if (drawn.has(i)) continue;
    const row = document.createElement('div');
    row.style.cssText = 'position:absolute;left:0;right:0;height:120px;top:' + i * 120 + 'px;background:#' + (0x200000 + i * 0x0101).toString(16);
    row.textContent = 'Line ' + i + ' of the minutes';
    document.getElementById('list').append(row); drawn.set(i, row);
  }
}
addEventListener('scroll', draw); addEventListener('resize', draw); draw();
</script>`,
    );
    const result = await capture('/recycled');
    expect((await runs(result, 1000)).filter(({ px }) => px === 120)).toHaveLength(150);
    const text = await textOf(result);
    for (const i of [0, 75, 149]) expect(text).toContain(`Line ${i} of the minutes`);
  });

  test('shows frames of another site far below the window', async () => {
    routes.set('/inside', () => ({
      body: document(`<div style="height:200px;background:#123456">${COMMENT}</div>`),
    }));
    page(
      '/frames',
      `<p>${WORDS}</p><div style="height:9000px"></div><iframe loading="lazy" src="${origins[1]}/inside" width="900" height="200" style="border:0;display:block"></iframe>`,
    );
    const result = await capture('/frames', { targetText: COMMENT });
    expect(result).toMatchObject({ outcome: 'captured', target: { method: 'text-exact' } });
    expect((await runs(result, 800)).filter(({ colour }) => colour === '#123456')).toEqual([
      { colour: '#123456', px: 200 },
    ]);
    expect(await coloursOf(filesOf(result, 'screenshot-element')[0]?.path ?? '', 400)).toContain('#123456');
  });

  test('of an endless page ends where it is said to end', async () => {
    routes.set('/more', () => ({ body: rowsOf(20, 500), delayMs: 10 }));
    page(
      '/endless',
      `<div id="feed">${rowsOf(20, 500)}</div><script>
let busy = false;
async function more() {
  if (busy || scrollY + innerHeight < document.documentElement.scrollHeight - 800) return;
  busy = true;
  document.getElementById('feed').insertAdjacentHTML('beforeend', await (await fetch('/more')).text());
  busy = false; more();
}
addEventListener('scroll', more); more();
</script>`,
    );
    const result = await capture('/endless');
    expect(result.outcome).toBe('partial');
    expect(result.missing.join()).toMatch(/goes on below|as long as that may take/);
  });
});

describe.concurrent('the picture of the target', () => {
  test('shows it with the one before, the one after, and what it answers', async () => {
    const item = (i: number, text: string, inner = ''): string =>
      `<article id="c${i}" style="padding:20px;background:${colourOf(i)};color:#fff"><p>${text}</p>${inner}</article>`;
    const answers = [10, 11, 12, 13, 14].map((i) => item(i, i === 12 ? COMMENT : `Answer ${i}.`)).join('');
    page(
      '/thread',
      [0, 1, 2, 3, 4, 5].map((i) => item(i, `Comment ${i}. ${WORDS}`, i === 3 ? answers : '')).join(''),
    );
    const result = await capture('/thread', { targetText: COMMENT });
    const [element, ...others] = filesOf(result, 'screenshot-element');
    expect(others).toEqual([]);
    const colours = await coloursOf(element?.path ?? '', 45);
    for (const i of [3, 11, 12, 13]) expect(colours, `item ${i}`).toContain(colourOf(i));
    for (const i of [0, 1, 5]) expect(colours, `item ${i}`).not.toContain(colourOf(i));
    expect(await reportOf(result.files)).toMatchObject({
      elementContext: ['the one before', 'the one after', 'what it answers, whole'],
    });
  });

  test('is found and read in a closed shadow root', async () => {
    page(
      '/closed',
      `<p>${WORDS}</p><div id="host"></div><script>document.getElementById('host').attachShadow({ mode: 'closed' }).innerHTML = ${JSON.stringify(`<p>${COMMENT}</p>`)};</script>`,
    );
    const result = await capture('/closed', { targetText: COMMENT });
    expect(result).toMatchObject({ outcome: 'captured', target: { method: 'text-exact' } });
    expect(await textOf(result)).toContain(COMMENT);
  });
});

describe.concurrent('a layer that asks for consent', () => {
  const layer = (more: string, buttons: string): string =>
    `<div id="ask" role="dialog" style="position:fixed;inset:0;background:#ff00ff;padding:200px"><p>We use cookies to remember you.${more}</p>${buttons}</div>`;

  test('is hidden from the picture when the content lies below it, and shown as it was met', async () => {
    page('/layer', `<p>${COMMENT}</p>${rowsOf(20, 100)}${layer('', '<button>Accept all</button>')}`);
    const result = await capture('/layer', { targetText: COMMENT });
    expect(result).toMatchObject({ outcome: 'captured', target: { method: 'text-exact' } });
    expect(result.evidence.map(({ rule }) => rule)).toContain('consent-layer-hidden');
    expect((await runs(result, 1200)).map(({ colour }) => colour)).not.toContain('#ff00ff');
    const [met, after] = filesOf(result, 'screenshot-viewport');
    expect(await coloursOf(met?.path ?? '', 1200)).toEqual(new Set(['#ff00ff']));
    expect(await coloursOf(after?.path ?? '', 1200)).not.toContain('#ff00ff');
  });

  const behind = (buttons: string): string =>
    `<div id="content"></div>${layer('', buttons)}<script>
for (const button of document.querySelectorAll('button')) button.onclick = async () => {
  document.cookie = 'answer=' + button.id;
  document.getElementById('content').innerHTML = await (await fetch('/content')).text();
  document.getElementById('ask').remove();
};</script>`;

  test.concurrent('is refused when there is nothing to be seen without an answer', async () => {
    routes.set('/content', (_, cookie) => ({ body: `<p>${COMMENT} (${cookie})</p>`, delayMs: 100 }));
    page('/asks', behind('<button id="yes">Accept all</button><button id="no">Reject all</button>'));
    const result = await capture('/asks', { targetText: COMMENT });
    expect(result).toMatchObject({ outcome: 'captured', target: { method: 'text-exact' } });
    expect(result.evidence.map(({ rule }) => rule)).toContain('consent-layer-refused');
    expect(await textOf(result)).toContain('answer=no');
  });

  test.concurrent('is a wall when it can only be accepted', async () => {
    page('/demands', behind('<button id="yes">Accept all</button>'));
    const result = await capture('/demands', { targetText: COMMENT });
    expect(result).toMatchObject({ outcome: 'wall', evidence: [{ rule: 'wall-consent' }, {}, {}] });
  });
});

describe('what is no capture', () => {
  const turning =
    '<style>@keyframes turn{to{transform:rotate(1turn)}}</style><div style="width:60px;height:60px;border:6px solid #ccc;animation:turn 1s linear infinite"></div>';
  const bones = Array.from(
    { length: 12 },
    () => '<div class="skeleton" style="height:60px;margin:12px;background:#ddd"></div>',
  ).join('');

  const NONE = [
    ['a spinner', 'empty', `<p>Rivertown Social</p>${turning}`],
    ['a skeleton', 'empty', `<p>Home, about, help, terms of use, privacy</p>${bones}`],
    [
      'a gate that asks for an age',
      'wall',
      `<p>${WORDS}</p><div style="position:fixed;inset:0;background:#fff">Are you 21 or older? <button>Yes</button></div>`,
    ],
    [
      'a check for robots',
      'wall',
      '<h1>Verify that you are human</h1><form id="challenge-form"><input type="checkbox"></form>',
    ],
    ['a heading that says it is not there', 'gone', `<h1>Page not found</h1><p>${WORDS}</p>`],
    [
      'a login form',
      'wall',
      '<h1>Welcome</h1><form><input name="u"><input type="password"><button>Log in</button></form>',
    ],
  ] as const;
  // The others are in capture.test.ts and capture-site.test.ts.
  const now: readonly string[] = ['a skeleton', 'a gate that asks for an age', 'a check for robots'];
  test.concurrent.each(rows(NONE, ([name]) => now.includes(name)))(
    '%s is %s',
    async (name, outcome, body) => {
      const path = page(`/none/${name.replaceAll(' ', '-')}`, body);
      expect(await capture(path, { targetText: COMMENT })).toMatchObject({ outcome, target: null });
    },
  );
});

describe.concurrent('characters', () => {
  const drawn =
    'Grüße, Привет, Καλημέρα, שלום, مرحبا, 简体中文, 繁體中文, 日本語かな, 한국어, 😀👍🏽🇺🇸❤️, 𝐁𝐨𝐥𝐝';

  test('of all these scripts are drawn on a machine without fonts of its own', async () => {
    page('/scripts', `<p style="font:32px sans-serif">${drawn}</p>`);
    const result = await capture('/scripts');
    expect(result).toMatchObject({ outcome: 'captured', glyphs: { missing: [] } });
  });

  test('that no font can draw are named, and only those', async () => {
    page('/nobody', `<p>${drawn} and \u{10FFF0} and \u{10FFF1}, which nobody has.</p>`);
    const result = await capture('/nobody');
    expect(result.outcome).toBe('partial');
    expect(result.glyphs.missing).toEqual(['\u{10FFF0}', '\u{10FFF1}']);
  });
});

describe('time', () => {
  test('is not spent on a page that is done, nor on one that never rests', async () => {
    page('/done', `<p>${WORDS}</p><p>${COMMENT}</p>`);
    page(
      '/rests-never',
      `<p>${COMMENT}</p><p id="clock"></p><script>setInterval(() => { document.getElementById('clock').textContent = Date.now(); }, 40); setInterval(() => fetch('/done?' + Math.random()), 150);</script>`,
    );
    await capture('/done');
    for (const path of ['/done', '/rests-never']) {
      let quickestMs = Infinity;
      // What is waited for is waited for each time; a machine that does other things too is busy only now and then.
      for (let tries = 0; tries < 10 && quickestMs >= 4_000; tries += 1) {
        const { times, outcome } = await capture(path, { targetText: COMMENT });
        expect(outcome).toBe('captured');
        const tookMs = Date.parse(times['finished'] ?? '') - Date.parse(times['started'] ?? '');
        quickestMs = Math.min(quickestMs, tookMs);
      }
      // Shorter than any wait within a capture and what it needs itself.
      expect(quickestMs, path).toBeLessThan(4_000);
    }
  });

  test('is given to a page that grows in steps', async () => {
    page(
      '/steps',
      `<div id="blocks"></div><script>let n = 0; const timer = setInterval(() => { document.getElementById('blocks').insertAdjacentHTML('beforeend', '<p>Block ' + n + ' of the agenda of this month</p>'); if (++n === 8) clearInterval(timer); }, 150);</script>`,
    );
    expect(await textOf(await capture('/steps'))).toContain('Block 7 of the agenda');
  });

  const PLACES = [
    ['short', ''],
    ['tall', '<div style="height:2000px"></div>'],
  ] as const;
  test.each(rows(PLACES, ([name]) => name === 'tall'))(
    'is given to a %s one that asks for its parts after a pause each, however fast they are answered',
    async (name, above) => {
      routes.set('/part', () => ({ body: 'part', type: 'text/plain', delayMs: 60 }));
      page(
        `/parts-${name}`,
        `<p>${WORDS}</p>${above}<div id="parts"></div><script>let n = 0; const next = async () => { await fetch('/part?' + n + Math.random()); document.getElementById('parts').insertAdjacentHTML('beforeend', '<p>Part ' + n + ' of the agenda</p>'); if (++n < 7) setTimeout(next, 260); }; setTimeout(next, 200);</script>`,
      );
      expect(await textOf(await capture(`/parts-${name}`))).toContain('Part 6 of the agenda');
    },
  );
});

test('what a page does to its visitor is denied and written down', async () => {
  routes.set('/file', () => ({ body: 'minutes', type: 'application/octet-stream' }));
  page(
    '/pushy',
    `<p>${WORDS}</p><iframe src="/file" hidden></iframe><script>alert('a'); confirm('b'); open('/done'); addEventListener('beforeunload', (event) => event.preventDefault());</script>`,
  );
  const result = await capture('/pushy');
  expect(result.outcome).toBe('captured');
  const { incidents } = (await reportOf(result.files)) as {
    incidents: { dialogs: number; downloads: number; what: { kind: string }[] };
  };
  expect(incidents).toMatchObject({ dialogs: 2, downloads: 1 });
  expect(incidents.what.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['dialog: alert, dismissed', 'dialog: confirm, dismissed', 'download, denied']),
  );
});

describe.concurrent('a second look', () => {
  const LOOKS = [
    ['sees what is still there', `<p>${WORDS}</p><p>${COMMENT}</p>`, 'there'],
    ['sees that it is not there', `<p>${WORDS}</p>`, 'not-there'],
    ['believes a page that says so', "<h1>This content isn't available right now</h1>", 'not-there'],
    ['says nothing from before a wall', '<p>You must log in to continue.</p>', 'unknown'],
    [
      'says nothing of what is covered',
      `<p>${COMMENT}</p><div style="position:fixed;inset:0;background:#fff">A map of the town</div>`,
      'unknown',
    ],
  ] as const;
  // What stands in its way is in second-look.test.ts.
  test.concurrent.each(rows(LOOKS, ([, , found]) => found !== 'unknown'))(
    '%s',
    async (name, body, answer) => {
      const path = page(`/again/${name.replaceAll(' ', '-')}`, body);
      const look = await browser.lookAgain(await requestOf(path, { targetText: COMMENT }));
      expect(look).toMatchObject({ answer, httpStatus: 200 });
      expect(look.files.map(({ role }) => role)).toEqual(['second-look-picture', 'second-look-report']);
      expect(Object.keys(look.times)).toEqual(expect.arrayContaining(['started', 'rested', 'finished']));
    },
  );

  test('waits until no capture waits any more', async ({ expect: own }) => {
    const order: string[] = [];
    const seen = (name: string, delayMs = 0): string => {
      const path = `/turn/${name}`;
      routes.set(path, () => {
        order.push(name);
        return { body: document(`<p>${WORDS}</p>`), delayMs };
      });
      return path;
    };
    // One place: the first capture has it while the two others come, the look before the capture.
    const one = open(1, join(folder, 'data-of-one'));
    const first = capture(seen('first', 1500), {}, one);
    await own.poll(() => order.length, { timeout: 60_000 }).toBe(1);
    const look = one.lookAgain(await requestOf(seen('look'), { targetText: COMMENT }));
    const second = capture(seen('second'), {}, one);
    await Promise.all([first, look, second]);
    await one.close();
    expect(order).toEqual(['first', 'second', 'look']);
  });

  test('does not say that something is not there which it could not have known', async () => {
    const path = page('/again/nameless', `<p>${WORDS}</p>`);
    // A name like any other part of a page; without the text nothing is known by it.
    const look = await browser.lookAgain(await requestOf(path, { targetText: null, targetId: 'main' }));
    expect(look).toMatchObject({ answer: 'unknown', because: 'nothing-to-tell-by', outcome: 'captured' });
  });
});
