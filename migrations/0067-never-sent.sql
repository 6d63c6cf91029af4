-- A letter that no mail server took for three days reached nobody: it explains no delay, denies nothing, asks for nothing and gives no notice, and every
-- clock runs as if it had never been written. It stays on file, with that it did not go.
create function never_sent(req uuid, no int) returns boolean language sql stable as $$
  select exists (select from letter_mail m where m.request_id = req and m.n = no and m.ended_as = 'given-up')
$$;

-- As in 0054, without such letters.
create or replace function request_answers(a text, req uuid)
  returns table (denied_at timestamptz, none_at timestamptz, part_at timestamptz, handed_at timestamptz, handed int[], untold int[],
                 undecided int, unreleased int) language sql stable as $$
  with went as (
    select c.at, case when l.n is null then case when c.about = 'statement' then 'denial' when c.about is null then 'handed' end
                      else letter_acts(l.kind, l.facts) end as acts, l.facts ->> 'production' as production
      from request_correspondence c left join request_letter l on l.request_id = c.request_id and l.n = c.n
     where c.agency_id = a and c.request_id = req and c.way = 'out' and not never_sent(c.request_id, c.n)),
  released as (
    select p.id, p.n, (select min(t.at) from (
             -- What went is entered by the minute.
             select w.at from went w where w.acts in ('handed', 'part') and w.at >= date_trunc('minute', p.released_at)
                                       and coalesce(w.production = p.id::text, true)
             union all
             select d.at from production_download d where d.agency_id = a and d.production_id = p.id and d.link_n is not null) t) as told_at
      from production p where p.agency_id = a and p.request_id = req and p.state = 'released'),
  begun as materialized (
    select exists (select from went where acts in ('denial', 'no-records', 'part')) or exists (select from released) as yes),
  decided as (
    select s.record_id, (select v.answer from review v where v.agency_id = a and v.request_id = req and v.record_id = s.record_id
                          order by v.n desc limit 1) as answer
      from request_record s, begun where begun.yes and s.agency_id = a and s.request_id = req)
  select (select min(at) from went where acts = 'denial'), (select min(at) from went where acts = 'no-records'),
         (select min(at) from went where acts = 'part'), (select max(told_at) from released),
         coalesce((select array_agg(n order by n) from released where told_at is not null), '{}'),
         coalesce((select array_agg(n order by n) from released where told_at is null), '{}'),
         (select count(*)::int from decided where answer is null),
         (select count(*)::int from decided d where d.answer in ('release', 'part') and not exists (
            select from released o join production_record r on r.production_id = o.id and r.agency_id = a
             where o.told_at is not null and r.record_id = d.record_id and r.answer <> 'withhold'))
$$;

-- As in 0046, without such letters.
create or replace function request_stands_through(r request) returns date language sql stable as $$
  with rows_ as (
    select c.about, c.at, c.fee_cents from request_correspondence c
     where c.agency_id = r.agency_id and c.request_id = r.id and not never_sent(c.request_id, c.n)
       and c.n > case c.about when 'payment-request' then r.settled_fee when 'question' then r.settled_question else 0 end),
  asked as (
    select max(at) as at from rows_
     where about = case r.state when 'fee-waiting' then 'payment-request' when 'clarification' then 'question' end),
  fee as (select case when bool_or(fee_cents is null) then null else sum(fee_cents) end as cents from rows_ where about = 'payment-request'),
  notice as (select max(n.at) as at from rows_ n, asked a where n.about = 'withdrawal-notice' and n.at >= a.at)
  select case when (a.at at time zone z.zone)::date >= date '2025-08-28'
              then (n.at at time zone z.zone)::date + case when f.cents <= 100000 then 90 else 150 end end
    from agency z, asked a, fee f, notice n where z.id = r.agency_id
$$;
