-- One look at one file of a record, from the origin of its own that archived bytes are shown from. That origin reads no cookie, so the
-- address itself is the key: random, kept as a digest, for a minute or so, and worth nothing once its session or key is.
create table view_ticket (
  agency_id    text not null,
  id           uuid not null,
  hash         bytea not null check (length(hash) = 32),
  record_id    uuid not null,
  n            int not null,
  -- Whose it is: somebody at work, or a program.
  session_id   uuid,
  key_id       uuid,
  -- false: to be kept as a file, and never shown as a page.
  shows        boolean not null,
  -- The origin whose pages may show it: the console's, as whoever asked had opened it.
  console      text not null check (console ~ '^https?://'),
  given_at     timestamptz not null default now(),
  expires_at   timestamptz not null,
  primary key (agency_id, id),
  foreign key (agency_id, session_id) references session,
  foreign key (agency_id, key_id) references api_key,
  foreign key (record_id, agency_id) references record,
  foreign key (record_id, n) references artifact,
  check (num_nonnulls(session_id, key_id) = 1),
  -- reference/integrity.md, S10.
  check (expires_at <= given_at + interval '5 minutes')
);
create unique index view_ticket_hash on view_ticket (hash);
create index view_ticket_over on view_ticket (agency_id, expires_at);

alter table view_ticket enable row level security;
alter table view_ticket force row level security;
create policy own_agency on view_ticket to holdfast_app using (agency_id = current_setting('app.agency'))
  with check (agency_id = current_setting('app.agency'));
-- Never changed: a ticket counts or it is gone.
grant select, insert, delete on view_ticket to holdfast_app;

-- Across agencies: where an address leads. Numbers, and a digest.
create policy across on view_ticket for select to holdfast_system using (true);
grant select (agency_id, id, hash) on view_ticket to holdfast_system;
