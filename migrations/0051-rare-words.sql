-- A word that few records have was looked for among all of them, the newest first: the server believes of a word that it does not know
-- that it soon comes, and at a million records a page took two seconds. The newest few thousand are looked through now, which a word that
-- many records have fills a page with; for every other one the index of words is asked for all of its records, which are not many.
grant create on schema public to holdfast_search;
set local role holdfast_search;
create or replace function search_records(q text, f jsonb, before_at timestamptz, before_id uuid, how_many int)
returns table (id uuid, received_at timestamptz) language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
  a text := current_setting('app.agency');
  -- By the order in which they are listed, and everything else.
  span text := 'r.agency_id = $1';
  conditions text := '';
  under uuid[];
  got int := 0;
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
  if f ? 'from' then span := span || ' and r.received_at >= ($3->>''from'')::timestamptz'; end if;
  if f ? 'to' then span := span || ' and r.received_at < ($3->>''to'')::timestamptz'; end if;
  if f ? 'parked' then
    conditions := conditions || ' and exists (select from step s where s.record_id = r.id and s.parked_at is not null)';
  end if;
  if before_at is not null then span := span || ' and (r.received_at, r.id) < ($4, $5)'; end if;
  if q is null then
    return query execute 'select r.id, r.received_at from record r where ' || span || conditions
      || ' order by r.received_at desc, r.id desc limit $6'
      using a, q, f, before_at, before_id, how_many, under;
    return;
  end if;
  return query execute 'select r.id, r.received_at from (select r.id, r.received_at, r.agency_id, r.search, r.platform, r.account, r.grounds, r.state, r.verb, r.capture_outcome, r.removal, r.series from record r where ' || span
    || ' order by r.received_at desc, r.id desc limit 5000) r where true' || conditions || ' order by r.received_at desc, r.id desc limit $6'
    using a, q, f, before_at, before_id, how_many, under;
  get diagnostics got = row_count;
  if got >= how_many then return; end if;
  -- All of it once more, and without those.
  return query execute 'with found as materialized (select r.id, r.received_at from record r where ' || span || conditions
    || ') select * from found order by received_at desc, id desc limit $6 offset $8'
    using a, q, f, before_at, before_id, how_many - got, under, got;
end $$;
reset role;
revoke create on schema public from holdfast_search;
