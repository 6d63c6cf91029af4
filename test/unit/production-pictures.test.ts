/** Boxes on pictures: nothing of what was under them is in what comes out, in no pixel around them and in no byte beside the pixels. */
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { burnPicture, passGate, type Box } from '#production/production.ts';
import { packetFile, withChunk } from '../support/packet.ts';

const WIDTH = 96;
const HEIGHT = 80;
/** Different in each pixel, and the same each time. */
function ground(seed = 1, width = WIDTH, height = HEIGHT): Buffer {
  const rgb = Buffer.alloc(width * height * 3);
  let state = seed * 2654435761;
  for (let n = 0; n < rgb.length; n += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    rgb[n] = (n / 40 + (state >>> 27)) & 0xff;
  }
  return rgb;
}
const raw = (rgb: Buffer, width = WIDTH, height = HEIGHT) =>
  sharp(rgb, { raw: { width, height, channels: 3 } });
/** The same picture with something else under the box. */
function under(box: Box, seed: number): Buffer {
  const rgb = ground();
  const other = ground(seed + 7);
  for (let y = box.y; y < box.y + box.height; y += 1)
    for (let x = box.x; x < box.x + box.width; x += 1)
      for (const channel of [0, 1, 2]) {
        const at = (y * WIDTH + x) * 3 + channel;
        rgb[at] = (other[(at * 7 + seed) % other.length] ?? 0) ^ (seed & 0xff);
      }
  return rgb;
}
async function pixels(bytes: Buffer): Promise<{ rgb: Buffer; width: number; height: number }> {
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  return { rgb: data, width: info.width, height: info.height };
}

const CODERS: readonly (readonly [string, (rgb: Buffer) => Promise<Buffer>])[] = [
  ['a PNG', async (rgb) => await raw(rgb).png().toBuffer()],
  ['a JPEG with less colour than light', async (rgb) => await raw(rgb).jpeg({ quality: 60 }).toBuffer()],
  [
    'a JPEG with as much colour as light',
    async (rgb) => await raw(rgb).jpeg({ quality: 35, chromaSubsampling: '4:4:4' }).toBuffer(),
  ],
  [
    'a JPEG that comes in waves',
    async (rgb) => await raw(rgb).jpeg({ quality: 50, progressive: true }).toBuffer(),
  ],
  ['a JPEG without colour', async (rgb) => await raw(rgb).greyscale().jpeg({ quality: 40 }).toBuffer()],
  ['a WebP without losses', async (rgb) => await raw(rgb).webp({ lossless: true }).toBuffer()],
];

describe('what was under a box', () => {
  test.each(CODERS)('of %s is in no byte of what comes out', async (_what, coded) => {
    let different = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: WIDTH - 12 }),
        fc.integer({ min: 0, max: HEIGHT - 12 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 255 }),
        async (x, y, width, height, seed) => {
          const box = { x, y, width, height };
          const [one, other] = [await coded(under(box, 0)), await coded(under(box, seed))];
          if (!one.equals(other)) different += 1;
          const [first, second] = [await burnPicture(one, [box]), await burnPicture(other, [box])];
          expect(first.png.equals(second.png)).toBe(true);
          expect(first.exact).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
    // Before it was burned it could be seen.
    expect(different).toBeGreaterThan(20);
  });

  test('of a JPEG would be seen around a box that is only as large as was asked for', async () => {
    const box = { x: 21, y: 21, width: 9, height: 9 };
    const seen = await Promise.all(
      [0, 200].map(async (seed) => {
        const { rgb } = await pixels(await raw(under(box, seed)).jpeg({ quality: 40 }).toBuffer());
        for (let y = box.y; y < box.y + box.height; y += 1)
          rgb.fill(0, (y * WIDTH + box.x) * 3, (y * WIDTH + box.x + box.width) * 3);
        return rgb;
      }),
    );
    expect(seen[0]?.equals(seen[1] ?? Buffer.alloc(0))).toBe(false);
  });

  test('of a lossy WebP is covered by a block more, and nobody says that nothing is left of it', async () => {
    const box = { x: 40, y: 40, width: 8, height: 8 };
    const made = await burnPicture(await raw(under(box, 9)).webp({ quality: 50 }).toBuffer(), [box]);
    expect(made).toMatchObject({ exact: false, boxes: [{ x: 16, y: 16, width: 48, height: 48 }] });
  });

  test('of something transparent is gone with the transparency', async () => {
    const hidden = Buffer.alloc(16 * 16 * 4, Buffer.from([200, 30, 90, 0]));
    const png = await sharp(hidden, { raw: { width: 16, height: 16, channels: 4 } })
      .png()
      .toBuffer();
    const { rgb } = await pixels((await burnPicture(png, [{ x: 0, y: 0, width: 1, height: 1 }])).png);
    expect([...rgb.subarray(-3)]).toEqual([255, 255, 255]);
  });
});

