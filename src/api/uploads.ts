/**
 * Uploads by tus 1.0 (https://tus.io/protocols/resumable-upload), for any client of it: what is begun here is named in the
 * report as a part `upload`. Its four verbs are written out here rather than taken from `@tus/server`, which would bring a
 * store, a locker, sessions of its own and answers in another shape, and would have to be held off from all of ours.
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ArchiveError } from '#errors.ts';
import { UPLOAD_ID, UPLOAD_LIMIT_BYTES, type Owner, type Upload } from '#intake/intake.ts';
import { callerOf, REPORTERS } from './auth.ts';
import type { ApiContext } from './context.ts';
import { beginningOf, offsetOf, PIECE_TYPE, VERSION } from './tus.ts';

type WithId = FastifyRequest<{ Params: { id: string } }>;

export async function registerUploads(parent: FastifyInstance, context: ApiContext): Promise<void> {
  const { uploads } = context;
  await parent.register(async (app) => {
    app.addContentTypeParser(PIECE_TYPE, (_request, payload, done) => done(null, payload));
    app.addHook('onRequest', async (request, reply) => {
      if (request.method === 'OPTIONS' || request.headers['tus-resumable'] === VERSION) return;
      reply.header('tus-version', VERSION);
      throw new ArchiveError(
        'upload-protocol',
        `Uploads speak tus ${VERSION}. Send the header "Tus-Resumable: ${VERSION}", as every client of tus does.`,
        { retry: 'never' },
      );
    });
    app.addHook('onSend', async (_request, reply) => {
      reply.header('tus-resumable', VERSION).header('cache-control', 'no-store');
    });
    // Described by the protocol, whose clients read that and not ours.
    const guarded = { config: { roles: REPORTERS }, schema: { hide: true } } as const;

    app.options(
      '/v1/uploads',
      {
        schema: { hide: true },
        config: { open: 'Says what the protocol can here, and nothing of anybody.' },
      },
      async (_request, reply) =>
        await reply
          .code(204)
          .header('tus-version', VERSION)
          .header('tus-max-size', UPLOAD_LIMIT_BYTES)
          .header('tus-extension', 'creation,creation-with-upload,expiration,termination')
          .send(),
    );
    app.post('/v1/uploads', guarded, async (request, reply) => {
      const begun = await uploads.begin(ownerOf(request), beginningOf(request.headers));
      reply.header('location', `/v1/uploads/${begun.id}`);
      // Its first piece may come along. Should the line break in it, the sender knows no address, and begins another one.
      const carries = request.headers['content-type'] === PIECE_TYPE;
      const now = carries ? await append(context, request, begun.id, 0) : begun;
      return await standing(reply, now).code(201).send();
    });
    const look = async (request: WithId, reply: FastifyReply): Promise<FastifyReply> => {
      const upload = await uploads.look(ownerOf(request), idOf(request));
      if (upload.metadata !== null) reply.header('upload-metadata', upload.metadata);
      return await standing(reply, upload).header('upload-length', upload.sizeBytes).code(200).send();
    };
    const go = async (request: WithId, reply: FastifyReply): Promise<FastifyReply> => {
      if (request.headers['content-type'] !== PIECE_TYPE)
        throw new ArchiveError('media-type-unsupported', `Send a piece of an upload as ${PIECE_TYPE}.`, {
          retry: 'never',
        });
      const offset = offsetOf(request.headers);
      return await standing(reply, await append(context, request, idOf(request), offset))
        .code(204)
        .send();
    };
    const remove = async (request: WithId, reply: FastifyReply): Promise<FastifyReply> => {
      await uploads.remove(ownerOf(request), idOf(request));
      return await reply.code(204).send();
    };
    app.head('/v1/uploads/:id', guarded, look);
    app.patch('/v1/uploads/:id', guarded, go);
    app.delete('/v1/uploads/:id', guarded, remove);
    // For clients whose network knows no PATCH: the header says which method it is.
    app.post('/v1/uploads/:id', guarded, async (request: WithId, reply) => {
      const method = request.headers['x-http-method-override'];
      if (method === 'PATCH') return await go(request, reply);
      if (method === 'DELETE') return await remove(request, reply);
      if (method === 'HEAD') return await look(request, reply);
      throw malformedMethod();
    });
  });
}

export function ownerOf(request: FastifyRequest): Owner {
  const { agencyId, kind, id } = callerOf(request);
  return { agencyId, kind, id };
}

function idOf(request: WithId): string {
  const { id } = request.params;
  if (UPLOAD_ID.test(id)) return id;
  throw new ArchiveError(
    'upload-malformed',
    'Expected the address that the answer to POST /v1/uploads gave.',
    {
      retry: 'never',
    },
  );
}

async function append(
  { uploads }: ApiContext,
  request: FastifyRequest,
  id: string,
  offsetBytes: number,
): Promise<Upload> {
  return await uploads.append(ownerOf(request), id, {
    offsetBytes,
    bytes: bodyOf(request.raw),
    end: () => void request.raw.destroy(),
  });
}

/** Leaving a loop over a stream destroys it, and with it the connection that an answer needs. */
function bodyOf(raw: IncomingMessage): AsyncIterable<Uint8Array> {
  return raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
}

function standing(reply: FastifyReply, { offsetBytes, expiresAt }: Upload): FastifyReply {
  return reply.header('upload-offset', offsetBytes).header('upload-expires', expiresAt.toUTCString());
}

function malformedMethod(): ArchiveError {
  return new ArchiveError(
    'upload-malformed',
    'Send a piece with PATCH, or with POST and the header "X-HTTP-Method-Override: PATCH".',
    { retry: 'never' },
  );
}
