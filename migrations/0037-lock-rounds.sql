-- The nightly comparison of locks and holds in the store with what the rows say of them (src/retention/reconcile.ts).

-- One round of an agency at a time; where it was cut short, the next goes on behind `after`.
create table lock_round (
  agency_id  text primary key references agency,
  begun_at   timestamptz not null,
  after      text not null default '',
  looked     int not null default 0,
  mended     int not null default 0,
  -- Of the last round that came to its end.
  ended_at   timestamptz,
  last       jsonb
);

-- What could not be mended, until it is so no more.
create table lock_finding (
  agency_id   text not null,
  key         text not null,
  version_id  text not null,
  -- Null: no row knows it.
  record_id   uuid,
  code        text not null
              check (code in ('missing', 'unreadable', 'lock-missing', 'lock-short', 'hold-unknown', 'hold-not-set', 'unknown-version', 'delete-marker')),
  found_at    timestamptz not null default now(),
  seen_at     timestamptz not null default now(),
  gone_at     timestamptz,
  primary key (agency_id, key, version_id, code)
);
create index lock_finding_open on lock_finding (agency_id, found_at) where gone_at is null;

do $$
declare t text;
begin
  foreach t in array array['lock_round', 'lock_finding'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy own_agency on %I to holdfast_app using (agency_id = current_setting(''app.agency''))
                    with check (agency_id = current_setting(''app.agency''))', t);
    execute format('alter table %I add constraint not_of_the_machine check (agency_id <> ''system'') not valid', t);
  end loop;
end $$;
grant select, insert, update on lock_round to holdfast_app;
grant select, insert on lock_finding to holdfast_app;
grant update (found_at, seen_at, gone_at) on lock_finding to holdfast_app;
-- Figures for whoever looks after the machine.
create policy across on lock_round for select to holdfast_system using (true);
create policy across on lock_finding for select to holdfast_system using (true);
grant select on lock_round to holdfast_system;
grant select (agency_id, code, found_at, gone_at) on lock_finding to holdfast_system;

-- Since when its lock is renewed no more, because its record is due; null: it is kept.
alter table object add column lapses_since timestamptz;
grant update (lapses_since) on object to holdfast_app;
grant select (lapses_since) on object to holdfast_system;
