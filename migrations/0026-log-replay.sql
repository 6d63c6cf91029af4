-- A database that was restored to an earlier time gets back from the files of the log what it lost (src/rebuild/replay.ts): the leaves,
-- byte for byte, and for each a row of the history. The sequencer may write such a row, with the time that the entry has, where the very
-- leaf is there already, and no other one about a record: nobody puts into the history by this way what the log does not have.
create policy from_the_log on event for insert to holdfast_log with check (exists (
  select from log_leaf l
   where l.agency_id = event.agency_id and l.event_id = event.id and l.record_id is not distinct from event.record_id));
grant insert (at) on event to holdfast_log;
