/** What is done with content, in a moderator's words: which of it is offered, and what is chosen already. */
import type { SimpleReport } from '#intake/intake.ts';
import type { PolicyAsked } from './policy-says.ts';

type Verb = SimpleReport['action']['verb'];

/** `remove`: something is about to go. `keep`: it is a record, though nothing is removed (a contact on a personal account, …). */
export type Purpose = 'remove' | 'keep';

/** In a moderator's words. Null: not offered here, for it takes nothing away (a reversal is a fact added to a record). */
const VERBS: Readonly<Record<Verb, string | null>> = {
  delete: 'Delete it',
  hide: 'Hide it',
  reject: 'Refuse it before it is published',
  hold: 'Hold it back for review',
  spam: 'Mark it as spam',
  edit: 'Edit it',
  block: 'Block the person',
  ban: 'Ban the person',
  restrict: 'Restrict the person',
  mute: 'Mute the person',
  limit: 'Limit who sees it',
  'disable-comments': 'Turn comments off',
  report: 'Report it to the platform',
  none: 'Nothing: only keep a copy',
  unhide: null,
  restore: null,
};
/** Where no policy names any. */
const AT_HAND: readonly string[] = ['hide', 'delete'];
const KEPT: Readonly<Record<string, string>> = {
  none: 'It stays where it is',
  reject: 'It was submitted, and never shown',
};
/** Nothing is taken away: such a record belongs to the page `/keep`. */
export const isKeptBy = (verb: string): boolean => Object.hasOwn(KEPT, verb);
export const labelOf = (verb: string): string | null => VERBS[verb as Verb] ?? null;

/** What is offered at once, what is one press away, and what is chosen already. */
export function verbsOf(
  purpose: Purpose,
  {
    policies,
    often,
    chosen,
  }: {
    readonly policies: readonly PolicyAsked[];
    readonly often: readonly string[];
    readonly chosen: { readonly verb: string | null };
  },
): {
  readonly words: Readonly<Record<string, string | null>>;
  readonly named: readonly { readonly verb: string; readonly says: string; readonly isPack: boolean }[];
  readonly offered: readonly string[];
  readonly others: readonly (readonly [string, string | null])[];
  readonly verb: string | null;
  readonly isOther: boolean;
} {
  const words: Readonly<Record<string, string | null>> = purpose === 'keep' ? KEPT : VERBS;
  const named = policies
    .flatMap(({ rules, isPack }) => (rules.verbs ?? []).map((one) => ({ ...one, isPack })))
    .filter(({ verb }) => (words[verb] ?? null) !== null);
  const order = (verb: string): number => (often.includes(verb) ? often.indexOf(verb) : often.length);
  const offered: readonly string[] =
    purpose === 'keep'
      ? Object.keys(KEPT)
      : named.length === 0
        ? AT_HAND
        : [...new Set(named.map(({ verb }) => verb))].toSorted((a, b) => order(a) - order(b));
  const others = Object.entries(VERBS).filter(([verb, label]) => label !== null && !offered.includes(verb));
  const verb = chosen.verb ?? (purpose === 'keep' ? 'none' : named.length > 0 ? (offered[0] ?? null) : null);
  const isOther = verb !== null && !offered.includes(verb) && others.some(([name]) => name === verb);
  return { words, named, offered, others, verb, isOther };
}
