/**
 * Pages that are made to harm whoever opens them. Each may cost its own capture, and never this process, the capture
 * after it, or the machine's memory and folders for longer than it runs.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCaptureBrowser } from '#capture/capture.ts';
import type { CaptureBrowser, CaptureRequest, CaptureResult } from '#capture/capture.ts';
import { processesOf } from '#capture/confinement.ts';
import { codeOf } from '#errors.ts';
import { inWholeRun, rows } from '../support/extent.ts';

const COMMENT = 'The gate of the old depot stands open every night, and nobody locks it.';
const DEADLINE_MS = 20_000;
/** For captures of which something is asked beside that they end. */
const PATIENT_MS = 90_000;
/** After the deadline: the report, the archive, and a browser that must be ended, on a machine that is busy. */
const AFTER_MS = 60_000;
const DOT = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';

const pages = new Map<string, string>();
let server: Server;
let origin = '';
let folder = '';
let browser: CaptureBrowser;
let scratches = 0;

const script = (source: string): string => `<p>${COMMENT}</p><script>${source}</script>`;

/** 64 MB of zeros in a few kilobytes, over and over: 20 GB when it is unpacked. */
function bomb(response: ServerResponse): void {
  const part = gzipSync(Buffer.alloc(64 * 1024 * 1024));
  let left = 320;
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= 1;
      if (!response.write(part)) {
        response.once('drain', more);
        return;
      }
    }
    response.end();
  };
  more();
}

function endless(response: ServerResponse, totalBytes: number): void {
  const part = Buffer.alloc(1024 * 1024, 'x');
  let left = totalBytes;
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= part.length;
      if (!response.write(part)) {
        response.once('drain', more);
        return;
      }
    }
    response.end();
  };
  more();
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    const html = { 'content-type': 'text/html; charset=utf-8' };
    if (pathname === '/bomb') {
      response.writeHead(200, { ...html, 'content-encoding': 'gzip' });
      bomb(response);
    } else if (pathname === '/large') {
      response.writeHead(200, html);
      response.write(`<!doctype html><p>${COMMENT}</p>`);
      endless(response, 2 * 1024 ** 3);
    } else if (pathname === '/file') {
      response.writeHead(200, {
        'content-type': 'application/octet-stream',
        'content-disposition': 'attachment; filename="x.bin"',
      });
      endless(response, 2 * 1024 ** 3);
    } else if (pathname === '/loop') {
      response.writeHead(302, { location: `/loop?${Math.random()}` });
      response.end();
    } else {
      const body = pages.get(pathname);
      response.writeHead(body === undefined ? 404 : 200, html);
      response.end(
        `<!doctype html><html><head><title>Rivertown</title></head><body>${body ?? ''}</body></html>`,
      );
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = await mkdtemp(join(tmpdir(), 'holdfast-hostile-'));
  browser = openCaptureBrowser(
    {
      chromiumPath: null,
      captureAllow: [new URL(origin).host],
      captureConcurrency: 2,
      mode: 'trial',
      dataDir: join(folder, 'data'),
      keysDir: join(folder, 'keys'),
      waczCertificate: null,
    },
    pino({ level: 'silent' }),
    { egress: { lookup: () => Promise.reject(new Error('no name is looked up here')) } },
  );
  await browser.health();
});

afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
  const left = await profiles();
  await rm(folder, { recursive: true, force: true });
  expect(left, 'profiles left behind').toEqual([]);
});

async function profiles(): Promise<string[]> {
  const installation = createHash('sha256').update(join(folder, 'data')).digest('hex').slice(0, 8);
  return (await readdir(tmpdir())).filter((name) => name.startsWith(`hf-${installation}-`));
}

/** Processes that name a profile of this installation. */
async function browserProcesses(): Promise<number[]> {
  const installation = createHash('sha256').update(join(folder, 'data')).digest('hex').slice(0, 8);
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const command = await readFile(`/proc/${name}/cmdline`, 'latin1').catch(() => '');
    if (command.includes(`/hf-${installation}-`) && !command.includes('--type=')) found.push(Number(name));
  }
  return found;
}

