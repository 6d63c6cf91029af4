/** The second look: whether a target is still there after its removal, by the same steps and rules as a capture. */
import type { BrowserContext } from 'puppeteer-core';
import { capturePage } from './page.ts';
import { NOT_SEEN_WHOLE } from './report.ts';
import type { CaptureRequest, SecondLook } from './result.ts';
import type { PageOptions } from './story.ts';

export async function lookAgain(
  context: BrowserContext,
  request: CaptureRequest,
  options: PageOptions,
): Promise<SecondLook> {
  const seen = await capturePage(context, request, options, 'look');
  const { outcome, evidence, target, finalAddress, httpStatus, times, files, tool, sandbox } = seen;
  // What a page lost of its pictures does not matter here; what it did not show of itself does.
  const whole =
    (outcome === 'captured' || outcome === 'partial') &&
    !evidence.some(({ rule }) => rule === NOT_SEEN_WHOLE);
  const covered = evidence.some(({ rule }) => rule === 'target-covered');
  const gone = seen.targetAsked && !covered && (outcome === 'gone' || whole);
  const answer = target !== null ? 'there' : gone ? 'not-there' : 'unknown';
  return { answer, outcome, evidence, target, finalAddress, httpStatus, times, files, tool, sandbox };
}
