import { gzipSync } from 'node:zlib';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, readlink, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Confinement } from '#decoder.ts';
import { sniffMediaType } from '#intake/media.ts';
import { openPictureInspector, type PictureInspector } from '#intake/pictures.ts';
import { times } from '../support/extent.ts';
import { heicGrid, heicTile, TILE_SIDE } from '../support/heic.ts';
import { blackPng as png } from '../support/large-pictures.ts';

let dir: string;
let inspector: PictureInspector;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'holdfast-pictures-'));
  inspector = openPictureInspector();
});
afterAll(async () => {
  await inspector.close();
  await rm(dir, { recursive: true });
});

let count = 0;
async function saved(bytes: Uint8Array | string, name = 'x'): Promise<string> {
  const path = join(dir, `${(count += 1)}-${name}`);
  await writeFile(path, bytes);
  return path;
}
const inspect = async (bytes: Uint8Array | string, name?: string) =>
  inspector.inspect(await saved(bytes, name));

const frame = (grey: number) => ({
  create: { width: 8, height: 8, channels: 3 as const, background: { r: grey, g: 0, b: 0 } },
});

const noise = () =>
  sharp({
    create: {
      width: 160,
      height: 120,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 30 },
    },
  });
const FORMATS = ['png', 'jpeg', 'gif', 'webp', 'avif', 'tiff'] as const;
const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10"/></svg>';
const PDF = '%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF';

describe('what is a picture', () => {
  it.each(FORMATS)('a whole %s is decoded, whatever it is called; a cut one is damaged', async (format) => {
    const bytes = await noise().toFormat(format).toBuffer();
    expect(await inspect(bytes, 'letter.pdf')).toEqual({ decodable: true, width: 160, height: 120, format });
    for (const part of [0.3, 0.6, 0.95]) {
      expect(await inspect(bytes.subarray(0, Math.floor(bytes.length * part)))).toEqual({
        decodable: false,
        reason: 'damaged',
      });
    }
    expect(await inspect(bytes.subarray(0, bytes.length - 20))).toEqual({
      decodable: false,
      reason: 'damaged',
    });
  });

  it('1×1 is a picture', async () => {
    expect(await inspect(png(1, 1))).toEqual({ decodable: true, width: 1, height: 1, format: 'png' });
  });

  it('of an animation the first frame counts', async () => {
    const pages = await Promise.all([0, 128, 255].map((grey) => sharp(frame(grey)).png().toBuffer()));
    const bytes = await sharp(pages, { join: { animated: true } })
      .gif({ delay: [100, 100, 100] })
      .toBuffer();
    expect((await sharp(bytes, { animated: true }).metadata()).pages).toBe(3);
    expect(await inspect(bytes)).toEqual({ decodable: true, width: 8, height: 8, format: 'gif' });
  });

  it('a long page of 4,000 by 30,000 is a picture', async () => {
    expect(await inspect(png(4000, 30_000))).toMatchObject({ decodable: true, height: 30_000 });
  });
});

