/** Previews: upright, small, in the right colours, without a word of the file's; bounded whatever is asked; and one knows nothing of the next. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SNIFF_BYTES } from '#intake/media.ts';
import { openPictureInspector } from '#intake/pictures.ts';
import { openPreviewer, type PreviewAsked, type Previewer, type PreviewOutcome } from '#intake/previewer.ts';
import { howShown, previewSize } from '#intake/previews.ts';
import { rows } from '../support/extent.ts';
import { heicGrid, heicTile } from '../support/heic.ts';
import { avifBomb, blackPng } from '../support/large-pictures.ts';

let previewer: Previewer;
beforeAll(() => {
  previewer = openPreviewer();
});
afterAll(async () => await previewer.close());

const here = new AbortController().signal;
const opened = (bytes: Buffer) => async () => ({
  sizeBytes: bytes.length,
  head: bytes.subarray(0, SNIFF_BYTES),
  bytes: Readable.from([bytes]),
});
let tickets = 0;
/** Each with a ticket of its own, and taken at once. */
const asked = (open: PreviewAsked['open'], more: Partial<PreviewAsked> = {}): PreviewAsked => ({
  agencyId: 'rivertown',
  ticket: `ticket ${(tickets += 1)}`,
  gone: here,
  open,
  give: async () => await Promise.resolve(),
  ...more,
});
const ask = async (bytes: Buffer, by = previewer): Promise<PreviewOutcome> =>
  await by.preview(asked(opened(bytes)));
async function made(bytes: Buffer): Promise<Buffer> {
  let taken: Buffer | null = null;
  const give = async (jpeg: Buffer): Promise<void> => {
    await Promise.resolve();
    taken = jpeg;
  };
  const outcome = await previewer.preview(asked(opened(bytes), { give }));
  if (taken === null) throw new Error(outcome);
  return taken;
}

const wide = { limitInputPixels: false } as const;
const plain = (width: number, height: number, background: string): Sharp =>
  sharp({ create: { width, height, channels: 3, background }, ...wide });

/** Red, green, blue and yellow, from the upper left, row by row. */
async function quarters(width = 60, height = 40): Promise<Sharp> {
  const piece = async (background: string): Promise<Buffer> =>
    await plain(width / 2, height / 2, background)
      .png()
      .toBuffer();
  const bytes = await plain(width, height, '#000')
    .composite([
      { input: await piece('#f00'), left: 0, top: 0 },
      { input: await piece('#0f0'), left: width / 2, top: 0 },
      { input: await piece('#00f'), left: 0, top: height / 2 },
      { input: await piece('#ff0'), left: width / 2, top: height / 2 },
    ])
    .png()
    .toBuffer();
  return sharp(bytes);
}

/** The colour in the middle of each quarter, from the upper left, row by row; in steps of a quarter of what there is. */
async function seen(picture: Buffer): Promise<string[]> {
  const { data, info } = await sharp(picture, wide).raw().toBuffer({ resolveWithObject: true });
  return [
    [1, 1],
    [3, 1],
    [1, 3],
    [3, 3],
  ].map(([x = 0, y = 0]) => {
    const at = (Math.floor((info.height * y) / 4) * info.width + Math.floor((info.width * x) / 4)) * 3;
    return [...data.subarray(at, at + 3)].map((part) => Math.round(part / 64)).join('');
  });
}

