/**
 * Boxes burned into a stranger's picture in a process that may die (`#decoder.ts`): one process for each picture, so that what one did to its
 * decoder shows in no other, with bounds of memory and time. What comes back is measured again here, because whoever took the process over could say anything.
 */
import { Type } from 'typebox';
import { Check } from 'typebox/value';
import { sha256Hex } from '#commitment.ts';
import { openDecoder, type Confinement, type Question } from '#decoder.ts';
import { ArchiveError } from '#errors.ts';
import { checkPng, MAX_PIXELS, type Box, type BurnedPicture } from './pictures.ts';

export interface BurnQuestion extends Question {
  readonly task: 'burn';
  readonly boxes: readonly Box[];
  readonly maxPixels: number;
}

export interface ApartOptions {
  readonly timeoutMs?: number;
  readonly maxPixels?: number;
  readonly onStarted?: (confinement: Confinement) => void;
}

const PROGRAM = new URL('picture-burner.ts', import.meta.url);
/** A hundred million pixels, twice, as the decoder's own. */
const MEMORY_BYTES = 2.5 * 1024 ** 3;
/** Of pixels that do not compress. */
const MAX_OUTPUT_BYTES = 400 * 1024 ** 2;
const TIMEOUT_MS = 120_000;
const PIECE_BYTES = 256 * 1024;

const Edge = Type.Integer({ minimum: 0 });
const Made = Type.Object({
  derived: Type.Object({
    sha256: Type.String(),
    bytes: Type.Integer(),
    mediaType: Type.Literal('image/png'),
    width: Type.Integer({ minimum: 1 }),
    height: Type.Integer({ minimum: 1 }),
    exact: Type.Boolean(),
  }),
  boxes: Type.Array(Type.Object({ x: Edge, y: Edge, width: Edge, height: Edge })),
  exact: Type.Boolean(),
});

/** As `burnPicture`; refuses with its sentences, and with one of its own where the picture ended its decoder. */
export async function burnApart(
  bytes: Uint8Array,
  boxes: readonly Box[],
  { timeoutMs = TIMEOUT_MS, maxPixels = MAX_PIXELS, onStarted }: ApartOptions = {},
): Promise<BurnedPicture> {
  const decoder = openDecoder<BurnQuestion>({
    program: PROGRAM,
    timeoutMs,
    idleMs: 1000,
    memoryBytes: MEMORY_BYTES,
    maxOutputBytes: MAX_OUTPUT_BYTES,
    onStarted,
  });
  try {
    const question = { task: 'burn', sizeBytes: bytes.length, boxes, maxPixels } as const;
    const reply = await decoder.ask(question, piecesOf(bytes));
    if ('failed' in reply)
      throw refused(
        reply.failed === 'timeout'
          ? `The picture took longer than ${timeoutMs / 1000} seconds to open. Withhold it as a whole.`
          : 'The picture ended the program that opens pictures. Withhold it as a whole.',
      );
    const { answer, output } = reply;
    if (isRefusal(answer)) throw refused(answer.refused);
    return burnedOf(output, boxes.length);
  } finally {
    await decoder.close();
  }
}

function burnedOf(output: Buffer, count: number): BurnedPicture {
  const end = output.indexOf(10);
  const png = output.subarray(end + 1);
  const made: unknown = parsed(output.toString('utf8', 0, Math.max(0, end)));
  if (!Check(Made, made) || made.boxes.length !== count || sha256Hex(png) !== made.derived.sha256)
    throw refused(
      'The program that opens pictures answered something else than a picture. Withhold it as a whole.',
    );
  const { width, height } = checkPng(png);
  if (made.derived.bytes !== png.length || made.derived.width !== width || made.derived.height !== height)
    throw refused(
      'The program that opens pictures answered another picture than it says. Withhold it as a whole.',
    );
  return { png, ...made };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isRefusal(answer: unknown): answer is { readonly refused: string } {
  return (
    typeof answer === 'object' && answer !== null && 'refused' in answer && typeof answer.refused === 'string'
  );
}

export async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES)
    yield await Promise.resolve(bytes.subarray(at, at + PIECE_BYTES));
}

function refused(sentence: string): ArchiveError {
  return new ArchiveError('redaction-refused', sentence, { retry: 'never' });
}
