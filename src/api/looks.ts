/**
 * Looking at one file of a record. Whoever asks gets a ticket, in the same commit as the entry in the record's history: one for
 * each look that is asked for, however often a browser then fetches it. The bytes come from the content server.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { actorOf, giveTicket, TICKET_S } from '#agency/agency.ts';
import { filePage, pageHeaders } from '#console/console.ts';
import { ArchiveError } from '#errors.ts';
import { appendEvent, readArtifact, receiptCode, recordIdOf } from '#record/record.ts';
import { callerOf, READERS } from './auth.ts';
import type { ApiContext } from './context.ts';
import { takeForms } from './forms.ts';
import { problemResponses } from './schemas.ts';

interface Named {
  readonly id: string;
  readonly n: string;
}

type File = NonNullable<Awaited<ReturnType<typeof readArtifact>>>;

export interface Asked {
  readonly recordId: string;
  readonly n: number;
  readonly file: File;
}

const notFound = (): ArchiveError =>
  new ArchiveError('record-not-found', 'There is no such record in this agency.', { retry: 'never' });

/** Enters the look and does `then` in the same commit. Rejects with `record-not-found`; then nothing is entered. */
export async function askToLook<T>(
  { system }: ApiContext,
  request: FastifyRequest,
  { id, n: number }: Named,
  then: (asked: Asked, at: Parameters<Parameters<typeof system.db.inAgency<T>>[1]>[0]) => Promise<T>,
): Promise<T> {
  const recordId = recordIdOf(id);
  const n = /^[1-9]\d{0,5}$/.test(number) ? Number(number) : null;
  if (recordId === null || n === null) throw notFound();
  const caller = callerOf(request);
  return await system.db.inAgency(caller.agencyId, async (at) => {
    const file = await readArtifact(at, recordId, n);
    if (file === null) throw notFound();
    await appendEvent(at, recordId, {
      type: 'view.opened',
      actor: actorOf(caller),
      body: { what: 'artifact', n },
    });
    return await then({ recordId, n, file }, at);
  });
}

interface Given extends Asked {
  /** At the content server. */
  readonly address: string;
}

/** `shows`: as a picture or text where it is one; else as a file to keep. */
export async function giveLook(
  context: ApiContext,
  request: FastifyRequest,
  named: Named,
  { shows }: { readonly shows: boolean },
): Promise<Given> {
  return await askToLook(context, request, named, async (asked, at) => {
    const { host } = request.headers;
    const { contentFor, consoleFor } = context.places;
    const token = await giveTicket(at, callerOf(request), { ...asked, shows, console: consoleFor(host) });
    return { ...asked, address: `${contentFor(host)}/look/${token}` };
  });
}

export async function sendThere(reply: FastifyReply, { address }: Given): Promise<FastifyReply> {
  // Nobody keeps the address: the next look is another one.
  return await reply.header('cache-control', 'no-store').redirect(address, 303);
}

export function registerLooks(app: FastifyInstance, context: ApiContext): void {
  app.post<{ Params: Named }>(
    '/v1/records/:id/artifacts/:n/looks',
    {
      config: { roles: READERS },
      schema: {
        summary: 'An address at which a browser may show one file, for a minute',
        tags: ['records'],
        security: [{ key: [] }],
        params: Type.Object({ id: Type.String(), n: Type.String() }),
        response: {
          201: Type.Object({
            address: Type.String({ description: 'At the content server; it knows no key and no cookie' }),
            seconds: Type.Integer({ description: 'How long it may be asked for' }),
          }),
          ...problemResponses(401, 403, 404, 503),
        },
      },
    },
    async (request, reply) => {
      const { address } = await giveLook(context, request, request.params, { shows: true });
      return await reply.code(201).header('cache-control', 'no-store').send({ address, seconds: TICKET_S });
    },
  );

  void app.register(async (pages) => {
    takeForms(pages);
    const forReaders = { schema: { hide: true }, config: { roles: READERS, page: true } } as const;

    // A link: a text opens there, in the place of this page.
    pages.get<{ Params: Named }>(
      '/records/:id/files/:n',
      forReaders,
      async (request, reply) =>
        await sendThere(reply, await giveLook(context, request, request.params, { shows: true })),
    );

    // A form, for who has no scripts: the picture in a page of ours. A browser would not follow a form to another origin.
    pages.post<{ Params: Named }>('/records/:id/files/:n', forReaders, async (request, reply) => {
      const { recordId, n, file, address } = await giveLook(context, request, request.params, {
        shows: true,
      });
      return await reply.headers(pageHeaders({ content: new URL(address).origin })).send(
        filePage(context.frameOf(request), {
          recordId,
          code: receiptCode(recordId),
          n,
          role: file.role,
          originalName: file.original_name,
          address,
        }),
      );
    });
  });
}
