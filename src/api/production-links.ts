/**
 * Where a link of a production leads: a page that says what is there, and the sealed bytes. Open to whoever has the address, which is random
 * and ends. What is over, was withdrawn or never was is answered alike.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { productionLinkPage } from '#console/console.ts';
import { ArchiveError } from '#errors.ts';
import { downloadProduction, productionByLink, productionDocuments } from '#production/production.ts';
import { sendPage } from './administration.ts';
import type { ApiContext } from './context.ts';
import { VERIFY_PRODUCTION } from './letter-handing.ts';
import { openLimit, openSlots } from './limit.ts';
import { sendSealed } from './production-answers.ts';

/** For each address, before a link is looked up at all. */
const LOOKING = { each: { perSecond: 2, burst: 60 }, all: { perSecond: 200, burst: 2000 } } as const;
/** For each link that leads somewhere, and for all that lead nowhere together: who floods one, or tries many, keeps nobody from another. */
const LINK = { each: { perSecond: 20, burst: 200 }, all: { perSecond: 1000, burst: 10_000 } } as const;
const NOWHERE = '';
/** A production may be of any size: so many readers of one at once, and of all. */
const READING = { each: 4, all: 16 } as const;
/** Whoever has the link. Nothing else is known of them, and nothing is kept. */
const PUBLIC = 'public';

interface Asking {
  readonly token: string;
}

export function registerProductionLinks(app: FastifyInstance, context: ApiContext): void {
  const { db, now, store, logReader } = context.system;
  const looking = openLimit(LOOKING);
  const links = openLimit(LINK);
  const slots = openSlots(READING);
  const open = (why: string) =>
    ({ schema: { hide: true }, config: { open: why, page: true, ownPagesOnly: true } }) as const;
  const found = async (address: string, token: string) => {
    looking.ask(address);
    const one = await productionByLink(db, token, now());
    links.ask(one === null ? NOWHERE : token);
    if (one !== null) return one;
    throw new ArchiveError(
      'link-not-found',
      'This link leads nowhere: it is over, was withdrawn, or was not copied whole. Ask the public body that sent it for another one.',
      { retry: 'never' },
    );
  };

  app.get(
    VERIFY_PRODUCTION,
    open('how to check a production without us: the text that goes along in each'),
    async (request, reply) => {
      looking.ask(request.ip);
      return await reply
        .header('cache-control', 'public, max-age=3600')
        .header('x-content-type-options', 'nosniff')
        .type('text/plain; charset=utf-8')
        .send(productionDocuments.get('data/VERIFY.md'));
    },
  );

  app.get<{ Params: Asking }>(
    '/p/:token',
    open('what was produced for a request, to whoever has its link'),
    async (request, reply) => {
      const { token } = request.params;
      const { agencyId, agencyName, zone, expiresAt, production } = await found(request.ip, token);
      const keys = await db.inAgency(agencyId, async (at) => await logReader.keysOf(at));
      return await sendPage(
        reply,
        productionLinkPage(context.frameOf(request), {
          token,
          agencyName,
          zone,
          expiresAt: expiresAt.toISOString(),
          n: production.n,
          records: production.released + production.part,
          bytes: production.bytes ?? 0,
          sha256: production.sha256 ?? '',
          vkeys: keys.map(({ vkey }) => vkey),
        }),
      );
    },
  );

  app.get<{ Params: Asking }>(
    '/p/:token/content',
    // What only asks whether it is there has not fetched it.
    { ...open('the sealed bytes of a production, to whoever has its link'), exposeHeadRoute: false },
    async (request, reply): Promise<FastifyReply> => {
      const { agencyId, link, production } = await found(request.ip, request.params.token);
      const { objectKey, versionId, sha256, bytes, n } = production;
      if (objectKey === null || versionId === null || sha256 === null || bytes === null)
        throw new ArchiveError('internal', 'A released production has no bytes.', { retry: 'never' });
      const giveBack = slots.take(request.params.token);
      reply.raw.once('close', giveBack);
      // Whoever hung up while the link was looked up is told of nobody any more.
      if (reply.raw.destroyed || reply.raw.closed) giveBack();
      try {
        return await sendSealed(
          { store },
          reply,
          { key: objectKey, versionId, sha256, bytes, n },
          async () => {
            await db.inAgency(
              agencyId,
              async (at) => await downloadProduction(at, production, { link, now: now() }, PUBLIC),
            );
          },
        );
      } catch (error) {
        giveBack();
        throw error;
      }
    },
  );
}
