-- Retention schedules as an agency files them, who confirmed them, under which series a record stands, which days are known of it, and
-- when it is due. src/retention/due.ts says the same in words and is compared with what stands here (test/service/due-in-database.test.ts).
--
-- The columns edition, series and series_reason of a record stay what they were when it was sealed: its manifest says so. What counts now
-- is `record_series`.

create function period_months(period text) returns int language sql immutable parallel safe as $$
  select (coalesce(m[1], '0')::int * 12 + coalesce(m[2], '0')::int)
    from regexp_match(period, '^P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?$') m
$$;
create function period_days(period text) returns int language sql immutable parallel safe as $$
  select (coalesce(m[3], '0')::int * 7 + coalesce(m[4], '0')::int)
    from regexp_match(period, '^P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?$') m
$$;

-- Whose document, of which date. Neither an edition nor its series ever change: what is corrected is another edition.
create table edition (
  agency_id  text not null references agency,
  edition    text not null check (edition ~ '^[a-z0-9][a-z0-9.-]{1,62}$'),
  title      text not null,
  source     text not null,
  added_at   timestamptz not null default now(),
  added_by   text not null,
  primary key (agency_id, edition)
);

alter table series rename column number to code;
alter table series drop column confirmed_at;
alter table series alter column period drop not null;
alter table series
  add column number text,
  add column schedule text,
  add column description text,
  -- What begins the period. Null: nothing that is known.
  add column trigger text check (trigger ~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' and length(trigger) <= 60),
  add column cutoff text not null default 'none' check (cutoff in ('none', 'calendar-year-end', 'fiscal-year-end')),
  add column disposition text
    check (disposition in ('destroy', 'permanent', 'transfer-to-archives', 'transfer-to-file', 'restrict-access')),
  add column reading text not null default 'unread' check (reading in ('official', 'secondary', 'number-and-title', 'unread')),
  -- A period of nothing is none, and a text that is no period neither.
  add constraint series_period check (
    period is null or period = 'PERMANENT' or period ~ '^UNTIL [a-z][a-z0-9]*(-[a-z0-9]+)*$'
    or coalesce(period_months(period) + period_days(period), 0) > 0) not valid;
alter table agency no force row level security;
alter table series no force row level security;
insert into edition (agency_id, edition, title, source, added_by)
select distinct agency_id, edition, edition, 'Filed before editions had a source', 'migration:0033' from series;
alter table series force row level security;
alter table agency force row level security;
alter table series add foreign key (agency_id, edition) references edition;

-- The first day of an agency's fiscal year, as MM-DD. Null: nobody said, and then no period that ends with one has a date.
alter table agency add column fiscal_year_start text
  check (fiscal_year_start ~ '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'
         and fiscal_year_start not in ('02-29', '02-30', '02-31', '04-31', '06-31', '09-31', '11-31'));

-- What the confirmations are bound to: every member of every series, in the order of their codes.
create function edition_digest(a text, e text) returns text language sql stable as $$
  select encode(sha256(convert_to(d.title || E'\n' || d.source || E'\n' || coalesce((
           select string_agg(jsonb_build_array(s.code, s.number, s.schedule, s.title, s.description, s.trigger, s.cutoff, s.period,
                                               s.disposition, s.citation, s.reading)::text, E'\n' order by s.code collate "C")
             from series s where s.agency_id = a and s.edition = e), ''), 'UTF8')), 'hex')
    from edition d where d.agency_id = a and d.edition = e
$$;

-- Each by another person of the agency, over the edition as they saw it. Nothing is due under an edition before two of them hold.
create table edition_confirmation (
  agency_id  text not null,
  edition    text not null,
  person_id  uuid not null,
  digest     text not null check (digest ~ '^[0-9a-f]{64}$'),
  at         timestamptz not null default now(),
  note       text,
  primary key (agency_id, edition, person_id),
  foreign key (agency_id, edition) references edition
);
create function edition_is_confirmed(a text, e text) returns boolean language sql stable as $$
  select count(distinct c.person_id) >= 2 from edition_confirmation c
   where c.agency_id = a and c.edition = e and c.digest = edition_digest(a, e)
$$;
create function confirms_what_is_there() returns trigger language plpgsql as $$
begin
  if not exists (select from person p join person_role r on r.agency_id = p.agency_id and r.person_id = p.id
                  where p.agency_id = new.agency_id and p.id = new.person_id and p.left_at is null and r.ended_at is null
                    and r.role in ('retention-officer', 'approver', 'custodian', 'administrator')) then
    raise exception 'an edition is confirmed by a person of the agency who is a retention officer, approver, custodian or administrator' using errcode = 'HF010';
  end if;
  if new.digest is distinct from edition_digest(new.agency_id, new.edition) then
    raise exception 'this is not the edition as it stands: read it again before you confirm it' using errcode = 'HF011';
  end if;
  return null;
end $$;
create trigger confirms_what_is_there after insert on edition_confirmation for each row execute function confirms_what_is_there();

-- Under which series a record stands now. Of several the longest keeps it.
create table record_series (
  agency_id  text not null,
  record_id  uuid not null,
  edition    text not null,
  series     text not null,
  -- Why, in a sentence; by a rule or a person.
  reason     text not null,
  by         text not null,
  at         timestamptz not null default now(),
  primary key (record_id, edition, series),
  foreign key (agency_id, edition, series) references series,
  foreign key (record_id, agency_id) references record
);
create index record_series_by_series on record_series (agency_id, edition, series);

-- Days on which something happened that begins or ends a period: `reported` (handed in), `posted`, `removed` (both where they are known to
-- the day), and what people say: `case-closed`, `superseded`. One that happens again has its last day; one that was wrong is withdrawn.
create table record_day (
  agency_id     text not null,
  id            uuid primary key,
  record_id     uuid not null,
  event         text not null check (event ~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' and length(event) <= 60),
  day           date not null check (day >= date '0001-01-01' and day <= date '9999-12-31'),
  note          text,
  by            text not null,
  at            timestamptz not null default now(),
  withdrawn_at  timestamptz,
  withdrawn_by  text,
  check ((withdrawn_at is null) = (withdrawn_by is null)),
  foreign key (record_id, agency_id) references record
);
create index record_day_by_record on record_day (record_id, event) where withdrawn_at is null;

-- When each record is due, as far as its series say; holds and approvals come on top. One row for each record that is complete.
create table retention (
  agency_id    text not null,
  record_id    uuid primary key,
  kind         text not null check (kind in ('on', 'never', 'unknown', 'unclassified')),
  -- May be destroyed from this day on, in the agency's zone; kept through the day before it.
  due_on       date,
  -- Where the period began: the day of the trigger, or the end of its year.
  from_day     date,
  edition      text,
  series       text,
  -- The event whose day is not known.
  waits_for    text,
  -- Every rule of the agency was applied to it. Until then it is not due, whatever its date.
  ruled_at     timestamptz,
  computed_at  timestamptz not null default now(),
  -- Its content is gone. Kept as it was, and on no list.
  disposed_at  timestamptz,
  check ((kind = 'on') = (due_on is not null)),
  check ((kind = 'unclassified') = (series is null)),
  foreign key (record_id, agency_id) references record
);
create index retention_due on retention (agency_id, due_on, record_id) where kind = 'on' and disposed_at is null;
-- Without the record, so that equal days share an entry: of a million rows it has a few megabytes, and the worklist reads nothing else.
create index retention_by_series on retention (agency_id, edition, series, kind, due_on) where disposed_at is null;
create index retention_unruled on retention (agency_id, record_id) where ruled_at is null;

-- So many months later. Where the month that is reached has no such day, the first of the month after it, never an earlier one. This and the
-- next are each one expression, without a query in it: Postgres then writes it into the statement, where it costs a twentieth.
create function months_later(day date, months int) returns date language sql immutable parallel safe as $$
  select (day + make_interval(months => months))::date
         + case when extract(day from day + make_interval(months => months)) < extract(day from day) then 1 else 0 end
$$;
-- A fiscal year never begins on 29 February, so each year has its first day.
create function cut_off(day date, cutoff text, fiscal_year_start text) returns date language sql immutable parallel safe as $$
  select case cutoff
    when 'none' then day
    when 'calendar-year-end' then make_date(extract(year from day)::int, 12, 31)
    when 'fiscal-year-end' then
      make_date(extract(year from day)::int
                + case when day < make_date(extract(year from day)::int, left(fiscal_year_start, 2)::int, right(fiscal_year_start, 2)::int)
                       then 0 else 1 end,
                left(fiscal_year_start, 2)::int, right(fiscal_year_start, 2)::int) - 1
    end
$$;

-- What the series of each of these records say; `ids` null: of all that are complete. Also for whoever must not rely on the table. The
-- statement is written for the one case or the other: a plan for both would read every record of the agency to answer for one.
create function due_of(a text, ids uuid[])
returns table (record_id uuid, kind text, due_on date, from_day date, edition text, series text, waits_for text)
language plpgsql stable as $$
declare
  only_these text := case when ids is null then '' else ' and %s = any($2)' end;
begin
  return query execute $sql$
  with day as (
    select d.record_id, d.event, max(d.day) as day from record_day d
     where d.agency_id = $1 and d.withdrawn_at is null$sql$ || format(only_these, 'd.record_id') || $sql$ group by 1, 2),
  rule as materialized (
    select s.edition, s.code, s.period, s.cutoff, period_months(s.period) as months, period_days(s.period) as days,
           case when s.period like 'UNTIL %' then substr(s.period, 7) else s.trigger end as begins
      from series s where s.agency_id = $1),
  under as materialized (
    select rs.record_id, rs.edition, rs.series, r.period, r.begins, r.months, r.days,
           cut_off(day.day, r.cutoff, g.fiscal_year_start) as from_day, day.day
      from record_series rs
      join rule r on r.edition = rs.edition and r.code = rs.series
      join agency g on g.id = $1
      left join day on day.record_id = rs.record_id and day.event = r.begins
     where rs.agency_id = $1$sql$ || format(only_these, 'rs.record_id') || $sql$),
  said as (
    select u.record_id, u.edition, u.series,
           case when u.period is null then 'unknown' when u.period = 'PERMANENT' then 'never'
                when u.from_day is null then 'unknown' else 'on' end as kind,
           case when u.period like 'UNTIL %' then u.from_day + 1
                when u.period <> 'PERMANENT' then months_later(u.from_day, u.months) + u.days + 1 end as due_on,
           u.from_day,
           case when u.period is null or u.period = 'PERMANENT' or u.from_day is not null then null
                when u.day is not null then 'fiscal-year-start' else u.begins end as waits_for
      from under u),
  longest as (
    select distinct on (s.record_id) s.* from said s
     order by s.record_id, case s.kind when 'never' then 0 when 'unknown' then 1 else 2 end, s.due_on desc nulls last,
              s.edition collate "C", s.series collate "C")
  select r.id, coalesce(l.kind, 'unclassified'), case when l.kind = 'on' then l.due_on end, case when l.kind = 'on' then l.from_day end,
         l.edition, l.series, l.waits_for
    from record r left join longest l on l.record_id = r.id
   where r.agency_id = $1 and r.state in ('complete', 'disposing')$sql$ || format(only_these, 'r.id')
  using a, ids;
end $$;

-- Writes what differs, and answers how many rows that were.
create function recompute_due(a text, ids uuid[]) returns int language plpgsql as $$
declare n int;
begin
  insert into retention as t (agency_id, record_id, kind, due_on, from_day, edition, series, waits_for)
  select a, d.record_id, d.kind, d.due_on, d.from_day, d.edition, d.series, d.waits_for
    from due_of(a, ids) d left join retention o on o.record_id = d.record_id
   where o.record_id is null
      or (o.kind, o.due_on, o.from_day, o.edition, o.series, o.waits_for)
         is distinct from (d.kind, d.due_on, d.from_day, d.edition, d.series, d.waits_for)
  on conflict (record_id) do update
     set kind = excluded.kind, due_on = excluded.due_on, from_day = excluded.from_day, edition = excluded.edition,
         series = excluded.series, waits_for = excluded.waits_for, computed_at = now();
  get diagnostics n = row_count;
  return n;
end $$;

do $$
declare t text;
begin
  foreach t in array array['edition', 'edition_confirmation', 'record_series', 'record_day', 'retention'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy own_agency on %I to holdfast_app using (agency_id = current_setting(''app.agency''))
                    with check (agency_id = current_setting(''app.agency''))', t);
    execute format('alter table %I add constraint not_of_the_machine check (agency_id <> ''system'') not valid', t);
  end loop;
end $$;
grant select, insert on edition, edition_confirmation, record_series, record_day, retention to holdfast_app;
grant delete on record_series to holdfast_app;
grant update (withdrawn_at, withdrawn_by) on record_day to holdfast_app;
grant update (kind, due_on, from_day, edition, series, waits_for, ruled_at, computed_at, disposed_at) on retention to holdfast_app;
grant update (fiscal_year_start) on agency to holdfast_app;
