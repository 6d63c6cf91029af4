/**
 * Judges a PDF by itself, from its end to its beginning, as a reader does that does not mend: the table of offsets, the tree of structure from both
 * sides, and what stands on each page by the tables of its own fonts. It knows nothing of the program that wrote it.
 */
import { inflateSync } from 'node:zlib';

export interface PdfJudged {
  /** Nothing is wrong where there is none. */
  readonly faults: readonly string[];
  /** The strings of each page, in the order in which they are drawn. */
  readonly pages: readonly (readonly string[])[];
  /** Elements of the tree of structure, and pieces of content that they hold. */
  readonly elements: number;
  readonly marked: number;
}

export function judgePdf(bytes: Buffer): PdfJudged {
  const faults: string[] = [];
  const text = bytes.toString('latin1');
  const objects = offsetsOf(text, faults);
  const body = (number: number): string => objects.get(number) ?? '';
  const dictionary = (number: number): string => body(number).split('\nstream\n')[0] ?? '';
  const trailer = text.slice(text.lastIndexOf('trailer'));
  const root = dictionary(refIn(trailer, 'Root'));
  for (const [name, wanted] of [
    ['/Marked true', dictionary(refIn(root, 'MarkInfo')) + root],
    ['/Lang ', root],
    ['/Title ', dictionary(refIn(trailer, 'Info'))],
  ] as const)
    if (!wanted.includes(name)) faults.push(`There is no ${name.trim()}.`);

  const pageNumbers = pagesUnder(refIn(root, 'Pages'), dictionary, faults);
  const tree = refIn(root, 'StructTreeRoot');
  const parents = parentTree(dictionary(tree));
  let elements = 0;
  let marked = 0;
  const held = new Map<string, number>();
  const walk = (number: number, parent: number, depth: number): void => {
    if (depth > 50) {
      faults.push(`The tree of structure does not end at ${number}.`);
      return;
    }
    const said = dictionary(number);
    elements += 1;
    if (!/\/S \/\w+/.test(said)) faults.push(`Element ${number} has no kind.`);
    if (refIn(said, 'P') !== parent) faults.push(`Element ${number} does not name its parent ${parent}.`);
    const own = refIn(said.replace(listOf(said), ''), 'Pg');
    for (const kid of kidsOf(said)) {
      if (kid.kind === 'element') {
        walk(kid.number, number, depth + 1);
        continue;
      }
      if (kid.kind === 'object') {
        if (
          !dictionary(kid.page).includes(` ${kid.number} 0 R`) &&
          !dictionary(kid.page).includes(`[${kid.number} 0 R`)
        )
          faults.push(`What element ${number} says lies on page ${kid.page} lies elsewhere.`);
        const back = numberIn(dictionary(kid.number), 'StructParent');
        if (!new RegExp(`\\n\\s*${back} ${number} 0 R`).test(dictionary(tree)))
          faults.push(`The way back from object ${kid.number} does not lead to element ${number}.`);
        continue;
      }
      marked += 1;
      const page = kid.page ?? own;
      const place = `${page} ${kid.mcid}`;
      if (held.has(place)) faults.push(`Piece ${kid.mcid} of page ${page} is held twice.`);
      held.set(place, number);
      const list = parents.get(numberIn(dictionary(page), 'StructParents'));
      if (list?.[kid.mcid] !== number)
        faults.push(
          `The way back from piece ${kid.mcid} of page ${page} does not lead to element ${number}.`,
        );
    }
  };
  for (const kid of kidsOf(dictionary(tree))) if (kid.kind === 'element') walk(kid.number, tree, 0);
  const pages = pageNumbers.map((number) => {
    const content = streamOf(body(refIn(dictionary(number), 'Contents')));
    for (const [, mcid] of content.matchAll(/\/MCID (\d+)/g))
      if (!held.has(`${number} ${mcid}`)) faults.push(`Piece ${mcid} of page ${number} is in no element.`);
    const fonts = fontsOf(dictionary(refIn(dictionary(number), 'Resources')), dictionary, body);
    return stringsIn(content, fonts, faults);
  });
  return { faults, pages, elements, marked };
}

/** By the table at the end: each object stands where it says. */
function offsetsOf(text: string, faults: string[]): Map<number, string> {
  const objects = new Map<number, string>();
  const [, start = ''] = /startxref\n(\d+)\n%%EOF\s*$/.exec(text) ?? [];
  const table = text.slice(Number(start));
  const [head, count = '0'] = /^xref\n0 (\d+)\n/.exec(table) ?? [''];
  if (start === '' || head === '') faults.push('The table of offsets is not where the end says.');
  const size = numberIn(text.slice(text.lastIndexOf('trailer')), 'Size');
  if (size !== Number(count)) faults.push(`The trailer says ${size} objects, and the table has ${count}.`);
  for (let n = 1; n < Number(count); n += 1) {
    const [, at = '', use] =
      /^(\d{10}) \d{5} ([nf]) $/.exec(table.slice(head.length + n * 20, head.length + n * 20 + 19)) ?? [];
    if (use === 'f') continue;
    const begin = `${n} 0 obj\n`;
    if (!text.startsWith(begin, Number(at))) {
      faults.push(`Object ${n} is not at ${at}.`);
      continue;
    }
    objects.set(n, text.slice(Number(at) + begin.length, text.indexOf('\nendobj', Number(at))));
  }
  return objects;
}

