/** Texts of people get a commitment each, so that one can be shown and another withheld. */
import { commitment, sha256Hex, textFieldsOf } from '#commitment.ts';

export interface FieldCommitment {
  readonly pointer: string;
  readonly commitment: string;
}

export function fieldCommitments(recordSalt: Uint8Array, factNo: number, fact: unknown): FieldCommitment[] {
  return textFieldsOf(fact).map(({ pointer, text }) => ({
    pointer,
    commitment: commitment(recordSalt, `fact/${factNo}${pointer}`, sha256Hex(text)),
  }));
}
