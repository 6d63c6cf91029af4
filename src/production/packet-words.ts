/** What the papers of a production say in words, and tables that a spreadsheet cannot be made to run. Pure. */
import type { Citation } from './exemptions.ts';
import type { LogLine } from './decisions.ts';
import type { ReviewedRecord } from './reviewed.ts';

/** By the end of its pointer; each is a text that the record commits to (seal/FORMAT.md). */
const FIELDS: Readonly<Record<string, string>> = {
  '/data/content/text': 'Text',
  '/data/content/html': 'Text as HTML',
  '/data/content/permalink': 'Address of the post',
  '/data/content/parent/excerpt': 'What it answers (excerpt)',
  '/data/author/displayName/value': 'Name of the author, as shown',
  '/data/author/handle/value': 'User name of the author',
  '/data/author/nativeId/value': 'Number of the author on the platform',
  '/data/author/profileUrl/value': 'Address of the author’s profile',
  '/data/author/email/value': 'E-mail address of the author',
  '/data/author/ip/value': 'IP address of the author',
  '/data/author/note': 'Note about the author',
  '/data/action/statement': 'Why it was removed',
  '/data/action/actor/name': 'Who removed it',
  '/data/notes': 'Notes',
};

export const fieldName = (pointer: string): string => FIELDS[pointer] ?? pointer;

/** On each page, and wherever it may be laid before somebody. */
export const TRIAL = 'TRIAL: not for official records';

export const MARKS: Readonly<Record<Citation['mark'], string>> = {
  verified: 'read in the statute',
  secondary: 'read in a copy of the statute, not verified',
  summary: 'read in a summary only, not verified',
  'number-not-verified': 'number of the subdivision not verified',
  'heading-only': 'only its heading was read',
};

/** A citation never stands without how well it was read. */
export function citationSaid(citation: Citation): string {
  const { cite, title, otherLaw } = citation;
  return [
    `${cite} RSMo (${title})`,
    ...(otherLaw === null ? [] : [`under: ${otherLaw}`]),
    markSaid(citation),
  ].join('; ');
}

/** Whoever confirmed a number has not read the text for us: both stand. */
const markSaid = ({ mark, numberConfirmedBy }: Citation): string =>
  [MARKS[mark], ...(numberConfirmedBy === null ? [] : [`number confirmed by ${numberConfirmedBy}`])].join(
    '; ',
  );

/** 610.024. Null: whoever withheld it says that a description would reveal it. */
const descriptionSaid = (description: string | null): string =>
  description ?? 'Not described: a description would reveal what is withheld';

const WHAT: Readonly<Record<LogLine['what'], (where: string) => string>> = {
  record: () => 'The whole record',
  field: (where) => `${fieldName(where.replace(/^\d+/, ''))} (whole)`,
  passage: (where) => `${fieldName(where.replace(/^\d+/, ''))} (a passage)`,
  file: (where) => `File ${where} (whole)`,
  box: (where) => `Picture, file ${where} (a part)`,
  beside: (where) => `Picture, file ${where} (what stands beside its pixels)`,
};

export interface ExemptionRow {
  readonly record: string;
  readonly what: string;
  readonly citation: Citation;
  readonly description: string;
}

/** Of what is withheld as a whole nothing is said but that, under which law, and in general terms. */
export function exemptionRows(record: ReviewedRecord, withheldBefore: number): readonly ExemptionRow[] {
  return record.log.map(({ what, where, citation, description }) => ({
    record: record.answer === 'withhold' ? `withheld ${withheldBefore + 1}` : `${record.n}`,
    what: WHAT[what](where),
    citation,
    description: descriptionSaid(description),
  }));
}

export const EXEMPTION_HEAD = [
  'record',
  'what',
  'provision',
  'title',
  'how_it_was_read',
  'other_law',
  'description',
  'statement_security_610.021',
  'statement_outweighs_610.021',
] as const;

export function exemptionCells({ record, what, citation, description }: ExemptionRow): readonly string[] {
  const { cite, title, otherLaw, writtenStatement } = citation;
  return [
    record,
    what,
    `${cite} RSMo`,
    title,
    markSaid(citation),
    otherLaw ?? '',
    description,
    writtenStatement?.impairsSecurity ?? '',
    writtenStatement?.outweighsDisclosure ?? '',
  ];
}

export const RECORD_HEAD = [
  'n',
  'bates_first',
  'bates_last',
  'record',
  'received_utc',
  'released',
  'field',
  'text',
  'files',
] as const;

/**
 * One line, RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe: what somebody posted must not run where
 * it is opened. VERIFY.md says so; the papers have each text letter by letter.
 */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => `"${(/^[\s']*[=+\-@|%\t\r\uFF1D\uFF0B\uFF0D\uFF20]/u.test(cell) ? `'${cell}` : cell).replaceAll('"', '""')}"`).join(',')}\r\n`;
}
