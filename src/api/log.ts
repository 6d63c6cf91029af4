/**
 * The log's public face, and the page on which an agency looks at it. The newest checkpoint and the keys are anybody's: who keeps them can tell
 * later whether something before was changed. The tiles hold every entry; they carry no content and no name, and are let out only
 * where the agency says so. What is not here and what is not let out get the same answer.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { actorOf, changePublicFace, readPublicFace, zoneOf } from '#agency/agency.ts';
import { logPage } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { readLogOverview } from '#record/record.ts';
import { forAdministrators, mayChange, refuseProgram, sendPage } from './administration.ts';
import { openOutsideOf } from './anchored.ts';
import { callerOf } from './auth.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms } from './forms.ts';
import { openLimit } from './limit.ts';
import { answers, problemResponses } from './schemas.ts';
import { Type } from 'typebox';

/** A monitor reads a whole log at once, by many tiles. */
const RATES = { each: { perSecond: 20, burst: 400 }, all: { perSecond: 100, burst: 1000 } } as const;
/** Paths of C2SP tlog-tiles. */
const TILE =
  /^(?:entries|[0-9]|[1-5][0-9]|6[0-3])\/(?:x[0-9]{3}\/){0,5}[0-9]{3}(\.p\/(?:[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?$/;
const AgencyParams = Type.Object({ agency: Type.String() });

export function registerLog(routes: FastifyInstance, context: ApiContext): void {
  const { db, logReader, now } = context.system;
  const outsideOf = openOutsideOf(context.system);
  const limit = openLimit(RATES);
  const open = { open: 'how long the log of an agency is, signed; no content' } as const;
  const inLogOf = async <T>(
    request: FastifyRequest<{ Params: { agency: string } }>,
    read: (at: AgencyTx) => Promise<T | null>,
  ): Promise<T> => {
    limit.ask(request.ip);
    const found = await db.inAgency(request.params.agency, read);
    if (found === null) throw notHere();
    return found;
  };

  /** As a receipt carries them (RECEIPT.md): what was signed, and the checkpoint that it is over. */
  const anchorsIn = async (at: AgencyTx) =>
    await Promise.all(
      (await outsideOf(at)).by.map(async ({ kind, authority, size, at: when, blob }) => ({
        kind,
        authority,
        size,
        at: when.toISOString(),
        blob: blob.toString('base64'),
        checkpoint: (await logReader.checkpointOf(at, size))?.note.toString() ?? '',
      })),
    );

  routes.get<{ Params: { agency: string } }>(
    '/v1/log/:agency/checkpoint',
    {
      config: open,
      schema: {
        // Other than all calls that are described, these ask for no key.
        hide: true,
        summary:
          'The newest checkpoint of an agency’s log (C2SP tlog-checkpoint), byte for byte. Open to anybody',
        tags: ['log'],
        params: AgencyParams,
        response: { 200: answers('The signed note', 'text/plain'), ...problemResponses(404, 429, 503) },
      },
    },
    async (request, reply) => {
      const { note } = await inLogOf(request, async (at) => await logReader.checkpointOf(at));
      return await reply
        .type('text/plain; charset=utf-8')
        .headers({ 'cache-control': 'no-cache', 'access-control-allow-origin': '*' })
        .send(note);
    },
  );

  routes.get<{ Params: { agency: string } }>(
    '/v1/log/:agency/keys',
    {
      config: open,
      schema: {
        // Other than all calls that are described, these ask for no key.
        hide: true,
        summary: 'The verifier keys of an agency’s log, with the sizes that each may sign. Open to anybody',
        tags: ['log'],
        params: AgencyParams,
        response: {
          200: answers('{origin, keys: [{vkey, firstSize, lastSize}]}', 'application/json'),
          ...problemResponses(404, 429, 503),
        },
      },
    },
    async (request, reply) => {
      const found = await inLogOf(request, async (at) => {
        const overview = await readLogOverview(at, outsideOf);
        return overview === null ? null : { origin: overview.origin, keys: await logReader.keysOf(at) };
      });
      return await reply
        .type('application/json')
        .headers({ 'cache-control': 'no-cache', 'access-control-allow-origin': '*' })
        .send(JSON.stringify(found));
    },
  );

  routes.get<{ Params: { agency: string } }>(
    '/v1/log/:agency/anchors',
    {
      config: open,
      schema: {
        // Other than all calls that are described, these ask for no key.
        hide: true,
        summary:
          'Up to which size an agency’s log is anchored outside, since when and by whom, with what they signed. Open to anybody',
        tags: ['log'],
        params: AgencyParams,
        response: {
          200: answers(
            '{origin, size, anchored: {size, at} or null, unanchoredSince, anchors: [{kind, authority, size, at, blob, checkpoint}]}',
            'application/json',
          ),
          ...problemResponses(404, 429, 503),
        },
      },
    },
    async (request, reply) => {
      const found = await inLogOf(request, async (at) => {
        const overview = await readLogOverview(at, outsideOf);
        if (overview === null) return null;
        const { origin, size, anchored, unanchoredSince } = overview;
        return { origin, size, anchored, unanchoredSince, anchors: await anchorsIn(at) };
      });
      return await reply
        .type('application/json')
        .headers({ 'cache-control': 'no-cache', 'access-control-allow-origin': '*' })
        .send(JSON.stringify(found));
    },
  );

  routes.get<{ Params: { agency: string; '*': string } }>(
    '/v1/log/:agency/tile/*',
    {
      config: { open: 'entries of a log without content, where its agency lets them out' },
      schema: {
        // Other than all calls that are described, these ask for no key.
        hide: true,
        summary:
          'A tile of an agency’s log, or a bundle of its entries (C2SP tlog-tiles), where the agency lets them out',
        tags: ['log'],
        params: Type.Object({ agency: Type.String(), '*': Type.String() }),
        response: {
          200: answers('The bytes', 'application/octet-stream'),
          ...problemResponses(404, 429, 503),
        },
      },
    },
    async (request, reply) => {
      const { agency, '*': path } = request.params;
      const tile = TILE.exec(path);
      if (tile === null) throw notHere();
      await inLogOf(request, async (at) => ((await readPublicFace(at)).tiles ? true : null));
      const bytes = await logReader.file(agency, `tile/${path}`);
      if (bytes === null) throw notHere();
      // The bytes below a path never change; a partial one may be gone once the full one is there.
      const lasting = tile[1] === undefined ? 'public, max-age=31536000, immutable' : 'public, max-age=3600';
      return await reply
        .type('application/octet-stream')
        .headers({ 'cache-control': lasting, 'access-control-allow-origin': '*' })
        .send(bytes);
    },
  );

  void routes.register(async (app) => {
    takeForms(app);
    const show = async (
      request: FastifyRequest,
      reply: FastifyReply,
      said = false,
    ): Promise<FastifyReply> => {
      const { agencyId } = callerOf(request);
      const parts = await db.inAgency(agencyId, async (at) => ({
        zone: await zoneOf(at),
        overview: await readLogOverview(at, outsideOf),
        keys: await logReader.keysOf(at),
        face: await readPublicFace(at),
      }));
      const page = logPage(context.frameOf(request), {
        ...parts,
        agencyId,
        publicUrl: context.system.config.publicUrl,
        changes: mayChange(request),
        now: now(),
        said,
      });
      return await sendPage(reply, page);
    };
    app.get(
      '/log',
      { schema: { hide: true }, config: { roles: ['auditor', 'custodian', 'administrator'], page: true } },
      async (request, reply) => await show(request, reply),
    );
    app.post('/log', forAdministrators, async (request, reply) => {
      refuseProgram(request, 'key create');
      const shown = formOf(request).all('shown');
      const caller = callerOf(request);
      await db.inAgency(caller.agencyId, async (at) => {
        const face = {
          lookUp: shown.includes('look-up'),
          tiles: shown.includes('tiles'),
          requests: shown.includes('requests'),
        };
        await changePublicFace(at, face, actorOf(caller));
      });
      return await show(request, reply, true);
    });
  });
}

function notHere(): ArchiveError {
  return new ArchiveError(
    'log-not-here',
    'There is no such file of a log here for everybody. Checkpoints and keys are; tiles only where their agency lets them out.',
    { retry: 'never' },
  );
}
