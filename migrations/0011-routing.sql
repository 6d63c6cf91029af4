-- Who is told when content was archived, and whether they were: the policies order that it is sent to the custodian's office.
-- An office is an address of work, no account. What it is told holds no content: numbers, times, clauses, and where to look.
create table office (
  agency_id   text not null references agency,
  id          uuid not null,
  name        text not null check (name <> ''),
  email       text not null check (email ~ '^[^\s@]+@[^\s@]+$' and length(email) <= 254),
  -- `custodian`: keeps the records. `copy`: is sent what was archived as well.
  duty        text not null check (duty in ('custodian', 'copy')),
  -- Told only of what goes under this policy; null: of everything.
  policy_id   text,
  -- Where the policy orders it; null: the agency decided so.
  citation    text,
  created_at  timestamptz not null default now(),
  created_by  text not null,
  ended_at    timestamptz,
  ended_by    text,
  primary key (agency_id, id),
  check ((ended_at is null) = (ended_by is null))
);
create unique index office_now on office (agency_id, lower(email), coalesce(policy_id, '')) where ended_at is null;

-- What came to the custodian's office, and who took note of it. Written with the seal that holds what began a removal; where the
-- same content is removed once more, it comes anew.
create table arrival (
  agency_id   text not null,
  record_id   uuid primary key,
  arrived_at  timestamptz not null default now(),
  noted_at    timestamptz,
  noted_by    text,
  foreign key (record_id, agency_id) references record,
  check ((noted_at is null) = (noted_by is null))
);
create index arrival_new on arrival (agency_id, arrived_at) where noted_at is null;
-- What nobody confirmed, oldest first.
create index record_awaited on record (agency_id, received_at) where removal = 'awaited';

-- A letter owed to an office, or to whoever handed it in. All that is owed to one address goes in one letter; `letter` names it from the
-- moment at which somebody begins to send it, so that whoever must send it again sends the same one.
create table notice (
  agency_id      text not null,
  id             uuid not null default gen_random_uuid(),
  office_id      uuid,
  person_id      uuid,
  -- Null: a letter to try the address.
  record_id      uuid,
  kind           text not null check (kind in ('sealed', 'parked', 'reminder', 'test')),
  -- The fact with which that removal began; which stop of which step it was.
  about          text not null default '',
  created_at     timestamptz not null default now(),
  due_at         timestamptz not null default now(),
  letter         uuid,
  begun_at       timestamptz,
  claimed_until  timestamptz,
  attempts       int not null default 0,
  error_code     text,
  ended_at       timestamptz,
  ended_as       text check (ended_as in ('mailed', 'moot', 'given-up')),
  primary key (agency_id, id),
  foreign key (agency_id, office_id) references office,
  foreign key (agency_id, person_id) references person,
  foreign key (record_id, agency_id) references record,
  check (num_nonnulls(office_id, person_id) = 1),
  check ((record_id is null) = (kind = 'test')),
  check ((letter is null) = (begun_at is null)),
  check ((ended_at is null) = (ended_as is null))
);
-- Each is told of a thing once.
create unique index notice_once on notice (agency_id, record_id, kind, about, coalesce(office_id, person_id)) where record_id is not null;
create index notice_due on notice (due_at) where ended_at is null;
create index notice_open on notice (agency_id, coalesce(office_id, person_id), kind) where ended_at is null and letter is not null;
create index notice_mailed on notice (agency_id, coalesce(office_id, person_id), kind, ended_at) where ended_as = 'mailed';
create index notice_of_office on notice (agency_id, office_id, ended_as, ended_at);
create index notice_troubled on notice (agency_id, office_id) where ended_at is null and error_code is not null;

do $$
declare t text;
begin
  foreach t in array array['office','arrival','notice'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy own_agency on %I to holdfast_app using (agency_id = current_setting(''app.agency''))
                    with check (agency_id = current_setting(''app.agency''))', t);
  end loop;
end $$;
grant select, insert on office, arrival, notice to holdfast_app;
grant update (email, ended_at, ended_by) on office to holdfast_app;
grant update (arrived_at, noted_at, noted_by) on arrival to holdfast_app;
grant update (due_at, claimed_until, error_code, ended_at, ended_as) on notice to holdfast_app;

-- Whoever sends letters finds what is due across agencies, by numbers and times; addresses are read inside the agency.
create policy across on office for select to holdfast_system using (true);
create policy across on notice to holdfast_system using (true) with check (true);
grant select (agency_id, id, duty, policy_id, ended_at) on office to holdfast_system;
grant select on notice to holdfast_system;
grant update (letter, begun_at, claimed_until, attempts) on notice to holdfast_system;
