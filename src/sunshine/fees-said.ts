/** Fees in words, a sentence for each line with its rule and how far that was read; in the languages of letters. Pure. */
import type { Law } from './clock.ts';
import { ESTIMATE_FIRST, LOWEST_STAFF, type ChargeKind } from './fee-law.ts';
import type { Fee, FeeLine, RefusedCharge, RefusedWhy } from './fees.ts';
import type { LawReading } from './holidays.ts';

export const LETTER_LANGUAGES = ['en', 'es'] as const;
export type LetterLanguage = (typeof LETTER_LANGUAGES)[number];
type Words<K extends string> = Readonly<Record<LetterLanguage, Readonly<Record<K, string>>>>;

/** As $1,234.50. Dollars are written so in both. */
export function moneySaid(cents: number): string {
  return `$${Math.floor(cents / 100)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, ',')}.${String(cents % 100).padStart(2, '0')}`;
}

const READ: Words<LawReading> = {
  en: {
    verified: 'the text was read',
    secondary: 'read in a copy only, not in the official text',
    computed: 'computed from the rule',
    unconfirmed: 'confirmed by nobody',
  },
  es: {
    verified: 'se leyó el texto',
    secondary: 'leído solo en una copia, no en el texto oficial',
    computed: 'calculado según la regla',
    unconfirmed: 'nadie lo ha confirmado',
  },
};

export function lawCited({ citation, reading }: Law, language: LetterLanguage): string {
  return `${citation} (${READ[language][reading]})`;
}

const CHARGE_SAID: Words<ChargeKind> = {
  en: {
    pages: 'Paper copies',
    duplicating: 'Time for duplicating paper',
    research: 'Research time',
    copying: 'Time for copying electronic records',
    programming: 'Time for programming',
    medium: 'Medium of the copy',
    'larger-sheets': 'Sheets larger than nine by fourteen inches',
    'attorney-review': 'Review by an attorney',
    redaction: 'Time for redaction',
    'electronic-pages': 'Pages of electronic copies',
  },
  es: {
    pages: 'Copias en papel',
    duplicating: 'Tiempo para duplicar papel',
    research: 'Tiempo de investigación',
    copying: 'Tiempo para copiar registros electrónicos',
    programming: 'Tiempo de programación',
    medium: 'Soporte de la copia',
    'larger-sheets': 'Hojas de más de nueve por catorce pulgadas',
    'attorney-review': 'Revisión por un abogado',
    redaction: 'Tiempo para ocultar partes',
    'electronic-pages': 'Páginas de copias electrónicas',
  },
};

export function feeLineSaid(line: FeeLine, language: LetterLanguage): string {
  const { kind, count, rateCents, cents, what, capped, because, law } = line;
  const rate = moneySaid(rateCents);
  const title = CHARGE_SAID[language][kind];
  const cited = lawCited(law, language);
  if (language === 'es') {
    const how =
      kind === 'pages'
        ? `${count} páginas a ${rate}`
        : kind === 'medium'
          ? `${what ?? ''}, ${count} a ${rate}`
          : `${count} minutos de ${what ?? ''} a ${rate} por hora${capped ? ', el promedio que es el máximo' : ''}`;
    const why =
      because === null
        ? kind === 'pages' || kind === 'medium'
          ? ''
          : ` Es la tarifa más baja de quienes pueden hacerlo: ${lawCited(LOWEST_STAFF, language)}.`
        : ` No es la tarifa más baja, porque: ${because}`;
    return `${title}: ${how} = ${moneySaid(cents)}; ${cited}.${why}`;
  }
  const how =
    kind === 'pages'
      ? `${count} pages at ${rate}`
      : kind === 'medium'
        ? `${what ?? ''}, ${count} at ${rate}`
        : `${count} minutes of ${what ?? ''} at ${rate} an hour${capped ? ', the average that is the cap' : ''}`;
  const why =
    because === null
      ? kind === 'pages' || kind === 'medium'
        ? ''
        : ` That is the lowest rate of those who can do it: ${lawCited(LOWEST_STAFF, language)}.`
      : ` It is not the lowest rate, because: ${because}`;
  return `${title}: ${how} = ${moneySaid(cents)}; ${cited}.${why}`;
}

