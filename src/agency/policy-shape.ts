/**
 * What a version of a policy must look like, whoever wrote it: a file, or the form of an administrator. All that is wrong is said
 * at once, each with its place; nothing is trimmed or guessed. The shapes are those of migration 0002, where the citation
 * `policyId#clauseId` is made of them.
 */
import { VERBS } from '#record/record.ts';
import type { PolicyRules, PolicyVersion } from './policies.ts';
import { civilDay, isWords } from './words.ts';

export interface PolicyProblem {
  /** Such as `grounds[2].label`; empty: the whole. */
  readonly path: string;
  readonly why: string;
}

/** What a policy says that says nothing beside its clauses. */
export const NO_RULES: PolicyRules = {
  custodian: null,
  sendTo: [],
  mayRemove: [],
  verbs: [],
  notices: [],
  before: [],
  kept: [],
};
export const RULE_LISTS = ['sendTo', 'mayRemove', 'verbs', 'notices', 'before', 'kept'] as const;
export type RuleList = (typeof RULE_LISTS)[number];

const MOST_ENTRIES = 200;

type Rule = (value: unknown) => string | null;
/** By name; those that may be left out apart. */
interface Members {
  readonly must: Readonly<Record<string, Rule>>;
  readonly may: Readonly<Record<string, Rule>>;
}

/** What is written into one line of a form. A browser takes line breaks out of it, unseen. */
const line =
  (most: number): Rule =>
  (value) =>
    isWords(value, most) && !/\p{Cc}/u.test(value)
      ? null
      : `expected a text of 1 to ${most} characters on one line, without blanks at its ends or control characters`;
/** Of several lines; a form sends those with LF alone. */
const words =
  (most: number): Rule =>
  (value) =>
    isWords(value, most) && !value.includes('\r')
      ? null
      : `expected a text of 1 to ${most} characters, without blanks at its ends, its lines ended by LF and not by CR`;
const shaped =
  (shape: RegExp, expected: string): Rule =>
  (value) =>
    typeof value === 'string' && shape.test(value) ? null : `expected ${expected}`;
const oneOf =
  (choices: readonly string[]): Rule =>
  (value) =>
    typeof value === 'string' && choices.includes(value) ? null : `expected one of: ${choices.join(', ')}`;
const list =
  (least: number, expected: string): Rule =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.length <= MOST_ENTRIES ? null : expected;
const anything: Rule = () => null;

const POLICY: Members = {
  must: {
    policyId: shaped(
      /^[a-z0-9][a-z0-9.-]{1,62}$/,
      'a short name for ever: 2 to 63 of a-z, 0-9, . and -, beginning with a letter or digit',
    ),
    version: line(60),
    title: line(300),
    effectiveOn: (value) =>
      civilDay(value)
        ? null
        : 'expected a day that the calendar has, as YYYY-MM-DD, of the years 1000 to 2999',
    grounds: list(1, `expected a list of at least one clause, and at most ${MOST_ENTRIES}`),
  },
  may: { rules: anything, source: words(2000) },
};
const GROUND: Members = {
  must: {
    clauseId: shaped(
      /^[a-z0-9][a-z0-9.-]{0,62}$/,
      'the clause’s own number, such as 3.b: 1 to 63 of a-z, 0-9, . and -',
    ),
    label: line(80),
    citation: line(300),
    clause: words(20_000),
  },
  may: { purpose: oneOf(['remove', 'keep']) },
};
const SAYS: Members = { must: { says: words(2000), citation: line(300) }, may: {} };
const isTrue: Rule = (value) => (value === true ? null : 'expected true, or leave it out');
const CONDITION: Members = { must: SAYS.must, may: { agreement: isTrue } };
const VERB: Members = { must: { verb: oneOf(VERBS), ...SAYS.must }, may: {} };
const RULES: Members = {
  must: {},
  may: {
    custodian: anything,
    ...Object.fromEntries(
      RULE_LISTS.map((name) => [name, list(0, `expected a list [ … ] of at most ${MOST_ENTRIES}`)]),
    ),
  },
};

export function policyProblems(value: unknown): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const check = (found: unknown, { must, may }: Members, prefix: string): void => {
    const names = [...Object.keys(must), ...Object.keys(may)];
    if (typeof found !== 'object' || found === null || Array.isArray(found)) {
      problems.push({
        path: prefix.replace(/\.$/, ''),
        why: `expected { … } with ${names.join(', ')}`,
      });
      return;
    }
    for (const [name, rule] of Object.entries(must)) {
      const why = name in found ? rule(Reflect.get(found, name)) : 'is missing';
      if (why !== null) problems.push({ path: prefix + name, why });
    }
    for (const [name, rule] of Object.entries(may)) {
      const why = name in found ? rule(Reflect.get(found, name)) : null;
      if (why !== null) problems.push({ path: prefix + name, why });
    }
    for (const name of Object.keys(found))
      if (!names.includes(name))
        problems.push({
          path: prefix + name,
          why: `is not known here; leave it out. There are ${names.join(', ')}`,
        });
  };
  check(value, POLICY, '');
  const seen = new Map<unknown, number>();
  for (const [i, ground] of listIn(value, 'grounds').entries()) {
    check(ground, GROUND, `grounds[${i}].`);
    const id = memberOf(ground, 'clauseId');
    const before = seen.get(id);
    if (typeof id === 'string' && before !== undefined)
      problems.push({
        path: `grounds[${i}].clauseId`,
        why: `"${id}" is the number of grounds[${before}] already`,
      });
    else seen.set(id, i);
  }
  const rules = memberOf(value, 'rules');
  if (rules === undefined) return problems;
  check(rules, RULES, 'rules.');
  const custodian = memberOf(rules, 'custodian');
  if (custodian !== undefined && custodian !== null) check(custodian, SAYS, 'rules.custodian.');
  const shapes: Partial<Record<RuleList, Members>> = { verbs: VERB, before: CONDITION };
  for (const name of RULE_LISTS)
    for (const [i, entry] of listIn(rules, name).entries())
      check(entry, shapes[name] ?? SAYS, `rules.${name}[${i}].`);
  return problems;
}

/** Of a value without problems. What the policy does not say is said to be so. */
export function policyOf(value: unknown): PolicyVersion {
  const policy = value as PolicyVersion & { readonly rules?: Partial<PolicyRules> };
  return { ...policy, rules: { ...NO_RULES, ...policy.rules } };
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const found = memberOf(value, name);
  return Array.isArray(found) ? found : [];
}
