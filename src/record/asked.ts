/**
 * What is being removed now. A record gathers facts for years: a comment is hidden, shown again, edited and hidden once
 * more. What was sealed for an earlier removal, or for other words, shows something else and is no evidence for this one.
 * Pure: a decision that a court could question.
 */
export interface AskedFact {
  readonly n: number;
  readonly type: string;
  /** Says that the removal was done. */
  readonly confirms: boolean;
  readonly body: Record<string, unknown>;
}

export interface Asked {
  /** The fact with which the present removal, or its present words, began. Evidence is what came with it or later. */
  readonly since: number;
  readonly text: string | null;
  readonly nativeId: string | null;
}

/** `facts` in their order. Null without any. */
export function askedNow(facts: readonly AskedFact[]): Asked | null {
  let asked: Asked | null = null;
  /** The removal before was done or undone: the next action begins another one. */
  let over = false;
  for (const fact of facts) {
    if (fact.confirms || fact.type === 'removal.action-reversed.v1') {
      over = true;
      continue;
    }
    const text = textAt(fact.body, ['data', 'content', 'text']);
    const nativeId = textAt(fact.body, ['data', 'content', 'nativeId']);
    const acts = fact.type === 'removal.action-recorded.v1';
    const before: Asked = asked ?? { since: fact.n, text: null, nativeId: null };
    const otherWords = text !== null && before.text !== null && !sameWords(text, before.text);
    asked = {
      since: (acts && over) || otherWords ? fact.n : before.since,
      text: text ?? before.text,
      nativeId: nativeId ?? before.nativeId,
    };
    if (acts) over = textAt(fact.body, ['data', 'action', 'performedAt', 'value']) !== null;
  }
  return asked;
}

/** One may quote less than the other, and no two write spaces, capitals and accents alike. */
function sameWords(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim());
  return a === undefined || b === undefined || a.includes(b) || b.includes(a);
}

/** The text at the end of the path; null when there is none. */
export function textAt(value: unknown, path: readonly string[]): string | null {
  let here = value;
  for (const name of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return null;
    here = (here as Record<string, unknown>)[name];
  }
  return typeof here === 'string' ? here : null;
}
