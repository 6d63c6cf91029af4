/** What happened in an agency beside its records, for whoever looks into it. */
import type { FastifyInstance } from 'fastify';
import { listAccounts, listKeys, listPeople, operatorNames, zoneOf } from '#agency/agency.ts';
import { agencyHistoryPage } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import { readAgencyHistory } from '#record/record.ts';
import { listOffices } from '#routing/routing.ts';
import { namesOf } from './actor-names.ts';
import { sendPage } from './administration.ts';
import { AUDITORS, callerOf } from './auth.ts';
import type { ApiContext } from './context.ts';

const PER_PAGE = 100;

export function registerAgencyHistory(routes: FastifyInstance, { system, frameOf }: ApiContext): void {
  routes.get<{ Querystring: Record<string, unknown> }>(
    '/history',
    { schema: { hide: true }, config: { roles: AUDITORS, page: true } },
    async (request, reply) => {
      const { before } = request.query;
      // Of these there are more than of everything else together, and who looks for them looks for nothing else.
      const lists = request.query['lists'] === 'yes';
      const from = typeof before === 'string' && /^[1-9]\d{0,17}$/.test(before) ? before : null;
      const parts = await system.db.inAgency(callerOf(request).agencyId, async (at) => {
        const found = await readAgencyHistory(at, from, PER_PAGE + 1, { lists });
        const entries = found.slice(0, PER_PAGE);
        return {
          zone: await zoneOf(at),
          entries,
          next: found.length > PER_PAGE ? (entries.at(-1)?.seq ?? null) : null,
          isLater: from !== null,
          lists,
          actors: await namesOf(at, entries),
          things: await namesOfThings(at),
        };
      });
      const operators = await operatorNames(
        system.db,
        parts.entries.flatMap(({ actor, body: { inviter } }) =>
          typeof inviter === 'string' ? [actor, inviter] : [actor],
        ),
      );
      const actors = { ...parts.actors, ...operators };
      const things = { ...parts.things, ...operators };
      return await sendPage(reply, agencyHistoryPage(frameOf(request), { ...parts, actors, things }));
    },
  );
}

/** What an entry speaks of by its number: people, keys, offices and sites of the agency. */
async function namesOfThings(at: AgencyTx): Promise<Record<string, string>> {
  return Object.fromEntries([
    ...(await listPeople(at)).map(({ id, name }) => [id, name] as const),
    ...(await listKeys(at)).map(({ keyId, label }) => [keyId, label] as const),
    ...(await listOffices(at)).map(({ id, name }) => [id, name] as const),
    ...(await listAccounts(at)).map(({ id, name, platform }) => [id, `${name} (${platform})`] as const),
  ]);
}
