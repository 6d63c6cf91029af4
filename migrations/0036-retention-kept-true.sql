-- What keeps the table `retention` true. A record that becomes complete gets its series, the days that its own facts name, and its row;
-- what changes any of these afterwards computes the row anew, in the same transaction. And rules that can be added and ended.
--
-- Intake waits for none of it: its statements meet a condition that does not hold, and no trigger is called.

-- The civil day of a moment as a fact says it (reference/removal-event.schema.json, `when`), in a zone; null where it does not name one.
-- Nothing is taken from what a machine read off a picture or a device's clock, and nothing that may lie on either side of midnight.
create function day_named(said jsonb, zone text) returns date language plpgsql stable as $$
declare
  begins timestamptz;
  ends   timestamptz;
  day    date;
begin
  if said->>'value' is null or said->>'source' in ('ocr', 'device-clock', 'file-metadata')
     or said->>'precision' is null or said->>'precision' not in ('ms', 's', 'min', 'hour', 'day') then
    return null;
  end if;
  begins := (said->>'value')::timestamptz;
  if said->>'precision' = 'day' then
    -- A day of another zone is no day of this one.
    return case when (begins at time zone zone)::time = time '00:00' then (begins at time zone zone)::date end;
  end if;
  ends := begins + case said->>'precision' when 'hour' then interval '1 hour' when 'min' then interval '1 minute' else interval '1 second' end
          - interval '1 microsecond';
  begins := least(begins, (said->>'notBefore')::timestamptz);
  ends := greatest(ends, (said->>'notAfter')::timestamptz);
  day := (begins at time zone zone)::date;
  return case when day = (ends at time zone zone)::date and day >= date '0001-01-01' and day <= date '9999-12-31' then day end;
exception when data_exception then
  -- A text that Postgres reads no time from, such as one of the year 0, names no day; the record is complete all the same.
  return null;
end $$;

-- One of each that facts name; a person's own stands beside it, and the last day of all counts.
create unique index record_day_of_facts on record_day (record_id, event, day) where by = 'fact' and withdrawn_at is null;

-- Notes the days that the records themselves say, and withdraws those that they say no longer. `ids` null: of all that are complete.
create function note_days(a text, ids uuid[]) returns void language plpgsql as $$
declare
  only_these text := case when ids is null then '' else ' and %s = any($2)' end;
