/** The form of a decision, read: from what somebody chose, marked and typed to what is kept. Pure; judged by `reviewProblems` afterwards. */
import { ArchiveError } from '#errors.ts';
import { carriersOf, type Citable, type Reviewable, type ReviewSaid } from '#production/production.ts';
import { linesOf } from './administration.ts';
import type { Form } from './forms.ts';

type Said = NonNullable<ReviewSaid['exemption']>;
type Part = 'release' | 'withhold' | 'part';

const ANSWERS = ['release', 'withhold', 'part', 'not-responsive'] as const;
const PARTS: readonly Part[] = ['release', 'withhold', 'part'];

const invalid = (sentence: string): ArchiveError =>
  new ArchiveError('review-invalid', sentence, { retry: 'never' });

/** `citable`: what can be cited today, each with what it needs. */
export function decisionOf(form: Form, record: Reviewable, citable: readonly Citable[]): ReviewSaid {
  const answer = ANSWERS.find((one) => one === form.one('answer'));
  if (answer === undefined)
    throw invalid(
      'Choose what is to be done with this record: release it, part of it, withhold it, or say that it does not answer.',
    );
  const nothing = { exemption: null, description: null, fields: null, files: null };
  if (answer === 'release' || answer === 'not-responsive') return { ...nothing, answer };
  const description = descriptionOf(form);
  if (answer === 'withhold')
    return { ...nothing, answer, exemption: exemptionOf(form, ['exemption', 'also'], citable), description };
  /** Of a field or a file: its own, or those that were chosen for all. */
  const under = (id: string): { exemption: Said; description: string | null } => ({
    exemption: exemptionOf(
      form,
      form.one(`e${id}`) === '' ? ['exemption', 'also'] : [`e${id}`, `a${id}`],
      citable,
    ),
    description,
  });
  const rest = form.one('rest');
  const decided = (name: string, isMarked: boolean): Part | null => {
    const said = PARTS.find((one) => one === form.one(name));
    if (said !== undefined) return said;
    if (isMarked) return 'part';
    return rest === 'release' || rest === 'withhold' ? rest : null;
  };
  const fields = record.facts.flatMap(({ n, fields: of }) =>
    of.flatMap(({ pointer, text }, i): NonNullable<ReviewSaid['fields']> => {
      const spans = spansOf(form, `${n}-${i}`, text);
      const decision = decided(`d-${n}-${i}`, spans.length > 0);
      const about = { fact: n, pointer };
      if (decision === null) return [];
      if (decision === 'release') return [{ ...about, decision }];
      if (decision === 'withhold') return [{ ...about, decision, ...under(`-${n}-${i}`) }];
      return [{ ...about, decision, passages: spans.map((span) => ({ ...span, ...under(`-${n}-${i}`) })) }];
    }),
  );
  const chosen = (n: number): string => form.one(`df-${n}`);
  const closed = fields.filter(({ decision }) => decision !== 'release');
  const carries = carriersOf(
    closed.map(({ pointer }) => pointer),
    record.files.filter(
      ({ n }) =>
        ['part', 'withhold'].includes(chosen(n)) || (chosen(n) === '' && boxesOf(form, n).length > 0),
    ),
  );
  /** For the same reason as what is withheld in it. */
  const like = (n: number): { exemption: Said; description: string | null } => {
    const first = closed.flatMap(({ exemption, passages }) => exemption ?? passages?.[0]?.exemption ?? [])[0];
    return form.one(`ef-${n}`) === '' && form.one('exemption') === '' && first !== undefined
      ? { exemption: first, description }
      : under(`f-${n}`);
  };
  const files = record.files.flatMap((file): NonNullable<ReviewSaid['files']> => {
    const { n } = file;
    const boxes = boxesOf(form, n);
    const said = decided(`df-${n}`, boxes.length > 0 || form.one(`r-${n}`) === 'yes');
    // What has withheld words in it goes out only where somebody says so of this very file.
    const isForgotten = said === 'release' && chosen(n) === '' && carries(file);
    const decision = isForgotten ? 'withhold' : said;
    if (decision === null) return [];
    if (decision === 'release') return [{ file: n, decision }];
    if (decision === 'withhold') return [{ file: n, decision, ...like(n) }];
    const beside = form.one(`r-${n}`) === 'yes' ? { beside: under(`f-${n}`) } : {};
    return [{ file: n, decision, boxes: boxes.map((box) => ({ ...box, ...under(`f-${n}`) })), ...beside }];
  });
  return { ...nothing, answer, fields, files };
}