async function capture(path: string, over: Partial<CaptureRequest> = {}): Promise<CaptureResult> {
  const scratchDir = join(folder, `scratch-${(scratches += 1)}`);
  await mkdir(scratchDir);
  return await browser.capture({
    address: origin + path,
    targetText: COMMENT,
    targetId: null,
    deadlineMs: DEADLINE_MS,
    scratchDir,
    ...over,
  });
}

/** A capture that may fail in one way only. */
async function survive(path: string, deadlineMs = DEADLINE_MS): Promise<CaptureResult | 'browser-crashed'> {
  const start = performance.now();
  try {
    return await capture(path, { deadlineMs });
  } catch (error) {
    expect(codeOf(error), String(error)).toBe('browser-crashed');
    return 'browser-crashed';
  } finally {
    expect(performance.now() - start).toBeLessThan(deadlineMs + AFTER_MS);
  }
}

async function unharmed(): Promise<void> {
  pages.set('/plain', `<p>${COMMENT}</p>`);
  expect(await capture('/plain', { deadlineMs: PATIENT_MS })).toMatchObject({
    outcome: 'captured',
    missing: [],
    target: { method: 'text-exact' },
  });
  // One browser and its profile; what a lost one left is gone, or going.
  await expect
    .poll(async () => [(await profiles()).length, (await browserProcesses()).length], { timeout: 60_000 })
    .toEqual([1, 1]);
}

async function textOf(result: CaptureResult): Promise<string> {
  return await readFile(result.files.find(({ role }) => role === 'page-text')?.path ?? '', 'utf8');
}

const few =
  (...names: readonly string[]) =>
  ([name]: readonly [string, ...unknown[]]): boolean =>
    names.includes(name);

