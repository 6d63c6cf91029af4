/** The SQL of a letter: what is due, whom it is for, and what became of it. */
import { sql } from 'kysely';
import type { AgencyTx, Db, NoticeKind } from '#db/db.ts';

export interface Claimed {
  readonly agencyId: string;
  readonly letter: string;
  readonly kind: NoticeKind;
  readonly officeId: string | null;
  readonly personId: string | null;
  /** How often it was tried before. */
  readonly attempts: number;
  readonly since: Date;
}

export interface Waits {
  /** Letters of one kind to one address are no closer together than this. */
  readonly gatherMs: number;
  /** So long after the seal a removal that nobody confirmed is brought to mind. */
  readonly remindMs: number;
  readonly claimMs: number;
}

/** So many records go in one letter; what is more goes in the next. */
const IN_ONE_LETTER = 50;
/** What nobody began to send for so long is old news; the worklist has it. Mail may have been off. */
const OLD_NEWS_S = 3 * 86_400;
/** A record whose robots are still at work waits for what they find, and no longer than this. */
const SETTLES_S = 120;

/**
 * The letter that has waited longest, now claimed; null: none is due. One that was begun before is taken as it was begun: the same
 * notices and the same id. Of two who claim at one moment one gets nothing.
 */
export async function claimLetter(db: Db, fresh: string, waits: Waits): Promise<Claimed | null> {
  const { rows } = await sql<Claimed>`
    with first as (
      select n.agency_id, coalesce(n.office_id, n.person_id) as target, n.kind, n.letter from notice n
       where ${claimable(waits)} order by n.due_at limit 1),
    taken as (
      select n.agency_id, n.id from notice n, first f
       where n.agency_id = f.agency_id and coalesce(n.office_id, n.person_id) = f.target and n.kind = f.kind
         and n.letter is not distinct from f.letter and ${claimable(waits)}
       order by n.due_at, n.id limit ${IN_ONE_LETTER} for update of n skip locked),
    claimed as (
      update notice n set letter = coalesce(n.letter, ${fresh}::uuid), claimed_until = now() + ${waits.claimMs} * interval '1 millisecond'
        from taken t where n.agency_id = t.agency_id and n.id = t.id
      returning n.agency_id, n.letter, n.kind, n.office_id, n.person_id, n.attempts, n.created_at)
    select agency_id as "agencyId", letter, kind, office_id as "officeId", person_id as "personId",
           max(attempts) as attempts, min(created_at) as since
      from claimed group by 1, 2, 3, 4, 5`.execute(db.system);
  return rows[0] ?? null;
}

const claimable = ({ gatherMs, remindMs }: Waits) => sql<boolean>`(
  n.ended_at is null and n.due_at <= now() and (n.claimed_until is null or n.claimed_until < now())
  and (n.letter is not null or n.kind = 'test' or (
    (n.kind <> 'reminder' or n.created_at < now() - ${remindMs} * interval '1 millisecond')
    and n.created_at > now() - ${OLD_NEWS_S} * interval '1 second' - case when n.kind = 'reminder' then ${remindMs} else 0 end * interval '1 millisecond'
    and (n.kind <> 'sealed' or n.created_at < now() - ${SETTLES_S} * interval '1 second' or not exists (
      select from step s where s.record_id = n.record_id and s.name in ('inspect', 'seal', 'capture') and s.parked_at is null))
    and not exists (
      select from notice m where m.agency_id = n.agency_id and coalesce(m.office_id, m.person_id) = coalesce(n.office_id, n.person_id)
         and m.kind = n.kind and m.ended_as = 'mailed' and m.ended_at > now() - ${gatherMs} * interval '1 millisecond'))))`;

export interface Addressee {
  readonly name: string;
  readonly email: string;
  readonly citation: string | null;
  readonly agencyName: string;
  readonly zone: string;
}

/** Null: it is told no more, or has left. */
export async function addresseeOf(at: AgencyTx, claimed: Claimed): Promise<Addressee | null> {
  const { rows } = await sql<Addressee>`
    select who.name, who.email, who.citation, a.name as "agencyName", a.zone from agency a, (
      select name, email, citation from office where agency_id = ${at.agencyId} and id = ${claimed.officeId} and ended_at is null
      union all
      select name, email, null from person where agency_id = ${at.agencyId} and id = ${claimed.personId} and left_at is null) who
     where a.id = ${at.agencyId}`.execute(at.tx);
  return rows[0] ?? null;
}

