-- Holds: what keeps a record from destruction whatever its schedule says. Many may lie on one record; it is held while any of them does.

create table hold (
  agency_id      text not null references agency,
  id             uuid primary key,
  -- As src/retention/hold-kinds.ts cites them.
  kind           text not null check (kind in ('sunshine-suit', 'sunshine-request', 'litigation', 'audit', 'investigation', 'closed-record', 'other')),
  title          text not null check (length(title) between 1 and 200),
  reason         text not null check (length(reason) between 1 and 5000),
  -- Until what, in words: “until the court directs otherwise”.
  ends           text not null check (length(ends) between 1 and 500),
  -- The search whose records it lies on, as it was asked; null: records that were named one by one.
  search         jsonb,
  -- New matches of the search are held as they come.
  standing       boolean not null default false
                 check (not standing or (search is not null and not coalesce(search->'filters', '{}') ? 'parked')),
  placed_at      timestamptz not null default now(),
  placed_by      text not null,
  released_at    timestamptz,
  released_by    uuid,
  release_reason text,
  check ((released_at is null) = (released_by is null) and (released_at is null) = (release_reason is null))
);
create index hold_open on hold (agency_id, placed_at) where released_at is null;

create table hold_record (
  agency_id    text not null,
  hold_id      uuid not null references hold,
  record_id    uuid not null,
  at           timestamptz not null default now(),
  -- Ended with the release of its hold, so that “is it held” asks one index.
  released_at  timestamptz,
  primary key (record_id, hold_id),
  foreign key (record_id, agency_id) references record
);
create index hold_record_by_hold on hold_record (hold_id);
create index hold_record_open on hold_record (agency_id, record_id) where released_at is null;

-- Whether a search, as a hold keeps it, finds this row: the same conditions as `search_records` (0005) has. One that only a later
-- version knows is not asked, and then more is held, never less.
create function is_found_by(r public.record, s jsonb) returns boolean language sql stable as $$
  select (s->>'q' is null or r.search @@ search_query(r.agency_id, s->>'q'))
     and (not f ? 'platform' or r.platform = f->>'platform')
     and (not f ? 'account' or lower(r.account) = lower(f->>'account'))
     and (not f ? 'ground' or r.grounds @> array[f->>'ground'])
     and (not f ? 'state' or r.state = f->>'state')
     and (not f ? 'verb' or r.verb = f->>'verb')
     and (not f ? 'outcome' or coalesce(r.capture_outcome = f->>'outcome', false))
     and (not f ? 'removal' or r.removal = f->>'removal')
     and (not f ? 'series' or case when f->>'series' = 'unclassified' then r.series is null
                                   else coalesce(r.series = f->>'series', false) end)
     and (not f ? 'from' or r.received_at >= (f->>'from')::timestamptz)
     and (not f ? 'to' or r.received_at < (f->>'to')::timestamptz)
    from (select coalesce(s->'filters', '{}') as f) x
$$;

-- By a row of its own, or because an open hold stands on a search that finds it now, whether or not that was written down yet.
create function is_held(a text, rec uuid) returns boolean language sql stable as $$
  select exists (select from hold_record h where h.agency_id = a and h.record_id = rec and h.released_at is null)
      or exists (select from hold h, record r where h.agency_id = a and h.standing and h.released_at is null
                    and r.agency_id = a and r.id = rec and is_found_by(r, h.search))
$$;

-- Records of whose holds the store is still to be told: a row from the moment a hold begins or ends until every version of the
-- record was asked and says so. `generation` tells whoever was at it that meanwhile it changed again.
create table hold_owed (
  agency_id   text not null,
  record_id   uuid primary key,
  since       timestamptz not null default now(),
  generation  bigint not null default 1,
  -- Later, after a store that did not take it.
  due_at      timestamptz not null default now(),
  foreign key (record_id, agency_id) references record
);
-- When the store confirmed, asked by version id, that the version is held; null: it is not, as far as we know.
alter table object add column held_at timestamptz;

-- Another version in its place (put back from the second store), or a new one that is not held as it should be: the store is to be told.
create function another_version_is_not_held() returns trigger language plpgsql as $$
begin
  new.held_at := null;
  return new;
end $$;
create trigger another_version_is_not_held before update of version_id on object for each row
  when (old.version_id is not null and old.version_id is distinct from new.version_id) execute function another_version_is_not_held();
create function owe_its_hold() returns trigger language plpgsql as $$
begin
  if (new.held_at is not null) is distinct from exists (
    select from hold_record h where h.agency_id = new.agency_id and h.record_id = new.record_id and h.released_at is null) then
    insert into hold_owed as o (agency_id, record_id) values (new.agency_id, new.record_id)
    on conflict (record_id) do update set generation = o.generation + 1, due_at = now();
  end if;
  return null;
end $$;
create trigger owe_its_hold after insert or update of version_id, confirmed_at on object for each row
  when (new.confirmed_at is not null) execute function owe_its_hold();

-- A hold and the destruction of a record never pass each other: both lock the row of the record. Either the hold is there before
-- the record is marked, and `what_is_held_stays` sees it, or it finds the mark here.
create function holds_what_is_there() returns trigger language plpgsql as $$
declare state text; ended timestamptz;
begin
  if new.released_at is not null then return new; end if;
  select h.released_at into ended from hold h where h.agency_id = new.agency_id and h.id = new.hold_id for share;
  if ended is not null then
    raise exception 'this hold was released; place another one' using errcode = 'HF023';
  end if;
  select r.state into state from record r where r.agency_id = new.agency_id and r.id = new.record_id for share;
  if state in ('disposing', 'disposed') then
    raise exception 'record % is being destroyed, or was: it cannot be held any more', new.record_id using errcode = 'HF021';
  end if;
  return new;
