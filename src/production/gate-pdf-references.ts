/** What the objects of a PDF are for, by the members that refer to them. */
import { nameOf, refOf, type PdfValue } from './gate-pdf-syntax.ts';
import type { PdfObject } from './gate-pdf.ts';

/** What streams are for by the member that refers to them. */
export function kindsOf(objects: readonly PdfObject[]): ReadonlyMap<number, string> {
  const kinds = new Map<number, string>();
  const note = (key: string, value: PdfValue): void => {
    const kind = key.startsWith('FontFile')
      ? 'font'
      : ['Function', 'CIDToGIDMap', 'CIDSet', 'TR', 'Shading', 'Lookup', 'DestOutputProfile'].includes(key)
        ? 'table'
        : key === 'ToUnicode'
          ? 'ToUnicode'
          : ['Contents', 'N', 'D', 'R', 'CharProcs'].includes(key)
            ? 'content'
            : key === 'EF'
              ? 'EF'
              : null;
    const [name, profile] = Array.isArray(value) ? value : [];
    if (nameOf(name) === 'ICCBased') kinds.set(refOf(profile) ?? -1, 'table');
    for (const one of [
      value,
      ...(Array.isArray(value) ? value : []),
      ...(value instanceof Map ? value.values() : []),
    ]) {
      const ref = refOf(one);
      if (kind !== null && ref !== null && !kinds.has(ref)) kinds.set(ref, kind);
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
