/**
 * The step after a confirmed removal: opens the page once more, as any visitor would, and puts on record whether the content
 * is still there. A witness and nothing else: no receipt waits for it, and nothing of it makes a removal safe.
 *
 * It re-reads what it is for and ends without a look when that is moot: the removal was taken back or begun anew, this
 * confirmation was looked after already, there is nothing to look for, or second looks were switched off meanwhile.
 *
 * Order, and what a crash leaves: as the capture's (`step.ts`). One transaction holds answer, files, history, "seal owed" and
 * the end of the step, so that each confirmation has one look at most.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LookAnswer } from '#db/db.ts';
import { ArchiveError, codeOf } from '#errors.ts';
import { appendEvent, owe, tellWatchers, withClaim, withLastOfClaim, type Claim } from '#record/record.ts';
import { writeCaptured } from './files.ts';
import { SECOND_LOOK_FORMAT } from './look-again.ts';
import { readLookTask, writeLook, type LookTask, type NewArtifact, type NewLook } from './queries.ts';
import type { CapturedFile } from './result.ts';
import { CRASHES, rendererCrashed, stageFile, type CaptureContext } from './step.ts';
import { targetQuery } from './target.ts';

/** It takes a place from the captures for so long at most, and nobody waits for it. */
const LOOK_MS = 20_000;

export interface LookContext extends Omit<CaptureContext, 'onOutcome'> {
  readonly switchedOn: boolean;
  readonly onAnswer?: (answer: LookAnswer) => void;
}

export async function lookAfterRemoval(context: LookContext, claim: Claim): Promise<void> {
  const { db, stage, now } = context;
  const task = context.switchedOn
    ? await withClaim(db, claim, async (at) => await readLookTask(at, claim.recordId))
    : null;
  if (task === null || !canBeLookedFor(task)) {
    // A receipt may have said that it is still to come.
    await withLastOfClaim(db, claim, async ({ tx }) => await tellWatchers(tx, claim.recordId));
    return;
  }

  await mkdir(context.scratchDir, { recursive: true });
  const scratchDir = await mkdtemp(join(context.scratchDir, 'look-'));
  try {
    const { look, files } = await attempt(context, claim, task, scratchDir);
    const artifacts: NewArtifact[] = [];
    const as = { origin: 'second-look', factN: task.confirmation } as const;
    for (const file of files) artifacts.push(await stageFile(stage, file, { ...as, role: file.role }));
    await withLastOfClaim(db, claim, async (at) => {
      // Taken back while the page was open: what was seen was seen, and the receipt shows only what belongs to the present removal.
      const finding = { ...look.finding, files: artifacts.map(({ artifactId }) => artifactId) };
      await writeLook(at, claim.recordId, { ...look, finding }, artifacts, now());
      await appendEvent(at, claim.recordId, {
        type: 'second-look.completed',
        actor: 'worker:look-again',
        body: {
          fact: task.confirmation,
          answer: look.answer,
          because: look.because,
          outcome: look.outcome,
          lookedAt: look.lookedAt,
          files: artifacts.length,
          sandbox: look.finding['sandbox'] ?? null,
        },
      });
      // Behind every first seal, those of an import too.
      await owe(at, claim.recordId, 'seal', 10);
    });
    context.onAnswer?.(look.answer);
  } finally {
    await rm(scratchDir, { recursive: true, force: true });
  }
}

function canBeLookedFor({ address, text: targetText, nativeId: targetId }: LookTask): boolean {
  return targetQuery({ address, targetText, targetId }) !== null;
}

interface Looked {
  readonly look: NewLook;
  readonly files: readonly Pick<CapturedFile, 'path' | 'role' | 'mediaType'>[];
}

async function attempt(
  { browser, deadlineMs, now }: LookContext,
  claim: Claim,
  { address, text, nativeId, confirmation }: LookTask,
  scratchDir: string,
): Promise<Looked> {
  try {
    const request = {
      address,
      targetText: text,
      targetId: nativeId,
      deadlineMs: Math.min(deadlineMs, LOOK_MS),
      scratchDir,
    };
    const { files, answer, because, outcome, ...finding } = await browser.lookAgain(request);
    // By the page's doing, or by anybody's: it is opened again before that is said of the page.
    if (rendererCrashed(finding.evidence) && claim.failures + 1 < CRASHES)
      throw new ArchiveError('browser-crashed', 'The process of the page ended before anything was seen.', {
        retry: 'later',
      });
    const { times } = finding;
    const lookedAt = times['viewportPicture'] ?? times['finished'] ?? now().toISOString();
    return {
      look: { confirmation, lookedAt, answer, because, outcome, finding: { ...finding, address } },
      files,
    };
  } catch (error) {
    const because = codeOf(error);
    if (because !== 'browser-missing' && (because !== 'browser-crashed' || claim.failures + 1 < CRASHES))
      throw error;
    // That it could not be told is an answer too, and the store alone must tell it.
    const look = {
      confirmation,
      lookedAt: now().toISOString(),
      answer: 'unknown',
      because,
      outcome: 'none',
    } as const;
    const { lookedAt: at, answer, outcome } = look;
    const report = { format: SECOND_LOOK_FORMAT, address, at, answer, because, outcome };
    const bytes = Buffer.from(`${JSON.stringify(report, null, 1)}\n`, 'utf8');
    return {
      look: { ...look, finding: { address } },
      files: [await writeCaptured(scratchDir, 'second-look-report', bytes)],
    };
  }
}
