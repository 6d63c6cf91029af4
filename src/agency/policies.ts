/** Removal grounds: each agency's own clauses, versioned. A record keeps the clause as it stood the day it was named. */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import { appendEvent } from '#record/record.ts';
import { NO_RULES } from './policy-shape.ts';

export interface Ground {
  readonly policyId: string;
  readonly version: string;
  readonly clauseId: string;
  /** Short, in plain words of our own, for a phone. */
  readonly label: string;
  readonly citation: string;
  readonly clause: string;
  /** `keep`: a reason to keep what is not removed. Absent: `remove`. */
  readonly purpose?: 'remove' | 'keep';
}

/** What somebody must do or may do, in words of ours, and where the policy says so. */
export interface PolicySays {
  readonly says: string;
  readonly citation: string;
}

/** What a policy says beside its clauses. What it does not say is absent, null or empty. */
export interface PolicyRules {
  /** Who keeps the records. Null: the text names nobody. */
  readonly custodian: PolicySays | null;
  /** Who else is sent what was removed. */
  readonly sendTo: readonly PolicySays[];
  readonly mayRemove: readonly PolicySays[];
  /** The removal verbs of the archive that stand for the policy's own words. */
  readonly verbs: readonly (PolicySays & { readonly verb: string })[];
  /** What must be displayed to users. */
  readonly notices: readonly PolicySays[];
  /** What must be done before somebody may moderate. `agreement`: whoever does agrees in writing first (`agreements.ts`). */
  readonly before: readonly (PolicySays & { readonly agreement?: true })[];
  /** What must be kept of the content before it goes. The archive's own rule asks for a picture of it in any case. */
  readonly kept: readonly PolicySays[];
}

export interface PolicyVersion {
  readonly policyId: string;
  readonly version: string;
  readonly title: string;
  /** Civil date from which this version stands, YYYY-MM-DD. */
  readonly effectiveOn: string;
  readonly grounds: readonly Omit<Ground, 'policyId' | 'version'>[];
  readonly rules?: PolicyRules;
  /** Where the text comes from, and what about it nobody could confirm. */
  readonly source?: string;
}

/** Adds a version; an existing one is never changed. Answers false when it is there already. `by`: as histories name them. */
export async function addPolicy(at: AgencyTx, policy: PolicyVersion, by = 'cli'): Promise<boolean> {
  const { agencyId, tx } = at;
  await oneAtATime(at);
  const added = await tx
    .insertInto('policy_version')
    .values({
      agency_id: agencyId,
      policy_id: policy.policyId,
      version: policy.version,
      title: policy.title,
      effective_on: policy.effectiveOn,
      rules: JSON.stringify(policy.rules ?? {}),
      source: policy.source ?? null,
      // Not when this transaction began: it may have waited for another, which then came first.
      created_at: sql<Date>`clock_timestamp()`,
      created_by: by,
    })
    .onConflict((conflict) => conflict.columns(['agency_id', 'policy_id', 'version']).doNothing())
    .executeTakeFirst();
  if (added.numInsertedOrUpdatedRows !== 1n) return false;
  await tx
    .insertInto('ground')
    .values(
      policy.grounds.map((ground, position) => ({
        agency_id: agencyId,
        policy_id: policy.policyId,
        version: policy.version,
        clause_id: ground.clauseId,
        position,
        label: ground.label,
        citation: ground.citation,
        clause: ground.clause,
        purpose: ground.purpose ?? 'remove',
      })),
    )
    .execute();
  await appendEvent(at, null, {
    type: 'policy.added',
    actor: by,
    body: { policy: policy.policyId, version: policy.version, grounds: policy.grounds.length },
  });
  return true;
}

