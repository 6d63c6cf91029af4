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
  /** The newest letter that was given up, of the last thirty days. */
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
const isAddress = (text: string): boolean => ADDRESS.test(text) && text.length <= 254 && text.isWellFormed();
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
  if (!isAddress(email)) return { refused: 'email-unfit' };
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

/** What is owed to it goes to the new address, at once. Null: changed. */
export async function changeAddress(
  at: AgencyTx,
  id: string,
  typed: string,
  actor: string,
): Promise<'email-unfit' | 'email-taken' | 'no-such-office' | null> {
  const email = typed.trim();
  if (!isAddress(email)) return 'email-unfit';
  if (!(await holdOffice(at, id))) return 'no-such-office';
  const { rows: taken } = await sql`
    select from office mine join office o on o.agency_id = mine.agency_id and o.id <> mine.id and o.ended_at is null
       and lower(o.email) = lower(${email}) and o.policy_id is not distinct from mine.policy_id
     where mine.agency_id = ${at.agencyId} and mine.id = ${id}`.execute(at.tx);
  if (taken.length > 0) return 'email-taken';
  await sql`update office set email = ${email} where agency_id = ${at.agencyId} and id = ${id}`.execute(
    at.tx,
  );
  await sql`update notice set due_at = now()
             where agency_id = ${at.agencyId} and office_id = ${id} and ended_at is null and error_code is not null`.execute(
    at.tx,
  );
  await appendEvent(at, null, { type: 'office.changed', actor, body: { office: id } });
  return null;
}

/** One at a time: what is asked in the next statement is seen as it is then. False: there is none, or it has ended. */
async function holdOffice({ agencyId, tx }: AgencyTx, id: string): Promise<boolean> {
  const { rows } = await sql`
    select from office where agency_id = ${agencyId} and id = ${id} and ended_at is null for update`.execute(
    tx,
  );
  return rows.length > 0;
}

/** How often an address may be tried. */
const TRY_EVERY = '10 minutes';

/** A letter that only tries the address. `recently`: one is owed still, or was within ten minutes. */
export async function tryOffice(
  at: AgencyTx,
  id: string,
  actor: string,
): Promise<'owed' | 'recently' | 'no-such-office'> {
  const { agencyId, tx } = at;
  if (!(await holdOffice(at, id))) return 'no-such-office';
  const { rows: recent } = await sql`
    select from notice where agency_id = ${agencyId} and kind = 'test' and office_id = ${id}
       and (ended_at is null or created_at > now() - ${TRY_EVERY}::interval)`.execute(tx);
  if (recent.length > 0) return 'recently';
  await tx
    .insertInto('notice')
    .values({ agency_id: agencyId, office_id: id, person_id: null, record_id: null, kind: 'test' })
    .execute();
  await appendEvent(at, null, { type: 'office.tried', actor, body: { office: id } });
  return 'owed';
}

/** What was given up is shown for so long, whatever went since. */
const GAVE_UP_SHOWN = '30 days';

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
           t.gave_up_at, f.attempts, f.error_code
      from office o
      left join lateral (
        select (select max(n.ended_at) from notice n
                 where n.agency_id = o.agency_id and n.office_id = o.id and n.ended_as = 'mailed') as told_at,
               (select max(n.ended_at) from notice n
                 where n.agency_id = o.agency_id and n.office_id = o.id and n.ended_as = 'given-up'
                   and n.ended_at > now() - ${GAVE_UP_SHOWN}::interval) as gave_up_at) t on true
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
