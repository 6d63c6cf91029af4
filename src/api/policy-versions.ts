/** The versions of a policy as pages show them: which of them stands today, and since when records here name it. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  dayIn,
  isPack,
  listPolicies,
  readPolicy,
  type KeptPolicy,
  type ListedPolicy,
} from '#agency/agency.ts';
import { policyPage, type Markup, type policiesPage } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import { mayChange, notHere, peopleOf, sendPage } from './administration.ts';
import { callerOf } from './auth.ts';
import type { ApiContext } from './context.ts';

type Parts = Parameters<typeof policyPage>[1];
type Shown = Parts['policy'];
type Policies = Parameters<typeof policiesPage>[1]['policies'];

export const NO_POLICY = 'There is no such policy, or no such version of it, in this agency.';

/** Of one policy that is here, newest first. */
export async function versionsHere(at: AgencyTx, policyId: string): Promise<ListedPolicy[]> {
  const versions = (await listPolicies(at)).filter((one) => one.policyId === policyId);
  if (versions.length === 0) throw notHere('policy-not-found', NO_POLICY);
  return versions;
}

/** Each policy with its versions, and which of them stands today. */
export function byPolicy(listed: readonly ListedPolicy[], zone: string, today: string): Policies {
  return [...new Set(listed.map(({ policyId }) => policyId))].map((policyId) => {
    const versions = listed.filter((one) => one.policyId === policyId);
    const now = versions.find(({ effectiveOn }) => effectiveOn <= today);
    return {
      policyId,
      versions: versions.map((one) => {
        const addedOn = dayIn(zone, one.createdAt);
        return {
          policyId,
          version: one.version,
          title: one.title,
          effectiveOn: one.effectiveOn,
          stands: one === now ? 'now' : one.effectiveOn > today ? 'later' : 'then',
          usedSince: addedOn > one.effectiveOn ? addedOn : null,
        };
      }),
    };
  });
}

/** Shows one version, with all that it says. */
export function openVersion(context: ApiContext) {
  const { db, now } = context.system;
  return async (
    request: FastifyRequest,
    reply: FastifyReply,
    policyId: string,
    version: string,
    said: Parts['said'],
  ): Promise<FastifyReply> => {
    const parts = await db.inAgency(callerOf(request).agencyId, async (at) => {
      const { zone, doerOf } = await peopleOf(at);
      const listed = await versionsHere(at, policyId);
      const versions = byPolicy(listed, zone, dayIn(zone, now()))[0]?.versions ?? [];
      const place = versions.findIndex((one) => one.version === version);
      const policy = await readPolicy(at, policyId, version);
      const one = versions[place];
      if (policy === null || one === undefined) throw notHere('policy-not-found', NO_POLICY);
      return {
        zone,
        policy: { ...one, ...shownPolicy(policy, doerOf) },
        before: versions[place + 1]?.version ?? null,
      };
    });
    const page = policyPage(context.frameOf(request), { ...parts, changes: mayChange(request), said });
    return await sendPage(reply, page);
  };
}

function shownPolicy(
  policy: KeptPolicy,
  doerOf: (actor: string) => string | Markup,
): Pick<Shown, 'source' | 'grounds' | 'rules' | 'createdAt' | 'createdBy' | 'isPack'> {
  const { custodian, ...lists } = policy.rules;
  return {
    source: policy.source ?? null,
    grounds: policy.grounds,
    rules: { custodian: custodian === null ? [] : [custodian], ...lists },
    createdAt: policy.createdAt.toISOString(),
    createdBy: doerOf(policy.createdBy),
    isPack: isPack(policy.policyId, policy.version),
  };
}
