/** A search that the words of a request suggest. */
import { describe, expect, test } from 'vitest';
import { proposeSearch } from '#sunshine/sunshine.ts';

const ACCOUNTS = [
  {
    platform: 'facebook',
    handle: 'CityOfRivertown',
    url: 'https://www.facebook.com/CityOfRivertown',
    name: 'City of Rivertown',
  },
  { platform: 'instagram', handle: '@rivertown_parks', url: null, name: 'Rivertown Parks' },
];
const of = (words: string) => proposeSearch(words, ACCOUNTS);

test('people and phrases are looked for, any of them, and titles are nobody', () => {
  const { q, why } = of(
    'Dear Custodian of Records, under the Missouri Sunshine Law I request all comments by Mayor Jane Q. Roe and Peter van Stone, and any with "water tower".',
  );
  expect(q).toBe('"water tower" or "Jane Q. Roe" or "Peter van Stone"');
  expect(why.map(({ code }) => code)).toEqual(['phrases', 'names']);
  expect(of('Solicito los comentarios de María Núñez’s hermana').q).toBe('"María Núñez"');
});

test('what is nobody is not looked for', () => {
  for (const words of [
    'All Records of June 2026 under the Sunshine Law',
    'Missouri Sunshine Law Request',
    'Thank You, City Clerk',
    'Police Department Facebook Page',
  ])
    expect(of(words).q, words).toBe('');
});

test('one page of the agency is taken; of several none, and each is said', () => {
  expect(of('what you hid on @CityOfRivertown')).toMatchObject({
    platform: 'facebook',
    account: 'CityOfRivertown',
    q: '',
  });
  expect(of('see facebook.com/cityofrivertown.')).toMatchObject({ account: 'CityOfRivertown' });
  const both = of('on @CityOfRivertown and on @rivertown_parks');
  expect(both).toMatchObject({ platform: '', account: '' });
  expect(both.why).toEqual([{ code: 'accounts', of: ['City of Rivertown', 'Rivertown Parks'] }]);
  expect(of('@CityOfRivertownFans said it')).toMatchObject({ account: '', q: '"CityOfRivertownFans"' });
});

test('platforms by their names, one alone as a filter', () => {
  expect(of('comments on our Facebook page')).toMatchObject({ platform: 'facebook' });
  expect(of('tweets, and posts on TikTok')).toMatchObject({
    platform: '',
    why: [{ code: 'platforms', of: ['x', 'tiktok'] }],
  });
  expect(of('item X of the agenda, and threads of comments')).toMatchObject({ platform: '', why: [] });
});

describe('the first day that is named', () => {
  test.each([
    ['between June 1 and June 30, 2026', '2026-06-01'],
    ['June 3rd, 2026 to August 4, 2026', '2026-06-03'],
    ['since May 2026', '2026-05-01'],
    ['del 3 de junio de 2026', '2026-06-03'],
    ['from 2026-02-28 on', '2026-02-28'],
    ['6/3/2026', '2026-06-03'],
    ['during 2025', '2025-01-01'],
    ['June 31, 2026', ''],
    ['2026-13-01', ''],
    ['chapter 610, section 2026', ''],
    ['ordinance 2026', ''],
  ])('%s', (words, day) => expect(of(words).from).toBe(day));
  test('no last day is proposed: something is reported after it was written', () =>
    expect(Object.keys(of('until June 30, 2026'))).not.toContain('to'));
});

test('a long request makes a search that the archive takes', () => {
  const many = Array.from({ length: 400 }, (_, n) => `"phrase number ${n} of many"`).join(' ');
  expect(of(many).q.length).toBeLessThanOrEqual(500);
  expect(of(many).q).toMatch(/^"phrase number 0 of many" or .*"$/);
});