function pagesUnder(
  number: number,
  dictionary: (number: number) => string,
  faults: string[],
): readonly number[] {
  const said = dictionary(number);
  const kids = [...(/\/Kids \[([^\]]*)\]/.exec(said)?.[1]?.matchAll(/(\d+) 0 R/g) ?? [])].map(([, kid]) =>
    Number(kid),
  );
  if (numberIn(said, 'Count') !== kids.length)
    faults.push('The pages are not as many as they are said to be.');
  for (const kid of kids)
    if (refIn(dictionary(kid), 'Parent') !== number) faults.push(`Page ${kid} has another parent.`);
  return kids;
}

function refIn(said: string, name: string): number {
  return Number(new RegExp(`/${name} (\\d+) 0 R`).exec(said)?.[1] ?? -1);
}

function numberIn(said: string, name: string): number {
  return Number(new RegExp(`/${name} (\\d+)`).exec(said)?.[1] ?? -1);
}

/** From the number of a page to the elements of its pieces, by their numbers. */
function parentTree(said: string): ReadonlyMap<number, readonly number[]> {
  const [, nums = ''] = /\/ParentTree <<[\s\S]*?\/Nums \[([\s\S]*?)\n\]/.exec(said) ?? [];
  return new Map(
    [...nums.matchAll(/(\d+) \[([^\]]*)\]/g)].map(([, key, list = '']) => [
      Number(key),
      [...list.matchAll(/(\d+) 0 R|null/g)].map(([, number]) => Number(number ?? -1)),
    ]),
  );
}

type Kid =
  | { readonly kind: 'element'; readonly number: number }
  | { readonly kind: 'piece'; readonly mcid: number; readonly page: number | null }
  /** A link or another thing that lies on a page. */
  | { readonly kind: 'object'; readonly number: number; readonly page: number };

const listOf = (said: string): string =>
  /\/K (\[[\s\S]*?\](?=\s*(?:\/|>>|$))|\d+(?: 0 R)?)/.exec(said)?.[1] ?? '';

function kidsOf(said: string): readonly Kid[] {
  return [...listOf(said).matchAll(/<<([\s\S]*?)>>|(\d+) 0 R|(\d+)/g)].map(
    ([, content, child, bare]): Kid => {
      if (child !== undefined) return { kind: 'element', number: Number(child) };
      if (bare !== undefined) return { kind: 'piece', mcid: Number(bare), page: null };
      const mcid = /\/MCID (\d+)/.exec(content ?? '')?.[1];
      const page = refIn(content ?? '', 'Pg');
      if (mcid === undefined) return { kind: 'object', number: refIn(content ?? '', 'Obj'), page };
      return { kind: 'piece', mcid: Number(mcid), page: page < 0 ? null : page };
    },
  );
}

function streamOf(body: string): string {
  const begin = body.indexOf('\nstream\n');
  if (begin < 0) return '';
  const bytes = Buffer.from(body.slice(begin + 8, body.lastIndexOf('\nendstream')), 'latin1');
  return (body.includes('/FlateDecode') ? inflateSync(bytes) : bytes).toString('latin1');
}

/** Of each font of a page, which letters its numbers are. */
function fontsOf(
  resources: string,
  dictionary: (number: number) => string,
  body: (number: number) => string,
): ReadonlyMap<string, ReadonlyMap<number, string>> {
  const [, named = ''] = /\/Font <<([\s\S]*?)>>/.exec(resources) ?? [];
  return new Map(
    [...named.matchAll(/\/(\w+) (\d+) 0 R/g)].map(([, name = '', number]) => {
      const letters = new Map<number, string>();
      const cmap = streamOf(body(refIn(dictionary(Number(number)), 'ToUnicode')));
      for (const [, first = '', , list = ''] of cmap.matchAll(/<([0-9a-f]+)> <([0-9a-f]+)> \[([^\]]*)\]/gi))
        for (const [n, [, hex = '']] of [...list.matchAll(/<([0-9a-f ]*)>/gi)].entries())
          letters.set(
            Number.parseInt(first, 16) + n,
            Buffer.from(hex.replaceAll(' ', ''), 'hex').swap16().toString('utf16le'),
          );
      return [name, letters];
    }),
  );
}

function stringsIn(
  content: string,
  fonts: ReadonlyMap<string, ReadonlyMap<number, string>>,
  faults: string[],
): readonly string[] {
  const strings: string[] = [];
  let letters: ReadonlyMap<number, string> | undefined;
  for (const [, font, list] of content.matchAll(/\/(\w+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
    if (font !== undefined) {
      letters = fonts.get(font);
      continue;
    }
    const hex = [...(list ?? '').matchAll(/<([0-9a-f]*)>/gi)].map(([, one]) => one ?? '').join('');
    let said = '';
    for (let at = 0; at < hex.length; at += 4) {
      const letter = letters?.get(Number.parseInt(hex.slice(at, at + 4), 16));
      if (letter === undefined) faults.push(`Nobody can say which letter ${hex.slice(at, at + 4)} is.`);
      said += letter ?? '';
    }
    strings.push(said);
  }
  return strings;
}
