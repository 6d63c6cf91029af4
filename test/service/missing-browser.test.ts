/** A machine without a browser, or with one that does not start: what it costs, and how the browser is found once it is there. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { openCaptureBrowser, type CaptureBrowser } from '#capture/capture.ts';
import { openArchive, simpleReport } from '../support/archive.ts';
import { browserForTests } from '../support/chromium.ts';

vi.setConfig({ testTimeout: 120_000 });

const MISSING_MS = 2000;

let folder: string;
let logged: { readonly event?: string }[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-missing-'));
  // As root the browser has a user of its own, who must get there.
  await chmod(folder, 0o755);
});
afterAll(async () => await rm(folder, { recursive: true }));
beforeEach(() => void (logged = []));

function open(chromiumPath: string, missingMs = MISSING_MS): CaptureBrowser {
  return openCaptureBrowser(
    {
      chromiumPath,
      captureAllow: [],
      captureConcurrency: 2,
      mode: 'trial',
      dataDir: join(folder, 'data'),
      keysDir: join(folder, 'keys'),
      waczCertificate: null,
    },
    pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) }),
    { missingMs },
  );
}

const failure = async (browser: CaptureBrowser): Promise<unknown> =>
  await browser.health().then(
    () => null,
    (error: unknown) => error,
  );
const attempts = (): number => logged.filter(({ event }) => event === 'browser.attempt-failed').length;

/** A browser that ends at once; answers how often it was started, by its own count. */
async function broken(name: string): Promise<{ readonly path: string; starts(): Promise<number> }> {
  const [path, counted] = [join(folder, name), join(folder, `${name}.starts`)];
  await writeFile(counted, '');
  await chmod(counted, 0o666);
  await writeFile(path, `#!/bin/sh\necho started >> ${counted}\nexit 1\n`, { mode: 0o755 });
  return {
    path,
    starts: async () => (await readFile(counted, 'utf8')).split('\n').length - 1,
  };
}

test.each([
  ['nothing at all', async () => await Promise.resolve(join(folder, 'nowhere')), /there is no such file/],
  ['a folder', async () => await Promise.resolve(folder), /it is no file/],
  [
    'a file that nobody may run',
    async () => {
      const path = join(folder, 'not-for-running');
      await writeFile(path, '#!/bin/sh\nexit 0\n', { mode: 0o644 });
      return path;
    },
    /may not run it/,
  ],
] as const)('%s in place of the browser is not started even once, and named', async (_, make, expected) => {
  const path = await make();
  const browser = open(path);
  const error = await failure(browser);
  expect(error).toMatchObject({ code: 'browser-missing', retry: 'later' });
  expect(String(error)).toMatch(expected);
  expect(String(error)).toContain(path);
  expect(String(error)).toContain('CHROMIUM_PATH');
  expect(attempts()).toBe(0);
  await browser.close();
});

test('a browser that does not start is tried once for many captures, and again after a while', async () => {
  const { path, starts } = await broken('broken');
  const browser = open(path);
  const first = await failure(browser);
  expect(first).toMatchObject({ code: 'browser-missing' });
  const inAllWays = attempts();
  const started = await starts();
  // The strict ways, and in trial the loose ones; each asks afterwards why.
  expect(inAllWays).toBeGreaterThanOrEqual(2);
  expect(started).toBeGreaterThanOrEqual(inAllWays);

  for (let n = 0; n < 20; n += 1) expect(await failure(browser)).toBe(first);
  const many = await Promise.all(Array.from({ length: 20 }, async () => await failure(browser)));
  expect(many.every((error) => error === first)).toBe(true);
  expect([attempts(), await starts()]).toEqual([inAllWays, started]);

  await sleep(MISSING_MS);
  await Promise.all(Array.from({ length: 5 }, async () => await failure(browser)));
  expect([attempts(), await starts()]).toEqual([2 * inAllWays, 2 * started]);
  await browser.close();
});

test('a browser that is installed meanwhile is found without a restart', async () => {
  const { path } = await broken('installed-later');
  const browser = open(path);
  expect(await failure(browser)).toMatchObject({ code: 'browser-missing' });
  const { executablePath, env } = await browserForTests();
  const libraries = env['LD_LIBRARY_PATH'] === undefined ? '' : `LD_LIBRARY_PATH=${env['LD_LIBRARY_PATH']} `;
  await writeFile(path, `#!/bin/sh\n${libraries}exec ${executablePath} "$@"\n`, { mode: 0o755 });
  await sleep(MISSING_MS);
  expect(await browser.health()).toMatchObject({ version: expect.stringMatching(/Chrome\/\d+/) as string });
  await browser.close();
});

test('each record says all the same that there was no browser', async () => {
  const { path, starts } = await broken('of-the-archive');
  const archive = await openArchive({ env: { CHROMIUM_PATH: path } });
  try {
    await archive.work();
    const ids: string[] = [];
    for (let n = 0; n < 6; n += 1) {
      const { body } = await archive.report(simpleReport({ url: 'https://social.example/posts/1' }));
      ids.push(body.recordId);
    }
    for (const id of ids) await archive.until(id, ({ status }) => status === 'complete');
    const { rows } = await archive.sql.query<{ outcome: string; reason: string }>(
      `select capture_outcome as outcome, capture->>'reason' as reason from record`,
    );
    expect(rows).toEqual(ids.map(() => ({ outcome: 'none', reason: 'browser-missing' })));
    // Four ways, each asked afterwards why; on a slow machine the second look may have become due.
    const perLook = 2 * 4;
    expect(await starts()).toBeGreaterThan(0);
    expect(await starts()).toBeLessThanOrEqual(2 * perLook);
  } finally {
    await archive.close();
  }
});
