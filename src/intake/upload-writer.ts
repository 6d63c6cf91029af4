/** One connection that writes to one upload: what it may write, until when, and what is certainly on disk. */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Db } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { newId } from '#record/record.ts';
import { SNIFF_BYTES, sniffMediaType } from './media.ts';
import type { Share } from './room.ts';
import type { Growing } from './staging.ts';
import { uploadBusy } from './upload-problems.ts';
import { beginWriting, wrote, type UploadRow } from './upload-queries.ts';

const LEASE_MS = 10_000;
/** A writer stops so long before its lease ends: a write that has begun is over by then. */
const MARGIN_MS = 3000;
/** A row tells of progress so often; what a crash makes its sender send again is no more. */
const STEP_BYTES = 16 * 1024 ** 2;
const STEP_MS = 2000;
/** Small pieces are gathered to this size before they are written. */
const WRITE_BYTES = 256 * 1024;

export interface Piece {
  readonly offsetBytes: number;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Ends the connection that `bytes` come from. */
  readonly end: () => void;
}

export class Writer {
  readonly #id = newId();
  readonly #db: Db;
  readonly #agencyId: string;
  readonly #row: UploadRow;
  #until = 0;
  #takenOver = false;
  /** On disk, and in the row. */
  offsetBytes: number;

  constructor(db: Db, agencyId: string, row: UploadRow) {
    this.#db = db;
    this.#agencyId = agencyId;
    this.#row = row;
    this.offsetBytes = row.offsetBytes;
  }

  async begin(): Promise<void> {
    const asked = performance.now();
    const { offsetBytes } = this;
    const mine = await this.#db.inAgency(
      this.#agencyId,
      async (at) => await beginWriting(at, this.#row.id, this.#id, { offsetBytes, leaseMs: LEASE_MS }),
    );
    if (mine === null) throw uploadBusy();
    this.#takenOver = mine.takenOver;
    this.#until = asked + LEASE_MS - MARGIN_MS;
  }

  /** The digest, when everything passed by here and nobody else can have written. `share` is the owner's, beside the reserve of the disk. */
  async take(file: Growing, { bytes }: Piece, share: Share): Promise<Digest | null> {
    const digest = this.offsetBytes === 0 && !this.#takenOver ? new Digest() : null;
    const { sizeBytes } = this.#row;
    let written = this.offsetBytes;
    let gathered: Uint8Array[] = [];
    let gatheredBytes = 0;
    const flush = async (): Promise<void> => {
      const whole = Buffer.concat(gathered);
      gathered = [];
      gatheredBytes = 0;
      if (performance.now() > this.#until) await this.#tell(file, written, LEASE_MS);
      await file.write(whole, written);
      digest?.update(whole);
      written += whole.length;
    };
    let fault: { readonly error: unknown } | null = null;
    let told = performance.now();
    try {
      for await (const chunk of bytes) {
        if (written + gatheredBytes + chunk.length > sizeBytes) throw pastItsEnd(sizeBytes);
        await share.take(chunk.length);
        gathered.push(chunk);
        gatheredBytes += chunk.length;
        if (gatheredBytes >= WRITE_BYTES) await flush();
        if (written - this.offsetBytes >= STEP_BYTES || performance.now() - told > STEP_MS) {
          await this.#tell(file, written, LEASE_MS);
          told = performance.now();
        }
      }
    } catch (error) {
      fault = { error };
    }
    try {
      if (gatheredBytes > 0 && !(fault?.error instanceof ArchiveError)) await flush();
      await this.#tell(file, written, null);
    } catch (error) {
      // The first fault is the reason for whatever came after it.
      fault ??= { error };
    } finally {
      await file.close();
    }
    if (fault === null) return digest;
    throw fault.error instanceof ArchiveError ? fault.error : cutOff(fault.error);
  }

  async #tell(file: Growing, offsetBytes: number, leaseMs: number | null): Promise<void> {
    const asked = performance.now();
    await file.sync();
    const mine = await this.#db.inAgency(
      this.#agencyId,
      async (at) => await wrote(at, this.#row.id, this.#id, { offsetBytes, leaseMs }),
    );
    if (!mine) throw uploadBusy();
    this.#until = asked + LEASE_MS - MARGIN_MS;
    this.offsetBytes = offsetBytes;
  }
}

export class Digest {
  readonly hash: Hash = createHash('sha256');
  #head = Buffer.alloc(0);

  update(bytes: Uint8Array): void {
    this.hash.update(bytes);
    if (this.#head.length < SNIFF_BYTES)
      this.#head = Buffer.concat([this.#head, bytes.subarray(0, SNIFF_BYTES - this.#head.length)]);
  }

  type(): string | null {
    return sniffMediaType(this.#head);
  }
}

export async function digestOf(path: string, sizeBytes: number): Promise<Digest> {
  const digest = new Digest();
  let seen = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: WRITE_BYTES })) {
    digest.update(chunk as Uint8Array);
    seen += (chunk as Uint8Array).length;
  }
  if (seen === sizeBytes) return digest;
  throw new ArchiveError('staging-lost', 'Of an upload that was whole, not all bytes are on disk.', {
    retry: 'never',
  });
}

function pastItsEnd(sizeBytes: number): ArchiveError {
  return new ArchiveError(
    'body-too-large',
    `This upload was announced with ${sizeBytes} bytes, and more were sent. Begin a new one with the right Upload-Length.`,
    { retry: 'never', details: { limitBytes: sizeBytes } },
  );
}

function cutOff(cause: unknown): ArchiveError {
  return new ArchiveError(
    'body-truncated',
    'The connection ended in the middle of a piece. What arrived is kept: ask with HEAD and go on from there.',
    { retry: 'later', cause },
  );
}
