/**
 * Files that travel before their report, in pieces, over a line that breaks.
 *
 * Promise: the offset that is answered is on disk and stays there through a crash and a power failure; what was not answered
 * may be sent again. An upload counts as whole when all of it is synced and its digest is in its row. The report that names it
 * takes it over in its own commit (`accept_with_uploads`); until then only who began it knows of it.
 *
 * Order: an empty file, synced → its row → pieces: write, fsync, row says the new offset → digest over the whole → row says whole.
 * A crash leaves a file without a row (the sweep of staging takes it after a day), or bytes past the offset, which are
 * written over.
 *
 * One connection writes at a time. In this process the one before is ended: its sender came back, so its line is dead. Of
 * another process it holds a lease that only arriving bytes prolong. A stopped process that wakes up may still end the one
 * write that it was stopped in: where a lease was taken over, the digest is read from disk at the end, never from what
 * arrived, and the seal compares every byte with it.
 */
import type { AgencyTx, Db } from '#db/db.ts';
import { newId } from '#record/record.ts';
import { FORM_LIMITS, type ReceivedFile } from './form-files.ts';
import type { Room } from './room.ts';
import type { Staging } from './staging.ts';
import {
  offsetWrong,
  tooMuchUnderWay,
  uploadBusy,
  uploadNotFound,
  uploadUnfinished,
} from './upload-problems.ts';
import {
  deleteExpired,
  deleteUpload,
  finishUpload,
  insertUpload,
  oneAtATime,
  readUpload,
  restingBytes,
  underWay,
  type Owner,
  type UploadRow,
} from './upload-queries.ts';
import { Digest, digestOf, Writer, type Piece } from './upload-writer.ts';

/** Of one file (design.md 5). */
export const UPLOAD_LIMIT_BYTES = FORM_LIMITS.fileBytes;
/** Two reports of the largest size. */
const UNDER_WAY = { uploads: 2 * FORM_LIMITS.files, bytes: 2 * FORM_LIMITS.totalBytes };

export interface Upload {
  readonly id: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  readonly originalName: string | null;
  readonly claimedType: string | null;
  /** As its client said it. */
  readonly metadata: string | null;
  readonly expiresAt: Date;
}

export interface Uploads {
  begin(
    owner: Owner,
    file: Pick<Upload, 'sizeBytes' | 'originalName' | 'claimedType' | 'metadata'>,
  ): Promise<Upload>;
  /** How much is on disk. Whoever asks has lost the line that wrote. */
  look(owner: Owner, id: string): Promise<Upload>;
  /** Resolves when all of the piece is on disk. When it rejects, what came before the fault is kept. */
  append(owner: Owner, id: string, piece: Piece): Promise<Upload>;
  remove(owner: Owner, id: string): Promise<void>;
  /** As the report that names it takes it; also one that was taken, so that a repeated report is the same. */
  whole(owner: Owner, id: string): Promise<ReceivedFile>;
  /** Bytes on disk that no report names yet, beside what connections of this process took since they began: that, their shares count. */
  resting(owner: Owner): Promise<number>;
}

export interface UploadsContext {
  readonly db: Db;
  readonly staging: Staging;
  readonly room: Pick<Room, 'fits' | 'share'>;
}

