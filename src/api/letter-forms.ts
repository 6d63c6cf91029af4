/** What the forms of letters and rates say, as the calls would say it. What cannot be read is refused with a sentence, never guessed. */
import { ArchiveError } from '#errors.ts';
import type {
  Charge,
  ChargeKind,
  FeeRates,
  LetterInput,
  LetterLanguage,
  Waiver,
} from '#sunshine/sunshine.ts';
import type { WithheldSaid } from '#production/production.ts';
import type { Form } from './forms.ts';
import { citedOf } from './letter-orders.ts';
import { linesOf } from './administration.ts';

const invalid = (sentence: string): ArchiveError =>
  new ArchiveError('letter-invalid', sentence, { retry: 'never' });

/** Whole cents of what was typed in dollars; null: it is no sum. */
function centsOf(typed: string): number | null {
  const [, dollars, cents = ''] =
    /^\$?(\d{1,7})(?:\.(\d{1,2}))?$/.exec(typed.trim().replaceAll(',', '')) ?? [];
  return dollars === undefined ? null : Number(dollars) * 100 + Number(cents.padEnd(2, '0') || '0');
}

function centsIn(form: Form, name: string, sentence: string): number | null {
  const typed = form.one(name);
  if (typed.trim() === '') return null;
  const cents = centsOf(typed);
  if (cents === null) throw invalid(sentence);
  return cents;
}

const said = (form: Form, name: string): string | undefined => {
  const typed = form.one(name).trim();
  return typed === '' ? undefined : typed;
};

function chargesOf(form: Form, rows: number, kinds: readonly string[]): readonly Charge[] {
  return Array.from({ length: rows }, (_, i) => i + 1).flatMap((row) => {
    const kind = form.one(`kind${row}`);
    const more = {
      staff: said(form, `staff${row}`),
      because: said(form, `because${row}`),
      medium: said(form, `medium${row}`),
    };
    const count = form.one(`count${row}`).trim();
    if (kind === '' && count === '' && Object.values(more).every((one) => one === undefined)) return [];
    if (!kinds.includes(kind))
      throw invalid('Choose what is charged in each row that you fill in, or empty the row.');
    if (!/^\d{1,7}$/.test(count))
      throw invalid('How many pages, minutes or pieces is a whole number, such as 30.');
    return [{ kind: kind as ChargeKind, count: Number(count), ...more }];
  });
}

function waiverOf(form: Form): Waiver | null {
  const typed = form.one('waived').trim().toLowerCase();
  const because = form.one('waivedBecause').trim();
  if (typed === '' && because === '') return null;
  const isAll = ['all', 'todo', 'toda'].includes(typed);
  const cents = isAll ? 'all' : centsOf(typed);
  if (cents === null || because === '')
    throw invalid('A waiver is a sum in dollars, or “all”, and the reason for it. Say both, or neither.');
  return { cents, because };
}

/** `today`: of the decision, by which a provision is law or not. */
export function inputIn(
  form: Form,
  kind: LetterInput['kind'],
  {
    today,
    rows,
    kinds,
  }: { readonly today: string; readonly rows: number; readonly kinds: readonly string[] },
): LetterInput {
  switch (kind) {
    case 'delay':
      return {
        kind,
        cause: linesOf(form.one('cause')),
        place: form.one('place'),
        earliestDate: form.one('earliestDate'),
        earliestTime: form.one('earliestTime').trim(),
      };
    case 'fee-estimate':
      return {
        kind,
        charges: chargesOf(form, rows, kinds),
        waiver: waiverOf(form),
        prepay: form.one('prepay') === 'yes',
      };
    case 'invoice':
      return {
        kind,
        charges: chargesOf(form, rows, kinds),
        waiver: waiverOf(form),
        paidCents: centsIn(form, 'paid', 'What was paid already is a sum in dollars, such as 12.50.') ?? 0,
      };
    case 'denial':
      return { kind, provisions: provisionsIn(form, today) };
    case 'partial-denial': {
      const withheld = linesOf(form.one('withheld'));
      const reveals = form.one('reveals') === 'yes';
      if (reveals && withheld.trim() !== '')
        throw invalid('Describe what is withheld, or say that a description would reveal it: one of both.');
      return { kind, provisions: provisionsIn(form, today), withheld: reveals ? null : withheld };
    }
    case 'question':
      return { kind, question: linesOf(form.one('question')) };
    case 'withdrawal-notice':
      return { kind, withdrawnAfter: said(form, 'withdrawnAfter') ?? null };
    case 'closing':
      return { kind, outcome: form.one('outcome') as Extract<LetterInput, { kind: 'closing' }>['outcome'] };
    case 'records': {
      const days = form.one('days').trim();
      if (!/^\d{1,2}$/.test(days) || Number(days) < 1 || Number(days) > 90)
        throw invalid('Until the link ends it is a whole number of days, 1 to 90.');
      return { kind, production: form.one('production'), days: Number(days), handed: null };
    }
    case 'acknowledgement':
    case 'no-records':
      return { kind };
  }
}

const UNDESCRIBED: Readonly<Record<LetterLanguage, string>> = {
  en: 'Of other things that are withheld a description would reveal what they are.',
  es: 'De otras cosas que se retienen, una descripción revelaría lo que son.',
};

