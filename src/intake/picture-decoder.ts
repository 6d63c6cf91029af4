/**
 * A process of its own that decodes pictures for `decoder.ts`, one question at a time, and ends with its parent.
 *
 * Its argument, when it has one, is the user that it becomes before it reads a byte of anybody's. By then everything
 * that it needs is loaded, so that this user needs no right to our files.
 *
 * Only formats that are pictures and nothing else: the loaders for everything else are switched off in libvips
 * itself. SVG is a document with script and references, PDF is a document; neither is asked of a decoder here. libvips is shipped
 * without HEVC; for that there is libheif in WebAssembly (`heic.ts`).
 */
import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import sharp from 'sharp';
import { decodeHeic } from './heic.ts';
import { makePreview } from './picture-preview.ts';
import { ANSWERS_FD, QUESTIONS_FD, READY, type DecoderQuestion, type PictureFormat } from './decoder.ts';
import type { PictureInspection, UndecodableReason } from './pictures.ts';

sharp.cache(false);
sharp.concurrency(1);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Png', 'Jpeg', 'Nsgif', 'Webp', 'Heif', 'Tiff'].map((loader) => `VipsForeignLoad${loader}`),
});

// Where memory runs short all the same, the kernel ends this process and no other. Not every system has such a file.
try {
  writeFileSync('/proc/self/oom_score_adj', '1000');
} catch {}

const uid = process.argv[2] === undefined ? null : Number(process.argv[2]);
if (uid !== null) {
  process.setgroups?.([]);
  process.setgid?.(uid);
  process.setuid?.(uid);
}

const no = (reason: UndecodableReason): PictureInspection => ({ decodable: false, reason });
const input = process.stdin.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>;

/** The bytes of one picture, and of no other: those of the next are sent after this one was answered. */
async function received(sizeBytes: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  for (let at = 0; at < sizeBytes;) {
    const { value, done } = await input.next();
    if (done === true || at + value.length > sizeBytes) process.exit(1);
    bytes.set(value, at);
    at += value.length;
  }
  return bytes;
}

async function inspect({ sizeBytes, maxPixels, format }: DecoderQuestion): Promise<PictureInspection> {
  const bytes = await received(sizeBytes);
  if (format === 'heic') return inspectHeic(bytes, maxPixels);
  // The brand names the container; whether AV1 or HEVC is inside, only looking tells.
  const seen = await inspectBySharp(bytes, maxPixels, format === 'heif' ? 'avif' : format);
  const unclear = format === 'heif' && !seen.decodable && seen.reason === 'damaged';
  return unclear ? inspectHeic(bytes, maxPixels) : seen;
}

function inspectHeic(bytes: Uint8Array, maxPixels: number): PictureInspection {
  const answer = decodeHeic(bytes, maxPixels);
  return typeof answer === 'string' ? no(answer) : { decodable: true, ...answer, format: 'heic' };
}

async function inspectBySharp(
  bytes: Buffer,
  maxPixels: number,
  format: PictureFormat,
): Promise<PictureInspection> {
  try {
    const options = { failOn: 'error', limitInputPixels: maxPixels, sequentialRead: true } as const;
    const { width, height, pages = 1 } = await sharp(bytes, options).metadata();
    // Every line of the input is read to make this; little memory is, whatever the size.
    await sharp(bytes, options)
      .resize({ width: 32, height: 32, fit: 'fill', fastShrinkOnLoad: false })
      .raw()
      .toBuffer();
    // A scan of a letter: only its first page is looked at, and shown. Of an animation the first frame is enough.
    return { decodable: true, width, height, format, ...(format === 'tiff' && pages > 1 && { pages }) };
  } catch (error) {
    // As what it is: whole, and more than is opened here.
    return no(/pixel limit|memory/i.test(String(error)) ? 'too-many-pixels' : 'damaged');
  }
}

/** Its bytes go out by another way than the answer, which says how many they are. */
async function preview(question: DecoderQuestion): Promise<{ readonly sizeBytes: number }> {
  const { jpeg } = await makePreview(await received(question.sizeBytes), question).catch(nothing);
  process.stdout.write(jpeg);
  return { sizeBytes: jpeg.length };
}
const nothing = (): { readonly jpeg: Buffer } => ({ jpeg: Buffer.alloc(0) });

const answers = new Socket({ fd: ANSWERS_FD, readable: false });
const say = (said: unknown): void => void answers.write(`${JSON.stringify(said)}\n`);
const questions = new Socket({ fd: QUESTIONS_FD, writable: false });
createInterface({ input: questions }).on('line', (line) => {
  const question = JSON.parse(line) as DecoderQuestion;
  const answer =
    question.task === 'preview' ? preview(question) : inspect(question).catch(() => no('decoder-crashed'));
  answer.then(say, () => process.exit(1));
});
// With its parent.
questions.on('close', () => process.exit(0));
say(READY);