describe('a box', () => {
  test('is black, and everything beside it is as it was', async () => {
    const box = { x: 10, y: 20, width: 30, height: 5 };
    const made = await burnPicture(await raw(ground()).png().toBuffer(), [box]);
    const { rgb, width, height } = await pixels(made.png);
    expect([width, height]).toEqual([WIDTH, HEIGHT]);
    const expected = ground();
    for (let y = box.y; y < box.y + box.height; y += 1)
      expected.fill(0, (y * WIDTH + box.x) * 3, (y * WIDTH + box.x + box.width) * 3);
    expect(rgb.equals(expected)).toBe(true);
    expect(made.derived).toMatchObject({ bytes: made.png.length, mediaType: 'image/png', width, height });
  });

  test('with parts of pixels covers each pixel that it touches', async () => {
    const made = await burnPicture(await raw(ground()).png().toBuffer(), [
      { x: 1.5, y: 2.9, width: 1, height: 0.2 },
    ]);
    expect(made.boxes).toEqual([{ x: 1, y: 2, width: 2, height: 2 }]);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'of a picture with orientation %d lies where it is shown',
    async (orientation) => {
      // As large as no multiple of a block, so that the grid begins in another corner.
      const [width, height] = [75, 53];
      const file = await raw(ground(3, width, height), width, height)
        .jpeg({ quality: 90 })
        .withMetadata({ orientation })
        .toBuffer();
      const shown = await pixels(await sharp(file).autoOrient().png().toBuffer());
      const box = { x: 5, y: 30, width: 11, height: 7 };
      const made = await burnPicture(file, [box]);
      const { rgb, width: across, height: down } = await pixels(made.png);
      expect([across, down]).toEqual([shown.width, shown.height]);
      const [burned] = made.boxes;
      if (burned === undefined) throw new Error('no box');
      expect(burned.x <= box.x && burned.x + burned.width >= box.x + box.width).toBe(true);
      expect(burned.y <= box.y && burned.y + burned.height >= box.y + box.height).toBe(true);
      for (let y = burned.y; y < burned.y + burned.height; y += 1)
        shown.rgb.fill(0, (y * across + burned.x) * 3, (y * across + burned.x + burned.width) * 3);
      expect(rgb.equals(shown.rgb)).toBe(true);
    },
  );

  test.each([
    { x: -1, y: 0, width: 5, height: 5 },
    { x: 0, y: 0, width: 0, height: 5 },
    { x: 90, y: 0, width: 7, height: 5 },
    { x: 0, y: 79, width: 5, height: 2 },
    { x: Number.NaN, y: 0, width: 5, height: 5 },
    { x: 0, y: 0, width: Infinity, height: 5 },
  ])('%j does not lie in the picture', async (box) => {
    await expect(burnPicture(await raw(ground()).png().toBuffer(), [box])).rejects.toThrow(
      /does not lie in the picture/,
    );
  });
});

describe('the new file', () => {
  test('has pixels and nothing else: no word, no profile, no thumbnail, no byte of the old one', async () => {
    const file = await raw(ground())
      .jpeg()
      .withExif({ IFD0: { ImageDescription: 'Toby Quill' } })
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/">Toby Quill</x:xmpmeta>')
      .withIccProfile('p3')
      .toBuffer();
    expect(file.includes('Toby Quill')).toBe(true);
    const { png } = await burnPicture(Buffer.concat([file, Buffer.from('Toby Quill')]), [
      { x: 0, y: 0, width: 8, height: 8 },
    ]);
    const { exif, xmp, icc, iptc, orientation } = await sharp(png).metadata();
    expect({ exif, xmp, icc, iptc, orientation }).toEqual({});
    const packet = [packetFile('a.png', 'image/png', png)];
    const verdict = await passGate(packet, [{ item: 'one', text: 'Toby Quill' }], {
      readPixels: async () => await Promise.resolve({ lines: [], doubt: null }),
    });
    expect(verdict.clean).toBe(true);
  });

  test('is the same file each time', async () => {
    const file = await raw(ground()).jpeg().toBuffer();
    const box = { x: 3, y: 3, width: 9, height: 9 };
    expect((await burnPicture(file, [box])).png.equals((await burnPicture(file, [box])).png)).toBe(true);
  });
});

describe('is refused', () => {
  const box = [{ x: 0, y: 0, width: 1, height: 1 }];
  test.each<[string, () => Promise<Buffer>, RegExp]>([
    [
      'a GIF that moves',
      async () =>
        await sharp([await raw(ground()).png().toBuffer(), await raw(ground(2)).png().toBuffer()], {
          join: { animated: true },
        })
          .gif()
          .toBuffer(),
      /moves/,
    ],
    [
      'a WebP that moves',
      async () =>
        await sharp([await raw(ground()).png().toBuffer(), await raw(ground(2)).png().toBuffer()], {
          join: { animated: true },
        })
          .webp()
          .toBuffer(),
      /moves/,
    ],
    [
      'a PNG that moves',
      async () =>
        withChunk(await raw(ground()).png().toBuffer(), 'acTL', Buffer.from('0000000200000000', 'hex')),
      /moves/,
    ],
    [
      'an SVG',
      async () =>
        await Promise.resolve(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')),
      /kind “svg”/,
    ],
    [
      'no picture',
      async () => await Promise.resolve(Buffer.from('Toby Quill')),
      /does not open as a picture/,
    ],
    ['half a picture', async () => (await raw(ground()).jpeg().toBuffer()).subarray(0, 1500), /./],
  ])('%s', async (_what, file, why) => {
    await expect(burnPicture(await file(), box)).rejects.toThrow(why);
  });

  test('a picture of too many pixels', async () => {
    const file = await raw(ground()).png().toBuffer();
    await expect(burnPicture(file, box, 1000)).rejects.toThrow(/too many pixels/);
  });
});
