/** Words of ours that stand in the places of letters, in their languages. */
import type { RequestOutcome } from '#db/db.ts';
import { SEPARATED, WITHDRAWN_AFTER } from './clock.ts';
import { lawCited, type LetterLanguage } from './fees-said.ts';

/** As production cites it, with how far it was read. */
export interface LetterProvision {
  readonly key: string;
  readonly cite: string;
  readonly title: string;
  readonly mark: string;
  readonly otherLaw: string | null;
  readonly writtenStatement: {
    readonly impairsSecurity: string;
    readonly outweighsDisclosure: string;
  } | null;
  readonly numberConfirmedBy: string | null;
}

interface LetterWords {
  readonly salutation: (requester: string | null) => string;
  readonly outcomes: Readonly<Record<RequestOutcome, string>>;
  readonly payment: string;
  readonly answer: string;
  readonly wouldReveal: string;
  readonly ratesUnconfirmed: string;
  readonly ratesFrom: (source: string) => string;
  readonly payLater: string;
  readonly payBefore: (total: string, law: string) => string;
}

export const WORDS: Readonly<Record<LetterLanguage, LetterWords>> = {
  en: {
    salutation: (requester) =>
      requester === null ? 'To whom it may concern:' : `Dear ${inLine(requester)}:`,
    outcomes: {
      granted: 'what you asked for was made available to you.',
      partly: 'part of what you asked for was made available to you, and the rest is closed by law.',
      denied: 'access to what you asked for was denied.',
      'no-records': 'no record was found that answers it.',
      withdrawn: 'it was withdrawn.',
      lapsed: `nobody paid or answered in time after a notice, so it counts as withdrawn: ${lawCited(WITHDRAWN_AFTER, 'en')}.`,
    },
    payment: 'payment of the fee',
    answer: 'an answer to a question',
    wouldReveal: `a description would reveal what is closed, so none is given: ${lawCited(SEPARATED, 'en')}.`,
    ratesUnconfirmed: 'The rates are those that this body uses; nobody has named where they are set.',
    ratesFrom: (source) => `The rates are those of this body: ${inLine(source)}.`,
    payLater: 'Nothing is to be paid before. You are told what it costs in fact.',
    payBefore: (total, law) =>
      `To be paid before the request is fulfilled: ${total}. That is allowed by ${law}. If it costs less in fact, the rest is paid back.`,
  },
  es: {
    salutation: (requester) =>
      requester === null ? 'A quien corresponda:' : `Estimada persona solicitante, ${inLine(requester)}:`,
    outcomes: {
      granted: 'lo que pidió se puso a su disposición.',
      partly: 'una parte de lo que pidió se puso a su disposición, y el resto está cerrado por ley.',
      denied: 'se denegó el acceso a lo que pidió.',
      'no-records': 'no se encontró ningún registro que responda a ella.',
      withdrawn: 'se retiró.',
      lapsed: `nadie pagó ni respondió a tiempo después de un aviso, así que se da por retirada: ${lawCited(WITHDRAWN_AFTER, 'es')}.`,
    },
    payment: 'el pago de la tarifa',
    answer: 'una respuesta a una pregunta',
    wouldReveal: `una descripción revelaría lo que está cerrado, así que no se da ninguna: ${lawCited(SEPARATED, 'es')}.`,
    ratesUnconfirmed: 'Las tarifas son las que usa este organismo; nadie ha indicado dónde están fijadas.',
    ratesFrom: (source) => `Las tarifas son las de este organismo: ${inLine(source)}.`,
    payLater: 'No hay que pagar nada antes. Se le dirá lo que cuesta en realidad.',
    payBefore: (total, law) =>
      `Por pagar antes de que se atienda la solicitud: ${total}. Lo permite ${law}. Si en realidad cuesta menos, el resto se devuelve.`,
  },
};

const MARKS: Readonly<Record<LetterLanguage, Readonly<Record<string, string>>>> = {
  en: {
    verified: 'read in the statute',
    secondary: 'read in a copy only, not in the official text',
    summary: 'read in a summary only, not in the official text',
    'number-not-verified': 'its number could not be verified',
    'heading-only': 'only its heading was read',
  },
  es: {
    verified: 'leído en la ley',
    secondary: 'leído solo en una copia, no en el texto oficial',
    summary: 'leído solo en un resumen, no en el texto oficial',
    'number-not-verified': 'no se pudo verificar su número',
    'heading-only': 'solo se leyó su título',
  },
};

/** One line of the list of grounds: the provision, its mark, and what the law wants beside it. Titles are the statute's, in English. */
export function provisionSaid(one: LetterProvision, language: LetterLanguage): string {
  const es = language === 'es';
  const { cite, title, mark, otherLaw, writtenStatement, numberConfirmedBy } = one;
  return [
    `- ${cite} RSMo: ${title} (${MARKS[language][mark] ?? mark})`,
    ...(otherLaw === null
      ? []
      : [`${es ? 'con esta otra ley' : 'with this other law'}: ${inLine(otherLaw)}`]),
    ...(writtenStatement === null
      ? []
      : [
          `${es ? 'declaración escrita' : 'written statement'}: ${inLine(writtenStatement.impairsSecurity)} ${inLine(writtenStatement.outweighsDisclosure)}`,
        ]),
    ...(numberConfirmedBy === null
      ? []
      : [
          `${es ? 'número leído en la ley por' : 'number read in the statute by'} ${inLine(numberConfirmedBy)}`,
        ]),
  ].join('; ');
}

const inLine = (text: string): string => text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim();
