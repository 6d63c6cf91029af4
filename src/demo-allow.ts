/**
 * How `holdfast demo` lets a running installation open its sample pages: a file in the data folder names one loopback
 * port while the demo runs. Whoever can write there could change every setting anyway. Read in trial mode only.
 *
 * The demo touches the file each second, and one that was not touched lately counts for nothing: a demo that was killed
 * leaves no port open that somebody else may listen on afterwards.
 */
import { readFileSync, statSync } from 'node:fs';
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.ts';

const FILE = 'demo-site';
const TOUCH_MS = 1000;
const STALE_MS = 5000;

export async function announceDemoSite(dataDir: string, hostPort: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true });
  const file = join(dataDir, FILE);
  await writeFile(file, hostPort, { mode: 0o600 });
  const touch = setInterval(() => {
    const now = new Date();
    // Gone with its folder: then there is nothing to keep open.
    utimes(file, now, now).catch(() => clearInterval(touch));
  }, TOUCH_MS);
  touch.unref();
  return async () => {
    clearInterval(touch);
    await rm(file, { force: true });
  };
}

/** What the capture may open besides the world, now. */
export function allowedHosts(config: Pick<Config, 'mode' | 'dataDir' | 'captureAllow'>): readonly string[] {
  if (config.mode !== 'trial') return config.captureAllow;
  try {
    const file = join(config.dataDir, FILE);
    if (Date.now() - statSync(file).mtimeMs > STALE_MS) return config.captureAllow; // its demo was killed
    const hostPort = readFileSync(file, 'utf8').trim();
    return /^127\.0\.0\.1:\d{1,5}$/.test(hostPort) ? [...config.captureAllow, hostPort] : config.captureAllow;
  } catch {
    return config.captureAllow; // no demo is running
  }
}
