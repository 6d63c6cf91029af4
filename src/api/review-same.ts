/** The same for others of the set, for the page: which ones, what of them somebody has before them, and what they ticked. */
import { actorOf, type Caller } from '#agency/agency.ts';
import type { reviewPage } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import {
  goingOut,
  likenessOf,
  ownFiles,
  readInSet,
  readReviewable,
  seenAlready,
  undecidedAmong,
  type LooksLike,
  type Other,
  type Review,
  type Reviewable,
} from '#production/production.ts';
import { appendEvent, receiptCode, recordIdOf } from '#record/record.ts';
import type { Form } from './forms.ts';
import { ALL_OF_IT, goingSaid, seenOf } from './review-going.ts';

type Said = Parameters<typeof reviewPage>[1]['same'];

const ALL: Review = { ...ALL_OF_IT, exemption: null, description: null };
const NOBODY: Said = { exact: [], near: [], more: 0 };

/** Beside the first only where somebody asks: each that is shown is a look at it. */
export async function sameSaid(
  at: AgencyTx,
  {
    requestId,
    record,
    alike,
    beside,
    caller,
  }: {
    readonly requestId: string;
    readonly record: Reviewable;
    readonly alike: LooksLike;
    readonly beside: boolean;
    readonly caller: Caller;
  },
): Promise<Said> {
  const ids = [...alike.same, ...alike.nearly.map((one) => one.recordId)];
  const open = await undecidedAmong(at, requestId, ids);
  if (open.length === 0) return NOBODY;
  const acknowledged = goingOut(ALL, record).map(({ name }) => name);
  const exact: Said['exact'][number][] = [];
  const near: Said['near'][number][] = [];
  let more = 0;
  for (const id of open) {
    const other = await readReviewable(at, id);
    const likeness = other.isSealed ? likenessOf(record, other) : null;
    if (likeness === null) continue;
    const going = goingOut(ALL, other);
    const seen = seenAlready(ALL, { from: record, to: other, acknowledged });
    const value = [id, other.factsSeen, other.filesSeen, seenOf(id, going)].join('.');
    const said = { recordId: id, code: receiptCode(id), value };
    // What of its own would go out is looked at, however exactly the rest is the same.
    if (likeness === 'exactly' && seen.length === going.length) exact.push(said);
    else if (beside) {
      await appendEvent(at, id, { type: 'view.opened', actor: actorOf(caller), body: { what: 'record' } });
      const row = await readInSet(at, requestId, id);
      near.push({
        ...said,
        ...differing(textOf(record), textOf(other)),
        author: row?.author ?? null,
        files: ownFiles(record, other),
        going: goingSaid(id, ALL, other).listed,
      });
    } else more += 1;
  }
  return { exact, near, more };
}

const textOf = ({ facts }: Reviewable): string =>
  facts.flatMap(({ fields }) => fields).find(({ pointer }) => pointer === '/data/content/text')?.text ?? '';

type Stretches = Said['near'][number]['here'];

/** What stands at the beginning and at the end of both is of both, by words. */
function differing(one: string, other: string): { readonly here: Stretches; readonly there: Stretches } {
  const [here, there] = [one, other].map((text) => text.split(/(?<=\s)/u)) as [string[], string[]];
  const least = Math.min(here.length, there.length);
  let first = 0;
  while (first < least && here[first]?.trim() === there[first]?.trim()) first += 1;
  let last = 0;
  while (
    last < least - first &&
    here[here.length - 1 - last]?.trim() === there[there.length - 1 - last]?.trim()
  )
    last += 1;
  const stretches = (words: readonly string[]): Stretches =>
    [
      { text: words.slice(0, first).join(''), isOwn: false },
      { text: words.slice(first, words.length - last).join(''), isOwn: true },
      { text: words.slice(words.length - last).join(''), isOwn: false },
    ].filter(({ text }) => text !== '');
  return { here: stretches(here), there: stretches(there) };
}

/** What was ticked. Of what goes out with a release they saw what the page named; of anything else, what goes out with the first. */
export async function othersIn(at: AgencyTx, form: Form, review: Review): Promise<Other[]> {
  const twins = form.one('twins') === 'yes' ? form.all('twin') : [];
  const others: Other[] = [];
  for (const [value, compared] of [
    ...twins.map((one) => [one, false] as const),
    ...form.all('with').map((one) => [one, true] as const),
  ]) {
    const [, id = '', facts = '', files = '', seen = ''] =
      /^([0-9a-f-]{36})\.(\d{1,7})\.(\d{1,7})\.([0-9a-f]{32})$/.exec(value) ?? [];
    const recordId = recordIdOf(id);
    if (recordId === null)
      throw new ArchiveError('review-invalid', 'This form is not as the page made it. Open the page again.', {
        retry: 'never',
      });
    const going = goingOut(ALL, await readReviewable(at, recordId));
    others.push({
      recordId,
      compared,
      after: 0,
      seen: { facts: Number(facts), files: Number(files) },
      acknowledged:
        review.answer !== 'release'
          ? null
          : seen === seenOf(recordId, going)
            ? going.map(({ name }) => name)
            : [],
    });
  }
  return others;
}
