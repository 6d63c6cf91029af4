/** What became of a policy from one version to another, down to the words of a clause. Pure. */
import type { PolicySays, PolicyVersion } from './policies.ts';
import { NO_RULES, RULE_LISTS, type RuleList } from './policy-shape.ts';

export interface Piece {
  readonly is: 'same' | 'gone' | 'new';
  readonly text: string;
}
export type Part = 'title' | 'source' | 'label' | 'citation' | 'clause' | 'purpose' | 'says' | 'agreement';

export interface Change {
  readonly is: 'added' | 'removed' | 'changed';
  readonly of: 'policy' | 'ground' | 'custodian' | RuleList;
  /** The number of the clause, or the verb. */
  readonly name: string | null;
  /** Of what was added or removed: all of it, as it stands or stood. */
  readonly parts: readonly { readonly part: Part; readonly pieces: readonly Piece[] }[];
}

export interface PolicyComparison {
  readonly changes: readonly Change[];
  /** The clauses that both have, where they stand in another order. */
  readonly order: { readonly was: readonly string[]; readonly is: readonly string[] } | null;
}

export function comparePolicies(was: PolicyVersion, is: PolicyVersion): PolicyComparison {
  const changes: Change[] = [];
  const compare = (of: Change['of'], name: string | null, old: Texts | null, now: Texts | null): void => {
    if (old === null || now === null) {
      const texts = old ?? now;
      if (texts === null) return;
      const side = old === null ? 'new' : 'gone';
      const parts = Object.entries(texts).map(([part, text]) => ({
        part: part as Part,
        pieces: [{ is: side, text: text ?? '' }] as const,
      }));
      changes.push({ is: old === null ? 'added' : 'removed', of, name, parts });
      return;
    }
    const parts = (Object.keys({ ...old, ...now }) as Part[])
      .filter((part) => (old[part] ?? '') !== (now[part] ?? ''))
      .map((part) => ({ part, pieces: wordsBetween(old[part] ?? '', now[part] ?? '') }));
    if (parts.length > 0) changes.push({ is: 'changed', of, name, parts });
  };
  compare(
    'policy',
    null,
    { title: was.title, source: was.source ?? '' },
    { title: is.title, source: is.source ?? '' },
  );
  for (const [name, old, now] of paired(was.grounds, is.grounds, ({ clauseId }) => clauseId))
    compare('ground', name, groundTexts(old), groundTexts(now));
  const [oldRules, rules] = [was.rules ?? NO_RULES, is.rules ?? NO_RULES];
  compare('custodian', null, saysTexts(oldRules.custodian), saysTexts(rules.custodian));
  for (const list of RULE_LISTS) {
    // A verb is known by itself; whatever else is said, by the place in the policy that says it.
    const key = (entry: PolicySays): string => ('verb' in entry ? String(entry.verb) : entry.citation);
    for (const [name, old, now] of paired<PolicySays>(oldRules[list], rules[list], key))
      compare(list, list === 'verbs' ? name : null, saysTexts(old), saysTexts(now));
  }
  const both = (one: PolicyVersion, other: PolicyVersion): string[] =>
    one.grounds
      .map(({ clauseId }) => clauseId)
      .filter((id) => other.grounds.some(({ clauseId }) => clauseId === id));
  const [before, after] = [both(was, is), both(is, was)];
  return { changes, order: before.join(' ') === after.join(' ') ? null : { was: before, is: after } };
}

type Texts = Readonly<Partial<Record<Part, string>>>;

function groundTexts(ground: PolicyVersion['grounds'][number] | null): Texts | null {
  if (ground === null) return null;
  const { label, citation, clause, purpose } = ground;
  return { label, citation, clause, purpose: purpose ?? 'remove' };
}

function saysTexts(entry: PolicySays | null): Texts | null {
  if (entry === null) return null;
  const { says, citation } = entry;
  return 'agreement' in entry ? { says, citation, agreement: 'asked' } : { says, citation };
}

