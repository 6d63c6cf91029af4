/**
 * The capture room against real Chromium and a site on this machine. Nothing here leaves it: names are answered by
 * the test, and whatever would go elsewhere is refused by the proxy that is under test.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createSocket } from 'node:dgram';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openCaptureBrowser } from '#capture/capture.ts';
import type { CaptureBrowser, CaptureOverrides, CaptureRequest, CaptureResult } from '#capture/capture.ts';
import { chromiums, packagedChromium } from '#capture/chromium.ts';
import type { Chromium } from '#capture/chromium.ts';
import { processesOf } from '#capture/confinement.ts';
import { browserOf, profilesOf } from '../support/capture-processes.ts';
import { inWholeRun, rows, times } from '../support/extent.ts';
import { familyOf } from '../support/family.ts';
import { COMMENT } from '../support/site/pages.ts';
import { openSampleSite } from '../support/site/site.ts';
import type { SampleSite } from '../support/site/site.ts';

const log = pino({ level: 'silent' });
let folder = '';
/** Closed to other users: the browser is then taken from where all such folders have it, and not unpacked anew. */
let closed = '';
let site: SampleSite;
let port = '';
let browser: CaptureBrowser;
let scratches = 0;

type Options = {
  mode?: 'trial' | 'production';
  allow?: readonly string[];
  concurrency?: number;
  chromiumPath?: string;
  dataDir?: string;
};

function open(options: Options = {}, overrides: CaptureOverrides = {}): CaptureBrowser {
  return openCaptureBrowser(
    {
      chromiumPath: options.chromiumPath ?? null,
      captureAllow: options.allow ?? [site.hostPort, `localhost:${port}`, `names.example:${port}`],
      captureConcurrency: options.concurrency ?? 4,
      mode: options.mode ?? 'trial',
      dataDir: options.dataDir ?? join(folder, 'data'),
      keysDir: join(folder, 'keys'),
      waczCertificate: null,
    },
    log,
    { ...overrides, egress: { lookup: answer, ...overrides.egress } },
  );
}

/** The resolver of these tests. */
function answer(host: string): Promise<{ address: string; family: number }[]> {
  const table: Record<string, string> = {
    localhost: '127.0.0.1',
    'names.example': '127.0.0.1',
    'inside.example': '10.0.0.1',
    'loopback.example': '127.0.0.1',
  };
  const address = table[host];
  if (address === undefined)
    return Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
  return Promise.resolve([{ address, family: 4 }]);
}

async function capture(
  path: string,
  over: Partial<CaptureRequest> = {},
  by: CaptureBrowser = browser,
): Promise<CaptureResult> {
  const scratchDir = join(folder, `scratch-${(scratches += 1)}`);
  await mkdir(scratchDir);
  return await by.capture({
    address: /^[a-z-]+:/.test(path) ? path : site.origin + path,
    targetText: COMMENT.text,
    targetId: null,
    deadlineMs: 90_000,
    scratchDir,
    ...over,
  });
}

function fileOf(result: CaptureResult, role: string): string {
  const file = result.files.find((each) => each.role === role);
  if (file === undefined)
    throw new Error(`There is no ${role} in ${result.outcome} (${JSON.stringify(result.evidence)}).`);
  return file.path;
}

const textOf = (result: CaptureResult): Promise<string> => readFile(fileOf(result, 'page-text'), 'utf8');
const rulesOf = (result: CaptureResult): string[] => result.evidence.map(({ rule }) => rule);

async function reportOf(result: CaptureResult): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(fileOf(result, 'capture-report'), 'utf8')) as Record<string, unknown>;
}

async function colourAt(path: string, x: number, y: number): Promise<string> {
  const pixel = await sharp(path)
    .extract({ left: x, top: y, width: 1, height: 1 })
    .removeAlpha()
    .raw()
    .toBuffer();
  return pixel.toString('hex');
}

async function firstChromium(): Promise<Chromium> {
  for await (const chromium of chromiums(null, join(folder, 'data', 'browser'))) return chromium;
  throw new Error('There is no Chromium. Install it: apt-get install chromium');
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-capture-'));
  await chmod(folder, 0o755);
  closed = await mkdtemp(join(folder, 'closed-'));
  site = await openSampleSite();
  port = site.hostPort.split(':')[1] ?? '';
  browser = open();
});

