/**
 * A report with files: one part `event`, any number of parts `file` and of parts `upload`, which name a file that came before, in
 * any order, and nothing else. Files go to staging while they arrive (form-files.ts).
 *
 * Promise: either everything that was sent is staged and answered, or nothing of it is left in staging.
 *
 * A refusal comes as soon as its reason is known, and leaves the rest of the body unread and the connection open,
 * so that the answer can reach a sender who is still sending.
 */
import { Readable } from 'node:stream';
import {
  FORM_LIMITS,
  FormFiles,
  tooLarge,
  type FormLimits,
  type FormStaging,
  type ReceivedFile,
} from './form-files.ts';
import { boundaryOf, formRefusal, FormReader, type PartHead } from './form-reader.ts';

/** Headers and boundaries of 501 parts, generously. */
const FRAMING_BYTES = 16 * 1024 ** 2;

type EventMediaType = 'application/json' | 'application/cloudevents+json';

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
  readonly #files: FormFiles;
  readonly #limits: FormLimits;
  #event: { bytes: Uint8Array; mediaType: EventMediaType } | null = null;
  readonly #names: readonly string[];
  readonly #fields = new Map<string, string>();
  /** Of the event, or of all fields together: it is kept in memory. */
  #saidBytes = 0;

  constructor(reader: FormReader, staging: FormStaging, limits: FormLimits, names: readonly string[] = []) {
    this.#names = names;
    this.#reader = reader;
    this.#files = new FormFiles(reader, staging, limits);
    this.#limits = limits;
  }

  async take(head: PartHead): Promise<void> {
    if (this.#names.includes(head.name) && !this.#fields.has(head.name)) return this.#takeField(head);
    if (head.name === 'event' && this.#names.length === 0) return this.#takeEvent(head);
    if (head.name === 'file') return this.#files.takeFile(head);
    if (head.name === 'upload') return this.#files.takeUpload();
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
    this.#event = { bytes: await this.#small('The part event'), mediaType };
  }

  async #takeField(head: PartHead): Promise<void> {
    // A browser ends each line of a text field with CR LF, whatever was typed.
    const text = (await this.#small('All fields together')).toString('utf8').replaceAll('\r\n', '\n');
    if (text.includes('\0'))
      throw formRefusal('form-invalid', 'A field holds the character NUL, which is no text. Type it anew.');
    this.#fields.set(head.name, text);
  }

  async #small(what: string): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    const { eventBytes } = this.#limits;
    for await (const chunk of this.#reader.body()) {
      this.#saidBytes += chunk.length;
      if (this.#saidBytes > eventBytes) {
        throw formRefusal(
          'body-too-large',
          `${what} may have at most ${eventBytes} bytes. Hand in long text as a file.`,
          { limitBytes: eventBytes },
        );
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  async finish(): Promise<ReceivedForm> {
    if (this.#event === null) {
      throw formRefusal(
        'multipart-event-missing',
        'There is no part named event. Send the report itself as a part named event of the type application/json.',
      );
    }
    return {
      eventBytes: this.#event.bytes,
      eventMediaType: this.#event.mediaType,
      files: await this.#files.all(),
    };
  }

  async finishFields(): Promise<BrowserForm> {
    return { fields: this.#fields, files: await this.#files.all() };
  }

  async undo(): Promise<void> {
    await this.#files.undo();
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
