/**
 * The second store. Two processes, and neither can write to both: whoever checks reads the first and writes the second (`copyAgency`);
 * whoever keeps the locks writes the first and reads the second (`putBackAgency`). So no one key ruins both copies.
 *
 * Order of a copy: the first is read whole into a file of ours → conditional locked put → HEAD → row. Order of putting back: the copy is
 * read whole into a file of ours, against the digest that was sealed → put → HEAD → one transaction: the row names the new version, and
 * the history says so. Only bytes with that digest are ever put. A crash leaves a version that the row does not name; it is found as one
 * that nobody knows, and put back once more.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Db } from '#db/db.ts';
import { ArchiveError, codeOf } from '#errors.ts';
import type { Log } from '#log.ts';
import { appendEvent } from '#record/record.ts';
import type { ObjectReader, ObjectRepairer, ObjectState, ObjectStore, SealInput } from '#store/store.ts';
import { wholeBytes } from '#whole-bytes.ts';
import { movePlace, toCopy, toExtend, toPutBack, writeCopy, type CopiedObject } from './copy-queries.ts';

interface Copying {
  readonly db: Db;
  readonly log: Log;
  readonly scratchDir: string;
  readonly leaseMs: number;
  readonly signal?: AbortSignal | undefined;
}

const AT_ONCE = 50;

/** The whole of it in a file, and only if it is what was sealed. */
async function withBytes<T>(
  { scratchDir }: Copying,
  from: Pick<ObjectReader, 'read'>,
  versionId: string,
  { key, sha256, sizeBytes }: CopiedObject,
  work: (path: string) => Promise<T>,
): Promise<T> {
  await mkdir(scratchDir, { recursive: true });
  const folder = await mkdtemp(join(scratchDir, 'copy-'));
  try {
    const path = join(folder, 'bytes');
    const source = wholeBytes(await from.read(key, versionId), { what: key, sha256, sizeBytes });
    await pipeline(source, createWriteStream(path, { mode: 0o600 }));
    return await work(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function inputOf(object: CopiedObject, path: string, retainUntil: Date): SealInput {
  const { key, sha256, sizeBytes, mediaType } = object;
  return { key, body: { path }, sha256, sizeBytes, mediaType, retainUntil };
}

function isIt(
  state: ObjectState | null,
  { sha256, sizeBytes }: CopiedObject,
): state is ObjectState & { readonly retainUntil: Date } {
  return (
    state !== null &&
    state.sizeBytes === sizeBytes &&
    (state.sha256 === null || state.sha256 === sha256) &&
    state.mode === 'COMPLIANCE' &&
    state.retainUntil !== null
  );
}

/** Each for itself: one that cannot be copied keeps no other from it. Answers how many were copied, and how many could not be. */
export async function copyAgency(
  context: Copying & { readonly reader: ObjectReader; readonly second: ObjectStore },
  agencyId: string,
): Promise<{ readonly copied: number; readonly failed: number }> {
  const { db, log, reader, second, leaseMs, signal } = context;
  const done = { copied: 0, failed: 0 };
  const attempt = async (object: CopiedObject, work: () => Promise<ObjectState | null>): Promise<void> => {
    try {
      const state = await work();
      if (!isIt(state, object))
        throw new ArchiveError(
          'store-conflict',
          'Other bytes lie under this key in the second store, or without a lock.',
          {
            retry: 'never',
          },
        );
      const { versionId, retainUntil } = state;
      await db.inAgency(agencyId, async (at) => await writeCopy(at, object.key, versionId, retainUntil));
      done.copied += 1;
    } catch (error) {
      done.failed += 1;
      log.error({ recordId: object.recordId, code: codeOf(error), err: error }, 'fixity.not-copied');
    }
  };
  for (;;) {
    const due = await db.inAgency(agencyId, async (at) => await toCopy(at, AT_ONCE));
    for (const object of due) {
      signal?.throwIfAborted();
      await attempt(object, async () => {
        await withBytes(context, reader, object.versionId, object, async (path) => {
          await second.seal(inputOf(object, path, object.lockedUntil));
        });
        return await second.head(object.key);
      });
    }
    // What failed is due again, with the next pass.
    if (due.length < AT_ONCE || done.failed > 0) break;
  }
  for (const object of await db.inAgency(agencyId, async (at) => await toExtend(at, leaseMs, AT_ONCE * 10))) {
    signal?.throwIfAborted();
    await attempt(object, async () => {
      await second.extend(object.key, object.copyVersion ?? '', object.lockedUntil);
      return await second.head(object.key, object.copyVersion ?? '');
    });
  }
  return done;
}

export interface Mending extends Copying {
  readonly store: Pick<ObjectStore, 'head'>;
  readonly repairer: ObjectRepairer;
  readonly second: ObjectReader;
  readonly actor: string;
  readonly now: () => Date;
}

/** What was found wrong and has a copy. A copy that is not what was sealed mends nothing, and is told. */
export async function putBackAgency(
  context: Mending,
  agencyId: string,
): Promise<{ readonly mended: number; readonly failed: number }> {
  const { db, log, store, repairer, second, actor, now, leaseMs, signal } = context;
  const done = { mended: 0, failed: 0 };
  for (const object of await db.inAgency(agencyId, async (at) => await toPutBack(at, AT_ONCE))) {
    signal?.throwIfAborted();
    const { recordId, sealNo, role, copyVersion } = object;
    try {
      const least = new Date(now().getTime() + leaseMs);
      const until = object.lockedUntil > least ? object.lockedUntil : least;
      const versionId = await withBytes(
        context,
        second,
        copyVersion ?? '',
        object,
        async (path) => await repairer.putBack(inputOf(object, path, until)),
      );
      const state = await store.head(object.key, versionId);
      if (!isIt(state, object))
        throw new ArchiveError('store-lock-not-confirmed', 'What was put back is not there as it was put.', {
          retry: 'later',
        });
      await db.inAgency(agencyId, async (at) => {
        if (!(await movePlace(at, object, { versionId, lockedUntil: state.retainUntil }))) return;
        // No version and no key: of what is destroyed one day the history keeps nothing by which it could be known again.
        const body = { seal: sealNo, role, objects: 1 };
        await appendEvent(at, recordId, { type: 'fixity.put-back', actor, body });
      });
      done.mended += 1;
      log.info({ recordId, seal: sealNo, role }, 'fixity.put-back');
    } catch (error) {
      done.failed += 1;
      log.error({ recordId, seal: sealNo, role, code: codeOf(error), err: error }, 'fixity.not-put-back');
    }
  }
  return done;
}