/** Each with its like: the n-th of a key with the n-th. In the order of the newer; what is gone comes last. */
function paired<T>(
  olds: readonly T[],
  news: readonly T[],
  keyOf: (entry: T) => string,
): (readonly [string, T | null, T | null])[] {
  const left = [...olds];
  const pairs = news.map((entry) => {
    const key = keyOf(entry);
    const at = left.findIndex((old) => keyOf(old) === key);
    const [old] = at < 0 ? [] : left.splice(at, 1);
    return [key, old ?? null, entry] as const;
  });
  return [...pairs, ...left.map((old) => [keyOf(old), old, null] as const)];
}

/** Above this a clause is shown as replaced: nobody reads that many words beside one another. */
const MOST_CELLS = 4_000_000;

/** Word by word, signs and spaces for themselves: what was there, what is, and what is in both. Joined, the pieces without the new are the old text, and the other way round. */
export function wordsBetween(was: string, is: string): Piece[] {
  const [old, now] = [tokens(was), tokens(is)];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (
    end < old.length - start &&
    end < now.length - start &&
    old[old.length - 1 - end] === now[now.length - 1 - end]
  )
    end += 1;
  const middle = longestBetween(old.slice(start, old.length - end), now.slice(start, now.length - end));
  return joined([
    { is: 'same', text: old.slice(0, start).join('') },
    ...middle,
    { is: 'same', text: old.slice(old.length - end).join('') },
  ]);
}

function tokens(text: string): string[] {
  return text.match(/\s+|[\p{L}\p{N}]+|./gsu) ?? [];
}

/** By the longest common subsequence. */
function longestBetween(old: readonly string[], now: readonly string[]): Piece[] {
  const [rows, columns] = [old.length, now.length];
  if (rows * columns > MOST_CELLS)
    return [
      { is: 'gone', text: old.join('') },
      { is: 'new', text: now.join('') },
    ];
  const width = columns + 1;
  const lengths = new Uint32Array((rows + 1) * width);
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0;
  for (let row = rows - 1; row >= 0; row -= 1)
    for (let column = columns - 1; column >= 0; column -= 1)
      lengths[row * width + column] =
        old[row] === now[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
  const pieces: Piece[] = [];
  let [row, column] = [0, 0];
  while (row < rows || column < columns) {
    const [gone, added] = [old[row], now[column]];
    if (row < rows && column < columns && gone === added) {
      pieces.push({ is: 'same', text: gone ?? '' });
      row += 1;
      column += 1;
    } else if (row < rows && (column === columns || at(row + 1, column) >= at(row, column + 1))) {
      pieces.push({ is: 'gone', text: gone ?? '' });
      row += 1;
    } else {
      pieces.push({ is: 'new', text: added ?? '' });
      column += 1;
    }
  }
  return pieces;
}

/** What belongs together in one piece: a space between two changed words is no news. */
function joined(pieces: readonly Piece[]): Piece[] {
  const whole: Piece[] = [];
  let [gone, added, space] = ['', '', ''];
  const close = (): void => {
    if (gone !== '') whole.push({ is: 'gone', text: gone });
    if (added !== '') whole.push({ is: 'new', text: added });
    if (space !== '') whole.push({ is: 'same', text: space });
    [gone, added, space] = ['', '', ''];
  };
  for (const { is, text } of pieces.filter((piece) => piece.text !== '')) {
    const isOpen = gone !== '' || added !== '';
    if (is === 'same' && isOpen && text.trim() === '') space += text;
    else if (is === 'same') {
      close();
      whole.push({ is, text });
    } else {
      if (is === 'gone') gone += space + text;
      else added += space + text;
      // The space stood in both: the side that has no word here keeps it too.
      if (space !== '') {
        if (is === 'gone') added += space;
        else gone += space;
      }
      space = '';
    }
  }
  close();
  return whole.reduce<Piece[]>((sofar, piece) => {
    const last = sofar.at(-1);
    if (last?.is !== 'same' || piece.is !== 'same') return [...sofar, piece];
    return [...sofar.slice(0, -1), { is: 'same', text: last.text + piece.text }];
  }, []);
}
