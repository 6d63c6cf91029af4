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
  standing       boolean not null default false check (not standing or search is not null),
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

create function is_held(a text, rec uuid) returns boolean language sql stable as $$
  select exists (select from hold_record h where h.agency_id = a and h.record_id = rec and h.released_at is null)
$$;

do $$
declare t text;
begin
  foreach t in array array['hold', 'hold_record'] loop
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
