/**
 * The capture step: opens the live page, keeps what it shows, and writes what came of it. Whatever happens ends as an
 * outcome on file: a page that is gone, a wall, a browser that is missing. The report and its first seal never wait for it.
 *
 * Order: the browser writes into a scratch folder → each file is staged (synced) → one transaction: files, outcome,
 * history, seal owed, and the step is done. A crash before that leaves scratch and staged files that nobody names, and the
 * step is run again. After it there is nothing left to run: the page is not opened twice, and the record has one capture.
 */
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '#errors.ts';
import type { Db, StoredOutcome } from '#db/db.ts';
import { appendEvent, newId, owe, withClaim, withLastOfClaim, type Claim } from '#record/record.ts';
import { cardHtml } from './card.ts';
import { writeCaptured } from './files.ts';
import { noteSigningKey, readTask, writeCapture, type CaptureTask, type NewArtifact } from './queries.ts';
import type { CaptureBrowser, CapturedFile, CaptureRequest, CaptureResult, PicturePart } from './result.ts';

export interface CaptureContext {
  readonly db: Db;
  readonly browser: CaptureBrowser;
  readonly stage: (
    bytes: AsyncIterable<Uint8Array>,
  ) => Promise<{ readonly stagedName: string; readonly sizeBytes: number; readonly sha256: string }>;
  readonly scratchDir: string;
  readonly deadlineMs: number;
  readonly now: () => Date;
  readonly onOutcome?: (outcome: StoredOutcome) => void;
}

/** A browser that crashed is given this many tries before the finding "no capture" is written. */
export const CRASHES = 3;

export async function captureRecord(context: CaptureContext, claim: Claim): Promise<void> {
  const task = await withClaim(context.db, claim, async (at) => await readTask(at, claim.recordId));
  const evident = task.outcome === 'captured' || task.outcome === 'partial';
  // Found once is found, unless another removal, or one of other words, began since.
  if (evident && task.targetFound && task.capturedFact >= task.since) return;

  await mkdir(context.scratchDir, { recursive: true });
  const scratch = await mkdtemp(join(context.scratchDir, 'capture-'));
  try {
    const made = await attempt(context, claim, task, scratch);
    const files: NewArtifact[] = [];
    const tiles: ({ readonly artifactId: string } & PicturePart)[] = [];
    for (const file of made.files) {
      const artifact = await stageFile(context.stage, file, {
        origin: made.origin,
        factN: null,
        role: made.origin === 'rendering' ? 'rendering' : file.role,
      });
      // Several pictures of one page are of use to those only who know how they join.
      if (file.role === 'screenshot-fullpage' && file.part !== undefined)
        tiles.push({ artifactId: artifact.artifactId, ...file.part });
      files.push(artifact);
    }
    await withLastOfClaim(context.db, claim, async (at) => {
      const capture = {
        ...made.capture,
        askedFact: task.latestFact,
        files: files.map((file) => file.artifactId),
        ...(tiles.length === 0 ? {} : { tiles }),
      };
      await writeCapture(at, claim.recordId, made.outcome, capture, files, context.now());
      await appendEvent(at, claim.recordId, {
        type: made.outcome === 'none' ? 'capture.skipped' : 'capture.completed',
        actor: 'worker:capture',
        body: {
          outcome: made.outcome,
          files: files.length,
          sandbox: made.capture['sandbox'] ?? null,
          reason: made.capture['reason'] ?? null,
        },
      });
      if (made.signedBy !== null) await noteSigningKey(at, made.signedBy);
      await owe(at, claim.recordId, 'seal', 0);
    });
    context.onOutcome?.(made.outcome);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Out of the scratch folder, which goes, into staging, where it waits for its seal. */
export async function stageFile(
  stage: CaptureContext['stage'],
  { path, mediaType }: Pick<CapturedFile, 'path' | 'mediaType'>,
  as: Pick<NewArtifact, 'origin' | 'factN' | 'role'>,
): Promise<NewArtifact> {
  const { stagedName: staged, sizeBytes, sha256 } = await stage(createReadStream(path));
  return { artifactId: `art_${newId()}`, ...as, mediaType, sizeBytes, sha256, staged };
}

interface Made {
  readonly outcome: StoredOutcome;
  readonly origin: 'capture' | 'rendering';
  readonly capture: Record<string, unknown>;
  /** The digest of the key that signed its web archive; null: it has none. */
  readonly signedBy: string | null;
  readonly files: readonly Pick<CapturedFile, 'path' | 'role' | 'mediaType' | 'part'>[];
}

async function attempt(
  context: CaptureContext,
  claim: Claim,
  task: CaptureTask,
  scratchDir: string,
): Promise<Made> {
  try {
    if (task.address === null) return await drawCard(context, task, scratchDir);
    const { files, ...result } = await captureSteadily(context.browser, {
      address: task.address,
      targetText: task.text,
      targetId: task.nativeId,
      deadlineMs: context.deadlineMs,
      scratchDir,
    });
    return {
      outcome: result.outcome,
      origin: 'capture',
      capture: { ...result, address: task.address },
      signedBy: result.archive?.signedBy.key ?? null,
      files,
    };
  } catch (error) {
    // Without a browser there is no capture, and that is said at once: the page will not wait for one.
    const code = codeOf(error);
    if (code !== 'browser-missing' && (code !== 'browser-crashed' || claim.failures + 1 < CRASHES))
      throw error;
    const capture = {
      reason: code,
      target: null,
      targetAsked: task.text !== null || task.nativeId !== null,
    };
    // That there was none is sealed too: the store alone must tell what became of it.
    const finding = {
      format: 'holdfast-capture-report/1',
      address: task.address,
      outcome: 'none',
      at: context.now().toISOString(),
      ...capture,
    };
    const bytes = Buffer.from(`${JSON.stringify(finding, null, 1)}\n`, 'utf8');
    const report = await writeCaptured(scratchDir, 'capture-report', bytes);
    return { outcome: 'none', origin: 'capture', capture, signedBy: null, files: [report] };
  }
}

/**
 * A page whose process ended before anything was seen, by the page's doing or by anybody's, is opened again before that is said
 * of it. What was received the first time is not given away for less: it stands, unless a later try shows the page.
 */
async function captureSteadily(browser: CaptureBrowser, request: CaptureRequest): Promise<CaptureResult> {
  const first = await browser.capture(request);
  let latest = first;
  for (let tries = 1; rendererCrashed(latest.evidence) && tries < CRASHES; tries += 1) {
    const scratchDir = join(request.scratchDir, `again-${tries}`);
    await mkdir(scratchDir);
    latest = await browser.capture({ ...request, scratchDir });
  }
  return latest.outcome === 'captured' || latest.outcome === 'partial' ? latest : first;
}

export function rendererCrashed(evidence: CaptureResult['evidence']): boolean {
  return evidence.some(({ rule }) => rule === 'renderer-crashed');
}

/** No usable address, or none wanted: what was reported is drawn on a card that says on its face what it is. */
async function drawCard(context: CaptureContext, task: CaptureTask, scratchDir: string): Promise<Made> {
  const picture = await context.browser.render({
    html: cardHtml(task.card),
    deadlineMs: context.deadlineMs,
    scratchDir,
  });
  return {
    outcome: 'none',
    origin: 'rendering',
    capture: { reason: 'no-live-page', target: null, targetAsked: false, tool: picture.tool },
    signedBy: null,
    files: [{ path: picture.path, role: picture.role, mediaType: picture.mediaType }],
  };
}
