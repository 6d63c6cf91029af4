/** The certificate of a search in plain words, in the languages of letters. Pure. */
import { daysMeant, filtersSaid, momentSaid } from './filters-said.ts';
import type { LetterLanguage } from './fees-said.ts';
import {
  picturesIn,
  type Gap,
  type GapCode,
  type PicturesIndexed,
  type SearchCertificate,
} from './search-certificate.ts';

interface SearchWords {
  readonly title: string;
  readonly trial: string;
  readonly heads: Readonly<
    Record<'search' | 'index' | 'scope' | 'gaps' | 'proves' | 'provesNot' | 'check', string>
  >;
  readonly terms: Readonly<
    Record<
      | 'agency'
      | 'request'
      | 'searched'
      | 'by'
      | 'words'
      | 'filters'
      | 'days'
      | 'found'
      | 'set'
      | 'records'
      | 'newest'
      | 'platforms'
      | 'accounts'
      | 'issued',
      string
    >
  >;
  readonly none: string;
  readonly set: (records: number, notResponsive: number, undecided: number) => string;
  readonly account: (name: string, platform: string, registeredOn: string, records: number) => string;
  readonly gaps: Readonly<Record<GapCode, (gap: Gap) => string>>;
  readonly proves: readonly string[];
  /** `pictures` null: nothing had read any. */
  readonly provesNot: (pictures: PicturesIndexed | null) => readonly string[];
  readonly check: string;
}

const list = ({ about }: Gap): string => (about.length === 0 ? '' : `: ${about.join('; ')}`);

