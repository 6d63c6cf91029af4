/**
 * A body's own clauses as a file that a person writes, read strictly: what is not understood is refused with its line, all
 * problems at once, and nothing is trimmed or guessed. JSON, because nothing else is needed for it.
 */
import { policyOf, policyProblems } from './policy-shape.ts';
import type { PolicyVersion } from './policies.ts';

/** Either a policy, or at least one problem, a sentence each. */
export type PolicyRead =
  | { readonly policy: PolicyVersion; readonly problems?: never }
  | { readonly policy?: never; readonly problems: readonly string[] };

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
  const problems = [
    ...twice.map((path) => `${at(path)}${path}: stands twice; say it once.`),
    ...policyProblems(value).map(({ path, why }) => `${at(path)}${path === '' ? 'the file' : path}: ${why}.`),
  ];
  return problems.length > 0 ? { problems } : { policy: policyOf(value) };
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
