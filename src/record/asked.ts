/**
 * What is being removed now. A record gathers facts for years: a comment is hidden, shown again, edited and hidden once
 * more. What was sealed for an earlier removal, or for other words, shows something else and is no evidence for this one.
 * Pure: a decision that a court could question.
 */
import { createHash } from 'node:crypto';

/** What a fact says that the content is, as far as it is compared: written alike, and no longer than `COMPARED`. */
export interface Words {
  /** Of all of it. */
  readonly sha256: string;
  readonly text: string;
}

export interface AskedFact {
  readonly n: number;
  readonly type: string;
  /** Says that the removal was done. */
  readonly confirms: boolean;
  readonly words: Words | null;
  /** It has the platform's own id of the content. */
  readonly named: boolean;
  /** It says when the action was done. */
  readonly done: boolean;
}

export interface Asked {
  /** The fact with which the present removal, or its present words, began. Evidence is what came with it or later. */
  readonly since: number;
  /** The facts that say last what the content is, and which; null: none does. */
  readonly wordedBy: number | null;
  readonly namedBy: number | null;
}

/** `facts` in their order. Null without any. */
export function askedNow(facts: readonly AskedFact[]): Asked | null {
  let asked: Asked | null = null;
  let words: Words | null = null;
  /** The removal before was done or undone: the next action begins another one. */
  let over = false;
  for (const fact of facts) {
    if (fact.confirms || fact.type === 'removal.action-reversed.v1') {
      over = true;
      continue;
    }
    const acts = fact.type === 'removal.action-recorded.v1';
    const before: Asked = asked ?? { since: fact.n, wordedBy: null, namedBy: null };
    const otherWords = fact.words !== null && words !== null && !sameWords(fact.words, words);
    asked = {
      since: (acts && over) || otherWords ? fact.n : before.since,
      wordedBy: fact.words === null ? before.wordedBy : fact.n,
      namedBy: fact.named ? fact.n : before.namedBy,
    };
    words = fact.words ?? words;
    if (acts) over = fact.done;
  }
  return asked;
}

/** Longer than most comments. Receipts compare the words of all facts of a record, each time that somebody looks. */
const COMPARED = 1000;

/** No two write spaces, capitals and accents alike. Made once, when the fact is accepted. */
export function wordsOf(text: string): Words {
  const alike = text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
  return {
    sha256: createHash('sha256').update(alike).digest('hex'),
    text: alike.slice(0, COMPARED).toWellFormed(),
  };
}

/**
 * One may quote less than the other. Of what is too long to be compared whole only its beginning is known: what is not found
 * there counts as other words, so that in doubt another picture is asked for.
 */
function sameWords(one: Words, other: Words): boolean {
  return one.sha256 === other.sha256 || quotes(one, other) || quotes(other, one);
}

function quotes(long: Words, short: Words): boolean {
  return short.text.length < COMPARED && holds(long.text, short.text);
}

/**
 * As `includes`, in time that grows with both lengths, whatever stands in them (Knuth, Morris and Pratt): the built-in search
 * takes the product of the two for texts that were made for it, which a record of a thousand such would feel.
 */
function holds(text: string, part: string): boolean {
  const next = (known: number, character: string | undefined): number => {
    let length = known;
    while (length > 0 && character !== part[length]) length = falls[length - 1] ?? 0;
    return character === part[length] ? length + 1 : 0;
  };
  /** For each beginning of `part`, how long a shorter beginning it ends with. */
  const falls: number[] = [0];
  for (let i = 1; i < part.length; i += 1) falls.push(next(falls[i - 1] ?? 0, part[i]));
  let found = 0;
  for (let i = 0; i < text.length && found < part.length; i += 1) found = next(found, text[i]);
  return found === part.length;
}