/** Versions of an agency come one after another, until the commit: what came in between is passed over by nobody. */
async function oneAtATime({ agencyId, tx }: AgencyTx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('policy of ' || ${agencyId}, 0))`.execute(tx);
}

export type AddedVersion =
  | { readonly outcome: 'added' }
  | { readonly outcome: 'version-taken' }
  | { readonly outcome: 'too-early'; readonly inForce: ListedPolicy };
export type NextVersion =
  | AddedVersion
  | { readonly outcome: 'policy-taken' }
  | { readonly outcome: 'overtaken'; readonly last: string };

/**
 * As `addPolicy`, for whoever decides: none takes effect before the version that is in force (`today`: a civil day of the agency).
 * It may come before one that has not taken effect yet: else a mistyped year would close the policy for ever.
 */
export async function addVersion(
  at: AgencyTx,
  policy: PolicyVersion,
  today: string,
  by = 'cli',
): Promise<AddedVersion> {
  await oneAtATime(at);
  const inForce = (await listPolicies(at)).find(
    ({ policyId, effectiveOn }) => policyId === policy.policyId && effectiveOn <= today,
  );
  const isThere = (await readPolicy(at, policy.policyId, policy.version)) !== null;
  if (!isThere && inForce !== undefined && policy.effectiveOn < inForce.effectiveOn)
    return { outcome: 'too-early', inForce };
  return (await addPolicy(at, policy, by)) ? { outcome: 'added' } : { outcome: 'version-taken' };
}

/** The version after the one that somebody saw as the last that was added; `seen` null: the first of a policy. */
export async function addNextVersion(
  at: AgencyTx,
  policy: PolicyVersion,
  seen: string | null,
  today: string,
  by: string,
): Promise<NextVersion> {
  await oneAtATime(at);
  const last = await lastAdded(at, policy.policyId);
  if (last !== null && seen === null) return { outcome: 'policy-taken' };
  if (last !== null && last !== seen) return { outcome: 'overtaken', last };
  return await addVersion(at, policy, today, by);
}

/** The version that was added last, whenever it takes effect; null: the agency has none of this policy. */
export async function lastAdded({ agencyId, tx }: AgencyTx, policyId: string): Promise<string | null> {
  const row = await tx
    .selectFrom('policy_version')
    .select('version')
    .where('agency_id', '=', agencyId)
    .where('policy_id', '=', policyId)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.version ?? null;
}

export interface KeptPolicy extends PolicyVersion {
  readonly rules: PolicyRules;
  readonly createdAt: Date;
  readonly createdBy: string;
}

/** One version with all that it says; null: there is none. */
export async function readPolicy(
  { agencyId, tx }: AgencyTx,
  policyId: string,
  version: string,
): Promise<KeptPolicy | null> {
  const row = await tx
    .selectFrom('policy_version')
    .select(['title', 'effective_on', 'rules', 'source', 'created_at', 'created_by'])
    .where('agency_id', '=', agencyId)
    .where('policy_id', '=', policyId)
    .where('version', '=', version)
    .executeTakeFirst();
  if (row === undefined) return null;
  const grounds = await tx
    .selectFrom('ground')
    .select(['clause_id as clauseId', 'label', 'citation', 'clause', 'purpose'])
    .where('agency_id', '=', agencyId)
    .where('policy_id', '=', policyId)
    .where('version', '=', version)
    .orderBy('position')
    .execute();
  return {
    policyId,
    version,
    title: row.title,
    effectiveOn: row.effective_on,
    grounds,
    rules: { ...NO_RULES, ...(row.rules as Partial<PolicyRules>) },
    ...(row.source === null ? {} : { source: row.source }),
    createdAt: row.created_at,
    createdBy: row.created_by,
  };
}

/** The clauses in force on a civil date: of each policy, the version that took effect last. */
export async function currentGrounds({ agencyId, tx }: AgencyTx, onDate: string): Promise<Ground[]> {
  const { rows } = await sql<Ground>`
    with current as (
      select distinct on (policy_id) policy_id, version from policy_version
       where agency_id = ${agencyId} and effective_on <= ${onDate}::date
       order by policy_id, effective_on desc, created_at desc)
    select g.policy_id as "policyId", g.version, g.clause_id as "clauseId", g.label, g.citation, g.clause, g.purpose
      from ground g join current c on c.policy_id = g.policy_id and c.version = g.version
     where g.agency_id = ${agencyId} order by g.policy_id, g.position`.execute(tx);
  return rows;
}

/** Every clause of every version that is or was in force on a civil date: what a fact may cite. */
export async function allGrounds(
  { agencyId, tx }: AgencyTx,
  onDate: string,
): Promise<Omit<Ground, 'label'>[]> {
  return await tx
    .selectFrom('ground')
    .innerJoin('policy_version', (join) =>
      join
        .onRef('policy_version.agency_id', '=', 'ground.agency_id')
        .onRef('policy_version.policy_id', '=', 'ground.policy_id')
        .onRef('policy_version.version', '=', 'ground.version'),
    )
    .select([
      'ground.policy_id as policyId',
      'ground.version',
      'ground.clause_id as clauseId',
      'ground.citation',
      'ground.clause',
    ])
    .where('ground.agency_id', '=', agencyId)
    .where('policy_version.effective_on', '<=', onDate)
    .execute();
}

export interface ListedPolicy {
  readonly policyId: string;
  readonly version: string;
  readonly title: string;
  readonly effectiveOn: string;
  readonly source: string | null;
  readonly createdAt: Date;
  /** `{}`: it was added without any. */
  readonly rules: PolicyRules | Record<string, never>;
}

export async function listPolicies({ agencyId, tx }: AgencyTx): Promise<ListedPolicy[]> {
  const rows = await tx
    .selectFrom('policy_version')
    .select([
      'policy_id as policyId',
      'version',
      'title',
      'effective_on as effectiveOn',
      'source',
      'created_at as createdAt',
      'rules',
    ])
    .where('agency_id', '=', agencyId)
    .orderBy('policy_id')
    .orderBy('effective_on', 'desc')
    .orderBy('created_at', 'desc')
    .execute();
  return rows.map((row) => ({ ...row, rules: row.rules as ListedPolicy['rules'] }));
}
