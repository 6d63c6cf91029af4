-- A search by series, and a hold on one, ask for the series that counts now. Until a record is complete that is the one it was reported
-- under; from then on it is what `record_series` says, and the column of the record says only what its manifest does.
create or replace function is_found_by(r public.record, s jsonb) returns boolean language sql stable as $$
  select (s->>'q' is null or r.search @@ search_query(r.agency_id, s->>'q'))
     and (not f ? 'platform' or r.platform = f->>'platform')
     and (not f ? 'account' or lower(r.account) = lower(f->>'account'))
     and (not f ? 'ground' or r.grounds @> array[f->>'ground'])
     and (not f ? 'state' or r.state = f->>'state')
     and (not f ? 'verb' or r.verb = f->>'verb')
     and (not f ? 'outcome' or coalesce(r.capture_outcome = f->>'outcome', false))
     and (not f ? 'removal' or r.removal = f->>'removal')
     and (not f ? 'from' or r.received_at >= (f->>'from')::timestamptz)
     and (not f ? 'to' or r.received_at < (f->>'to')::timestamptz)
     and (not f ? 'series' or case
           when r.state in ('reported', 'sealed') then
             case when f->>'series' = 'unclassified' then r.series is null else coalesce(r.series = f->>'series', false) end
           when f->>'series' = 'unclassified' then
             exists (select from retention t where t.record_id = r.id and t.agency_id = r.agency_id and t.kind = 'unclassified')
           else exists (select from record_series x where x.record_id = r.id and x.agency_id = r.agency_id and x.series = f->>'series') end)
    from (select coalesce(s->'filters', '{}') as f) x
$$;

-- Replaced by its owner, who may write into the schema for this moment.
grant create on schema public to holdfast_search;
create policy lookup on record_series for select to holdfast_search using (true);
create policy lookup on series for select to holdfast_search using (true);
create policy lookup on retention for select to holdfast_search using (true);
grant select (agency_id, record_id, edition, series) on record_series to holdfast_search;
grant select (agency_id, edition, code) on series to holdfast_search;
grant select (agency_id, record_id, edition, series, kind, disposed_at) on retention to holdfast_search;
set local role holdfast_search;
create or replace function search_records(q text, f jsonb, before_at timestamptz, before_id uuid, how_many int)
returns table (id uuid, received_at timestamptz) language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
  a text := current_setting('app.agency');
  conditions text := 'r.agency_id = $1';
  under uuid[];
begin
  if q is not null then conditions := conditions || ' and r.search @@ search_query($1, $2)'; end if;
  if f ? 'platform' then conditions := conditions || ' and r.platform = $3->>''platform'''; end if;
  if f ? 'account' then conditions := conditions || ' and lower(r.account) = lower($3->>''account'')'; end if;
  if f ? 'ground' then conditions := conditions || ' and r.grounds @> array[$3->>''ground'']'; end if;
  if f ? 'state' then conditions := conditions || ' and r.state = $3->>''state'''; end if;
  if f ? 'verb' then conditions := conditions || ' and r.verb = $3->>''verb'''; end if;
  if f ? 'outcome' then conditions := conditions || ' and r.capture_outcome = $3->>''outcome'''; end if;
  if f ? 'removal' then conditions := conditions || ' and r.removal = $3->>''removal'''; end if;
  if f ? 'series' then
    -- Few: their ids are known at once, and no record is asked for its series. Many: a page of the newest soon has enough of them. The
    -- offset keeps that a look at an index for each; a table of a million would be made of it otherwise, for one page.
    if f->>'series' = 'unclassified' then
      under := array(select t.record_id from retention t
                      where t.agency_id = a and t.edition is null and t.series is null and t.disposed_at is null limit 1001);
      conditions := conditions || ' and case when r.state in (''reported'', ''sealed'') then r.series is null else '
        || case when cardinality(under) <= 1000 then 'r.id = any($7)'
                else 'exists (select from retention t where t.record_id = r.id and t.agency_id = $1 and t.kind = ''unclassified'' offset 0)' end || ' end';
    else
      under := array(select x.record_id from series s join record_series x on x.agency_id = s.agency_id and x.edition = s.edition and x.series = s.code
                      where s.agency_id = a and s.code = f->>'series' limit 1001);
      conditions := conditions || ' and case when r.state in (''reported'', ''sealed'') then r.series = $3->>''series'' else '
        || case when cardinality(under) <= 1000 then 'r.id = any($7)'
                else 'exists (select from record_series x where x.record_id = r.id and x.agency_id = $1 and x.series = $3->>''series'' offset 0)' end || ' end';
    end if;
  end if;
  if f ? 'from' then conditions := conditions || ' and r.received_at >= ($3->>''from'')::timestamptz'; end if;
  if f ? 'to' then conditions := conditions || ' and r.received_at < ($3->>''to'')::timestamptz'; end if;
  if f ? 'parked' then
    conditions := conditions || ' and exists (select from step s where s.record_id = r.id and s.parked_at is not null)';
  end if;
  if before_at is not null then conditions := conditions || ' and (r.received_at, r.id) < ($4, $5)'; end if;
  return query execute 'select r.id, r.received_at from record r where ' || conditions
    || ' order by r.received_at desc, r.id desc limit $6'
    using a, q, f, before_at, before_id, how_many, under;
