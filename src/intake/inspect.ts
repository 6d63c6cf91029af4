/**
 * The step that looks whether a handed-in file opens as a picture. It runs beside the seal, never before it: the original
 * is sealed whatever this finds. Decoding happens in a process of its own, because the bytes are a stranger's.
 */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ArchiveError } from '#errors.ts';
import type { Db, PictureFinding } from '#db/db.ts';
import { appendEvent, withClaim, type Claim } from '#record/record.ts';
import type { ObjectStore } from '#store/store.ts';
import { uninspected, writeFinding, type UninspectedFile } from './queries.ts';

export interface InspectContext {
  readonly db: Db;
  readonly store: ObjectStore;
  readonly stagedPath: (name: string) => string;
  readonly scratchDir: string;
  readonly inspect: (path: string) => Promise<PictureFinding>;
}

/** How often a file may be found to have just moved before that is an error. */
const MOVES = 3;

export async function inspectPictures(context: InspectContext, claim: Claim): Promise<void> {
  const looked = new Set<number>();
  let moves = 0;
  for (;;) {
    const files = await withClaim(context.db, claim, async (at) => await uninspected(at, claim.recordId));
    const file = files.find((one) => !looked.has(one.n));
    if (file === undefined) return;
    const finding = await withBytes(context, file, context.inspect);
    // The seal was faster and took the file out of staging while it was opened. Its row was committed before that, so
    // one more look says where the bytes are now.
    if (finding === 'moved') {
      moves += 1;
      if (moves <= MOVES) continue;
      throw new ArchiveError(
        'staging-lost',
        'The bytes of a handed-in file are neither in staging nor in the store.',
        // The seal parks for the same cause, with what to do; once that is mended, this mends itself.
        { retry: 'later' },
      );
    }
    looked.add(file.n);
    await withClaim(context.db, claim, async (at) => {
      await writeFinding(at, claim.recordId, file.n, finding);
      await appendEvent(at, claim.recordId, {
        type: 'picture.inspected',
        actor: 'worker:inspect',
        body: { artifact: file.n, decodable: finding.decodable },
      });
    });
  }
}

/** The bytes are in staging, or, when the seal was faster, in the store: then they are fetched beside it. */
async function withBytes(
  context: InspectContext,
  file: UninspectedFile,
  inspect: (path: string) => Promise<PictureFinding>,
): Promise<PictureFinding | 'moved'> {
  if (file.staged !== null) {
    const path = context.stagedPath(file.staged);
    return read(await inspect(path), await isThere(path));
  }
  if (file.key === null || file.versionId === null) return 'moved';
  await mkdir(context.scratchDir, { recursive: true });
  const path = join(context.scratchDir, `inspect-${randomUUID()}`);
  try {
    await pipeline(
      await context.store.read(file.key, file.versionId),
      createWriteStream(path, { flags: 'wx', mode: 0o600 }),
    );
    return read(await inspect(path), true);
  } finally {
    await rm(path, { force: true });
  }
}

/** "Does not open" is only a finding about bytes that were there, and were read. */
function read(finding: PictureFinding, isStillThere: boolean): PictureFinding | 'moved' {
  const wasRead = finding.decodable || (isStillThere && finding.reason !== 'unreadable');
  return wasRead ? finding : 'moved';
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
