/**
 * How `holdfast demo` lets a running installation open its sample pages: a file in the data folder names one loopback
 * port while the demo runs. Whoever can write there could change every setting anyway. Read in trial mode only.
 */
import { readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.ts';

const FILE = 'demo-site';

export async function announceDemoSite(dataDir: string, hostPort: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true });
  await writeFile(join(dataDir, FILE), hostPort, { mode: 0o600 });
  return async () => await rm(join(dataDir, FILE), { force: true });
}

/** What the capture may open besides the world, now. */
export function allowedHosts(config: Pick<Config, 'mode' | 'dataDir' | 'captureAllow'>): readonly string[] {
  if (config.mode !== 'trial') return config.captureAllow;
  try {
    const hostPort = readFileSync(join(config.dataDir, FILE), 'utf8').trim();
    return /^127\.0\.0\.1:\d{1,5}$/.test(hostPort) ? [...config.captureAllow, hostPort] : config.captureAllow;
  } catch {
    return config.captureAllow; // no demo is running
  }
}
