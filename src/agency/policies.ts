/** Removal grounds: each agency's own clauses, versioned. A record keeps the clause as it stood the day it was named. */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';

export interface Ground {
  readonly policyId: string;
  readonly version: string;
  readonly clauseId: string;
  /** Short, in plain words of our own, for a phone. */
  readonly label: string;
  readonly citation: string;
  readonly clause: string;
}

export interface PolicyVersion {
  readonly policyId: string;
  readonly version: string;
  readonly title: string;
  /** Civil date from which this version stands, YYYY-MM-DD. */
  readonly effectiveOn: string;
  readonly grounds: readonly Omit<Ground, 'policyId' | 'version'>[];
}

/** Adds a version; an existing one is never changed. Answers false when it is there already. */
export async function addPolicy({ agencyId, tx }: AgencyTx, policy: PolicyVersion): Promise<boolean> {
  const added = await tx
    .insertInto('policy_version')
    .values({
      agency_id: agencyId,
      policy_id: policy.policyId,
      version: policy.version,
      title: policy.title,
      effective_on: policy.effectiveOn,
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
      })),
    )
    .execute();
  return true;
}

/** The clauses in force on a civil date: of each policy, the version that took effect last. */
export async function currentGrounds({ agencyId, tx }: AgencyTx, onDate: string): Promise<Ground[]> {
  const { rows } = await sql<Ground>`
    with current as (
      select distinct on (policy_id) policy_id, version from policy_version
       where agency_id = ${agencyId} and effective_on <= ${onDate}::date
       order by policy_id, effective_on desc, created_at desc)
    select g.policy_id as "policyId", g.version, g.clause_id as "clauseId", g.label, g.citation, g.clause
      from ground g join current c on c.policy_id = g.policy_id and c.version = g.version
     where g.agency_id = ${agencyId} order by g.policy_id, g.position`.execute(tx);
  return rows;
}

/** Every clause of every version, past ones too: what a fact may cite. */
export async function allGrounds({ agencyId, tx }: AgencyTx): Promise<Omit<Ground, 'label'>[]> {
  return await tx
    .selectFrom('ground')
    .select(['policy_id as policyId', 'version', 'clause_id as clauseId', 'citation', 'clause'])
    .where('agency_id', '=', agencyId)
    .execute();
}

export async function listPolicies({
  agencyId,
  tx,
}: AgencyTx): Promise<{ policyId: string; version: string; title: string; effectiveOn: string }[]> {
  return await tx
    .selectFrom('policy_version')
    .select(['policy_id as policyId', 'version', 'title', 'effective_on as effectiveOn'])
    .where('agency_id', '=', agencyId)
    .orderBy('policy_id')
    .orderBy('effective_on', 'desc')
    .execute();
}
