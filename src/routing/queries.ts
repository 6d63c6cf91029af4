/** The SQL of a letter: what is due, whom it is for, and what became of it. */
import { sql } from 'kysely';
import type { AgencyTx, Db, NoticeKind } from '#db/db.ts';

export interface Claimed {
  readonly agencyId: string;
  readonly letter: string;
  readonly kind: NoticeKind;
  readonly officeId: string | null;
  readonly personId: string | null;
  /** This attempt among them. */
  readonly attempts: number;
  /** Until when it is ours; every write of what became of it names it. */
  readonly until: string;
}

/** A record whose robots are still at work waits for what they find, and no longer than this. */
const SETTLES_S = 120;

/**
 * The letter that has waited longest, now claimed; null: none is due. One that was begun before is taken as it was begun: the same
 * notices and the same id. A new one takes all that is owed to its address, and none is begun there while another is on its way or
 * within `gatherMs` of the last: what comes meanwhile goes in the next. Of two who claim at one moment one gets nothing.
 */
export async function claimLetter(
  db: Db,
  fresh: string,
  { gatherMs, claimMs }: { readonly gatherMs: number; readonly claimMs: number },
): Promise<Claimed | null> {
  return await db.system.transaction().execute(async (tx) => {
    // One after the other: of two that look at the same moment, each would take some of what is owed, and the office gets two letters.
    await sql`select pg_advisory_xact_lock(hashtextextended('letters', 0))`.execute(tx);
    const { rows } = await sql<Claimed>`
      with first as (
        select n.agency_id, coalesce(n.office_id, n.person_id) as target, n.kind, n.letter from notice n
         where ${DUE} and (n.letter is not null or n.kind = 'test' or (${SETTLED} and ${mayBegin(gatherMs)}))
         order by n.due_at limit 1),
      taken as (
        select n.agency_id, n.id from notice n, first f
         where n.agency_id = f.agency_id and coalesce(n.office_id, n.person_id) = f.target and n.kind = f.kind
           and n.letter is not distinct from f.letter and ${DUE} and (n.letter is not null or ${SETTLED})
           for update of n skip locked),
      claimed as (
        update notice n
           set letter = coalesce(n.letter, ${fresh}::uuid), begun_at = coalesce(n.begun_at, now()), attempts = n.attempts + 1,
               claimed_until = now() + ${claimMs} * interval '1 millisecond'
          from taken t where n.agency_id = t.agency_id and n.id = t.id
        returning n.agency_id, n.letter, n.kind, n.office_id, n.person_id, n.attempts, n.claimed_until)
      select agency_id as "agencyId", letter, kind, office_id as "officeId", person_id as "personId",
             max(attempts) as attempts, max(claimed_until)::text as until
        from claimed group by 1, 2, 3, 4, 5`.execute(tx);
    return rows[0] ?? null;
  });
}

const DUE = sql<boolean>`(n.ended_at is null and n.due_at <= now() and (n.claimed_until is null or n.claimed_until < now()))`;
const SETTLED = sql<boolean>`(n.kind <> 'sealed' or n.created_at < now() - ${SETTLES_S} * interval '1 second' or not exists (
  select from step s where s.record_id = n.record_id and s.name in ('inspect', 'seal', 'capture') and s.parked_at is null))`;
const mayBegin = (gatherMs: number) => sql<boolean>`not exists (
  select from notice m where m.agency_id = n.agency_id and coalesce(m.office_id, m.person_id) = coalesce(n.office_id, n.person_id)
     and m.kind = n.kind and ((m.ended_at is null and m.letter is not null)
       or (m.ended_as = 'mailed' and m.ended_at > now() - ${gatherMs} * interval '1 millisecond')))`;

export interface Addressee {
  readonly name: string;
  readonly email: string;
  readonly policyId: string | null;
  readonly citation: string | null;
  readonly agencyName: string;
  readonly zone: string;
}

/** Null: it is told no more, or has left. */
export async function addresseeOf(at: AgencyTx, claimed: Claimed): Promise<Addressee | null> {
  const { rows } = await sql<Addressee>`
    select who.name, who.email, who.policy_id as "policyId", who.citation, a.name as "agencyName", a.zone from agency a, (
      select name, email, policy_id, citation from office
       where agency_id = ${at.agencyId} and id = ${claimed.officeId} and ended_at is null
      union all
      select name, email, null, null from person
       where agency_id = ${at.agencyId} and id = ${claimed.personId} and left_at is null) who
     where a.id = ${at.agencyId}`.execute(at.tx);
  return rows[0] ?? null;
}

export interface Told {
  readonly recordId: string;
  readonly receivedAt: Date;
  readonly platform: string;
  /** As the agency's register calls it; null: it is not in there, and may be somebody's own. */
  readonly accountName: string | null;
  readonly kind: string;
  readonly verb: string;
  readonly removal: 'awaited' | 'confirmed' | 'none';
  readonly grounds: readonly string[];
  /** Each clause in a few words, with its citation. */
  readonly clauses: readonly string[];
  /** A step of it stands still. */
  readonly parked: boolean;
}