const REFUSED: Words<RefusedWhy> = {
  en: {
    'not-allowed': 'This may not be charged: {law}. It is not counted.',
    'not-read': 'No text that was read allows this, so it is not charged: {law}. It is not counted.',
    count: 'Expected a whole number of 1 to 1,000,000 pages, minutes or pieces.',
    'no-staff': 'Nobody in the rates of this body can do this. Enter who can, and what their hour costs.',
    'unknown-staff': 'Nobody of that name in the rates can do this. Choose one of those who can, or nobody.',
    'not-the-lowest':
      '{lowest} can do this for less: {staffLaw}. Say why it must be somebody else, or leave that out.',
    'no-average':
      'The average hourly rate that is the cap of this was not entered, so nothing can be charged: {law}. Enter it among the rates.',
    'unknown-medium': 'No such medium is among the rates of this body. Enter what one costs.',
    'not-taken':
      'Something was said with this charge that it does not take: staff with a reason for time, a medium for a medium. Leave it out.',
  },
  es: {
    'not-allowed': 'Esto no se puede cobrar: {law}. No se cuenta.',
    'not-read': 'Ningún texto leído lo permite, así que no se cobra: {law}. No se cuenta.',
    count: 'Se esperaba un número entero de 1 a 1,000,000 de páginas, minutos o piezas.',
    'no-staff':
      'Nadie en las tarifas de este organismo puede hacerlo. Anote quién puede y cuánto cuesta su hora.',
    'unknown-staff':
      'Nadie con ese nombre en las tarifas puede hacerlo. Elija a uno de quienes pueden, o a nadie.',
    'not-the-lowest':
      '{lowest} puede hacerlo por menos: {staffLaw}. Diga por qué tiene que ser otra persona, o quítelo.',
    'no-average':
      'No se anotó la tarifa media por hora que es el máximo, así que no se puede cobrar nada: {law}. Anótela entre las tarifas.',
    'unknown-medium': 'No hay tal soporte entre las tarifas de este organismo. Anote cuánto cuesta uno.',
    'not-taken':
      'Se dijo algo con este cargo que no admite: personal con un motivo para el tiempo, un soporte para un soporte. Quítelo.',
  },
};

export function refusedSaid({ kind, why, lowest, law }: RefusedCharge, language: LetterLanguage): string {
  const sentence = REFUSED[language][why]
    .replace('{law}', lawCited(law, language))
    .replace('{staffLaw}', lawCited(LOWEST_STAFF, language))
    .replace('{lowest}', lowest ?? '');
  return `${CHARGE_SAID[language][kind]}: ${sentence}`;
}

/** What stands in a letter: a line each, then what is waived, then the sum. */
export function feeSaid(fee: Fee, language: LetterLanguage): readonly string[] {
  const es = language === 'es';
  const { lines, waiver, waivedCents } = fee;
  return [
    ...(lines.length === 0 ? [es ? 'No se cobra nada.' : 'Nothing is charged.'] : []),
    ...lines.map((line) => feeLineSaid(line, language)),
    ...(waiver === null
      ? []
      : [
          `${es ? 'No se cobra de ello' : 'Waived of it'}: ${moneySaid(waivedCents)}; ${lawCited(waiver.law, language)}. ${waiver.because}`,
        ]),
  ];
}

export function estimateFirstSaid(language: LetterLanguage): string {
  return language === 'es'
    ? `Quien lo pide recibe un presupuesto antes de que se hagan copias: ${lawCited(ESTIMATE_FIRST, language)}.`
    : `Whoever asks for it gets an estimate before copies are made: ${lawCited(ESTIMATE_FIRST, language)}.`;
}
