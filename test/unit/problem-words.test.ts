/** Whatever can be refused is refused in each language: no error's title, and none of the sentences said in its place, is left English. */
import { expect, test } from 'vitest';
import { OIDC_SENTENCES, PERSON_SENTENCES } from '#agency/agency.ts';
import { PROBLEMS } from '../../src/api/problems.ts';
import { pages } from '../../src/console/languages/es/es.ts';
import { sentenceIn } from '../../src/console/language.ts';

test.each([
  ['a problem', Object.values(PROBLEMS).flatMap(({ title, sentence = title }) => [title, sentence])],
  ['the sign-in of an agency’s own', Object.values(OIDC_SENTENCES)],
  ['who cannot be added', Object.values(PERSON_SENTENCES)],
])('every sentence of %s has words in Spanish', (_of, sentences) => {
  const missing: string[] = [];
  for (const sentence of sentences) sentenceIn(sentence, pages, (message) => missing.push(message));
  expect(sentences.length).toBeGreaterThan(5);
  expect(missing).toEqual([]);
});
