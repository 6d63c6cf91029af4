-- Row-level security on every table that carries an agency, forced, from the first day; and the grants.
do $$
declare t text;
begin
  foreach t in array array['api_key','policy_version','ground','account','series','classification_rule','record','fact',
                           'artifact','seal','object','event','step'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy own_agency on %I to holdfast_app using (agency_id = current_setting(''app.agency''))
                    with check (agency_id = current_setting(''app.agency''))', t);
  end loop;
  execute 'alter table agency enable row level security';
  execute 'alter table agency force row level security';
  execute 'create policy own_agency on agency to holdfast_app using (id = current_setting(''app.agency''))';
end $$;

-- The system role crosses agencies, column by column, and reads no content.
create policy across on agency to holdfast_system using (true) with check (true);
create policy across on api_key to holdfast_system using (true) with check (true);
create policy across on step to holdfast_system using (true) with check (true);
create policy across on record for select to holdfast_system using (true);
create policy across on seal for select to holdfast_system using (true);
create policy across on object to holdfast_system using (true) with check (true);
create policy across on artifact for select to holdfast_system using (true);

grant usage on schema public to holdfast_app, holdfast_system, holdfast_search;
grant select on agency, api_key, policy_version, ground, account, series, classification_rule to holdfast_app;
grant insert on policy_version, ground, account, series, classification_rule to holdfast_app;
grant select, insert on record, fact, artifact, seal, object, event to holdfast_app;
-- What may change on a row, and nothing else of it. Facts and history change in no member that says something.
grant update (state, excerpt, author, address, capture_outcome, capture, removal, removed_at, verb, grounds, edition, series,
              series_reason, search) on record to holdfast_app;
grant update (deliveries, seal_no) on fact to holdfast_app;
grant update (staged, inline, picture, seal_no) on artifact to holdfast_app;
grant update (sealed_at, store_kind, immutability, mode) on seal to holdfast_app;
grant update (body, retain_until, version_id, locked_until, confirmed_at) on object to holdfast_app;
grant select, insert, update, delete on step to holdfast_app;

grant select, insert on agency to holdfast_system;
grant select, insert on api_key to holdfast_system;
grant update (revoked_at) on api_key to holdfast_system;
grant select, insert, update, delete on step to holdfast_system;
grant usage on sequence fence to holdfast_app, holdfast_system;
grant select (agency_id, id, state, received_at, capture_outcome, removal, series) on record to holdfast_system;
grant select on seal to holdfast_system;
grant select (agency_id, key, record_id, seal_no, size_bytes, retain_until, version_id, locked_until, confirmed_at)
  on object to holdfast_system;
grant update (locked_until) on object to holdfast_system;
grant select (agency_id, record_id, n, staged, seal_no) on artifact to holdfast_system;

-- Search. Under row-level security Postgres does not use an index for an operator that is not marked leakproof, and the
-- text-search match is not: every search would read every row of the agency. So one function searches under a role
-- of its own that sees the index columns of all agencies, names the agency of the present transaction itself, and gives
-- back ids alone; what is shown is then read under the walls as usual. Its path ends with pg_temp, which is otherwise looked
-- into first: a caller's temporary view named "record" would be read, and run what it holds, under that role.
create policy lookup on record for select to holdfast_search using (true);
grant select (agency_id, id, state, received_at, platform, account, verb, grounds, capture_outcome, removal, edition, series, search)
  on record to holdfast_search;

create function search_records(q text, f jsonb, before_at timestamptz, before_id uuid, how_many int)
returns table (id uuid, received_at timestamptz) language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
  a text := current_setting('app.agency');
  conditions text := 'r.agency_id = $1';
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
    conditions := conditions || case when f->>'series' = 'unclassified' then ' and r.series is null'
                                     else ' and r.series = $3->>''series''' end;
  end if;
  if f ? 'from' then conditions := conditions || ' and r.received_at >= ($3->>''from'')::timestamptz'; end if;
  if f ? 'to' then conditions := conditions || ' and r.received_at < ($3->>''to'')::timestamptz'; end if;
  if f ? 'parked' then
    conditions := conditions || ' and exists (select from step s where s.record_id = r.id and s.parked_at is not null)';
  end if;
  if before_at is not null then conditions := conditions || ' and (r.received_at, r.id) < ($4, $5)'; end if;
  return query execute 'select r.id, r.received_at from record r where ' || conditions
    || ' order by r.received_at desc, r.id desc limit $6'
    using a, q, f, before_at, before_id, how_many;
end $$;
create policy lookup on step for select to holdfast_search using (true);
grant select (record_id, parked_at) on step to holdfast_search;
revoke all on function search_records(text, jsonb, timestamptz, uuid, int) from public;
grant execute on function search_records(text, jsonb, timestamptz, uuid, int) to holdfast_app;
grant create on schema public to holdfast_search;
alter function search_records(text, jsonb, timestamptz, uuid, int) owner to holdfast_search;
revoke create on schema public from holdfast_search;

-- Nothing of ours needs a temporary table, and one may stand in front of a table of the archive.
do $$ begin
  execute format('revoke temporary on database %I from public, holdfast_app, holdfast_search, holdfast_system', current_database());
end $$;
