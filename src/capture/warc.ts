/**
 * A WARC 1.1 file (ISO 28500:2017), one gzip member a record, written from front to end. Record headers are written
 * by hand and not through a library, because the libraries at hand fold repeated headers into one, re-encode their
 * bytes as UTF-8 and hold bodies in memory; a record must be what the server sent.
 */
import { createHash, randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import type { Spool } from './spool.ts';

export type Field = readonly [name: string, value: string];

export interface WarcRecord {
  readonly type: 'warcinfo' | 'request' | 'response' | 'revisit' | 'metadata' | 'resource';
  readonly id: string;
  readonly date: string;
  readonly contentType: string;
  /** Beside type, id, date, content type and length. */
  readonly fields: readonly Field[];
  /** The block: what precedes the body, and the body. */
  readonly head: Buffer;
  readonly body: Spool | null;
  /** The body is compressed already: the member is stored and not deflated again. */
  readonly dense?: boolean;
}

export interface Place {
  readonly offset: number;
  readonly length: number;
}

/** Up to this size a record is compressed in one go. */
const ONE_GO_BYTES = 256 * 1024;
/** Half the time of zlib's usual level 6 for some per cent more of bytes: a capture is waited for. */
const GZIP_LEVEL = 3;
const END = Buffer.from('\r\n\r\n');
const inOneGo = promisify(gzip);

export function newRecordId(): string {
  return `<urn:uuid:${randomUUID()}>`;
}

export class WarcFile {
  sizeBytes = 0;
  readonly path: string;
  readonly #file: FileHandle;
  readonly #hash = createHash('sha256');
  #last: Promise<unknown> = Promise.resolve();

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  static async create(path: string): Promise<WarcFile> {
    return new WarcFile(path, await open(path, 'wx', 0o600));
  }

  /** Records are written in the order of their calls. After a failure (a full disk) every later call fails with it. */
  append(record: WarcRecord): Promise<Place> {
    // Compression begins at once, whatever is still being written.
    const small = compressed(record);
    small?.catch(() => undefined);
    const place = this.#last.then(() => this.#write(record, small));
    this.#last = place;
    place.catch(() => undefined);
    return place;
  }

  /** Waits for the last record. */
  async finish(): Promise<string> {
    await this.#last;
    await this.#file.close();
    return this.#hash.digest('hex');
  }

  async abandon(): Promise<void> {
    await this.#last.catch(() => undefined);
    await this.#file.close().catch(() => undefined);
  }

  async #write(record: WarcRecord, small: Promise<Buffer> | null): Promise<Place> {
    const offset = this.sizeBytes;
    if (small === null)
      await pipeline(blocks(record), createGzip({ level: levelOf(record) }), async (member) => {
        for await (const chunk of member as AsyncIterable<Buffer>) await this.#put(chunk);
      });
    else await this.#put(await small);
    return { offset, length: this.sizeBytes - offset };
  }

  async #put(bytes: Buffer): Promise<void> {
    this.#hash.update(bytes);
    await this.#file.appendFile(bytes);
    this.sizeBytes += bytes.length;
  }
}

/** Null: it is too large for one go. */
function compressed(record: WarcRecord): Promise<Buffer> | null {
  const held = record.body === null ? Buffer.alloc(0) : record.body.held;
  if (held === null || held.length + record.head.length > ONE_GO_BYTES) return null;
  return inOneGo(Buffer.concat([recordHeader(record), record.head, held, END]), { level: levelOf(record) });
}

async function* blocks(record: WarcRecord): AsyncGenerator<Uint8Array> {
  yield recordHeader(record);
  yield record.head;
  if (record.body !== null) yield* record.body.read();
  yield END;
}

function levelOf(record: WarcRecord): number {
  return record.dense === true ? 0 : GZIP_LEVEL;
}

function recordHeader(record: WarcRecord): Buffer {
  const length = record.head.length + (record.body?.sizeBytes ?? 0);
  const fields: Field[] = [
    ['WARC-Type', record.type],
    ['WARC-Record-ID', record.id],
    ['WARC-Date', record.date],
    ...record.fields,
    ['Content-Type', record.contentType],
    ['Content-Length', String(length)],
  ];
  return Buffer.from(
    `WARC/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
    'utf8',
  );
}
