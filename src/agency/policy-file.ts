/**
 * A body's own clauses as a file that a person writes, read strictly: what is not understood is refused with its line, all
 * problems at once, and nothing is trimmed or guessed. JSON, because nothing else is needed for it.
 */
import type { PolicyVersion } from './policies.ts';

/** Either a policy, or at least one problem, a sentence each. */
export type PolicyRead =
  | { readonly policy: PolicyVersion; readonly problems?: never }
  | { readonly policy?: never; readonly problems: readonly string[] };

type Rule = (value: unknown) => string | null;

const words =
  (most: number): Rule =>
  (value) =>
    typeof value === 'string' &&
    value.trim() === value &&
    value !== '' &&
    value.length <= most &&
    !value.includes('\0') &&
    value.isWellFormed()
      ? null
      : `expected a text of 1 to ${most} characters, without blanks at its ends`;

const shaped =
  (shape: RegExp, expected: string): Rule =>
  (value) =>
    typeof value === 'string' && shape.test(value) ? null : `expected ${expected}`;

const civilDate: Rule = (value) =>
  typeof value === 'string' &&
  /^\d{4}-\d\d-\d\d$/.test(value) &&
  !Number.isNaN(Date.parse(`${value}T00:00:00Z`)) &&
  new Date(`${value}T00:00:00Z`).toISOString().startsWith(value)
    ? null
    : 'expected a day that the calendar has, as YYYY-MM-DD';

/** The shapes are those of migration 0002, where the citation `policyId#clauseId` is made of them. */
const POLICY: Readonly<Record<string, Rule>> = {
  policyId: shaped(
    /^[a-z0-9][a-z0-9.-]{1,62}$/,
    'a short name for ever: 2 to 63 of a-z, 0-9, . and -, beginning with a letter or digit',
  ),
  version: words(60),
  title: words(300),
  effectiveOn: civilDate,
  grounds: (value) =>
    Array.isArray(value) && value.length > 0 ? null : 'expected a list of at least one clause',
};
const GROUND: Readonly<Record<string, Rule>> = {
  clauseId: shaped(
    /^[a-z0-9][a-z0-9.-]{0,62}$/,
    'the clause’s own number, such as 3.b: 1 to 63 of a-z, 0-9, . and -',
  ),
  label: words(80),
  citation: words(300),
  clause: words(20_000),
};

export function readPolicyFile(text: string): PolicyRead {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problems: [`This is not JSON: ${error instanceof Error ? error.message : String(error)}.`] };
  }
  const { lines, twice } = linesOf(text);
  const at = (path: string): string => {
    const line = lines.get(path) ?? lines.get(path.replace(/\.?[^.[\]]+$/, ''));
    return `line ${line ?? 1}: `;
  };
  const problems = twice.map((path) => `${at(path)}${path}: stands twice; say it once.`);
  const check = (found: unknown, rules: Readonly<Record<string, Rule>>, prefix: string): void => {
    if (typeof found !== 'object' || found === null || Array.isArray(found)) {
      const whole = prefix.replace(/\.$/, '');
      problems.push(
        `${at(whole)}${whole === '' ? 'the file' : whole}: expected { … } with ${Object.keys(rules).join(', ')}.`,
      );
      return;
    }
    for (const [name, rule] of Object.entries(rules)) {
      const why = name in found ? rule(Reflect.get(found, name)) : 'is missing';
      if (why !== null) problems.push(`${at(prefix + name)}${prefix}${name}: ${why}.`);
    }
    for (const name of Object.keys(found))
      if (!(name in rules))
        problems.push(
          `${at(prefix + name)}${prefix}${name}: is not known here; leave it out. There are ${Object.keys(rules).join(', ')}.`,
        );
  };
  check(value, POLICY, '');
  const grounds: unknown =
    typeof value === 'object' && value !== null && 'grounds' in value ? value.grounds : null;
  const seen = new Map<unknown, number>();
  for (const [i, ground] of (Array.isArray(grounds) ? grounds : []).entries()) {
    check(ground, GROUND, `grounds[${i}].`);
    const id: unknown =
      typeof ground === 'object' && ground !== null ? Reflect.get(ground, 'clauseId') : null;
    const before = seen.get(id);
    if (typeof id === 'string' && before !== undefined)
      problems.push(
        `${at(`grounds[${i}].clauseId`)}grounds[${i}].clauseId: "${id}" is the number of grounds[${before}] already.`,
      );
    else seen.set(id, i);
  }
  return problems.length > 0 ? { problems } : { policy: value as PolicyVersion };
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** The line on which each value of a JSON text begins, by its path, and the members that stand twice. The text is valid JSON. */
function linesOf(text: string): {
  readonly lines: ReadonlyMap<string, number>;
  readonly twice: readonly string[];
} {
  const lines = new Map<string, number>();
  const twice: string[] = [];
  /** Open objects (the member that is being said) and arrays (the place). */
  const open: (string | number)[] = [];
  let line = 1;
  let from = 0;
  let name: string | null = null;
  const path = (): string =>
    open.reduce<string>(
      (sofar, one) => (typeof one === 'number' ? `${sofar}[${one}]` : sofar === '' ? one : `${sofar}.${one}`),
      '',
    );
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    line += text.slice(from, index).split('\n').length - 1;
    from = index;
    const place = open.at(-1);
    if (token === '}' || token === ']') open.pop();
    else if (token === ',') {
      if (typeof place === 'number') open[open.length - 1] = place + 1;
      else name = null;
    } else if (token === ':') {
      open[open.length - 1] = name ?? '';
      if (lines.has(path())) twice.push(path());
    } else if (typeof place === 'string' && name === null && token.startsWith('"')) {
      name = JSON.parse(token) as string;
    } else {
      lines.set(path(), line);
      if (token === '{' || token === '[') open.push(token === '{' ? '' : 0);
      name = null;
    }
  }
  return { lines, twice };
}
