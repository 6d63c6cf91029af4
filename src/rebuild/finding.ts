/** Why a record of the store is not written into the index. A value for people and programs, never content. */
export type FindingCode =
  /** There is no manifest: a seal that was begun and never finished. */
  | 'never-sealed'
  /** The log says that it was sealed, and nothing of it is in the store. */
  | 'gone'
  /** A seal of the chain has no manifest, or one has several versions of which none can be told to be the right one. */
  | 'manifest-missing'
  | 'manifest-ambiguous'
  | 'manifest-unreadable'
  /** It names another agency, record or seal than the place where it lies. */
  | 'manifest-elsewhere'
  | 'chain-broken'
  /** The log says that another manifest was sealed. */
  | 'not-what-the-log-says'
  /** There is a log, and it knows of no such seal. */
  | 'not-in-log'
  | 'object-missing'
  | 'object-changed'
  | 'commitment-wrong'
  | 'lock-missing'
  | 'fact-unreadable'
  | 'numbers-wrong'
  /** Of the index: it has other rows already, of this record or of another one with the same subject or fact. */
  | 'index-differs'
  | 'subject-taken';

export interface Finding {
  readonly code: FindingCode;
  /** The object that it was found at; null: the record as a whole. */
  readonly key: string | null;
  readonly sentence: string;
}

/** Thrown while one record is read, and a value from there on. */
export class NotWhole extends Error {
  readonly finding: Finding;

  constructor(code: FindingCode, key: string | null, sentence: string) {
    super(sentence);
    this.finding = { code, key, sentence };
  }
}
