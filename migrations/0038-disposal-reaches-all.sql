-- `destroy_rows` (0035) also reaches what people wrote when they classified a record by hand, and keys of the store, which are made of
-- digests: tables that came after it.
do $$
declare t text;
begin
  foreach t in array array['reclassification', 'lock_finding', 'hold_owed'] loop
    execute format('create policy of_disposal on %I to holdfast_disposal using (agency_id = current_setting(''app.agency''))', t);
  end loop;
end $$;
grant select (agency_id, record_id), update (reason) on reclassification to holdfast_disposal;
grant select (agency_id, key), delete on lock_finding to holdfast_disposal;
grant select (agency_id, record_id), delete on hold_owed to holdfast_disposal;
