/** Letters in pictures: what is read and stopped, what is not read and is not clean, and that nothing is fetched for it. */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDecoder, type Confinement } from '#decoder.ts';
import { burnPicture, openOcr, passGate, type Ocr } from '#production/production.ts';
import type { ReadQuestion } from '../../src/production/ocr.ts';
import { blackPng } from '../support/large-pictures.ts';
import { drawn, type Drawn, type Ground } from '../support/drawn-words.ts';
import { packetFile, pdf, withSegment } from '../support/packet.ts';

const SAID = 'Reported by Toby Quill, call 816-555-0142';
const WITHHELD = [
  { item: 'passage 1', text: 'Toby Quill' },
  { item: 'passage 2', text: '816-555-0142' },
];
const BOTH = ['passage 1', 'passage 2'];
let ocr: Ocr;
beforeAll(async () => {
  ocr = await openOcr();
});
afterAll(async () => await ocr.close());

const png = async (words: readonly Drawn[], ground?: Ground): Promise<Buffer> =>
  await (await drawn(words, ground)).png().toBuffer();
async function gate(name: string, mediaType: string, bytes: Buffer) {
  return await passGate([packetFile(name, mediaType, bytes)], WITHHELD, { readPixels: ocr.readPixels });
}
const itemsOf = async (bytes: Buffer): Promise<string[]> =>
  (await gate('a.png', 'image/png', bytes)).hits.map(({ item }) => item).sort();

describe('words in pixels are stopped', () => {
  test.each<[string, () => Promise<Buffer>]>([
    ['in a PNG', async () => await png([{ text: SAID }])],
    [
      'in a JPEG',
      async () => await (await drawn([{ text: SAID }])).flatten().jpeg({ quality: 70 }).toBuffer(),
    ],
    ['in a WebP', async () => await (await drawn([{ text: SAID }])).flatten().webp().toBuffer()],
    ['in a GIF', async () => await (await drawn([{ text: SAID }])).flatten().gif().toBuffer()],
    ['light on dark', async () => await png([{ text: SAID, ink: '#eee' }], { ground: '#135' })],
    ['almost as light as their ground', async () => await png([{ text: SAID, ink: '#f4f4f4' }])],
    ['twelve pixels high', async () => await png([{ text: SAID, size: 12 }])],
    ['at a slant of four degrees', async () => await png([{ text: SAID, turned: 4 }])],
    ['on their side', async () => await png([{ text: SAID, turned: 90 }], { width: 200, height: 640 })],
    ['on their head', async () => await png([{ text: SAID, turned: 180 }])],
    [
      'white on nothing',
      async () => await png([{ text: SAID, ink: '#fff' }], { ground: { r: 255, g: 255, b: 255, alpha: 0 } }),
    ],
    [
      'among those of a post',
      async () =>
        await png([
          { text: 'City of Rivertown', y: 10 },
          { text: SAID, y: 90 },
          { text: 'Comentario de una niña', y: 170 },
        ]),
    ],
    [
      'behind a frame that hides them',
      async () => {
        const frames = [await png([{ text: 'Nothing' }]), await png([{ text: SAID }])];
        return await sharp(frames, { join: { animated: true } })
          .gif()
          .toBuffer();
      },
    ],
  ])('%s', async (_what, make) => {
    expect(await itemsOf(await make())).toEqual(BOTH);
  });

  test('where a letter is read as another one; and another name is another name', async () => {
    expect(await itemsOf(await png([{ text: 'T0by Qui1l' }]))).toEqual(['passage 1']);
    expect(await itemsOf(await png([{ text: 'Tony Quinn, 816-555-0199' }]))).toEqual([]);
    const verdict = await gate('a.png', 'image/png', await png([{ text: 'Taby Quill was here' }]));
    expect(verdict.hits).toEqual([{ file: '1: a.png', place: 'pixels', item: 'passage 1', what: 'nearly' }]);
  });

  test('in the small picture that a camera puts beside its picture', async () => {
    const small = await (
      await drawn([{ text: 'Toby Quill', size: 14, x: 8, y: 8 }], { width: 160, height: 80 })
    )
      .flatten()
      .jpeg()
      .toBuffer();
    const around = await (await drawn([])).flatten().jpeg().toBuffer();
    const bytes = withSegment(
      around,
      0xe1,
      Buffer.concat([Buffer.from('Exif\0\0II*\0'), small, Buffer.alloc(3)]),
    );
    // Whoever looks at the picture sees nothing of it; who takes its metadata apart does.
    expect((await ocr.readPixels(around, 'image/jpeg'))?.lines).toEqual([]);
    expect(bytes.includes(small)).toBe(true);
    expect((await gate('a.jpg', 'image/jpeg', bytes)).hits).toEqual([
      { file: '1: a.jpg', place: 'EXIF › small picture pixels', item: 'passage 1', what: 'whole' },
    ]);
  });

  test('in the pictures of a PDF, whichever way it packs them', async () => {
    for (const picture of [
      await (await drawn([{ text: SAID }])).flatten().jpeg().toBuffer(),
      await (await drawn([{ text: SAID }])).flatten().png({ palette: false }).toBuffer(),
      await png([{ text: SAID }], { ground: { r: 255, g: 255, b: 255, alpha: 0 } }),
    ]) {
      const bytes = await pdf({ draw: (document) => void document.image(picture, 40, 120, { width: 400 }) });
      const verdict = await gate('a.pdf', 'application/pdf', bytes);
      expect([...new Set(verdict.hits.map(({ item }) => item))].sort()).toEqual(BOTH);
      expect(verdict.hits[0]?.place).toMatch(/^object \d+ › picture pixels$/);
    }
  });
});

