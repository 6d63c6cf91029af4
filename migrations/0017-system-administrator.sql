-- Whoever runs the machine (the role `system-administrator`): sees that its parts work, how much waits and which agencies there are,
-- adds agencies, and reads no content. They belong to an agency of their own, `system`, so that what walls agencies from each other
-- walls them from all of them; and that agency can hold nothing but its people, how they sign in, and its history. All of it is kept
-- here and not left to pages: direct SQL as the application's role is refused as well.
set local lock_timeout = '10s';

-- The walls bind the owner of the tables too, and a slug is for ever: one that somebody has already cannot become this one.
alter table agency no force row level security;
do $$ begin
  if exists (select from agency where id = 'system') then
    raise exception 'an agency has the short name "system", which is that of whoever runs the machine from this version on; go on with the version before and ask for help';
  end if;
end $$;
insert into agency (id, name, zone) values ('system', 'The machine', 'UTC');
alter table agency force row level security;

-- There and nowhere else, and there nothing else.
alter table person_role drop constraint person_role_role_check;
alter table person_role add constraint person_role_role_check
  check (role in ('moderator', 'custodian', 'retention-officer', 'approver', 'auditor', 'administrator', 'system-administrator'));
alter table person_role add constraint person_role_of_the_machine check ((role = 'system-administrator') = (agency_id = 'system'));
-- Nobody else's sign-in makes somebody one of them.
alter table person add constraint person_of_the_machine check (agency_id <> 'system' or issuer is null);

-- Nothing that an agency works with. Each table that carries an agency is named here or above (walls.test.ts asks the catalogue), in
-- the order in which `accept_report` writes them. No row is read: until now there was no such agency.
do $$
declare t text;
begin
  foreach t in array array['record', 'fact', 'artifact', 'seal', 'object', 'step', 'second_look', 'arrival', 'notice', 'office',
                           'api_key', 'policy_version', 'ground', 'account', 'account_version', 'series', 'classification_rule',
                           'identity_provider', 'oidc_flow', 'view_ticket', 'upload'] loop
    execute format('alter table %I add constraint not_of_the_machine check (agency_id <> ''system'') not valid', t);
  end loop;
end $$;
alter table event add constraint event_of_the_machine check (agency_id <> 'system' or record_id is null) not valid;

-- The first administrator of a new agency is invited by whoever runs the machine, and nobody after them. Where there is or was
-- anybody else, a key, a sign-in of its own or a record, the link would lead to what is there. `operator:<id>` is how histories name them.
create function agency_is_in_use(a text, but_for uuid) returns boolean language sql as $$
  select exists (select from person p where p.agency_id = a and p.id is distinct from but_for)
      or exists (select from api_key k where k.agency_id = a)
      or exists (select from identity_provider i where i.agency_id = a)
      or exists (select from record r where r.agency_id = a)
$$;
create function nobody_there_yet() returns trigger language plpgsql as $$
begin
  -- One at a time for each agency: two at the same moment would each find nobody.
  perform pg_advisory_xact_lock(hashtextextended('people of ' || new.agency_id, 0));
  if starts_with(new.created_by, 'operator:') and agency_is_in_use(new.agency_id, null) then
    raise exception 'the agency is in use: its own administrators add people' using errcode = 'HF004';
  end if;
  return new;
end $$;
create trigger nobody_there_yet before insert on person for each row execute function nobody_there_yet();

-- And a link of theirs is for whom they added. It may be lost or grow too old: they make another one while that person has never
-- chosen how to sign in, and nobody and nothing else has come. `invite` ends the link before in the same transaction, and whoever
-- uses that one at this moment holds its row: what they chose is seen here.
create function only_for_the_first() returns trigger language plpgsql as $$
begin
  if starts_with(new.created_by, 'operator:') then
    perform pg_advisory_xact_lock(hashtextextended('people of ' || new.agency_id, 0));
    if agency_is_in_use(new.agency_id, new.person_id) or not exists (
      select from person p
       where p.agency_id = new.agency_id and p.id = new.person_id and starts_with(p.created_by, 'operator:')
         and p.left_at is null and p.password is null and p.issuer is null
    ) or exists (select from passkey k where k.agency_id = new.agency_id)
      or exists (select from session s where s.agency_id = new.agency_id) then
      raise exception 'this person is not one who was invited and never came, and the agency makes their links' using errcode = 'HF004';
    end if;
  end if;
  return new;
end $$;
create trigger only_for_the_first before insert on invitation for each row execute function only_for_the_first();

-- Across agencies, for their page: how many people are here, whether one of them was invited here and never came, and whether there is
-- a sign-in of its own. Numbers, times, and yes or no.
grant select (left_at, created_by) on person to holdfast_system;
grant select (used_at, expires_at) on invitation to holdfast_system;
create policy across on identity_provider for select to holdfast_system using (true);
grant select (agency_id) on identity_provider to holdfast_system;
-- An agency and the first entry of its history are one commit.
create policy begins on event for insert to holdfast_system with check (record_id is null and type = 'agency.added');
grant insert (agency_id, id, record_id, type, actor, body) on event to holdfast_system;
