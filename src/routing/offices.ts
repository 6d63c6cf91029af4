/** The offices of an agency: where letters go. One that is named in a history ends and never goes. */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import { appendEvent, newId } from '#record/record.ts';

export interface NewOffice {
  readonly name: string;
  readonly email: string;
  /** `custodian`: keeps the records, and is reminded of what is left undone. `copy`: is sent what was archived as well. */
  readonly duty: string;
  /** Only what goes under this policy; null: everything. */
  readonly policyId: string | null;
  /** Where the policy orders it; null: the agency decided so. */
  readonly citation: string | null;
}

export interface Office extends NewOffice {
  readonly id: string;
  readonly duty: 'custodian' | 'copy';
  readonly endedAt: string | null;
  /** The newest letter that went. */
  readonly toldAt: string | null;
  /** A letter waits that could not be sent; how often, and what the last answer was. */
  readonly failing: { readonly attempts: number; readonly code: string } | null;
  /** The newest letter was given up after three days. */
  readonly gaveUpAt: string | null;
}

export type OfficeRefusal =
  | 'name-unfit'
  | 'email-unfit'
  | 'email-taken'
  | 'duty-unknown'
  | 'policy-unknown'
  | 'citation-unfit';

export const OFFICE_SENTENCES: Readonly<Record<OfficeRefusal, string>> = {
  'name-unfit': 'Expected the office’s name: 1 to 200 characters in one line.',
  'email-unfit': 'Expected one e-mail address, such as clerk@rivertown.example.',
  'email-taken': 'This address is told already, for the same policy.',
  'duty-unknown': 'Say what the office does with it: it keeps the records, or it gets a copy.',
  'policy-unknown': 'Your agency has no policy of this name.',
  'citation-unfit': 'Expected at most 300 characters in one line.',
};

// Neither white space, nor what a list of addresses, a comment or a name is written with (RFC 5322, 3.2.3 and 3.4).
const ADDRESS = /^[^\s@<>()[\],;:\\"\p{Cc}]+@[^\s@<>()[\],;:\\"\p{Cc}]+$/u;
const isLine = (text: string, most: number): boolean =>
  text.length > 0 && text.length <= most && text.isWellFormed() && !/\p{Cc}/u.test(text);

export async function addOffice(
  at: AgencyTx,
  office: NewOffice,
  actor: string,
): Promise<{ readonly id: string } | { readonly refused: OfficeRefusal }> {
  const name = office.name.trim();
  const email = office.email.trim();
  const citation = office.citation === null || office.citation.trim() === '' ? null : office.citation.trim();
  const policyId = office.policyId === '' ? null : office.policyId;
  const { duty } = office;
  if (!isLine(name, 200)) return { refused: 'name-unfit' };
  if (!ADDRESS.test(email) || email.length > 254 || !email.isWellFormed()) return { refused: 'email-unfit' };
  if (duty !== 'custodian' && duty !== 'copy') return { refused: 'duty-unknown' };
  if (citation !== null && !isLine(citation, 300)) return { refused: 'citation-unfit' };
  if (policyId !== null && !(await hasPolicy(at, policyId))) return { refused: 'policy-unknown' };
  const id = newId();
  const { rows } = await sql`
    insert into office (agency_id, id, name, email, duty, policy_id, citation, created_by)
    values (${at.agencyId}, ${id}, ${name}, ${email}, ${duty}, ${policyId}, ${citation}, ${actor})
    on conflict do nothing returning id`.execute(at.tx);
  if (rows.length === 0) return { refused: 'email-taken' };
  await appendEvent(at, null, { type: 'office.added', actor, body: { office: id, duty, policyId } });
  return { id };
}

/** False: there is no such office, or it has ended. What was owed to it is moot. */
export async function endOffice(at: AgencyTx, id: string, actor: string): Promise<boolean> {
  const ended = await at.tx
    .updateTable('office')
    .set({ ended_at: sql<Date>`now()`, ended_by: actor })
    .where('agency_id', '=', at.agencyId)
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  if (ended.numUpdatedRows === 0n) return false;
  await appendEvent(at, null, { type: 'office.ended', actor, body: { office: id } });
  return true;
}

/** A letter that only tries the address; several that were asked for at once are one. False: there is no such office. */
export async function tryOffice({ agencyId, tx }: AgencyTx, id: string): Promise<boolean> {
  const { rows } = await sql`
    insert into notice (agency_id, office_id, kind)
    select agency_id, id, 'test' from office where agency_id = ${agencyId} and id = ${id} and ended_at is null
    returning id`.execute(tx);
  return rows.length > 0;
}

/** Those that are told, then those that were, each in the order in which they were added. */
export async function listOffices({ agencyId, tx }: AgencyTx): Promise<Office[]> {
  const { rows } = await sql<{
    id: string;
    name: string;
    email: string;
    duty: Office['duty'];
    policy_id: string | null;
    citation: string | null;
    ended_at: Date | null;
    told_at: Date | null;
    gave_up_at: Date | null;
    attempts: number | null;
    error_code: string | null;
  }>`
    select o.id, o.name, o.email, o.duty, o.policy_id, o.citation, o.ended_at, t.told_at,
           case when t.gave_up_at > coalesce(t.told_at, '-infinity') then t.gave_up_at end as gave_up_at, f.attempts, f.error_code
      from office o
      left join lateral (
        select max(n.ended_at) filter (where n.ended_as = 'mailed') as told_at,
               max(n.ended_at) filter (where n.ended_as = 'given-up') as gave_up_at
          from notice n where n.agency_id = o.agency_id and n.office_id = o.id and n.ended_at is not null) t on true
      left join lateral (
        select n.attempts, n.error_code from notice n
         where n.agency_id = o.agency_id and n.office_id = o.id and n.ended_at is null and n.error_code is not null
         order by n.attempts desc limit 1) f on true
     where o.agency_id = ${agencyId} order by o.ended_at is not null, o.created_at, o.id`.execute(tx);
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    email: row.email,
    duty: row.duty,
    policyId: row.policy_id,
    citation: row.citation,
    endedAt: row.ended_at?.toISOString() ?? null,
    toldAt: row.told_at?.toISOString() ?? null,
    gaveUpAt: row.gave_up_at?.toISOString() ?? null,
    failing: row.error_code === null ? null : { attempts: row.attempts ?? 0, code: row.error_code },
  }));
}

async function hasPolicy({ agencyId, tx }: AgencyTx, policyId: string): Promise<boolean> {
  const found = await tx
    .selectFrom('policy_version')
    .select('policy_id')
    .where('agency_id', '=', agencyId)
    .where('policy_id', '=', policyId)
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}
