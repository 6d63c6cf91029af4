/** Productions, by calls: asked for, looked at, released by a link, withdrawn, and fetched by the custodian. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type, type TSchema } from 'typebox';
import { Check } from 'typebox/value';
import { actorOf } from '#agency/agency.ts';
import { ArchiveError } from '#errors.ts';
import {
  downloadProduction,
  downloadsOf,
  enterProductionView,
  linksOf,
  listProductions,
  packAgain,
  releaseProduction,
  withdrawProduction,
} from '#production/production.ts';
import { recordIdOf } from '#record/record.ts';
import { callerOf, CUSTODIANS, REQUEST_READERS, hereIn } from './auth.ts';
import type { ApiContext } from './context.ts';
import {
  noProduction,
  notDone,
  orderProduction,
  PREFIX,
  productionHere,
  productionShown,
  releaserOf,
  requestHere,
  sendSealed,
} from './production-answers.ts';
import { registerProductionLinks } from './production-links.ts';
import { registerProductionPages } from './production-pages.ts';
import { Anything, describedAs, taking, unread } from './described.ts';

const closed = { additionalProperties: false } as const;
const Order = Type.Object(
  {
    batesPrefix: Type.Optional(
      Type.String({ pattern: PREFIX, description: 'Letters before the numbers of pages' }),
    ),
    wacz: Type.Optional(
      Type.Boolean({ description: 'Web archives go along, of records of which all is released' }),
    ),
    seen: Type.Optional(
      Type.Object(
        {
          pictures: Type.Optional(
            Type.Array(Type.String({ pattern: '^[0-9a-f]{64}$' }), {
              maxItems: 1000,
              description: 'SHA-256 of pictures that you looked at, in which nothing stands that is withheld',
            }),
          ),
          items: Type.Optional(
            Type.Array(Type.String({ minLength: 1, maxLength: 300 }), {
              maxItems: 1000,
              description:
                'Items of the gate that are too short to be looked for, and that you looked for yourself',
            }),
          ),
          unread: Type.Optional(
            Type.Array(Type.String({ pattern: '^[0-9a-f]{64}$' }), {
              maxItems: 1000,
              description:
                'Ids of what the gate could not read, such as a film, and that you looked at yourself',
            }),
          ),
        },
        closed,
      ),
    ),
  },
  closed,
);
const Release = Type.Object(
  {
    days: Type.Integer({ minimum: 1, maximum: 90, description: 'After so many days the link leads nowhere' }),
  },
  closed,
);
const Withdrawal = Type.Object(
  {
    reason: Type.String({
      minLength: 1,
      maxLength: 1000,
      description: 'Why; kept, and shown to nobody outside',
    }),
  },
  closed,
);
const Params = Type.Object({ id: Type.String({ description: 'Id (UUID in lower case)' }) });
const MOST_DOWNLOADS = 200;

export function registerProductions(app: FastifyInstance, context: ApiContext): void {
  const { db, now, store, config } = context.system;
  const here = hereIn(db);
  const described = describedAs('requests');
  const schema = (summary: string, status: number, statuses: readonly number[], more: object = {}) =>
    described(summary, { [status]: Anything }, [404, ...statuses], { params: Params, ...more });
  registerProductionPages(app, context);
  registerProductionLinks(app, context);

  app.post<{ Params: { id: string } }>(
    '/v1/requests/:id/productions',
    {
      ...unread,
      config: { roles: CUSTODIANS },
      schema: schema(
        'Freeze what was decided about the records of a request, and have it packed and looked through. It takes a while: read it again',
        202,
        [409, 415, 422],
        taking(Order),
      ),
    },
    async (request, reply) => {
      const said = bodyOf(
        request,
        Order,
        '{"batesPrefix": "RIVERTOWN", "wacz": false, "seen": {"pictures": [], "items": [], "unread": []}}, each of them if you like',
      );
      const order = {
        prefix: said.batesPrefix ?? null,
        asked: {
          wacz: said.wacz ?? false,
          seen: {
            pictures: said.seen?.pictures ?? [],
            items: said.seen?.items ?? [],
            unread: said.seen?.unread ?? [],
          },
        },
      };
      const actor = actorOf(callerOf(request));
      const made = await here(
        request,
        async (at) => await orderProduction(at, await requestHere(at, request.params.id), order, actor),
      );
      return await reply.code(202).send({ ...made, state: 'building' });
    },
  );

  app.get<{ Params: { id: string } }>(
    '/v1/requests/:id/productions',
    {
      config: { roles: REQUEST_READERS },
      schema: schema('Productions of a request, the newest first', 200, []),
    },
    async (request) =>
      await here(request, async (at) => {
        const requestId = await requestHere(at, request.params.id);
        const all = await listProductions(at, requestId);
        await enterProductionView(at, { id: null, requestId }, actorOf(callerOf(request)));
        const caller = callerOf(request);
        return { productions: all.map((one) => productionShown(one, caller)) };
      }),
  );

  app.get<{ Params: { id: string } }>(
    '/v1/productions/:id',
    {
      config: { roles: REQUEST_READERS },
      schema: schema(
        'A production: its state, what the gate found and where, its links, its downloads',
        200,
        [],
      ),
    },
    async (request) =>
      await here(request, async (at) => {
        const production = await productionHere(at, request.params.id);
        const { id, requestId } = production;
        const parts = {
          links: await linksOf(at, id),
          downloads: await downloadsOf(at, id, MOST_DOWNLOADS),
        };
        await enterProductionView(at, { id, requestId }, actorOf(callerOf(request)));
        return { ...productionShown(production, callerOf(request)), ...parts };
      }),
  );

  app.post<{ Params: { id: string } }>(
    '/v1/productions/:id/release',
    {
      ...unread,
      config: { roles: CUSTODIANS },
      schema: schema(
        'Release a production that the gate has passed, as a person; or make another link to one that is out. The link is shown once',
        201,
        [409, 415, 422],
        taking(Release),
      ),
    },
    async (request, reply) => {
      const actor = releaserOf(request);
      const { days } = bodyOf(request, Release, '{"days": 1 to 90}');
      const id = recordIdOf(request.params.id);
      if (id === null) throw noProduction();
      const released = await here(
        request,
        async (at) => await releaseProduction(at, id, { now: now(), days }, actor),
      );
      if (typeof released === 'string') throw notDone(released);
      const { token, link, expiresAt } = released;
      return await reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ link, url: `${config.publicUrl}/p/${token}`, expiresAt: expiresAt.toISOString() });
    },
  );

  app.post<{ Params: { id: string } }>(
    '/v1/productions/:id/withdrawal',
    {
      ...unread,
      config: { roles: CUSTODIANS },
      schema: schema(
        'Withdraw a production, as a person: its links lead nowhere from now on. What was fetched is not called back by it',
        200,
        [409, 415, 422],
        taking(Withdrawal),
      ),
    },
    async (request) => {
      const actor = releaserOf(request);
      const { reason } = bodyOf(request, Withdrawal, '{"reason": "why, in 1 to 1000 characters"}');
      const id = recordIdOf(request.params.id);
      if (id === null) throw noProduction();
      const done = await here(
        request,
        async (at) => await withdrawProduction(at, id, { now: now(), why: reason }, actor),
      );
      if (done !== 'done') throw notDone(done);
      return { id, state: 'withdrawn' };
    },
  );

  app.post<{ Params: { id: string } }>(
    '/v1/productions/:id/run',
    {
      config: { roles: CUSTODIANS },
      schema: schema(
        'Pack a production once more whose packing stopped, after the cause was mended',
        200,
        [409],
      ),
    },
    async (request) => {
      const id = recordIdOf(request.params.id);
      if (id === null) throw noProduction();
      const actor = actorOf(callerOf(request));
      const done = await here(request, async (at) => await packAgain(at, id, actor));
      if (done !== 'done') throw notDone(done);
      return { id, state: 'building' };
    },
  );

  app.get<{ Params: { id: string } }>(
    '/v1/productions/:id/content',
    {
      exposeHeadRoute: false,
      config: { roles: CUSTODIANS },
      schema: schema('The sealed ZIP of a production, released or not yet', 200, [409]),
    },
    async (request, reply) => {
      const actor = actorOf(callerOf(request));
      const production = await here(request, async (at) => await productionHere(at, request.params.id));
      const { objectKey, versionId, sha256, bytes, n } = production;
      if (objectKey === null || versionId === null || sha256 === null || bytes === null)
        throw notDone('elsewhere');
      return await sendSealed({ store }, reply, { key: objectKey, versionId, sha256, bytes, n }, async () => {
        await here(
          request,
          async (at) => await downloadProduction(at, production, { link: null, now: now() }, actor),
        );
      });
    },
  );
}

function bodyOf<T extends TSchema>(request: FastifyRequest, schema: T, expected: string) {
  let said: unknown;
  try {
    said = request.body instanceof Uint8Array ? JSON.parse(Buffer.from(request.body).toString('utf8')) : null;
  } catch {
    said = null;
  }
  if (Check(schema, said)) return said;
  throw new ArchiveError('production-invalid', `Expected ${expected}, as application/json.`, {
    retry: 'never',
  });
}
