/** What is said about a record afterwards, without files: that it was removed, and that it was not after all. Each is a fact of its own. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ArchiveError } from '#errors.ts';
import { KeptAfterAll, RemovalConfirmation } from '#intake/intake.ts';
import type { ApiContext } from './context.ts';
import { BODY_OPTIONAL } from './description.ts';
import { existing, mediaTypeOf, raw, receive } from './reports.ts';
import { Accepted, problemResponses } from './schemas.ts';

export function registerStatements(app: FastifyInstance, context: ApiContext): void {
  app.post<{ Params: { id: string } }>(
    '/v1/records/:id/removal',
    {
      ...raw,
      schema: {
        ...BODY_OPTIONAL,
        summary:
          'Say that the removal was done; where the live page is known, it is opened once more a minute later, to see whether the public still sees it',
        tags: ['intake'],
        security: [{ key: [] }],
        body: { content: { 'application/json': { schema: RemovalConfirmation } } },
        response: { 202: Accepted, ...problemResponses(400, 401, 403, 404, 409, 422, 503, 507) },
      },
    },
    async (request, reply) => {
      const record = await existing(context, request, request.params.id);
      refuseNotAwaited(record);
      // An empty body says "done" and nothing more. The same again is the same; with another time or a note it is another fact, and the latest counts.
      const event = bodyOf(request);
      return await receive(context, request, reply, record, { form: 'removal', event, files: [] });
    },
  );

  app.post<{ Params: { id: string } }>(
    '/v1/records/:id/kept',
    {
      ...raw,
      schema: {
        ...BODY_OPTIONAL,
        summary:
          'Say that it was not removed after all, before or after its removal was confirmed; the record stays',
        tags: ['intake'],
        security: [{ key: [] }],
        body: { content: { 'application/json': { schema: KeptAfterAll } } },
        response: { 202: Accepted, ...problemResponses(400, 401, 403, 404, 409, 422, 503, 507) },
      },
    },
    async (request, reply) => {
      const record = await existing(context, request, request.params.id);
      refuseNeverAwaited(record);
      return await receive(context, request, reply, record, {
        form: 'kept',
        event: bodyOf(request),
        files: [],
      });
    },
  );
}

/** Of a fact that says something about a record: JSON, or nothing. */
function bodyOf(request: FastifyRequest): Uint8Array {
  const { body } = request;
  const empty = body === undefined || body === null;
  if (!empty && (mediaTypeOf(request) !== 'application/json' || !(body instanceof Uint8Array)))
    throw new ArchiveError(
      'media-type-unsupported',
      'Send a confirmation as application/json, such as {"performedAt":"2026-11-21T14:03:00Z"}, or without a body. Files go to /facts of this record.',
      { retry: 'never' },
    );
  return body instanceof Uint8Array ? body : new Uint8Array();
}

export function refuseNotAwaited({ removal }: { readonly removal: string }): void {
  if (removal === 'none')
    throw new ArchiveError(
      'removal-not-awaited',
      'This record is kept without a removal, so there is none to confirm. If it is to go after all, report it once more.',
      { retry: 'never' },
    );
}

/** Whoever said it already may say it again: the first answer may have been lost. */
export function refuseNeverAwaited({
  removal,
  verb,
}: {
  readonly removal: string;
  readonly verb: string;
}): void {
  if (removal === 'none' && (verb === 'none' || verb === 'reject'))
    throw new ArchiveError(
      'removal-not-awaited',
      'This record was kept without a removal from the beginning, so there is none to take back.',
      { retry: 'never' },
    );
}
