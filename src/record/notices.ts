/**
 * What becomes owed to people with the commit that seals a record or parks a step of it: a place on the worklist of the
 * custodian's office, and letters. Who sends them, and when, is the routing room's business; here they only become owed, so that nothing
 * that was sealed goes unsaid because a mail server was down.
 *
 * What an import brings was removed long ago, and there is as much of it as there are rows: it is announced to nobody.
 */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import { askedNow } from './asked.ts';
import { newId } from './ids.ts';
import { weighedFacts } from './queries.ts';

/** After so long, whoever handed it in is asked whether it was removed. Source: design 2.6. */
const REMIND_AFTER = '24 hours';

/**
 * With each seal; announces when it holds the fact with which the present removal began, so that an added screenshot is no
 * news and a second removal of the same content is.
 */
export async function announceSealed(at: AgencyTx, recordId: string, sealNo: number): Promise<void> {
  const { agencyId, tx } = at;
  const facts = await weighedFacts(at, recordId);
  const since = askedNow(facts)?.since;
  const begun = facts.find(({ n }) => n === since);
  if (begun === undefined || begun.sealNo !== sealNo || (await isImported(at, recordId))) return;
  const about = String(begun.n);
  await sql`
    insert into arrival (agency_id, record_id) values (${agencyId}, ${recordId})
    on conflict (record_id) do update set arrived_at = now(), noted_at = null, noted_by = null`.execute(tx);
  // Of two entries with one address the one that names the policy, or keeps the records, is told.
  await sql`
    insert into notice (agency_id, office_id, record_id, kind, about)
    select distinct on (lower(o.email)) o.agency_id, o.id, r.id, 'sealed', ${about}
      from record r join office o on o.agency_id = r.agency_id
     where r.agency_id = ${agencyId} and r.id = ${recordId} and ${CONCERNED}
     order by lower(o.email), o.policy_id is null, o.duty <> 'custodian', o.created_at
    on conflict do nothing`.execute(tx);
  await sql`
    with r as (select * from record where agency_id = ${agencyId} and id = ${recordId} and removal = 'awaited')
    insert into notice (agency_id, person_id, record_id, kind, about, due_at)
    select p.agency_id, p.id, r.id, 'reminder', ${about}, now() + ${REMIND_AFTER}::interval
      from r join fact f on f.agency_id = r.agency_id and f.record_id = r.id and f.n = ${begun.n}
      join person p on p.agency_id = r.agency_id and f.actor = 'person:' || p.id and p.left_at is null
    on conflict do nothing`.execute(tx);
  await sql`
    insert into notice (agency_id, office_id, record_id, kind, about, due_at)
    select distinct on (lower(o.email)) o.agency_id, o.id, r.id, 'reminder', ${about}, now() + ${REMIND_AFTER}::interval
      from record r join office o on o.agency_id = r.agency_id
     where r.agency_id = ${agencyId} and r.id = ${recordId} and r.removal = 'awaited' and o.duty = 'custodian' and ${CONCERNED}
       and not exists (select from notice n where n.agency_id = r.agency_id and n.record_id = r.id and n.kind = 'reminder' and n.about = ${about})
     order by lower(o.email), o.policy_id is null, o.created_at
    on conflict do nothing`.execute(tx);
}

/** Whoever handed these in has left: the custodian's office is asked instead, now. */
export async function remindOfficeInstead(
  { agencyId, tx }: AgencyTx,
  recordIds: readonly string[],
): Promise<void> {
  if (recordIds.length === 0) return;
  await sql`
    insert into notice (agency_id, office_id, record_id, kind, about)
    select o.agency_id, o.id, r.id, 'reminder', 'left' from record r join office o on o.agency_id = r.agency_id
     where r.agency_id = ${agencyId} and r.id = any (${[...recordIds]}::uuid[]) and r.removal = 'awaited'
       and o.duty = 'custodian' and ${CONCERNED}
    on conflict do nothing`.execute(tx);
}

/** A step stands still until a person looks at it: the custodian's office hears of each such stop. */
export async function announceParked(
  { agencyId, tx }: AgencyTx,
  recordId: string,
  step: string,
): Promise<void> {
  await sql`
    insert into notice (agency_id, office_id, record_id, kind, about)
    select o.agency_id, o.id, r.id, 'parked', ${`${step} ${newId()}`} from record r join office o on o.agency_id = r.agency_id
     where r.agency_id = ${agencyId} and r.id = ${recordId} and o.duty = 'custodian' and ${CONCERNED}`.execute(
    tx,
  );
}

async function isImported({ agencyId, tx }: AgencyTx, recordId: string): Promise<boolean> {
  const { rows } = await sql`
    select from fact where agency_id = ${agencyId} and record_id = ${recordId} and n = 1
       and body #>> '{data,channel}' = 'import'`.execute(tx);
  return rows.length > 0;
}

/** It is there, and the record goes under its policy; one that names no clause concerns every office. */
const CONCERNED = sql<boolean>`o.ended_at is null and (o.policy_id is null or r.grounds = '{}'
  or o.policy_id = any (select split_part(g, '#', 1) from unnest(r.grounds) g))`;
