/**
 * How calls are described whose bodies the route reads itself, so that it can say in sentences what is wrong: what they take and answer, for
 * OpenAPI alone.
 */
import { Type, type TSchema } from 'typebox';
import { problemResponses } from './schemas.ts';

export const Anything = Type.Object({}, { additionalProperties: true });

/** The body arrives as bytes. */
export const unread = { validatorCompiler: () => () => true } as const;

export const taking = (schema: TSchema) => ({ body: { content: { 'application/json': { schema } } } });

/** Of calls under one tag, by key or session. `statuses`: of problems that not all of them share. */
export const describedAs =
  (tag: string) =>
  (
    summary: string,
    answers: Readonly<Record<number, TSchema>>,
    statuses: readonly number[],
    more: object = {},
  ) => ({
    summary,
    tags: [tag],
    security: [{ key: [] }],
    response: { ...answers, ...problemResponses(401, 403, ...statuses, 503) },
    ...more,
  });
