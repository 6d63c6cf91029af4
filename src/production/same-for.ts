/**
 * One decision for several records that say the same: what was decided about the first as it is about another. Pure; each becomes a decision of its
 * own. Exactly the same: the content letter for letter, and no file beside what the archive made that is not the other's byte for byte. What
 * only nearly says the same, or has pictures of its own, was looked at beside it.
 */
import { alikeIn } from './alike.ts';
import { goingOut } from './going-out.ts';
import { sha256Hex } from '#commitment.ts';
import type { Reviewable } from './review-queries.ts';
import type { Review, ReviewField, ReviewFile } from './review-shape.ts';

/** What the archive made itself of the report, or says about it. */
const MADE_HERE: readonly string[] = ['raw-payload', 'rendering', 'capture-report', 'second-look-report'];

const CONTENT = /^\/data\/content\/(?!permalink$)/;

export type Likeness = 'exactly' | 'nearly';

/** Null: neither. */
export function likenessOf(one: Reviewable, other: Reviewable): Likeness | null {
  const contentOf = ({ facts }: Reviewable): string =>
    JSON.stringify(facts.map(({ fields }) => fields.filter(({ pointer }) => CONTENT.test(pointer))));
  const ownOf = ({ files }: Reviewable): string =>
    JSON.stringify(
      files.flatMap(({ role, sha256 }) => (MADE_HERE.includes(role) ? [] : [sha256])).toSorted(),
    );
  const isSomething = ({ facts, files }: Reviewable): boolean =>
    facts.some(({ fields }) => fields.some(({ pointer, text }) => CONTENT.test(pointer) && text !== '')) ||
    files.some(({ role }) => !MADE_HERE.includes(role));
  if (isSomething(one) && contentOf(one) === contentOf(other) && ownOf(one) === ownOf(other))
    return 'exactly';
  const like = alikeIn([alikeOf('one', one), alikeOf('other', other)], ['one']).get('one');
  return like !== undefined && like.same.length + like.nearly.length > 0 ? 'nearly' : null;
}

/** As `readAlike` compares them. */
function alikeOf(recordId: string, { facts, files }: Reviewable) {
  const text =
    facts.flatMap(({ fields }) => fields).find(({ pointer }) => pointer === '/data/content/text')?.text ??
    null;
  return {
    recordId,
    text,
    textSha256: text === null ? null : sha256Hex(text),
    pictures: files
      .filter(({ isPicture, isHandedIn }) => isPicture && isHandedIn)
      .map(({ sha256 }) => sha256)
      .toSorted(),
  };
}

/** Files of the other that the first does not have, and that somebody would look at. */
export const ownFiles = (from: Reviewable, to: Reviewable): number =>
  to.files.filter(
    ({ role, sha256 }) =>
      !MADE_HERE.includes(role) && !from.files.some((one) => one.sha256 === sha256 && one.role === role),
  ).length;

/** Null: the other has something about which nothing was decided, or that says something else. */
export function sameFor(review: Review, from: Reviewable, to: Reviewable): Review | null {
  if (review.answer !== 'part') return review;
  const fields = to.facts.flatMap(({ n, fields: all }) =>
    all.map(({ pointer, text }): ReviewField | null => {
      const decided = review.fields?.find((one) => one.fact === n && one.pointer === pointer);
      if (decided === undefined) return null;
      return decided.decision === 'withhold' || textIn(from, n, pointer) === text ? decided : null;
    }),
  );
  const left = [...from.files];
  const files = to.files.map(({ n, role, sha256 }): ReviewFile | null => {
    const found =
      left.find((one) => one.role === role && one.sha256 === sha256) ?? left.find((one) => one.role === role);
    if (found === undefined) return null;
    left.splice(left.indexOf(found), 1);
    const decided = review.files?.find(({ file }) => file === found.n);
    const isSame = found.sha256 === sha256;
    if (decided === undefined || (decided.decision === 'part' && !isSame)) return null;
    if (decided.decision === 'release' && !isSame && !MADE_HERE.includes(role)) return null;
    return { ...decided, file: n };
  });
  const known = fields.filter((one) => one !== null);
  const decided = files.filter((one) => one !== null);
  return known.length < fields.length || decided.length < files.length
    ? null
    : { ...review, fields: known, files: decided };
}

/** Of what goes out with the other what is letter for letter that which was seen of the first. */
export function seenAlready(
  review: Review,
  {
    from,
    to,
    acknowledged,
  }: {
    readonly from: Reviewable;
    readonly to: Reviewable;
    readonly acknowledged: readonly string[];
  },
): readonly string[] {
  const named = goingOut(review, to);
  const filesSeen = from.files.filter(({ n }) => acknowledged.includes(`file:${n}`)).map(({ role }) => role);
  const saysTheSame = to.facts.every(({ n, fields }) =>
    fields.every(({ pointer, text }) => CONTENT.test(pointer) || textIn(from, n, pointer) === text),
  );
  return named.flatMap((one) => {
    const isSeen =
      one.what === 'file'
        ? saysTheSame && filesSeen.includes(one.role) && MADE_HERE.includes(one.role)
        : acknowledged.includes(one.name) &&
          textIn(from, one.fact, one.pointer) === textIn(to, one.fact, one.pointer);
    return isSeen ? [one.name] : [];
  });
}

const textIn = ({ facts }: Reviewable, fact: number, pointer: string): string | undefined =>
  facts.find(({ n }) => n === fact)?.fields.find((one) => one.pointer === pointer)?.text;