end $$;
reset role;
revoke create on schema public from holdfast_search;

-- A series that is added or taken away later is found by standing holds in the commit that does so. Named to come after `series_added` and
-- `series_removed` (0036), which say in `retention` whether anything is left.
create function hold_what_series_match() returns trigger language plpgsql as $$
begin
  if not exists (select from hold h where h.standing and h.released_at is null and h.search->'filters' ? 'series'
                                      and h.agency_id in (select c.agency_id from changed c)) then
    return null;
  end if;
  insert into hold_record (agency_id, hold_id, record_id)
  select h.agency_id, h.id, r.id
    from (select distinct agency_id, record_id from changed) c
    join record r on r.id = c.record_id and r.agency_id = c.agency_id and r.state not in ('disposing', 'disposed')
    join hold h on h.agency_id = c.agency_id and h.standing and h.released_at is null and h.search->'filters' ? 'series'
   where is_found_by(r, h.search) and not exists (select from hold_record e where e.record_id = r.id and e.hold_id = h.id)
   order by h.id, r.id for share of h
  on conflict do nothing;
  return null;
end $$;
create trigger standing_holds_of_added after insert on record_series referencing new table as changed
  for each statement execute function hold_what_series_match();
create trigger standing_holds_of_removed after delete on record_series referencing old table as changed
  for each statement execute function hold_what_series_match();

-- What moves the day on which a record is due is in its history, whoever wrote the statement: what the statement did not enter itself
-- is entered here. What our own triggers note (0036) follows from the record, which has entries of its own; nobody but they runs within one.
create function series_are_entered() returns trigger language plpgsql as $$
declare
  gone boolean := tg_op = 'DELETE';
  told int;
begin
  with entered as (
    insert into event (agency_id, id, record_id, type, actor, body)
    select c.agency_id, gen_random_uuid(), c.record_id, 'record.reclassified', case when gone then 'sql:' || session_user else c.by end,
           jsonb_build_object('did', case when gone then 'removed' else 'added' end, 'edition', c.edition, 'schedule', c.series)
      from changed c
      -- The last that this transaction said of the record and the series: an earlier one may have been taken back since.
      left join lateral (
        select e.body from event e
         where e.record_id = c.record_id and e.agency_id = c.agency_id and e.type = 'record.reclassified' and e.at >= now()
           and e.body->>'schedule' = c.series and c.edition in (e.body->>'edition', e.body->>'from')
         order by e.seq desc limit 1) said on true
     where not coalesce(case when said.body->>'did' = 'moved' then said.body->>(case when gone then 'from' else 'edition' end) = c.edition
                             else said.body->>'did' = case when gone then 'removed' else 'added' end end, false)
    returning record_id)
  select count(*) into told from entered, lateral pg_notify('record', entered.record_id::text);
  return null;
end $$;
create trigger series_added_is_entered after insert on record_series referencing new table as changed
  for each statement when (pg_trigger_depth() = 0 and current_user = 'holdfast_app') execute function series_are_entered();
