/**
 * What a person decides about one record of a request, and what is wrong with it. Pure.
 *
 * A decision is kept as it was made, in the table `review` (migration 0047): a citation as `CitationInput` has it, so that it is judged again by
 * `cite` when something is made of it. In part means that each text field and each file has a decision of its own: what nobody said is not
 * released, and a record to which something came since is looked at again (`facts_seen`, `files_seen`).
 */
import type { TextField } from '#commitment.ts';
import { ArchiveError } from '#errors.ts';
import { cite, type Citation } from './exemptions.ts';
import { openFinder } from './folded.ts';
import type { Box } from './pictures.ts';
import {
  provisionsOf,
  type ExemptionKept,
  type Review,
  type ReviewField,
  type ReviewFile,
} from './review-shape.ts';
import { redactText, wholeOf, type Passage } from './text.ts';

export type { Review } from './review-shape.ts';

/** What there is to decide about. */
export interface ToReview {
  /** Somebody reported that it may show a child being abused. */
  readonly neverLeaves?: boolean;
  readonly facts: readonly {
    readonly n: number;
    readonly fields: readonly TextField[];
    /** As it is kept. */
    readonly body: Readonly<Record<string, unknown>>;
  }[];
  readonly files: readonly {
    readonly n: number;
    readonly role: string;
    /** By its type, whether it opens here or not. */
    readonly isPicture: boolean;
    /** As somebody sees it; null: it is no picture, or nobody could tell how large it is, and no box is drawn on it. */
    readonly picture: { readonly width: number; readonly height: number } | null;
  }[];
}

export const NEVER_LEAVES =
  'Somebody reported that this record may show a child being sexually abused, so nothing of it leaves, not even a part. Withhold all of it under the provision that closes it, or say that it does not answer the request; whether it is what was reported is for the police.';

/** Sentences, each of what was expected. None: it can be kept. */
export function reviewProblems(review: Review, record: ToReview): string[] {
  const problems: string[] = [];
  const cited: Citation[] = [];
  const judge = (what: string, work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error;
      problems.push(`${what}: ${error.message}`);
    }
  };
  const { answer, exemption, description: said, fields, files } = review;
  if (record.neverLeaves === true && (answer === 'release' || answer === 'part')) problems.push(NEVER_LEAVES);
  if ((exemption !== null) !== (answer === 'withhold'))
    problems.push(
      answer === 'withhold'
        ? 'Nothing is withheld without the provision that closes it. Choose an exemption.'
        : 'An exemption stands with what is withheld as a whole. With “part”, each passage, field, file and box has its own.',
    );
  if (said !== null && answer !== 'withhold')
    problems.push('A description stands with what is withheld. Leave it out.');
  if ((fields !== null && files !== null) !== (answer === 'part') || (fields === null) !== (files === null))
    problems.push(
      answer === 'part'
        ? 'In part means that each field and each file has a decision. Give both lists.'
        : 'Decisions about fields and files stand with “part”. Leave them out.',
    );
  if (answer === 'withhold' && exemption !== null) {
    judge('The exemption', () => cited.push(...citationsOf(exemption)));
    const texts = record.facts.flatMap((fact) => fact.fields.map(({ text }) => text));
    judge('The description', () => describesGenerally(said, texts));
  }
  if (answer === 'part' && fields !== null && files !== null) {
    if ([...fields, ...files].every(({ decision }) => decision === 'release'))
      problems.push('Everything is released here. Say “release”.');
    problems.push(...missing(fields, files, record));
    for (const field of fields) {
      const text = textOf(record, field);
      if (text !== null)
        judge(`${field.pointer} of fact ${field.fact}`, () => checkField(field, text, cited));
    }
    for (const file of files) {
      const known = record.files.find(({ n }) => n === file.file);
      if (known !== undefined) judge(`File ${file.file}`, () => checkFile(file, known.picture, cited));
    }
  }
  problems.push(...statedTwice(cited));
  return [...new Set(problems)];
}

function missing(fields: readonly ReviewField[], files: readonly ReviewFile[], record: ToReview): string[] {
  const wanted = [
    ...record.facts.flatMap(({ n, fields: of }) => of.map(({ pointer }) => `${pointer} of fact ${n}`)),
    ...record.files.map(({ n }) => `file ${n}`),
  ];
  const given = [
    ...fields.map(({ fact, pointer }) => `${pointer} of fact ${fact}`),
    ...files.map(({ file }) => `file ${file}`),
  ];
  return [
    ...wanted
      .filter((one) => given.filter((other) => other === one).length !== 1)
      .map(
        (one) =>
          `There is no decision about ${one}, or more than one. Decide once: release, part, or withhold.`,
      ),
    ...given
      .filter((one) => !wanted.includes(one))
      .map((one) => `A decision is about ${one}, which this record does not have.`),
  ];
}

