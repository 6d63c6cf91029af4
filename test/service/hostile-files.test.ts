/**
 * Files that mean harm, or that nobody expected, by both ways in. Each of them is sealed as it came; what opens as a picture says
 * so, and what does not makes nothing safe; none runs, none is handed out as a page, and the archive stays as it was.
 */
import { createHash } from 'node:crypto';
import { crc32, deflateSync, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPictureInspector } from '#intake/intake.ts';
import { openArchive, simpleReport, type Archive, type TestFile } from '../support/archive.ts';
import { inWholeRun, rows as chosen } from '../support/extent.ts';
import { heicGrid, heicTile } from '../support/heic.ts';
import { call, recordWhen } from '../support/looking.ts';
import { png } from '../support/picture.ts';
import { uploading, type Uploading } from '../support/uploading.ts';

let archive: Archive;
let mine: Uploading;
/** What is asked for is the finding, and not how long a busy machine takes for it. */
const patient = openPictureInspector({ timeoutMs: 100_000 });
beforeAll(async () => {
  archive = await openArchive({ adapt: (system) => ({ ...system, inspector: patient }) });
  mine = uploading(archive.app, { authorization: `Bearer ${await archive.key()}` });
  await archive.work();
});
afterAll(async () => {
  await archive?.close();
  await patient.close();
});

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const around = Buffer.alloc(8);
  around.writeUInt32BE(data.length, 0);
  around.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([around.subarray(0, 4), body, around.subarray(4)]);
}
/** Black, with as many of its lines as it is said to have, or fewer. */
function black(width: number, height: number, lines = height): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc(lines * (Math.ceil(width / 8) + 1)));
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const SCRIPT = '<script>fetch("/v1/me").then(r=>r.text()).then(alert)</script>';
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script><image href="http://127.0.0.1:1/x"/></svg>`;
const HTML = `<!doctype html><title>x</title>${SCRIPT}`;
const ZIP = Buffer.from('504b030414000000080000000000', 'hex');
const EXE = Buffer.concat([Buffer.from('4d5a90000300', 'hex'), Buffer.alloc(2000, 1)]);

/** Name, type that is claimed, bytes, and what the archive finds; null: it does not even look like a picture. */
type Row = readonly [
  name: string,
  claimed: string,
  bytes: () => Promise<Buffer> | Buffer,
  finding: object | null,
];
const is = (format: string, width: number, height: number): object => ({
  decodable: true,
  width,
  height,
  format,
});
const not = (reason: string): object => ({ decodable: false, reason });

// oxfmt-ignore
const ROWS: readonly Row[] = [
  ['ten thousand million pixels.png', 'image/png', () => black(100_000, 100_000, 1), not('too-many-pixels')],
  ['two hundred and fifty-six million, whole.png', 'image/png', () => black(16_000, 16_000), is('png', 16_000, 16_000)],
  ['a hundred megapixels.png', 'image/png', () => black(10_000, 10_000), is('png', 10_000, 10_000)],
  ['a hundred megapixels.jpg', 'image/jpeg', async () => await sharp(black(10_000, 10_000), { limitInputPixels: false }).jpeg({ quality: 20 }).toBuffer(), is('jpeg', 10_000, 10_000)],
  ['a hundred megapixels.heic', 'image/heic', () => heicGrid(11_600, 8700), is('heic', 11_600, 8700)],
  ['IMG_0001.HEIC', 'image/heic', () => heicTile(), is('heic', 512, 512)],
  ['a lying telephone.heic', 'image/heic', () => heicGrid(1000, 700, { claims: { width: 65_535, height: 65_535 } }), not('too-many-pixels')],
  ['half a picture.png', 'image/png', () => black(640, 480, 240), not('damaged')],
  ['a picture and a page.png', 'image/png', async () => Buffer.concat([await png(), Buffer.from(HTML)]), is('png', 320, 200)],
  ['a picture and a program.gif', 'text/javascript', async () => Buffer.concat([await sharp(await png()).gif().toBuffer(), Buffer.from('/*x*/=1;alert(1)')]), is('gif', 320, 200)],
  ['a picture and a zip.jpg', 'application/zip', async () => Buffer.concat([await sharp(await png()).jpeg().toBuffer(), ZIP]), is('jpeg', 320, 200)],
  ['a picture with a page in its words.png', 'image/png', async () => await sharp(await png()).withExif({ IFD0: { ImageDescription: HTML } }).png().toBuffer(), is('png', 320, 200)],
  ['drawing.svg', 'image/svg+xml', () => Buffer.from(SVG), not('not-a-picture')],
  ['drawing.png', 'image/png', () => Buffer.from(`<?xml version="1.0"?><!-- x -->${SVG}`), not('not-a-picture')],
  ['drawing.svgz', 'image/svg+xml', () => gzipSync(SVG), not('not-a-picture')],
  ['an expansion bomb.svg', 'image/svg+xml', () => Buffer.from(`<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "${'x'.repeat(1000)}"><!ENTITY b "${'&a;'.repeat(1000)}"><!ENTITY c "${'&b;'.repeat(1000)}">]><svg>&c;</svg>`), not('not-a-picture')],
  ['page.html', 'text/html', () => Buffer.from(HTML), null],
  ['page.png', 'image/png', () => Buffer.from(HTML), not('not-a-picture')],
  ['program.png', 'image/png', () => EXE, not('not-a-picture')],
  ['letter.pdf.jpg', 'image/jpeg', () => Buffer.from('%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF'), not('not-a-picture')],
  ['a picture that says it is a page.html', 'text/html', async () => await png(), is('png', 320, 200)],
  ['packed.bmp', 'image/bmp', () => Buffer.concat([Buffer.from('BM'), Buffer.alloc(60)]), not('format-not-supported')],
  ['nothing.png', 'image/png', () => Buffer.alloc(0), not('empty')],
  ['../../../etc/passwd', 'image/png', () => Buffer.from('x'), not('not-a-picture')],
  ["'><img src=x onerror=alert(1)>.png", 'image/png', async () => await png(), is('png', 320, 200)],
];

describe.each(['in the report', 'before the report'] as const)('files that come %s', (way) => {
  // What a file is found to be does not depend on how it came.
  const here = way === 'in the report' ? ROWS : chosen(ROWS, (_, n) => n % 5 === 0);
  test('are sealed as they came, each with a finding of its own, and handed out as bytes alone', async () => {
    const files: TestFile[] = await Promise.all(
      here.map(async ([name, type, bytes]) => ({ name, type, bytes: await bytes() })),
    );
    const recordId = await handIn(files, way);
    const record = await recordWhen(
      archive,
      recordId,
      ({ artifacts, state }) =>
        state === 'complete' &&
        artifacts
          .filter(({ origin }) => origin === 'handed-in')
          .every(({ picture, n }) => picture !== null || here[n - 2]?.[3] === null),
      120_000,
    );
    const handedIn = record.artifacts.filter(({ origin }) => origin === 'handed-in');
    expect(handedIn.map(({ originalName, picture }) => [originalName, picture])).toEqual(
      here.map(([name, , , finding]) => [name, finding]),
    );
    for (const [i, file] of handedIn.entries()) {
      const bytes = files[i]?.bytes ?? Buffer.alloc(0);
      expect([file.sha256, file.sizeBytes], file.originalName ?? '').toEqual([sha256(bytes), bytes.length]);
      const answer = await call(archive, `/v1/records/${recordId}/artifacts/${file.n}`);
      expect(answer.status).toBe(200);
      expect(answer.headers).toMatchObject({
        'content-type': 'application/octet-stream',
        'content-security-policy': "sandbox; default-src 'none'",
        'x-content-type-options': 'nosniff',
      });
      expect(String(answer.headers['content-disposition'])).toMatch(
        /^attachment; filename="[0-9a-f-]+-\d+\.bin"$/,
      );
    }
    expect((await archive.receipt(recordId)).safeToRemove).toBe(true);
  }, 180_000);

  const noneOpens = (): void =>
    test('of which none opens make nothing safe', async () => {
      const bad = ROWS.filter(([, , , finding]) => finding === null || !('width' in finding));
      const files = await Promise.all(
        bad.map(async ([name, type, bytes]) => ({ name, type, bytes: await bytes() })),
      );
      expect(files.length).toBeGreaterThan(10);
      const recordId = await handIn(files, way);
      const receipt = await archive.until(recordId, ({ status }) => status === 'complete', 60_000);
      expect(receipt.safeToRemove).toBe(false);
      const owed = async (): Promise<number> =>
        (await archive.sql.query('select 1 from step where record_id = $1', [recordId])).rowCount ?? 0;
      await expect.poll(owed, { timeout: 60_000 }).toBe(0);
      expect((await archive.receipt(recordId)).safeToRemove).toBe(false);
    }, 120_000);
  if (way === 'in the report') noneOpens();
  else inWholeRun(noneOpens);
});

async function handIn(
  files: readonly TestFile[],
  way: 'in the report' | 'before the report',
): Promise<string> {
  if (way === 'in the report') {
    const answer = await archive.report(simpleReport(), files);
    expect(answer.status).toBe(202);
    return answer.body.recordId;
  }
  const ids: string[] = [];
  for (const { name, type = '', bytes } of files) {
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const { id } = await mine.begin(bytes.length, `filename ${base64(name)},filetype ${base64(type)}`);
    if (bytes.length > 0) expect((await mine.piece(id, 0, Buffer.from(bytes))).status).toBe(204);
    ids.push(id);
  }
  const answer = await mine.report(simpleReport(), ids);
  expect(answer.status).toBe(202);
  return String(answer.body['recordId']);
}