export interface Told {
  readonly recordId: string;
  readonly receivedAt: Date;
  readonly platform: string;
  readonly account: string;
  readonly kind: string;
  readonly verb: string;
  readonly removal: 'awaited' | 'confirmed' | 'none';
  /** Each clause in a few words, with its citation. */
  readonly clauses: readonly string[];
}

/** What the letter tells, oldest first. Neither words nor names: they are not selected. */
export async function toldIn(at: AgencyTx, letter: string): Promise<Told[]> {
  const { rows } = await sql<Told>`
    select r.id as "recordId", r.received_at as "receivedAt", r.platform, r.account, r.kind, r.verb, r.removal,
           array(select distinct on (g.policy_id, g.clause_id) g.label || ' (' || g.citation || ')' from ground g
                   join policy_version v on v.agency_id = g.agency_id and v.policy_id = g.policy_id and v.version = g.version
                  where g.agency_id = r.agency_id and g.policy_id || '#' || g.clause_id = any (r.grounds)
                  order by g.policy_id, g.clause_id, v.effective_on desc, v.created_at desc) as clauses
      from notice n join record r on r.agency_id = n.agency_id and r.id = n.record_id
     where n.agency_id = ${at.agencyId} and n.letter = ${letter} and n.ended_at is null
     order by r.received_at, r.id`.execute(at.tx);
  return rows;
}

/** Answers the records of what ended. `recordIds`: only these. */
export async function endNotices(
  { agencyId, tx }: AgencyTx,
  letter: string,
  as: 'mailed' | 'moot' | 'given-up',
  recordIds?: readonly string[],
): Promise<string[]> {
  if (recordIds?.length === 0) return [];
  const query = tx
    .updateTable('notice')
    .set({ ended_at: sql<Date>`now()`, ended_as: as, claimed_until: null })
    .where('agency_id', '=', agencyId)
    .where('letter', '=', letter)
    .where('ended_at', 'is', null);
  const ended = await (recordIds === undefined ? query : query.where('record_id', 'in', [...recordIds]))
    .returning('record_id')
    .execute();
  return ended.flatMap((row) => (row.record_id === null ? [] : [row.record_id]));
}

export async function putOff(
  { agencyId, tx }: AgencyTx,
  letter: string,
  code: string,
  waitMs: number,
): Promise<void> {
  await tx
    .updateTable('notice')
    .set((eb) => ({
      attempts: eb('attempts', '+', 1),
      error_code: code,
      claimed_until: null,
      due_at: sql<Date>`now() + ${waitMs} * interval '1 millisecond'`,
    }))
    .where('agency_id', '=', agencyId)
    .where('letter', '=', letter)
    .where('ended_at', 'is', null)
    .execute();
}

export interface MailStanding {
  /** Offices that are told, over all agencies. */
  readonly offices: number;
  /** Notices whose letter failed at least once and has not gone since. */
  readonly failing: number;
  readonly attempts: number;
  readonly codes: readonly string[];
  /** Notices that are old news and were never sent. */
  readonly neverSent: number;
  /** Agencies that have records and no office to tell. */
  readonly untold: readonly string[];
}

/** For operators: figures over all agencies, no address. */
export async function mailStanding(db: Db): Promise<MailStanding> {
  const { rows } = await sql<MailStanding>`
    select (select count(*)::int from office where ended_at is null) as offices,
           (select count(*)::int from notice where ended_at is null and error_code is not null) as failing,
           (select count(*)::int from notice where ended_at is null and letter is null and kind <> 'reminder'
               and created_at < now() - ${OLD_NEWS_S} * interval '1 second') as "neverSent",
           (select coalesce(max(attempts), 0) from notice where ended_at is null) as attempts,
           array(select distinct error_code from notice where ended_at is null and error_code is not null order by 1) as codes,
           array(select a.id from agency a where exists (select from record r where r.agency_id = a.id)
                    and not exists (select from office o where o.agency_id = a.id and o.ended_at is null) order by 1 limit 20) as untold`.execute(
    db.system,
  );
  const [row] = rows;
  return row ?? { offices: 0, failing: 0, neverSent: 0, attempts: 0, codes: [], untold: [] };
}
