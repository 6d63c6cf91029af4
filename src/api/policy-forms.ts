/** A version of a policy between its form and what the strict reading asks for. Each field keeps its name on the way there and back. */
import {
  NO_RULES,
  policyOf,
  policyProblems,
  RULE_LISTS,
  type KeptPolicy,
  type PolicyPack,
  type PolicyVersion,
} from '#agency/agency.ts';
import { apart, html, ours, type Markup, type policyDraftPage } from '#console/console.ts';
import { linesOf } from './administration.ts';
import type { Form } from './forms.ts';

type Parts = Parameters<typeof policyDraftPage>[1];
type Draft = Parts['draft'];
export type DraftProblems = Parts['problems'];

const MOST_PLACES = 250;

const EMPTY_GROUND = { clauseId: '', label: '', citation: '', clause: '', purpose: 'remove', gone: false };
const EMPTY_ENTRY = { says: '', citation: '', verb: '', agreement: false, gone: false };

/** As the last version stands, without a name and a day, which somebody has to say; null: from the beginning. */
export function draftFrom(
  policy: Pick<KeptPolicy, 'policyId' | 'title' | 'source' | 'grounds' | 'rules'> | null,
): Draft {
  const rules = policy?.rules ?? NO_RULES;
  return {
    policyId: policy?.policyId ?? '',
    version: '',
    effectiveOn: '',
    pack: '',
    title: policy?.title ?? '',
    source: policy?.source ?? '',
    grounds: (policy?.grounds ?? [EMPTY_GROUND]).map((ground, i) => ({
      ...EMPTY_GROUND,
      ...ground,
      place: String(i + 1),
    })),
    custodian: rules.custodian ?? { says: '', citation: '' },
    lists: Object.fromEntries(
      RULE_LISTS.map((name) => [name, rules[name].map((entry) => ({ ...EMPTY_ENTRY, ...entry }))]),
    ),
  };
}

/** As a pack has it, with its own name; its day too, where it says one. */
export function draftFromPack(pack: PolicyPack): Draft {
  const { policyId, version, title, grounds, source } = pack;
  const kept = { policyId, version, title, grounds, rules: pack.rules ?? NO_RULES, source: source ?? '' };
  return { ...draftFrom(kept), version, effectiveOn: pack.effectiveOn ?? '', pack: version };
}

export function draftIn(form: Form, policyId: string | null): Draft {
  const text = (name: string): string => linesOf(form.one(name));
  const placesOf = (name: string): number[] => {
    const count = /^\d{1,3}$/.test(form.one(name)) ? Number(form.one(name)) : 0;
    return Array.from({ length: Math.min(count, MOST_PLACES) }, (_, i) => i);
  };
  const entry = (prefix: string) => ({
    says: text(`${prefix}-says`),
    citation: text(`${prefix}-citation`),
    verb: text(`${prefix}-verb`),
    agreement: form.one(`${prefix}-agreement`) === 'yes',
    gone: form.one(`${prefix}-gone`) === 'yes',
  });
  return {
    policyId: policyId ?? text('policyId'),
    version: text('version'),
    pack: text('pack'),
    title: text('title'),
    effectiveOn: text('effectiveOn'),
    source: text('source'),
    grounds: placesOf('grounds').map((i) => ({
      clauseId: text(`grounds${i}-clauseId`),
      label: text(`grounds${i}-label`),
      citation: text(`grounds${i}-citation`),
      clause: text(`grounds${i}-clause`),
      purpose: text(`grounds${i}-purpose`),
      place: text(`grounds${i}-place`),
      gone: form.one(`grounds${i}-gone`) === 'yes',
    })),
    custodian: { says: text('custodian-says'), citation: text('custodian-citation') },
    lists: Object.fromEntries(
      RULE_LISTS.map((name) => [name, placesOf(name).map((i) => entry(`${name}${i}`))]),
    ),
  };
}

/** With one more place to fill in, in one of its lists. */
export function withPlace(draft: Draft, list: string): Draft {
  if (list === 'grounds') {
    const place = String(draft.grounds.length + 1);
    return { ...draft, grounds: [...draft.grounds, { ...EMPTY_GROUND, place }] };
  }
  const entries = draft.lists[list];
  return entries === undefined
    ? draft
    : { ...draft, lists: { ...draft.lists, [list]: [...entries, EMPTY_ENTRY] } };
}

