/** The gate: files that are withheld as a whole, by their digests; what a person may vouch for, and for how much. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { passGate, type PacketFile } from '#production/production.ts';
import { packetFile, pdf, plainJpeg, plainPng, wacz, withSegment, zip } from '../support/packet.ts';
import { readZip } from '../support/site/archive-reader.ts';

const PICTURE = await plainJpeg();
const NOTE = Buffer.from('A note that says nothing by which one would know it.\n');
const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes);
const sha256 = (bytes: Uint8Array): string => digestOf(bytes).digest('hex');
const FILES = [
  { item: 'file 1', sha256: sha256(PICTURE) },
  { item: 'file 2', sha256: sha256(NOTE) },
];
const whole = async (file: PacketFile): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of file.open()) chunks.push(chunk);
  return Buffer.concat(chunks);
};
/** Somebody has looked at all pixels; the words that are withheld are others. */
async function gate(file: PacketFile) {
  const readPixels = async () => await Promise.resolve({ lines: [], doubt: null });
  return await passGate([file], [{ item: 'passage 1', text: 'Toby Quill' }], {
    withheldFiles: FILES,
    readPixels,
  });
}

function base32(bytes: Buffer): string {
  let [bits, value, out] = [0, 0, ''];
  for (const byte of bytes) {
    value = (value << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5)
      out += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[(value >>> (bits - 5)) & 31];
    value &= 31;
  }
  return out + (bits > 0 ? 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[(value << (5 - bits)) & 31] : '');
}

describe('a file that is withheld as a whole', () => {
  type Leak = [
    what: string,
    file: () => Promise<PacketFile>,
    leaks: (bytes: Buffer) => Buffer,
    place: RegExp,
  ];
  test.each<Leak>([
    [
      'as it is',
      async () => packetFile('other-name.jpg', 'image/jpeg', PICTURE),
      (bytes) => bytes,
      /^the whole file$/,
    ],
    [
      'in a ZIP in a ZIP',
      async () =>
        packetFile('a.zip', 'application/zip', await zip({ 'b.zip': await zip({ 'c.bin': PICTURE }) })),
      (bytes) => readZip(readZip(bytes).get('b.zip') ?? Buffer.alloc(0)).get('c.bin') ?? Buffer.alloc(0),
      /^member b\.zip › member c\.bin › the whole file$/,
    ],
    [
      'gzipped',
      async () => packetFile('a.gz', 'application/gzip', gzipSync(NOTE)),
      () => NOTE,
      /^unpacked › the whole file$/,
    ],
    [
      'as a picture of a PDF',
      async () =>
        packetFile(
          'a.pdf',
          'application/pdf',
          await pdf({ draw: (one) => void one.image(PICTURE, 40, 120) }),
        ),
      (bytes) => bytes.subarray(bytes.indexOf(PICTURE), bytes.indexOf(PICTURE) + PICTURE.length),
      /picture › the whole file$/,
    ],
    [
      'as a file in a PDF',
      async () =>
        packetFile(
          'a.pdf',
          'application/pdf',
          await pdf({ draw: (one) => void one.file(NOTE, { name: 'n.txt' }) }),
        ),
      () => NOTE,
      /embedded file › the whole file$/,
    ],
    [
      'as the body of an answer in a web archive',
      async () => packetFile('a.wacz', 'application/wacz', await wacz(NOTE.toString())),
      () => NOTE,
      /body › the whole file$/,
    ],
    [
      'in Base64 in JSON, as a picture',
      async () => packetFile('a.json', 'application/json', JSON.stringify({ a: PICTURE.toString('base64') })),
      (bytes) => Buffer.from(JSON.parse(bytes.toString()).a, 'base64'),
      /Base64\) › the whole file$/,
    ],
    [
      'in Base64 in JSON, as a text',
      async () => packetFile('a.json', 'application/json', JSON.stringify({ a: NOTE.toString('base64') })),
      (bytes) => Buffer.from(JSON.parse(bytes.toString()).a, 'base64'),
      /Base64\) › the whole file$/,
    ],
    [
      'as what stands behind a picture',
      async () => packetFile('a.png', 'image/png', Buffer.concat([await plainPng(), NOTE])),
      (bytes) => bytes.subarray(bytes.indexOf(NOTE)),
      /^behind the picture › the whole file$/,
    ],
  ])('is stopped %s', async (_what, make, leaks, place) => {
    const file = await make();
    expect(FILES.map((one) => one.sha256)).toContain(sha256(leaks(await whole(file))));
    const verdict = await gate(file);
    expect(verdict.clean).toBe(false);
    expect(verdict.hits.map((one) => one.place)).toContainEqual(expect.stringMatching(place));
    expect(JSON.stringify(verdict)).not.toContain(FILES[0]?.sha256);
  });

  test.each<[string, string]>([
    ['in hex, as a bag lists it', `${sha256(NOTE)}  data/note.txt\n`],
    ['in Base64, as a page does', `<script integrity="sha256-${digestOf(NOTE).digest('base64')}"></script>`],
    ['in Base32, as a web archive does', `WARC-Payload-Digest: sha256:${base32(digestOf(NOTE).digest())}`],
  ])('is stopped by its digest %s', async (_what, text) => {
    expect((await gate(packetFile('a.txt', 'text/plain', text))).hits.map(({ item }) => item)).toContain(
      'file 2',
    );
  });

  test('is stopped although it is too large to be looked into', async () => {
    const file = packetFile('a.bin', 'application/octet-stream', NOTE);
    const verdict = await passGate([file], [], { withheldFiles: FILES, maxFileBytes: 10 });
    expect(verdict.hits).toEqual([
      { file: '1: a.bin', place: 'the whole file', item: 'file 2', what: 'whole' },
    ]);
  });

  test('and another file passes', async () => {
    expect(await gate(packetFile('a.txt', 'text/plain', 'Another note.'))).toMatchObject({
      clean: true,
      hits: [],
    });
  });

  test('is named by its whole digest, and not by seven digits that happen to stand in a row of it', async () => {
    const file = { item: 'file 3', sha256: `c${'4'.repeat(3)}5550142${'e'.repeat(53)}` };
    const said = packetFile('a.txt', 'text/plain', 'The desk is open; call 444 555 0142.');
    expect((await passGate([said], [], { withheldFiles: [file] })).hits).toEqual([]);
    const named = packetFile('a.txt', 'text/plain', `Digest: ${file.sha256}`);
    expect((await passGate([named], [], { withheldFiles: [file] })).hits).toMatchObject([{ item: 'file 3' }]);
  });
});