const WORDS: Readonly<Record<LetterLanguage, SearchWords>> = {
  en: {
    title: 'Certificate of search',
    trial: 'TRIAL: not for official records',
    heads: {
      search: 'The search',
      index: 'The index when it was searched',
      scope: 'Where it was looked',
      gaps: 'What is not in it',
      proves: 'What this shows',
      provesNot: 'What this does not show',
      check: 'How anybody can check it',
    },
    terms: {
      agency: 'Public body',
      request: 'Request',
      searched: 'Searched at',
      by: 'By',
      words: 'Words looked for',
      filters: 'Only records',
      days: 'What its days are',
      found: 'Records found',
      set: 'What became of them',
      records: 'Records in the index',
      newest: 'Newest record',
      platforms: 'Platforms',
      accounts: 'Accounts in the register',
      issued: 'Issued at',
    },
    none: 'none',
    set: (records, notResponsive, undecided) =>
      `when this was issued, and with what other searches of the request found: ${records} in its set; of ${notResponsive} a person decided that they do not answer it, each by itself or together with such as say the same; ${undecided} not decided yet`,
    account: (name, platform, registeredOn, records) =>
      `${name} (${platform}), in the register since ${registeredOn}; records of it when it was searched: ${records}`,
    gaps: {
      rejected: ({ count }) =>
        `Reports of the period that were refused, and may not have come again: ${count}.`,
      unfinished: ({ count }) =>
        `Records of which a step was not done yet, such as the look at the live page: ${count}. What that brought was not in the index.`,
      parked: ({ count }) =>
        `Records that waited for a person because a step failed: ${count}. What was handed in was searched; what the step would have brought was not.`,
      'pictures-waiting': ({ count }) =>
        `Pictures that the program which reads them had not come to yet: ${count}. What stands in them was not in the index.`,
      'pictures-failed': ({ count }) => `Pictures that it could not read: ${count}.`,
      'pictures-never': ({ count }) =>
        `Pictures that nothing reads, because it was said of them that they may show a child being abused: ${count}.`,
      'account-without-records': (gap) =>
        `Accounts in the register of which nothing was ever handed in: ${gap.count}${list(gap)}.`,
      'account-registered-later': (gap) =>
        `Accounts that came into the register after the period began: ${gap.count}${list(gap)}. What was removed there before may not have been handed in.`,
      unregistered: ({ count }) =>
        `Records of the period whose account is not in the register: ${count}. They were searched.`,
      destroyed: ({ count, about }) =>
        `Records of the period that were lawfully destroyed under a retention schedule: ${count}${about.length === 2 ? `, from ${about[0]} through ${about[1]}` : ''}. Whether one of them would have answered the request cannot be known: nothing of their content is left, and that is what destruction means.`,
      'being-destroyed': ({ count }) =>
        `Records that the search found, and that were being destroyed or had been: ${count}.`,
      'outages-not-recorded': () =>
        'Times in which nothing could be handed in are not recorded by this archive, so they are not named here.',
      'removed-without-report': () =>
        'What was removed on a platform and never handed in is not in this archive, and nothing here can count it.',
    },
    proves: [
      'That this search, with exactly these words and limits, was run at this time over the index of this public body, and found this many records.',
      'How far the index reached then, and which gaps of it were known.',
      'That this paper was not changed since it was signed with the key of this body.',
    ],
    provesNot: (pictures) => [
      'That no such record exists elsewhere: in the mail, files or telephones of the body, on the platforms themselves, or in the archive of another body. None of these was searched.',
      'That other words would find nothing.',
      pictures === null
        ? 'That the words stand in no picture and no film: what is written in these was not read for this search.'
        : `That the words stand in no picture and no film. Of the pictures in this archive a program had read ${pictures.read} when it was searched${pictures.engine === null ? '' : ` (${pictures.engine}; English and Spanish)`}; ${pictures.waiting} were still to be read, ${pictures.failed} could not be, and ${pictures.never} are read by nothing. Such a program misreads, and misses: handwriting, ornate letters, other languages. No film and no PDF was read.`,
      'That everything that was removed was handed in.',
    ],
    check:
      'The signed certificate is attached to this PDF as a file. “holdfast verify” checks its signature; the key is the one that signs the receipts of this body, and its log names it.',
  },
  es: {
    title: 'Certificado de búsqueda',
    trial: 'PRUEBA: no para registros oficiales',
    heads: {
      search: 'La búsqueda',
      index: 'El índice cuando se buscó',
      scope: 'Dónde se buscó',
      gaps: 'Lo que no contiene',
      proves: 'Lo que esto demuestra',
      provesNot: 'Lo que esto no demuestra',
      check: 'Cómo puede comprobarlo cualquiera',
    },
    terms: {
      agency: 'Organismo público',
      request: 'Solicitud',
      searched: 'Se buscó el',
      by: 'Por',
      words: 'Palabras buscadas',
      filters: 'Solo registros',
      days: 'Qué son sus días',
      found: 'Registros encontrados',
      set: 'Qué fue de ellos',
      records: 'Registros en el índice',
      newest: 'Registro más reciente',
      platforms: 'Plataformas',
      accounts: 'Cuentas en el registro',
      issued: 'Expedido el',
    },
    none: 'ninguna',
    set: (records, notResponsive, undecided) =>
      `al emitirse, y con lo que hallaron otras búsquedas de la solicitud: ${records} en su conjunto; de ${notResponsive} una persona decidió que no responden a ella, cada uno por sí o junto con los que dicen lo mismo; ${undecided} sin decidir`,
    account: (name, platform, registeredOn, records) =>
      `${name} (${platform}), en el registro desde ${registeredOn}; registros de ella al buscar: ${records}`,
    gaps: {
      rejected: ({ count }) => `Avisos del periodo que se rechazaron y quizá no llegaron otra vez: ${count}.`,
      unfinished: ({ count }) =>
        `Registros con un paso todavía sin hacer, como la visita a la página: ${count}. Lo que trajo no estaba en el índice.`,
      parked: ({ count }) =>
        `Registros que esperaban a una persona porque un paso falló: ${count}. Se buscó en lo entregado; no en lo que el paso habría traído.`,
      'pictures-waiting': ({ count }) =>
        `Imágenes a las que aún no había llegado el programa que las lee: ${count}. Lo que está escrito en ellas no estaba en el índice.`,
      'pictures-failed': ({ count }) => `Imágenes que no pudo leer: ${count}.`,
      'pictures-never': ({ count }) =>
        `Imágenes que nada lee, porque se dijo de ellas que quizá muestren el abuso de un menor: ${count}.`,
      'account-without-records': (gap) =>
        `Cuentas del registro de las que nunca se entregó nada: ${gap.count}${list(gap)}.`,
      'account-registered-later': (gap) =>
        `Cuentas que entraron en el registro después de que empezara el periodo: ${gap.count}${list(gap)}. Lo que se retiró allí antes quizá no se entregó.`,
      unregistered: ({ count }) =>
        `Registros del periodo cuya cuenta no está en el registro: ${count}. Se buscó en ellos.`,
      destroyed: ({ count, about }) =>
        `Registros del periodo destruidos legalmente según un calendario de conservación: ${count}${about.length === 2 ? `, del ${about[0]} al ${about[1]}` : ''}. No puede saberse si alguno habría respondido a la solicitud: no queda nada de su contenido, y eso es lo que significa destruir.`,
      'being-destroyed': ({ count }) =>
        `Registros que la búsqueda encontró y que se estaban destruyendo o ya lo estaban: ${count}.`,
      'outages-not-recorded': () =>
        'Este archivo no anota los momentos en que no se podía entregar nada, así que no se nombran aquí.',
      'removed-without-report': () =>
        'Lo que se retiró en una plataforma y nunca se entregó no está en este archivo, y nada aquí puede contarlo.',
    },
    proves: [
      'Que esta búsqueda, exactamente con estas palabras y límites, se hizo en este momento en el índice de este organismo, y encontró este número de registros.',
      'Hasta dónde llegaba entonces el índice, y qué huecos se conocían.',
      'Que este documento no se cambió desde que se firmó con la clave de este organismo.',
    ],
    provesNot: (pictures) => [
      'Que no exista tal registro en otra parte: en el correo, los archivos o los teléfonos del organismo, en las propias plataformas, o en el archivo de otro organismo. Nada de eso se buscó.',
      'Que otras palabras no encontrarían nada.',
      pictures === null
        ? 'Que las palabras no estén en ninguna imagen ni en ningún video: lo que está escrito en ellos no se leyó para esta búsqueda.'
        : `Que las palabras no estén en ninguna imagen ni en ningún video. De las imágenes de este archivo, un programa había leído ${pictures.read} cuando se buscó${pictures.engine === null ? '' : ` (${pictures.engine}; inglés y español)`}; ${pictures.waiting} estaban por leer, ${pictures.failed} no pudieron leerse y ${pictures.never} no las lee nada. Un programa así se equivoca y pasa cosas por alto: escritura a mano, letras ornamentales, otros idiomas. No se leyó ningún video ni ningún PDF.`,
      'Que se entregó todo lo que se retiró.',
    ],
    check:
      'El certificado firmado va adjunto a este PDF como archivo. «holdfast verify» comprueba su firma; la clave es la que firma los recibos de este organismo, y su bitácora la nombra.',
  },
};

