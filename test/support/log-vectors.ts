/**
 * What Go wrote once and every machine checks, also one without Go: `test/vectors/log-go.json`. Run as a program it writes the
 * file anew with the judge of today; `test/service/log-judge.test.ts` says when that would be another one.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
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

const CANONICAL = join(import.meta.dirname, '..', 'vectors', 'canonical-go.json');

export interface CanonicalVector {
  /** JSON, as it came. */
  readonly line: string;
  /** Of what Go makes of it. */
  readonly sha256: string;
}

/** What implementations differ in: numbers of RFC 8785 appendix B, the order of names by code units, escapes, and what was made by chance. */
const HARD_LINES: readonly string[] =
  '0 -0 1e21 1e20 999999999999999900000 1e-7 0.000001 5e-324 1.7976931348623157e308 9007199254740991 -9007199254740992 295147905179352830000 333333333.3333332 1424953923781206.2 0.1 4.50 2e-3 1E30 123456789012345680 1.0 0.30000000000000004'
    .split(' ')
    .map((number) => `[${number}]`);
const HARD_TEXTS: readonly string[] = [
  String.raw`{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}`,
  String.raw`["\u0000\u0007\b\t\n\u000b\f\r\u001f\"\\\/\u007f\u2028\u2029"]`,
  String.raw`{"b":{"b":[],"a":{}},"a":[null,true,false],"":""}`,
  String.raw`["\u00e9","e\u0301","\ufeff","\uffff","\ud834\udd1e"]`,
];

function lines(): string[] {
  const chance = fc.sample(fc.jsonValue({ maxDepth: 4, noUnicodeString: false }), { numRuns: 200, seed: 1 });
  return [...HARD_LINES, ...HARD_TEXTS, ...chance.map((value) => JSON.stringify([value]))];
}

export function readCanonical(): readonly CanonicalVector[] {
  return JSON.parse(readFileSync(CANONICAL, 'utf8')) as CanonicalVector[];
}

/** Of these lines, the kept ones or new ones. */
export async function makeCanonical(of: readonly string[]): Promise<CanonicalVector[]> {
  const digests = (await askJudge('jcs', `${of.join('\n')}\n`)).trimEnd().split('\n');
  return of.map((line, n) => ({ line, sha256: digests[n] ?? '' }));
}

if (import.meta.main) writeFileSync(CANONICAL, `${JSON.stringify(await makeCanonical(lines()), null, 1)}\n`);
if (import.meta.main) writeFileSync(FILE, `${JSON.stringify(await makeVectors(), null, 1)}\n`);
