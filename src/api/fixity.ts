/** How the sealed files of an agency stand in the store, for those who answer for them. No content, and no way to any. */
import type { FastifyInstance } from 'fastify';
import { zoneOf } from '#agency/agency.ts';
import { fixityPage } from '#console/console.ts';
import { fixityView } from '#fixity/fixity.ts';
import { sendPage } from './administration.ts';
import { callerOf } from './auth.ts';
import type { ApiContext } from './context.ts';

const DAY_MS = 86_400_000;
/** A pass comes each minute; what is younger waits its turn. */
const FIRST_READING_MS = 15 * 60_000;

export function registerFixity(routes: FastifyInstance, { system, frameOf }: ApiContext): void {
  routes.get(
    '/fixity',
    {
      schema: { hide: true },
      config: { roles: ['custodian', 'retention-officer', 'auditor', 'administrator'], page: true },
    },
    async (request, reply) => {
      const { fixity, secondStore } = system.config;
      const { zone, view } = await system.db.inAgency(callerOf(request).agencyId, async (at) => ({
        zone: await zoneOf(at),
        view: await fixityView(at, fixity),
      }));
      const now = system.now();
      const limitMs = view.neverRead > 0 ? FIRST_READING_MS : fixity.readMs;
      const oldestMs = view.oldestWaitingAt === null ? 0 : now.getTime() - view.oldestWaitingAt.getTime();
      const page = fixityPage(frameOf(request), {
        ...view,
        zone,
        now,
        readDays: Math.ceil(fixity.readMs / DAY_MS),
        lookDays: Math.ceil(fixity.lookMs / DAY_MS),
        notCopied: secondStore === null ? null : view.notCopied,
        oldestUnreadAt: view.oldestUnreadAt?.toISOString() ?? null,
        listedAt: view.listedAt?.toISOString() ?? null,
        isOverdue: oldestMs > limitMs,
        wrong: view.wrong.map((one) => ({ ...one, foundAt: one.foundAt.toISOString() })),
        strays: view.strays.map((one) => ({ ...one, foundAt: one.foundAt.toISOString() })),
        batches: view.batches.map((one) => ({ ...one, at: one.at.toISOString() })),
      });
      return await sendPage(reply, page);
    },
  );
}
