/**
 * What somebody chose last, and what the agency chooses most: read from the facts themselves, so that a form can offer it first. No
 * content is read, only clauses, accounts and verbs.
 */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';

export interface UsedAccount {
  /** In the register; null: it is not in it. */
  readonly accountId: string | null;
  readonly platform: string;
  readonly account: string;
}

export interface SaidGround {
  readonly policyId: string;
  readonly citation: string;
  readonly text: string | null;
}

/** Newest first, each once. */
export interface LastUsed {
  readonly grounds: readonly { readonly policyId: string; readonly citation: string }[];
  readonly accounts: readonly UsedAccount[];
  /** Of removals. */
  readonly verbs: readonly string[];
  /** Of what was kept without one. */
  readonly keptBy: readonly string[];
}

/** So far back it is looked: what nobody chose for sixty reports is not what comes next. */
const LOOKED_AT = 60;
const MOST_USED_OF = 200;

interface Row {
  readonly type: string;
  readonly n: number;
  readonly confirms: boolean;
  readonly verb: string;
  readonly grounds: readonly { readonly policyId: string; readonly citation: string }[] | null;
  readonly platform: string;
  readonly account: string;
  readonly accountId: string | null;
}

/** By `actor` (`person:…`, `key:…`), through the form. */
export async function readLastUsed({ agencyId, tx }: AgencyTx, actor: string): Promise<LastUsed> {
  const { rows } = await sql<Row>`
    select f.type, f.n, f.confirms, f.body #>> '{data,action,verb}' as verb, f.body #> '{data,action,grounds}' as grounds,
           r.platform, r.account, r.account_id as "accountId"
      from fact f join record r on r.id = f.record_id and r.agency_id = f.agency_id
     where f.actor = ${actor} and f.agency_id = ${agencyId} and f.body #>> '{data,channel}' = 'web-form'
     order by f.recorded_at desc limit ${LOOKED_AT}`.execute(tx);
  // A confirmation, and what is added to a record, chose neither account nor verb anew.
  const acted = rows.filter((row) => row.type === 'removal.action-recorded.v1' && !row.confirms);
  const kept = rows.filter((row) => row.n === 1 && row.type === 'removal.content-observed.v1');
  return {
    grounds: once(
      rows.flatMap(({ grounds }) => grounds ?? []).map(({ policyId, citation }) => ({ policyId, citation })),
      ({ policyId, citation }) => `${policyId}#${citation}`,
    ),
    accounts: once(
      rows.filter((row) => acted.includes(row) || kept.includes(row)),
      ({ platform, account }) => `${platform} ${account.toLowerCase()}`,
    ).map(({ accountId, platform, account }) => ({ accountId, platform, account })),
    verbs: [...new Set(acted.filter(({ verb }) => verb !== 'reject').map(({ verb }) => verb))],
    keptBy: [
      ...new Set(
        rows
          .filter((row) => kept.includes(row) || (acted.includes(row) && row.verb === 'reject'))
          .map(({ verb }) => verb),
      ),
    ],
  };
}

/** Each clause that the facts of a record name, once, as they name it. */
export async function readGroundsSaid({ agencyId, tx }: AgencyTx, recordId: string): Promise<SaidGround[]> {
  const { rows } = await sql<SaidGround>`
    select distinct g ->> 'policyId' as "policyId", g ->> 'citation' as citation, g ->> 'text' as text
      from fact f, jsonb_array_elements(f.body #> '{data,action,grounds}') g
     where f.record_id = ${recordId} and f.agency_id = ${agencyId}`.execute(tx);
  return rows;
}

/** The verbs of the agency's newest records, the most used first. */
export async function readVerbsUsed({ agencyId, tx }: AgencyTx): Promise<string[]> {
  const { rows } = await sql<{ verb: string }>`
    select verb from (select verb from record where agency_id = ${agencyId} order by received_at desc limit ${MOST_USED_OF}) newest
     group by verb order by count(*) desc, verb`.execute(tx);
  return rows.map(({ verb }) => verb);
}

function once<T>(all: readonly T[], nameOf: (one: T) => string): T[] {
  const seen = new Set<string>();
  return all.filter((one) => {
    const name = nameOf(one);
    const isNew = !seen.has(name);
    seen.add(name);
    return isNew;
  });
}
