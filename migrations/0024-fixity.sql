-- What was looked at and read again in the store, when, and what was found. A process of its own writes this, whose key to the store
-- can only read; the rows of objects are not its to touch.

-- One row for each object that was read back once, and therefore is to be found in the store for ever after.
create table fixity (
  agency_id     text not null,
  key           text primary key references object (key) on delete cascade,
  record_id     uuid not null,
  sealed_at     timestamptz not null,
  -- Asked the store about it; read it from the first byte to the last.
  looked_at     timestamptz,
  read_at       timestamptz,
  -- What is not as it was sealed; empty: it is, as far as was looked.
  findings      text[] not null default '{}',
  found_at      timestamptz,
  -- The same bytes in the second store, where there is one.
  copy_version  text,
  copied_at     timestamptz,
  copy_until    timestamptz,
  -- Its record is being destroyed, or was: it is not looked for any more.
  ended_at      timestamptz,
  check ((found_at is null) = (cardinality(findings) = 0)),
  check ((copy_version is null) = (copied_at is null))
);
-- Oldest first is how both rounds go; what was never read or looked at is older than everything.
create index fixity_to_read on fixity (agency_id, read_at) where ended_at is null;
create index fixity_unread on fixity (agency_id, sealed_at) where read_at is null and ended_at is null;
create index fixity_to_look on fixity (agency_id, looked_at nulls first) where ended_at is null;
create index fixity_wrong on fixity (agency_id, record_id) where cardinality(findings) > 0 and ended_at is null;
create index fixity_to_copy on fixity (agency_id, read_at) where copied_at is null and ended_at is null;
create index fixity_by_record on fixity (record_id);

-- With the seal itself, so that nothing that was sealed can be forgotten here.
create function then_check_fixity() returns trigger language plpgsql as $$
begin
  insert into fixity (agency_id, key, record_id, sealed_at) values (new.agency_id, new.key, new.record_id, new.confirmed_at)
  on conflict (key) do nothing;
  return null;
end $$;
create trigger then_check_fixity after insert or update of confirmed_at on object
  for each row when (new.confirmed_at is not null) execute function then_check_fixity();

create function then_end_fixity() returns trigger language plpgsql as $$
begin
  update fixity set ended_at = now() where agency_id = new.agency_id and record_id = new.id and ended_at is null;
  return null;
end $$;
create trigger then_end_fixity after update of state on record
  for each row when (new.state in ('disposing', 'disposed') and old.state is distinct from new.state) execute function then_end_fixity();

-- Each batch as it entered the log: `root` is the root of RFC 6962 over its rows in the order of `n`, each with the batch's salt, so that
-- nobody who guesses a content can try the guess on a root.
create table fixity_batch (
  agency_id    text not null,
  id           uuid primary key,
  layer        text not null check (layer in ('look', 'read', 'asked')),
  at           timestamptz not null,
  objects      int not null check (objects > 0),
  failed       int not null,
  bytes        bigint not null,
  oldest_days  int not null,
  salt         bytea not null check (length(salt) = 32),
  root         bytea not null check (length(root) = 32)
);
create index fixity_batch_by_time on fixity_batch (agency_id, at desc);

-- What the root is over. Whoever destroys a record empties its rows here too, and `leaf` still makes the root.
create table fixity_row (
  agency_id   text not null,
  batch_id    uuid not null references fixity_batch on delete cascade,
  n           int not null,
  key         text,
  version_id  text,
  sha256      text,
  result      text not null,
  leaf        bytea not null check (length(leaf) = 32),
  primary key (batch_id, n)
);
create index fixity_row_by_key on fixity_row (key) where key is not null;

-- What lies under an agency's prefix and belongs to no row: nothing that is locked may be unknown here.
create table fixity_stray (
  agency_id   text not null,
  key         text not null,
  version_id  text not null,
  is_marker   boolean not null,
  size_bytes  bigint not null,
  found_at    timestamptz not null,
  -- By the newest round that met it.
  seen_at     timestamptz not null,
  -- When it was not there any more.
  gone_at     timestamptz,
  primary key (agency_id, key, version_id)
);

-- A version whose place another one of the same bytes has taken, put there from the second store. It may lie there still.
create table fixity_replaced (
  agency_id    text not null,
  key          text not null references object (key) on delete cascade,
  version_id   text not null,
  replaced_at  timestamptz not null default now(),
  primary key (key, version_id)
);

-- Where the round over the whole of an agency's prefix stands.
create table fixity_listing (
  agency_id  text primary key,
  listed_at  timestamptz not null,
  versions   int not null
);

-- When the files of the agency's log were last compared with its leaves, and how many were other ones.
create table fixity_log (
  agency_id   text primary key,
  checked_at  timestamptz not null,
  wrong       int not null
);

do $$
declare t text;
begin
  foreach t in array array['fixity','fixity_log','fixity_batch','fixity_row','fixity_stray','fixity_replaced','fixity_listing'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy own_agency on %I to holdfast_app using (agency_id = current_setting(''app.agency''))
                    with check (agency_id = current_setting(''app.agency''))', t);
    execute format('alter table %I add constraint not_of_the_machine check (agency_id <> ''system'') not valid', t);
  end loop;
end $$;
grant select, insert on fixity, fixity_batch, fixity_row, fixity_stray, fixity_replaced, fixity_listing, fixity_log to holdfast_app;
grant update (looked_at, read_at, findings, found_at, copy_version, copied_at, copy_until, ended_at) on fixity to holdfast_app;
grant update (found_at, seen_at, gone_at) on fixity_stray to holdfast_app;
grant update (listed_at, versions) on fixity_listing to holdfast_app;
grant update (checked_at, wrong) on fixity_log to holdfast_app;

-- Figures for whoever looks after the machine: times, numbers and kinds of findings. No key, which is made of a digest.
create policy across on fixity for select to holdfast_system using (true);
create policy across on fixity_stray for select to holdfast_system using (true);
create policy across on fixity_log for select to holdfast_system using (true);
grant select (agency_id, record_id, sealed_at, looked_at, read_at, findings, found_at, copied_at, ended_at) on fixity to holdfast_system;
grant select (agency_id, found_at, gone_at) on fixity_stray to holdfast_system;
grant select on fixity_log to holdfast_system;

-- When the worker was last round, and what it did; one row.
create table fixity_pass (
  is_one  boolean primary key default true check (is_one),
  at      timestamptz not null default now(),
  report  jsonb not null
);
grant select, insert, update on fixity_pass to holdfast_system;

-- Whether what was found wrong was mended since.
create index event_of_fixity on event (agency_id, record_id, seq) where type in ('fixity.failed', 'fixity.repaired');

-- A page shows an agency's history without the batches, of which there may be one each minute.
create index event_of_agency_shown on event (agency_id, seq) where record_id is null and type <> 'fixity.passed';

-- The walls bind the owner of the tables as well: without this, one who is no superuser would see no object here.
alter table object no force row level security;
alter table fixity no force row level security;
alter table record no force row level security;
insert into fixity (agency_id, key, record_id, sealed_at, ended_at)
select o.agency_id, o.key, o.record_id, o.confirmed_at, case when r.state in ('disposing', 'disposed') then now() end
  from object o join record r on r.agency_id = o.agency_id and r.id = o.record_id where o.confirmed_at is not null;
alter table record force row level security;
alter table object force row level security;
alter table fixity force row level security;
