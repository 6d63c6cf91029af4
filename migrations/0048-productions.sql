-- What is handed out in answer to a request: a frozen list of reviewed records, packed, looked through by the gate, sealed in the store as one
-- object, and released by links that end. What was released never changes; every download is a row.

create table production (
  agency_id      text not null,
  id             uuid primary key,
  request_id     uuid not null,
  -- The how manieth of its request.
  n              int not null check (n >= 1),
  state          text not null default 'building' check (state in ('building', 'blocked', 'ready', 'released', 'withdrawn')),
  -- Beside its records: whether web archives go along, and what a person looked at and vouches for. {"wacz": false, "seen": {"pictures": [], "items": []}}
  asked          jsonb not null check (jsonb_typeof(asked) = 'object'),
  made_at        timestamptz not null default now(),
  made_by        text not null,
  bates_prefix   text not null check (bates_prefix ~ '^[A-Z][A-Z0-9-]{0,19}$'),
  bates_first    int not null check (bates_first >= 1),
  bates_last     int check (bates_last >= bates_first),
  -- Of its records: those of the pages on which a record stands; and files of the bag.
  record_pages   int check (record_pages >= 0),
  files          int check (files >= 1),
  -- What the gate found, over the bytes whose digest it names; or why it was not made: {"code": …, "sentence": …}.
  gate           jsonb,
  failure        jsonb,
  sha256         text check (sha256 ~ '^[0-9a-f]{64}$'),
  bytes          bigint check (bytes > 0),
  object_key     text,
  version_id     text,
  locked_until   timestamptz,
  ready_at       timestamptz,
  released_at    timestamptz,
  released_by    text,
  withdrawn_at   timestamptz,
  withdrawn_by   text,
  withdrawn_why  text check (length(withdrawn_why) between 1 and 1000),
  unique (agency_id, request_id, n),
  unique (id, agency_id),
  foreign key (request_id, agency_id) references request (id, agency_id),
  check ((object_key is null) = (version_id is null) and (object_key is null) = (locked_until is null)),
  check ((released_at is null) = (released_by is null)),
  check ((withdrawn_at is null) = (withdrawn_by is null) and (withdrawn_at is null) = (withdrawn_why is null)),
  check ((state = 'withdrawn') = (withdrawn_at is not null)),
  check (state not in ('ready', 'released') or object_key is not null),
  check (state <> 'released' or released_at is not null)
);
create index production_open on production (id) where state = 'building';

-- The list as it was frozen: which review of which record counts in it. `answer` as the review has it; on which pages it stands.
create table production_record (
  agency_id      text not null,
  production_id  uuid not null,
  n              int not null check (n >= 1),
  record_id      uuid not null,
  review_n       int not null,
  answer         text not null check (answer in ('release', 'part', 'withhold')),
  bates_first    int,
  bates_last     int check (bates_last >= bates_first),
  primary key (production_id, n),
  unique (production_id, record_id),
  foreign key (production_id, agency_id) references production (id, agency_id),
  foreign key (record_id, agency_id) references record
);
create index production_record_of on production_record (record_id, production_id);

-- The address is the key: random, kept as a digest.
create table production_link (
  agency_id      text not null,
  production_id  uuid not null,
  n              int not null check (n >= 1),
  hash           bytea not null unique check (length(hash) = 32),
  made_at        timestamptz not null default now(),
  made_by        text not null,
  expires_at     timestamptz not null check (expires_at > made_at),
  primary key (production_id, n),
  foreign key (production_id, agency_id) references production (id, agency_id)
);

-- Each one, by which link or by whom of the agency. No address and no name of anybody outside.
create table production_download (
  agency_id      text not null,
  production_id  uuid not null,
  n              int not null check (n >= 1),
  at             timestamptz not null default now(),
  link_n         int,
  by             text,
  check (num_nonnulls(link_n, by) = 1),
  primary key (production_id, n),
  foreign key (production_id, link_n) references production_link (production_id, n),
  foreign key (production_id, agency_id) references production (id, agency_id)
);

-- Of a record the highest number of its reviews counts.
create function review_counts(a text, req uuid, rec uuid) returns int language sql stable as $$
  select max(v.n) from review v where v.agency_id = a and v.request_id = req and v.record_id = rec
