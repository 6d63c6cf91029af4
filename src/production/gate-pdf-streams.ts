/** The filters of streams in a PDF (ISO 32000-1, 7.4), but for those of pictures. */
import type { Look } from './gate-look.ts';
import { nameOf, refOf, type PdfDictionary, type PdfValue } from './gate-pdf-syntax.ts';
import type { Span } from './gate-strings.ts';
import type { PdfObject } from './gate-pdf.ts';

const PICTURE_FILTERS = ['DCTDecode', 'DCT', 'JPXDecode', 'CCITTFaxDecode', 'CCF', 'JBIG2Decode'];

export function isPicture(dictionary: PdfDictionary): boolean {
  if (nameOf(dictionary.get('Subtype')) === 'Image') return true;
  return listOf(dictionary.get('Filter')).some(isPictureFilter);
}

export const isPictureFilter = (filter: PdfValue): boolean => PICTURE_FILTERS.includes(nameOf(filter) ?? '');

/** Null: it was said why not. Of a picture: up to the filter of the picture itself. */
export function decodeStream(
  look: Look,
  { dictionary, stored, place }: PdfObject,
  find: (ref: number) => PdfObject | undefined,
): Buffer | null {
  const at = (value: PdfValue | undefined): PdfValue | undefined => {
    const ref = refOf(value);
    return ref === null ? value : find(ref)?.value;
  };
  let bytes: Buffer | null = stored;
  const parameters = listOf(at(dictionary.get('DecodeParms') ?? dictionary.get('DP')));
  for (const [n, one] of listOf(at(dictionary.get('Filter'))).entries()) {
    const name = nameOf(at(one)) ?? '';
    if (bytes === null || PICTURE_FILTERS.includes(name)) break;
    const given = at(parameters[n]);
    bytes = filtered(look, place, bytes, name);
    if (bytes !== null && given instanceof Map) bytes = unpredicted(look, place, bytes, given);
  }
  if (bytes !== null && dictionary.has('F') && nameOf(dictionary.get('Type')) !== 'EmbeddedFile')
    look.unread(place, 'its bytes are in another file');
  return bytes;
}

function filtered(look: Look, place: string, bytes: Buffer, name: string): Buffer | null {
  switch (name) {
    case 'FlateDecode':
    case 'Fl':
      return look.unpack(place, bytes, 'deflate');
    case 'ASCIIHexDecode':
    case 'AHx': {
      const digits = (bytes.toString('latin1').split('>')[0] ?? '').replace(/[^0-9a-f]/gi, '');
      return Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex');
    }
    case 'ASCII85Decode':
    case 'A85':
      return ascii85(bytes);
    case 'RunLengthDecode':
    case 'RL':
      return runLength(bytes);
    default:
      look.unread(place, `it is packed in a way that is not known here (${name})`);
      return null;
  }
}

function ascii85(bytes: Buffer): Buffer {
  const out: number[] = [];
  let group: number[] = [];
  const flush = (): void => {
    const length = group.length;
    if (length < 2) return;
    while (group.length < 5) group.push(84);
    const value = group.reduce((sum, digit) => sum * 85 + digit, 0);
    out.push(...[24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) & 0xff).slice(0, length - 1));
    group = [];
  };
  for (const byte of bytes) {
    if (byte === 0x7e) break;
    if (byte === 0x7a && group.length === 0) out.push(0, 0, 0, 0);
    else if (byte >= 0x21 && byte <= 0x75) group.push(byte - 0x21);
    if (group.length === 5) flush();
  }
  flush();
  return Buffer.from(out);
}

function runLength(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes[at] ?? 128;
    if (length === 128) break;
    if (length < 128) parts.push(bytes.subarray(at + 1, at + 2 + length));
    else parts.push(Buffer.alloc(257 - length, bytes[at + 1] ?? 0));
    at += length < 128 ? length + 2 : 2;
  }
  return Buffer.concat(parts);
}

/** Rows that are written as differences from the row above (7.4.4.4). */
function unpredicted(look: Look, place: string, bytes: Buffer, given: PdfDictionary): Buffer | null {
  const number = (key: string, or: number): number => {
    const value = given.get(key);
    return typeof value === 'number' ? value : or;
  };
  const predictor = number('Predictor', 1);
  if (predictor === 1) return bytes;
  const pixel = Math.ceil((number('Colors', 1) * number('BitsPerComponent', 8)) / 8);
  const width = Math.ceil((number('Colors', 1) * number('BitsPerComponent', 8) * number('Columns', 1)) / 8);
  if (predictor < 10 || pixel < 1 || width < 1) {
    look.unread(place, 'it is packed by differences in a way that is not known here');
    return null;
  }
  const rows: Buffer[] = [];
  let above: Buffer = Buffer.alloc(width);
  for (let at = 0; at < bytes.length; at += width + 1) {
    const how = bytes[at] ?? 0;
    const row = Buffer.from(bytes.subarray(at + 1, at + 1 + width));
    for (let n = 0; n < row.length; n += 1) {
      const [left, up, corner] = [
        n < pixel ? 0 : (row[n - pixel] ?? 0),
        above[n] ?? 0,
        n < pixel ? 0 : (above[n - pixel] ?? 0),
      ];
      row[n] = ((row[n] ?? 0) + ([0, left, up, (left + up) >> 1, paeth(left, up, corner)][how] ?? 0)) & 0xff;
    }
    rows.push(row);
    above = row;
  }
  return Buffer.concat(rows);
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

function listOf(value: PdfValue | undefined): readonly PdfValue[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}

/** Where bytes lie that were unpacked, and are looked through as what they were: a few letters stand in packed bytes by chance. */
export function packedIn(bytes: Buffer, streams: readonly PdfObject[]): readonly Span[] {
  return streams.flatMap(({ dictionary, stored }) =>
    stored === null || !dictionary.has('Filter') || stored.buffer !== bytes.buffer
      ? []
      : [
          {
            start: stored.byteOffset - bytes.byteOffset,
            end: stored.byteOffset - bytes.byteOffset + stored.length,
          },
        ],
  );
}
