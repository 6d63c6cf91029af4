-- The transparency log (src/log/log.ts): every row of `event` becomes one leaf of the Merkle log of its agency.
--
-- A number that the database deals out is no order: rows become visible in another one, and gaps stay (reference/integrity.md, finding
-- 2, measured). So each event leaves a row in an outbox, in its own transaction; one sequencer for each log takes them in batches,
-- gives them dense indexes, writes the leaves, and takes the rows out of the outbox, in one transaction.
--
-- The sequencer has a role of its own, holdfast_log: it alone writes leaves, and it may write nothing else. It reads the history, which
-- holds no content. As with the roles of 0001, nobody logs in as it.
set local lock_timeout = '10s';

do $$
begin
  begin
    create role holdfast_log nologin nosuperuser nobypassrls nocreatedb nocreaterole;
  exception when duplicate_object or unique_violation then null;
  end;
  if exists (select from pg_roles where rolname = 'holdfast_log' and (rolsuper or rolbypassrls)) then
    raise exception 'role holdfast_log may bypass row-level security; take that right from it first';
  end if;
  begin
    set local role holdfast_log;
    reset role;
  exception when insufficient_privilege then
    if current_setting('server_version_num')::int >= 160000 then
      grant holdfast_log to current_user with inherit false, set true;
    else
      grant holdfast_log to current_user;
    end if;
  end;
end $$;

-- What no log holds yet. By the number of the event, which is only its order among what is waiting.
create table log_outbox (
  agency_id  text not null,
  seq        bigint not null,
  primary key (agency_id, seq)
);

-- One for each log. `origin` is its name for ever. `frontier`: the roots of the complete subtrees that `size` falls into, the largest
-- first, 32 bytes each: all that a log must remember to grow. `published`: the size of the newest checkpoint that is in the store.
create table log_head (
  agency_id  text not null primary key references agency,
  origin     text not null unique,
  size       bigint not null default 0 check (size >= 0),
  frontier   bytea not null default '' check (octet_length(frontier) % 32 = 0),
  published  bigint not null default 0 check (published between 0 and size),
  begun_at   timestamptz not null default clock_timestamp()
);

-- The exact bytes that were hashed. `salt` opens the entry's own commitments; it is destroyed with what they commit to, the bytes never.
create table log_leaf (
  agency_id  text not null,
  idx        bigint not null check (idx >= 0),
  event_id   uuid not null,
  record_id  uuid,
  entry      bytea not null,
  hash       bytea not null check (octet_length(hash) = 32),
  salt       bytea check (octet_length(salt) = 32),
  primary key (agency_id, idx),
  unique (agency_id, event_id)
);
create index log_leaf_by_record on log_leaf (agency_id, record_id, idx) where record_id is not null;

-- What was published, signed. For a size there is one root, and it stays.
create table log_checkpoint (
  agency_id  text not null,
  size       bigint not null check (size >= 0),
  root       bytea not null check (octet_length(root) = 32),
  note       bytea not null,
  at         timestamptz not null default clock_timestamp(),
  primary key (agency_id, size)
);

-- Who signs, and at which sizes. While keys change these are two. The private halves are never here.
create table log_key (
  agency_id  text not null,
  vkey       text not null,
  first_size bigint not null check (first_size >= 0),
  last_size  bigint check (last_size >= first_size),
  made_at    timestamptz not null default clock_timestamp(),
  primary key (agency_id, vkey)
);

-- How this installation is called in the origins of its logs. Decided once: an origin is for ever.
create table log_name (
  only_one   boolean primary key default true check (only_one),
  name       text not null check (name ~ '^[a-z0-9.-]{1,180}$')
);

-- Nobody who writes an event can forget it, not by direct SQL either.
create function owe_entry() returns trigger language plpgsql as $$
begin
  insert into log_outbox (agency_id, seq) values (new.agency_id, new.seq);
  return null;
end $$;
create trigger owe_entry after insert on event for each row execute function owe_entry();

-- What happened before there was a log enters it first. The walls bind the owner of the tables as well.
alter table event no force row level security;
insert into log_outbox (agency_id, seq) select agency_id, seq from event order by seq;
alter table event force row level security;

do $$
declare t text;
begin
  foreach t in array array['log_outbox', 'log_head', 'log_leaf', 'log_checkpoint', 'log_key'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy own_agency on %I to holdfast_app using (agency_id = current_setting(''app.agency''))
                    with check (agency_id = current_setting(''app.agency''))', t);
    execute format('create policy of_the_log on %I to holdfast_log using (true) with check (true)', t);
  end loop;
end $$;
create policy across on log_outbox to holdfast_system using (true) with check (true);
create policy across on log_head for select to holdfast_system using (true);
create policy across on log_checkpoint for select to holdfast_system using (true);
create policy of_the_log on event for select to holdfast_log using (true);
create policy of_the_log on agency for select to holdfast_log using (true);
-- What the log says of itself: its keys, and that it was restored.
create policy own_entries on event for insert to holdfast_log with check (record_id is null);

grant usage on schema public to holdfast_log;
grant select on log_outbox, log_head, log_leaf, log_checkpoint, log_key to holdfast_app;
grant insert on log_outbox to holdfast_app, holdfast_system, holdfast_log;
grant select on log_outbox to holdfast_system;
grant select (agency_id, origin, size, published) on log_head to holdfast_system;
grant select (agency_id, size, at) on log_checkpoint to holdfast_system;
grant select (id) on agency to holdfast_log;
grant select on event to holdfast_log;
grant insert (agency_id, id, record_id, type, actor, body) on event to holdfast_log;
grant select, delete on log_outbox to holdfast_log;
grant select, insert on log_head, log_leaf, log_checkpoint, log_key, log_name to holdfast_log;
grant update (size, frontier, published) on log_head to holdfast_log;
grant update (last_size) on log_key to holdfast_log;
