/** The gate: each leak is first shown to be one, and is then stopped at its place; what cannot be read stops as well; clean packets pass. */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { brotliCompressSync, deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { passGate, type GateOptions, type PacketFile } from '#production/production.ts';
import {
  jpegWithExif,
  packetFile,
  pdf,
  plainGif,
  plainJpeg,
  plainPng,
  plainWebp,
  splitPdf,
  updatedPdf,
  wacz,
  withChunk,
  withSegment,
  zip,
} from '../support/packet.ts';
import { readZip } from '../support/site/archive-reader.ts';

const NAME = 'Toby Quill';
const PHONE = '816-555-0142';
const WITHHELD = [
  { item: 'passage 1', text: NAME },
  { item: 'passage 2', text: PHONE },
];
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
/** A person has looked at these pictures; their pixels are not in question here. */
async function gate(files: readonly PacketFile[], options: GateOptions = {}) {
  const pictures = new Set<string>();
  for (const file of files) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of file.open()) chunks.push(chunk);
    pictures.add(sha256(Buffer.concat(chunks)));
  }
  return await passGate(files, WITHHELD, { seen: { pictures }, ...options });
}
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const FONT = createRequire(import.meta.url).resolve(
  '@expo-google-fonts/noto-sans-math/400Regular/NotoSansMath_400Regular.ttf',
);
/** Every stream of a PDF that inflates, by nothing of ours. */
function inflated(bytes: Buffer): string {
  const text = bytes.toString('latin1');
  return [...text.matchAll(/stream\r?\n([\s\S]*?)\r?\nendstream/g)]
    .map(([, data = '']) => {
      try {
        return inflateSync(Buffer.from(data, 'latin1')).toString('latin1');
      } catch {
        return data;
      }
    })
    .join('\n');
}
const hexIn = (text: string): string =>
  [...text.matchAll(/<([0-9a-fA-F]+)>/g)]
    .map(([, hex = '']) => Buffer.from(hex, 'hex').toString('latin1'))
    .join('');

interface Leak {
  readonly what: string;
  readonly file: () => PacketFile | Promise<PacketFile>;
  /** By a decoder that is not ours: the words as a reader gets them. */
  readonly leaks: (bytes: Buffer, file: PacketFile) => string | Promise<string>;
  readonly place: RegExp;
}
const plainly = (bytes: Buffer): string => bytes.toString('utf8');
const leak = (
  what: string,
  name: string,
  mediaType: string,
  bytes: Buffer | string | (() => Promise<Buffer> | Buffer),
  leaks: Leak['leaks'],
  place: RegExp,
): Leak => ({
  what,
  file: async () => packetFile(name, mediaType, typeof bytes === 'function' ? await bytes() : bytes),
  leaks,
  place,
});

