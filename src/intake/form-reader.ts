/**
 * Reads `multipart/form-data` (RFC 7578 over RFC 2046) as a stream of parts, strictly. Why our own: the parsers at
 * hand pass over a part whose header they dislike (no name, a line break in a file name) and say nothing, and the
 * rest is then acknowledged without it. Here a part is delivered or the whole body is refused.
 *
 * Strict means: nothing before the first boundary, nothing after the last, every header line whole, no transfer
 * encoding, no part in a part. A body that ends early is told apart from one that is written wrongly.
 *
 * One part at a time: `nextPart`, then `body` to its end, then `nextPart` again.
 */
import { ArchiveError, type ErrorCode } from '#errors.ts';

const MAX_HEADER_BYTES = 16 * 1024;
const CRLF = Buffer.from('\r\n');
const HEADER_END = Buffer.from('\r\n\r\n');

export interface PartHead {
  readonly name: string;
  /** As sent, never used as a path; null when the part has none. */
  readonly filename: string | null;
  /** Lower case, without parameters; null when the part says nothing. */
  readonly mediaType: string | null;
}

export function formRefusal(
  code: ErrorCode,
  sentence: string,
  details?: Record<string, unknown>,
): ArchiveError {
  return new ArchiveError(code, sentence, { retry: 'never', ...(details === undefined ? {} : { details }) });
}

const malformed = (what: string) =>
  formRefusal('multipart-malformed', `The multipart/form-data body is not well formed: ${what}.`);

function truncated(): ArchiveError {
  return formRefusal(
    'body-truncated',
    'The body ended before its closing boundary; nothing of it was kept. Send the whole report again.',
  );
}

/** The boundary of a Content-Type header, or a refusal. */
export function boundaryOf(contentType: string): string {
  const parameters = /^multipart\/form-data[ \t]*;(.*)$/is.exec(contentType)?.[1] ?? '';
  const found = /(?:^|;)[ \t]*boundary=(?:"([^"\\]*)"|([^\s;"]+))[ \t]*(?=;|$)/i.exec(parameters);
  const boundary = found?.[1] ?? found?.[2] ?? '';
  if (/^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/.test(boundary)) return boundary;
  throw malformed(
    'its Content-Type header names no usable boundary; let your HTTP library write that header',
  );
}

export class FormReader {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #delimiter: Buffer;
  /** As if a line had ended before the body, so that the first boundary looks like every other. */
  #held: Buffer = Buffer.from(CRLF);
  #ended = false;
  #inBody = false;
  #started = false;

  constructor(source: AsyncIterable<Uint8Array>, boundary: string) {
    this.#source = source[Symbol.asyncIterator]();
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  }

