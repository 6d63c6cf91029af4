/**
 * The SQL of what an audit asks of requests: each row of what was asked, written and searched against the entry that says so. One pass over
 * the entries of a kind, joined to the rows by their numbers: what has a row and no entry was invented, what has an entry and no row is gone.
 *
 * Of an event that was put back after a restore only its entry is known, and its row went with the database: it asks for nothing here, and
 * explains nothing.
 */
import { sql, type RawBuilder } from 'kysely';

/** `which`: gone, invented, changed. */
export interface Differs {
  readonly id: string;
  readonly which: string;
}
export type Asks = (agencyId: string) => RawBuilder<Differs>;

/** Of no record, by type, with the request that they are about. */
export const told = (agencyId: string, ...types: readonly string[]): RawBuilder<unknown> => sql`
  select e.seq, e.type, e.at, e.actor, e.body, e.body->>'request' as request, (e.body->>'n')::int as n from event e
   where e.agency_id = ${sql.lit(agencyId)} and e.record_id is null and e.type in (${sql.join(types.map((type) => sql.lit(type)))})
     and not coalesce((e.body->>'restored')::boolean, false)`;

/** `c` is the row and `e` its entry. */
export const which = sql`case when c.agency_id is null then 'gone' when e.seq is null then 'invented' else 'changed' end as which`;
export const alone = sql`c.agency_id is null or e.seq is null`;

/** A row says when its transaction began, and its entry when it was written in it. */
export const written = (at: string): RawBuilder<boolean> =>
  sql`${sql.ref(at)} not between e.at - interval '1 hour' and e.at + interval '1 second'`;
