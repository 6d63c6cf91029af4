-- Who is who: agencies, the keys that programs use, the register of accounts, and removal grounds as versioned data.
create table agency (
  id          text primary key check (id ~ '^[a-z0-9-]{2,63}$'),
  name        text not null check (name <> ''),
  zone        text not null default 'America/Chicago',
  created_at  timestamptz not null default now()
);

create table api_key (
  agency_id   text not null references agency,
  id          uuid not null,
  role        text not null check (role in ('moderator', 'custodian', 'retention-officer', 'auditor', 'administrator', 'intake')),
  label       text not null,
  -- SHA-256 of the whole key; the key itself is shown once and kept nowhere.
  hash        bytea not null check (length(hash) = 32),
  created_at  timestamptz not null default now(),
  revoked_at  timestamptz,
  primary key (agency_id, id)
);
create unique index api_key_hash on api_key (hash);

-- A version is never edited: a change is a new version. A record keeps the clause as it stood that day.
create table policy_version (
  agency_id     text not null references agency,
  policy_id     text not null check (policy_id ~ '^[a-z0-9][a-z0-9.-]{1,62}$'),
  version       text not null check (version <> ''),
  title         text not null,
  effective_on  date not null,
  created_at    timestamptz not null default now(),
  primary key (agency_id, policy_id, version)
);

create table ground (
  agency_id  text not null,
  policy_id  text not null,
  version    text not null,
  clause_id  text not null check (clause_id ~ '^[a-z0-9][a-z0-9.-]{0,62}$'),
  position   int not null,
  label      text not null,
  citation   text not null,
  clause     text not null,
  primary key (agency_id, policy_id, version, clause_id),
  foreign key (agency_id, policy_id, version) references policy_version
);

create table account (
  agency_id   text not null references agency,
  id          uuid not null,
  platform    text not null check (platform ~ '^[a-z0-9][a-z0-9-]*$'),
  native_id   text,
  handle      text,
  url         text,
  name        text not null,
  created_at  timestamptz not null default now(),
  primary key (agency_id, id)
);
create index account_by_platform on account (agency_id, platform);

-- Series of the schedule edition in use, and the agency's own rules that lead a record to one. What a record may be
-- destroyed under is decided later and elsewhere; an unconfirmed series never is.
create table series (
  agency_id     text not null references agency,
  edition       text not null,
  number        text not null,
  title         text not null,
  period        text not null,
  citation      text not null,
  confirmed_at  timestamptz,
  primary key (agency_id, edition, number)
);

create table classification_rule (
  agency_id  text not null,
  position   int not null,
  -- Each member that is present must match: platform, account, kind, verb, ground.
  matches    jsonb not null,
  edition    text not null,
  series     text not null,
  primary key (agency_id, position),
  foreign key (agency_id, edition, series) references series
);
