/**
 * What Go wrote once and every machine checks, also one without Go: `test/vectors/log-go.json`. Run as a program it writes the
 * file anew with the judge of today; `test/service/log-judge.test.ts` says when that would be another one.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askJudge, type JudgedLog } from './log-judge.ts';
import { asked, type Question } from './log-whole.ts';

const FILE = join(import.meta.dirname, '..', 'vectors', 'log-go.json');

export const VECTOR_QUESTION: Question = {
  entries: Array.from({ length: 300 }, (_, n) => Buffer.from(`{"n":${n}}`)),
  sizes: [1, 2, 3, 7, 8, 255, 256, 257, 300],
};

export interface Vectors {
  readonly log: JudgedLog;
  /** The last checkpoint once more, with the cosignature of a witness, in which there is the time of that day. */
  readonly witnessed: { readonly vkey: string; readonly checkpoint: string };
}

export function readVectors(): Vectors {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Vectors;
}

export async function makeVectors(): Promise<Vectors> {
  const log = JSON.parse(await askJudge('make', asked(VECTOR_QUESTION))) as JudgedLog;
  const cosigned = JSON.parse(await askJudge('make', asked(VECTOR_QUESTION, true))) as JudgedLog;
  return {
    log,
    witnessed: { vkey: cosigned.witnessVkey ?? '', checkpoint: cosigned.heads.at(-1)?.checkpoint ?? '' },
  };
}

if (import.meta.main) writeFileSync(FILE, `${JSON.stringify(await makeVectors(), null, 1)}\n`);
