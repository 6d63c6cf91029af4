/**
 * A validator's findings as sentences. One wrong member gives one sentence: what the branches of a choice have to
 * say is left out when the choice itself says what was expected (`x-otherwise` in the schema).
 */
import type { TSchema } from 'typebox';
import type { TLocalizedValidationError } from 'typebox/error';
import { pointerTo } from './json.ts';
import { problemAt, type Problem } from './problems.ts';
import { readTime } from './times.ts';

const PLAIN_TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  null: 'null',
  object: 'an object',
  array: 'a list',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

const SHOWN_VALUES = 30;
const SHOWN_NAME = 60;

export function problemsOf(
  schema: TSchema,
  errors: readonly TLocalizedValidationError[],
  value: unknown,
): Problem[] {
  const choices = errors.filter(
    (error) => error.keyword === 'anyOf' && otherwiseAt(schema, error.schemaPath) !== undefined,
  );
  const problems = new Map<string, Problem>();
  for (const error of errors) {
    const choice = choices.find((other) => error.schemaPath.startsWith(`${other.schemaPath}/anyOf/`));
    const inBranch = choice !== undefined && !isTimeProblem(error, choice, value);
    if (inBranch) continue;
    if (choices.includes(error) && typeof valueAt(value, error.instancePath) === 'string') {
      if (errors.some((other) => isTimeProblem(other, error, value))) continue;
    }
    for (const problem of sentencesFor(schema, error, value)) {
      problems.set(`${problem.pointer} ${problem.sentence}`, problem);
    }
  }
  return [...problems.values()];
}

/** Inside a choice that takes a time, a text that is no time deserves the precise reason. */
function isTimeProblem(
  error: TLocalizedValidationError,
  choice: TLocalizedValidationError,
  value: unknown,
): boolean {
  return (
    error.keyword === 'format' &&
    error.params.format === 'date-time' &&
    error.schemaPath.startsWith(`${choice.schemaPath}/anyOf/`) &&
    typeof valueAt(value, error.instancePath) === 'string'
  );
}

function sentencesFor(schema: TSchema, error: TLocalizedValidationError, value: unknown): Problem[] {
  const at = error.instancePath;
  const one = (expectation: string) => [problemAt(at, 'report-invalid', expectation)];
  switch (error.keyword) {
    case 'required':
      return error.params.requiredProperties.map((member) =>
        problemAt(pointerTo(at, member), 'report-invalid', 'this member is required; add it'),
      );
    case 'additionalProperties':
      return error.params.additionalProperties.map((member) => unknownMember(at, member));
    case 'type': {
      const types = [error.params.type].flat().map((type) => PLAIN_TYPES[type] ?? type);
      return one(`expected ${types.join(' or ')}`);
    }
    case 'enum': {
      const values = error.params.allowedValues.slice(0, SHOWN_VALUES).map((allowed) => String(allowed));
      return one(`expected one of ${values.join(', ')}`);
    }
    case 'const':
      return one(`expected ${JSON.stringify(error.params.allowedValue)}`);
    case 'format':
      return formatProblem(at, error.params.format, valueAt(value, at));
    case 'minLength':
      return one(
        `expected at least ${error.params.limit} character(s); leave it out when there is nothing to say`,
      );
    case 'maxLength':
      return one(`expected at most ${error.params.limit} characters; hand in longer text as a file`);
    case 'minProperties':
      return one('expected at least one member; leave it out when there is nothing to say');
    case 'maxItems':
      return one(`expected at most ${error.params.limit} entries; hand in more as a second report`);
    case 'minimum':
      return one(`expected a number not below ${error.params.limit}`);
    case 'pattern':
      return one(`expected text of the form ${String(error.params.pattern)}`);
    case 'if':
      return one(otherwiseAt(schema, error.schemaPath) ?? error.message);
    case 'anyOf': {
      const sentence = otherwiseAt(schema, error.schemaPath);
      return one(sentence === undefined ? error.message : `expected ${sentence}`);
    }
    // `false` as the schema of an unknown member; where there are very many, the validator stops at these.
    case 'boolean': {
      const slash = at.lastIndexOf('/');
      return [unknownMember(at.slice(0, slash), unescaped(at.slice(slash + 1)))];
    }
    // Keywords that no schema of ours uses.
    case 'contains':
    case 'dependencies':
    case 'dependentRequired':
    case 'exclusiveMaximum':
    case 'exclusiveMinimum':
    case 'maxProperties':
    case 'maximum':
    case 'minItems':
    case 'multipleOf':
    case 'not':
    case 'oneOf':
    case 'propertyNames':
    case 'unevaluatedItems':
    case 'unevaluatedProperties':
    case 'uniqueItems':
    case '~refine':
    default:
      return one(error.message);
  }
}

function unknownMember(parent: string, member: string): Problem {
  return problemAt(
    pointerTo(parent, member.slice(0, SHOWN_NAME)),
    'report-invalid',
    'this member is not known here; leave it out, or put what it says into the note',
  );
}

function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

function formatProblem(at: string, format: string, value: unknown): Problem[] {
  if (format === 'date-time') {
    const time = readTime(String(value));
    return time.ok ? [] : [problemAt(at, time.code, time.sentence)];
  }
  const expected = format === 'uri' ? 'a complete address, such as https://example.gov/page' : `a ${format}`;
  return [
    problemAt(at, 'address-malformed', `expected ${expected}, with every other character written as %XX`),
  ];
}

/** The schema's own words for a failed `if` or choice, found by the path that the validator reports. */
function otherwiseAt(schema: TSchema, schemaPath: string): string | undefined {
  const found = valueAt(schema, schemaPath.replace(/^#/, ''));
  if (typeof found !== 'object' || found === null) return undefined;
  const sentence = (found as Record<string, unknown>)['x-otherwise'];
  return typeof sentence === 'string' ? sentence : undefined;
}

function valueAt(root: unknown, pointer: string): unknown {
  let found: unknown = root;
  for (const step of pointer.split('/').slice(1)) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Record<string, unknown>)[unescaped(step)];
  }
  return found;
}
