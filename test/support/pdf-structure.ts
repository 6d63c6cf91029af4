/** The objects of a PDF of ours, and what its tree of structure reads in which order. */
import { inflateSync } from 'node:zlib';

interface PdfObject {
  readonly dictionary: string;
  readonly stream: Buffer | null;
}

/** Dictionaries of a PDF by number, as text, and their streams. Written for ours: they are not in object streams. */
export function objectsOf(bytes: Buffer): Map<number, PdfObject> {
  const found = new Map<number, PdfObject>();
  const text = bytes.toString('latin1');
  for (const match of text.matchAll(/(?<=\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g)) {
    const [, number, body = ''] = match;
    const begin = body.indexOf('\nstream\n');
    const dictionary = begin < 0 ? body : body.slice(0, begin);
    const stream =
      begin < 0 ? null : Buffer.from(body.slice(begin + 8, body.lastIndexOf('\nendstream')), 'latin1');
    found.set(Number(number), {
      dictionary,
      stream: stream !== null && dictionary.includes('/FlateDecode') ? inflateSync(stream) : stream,
    });
  }
  return found;
}

interface Read {
  /** Of the elements around it, the outermost first. */
  readonly kinds: readonly string[];
  /** From 0 on, as the pages follow each other. */
  readonly page: number;
  /** Its number among what is marked on that page; null: it is a link that lies there. */
  readonly marked: number | null;
}

/** What a screen reader reads, one after the other. */
export function readingOrder(bytes: Buffer): {
  readonly pages: readonly number[];
  readonly read: readonly Read[];
} {
  const objects = objectsOf(bytes);
  const dictionary = (number: number): string => objects.get(number)?.dictionary ?? '';
  const ofType = (type: string): number => {
    const found = [...objects].find(([, one]) => new RegExp(`/Type /${type}\\b`).test(one.dictionary));
    if (found === undefined) throw new Error(`The PDF has no ${type}.`);
    return found[0];
  };
  const kids = /\/Kids \[([^\]]*)\]/.exec(dictionary(ofType('Pages')))?.[1] ?? '';
  const pages = [...kids.matchAll(/(\d+) 0 R/g)].map(([, number]) => Number(number));
  const read: Read[] = [];
  const walk = (number: number, around: readonly string[]): void => {
    const said = dictionary(number);
    const kind = /\/S \/(\w+)/.exec(said)?.[1];
    const kinds = kind === undefined ? around : [...around, kind];
    const list = /\/K (\[[\s\S]*\]|\d+(?: 0 R)?)/.exec(said)?.[1] ?? '';
    const own = Number(/\/Pg (\d+) 0 R/.exec(said.replace(list, ''))?.[1] ?? -1);
    for (const [, content, child, bare] of list.matchAll(/<<([\s\S]*?)>>|(\d+) 0 R|(\d+)/g)) {
      if (child !== undefined) {
        walk(Number(child), kinds);
        continue;
      }
      const marked = bare ?? /\/MCID (\d+)/.exec(content ?? '')?.[1];
      const page = Number(/\/Pg (\d+) 0 R/.exec(content ?? '')?.[1] ?? own);
      read.push({ kinds, page: pages.indexOf(page), marked: marked === undefined ? null : Number(marked) });
    }
  };
  walk(ofType('StructTreeRoot'), []);
  return { pages, read };
}