$$;

-- Whether it still says what was decided: nobody decided again, and nothing came to the record that nobody looked at.
create function review_stands(a text, req uuid, rec uuid, which int) returns boolean language sql stable as $$
  select exists (select from review v where v.agency_id = a and v.request_id = req and v.record_id = rec and v.n = which
                    and v.n = review_counts(a, req, rec)
                    and v.facts_seen = (select count(*) from fact f where f.agency_id = a and f.record_id = rec)
                    and v.files_seen = (select count(*) from artifact f where f.agency_id = a and f.record_id = rec))
$$;

-- True: of a record of it the review that was frozen does not stand any more.
create function production_is_stale(a text, p uuid) returns boolean language sql stable as $$
  select exists (select from production_record r join production d on d.id = r.production_id and d.agency_id = r.agency_id
                  where r.agency_id = a and r.production_id = p and not review_stands(a, d.request_id, r.record_id, r.review_n))
$$;

create function production_begins() returns trigger language plpgsql as $$
declare last int;
begin
  -- Of the machine's own agency the constraint says so.
  if new.agency_id = 'system' then return new; end if;
  if new.state <> 'building' or num_nonnulls(new.gate, new.failure, new.sha256, new.object_key, new.released_at, new.withdrawn_at, new.bates_last) > 0 then
    raise exception 'a production begins as one that is being built' using errcode = 'HF075';
  end if;
  -- Numbers of pages are dealt out one production after the other.
  perform from agency where id = new.agency_id for no key update;
  select coalesce(max(p.n), 0) into last from production p where p.agency_id = new.agency_id and p.request_id = new.request_id;
  if new.n <> last + 1 then
    raise exception 'another production of this request was begun meanwhile' using errcode = 'HF075';
  end if;
  if exists (select from production p where p.agency_id = new.agency_id and p.bates_prefix = new.bates_prefix and p.state = 'building') then
    raise exception 'a production with these page numbers is being built: wait until it is done' using errcode = 'HF079';
  end if;
  select coalesce(max(p.bates_last), 0) into last from production p
   where p.agency_id = new.agency_id and p.bates_prefix = new.bates_prefix and p.object_key is not null;
  if new.bates_first <> last + 1 then
    raise exception 'the pages of this production are numbered from % on', last + 1 using errcode = 'HF079';
  end if;
  return new;
end $$;
create trigger production_begins before insert on production for each row execute function production_begins();

create function production_moves() returns trigger language plpgsql as $$
declare next text[];
begin
  if (new.agency_id, new.id, new.request_id, new.n, new.asked, new.made_at, new.made_by, new.bates_prefix, new.bates_first)
     is distinct from (old.agency_id, old.id, old.request_id, old.n, old.asked, old.made_at, old.made_by, old.bates_prefix, old.bates_first)
     or old.state <> 'building' and (new.gate, new.failure, new.sha256, new.bytes, new.object_key, new.version_id, new.bates_last, new.record_pages, new.files, new.ready_at)
        is distinct from (old.gate, old.failure, old.sha256, old.bytes, old.object_key, old.version_id, old.bates_last, old.record_pages, old.files, old.ready_at)
     or old.released_at is not null and (new.released_at, new.released_by) is distinct from (old.released_at, old.released_by)
     or old.locked_until is not null and (new.locked_until is null or new.locked_until < old.locked_until)
     or old.withdrawn_at is not null and (new.withdrawn_at, new.withdrawn_by, new.withdrawn_why) is distinct from (old.withdrawn_at, old.withdrawn_by, old.withdrawn_why) then
    raise exception 'what was frozen, looked through or sealed of a production does not change: make another one' using errcode = 'HF076';
  end if;
  if new.state = old.state then return new; end if;
  next := case old.state when 'building' then array['blocked', 'ready', 'withdrawn'] when 'blocked' then array['withdrawn']
                         when 'ready' then array['released', 'withdrawn'] when 'released' then array['withdrawn'] else '{}' end;
  if new.state <> all(next) then
    raise exception 'a production does not go from % to %', old.state, new.state using errcode = 'HF075';
  end if;
  if new.state in ('ready', 'released') then
    -- Nothing that was not looked through leaves, whoever asks, and nothing else than what was.
    if coalesce(new.gate ->> 'clean', '') <> 'true' or new.gate ->> 'sha256' is distinct from new.sha256 or new.sha256 is null
       or jsonb_array_length(new.gate -> 'hits') + jsonb_array_length(new.gate -> 'unread') + jsonb_array_length(new.gate -> 'unsearchable') > 0 then
      raise exception 'the gate has not passed these bytes' using errcode = 'HF078';
    end if;
    if new.state = 'released' then
      -- Whoever decides about a record of the request waits for its row (0047), and is either seen here or comes after.
      perform lock_request(new.agency_id, new.request_id);
      if production_is_stale(new.agency_id, new.id) then
        raise exception 'a record of it was reviewed again since, or something came to it: make another production' using errcode = 'HF077';
      end if;
    end if;
  end if;
  return new;
