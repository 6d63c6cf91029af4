/** What the objects of a PDF are for, by the members that refer to them. */
import { nameOf, refOf, type PdfValue } from './gate-pdf-syntax.ts';
import type { PdfObject } from './gate-pdf.ts';

const KINDS: ReadonlyMap<string, string> = new Map([
  ...['Function', 'CIDToGIDMap', 'CIDSet', 'TR', 'Shading', 'Lookup', 'DestOutputProfile'].map(
    (key) => [key, 'table'] as const,
  ),
  ...['Contents', 'N', 'D', 'R', 'CharProcs'].map((key) => [key, 'content'] as const),
  ['ToUnicode', 'ToUnicode'],
  ['EF', 'EF'],
]);

/** What streams are for by the member that refers to them. */
export function kindsOf(objects: readonly PdfObject[]): ReadonlyMap<number, string> {
  const kinds = new Map<number, string>();
  const note = (key: string, value: PdfValue): void => {
    const kind = KINDS.get(key) ?? (key.startsWith('FontFile') ? 'font' : null);
    const [name, profile] = Array.isArray(value) ? value : [];
    if (nameOf(name) === 'ICCBased') kinds.set(refOf(profile) ?? -1, 'table');
    if (kind === null) return;
    for (const one of [
      value,
      ...(Array.isArray(value) ? value : []),
      ...(value instanceof Map ? value.values() : []),
    ]) {
      const ref = refOf(one);
      if (ref !== null && !kinds.has(ref)) kinds.set(ref, kind);
    }
  };
  for (const { value } of objects) walk(value, '', note);
  return kinds;
}

/** By which member another object refers to it: a string alone says nothing of what it is. */
export function callersOf(objects: readonly PdfObject[]): ReadonlyMap<number, string> {
  const callers = new Map<number, string>();
  for (const { value } of objects)
    walk(value, '', (key, one) => {
      const ref = refOf(one);
      if (ref !== null && key !== '') callers.set(ref, key);
    });
  return callers;
}

export function walk(value: PdfValue, key: string, note: (key: string, value: PdfValue) => void): void {
  note(key, value);
  if (Array.isArray(value)) for (const one of value) walk(one, key, note);
  if (value instanceof Map) for (const [name, one] of value) walk(one, name, note);
}
