/** A real browser for our own pages. It resolves no name and calls home to nobody. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch, type BrowserContext } from 'puppeteer-core';
import { browserForTests } from './chromium.ts';

export interface ConsoleBrowser {
  /** A fresh context: no key, no storage, no cache. */
  open(): Promise<BrowserContext>;
  close(): Promise<void>;
}

export async function startConsoleBrowser(): Promise<ConsoleBrowser> {
  const home = await mkdtemp(join(tmpdir(), 'holdfast-console-'));
  const { args, ...found } = await browserForTests();
  const browser = await launch({
    ...found,
    headless: true,
    userDataDir: join(home, 'profile'),
    args: [...args, '--disable-dev-shm-usage'],
  });
  return {
    open: async () => await browser.createBrowserContext(),
    close: async () => {
      await browser.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