describe('what a page says of itself', { timeout: 240_000 }, () => {
  const SAID: readonly (readonly [string, string])[] = [
    [
      'a picture whose words grow sixfold on their way',
      `<img id="i" width="16" height="16" src="${DOT}">${script(`document.getElementById('i').alt = '😀' + '\\u0001'.repeat(95e6)`)}`,
    ],
    ['an attribute of 300 MB', script(`document.body.dataset.x = 'x'.repeat(3e8)`)],
    ['a title of 500 MB', script(`document.title = 'x'.repeat(5e8)`)],
    [
      'a text of 300 MB in a control',
      script(
        `document.body.append(Object.assign(document.createElement('textarea'), { value: '\\u0001'.repeat(1e8) }))`,
      ),
    ],
    ['a line of 500 MB to the console', script(`console.log('x'.repeat(5e8))`)],
    ['an error of 500 MB', script(`Promise.reject(new Error('x'.repeat(5e8)))`)],
    ['a dialog of 500 MB', script(`alert('x'.repeat(5e8))`)],
    [
      'an address of 500 MB',
      script(`const i = new Image(); i.src = 'data:image/png,' + 'x'.repeat(5e8); document.body.append(i)`),
    ],
    [
      'a frame with an address of 300 MB',
      script(
        `const f = document.createElement('iframe'); f.src = 'data:text/html,' + 'x'.repeat(3e8); document.body.append(f)`,
      ),
    ],
    [
      'an element with a name of 300 MB',
      script(
        `const e = document.createElement('x-' + 'x'.repeat(3e8)); e.textContent = '${COMMENT}'; document.body.append(e)`,
      ),
    ],
    [
      '100 requests with addresses of 2 MB',
      script(`for (let i = 0; i < 100; i += 1) fetch('/' + i + 'x'.repeat(2e6)).catch(() => 0)`),
    ],
  ];
  // What is read of a page, and what it sends by itself.
  const now = few('an attribute of 300 MB', 'a dialog of 500 MB');
  test.each(rows(SAID, now))('%s costs its own capture at most', async (_, body) => {
    pages.set('/page', body);
    await survive('/page');
    await unharmed();
  });

  test('a long text is read to a limit, and said to be cut', async () => {
    pages.set(
      '/page',
      script(
        `const p = document.createElement('p'); p.style.cssText = 'height:20px;overflow:hidden;content-visibility:visible'; for (let i = 0; i < 70; i += 1) { const s = document.createElement('span'); s.textContent = 'x'.repeat(1e5) + ' '; p.append(s); } document.body.append(p)`,
      ),
    );
    const result = await capture('/page', { deadlineMs: PATIENT_MS });
    expect(result).toMatchObject({ outcome: 'partial', target: { method: 'text-exact' } });
    expect(result.missing.join()).toContain('text cut');
    const text = await textOf(result);
    expect(text).toContain(COMMENT);
    expect(text.length).toBe(5_000_000);
    await unharmed();
  });

  test('words that grow sixfold do not cost the capture', async () => {
    pages.set(
      '/page',
      `<img id="i" width="16" height="16" src="${DOT}">${script(`document.getElementById('i').alt = '😀' + '\\u0001'.repeat(95e6)`)}`,
    );
    expect(await capture('/page', { deadlineMs: PATIENT_MS })).toMatchObject({
      target: { method: 'text-exact' },
    });
  });

  test('what is cut off is not taken for what is gone', async () => {
    pages.set(
      '/page',
      `<p>Rivertown.</p><script>const p = document.createElement('p'); p.style.cssText = 'height:20px;overflow:hidden'; for (let i = 0; i < 70; i += 1) { const s = document.createElement('span'); s.textContent = 'x'.repeat(1e5) + ' '; p.append(s); } document.body.append(p); document.body.append('${COMMENT}')</script>`,
    );
    const scratchDir = join(folder, `scratch-${(scratches += 1)}`);
    await mkdir(scratchDir);
    const look = await browser.lookAgain({
      address: `${origin}/page`,
      targetText: COMMENT,
      targetId: null,
      deadlineMs: PATIENT_MS,
      scratchDir,
    });
    expect(look.answer).toBe('unknown');
  });
});

describe('pictures', { timeout: 240_000 }, () => {
  const noise = (width: number, height: number): string =>
    `<p style="margin:0">${COMMENT}</p><canvas id="c" width="${width}" height="${height}"></canvas><script>
const x = document.getElementById('c').getContext('2d');
for (let y = 0; y < ${height}; y += 100) {
  const d = x.createImageData(${width}, 100);
  for (let k = 0; k < d.data.length; k += 65536) crypto.getRandomValues(d.data.subarray(k, k + 65536));
  for (let k = 3; k < d.data.length; k += 4) d.data[k] = 255;
  x.putImageData(d, 0, y);
}</script>`;

  test('of noise, as large as a tile may be, are kept', async () => {
    pages.set('/page', noise(1_264, 9_000));
    const result = await capture('/page', { deadlineMs: PATIENT_MS });
    expect(result).toMatchObject({ outcome: 'captured', target: { method: 'text-exact' } });
    let total = 0;
    for (const { path } of result.files.filter(({ role }) => role === 'screenshot-fullpage'))
      total += (await stat(path)).size;
    expect(total).toBeGreaterThan(30e6);
  });

  inWholeRun(() =>
    test('of a drawing of 13,000 by 13,000 cost their own capture at most', async () => {
      pages.set('/page', noise(13_000, 13_000));
      await survive('/page');
      await unharmed();
    }),
  );
});