describe('a preview', () => {
  test.each(['png', 'jpeg', 'gif', 'webp', 'avif', 'tiff'] as const)(
    'of %s is a JPEG of what it shows',
    async (format) => {
      const jpeg = await made(
        await (
          await quarters()
        )
          .toFormat(format, format === 'avif' ? { chromaSubsampling: '4:4:4' } : {})
          .toBuffer(),
      );
      expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', width: 60, height: 40 });
      expect(await seen(jpeg)).toEqual(['400', '040', '004', '440']);
    },
  );

  test.each(rows([1, 2, 3, 4, 5, 6, 7, 8], (held) => [6, 7].includes(held)))(
    'is upright, as the camera was held (EXIF says %i)',
    async (orientation) => {
      const bytes = await (await quarters()).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer();
      const upright = await sharp(bytes).autoOrient().png().toBuffer();
      const jpeg = await made(bytes);
      const { width, height } = await sharp(jpeg).metadata();
      expect([width, height]).toEqual(orientation > 4 ? [40, 60] : [60, 40]);
      expect(await seen(jpeg)).toEqual(await seen(upright));
    },
  );

  test('of HEIC shows what is in it, turned as the file says', async () => {
    // From black to pink in a line, to green downwards: what stands at the left is then at the bottom.
    expect(await seen(await made(heicTile()))).toEqual(['111', '312', '132', '333']);
    const lying = await made(heicGrid(512, 512, { quarters: 1 }));
    expect(await seen(lying)).toEqual(['312', '333', '111', '132']);
    expect(await seen(await made(heicGrid(512, 512, { quarters: 2 })))).toEqual(['333', '132', '312', '111']);
    const { width, height } = await sharp(await made(heicGrid(1000, 600, { quarters: 3 }))).metadata();
    expect([width, height]).toEqual([600, 1000]);
  });

  test('of HEIC has the colours that its profile means, and no profile', async () => {
    const wider = await plain(8, 8, '#888').withIccProfile('p3').png().toBuffer();
    const { icc } = await sharp(wider).metadata();
    const raw = await sharp(await made(heicGrid(512, 512)))
      .raw()
      .toBuffer();
    const meant = await made(heicGrid(512, 512, { profile: icc ?? Buffer.alloc(0) }));
    expect((await sharp(meant).metadata()).icc).toBeUndefined();
    const shown = await sharp(meant).raw().toBuffer();
    // Upper right: the strongest pink. The same numbers mean more colour in Display P3, which an ordinary screen shows by other ones.
    const at = (60 * 512 + 450) * 3;
    const [before, after] = [raw.subarray(at, at + 3), shown.subarray(at, at + 3)];
    expect((after[0] ?? 0) - (before[0] ?? 0)).toBeGreaterThan(5);
    expect(after[1] ?? 255).toBeLessThan(before[1] ?? 0);
  });

  test('of a document of many pages shows the first, and how many there are is found when it comes in', async () => {
    const pages = tiffOfPages(3);
    expect(await sharp(await made(pages)).metadata()).toMatchObject({ width: 8, height: 8, format: 'jpeg' });
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-pages-'));
    const inspector = openPictureInspector();
    for (const [name, bytes, more] of [
      ['three', pages, { pages: 3 }],
      ['one', tiffOfPages(1), {}],
    ] as const) {
      await writeFile(join(folder, name), bytes);
      expect(await inspector.inspect(join(folder, name))).toEqual({
        decodable: true,
        width: 8,
        height: 8,
        format: 'tiff',
        ...more,
      });
    }
    await inspector.close();
    await rm(folder, { recursive: true });
  });

  test('carries nothing over of what a camera wrote: no place, no name, no profile', async () => {
    const words = 'Alex Example, at home';
    const told = (await quarters())
      .withExif({
        IFD0: { Artist: words, Make: 'Rivertown Cameras' },
        IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '38/1 42/1 0/1' },
      })
      .withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><y>${words}</y></x:xmpmeta>`)
      .withIccProfile('p3');
    const [jpeg, webp, tiff] = await Promise.all(
      (['jpeg', 'webp', 'tiff'] as const).map(
        async (format) => await told.clone().toFormat(format).toBuffer(),
      ),
    );
    const exif = (await sharp(jpeg).metadata()).exif ?? Buffer.alloc(0);
    expect(exif.includes(words)).toBe(true);
    const heic = heicGrid(600, 600, { exif });
    for (const bytes of [jpeg, webp, tiff, heic]) {
      expect(bytes?.includes(words), 'it was there').toBe(true);
      const preview = await made(bytes ?? Buffer.alloc(0));
      for (const word of [words, 'Rivertown', 'Exif', 'GPS', 'ICC_PROFILE', 'adobe'])
        expect(preview.includes(word), word).toBe(false);
      const { exif: camera, xmp, iptc, icc, orientation } = await sharp(preview).metadata();
      expect([camera, xmp, iptc, icc, orientation]).toEqual(Array.from({ length: 5 }));
    }
  });

  test('of a picture that can be seen through shows it on white', async () => {
    const clear = await sharp({
      create: { width: 40, height: 40, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    expect(await seen(await made(clear))).toEqual(['444', '444', '444', '444']);
  });

  test('of a hundred million pixels takes little memory of the process, whatever the format', async () => {
    const red = plain(10_000, 10_000, '#f00');
    const large: readonly (readonly [string, () => Promise<Buffer> | Buffer, number])[] = [
      ['png', async () => await red.png({ compressionLevel: 1 }).toBuffer(), 400],
      ['jpeg', async () => await red.jpeg().toBuffer(), 400],
      [
        'jpeg in passes',
        async () => await red.jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer(),
        1000,
      ],
      ['heic', () => heicGrid(11_600, 8700), 600],
    ];
    // By lines, and whole.
    for (const [name, make, mostMb] of rows(large, ([format]) => ['jpeg', 'heic'].includes(format))) {
      const bytes = await make();
      let peakMb = 0;
      const look = setInterval(() => void peak().then((mb) => (peakMb = Math.max(peakMb, mb))), 10);
      const { width, height } = await sharp(await made(bytes)).metadata();
      clearInterval(look);
      expect(width * height, name).toBeGreaterThan(4_000_000);
      expect(width * height, name).toBeLessThan(4_300_000);
      expect(peakMb, `${name}: something was measured`).toBeGreaterThan(50);
      expect(peakMb, name).toBeLessThan(mostMb);
    }
  }, 120_000);
});

/** Pages of 8 by 8, grey, each with a directory of its own: a scanner writes such. */
function tiffOfPages(count: number): Buffer {
  const entries = [
    [256, 8],
    [257, 8],
    [258, 8],
    [259, 1],
    [262, 1],
    [273, 0],
    [277, 1],
    [278, 8],
    [279, 64],
  ] as const;
  const each = 64 + 2 + entries.length * 12 + 4;
  const file = Buffer.alloc(8 + count * each);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(8 + 64, 4);
  for (let page = 0; page < count; page += 1) {
    const pixels = 8 + page * each;
    file.fill(40 * (page + 1), pixels, pixels + 64);
    let at = file.writeUInt16LE(entries.length, pixels + 64);
    for (const [tag, value] of entries) {
      at = file.writeUInt16LE(tag, at);
      at = file.writeUInt16LE(4, at);
      at = file.writeUInt32LE(1, at);
      at = file.writeUInt32LE(tag === 273 ? pixels : value, at);
    }
    file.writeUInt32LE(page + 1 < count ? pixels + each + 64 : 0, at);
  }
  return file;
}

async function peak(): Promise<number> {
  const pid = previewer.processId();
  const status = pid === null ? '' : await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
}

describe('no preview', () => {
  /** Asked of the inspector, too: intake-pictures.test.ts. */
  const OF_THE_INSPECTOR = ['text', 'nothing', 'SVG', 'half a HEIC', 'a HEIC that claims too much'];
  const NONE: readonly (readonly [string, () => Promise<Buffer> | Buffer])[] = [
    ['text', () => Buffer.from('hello')],
    ['nothing', () => Buffer.alloc(0)],
    ['SVG', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['half a JPEG', async () => (await (await quarters(600, 400)).jpeg().toBuffer()).subarray(0, 2000)],
    ['half a HEIC', () => heicGrid(1200, 900).subarray(0, 1200)],
    ['a HEIC with a gap', () => heicTile().fill(0, 900, 1000)],
    ['a HEIC that claims too much', () => heicGrid(1000, 700, { claims: { width: 65_535, height: 65_535 } })],
    ['too many pixels', () => blackPng(17_000, 16_000)],
    // Three kilobytes, which would be five gigabytes.
    ['a bomb of AVIF', () => avifBomb()],
  ];
  test.each(rows(NONE, ([what]) => !OF_THE_INSPECTOR.includes(what)))(
    'of %s; and the next picture has one',
    async (_what, bytes) => {
      expect(await ask(await bytes())).toBe('no-preview');
      expect(await seen(await made(await (await quarters()).png().toBuffer()))).toHaveLength(4);
    },
  );

  test('is blamed on a picture because its bytes did not come: what opening or reading said is passed on', async () => {
    const bytes = await (await quarters()).png().toBuffer();
    await expect(
      previewer.preview(asked(async () => await Promise.reject(new Error('the store is away')))),
    ).rejects.toThrow('the store is away');
    async function* cut(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(bytes.subarray(0, 100));
      throw new Error('not what was sealed');
    }
    const open = async () => ({ sizeBytes: bytes.length, head: bytes, bytes: await Promise.resolve(cut()) });
    await expect(previewer.preview(asked(open))).rejects.toThrow('not what was sealed');
    expect(await made(bytes)).toBeInstanceOf(Buffer);
  });

  test('of what takes too long; and the next has one', async () => {
    // As long as a busy machine takes for one that comes at once.
    const short = openPreviewer({ timeoutMs: 4000 });
    const bytes = await (await quarters()).png().toBuffer();
    const over = Promise.withResolvers<void>();
    async function* slow(): AsyncGenerator<Buffer> {
      yield bytes.subarray(0, 10);
      await over.promise;
      yield bytes.subarray(10);
    }
    const open = async () => ({ sizeBytes: bytes.length, head: bytes, bytes: await Promise.resolve(slow()) });
    expect(await short.preview(asked(open))).toBe('no-preview');
    over.resolve();
    expect(await ask(bytes, short)).toBe('given');
    await short.close();
  });
});

describe('many at once', () => {
  const small = blackPng(60, 40);

  test('are made one after the other, each in a process of its own; an agency’s third that waits is asked to come again', async () => {
    const own = openPreviewer();
    const bytes = blackPng(2000, 2000);
    const processes = new Set<number>();
    const look = setInterval(() => {
      const pid = own.processId();
      if (pid !== null) processes.add(pid);
    }, 5);
    const before: (number | null)[] = [];
    const answers = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const open = async () => {
          before.push(own.processId());
          return await opened(bytes)();
        };
        return await own.preview(asked(open));
      }),
    );
    clearInterval(look);
    expect(answers).toEqual(['given', 'given', 'given', 'busy', 'busy']);
    expect(before, 'each begins when the one before it has ended').toEqual([null, null, null]);
    expect(processes.size).toBe(3);
    expect(await ask(bytes, own)).toBe('given');
    await own.close();
  });

  test('agencies take turns: whoever asked for many is served no sooner than who came last', async () => {
    const own = openPreviewer();
    const order: string[] = [];
    const one = async (agencyId: string): Promise<PreviewOutcome> =>
      await own.preview(
        asked(
          async () => {
            order.push(agencyId);
            return await opened(small)();
          },
          { agencyId },
        ),
      );
    const busy = ['rivertown', 'rivertown', 'rivertown', 'rivertown', 'lakeside', 'lakeside', 'hillside'];
    const answers = await Promise.all(busy.map(one));
    expect(answers).toEqual(['given', 'given', 'given', 'busy', 'given', 'given', 'given']);
    expect(order).toEqual(['rivertown', 'rivertown', 'lakeside', 'hillside', 'rivertown', 'lakeside']);
    await own.close();
  });

  test('keep their place until they have been taken; others are made meanwhile', async () => {
    const own = openPreviewer();
    const taken = Promise.withResolvers<void>();
    const untaken: Promise<unknown>[] = [];
    for (let i = 0; i < 4; i += 1) {
      const given = Promise.withResolvers<void>();
      const give = async (): Promise<void> => {
        given.resolve();
        await taken.promise;
      };
      untaken.push(own.preview(asked(opened(small), { give })));
      await given.promise;
    }
    expect(await ask(small, own)).toBe('busy');
    expect(await own.preview(asked(opened(small), { agencyId: 'lakeside' }))).toBe('given');
    taken.resolve();
    expect(await Promise.all(untaken)).toEqual(Array.from({ length: 4 }, () => 'given'));
    expect(await ask(small, own)).toBe('given');
    await own.close();
  });

  test('that are not taken in time are broken off', async () => {
    const own = openPreviewer({ takeMs: 300 });
    const give = async (_jpeg: Buffer, late: AbortSignal): Promise<void> =>
      await new Promise((_done, cut) => {
        late.addEventListener('abort', () => cut(new Error('cut off')));
      });
    await expect(own.preview(asked(opened(small), { give }))).rejects.toThrow('cut off');
    await own.close();
  });

  test('of one ticket are made one at a time', async () => {
    const first = previewer.preview(asked(opened(small), { ticket: 'the same' }));
    expect(await previewer.preview(asked(opened(small), { ticket: 'the same' }))).toBe('busy');
    expect(await first).toBe('given');
    expect(await previewer.preview(asked(opened(small), { ticket: 'the same' }))).toBe('given');
  });

  test('do not wait behind a file that does not begin to come', async () => {
    const own = openPreviewer({ timeoutMs: 4000 });
    const stalled = own.preview(asked(async () => await new Promise<never>(() => undefined)));
    const next = own.preview(asked(opened(small), { agencyId: 'lakeside' }));
    await expect(stalled).rejects.toMatchObject({ code: 'store-down' });
    expect(await next).toBe('given');
    await own.close();
  });

  test('who does not wait any more has no place, and nothing is opened for them', async () => {
    const gone = new AbortController();
    let times = 0;
    const first = ask(heicGrid(2000, 2000));
    const open = async () => {
      times += 1;
      return await opened(heicTile())();
    };
    const waiting = [0, 1].map(async () => await previewer.preview(asked(open, { gone: gone.signal })));
    expect(await ask(heicTile())).toBe('busy');
    gone.abort();
    expect(await Promise.all(waiting)).toEqual(['gone', 'gone']);
    const again = ask(heicTile());
    expect(await previewer.preview(asked(open, { gone: gone.signal }))).toBe('gone');
    expect([await first, await again]).toEqual(['given', 'given']);
    expect(times).toBe(0);
  });
});

describe('which way a picture is shown', () => {
  const file = { role: 'handed-in', mediaType: 'image/png', sizeBytes: 1000 };
  const found = (format: string, width = 100, height = 100) =>
    ({ decodable: true, width, height, format }) as const;
  // oxfmt-ignore
  test.each([
    ['not looked at yet', { ...file, picture: null }, null],
    ['damaged', { ...file, picture: { decodable: false, reason: 'damaged' } }, null],
    ['a PNG', { ...file, picture: found('png') }, 'as-it-is'],
    ['a HEIC', { ...file, picture: found('heic') }, 'preview'],
    ['an AVIF', { ...file, picture: found('avif') }, 'preview'],
    ['a TIFF', { ...file, picture: found('tiff') }, 'preview'],
    ['forty million pixels', { ...file, picture: found('png', 8000, 5000) }, 'as-it-is'],
    ['one line more', { ...file, picture: found('png', 8000, 5001) }, 'preview'],
    ['twenty million bytes', { ...file, sizeBytes: 20_000_000, picture: found('png') }, 'as-it-is'],
    ['one byte more', { ...file, sizeBytes: 20_000_001, picture: found('png') }, 'preview'],
    ['a picture of our own browser', { ...file, role: 'screenshot-full', picture: null }, 'as-it-is'],
    ['a large one', { ...file, role: 'screenshot-full', sizeBytes: 30_000_000, picture: null }, 'preview'],
  ] as const)('%s', (_what, shown, how) => {
    expect(howShown(shown)).toBe(how);
  });

  test.each([
    [100, 100, 100, 100],
    [4032, 3024, 2365, 1774],
    [10_000, 10_000, 2048, 2048],
    [4000, 67_000, 500, 8382],
    [1, 268_435_456, 1, 16_384],
  ])('%i by %i is shown as %i by %i', (width, height, across, down) => {
    expect(previewSize(width, height)).toEqual({ width: across, height: down });
  });
});
