/** The table of the records: a line for each text. Pure. */
import { csvLine, fieldName } from './packet-words.ts';
import { fieldText, paperOf } from './paper-shape.ts';
import type { ReviewedRecord } from './reviewed.ts';

/** A line for each text of the record; where it has none, one for the record. */
export function recordLines(
  record: ReviewedRecord,
  { first, last }: { readonly first: string; readonly last: string },
  files: readonly { readonly path: string }[],
): readonly string[] {
  const head = [
    `${record.n}`,
    first,
    last,
    record.recordId,
    record.receivedAt.toISOString(),
    record.answer === 'part' ? 'in part' : 'all',
  ];
  const paths = files.map((file) => file.path).join(' ');
  const said = record.paper === null ? null : paperOf(record.paper);
  const fields = said?.facts.flatMap((fact) => fact.fields) ?? [];
  if (said === null || fields.length === 0) return [csvLine([...head, '', '', paths])];
  return fields.map((field) => csvLine([...head, fieldName(field.pointer), fieldText(field, said), paths]));
}
