/** A new version of a policy, written by an administrator: looked at against the one before it, then saved for ever. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  actorOf,
  addNextVersion,
  comparePolicies,
  dayIn,
  lastAdded,
  listPolicies,
  PACKS,
  readPolicy,
  zoneOf,
  type NextVersion,
  type PolicyVersion,
} from '#agency/agency.ts';
import { apart, html, policyDraftPage, type Markup } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import { VERBS } from '#record/record.ts';
import { forAdministrators, notHere, refuseProgram, sendPage } from './administration.ts';
import { callerOf } from './auth.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms } from './forms.ts';
import { draftFrom, draftFromPack, draftIn, policyIn, withPlace } from './policy-forms.ts';
import { NO_POLICY, openVersion, versionsHere } from './policy-versions.ts';

type Parts = Parameters<typeof policyDraftPage>[1];

/** As many clauses as one may have, each of some length. */
const DRAFT_LIMIT_BYTES = 2 * 1024 * 1024;

export function registerPolicyDrafts(routes: FastifyInstance, context: ApiContext): void {
  const { db, now } = context.system;
  const showOne = openVersion(context);

  const todayOf = async (at: AgencyTx): Promise<string> => dayIn(await zoneOf(at), now());

  const showDraft = async (
    request: FastifyRequest,
    reply: FastifyReply,
    parts: Pick<Parts, 'draft' | 'latest'> & Partial<Parts>,
  ) => {
    const later = await db.inAgency(callerOf(request).agencyId, async (at) => {
      const today = await todayOf(at);
      return (await listPolicies(at)).filter(
        ({ policyId, effectiveOn }) => policyId === parts.draft.policyId && effectiveOn > today,
      );
    });
    const page = policyDraftPage(context.frameOf(request), {
      problems: [],
      added: null,
      looked: null,
      verbs: VERBS,
      ...parts,
      later: parts.latest === null ? [] : later,
    });
    return await sendPage(reply, page, (parts.problems ?? []).length > 0);
  };

  /** All that was typed came along: it is looked at or saved, or comes back with what is wrong or one more place. */
  const takeDraft = async (request: FastifyRequest, reply: FastifyReply, policyId: string | null) => {
    refuseProgram(request, 'policy add');
    const form = formOf(request);
    const caller = callerOf(request);
    if (policyId !== null) await db.inAgency(caller.agencyId, async (at) => await versionsHere(at, policyId));
    const draft = draftIn(form, policyId);
    // As it was when the page was opened: what came meanwhile is said when it is saved.
    const seen = policyId === null ? null : form.one('latest');
    const wanted = form.one('do');
    if (wanted.startsWith('add-')) {
      const list = wanted.slice('add-'.length);
      return await showDraft(request, reply, { draft: withPlace(draft, list), latest: seen, added: list });
    }
    const read = policyIn(draft);
    if ('problems' in read)
      return await showDraft(request, reply, { draft, latest: seen, problems: read.problems });
    const { policy } = read;
    if (wanted !== 'save') {
      const looked = await db.inAgency(caller.agencyId, async (at) => {
        const was = seen === null ? null : await readPolicy(at, policy.policyId, seen);
        const counts = countsFrom(policy, await todayOf(at));
        return { counts, comparison: was === null ? null : comparePolicies(was, policy) };
      });
      return await showDraft(request, reply, { draft, latest: seen, looked });
    }
    const { next, today } = await db.inAgency(caller.agencyId, async (at) => {
      const day = await todayOf(at);
      return { next: await addNextVersion(at, policy, seen, day, actorOf(caller)), today: day };
    });
    if (next.outcome !== 'added')
      return await showDraft(request, reply, {
        draft,
        // Said once: who saves again has read it.
        latest: next.outcome === 'overtaken' ? next.last : seen,
        problems: [refusalOf(next, policy)],
      });
    return await showOne(request, reply, policy.policyId, policy.version, {
      kind: 'success',
      text: html`Saved. ${apart(countsFrom(policy, today))}`,
    });
  };

  void routes.register(async (app) => {
    takeForms(app, DRAFT_LIMIT_BYTES);

    app.get('/policies/draft', forAdministrators, async (request, reply) => {
      return await showDraft(request, reply, { draft: draftFrom(null), latest: null });
    });
    app.post('/policies/draft', forAdministrators, async (request, reply) => {
      return await takeDraft(request, reply, null);
    });

    app.get<{ Params: { policy: string }; Querystring: Record<string, unknown> }>(
      '/policies/:policy/draft',
      forAdministrators,
      async (request, reply) => {
        const { policy: policyId } = request.params;
        const latest = await db.inAgency(callerOf(request).agencyId, async (at) => {
          const last = await lastAdded(at, policyId);
          return last === null ? null : await readPolicy(at, policyId, last);
        });
        const pack = PACKS.find(
          ({ policyId: id, version }) => id === policyId && version === request.query['pack'],
        );
        if (latest === null || (request.query['pack'] !== undefined && pack === undefined))
          throw notHere('policy-not-found', NO_POLICY);
        return await showDraft(request, reply, {
          draft: pack === undefined ? draftFrom(latest) : draftFromPack(pack),
          latest: latest.version,
        });
      },
    );
    app.post<{ Params: { policy: string } }>(
      '/policies/:policy/draft',
      forAdministrators,
      async (request, reply) => await takeDraft(request, reply, request.params.policy),
    );
  });
}

/** From when on it counts, as far as a day can say it. */
function countsFrom({ effectiveOn }: PolicyVersion, today: string): Markup {
  return effectiveOn < today
    ? html`It took effect on ${effectiveOn}: records name it from today on, and those before keep the clause
      that stood here then.`
    : html`It counts from ${effectiveOn} on.`;
}

function refusalOf(
  next: Exclude<NextVersion, { readonly outcome: 'added' }>,
  { policyId, version }: PolicyVersion,
): Parts['problems'][number] {
  switch (next.outcome) {
    case 'overtaken':
      return [
        null,
        html`Version ${next.last} was added since you opened this page, and what you wrote does not hold its
        changes. Look at it first; when you save again, yours comes after it.`,
      ];
    case 'too-early':
      return [
        'effectiveOn',
        html`Takes effect on: version ${next.inForce.version} is in force since ${next.inForce.effectiveOn},
        so a later one cannot take effect before. Choose that day or a later one.`,
      ];
    case 'policy-taken':
      return [
        'policyId',
        html`Short name: a policy "${policyId}" is here already. Make a new version of it, or choose another
        name.`,
      ];
    case 'version-taken':
      return ['version', html`Name of this version: "${version}" is here already. Choose another.`];
  }
}
