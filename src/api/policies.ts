/** The policies of an agency: read and compared by everybody who reads records; packs are added by its administrators. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  actorOf,
  addPack,
  comparePolicies,
  dayIn,
  listPolicies,
  PACKS,
  readPolicy,
  zoneOf,
} from '#agency/agency.ts';
import { html, policiesPage, policyComparePage } from '#console/console.ts';
import { forAdministrators, mayChange, notHere, refuseProgram, sendPage } from './administration.ts';
import { callerOf, READERS } from './auth.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms } from './forms.ts';
import { byPolicy, NO_POLICY, openVersion, versionsHere } from './policy-versions.ts';

type Said = Parameters<typeof policiesPage>[1]['said'];

export function registerPolicies(routes: FastifyInstance, context: ApiContext): void {
  const { db, now } = context.system;
  const readers = { schema: { hide: true }, config: { roles: READERS, page: true } } as const;

  const showOne = openVersion(context);

  const showAll = async (request: FastifyRequest, reply: FastifyReply, said: Said) => {
    const policies = await db.inAgency(callerOf(request).agencyId, async (at) => {
      const zone = await zoneOf(at);
      return byPolicy(await listPolicies(at), zone, dayIn(zone, now()));
    });
    const known = new Set(
      policies.flatMap(({ versions }) => versions.map(({ policyId, version }) => `${policyId} ${version}`)),
    );
    const page = policiesPage(context.frameOf(request), {
      policies,
      packs: PACKS.filter(({ policyId, version }) => !known.has(`${policyId} ${version}`)).map((pack) => ({
        ...pack,
        source: pack.source ?? null,
        isHere: policies.some(({ policyId }) => policyId === pack.policyId),
      })),
      changes: mayChange(request),
      said,
    });
    return await sendPage(reply, page, said?.kind === 'error');
  };

  void routes.register(async (app) => {
    takeForms(app);

    app.get('/policies', readers, async (request, reply) => await showAll(request, reply, null));

    app.post('/policies/packs', forAdministrators, async (request, reply) => {
      refuseProgram(request, 'policy add');
      const caller = callerOf(request);
      const wanted = formOf(request).one('pack');
      const pack = PACKS.find(({ policyId }) => policyId === wanted);
      if (pack === undefined)
        return await showAll(request, reply, {
          kind: 'error',
          text: 'There is no such policy among those that come with Holdfast. Choose one of them below.',
        });
      const added = await db.inAgency(caller.agencyId, async (at) => {
        const today = dayIn(await zoneOf(at), now());
        return await addPack(at, pack, today, actorOf(caller));
      });
      if (added === 'policy-taken')
        return await showAll(request, reply, {
          kind: 'error',
          text: html`Nothing was added: ${pack.policyId} is here in a version of its own, and these words
          would take the place of that. Look below at what would change.`,
        });
      return await showOne(request, reply, pack.policyId, pack.version, {
        kind: 'success',
        text:
          added === 'added'
            ? 'Added. Read it against the text that is in force with you before you rely on it.'
            : 'It was here already; nothing was changed.',
      });
    });

    app.get<{ Params: { policy: string; version: string } }>(
      '/policies/:policy/versions/:version',
      readers,
      async (request, reply) => {
        const { policy, version } = request.params;
        return await showOne(request, reply, policy, version, null);
      },
    );

    app.get<{ Params: { policy: string }; Querystring: Record<string, unknown> }>(
      '/policies/:policy/compare',
      readers,
      async (request, reply) => {
        const { policy } = request.params;
        const asked = (name: string, otherwise: string): string => {
          const value = request.query[name];
          return typeof value === 'string' ? value : otherwise;
        };
        const parts = await db.inAgency(callerOf(request).agencyId, async (at) => {
          const versions = await versionsHere(at, policy);
          const newest = versions[0]?.version ?? '';
          const from = asked('from', versions[1]?.version ?? newest);
          const to = asked('to', newest);
          const [was, is] = [await readPolicy(at, policy, from), await readPolicy(at, policy, to)];
          if (was === null || is === null) throw notHere('policy-not-found', NO_POLICY);
          return { policyId: policy, title: is.title, versions, from, to, ...comparePolicies(was, is) };
        });
        return await sendPage(reply, policyComparePage(context.frameOf(request), parts));
      },
    );
  });
}
