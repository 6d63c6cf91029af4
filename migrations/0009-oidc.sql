-- The city's own identity provider (OpenID Connect), one for each agency. Who somebody is there is issuer and subject; an address
-- may pass to another person, a subject may not (OpenID Connect Core 1.0, section 5.7).
create table identity_provider (
  agency_id      text primary key references agency,
  issuer         text not null check (issuer ~ '^https?://'),
  client_id      text not null check (client_id <> ''),
  client_secret  text not null check (client_secret <> ''),
  -- What the button says.
  label          text not null check (label <> ''),
  -- In which claim the provider names groups or roles, and what each of them is here: {"records-staff": ["custodian"]}.
  role_claim     text not null check (role_claim <> ''),
  role_map       jsonb not null,
  -- At least one of these must stand in "amr" (RFC 8176); empty: the provider decides by itself.
  required_amr   text[] not null default '{}',
  changed_at     timestamptz not null default now(),
  changed_by     text not null
);

alter table person add column issuer text, add column subject text,
  add constraint person_identity check ((issuer is null) = (subject is null));
create unique index person_identity on person (agency_id, issuer, subject);

-- Somebody on the way to their provider and back. Taken away by whoever comes back with it.
create table oidc_flow (
  agency_id   text not null references agency,
  id          uuid not null,
  hash        bytea not null check (length(hash) = 32),
  state       text not null,
  nonce       text not null,
  verifier    text not null,
  -- To whom they went: what comes back is asked of nobody else, whatever the settings say by then.
  issuer      text not null,
  next        text not null,
  expires_at  timestamptz not null,
  primary key (agency_id, id)
);
create unique index oidc_flow_hash on oidc_flow (agency_id, hash);
create index oidc_flow_over on oidc_flow (agency_id, expires_at);

do $$
declare t text;
begin
  foreach t in array array['identity_provider','oidc_flow'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy own_agency on %I to holdfast_app using (agency_id = current_setting(''app.agency''))
                    with check (agency_id = current_setting(''app.agency''))', t);
  end loop;
end $$;
grant select, insert, delete on identity_provider to holdfast_app;
grant update (issuer, client_id, client_secret, label, role_claim, role_map, required_amr, changed_at, changed_by)
  on identity_provider to holdfast_app;
grant select, insert, delete on oidc_flow to holdfast_app;
grant update (issuer, subject) on person to holdfast_app;
