/**
 * What passed through a lane, as an archive: every exchange becomes a WARC request and response, and at the end all of
 * it a WACZ.
 *
 * Promises:
 *   - A body is stored as the server sent it, its content coding kept. A transfer coding is how a body travels between
 *     two hops, so it is removed, and its header is kept under another name (`x-orig-transfer-encoding`): what is
 *     stored is true of the body beside it. Headers keep their order, spelling, repetition and bytes.
 *   - A body that did not end by itself is stored as far as it came, with `WARC-Truncated` saying why.
 *   - What was asked for and is not in the archive, or not whole, is in its list of what is not archived.
 *   - Memory is bounded by the number of open exchanges, whatever a body's size.
 *
 * Order of writes: each exchange when it ended; then the servers' certificates and the list of what is not archived;
 * then the index, the pages and the package, which names the digests of all. A crash leaves the folder to its owner.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Exchange, headerOf } from './exchange.ts';
import type { Asked, Cut } from './exchange.ts';
import { entryOf } from './index-entry.ts';
import type { IndexEntry } from './index-entry.ts';
import { Spool } from './spool.ts';
import type { TlsFacts } from './upstream.ts';
import { newRecordId, WarcFile } from './warc.ts';
import type { Field } from './warc.ts';
import type { SignWacz } from './signature.ts';
import { SOFTWARE, writeWacz } from './wacz.ts';
import type { ArchivedPage, SignedBy } from './wacz.ts';

export interface NotArchived {
  readonly address: string;
  readonly why: string;
}

export interface Archive {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Answers that are in it, those that were cut off among them. */
  readonly exchanges: number;
  /** Of their bodies. */
  readonly bytes: number;
  readonly notArchived: readonly NotArchived[];
  readonly signedBy: SignedBy;
}

const CUT_WORDS: Readonly<Record<Cut, string>> = {
  length: 'cut off at the limit of bytes',
  time: 'cut off when the capture ended, or after a long silence',
  disconnect: 'cut off by the server or on the way',
  unspecified: 'given up by the page before its end',
};
const MOST_NOT_ARCHIVED = 2_000;
const LISTED_ADDRESS_CHARS = 8_192;
/** Below it, a reference to an earlier record saves nothing. */
const REVISIT_FROM_BYTES = 1_024;
const SAME_PAYLOAD = 'http://netpreserve.org/warc/1.1/revisit/identical-payload-digest';
const WARC_1_1 = 'http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/';
const COMPRESSED_TYPE = /^(?:image\/(?!svg|bmp)|video\/|audio\/|font\/woff|application\/(?:zip|gzip|pdf))/i;

interface Server {
  readonly origin: string;
  readonly address: string;
  readonly tls: TlsFacts;
}

interface Original {
  readonly id: string;
  readonly address: string;
  readonly date: string;
}

export class Recorder {
  readonly #folder: string;
  readonly #destination: string;
  readonly #warc: WarcFile;
  readonly #infoId = newRecordId();
  readonly #index: IndexEntry[] = [];
  readonly #notArchived: NotArchived[] = [];
  readonly #servers = new Map<string, Server>();
  readonly #originals = new Map<string, Original>();
  /** A body could not be kept, as on a full disk: an archive that is silent about it would be a lie. */
  #fault: Error | null = null;
  #left = 0;
  #spools = 0;
  #exchanges = 0;
  #bytes = 0;

  private constructor(scratchDir: string, folder: string, warc: WarcFile) {
    this.#folder = folder;
    this.#destination = join(scratchDir, 'page.wacz');
    this.#warc = warc;
  }

  /** Works in a folder of its own within `scratchDir`, which goes away at the end; the archive stays beside it. */
  static async open(scratchDir: string): Promise<Recorder> {
    const folder = await mkdtemp(join(scratchDir, 'recording-'));
    const warc = await WarcFile.create(join(folder, 'data.warc.gz'));
    const recorder = new Recorder(scratchDir, folder, warc);
    await recorder.#describe();
    return recorder;
  }