end $$;
create trigger holds_what_is_there before insert on hold_record for each row execute function holds_what_is_there();

create function what_is_held_stays() returns trigger language plpgsql as $$
begin
  if is_held(new.agency_id, new.id) then
    raise exception 'record % is held: it is not destroyed before every hold on it is released', new.id using errcode = 'HF024';
  end if;
  return null;
end $$;
create trigger what_is_held_stays after update of state on record for each row
  when (new.state in ('disposing', 'disposed') and old.state not in ('disposing', 'disposed'))
  execute function what_is_held_stays();

-- What comes later and is found by a search that a hold stands on is held in the commit that makes it so.
create index hold_standing on hold (agency_id) where standing and released_at is null;
create function hold_what_matches() returns trigger language plpgsql as $$
begin
  insert into hold_record (agency_id, hold_id, record_id)
  select h.agency_id, h.id, new.id from hold h
   where h.agency_id = new.agency_id and h.standing and h.released_at is null and is_found_by(new, h.search)
     and not exists (select from hold_record e where e.record_id = new.id and e.hold_id = h.id)
   order by h.id for share of h
  on conflict do nothing;
  return null;
end $$;
create trigger hold_what_matches
  after insert or update of search, platform, account, grounds, state, verb, capture_outcome, removal, series, received_at on record
  for each row when (new.state not in ('disposing', 'disposed')) execute function hold_what_matches();

-- Whoever begins or ends a hold says so in the history of each of its records, and owes it to the store.
create function tell_of_holds(what text, ids uuid[], a text, hold uuid, who text) returns void language sql as $$
  insert into event (agency_id, id, record_id, type, actor, body)
  select a, gen_random_uuid(), r, what, who, jsonb_build_object('hold', hold) from unnest(ids) r;
  insert into hold_owed as o (agency_id, record_id) select a, r from unnest(ids) r order by r
  on conflict (record_id) do update set generation = o.generation + 1, due_at = now();
$$;
create function tell_held() returns trigger language plpgsql as $$
begin
  perform tell_of_holds('record.held', n.ids, n.agency_id, n.hold_id, h.placed_by)
     from (select agency_id, hold_id, array_agg(record_id) as ids from added where released_at is null group by 1, 2) n
     join hold h on h.agency_id = n.agency_id and h.id = n.hold_id;
  return null;
end $$;
create trigger tell_held after insert on hold_record referencing new table as added
  for each statement execute function tell_held();

-- Not by whoever runs the disposal: their own work would wait for it. With its hold each of its rows ends, and none by itself.
create function released_by_another_role() returns trigger language plpgsql as $$
declare roles text[];
begin
  if old.released_at is not null then
    raise exception 'this hold was released, and stays so; place another one' using errcode = 'HF022';
  end if;
  if new.released_at is null then return new; end if;
  select coalesce(array_agg(r.role), '{}') into roles
    from person p join person_role r on r.agency_id = p.agency_id and r.person_id = p.id
   where p.agency_id = new.agency_id and p.id = new.released_by and p.left_at is null and r.ended_at is null;
  if not roles && array['custodian', 'administrator'] or roles && array['retention-officer', 'approver'] then
    raise exception 'a hold is released by a custodian or an administrator of the agency who is neither its retention officer nor approves destruction'
      using errcode = 'HF020';
  end if;
  return new;
end $$;
create trigger released_by_another_role before update on hold for each row execute function released_by_another_role();
create function end_its_rows() returns trigger language plpgsql as $$
declare ids uuid[];
begin
  with ended as (
    update hold_record set released_at = new.released_at
     where agency_id = new.agency_id and hold_id = new.id and released_at is null returning record_id)
  select coalesce(array_agg(record_id), '{}') into ids from ended;
  perform tell_of_holds('record.released', ids, new.agency_id, new.id, 'person:' || new.released_by);
  return null;
end $$;
create trigger end_its_rows after update of released_at on hold for each row
  when (old.released_at is null and new.released_at is not null) execute function end_its_rows();
create function ends_with_its_hold() returns trigger language plpgsql as $$
begin
  if old.released_at is not null or not exists (
    select from hold h where h.agency_id = new.agency_id and h.id = new.hold_id and h.released_at = new.released_at) then
    raise exception 'a record is let go by releasing the hold, and not by itself' using errcode = 'HF022';
  end if;
  return new;
end $$;
create trigger ends_with_its_hold before update on hold_record for each row execute function ends_with_its_hold();

do $$
declare t text;
begin
  foreach t in array array['hold', 'hold_record', 'hold_owed'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy own_agency on %I to holdfast_app using (agency_id = current_setting(''app.agency''))
                    with check (agency_id = current_setting(''app.agency''))', t);
    execute format('alter table %I add constraint not_of_the_machine check (agency_id <> ''system'') not valid', t);
  end loop;
end $$;
grant select, insert on hold, hold_record to holdfast_app;
grant update (released_at, released_by, release_reason) on hold to holdfast_app;
grant update (released_at) on hold_record to holdfast_app;
grant select, insert, delete on hold_owed to holdfast_app;
grant update (generation, due_at) on hold_owed to holdfast_app;
grant update (held_at) on object to holdfast_app;
-- Whose turn it is, over all agencies. What is then asked and written is so inside of each.
create policy across on hold_owed for select to holdfast_system using (true);
grant select on hold_owed to holdfast_system;
