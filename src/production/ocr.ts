/**
 * Letters in pictures, read in a process of its own (`ocr-process.ts`): without our environment, with bounds of memory and time, and with nothing
 * that it would fetch. A picture that could not be opened, or took too long, or ended the process, is unread; the next one has another process.
 *
 * Open one for each packet, and close it: what one agency's picture did to it shows in no other's.
 *
 * What it reads, as it was seen: printed Latin letters of nine pixels and more, in English and Spanish, light on dark and dark on light, upright or
 * turned by quarters, and by a few degrees. What it does not: handwriting, ornate letters, other scripts, letters at a slant,
 * in colours of one lightness, or drawn over a photograph. Much of that it notices, by words of low confidence or by detail without
 * words, and says so (`doubt`); some of it, it does not. A picture that it read without doubt may have words in it that it did not see.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Type } from 'typebox';
import { Check } from 'typebox/value';
import { sha256Hex } from '#commitment.ts';
import { openDecoder, type Confinement, type Question } from '#decoder.ts';
import { piecesOf } from './apart.ts';
import type { PixelReading } from './gate.ts';
import { readingOf, wordsIn, wordsUnder, type SeenPicture, type WordsRead } from './ocr-words.ts';
import { MAX_PIXELS, type Box } from './pictures.ts';

export interface ReadQuestion extends Question {
  readonly task: 'read';
  readonly maxPixels: number;
  /** Not turned by quarters where little was read. */
  readonly upright?: boolean;
}

/** Why a picture was not read: it took too long, it ended the process, or it is no picture that opens. */
export type NotRead = 'timeout' | 'crashed' | 'not-opened';

export interface Ocr {
  /** As `passGate` takes it. Null: the picture could not be read. */
  readPixels(picture: Uint8Array, mediaType: string): Promise<PixelReading | null>;
  /**
   * What stands under boxes of a picture, upright, as the gate is to look for it elsewhere. Null: the picture could not be read, and
   * what lies under them is not known.
   */
  wordsUnder(picture: Uint8Array, boxes: readonly Box[]): Promise<readonly string[] | null>;
  /** What a search is to find it by: more is guessed than a gate would take, and nothing is said of what was missed. */
  wordsOf(picture: Uint8Array): Promise<WordsRead | { readonly notRead: NotRead }>;
  /** Ends what is being read. */
  end(): Promise<void>;
  close(): Promise<void>;
}

export interface OcrOptions {
  readonly timeoutMs?: number;
  readonly maxPixels?: number;
  /** A photograph is read four times otherwise. */
  readonly upright?: boolean;
  readonly onStarted?: (confinement: Confinement) => void;
}

const PROGRAM = new URL('ocr-process.ts', import.meta.url);
const MEMORY_BYTES = 2.5 * 1024 ** 3;
/** A page of four thousand words takes about a minute. */
const TIMEOUT_MS = 180_000;
const REMEMBERED = 50;

const versionOf = (name: string): string => {
  const path = createRequire(import.meta.url).resolve(`${name}/package.json`);
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string };
  return `${name} ${version}`;
};
/** What reads, and in which languages, as it is written beside what it read. */
export const ocrEngine = (): string =>
  ['tesseract.js-core', '@tesseract.js-data/eng', '@tesseract.js-data/spa'].map(versionOf).join(', ');

const Edge = Type.Number();
const sides = { x: Edge, y: Edge, width: Edge, height: Edge };
const Seen = Type.Object({
  words: Type.Array(
    Type.Object({
      ...sides,
      text: Type.String(),
      confidence: Type.Number(),
      line: Type.Integer(),
      turn: Type.Union([Type.Literal(0), Type.Literal(90), Type.Literal(180), Type.Literal(270)]),
    }),
  ),
  busy: Type.Array(Type.Object(sides)),
  share: Type.Number(),
  missed: Type.Union([Type.String(), Type.Null()]),
});

export async function openOcr({
  timeoutMs = TIMEOUT_MS,
  maxPixels = MAX_PIXELS,
  upright = false,
  onStarted,
}: OcrOptions = {}): Promise<Ocr> {
  const decoder = openDecoder<ReadQuestion>({
    program: PROGRAM,
    timeoutMs,
    idleMs: 60_000,
    memoryBytes: MEMORY_BYTES,
    onStarted,
  });
  let last: Promise<unknown> = Promise.resolve();
  const seen = new Map<string, Promise<SeenPicture | NotRead>>();

  async function look(picture: Uint8Array): Promise<SeenPicture | NotRead> {
    const question = { task: 'read', sizeBytes: picture.length, maxPixels, upright } as const;
    const reply = await decoder.ask(question, piecesOf(picture));
    if ('failed' in reply) return reply.failed === 'timeout' ? 'timeout' : 'crashed';
    const answer = parsed(reply.output);
    return Check(Seen, answer) ? answer : 'not-opened';
  }
  /** One picture at a time: its death has one suspect. The same picture is in a packet more than once, as itself and in a table of all. */
  async function inTurn(picture: Uint8Array): Promise<SeenPicture | NotRead> {
    const digest = sha256Hex(picture);
    const known = seen.get(digest);
    if (known !== undefined) return await known;
    const answer = last.then(async () => await look(picture));
    last = answer.catch(() => undefined);
    seen.set(digest, answer);
    const [oldest] = seen.keys();
    if (seen.size > REMEMBERED && oldest !== undefined) seen.delete(oldest);
    return await answer;
  }

  return await Promise.resolve({
    async readPixels(picture) {
      const found = await inTurn(picture);
      return typeof found === 'string' ? null : readingOf(found);
    },
    async wordsUnder(picture, boxes) {
      const found = await inTurn(picture);
      return typeof found === 'string' ? null : wordsUnder(found, boxes);
    },
    async wordsOf(picture) {
      const found = await inTurn(picture);
      return typeof found === 'string' ? { notRead: found } : wordsIn(found);
    },
    end: decoder.end,
    async close() {
      await last;
      await decoder.close();
    },
  });
}

function parsed(output: Buffer): unknown {
  try {
    return JSON.parse(output.toString('utf8'));
  } catch {
    return null;
  }
}
