/**
 * The files of a form, while it arrives: what comes in a part `file` is staged, what a part `upload` names is there already. Both are
 * counted together. The next one is read while the one before is still being made durable.
 */
import { formRefusal, type FormReader, type PartHead } from './form-reader.ts';
import { SNIFF_BYTES, sniffMediaType } from './media.ts';
import type { Staged, Staging } from './staging.ts';

export interface FormLimits {
  readonly eventBytes: number;
  readonly fileBytes: number;
  readonly totalBytes: number;
  readonly files: number;
}

const GIGABYTE = 1024 ** 3;
/** Said once, in design.md 5. */
export const FORM_LIMITS: FormLimits = {
  eventBytes: 5 * 1024 ** 2,
  fileBytes: 2 * GIGABYTE,
  totalBytes: 5 * GIGABYTE,
  files: 500,
};
const MAX_NAME_LENGTH = 1000;
const UPLOAD_ID_LENGTH = 36;
/** The last part of an upload's address; compared, never normalised. */
export const UPLOAD_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Files that are written and wait for the disk to confirm it. */
const MAX_SETTLING = 16;

export interface ReceivedFile extends Staged {
  /** As it was sent; a name for people, never a path. */
  readonly originalName: string | null;
  readonly claimedMediaType: string | null;
  /** By its first bytes; null when they say nothing. */
  readonly sniffedMediaType: string | null;
  /** It came before its report, and is taken over by the row that names it. */
  readonly uploadId?: string;
}

/** Where the bytes go, and where those are that came before; it refuses an upload that is not there, or not whole. */
export interface FormStaging extends Pick<Staging, 'stage' | 'remove'> {
  whole(uploadId: string): Promise<ReceivedFile>;
}

export class FormFiles {
  readonly #reader: FormReader;
  readonly #staging: FormStaging;
  readonly #limits: FormLimits;
  readonly #files: Promise<ReceivedFile | null>[] = [];
  readonly #settling = new Set<Promise<unknown>>();
  readonly #uploads = new Set<string>();
  #count = 0;
  #totalBytes = 0;
  #failure: { readonly error: unknown } | null = null;

  constructor(reader: FormReader, staging: FormStaging, limits: FormLimits) {
    this.#reader = reader;
    this.#staging = staging;
    this.#limits = limits;
  }

  async takeFile(head: PartHead): Promise<void> {
    // A form sends an input without a chosen file as a part with an empty name; it is none if it is empty too.
    const unchosen = head.filename === '';
    this.#admit(unchosen ? 0 : 1);
    if ((head.filename ?? '').length > MAX_NAME_LENGTH || (head.filename ?? '').includes('\0')) {
      throw formRefusal(
        'multipart-malformed',
        `A file name is longer than ${MAX_NAME_LENGTH} characters or holds a NUL character. Rename the file.`,
      );
    }
    const { promise: whenRead, resolve: bodyRead } = Promise.withResolvers<void>();
    const file = this.#stage(head, unchosen, bodyRead);
    this.#files.push(file);
    this.#settling.add(file);
    file.then(
      () => this.#settling.delete(file),
      (error: unknown) => {
        this.#settling.delete(file);
        this.#failure ??= { error };
      },
    );
    await Promise.race([whenRead, file]);
    while (this.#settling.size >= MAX_SETTLING) await Promise.race(this.#settling);
    if (this.#failure !== null) throw this.#failure.error;
  }

  #admit(more: 0 | 1): void {
    this.#count += more;
    if (this.#count <= this.#limits.files && this.#files.length <= 2 * this.#limits.files) return;
    throw formRefusal(
      'multipart-too-many-files',
      `A report may have at most ${this.#limits.files} files. Hand in the others with a second report.`,
      { limit: this.#limits.files },
    );
  }

  async takeUpload(): Promise<void> {
    this.#admit(1);
    let said = '';
    for await (const chunk of this.#reader.body()) {
      said += Buffer.from(chunk).toString('latin1');
      if (said.length > UPLOAD_ID_LENGTH) break;
    }
    if (!UPLOAD_ID.test(said) || this.#uploads.has(said))
      throw formRefusal(
        'multipart-malformed',
        'Expected in each part upload the id of one upload, which is the last part of its address, and each of them once.',
      );
    this.#uploads.add(said);
    const file = await this.#staging.whole(said);
    this.#totalBytes += file.sizeBytes;
    if (this.#totalBytes > this.#limits.totalBytes) throw tooLarge(this.#limits);
    this.#files.push(Promise.resolve(file));
  }

  async #stage(head: PartHead, unchosen: boolean, bodyRead: () => void): Promise<ReceivedFile | null> {
    const head4k: Uint8Array[] = [];
    const staged = await this.#staging.stage(this.#counted(head4k, bodyRead), {
      limitBytes: this.#limits.fileBytes,
    });
    if (unchosen && staged.sizeBytes === 0) {
      await this.#staging.remove(staged.stagedName);
      return null;
    }
    return {
      ...staged,
      originalName: unchosen ? null : head.filename,
      claimedMediaType: head.mediaType,
      sniffedMediaType: sniffMediaType(Buffer.concat(head4k)),
    };
  }

  async *#counted(head4k: Uint8Array[], bodyRead: () => void): AsyncGenerator<Uint8Array> {
    let wanted = SNIFF_BYTES;
    for await (const chunk of this.#reader.body()) {
      this.#totalBytes += chunk.length;
      if (this.#totalBytes > this.#limits.totalBytes) throw tooLarge(this.#limits);
      if (wanted > 0) {
        head4k.push(Uint8Array.from(chunk.subarray(0, wanted)));
        wanted -= Math.min(wanted, chunk.length);
      }
      yield chunk;
    }
    bodyRead();
  }

  async all(): Promise<readonly ReceivedFile[]> {
    const files = await Promise.all(this.#files);
    return files.filter((file) => file !== null);
  }

  /** Nothing of it stays in staging; an upload is its owner's, as before. */
  async undo(): Promise<void> {
    const settled = await Promise.allSettled(this.#files);
    for (const file of settled) {
      if (file.status === 'fulfilled' && file.value !== null && file.value.uploadId === undefined)
        await this.#staging.remove(file.value.stagedName);
    }
  }
}

export function tooLarge(limits: FormLimits): Error {
  return formRefusal(
    'body-too-large',
    `The files of a report may have at most ${limits.totalBytes} bytes together. Hand in the others with a second report.`,
    { limitBytes: limits.totalBytes },
  );
}