const LEAKS: readonly Leak[] = [
  leak(
    'a file name',
    'reports/toby-quill.txt',
    'text/plain',
    'nothing',
    (_, { name }) => name.replace('-', ' '),
    /^file name$/,
  ),
  leak('a plain text', 'a.txt', 'text/plain', `seen: ${NAME}`, plainly, /^text$/),
  leak(
    'a text in UTF-16',
    'a.txt',
    'text/plain',
    Buffer.concat([Buffer.from('fffe', 'hex'), utf16(`seen: ${NAME}`)]),
    (bytes) => bytes.toString('utf16le'),
    /^text$/,
  ),
  leak(
    'a text in UTF-16, the other end first, without a mark',
    'a.txt',
    'text/plain',
    utf16(`seen: ${NAME}`).swap16(),
    (bytes) => Buffer.from(bytes).swap16().toString('utf16le'),
    /^text$/,
  ),
  leak(
    'another case, a line break and marks of no width',
    'a.txt',
    'text/plain',
    'TO\u200bBY\r\n  QU\u00adILL',
    (bytes) =>
      bytes
        .toString('utf8')
        .replace(/[\u200b\u00ad]/g, '')
        .replace(/\s+/g, ' '),
    /^text$/,
  ),
  leak(
    'letters with their accents apart',
    'a.txt',
    'text/plain',
    'To\u0301by Quill',
    (bytes) => bytes.toString('utf8').normalize('NFD').replace(/\p{M}/gu, ''),
    /^text$/,
  ),
  leak(
    'full-width letters',
    'a.txt',
    'text/plain',
    'Ｔｏｂｙ　Ｑｕｉｌｌ',
    (bytes) => bytes.toString('utf8').normalize('NFKC'),
    /^text$/,
  ),
  leak(
    'a cell of a table',
    'a.csv',
    'text/csv',
    `id,note\r\n1,"He said ""${NAME}"""\r\n`,
    plainly,
    /^row 2, column 2$/,
  ),
  leak(
    'two cells of a table',
    'a.csv',
    'text/csv',
    'given,family\r\nToby,Quill\r\n',
    (bytes) => bytes.toString().replace(',Q', ' Q'),
    /^row 2$/,
  ),
  leak(
    'a member of JSON, in escapes',
    'a.json',
    'application/json',
    '{"a":[{"b":"\\u0054oby\\u0020Quill"}]}',
    (bytes) => JSON.parse(bytes.toString()).a[0].b,
    /^member \/a\/0\/b$/,
  ),
  leak(
    'marked-up text in a member of JSON',
    'a.json',
    'application/json',
    JSON.stringify({ html: '<p>To<b>by</b> <i>Qu</i>ill</p>' }),
    (bytes) => JSON.parse(bytes.toString()).html.replace(/<[^>]+>/g, ''),
    /^member \/html \(without tags\)$/,
  ),
  leak('a key of JSON', 'a.json', 'application/json', `{"${NAME}":1}`, plainly, /^key \/▇$/),
  leak(
    'a line of JSON',
    'a.jsonl',
    'application/jsonl',
    `{"a":1}\n{"a":"${NAME}"}\n`,
    plainly,
    /^line 2 › member \/a$/,
  ),
  leak(
    'the words for a picture',
    'a.html',
    'text/html',
    `<p>A picture</p>\n<img src="a.png" alt="${NAME} at the pool">`,
    plainly,
    /^attribute alt of img in line 2$/,
  ),
  leak(
    'entities',
    'a.html',
    'text/html',
    '<p>&#84;o&#x62;y&nbsp;Quill</p>',
    (bytes) => bytes.toString().replace('&#84;', 'T').replace('&#x62;', 'b').replace('&nbsp;', ' '),
    /text/,
  ),
  leak(
    'a word that tags part',
    'a.html',
    'text/html',
    '<p>To<b>by Qu</b>ill</p>',
    (bytes) => bytes.toString().replace(/<[^>]+>/g, ''),
    /^marked-up text$/,
  ),
  leak('a comment', 'a.html', 'text/html', `<p>a</p><!-- ${NAME} -->`, plainly, /^comment in line 1$/),
  leak(
    'percent signs, twice',
    'a.txt',
    'text/plain',
    `https://a.example/?q=${encodeURIComponent(encodeURIComponent('Tóby Quill'))}`,
    (bytes) =>
      decodeURIComponent(decodeURIComponent(bytes.toString().slice(21)))
        .normalize('NFD')
        .replace(/\p{M}/gu, ''),
    /decoded/,
  ),
  leak(
    'Base64',
    'a.json',
    'application/json',
    JSON.stringify({ a: Buffer.from(`seen: ${NAME}!`).toString('base64') }),
    (bytes) => Buffer.from(JSON.parse(bytes.toString()).a, 'base64').toString(),
    /^member \/a \(Base64\)$/,
  ),
  leak(
    'Base64 in lines, behind letters of its alphabet',
    'a.txt',
    'text/plain',
    `x/${Buffer.from(`${'.'.repeat(80)}${NAME}`)
      .toString('base64')
      .replace(/.{40}/g, '$&\r\n')}`,
    (bytes) => Buffer.from(bytes.toString().slice(2), 'base64').toString(),
    /Base64/,
  ),
  leak(
    'hex',
    'a.txt',
    'text/plain',
    Buffer.from(NAME).toString('hex'),
    (bytes) => Buffer.from(bytes.toString(), 'hex').toString(),
    /hex/,
  ),
  leak(
    'quoted-printable',
    'a.eml',
    'message/rfc822',
    'To=62y=20Qu=\r\nill',
    (bytes) =>
      bytes
        .toString()
        .replace('=\r\n', '')
        .replace(/=(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    /quoted-printable/,
  ),
  leak(
    'the head of a mail',
    'a.eml',
    'message/rfc822',
    'Subject: =?utf-8?B?VG9ieQ==?= =?utf-8?Q?_Qu=69ll?=',
    (bytes) => `${Buffer.from(bytes.toString().slice(19, 27), 'base64').toString()} Quill`,
    /head of a mail/,
  ),
  leak(
    'a style sheet',
    'a.css',
    'text/css',
    'a:after { content: "\\54 oby \\51 uill" }',
    (bytes) => bytes.toString().replace('\\54 ', 'T').replace('\\51 ', 'Q'),
    /style sheet/,
  ),
  leak(
    'a gzipped file',
    'a.txt.gz',
    'application/gzip',
    gzipSync(NAME),
    (bytes) => gunzipSync(bytes).toString(),
    /^unpacked › text$/,
  ),
  leak(
    'a text layer',
    'a.pdf',
    'application/pdf',
    async () => await pdf({ text: NAME }),
    (bytes) => hexIn(inflated(bytes)),
    /^object \d+ › page text$/,
  ),
  leak(
    'a text layer in a font of its own',
    'a.pdf',
    'application/pdf',
    async () => await pdf({ text: NAME, fontFile: FONT }),
    (bytes) => (inflated(bytes).includes('beginbfrange') ? NAME : ''),
    /^object \d+ › page text$/,
  ),
  leak(
    'text under a black box',
    'a.pdf',
    'application/pdf',
    async () =>
      await pdf({ text: NAME, draw: (document) => void document.rect(0, 0, 600, 800).fill('black') }),
    (bytes) => hexIn(inflated(bytes)),
    /^object \d+ › page text$/,
  ),
  leak(
    'the title of a document',
    'a.pdf',
    'application/pdf',
    async () => await pdf({ title: 'Tóby Quill ő' }),
    (bytes) => (bytes.includes(utf16('by Quill').swap16()) ? NAME : ''),
    /^object \d+ › string Title$/,
  ),
  leak(
    'an earlier version',
    'a.pdf',
    'application/pdf',
    updatedPdf,
    (bytes) => inflated(bytes).replace(') Tj [(', '').replace(') -20 (', ' '),
    /^object 4 of an earlier version › page text$/,
  ),
  leak(
    'a page that is cut within a word',
    'a.pdf',
    'application/pdf',
    splitPdf,
    (bytes) => inflated(bytes).replace(/\) Tj\s+\(/, ''),
    /^object 3 › page text$/,
  ),
  leak(
    'a file in a document',
    'a.pdf',
    'application/pdf',
    async () =>
      await pdf({ draw: (document) => void document.file(Buffer.from(`seen: ${NAME}`), { name: 'a.txt' }) }),
    inflated,
    /embedded file › text$/,
  ),
  leak(
    'EXIF',
    'a.jpg',
    'image/jpeg',
    async () => await jpegWithExif(NAME),
    (bytes) => bytes.toString('latin1'),
    /^EXIF$/,
  ),
  leak(
    'EXIF of a WebP',
    'a.webp',
    'image/webp',
    async () =>
      await sharp(await jpegWithExif(NAME))
        .keepExif()
        .webp()
        .toBuffer(),
    (bytes) => bytes.toString('latin1'),
    /^chunk EXIF$/,
  ),
  leak(
    'XMP',
    'a.jpg',
    'image/jpeg',
    async () =>
      withSegment(
        await plainJpeg(),
        0xe1,
        Buffer.from(
          `http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><dc:title>To&#98;y Quill</dc:title></x:xmpmeta>`,
        ),
      ),
    (bytes) => bytes.toString('latin1').replace('&#98;', 'b'),
    /^XMP/,
  ),
  leak(
    'IPTC',
    'a.jpg',
    'image/jpeg',
    async () =>
      withSegment(
        await plainJpeg(),
        0xed,
        Buffer.from(`Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0f\x1c\x02\x78\0\x0a${NAME}\0`, 'latin1'),
      ),
    (bytes) => bytes.toString('latin1'),
    /^IPTC$/,
  ),
  leak(
    'words in UTF-16 in a colour profile',
    'a.jpg',
    'image/jpeg',
    async () =>
      withSegment(
        await plainJpeg(),
        0xe2,
        Buffer.concat([Buffer.from('ICC_PROFILE\0'), utf16(NAME).swap16()]),
      ),
    (bytes) => bytes.toString('latin1').replaceAll('\0', ''),
    /^colour profile$/,
  ),
  leak(
    'a packed text of a PNG',
    'a.png',
    'image/png',
    async () =>
      withChunk(await plainPng(), 'zTXt', Buffer.concat([Buffer.from('Comment\0\0'), deflateSync(NAME)])),
    (bytes) => inflateSync(bytes.subarray(bytes.indexOf('Comment') + 9)).toString(),
    /^chunk zTXt$/,
  ),
  leak(
    'words behind a picture',
    'a.png',
    'image/png',
    async () => Buffer.concat([await plainPng(), Buffer.from(`seen: ${NAME}`)]),
    (bytes) => bytes.toString('latin1'),
    /^behind the picture › text$/,
  ),
  leak(
    'a comment of a GIF',
    'a.gif',
    'image/gif',
    async () => {
      const gif = await plainGif();
      return Buffer.concat([gif.subarray(0, -1), Buffer.from(`\x21\xfe\x05Toby \x05Quill\0\x3b`, 'latin1')]);
    },
    (bytes) => bytes.toString('latin1').replace('\x05Q', 'Q'),
    /^extension fe$/,
  ),
  leak(
    'a member of a ZIP',
    'a.zip',
    'application/zip',
    async () => await zip({ 'a/b.txt': `seen: ${NAME}` }),
    (bytes) => plainly(readZip(bytes).get('a/b.txt') ?? Buffer.alloc(0)),
    /^member a\/b\.txt › text$/,
  ),
  leak(
    'the name of a member',
    'a.zip',
    'application/zip',
    async () => await zip({ 'Toby Quill.txt': 'nothing' }),
    (bytes) => [...readZip(bytes).keys()].join(),
    /^name of member 1$/,
  ),
  leak(
    'the comment of a ZIP',
    'a.zip',
    'application/zip',
    async () => await zip({ 'a.txt': 'nothing' }, `made for ${NAME}`),
    (bytes) => bytes.toString('latin1'),
    /^comment of the archive$/,
  ),
  leak(
    'a ZIP in a ZIP',
    'a.zip',
    'application/zip',
    async () => await zip({ 'b.zip': await zip({ 'c.json': `{"a":"${NAME}"}` }) }),
    (bytes) =>
      plainly(readZip(readZip(bytes).get('b.zip') ?? Buffer.alloc(0)).get('c.json') ?? Buffer.alloc(0)),
    /^member b\.zip › member c\.json › member \/a$/,
  ),
  leak(
    'a document of an office program',
    'a.docx',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    async () =>
      await zip({ 'word/document.xml': '<w:p><w:r><w:t>Toby Qu</w:t></w:r><w:r><w:t>ill</w:t></w:r></w:p>' }),
    (bytes) => plainly(readZip(bytes).get('word/document.xml') ?? Buffer.alloc(0)).replace(/<[^>]+>/g, ''),
    /document\.xml › marked-up text$/,
  ),
  leak(
    'the body of a web archive',
    'a.wacz',
    'application/wacz',
    async () => await wacz(`<p>${NAME}</p>`),
    (bytes) => {
      const warc = gunzipSync(readZip(bytes).get('archive/data.warc.gz') ?? Buffer.alloc(0));
      const start = warc.indexOf('\r\n\r\n', warc.indexOf('HTTP/1.1')) + 4;
      const body = warc.subarray(start);
      const first = Number.parseInt(body.toString('latin1', 0, 8), 16);
      const at = body.indexOf('\r\n') + 2;
      const next = at + first + 2;
      const second = Number.parseInt(body.toString('latin1', next, next + 8), 16);
      const from = body.indexOf('\r\n', next) + 2;
      return gunzipSync(
        Buffer.concat([body.subarray(at, at + first), body.subarray(from, from + second)]),
      ).toString();
    },
    /^member archive\/data\.warc\.gz › unpacked › record 1 › body › unpacked|^member archive\/data\.warc\.gz › unpacked › record 1 › body › marked-up text$/,
  ),
  leak(
    'the head of a message in a web archive',
    'a.wacz',
    'application/wacz',
    async () => await wacz('<p>a</p>', `X-Author: ${NAME}\r\n`),
    (bytes) => gunzipSync(readZip(bytes).get('archive/data.warc.gz') ?? Buffer.alloc(0)).toString('latin1'),
    /record 1 › HTTP head$/,
  ),
  leak(
    'a picture in a page',
    'a.html',
    'text/html',
    async () =>
      `<img src="data:image/jpeg;base64,${(await jpegWithExif(NAME)).toString('base64')}">` as unknown as Buffer,
    (bytes) => Buffer.from(bytes.toString().slice(33, -2), 'base64').toString('latin1'),
    /Base64\) › EXIF$/,
  ),
];

describe('a planted leak', () => {
  test.each(LEAKS.map((one) => [one.what, one] as const))(
    'in %s is stopped at its place',
    async (_what, one) => {
      const file = await one.file();
      const chunks: Uint8Array[] = [];
      for await (const chunk of file.open()) chunks.push(chunk);
      // It would have leaked: a reader gets the words.
      const read = await one.leaks(Buffer.concat(chunks), file);
      expect(read.toLowerCase()).toContain(NAME.toLowerCase());
      const verdict = await gate([packetFile('clean.txt', 'text/plain', 'nothing here'), file]);
      expect(verdict.clean).toBe(false);
      expect(verdict.hits.map(({ item }) => item)).toContain('passage 1');
      expect(verdict.hits.map(({ place }) => place)).toContainEqual(expect.stringMatching(one.place));
      // A report that is read by many names the place, and not the words.
      expect(JSON.stringify(verdict).toLowerCase()).not.toMatch(/quill/);
      expect(verdict.hits.every((hit) => hit.file.startsWith('2: '))).toBe(true);
    },
  );

  test('in the pixels is stopped by whoever reads them', async () => {
    const bytes = await plainPng();
    const file = packetFile('a.png', 'image/png', bytes);
    const reads = (lines: readonly string[], doubt: string | null = null) => ({
      seen: {},
      readPixels: async () => await Promise.resolve({ lines, doubt }),
    });
    const options = reads(['seen:', 'Toby', 'Quill']);
    expect((await gate([file], options)).hits).toEqual([
      { file: '1: a.png', place: 'pixels', item: 'passage 1', what: 'whole' },
    ]);
    expect(await gate([file], reads(['nothing']))).toMatchObject({ clean: true });
    // What was read with doubt was looked through, and is not clean.
    expect(await gate([file], reads(['nothing'], 'some of it could not be read'))).toMatchObject({
      clean: false,
      unread: [{ why: 'some of it could not be read', picture: sha256(bytes) }],
    });
  });

  test('of a number is found in whatever way it is written', async () => {
    for (const text of [
      '(816) 555-0142',
      '+1 816.555.0142',
      '٨١٦٥٥٥٠١٤٢',
      '816\u200b555\n0142',
      '%38%31%365550142',
    ])
      expect(
        (await gate([packetFile('a.txt', 'text/plain', text)])).hits.map(({ item }) => item),
        text,
      ).toEqual(['passage 2']);
  });
});

describe('what was not looked at is not clean', () => {
  const video = Buffer.concat([Buffer.from('00000020667479706d703432', 'hex'), Buffer.alloc(500, 0x81)]);
  test.each<[string, PacketFile | Promise<PacketFile>, RegExp]>([
    ['a video', packetFile('a.mp4', 'video/mp4', video), /not taken apart/],
    [
      'a text in an encoding that nobody named',
      packetFile('a.txt', 'text/plain', Buffer.from('Jos\xe9', 'latin1')),
      /encoding that is not named/,
    ],
    [
      'a picture whose pixels nobody read',
      plainJpeg().then((bytes) => packetFile('a.jpg', 'image/jpeg', bytes)),
      /pixels were not read/,
    ],
    [
      'a picture with a second one in it',
      plainJpeg().then(async (bytes) =>
        packetFile(
          'a.jpg',
          'image/jpeg',
          withSegment(bytes, 0xe1, Buffer.concat([Buffer.from('Exif\0\0'), await plainPng()])),
        ),
      ),
      /second, small picture/,
    ],
    [
      'a broken ZIP',
      zip({ 'a.txt': 'x'.repeat(100) }).then((bytes) =>
        packetFile('a.zip', 'application/zip', bytes.subarray(0, 60)),
      ),
      /without a directory/,
    ],
    [
      'bytes between the members of a ZIP',
      zip({ 'a.txt': 'x' }).then((bytes) => {
        const directory = bytes.readUInt32LE(bytes.length - 6);
        const shifted = Buffer.from(bytes.subarray(directory));
        shifted.writeUInt32LE(directory + 6, shifted.length - 6);
        const all = Buffer.concat([bytes.subarray(0, directory), Buffer.from('hidden'), shifted]);
        // Who unpacks it sees nothing of them.
        expect([...readZip(all).keys()]).toEqual(['a.txt']);
        return packetFile('a.zip', 'application/zip', all);
      }),
      /belong to no member/,
    ],
    [
      'an encrypted PDF',
      packetFile(
        'a.pdf',
        'application/pdf',
        '%PDF-1.7\n1 0 obj\n<< /A (x) >>\nendobj\ntrailer\n<< /Encrypt 2 0 R >>\n%%EOF',
      ),
      /encrypted/,
    ],
    [
      'a stream that is packed in a way nobody knows',
      packetFile(
        'a.pdf',
        'application/pdf',
        '%PDF-1.7\n1 0 obj\n<< /Length 3 /Filter /LZWDecode >>\nstream\nabc\nendstream\nendobj\n%%EOF',
      ),
      /LZWDecode/,
    ],
    [
      'a font that does not say its letters',
      packetFile(
        'a.pdf',
        'application/pdf',
        '%PDF-1.7\n1 0 obj\n<< /Length 29 /Resources << /Font << /F1 2 0 R >> >> >>\nstream\nBT /F1 9 Tf <00010002> Tj ET \nendstream\nendobj\n2 0 obj\n<< /Type /Font /Subtype /Type0 /Encoding /Identity-H >>\nendobj\n%%EOF',
      ),
      /which letters/,
    ],
    [
      'bytes behind what is packed',
      plainPng().then((png) => {
        const packed = Buffer.concat([deflateSync('x'), Buffer.alloc(9, 0x9c)]);
        // Who unpacks it is told nothing of them.
        expect(inflateSync(packed).toString()).toBe('x');
        return packetFile(
          'a.png',
          'image/png',
          withChunk(png, 'zTXt', Buffer.concat([Buffer.from('A\0\0'), packed])),
        );
      }),
      /behind what is packed/,
    ],
    [
      'a font whose map passes over a code',
      packetFile(
        'a.pdf',
        'application/pdf',
        '%PDF-1.7\n1 0 obj\n<< /Length 25 /Resources << /Font << /F1 2 0 R >> >> >>\nstream\nBT /F1 9 Tf <0102> Tj ET \nendstream\nendobj\n2 0 obj\n<< /Type /Font /Subtype /TrueType /ToUnicode 3 0 R >>\nendobj\n3 0 obj\n<< /Length 38 >>\nstream\n1 beginbfchar <01> <0041> endbfchar\nendstream\nendobj\n%%EOF',
      ),
      /which letters/,
    ],
    [
      'a bomb',
      packetFile('a.gz', 'application/gzip', gzipSync(Buffer.alloc(20_000_000))),
      /more than 10000000 bytes are packed/,
    ],
    [
      'too many files in one another',
      Array.from({ length: 12 })
        .reduce<Promise<Buffer>>(async (inner) => gzipSync(await inner), Promise.resolve(Buffer.from('x')))
        .then((bytes) => packetFile('a.gz', 'application/gzip', bytes)),
      /files deep/,
    ],
    [
      'too many encodings in one another',
      packetFile(
        'a.txt',
        'text/plain',
        Array.from({ length: 7 }).reduce<string>((text) => text.replaceAll('%', '%25'), '%54oby'),
      ),
      /encoded more than/,
    ],
    [
      'what is too large',
      packetFile('a.txt', 'text/plain', 'x'.repeat(2_000_001)),
      /more than 2000000 bytes/,
    ],
    [
      'bytes that cannot be had',
      {
        name: 'a',
        mediaType: 'text/plain',
        open: () => {
          throw new Error('gone');
        },
      },
      /could not be had/,
    ],
    [
      'a body packed in a way nobody knows',
      zip({
        'a.warc':
          'WARC/1.1\r\nContent-Type: application/http\r\nContent-Length: 45\r\n\r\nHTTP/1.1 200 OK\r\nContent-Encoding: xz\r\n\r\nabcd\r\n\r\n',
      }).then((bytes) => packetFile('a.wacz', 'application/wacz', bytes)),
      /not known/,
    ],
  ])('%s', async (_what, file, why) => {
    const verdict = await passGate([await file], WITHHELD, {
      maxFileBytes: 2_000_000,
      maxUnpackedBytes: 10_000_000,
    });
    expect(verdict.clean).toBe(false);
    expect(verdict.unread.map((one) => one.why)).toContainEqual(expect.stringMatching(why));
  });

  test('nor is an item too short to be looked for, until somebody vouches for it', async () => {
    const files = [packetFile('a.txt', 'text/plain', 'nothing')];
    const withheld = [{ item: 'passage 3', text: '12' }];
    expect(await passGate(files, withheld)).toMatchObject({ clean: false, unsearchable: ['passage 3'] });
    expect(await passGate(files, withheld, { seen: { items: new Set(['passage 3']) } })).toMatchObject({
      clean: true,
    });
  });

  test('nor is nothing', async () => {
    expect((await passGate([], WITHHELD)).clean).toBe(false);
  });
});

describe('a clean packet passes', () => {
  const body = '<!doctype html><p class="a">Notices of the city &amp; its parks, call 816-555-0199.</p>';
  test('of every kind that is taken apart', async () => {
    const files = [
      packetFile('clean.txt', 'text/plain', 'Nothing of anybody. Naïve, 東京, 8165550199.'),
      packetFile('a.csv', 'text/csv', 'id,note\r\n1,"a, ""b"""\r\n'),
      packetFile(
        'a.json',
        'application/json',
        JSON.stringify({ a: [1, null, 'b', { c: true }], sha: sha256(Buffer.from('a')) }),
      ),
      packetFile('a.html', 'text/html', body),
      packetFile('a.pdf', 'application/pdf', await pdf({ text: 'Notices', title: 'Notices' })),
      packetFile('b.pdf', 'application/pdf', await pdf({ text: 'Notices é', fontFile: FONT })),
      packetFile('a.jpg', 'image/jpeg', await plainJpeg()),
      packetFile('b.jpg', 'image/jpeg', await jpegWithExif('A pool')),
      packetFile('a.png', 'image/png', await plainPng()),
      packetFile('a.webp', 'image/webp', await plainWebp()),
      packetFile('a.gif', 'image/gif', await plainGif()),
      packetFile('a.zip', 'application/zip', await zip({ 'a.txt': 'a', 'b/c.csv': 'a,b' }, 'made here')),
      packetFile('a.wacz', 'application/wacz', await wacz(body)),
      packetFile('a.br.txt', 'text/plain', brotliCompressSync('x').toString('base64')),
    ];
    expect(await gate(files)).toMatchObject({
      clean: true,
      hits: [],
      unread: [],
      looked: { files: files.length },
    });
  });

  test('whatever a text without the words says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 200 }), async (text) => {
        const { hits } = await gate([packetFile('a.txt', 'text/plain', text)]);
        expect(hits).toEqual([]);
      }),
    );
  });

  test('and random bytes are unread, and never taken for the words', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 2000, maxLength: 4000 }), async (bytes) => {
        const { hits, unread } = await gate([packetFile('a.bin', 'application/octet-stream', bytes)]);
        expect(hits).toEqual([]);
        // For what they are, and not for what they could be decoded to.
        expect(unread.map(({ place }) => place)).toEqual(['']);
      }),
    );
  });
});
