/**
 * Looking at one file of a record. Whoever asks gets a ticket, in the same commit as the entry in the record's history: one for
 * each look that is asked for, however often a browser then fetches it. The bytes come from the content server.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { actorOf, giveTicket, TICKET_S, type Caller } from '#agency/agency.ts';
import { filePage, pageHeaders } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { howShown, type ShownFile } from '#intake/intake.ts';
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

interface Asked {
  readonly recordId: string;
  readonly n: number;
  readonly file: File;
}

/** Rejects with `record-not-found`; then nothing is entered. `shows`: not to be kept as a file. */
export async function enterLook(
  at: AgencyTx,
  caller: Caller,
  { id, n: number }: Named,
  { shows }: { readonly shows: boolean },
): Promise<Asked> {
  const recordId = recordIdOf(id);
  const n = /^[1-9]\d{0,5}$/.test(number) ? Number(number) : null;
  const file = recordId === null || n === null ? null : await readArtifact(at, recordId, n);
  if (recordId === null || n === null || file === null)
    throw new ArchiveError('record-not-found', 'There is no such record in this agency.', { retry: 'never' });
  await appendEvent(at, recordId, {
    type: 'view.opened',
    actor: actorOf(caller),
    // A preview shows less than the file has, and is told from it for ever.
    body: { what: 'artifact', n, ...(shows && howShown(asShown(file)) === 'preview' && { as: 'preview' }) },
  });
  return { recordId, n, file };
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
  const { host } = request.headers;
  const { contentFor, consoleFor } = context.places;
  const caller = callerOf(request);
  refuseLinkFromElsewhere(request);
  return await context.system.db.inAgency(caller.agencyId, async (at) => {
    const asked = await enterLook(at, caller, named, { shows });
    const { recordId, n } = asked;
    const token = await giveTicket(at, caller, { recordId, n, shows, console: consoleFor(host) });
    return { ...asked, address: `${contentFor(host)}/look/${token}` };
  });
}

/** A cookie comes along with a link on any page: nobody's name gets into a history because somebody else had them press one. */
function refuseLinkFromElsewhere(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site'];
  if (callerOf(request).kind === 'key' || site === undefined || site === 'same-origin' || site === 'none')
    return;
  throw new ArchiveError(
    'request-cross-site',
    'A link on another site leads to this file, so nothing was opened. Open the record itself and look at the file there.',
    { retry: 'never' },
  );
}

export function asShown({ role, media_type, size_bytes, picture }: File): ShownFile {
  return { role, mediaType: media_type, sizeBytes: size_bytes, picture };
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
            preview: Type.Boolean({
              description:
                'A browser cannot or should not show the picture itself: a JPEG, made of it when it is asked for, is shown instead',
            }),
          }),
          ...problemResponses(401, 403, 404, 503),
        },
      },
    },
    async (request, reply) => {
      const { address, file } = await giveLook(context, request, request.params, { shows: true });
      const preview = howShown(asShown(file)) === 'preview';
      return await reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ address, seconds: TICKET_S, preview });
    },
  );

  void app.register(async (pages) => {
    takeForms(pages);
    const forReaders = { schema: { hide: true }, config: { roles: READERS, page: true } } as const;

    // A link: a text opens there, in the place of this page.
    pages.get<{ Params: Named }>(
      '/records/:id/files/:n',
      // HEAD would be a look that nobody took.
      { ...forReaders, exposeHeadRoute: false },
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
          file: { ...asShown(file), originalName: file.original_name, isSealed: file.key !== null },
          address,
        }),
      );
    });
  });
}
