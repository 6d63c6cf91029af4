/** What pages of retention say alike: days, periods, dispositions, readings, and why something that is due is blocked. */
import { html, ours, perLanguage, type Markup } from './html.ts';
import { inWords } from './words.ts';

/** A civil day as people write it. */
export function daySaid(day: string): Markup {
  return html`<time datetime="${day}"
    >${perLanguage((language) =>
      new Intl.DateTimeFormat(`${language}-US`, { dateStyle: 'long', timeZone: 'UTC' }).format(
        new Date(`${day}T12:00:00Z`),
      ),
    )}</time
  >`;
}

const UNITS = ['year', 'month', 'week', 'day'] as const;

/** `P3Y` in words. Null: nobody knows. */
export function periodSaid(period: string | null): Markup {
  if (period === null) return ours('period not known');
  if (period === 'PERMANENT') return ours('permanent');
  if (period.startsWith('UNTIL ')) return html`until “${period.slice('UNTIL '.length)}”`;
  const counts = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?$/.exec(period)?.slice(1) ?? [];
  return perLanguage((language) =>
    UNITS.flatMap((unit, i) =>
      counts[i] === undefined || Number(counts[i]) === 0
        ? []
        : [
            new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(
              Number(counts[i]),
            ),
          ],
    ).join(', '),
  );
}

const CUTOFFS: Readonly<Record<string, string>> = {
  'calendar-year-end': 'from the end of the calendar year',
  'fiscal-year-end': 'from the end of the fiscal year',
};

export function startSaid({
  trigger,
  cutoff,
  period,
}: {
  readonly trigger: string | null;
  readonly cutoff: string;
  readonly period: string | null;
}): Markup {
  if (period === 'PERMANENT' || period?.startsWith('UNTIL ') === true) return html``;
  const begins =
    trigger === null ? html`what begins it is not known` : html`begins with ${html`“${trigger}”`}`;
  return cutoff === 'none' ? begins : html`${begins}, ${inWords(CUTOFFS, cutoff)}`;
}

export const DISPOSITION_NAMES: Readonly<Record<string, string>> = {
  destroy: 'then destroyed',
  permanent: 'kept for ever',
  'transfer-to-archives': 'then handed to the archives',
  'transfer-to-file': 'then moved to a case file',
  'restrict-access': 'closed to the public, and kept',
};

export const READING_NAMES: Readonly<Record<string, string>> = {
  official: 'Read in the official document',
  secondary: 'As another body or publication restates it; not read in the official document',
  'number-and-title': 'Number and title alone; nothing else was read',
  unread: 'Nothing was read; to be entered from the official document',
};

export const BLOCKED_NAMES: Readonly<Record<string, string>> = {
  hold: 'held',
  'not-ruled': 'rules not applied yet',
  'edition-unconfirmed': 'edition not confirmed',
  locked: 'still locked in the store',
};

export const MEMBER_NAMES: Readonly<Record<string, string>> = {
  code: 'Code',
  number: 'Official number',
  schedule: 'Schedule',
  title: 'Title',
  description: 'Description',
  trigger: 'What begins the period',
  cutoff: 'Counted from',
  period: 'Period',
  disposition: 'What becomes of it',
  citation: 'Where it says so',
  reading: 'How far it was read',
};
