-- What whoever looks after the archive must see of its logs: which of them stand still and why, how long something has waited, and
-- when the locks of its files were last renewed. The worker that signs is another process than the API, and often without a network
-- to it: so it writes what it found where the others can read it.
set local lock_timeout = '10s';

-- One row for each log that stands still; it goes away when the log goes on. A code and a sentence about machines, no content.
create table log_standing (
  agency_id  text not null primary key references agency,
  code       text not null,
  sentence   text not null,
  since      timestamptz not null default now(),
  at         timestamptz not null default now()
);
alter table log_standing enable row level security;
alter table log_standing force row level security;
create policy own_agency on log_standing to holdfast_app using (agency_id = current_setting('app.agency'))
  with check (agency_id = current_setting('app.agency'));
create policy of_the_log on log_standing to holdfast_log using (true) with check (true);
create policy across on log_standing for select to holdfast_system using (true);
grant select, insert, update, delete on log_standing to holdfast_log;
grant select on log_standing to holdfast_system, holdfast_app;

-- Since when an event waits for its place in the log.
alter table log_outbox add column since timestamptz not null default clock_timestamp();

-- When somebody last looked at the lock of each of its files.
alter table log_head add column leases_at timestamptz;
grant update (leases_at) on log_head to holdfast_log;
