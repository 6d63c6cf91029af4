/**
 * A report with files: one part `event`, any number of parts `file` and of parts `upload`, which name a file that came before, in
 * any order, and nothing else. Files go to
 * staging while they arrive; the next one is read while the one before is still being made durable.
 *
 * Promise: either everything that was sent is staged and answered, or nothing of it is left in staging.
 *
 * A refusal comes as soon as its reason is known, and leaves the rest of the body unread and the connection open,
 * so that the answer can reach a sender who is still sending.
 */
import { Readable } from 'node:stream';
import { boundaryOf, formRefusal, FormReader, type PartHead } from './form-reader.ts';
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
/** Headers and boundaries of 501 parts, generously. */
const FRAMING_BYTES = 16 * 1024 ** 2;
const MAX_NAME_LENGTH = 1000;
const UPLOAD_ID_LENGTH = 36;
const UPLOAD_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Files that are written and wait for the disk to confirm it. */
const MAX_SETTLING = 16;

type EventMediaType = 'application/json' | 'application/cloudevents+json';

export interface ReceivedFile extends Staged {
  /** As it was sent; a name for people, never a path. */
  readonly originalName: string | null;
  readonly claimedMediaType: string | null;
  /** By its first bytes; null when they say nothing. */
  readonly sniffedMediaType: string | null;
  /** It came before its report, and is taken over by the row that names it. */
  readonly uploadId?: string;
}

export interface ReceivedForm {
  readonly eventBytes: Uint8Array;
  readonly eventMediaType: EventMediaType;
  readonly files: readonly ReceivedFile[];
}

export interface FormRequest {
  readonly body: AsyncIterable<Uint8Array>;
  readonly headers: {
    readonly 'content-type'?: string | undefined;
    readonly 'content-length'?: string | undefined;
  };
}

/** Where the bytes go, and where those are that came before; it refuses an upload that is not there, or not whole. */
export interface FormStaging extends Pick<Staging, 'stage' | 'remove'> {
  whole(uploadId: string): Promise<ReceivedFile>;
}

export async function readMultipart(
  request: FormRequest,
  staging: FormStaging,
  limits: FormLimits = FORM_LIMITS,
): Promise<ReceivedForm> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limits.totalBytes + limits.eventBytes + FRAMING_BYTES) throw tooLarge(limits);
  const reader = new FormReader(kept(request.body), boundaryOf(request.headers['content-type'] ?? ''));
  const intake = new FormIntake(reader, staging, limits);
  try {
    for (let head = await reader.nextPart(); head !== null; head = await reader.nextPart()) {
      await intake.take(head);
    }
    return await intake.finish();
  } catch (error) {
    await intake.undo();
    throw error;
  } finally {
    await reader.close();
  }
}

/** A form of our own pages, as a browser sends it without a script: what was typed, by name, and the files. */
export interface BrowserForm {
  readonly fields: ReadonlyMap<string, string>;
  readonly files: readonly ReceivedFile[];
}

/** The same promise, for the parts that `names` lists and any number of parts `file`. */
export async function readBrowserForm(
  request: FormRequest,
  staging: FormStaging,
  names: readonly string[],
  limits: FormLimits = FORM_LIMITS,
): Promise<BrowserForm> {
  const reader = new FormReader(kept(request.body), boundaryOf(request.headers['content-type'] ?? ''));
  const intake = new FormIntake(reader, staging, limits, names);
  try {
    for (let head = await reader.nextPart(); head !== null; head = await reader.nextPart()) {
      await intake.take(head);
    }
    return await intake.finishFields();
  } catch (error) {
    await intake.undo();
    throw error;
  } finally {
    await reader.close();
  }
}

/** Leaving a loop over a stream destroys the stream, and with it the connection that the answer needs. */
function kept(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return body instanceof Readable
    ? (body.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>)
    : body;
}

class FormIntake {
  readonly #reader: FormReader;
  readonly #staging: FormStaging;
  readonly #limits: FormLimits;
  #event: { bytes: Uint8Array; mediaType: EventMediaType } | null = null;
  readonly #files: Promise<ReceivedFile | null>[] = [];
  readonly #settling = new Set<Promise<unknown>>();
  readonly #uploads = new Set<string>();
  #fileCount = 0;
  #totalBytes = 0;
  #failure: { readonly error: unknown } | null = null;