/** What an entry of an earlier version does not say. */
export const saysOther = (name: string, row: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql`(e.body ? ${sql.lit(name)} and e.body->>${sql.lit(name)} is distinct from ${row})`;

const requests: Asks = (a) => sql`
  with t as materialized (${told(a, 'request.received', 'request.opened', 'request.moved', 'request.receipt-corrected', 'request.contact-added', 'request.closed')}),
  stood as (
    select distinct on (request) request, case type when 'request.received' then 'received' when 'request.opened' then 'open'
                                               when 'request.moved' then body->>'code' else 'closed' end as state
      from t where type not in ('request.receipt-corrected', 'request.contact-added') order by request, seq desc),
  custodian as (
    select distinct on (request) request, body->>'receivedByCustodianAt' as at
      from t where type in ('request.opened', 'request.receipt-corrected') order by request, seq desc),
  first as (
    select distinct on (request) request, body->>'firstReceivedAt' as at
      from t where type in ('request.received', 'request.receipt-corrected') order by request, seq desc),
  reached as (
    select distinct on (request) request, body->>'contact' as contact
      from t where type in ('request.received', 'request.contact-added') order by request, seq desc),
  closed as (select distinct on (request) * from t where type = 'request.closed' order by request, seq desc)
  select coalesce(c.id::text, e.request) as id, ${which}
    from (select * from request where agency_id = ${a}) c
    full join (select * from t where type = 'request.received') e on e.request = c.id::text
    left join stood s on s.request = c.id::text left join custodian h on h.request = c.id::text
    left join first f on f.request = c.id::text left join closed x on x.request = c.id::text
    left join reached w on w.request = c.id::text
   where ${alone} or ${written('c.entered_at')}
      or (c.channel, c.entered_by, request_digest(c.agency_id, c.tracking, c.words), request_digest(c.agency_id, c.tracking, c.requester),
          request_digest(c.agency_id, c.tracking, c.contact), request_digest(c.agency_id, c.tracking, c.format),
          request_digest(c.agency_id, c.tracking, c.language))
         is distinct from (e.body->>'channel', e.actor, e.body->>'words', e.body->>'requester', w.contact, e.body->>'format', e.body->>'language')
      or (c.state, in_utc(c.first_received_at), in_utc(c.custodian_received_at)) is distinct from (s.state, f.at, h.at)
      or (c.outcome, in_utc(c.closed_at), c.closed_by, to_char(c.due_on, 'YYYY-MM-DD'), c.calendar_n::text, to_char(c.appeal_until, 'YYYY-MM-DD'))
         is distinct from (x.body->>'code', x.body->>'closedAt', x.actor, x.body->>'dueOn', x.body->>'calendarN', x.body->>'appealUntil')`;

const correspondence: Asks = (a) => sql`
  with t as materialized (${told(a, 'request.noted')})
  select coalesce(c.request_id::text, e.request) || ', its correspondence ' || coalesce(c.n, e.n) as id, ${which}
    from (select * from request_correspondence where agency_id = ${a}) c
    full join t e on e.request = c.request_id::text and e.n = c.n
    left join request r on r.id = c.request_id
   where ${alone} or ${written('c.entered_at')}
      or (c.way, c.channel, c.about, c.by, in_utc(c.at), c.fee_cents::text, in_utc(c.promised_for), request_digest(c.agency_id, r.tracking, c.words))
         is distinct from (e.body->>'way', e.body->>'channel', e.body->>'about', e.actor, e.body->>'at', e.body->>'feeCents',
                           e.body->>'promisedFor', e.body->>'words')`;

const corrections: Asks = (a) => sql`
  with t as materialized (${told(a, 'request.receipt-corrected')})
  select coalesce(c.request_id::text, e.request) || ', its correction ' || coalesce(c.n, e.n) as id, ${which}
    from (select * from request_correction where agency_id = ${a}) c
    full join t e on e.request = c.request_id::text and e.n = c.n
    left join request r on r.id = c.request_id
   where ${alone} or ${written('c.at')}
      or (in_utc(c.first_was), in_utc(c.custodian_was), in_utc(c.first_received_at), in_utc(c.custodian_received_at), c.by,
          request_digest(c.agency_id, r.tracking, c.reason))
         is distinct from (e.body->>'firstWas', e.body->>'custodianWas', e.body->>'firstReceivedAt', e.body->>'receivedByCustodianAt', e.actor,
                           e.body->>'reason')`;

const contacts: Asks = (a) => sql`
  with t as materialized (${told(a, 'request.contact-added')})
  select coalesce(c.request_id::text, e.request) || ', its contact ' || coalesce(c.n, e.n) as id, ${which}
    from (select * from request_contact where agency_id = ${a}) c
    full join t e on e.request = c.request_id::text and e.n = c.n
    left join request r on r.id = c.request_id
   where ${alone} or ${written('c.at')}
      or (request_digest(c.agency_id, r.tracking, c.was), request_digest(c.agency_id, r.tracking, c.contact), c.by,
          request_digest(c.agency_id, r.tracking, c.reason))
         is distinct from (e.body->>'was', e.body->>'contact', e.actor, e.body->>'reason')`;

/** Byte for byte: the database computes the digest of each row anew. */
const mails: Asks = (a) => sql`
  with t as materialized (${told(a, 'request.mail-kept')})
  select coalesce(c.request_id::text, e.request) || ', its mail ' || coalesce(c.n, e.n) as id, ${which}
    from (select * from request_mail where agency_id = ${a}) c
    full join t e on e.request = c.request_id::text and e.n = c.n
   where ${alone} or ${written('c.at')}
      or (encode(sha256(c.bytes), 'hex'), c.sha256, jsonb_array_length(c.parts)::text, c.by)
         is distinct from (e.body->>'mail', e.body->>'mail', e.body->>'parts', e.actor)`;

const calendars: Asks = (a) => sql`
  with t as materialized (${told(a, 'calendar.changed')})
  select 'the calendar ' || coalesce(c.n, e.n) as id, ${which}
    from (select * from agency_calendar where agency_id = ${a}) c full join t e on e.n = c.n
   where ${alone} or ${written('c.at')} or c.by <> e.actor
      -- As migration 0046 enters it.
      or said_digest(jsonb_build_object('hours', c.hours, 'observes', to_jsonb(c.observes), 'saturdayHolidays', c.saturday_holidays,
                                        'closings', c.closings, 'afterHours', c.after_hours)::text) is distinct from e.body->>'calendar'`;

const searches: Asks = (a) => sql`
  with t as materialized (${told(a, 'request.searched')})
  select coalesce(c.request_id::text, e.request) || ', its search ' || coalesce(c.n, e.n) as id, ${which}
    from (select * from request_search where agency_id = ${a}) c
    full join t e on e.request = c.request_id::text and e.n = c.n
   where ${alone} or ${written('c.at')}
      or (said_digest(c.search::text), c.found::text, 'hold:' || c.hold_id, c.by)
         is distinct from (e.body->>'search', e.body->>'records', e.body->'about'->>0, e.actor)
      or ${saysOther('index', sql`said_digest(c.index_state::text)`)}`;

const holds: Asks = (a) => sql`
  with t as materialized (${told(a, 'request.searched', 'request.named')})
  select coalesce(c.request_id::text, e.request) || ', its hold ' || coalesce(c.hold_id::text, substr(e.hold, 6)) as id, ${which}
    from (select * from request_hold where agency_id = ${a}) c
    full join (select t.*, t.body->'about'->>0 as hold from t where t.body->'about'->>0 like 'hold:%') e
      on e.request = c.request_id::text and e.hold = 'hold:' || c.hold_id
   where ${alone}`;

/** A record is in the set because a hold of the request lies on it, or lay; what came while a request was being closed may be in it. */
const sets: Asks = (a) => sql`
  with t as materialized (${told(a, 'request.searched', 'request.named', 'request.closed')}),
  ties as (
    select distinct t.request, substr(t.body->'about'->>0, 6) as hold, x.at as closed
      from t left join t x on x.request = t.request and x.type = 'request.closed' where t.type <> 'request.closed'),
  held as materialized (
    select distinct i.request, e.record_id, not coalesce((e.body->>'restored')::boolean, false)
                                            and (i.closed is null or e.at < i.closed - interval '1 hour') as must
      from event e join ties i on i.hold = coalesce(e.body->>'hold', substr(e.body->'about'->>0, 6))
     where e.agency_id = ${sql.lit(a)} and e.type = 'record.held' and e.record_id is not null)
  select c.request_id || ', record ' || c.record_id || ' of its set' as id, 'invented' as which from request_record c
   where c.agency_id = ${a} and not exists (select from held h where h.request = c.request_id::text and h.record_id = c.record_id)
  union all
  select h.request || ', record ' || h.record_id || ' of its set', 'gone' from held h
   where h.must and not exists (select from request_record c where c.agency_id = ${a} and c.request_id::text = h.request and c.record_id = h.record_id)`;

const reviews: Asks = (a) => sql`
  with t as materialized (${told(a, 'request.reviewed')})
  select coalesce(c.request_id::text, e.request) || ', decision ' || coalesce(c.n, e.n) || ' about the record ' || coalesce(c.record_id::text, e.record) as id, ${which}
    from (select * from review where agency_id = ${a}) c
    full join (select t.*, substr(t.body->'about'->>0, 8) as record from t) e
      on e.request = c.request_id::text and e.record = c.record_id::text and e.n = c.n
   where ${alone} or ${written('c.at')} or (c.answer, c.by) is distinct from (e.body->>'code', e.actor)
      or ${saysOther(
        'decision',
        sql`encode(sha256(convert_to((jsonb_build_array(c.answer, c.exemption, c.description, c.fields, c.files)
            || case when c.acknowledged is null then '[]'::jsonb else jsonb_build_array(c.acknowledged) end)::text, 'UTF8')), 'hex')`,
      )}
      or ${saysOther('factsSeen', sql`c.facts_seen::text`)} or ${saysOther('filesSeen', sql`c.files_seen::text`)}`;

const keptUntil: Asks = (a) => sql`
  with t as materialized (${told(a, 'request.kept')})
  select coalesce(c.request_id::text, e.request) || ', until when it is kept, ' || coalesce(c.n, e.n) as id, ${which}
    from (select * from request_kept_until where agency_id = ${a}) c
    full join t e on e.request = c.request_id::text and e.n = c.n
   where ${alone} or ${written('c.at')} or (to_char(c.until, 'YYYY-MM-DD'), c.by) is distinct from (e.body->>'keptUntil', e.actor)`;

/** What entries of an earlier version did not say: of so many the rows are compared without it. */
export const notSaid: (agencyId: string) => RawBuilder<{ what: string; entries: number }> = (a) => sql`
  with s(type, name, what) as (values
    ('request.searched', 'index', 'how far the index reached when a search ran'),
    ('request.reviewed', 'factsSeen', 'how much of a record was looked at when it was decided'),
    ('request.letter-sent', 'facts', 'what the law wants of a letter'),
    ('fee-rates.changed', 'rates', 'the rates of fees'),
    ('production.requested', 'list', 'the list of a production'),
    ('production.sealed', 'row', 'what the gate said of a production, its pages, and where it lies'),
    ('production.released', 'hash', 'which address a link is'),
    ('production.withdrawn', 'why', 'why a production was withdrawn'),
    ('production.downloaded', 'n', 'when a production was fetched'))
  select s.what, count(*)::int as entries from s
    join event e on e.agency_id = ${sql.lit(a)} and e.record_id is null and e.type = s.type and not e.body ? s.name
     and not coalesce((e.body->>'restored')::boolean, false)
   group by 1 order by 1`;

export const DESK: readonly (readonly ['request-other' | 'review-other', Asks])[] = [
  ['request-other', requests],
  ['request-other', correspondence],
  ['request-other', corrections],
  ['request-other', contacts],
  ['request-other', mails],
  ['request-other', calendars],
  ['request-other', searches],
  ['request-other', holds],
  ['request-other', sets],
  ['review-other', reviews],
  ['request-other', keptUntil],
];
