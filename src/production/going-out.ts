/**
 * What goes out with a decision and may have been forgotten: what a pattern suggested and nobody withheld, what is no content of anybody's post, and
 * files in which words stand that are withheld beside them. Pure. Whoever decides names each of them (`acknowledged`), or nothing is kept;
 * where there is none, nothing is asked.
 *
 * Of a text of which a person marked a part, the other marks were before them, and are not asked for again.
 */
import type { ToReview } from './review.ts';
import type { Review, ReviewField, ReviewFile } from './review-shape.ts';
import { suggest, type Suggestion } from './suggest.ts';

/** `name`: as whoever decides names it. */
export type Going = { readonly name: string } & (
  | {
      readonly what: 'suggested';
      readonly fact: number;
      readonly pointer: string;
      readonly suggestion: Suggestion;
    }
  | { readonly what: 'field'; readonly fact: number; readonly pointer: string }
  | {
      readonly what: 'file';
      readonly file: number;
      readonly role: string;
      readonly why: 'withheld-in-it' | 'more-than-content';
    }
);

/** As migration 0053 has it. */
const NO_CONTENT: readonly string[] = [
  '/data/author/email/value',
  '/data/author/ip/value',
  '/data/author/nativeId/value',
  '/data/author/note',
  '/data/action/statement',
  '/data/action/actor/name',
  '/data/notes',
];
/** Fields that have a place of their own on the page of a platform. */
const ON_THE_PAGE = /^\/data\/content\/|^\/data\/author\/(?:displayName|handle|nativeId|profileUrl)\//;
/** With all words of the report in them, or with words that nobody here has read. */
const WHOLE: readonly string[] = ['raw-payload', 'email-original', 'import-file'];
/** Drawn of what it says and who wrote it. */
const RENDERING = 'rendering';
const OF_THE_PAGE: readonly string[] = [
  'screenshot-viewport',
  'screenshot-fullpage',
  'screenshot-element',
  'second-look-picture',
  'page-text',
  'mhtml',
  'warc',
  'wacz',
  'dom-html',
  'pdf',
];
/** What came from somewhere else and is nobody's post. */
const CAME_WHOLE: readonly string[] = ['email-original', 'import-file'];

export function goingOut(review: Pick<Review, 'answer' | 'fields' | 'files'>, record: ToReview): Going[] {
  if (review.answer !== 'release' && review.answer !== 'part') return [];
  const { fields, files } = review;
  const fieldIs = (fact: number, pointer: string): ReviewField['decision'] =>
    review.answer === 'release'
      ? 'release'
      : (fields?.find((one) => one.fact === fact && one.pointer === pointer)?.decision ?? 'withhold');
  const fileOf = (n: number) => files?.find((one) => one.file === n);
  const fileIs = (n: number): ReviewFile['decision'] =>
    review.answer === 'release' ? 'release' : (fileOf(n)?.decision ?? 'withhold');
  // Drawn anew without a box, all of it is seen.
  const isClosed = (n: number): boolean =>
    fileIs(n) === 'withhold' || (fileIs(n) === 'part' && (fileOf(n)?.boxes?.length ?? 0) > 0);
  const ofFields = record.facts.flatMap(({ n, fields: all }) =>
    all.flatMap(({ pointer, text }): Going[] => {
      if (fieldIs(n, pointer) !== 'release') return [];
      if (NO_CONTENT.includes(pointer))
        return [{ name: `field:${n}${pointer}`, what: 'field', fact: n, pointer }];
      return suggest(text).map((suggestion) => ({
        name: `suggested:${n}${pointer}:${suggestion.start}-${suggestion.end}:${suggestion.kind}`,
        what: 'suggested',
        fact: n,
        pointer,
        suggestion,
      }));
    }),
  );
  const closed = record.facts.flatMap(({ n, fields: all }) =>
    all.flatMap(({ pointer }) => (fieldIs(n, pointer) === 'release' ? [] : [pointer])),
  );
  const carries = carriersOf(
    closed,
    record.files.filter(({ n }) => isClosed(n)),
  );
  const ofFiles = record.files.flatMap((file): Going[] => {
    if (fileIs(file.n) !== 'release') return [];
    const named = (why: 'withheld-in-it' | 'more-than-content'): Going[] => [
      { name: `file:${file.n}`, what: 'file', file: file.n, role: file.role, why },
    ];
    if (carries(file)) return named('withheld-in-it');
    const saysMore = file.role === 'raw-payload' && record.facts.some((fact) => saysMoreThanContent(fact));
    return saysMore || CAME_WHOLE.includes(file.role) ? named('more-than-content') : [];
  });
  return [...ofFields, ...ofFiles];
}

type File = ToReview['files'][number];

/** Whether a file shows what is withheld beside it: words of fields that are closed, or a picture that is closed. */
export function carriersOf(
  closedPointers: readonly string[],
  closedFiles: readonly File[],
): (file: File) => boolean {
  const onThePage = closedPointers.some((pointer) => ON_THE_PAGE.test(pointer));
  const pictured = closedFiles.some(({ isPicture, role }) => isPicture && role !== RENDERING);
  return ({ role, isPicture }) =>
    (closedPointers.length > 0 && WHOLE.includes(role)) ||
    (onThePage && (isPicture || role === RENDERING || OF_THE_PAGE.includes(role))) ||
    (pictured && OF_THE_PAGE.includes(role));
}

/** Members that only the report as it came would show. The intake takes none that it does not know, so what is not among these is content, or says when. */
function saysMoreThanContent({ body, fields }: ToReview['facts'][number]): boolean {
  const { data = {} } = body as {
    readonly data?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
  const captures: unknown = data['captures'];
  const device = Array.isArray(captures)
    ? (captures as readonly object[]).some((one) => 'userAgent' in one || 'deviceZone' in one)
    : false;
  const filled = (value: unknown): boolean =>
    Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null;
  return (
    fields.some(({ pointer }) => NO_CONTENT.includes(pointer)) ||
    device ||
    [
      data['author']?.['email'],
      data['author']?.['ip'],
      data['action']?.['actor'],
      data['content']?.['versions'],
      data['related'],
      data['sensitivity'],
    ].some(filled)
  );
}
