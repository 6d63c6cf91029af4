/** What calls of disposal take, and how it is read. */
import { Type, type Static, type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import type { FastifyRequest } from 'fastify';
import { ArchiveError } from '#errors.ts';

const DAY = '^[0-9]{4}-[0-9]{2}-[0-9]{2}$';

export const Params = Type.Object({
  id: Type.String({ description: 'Id of the list (UUID in lower case)' }),
});
export const Page = Type.Object({
  cursor: Type.Optional(Type.String({ format: 'uuid', description: 'The "next" of the page before' })),
});
export const DraftBody = Type.Object(
  {
    edition: Type.String({ minLength: 1, maxLength: 63, description: 'Of a schedule of the agency' }),
    series: Type.Optional(
      Type.String({ minLength: 1, description: 'Its code; left out: every series of the edition' }),
    ),
    cutoff: Type.Optional(
      Type.String({ pattern: DAY, description: 'Due on this day or before; left out: today' }),
    ),
    title: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    records: Type.Optional(
      Type.Array(Type.String({ format: 'uuid' }), {
        minItems: 1,
        maxItems: 1000,
        description: 'These alone; one that may not be destroyed refuses the list',
      }),
    ),
  },
  { additionalProperties: false },
);
export const ExceptBody = Type.Object(
  { recordId: Type.String({ format: 'uuid' }), reason: Type.String({ minLength: 1, maxLength: 1000 }) },
  { additionalProperties: false },
);
export const ProposeBody = Type.Object(
  { authority: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })) },
  { additionalProperties: false },
);
export const ApproveBody = Type.Object(
  { digest: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'Of the list as you read it' }) },
  { additionalProperties: false },
);
export const EndBody = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 5000 }) },
  { additionalProperties: false },
);
export const One = Type.Object({}, { additionalProperties: true });

export function bodyOf(schema: object): object {
  return { content: { 'application/json': { schema } } };
}

/** Bodies arrive as bytes: held against its schema here. */
export function jsonBody<T extends TSchema>(request: FastifyRequest, schema: T): Static<T> {
  let value: unknown = null;
  try {
    const { body } = request;
    value = JSON.parse(
      body instanceof Uint8Array && body.length > 0 ? Buffer.from(body).toString('utf8') : '{}',
    );
  } catch {
    throw new ArchiveError('json-malformed', 'Send one JSON object, as application/json.', {
      retry: 'never',
    });
  }
  if (Value.Check(schema, value)) return value;
  const [first] = Value.Errors(schema, value);
  throw new ArchiveError(
    'disposal-invalid',
    `${first?.instancePath || 'The body'} ${first?.message ?? 'does not fit'}. The description of the call says what is expected.`,
    { retry: 'never' },
  );
}
