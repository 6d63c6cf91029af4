/** What a search was narrowed to, in words, and what its days are. */
import { expect, test } from 'vitest';
import { daysMeant, filtersSaid } from '#sunshine/filters-said.ts';

const ZONE = 'America/Chicago';
const FILTERS = { platform: 'facebook', from: '2025-03-01T06:00:00.000Z', to: '2025-04-01T05:00:00.000Z' };

test('days are those of the report, in the zone of the agency, in both languages', () => {
  const en = filtersSaid(FILTERS, 'en', ZONE);
  expect(en).toMatch(
    /^on the platform facebook; reported to the archive from Saturday, March 1, 2025 at 12:00:00 AM CST .*; reported to the archive before Tuesday, April 1, 2025 at 12:00:00 AM CDT/,
  );
  const es = filtersSaid(FILTERS, 'es', ZONE);
  expect(es).toMatch(/^en la plataforma facebook; informado al archivo desde el sábado, 1 de marzo de 2025/);
  expect(es).not.toMatch(/\b(?:from|to|platform) =/);
});

test('a search by days says what it did not look for, and another one says nothing of days', () => {
  expect(daysMeant(FILTERS, 'en')).toContain('reported before or after them was not looked for');
  expect(daysMeant({ to: FILTERS.to }, 'es')).toContain('Una búsqueda por días');
  expect(daysMeant({ platform: 'facebook' }, 'en')).toBeNull();
});

test('what is not known is said as it was asked, and nothing of it is left out', () => {
  expect(filtersSaid({ colour: 'red', toString: 'x' }, 'en', ZONE)).toBe('colour = red; toString = x');
});
