/** A problem as whoever asks reads it (RFC 9457, 3.1.3). The code is for programs, and the same in each language. */
import { inWordsOf, type Frame } from '#console/console.ts';
import type { Problem } from './problems.ts';

export function inTheirWords(problem: Problem, frame: Frame): Problem {
  // For programs mostly: what has no words stays English, and no test of pages hears of it.
  const said = (sentence: string): string => inWordsOf({ language: frame.language }, sentence);
  let detail: string | null = null;
  const problems = Array.isArray(problem.problems)
    ? problem.problems.map((one: unknown) => {
        if (!isSentence(one)) return one;
        const sentence = ofMember(one, said);
        // The detail says them all, one after another.
        const all: string = detail ?? problem.detail;
        if (all.includes(one.sentence)) detail = all.replace(one.sentence, () => sentence);
        return { ...one, sentence };
      })
    : problem.problems;
  return {
    ...problem,
    title: said(problem.title),
    detail: detail ?? said(problem.detail),
    ...(problems === undefined ? {} : { problems }),
  };
}

interface Sentence {
  readonly sentence: string;
  readonly pointer?: unknown;
}

const isSentence = (one: unknown): one is Sentence =>
  typeof one === 'object' && one !== null && 'sentence' in one && typeof one.sentence === 'string';

/** The member that it speaks of keeps its name. */
function ofMember({ sentence, pointer }: Sentence, said: (sentence: string) => string): string {
  const named = `${String(pointer)}: `;
  return sentence.startsWith(named) ? named + said(sentence.slice(named.length)) : said(sentence);
}