  async nextPart(): Promise<PartHead | null> {
    if (this.#inBody) throw new Error('the body of the part before was not read to its end');
    if (!this.#started) await this.#opening();
    while (this.#held.length < 2) {
      if (!(await this.#more())) throw truncated();
    }
    const after = this.#held.toString('latin1', 0, 2);
    if (after === '--') {
      await this.#nothingMore();
      return null;
    }
    if (after !== '\r\n') throw malformed('a boundary is followed by something else than a line break');
    // The line break stays, so that a part without any header ends at once with an empty line.
    const head = readHead(await this.#header());
    this.#inBody = true;
    return head;
  }

  /** Lets go of the source, so that whoever owns it can read or drop the rest. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  /** The bytes of the current part. Must be read to its end before the next one. */
  async *body(): AsyncGenerator<Uint8Array> {
    const keep = this.#delimiter.length - 1;
    for (;;) {
      const at = this.#held.indexOf(this.#delimiter);
      if (at >= 0) {
        const last = this.#held.subarray(0, at);
        this.#held = this.#held.subarray(at + this.#delimiter.length);
        this.#inBody = false;
        if (last.length > 0) yield last;
        return;
      }
      if (this.#held.length > keep) {
        const ready = this.#held.subarray(0, this.#held.length - keep);
        this.#held = this.#held.subarray(this.#held.length - keep);
        yield ready;
      }
      if (!(await this.#more())) throw truncated();
    }
  }

  async #opening(): Promise<void> {
    this.#started = true;
    while (this.#held.length < this.#delimiter.length && (await this.#more())) continue;
    if (this.#held.length === CRLF.length) {
      throw formRefusal(
        'body-missing',
        'Nothing was sent. Send a part named event, and files if there are any.',
      );
    }
    if (this.#held.subarray(0, this.#delimiter.length).equals(this.#delimiter)) {
      this.#held = this.#held.subarray(this.#delimiter.length);
      return;
    }
    const begun = this.#delimiter.subarray(0, this.#held.length).equals(this.#held);
    throw begun
      ? truncated()
      : malformed('it does not begin with the boundary that its Content-Type header names');
  }

  async #header(): Promise<Buffer> {
    for (let from = 0; ;) {
      const at = this.#held.indexOf(HEADER_END, from);
      if ((at < 0 ? this.#held.length : at) > MAX_HEADER_BYTES) {
        throw malformed(`the headers of a part are longer than ${MAX_HEADER_BYTES} bytes`);
      }
      if (at >= 0) {
        const header = this.#held.subarray(0, at);
        this.#held = this.#held.subarray(at + HEADER_END.length);
        return header;
      }
      from = Math.max(0, this.#held.length - HEADER_END.length + 1);
      if (!(await this.#more())) throw truncated();
    }
  }

  async #nothingMore(): Promise<void> {
    let rest = this.#held.subarray(2);
    for (;;) {
      if (!/^[\r\n\t ]*$/.test(rest.toString('latin1')))
        throw malformed('there is more after its closing boundary');
      this.#held = Buffer.alloc(0);
      if (!(await this.#more())) return;
      rest = this.#held;
    }
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false;
    let next: IteratorResult<Uint8Array>;
    try {
      next = await this.#source.next();
    } catch (cause) {
      throw wasCutOff(cause) ? truncated() : cause;
    }
    if (next.done === true) {
      this.#ended = true;
      return false;
    }
    const { buffer, byteOffset, length } = next.value;
    const chunk = Buffer.from(buffer, byteOffset, length);
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    return true;
  }
}

/** The connection went away under the body: whoever sent it will not read the answer, but the log should say so. */
function wasCutOff(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'EPIPE';
}

export function readHead(header: Buffer): PartHead {
  const fields = new Map<string, string>();
  for (const line of decoded(header).split('\r\n')) {
    if (line === '') continue;
    const name = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+(?=:)/.exec(line)?.[0];
    const value = trimmed(line.slice((name?.length ?? 0) + 1));
    if (name === undefined || /[\r\n\0]/.test(value)) {
      throw malformed('a header line of a part is not one; a name with line breaks must be sent encoded');
    }
    if (fields.has(name.toLowerCase())) throw malformed(`a part has two headers ${name.slice(0, 40)}`);
    fields.set(name.toLowerCase(), value);
  }
  const encoding = fields.get('content-transfer-encoding')?.toLowerCase() ?? 'binary';
  if (!['binary', '8bit', '7bit'].includes(encoding)) {
    throw malformed(
      'a part has a Content-Transfer-Encoding, which form data does not use; send the bytes as they are',
    );
  }
  const { name, filename } = readDisposition(fields.get('content-disposition'));
  const mediaType = fields.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  return {
    name,
    filename,
    mediaType: mediaType === undefined || mediaType === '' ? null : mediaType,
  };
}

/** Without the blanks at both ends. A pattern would try each blank within as the last one. */
function trimmed(text: string): string {
  const isBlank = (at: number): boolean => text[at] === ' ' || text[at] === '\t';
  let [from, to] = [0, text.length];
  while (from < to && isBlank(from)) from += 1;
  while (from < to && isBlank(to - 1)) to -= 1;
  return text.slice(from, to);
}

/** File names are UTF-8; from clients that do not know it, each byte is a character. */
function decoded(header: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header);
  } catch {
    return header.toString('latin1');
  }
}

function readDisposition(disposition: string | undefined): { name: string; filename: string | null } {
  const kind = /^form-data[ \t]*(?=;|$)/i.exec(disposition ?? '');
  if (disposition === undefined || kind === null) throw unnamed();
  const parameters = new Map<string, string>();
  // Each character within the quotes can be read in one way only: what has two takes for ever to say no.
  const shape = /;[ \t]*([A-Za-z*]+)=(?:"((?:[^"\\]|\\["\\]|\\(?!["\\]))*)"|([^\s;"]*))[ \t]*/y;
  shape.lastIndex = kind[0].length;
  let end = shape.lastIndex;
  for (let found = shape.exec(disposition); found !== null; found = shape.exec(disposition)) {
    const key = (found[1] ?? '').toLowerCase();
    if (parameters.has(key)) throw malformed('a part says its name twice');
    // Only \" and \\ are escapes: some browsers send a whole Windows path as it is.
    parameters.set(key, found[2]?.replaceAll(/\\(["\\])/g, '$1') ?? found[3] ?? '');
    end = shape.lastIndex;
  }
  if (!/^[ \t;]*$/.test(disposition.slice(end))) throw malformed('a Content-Disposition header is cut off');
  const name = parameters.get('name');
  if (name === undefined) throw unnamed();
  return { name, filename: extendedName(parameters.get('filename*')) ?? parameters.get('filename') ?? null };
}

const unnamed = () =>
  formRefusal(
    'multipart-part-unexpected',
    'A part has no Content-Disposition header of the form form-data; name="…". Send one part named event, and files as parts named file.',
  );

/** `UTF-8''caf%C3%A9.png`; form data should not use it, some libraries do. */
function extendedName(value: string | undefined): string | null {
  const encoded = /^utf-8'[^']*'(.*)$/i.exec(value ?? '')?.[1];
  if (encoded === undefined) return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}
