-- Three roles that no one logs in as, so that the walls hold whoever connects.
--
--   holdfast_app     works inside one agency. Sees rows of `app.agency` only, and nothing when that is unset.
--   holdfast_search  owns one function and may do nothing else: see 0005.
--   holdfast_system  works across agencies (relay, reconciler, metrics, sign-in), and sees no content:
--                    it is granted single columns, never a fact, a text or a name.
--
-- None owns a table, none may bypass row-level security. The login that the processes use is a member of the first and
-- the last and becomes one of them on each connection. Roles belong to the cluster, not the database, so they may be there already.
do $$
declare wanted text;
begin
  foreach wanted in array array['holdfast_app', 'holdfast_search', 'holdfast_system'] loop
    begin
      execute format('create role %I nologin nosuperuser nobypassrls nocreatedb nocreaterole', wanted);
    exception when duplicate_object or unique_violation then null;
    end;
    if exists (select from pg_roles where rolname = wanted and (rolsuper or rolbypassrls)) then
      raise exception 'role % may bypass row-level security; take that right from it first', wanted;
    end if;
    -- Since Postgres 16 whoever makes a role is a member of it and still may not become it. Whether one may is tried, because
    -- servers before 16 cannot be asked. Becoming is all that is granted: a member that inherits would stand behind the
    -- policies of each role at once, whatever role it has taken on.
    begin
      execute format('set local role %I', wanted);
      reset role;
    exception when insufficient_privilege then
      if current_setting('server_version_num')::int >= 160000 then
        execute format('grant %I to current_user with inherit false, set true', wanted);
      else
        execute format('grant %I to current_user', wanted);
      end if;
    end;
  end loop;
end $$;

-- The agency that the present transaction works for. Unset is an error, not "all".
create function current_agency() returns text language sql stable parallel safe
  return current_setting('app.agency');
