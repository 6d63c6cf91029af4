/**
 * What the words say that a reader of pixels found: lines, whether there may be more, and which of them lie under boxes. Pure.
 *
 * Confidence is what tells writing that was read from writing that was not: small, turned or drawn letters come out as words of low
 * confidence. Where there is detail and no word at all, as in a photograph, nothing can be told. Both are said, and a person looks.
 */
import { foldText } from './folded.ts';
import type { PixelReading } from './gate.ts';
import type { Box } from './pictures.ts';

export type Turn = 0 | 90 | 180 | 270;
/** Ways to turn a picture, the likeliest first. */
export const TURNS = [90, 270, 180] as const;

export interface SeenWord extends Box {
  readonly text: string;
  /** 0 to 100. */
  readonly confidence: number;
  /** Words of one line have the same. */
  readonly line: number;
  /** How the picture was turned to the right when it was read. */
  readonly turn: Turn;
}

/** In pixels of the picture as it is shown. */
export interface SeenPicture {
  readonly words: readonly SeenWord[];
  /** Squares with so much detail that writing could be in them. */
  readonly busy: readonly Box[];
  /** How much of the picture one of them is. */
  readonly share: number;
  /** Why not all of it was looked at. */
  readonly missed: string | null;
}

/** Of what was read: below it, it is a guess. */
const SURE = 75;
/** More than this of a picture with detail and without words: an avatar or an icon is less. */
const MOST_BUSY = 0.04;

export function readingOf(seen: SeenPicture): PixelReading {
  // What was guessed of a picture that lay on its side is noise.
  return {
    lines: linesOf(seen.words.filter((word) => word.turn === 0 || isSure(word))),
    doubt: doubtIn(seen),
  };
}

export interface WordsRead {
  readonly lines: readonly string[];
  readonly words: number;
  /** The mean of its words, 0 to 100. */
  readonly confidence: number;
}

/** Of what was read: below it, it is noise of a photograph more often than a word. */
const LIKELY = 40;

/** For a search: a word that was read twice, on two grounds or in two strips, is there once. */
export function wordsIn({ words }: Pick<SeenPicture, 'words'>): WordsRead {
  const likely = words.filter(({ text, confidence }) => confidence >= LIKELY && /[\p{L}\p{N}]/u.test(text));
  const once = likely.filter(
    (word, n) =>
      !likely.slice(0, n).some((other) => other.text === word.text && covered(word, [other]) >= 0.5),
  );
  const sum = once.reduce((all, { confidence }) => all + confidence, 0);
  return {
    lines: linesOf(once),
    words: once.length,
    confidence: once.length === 0 ? 0 : Math.round(sum / once.length),
  };
}

/** Letters that stand on their side come out as words of low confidence, or as none. */
export function needsTurning(upright: readonly SeenWord[], busy: readonly Box[]): boolean {
  return upright.length === 0 ? busy.length > 0 : guessedIn(upright).length > 0;
}

function doubtIn({ words, busy, share, missed }: SeenPicture): string | null {
  if (missed !== null) return missed;
  const readings = ([0, ...TURNS] as const).map((turn) => words.filter((word) => word.turn === turn));
  // One way round all of it was read: then that is how it stands.
  const whole = readings.find(
    (reading, n) => guessedIn(reading).length === 0 && (n === 0 ? reading.length > 0 : reading.some(isLong)),
  );
  if (whole === undefined && words.length > 0)
    return 'something in it looks like writing and was not read with confidence: a person has to look';
  const open = busy.filter((square) => whole?.some((word) => touches(square, word)) !== true);
  if (open.length * share > MOST_BUSY)
    return 'it shows more than words, as a photograph does, in which words may stand: a person has to look';
  return null;
}

export const isSure = ({ confidence }: SeenWord): boolean => confidence >= SURE;
const isLong = ({ text }: SeenWord): boolean => foldText(text).length >= 3;

/** What was not read with confidence, neither at its place in another strip, nor on another ground. */
function guessedIn(reading: readonly SeenWord[]): readonly SeenWord[] {
  const sure = reading.filter(isSure);
  return reading.filter(
    (word) =>
      !isSure(word) && foldText(word.text) !== '' && !sure.some((other) => covered(word, [other]) >= 0.5),
  );
}

function linesOf(words: readonly SeenWord[]): readonly string[] {
  const lines = Map.groupBy(words, ({ line }) => line);
  return [...lines.values()].map((line) => line.map(({ text }) => text).join(' '));
}

/**
 * What the words under boxes are looked for as: all of a box, each of its lines, and what looks like names or numbers in a line. A single
 * ordinary word is looked for only where it is all that a box covers.
 */
export function wordsUnder({ words }: Pick<SeenPicture, 'words'>, boxes: readonly Box[]): readonly string[] {
  const found = boxes.flatMap((box) => {
    const under = words.filter((word) => covered(word, [box]) >= 0.5);
    const lines = linesOf(under);
    return [lines.join('\n'), ...lines, ...lines.flatMap(namesIn)];
  });
  return [...new Set(found)].filter((text) => foldText(text) !== '');
}

/** Words with a capital that follow each other, and whatever has four digits. */
function namesIn(line: string): string[] {
  const runs = line.match(/\p{Lu}[\p{L}\p{M}'’-]*(?:\s+\p{Lu}[\p{L}\p{M}'’.-]*)+/gu) ?? [];
  const numbers = line.split(/\s+/u).filter((word) => (word.match(/\p{Nd}/gu)?.length ?? 0) >= 4);
  return [...runs, ...numbers];
}

/** How much of a word lies under one of the boxes. */
function covered(word: Box, boxes: readonly Box[]): number {
  const shares = boxes.map((box) => {
    const across = Math.min(word.x + word.width, box.x + box.width) - Math.max(word.x, box.x);
    const down = Math.min(word.y + word.height, box.y + box.height) - Math.max(word.y, box.y);
    return across <= 0 || down <= 0 ? 0 : (across * down) / Math.max(1, word.width * word.height);
  });
  return Math.max(0, ...shares);
}

/** Within half of a word's height: dots and tails of letters go beyond it. */
function touches(square: Box, { x, y, width, height }: Box): boolean {
  const by = height / 2;
  return (
    square.x < x + width + by &&
    x - by < square.x + square.width &&
    square.y < y + height + by &&
    y - by < square.y + square.height
  );
}
