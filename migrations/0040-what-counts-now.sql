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