const textOf = (record: ToReview, { fact, pointer }: ReviewField): string | null =>
  record.facts.find(({ n }) => n === fact)?.fields.find((one) => one.pointer === pointer)?.text ?? null;

function checkField(field: ReviewField, text: string, cited: Citation[]): void {
  checkWhole(field, 'passages', field.passages, cited);
  if (field.decision === 'withhold' && field.exemption !== undefined && text !== '' && text.isWellFormed())
    redactText(
      text,
      citationsOf(field.exemption).map((citation) => wholeOf(text, citation, field.description ?? null)),
    );
  if (field.decision !== 'part') return;
  const passages = (field.passages ?? []).flatMap(({ exemption, ...one }): Passage[] => {
    const citations = citationsOf(exemption);
    cited.push(...citations);
    return citations.map((citation) => ({ ...one, citation }));
  });
  const { pieces } = redactText(text, passages);
  if (pieces.every((piece) => !('kept' in piece)))
    throw refused('Nothing is left of it. Withhold the field as a whole.');
}

function checkFile(file: ReviewFile, picture: ToReview['files'][number]['picture'], cited: Citation[]): void {
  const { boxes = [], beside } = file;
  checkWhole(file, 'boxes', [...boxes, ...(beside === undefined ? [] : [beside])], cited);
  if (file.decision !== 'part') return;
  if (picture === null)
    throw refused(
      'No box can be drawn on it: it is no picture that opens here. Release it, or withhold it as a whole.',
    );
  // A picture of a telephone may be stored lying down and shown upright: whoever burns it knows which, and asks again.
  const fits = ({ x, y, width, height }: Box, across: number, down: number): boolean =>
    width > 0 && height > 0 && x + width <= across && y + height <= down;
  if (beside !== undefined) cited.push(...citationsOf(beside.exemption));
  for (const { exemption, ...box } of boxes) {
    const { x, y, width, height } = box;
    if (!fits(box, picture.width, picture.height) && !fits(box, picture.height, picture.width))
      throw refused(
        `A box of ${width} by ${height} at ${x}, ${y} does not lie in the picture. Expected boxes within ${picture.width} by ${picture.height}, none of them empty.`,
      );
    cited.push(...citationsOf(exemption));
  }
}

function checkWhole(
  one: ReviewField | ReviewFile,
  name: 'passages' | 'boxes',
  list: readonly unknown[] | undefined,
  cited: Citation[],
): void {
  const isWhole = one.decision === 'withhold';
  if ((one.exemption !== undefined) !== isWhole || (one.description !== undefined) !== isWhole)
    throw refused(
      isWhole
        ? 'What is withheld has an exemption, and a description or null for one that would reveal it.'
        : 'An exemption and a description of the whole stand with “withhold” alone.',
    );
  if ((list?.length ?? 0) > 0 !== (one.decision === 'part'))
    throw refused(
      one.decision === 'part'
        ? `In part means that at least one of its ${name} is withheld. Name them, or release it.`
        : `Its ${name} stand with “part” alone.`,
    );
  if (one.exemption !== undefined) cited.push(...citationsOf(one.exemption));
}

function citationsOf(exemption: ExemptionKept): readonly Citation[] {
  const citations = provisionsOf(exemption).map((one) => cite(one));
  if (new Set(citations.map(({ key }) => key)).size < citations.length)
    throw refused('A provision is cited twice for the same. Cite each once.');
  return citations;
}

/** Of a whole record: not in its own words. */
function describesGenerally(said: string | null, texts: readonly string[]): void {
  if (said === null) return;
  const finder = openFinder(texts.filter((text) => text.trim() !== '').map((text) => ({ item: '', text })));
  if (!/\p{L}/u.test(said) || finder.find(said).length > 0)
    throw refused(
      'Say it in more general terms than the record does, or that a description would reveal it.',
    );
}

/** The papers that leave cite each provision once for a record. */
function statedTwice(cited: readonly Citation[]): string[] {
  const first = new Map<string, Citation>();
  const problems: string[] = [];
  for (const citation of cited) {
    const before = first.get(citation.key);
    if (before === undefined) first.set(citation.key, citation);
    else if (JSON.stringify(before) !== JSON.stringify(citation))
      problems.push(
        `${citation.cite} is cited twice in one record with different statements. State it once.`,
      );
  }
  return problems;
}

function refused(sentence: string): ArchiveError {
  return new ArchiveError('redaction-refused', sentence, { retry: 'never' });
}
