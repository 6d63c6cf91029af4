-- Nobody puts anything into the outbox of the log but the event itself. The application could: a row for an event that has its leaf
-- already made the log stand still for ever, and one for no event kept it looking for ever. The trigger now writes as the role of the
-- sequencer, and no other role may. Its path ends with pg_temp, as search_records' does (0005).
set local lock_timeout = '10s';

create or replace function owe_entry() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into log_outbox (agency_id, seq) values (new.agency_id, new.seq);
  return null;
end $$;
revoke all on function owe_entry() from public;
grant create on schema public to holdfast_log;
alter function owe_entry() owner to holdfast_log;
revoke create on schema public from holdfast_log;

revoke insert on log_outbox from holdfast_app, holdfast_system;
