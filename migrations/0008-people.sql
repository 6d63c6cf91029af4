-- People, and how they sign in. Each belongs to one agency and is walled like everything else of it; whoever works for two has
-- two accounts. Names and addresses of people are read inside their agency alone: signing in begins with the agency, and what
-- a cookie or a passkey leads to is a number.
create table person (
  agency_id      text not null references agency,
  id             uuid not null,
  name           text not null check (name <> ''),
  -- By which they sign in with a password. Kept as it was typed, compared without case.
  email          text not null check (email ~ '^[^\s@]+@[^\s@]+$' and length(email) <= 254),
  -- Argon2id in the PHC string format; null: none was chosen.
  password       text,
  -- Shared secret of the one-time codes (RFC 6238), base32; null: none was set up.
  code_secret    text,
  -- The time step of the code that was taken last: none is taken twice (RFC 6238, section 5.2).
  code_step      bigint,
  created_at     timestamptz not null default now(),
  created_by     text not null,
  left_at        timestamptz,
  primary key (agency_id, id),
  check ((password is null) = (code_secret is null))
);
-- The agency first: a name that is taken elsewhere is nobody's business here.
create unique index person_email on person (agency_id, lower(email));

-- What somebody may do, and since when; a row ends and never goes. An auditor reads everything and changes nothing, so
-- whoever is one is nothing else: that is kept here and not left to a page.
create table person_role (
  agency_id   text not null,
  id          uuid not null,
  person_id   uuid not null,
  role        text not null check (role in ('moderator', 'custodian', 'retention-officer', 'approver', 'auditor', 'administrator')),
  granted_at  timestamptz not null default now(),
  granted_by  text not null,
  ended_at    timestamptz,
  ended_by    text,
  primary key (agency_id, id),
  foreign key (agency_id, person_id) references person,
  check ((ended_at is null) = (ended_by is null))
);
create unique index person_role_now on person_role (agency_id, person_id, role) where ended_at is null;

create function keep_duties_apart() returns trigger language plpgsql as $$
begin
  -- One at a time for each person: two grants at the same moment would not see each other.
  perform 1 from person p where p.agency_id = new.agency_id and p.id = new.person_id for update;
  if new.ended_at is null and exists (
    select from person_role r
     where r.agency_id = new.agency_id and r.person_id = new.person_id and r.id <> new.id and r.ended_at is null
       and (r.role = 'auditor') <> (new.role = 'auditor')
  ) then
    raise exception 'an auditor holds no other role' using errcode = 'HF002';
  end if;
  return new;
end $$;
create trigger keep_duties_apart before insert or update on person_role for each row execute function keep_duties_apart();

-- A passkey (Web Authentication Level 3): the public half, and how often it was used, by which a copy is noticed.
create table passkey (
  agency_id      text not null,
  id             uuid not null,
  person_id      uuid not null,
  -- As the authenticator named it: random, and unique by that.
  credential_id  text not null,
  public_key     bytea not null,
  counter        bigint not null,
  transports     text[] not null default '{}',
  label          text not null,
  created_at     timestamptz not null default now(),
  used_at        timestamptz,
  revoked_at     timestamptz,
  primary key (agency_id, id),
  foreign key (agency_id, person_id) references person
);
create unique index passkey_credential on passkey (credential_id);

-- Somebody at work. The cookie holds 32 random bytes, the row their SHA-256.
create table session (
  agency_id         text not null,
  id                uuid not null,
  person_id         uuid not null,
  hash              bytea not null check (length(hash) = 32),
  means             text not null check (means in ('password-and-code', 'passkey', 'oidc')),
  created_at        timestamptz not null default now(),
  seen_at           timestamptz not null default now(),
  -- Whatever is done until then.
  expires_at        timestamptz not null,
  ended_at          timestamptz,
  ended_because     text check (ended_because in ('signed-out', 'revoked', 'left', 'roles-changed', 'means-changed', 'replaced')),
  primary key (agency_id, id),
  foreign key (agency_id, person_id) references person,
  check ((ended_at is null) = (ended_because is null))
);
create unique index session_hash on session (hash);
create index session_of on session (agency_id, person_id) where ended_at is null;

-- A link that lets one person choose how to sign in, once: sent by an administrator who adds or helps somebody.
create table invitation (
  agency_id   text not null,
  id          uuid not null,
  person_id   uuid not null,
  hash        bytea not null check (length(hash) = 32),
  created_at  timestamptz not null default now(),
  created_by  text not null,
  expires_at  timestamptz not null,
  used_at     timestamptz,
  primary key (agency_id, id),
  foreign key (agency_id, person_id) references person
);
create unique index invitation_hash on invitation (hash);