create trigger series_removed_is_entered after delete on record_series referencing old table as changed
  for each statement when (pg_trigger_depth() = 0 and current_user = 'holdfast_app') execute function series_are_entered();

create function days_are_entered() returns trigger language plpgsql as $$
declare told int;
begin
  with entered as (
    insert into event (agency_id, id, record_id, type, actor, body)
    select c.agency_id, gen_random_uuid(), c.record_id, 'record.dated', coalesce(c.withdrawn_by, c.by),
           jsonb_build_object('did', case when c.withdrawn_at is null then 'entered' else 'withdrawn' end, 'event', c.event, 'day', c.day)
      from changed c
    returning record_id)
  select count(*) into told from entered, lateral pg_notify('record', entered.record_id::text);
  return null;
end $$;
create trigger day_added_is_entered after insert on record_day referencing new table as changed
  for each statement when (pg_trigger_depth() = 0 and current_user = 'holdfast_app') execute function days_are_entered();
create trigger day_changed_is_entered after update on record_day referencing new table as changed
  for each statement when (pg_trigger_depth() = 0 and current_user = 'holdfast_app') execute function days_are_entered();
create function withdrawn_days_stay() returns trigger language plpgsql as $$
begin
  raise exception 'a day that was withdrawn stays so: enter it anew' using errcode = 'HF057';
end $$;
create trigger withdrawn_days_stay before update of withdrawn_at, withdrawn_by on record_day for each row
  when (old.withdrawn_at is not null and current_user = 'holdfast_app') execute function withdrawn_days_stay();

-- A clause that is named later may classify what was unclassified, and so give it a day.
create or replace function later_series_is_noted() returns trigger language plpgsql as $$
begin
  with noted as (
    insert into record_series (agency_id, record_id, edition, series, reason, by)
    select new.agency_id, new.id, s.edition, s.code, coalesce(new.series_reason, 'A clause was named later.'), 'intake'
      from series s where s.agency_id = new.agency_id and s.edition = new.edition and s.code = new.series
    on conflict do nothing
    returning edition, series)
  insert into event (agency_id, id, record_id, type, actor, body)
  select new.agency_id, gen_random_uuid(), new.id, 'record.reclassified', 'worker:intake',
         jsonb_build_object('did', 'added', 'edition', edition, 'schedule', series) from noted;
  return null;
end $$;

-- Seven days between approval and destruction, for whatever was sealed by an installation that was no trial: the seal says which, and that
-- it says does not change once it is closed.
create function seals_keep_their_mode() returns trigger language plpgsql as $$
begin
  raise exception 'a closed seal stays closed, and says in which mode it was made' using errcode = 'HF059';
end $$;
create trigger seals_keep_their_mode before update of mode, sealed_at on seal for each row
  when (current_user = 'holdfast_app' and old.sealed_at is not null and (new.sealed_at is null or new.mode <> old.mode)) execute function seals_keep_their_mode();
create function seven_days_at_least() returns trigger language plpgsql as $$
begin
  if exists (select from disposal_item i join seal s on s.agency_id = i.agency_id and s.record_id = i.record_id and s.mode = 'production'
              where i.agency_id = new.agency_id and i.disposal_id = new.id and i.excluded_at is null) then
    raise exception 'what was sealed in production is destroyed seven days after its approval at the earliest' using errcode = 'HF058';
  end if;
  return null;
end $$;
create trigger seven_days_at_least after update of state on disposal for each row
  when (new.state <> old.state and new.state in ('proposed', 'approved', 'running') and new.cooling_off < interval '7 days')
  execute function seven_days_at_least();

-- An edition ends in one of two ways, and in neither it is undone: another took its place, or a person found it wrong. Its records and its
-- confirmations stay; nothing is destroyed under it any more.
alter table edition
  add column superseded_by text,
  add column superseded_at timestamptz,
  add column withdrawn_at timestamptz,
  add column withdrawn_by uuid,
  add column withdrawn_because text check (length(withdrawn_because) between 1 and 2000),
  add check ((superseded_by is null) = (superseded_at is null)),
  add check ((withdrawn_at is null) = (withdrawn_by is null) and (withdrawn_at is null) = (withdrawn_because is null)),
  add foreign key (agency_id, superseded_by) references edition,
  add foreign key (agency_id, withdrawn_by) references person;
