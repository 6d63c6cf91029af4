/** What a search was narrowed to, in words of the reader's language. Pure. */
import type { LetterLanguage } from './fees-said.ts';

/** A moment as it is read in the agency's zone. */
export function momentSaid(at: string, language: LetterLanguage, zone: string): string {
  return `${new Intl.DateTimeFormat(`${language}-US`, { dateStyle: 'full', timeStyle: 'long', timeZone: zone }).format(new Date(at))} (${at})`;
}

type Said = (value: string, moment: (at: string) => string) => string;
const FILTERS: Readonly<Record<LetterLanguage, Readonly<Record<string, Said>>>> = {
  en: {
    platform: (value) => `on the platform ${value}`,
    account: (value) => `on the account ${value}`,
    removal: (value) => `removed in this way: ${value}`,
    ground: (value) => `removed under the ground ${value}`,
    from: (value, moment) => `reported to the archive from ${moment(value)} on`,
    to: (value, moment) => `reported to the archive before ${moment(value)}`,
  },
  es: {
    platform: (value) => `en la plataforma ${value}`,
    account: (value) => `en la cuenta ${value}`,
    removal: (value) => `retirado de este modo: ${value}`,
    ground: (value) => `retirado por el motivo ${value}`,
    from: (value, moment) => `informado al archivo desde el ${moment(value)}`,
    to: (value, moment) => `informado al archivo antes del ${moment(value)}`,
  },
};

export function filtersSaid(
  filters: Readonly<Record<string, string>>,
  language: LetterLanguage,
  zone: string,
): string {
  return Object.entries(filters)
    .map(([name, value]) =>
      Object.hasOwn(FILTERS[language], name)
        ? (FILTERS[language][name]?.(value, (at) => momentSaid(at, language, zone)) ?? '')
        : `${name} = ${value}`,
    )
    .join('; ');
}

/** Whoever reads days takes them for those of the posts. Null: the search names none. */
export function daysMeant(
  filters: Readonly<Record<string, string>>,
  language: LetterLanguage,
): string | null {
  if (filters['from'] === undefined && filters['to'] === undefined) return null;
  return language === 'en'
    ? 'A search by days finds what was reported to the archive in them. Something that was written or removed in these days and reported before or after them was not looked for.'
    : 'Una búsqueda por días encuentra lo que se informó al archivo en ellos. No se buscó lo que se escribió o se retiró en esos días y se informó antes o después.';
}
