/** What an agency decided beforehand, for forms and programs: who one is, its clauses, its accounts. */
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { listPolicies, listSites } from '#agency/agency.ts';
import { peopleOf } from './administration.ts';
import { callerOf, EVERYONE, READERS } from './auth.ts';
import type { ApiContext } from './context.ts';
import { problemResponses } from './schemas.ts';

export function registerReference(app: FastifyInstance, context: ApiContext): void {
  const { system } = context;
  const options = (summary: string) => ({
    config: { roles: EVERYONE },
    schema: {
      summary,
      tags: ['reference'],
      security: [{ key: [] }],
      response: { 200: Type.Object({}, { additionalProperties: true }), ...problemResponses(401, 403, 503) },
    },
  });

  app.get(
    '/v1/me',
    options('Who asks: agency, roles, and the name of a person who signed in'),
    async (request) => {
      const { agencyId, roles, kind, id } = callerOf(request);
      const agency = await system.db.inAgency(
        agencyId,
        async ({ tx }) =>
          await tx
            .selectFrom('agency')
            .select(['name', 'zone'])
            .where('id', '=', agencyId)
            .executeTakeFirstOrThrow(),
      );
      return {
        agencyId,
        agencyName: agency.name,
        zone: agency.zone,
        kind,
        id,
        role: roles.join(', '),
        roles,
        name: request.person?.name ?? null,
        mode: system.config.mode,
      };
    },
  );
  app.get(
    '/v1/policies',
    options('Policies of the agency and the removal grounds in force today'),
    async (request) => {
      const { agencyId } = callerOf(request);
      const { grounds } = await system.referenceOf(agencyId);
      return {
        policies: await system.db.inAgency(agencyId, listPolicies),
        grounds: grounds.map((ground) => ({
          reference: `${ground.policyId}#${ground.clauseId}`,
          version: ground.version,
          label: ground.label,
          citation: ground.citation,
          clause: ground.clause,
          purpose: ground.purpose ?? 'remove',
        })),
      };
    },
  );
  app.get('/v1/accounts', options('The register of the agency’s own pages'), async (request) => {
    const { agencyId, roles } = callerOf(request);
    const { sites, nameOf } = await system.db.inAgency(agencyId, async (at) => ({
      sites: await listSites(at),
      ...(await peopleOf(at)),
    }));
    // Who looks after a page is for colleagues, not for each program that hands something in.
    const reads = roles.some((role) => READERS.includes(role));
    const shown = sites.map(({ people, others, version: _version, ...site }) => ({
      ...site,
      ...(reads ? { administrators: [...people.map((id) => nameOf(`person:${id}`)), ...others] } : {}),
    }));
    // Apart, because what is offered to choose from are the open ones.
    return {
      accounts: shown.filter(({ closedAt }) => closedAt === null),
      closed: shown.filter(({ closedAt }) => closedAt !== null),
    };
  });
}
