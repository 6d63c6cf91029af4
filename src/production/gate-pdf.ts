/**
 * PDF: every object that stands in the file, whether the last version of the document refers to it or not, so that what an earlier version
 * said is read as well. Strings, names, streams of all kinds, text as its fonts map it to Unicode, files and pictures within.
 */
import { within, type Look } from './gate-look.ts';
import { openLexer, refOf, nameOf, stringsOf, type PdfDictionary, type PdfValue } from './gate-pdf-syntax.ts';
import { callersOf, kindsOf, walk } from './gate-pdf-references.ts';
import { followed, pngOf } from './gate-pdf-pictures.ts';
import { decodeStream, isPicture, isPictureFilter, packedIn } from './gate-pdf-streams.ts';
import { seeContent, type Resources } from './gate-pdf-text.ts';

export interface PdfObject {
  readonly number: number;
  readonly place: string;
  readonly value: PdfValue;
  readonly dictionary: PdfDictionary;
  /** As it is stored; null: no stream. */
  readonly stored: Buffer | null;
}

export function lookIntoPdf(look: Look, place: string, bytes: Buffer): void {
  const { objects, trailers } = objectsIn(place, bytes);
  if (objects.length === 0) {
    look.seeBytes(within(place, 'bytes'), bytes);
    look.unread(place, 'it is a PDF without an object that can be read');
    return;
  }
  if ([...trailers, ...objects.map(({ dictionary }) => dictionary)].some((one) => one.has('Encrypt'))) {
    look.seeBytes(within(place, 'bytes'), bytes);
    look.unread(place, 'it is encrypted');
    return;
  }
  ends(look, place, bytes);
  const streams = new Map<PdfObject, Buffer>();
  const versions = new Map<number, PdfObject[]>();
  const add = (one: PdfObject): void =>
    void versions.set(one.number, [...(versions.get(one.number) ?? []), one]);
  for (const one of objects) add(one);
  for (const one of objects) {
    if (one.stored === null || isPicture(one.dictionary)) continue;
    const plain = decodeStream(look, one, (ref) => versions.get(ref)?.at(-1));
    if (plain === null) continue;
    streams.set(one, plain);
    if (nameOf(one.dictionary.get('Type')) === 'ObjStm')
      for (const packed of packedObjects(one, plain)) {
        objects.push(packed);
        add(packed);
      }
  }
  look.seeBytes(within(place, 'bytes'), bytes, packedIn(bytes, [...streams.keys()]));
  for (const trailer of trailers) seeValue(look, within(place, 'trailer'), trailer);
  const callers = callersOf(objects);
  for (const one of objects) seeValue(look, one.place, one.value, callers.get(one.number));
  const whole: Document = {
    objects,
    versions,
    kinds: kindsOf(objects),
    streams,
    pages: new Map(),
    fonts: new Map(),
  };
  for (const one of objects)
    for (const ref of contentsOf(one.dictionary, whole))
      whole.pages.set(ref, [...(whole.pages.get(ref) ?? []), one]);
  for (const one of objects) {
    seePage(look, one, whole);
    if (one.stored === null) continue;
    if (isPicture(one.dictionary)) picture(look, one, whole);
    else {
      const plain = streams.get(one);
      if (plain !== undefined) seeStream(look, one, plain, whole);
    }
  }
}

interface Document {
  readonly objects: readonly PdfObject[];
  /** By number: each as it stands in the file, the last one last. */
  readonly versions: ReadonlyMap<number, readonly PdfObject[]>;
  /** By the number of a stream: the pages that it is a part of. */
  readonly pages: Map<number, PdfObject[]>;
  readonly kinds: ReadonlyMap<number, string>;
  readonly streams: ReadonlyMap<PdfObject, Buffer>;
  readonly fonts: Resources['known'];
}

function seeStream(look: Look, one: PdfObject, plain: Buffer, whole: Document): void {
  const type = nameOf(one.dictionary.get('Type'));
  const kind = whole.kinds.get(one.number);
  if (type === 'XRef') return;
  if (type === 'ObjStm') return look.seeBytes(one.place, plain);
  if (type === 'EmbeddedFile' || kind === 'EF')
    return look.inside(within(one.place, 'embedded file'), plain, {
      mediaType: nameOf(one.dictionary.get('Subtype')),
      name: null,
    });
  if (type === 'Metadata')
    return look.inside(within(one.place, 'metadata'), plain, { mediaType: 'text/xml', name: null });
  look.seeBytes(one.place, plain);
  // Outlines of letters, tables of colours and of codes: bytes that nobody reads as words.
  if (kind === 'font' || kind === 'table' || kind === 'ToUnicode') return;
  const of = ownersOf(one, whole);
  if (
    of.length === 0 &&
    kind !== 'content' &&
    nameOf(one.dictionary.get('Subtype')) !== 'Form' &&
    !isMostlyText(plain)
  ) {
    look.unread(one.place, 'it is a stream of a kind that is not known');
    return;
  }
  const resources = of.length > 0 ? of : whole.objects.map(({ dictionary }) => dictionary);
  seeContent(look, one.place, plain, fontsOf(resources, whole));
}

