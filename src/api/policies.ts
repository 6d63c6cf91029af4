/** The policies of an agency: read and compared by everybody who reads records, written by its administrators. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  actorOf,
  addNextVersion,
  addPack,
  comparePolicies,
  dayIn,
  listPolicies,
  PACKS,
  readPolicy,
  zoneOf,
  type KeptPolicy,
  type ListedPolicy,
  type NextVersion,
  type PolicyVersion,
} from '#agency/agency.ts';
import { policiesPage, policyComparePage, policyDraftPage, policyPage } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import { VERBS } from '#record/record.ts';
import { mayChange, notHere, peopleOf, refuseProgram, sendPage } from './administration.ts';
import { ADMINISTRATORS, callerOf, READERS } from './auth.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms } from './forms.ts';
import { draftFrom, draftIn, policyIn, withPlace } from './policy-forms.ts';

type Said = Parameters<typeof policiesPage>[1]['said'];
type Draft = Parameters<typeof policyDraftPage>[1];
type Shown = Parameters<typeof policyPage>[1]['policy'];

const NO_POLICY = 'There is no such policy, or no such version of it, in this agency.';
/** As many clauses as one may have, each of some length. */
const DRAFT_LIMIT_BYTES = 2 * 1024 * 1024;

export function registerPolicies(routes: FastifyInstance, context: ApiContext): void {
  const { db, now } = context.system;
  const readers = { schema: { hide: true }, config: { roles: READERS, page: true } } as const;
  const administrators = { schema: { hide: true }, config: { roles: ADMINISTRATORS, page: true } } as const;

  const showAll = async (request: FastifyRequest, reply: FastifyReply, said: Said) => {
    const policies = await db.inAgency(callerOf(request).agencyId, async (at) => {
      const today = dayIn(await zoneOf(at), now());
      return byPolicy(await listPolicies(at), today);
    });
    const known = new Set(
      policies.flatMap(({ versions }) => versions.map(({ policyId, version }) => `${policyId} ${version}`)),
    );
    const page = policiesPage(context.frameOf(request), {
      policies,
      packs: PACKS.filter(({ policyId, version }) => !known.has(`${policyId} ${version}`)).map((pack) => ({
        ...pack,
        source: pack.source ?? null,
      })),
      changes: mayChange(request),
      said,
    });
    return await sendPage(reply, page, said?.kind === 'error');
  };

  const showOne = async (
    request: FastifyRequest,
    reply: FastifyReply,
    policyId: string,
    version: string,
    said: Said,
  ) => {
    const parts = await db.inAgency(callerOf(request).agencyId, async (at) => {
      const { zone, nameOf } = await peopleOf(at);
      const versions = await versionsOf(at, policyId, dayIn(zone, now()));
      const place = versions.findIndex((one) => one.version === version);
      const policy = await readPolicy(at, policyId, version);
      const listed = versions[place];
      if (policy === null || listed === undefined) throw notHere('policy-not-found', NO_POLICY);
      return {
        zone,
        policy: { ...listed, ...shownPolicy(policy, nameOf) },
        before: versions[place + 1]?.version ?? null,
      };
    });
    const page = policyPage(context.frameOf(request), { ...parts, changes: mayChange(request), said });
    return await sendPage(reply, page);
  };

  const showDraft = async (
    request: FastifyRequest,
    reply: FastifyReply,
    parts: Pick<Draft, 'draft' | 'latest'> & Partial<Draft>,
  ) => {
    const page = policyDraftPage(context.frameOf(request), {
      problems: [],
      added: null,
      verbs: VERBS,
      ...parts,
    });
    return await sendPage(reply, page, (parts.problems ?? []).length > 0);
  };

  /** All that was typed came along: it is saved, or comes back with what is wrong or one more place. */
  const takeDraft = async (request: FastifyRequest, reply: FastifyReply, policyId: string | null) => {
    refuseProgram(request, 'policy add');
    const form = formOf(request);
    const caller = callerOf(request);
    if (policyId !== null) await db.inAgency(caller.agencyId, async (at) => await versionsHere(at, policyId));
    const draft = draftIn(form, policyId);
    const wanted = form.one('do');
    if (wanted.startsWith('add-')) {
      const list = wanted.slice('add-'.length);
      const opened = form.one('latest');
      return await showDraft(request, reply, {
        draft: withPlace(draft, list),
        // As it was when the page was opened: what came meanwhile is said when it is saved.
        latest: policyId === null ? null : opened,
        added: list,
      });
    }
    const read = policyIn(draft);
    if ('problems' in read)
      return await showDraft(request, reply, {
        draft,
        latest: policyId === null ? null : form.one('latest'),
        problems: read.problems,
      });
    const { policy } = read;
    const seen = policyId === null ? null : form.one('latest');
    const next = await db.inAgency(
      caller.agencyId,
      async (at) => await addNextVersion(at, policy, seen, actorOf(caller)),
    );
    if (next.outcome !== 'added')
      return await showDraft(request, reply, {
        draft,
        // Said once: who saves again has read it.
        latest: next.outcome === 'overtaken' ? next.latest.version : seen,
        problems: [refusalOf(next, policy)],
      });
    return await showOne(request, reply, policy.policyId, policy.version, {
      kind: 'success',
      text: `Saved. It counts from ${policy.effectiveOn} on.`,
    });
  };

  void routes.register(async (app) => {
    takeForms(app, DRAFT_LIMIT_BYTES);

    app.get('/policies', readers, async (request, reply) => await showAll(request, reply, null));

    app.post('/policies/packs', administrators, async (request, reply) => {
      refuseProgram(request, 'policy add');
      const caller = callerOf(request);
      const wanted = formOf(request).one('pack');
      const pack = PACKS.find(({ policyId }) => policyId === wanted);
      if (pack === undefined)
        return await showAll(request, reply, {
          kind: 'error',
          text: 'There is no such policy among those that come with Holdfast. Choose one of them below.',
        });
      const isAdded = await db.inAgency(caller.agencyId, async (at) => {
        const today = dayIn(await zoneOf(at), now());
        return await addPack(at, pack, today, actorOf(caller));
      });
      return await showOne(request, reply, pack.policyId, pack.version, {
        kind: 'success',
        text: isAdded
          ? 'Added. Read it against the text that is in force with you before you rely on it.'
          : 'It was here already; nothing was changed.',
      });
    });

    app.get('/policies/draft', administrators, async (request, reply) => {
      return await showDraft(request, reply, { draft: draftFrom(null), latest: null });
    });
    app.post('/policies/draft', administrators, async (request, reply) => {
      return await takeDraft(request, reply, null);
    });

    app.get<{ Params: { policy: string } }>(
      '/policies/:policy/draft',
      administrators,
      async (request, reply) => {
        const policy = await db.inAgency(callerOf(request).agencyId, async (at) => {
          const [latest] = await versionsHere(at, request.params.policy);
          return latest === undefined ? null : await readPolicy(at, latest.policyId, latest.version);
        });
        return await showDraft(request, reply, {
          draft: draftFrom(policy),
          latest: policy?.version ?? null,
        });
      },
    );
    app.post<{ Params: { policy: string } }>(
      '/policies/:policy/draft',
      administrators,
      async (request, reply) => await takeDraft(request, reply, request.params.policy),
    );

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

function refusalOf(
  next: Exclude<NextVersion, { readonly outcome: 'added' }>,
  { policyId, version }: PolicyVersion,
): Draft['problems'][number] {
  switch (next.outcome) {
    case 'overtaken':
      return [
        null,
        `Version ${next.latest.version} was added since you opened this page, and what you wrote does not hold its changes. Look at it first; when you save again, yours comes after it.`,
      ];
    case 'too-early':
      return [
        'effectiveOn',
        `Takes effect on: version ${next.latest.version} takes effect on ${next.latest.effectiveOn}, so a later one cannot before. Choose that day or a later one.`,
      ];
    case 'policy-taken':
      return [
        'policyId',
        `Short name: a policy "${policyId}" is here already. Make a new version of it, or choose another name.`,
      ];
    case 'version-taken':
      return ['version', `Name of this version: "${version}" is here already. Choose another.`];
  }
}

/** Of one policy that is here, newest first. */
async function versionsHere(at: AgencyTx, policyId: string): Promise<ListedPolicy[]> {
  const versions = (await listPolicies(at)).filter((one) => one.policyId === policyId);
  if (versions.length === 0) throw notHere('policy-not-found', NO_POLICY);
  return versions;
}

async function versionsOf(at: AgencyTx, policyId: string, today: string) {
  return byPolicy(await versionsHere(at, policyId), today)[0]?.versions ?? [];
}

/** Each policy with its versions, and which of them stands today. */
function byPolicy(
  listed: readonly ListedPolicy[],
  today: string,
): Parameters<typeof policiesPage>[1]['policies'] {
  return [...new Set(listed.map(({ policyId }) => policyId))].map((policyId) => {
    const versions = listed.filter((one) => one.policyId === policyId);
    const now = versions.find(({ effectiveOn }) => effectiveOn <= today);
    return {
      policyId,
      versions: versions.map((one) => ({
        policyId,
        version: one.version,
        title: one.title,
        effectiveOn: one.effectiveOn,
        stands: one === now ? 'now' : one.effectiveOn > today ? 'later' : 'then',
      })),
    };
  });
}

function shownPolicy(
  policy: KeptPolicy,
  nameOf: (actor: string) => string,
): Omit<Shown, 'stands' | 'policyId' | 'version' | 'title' | 'effectiveOn'> {
  const { custodian, ...lists } = policy.rules;
  return {
    source: policy.source ?? null,
    grounds: policy.grounds,
    rules: { custodian: custodian === null ? [] : [custodian], ...lists },
    createdAt: policy.createdAt.toISOString(),
    createdBy: nameOf(policy.createdBy),
  };
}