/** What was decided in the review, as somebody would tick and type it for a letter of denial. */
export function deniedBy(withheld: readonly WithheldSaid[], language: LetterLanguage = 'en'): Form {
  const exemptions = withheld.map(({ exemption }) => exemption);
  const descriptions = [...new Set(withheld.flatMap(({ description }) => description ?? []))];
  const isUndescribed = withheld.some(({ description }) => description === null);
  // The form has one place for each: whoever sends it reads all of what was decided, and edits it.
  const all = (texts: readonly string[], between: string): string[] =>
    texts.length === 0 ? [] : [[...new Set(texts)].join(between)];
  const statements = exemptions.flatMap(({ writtenStatement }) => writtenStatement ?? []);
  const typed: Readonly<Record<string, readonly string[]>> = {
    provision: [...new Set(exemptions.map(({ key }) => key))],
    withheld:
      descriptions.length === 0
        ? []
        : [`${descriptions.join('; ')}.${isUndescribed ? ` ${UNDESCRIBED[language]}` : ''}`],
    reveals: withheld.length > 0 && descriptions.length === 0 ? ['yes'] : [],
    otherLaw: all(
      exemptions.flatMap(({ otherLaw }) => otherLaw ?? []),
      '\n',
    ),
    impairsSecurity: all(
      statements.map((one) => one.impairsSecurity),
      ' ',
    ),
    outweighsDisclosure: all(
      statements.map((one) => one.outweighsDisclosure),
      ' ',
    ),
    numberConfirmedBy: all(
      exemptions.flatMap(({ numberConfirmedBy }) => numberConfirmedBy ?? []),
      ', ',
    ),
  };
  return { one: (name) => typed[name]?.[0] ?? '', all: (name) => typed[name] ?? [] };
}

/** What stands beside a provision is given to those alone that ask for it. */
function provisionsIn(form: Form, today: string) {
  return citedOf(
    form.all('provision').flatMap((key) => {
      const [impairsSecurity, outweighsDisclosure] = [
        form.one('impairsSecurity').trim(),
        form.one('outweighsDisclosure').trim(),
      ];
      // Each law is a citation of its own.
      const laws = linesOf(form.one('otherLaw'))
        .split('\n')
        .map((one) => one.trim())
        .filter((one) => one !== '');
      const numberConfirmedBy = said(form, 'numberConfirmedBy');
      const provision = {
        key,
        ...(key === '610.021-26' && numberConfirmedBy !== undefined ? { numberConfirmedBy } : {}),
        ...(['610.021-18', '610.021-19'].includes(key)
          ? { writtenStatement: { impairsSecurity, outweighsDisclosure } }
          : {}),
      };
      return key === '610.021-14' && laws.length > 0
        ? laws.map((otherLaw) => ({ ...provision, otherLaw }))
        : [provision];
    }),
    today,
  );
}

const RATE = 'Expected a sum in dollars, such as 18.50, or nothing.';

export function ratesIn(form: Form, staffRows: number, mediaRows: number): FeeRates {
  const keyOf = (title: string, row: number): string =>
    title
      .normalize('NFD')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 40)
      .replace(/-+$/, '') || `number-${row}`;
  const rowsOf = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
  const page = form.one('pageCents').trim();
  if (!/^\d{1,2}$/.test(page)) throw invalid('What a page costs is whole cents, 0 to 10.');
  return {
    pageCents: Number(page),
    clericalCents: centsIn(form, 'clerical', RATE),
    copyingCents: centsIn(form, 'copying', RATE),
    staff: rowsOf(staffRows).flatMap((row) => {
      const title = said(form, `staff${row}`);
      const hourCents = centsIn(form, `hour${row}`, RATE);
      const does = form.all(`does${row}`);
      if (title === undefined && hourCents === null && does.length === 0) return [];
      if (title === undefined || hourCents === null || does.length === 0)
        throw invalid(
          'Of staff say the title, what an hour costs, and what they can do. All of it, or nothing.',
        );
      return [{ key: keyOf(title, row), title, hourCents, does: does as FeeRates['staff'][number]['does'] }];
    }),
    media: rowsOf(mediaRows).flatMap((row) => {
      const title = said(form, `medium${row}`);
      const cents = centsIn(form, `cost${row}`, RATE);
      if (title === undefined && cents === null) return [];
      if (title === undefined || cents === null)
        throw invalid('Of a medium say its name and what one costs. Both, or neither.');
      return [{ key: keyOf(title, row), title, cents }];
    }),
    source: said(form, 'source') ?? null,
  };
}

/** Rates in the fields of the form. */
export function ratesTyped(rates: FeeRates | null): {
  readonly typed: (name: string) => string;
  readonly checked: (name: string, value: string) => boolean;
} {
  const dollars = (cents: number | null | undefined): string =>
    cents === null || cents === undefined ? '' : (cents / 100).toFixed(2);
  const fields: Record<string, string> = {};
  if (rates !== null) {
    fields['pageCents'] = String(rates.pageCents);
    fields['clerical'] = dollars(rates.clericalCents);
    fields['copying'] = dollars(rates.copyingCents);
    fields['source'] = rates.source ?? '';
    for (const [i, one] of rates.staff.entries()) {
      fields[`staff${i + 1}`] = one.title;
      fields[`hour${i + 1}`] = dollars(one.hourCents);
    }
    for (const [i, one] of rates.media.entries()) {
      fields[`medium${i + 1}`] = one.title;
      fields[`cost${i + 1}`] = dollars(one.cents);
    }
  }
  return {
    typed: (name) => fields[name] ?? '',
    checked: (name, value) =>
      rates?.staff[Number(name.replace('does', '')) - 1]?.does.some((work) => work === value) ?? false,
  };
}