describe('a picture of a telephone (HEIC)', () => {
  it.each<[string, Buffer, number, number]>([
    ['of one tile', heicTile(), TILE_SIDE, TILE_SIDE],
    ['of twelve million pixels, in a grid', heicGrid(4032, 3024), 4032, 3024],
    ['of a hundred million', heicGrid(11_600, 8700), 11_600, 8700],
    ['in a container whose name does not say so', heicGrid(1000, 700, { brand: 'mif1' }), 1000, 700],
  ])('%s is decoded', async (_what, bytes, width, height) => {
    const format = 'heic';
    expect(await inspect(bytes, 'letter.pdf')).toEqual({ decodable: true, width, height, format });
  });

  it('that is cut is damaged, wherever it is cut', async () => {
    for (const bytes of [heicTile(), heicGrid(1200, 900)])
      for (const part of [0.2, 0.5, 0.8, 0.95])
        expect(await inspect(bytes.subarray(0, Math.floor(bytes.length * part)))).toEqual({
          decodable: false,
          reason: 'damaged',
        });
  });

  /** Behind the first so many coded bytes of a picture of one tile. */
  const filled = (from: number, value: number, to?: number): Buffer => {
    const whole = heicTile();
    const coded = whole.indexOf('mdat', 0, 'latin1') + 4;
    return whole.fill(value, coded + from, to === undefined ? undefined : coded + to);
  };

  it('with a gap of zeros in its coded bytes is damaged, wherever the gap is, in one tile or in a grid', async () => {
    const gaps = [[0], [4], [30], [200], [700], [785], [100, 116], [400, 408]] as const;
    for (const [from, to] of gaps) {
      const damaged = { decodable: false, reason: 'damaged' };
      expect(await inspect(filled(from, 0, to)), `from ${from}`).toEqual(damaged);
      const coded = filled(from, 0, to);
      const grid = heicGrid(1200, 900, { coded: coded.subarray(coded.indexOf('mdat', 0, 'latin1') + 4) });
      expect(await inspect(grid), `from ${from}, in a grid`).toEqual(damaged);
    }
  });

  // No more is known of it than that: HEVC has no checksum, and takes almost any bytes for lines.
  it('whose coded bytes were replaced by others behind their beginning is decoded into something else', async () => {
    const is = { decodable: true, width: TILE_SIDE, height: TILE_SIDE, format: 'heic' };
    for (const from of [30, 200, 700]) expect(await inspect(filled(from, 255))).toEqual(is);
  });

  it('with zeros where an encoder may leave them is none the worse for it', async () => {
    const is = { decodable: true, width: 1200, height: 900, format: 'heic' };
    const tile = heicTile();
    const coded = tile.subarray(tile.indexOf('mdat', 0, 'latin1') + 4);
    for (const zeros of [1, 2, 3]) {
      const longer = Buffer.concat([coded, Buffer.alloc(zeros)]);
      longer.writeUInt32BE(coded.readUInt32BE() + zeros);
      expect(await inspect(heicGrid(1200, 900, { coded: longer }))).toEqual(is);
    }
  });

  it('an AVIF in a container whose name does not say so is decoded as what it is', async () => {
    const bytes = await noise().toFormat('avif').toBuffer();
    bytes.write('mif1', 8, 'latin1');
    expect(sniffMediaType(bytes)).toBe('image/heif');
    expect(await inspect(bytes)).toEqual({ decodable: true, width: 160, height: 120, format: 'avif' });
  });

  it('of the largest size takes no more memory than is said, and gives it back for the next one', async () => {
    const own = openPictureInspector();
    const memory = async (name: 'VmRSS' | 'VmHWM'): Promise<number> => {
      const status = await readFile(`/proc/${own.processId()}/status`, 'utf8');
      return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
    };
    const path = await saved(heicGrid(16_000, 16_000));
    expect(await own.inspect(path)).toMatchObject({ decodable: true, width: 16_000 });
    expect(await memory('VmHWM')).toBeLessThan(800);
    for (let i = 0; i < times(5, 1); i += 1) await own.inspect(path);
    expect(await memory('VmHWM')).toBeLessThan(1400);
    await own.close();
  });
});

describe('what is none', () => {
  it.each<[string, string, Uint8Array | string]>([
    ['zero bytes', 'empty', ''],
    ['text', 'not-a-picture', 'hello'],
    ['noise', 'not-a-picture', Uint8Array.from({ length: 5000 }, (_, n) => (n * 7919) % 251)],
    ['a page', 'not-a-picture', '<!doctype html><script>alert(1)</script>'],
    ['SVG, a document that acts', 'not-a-picture', SVG],
    ['SVG behind a declaration', 'not-a-picture', `<?xml version="1.0"?>\n<!-- x -->\n${SVG}`],
    ['SVG, compressed', 'not-a-picture', gzipSync(SVG)],
    ['PDF', 'not-a-picture', PDF],
    ['a zip', 'not-a-picture', Buffer.from('504b0304140000000000', 'hex')],
    ['the name of PNG alone', 'damaged', Buffer.from('89504e470d0a1a0a', 'hex')],
    ['a PNG without lines', 'damaged', png(640, 480, 0)],
    ['a PNG with half its lines', 'damaged', png(640, 480, 240)],
    ['a JPEG of three bytes', 'damaged', Buffer.from('ffd8ff', 'hex')],
    ['a flood of pixels', 'too-many-pixels', png(100_000, 100_000, 1)],
    ['a PNG wider than the format allows', 'damaged', png(0x7fffffff, 0x7fffffff, 1)],
    [
      'a BMP, of a codec that is not shipped',
      'format-not-supported',
      Buffer.concat([Buffer.from('BM'), Buffer.alloc(60)]),
    ],
    ['the name of HEIC alone', 'damaged', Buffer.from('0000001866747970686569630000000068656963', 'hex')],
    [
      'a HEIC whose tiles are something else',
      'damaged',
      heicGrid(1000, 700, { coded: Buffer.alloc(500, 7) }),
    ],
    [
      'a HEIC that claims a flood of pixels',
      'too-many-pixels',
      heicGrid(1000, 700, { claims: { width: 65_535, height: 65_535 } }),
    ],
    [
      'a HEIC that claims more than its tiles cover',
      'damaged',
      heicGrid(1000, 700, { claims: { width: 9000, height: 9000 } }),
    ],
    ['a HEIC beyond the limit', 'too-many-pixels', heicGrid(16_384, 16_385)],
  ])('%s: %s', async (_what, reason, bytes) => {
    const answer = await inspect(bytes, 'picture.png');
    expect(answer.decodable).toBe(false);
    if (reason === 'damaged' && !answer.decodable)
      expect(['damaged', 'too-many-pixels']).toContain(answer.reason);
    else expect(answer).toEqual({ decodable: false, reason });
  });

  it('a picture with SVG inside its metadata is still read as what its bytes are', async () => {
    const bytes = Buffer.concat([png(2, 2), Buffer.from(SVG)]);
    expect(await inspect(bytes)).toMatchObject({ decodable: true, format: 'png' });
  });

  it('a file that is not there cannot be read', async () => {
    expect(await inspector.inspect(join(dir, 'nowhere'))).toEqual({ decodable: false, reason: 'unreadable' });
  });

  it('pictures with bytes changed at random never end the archive, and mostly not the decoder', async () => {
    const originals: Buffer[] = await Promise.all(
      FORMATS.map((format) => noise().resize(64, 64).toFormat(format).toBuffer()),
    );
    originals.push(heicTile(), heicGrid(600, 600));

    await fc.assert(
      fc.asyncProperty(
        fc.nat(originals.length - 1),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 30 }),
        async (which, changes) => {
          const bytes = Buffer.from(originals[which] ?? []);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          expect(typeof (await inspect(bytes)).decodable).toBe('boolean');
        },
      ),
      { numRuns: times(150, 30) },
    );
    expect(await inspect(png(3, 3))).toMatchObject({ decodable: true });
  });
});

