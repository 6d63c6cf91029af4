/**
 * Where the gate found something, in words: its places are those of a machine (`src/production/gate-*.ts`), from the outside to the inside. A piece that is
 * not known here is shown as it is, as the English that it is.
 */
import { apart, html, ours, type Markup } from './html.ts';

/** Of pieces without a figure or a name. */
const PLACES: Readonly<Record<string, string>> = {
  text: 'in its text',
  bytes: 'in its bytes',
  head: 'at its head',
  unpacked: 'in what is packed in it',
  'the whole file': 'it is a file that is withheld',
  'file name': 'in the name of the file',
  'marked-up text': 'in what the page shows',
  'page text': 'in the words of a page',
  'picture in the page': 'in a picture of a page',
  names: 'in names within the PDF',
  trailer: 'in the list at the end of the PDF',
  'embedded file': 'in a file within it',
  metadata: 'in what is said about it within it',
  XMP: 'in what is said about the picture within it',
  picture: 'in a picture within it',
  pixels: 'in what is to be seen in the picture',
  'picture pixels': 'in what is to be seen in the picture',
  'small picture': 'in a small picture within the picture',
  'behind the picture': 'behind the end of the picture',
  block: 'in what was recorded',
  body: 'in the body of an answer',
  'HTTP head': 'at the head of an answer',
  trailers: 'behind the body of an answer',
  'comment of the archive': 'in the comment of the archive',
  'extra fields and comment': 'in fields and a comment beside it',
  'its own head': 'in its own head',
};
const NUMBERED: readonly (readonly [RegExp, (...found: readonly string[]) => Markup])[] = [
  [/^line (\d+)$/, (n) => html`in line ${n}`],
  [/^row (\d+), column (\d+)$/, (n, m) => html`in row ${n}, column ${m}`],
  [/^row (\d+)$/, (n) => html`in row ${n}`],
  [/^comment in line (\d+)$/, (n) => html`in a comment in line ${n}`],
  [/^attribute (\S+) of (\S+) in line (\d+)$/, (a, tag, n) => html`in ${a} of ${tag}, in line ${n}`],
  [/^member (\/.*)$/s, (pointer) => html`in the field ${pointer}`],
  [/^key (\/.*)$/s, (pointer) => html`in the name of the field ${pointer}`],
  [/^member (.+)$/s, (name) => html`in the packed file ${name}`],
  [/^name of member (\d+)$/, (n) => html`in the name of packed file ${n}`],
  [/^record (\d+)$/, (n) => html`in record ${n} of the web archive`],
  [/^object (\d+)$/, (n) => html`in part ${n} of the PDF`],
  [/^object (\d+) of an earlier version$/, (n) => html`in part ${n} of an earlier version of the PDF`],
  [/^string (.+)$/s, (name) => html`in a text beside the page, ${name}`],
  [/^chunk (.+)$/s, (name) => html`in the piece ${name} of the picture`],
  [/^extension (.+)$/s, (name) => html`in the piece ${name} of the picture`],
  [/^bytes from (\d+)$/, (n) => html`in bytes from ${n} on, which belong to nothing`],
];
/** How it was written there. */
const ENCODED: Readonly<Record<string, string>> = {
  decoded: 'written as an address writes it',
  'head of a mail': 'written as the head of a mail writes it',
  'escapes of a style sheet': 'written as a style sheet writes it',
  'without tags': 'read without tags',
  'quoted-printable': 'written as a mail writes it',
  hex: 'written in figures',
  Base64: 'written in Base64',
};

function pieceSaid(piece: string): Markup {
  const [, plain = piece, how] = /^(.*?)(?: \(([^()]+)\))$/s.exec(piece) ?? [];
  const written = how === undefined ? undefined : ENCODED[how];
  if (written !== undefined) return apart(html`${pieceSaid(plain)} (${ours(written)})`);
  const known = Object.hasOwn(PLACES, piece) ? PLACES[piece] : undefined;
  if (known !== undefined) return ours(known);
  for (const [pattern, said] of NUMBERED) {
    const found = pattern.exec(piece);
    if (found !== null) return apart(said(...found.slice(1)));
  }
  return html`<code lang="en">${piece}</code>`;
}

export function placeSaid(place: string): Markup {
  const pieces = place.split(' › ').filter((piece) => piece !== '');
  return html`${pieces.map((piece, i) => html`${i > 0 && ' › '}<span>${pieceSaid(piece)}</span>`)}`;
}

/** How sure the gate is of what it found. */
export const FOUND_WORDS: Readonly<Record<string, string>> = {
  whole: 'all of a withheld passage',
  part: 'a part of a withheld passage',
  nearly: 'nearly a withheld passage, in letters that may have been read wrongly',
};

/** Why it could not be looked at. What is not here is shown in English. */
const WHY: readonly string[] = [
  'it is encrypted',
  'its pixels were not read, and nobody has said that they looked at them',
  'its pixels were not read',
  'its bytes could not be had',
  'a font does not say which letters its codes show',
  'a second, small picture is in it, which may show what the large one does not',
  'it is of a kind that is not taken apart here, or a text in an encoding that is not named',
  'it is a PDF without an object that can be read',
  'it is a ZIP file without a directory',
  'it is compressed in a way that is not known',
  'it is encoded in a way that is not known',
  'it is no table that can be read',
  'it ends before its length',
];

/** With a passage, a number or words of the packet in it. */
const WHY_WITH: readonly (readonly [RegExp, (...found: readonly string[]) => Markup])[] = [
  [
    /^words of (.+), a picture that is withheld, stand in it: a person has to look$/s,
    (item) => html`words of ${passage(item)}, a picture that is withheld, stand in it`,
  ],
  [
    /^(.+) is a short word, and stands in (\d+) files?, as in (.+): a person has to look whether it is another word there$/s,
    (item, n, around) =>
      html`${passage(item)} is a short word that stands in files of this production (${n}), as in
      ${passage(around)}. Is it another word there?`,
  ],
];
const passage = (text = ''): Markup => html`<span lang="en">${text}</span>`;

export function whySaid(why: string): Markup {
  if (WHY.includes(why)) return ours(why);
  for (const [pattern, said] of WHY_WITH) {
    const found = pattern.exec(why);
    if (found !== null) return apart(said(...found.slice(1)));
  }
  return passage(why);
}
