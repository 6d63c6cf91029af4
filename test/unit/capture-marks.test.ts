/** The judge of the site's pictures, judged: what it must find it finds, and what is not there it misses. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CapturedFile, CaptureResult } from '#capture/capture.ts';
import { sha256 } from '../support/site/archive-reader.ts';
import { examine } from '../support/site/examine.ts';
import { marksOf, paint, widthOf } from '../support/site/marks.ts';
import type { Mark } from '../support/site/marks.ts';
import type { SitePage } from '../support/site/page.ts';
import { picture } from '../support/site/pictures.ts';
import { judgeMarks, look } from '../support/site/sight.ts';
import type { Sent } from '../support/site/town.ts';

let folder = '';
let files = 0;
const WIDTH = 600;
const HEIGHT = 900;
const mark = marksOf(200);
const MARKS: readonly Mark[] = [
  mark(4, 12),
  mark(6, 18),
  mark(8, 24),
  mark(16, 48),
  mark(9, 27),
  mark(8, 40),
];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-marks-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A page with all the marks, one each 140 px, and what is done to it afterwards. */
function sheet(change: (pixels: Uint8Array) => void = () => undefined): Sharp {
  const pixels = new Uint8Array(3 * WIDTH * HEIGHT).fill(250);
  for (const [i, each] of MARKS.entries()) paint(pixels, WIDTH, each, 30 + i, 20 + 140 * i);
  change(pixels);
  return sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
}

function cover(pixels: Uint8Array, left: number, top: number, width: number, height: number): void {
  for (let y = top; y < top + height; y += 1)
    pixels.fill(200, 3 * (y * WIDTH + left), 3 * (y * WIDTH + left + width));
}

async function kept(image: Sharp): Promise<string> {
  const path = join(folder, `${(files += 1)}.png`);
  await image.png().toFile(path);
  return path;
}

async function missedIn(image: Sharp): Promise<number[]> {
  const { seen } = await look([{ path: await kept(image), part: null }]);
  return judgeMarks(MARKS, seen).missing.map((number) => MARKS.findIndex((each) => each.number === number));
}