/** The dictionaries whose resources the content of this stream uses: its own, and those of each page that it is a part of. */
function ownersOf(one: PdfObject, whole: Document): PdfDictionary[] {
  return [
    ...(one.dictionary.has('Resources') ? [one.dictionary] : []),
    ...(whole.pages.get(one.number) ?? []).flatMap(({ dictionary }) => upwards(dictionary, whole)),
  ];
}

/** A page takes from its parents what it has not. */
function upwards(page: PdfDictionary, whole: Document): PdfDictionary[] {
  const found: PdfDictionary[] = [];
  let up: PdfDictionary | undefined = page;
  for (let n = 0; up !== undefined && n < 50; n += 1) {
    found.push(up);
    up = lastOf(whole, refOf(up.get('Parent')))?.dictionary;
  }
  return found;
}

function contentsOf(page: PdfDictionary, whole: Document): number[] {
  const contents = page.get('Contents');
  const listed = Array.isArray(contents) ? contents : (lastOf(whole, refOf(contents))?.value ?? null);
  return [contents, ...(Array.isArray(listed) ? listed : [])].flatMap((part) => refOf(part) ?? []);
}

/** A page may be cut into streams wherever it likes, also within a word. */
function seePage(look: Look, one: PdfObject, whole: Document): void {
  const parts = contentsOf(one.dictionary, whole).flatMap((ref) => streamOf(whole, ref) ?? []);
  if (parts.length < 2) return;
  const content = Buffer.concat(parts.flatMap((part) => [part, Buffer.from('\n')]));
  seeContent(look, one.place, content, fontsOf(upwards(one.dictionary, whole), whole));
}

function fontsOf(owners: readonly PdfDictionary[], whole: Document): Resources {
  const at = (value: PdfValue | undefined): readonly PdfDictionary[] => {
    const ref = refOf(value);
    if (ref === null) return value instanceof Map ? [value] : [];
    // Each version of it that stands in the file.
    return (whole.versions.get(ref) ?? []).flatMap(({ value: found }) =>
      found instanceof Map ? [found] : [],
    );
  };
  const fonts = new Map<string, PdfDictionary[]>();
  for (const owner of owners)
    for (const resources of at(owner.get('Resources')))
      for (const named of at(resources.get('Font')))
        for (const [name, font] of named) fonts.set(name, [...(fonts.get(name) ?? []), ...at(font)]);
  return {
    fonts,
    at: (value) => at(value)[0] ?? null,
    stream: (value) => streamOf(whole, refOf(value)),
    known: whole.fonts,
  };
}

function picture(look: Look, one: PdfObject, whole: Document): void {
  const filters = [one.dictionary.get('Filter') ?? []].flat();
  const where = within(one.place, 'picture');
  const bytes = decodeStream(look, one, (ref) => lastOf(whole, ref));
  if (bytes === null) return;
  if (nameOf(filters.at(-1)) === 'DCTDecode')
    return look.inside(where, bytes, { mediaType: 'image/jpeg', name: null });
  const at = followed((ref) => lastOf(whole, ref)?.value);
  const png = filters.some(isPictureFilter) ? null : pngOf(one.dictionary, bytes, at);
  look.picture(where, png ?? bytes, png === null ? 'application/octet-stream' : 'image/png');
}

function lastOf({ versions }: Pick<Document, 'versions'>, ref: number | null): PdfObject | undefined {
  return ref === null ? undefined : versions.get(ref)?.at(-1);
}

function streamOf({ versions, streams }: Document, ref: number | null): Buffer | null {
  const found = (ref === null ? [] : (versions.get(ref) ?? [])).findLast((one) => streams.has(one));
  return (found === undefined ? undefined : streams.get(found)) ?? null;
}

