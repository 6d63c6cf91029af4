/**
 * The second look: whether a target is still there after its removal, by the same steps and rules as a capture. Its files
 * have roles of their own, and its report says what was concluded. This is the browser's half; the step is `second-look.ts`.
 */
import { readFile } from 'node:fs/promises';
import type { Page } from 'puppeteer-core';
import { writeCaptured } from './files.ts';
import { capturePage } from './page.ts';
import { NOT_SEEN_WHOLE } from './report.ts';
import type { CapturedFile, CaptureRequest, CaptureResult, SecondLook, UnknownBecause } from './result.ts';
import type { PageOptions } from './story.ts';
import { targetQuery } from './target.ts';

/** Of the report, whoever writes it. */
export const SECOND_LOOK_FORMAT = 'holdfast-second-look/1';

export async function lookAgain(
  page: Page,
  request: CaptureRequest,
  options: PageOptions,
): Promise<SecondLook> {
  const seen = await capturePage(page, request, options, 'look');
  const { outcome, evidence, target, finalAddress, httpStatus, times, tool, sandbox } = seen;
  // What is left of a removed comment often keeps its place, and its id.
  const query = targetQuery(request);
  const placeOnly = target !== null && (query?.text ?? null) === null;
  const because = target === null ? whyUnknown(seen, query) : placeOnly ? 'only-its-place' : null;
  const answer = because !== null ? 'unknown' : target === null ? 'not-there' : 'there';
  const files = await asSecondLook(seen.files, request.scratchDir, { answer, because });
  return {
    answer,
    because,
    outcome,
    evidence,
    target,
    finalAddress,
    httpStatus,
    times,
    files,
    tool,
    sandbox,
  };
}

/** It was not found. Null: then it is not there. */
function whyUnknown(
  { outcome, evidence }: CaptureResult,
  query: ReturnType<typeof targetQuery>,
): UnknownBecause | null {
  if (evidence.some(({ rule }) => rule === 'target-covered')) return 'covered';
  if (outcome === 'gone') return query === null ? 'nothing-to-tell-by' : null;
  if (outcome !== 'captured' && outcome !== 'partial') return outcome;
  // What a page lost of its pictures does not matter here; what it did not show of itself does.
  if (evidence.some(({ rule }) => rule === NOT_SEEN_WHOLE)) return 'not-seen-whole';
  const tells = query !== null && (query.text !== null || query.fragment !== null || query.ids.length > 0);
  return tells ? null : 'nothing-to-tell-by';
}

/** The window's picture and the report, under roles by which nobody takes them for a capture's. */
async function asSecondLook(
  files: readonly CapturedFile[],
  scratchDir: string,
  concluded: Pick<SecondLook, 'answer' | 'because'>,
): Promise<CapturedFile[]> {
  const pictures = files
    .filter(({ role }) => role === 'screenshot-viewport')
    .map((file) => ({ ...file, role: 'second-look-picture' as const }));
  const report = files.find(({ role }) => role === 'capture-report');
  if (report === undefined) throw new TypeError('A capture ended without its report.');
  const told = JSON.parse(await readFile(report.path, 'utf8')) as Record<string, unknown>;
  const text = JSON.stringify(
    {
      ...concluded,
      ...told,
      format: SECOND_LOOK_FORMAT,
      files: pictures.map(({ role, mediaType, sizeBytes, sha256 }) => ({
        role,
        mediaType,
        sizeBytes,
        sha256,
      })),
    },
    null,
    1,
  );
  return [
    ...pictures,
    await writeCaptured(scratchDir, 'second-look-report', Buffer.from(`${text}\n`, 'utf8')),
  ];
}
