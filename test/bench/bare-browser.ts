/** One view of a page by a browser with nothing of ours: the baseline of a capture. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from 'puppeteer-core';
import { browserHome, chromiums } from '#capture/chromium.ts';
import type { Chromium } from '#capture/chromium.ts';

/** A page that the command never finishes costs this, once. */
const LIMIT_MS = 30_000;
const PROBE_MS = 15_000;
const isRoot = process.getuid?.() === 0;

async function binaryAt(path: string, home: string): Promise<Chromium> {
  for await (const chromium of chromiums(process.env['CHROMIUM_PATH'] ?? null, home))
    if (chromium.path === path) return chromium;
  throw new Error(`The browser at ${path} is not found again.`);
}

export type Bare = (address: string, picture: string) => Promise<void>;

/** How the binary at `path` takes one view of 1280 by 900 with nothing else; found out by asking it once for `address`. */
export async function bareBrowser(
  path: string,
  folder: string,
  address: string,
): Promise<{ readonly how: string; readonly take: Bare }> {
  const chromium = await binaryAt(path, await browserHome(join(folder, 'data'), isRoot));
  const picture = join(folder, 'probe.png');
  await bareByCommand(chromium, address, picture, PROBE_MS);
  if ((await stat(picture).catch(() => null)) !== null)
    return { how: '--screenshot', take: (at, to) => bareByCommand(chromium, at, to, LIMIT_MS) };
  return {
    how: `by DevTools, because this binary does not answer --screenshot (waited ${PROBE_MS / 1000} s)`,
    take: (at, to) => bareByDevTools(chromium, at, to),
  };
}

const BARE_FLAGS: readonly string[] = [
  '--headless',
  ...(isRoot ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-software-rasterizer',
  '--hide-scrollbars',
  '--force-color-profile=srgb',
  '--window-size=1280,900',
  // The site is on this machine, and nothing else is to be asked for.
  '--no-proxy-server',
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE 127.0.0.2 , EXCLUDE 127.0.0.3',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

function environmentOf({ libraryPath }: Chromium): Record<string, string | undefined> {
  return { ...process.env, ...(libraryPath === null ? {} : { LD_LIBRARY_PATH: libraryPath }) };
}

/** A page that it never finishes costs its limit. */
async function bareByCommand(
  chromium: Chromium,
  address: string,
  picture: string,
  limitMs: number,
): Promise<void> {
  const profile = await mkdtemp(join(tmpdir(), 'hf-bare-'));
  const child = spawn(
    chromium.path,
    [...BARE_FLAGS, `--user-data-dir=${profile}`, `--screenshot=${picture}`, address],
    { stdio: 'ignore', env: environmentOf(chromium) },
  );
  const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
  await once(child, 'exit');
  clearTimeout(limit);
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
}

async function bareByDevTools(chromium: Chromium, address: string, picture: string): Promise<void> {
  const profile = await mkdtemp(join(tmpdir(), 'hf-bare-'));
  const browser = await launch({
    executablePath: chromium.path,
    args: [...BARE_FLAGS, `--user-data-dir=${profile}`, '--remote-debugging-pipe', 'about:blank'],
    ignoreDefaultArgs: true,
    pipe: true,
    defaultViewport: null,
    env: environmentOf(chromium),
  });
  try {
    const [page = await browser.newPage()] = await browser.pages();
    page.on('dialog', (dialog) => void dialog.dismiss().catch(() => undefined));
    await page.goto(address, { waitUntil: 'load', timeout: LIMIT_MS });
    await writeFile(picture, await page.screenshot());
  } finally {
    await browser.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