function seeValue(look: Look, place: string, root: PdfValue, caller = ''): void {
  const names: string[] = [];
  walk(root, '', (key, value) => {
    if (Buffer.isBuffer(value))
      for (const text of stringsOf(value))
        look.see(within(place, `string ${key === '' ? caller : key}`.trim()), text);
    const name = nameOf(value);
    if (name !== null) names.push(name);
    if (value instanceof Map) names.push(...value.keys());
  });
  // Names may be anything, and are bytes.
  look.see(
    within(place, 'names'),
    [
      ...names,
      ...names.map((one) => Buffer.from(one, 'latin1').toString('utf8')).filter((one, n) => one !== names[n]),
    ].join('\n'),
  );
}

function objectsIn(place: string, bytes: Buffer): { objects: PdfObject[]; trailers: PdfDictionary[] } {
  const text = bytes.toString('latin1');
  const heads = /(?<![0-9])(\d{1,10})[\s\0]+(\d{1,5})[\s\0]+obj(?![a-z])|(?<![a-z])trailer(?![a-z])/g;
  const found: (Omit<PdfObject, 'place'> & { at: number })[] = [];
  const trailers: PdfDictionary[] = [];
  for (let head = heads.exec(text); head !== null; head = heads.exec(text)) {
    const lexer = openLexer(bytes, heads.lastIndex);
    const value = lexer.next() ?? null;
    const dictionary = value instanceof Map ? value : new Map<string, PdfValue>();
    if (head[1] === undefined) {
      trailers.push(dictionary);
      heads.lastIndex = Math.max(heads.lastIndex, lexer.at);
      continue;
    }
    const after = /^[\s\0]*stream(\r\n|\n|\r)?/.exec(text.slice(lexer.at, lexer.at + 64));
    let stored: Buffer | null = null;
    if (value instanceof Map && after !== null) {
      const from = lexer.at + after[0].length;
      const to = streamEnd(text, from, dictionary.get('Length'));
      stored = bytes.subarray(from, to);
      lexer.at = to;
    }
    found.push({ number: Number(head[1]), value, dictionary, stored, at: head.index });
    heads.lastIndex = Math.max(heads.lastIndex, lexer.at);
  }
  const last = new Map(found.map((one) => [one.number, one.at]));
  return {
    trailers,
    objects: found.map(({ at, ...one }) => ({
      ...one,
      place: within(
        place,
        `object ${one.number}${last.get(one.number) === at ? '' : ' of an earlier version'}`,
      ),
    })),
  };
}

/** Its length where it is right; it may be written in another object, and may be wrong. */
function streamEnd(text: string, from: number, length: PdfValue | undefined): number {
  if (typeof length === 'number' && /^[\s\0]*endstream/.test(text.slice(from + length, from + length + 24)))
    return from + length;
  const end = text.indexOf('endstream', from);
  if (end < 0) return text.length;
  return text[end - 1] === '\n' ? end - (text[end - 2] === '\r' ? 2 : 1) : end;
}

/** Objects that are packed together in a stream (7.5.7). */
function packedObjects({ dictionary, place }: PdfObject, plain: Buffer): PdfObject[] {
  const first = dictionary.get('First');
  const count = dictionary.get('N');
  if (typeof first !== 'number' || typeof count !== 'number') return [];
  const head = openLexer(plain);
  const found: PdfObject[] = [];
  for (let n = 0; n < count; n += 1) {
    const [number, offset] = [head.next(), head.next()];
    if (typeof number !== 'number' || typeof offset !== 'number') break;
    const value = openLexer(plain, first + offset).next() ?? null;
    found.push({
      number,
      value,
      dictionary: value instanceof Map ? value : new Map(),
      place: `${place} › object ${number}`,
      stored: null,
    });
  }
  return found;
}

/** Before its first line and behind its last one stands nothing; what does is another file, or what somebody hid. */
function ends(look: Look, place: string, bytes: Buffer): void {
  const start = bytes.indexOf('%PDF-');
  const last = bytes.lastIndexOf('%%EOF');
  for (const [name, part] of [
    ['before the document', bytes.subarray(0, start)],
    ['behind the document', last < 0 ? Buffer.alloc(0) : bytes.subarray(last + 5)],
  ] as const)
    if (part.some((byte) => byte > 32))
      look.inside(within(place, name), part, { mediaType: null, name: null });
}

function isMostlyText(bytes: Buffer): boolean {
  const sample = bytes.subarray(0, 2048);
  const printable = sample.filter(
    (byte) => (byte >= 32 && byte < 127) || byte === 9 || byte === 10 || byte === 13,
  );
  return printable.length >= sample.length * 0.9;
}
