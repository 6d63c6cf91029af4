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
    return confirms || done ? { first: confirmed?.first ?? n, last: n } : null;
  }, null);
}

const AS_WHOM = 'The archive looks as a visitor without an account.';
const NOT_BEFORE = 'The archive has no capture of this page that shows it, so this says little.';

const BECAUSE: Readonly<Record<string, string>> = {
  wall: 'the page asked for a sign-in',
  empty: 'the page came up empty',
  blocked: 'the page could not be opened from here',
  timeout: 'the page did not finish in time',
  covered: 'something lay over the place where it was looked for',
  'not-seen-whole': 'the page did not show all of itself',
  'nothing-to-tell-by': 'the report names nothing by which it could be told from other content',
  'browser-missing': 'no browser could be started',
  'browser-crashed': 'the browser broke down each time',
};

/** Null: the removal is not confirmed, or its page is not looked at again. */
export function secondLookSaid(record: {
  readonly removal: RecordRow['removal'];
  readonly facts: Parameters<typeof confirmedBy>[0];
  /** The newest. */
  readonly secondLook: SecondLookView | null;
  readonly owed: readonly OwedStep[];
  /** The capture for this removal found what is looked for. */
  readonly foundBefore: boolean;
}): SecondLookSaid | null {
  const confirmed = record.removal === 'confirmed' ? confirmedBy(record.facts) : null;
  if (confirmed === null) return null;
  const look = record.secondLook;
  // One of an earlier removal says nothing about this one.
  if (look === null || look.factN < confirmed.first)
    return record.owed.some(({ step, parked }) => step === 'look-again' && !parked)
      ? { answer: 'awaited', at: null, outcome: null, sentence: 'The page is looked at once more, shortly.' }
      : null;
  return {
    answer: look.answer,
    at: look.lookedAt,
    outcome: look.outcome,
    sentence: `${finding(look, record.foundBefore)} ${AS_WHOM}`,
  };
}

function finding({ answer, because }: SecondLookView, foundBefore: boolean): string {
  switch (answer) {
    case 'there':
      return 'The content is still to be seen by the public. Check that it was really removed.';
    case 'not-there':
      return foundBefore
        ? 'The content is no longer to be seen by the public on its page.'
        : `The content was not to be seen on its page. ${NOT_BEFORE}`;
    case 'unknown':
      return `Whether the content is still to be seen could not be told: ${BECAUSE[because ?? ''] ?? 'it is not clear why'}.`;
  }
}
