-- Files that travel before their report does, in as many pieces as a bad line makes of them (tus 1.0). An upload belongs to an
-- agency and to who began it, person or key; nobody else can see, continue or name it. Its bytes lie in staging under `staged`;
-- `offset_bytes` is what is certainly on disk. The report that names it takes it over in the statement that makes the report
-- durable; what nobody named goes a day after its last byte, at the latest three days after its beginning, and what an accepted
-- report names never does.
create table upload (
  agency_id      text not null references agency,
  id             uuid not null,
  key_id         uuid,
  person_id      uuid,
  staged         text not null,
  size_bytes     bigint not null check (size_bytes >= 0),
  original_name  text,
  claimed_type   text,
  -- The header that said both and perhaps more: a client of tus gets it back as it was.
  metadata       text,
  offset_bytes   bigint not null default 0 check (offset_bytes between 0 and size_bytes),
  -- Who writes at this moment, and until when that holds unless it is prolonged. One that lost its line is not waited for.
  writer         uuid,
  writing_until  timestamptz,
  -- One of them was. Should it wake up after all, the digest of what arrived is not that of what is on disk.
  taken_over     boolean not null default false,
  -- Known when it is whole.
  sha256         text,
  sniffed_type   text,
  finished_at    timestamptz,
  -- An accepted report names it. The row stays for a while, so that the same report sent again gets the same answer.
  used_at        timestamptz,
  created_at     timestamptz not null default now(),
  expires_at     timestamptz not null,
  primary key (agency_id, id),
  foreign key (agency_id, key_id) references api_key,
  foreign key (agency_id, person_id) references person,
  check ((key_id is null) <> (person_id is null)),
  check ((writer is null) = (writing_until is null)),
  check ((finished_at is null) = (sha256 is null)),
  check (finished_at is null or offset_bytes = size_bytes),
  check (used_at is null or finished_at is not null)
);
create unique index upload_staged on upload (staged);
create index upload_over on upload (expires_at);
create index upload_of on upload (agency_id, coalesce(key_id, person_id)) where used_at is null;

alter table upload enable row level security;
alter table upload force row level security;
create policy own_agency on upload to holdfast_app using (agency_id = current_setting('app.agency'))
  with check (agency_id = current_setting('app.agency'));
grant select, insert, delete on upload to holdfast_app;
grant update (original_name, claimed_type, metadata, offset_bytes, writer, writing_until, taken_over, sha256, sniffed_type, finished_at, used_at, expires_at)
  on upload to holdfast_app;

-- The sweeper crosses agencies: names of staged files and times, never the name that somebody gave a file.
create policy across on upload to holdfast_system using (true);
grant select (agency_id, id, staged, used_at, expires_at), delete on upload to holdfast_system;

-- A report that names uploads, and what becomes of them, are one commit. Their rows are locked first, in the order of their ids:
-- the sweep, a removal and another report that names them wait, and find them used. A repeated report takes nothing over.
create function accept_with_uploads(p jsonb) returns jsonb language plpgsql set enable_seqscan = off as $$
declare
  a       text := p->>'agency';
  wanted  uuid[] := array(select u::uuid from jsonb_array_elements_text(p->'uploads') u);
  answer  jsonb;
  taken   int;
begin
  perform set_config('app.agency', a, true);
  perform 1 from upload u where u.agency_id = a and u.id = any(wanted) order by u.id for update;
  answer := accept_from(p);
  if answer->>'outcome' <> 'accepted' then return answer; end if;
  -- What somebody called their file stands with the record from here on.
  update upload u
     set used_at = now(), expires_at = now() + interval '30 days', original_name = null, claimed_type = null, metadata = null
   where u.agency_id = a and u.id = any(wanted) and u.finished_at is not null and u.used_at is null;
  get diagnostics taken = row_count;
  if taken <> cardinality(wanted) then
    raise exception 'an upload is not there any more, or another report has it' using errcode = 'HF003';
  end if;
  return answer;
end $$;