describe('what a page does', { timeout: 240_000 }, () => {
  const DONE: readonly (readonly [string, string])[] = [
    ['a script that never ends', script(`for (;;);`)],
    ['a script that never ends once it is looked at', script(`setTimeout(() => { for (;;); }, 300)`)],
    ['a thousand windows', script(`for (let i = 0; i < 1000; i += 1) window.open('/plain?' + i)`)],
    ['a thousand dialogs', script(`for (let i = 0; i < 1000; i += 1) alert(i)`)],
    ['a download of 2 GB', script(`location.href = '/file'`)],
    ['a heap that never ends', script(`const a = []; for (;;) a.push(new Array(1e6).fill(a.length))`)],
    [
      'one huge allocation after the other',
      script(`const a = []; setInterval(() => { try { a.push(new Uint8Array(5e8).fill(1)); } catch {} }, 1)`),
    ],
    [
      'workers that eat memory',
      script(
        `const u = URL.createObjectURL(new Blob(['const a=[];for(;;)try{a.push(new Uint8Array(1e8).fill(1))}catch{}'])); for (let i = 0; i < 8; i += 1) new Worker(u)`,
      ),
    ],
    [
      'elements that are 50,000 deep',
      script(
        `let at = document.body; for (let i = 0; i < 50000; i += 1) { const e = document.createElement('b'); e.dataset.i = i; at.append(e); at = e; } at.append('deep')`,
      ),
    ],
    [
      'shadow roots that are 20,000 deep',
      script(
        `let at = document.body; for (let i = 0; i < 20000; i += 1) { const e = document.createElement('div'); at.append(e); at = e.attachShadow({ mode: i % 2 ? 'closed' : 'open' }); } at.append('deep')`,
      ),
    ],
    ['closing itself', script(`setTimeout(() => window.close(), 200)`)],
    [
      'a million elements',
      script(
        `const p = document.createElement('p'); for (let i = 0; i < 1e6; i += 1) p.append(document.createElement('b')); document.body.append(p)`,
      ),
    ],
    [
      'frames without end',
      script(
        `if (location.search.length < 1500) document.body.innerHTML += '<iframe src="?x' + location.search.slice(1) + '"></iframe>'.repeat(2)`,
      ),
    ],
  ];
  // What takes memory is asked below, what never ends in capture.test.ts.
  const now = few(
    'a thousand dialogs',
    'a download of 2 GB',
    'elements that are 50,000 deep',
    'closing itself',
  );
  test.each(rows(DONE, now))('%s costs its own capture at most', async (_, body) => {
    pages.set('/page', body);
    await survive('/page');
    await unharmed();
  });

  test.each([
    // It goes on until the deadline, however late that is.
    ['a body of 2 GB', '/large', DEADLINE_MS / 4],
    ['a body that unpacks to 20 GB', '/bomb', DEADLINE_MS],
    ['a redirect without end', '/loop', DEADLINE_MS],
  ])('%s costs its own capture at most', async (_, path, deadlineMs) => {
    await survive(path, deadlineMs);
    await unharmed();
  });
});

test('memory that a page takes is bounded', { timeout: 240_000 }, async () => {
  pages.set(
    '/eater',
    script(`const a = []; setInterval(() => { try { a.push(new Uint8Array(2e8).fill(1)); } catch {} }, 1)`),
  );
  let mostBytes = 0;
  let over = false;
  const eaten = survive('/eater').finally(() => {
    over = true;
  });
  while (!over) {
    let bytes = 0;
    for (const pid of await browserProcesses())
      for (const each of await processesOf(pid, await uidOf(pid))) {
        const [, resident = 0, shared = 0] = (
          await readFile(`/proc/${each}/statm`, 'utf8').catch(() => '0 0 0')
        )
          .split(' ')
          .map(Number);
        bytes += (resident - shared) * 4096;
      }
    mostBytes = Math.max(mostBytes, bytes);
    await new Promise((done) => setTimeout(done, 100));
  }
  await eaten;
  expect(mostBytes).toBeGreaterThan(1e9);
  // Looked at four times a second: a busy machine may look late.
  expect(mostBytes).toBeLessThan(8e9);
  await unharmed();
});

async function uidOf(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const uid = Number(/^Uid:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  return uid === 0 || uid === process.getuid?.() ? null : uid;
}