afterAll(async () => {
  await browser.close();
  await site.close();
  const left = await profilesOf(join(folder, 'data'));
  await rm(folder, { recursive: true, force: true });
  expect(left, 'profiles left behind').toEqual([]);
});

describe.concurrent('a page', () => {
  test('is captured with pictures, text, address, headers, times and tools, and its report names every file', async () => {
    const result = await capture('/posts/elm-street');
    expect(result).toMatchObject({
      outcome: 'captured',
      missing: [],
      target: { method: 'text-exact' },
      targetAsked: true,
      finalAddress: `${site.origin}/posts/elm-street`,
      httpStatus: 200,
      redirects: [],
      viewport: { width: 1280, height: 900, scale: 1 },
      sandbox: true,
    });
    expect(result.files.map(({ role }) => role)).toEqual([
      'page-text',
      'screenshot-viewport',
      'screenshot-element',
      'screenshot-fullpage',
      'wacz',
      'capture-report',
    ]);
    expect(await textOf(result)).toContain(COMMENT.text);
    const full = await sharp(fileOf(result, 'screenshot-fullpage')).metadata();
    expect(full).toMatchObject({ format: 'png', width: 1280 });
    expect(full.height).toBeGreaterThan(900);
    expect(await sharp(fileOf(result, 'screenshot-viewport')).metadata()).toMatchObject({
      width: 1280,
      height: 900,
    });
    expect(await colourAt(fileOf(result, 'screenshot-fullpage'), 5, 5)).toBe('162e51');
    const report = await reportOf(result);
    expect(report).toMatchObject({
      outcome: 'captured',
      responseHeaders: { 'x-site': 'rivertown' },
      environment: { sandbox: true, zone: 'UTC' },
    });
    expect(report['files']).toEqual(
      result.files.slice(0, -1).map(({ role, mediaType, sizeBytes, sha256, part }) => ({
        role,
        mediaType,
        sizeBytes,
        sha256,
        ...(part === undefined ? {} : { part }),
      })),
    );
    for (const time of Object.values(result.times))
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Object.keys(result.times)).toEqual(
      expect.arrayContaining(['started', 'answered', 'rested', 'fullPagePicture', 'finished']),
    );
    expect(result.tool.browser).toMatch(/Chrome\/\d+/);
  });

  const FOUND = [
    ['by the fragment of its address', `/posts/elm-street#${COMMENT.id}`, {}, 'address-fragment'],
    [
      'by an id in its address',
      `/posts/elm-street?comment_id=${COMMENT.nativeId}`,
      { targetText: null },
      'element-id',
    ],
    [
      "by the platform's id",
      '/posts/elm-street',
      { targetText: null, targetId: COMMENT.nativeId },
      'element-id',
    ],
    ['by its text', '/posts/elm-street', {}, 'text-exact'],
    [
      'by its text with other spaces',
      '/posts/elm-street',
      { targetText: COMMENT.text.replaceAll(' ', '\n ') },
      'text-normalised',
    ],
    [
      'by its text in another Unicode form',
      '/posts/elm-street',
      { targetText: 'Grüße aus dem Café – naïve façade'.normalize('NFD') },
      'text-normalised',
    ],
    ['in text that is broken by lines and tags', '/posts/wrapped-text', {}, 'text-exact'],
    ['in a shadow root', '/posts/shadow', {}, 'text-exact'],
    ['in a frame', '/posts/framed', {}, 'text-exact'],
    ['when a script brings it late', '/posts/scripted', {}, 'text-exact'],
    ['although it is two letters long', '/posts/elm-street', { targetText: 'ok' }, 'text-exact'],
  ] as const;
  const notNow: readonly string[] = [
    'by an id in its address',
    'by its text',
    'by its text with other spaces',
    'in a shadow root',
    'in a frame',
  ];
  test.concurrent.each(rows(FOUND, ([how]) => !notNow.includes(how)))(
    'shows its target: found %s',
    async (_, path, over, method) => {
      const result = await capture(path, over);
      expect(result).toMatchObject({ outcome: 'captured', target: { method } });
    },
  );

  test('shows its target in a frame of another site, which is another process', async () => {
    const frame = encodeURIComponent(`http://localhost:${port}/posts/elm-street`);
    expect(await capture(`/posts/framed?frame=${frame}`)).toMatchObject({
      outcome: 'captured',
      target: { method: 'text-exact' },
    });
  });

  const NOT_FOUND = [
    ['its comment is not there', '/posts/elm-street-without', {}, 'target-not-found'],
    [
      'only the hull of its comment is left',
      `/posts/elm-street-tombstone#${COMMENT.id}`,
      {},
      'target-element-without-text',
    ],
    [
      'only a part of its text is there',
      '/posts/elm-street',
      { targetText: `${COMMENT.text} And more.` },
      'target-not-found',
    ],
    ['two letters occur in other words', '/posts/elm-street', { targetText: 'on' }, 'target-not-found'],
    [
      'the element has another id',
      '/posts/elm-street',
      { targetText: null, targetId: '471' },
      'target-not-found',
    ],
  ] as const;
  const leastLike: readonly string[] = ['only a part of its text is there', 'the element has another id'];
  test.concurrent.each(rows(NOT_FOUND, ([why]) => !leastLike.includes(why)))(
    'does not show its target when %s',
    async (_, path, over, rule) => {
      const result = await capture(path, over);
      expect(result).toMatchObject({ outcome: 'captured', target: null, targetAsked: true });
      expect(rulesOf(result)).toContain(rule);
    },
  );

  test('has its lazily loaded pictures painted', async () => {
    const result = await capture('/lazy', { targetText: null });
    expect(result).toMatchObject({ outcome: 'captured', targetAsked: false });
    let pictures = 0;
    let before = '';
    for (const { path } of result.files.filter(({ role }) => role === 'screenshot-fullpage')) {
      const { height } = await sharp(path).metadata();
      const strip = await sharp(path)
        .extract({ left: 400, top: 0, width: 1, height })
        .removeAlpha()
        .raw()
        .toBuffer();
      for (let y = 0; y < height; y += 1) {
        const here = strip.toString('hex', 3 * y, 3 * y + 3);
        if (here === '2378c3' && before !== '2378c3') pictures += 1;
        before = here;
      }
    }
    // The blue of each of the twelve is met once from above and at most once more below a letter or circle.
    expect(pictures).toBeGreaterThanOrEqual(12);
  });

  test('is pictured in tiles when it is taller than a picture can be', async () => {
    const result = await capture('/tall', { targetText: 'Row 199 of 200' });
    expect(result).toMatchObject({ outcome: 'captured', missing: [], target: { method: 'text-exact' } });
    const tiles = result.files.filter(({ role }) => role === 'screenshot-fullpage');
    expect(tiles.length).toBeGreaterThan(1);
    let y = 0;
    for (const { path, part } of tiles) {
      expect(part).toMatchObject({ y, x: 0, width: 1280, count: tiles.length });
      expect(await sharp(path).metadata()).toMatchObject({ width: 1280, height: part?.height });
      y += part?.height ?? 0;
    }
    expect(y).toBeGreaterThanOrEqual(20_000);
    expect(await textOf(result)).toContain('Row 200 of 200');
  });

  test('waits for slow pictures, and is partial without one that never came', async () => {
    const slow = await capture('/slow-pictures');
    expect(slow.outcome).toBe('captured');
    const report = await reportOf(slow);
    expect(report['brokenPictures']).toBe(0);
    const without = await capture('/missing-picture');
    expect(without).toMatchObject({
      outcome: 'partial',
      missing: ['1 picture was asked for and not received'],
    });
  });

  test('keeps the way that led to it', async () => {
    const result = await capture('/hop-1');
    expect(result).toMatchObject({
      outcome: 'captured',
      finalAddress: `${site.origin}/posts/elm-street`,
      redirects: [
        { address: `${site.origin}/hop-1`, status: 301 },
        { address: `${site.origin}/hop-2`, status: 302 },
        { address: `${site.origin}/hop-3`, status: 200 },
      ],
    });
  });

  test('meets no trace of the one before', async () => {
    for (let i = 0; i < 2; i += 1)
      expect(await textOf(await capture('/visits', { targetText: null }))).toBe(
        'This is your very first visit here.',
      );
  });
});

