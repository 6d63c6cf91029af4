/**
 * What becomes owed to people with the commit that seals a record or parks a step of it: a place on the worklist of the
 * custodian's office, and letters. Who sends them, and when, is the routing room's business; here they only become due, so that nothing
 * that was sealed goes unsaid because a mail server was down.
 */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';

/** With the first seal. The reminder is for whoever handed it in; where that was a program, for the custodian's office. */
export async function announceSealed({ agencyId, tx }: AgencyTx, recordId: string): Promise<void> {
  await sql`
    insert into arrival (agency_id, record_id) values (${agencyId}, ${recordId}) on conflict do nothing`.execute(
    tx,
  );
  await sql`
    insert into notice (agency_id, office_id, record_id, kind)
    select o.agency_id, o.id, r.id, 'sealed' from record r join office o on o.agency_id = r.agency_id
     where r.agency_id = ${agencyId} and r.id = ${recordId} and ${CONCERNED}
    on conflict do nothing`.execute(tx);
  await sql`
    with r as (select * from record where agency_id = ${agencyId} and id = ${recordId} and removal = 'awaited'),
    submitter as (
      select p.id from r join fact f on f.agency_id = r.agency_id and f.record_id = r.id and f.n = 1
        join person p on p.agency_id = r.agency_id and f.actor = 'person:' || p.id and p.left_at is null)
    insert into notice (agency_id, person_id, office_id, record_id, kind)
    select ${agencyId}, s.id, null, ${recordId}, 'reminder' from submitter s
    union all
    select o.agency_id, null, o.id, r.id, 'reminder' from r join office o on o.agency_id = r.agency_id
     where o.duty = 'custodian' and ${CONCERNED} and not exists (select from submitter)
    on conflict do nothing`.execute(tx);
}

/** A step stands still until a person looks at it: the custodian's office hears of it. */
export async function announceParked({ agencyId, tx }: AgencyTx, recordId: string): Promise<void> {
  await sql`
    insert into notice (agency_id, office_id, record_id, kind)
    select o.agency_id, o.id, r.id, 'parked' from record r join office o on o.agency_id = r.agency_id
     where r.agency_id = ${agencyId} and r.id = ${recordId} and o.duty = 'custodian' and ${CONCERNED}
    on conflict do nothing`.execute(tx);
}

/** It is there, and the record goes under its policy; one that names no clause concerns every office. */
const CONCERNED = sql<boolean>`o.ended_at is null and (o.policy_id is null or r.grounds = '{}'
  or o.policy_id = any (select split_part(g, '#', 1) from unnest(r.grounds) g))`;
