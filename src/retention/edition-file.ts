/**
 * An edition as a file that a records officer writes: YAML, or a table as CSV with what it belongs to said apart. Read strictly: what is
 * not understood is refused with its line, all problems at once, and nothing of the file is taken in.
 *
 * In YAML every value is the text that stands there (the failsafe schema of YAML 1.2): a series number such as 014.004 is no number. Only
 * `null` and `~` without quotation marks, and nothing at all, say that something is not known.
 */
import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import { LineCounter, parseDocument, visit, type Document } from 'yaml';
import { editionOf, editionProblems, SERIES_MEMBERS, type Edition } from './edition.ts';

export interface LineProblem {
  /** From 1. Null: it is about the file as a whole. */
  readonly line: number | null;
  readonly why: string;
}

/** Either an edition, or at least one problem, a sentence each, in the order of their lines. */
export type EditionRead =
  | { readonly edition: Edition; readonly problems?: never }
  | { readonly edition?: never; readonly problems: readonly LineProblem[] };

/** What a table has no place for. */
export type EditionHead = Pick<Edition, 'edition' | 'title' | 'source'>;

const MOST_BYTES = 5 * 1024 ** 2;

export function readEditionYaml(bytes: Uint8Array): EditionRead {
  const text = textOf(bytes);
  if (typeof text !== 'string') return refused([text]);
  const counter = new LineCounter();
  const document = parseDocument(text, { schema: 'failsafe', lineCounter: counter, prettyErrors: false });
  if (document.errors.length > 0)
    return refused(
      document.errors.map(({ pos, message }) => ({
        line: counter.linePos(pos[0]).line,
        why: `This is not YAML: ${message}.`,
      })),
    );
  const aliases: LineProblem[] = [];
  visit(document, {
    Alias: (_key, { range }) =>
      void aliases.push({
        line: lineAt(counter, range),
        why: 'An alias (*) stands here; write out what it stands for.',
      }),
    Scalar: (key, scalar) => {
      if (key !== 'key' && scalar.type === 'PLAIN' && ['null', '~'].includes(String(scalar.value)))
        scalar.value = '';
    },
  });
  if (aliases.length > 0) return refused(aliases);
  const value = withoutEmpty(document.toJS());
  return read(value, (path) => lineOf(document, counter, path));
}

export function readEditionCsv(bytes: Uint8Array, head: EditionHead): EditionRead {
  const text = textOf(bytes);
  if (typeof text !== 'string') return refused([text]);
  let rows: readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[];
  try {
    rows = parseCsv(text, {
      bom: true,
      info: true,
      skip_empty_lines: true,
      relax_column_count: true,
    }) as unknown as typeof rows;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { lines } = error as CsvError & { readonly lines?: number };
    return refused([{ line: lines ?? null, why: `This is not CSV: ${error.message}.` }]);
  }
  const [first, ...others] = rows;
  const names = first?.record ?? [];
  const wrong = headProblems(names);
  if (wrong.length > 0) return refused(wrong.map((why) => ({ line: 1, why })));
  const narrow = others.filter(({ record }) => record.length !== names.length);
  if (narrow.length > 0)
    return refused(
      narrow.map(({ record, info }) => ({
        line: info.lines,
        why: `This row has ${record.length} fields, and the first row names ${names.length}. A comma within a text is written in quotation marks.`,
      })),
    );
  const series = others.map(({ record }) =>
    withoutEmpty(Object.fromEntries(names.map((name, at) => [name, record[at] ?? '']))),
  );
  return read({ ...head, series }, (path) => {
    const at = /^series\[(\d+)\]/.exec(path)?.[1];
    return at === undefined ? null : (others[Number(at)]?.info.lines ?? null);
  });
}

function headProblems(names: readonly string[]): string[] {
  const problems = names
    .filter((name, at) => names.indexOf(name) !== at)
    .map((name) => `The column "${name}" stands twice.`);
  for (const name of names)
    if (!SERIES_MEMBERS.some((member) => member === name))
      problems.push(`There is no column "${name}". There are ${SERIES_MEMBERS.join(', ')}.`);
  for (const name of ['code', 'title', 'citation'])
    if (!names.includes(name))
      problems.push(`The column "${name}" is missing. The first row names the columns.`);
  return [...new Set(problems)];
}

function read(value: unknown, lineOfPath: (path: string) => number | null): EditionRead {
  const problems = editionProblems(value).map(({ path, why }) => ({
    line: lineOfPath(path),
    why: path === '' ? `${why}.` : `${path}: ${why}.`,
  }));
  return problems.length > 0 ? refused(problems) : { edition: editionOf(value) };
}

function refused(problems: readonly LineProblem[]): EditionRead {
  return { problems: problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
}

function textOf(bytes: Uint8Array): string | LineProblem {
  if (bytes.length > MOST_BYTES)
    return { line: null, why: `The file has ${bytes.length} bytes; at most ${MOST_BYTES} are read.` };
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return {
      line: null,
      why: 'The file is not UTF-8. Save it as UTF-8; spreadsheets call it "CSV UTF-8".',
    };
  }
}

/** A field that is empty says that it is not known. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => (member === '' ? [] : [[name, withoutEmpty(member)]])),
  );
}

/** The line of a path, or of what it would stand in. */
function lineOf(document: Document, counter: LineCounter, path: string): number | null {
  const keys = [...path.matchAll(/[^.[\]]+/g)].map(([key]) => (/^\d+$/.test(key) ? Number(key) : key));
  for (; ; keys.pop()) {
    const node = keys.length === 0 ? document.contents : document.getIn(keys, true);
    if (node !== undefined && node !== null)
      return lineAt(counter, (node as { range?: readonly number[] | null }).range);
    if (keys.length === 0) return null;
  }
}

function lineAt(counter: LineCounter, range: readonly number[] | null | undefined): number | null {
  const [start] = range ?? [];
  return start === undefined ? null : counter.linePos(start).line;
}
