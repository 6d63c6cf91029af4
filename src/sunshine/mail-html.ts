/**
 * Words of HTML, to be read by a person who has the mail itself beside it. Whoever sends a mail writes it as they like: each character is gone
 * over a fixed number of times, so that 20 MB of “<” take as long as 20 MB of words. Pure.
 */
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};
const ENDS_LINE = /^<(?:br|\/p|\/div|\/li|\/tr|\/h[1-6]|\/blockquote)(?![\w-])/i;
/** What stands within is no word of the mail. */
const UNREAD = /^<(script|style|head|title)(?![\w-])/i;
const LONGEST_NAME = 14;

export function textOfHtml(markup: string): string {
  const said: string[] = [];
  const closing = openClosings(markup);
  for (let at = 0; at < markup.length;) {
    const open = markup.indexOf('<', at);
    if (open < 0) {
      said.push(spaced(markup.slice(at)));
      break;
    }
    said.push(spaced(markup.slice(at, open)));
    const begin = markup.slice(open, open + LONGEST_NAME);
    const unread = UNREAD.exec(begin)?.[1]?.toLowerCase();
    const hidden = begin.startsWith('<!--')
      ? closing('-->', open + 4)
      : unread === undefined
        ? null
        : closing(`</${unread}`, open);
    const end = hidden ?? closing('>', open);
    if (end === null) {
      said.push(spaced(markup.slice(open)));
      break;
    }
    said.push(hidden === null ? (ENDS_LINE.test(begin) ? '\n' : '') : ' ');
    at = end;
  }
  return said
    .join('')
    .replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));/gi, character)
    .replaceAll(/ +/g, ' ')
    .replaceAll(/ ?\n ?/g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}

/** Where the next one ends, from a place on; places only ever go on, so each is looked for once. Null: there is none. */
function openClosings(markup: string): (what: string, from: number) => number | null {
  // Of other letters some become two, and places would be others.
  const lower = markup.replaceAll(/[A-Z]+/g, (run) => run.toLowerCase());
  const known = new Map<string, { readonly begin: number; readonly end: number } | null>();
  const find = (what: string, from: number): { readonly begin: number; readonly end: number } | null => {
    for (let begin = lower.indexOf(what, from); begin >= 0; begin = lower.indexOf(what, begin + 1)) {
      let end = begin + what.length;
      if (what.endsWith('>')) return { begin, end };
      while (end < lower.length && /\s/.test(lower[end] ?? '')) end += 1;
      if (lower[end] === '>') return { begin, end: end + 1 };
    }
    return null;
  };
  return (what, from) => {
    let next = known.get(what);
    if (next === undefined || (next !== null && next.begin < from)) {
      next = find(what, from);
      known.set(what, next);
    }
    return next?.end ?? null;
  };
}

const spaced = (text: string): string => text.replaceAll(/[\r\n\t ]+/g, ' ');

function character(whole: string, decimal?: string, hex?: string, name?: string): string {
  const point = decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : null;
  if (point === null) return NAMED[String(name).toLowerCase()] ?? whole;
  return point > 0 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff)
    ? String.fromCodePoint(point)
    : whole;
}
