/** What the readers of the gate share: one file that is looked through, the texts that were seen in it, and what was not. */
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { sha256Hex } from '#commitment.ts';
import { foldText, LONG, type Finder } from './folded.ts';
import { decodedTexts, type Encoded } from './gate-encodings.ts';
import { sharpest } from './gate-hits.ts';
import { aroundOf, isShortWord, type ShortHit } from './short-words.ts';
import { piecesOf, stringsIn, without, type Span } from './gate-strings.ts';

export interface Hit {
  /** Its number in the packet and its name, without what of it is withheld. */
  readonly file: string;
  /** Where in it, from the outside to the inside. */
  readonly place: string;
  readonly item: string;
  /** `nearly`: in pixels, with letters that may have been read wrongly. */
  readonly what: 'whole' | 'part' | 'nearly';
}

export interface Unread {
  readonly file: string;
  readonly place: string;
  readonly why: string;
  /** What a person vouches for it by: of these bytes, this place and this reason. Null: there are no bytes. */
  readonly id: string | null;
  /** Of a picture: its digest. Whoever looked at it vouches for it by this, wherever it stands. */
  readonly picture: string | null;
}

export interface Said {
  readonly mediaType: string | null;
  readonly name: string | null;
}

/** A place at which words stand that stand in a withheld picture too. */
export interface SoftHit {
  readonly place: string;
  readonly item: string;
  readonly text: string;
  readonly ofPage: boolean;
  /** Of pixels: the digest of the picture. */
  readonly picture: string | null;
}

export interface Look {
  /** A text as somebody could read it; what is written in it in another way is read too. */
  see(place: string, text: string): void;
  /** Bytes of which only some are text. In those that are `packed`, and are looked through apart, only long words are looked for. */
  seeBytes(place: string, bytes: Uint8Array, packed?: readonly Span[]): void;
  /** A file within the file. */
  inside(place: string, bytes: Buffer, said: Said): void;
  unread(place: string, why: string, picture?: string): void;
  /** Whether a file of this digest is withheld as a whole. */
  compare(place: string, digest: string): void;
  unpack(place: string, bytes: Uint8Array, how: Packing): Buffer | null;
  picture(place: string, bytes: Buffer, mediaType: string): void;
  /** What somebody read in pixels, who may have read letters wrongly. */
  seePixels(place: string, lines: readonly string[], picture: string): void;
  masked(text: string): string;
  readonly pictures: readonly { place: string; bytes: Buffer; mediaType: string }[];
  hits(): readonly Hit[];
  /** What stands in it of pictures that are withheld as a whole. */
  soft(): readonly SoftHit[];
  /** Short words that may be others. */
  short(): readonly ShortHit[];
  notRead(): readonly Unread[];
  texts(): number;
}

export type Packing = 'gzip' | 'deflate' | 'raw-deflate' | 'brotli' | 'zstd';
type Unpack = (bytes: Uint8Array, options: { maxOutputLength: number; info: boolean }) => unknown;
const UNPACK: Readonly<Record<Packing, Unpack>> = {
  gzip: gunzipSync,
  deflate: inflateSync,
  'raw-deflate': inflateRawSync,
  brotli: brotliDecompressSync,
  zstd: zstdDecompressSync,
};

export interface LookInput {
  readonly file: string;
  readonly finder: Finder;
  readonly findNear: (text: string) => readonly string[];
  readonly findSoft: (text: string) => readonly Omit<SoftHit, 'place' | 'picture'>[];
  /** Made here, of what is released: of its texts nothing is asked softly, of pictures in it all the same. */
  readonly isOurs: boolean;
  /** By digest, what a report calls it. */
  readonly withheldFiles: ReadonlyMap<string, string>;
  readonly maxUnpackedBytes: number;
  /** Short texts in which nothing was found, and how many texts each was looked through as: of all files of the packet. */
  readonly clean: Map<string, number>;
  readonly lookInto: (look: Look, place: string, bytes: Buffer, said: Said) => void;
}

const SHORT = 300;
const MOST_KNOWN = 50_000;
const MAX_FILES_DEEP = 8;
const MAX_ENCODINGS_DEEP = 4;
/** So many letters in a row are hardly ever there by chance. */
const SURE_RUN = /[\u0020-\u007e]{16}|(?:[\u0020-\u007e]|[\u0100-\u{10ffff}]){24}/u;