  begin(asked: Asked): Exchange {
    return new Exchange(asked, (head) => this.#spool(head));
  }

  leaveOut(address: string, why: string): void {
    if (this.#notArchived.length < MOST_NOT_ARCHIVED)
      this.#notArchived.push({ address: address.slice(0, LISTED_ADDRESS_CHARS), why });
    else this.#left += 1;
  }

  /** Writes an exchange that was answered. `cut`: why its body ended before its end. */
  async store(exchange: Exchange, cut: Cut | null): Promise<void> {
    const { asked, answer } = exchange;
    if (answer === null) throw new Error('An exchange without an answer has no record.');
    this.#fault ??= exchange.request.fault ?? answer.body.fault;
    if (this.#fault !== null) throw this.#fault;
    this.#exchanges += 1;
    this.#bytes += answer.body.sizeBytes;
    if (asked.tls !== null) this.#note(asked, asked.tls);
    if (cut !== null) this.leaveOut(asked.address, CUT_WORDS[cut]);
    const ids = { request: newRecordId(), response: newRecordId() };
    const digests = answer.body.digests();
    const original = cut === null ? this.#originals.get(digests.payload) : undefined;
    if (original === undefined && cut === null && answer.body.sizeBytes >= REVISIT_FROM_BYTES)
      this.#originals.set(digests.payload, { id: ids.response, address: asked.address, date: answer.date });
    const common = this.#common(asked);
    const responded = this.#warc.append({
      type: original === undefined ? 'response' : 'revisit',
      id: ids.response,
      date: answer.date,
      contentType: 'application/http; msgtype=response',
      fields: [
        ...common,
        ['WARC-Concurrent-To', ids.request],
        ['WARC-Payload-Digest', digests.payload],
        ['WARC-Block-Digest', original === undefined ? digests.block : sha256Of(answer.head)],
        ...(original === undefined ? [] : referenceTo(original)),
        ...(cut === null ? [] : ([['WARC-Truncated', cut]] as const)),
      ],
      head: answer.head,
      body: original === undefined ? answer.body : null,
      dense: isCompressed(answer.headers),
    });
    const requestDigests = exchange.request.digests();
    const requested = this.#warc.append({
      type: 'request',
      id: ids.request,
      // One event, one date, although the request went out before (WARC 1.1, 5.4).
      date: answer.date,
      contentType: 'application/http; msgtype=request',
      fields: [
        ...common,
        ['WARC-Concurrent-To', ids.response],
        ['WARC-Payload-Digest', requestDigests.payload],
        ['WARC-Block-Digest', requestDigests.block],
      ],
      head: exchange.requestHead,
      body: exchange.request,
    });
    const [place] = await Promise.all([responded, requested]);
    const entry = entryOf(exchange, { ...place, digest: digests.payload, revisit: original !== undefined });
    if (entry !== null) this.#index.push(entry);
  }

  /** Once, after every exchange was stored. */
  async finish(shown: ArchivedPage, sign: SignWacz): Promise<Archive> {
    if (this.#fault !== null) throw this.#fault;
    // What was asked for has no fragment, and a replay looks for what was asked for.
    const page = { ...shown, address: shown.address.replace(/#.*$/s, '') };
    for (const { name, path, mediaType } of page.screens) await this.#storeFile(page, name, path, mediaType);
    if (this.#servers.size > 0) await this.#storeJson('urn:x-holdfast:tls', [...this.#servers.values()]);
    if (this.#left > 0) this.#notArchived.push({ address: '', why: `and ${this.#left} more` });
    await this.#storeJson('urn:x-holdfast:not-archived', this.#notArchived);
    const sha256 = await this.#warc.finish();
    const wacz = await writeWacz(this.#destination, {
      warc: { path: this.#warc.path, sizeBytes: this.#warc.sizeBytes, sha256 },
      index: this.#index,
      page,
      notArchived: this.#notArchived.length + this.#left,
      sign,
    });
    await rm(this.#folder, { recursive: true, force: true });
    return { ...wacz, exchanges: this.#exchanges, bytes: this.#bytes, notArchived: this.#notArchived };
  }

  /** Removes what was recorded and not finished. */
  async discard(): Promise<void> {
    await this.#warc.abandon();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #spool(head: Uint8Array): Spool {
    return new Spool(join(this.#folder, `body-${(this.#spools += 1)}`), head);
  }

  #common({ address, ip, tls }: Asked): Field[] {
    const fields: Field[] = [
      ['WARC-Target-URI', address],
      ['WARC-Warcinfo-ID', this.#infoId],
      ['WARC-IP-Address', ip],
      ['WARC-Protocol', 'http/1.1'],
    ];
    if (tls !== null)
      fields.push(
        ['WARC-Protocol', tls.protocol.replace(/^TLSv/, 'tls/')],
        ['WARC-Cipher-Suite', tls.cipher],
        ['WARC-JSON-Metadata', JSON.stringify({ certificateSha256: tls.certificates[0]?.sha256 ?? null })],
      );
    return fields;
  }

  #note({ address, ip }: Asked, tls: TlsFacts): void {
    const { origin } = new URL(address);
    const key = [origin, ip, tls.protocol, tls.cipher, ...tls.certificates.map((each) => each.sha256)].join(
      ' ',
    );
    if (!this.#servers.has(key)) this.#servers.set(key, { origin, address: ip, tls });
  }

  async #describe(): Promise<void> {
    const lines: readonly Field[] = [
      ['software', SOFTWARE],
      ['format', 'WARC File Format 1.1'],
      ['conformsTo', WARC_1_1],
      ['robots', 'ignore'],
      [
        'description',
        'Recorded by the forward proxy of the capture browser. Bodies have the content coding in which the server sent them; transfer codings were removed, their header is kept as x-orig-transfer-encoding. Headers of one hop (connection, keep-alive, proxy-*) of requests are those between the proxy and the server. Certificates of the servers: urn:x-holdfast:tls. What was asked for and is not here, or not whole: urn:x-holdfast:not-archived. Of WebSockets the handshake is here and the frames are not.',
      ],
    ];
    await this.#warc.append({
      type: 'warcinfo',
      id: this.#infoId,
      date: new Date().toISOString(),
      contentType: 'application/warc-fields',
      fields: [['WARC-Filename', 'data.warc.gz']],
      head: Buffer.from(lines.map(([name, value]) => `${name}: ${value}\r\n`).join(''), 'utf8'),
      body: null,
    });
  }

  async #storeJson(uri: string, value: unknown): Promise<void> {
    const head = Buffer.from(`${JSON.stringify(value, null, 1)}\n`, 'utf8');
    await this.#warc.append({
      type: 'metadata',
      id: newRecordId(),
      date: new Date().toISOString(),
      contentType: 'application/json',
      fields: [
        ['WARC-Target-URI', uri],
        ['WARC-Warcinfo-ID', this.#infoId],
        ['WARC-Block-Digest', sha256Of(head)],
      ],
      head,
      body: null,
    });
  }

  /** A picture of the page beside its exchanges, as other crawlers keep it. */
  async #storeFile(page: ArchivedPage, name: string, path: string, mediaType: string): Promise<void> {
    const body = this.#spool(Buffer.alloc(0));
    for await (const chunk of createReadStream(path)) await body.write(chunk as Buffer);
    const { payload, block } = body.digests();
    const address = `urn:${name}:${page.address}`;
    const place = await this.#warc.append({
      type: 'resource',
      id: newRecordId(),
      date: page.time,
      contentType: mediaType,
      fields: [
        ['WARC-Target-URI', address],
        ['WARC-Warcinfo-ID', this.#infoId],
        ['WARC-Payload-Digest', payload],
        ['WARC-Block-Digest', block],
      ],
      head: Buffer.alloc(0),
      body,
      dense: true,
    });
    await body.discard();
    this.#index.push({
      key: address,
      date: page.time,
      fields: {
        url: address,
        mime: mediaType,
        status: '200',
        digest: payload,
        length: String(place.length),
        offset: String(place.offset),
        filename: 'data.warc.gz',
      },
    });
  }
}

function referenceTo({ id, address, date }: Original): Field[] {
  return [
    ['WARC-Profile', SAME_PAYLOAD],
    ['WARC-Refers-To', id],
    ['WARC-Refers-To-Target-URI', address],
    ['WARC-Refers-To-Date', date],
  ];
}

function isCompressed(headers: readonly string[]): boolean {
  const coding = headerOf(headers, 'content-encoding');
  return (
    (coding !== null && coding.trim() !== '' && coding !== 'identity') ||
    COMPRESSED_TYPE.test(headerOf(headers, 'content-type') ?? '')
  );
}

function sha256Of(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
