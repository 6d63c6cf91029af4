/**
 * What a second look says about the present removal, in words for people. It is a witness, and never evidence of the content:
 * nothing here is asked when it is decided whether removing is safe. Pure.
 */
import type { AskedFact } from './asked.ts';
import type { OwedStep, RecordRow, SecondLookView } from './views.ts';

export interface SecondLookSaid {
  /** `awaited`: the page has not been looked at again yet. */
  readonly answer: SecondLookView['answer'] | 'awaited';
  /** When it was looked at, by the archive's own clock; null: not yet. */
  readonly at: string | null;
  readonly outcome: string | null;
  readonly sentence: string;
}

interface Confirmed {
  readonly first: number;
  readonly last: number;
}

/** What the present removal was confirmed by, first and last; null: it is not, or was undone or begun anew since. */
export function confirmedBy(
  facts: readonly Pick<AskedFact, 'n' | 'type' | 'confirms' | 'done'>[],
): Confirmed | null {
  return facts.reduce<Confirmed | null>((confirmed, { n, type, confirms, done }) => {
    if (type === 'removal.action-reversed.v1') return null;
    if (type !== 'removal.action-recorded.v1') return confirmed;
    // Done, and not said of what was done before: another removal, as in `asked.ts`.
    if (!confirms) return done ? { first: n, last: n } : null;
    return { first: confirmed?.first ?? n, last: n };
  }, null);
}

const AS_WHOM = 'The archive looks as a visitor without an account.';
const NOT_BEFORE = 'The archive has no earlier capture of this page that shows it, so this says little.';

const BECAUSE: Readonly<Record<string, string>> = {
  wall: 'the page asked for a sign-in, or did not let a visitor in',
  empty: 'the page did not show itself to a visitor',
  blocked: 'the page could not be opened from here',
  timeout: 'the page did not finish in time',
  covered: 'something lay over the place where it was looked for',
  'not-seen-whole': 'the page did not show all of itself',
  'nothing-to-tell-by': 'the report names nothing by which it could be told from other content',
  'only-its-place':
    'its place is still on the page, and the report has no words by which to tell what stands there now',
  'browser-missing': 'no browser could be started',
  'browser-crashed': 'the browser broke down',
};

/** Null: the removal is not confirmed, or its page is not looked at again. */
export function secondLookSaid(record: {
  readonly removal: RecordRow['removal'];
  readonly facts: Parameters<typeof confirmedBy>[0];
  /** The newest. */
  readonly secondLook: SecondLookView | null;
  readonly owed: readonly OwedStep[];
  /** When the capture for this removal saw what is looked for; null: it did not. */
  readonly foundAt: string | null;
}): SecondLookSaid | null {
  const confirmed = record.removal === 'confirmed' ? confirmedBy(record.facts) : null;
  if (confirmed === null) return null;
  const look = record.secondLook;
  // Whoever confirms once more, after something was still seen, has asked anew.
  const owed = record.owed.some(({ step, parked }) => step === 'look-again' && !parked);
  if (owed && (look === null || look.factN < confirmed.last))
    return {
      answer: 'awaited',
      at: null,
      outcome: null,
      sentence: 'The page is looked at once more, shortly.',
    };
  // One of an earlier removal says nothing about this one.
  if (look === null || look.factN < confirmed.first) return null;
  return {
    answer: look.answer,
    at: look.lookedAt,
    outcome: look.outcome,
    sentence: `${finding(look, record.foundAt)} ${AS_WHOM}`,
  };
}

/** In the past tense: it is read for years, and was true at its time. */
function finding({ answer, because, lookedAt }: SecondLookView, foundAt: string | null): string {
  switch (answer) {
    case 'there':
      return 'The content was still to be seen by the public then. Check that it was really removed.';
    case 'not-there':
      // What was captured only after the look was there when it looked, and it did not see it.
      return foundAt !== null && Date.parse(foundAt) < Date.parse(lookedAt)
        ? 'The content was no longer to be seen by the public on its page.'
        : `The content was not to be seen on its page. ${NOT_BEFORE}`;
    case 'unknown':
      return `Whether the content was still to be seen could not be told: ${BECAUSE[because ?? ''] ?? 'it is not clear why'}.`;
  }
}