describe('a packet is clean', () => {
  test('when its pictures were read, and say nothing of it', async () => {
    const files = [
      packetFile('a.png', 'image/png', await png([{ text: 'Reported by a resident of the city' }])),
      packetFile('b.png', 'image/png', await png([], { ground: '#246' })),
    ];
    expect(await passGate(files, WITHHELD, { readPixels: ocr.readPixels })).toMatchObject({
      clean: true,
      unread: [],
    });
  });

  test('when boxes were burned over the words, and the words beside them are still read', async () => {
    const words = await png([
      { text: 'Reported by', x: 30 },
      { text: 'Toby Quill', x: 200 },
      { text: 'of the parks', x: 340 },
    ]);
    const box = { x: 195, y: 30, width: 130, height: 45 };
    expect(await itemsOf(words)).toEqual(['passage 1']);
    const burned = (await burnPicture(words, [box])).png;
    expect((await ocr.readPixels(burned, 'image/png'))?.lines.join(' ')).toMatch(/Reported by of the parks/);
    expect(await gate('a.png', 'image/png', burned)).toMatchObject({ clean: true });
  });
});

describe('what was not read is not clean, and says why', () => {
  const noise = async (): Promise<Buffer> => {
    let seed = 7;
    const next = (): number => ((seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff) >> 16) & 255;
    const pixels = Buffer.from(Array.from({ length: 160 * 120 * 3 }, next));
    return await sharp(pixels, { raw: { width: 160, height: 120, channels: 3 } })
      .blur(2)
      .normalise()
      .jpeg()
      .toBuffer();
  };
  test.each<[string, () => Promise<Buffer> | Buffer, RegExp]>([
    [
      'letters at a slant',
      async () => await png([{ text: SAID, turned: 30 }], { height: 500 }),
      /not read with confidence/,
    ],
    ['letters of six pixels', async () => await png([{ text: SAID, size: 6 }]), /not read with confidence/],
    ['a photograph', noise, /a person has to look/],
    [
      'half of a picture',
      async () => (await png([{ text: SAID }])).subarray(0, 3000),
      /its pixels were not read/,
    ],
    ['more pixels than are opened', () => blackPng(12_000, 9000), /its pixels were not read/],
  ])('%s', async (_what, make, why) => {
    const verdict = await gate('a', 'image/png', await make());
    expect(verdict.clean).toBe(false);
    expect(verdict.unread.map((one) => one.why)).toContainEqual(expect.stringMatching(why));
  });

  test('what takes too long; and the next picture is read', async () => {
    const short = await openOcr({ timeoutMs: 4000 });
    const line = { text: 'Notices of the city and of its parks, and more', size: 14 };
    const long = await png(
      Array.from({ length: 300 }, (_, n) => ({ ...line, y: n * 20 })),
      { height: 6000 },
    );
    expect(await short.readPixels(long, 'image/png')).toBeNull();
    expect(await short.readPixels(await png([], { width: 40, height: 40 }), 'image/png')).toEqual({
      lines: [],
      doubt: null,
    });
    await short.close();
  });
});