grant update (superseded_by, superseded_at, withdrawn_at, withdrawn_by, withdrawn_because) on edition to holdfast_app;

-- What took the place of another until now is in the history; of two that did so to each other the later counts.
alter table edition no force row level security;
alter table event no force row level security;
update edition d set superseded_by = s.heir, superseded_at = s.at
  from (select distinct on (e.agency_id, e.body->>'from') e.agency_id, e.body->>'from' as edition, e.body->>'edition' as heir, e.at, e.seq
          from event e where e.type = 'edition.succeeded' order by e.agency_id, e.body->>'from', e.seq desc) s
 where d.agency_id = s.agency_id and d.edition = s.edition
   and exists (select from edition h where h.agency_id = s.agency_id and h.edition = s.heir)
   and not exists (select from event b where b.agency_id = s.agency_id and b.type = 'edition.succeeded'
                      and b.body->>'edition' = s.edition and b.seq > s.seq);
alter table event force row level security;
alter table edition force row level security;

create function editions_end_once() returns trigger language plpgsql as $$
declare heir edition;
begin
  if old.superseded_by is not null and (new.superseded_by, new.superseded_at) is distinct from (old.superseded_by, old.superseded_at)
     or old.withdrawn_at is not null and (new.withdrawn_at, new.withdrawn_by, new.withdrawn_because)
        is distinct from (old.withdrawn_at, old.withdrawn_by, old.withdrawn_because) then
    raise exception 'an edition that was replaced or withdrawn stays so: file another one' using errcode = 'HF055';
  end if;
  if old.superseded_by is null and new.superseded_by is not null then
    select * into heir from edition e where e.agency_id = new.agency_id and e.edition = new.superseded_by for share;
    if heir.edition = new.edition or heir.superseded_by is not null or heir.withdrawn_at is not null then
      raise exception 'no edition takes the place of another when it was itself replaced or withdrawn' using errcode = 'HF055';
    end if;
  end if;
  if old.withdrawn_at is null and new.withdrawn_at is not null
     and not exists (select from person p join person_role r on r.agency_id = p.agency_id and r.person_id = p.id
                      where p.agency_id = new.agency_id and p.id = new.withdrawn_by and p.left_at is null and r.ended_at is null
                        and r.role in ('retention-officer', 'approver', 'custodian', 'administrator')) then
    raise exception 'an edition is withdrawn by a person of the agency who is a retention officer, approver, custodian or administrator' using errcode = 'HF056';
  end if;
  return new;
end $$;
create trigger editions_end_once before update on edition for each row execute function editions_end_once();

create or replace function edition_is_confirmed(a text, e text) returns boolean language sql stable as $$
  select exists (select from edition d where d.agency_id = a and d.edition = e and d.superseded_by is null and d.withdrawn_at is null)
     and (select count(distinct c.person_id) >= 2 from edition_confirmation c
           where c.agency_id = a and c.edition = e and c.digest = edition_digest(a, e))
$$;

-- Two people confirm how long something is kept, and where a period counts from the end of a fiscal year, that says so as well: another
-- first day is another text, to be confirmed anew, and who confirmed the one may confirm the other. Of other editions nothing changes.
create or replace function edition_digest(a text, e text) returns text language sql stable as $$
  select encode(sha256(convert_to(d.title || E'\n' || d.source || E'\n' || coalesce((
           select string_agg(jsonb_build_array(s.code, s.number, s.schedule, s.title, s.description, s.trigger, s.cutoff, s.period,
                                               s.disposition, s.citation, s.reading)::text, E'\n' order by s.code collate "C")
             from series s where s.agency_id = a and s.edition = e), '')
           || case when exists (select from series s where s.agency_id = a and s.edition = e and s.cutoff = 'fiscal-year-end')
                   then E'\nfiscal-year-start ' || coalesce((select g.fiscal_year_start from agency g where g.id = a), 'unknown') else '' end,
         'UTF8')), 'hex')
    from edition d where d.agency_id = a and d.edition = e
$$;
alter table edition_confirmation drop constraint edition_confirmation_pkey, add primary key (agency_id, edition, person_id, digest);
