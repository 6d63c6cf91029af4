/** What a call asks for in its body, as JSON. Read strictly, and refused with a sentence of what was expected. */
import type { FastifyRequest } from 'fastify';
import type { Static, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { ArchiveError, type ErrorCode } from '#errors.ts';

const validators = new WeakMap<TSchema, Validator>();

/** `expected`: a sentence that says how the body looks. */
export function orderOf<T extends TSchema>(
  request: FastifyRequest,
  schema: T,
  code: ErrorCode,
  expected: string,
): Static<T> {
  const validator = validators.get(schema) ?? Compile(schema);
  validators.set(schema, validator);
  let value: unknown = null;
  try {
    if (Buffer.isBuffer(request.body))
      value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(request.body));
  } catch {
    // Said below.
  }
  if (!validator.Check(value)) throw new ArchiveError(code, expected, { retry: 'never' });
  return value as Static<T>;
}
