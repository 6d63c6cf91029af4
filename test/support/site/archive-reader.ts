/**
 * Reads a WACZ file and the WARC records in it by the letter of their formats and with nothing of the product's, so
 * that what wrote an archive is not what judges it.
 */
import { createHash } from 'node:crypto';
import { gunzipSync, inflateRawSync } from 'node:zlib';

export interface WarcRecord {
  readonly type: string;
  readonly address: string;
  readonly fields: ReadonlyMap<string, string>;
  /** Of a response; null for anything else. */
  readonly status: number | null;
  /** Of the HTTP message within, in small letters. */
  readonly headers: ReadonlyMap<string, string>;
  /** As the headers describe it: without the framing of chunks only where they name none. */
  readonly body: Buffer;
}

/** Entries of a zip file by its own table of contents. */
export function readZip(bytes: Buffer): ReadonlyMap<string, Buffer> {
  const end = bytes.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'));
  if (end < 0) throw new Error('This is no zip file.');
  const entries = new Map<string, Buffer>();
  let at = bytes.readUInt32LE(end + 16);
  for (let i = bytes.readUInt16LE(end + 10); i > 0; i -= 1) {
    const method = bytes.readUInt16LE(at + 10);
    const size = bytes.readUInt32LE(at + 20);
    const [nameLength, extra, comment] = [28, 30, 32].map((off) => bytes.readUInt16LE(at + off)) as [
      number,
      number,
      number,
    ];
    const local = bytes.readUInt32LE(at + 42);
    if (size === 0xffffffff || local === 0xffffffff)
      throw new Error('A zip64 entry is more than this reads.');
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const stored = bytes.subarray(start, start + size);
    if (method !== 0 && method !== 8) throw new Error(`Method ${method} is unknown.`);
    entries.set(name, method === 0 ? stored : inflateRawSync(stored));
    at += 46 + nameLength + extra + comment;
  }
  return entries;
}

export function recordsOf(wacz: Buffer): WarcRecord[] {
  const records: WarcRecord[] = [];
  for (const [name, bytes] of readZip(wacz))
    if (/^archive\/.+\.warc(\.gz)?$/.test(name))
      records.push(...readWarc(name.endsWith('.gz') ? gunzipSync(bytes) : bytes));
  return records;
}

function readWarc(bytes: Buffer): WarcRecord[] {
  const records: WarcRecord[] = [];
  let at = 0;
  while (at < bytes.length) {
    const headEnd = bytes.indexOf('\r\n\r\n', at);
    if (headEnd < 0 || bytes.toString('latin1', at, at + 5) !== 'WARC/')
      throw new Error(`There is no record at ${at}.`);
    const fields = fieldsOf(bytes.toString('utf8', at, headEnd));
    const start = headEnd + 4;
    const length = Number(fields.get('content-length'));
    const block = bytes.subarray(start, start + length);
    if (
      block.length !== length ||
      bytes.toString('latin1', start + length, start + length + 4) !== '\r\n\r\n'
    )
      throw new Error(`A record at ${at} does not end where it says.`);
    const type = fields.get('warc-type') ?? '';
    const isHttp = (fields.get('content-type') ?? '').startsWith('application/http');
    const bodyAt = isHttp ? block.indexOf('\r\n\r\n') + 4 : 0;
    const head = block.toString('latin1', 0, bodyAt);
    records.push({
      type,
      address: (fields.get('warc-target-uri') ?? '').replace(/^<|>$/g, ''),
      fields,
      status: Number(/^HTTP\/[\d.]+ (\d{3})/.exec(head)?.[1] ?? NaN) || null,
      headers: fieldsOf(head),
      body: block.subarray(bodyAt),
    });
    at = start + length + 4;
  }
  return records;
}

function fieldsOf(head: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of head.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return fields;
}

/** Without the framing of chunks, where the record's own headers say that it is there. */
export function payloadOf(record: WarcRecord): Buffer {
  if (!/chunked/i.test(record.headers.get('transfer-encoding') ?? '')) return record.body;
  const parts: Buffer[] = [];
  for (let at = 0; at < record.body.length;) {
    const line = record.body.indexOf('\r\n', at);
    const size = Number.parseInt(record.body.toString('latin1', at, line), 16);
    // Headers that speak of chunks over a body that has none are not true.
    if (line < 0 || Number.isNaN(size)) return Buffer.alloc(0);
    if (size === 0) break;
    parts.push(record.body.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
  return Buffer.concat(parts);
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