export interface CertificateSaid {
  readonly title: string;
  readonly trial: string | null;
  readonly facts: readonly { readonly term: string; readonly value: string }[];
  readonly sections: readonly {
    readonly heading: string;
    readonly facts?: readonly { readonly term: string; readonly value: string }[];
    readonly items?: readonly string[];
    readonly text?: string;
  }[];
}

export const englishProves = (
  index: SearchCertificate['index'],
): Pick<SearchCertificate, 'proves' | 'provesNot'> => ({
  proves: WORDS.en.proves,
  provesNot: WORDS.en.provesNot(picturesIn(index)),
});

export function certificateSaid(paper: SearchCertificate, language: LetterLanguage): CertificateSaid {
  const words = WORDS[language];
  const { terms, heads } = words;
  const { agency, search, set, index, scope } = paper;
  const on = (at: unknown): string =>
    typeof at === 'string' ? momentSaid(at, language, agency.zone) : words.none;
  const days = daysMeant(search.filters, language);
  // A record that was destroyed has a row, and nothing that could be found.
  const inIndex =
    typeof index['records'] === 'number'
      ? index['records'] - (typeof index['destroyed'] === 'number' ? index['destroyed'] : 0)
      : null;
  const orNone = (text: string): string => (text === '' ? words.none : text);
  return {
    title: words.title,
    trial: paper.mode === 'trial' ? words.trial : null,
    facts: [
      { term: terms.agency, value: agency.name },
      { term: terms.request, value: paper.request.tracking },
      { term: terms.issued, value: on(paper.issuedAt) },
    ],
    sections: [
      {
        heading: heads.search,
        facts: [
          { term: terms.searched, value: on(search.at) },
          { term: terms.by, value: search.by },
          { term: terms.words, value: orNone(search.words ?? '') },
          { term: terms.filters, value: orNone(filtersSaid(search.filters, language, agency.zone)) },
          ...(days === null ? [] : [{ term: terms.days, value: days }]),
          { term: terms.found, value: String(search.found) },
          { term: terms.set, value: words.set(set.records, set.notResponsive, set.undecided) },
        ],
      },
      {
        heading: heads.index,
        facts: [
          {
            term: terms.records,
            value: inIndex === null ? words.none : String(inIndex),
          },
          { term: terms.newest, value: on(index['newestRecordAt']) },
        ],
      },
      {
        heading: heads.scope,
        facts: [{ term: terms.platforms, value: orNone(scope.platforms.join(', ')) }],
        items: scope.accounts.map(({ name, platform, registeredOn, records }) =>
          words.account(name, platform, registeredOn, records),
        ),
      },
      { heading: heads.gaps, items: paper.gaps.map((gap) => words.gaps[gap.code](gap)) },
      { heading: heads.proves, items: words.proves },
      { heading: heads.provesNot, items: words.provesNot(picturesIn(index)) },
      { heading: heads.check, text: words.check },
    ],
  };
}