export function openLook({
  file,
  finder,
  findNear,
  findSoft,
  isOurs,
  withheldFiles,
  maxUnpackedBytes,
  clean,
  lookInto,
}: LookInput): Look {
  const soft: SoftHit[] = [];
  const short: ShortHit[] = [];
  const hits = new Map<string, Hit>();
  const notRead = new Map<string, Unread>();
  const pictures: { place: string; bytes: Buffer; mediaType: string }[] = [];
  let texts = 0;
  let unpacked = 0;
  let deep = 0;
  /** Whatever was found or not read, also where it had been before. */
  let told = 0;

  const unread = (place: string, why: string, picture: string | null = null): void => {
    told += 1;
    notRead.set(`${place}\0${why}`, { file, place: masked(place), why, id: null, picture });
  };
  const compare = (place: string, digest: string): void => {
    const item = withheldFiles.get(digest);
    if (item === undefined) return;
    told += 1;
    const where = within(place, 'the whole file');
    hits.set(`${where}\0${item}`, { file, place: masked(where), item, what: 'whole' });
  };
  const compareBytes = (place: string, bytes: Uint8Array): void => {
    if (withheldFiles.size > 0) compare(place, sha256Hex(bytes));
  };
  const masked = (text: string): string => {
    let left = '';
    let at = 0;
    for (const { start, end } of finder.find(text).sort((a, b) => a.start - b.start)) {
      if (end <= at) continue;
      left += `${text.slice(at, Math.max(at, start))}▇`;
      at = end;
    }
    return left + text.slice(at);
  };
  /** Of the text that is searched, where it was read in pixels. */
  let picture: string | null = null;
  const asksSoftly = (): boolean => picture !== null || !isOurs;
  const search = (place: string, text: string, least = 0): void => {
    texts += 1;
    for (const { item, what, start, end } of finder.find(text)) {
      if (least > 0 && foldText(text.slice(start, end)).length < least) continue;
      told += 1;
      if (what === 'whole' && isShortWord(text.slice(start, end))) {
        short.push({ place: masked(place), item, around: aroundOf(text, { start, end }, masked) });
        continue;
      }
      const key = `${place}\0${item}`;
      if (hits.get(key)?.what !== 'whole') hits.set(key, { file, place: masked(place), item, what });
    }
    for (const one of asksSoftly() ? findSoft(text) : []) {
      told += 1;
      soft.push({ ...one, place: masked(place), picture });
    }
  };
  const see = (place: string, text: string, level = 0): void => {
    // What was asked less of is not known.
    const key = text.length > SHORT ? null : `${asksSoftly() ? 'soft' : ''}\0${text}`;
    const known = key === null ? undefined : clean.get(key);
    if (known !== undefined) {
      texts += known;
      return;
    }
    const [toldBefore, textsBefore] = [told, texts];
    search(place, text);
    for (const one of decodedTexts(text)) decoded(place, one, level + 1);
    // Keys of JSON and names of a PDF come again and again. How deep it lay may count: a text that was read at the top alone is known.
    if (level > 0 || deep > 1 || key === null || told > toldBefore) return;
    if (clean.size >= MOST_KNOWN) clean.clear();
    clean.set(key, texts - textsBefore);
  };
  const decoded = (place: string, one: Encoded, level: number): void => {
    if (level > MAX_ENCODINGS_DEEP) {
      unread(place, `it is encoded more than ${MAX_ENCODINGS_DEEP} times`);
      return;
    }
    const where = `${place} (${one.how})`;
    if ('text' in one) see(where, one.text, level);
    else if (one.isFile) inside(where, one.bytes, { mediaType: one.mediaType, name: null });
    else {
      compareBytes(where, one.bytes);
      seeBytes(where, one.bytes, level);
    }
  };
  const seeBytes = (place: string, bytes: Uint8Array, level = 0, packed: readonly Span[] = []): void => {
    const runs = stringsIn(bytes, LONG);
    const open = packed.length === 0 ? runs : stringsIn(without(bytes, packed), LONG);
    const sure = open.filter((run) => SURE_RUN.test(run));
    if (sure.length > 0) see(place, sure.join('\n'), level);
    if (packed.length > 0 || runs.length > sure.length) search(place, runs.join('\n'), LONG);
  };
  const inside = (place: string, bytes: Buffer, said: Said): void => {
    compareBytes(place, bytes);
    if (deep >= MAX_FILES_DEEP) {
      unread(place, `it lies more than ${MAX_FILES_DEEP} files deep`);
      return;
    }
    deep += 1;
    try {
      lookInto(look, place, bytes, said);
    } catch {
      unread(place, 'it could not be taken apart');
    } finally {
      deep -= 1;
    }
  };
  const unpack = (place: string, bytes: Uint8Array, how: Packing): Buffer | null => {
    const room = maxUnpackedBytes - unpacked;
    try {
      const { buffer: out, engine } = UNPACK[how](bytes, {
        maxOutputLength: Math.max(1, room),
        info: true,
      }) as { buffer: Buffer; engine: { bytesWritten: number } };
      unpacked += out.length;
      // What stands behind its end is passed over by whoever unpacks it. Of a stream in a PDF a line may end there.
      const behind = bytes.subarray(engine.bytesWritten);
      if (behind.some((byte) => byte !== 0 && byte !== 10 && byte !== 13))
        unread(place, 'bytes stand behind what is packed in it');
      return out;
    } catch (error) {
      const isLarge =
        error instanceof RangeError || (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE';
      unread(
        place,
        isLarge
          ? `more than ${maxUnpackedBytes} bytes are packed in this file`
          : 'what is packed in it cannot be unpacked',
      );
      return null;
    }
  };
  const seePixels = (place: string, lines: readonly string[], digest: string): void => {
    const text = lines.join('\n');
    picture = digest;
    see(place, text);
    picture = null;
    for (const item of findNear(text)) {
      const key = `${place}\0${item}`;
      if (!hits.has(key)) hits.set(key, { file, place: masked(place), item, what: 'nearly' });
    }
  };
  const look: Look = {
    see: (place, text) => {
      for (const piece of isOurs ? piecesOf(text) : [text]) see(place, piece);
    },
    seeBytes: (place, bytes, packed) => {
      compareBytes(place, bytes);
      seeBytes(place, bytes, 0, packed);
    },
    inside,
    unread,
    compare,
    seePixels,
    unpack,
    picture: (place, bytes, mediaType) => {
      told += 1;
      pictures.push({ place, bytes, mediaType });
    },
    masked,
    pictures,
    hits: () => sharpest([...hits.values()]),
    soft: () => soft,
    short: () => short,
    notRead: () => [...notRead.values()],
    texts: () => texts,
  };
  return look;
}

/** From the outside to the inside. */
export const within = (place: string, inner: string): string =>
  place === '' ? inner : `${place} › ${inner}`;
