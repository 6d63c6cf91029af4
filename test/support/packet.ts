/** Files that are about to leave, with a word in them that should not: each made by other people's programs, or by the letter of its format. */
import { crc32, deflateSync, gzipSync } from 'node:zlib';
import PdfDocument from 'pdfkit';
import sharp from 'sharp';
import { ZipFile } from 'yazl';
import type { PacketFile } from '#production/production.ts';

export function packetFile(name: string, mediaType: string, bytes: Uint8Array | string): PacketFile {
  return {
    name,
    mediaType,
    async *open() {
      const whole = Buffer.from(bytes as Uint8Array);
      // In pieces, as from a store.
      for (let at = 0; at < whole.length; at += 1000)
        yield await Promise.resolve(whole.subarray(at, at + 1000));
    },
  };
}

export interface PdfInput {
  readonly text?: string;
  readonly title?: string;
  readonly compress?: boolean;
  readonly fontFile?: string;
  readonly draw?: (pdf: PDFKit.PDFDocument) => void;
}

export async function pdf({
  text = 'An ordinary page.',
  title,
  compress = true,
  fontFile,
  draw,
}: PdfInput): Promise<Buffer> {
  const document = new PdfDocument({
    compress,
    info: { ...(title !== undefined && { Title: title }), CreationDate: new Date(0) },
  });
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise((resolve) => void document.once('end', resolve));
  if (fontFile !== undefined) document.font(fontFile);
  document.text(text);
  draw?.(document);
  document.end();
  await ended;
  return Buffer.concat(chunks);
}

/** An incremental update: the object is there once more, and the old one is still in the file. */
export function updatedPdf(): Buffer {
  const head = '%PDF-1.7\n';
  const objects = (content: string): string[] => [
    '1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n',
    '2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n',
    '3 0 obj\n<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>\nendobj\n',
    stream(4, content),
    '5 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>\nendobj\n',
  ];
  return Buffer.concat([
    Buffer.from(head, 'latin1'),
    Buffer.from(objects('BT /F1 12 Tf (Reported by To) Tj [(by) -20 (Quill)] TJ ET').join(''), 'latin1'),
    Buffer.from('trailer\n<< /Root 1 0 R /Size 6 >>\n%%EOF\n', 'latin1'),
    Buffer.from(stream(4, 'BT /F1 12 Tf (Reported by a resident) Tj ET'), 'latin1'),
    Buffer.from('trailer\n<< /Root 1 0 R /Size 6 /Prev 0 >>\n%%EOF\n', 'latin1'),
  ]);
}

/** The same page in two streams. */
export function splitPdf(): Buffer {
  return Buffer.from(
    [
      '%PDF-1.7\n3 0 obj\n<< /Type /Page /Contents [4 0 R 6 0 R] /Resources << /Font << /F1 5 0 R >> >> >>\nendobj\n',
      stream(4, '/F1 12 Tf BT (Toby Qu) Tj'),
      stream(6, '(ill) Tj ET'),
      '5 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>\nendobj\n%%EOF\n',
    ].join(''),
    'latin1',
  );
}

function stream(number: number, content: string): string {
  const packed = deflateSync(Buffer.from(content)).toString('latin1');
  return `${number} 0 obj\n<< /Filter /FlateDecode /Length ${packed.length} >>\nstream\n${packed}\nendstream\nendobj\n`;
}

export async function zip(
  members: Readonly<Record<string, string | Uint8Array>>,
  comment?: string,
): Promise<Buffer> {
  const file = new ZipFile();
  for (const [name, bytes] of Object.entries(members)) file.addBuffer(Buffer.from(bytes as Uint8Array), name);
  file.end({ forceZip64Format: false, comment: comment ?? '' });
  const chunks: Buffer[] = [];
  for await (const chunk of file.outputStream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}

/** A web archive whose one page came gzipped and in chunks, as it lies in the record. */
export async function wacz(body: string, headers = ''): Promise<Buffer> {
  const packed = gzipSync(body);
  const middle = Math.floor(packed.length / 2);
  const chunk = (part: Buffer): Buffer =>
    Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]);
  const http = Buffer.concat([
    Buffer.from(
      `HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n${headers}\r\n`,
    ),
    chunk(packed.subarray(0, middle)),
    chunk(packed.subarray(middle)),
    Buffer.from('0\r\n\r\n'),
  ]);
  const record = Buffer.concat([
    Buffer.from(
      `WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://social.example/\r\nWARC-Record-ID: <urn:uuid:01990000-0000-7000-8000-000000000001>\r\nWARC-Date: 2026-11-30T00:00:00Z\r\nContent-Type: application/http;msgtype=response\r\nContent-Length: ${http.length}\r\n\r\n`,
    ),
    http,
    Buffer.from('\r\n\r\n'),
  ]);
  return await zip({
    'archive/data.warc.gz': gzipSync(record),
    'pages/pages.jsonl': '{"format":"json-pages-1.0"}\n{"url":"https://social.example/"}\n',
    'datapackage.json': '{"profile":"data-package"}',
  });
}

const picture = () => sharp({ create: { width: 64, height: 48, channels: 3, background: '#246' } });

export async function jpegWithExif(description: string): Promise<Buffer> {
  return await picture()
    .jpeg()
    .withExif({ IFD0: { ImageDescription: description } })
    .toBuffer();
}
export const plainJpeg = async (): Promise<Buffer> => await picture().jpeg().toBuffer();
export const plainPng = async (): Promise<Buffer> => await picture().png().toBuffer();
export const plainWebp = async (): Promise<Buffer> => await picture().webp().toBuffer();
export const plainGif = async (): Promise<Buffer> => await picture().gif().toBuffer();

/** Behind the first marker of a JPEG. */
export function withSegment(jpeg: Buffer, marker: number, data: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, data, jpeg.subarray(2)]);
}

/** Behind the first chunk of a PNG, which has always the same length. */
export function withChunk(png: Buffer, type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const around = Buffer.alloc(8);
  around.writeUInt32BE(data.length, 0);
  around.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([
    png.subarray(0, 33),
    around.subarray(0, 4),
    body,
    around.subarray(4),
    png.subarray(33),
  ]);
}
