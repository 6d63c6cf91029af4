/** Ids of our own are UUIDv7: unique without asking anyone, and in order of time, which keeps indexes small. */
import { v7, validate } from 'uuid';

export type RecordId = string & { readonly __brand: 'RecordId' };

export function newId(): string {
  return v7();
}

/** Null when the text is no UUID in lower case: an id is compared, never normalised. */
export function recordIdOf(text: string): RecordId | null {
  return validate(text) && text === text.toLowerCase() ? (text as RecordId) : null;
}
