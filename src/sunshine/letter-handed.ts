/**
 * The letter that hands out records: the link to a production that is out, what is in it, how to check it without us, and, where something is withheld,
 * what, under which provision, and the right to have that looked at. Pure.
 */
import { wallTimeIn, type CivilDay } from '#civil.ts';
import { DENIAL_STATEMENT_BY, type Law } from './clock.ts';
import { lawCited, type LetterLanguage } from './fees-said.ts';
import { provisionSaid, type LetterProvision } from './letter-words.ts';

/** A copy was read. */
const SEPARATED: Law = {
  citation: '610.024 RSMo',
  reading: 'secondary',
  says: 'shall separate the exempt and nonexempt material and make the nonexempt material available',
};
/** Read; here in our words. */
const REVIEWED_BY_A_COURT: Law = {
  citation: '610.027 RSMo',
  reading: 'verified',
  says: 'any aggrieved person may go to the circuit court of the principal place of business of the body',
};

/** A production of this request that is out, as the desk found it. */
export interface HandedOut {
  readonly production: string;
  readonly n: number;
  /** Records of which all is released, a part, and nothing. */
  readonly released: number;
  readonly part: number;
  readonly withheld: number;
  /** Numbered pages of the index in it. */
  readonly pages: number;
  readonly sha256: string;
  readonly expiresAt: Date;
  /** Null in a draft: a link is made when the letter goes, and not before. */
  readonly link: { readonly url: string; readonly n: number } | null;
  /** The address at which it is said how to check it. */
  readonly verifyAt: string;
  /** What the review says of what it withholds; empty where nothing is. */
  readonly provisions: readonly LetterProvision[];
  readonly descriptions: readonly string[];
  /** Of some of it a description would reveal what is withheld. */
  readonly isUndescribed: boolean;
}

/** More than anybody reads in a letter; each stands in the log of exemptions. */
const MOST_DESCRIBED = 50;

/** Where the link will stand. It is filled when the letter goes, also in a text that a person has edited. */
export const LINK_PLACE = '{{link}}';

interface Words {
  readonly nothing: string;
  readonly counts: (part: number, withheld: number) => string;
  readonly grounds: string;
  readonly what: string;
  readonly more: (left: number) => string;
  readonly undescribed: string;
  readonly rights: string;
  readonly verify: (sha256: string) => string;
}

const WORDS: Readonly<Record<LetterLanguage, Words>> = {
  en: {
    nothing: 'Nothing of these records is withheld.',
    counts: (part, withheld) =>
      `Of the records that you asked for, a part of ${part} and all of ${withheld} more is closed. It was separated from the rest: ${lawCited(SEPARATED, 'en')}. A mark stands wherever something was taken out, and the log in the file says of each under which provision of law.`,
    grounds: 'These are the provisions:',
    what: 'What was withheld, in general terms:',
    more: (left) => `and ${left} more, each of which stands in the log in the file`,
    undescribed: 'Of other things that were withheld a description would reveal what they are.',
    rights: `If you think that this is wrong, you may ask the custodian of records for a written statement of the grounds, which you get by the end of the third business day after that: ${lawCited(DENIAL_STATEMENT_BY, 'en')}. You may also ask the Attorney General, or a court to review it: ${lawCited(REVIEWED_BY_A_COURT, 'en')}.`,
    verify: (sha256) =>
      `You can check without us that nothing in it was changed since it was sealed: the file VERIFY.md in it says how, and the SHA-256 of the whole file is ${sha256}.`,
  },
  es: {
    nothing: 'De estos registros no se retiene nada.',
    counts: (part, withheld) =>
      `De los registros que pidió, una parte de ${part} y todo de otros ${withheld} está cerrado. Se separó del resto: ${lawCited(SEPARATED, 'es')}. Hay una marca donde se quitó algo, y la lista dentro del archivo dice de cada cosa por qué disposición de la ley.`,
    grounds: 'Estas son las disposiciones:',
    what: 'Lo que se retuvo, en términos generales:',
    more: (left) => `y ${left} más, que están en la lista dentro del archivo`,
    undescribed: 'De otras cosas que se retuvieron, una descripción revelaría lo que son.',
    rights: `Si cree que esto no es correcto, puede pedir a la persona encargada de la custodia de los registros una declaración escrita de los motivos, que recibe antes de que termine el tercer día hábil después: ${lawCited(DENIAL_STATEMENT_BY, 'es')}. También puede preguntar al Fiscal General, o pedir a un tribunal que lo revise: ${lawCited(REVIEWED_BY_A_COURT, 'es')}.`,
    verify: (sha256) =>
      `Puede comprobar sin nosotros que nada de lo que contiene cambió desde que se selló: el archivo VERIFY.md que va dentro dice cómo, y el SHA-256 del archivo entero es ${sha256}.`,
  },
};

export function handedContent(
  handed: HandedOut,
  {
    language,
    zone,
    daySaid,
  }: {
    readonly language: LetterLanguage;
    readonly zone: string;
    readonly daySaid: (language: LetterLanguage, day: CivilDay) => string;
  },
) {
  const { production, n, released, part, withheld, pages, sha256, expiresAt, link, verifyAt } = handed;
  const words = WORDS[language];
  const expires = daySaid(language, wallTimeIn(zone, expiresAt).day);
  const isWhole = part + withheld === 0;
  const descriptions = isWhole ? [] : handed.descriptions;
  const provisions = isWhole ? [] : handed.provisions;
  const said = isWhole
    ? [words.nothing]
    : [
        words.counts(part, withheld),
        ...(provisions.length === 0
          ? []
          : [`${words.grounds}\n\n${provisions.map((one) => provisionSaid(one, language)).join('\n')}`]),
        ...(descriptions.length === 0
          ? []
          : [
              `${words.what} ${[
                ...descriptions.slice(0, MOST_DESCRIBED),
                ...(descriptions.length > MOST_DESCRIBED
                  ? [words.more(descriptions.length - MOST_DESCRIBED)]
                  : []),
              ].join('; ')}.`,
            ]),
        ...(handed.isUndescribed ? [words.undescribed] : []),
        words.rights,
      ];
  return {
    values: {
      link: link?.url ?? LINK_PLACE,
      expires,
      records: String(released + part),
      pages: String(pages),
      withheld: said.join('\n\n'),
      verify: words.verify(sha256),
      verifyAt,
    },
    facts: {
      production,
      number: n,
      records: released + part,
      pages,
      partly: part,
      withheld,
      expiresAt: expiresAt.toISOString(),
      provisions: provisions.map(({ key, cite, mark }) => ({ key, cite, mark })),
      ...(link === null ? {} : { link: link.n }),
    },
    mustSay: [
      ...(link === null ? [] : [link.url]),
      expires,
      verifyAt,
      ...(isWhole ? [] : [words.rights, ...provisions.map(({ cite }) => cite)]),
    ],
  };
}