describe('the decoder is a process of its own', () => {
  it('is started when it is needed, reused, and knows nothing of ours', async () => {
    const own = openPictureInspector();
    expect(own.processId()).toBeNull();
    await own.inspect(await saved(png(1, 1)));
    const pid = own.processId();
    expect(pid).not.toBe(process.pid);
    await own.inspect(await saved(png(1, 1)));
    expect(own.processId()).toBe(pid);
    const { readFileSync } = await import('node:fs');
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .filter((entry) => entry !== '');
    expect(
      environment
        .map((entry) => entry.split('=')[0])
        .filter((name) => name !== 'NODE_CHANNEL_FD' && name !== 'NODE_CHANNEL_SERIALIZATION_MODE'),
    ).toEqual(['VIPS_CONCURRENCY']);
    await own.close();
    expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH');
    await expect(own.inspect('x')).rejects.toThrow('closed');
  });

  it('is a user of its own where root starts it, who can read neither our environment nor what is staged', async () => {
    const confinements: Confinement[] = [];
    const own = openPictureInspector({ onStarted: (confinement) => void confinements.push(confinement) });
    const path = await saved(png(7, 1));
    // As staging keeps it.
    await chmod(path, 0o600);
    expect(await own.inspect(path)).toMatchObject({ decodable: true, width: 7 });
    const pid = own.processId() ?? 0;
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const uids = /^Uid:\s+(.*)$/m.exec(status)?.[1]?.split('\t').map(Number) ?? [];
    const root = process.getuid?.() === 0;
    expect(confinements).toHaveLength(1);
    expect(confinements[0]?.ownUser).toBe(root);
    expect(new Set(uids).size).toBe(1);
    expect(uids[0] === process.getuid?.()).toBe(!root);
    const network = async (of: number | string) => await readlink(`/proc/${of}/ns/net`);
    expect((await network(pid)) !== (await network('self'))).toBe(confinements[0]?.ownNetwork);
    if (root) {
      expect(/^Groups:\s*$/m.test(status)).toBe(true);
      expect(/^CapEff:\s+0+$/m.test(status)).toBe(true);
      // What that user may read, asked of the kernel by another process of it.
      const reads = async (file: string): Promise<boolean> =>
        await promisify(execFile)('setpriv', [
          `--reuid=${uids[0]}`,
          `--regid=${uids[0]}`,
          '--clear-groups',
          'cat',
          file,
        ]).then(
          () => true,
          () => false,
        );
      expect(await reads('/proc/self/environ')).toBe(true);
      expect(await reads(`/proc/${process.pid}/environ`)).toBe(false);
      expect(await reads(path)).toBe(false);
    }
    await own.close();
  });

  it('a picture that is larger than it may hold is not handed to it', async () => {
    const path = await saved(png(1, 1));
    await truncate(path, 512 * 1024 ** 2 + 1);
    expect(await inspector.inspect(path)).toEqual({ decodable: false, reason: 'too-many-pixels' });
  });

  it('killed between two pictures or under one, it is started again and the picture is not blamed', async () => {
    const own = openPictureInspector();
    const small = await saved(png(1, 1));
    await own.inspect(small);
    const first = own.processId() ?? 0;
    process.kill(first, 'SIGKILL');
    expect(await own.inspect(small)).toMatchObject({ decodable: true });
    const second = own.processId() ?? 0;
    expect(second).not.toBe(first);
    const large = own.inspect(await saved(png(16_000, 16_000)));
    await wait(20);
    process.kill(second, 'SIGKILL');
    expect(await large).toMatchObject({ decodable: true, width: 16_000 });
    expect(own.processId()).not.toBe(second);
    await own.close();
  });

  it('late, it is killed, the picture is said to be late, and the next one is not', async () => {
    // A decoder that was stopped answers nothing, as one in an endless loop would.
    const own = openPictureInspector({ timeoutMs: 5000 });
    const small = await saved(png(1, 1));
    expect(await own.inspect(small)).toMatchObject({ decodable: true });
    const pid = own.processId() ?? 0;
    process.kill(pid, 'SIGSTOP');
    expect(await own.inspect(small)).toEqual({ decodable: false, reason: 'timeout' });
    expect(await own.inspect(small)).toMatchObject({ decodable: true });
    await expect.poll(() => alive(pid)).toBe(false);
    await own.close();
  });

  it('idle, it ends; asked again, it is there again', async () => {
    const own = openPictureInspector({ idleMs: 50 });
    const small = await saved(png(1, 1));
    await own.inspect(small);
    const pid = own.processId() ?? 0;
    await expect.poll(() => alive(pid)).toBe(false);
    expect(own.processId()).toBeNull();
    expect(await own.inspect(small)).toMatchObject({ decodable: true });
    await own.close();
  });

  it('many at once are answered each with its own', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, n) =>
        inspector.inspect(await saved(n % 4 === 3 ? PDF : png(n + 1, 1))),
      ),
    );
    for (const [n, answer] of answers.entries()) {
      expect(answer).toMatchObject(n % 4 === 3 ? { decodable: false } : { decodable: true, width: n + 1 });
    }
  });
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('what bytes are', () => {
  it.each<[string | null, string | Uint8Array]>([
    ['image/bmp', Buffer.concat([Buffer.from('BM'), Buffer.alloc(60)])],
    ['image/heic', Buffer.from('0000001866747970686569630000000068656963', 'hex')],
    ['image/heif', Buffer.from('00000018667479706d696631', 'hex')],
    ['video/mp4', Buffer.from('000000186674797069736f6d', 'hex')],
    ['video/quicktime', Buffer.from('00000018667479707174202000000000', 'hex')],
    ['video/webm', Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d', 'hex')],
    ['video/x-matroska', Buffer.from('1a45dfa3934282886d6174726f736b61', 'hex')],
    ['application/pdf', PDF],
    ['application/pdf', `\n\n garbage before ${PDF}`],
    ['application/gzip', gzipSync('x')],
    ['application/warc', 'WARC/1.1\r\nWARC-Type: warcinfo\r\n'],
    ['application/zip', Buffer.from('504b0304', 'hex')],
    ['application/zip', zipEntry('[Content_Types].xml')],
    ['application/zip', zipEntry('datapackage.json.exe')],
    ['application/wacz', zipEntry('datapackage.json')],
    ['application/wacz', zipEntry('archive/data.warc.gz')],
    ['image/svg+xml', SVG],
    ['image/svg+xml', `\ufeff<?xml version='1.0'?>\n  ${SVG}`],
    ['text/html', ' \n<!DOCTYPE HTML><p>'],
    ['text/html', '<!-- <svg> --><html>'],
    ['text/html', '<script>alert(1)</script>'],
    ['application/xml', '<?xml version="1.0"?><a/>'],
    ['text/plain', 'Grüße'],
    ['text/plain', 'a'.repeat(4099) + 'ü'.repeat(10)],
    [null, ''],
    [null, Uint8Array.of(0, 1, 2, 3)],
    [null, 'text with a \u0000'],
    [null, Uint8Array.of(0x47, 0xfc, 0x6e)],
  ])('%s', (mediaType, bytes) => {
    expect(sniffMediaType(typeof bytes === 'string' ? Buffer.from(bytes) : bytes)).toBe(mediaType);
  });

  it('any bytes get an answer, and one that later bytes do not change', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const answer = sniffMediaType(bytes);
        return answer === null || /^[a-z]+\/[a-z0-9.+-]+$/.test(answer);
      }),
      { numRuns: 2000 },
    );
    const head = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(8000)]);
    expect(sniffMediaType(head)).toBe('image/png');
  });
});

function zipEntry(name: string): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32BE(0x504b0304, 0);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, Buffer.from(name)]);
}