export function openUploads({ db, staging, room }: UploadsContext): Uploads {
  /** Connections of this process that write, and from where in their upload. */
  const writing = new Map<
    string,
    {
      readonly ownerId: string;
      readonly fromBytes: number;
      readonly end: () => void;
      readonly ended: Promise<void>;
    }
  >();

  /** Of one owner, in turn: who waited for the lock of another would hold a connection of the pool meanwhile. */
  const turns = new Map<string, Promise<unknown>>();
  async function inTurn<T>(owner: Owner, work: () => Promise<T>): Promise<T> {
    const mine = (turns.get(owner.id) ?? Promise.resolve()).then(work);
    const over = mine.catch(() => undefined);
    turns.set(owner.id, over);
    try {
      return await mine;
    } finally {
      if (turns.get(owner.id) === over) turns.delete(owner.id);
    }
  }

  /** Only by its owner: nobody else ends a connection, or is kept waiting by one and learns from that. */
  async function interrupt(owner: Owner, id: string): Promise<void> {
    const one = writing.get(id);
    if (one?.ownerId !== owner.id) return;
    one.end();
    await one.ended;
  }

  async function found(owner: Owner, id: string): Promise<UploadRow> {
    const row = await db.inAgency(owner.agencyId, async (at) => await readUpload(at, owner, id));
    if (row === null) throw uploadNotFound();
    return row;
  }
  /** Used ones are the record's. */
  async function open(owner: Owner, id: string): Promise<UploadRow> {
    const row = await found(owner, id);
    if (row.usedAt !== null) throw uploadNotFound();
    return row;
  }

  async function resting(owner: Owner, besides: readonly string[] = []): Promise<number> {
    const theirs = [...writing].filter(([, one]) => one.ownerId === owner.id);
    const before = theirs.reduce((sum, [, { fromBytes }]) => sum + fromBytes, 0);
    const without = [...besides, ...theirs.map(([id]) => id)];
    return before + (await db.inAgency(owner.agencyId, async (at) => await restingBytes(at, owner, without)));
  }

  async function finish(owner: Owner, row: UploadRow, known: Digest | null): Promise<void> {
    const digest = known ?? (await digestOf(staging.path(row.staged), row.sizeBytes));
    await db.inAgency(owner.agencyId, async (at) => {
      await finishUpload(at, row.id, { sha256: digest.hash.digest('hex'), sniffedType: digest.type() });
    });
  }

  return {
    async begin(owner, file) {
      const tooMuch = async (at: AgencyTx): Promise<boolean> => {
        const before = await underWay(at, owner);
        return before.uploads >= UNDER_WAY.uploads || before.bytes + file.sizeBytes > UNDER_WAY.bytes;
      };
      if (await db.inAgency(owner.agencyId, tooMuch)) throw tooMuchUnderWay(UNDER_WAY);
      await room.fits(file.sizeBytes);
      const staged = await staging.begin();
      // Counted once more where nobody else can begin one in between: of many at the same moment no more pass than may.
      const row = await inTurn(
        owner,
        async () =>
          await db.inAgency(owner.agencyId, async (at) => {
            await oneAtATime(at, owner);
            return (await tooMuch(at))
              ? null
              : await insertUpload(at, owner, { id: newId(), staged, ...file });
          }),
      );
      if (row === null) {
        await staging.remove(staged);
        throw tooMuchUnderWay(UNDER_WAY);
      }
      if (row.sizeBytes === 0) await finish(owner, row, new Digest());
      return row;
    },

    async look(owner, id) {
      await interrupt(owner, id);
      return await open(owner, id);
    },

    async append(owner, id, piece) {
      await interrupt(owner, id);
      const row = await open(owner, id);
      if (row.offsetBytes !== piece.offsetBytes) throw offsetWrong(row.offsetBytes);
      if (row.offsetBytes === row.sizeBytes) {
        if (row.sha256 === null) await finish(owner, row, null);
        return row;
      }
      const ended = Promise.withResolvers<void>();
      if (writing.has(id)) throw uploadBusy();
      writing.set(id, {
        ownerId: owner.id,
        fromBytes: row.offsetBytes,
        end: piece.end,
        ended: ended.promise,
      });
      try {
        const share = room.share(owner.id, await resting(owner, [id]));
        try {
          const writer = new Writer(db, owner.agencyId, row);
          await writer.begin();
          const digest = await writer.take(await staging.grow(row.staged), piece, share);
          if (writer.offsetBytes === row.sizeBytes) await finish(owner, row, digest);
        } finally {
          share.rest();
        }
      } finally {
        writing.delete(id);
        ended.resolve();
      }
      return await found(owner, id);
    },

    async remove(owner, id) {
      await interrupt(owner, id);
      const staged = await db.inAgency(owner.agencyId, async (at) => await deleteUpload(at, owner, id));
      if (staged === null) throw uploadNotFound();
      await staging.remove(staged);
    },

    async whole(owner, id) {
      let row = await found(owner, id);
      if (row.offsetBytes < row.sizeBytes) throw uploadUnfinished(row.offsetBytes, row.sizeBytes);
      // Its last answer may have been lost with the process that gave it.
      if (row.sha256 === null) {
        await finish(owner, row, null);
        row = await found(owner, id);
      }
      return {
        uploadId: row.id,
        stagedName: row.staged,
        sizeBytes: row.sizeBytes,
        sha256: row.sha256 ?? '',
        originalName: row.originalName,
        claimedMediaType: row.claimedType,
        sniffedMediaType: row.sniffedType,
      };
    },

    resting: async (owner) => await resting(owner),
  };
}

/** Rows first, then bytes: a report that names one at this moment has its row, or finds none. Answers how many files went. */
export async function sweepUploads(db: Db, staging: Pick<Staging, 'remove'>): Promise<number> {
  const free = await deleteExpired(db);
  for (const name of free) await staging.remove(name);
  return free.length;
}