describe('what a person vouches for', () => {
  const WITHHELD = [{ item: 'passage 1', text: 'Toby Quill' }];
  test('by the digest of a file is its own pixels, and never a picture in it', async () => {
    const bytes = await pdf({ draw: (one) => void one.image(PICTURE, 40, 120) });
    const files = [packetFile('a.pdf', 'application/pdf', bytes)];
    const seen = (...digests: string[]) => ({ seen: { pictures: new Set(digests) } });
    const verdict = await passGate(files, WITHHELD, seen(sha256(bytes)));
    expect(verdict).toMatchObject({ clean: false, unread: [{ picture: sha256(PICTURE) }] });
    expect(await passGate(files, WITHHELD, seen(sha256(PICTURE)))).toMatchObject({ clean: true });
  });

  test('of what cannot be read is these bytes at this place, and stays in the verdict', async () => {
    const video = Buffer.concat([Buffer.from('00000020667479706d703432', 'hex'), Buffer.alloc(500, 0x81)]);
    const second = Buffer.concat([Buffer.from('Exif\0\0'), await plainPng()]);
    const thumb = withSegment(PICTURE, 0xe1, second);
    const files = [packetFile('a.mp4', 'video/mp4', video), packetFile('a.jpg', 'image/jpeg', thumb)];
    const pictures = new Set([sha256(thumb)]);
    const before = await passGate(files, WITHHELD, { seen: { pictures } });
    expect(before).toMatchObject({ clean: false, outcome: 'stopped', vouchedFor: [] });
    const unread = new Set(before.unread.flatMap(({ id }) => id ?? []));
    expect(unread.size).toBe(2);
    const after = await passGate(files, WITHHELD, { seen: { pictures, unread } });
    expect(after).toMatchObject({ clean: true, unread: [], vouchedFor: before.unread });
    // Another file of the same name is another file.
    const other = [packetFile('a.mp4', 'video/mp4', Buffer.concat([video, video])), ...files.slice(1)];
    expect(await passGate(other, WITHHELD, { seen: { pictures, unread } })).toMatchObject({ clean: false });
  });

  test('is never a word that was found, nor bytes that nobody has', async () => {
    const found = [packetFile('a.txt', 'text/plain', 'Toby Quill')];
    const gone = [
      {
        ...packetFile('a', 'text/plain', ''),
        open: () => {
          throw new Error('gone');
        },
      },
    ];
    const verdict = await passGate(gone, WITHHELD);
    expect(verdict.unread).toMatchObject([{ id: null }]);
    for (const files of [found, gone])
      expect(await passGate(files, WITHHELD, { seen: { unread: new Set(['', 'null']) } })).toMatchObject({
        clean: false,
      });
  });
});

test('where nothing is withheld there is nothing to look for, and that is not the same as clean', async () => {
  const files = [packetFile('a.txt', 'text/plain', 'Notices.')];
  expect(await passGate(files, [])).toMatchObject({ clean: false, outcome: 'nothing-to-look-for', hits: [] });
  expect(await passGate(files, [], { withheldFiles: FILES })).toMatchObject({
    clean: true,
    outcome: 'clean',
  });
  // Nor are pixels read, where no words are withheld that they could show.
  const readPixels = async () => await Promise.reject(new Error('read'));
  const picture = [packetFile('a.png', 'image/png', await plainPng())];
  expect(await passGate(picture, [], { readPixels })).toMatchObject({
    outcome: 'nothing-to-look-for',
    unread: [],
  });
  await expect(
    passGate(picture, [{ item: 'passage 1', text: 'Toby Quill' }], { readPixels }),
  ).rejects.toThrow('read');
});