function descriptionOf(form: Form): string | null {
  const said = form.one('description').trim();
  const reveals = form.one('reveals') === 'yes';
  if (said === '' && !reveals)
    throw invalid(
      'Describe in general terms what is withheld (610.024), or say that a description would reveal it.',
    );
  if (said !== '' && reveals)
    throw invalid('Either describe what is withheld, or say that a description would reveal it; not both.');
  return said === '' ? null : said;
}

/** By the field of the first, and by that of the others. */
function exemptionOf(
  form: Form,
  [first, others]: readonly [string, string],
  citable: readonly Citable[],
): Said {
  const also = form
    .all(others)
    .filter((key) => key !== '')
    .map((key) => provisionOf(form, key, citable));
  return { ...provisionOf(form, form.one(first), citable), ...(also.length === 0 ? {} : { also }) };
}

/** With what it needs, and with nothing that it does not ask for. */
function provisionOf(form: Form, key: string, citable: readonly Citable[]): Omit<Said, 'also'> {
  const found = citable.find((one) => one.key === key);
  if (found === undefined)
    throw invalid('Nothing is withheld without the provision that closes it. Choose an exemption.');
  const { needs } = found;
  return {
    key,
    ...(needs.includes('written-statement')
      ? {
          writtenStatement: {
            impairsSecurity: linesOf(form.one('impairs')),
            outweighsDisclosure: linesOf(form.one('outweighs')),
          },
        }
      : {}),
    ...(needs.includes('other-law') ? { otherLaw: form.one('otherlaw') } : {}),
    ...(needs.includes('number-confirmed') ? { numberConfirmedBy: form.one('confirmedby') } : {}),
  };
}

/** What was marked, as “from-up to”, and each place in which words that were typed stand. */
function spansOf(form: Form, name: string, text: string): { start: number; end: number }[] {
  const marked = form.all(`s-${name}`).map((said) => {
    const [, start = '', end = ''] = /^(\d{1,9})-(\d{1,9})$/.exec(said) ?? [];
    if (end === '') throw invalid('A mark of this form is not as the page made it. Open the page again.');
    return { start: Number(start), end: Number(end) };
  });
  const typed = linesOf(form.one(`w-${name}`))
    .split('\n')
    .filter((words) => words.trim() !== '')
    .flatMap((words) => {
      const found = placesOf(text, words);
      if (found.length === 0)
        throw invalid(
          `“${words}” does not stand in this text. Type it as it stands there, letter for letter.`,
        );
      return found;
    });
  const once = new Map([...marked, ...typed].map((span) => [`${span.start}-${span.end}`, span]));
  return [...once.values()].toSorted((a, b) => a.start - b.start || a.end - b.end);
}

function placesOf(text: string, words: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  for (let at = text.indexOf(words); at !== -1; at = text.indexOf(words, at + words.length))
    found.push({ start: at, end: at + words.length });
  return found;
}

/** A box on each line: left, top, width, height. */
function boxesOf(form: Form, n: number): { x: number; y: number; width: number; height: number }[] {
  return linesOf(form.one(`b-${n}`))
    .split('\n')
    .filter((one) => one.trim() !== '')
    .map((one) => {
      const numbers = /^\s*(\d{1,6})[\s,;]+(\d{1,6})[\s,;]+(\d{1,6})[\s,;]+(\d{1,6})\s*$/.exec(one);
      if (numbers === null)
        throw invalid(
          `“${one}” is no box of file ${n}. Expected four numbers on a line: left, top, width, height, in pixels.`,
        );
      const [x = 0, y = 0, width = 0, height = 0] = numbers.slice(1).map(Number);
      return { x, y, width, height };
    });
}
