/**
 * What stands for the browser in crash tests that are not about it. Drawing a card takes most of a second; hundreds of
 * records would wait for nothing else.
 */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ArchiveError } from '#errors.ts';
import type { System } from '#system.ts';
import { png } from './picture.ts';

type CaptureBrowser = System['browser'];

const missing = async (): Promise<never> =>
  await Promise.reject(new ArchiveError('browser-missing', 'No browser here.', { retry: 'later' }));

/** As on a machine without one: each capture ends as `none`, and says so. */
export function noBrowser(real: CaptureBrowser): CaptureBrowser {
  return { ...real, capture: missing, render: missing, health: missing };
}

/** Draws a picture in no time, so that each record gets a second seal. */
export function drawingBrowser(real: CaptureBrowser): CaptureBrowser {
  return {
    ...noBrowser(real),
    render: async ({ scratchDir }) => {
      await sleep(20);
      const bytes = await png(64, 48);
      const path = join(scratchDir, 'card.png');
      await writeFile(path, bytes);
      return {
        path,
        role: 'screenshot-viewport',
        mediaType: 'image/png',
        sizeBytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        tool: { name: 'stand-in', version: '0', browser: 'none' },
      };
    },
  };
}