begin
  execute $sql$
  with said as (
    select r.id, 'reported' as event, (r.received_at at time zone g.zone)::date as day, 'server-clock ms' as note
      from record r join agency g on g.id = r.agency_id
     where r.agency_id = $1 and r.state in ('complete', 'disposing')$sql$ || format(only_these, 'r.id') || $sql$
    union all
    select r.id, 'removed', day_named(r.removed_at, g.zone), concat_ws(' ', r.removed_at->>'source', r.removed_at->>'precision')
      from record r join agency g on g.id = r.agency_id
     where r.agency_id = $1 and r.removal = 'confirmed' and r.state in ('complete', 'disposing')$sql$ || format(only_these, 'r.id') || $sql$
    union all
    select r.id, 'posted', day_named(f.body #> '{data,content,authoredAt}', g.zone),
           concat_ws(' ', f.body #>> '{data,content,authoredAt,source}', f.body #>> '{data,content,authoredAt,precision}')
      from record r join agency g on g.id = r.agency_id join fact f on f.record_id = r.id and f.agency_id = r.agency_id
     where r.agency_id = $1 and r.state in ('complete', 'disposing')
       and f.body #>> '{data,content,authoredAt,value}' is not null$sql$ || format(only_these, 'r.id') || $sql$),
  no_longer as (
    update record_day d set withdrawn_at = now(), withdrawn_by = 'fact'
     where d.agency_id = $1 and d.by = 'fact' and d.withdrawn_at is null$sql$ || format(only_these, 'd.record_id') || $sql$
       and not exists (select from said s where s.id = d.record_id and s.event = d.event and s.day = d.day)
       and exists (select from record r where r.id = d.record_id and r.agency_id = d.agency_id and r.state in ('complete', 'disposing')))
  insert into record_day (agency_id, id, record_id, event, day, note, by)
  select distinct on (s.id, s.event, s.day) $1, gen_random_uuid(), s.id, s.event, s.day, s.note, 'fact' from said s where s.day is not null
  on conflict (record_id, event, day) where by = 'fact' and withdrawn_at is null do nothing$sql$ using a, ids;
end $$;

-- At the commit, when everything that belongs to the record is there: an index that is rebuilt writes the record before its facts.
create function retention_begins() returns trigger language plpgsql as $$
begin
  if exists (select from retention t where t.record_id = new.id) then return null; end if;
  -- Its row says which series it was sealed under; one that this agency does not have (any more) is none.
  insert into record_series (agency_id, record_id, edition, series, reason, by)
  select r.agency_id, r.id, s.edition, s.code, coalesce(r.series_reason, 'It was sealed under this series.'), 'intake'
    from record r join series s on s.agency_id = r.agency_id and s.edition = r.edition and s.code = r.series
   where r.agency_id = new.agency_id and r.id = new.id
  on conflict do nothing;
  perform note_days(new.agency_id, array[new.id]);
  perform recompute_due(new.agency_id, array[new.id]);
  return null;
end $$;
create constraint trigger retention_begins_with_record after insert on record deferrable initially deferred
  for each row when (new.state in ('complete', 'disposing')) execute function retention_begins();
create constraint trigger retention_begins after update of state on record deferrable initially deferred
  for each row when (new.state = 'complete' and old.state <> 'complete') execute function retention_begins();

create function retention_ends() returns trigger language plpgsql as $$
begin
  update retention set disposed_at = now() where agency_id = new.agency_id and record_id = new.id and disposed_at is null;
  return null;
end $$;
create trigger retention_ends after update of state on record
  for each row when (new.state = 'disposed' and old.state <> 'disposed') execute function retention_ends();

-- The removal was confirmed later, or taken back.
create function removal_is_noted() returns trigger language plpgsql as $$
begin
  perform note_days(new.agency_id, array[new.id]);
  return null;
end $$;
create trigger removal_is_noted after update of removal, removed_at on record for each row
  when (new.state in ('complete', 'disposing') and old.state = new.state
        and (old.removal is distinct from new.removal or old.removed_at is distinct from new.removed_at))
  execute function removal_is_noted();

-- What is said later of a record may name when it was posted.
create function later_fact_is_noted() returns trigger language plpgsql as $$
begin
  if new.body #>> '{data,content,authoredAt,value}' is not null then
    perform note_days(new.agency_id, array[new.record_id]);
  end if;
  return null;
end $$;
create trigger later_fact_is_noted after insert on fact for each row when (new.n > 1) execute function later_fact_is_noted();

-- A series that was found only later, when a clause was named, is one more; what it has, it keeps.
create function later_series_is_noted() returns trigger language plpgsql as $$
begin
  insert into record_series (agency_id, record_id, edition, series, reason, by)
  select new.agency_id, new.id, s.edition, s.code, coalesce(new.series_reason, 'A clause was named later.'), 'intake'
    from series s where s.agency_id = new.agency_id and s.edition = new.edition and s.code = new.series
  on conflict do nothing;
  return null;
end $$;
create trigger later_series_is_noted after update of series on record for each row
  when (new.state in ('complete', 'disposing') and old.state = new.state and new.series is not null
        and (old.edition, old.series) is distinct from (new.edition, new.series))
  execute function later_series_is_noted();

-- Series and days change by statements of one record or of a million. Their rows of `retention` are locked first, in one order: of two who
-- change the same record the second sees what the first wrote. A record without a row is not complete yet, and is computed when it is.
create function retention_follows(a text, ids uuid[]) returns void language plpgsql as $$
declare
  known uuid[];
begin
  known := array(select k.record_id from (
    select t.record_id from retention t where t.agency_id = a and t.record_id = any(ids) and t.disposed_at is null
     order by t.record_id for update) k);
  if cardinality(known) > 0 then perform recompute_due(a, known); end if;
end $$;
create function series_changed() returns trigger language plpgsql as $$
declare a text;
begin
  for a in select distinct agency_id from changed loop
    perform retention_follows(a, array(select distinct c.record_id from changed c where c.agency_id = a));
  end loop;
  return null;
end $$;
create trigger series_added after insert on record_series referencing new table as changed
  for each statement execute function series_changed();
create trigger series_removed after delete on record_series referencing old table as changed
  for each statement execute function series_changed();
create trigger day_added after insert on record_day referencing new table as changed
  for each statement execute function series_changed();
create trigger day_changed after update on record_day referencing new table as changed
  for each statement execute function series_changed();

-- Another zone has other days; another fiscal year other ends.
create function agency_counts_otherwise() returns trigger language plpgsql as $$
begin
  if old.zone is distinct from new.zone then perform note_days(new.id, null); end if;
  perform recompute_due(new.id, null);
  return null;
end $$;
create trigger agency_counts_otherwise after update of zone, fiscal_year_start on agency for each row
  when (old.zone is distinct from new.zone or old.fiscal_year_start is distinct from new.fiscal_year_start)
  execute function agency_counts_otherwise();

-- Rules. One that ends stays, because reasons of records name it.
alter table classification_rule
  add column id uuid not null default gen_random_uuid(),
  add column added_at timestamptz not null default now(),
  add column added_by text not null default 'cli',
  add column ended_at timestamptz,
  add column ended_by text,
  add check ((ended_at is null) = (ended_by is null)),
  drop constraint classification_rule_pkey,
  add primary key (id);
create unique index classification_rule_place on classification_rule (agency_id, position) where ended_at is null;
grant update (ended_at, ended_by) on classification_rule to holdfast_app;

-- Whether a lock of a record still runs, asked for each that is due: one look, without reading the object.
create index object_lock_by_record on object (record_id, locked_until, agency_id) where confirmed_at is not null;

-- Records that were complete before.
do $$
declare
  t text;
  walled text[] := array['agency', 'record', 'fact', 'series', 'record_series', 'record_day', 'retention'];
  a text;
begin
  foreach t in array walled loop execute format('alter table %I no force row level security', t); end loop;
  insert into record_series (agency_id, record_id, edition, series, reason, by)
  select r.agency_id, r.id, s.edition, s.code, coalesce(r.series_reason, 'It was sealed under this series.'), 'intake'
    from record r join series s on s.agency_id = r.agency_id and s.edition = r.edition and s.code = r.series
   where r.state in ('complete', 'disposing')
  on conflict do nothing;
  for a in select g.id from agency g where g.id <> 'system' loop
    perform note_days(a, null);
    perform recompute_due(a, null);
  end loop;
  foreach t in array walled loop execute format('alter table %I force row level security', t); end loop;
end $$;

-- What people changed by hand, and why: the row that is taken away takes its reason along, and the history has no room for free words.
create table reclassification (
  agency_id  text not null,
  id         uuid primary key,
  record_id  uuid not null,
  did        text not null check (did in ('added', 'removed')),
  edition    text not null,
  series     text not null,
  reason     text not null check (length(reason) between 1 and 2000),
  by         text not null,
  at         timestamptz not null default now(),
  foreign key (record_id, agency_id) references record
);
create index reclassification_by_record on reclassification (record_id, at);
alter table reclassification enable row level security;
alter table reclassification force row level security;
create policy own_agency on reclassification to holdfast_app using (agency_id = current_setting('app.agency'))
  with check (agency_id = current_setting('app.agency'));
alter table reclassification add constraint not_of_the_machine check (agency_id <> 'system') not valid;
grant select, insert on reclassification to holdfast_app;
