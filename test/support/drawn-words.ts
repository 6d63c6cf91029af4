/** Pictures with words in their pixels, drawn with a font of a package: no test depends on the fonts of a machine. */
import { createRequire } from 'node:module';
import sharp, { type Sharp } from 'sharp';

const FONT = createRequire(import.meta.url).resolve(
  '@expo-google-fonts/noto-sans-math/400Regular/NotoSansMath_400Regular.ttf',
);

export interface Drawn {
  readonly text: string;
  readonly x?: number;
  readonly y?: number;
  /** Height of the font in pixels. */
  readonly size?: number;
  readonly ink?: string;
  /** Degrees to the right. */
  readonly turned?: number;
}

export interface Ground {
  readonly width?: number;
  readonly height?: number;
  readonly ground?:
    | string
    | { readonly r: number; readonly g: number; readonly b: number; readonly alpha: number };
}

export async function drawn(
  words: readonly Drawn[],
  { width = 640, height = 240, ground = '#fff' }: Ground = {},
): Promise<Sharp> {
  const layers = await Promise.all(
    words.map(async ({ text, x = 30, y = 40, size = 24, ink = '#111', turned = 0 }) => {
      const letters = sharp({
        text: {
          text: `<span foreground="${ink}">${text}</span>`,
          font: `Noto Sans Math ${size}`,
          fontfile: FONT,
          dpi: 72,
          rgba: true,
        },
      }).png();
      const input = await sharp(await letters.toBuffer())
        .rotate(turned, { background: { r: 0, g: 0, b: 0, alpha: 0 } })
        .png()
        .toBuffer();
      return { input, left: x, top: y };
    }),
  );
  return sharp(
    await sharp({ create: { width, height, channels: 4, background: ground } })
      .composite(layers)
      .png()
      .toBuffer(),
  );
}