describe('a mark', () => {
  test('of every size is found', async () => {
    expect(await missedIn(sheet())).toEqual([]);
  });

  test.each([
    ['wholly', 0, 0, 1, 1],
    ['its left end', 0, 0, 0.2, 1],
    ['its right end', 0.8, 0, 0.2, 1],
    ['one cell in its middle', 0.5, 0, 0.08, 1],
    ['its upper half', 0, 0, 1, 0.5],
    ['its lower half', 0, 0.5, 1, 0.5],
  ] as const)('painted over, %s, is missed, and it alone', async (_, x, y, width, height) => {
    for (const [i, each] of MARKS.entries()) {
      const [full, tall] = [widthOf(each), each.heightPx];
      const image = sheet((pixels) =>
        cover(
          pixels,
          30 + i + Math.floor(x * full),
          20 + 140 * i + Math.floor(y * tall),
          Math.ceil(width * full),
          Math.ceil(height * tall),
        ),
      );
      expect(await missedIn(image)).toEqual([i]);
    }
  });

  test('with one cell of another colour is missed, whichever cell and colour', async () => {
    const [first] = MARKS;
    if (first === undefined) throw new Error('There is no mark.');
    let changed = 0;
    for (let cell = 0; cell < 14; cell += 1)
      for (const colour of [
        [255, 255, 255],
        [0, 0, 0],
        [255, 0, 0],
      ]) {
        let differs = false;
        const image = sheet((pixels) => {
          for (let y = 20; y < 20 + first.heightPx; y += 1)
            for (let x = 30 + cell * 4; x < 34 + cell * 4; x += 1)
              for (const [i, value] of colour.entries()) {
                differs ||= pixels[3 * (y * WIDTH + x) + i] !== value;
                pixels[3 * (y * WIDTH + x) + i] = value;
              }
        });
        if (!differs) continue;
        changed += 1;
        expect(await missedIn(image), `cell ${cell}`).toEqual([0]);
      }
    expect(changed).toBeGreaterThan(30);
  });

  test('that is blurred until it cannot be read is missed', async () => {
    expect(await missedIn(sheet().blur(12))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('that is there twice is told', async () => {
    const path = await kept(
      sheet((pixels) => {
        const [, , third] = MARKS;
        if (third !== undefined) paint(pixels, WIDTH, third, 300, 500);
      }),
    );
    const { seen } = await look([{ path, part: null }]);
    expect(judgeMarks(MARKS, seen).repeated).toEqual([MARKS[2]?.number]);
  });

  test.each(['jpeg', 'webp', 'avif'] as const)('survives a lossy picture: %s', async (format) => {
    const own = MARKS[3] as Mark;
    const path = join(folder, `lossy.${format}`);
    await writeFile(path, await picture(format, own, 320, 120));
    const { seen } = await look([{ path, part: null }]);
    expect(judgeMarks([own], seen)).toEqual({ found: 1, missing: [], repeated: [] });
  });
});

describe('tiles', () => {
  const cut = async (
    parts: readonly (readonly [number, number, number, number])[],
    says: (part: { x: number; y: number; width: number; height: number }) => object = (part) => part,
  ): Promise<Awaited<ReturnType<typeof look>>> => {
    const tiles = [];
    for (const [x, y, width, height] of parts) {
      const path = await kept(sheet().extract({ left: x, top: y, width, height }));
      tiles.push({
        path,
        part: says({ x, y, width, height }) as { x: number; y: number; width: number; height: number },
      });
    }
    return await look(tiles);
  };

  test('are joined where they cut a mark, in both directions', async () => {
    const sighting = await cut([
      [0, 0, 80, 30],
      [80, 0, 520, 30],
      [0, 30, 80, 870],
      [80, 30, 520, 870],
    ]);
    expect(sighting).toMatchObject({ faults: [], widthPx: WIDTH, heightPx: HEIGHT });
    expect(judgeMarks(MARKS, sighting.seen)).toMatchObject({ missing: [], repeated: [] });
  });

  test('that leave rows out, or give them twice, are told', async () => {
    const gap = await cut([
      [0, 0, WIDTH, 300],
      [0, 330, WIDTH, 570],
    ]);
    expect(gap.faults).toEqual(['rows 300 to 330 are in no tile, or in two']);
    expect(judgeMarks(MARKS, gap.seen).missing).toEqual([MARKS[2]?.number]);
    const twice = await cut(
      [
        [0, 0, WIDTH, 500],
        [0, 400, WIDTH, 500],
      ],
      (part) => (part.y === 400 ? { ...part, y: 500 } : part),
    );
    expect(judgeMarks(MARKS, twice.seen).repeated).toEqual([MARKS[3]?.number]);
  });
});

describe('a capture', () => {
  const ADDRESS = 'http://127.0.0.1:1/page/';
  const BODY = Buffer.from('<p>Words of the page.</p>');
  const signedBy = { kind: 'anonymous', key: '' } as const;
  const page: SitePage = {
    name: 'page',
    routes: {},
    expected: { outcome: ['captured'], shown: MARKS, texts: ['Words of the page.'] },
  };
  const SENT: Sent = {
    address: ADDRESS,
    method: 'GET',
    status: 200,
    sha256: sha256(BODY),
    bytes: BODY.length,
    complete: true,
    endedAt: 0,
    askedSha256: null,
  };

  /** One record in one stored entry: as small as such a file can be. */
  function wacz(body: Buffer): Buffer {
    const http = Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n'), body]);
    const warc = gzipSync(
      Buffer.concat([
        Buffer.from(
          `WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: ${ADDRESS}\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: ${http.length}\r\n\r\n`,
        ),
        http,
        Buffer.from('\r\n\r\n'),
      ]),
    );
    const name = Buffer.from('archive/data.warc.gz');
    const local = Buffer.alloc(30);
    local.write('PK\u0003\u0004', 'latin1');
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.write('PK\u0001\u0002', 'latin1');
    central.writeUInt32LE(warc.length, 20);
    central.writeUInt32LE(warc.length, 24);
    central.writeUInt16LE(name.length, 28);
    const end = Buffer.alloc(22);
    end.write('PK\u0005\u0006', 'latin1');
    end.writeUInt16LE(1, 10);
    end.writeUInt32LE(30 + name.length + warc.length, 16);
    return Buffer.concat([local, name, warc, central, name, end]);
  }

  async function result(
    over: {
      image?: Sharp;
      body?: Buffer;
      text?: string;
      result?: Partial<CaptureResult>;
      reported?: string;
    } = {},
  ): Promise<CaptureResult> {
    const put = async (role: CapturedFile['role'], bytes: Buffer): Promise<CapturedFile> => {
      const path = join(folder, `${(files += 1)}-${role}`);
      await writeFile(path, bytes);
      return { role, path, mediaType: '', sizeBytes: bytes.length, sha256: sha256(bytes) };
    };
    const made = [
      await put('screenshot-fullpage', await (over.image ?? sheet()).png().toBuffer()),
      await put('page-text', Buffer.from(over.text ?? 'Words of the page.')),
      await put('wacz', wacz(over.body ?? BODY)),
    ];
    const outcome = over.result?.outcome ?? 'captured';
    const report = await put(
      'capture-report',
      Buffer.from(JSON.stringify({ outcome: over.reported ?? outcome, files: made })),
    );
    const at = new Date().toISOString();
    return {
      outcome,
      evidence: [],
      target: null,
      targetAsked: false,
      missing: [],
      files: [...made, report],
      glyphs: { missing: [] },
      archive: { exchanges: 1, bytes: BODY.length, notArchived: [], signedBy },
      finalAddress: ADDRESS,
      httpStatus: 200,
      redirects: [],
      times: { started: at, answered: at, rested: at, fullPagePicture: at, finished: at },
      tool: { name: '', version: '', browser: '' },
      viewport: { width: WIDTH, height: HEIGHT, scale: 1 },
      sandbox: true,
      ...over.result,
    };
  }

  const faultsOf = async (over: Parameters<typeof result>[0], by: SitePage = page): Promise<string> =>
    (await examine(by, await result(over), [SENT])).faults.join('\n');

  test('that has everything has no fault', async () => {
    expect(await faultsOf({})).toBe('');
  });

  test('with a mark painted over is faulted, also when it names something else as missing', async () => {
    const image = sheet((pixels) => cover(pixels, 0, 300, WIDTH, 40));
    expect(await faultsOf({ image })).toMatch(
      /^1 of 6 marks are not in the picture .*: 2; missing says \[\]$/,
    );
    expect(await faultsOf({ image, result: { missing: ['1 font was asked for and not received'] } })).toMatch(
      /1 of 6 marks/,
    );
  });

  test('that names what it lacks is excused where the page allows for it, and only as partial', async () => {
    const lenient = { ...page, expected: { ...page.expected, excuse: /below/ } };
    const image = sheet((pixels) => cover(pixels, 0, 300, WIDTH, 40));
    const missing = ['what lies below'];
    expect(await faultsOf({ image, result: { missing } }, lenient)).toMatch(/1 of 6 marks/);
    expect(await faultsOf({ image, result: { missing, outcome: 'partial' } }, lenient)).not.toMatch(/marks/);
  });

  test('whose archive differs by one byte is faulted, unless it says so', async () => {
    const body = Buffer.from(BODY);
    body[3] = 0x21;
    expect(await faultsOf({ body })).toMatch(/^1 of 1 bodies are neither in the archive/);
    const archive = {
      exchanges: 0,
      bytes: 0,
      notArchived: [{ address: ADDRESS, why: 'too large' }],
      signedBy,
    };
    expect(await faultsOf({ body, result: { archive } })).toBe('');
  });

  test('with other words, another outcome, or a report that says otherwise is faulted', async () => {
    expect(await faultsOf({ text: 'Log in.' })).toMatch(/the text lacks/);
    expect(await faultsOf({ result: { outcome: 'wall' } })).toMatch(/outcome is wall/);
    expect(await faultsOf({ reported: 'partial' })).toMatch(/the report says partial/);
    expect(await faultsOf({ result: { times: {} } })).toMatch(/the time “started” is not there/);
  });
});
