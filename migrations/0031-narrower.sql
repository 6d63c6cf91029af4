-- What the log's own role may write is said as narrowly as it is needed, and the entries about keys are found without the history.
set local lock_timeout = '10s';

-- The log says of itself which keys it has and that it was put back, and nothing else. Nobody else is named as whoever did it.
drop policy own_entries on event;
create policy own_entries on event for insert to holdfast_log with check (
  record_id is null and actor = 'worker:log' and type in ('log-key.added', 'log-key.retired', 'restore.performed'));

-- What comes back from the files of the log (0026) says of itself that it does, and says what, when and who as its entry does.
drop policy from_the_log on event;
create policy from_the_log on event for insert to holdfast_log with check (
  body ->> 'restored' = 'true' and exists (
    select from log_leaf l, lateral (select convert_from(l.entry, 'UTF8')::jsonb as said) e
     where l.agency_id = event.agency_id and l.event_id = event.id and l.record_id is not distinct from event.record_id
       and e.said ->> 'type' = event.type and e.said ->> 'actor' = event.actor and (e.said ->> 'at')::timestamptz = event.at));

-- Which keys sign, the entries alone say (src/log/announced.ts). A few among millions: by the bytes themselves, and not by a row
-- of the history, which could be taken away.
create function names_key(entry bytea) returns boolean language sql immutable parallel safe
  return position('"type":"log-key.'::bytea in entry) > 0 or position('"type":"receipt-key.'::bytea in entry) > 0;
create index log_leaf_of_keys on log_leaf (agency_id, idx) where names_key(entry);