  readonly #names: readonly string[];
  readonly #fields = new Map<string, string>();

  constructor(reader: FormReader, staging: FormStaging, limits: FormLimits, names: readonly string[] = []) {
    this.#names = names;
    this.#reader = reader;
    this.#staging = staging;
    this.#limits = limits;
  }

  async take(head: PartHead): Promise<void> {
    if (this.#names.includes(head.name) && !this.#fields.has(head.name)) return this.#takeField(head);
    if (head.name === 'event' && this.#names.length === 0) return this.#takeEvent(head);
    if (head.name === 'file') return this.#takeFile(head);
    if (head.name === 'upload') return this.#takeUpload();
    throw formRefusal(
      'multipart-part-unexpected',
      `A part is named ${JSON.stringify(head.name.slice(0, 60))}. Send one part named event, and files as parts named file or upload; what else there is to say goes into the event.`,
    );
  }

  async #takeEvent(head: PartHead): Promise<void> {
    if (this.#event !== null) {
      throw formRefusal(
        'multipart-part-unexpected',
        'There are two parts named event. Send one report at a time.',
      );
    }
    const mediaType = eventMediaType(head.mediaType);
    this.#event = { bytes: await this.#small('event'), mediaType };
  }

  async #takeField(head: PartHead): Promise<void> {
    // A browser ends each line of a text field with CR LF, whatever was typed.
    const text = (await this.#small(head.name)).toString('utf8').replaceAll('\r\n', '\n');
    if (text.includes('\0'))
      throw formRefusal('form-invalid', 'A field holds the character NUL, which is no text. Type it anew.');
    this.#fields.set(head.name, text);
  }

  async #small(name: string): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const chunk of this.#reader.body()) {
      sizeBytes += chunk.length;
      if (sizeBytes > this.#limits.eventBytes) {
        throw formRefusal(
          'body-too-large',
          `The part ${name} may have at most ${this.#limits.eventBytes} bytes. Hand in long text as a file.`,
          { limitBytes: this.#limits.eventBytes },
        );
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  async #takeFile(head: PartHead): Promise<void> {
    // A form sends an input without a chosen file as a part with an empty name; it is none if it is empty too.
    const unchosen = head.filename === '';
    this.#countFile(unchosen ? 0 : 1);
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

  #countFile(more: 0 | 1): void {
    this.#fileCount += more;
    if (this.#fileCount <= this.#limits.files && this.#files.length <= 2 * this.#limits.files) return;
    throw formRefusal(
      'multipart-too-many-files',
      `A report may have at most ${this.#limits.files} files. Hand in the others with a second report.`,
      { limit: this.#limits.files },
    );
  }

  async #takeUpload(): Promise<void> {
    this.#countFile(1);
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

  async finish(): Promise<ReceivedForm> {
    if (this.#event === null) {
      throw formRefusal(
        'multipart-event-missing',
        'There is no part named event. Send the report itself as a part named event of the type application/json.',
      );
    }
    const files = await Promise.all(this.#files);
    return {
      eventBytes: this.#event.bytes,
      eventMediaType: this.#event.mediaType,
      files: files.filter((file) => file !== null),
    };
  }

  async finishFields(): Promise<BrowserForm> {
    const files = await Promise.all(this.#files);
    return { fields: this.#fields, files: files.filter((file) => file !== null) };
  }

  async undo(): Promise<void> {
    const settled = await Promise.allSettled(this.#files);
    for (const file of settled) {
      if (file.status === 'fulfilled' && file.value !== null && file.value.uploadId === undefined)
        await this.#staging.remove(file.value.stagedName);
    }
  }
}

/** A part without a type is what curl and scripts send for a plain field; its name already says what it is. */
function eventMediaType(claimed: string | null): EventMediaType {
  if (claimed === null || claimed === 'application/json') return 'application/json';
  if (claimed === 'application/cloudevents+json') return claimed;
  throw formRefusal(
    'media-type-unsupported',
    'The part event must be of the type application/json (the simple form) or application/cloudevents+json. Send its Content-Type so.',
  );
}

function tooLarge(limits: FormLimits): Error {
  return formRefusal(
    'body-too-large',
    `The files of a report may have at most ${limits.totalBytes} bytes together. Hand in the others with a second report.`,
    { limitBytes: limits.totalBytes },
  );
}
