/** Boxes burned in a process of its own: the same picture comes out, and a hostile one harms nobody. */
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { burnApart, burnPicture } from '#production/production.ts';
import { avifBomb } from '../support/large-pictures.ts';
import { png } from '../support/picture.ts';

const BOX = [{ x: 10, y: 20, width: 30, height: 40 }];

describe('a picture burned apart', () => {
  test('is the same file as one that is burned here, in each format', async () => {
    const picture = sharp(await png());
    for (const format of ['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const) {
      const bytes = await picture.clone().toFormat(format).toBuffer();
      const [apart, here] = [await burnApart(bytes, BOX), await burnPicture(bytes, BOX)];
      expect(apart.png.equals(here.png), format).toBe(true);
      expect({ ...apart, png: null }).toEqual({ ...here, png: null });
    }
  });

  test('without a box is only drawn anew: the same pixels, and nothing of what stood beside them', async () => {
    const file = await sharp(await png())
      .jpeg()
      .withExif({ IFD0: { ImageDescription: 'Toby Quill' } })
      .toBuffer();
    expect(file.includes('Toby Quill')).toBe(true);
    const made = await burnApart(file, []);
    expect(made).toMatchObject({ boxes: [], exact: true, derived: { exact: true } });
    expect(made.png.includes('Toby Quill')).toBe(false);
    const pixels = async (bytes: Buffer) => await sharp(bytes).removeAlpha().raw().toBuffer();
    expect((await pixels(made.png)).equals(await pixels(file))).toBe(true);
  });

  test('is refused with the same sentences', async () => {
    const outside = [{ x: 0, y: 0, width: 9000, height: 10 }];
    await expect(burnApart(await png(), outside)).rejects.toMatchObject({
      code: 'redaction-refused',
      message: expect.stringMatching(/does not lie in the picture/),
    });
    await expect(burnApart(Buffer.from('no picture'), BOX)).rejects.toMatchObject({
      code: 'redaction-refused',
    });
    await expect(burnApart(Buffer.alloc(0), BOX)).rejects.toMatchObject({ code: 'redaction-refused' });
  });

  test('that asks for more memory than there is, or for more time, is refused, and this process lives', async () => {
    // Two kilobytes, which would be gigabytes.
    await expect(burnApart(avifBomb(), BOX, { maxPixels: 2 ** 30 })).rejects.toMatchObject({
      code: 'redaction-refused',
    });
    await expect(burnApart(await png(4000, 4000), BOX, { timeoutMs: 1 })).rejects.toMatchObject({
      code: 'redaction-refused',
      message: expect.stringMatching(/longer than/),
    });
    expect((await burnApart(await png(), BOX)).derived.width).toBe(320);
  });
});