test('a page that never rests is done in a few seconds', async () => {
  const start = performance.now();
  expect(await capture('/never-idle')).toMatchObject({ outcome: 'captured', missing: [] });
  // Sooner than any wait for what does not come.
  expect(performance.now() - start).toBeLessThan(16_000);
  const still = await capture('/never-still');
  expect(still).toMatchObject({ outcome: 'partial', target: { method: 'text-exact' } });
  expect(still.missing.join()).toContain('did not come to rest');
  expect(performance.now() - start).toBeLessThan(50_000);
});

describe.concurrent('what is no capture', () => {
  const NONE = [
    ['/members-only', 'wall', 'login-path'],
    ['/wall-in-place', 'wall', 'wall-password-field'],
    ['/posts/covered', 'wall', 'wall-overlay-share'],
    ['/forbidden', 'wall', 'status-wall'],
    ['/gone-404', 'gone', 'status-gone'],
    ['/gone-410', 'gone', 'status-gone'],
    ['/gone-words', 'gone', 'gone-words'],
    ['/empty', 'empty', 'empty-text-chars'],
    ['/spinner', 'empty', 'empty-text-chars'],
    ['/error-500', 'empty', 'status-error'],
    ['/loop', 'empty', 'no-document'],
    ['/files/minutes.bin', 'empty', 'no-document'],
    ['http://unknown.example/', 'empty', 'name-unknown'],
    ['https://unknown.example/', 'empty', 'name-unknown'],
  ] as const;
  // What capture-site.test.ts has, or the next test here.
  const elsewhere: readonly string[] = ['/forbidden', '/gone-404', '/empty', 'https://unknown.example/'];
  test.concurrent.each(rows(NONE, ([path]) => !elsewhere.includes(path)))(
    '%s is %s by %s',
    async (path, outcome, rule) => {
      const result = await capture(path);
      expect(result).toMatchObject({ outcome, target: null });
      expect(rulesOf(result)).toContain(rule);
      expect(await reportOf(result)).toMatchObject({ outcome });
    },
  );

  test('a host that cannot be reached leaves no picture of an error page', async () => {
    for (const address of [
      ...rows(['https://unknown.example/', 'http://unknown.example/'], (_, i) => i === 0),
      ...rows(['http://inside.example/', 'https://inside.example/'], (_, i) => i === 0),
    ])
      expect(
        (await capture(address)).files.map(({ role }) => role),
        address,
      ).toEqual(['capture-report']);
  });

  test('a page that never answers is a timeout at its deadline', async () => {
    const start = performance.now();
    expect(await capture('/hangs', { deadlineMs: 2_000 })).toMatchObject({
      outcome: 'timeout',
      httpStatus: null,
    });
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});

describe('harm', () => {
  test.concurrent.each([
    ['/alert', { dialogs: 3 }],
    ['/download', { downloads: 2 }],
    ['/popup', {}],
    ['/local-files', {}],
  ] as const)(
    '%s is captured like any page; dialogs and downloads are counted and denied',
    async (path, incidents) => {
      const result = await capture(path);
      expect(result).toMatchObject({
        outcome: expect.stringMatching(/captured|partial/) as string,
        target: { method: 'text-exact' },
        httpStatus: 200,
      });
      expect(await textOf(result)).not.toContain('root:');
      expect(result.finalAddress).toBe(site.origin + path);
      expect(await reportOf(result)).toMatchObject({ incidents });
    },
  );

  test.concurrent.each(['/endless-loop', '/crash'])('%s costs its own capture only', async (path) => {
    const [hostile, friendly] = await Promise.all([capture(path), capture('/posts/elm-street')]);
    expect(hostile.outcome).toMatch(/timeout|empty/);
    expect(friendly).toMatchObject({ outcome: 'captured' });
    expect(await capture('/posts/elm-street')).toMatchObject({ outcome: 'captured' });
  });

  test.each([
    ['file:///etc/passwd', 'address-not-http'],
    ['view-source:http://127.0.0.1/', 'address-not-http'],
    ['chrome://version', 'address-not-http'],
    ['javascript:alert(1)', 'address-not-http'],
    ['http://127.0.0.1:22/', 'address-not-public'],
  ] as const)('%s is not even asked for', async (address, rule) => {
    expect(await capture(address)).toMatchObject({
      outcome: 'blocked',
      evidence: [{ rule }],
      files: [{ role: 'capture-report' }],
    });
  });

  describe('a guarded server on this machine', () => {
    let connections = 0;
    let datagrams = 0;
    const sockets = new Set<Socket>();
    const guarded = createServer((_, response) => response.end('secret'));
    const guardedV6 = createServer((_, response) => response.end('secret'));
    const udp = createSocket('udp4');
    let guardedPort = 0;

    beforeAll(async () => {
      for (const server of [guarded, guardedV6])
        server.on('connection', (socket) => {
          connections += 1;
          sockets.add(socket);
        });
      guarded.listen(0, '127.0.0.1');
      await once(guarded, 'listening');
      guardedPort = (guarded.address() as AddressInfo).port;
      guardedV6.listen({ port: guardedPort, host: '::1', ipv6Only: true });
      await once(guardedV6, 'listening');
      udp.on('message', () => {
        datagrams += 1;
      });
      udp.bind(guardedPort, '127.0.0.1');
      await once(udp, 'listening');
    });

    beforeEach(() => {
      connections = 0;
      datagrams = 0;
    });

    afterAll(() => {
      for (const socket of sockets) socket.destroy();
      guarded.close();
      guardedV6.close();
      udp.close();
    });

    const SPELLINGS = [
      '127.0.0.1',
      '0',
      '127.1',
      '2130706433',
      '0x7f.1',
      '017700000001',
      'localhost',
      'localhost.',
      '[::1]',
      '[::]',
      '[::ffff:127.0.0.1]',
      '[64:ff9b::7f00:1]',
      'loopback.example',
    ];

    test('is seen by this test when the proxy is told to let it pass', async () => {
      const told = open({ allow: [site.hostPort, `127.0.0.1:${guardedPort}`] });
      await capture(`/ssrf?at=127.0.0.1:${guardedPort}`, {}, told);
      await told.close();
      expect(connections).toBeGreaterThan(0);
      // Datagrams never pass, told or not.
      expect(datagrams).toBe(0);
    });

    // Every spelling, in every way that there is: capture-ssrf.test.ts.
    const now = ['[::ffff:127.0.0.1]', 'loopback.example'];
    test.each(rows(SPELLINGS, (host) => now.includes(host)))(
      'is not reached as %s: from an address, a redirect, a page, or from within one',
      async (host) => {
        const at = `${host}:${guardedPort}`;
        const [direct, redirected, inside] = await Promise.all([
          capture(`http://${at}/`),
          capture(`/redirect-to?to=${encodeURIComponent(`http://${at}/`)}`),
          capture(`/ssrf?at=${encodeURIComponent(at)}`),
        ]);
        expect(direct).toMatchObject({ outcome: 'blocked' });
        expect(redirected).toMatchObject({ outcome: 'blocked', redirects: [{ status: 302 }] });
        // The redirect itself is evidence, and there is nothing else.
        expect(redirected.files.map(({ role }) => role)).toEqual(['wacz', 'capture-report']);
        expect(inside).toMatchObject({ outcome: 'partial', target: { method: 'text-exact' } });
        expect(await textOf(inside)).not.toContain('secret');
        const { egress } = (await reportOf(inside)) as {
          egress: { decisions: { verdict: string; reason: string }[] };
        };
        expect(egress.decisions.filter(({ verdict }) => verdict === 'refused').length).toBeGreaterThanOrEqual(
          6,
        );
        expect({ connections, datagrams }).toEqual({ connections: 0, datagrams: 0 });
      },
    );

    const REFUSED = [
      '10.0.0.1',
      '169.254.169.254',
      '[fd00:ec2::254]',
      '[fe80::1]',
      '100.64.0.1',
      'inside.example',
      'metadata.google.internal',
    ];
    test.concurrent.each(rows(REFUSED, (host) => host === 'inside.example'))(
      'and %s is refused as a page, as a redirect and by a refresh',
      async (host) => {
        const paths = [
          `http://${host}/`,
          `https://${host}/`,
          `/redirect-to?to=http://${host}/`,
          `/meta-refresh?to=https://${host}/`,
        ];
        const results = await Promise.all(
          paths.map(async (path) => await capture(path, { targetText: null })),
        );
        for (const [i, result] of results.entries())
          expect(result, paths[i]).toMatchObject({ outcome: 'blocked', target: null });
      },
    );

    inWholeRun(() =>
      test('is not reached from the browser of the npm package either', async () => {
        const packaged = open({}, { candidates: (_, home) => packagedChromium(home) });
        expect(await capture(`/ssrf?at=127.0.0.1:${guardedPort}`, {}, packaged)).toMatchObject({
          outcome: 'partial',
        });
        await packaged.close();
        expect({ connections, datagrams }).toEqual({ connections: 0, datagrams: 0 });
      }),
    );

    test('production opens nothing of this machine, whatever it is told', async () => {
      const production = open({ mode: 'production' });
      expect(await capture('/posts/elm-street', {}, production)).toMatchObject({ outcome: 'blocked' });
      expect(await capture(`http://names.example:${port}/`, {}, production)).toMatchObject({
        outcome: 'blocked',
      });
      await production.close();
    });
  });
});

async function card(
  html: string,
  by: CaptureBrowser = browser,
): Promise<{ path: string; sha256: string; mediaType: string }> {
  const scratchDir = await mkdtemp(join(folder, 'card-'));
  return await by.render({
    html: `<!doctype html><meta charset="utf-8"><body style="margin:0;font:40px sans-serif">${html}`,
    deadlineMs: 60_000,
    scratchDir,
  });
}

describe('a rendering', () => {
  test('is a picture of the card, without script and without a request', async () => {
    const before = site.asked.length;
    const plain = await card('<div style="background:#0a0b0c;height:300px"></div>');
    expect(await colourAt(plain.path, 10, 10)).toBe('0a0b0c');
    expect(plain.mediaType).toBe('image/png');
    // A browser that goes elsewhere in the midst of it gives another picture, or none.
    for (const away of [`${site.origin}/`, '', 'about:blank', 'data:text/html,gone', 'javascript:alert(1)']) {
      const hostile = await card(
        `<div style="background:#0a0b0c;height:300px"></div><script>document.body.style.background = 'red'; document.body.innerHTML = '';</script><link rel="stylesheet" href="${site.origin}/x.css"><img src="${site.origin}/pictures/a.svg" style="display:none"><iframe src="${site.origin}/" style="display:none"></iframe><base href="${site.origin}/"><meta http-equiv="refresh" content="0;url=${away}">`,
      );
      expect(hostile.sha256, away).toBe(plain.sha256);
    }
    expect(site.asked.length).toBe(before);
  });

  test('draws letters and not boxes', async () => {
    const pictures = await Promise.all(
      ['ABC', 'XYZ', 'ÄÖß', '\u{10FFFD}\u{10FFFD}\u{10FFFD}', '\u{10FFFE}\u{10FFFE}\u{10FFFE}'].map((text) =>
        card(text),
      ),
    );
    expect(new Set(pictures.slice(0, 4).map(({ sha256 }) => sha256)).size).toBe(4);
  });
});

describe.concurrent('the browser', () => {
  test('that runs is the first that is found, in its sandbox and under a user of its own when this is root', async () => {
    const { path, version, sandbox } = await browser.health();
    expect(path).toBe((await firstChromium()).path);
    expect({ version, sandbox }).toEqual({
      version: expect.stringMatching(/Chrome\/\d+/) as string,
      sandbox: true,
    });
    const status = await readFile(`/proc/${await browserOf(join(folder, 'data'))}/status`, 'utf8');
    expect(status).toMatch(/^CapEff:\s+0+$/m);
    if (process.getuid?.() === 0) expect(status).toMatch(/^Uid:\s+(6\d{4})\s+\1\s+\1\s+\1$/m);
  });

  // On a machine without another it is the one of all tests.
  inWholeRun(() =>
    test('of the npm package is as confined, and captures the same', async () => {
      const packaged = open({}, { candidates: (_, home) => packagedChromium(home) });
      expect(await packaged.health()).toMatchObject({ sandbox: true });
      const result = await capture('/posts/elm-street', {}, packaged);
      expect(result).toMatchObject({ outcome: 'captured', target: { method: 'text-exact' }, sandbox: true });
      await packaged.close();
    }),
  );

  test('has a page ready for the next capture, and does without it when that was lost meanwhile', async ({
    expect: own,
  }) => {
    const dataDir = join(closed, 'data-ready');
    const ready = open({ dataDir });
    await capture('/posts/elm-street', {}, ready);
    const pages = async (): Promise<number[]> =>
      (await familyOf(await browserOf(dataDir)))
        .filter(({ command }) => command.includes('--type=renderer'))
        .map(({ pid }) => pid);
    await own.poll(pages, { timeout: 60_000 }).not.toEqual([]);
    for (const pid of await pages()) process.kill(pid, 'SIGKILL');
    expect(await capture('/posts/elm-street', {}, ready)).toMatchObject({ outcome: 'captured' });
    // Three at once, where one place is ready and two have theirs opened.
    const all = await Promise.all(
      ['/visits', '/visits', '/visits'].map(async (path) => await capture(path, { targetText: null }, ready)),
    );
    for (const result of all) expect(await textOf(result)).toBe('This is your very first visit here.');
    await ready.close();
  });

  test('is replaced after its share of captures, and leaves no process and no profile', async () => {
    const dataDir = join(closed, 'generations');
    const started: number[] = [];
    const counting = openCaptureBrowser(
      {
        chromiumPath: null,
        captureAllow: [site.hostPort],
        captureConcurrency: 2,
        mode: 'trial',
        dataDir,
        keysDir: join(folder, 'keys'),
        waczCertificate: null,
      },
      pino(
        { level: 'info' },
        { write: (line: string) => void (line.includes('browser.started') && started.push(1)) },
      ),
      { contextsPerBrowser: 2 },
    );
    await Promise.all(
      Array.from({ length: times(5, 3) }, () => capture('/', { targetText: null }, counting)),
    );
    expect(started.length).toBeGreaterThanOrEqual(2);
    await counting.close();
    expect(await profilesOf(dataDir)).toEqual([]);
    await expect(counting.health()).rejects.toMatchObject({ code: 'browser-missing' });
  });

  test('dies with its process, and the next start clears what it left', async ({ expect: own }) => {
    const dataDir = join(closed, 'killed');
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('../support/site/capture-child.ts', import.meta.url)), dataDir],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const { pid, uid } = JSON.parse(line) as { pid: number; uid: number | null };
    // Under a uid of its own every process counts, wherever it moved; otherwise those of its group.
    const its = uid === process.getuid?.() ? null : uid;
    expect((await processesOf(pid, its)).length).toBeGreaterThan(2);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await own.poll(() => processesOf(pid, its), { timeout: 60_000 }).toEqual([]);
    expect(await profilesOf(dataDir)).toHaveLength(1);
    const next = open({ dataDir });
    await next.health();
    await next.close();
    expect(await profilesOf(dataDir)).toEqual([]);
  });

  test('that crashes is an error to be tried again, and the next capture has a new one', async ({
    expect: own,
  }) => {
    const dataDir = join(closed, 'crashing');
    const one = open({ concurrency: 1, dataDir });
    await one.health();
    const before = site.asked.length;
    const running = capture('/hangs', {}, one);
    await own.poll(() => site.asked.slice(before), { timeout: 60_000 }).toContain('/hangs');
    const pid = await browserOf(dataDir);
    process.kill(pid, 'SIGKILL');
    await expect(running).rejects.toMatchObject({ code: 'browser-crashed', retry: 'later' });
    expect(await capture('/posts/elm-street', {}, one)).toMatchObject({ outcome: 'captured' });
    await one.close();
  });

  test('that does not exist is missing, and says what to do', async () => {
    const none = open({ chromiumPath: '/nowhere/chromium' });
    const failure = await none.health().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'browser-missing', retry: 'later' });
    expect(String(failure)).toContain('CHROMIUM_PATH');
    await expect(capture('/', {}, none)).rejects.toMatchObject({ code: 'browser-missing' });
    await none.close();
  });

  test('without its sandbox runs in trial only, and every result says so', async () => {
    // A host that grants no sandbox: the same binary, which ends unless it is told to do without.
    const { path: real, libraryPath } = await firstChromium();
    const script = join(folder, 'no-sandbox-here');
    const libraries = libraryPath === null ? '' : `LD_LIBRARY_PATH=${libraryPath} `;
    await writeFile(
      script,
      `#!/bin/sh\ncase "$*" in *--no-sandbox*|*--version*) ${libraries}exec ${real} "$@";; esac\necho 'No usable sandbox!' >&2\nexit 1\n`,
      { mode: 0o755 },
    );
    const trial = open({ chromiumPath: script });
    expect(await trial.health()).toMatchObject({ sandbox: false });
    const result = await capture('/posts/elm-street', {}, trial);
    expect(result).toMatchObject({ outcome: 'captured', sandbox: false });
    expect(await reportOf(result)).toMatchObject({ sandbox: false, environment: { sandbox: false } });
    await trial.close();
    const production = open({ chromiumPath: script, mode: 'production' });
    await expect(production.health()).rejects.toMatchObject({ code: 'browser-missing' });
    await production.close();
  });
});
