/** Web archives: each record's head and block, each HTTP message's head and body, without the framing and packing of the network. */
import { within, type Look, type Packing } from './gate-look.ts';

const ENCODINGS: Readonly<Record<string, Packing>> = {
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
  br: 'brotli',
  zstd: 'zstd',
};

export function lookIntoWarc(look: Look, place: string, bytes: Buffer): void {
  let at = 0;
  for (let n = 1; at < bytes.length; n += 1) {
    const where = within(place, `record ${n}`);
    const headEnd = bytes.indexOf('\r\n\r\n', at);
    const head = bytes.toString('utf8', at, headEnd < 0 ? bytes.length : headEnd);
    const length = /^content-length:\s*(\d+)\s*$/im.exec(head)?.[1];
    if (headEnd < 0 || !head.startsWith('WARC/') || length === undefined) {
      look.seeBytes(where, bytes.subarray(at));
      look.unread(where, 'it is no record of a web archive, and so is all that follows');
      return;
    }
    look.see(within(where, 'head'), head);
    const from = headEnd + 4;
    const to = from + Number(length);
    if (to > bytes.length) look.unread(where, 'it ends before its length');
    const block = bytes.subarray(from, to);
    const type = /^content-type:\s*(.+)$/im.exec(head)?.[1] ?? null;
    if (/^application\/http/i.test(type ?? '')) message(look, where, block);
    else look.inside(within(where, 'block'), block, { mediaType: type, name: null });
    at = to;
    while (bytes[at] === 13 || bytes[at] === 10) at += 1;
  }
}

function message(look: Look, where: string, block: Buffer): void {
  const end = block.indexOf('\r\n\r\n');
  const head = block.toString('latin1', 0, end < 0 ? block.length : end);
  look.see(within(where, 'HTTP head'), head);
  look.seeBytes(within(where, 'HTTP head'), Buffer.from(head, 'latin1'));
  if (end < 0) return;
  const field = (name: string): string | null =>
    new RegExp(`^${name}:\\s*(.*?)\\s*$`, 'im').exec(head)?.[1]?.toLowerCase() ?? null;
  const place = within(where, 'body');
  let body: Buffer | null = block.subarray(end + 4);
  if (field('transfer-encoding')?.includes('chunked') === true) body = unchunked(look, place, body) ?? body;
  // What was applied last is taken off first.
  for (const name of (field('content-encoding') ?? '').split(/\s*,\s*/).toReversed()) {
    if (name === '' || name === 'identity' || body === null || body.length === 0) continue;
    const packing = ENCODINGS[name];
    if (packing === undefined) {
      look.unread(place, 'it is encoded in a way that is not known');
      body = null;
    } else body = unpacked(look, place, body, packing);
  }
  if (body !== null) look.inside(place, body, { mediaType: contentType(head), name: null });
}

/** Programs keep the head as it was and the body as they read it: a body that is not packed at all is read as it is. */
function unpacked(look: Look, place: string, body: Buffer, packing: Packing): Buffer | null {
  const isGzip = body[0] === 0x1f && body[1] === 0x8b;
  if (packing === 'gzip' && !isGzip) return body;
  if (packing === 'deflate' && ((body[0] ?? 0) & 0x0f) !== 8) return look.unpack(place, body, 'raw-deflate');
  return look.unpack(place, body, packing);
}

function contentType(head: string): string | null {
  return /^content-type:\s*(.+?)\s*$/im.exec(head)?.[1] ?? null;
}

/** Null: there are no chunks after all. */
function unchunked(look: Look, place: string, body: Buffer): Buffer | null {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const end = body.indexOf('\r\n', at);
    const size = /^([0-9a-f]{1,8})\s*(?:;.*)?$/i.exec(body.toString('latin1', at, end < 0 ? at : end))?.[1];
    if (size === undefined) return null;
    const length = Number.parseInt(size, 16);
    if (length === 0) {
      look.seeBytes(within(place, 'trailers'), body.subarray(end + 2));
      break;
    }
    parts.push(body.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
  return Buffer.concat(parts);
}