end $$;
create trigger production_moves before update on production for each row execute function production_moves();

create function production_record_stays() returns trigger language plpgsql as $$
declare of_it production;
begin
  select * into of_it from production p where p.id = new.production_id and p.agency_id = new.agency_id for share;
  if not found then
    if new.agency_id = 'system' then return new; end if;
    raise exception 'there is no such production in this agency' using errcode = 'HF075';
  end if;
  if of_it.state <> 'building' then
    raise exception 'what was frozen, looked through or sealed of a production does not change: make another one' using errcode = 'HF076';
  end if;
  if tg_op = 'INSERT' then
    if not exists (select from review v where v.agency_id = new.agency_id and v.request_id = of_it.request_id and v.record_id = new.record_id
                                          and v.n = new.review_n and v.answer = new.answer)
       or not review_stands(new.agency_id, of_it.request_id, new.record_id, new.review_n) then
      raise exception 'the record was not reviewed so, or was reviewed again since' using errcode = 'HF077';
    end if;
  end if;
  return new;
end $$;
create trigger production_record_stays before insert or update on production_record for each row execute function production_record_stays();

create function production_is_out() returns trigger language plpgsql as $$
begin
  if new.agency_id <> 'system' and not exists (
       select from production p where p.id = new.production_id and p.agency_id = new.agency_id and p.state = 'released' for share) then
    raise exception 'the production is not released' using errcode = 'HF075';
  end if;
  return new;
end $$;
create trigger production_is_out before insert on production_link for each row execute function production_is_out();

-- By a link while that lasts and the production is out; by somebody of the agency as soon as it is sealed.
create function production_may_be_fetched() returns trigger language plpgsql as $$
begin
  if new.agency_id = 'system' then return new; end if;
  if not exists (select from production p where p.id = new.production_id and p.agency_id = new.agency_id and p.object_key is not null
                    and (new.link_n is null or p.state = 'released') for share) then
    raise exception 'the production is not released' using errcode = 'HF075';
  end if;
  if exists (select from production_link l where l.agency_id = new.agency_id and l.production_id = new.production_id and l.n = new.link_n
                and l.expires_at <= new.at) then
    raise exception 'the link is over' using errcode = 'HF075';
  end if;
  return new;
end $$;
create trigger production_may_be_fetched before insert on production_download for each row execute function production_may_be_fetched();

do $$
declare t text;
begin
  foreach t in array array['production', 'production_record', 'production_link', 'production_download'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy own_agency on %I to holdfast_app using (agency_id = current_setting(''app.agency''))
                    with check (agency_id = current_setting(''app.agency''))', t);
    execute format('alter table %I add constraint not_of_the_machine check (agency_id <> ''system'') not valid', t);
  end loop;
end $$;
grant select, insert on production, production_record, production_link, production_download to holdfast_app;
grant update (state, bates_last, record_pages, files, gate, failure, sha256, bytes, object_key, version_id, locked_until, ready_at,
              released_at, released_by, withdrawn_at, withdrawn_by, withdrawn_why) on production to holdfast_app;
grant update (bates_first, bates_last) on production_record to holdfast_app;

-- Across agencies: what is to be built or renewed, and where a link leads. Numbers, and digests of what was random.
create policy across on production for select to holdfast_system using (true);
grant select (agency_id, id, state, locked_until) on production to holdfast_system;
create policy across on production_link for select to holdfast_system using (true);
grant select (agency_id, production_id, n, hash) on production_link to holdfast_system;