-- Attempts with a password, by a digest of what was typed: written before the password is looked at, so that a hundred at
-- the same moment count as a hundred. Rows of more than ninety days ago go.
create table sign_in_attempt (
  agency_id  text not null references agency,
  id         uuid not null,
  who        bytea not null check (length(who) = 32),
  at         timestamptz not null default now(),
  succeeded  boolean not null default false,
  primary key (agency_id, id)
);
create index sign_in_attempt_of on sign_in_attempt (agency_id, who, at);
create index sign_in_attempt_over on sign_in_attempt (agency_id, at);

-- Of no agency. The link to the first account of an installation, and the questions (challenges) that are out to
-- authenticators: random bytes, used once.
create table first_account_link (
  id          uuid primary key,
  hash        bytea not null check (length(hash) = 32),
  created_at  timestamptz not null default now(),
  expires_at  timestamptz not null,
  used_at     timestamptz
);
create table ceremony (
  id          uuid primary key,
  kind        text not null check (kind in ('register', 'sign-in')),
  challenge   text not null,
  -- Whom a registration is for; a sign-in does not know yet.
  about       uuid,
  expires_at  timestamptz not null
);
create index ceremony_over on ceremony (expires_at);

do $$
declare t text;
begin
  foreach t in array array['person','person_role','passkey','session','invitation','sign_in_attempt'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy own_agency on %I to holdfast_app using (agency_id = current_setting(''app.agency''))
                    with check (agency_id = current_setting(''app.agency''))', t);
  end loop;
end $$;

grant select, insert on person, person_role, passkey, session, invitation, sign_in_attempt to holdfast_app;
grant update (name, email, password, code_secret, code_step, left_at) on person to holdfast_app;
grant update (ended_at, ended_by) on person_role to holdfast_app;
grant update (counter, used_at, label, revoked_at) on passkey to holdfast_app;
grant update (seen_at, ended_at, ended_because) on session to holdfast_app;
grant update (used_at) on invitation to holdfast_app;
grant update (succeeded) on sign_in_attempt to holdfast_app;
grant delete on sign_in_attempt to holdfast_app;

-- Across agencies: where a cookie, a link or a passkey leads. Numbers and times, no name, no secret but digests.
create policy across on session for select to holdfast_system using (true);
create policy across on passkey for select to holdfast_system using (true);
create policy across on invitation for select to holdfast_system using (true);
create policy across on person for select to holdfast_system using (true);
grant select (agency_id, id, hash) on session, invitation to holdfast_system;
grant select (agency_id, person_id, credential_id) on passkey to holdfast_system;
-- Whether there is anybody yet.
grant select (agency_id, id) on person to holdfast_system;
grant select, insert, update on first_account_link to holdfast_system;
grant select, insert, delete on ceremony to holdfast_system;

-- Who is at work in a session at this moment, and what they may do; null where it does not count: it was ended, or left alone
-- for too long, or its person has left. Where it touches, keeps the time at which it was seen, at most once a minute: a page that only
-- watches is nobody at work. Idle 30 minutes, 12 hours at most: reference/integrity.md, S7.
create function signed_in(a text, session_id uuid, touches boolean) returns jsonb language plpgsql as $$
declare
  seen timestamptz;
  who  jsonb;
begin
  perform set_config('app.agency', a, true);
  select s.seen_at, jsonb_build_object(
           'personId', p.id, 'agencyName', g.name, 'name', p.name, 'email', p.email, 'means', s.means, 'since', s.created_at,
           'roles', coalesce((select jsonb_agg(r.role order by r.role) from person_role r
                               where r.agency_id = a and r.person_id = p.id and r.ended_at is null), '[]'))
    into seen, who
    from session s join person p on p.agency_id = s.agency_id and p.id = s.person_id join agency g on g.id = s.agency_id
   where s.agency_id = a and s.id = session_id and s.ended_at is null and s.expires_at > now()
     and s.seen_at > now() - interval '30 minutes' and p.left_at is null;
  if touches and seen < now() - interval '1 minute' then
    update session s set seen_at = now() where s.agency_id = a and s.id = session_id;
  end if;
  return who;
end $$;

-- A report of somebody who signed in counts only while they are: looked at in the statement that makes it durable, as a key
-- is (0004). Of `case` Postgres runs the branch that holds, and no other.
create function accept_from(p jsonb) returns jsonb language sql as $$
  select case when p->>'sessionId' is not null and signed_in(p->>'agency', (p->>'sessionId')::uuid, true) is null
              then jsonb_build_object('outcome', 'session-ended')
              else then_look_again(p, accept_report(p)) end
$$;
