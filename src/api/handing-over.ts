/**
 * One file of a record on its way out. What the record's rows say of it is compared while it goes, whatever the store says of
 * itself: what was changed or taken away is not handed over whole, is logged, and is entered in the record's history.
 */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { ArchiveError, codeOf, type ErrorCode } from '#errors.ts';
import { SNIFF_BYTES } from '#intake/intake.ts';
import { appendEvent, type readArtifact } from '#record/record.ts';
import { begun, wholeBytes } from '#whole-bytes.ts';
import type { System } from '../system.ts';

type File = NonNullable<Awaited<ReturnType<typeof readArtifact>>>;

/** What says that a file is not what it was; anything else says that somebody cannot be reached. */
export const NOT_AS_SEALED: readonly ErrorCode[] = [
  'store-object-changed',
  'store-object-missing',
  'store-journal-broken',
];

export interface Look {
  readonly agencyId: string;
  readonly recordId: string;
  readonly n: number;
  /** As histories name whoever asked. */
  readonly actor: string;
}

/** How often it is asked whether what opened a download still counts. */
const BEAT_MS = 5000;

/**
 * Breaks off what is on its way once whoever asked for it is not at work any more: let go, signed out, the key revoked. A database that
 * does not answer once breaks nothing off; one that does not answer twice leaves nobody who could say that it may go on.
 */
export function whileItStands(stream: Readable, stands: () => Promise<boolean>): Readable {
  let unanswered = 0;
  let asking = false;
  const ask = async (): Promise<void> => {
    if (asking) return;
    asking = true;
    try {
      const isKnown = await stands();
      unanswered = 0;
      if (!isKnown) stream.destroy(sessionEnded());
    } catch (error) {
      unanswered += 1;
      if (unanswered > 1) stream.destroy(error as Error);
    } finally {
      asking = false;
    }
  };
  const beat = setInterval(() => void ask(), BEAT_MS);
  stream.once('close', () => clearInterval(beat));
  return stream;
}

export const sessionEnded = (): ArchiveError =>
  new ArchiveError('session-ended', 'Whoever asked for this file is not signed in any more.', {
    retry: 'never',
  });

/** Resolves when the first bytes may go out. Rejects with `store-object-changed` before that where it can be known by then. */
export async function openChecked(
  system: System,
  { agencyId, recordId, n, actor }: Look,
  file: File,
): Promise<Readable> {
  /** Never rejects: what is wrong with the file is said all the same. */
  const failed = async (error: unknown): Promise<void> => {
    const code = codeOf(error);
    if (!NOT_AS_SEALED.includes(code)) return;
    system.log.error({ recordId, n, code, err: error }, 'fixity.failed');
    // No digest and no key, which is made of one: of what is destroyed one day the history keeps neither.
    const event = { type: 'fixity.failed', actor, body: { n, code } } as const;
    try {
      await system.db.inAgency(agencyId, async (at) => await appendEvent(at, recordId, event));
    } catch (why) {
      system.log.error({ recordId, n, code: codeOf(why), err: why }, 'fixity.not-entered');
    }
  };
  let stream: Readable;
  try {
    const source =
      file.key !== null && file.version_id !== null
        ? await system.store.read(file.key, file.version_id)
        : file.inline !== null
          ? Readable.from([file.inline])
          : createReadStream(system.staging.path(file.staged ?? ''));
    const what = file.key ?? `file ${n} of ${recordId}`;
    stream = await begun(wholeBytes(source, { what, sha256: file.sha256, sizeBytes: file.size_bytes }));
  } catch (error) {
    await failed(error);
    throw NOT_AS_SEALED.includes(codeOf(error))
      ? new ArchiveError('store-object-changed', (error as Error).message, { retry: 'never', cause: error })
      : error;
  }
  // From here on the answer has begun: Fastify breaks the connection off, which is all that can still be said there.
  stream.once('error', (error) => void failed(error));
  return stream;
}

/** The first kilobytes, and all of it. */
export async function withHead(
  stream: Readable,
): Promise<{ readonly head: Buffer; readonly whole: Readable }> {
  const chunks: Buffer[] = [];
  let length = 0;
  const rest = stream[Symbol.asyncIterator]() as AsyncIterableIterator<Buffer>;
  while (length < SNIFF_BYTES) {
    const { done, value } = await rest.next();
    if (done === true) break;
    chunks.push(value);
    length += value.length;
  }
  const all = async function* (): AsyncGenerator<Buffer> {
    yield* chunks;
    yield* rest;
  };
  const whole = Readable.from(all(), { objectMode: false });
  whole.once('close', () => stream.destroy());
  return { head: Buffer.concat(chunks), whole };
}
