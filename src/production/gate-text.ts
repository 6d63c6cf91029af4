/** Texts with a form: JSON by its members, tables by their cells, marked-up text by what is shown, what is said beside it and what is not shown. */
import { parse } from 'csv-parse/sync';
import { within, type Look, type Said } from './gate-look.ts';

export function seeText(look: Look, place: string, text: string, { mediaType, name }: Said): void {
  // First as it stands: whatever the form says, these are the letters.
  look.see(within(place, 'text'), text);
  const type = mediaType?.split(';')[0]?.trim().toLowerCase() ?? '';
  const ending = /\.(\w+)$/.exec(name ?? '')?.[1]?.toLowerCase() ?? '';
  const isTable = ['text/csv', 'text/tab-separated-values'].includes(type) || ['csv', 'tsv'].includes(ending);
  if (isTable) seeTable(look, place, text, type.includes('tab') || ending === 'tsv' ? '\t' : ',');
  else if (!seeJson(look, place, text) && /<[a-z!/?][^>]*>/i.test(text)) seeMarkup(look, place, text);
}

/** True: it was JSON, or a line of JSON after the other. */
function seeJson(look: Look, place: string, text: string): boolean {
  if (!/^\s*[[{"]/.test(text)) return false;
  const whole = parsed(text);
  if (whole !== undefined) {
    seeValue(look, place, whole);
    return true;
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const values = lines.map((line) => parsed(line));
  if (values.includes(undefined)) return false;
  for (const [n, value] of values.entries()) seeValue(look, within(place, `line ${n + 1}`), value);
  return true;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function seeValue(look: Look, place: string, root: unknown): void {
  const open: { readonly pointer: string; readonly value: unknown }[] = [{ pointer: '', value: root }];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const { pointer, value } = one;
    const at = within(place, `member ${pointer === '' ? '/' : pointer}`);
    if (Array.isArray(value)) {
      for (const [n, each] of value.entries()) open.push({ pointer: `${pointer}/${n}`, value: each });
      // Words that are members each are read one after the other.
      const words = value.filter((each) => typeof each === 'string');
      if (words.length > 1) look.see(at, words.join(' '));
    } else if (typeof value === 'object' && value !== null)
      for (const [key, each] of Object.entries(value)) {
        look.see(within(place, `key ${pointer}/${key}`), key);
        open.push({ pointer: `${pointer}/${key}`, value: each });
      }
    else if (typeof value === 'string' || typeof value === 'number') look.see(at, `${value}`);
  }
}

function seeTable(look: Look, place: string, text: string, delimiter: string): void {
  let rows: string[][];
  try {
    rows = parse(text, { delimiter, relax_column_count: true, relax_quotes: true, bom: true });
  } catch {
    look.unread(place, 'it is no table that can be read');
    return;
  }
  for (const [n, row] of rows.entries()) {
    for (const [column, cell] of row.entries())
      look.see(within(place, `row ${n + 1}, column ${column + 1}`), cell);
    if (row.length > 1) look.see(within(place, `row ${n + 1}`), row.join(' '));
  }
}

const TAG =
  /<!--([\s\S]*?)(?:-->|$)|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([a-z][\w:.-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>|<[!?][^>]*>/gi;
const ATTRIBUTE = /([\w:.@-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/g;

/** HTML, XML and SVG alike. Tags within a word do not part it, and tags between words do: both are read. */
function seeMarkup(look: Look, place: string, text: string): void {
  const close: string[] = [];
  const apart: string[] = [];
  let at = 0;
  for (const match of text.matchAll(TAG)) {
    const before = text.slice(at, match.index);
    at = match.index + match[0].length;
    const [, comment, cdata, , tag, attributes] = match;
    close.push(before, cdata ?? '');
    apart.push(before, cdata ?? ' ');
    if (comment !== undefined)
      look.see(within(place, `comment in line ${lineOf(text, match.index)}`), comment);
    for (const one of (attributes ?? '').matchAll(ATTRIBUTE)) {
      const where = within(place, `attribute ${one[1]} of ${tag} in line ${lineOf(text, match.index)}`);
      look.see(where, one[2] ?? one[3] ?? one[4] ?? '');
    }
  }
  for (const parts of [close, apart])
    look.see(within(place, 'marked-up text'), [...parts, text.slice(at)].join(''));
}

function lineOf(text: string, at: number): number {
  let line = 1;
  for (let here = text.indexOf('\n'); here >= 0 && here < at; here = text.indexOf('\n', here + 1)) line += 1;
  return line;
}
