/** The text format of COPY, as Postgres documents it: a row is a line, its fields stand between tabs. Pure. */
const ESCAPED: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };
export const NULL = '\\N';

export function fieldsOf(line: string): string[] {
  return line.split('\t');
}

/** Null is null. */
export function textOf(field: string | undefined): string | null {
  if (field === undefined || field === NULL) return null;
  return field.includes('\\') ? field.replaceAll(/\\(.)/gs, (_, one: string) => ESCAPED[one] ?? one) : field;
}

/** A bytea, as its text is told: `\\x` and its hex. */
export function hexBytes(text: string | null): Buffer {
  return Buffer.from((text ?? '').slice(2), 'hex');
}

/** Rows as objects of their texts, of these columns only. */
export async function* rowsOf<C extends string>(
  lines: AsyncIterable<string>,
  wanted: readonly C[],
): AsyncGenerator<Readonly<Record<C, string | null>>> {
  let places: readonly number[] | null = null;
  for await (const line of lines) {
    const fields = fieldsOf(line);
    if (places === null) {
      const names = fields.map((field) => textOf(field));
      places = wanted.map((column) => names.indexOf(column));
      continue;
    }
    const of = places;
    yield Object.fromEntries(wanted.map((column, i) => [column, textOf(fields[of[i] ?? -1])])) as Record<
      C,
      string | null
    >;
  }
}