describe('words under a box', () => {
  test('are looked for as a whole, by line, and as names and numbers', async () => {
    const words = await png([
      { text: 'Reported by Toby Quill today', y: 30 },
      { text: 'call 816-555-0142 or visit', y: 80 },
      { text: 'the city hall', y: 160 },
    ]);
    const under = (await ocr.wordsUnder(words, [{ x: 20, y: 20, width: 500, height: 100 }])) ?? [];
    expect(under).toContain('Reported by Toby Quill today\ncall 816-555-0142 or visit');
    expect(under).toContain('Toby Quill');
    expect(under).toContain('816-555-0142');
    expect(under.join(' ')).not.toMatch(/hall/);
    // Elsewhere the gate finds the same words: in the words for the picture, in a name, in another picture.
    const withheld = under.map((text) => ({ item: 'under a box', text }));
    for (const file of [
      packetFile('a.html', 'text/html', '<img src="a.png" alt="Toby Quill at the pool">'),
      packetFile('toby-quill.txt', 'text/plain', 'nothing'),
      packetFile('a.png', 'image/png', await png([{ text: 'Toby Quill was here', size: 30 }])),
    ])
      expect(
        (await passGate([file], withheld, { readPixels: ocr.readPixels })).hits.map(({ item }) => item),
      ).toContain('under a box');
  });

  test('of a picture that cannot be read are not known, which is not none', async () => {
    const box = { x: 0, y: 0, width: 10, height: 10 };
    expect(await ocr.wordsUnder(Buffer.from('nothing'), [box])).toBeNull();
    expect(await ocr.wordsUnder(await png([{ text: SAID }]), [box])).toEqual([]);
  });
});

describe('nothing is fetched', () => {
  test('it reads in a process that ends as soon as it reaches for a network', async () => {
    let confinement: Confinement | null = null;
    const decoder = openDecoder<ReadQuestion>({
      program: new URL('../support/ocr-without-network.ts', import.meta.url),
      timeoutMs: 60_000,
      idleMs: 60_000,
      memoryBytes: 2.5 * 1024 ** 3,
      onStarted: (one) => (confinement = one),
    });
    const bytes = await png([{ text: SAID }]);
    async function* whole(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(bytes);
    }
    const reply = await decoder.ask({ task: 'read', sizeBytes: bytes.length, maxPixels: 1_000_000 }, whole());
    expect('output' in reply ? reply.output.toString() : reply).toMatch(/"Quill,"/);
    // And where the kernel allows it, there is none to reach for.
    const { ownNetwork } = confinement ?? { ownNetwork: false };
    const devices = (await readFile(`/proc/${decoder.processId()}/net/dev`, 'utf8').catch(() => '')).match(
      /^ *\w+:/gm,
    );
    if (ownNetwork) expect(devices?.map((one) => one.trim())).toEqual(['lo:']);
    await decoder.close();
  });
});