/** What the letter tells, oldest first. Neither words nor names: they are not selected. */
export async function toldIn(at: AgencyTx, letter: string): Promise<Told[]> {
  const { rows } = await sql<Told>`
    select r.id as "recordId", r.received_at as "receivedAt", r.platform, a.name as "accountName", r.kind, r.verb, r.removal, r.grounds,
           array(select distinct on (g.policy_id, g.clause_id) g.label || ' (' || g.citation || ')' from ground g
                   join policy_version v on v.agency_id = g.agency_id and v.policy_id = g.policy_id and v.version = g.version
                  where g.agency_id = r.agency_id and g.policy_id || '#' || g.clause_id = any (r.grounds)
                  order by g.policy_id, g.clause_id, v.effective_on desc, v.created_at desc) as clauses,
           exists (select from step s where s.agency_id = r.agency_id and s.record_id = r.id and s.parked_at is not null) as parked
      from notice n join record r on r.agency_id = n.agency_id and r.id = n.record_id
      left join account a on a.agency_id = r.agency_id and a.id = r.account_id
     where n.agency_id = ${at.agencyId} and n.letter = ${letter} and n.ended_at is null
     order by r.received_at, r.id`.execute(at.tx);
  return rows;
}

/** Answers the records of what ended; none of a letter that is somebody else's by now. `only`: of these records, or these rows. */
export async function endNotices(
  { agencyId, tx }: AgencyTx,
  { letter, until }: Claimed,
  as: 'mailed' | 'moot' | 'given-up',
  only?: { readonly records: readonly string[] } | { readonly notices: readonly string[] },
): Promise<string[]> {
  const [column, ids] =
    only === undefined
      ? (['id', null] as const)
      : 'records' in only
        ? (['record_id', only.records] as const)
        : (['id', only.notices] as const);
  if (ids?.length === 0) return [];
  const query = tx
    .updateTable('notice')
    .set({ ended_at: sql<Date>`now()`, ended_as: as })
    .where('agency_id', '=', agencyId)
    .where('letter', '=', letter)
    .where('ended_at', 'is', null)
    .where('claimed_until', '=', sql<Date>`${until}::timestamptz`);
  const ended = await (ids === null ? query : query.where(column, 'in', [...ids]))
    .returning('record_id')
    .execute();
  return ended.flatMap((row) => (row.record_id === null ? [] : [row.record_id]));
}

/** Answers whether it was begun so long ago that it is given up, by the clock of the database. */
export async function putOff(
  { agencyId, tx }: AgencyTx,
  { letter, until }: Claimed,
  code: string,
  { waitMs, giveUpMs }: { readonly waitMs: number; readonly giveUpMs: number },
): Promise<boolean> {
  const { rows } = await sql<{ over: boolean }>`
    update notice set error_code = ${code}, due_at = now() + ${waitMs} * interval '1 millisecond'
     where agency_id = ${agencyId} and letter = ${letter} and ended_at is null and claimed_until = ${until}::timestamptz
    returning begun_at < now() - ${giveUpMs} * interval '1 millisecond' as over`.execute(tx);
  return rows.some(({ over }) => over);
}

/** It may be claimed again from `due_at` on. */
export async function letGoOf({ agencyId, tx }: AgencyTx, { letter, until }: Claimed): Promise<void> {
  await sql`update notice set claimed_until = null where agency_id = ${agencyId} and letter = ${letter}
               and claimed_until = ${until}::timestamptz`.execute(tx);
}

export interface MailStanding {
  /** Offices that are told, over all agencies. */
  readonly offices: number;
  /** Notices whose letter failed at least once and has not gone since. */
  readonly failing: number;
  readonly attempts: number;
  readonly codes: readonly string[];
  /** Notices that are due for more than an hour, and nobody has begun a letter. */
  readonly waiting: number;
  /** Agencies that have records and no office that keeps them and is told of everything. */
  readonly untold: readonly string[];
}

/** For operators: figures over all agencies, no address. */
export async function mailStanding(db: Db): Promise<MailStanding> {
  const { rows } = await sql<MailStanding>`
    select (select count(*)::int from office where ended_at is null) as offices,
           (select count(*)::int from notice where ended_at is null and error_code is not null) as failing,
           (select count(*)::int from notice n where ended_at is null and letter is null and due_at < now() - interval '1 hour'
               and not exists (select from notice m where m.agency_id = n.agency_id and m.kind = n.kind and m.ended_at is null and m.letter is not null
                                  and coalesce(m.office_id, m.person_id) = coalesce(n.office_id, n.person_id))) as waiting,
           (select coalesce(max(attempts), 0) from notice where ended_at is null) as attempts,
           array(select distinct error_code from notice where ended_at is null and error_code is not null order by 1) as codes,
           array(select a.id from agency a where exists (select from record r where r.agency_id = a.id)
                    and not exists (select from office o where o.agency_id = a.id and o.ended_at is null
                                       and o.policy_id is null and o.duty = 'custodian') order by 1 limit 20) as untold`.execute(
    db.system,
  );
  const [row] = rows;
  return row ?? { offices: 0, failing: 0, attempts: 0, codes: [], waiting: 0, untold: [] };
}