/** What the form says, or all that is wrong with it. Places that stayed empty, or are to be taken away, say nothing. */
export function policyIn(
  draft: Draft,
): { readonly policy: PolicyVersion } | { readonly problems: DraftProblems } {
  const grounds = draft.grounds
    .map((ground, i) => ({ ground, i, place: Number(ground.place) }))
    .filter(
      ({ ground: { clauseId, label, citation, clause, gone } }) =>
        !gone && clauseId + label + citation + clause !== '',
    );
  const misplaced = grounds.filter(({ ground }) => !/^\d{1,4}$/.test(ground.place));
  const ordered = grounds.toSorted((one, other) => one.place - other.place);
  const lists = RULE_LISTS.map((name) => ({
    name,
    entries: (draft.lists[name] ?? [])
      .map((entry, i) => ({ entry, i }))
      .filter(({ entry: { says, citation, verb, gone } }) => !gone && says + citation + verb !== ''),
  }));
  const value = {
    policyId: draft.policyId,
    version: draft.version,
    title: draft.title,
    effectiveOn: draft.effectiveOn,
    ...(draft.source === '' ? {} : { source: draft.source }),
    grounds: ordered.map(({ ground: { clauseId, label, citation, clause, purpose } }) => ({
      clauseId,
      label,
      citation,
      clause,
      purpose,
    })),
    rules: {
      custodian: draft.custodian.says + draft.custodian.citation === '' ? null : draft.custodian,
      ...Object.fromEntries(
        lists.map(({ name, entries }) => [
          name,
          entries.map(({ entry: { says, citation, verb, agreement } }) => ({
            ...(name === 'verbs' ? { verb } : {}),
            says,
            citation,
            ...(name === 'before' && agreement ? { agreement } : {}),
          })),
        ]),
      ),
    },
  };
  /** `grounds[2].label` of the value → the field in which it was typed. */
  const fieldOf = (path: string): string | null => {
    const [, list, index, member] = /^(?:rules\.)?(\w+)\[(\d+)\]\.(\w+)$/.exec(path) ?? [];
    if (list === undefined)
      return path === 'grounds' ? 'grounds' : path.replace(/^rules\.custodian\./, 'custodian-') || null;
    const at =
      list === 'grounds'
        ? ordered[Number(index)]?.i
        : lists.find(({ name }) => name === list)?.entries[Number(index)]?.i;
    return at === undefined ? null : `${list}${at}-${member ?? ''}`;
  };
  const nameOf = (index: number): string => ordered[index]?.ground.clauseId || String(index + 1);
  const problems: (readonly [string | null, string | Markup])[] = [
    ...policyProblems(value).map(({ path, why }) => [fieldOf(path), sentence(path, why, nameOf)] as const),
    ...misplaced.map(
      ({ i }) => [`grounds${i}-place`, 'Place in the list: expected a number, such as 3.'] as const,
    ),
  ];
  return problems.length > 0 ? { problems } : { policy: policyOf(value) };
}

/** The fields, as their labels on the page say them. */
const WORDS: Readonly<Record<string, string>> = {
  policyId: 'Short name',
  version: 'Name of this version',
  title: 'Title',
  effectiveOn: 'Takes effect on',
  source: 'Where the text comes from',
  grounds: 'Clauses',
  says: 'what it says',
  clauseId: 'number',
  clause: 'text',
  verb: 'stands for',
};

/** One field of the entry at a place. */
const PLACES: Readonly<Record<string, (at: string | number, field: Markup) => Markup>> = {
  grounds: (at, field) => html`Clause ${at}, ${field}`,
  sendTo: (at, field) => html`Recipient ${at}, ${field}`,
  mayRemove: (at, field) => html`Who may remove ${at}, ${field}`,
  verbs: (at, field) => html`Word ${at}, ${field}`,
  notices: (at, field) => html`Notice ${at}, ${field}`,
  before: (at, field) => html`Condition ${at}, ${field}`,
  kept: (at, field) => html`What must be kept ${at}, ${field}`,
};

/** `grounds[2].label: expected …` as somebody reads it who sees a form. */
function sentence(path: string, why: string, nameOf: (index: number) => string): Markup {
  const [, list, index, member] = /^(?:rules\.)?(\w+)\[(\d+)\]\.(\w+)$/.exec(path) ?? [];
  const word = (name: string): Markup => ours(WORDS[name] ?? name);
  const custodian = /^rules\.custodian\.(\w+)$/.exec(path)?.[1];
  let place = word(path);
  if (custodian !== undefined) place = html`Who keeps the records, ${word(custodian)}`;
  const entry = PLACES[list ?? ''];
  if (entry !== undefined)
    place = entry(list === 'grounds' ? nameOf(Number(index)) : Number(index) + 1, word(member ?? ''));
  const said = why.replace(
    /grounds\[(\d+)\]/,
    (_, i: string) => `another clause, at place ${Number(i) + 1},`,
  );
  return html`${apart(place)}: ${ours(said)}.`;
}
