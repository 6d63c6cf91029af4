/** Files of a capture: written to the scratch folder, digested from the very bytes that were written. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CapturedFile, CapturedRole, PicturePart } from './result.ts';

const NAMES: Readonly<Record<Exclude<CapturedRole, 'wacz'>, { name: string; mediaType: string }>> = {
  'screenshot-viewport': { name: 'viewport.png', mediaType: 'image/png' },
  'screenshot-fullpage': { name: 'fullpage.png', mediaType: 'image/png' },
  'screenshot-element': { name: 'element.png', mediaType: 'image/png' },
  'page-text': { name: 'page.txt', mediaType: 'text/plain; charset=utf-8' },
  'capture-report': { name: 'capture-report.json', mediaType: 'application/json' },
  'second-look-picture': { name: 'second-look.png', mediaType: 'image/png' },
  'second-look-report': { name: 'second-look.json', mediaType: 'application/json' },
};

export async function writeCaptured(
  scratchDir: string,
  role: Exclude<CapturedRole, 'wacz'>,
  bytes: Uint8Array,
  /** `mark` tells files of one role apart, in their names. */
  of: { readonly part?: PicturePart; readonly mark?: string } = {},
): Promise<CapturedFile> {
  const { name, mediaType } = NAMES[role];
  const path = join(scratchDir, of.mark === undefined ? name : name.replace('.', `-${of.mark}.`));
  await writeFile(path, bytes, { flag: 'wx' });
  return {
    role,
    path,
    mediaType,
    sizeBytes: bytes.byteLength,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    ...(of.part === undefined ? {} : { part: of.part }),
  };
}
