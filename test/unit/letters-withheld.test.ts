/** What letters say of what is withheld: each provision once, all of them, and that some of it is not described. */
import { expect, test } from 'vitest';
import { deniedBy } from '#api/letter-forms.ts';
import { citedOf } from '#api/letter-orders.ts';
import { handedContent, type HandedOut } from '#sunshine/letter-handed.ts';

const DAY = '2026-11-30';
const handed = (more: Partial<HandedOut>): HandedOut => ({
  production: '01a22f44-4726-70b7-8f62-a67484ec0fca',
  n: 1,
  released: 1,
  part: 3,
  withheld: 0,
  pages: 4,
  sha256: 'a'.repeat(64),
  expiresAt: new Date('2026-12-30T12:00:00Z'),
  link: null,
  verifyAt: 'https://archive.example/verify/production',
  provisions: citedOf([{ key: '610.021-13' }, { key: '610.021-13' }, { key: '610.021-13' }], DAY),
  descriptions: ['A telephone number'],
  isUndescribed: false,
  ...more,
});
const said = (more: Partial<HandedOut>, language: 'en' | 'es' = 'en'): string =>
  handedContent(handed(more), { language, zone: 'America/Chicago', daySaid: (_, day) => day }).values
    .withheld;

test('a provision that closes several things is cited once', () => {
  expect(said({}).match(/610\.021/g)).toHaveLength(1);
});

test('what is not described is said to be there', () => {
  expect(said({})).not.toContain('a description would reveal');
  expect(said({ isUndescribed: true })).toContain(
    'Of other things that were withheld a description would reveal',
  );
  expect(said({ isUndescribed: true }, 'es')).toContain('una descripción revelaría lo que son');
});

test('of a hundred descriptions the letter has fifty, says how many more there are, and where', () => {
  const descriptions = Array.from({ length: 100 }, (_, n) => `Thing ${n + 1}`);
  expect(said({ descriptions })).toContain(
    'Thing 50; and 50 more, each of which stands in the log in the file.',
  );
  expect(said({ descriptions: descriptions.slice(0, 50) })).toContain('Thing 50.');
});

test('a denial is filled in with each law, each statement and what is not described', () => {
  const form = deniedBy([
    { exemption: { key: '610.021-14', otherLaw: 'Law A' }, description: 'One' },
    { exemption: { key: '610.021-14', otherLaw: 'Law B' }, description: null },
    { exemption: { key: '610.021-14', otherLaw: 'Law A' }, description: 'Two' },
  ]);
  expect(form.all('provision')).toEqual(['610.021-14']);
  expect(form.one('otherLaw')).toBe('Law A\nLaw B');
  expect(form.one('withheld')).toBe(
    'One; Two. Of other things that are withheld a description would reveal what they are.',
  );
  expect(
    deniedBy(
      [
        { exemption: { key: '610.021-13' }, description: 'Uno' },
        { exemption: { key: '610.021-13' }, description: null },
      ],
      'es',
    ).one('withheld'),
  ).toBe('Uno. De otras cosas que se retienen, una descripción revelaría lo que son.');
  expect(form.one('reveals')).toBe('');
  expect(deniedBy([{ exemption: { key: '610.021-13' }, description: null }]).one('reveals')).toBe('yes');
});
