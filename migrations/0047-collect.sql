-- What a custodian looks for because of a request, what of it is its set, and what a person decided about each record of the set.

-- Each search as it was run: what was asked, when, how many it found, and how far the index reached then. Added to, and never changed.
create table request_search (
  agency_id    text not null,
  request_id   uuid not null,
  n            int not null check (n >= 1),
  -- {"q": …, "filters": {…}}, as `hold.search` is.
  search       jsonb not null check (jsonb_typeof(search) = 'object'),
  found        int not null check (found >= 0),
  -- What a certificate of search must say: `IndexState` in src/sunshine/collect.ts.
  index_state  jsonb not null check (jsonb_typeof(index_state) = 'object'),
  hold_id      uuid references hold,
  at           timestamptz not null default now(),
  by           text not null,
  primary key (request_id, n),
  unique (hold_id),
  foreign key (request_id, agency_id) references request (id, agency_id)
);

-- The holds that lie because of a request: one for each search, and one for each time that records were named.
create table request_hold (
  agency_id   text not null,
  request_id  uuid not null,
  hold_id     uuid primary key references hold,
  foreign key (request_id, agency_id) references request (id, agency_id)
);
create index request_hold_of on request_hold (agency_id, request_id);

-- The set. What is in it stays in it: that it does not answer the request is a decision, and stands in `review`.
create table request_record (
  agency_id   text not null,
  request_id  uuid not null,
  record_id   uuid not null,
  -- Which search found it first; null: it was named.
  search_n    int,
  at          timestamptz not null default now(),
  by          text not null,
  primary key (request_id, record_id),
  foreign key (request_id, agency_id) references request (id, agency_id),
  foreign key (record_id, agency_id) references record,
  foreign key (request_id, search_n) references request_search (request_id, n)
);
create index request_record_of on request_record (agency_id, record_id);

-- Each decision is a row of its own, and the highest number counts. The members of `fields` and `files`: src/production/review-shape.ts.
create table review (
  agency_id    text not null,
  request_id   uuid not null,
  record_id    uuid not null,
  n            int not null check (n >= 1),
  answer       text not null check (answer in ('release', 'withhold', 'part', 'not-responsive')),
  exemption    jsonb check (exemption is null or jsonb_typeof(exemption) = 'object'),
  -- 610.024: in general terms.
  description  text check (length(description) between 1 and 300),
  fields       jsonb check (fields is null or jsonb_typeof(fields) = 'array'),
  files        jsonb check (files is null or jsonb_typeof(files) = 'array'),
  note         text check (length(note) between 1 and 5000),
  -- How many facts and files the record had when this was decided: what came since, nobody looked at. The database counts them itself.
  facts_seen   int not null,
  files_seen   int not null,
  at           timestamptz not null default now(),
  by           text not null,
  primary key (request_id, record_id, n),
  foreign key (request_id, record_id) references request_record,
  foreign key (request_id, agency_id) references request (id, agency_id),
  foreign key (record_id, agency_id) references record,
  -- Nothing is withheld without a provision, and nothing is released by being forgotten.
  check ((exemption is not null) = (answer = 'withhold')),
  check (description is null or answer = 'withhold'),
  check ((fields is not null) = (answer = 'part') and (files is not null) = (answer = 'part'))
);

-- Until when what was asked for is kept, where that is said after the closing: an appeal came, or nobody had said anything. The highest number counts.
create table request_kept_until (
  agency_id   text not null,
  request_id  uuid not null,
  n           int not null check (n >= 1),
  until       date not null,
  reason      text not null check (length(reason) between 1 and 5000),
  at          timestamptz not null default now(),
  by          text not null,
  primary key (request_id, n),
  foreign key (request_id, agency_id) references request (id, agency_id)
);

do $$
declare t text;
begin
  foreach t in array array['request_search', 'request_hold', 'request_record', 'review', 'request_kept_until'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy own_agency on %I to holdfast_app using (agency_id = current_setting(''app.agency''))
                    with check (agency_id = current_setting(''app.agency''))', t);
    execute format('alter table %I add constraint not_of_the_machine check (agency_id <> ''system'') not valid', t);
    execute format('grant select, insert on %I to holdfast_app', t);
  end loop;
end $$;

-- The triggers below leave the machine's own agency to the constraint above, which says better what is wrong.

-- One at a time for each request, so that the second of two who decide at one moment is told. Not `for update`: a record that comes in
-- meanwhile and matches a standing hold is put into the set, whose foreign key asks for the row of the request.
create function lock_request(a text, req uuid) returns text language plpgsql as $$
declare now_in text;
begin
  select r.state into now_in from request r where r.agency_id = a and r.id = req for no key update;
  return now_in;
end $$;

create function collects_while_open() returns trigger language plpgsql as $$
declare last int;
begin
  if coalesce(lock_request(new.agency_id, new.request_id), 'closed') = 'closed' then
    raise exception 'this request is closed: nothing more is looked for or decided because of it' using errcode = 'HF071';
  end if;
  if tg_table_name = 'request_search' then
    select coalesce(max(s.n), 0) into last from request_search s where s.agency_id = new.agency_id and s.request_id = new.request_id;
  else
    select coalesce(max(v.n), 0) into last from review v
     where v.agency_id = new.agency_id and v.request_id = new.request_id and v.record_id = (to_jsonb(new)->>'record_id')::uuid;
  end if;
  if new.n <> last + 1 then
    raise exception 'somebody else was here meanwhile: the last number is %', last using errcode = 'HF070';
  end if;
  return new;
end $$;
create trigger collects_while_open before insert on request_search for each row
  when (new.agency_id <> 'system') execute function collects_while_open();
create trigger collects_while_open before insert on review for each row
  when (new.agency_id <> 'system') execute function collects_while_open();

-- Whoever says how many they saw is told when something came meanwhile.
create function counts_what_was_seen() returns trigger language plpgsql as $$
declare facts int; files int;
begin
  perform from record r where r.agency_id = new.agency_id and r.id = new.record_id for share;
  select count(*) into facts from fact f where f.agency_id = new.agency_id and f.record_id = new.record_id;
  select count(*) into files from artifact f where f.agency_id = new.agency_id and f.record_id = new.record_id;
  if coalesce(new.facts_seen, facts) <> facts or coalesce(new.files_seen, files) <> files then
    raise exception 'something came to this record meanwhile: it has % facts and % files now', facts, files using errcode = 'HF070';
  end if;
  new.facts_seen := facts;
  new.files_seen := files;
  return new;
end $$;
create trigger counts_what_was_seen before insert on review for each row
  when (new.agency_id <> 'system') execute function counts_what_was_seen();

create function said_after_closing() returns trigger language plpgsql as $$
declare last int;
begin
  if lock_request(new.agency_id, new.request_id) is distinct from 'closed' then
    raise exception 'until when it is kept is said with its closing, or after it' using errcode = 'HF074';
  end if;
  select coalesce(max(k.n), 0) into last from request_kept_until k where k.agency_id = new.agency_id and k.request_id = new.request_id;
  if new.n <> last + 1 then
    raise exception 'somebody else was here meanwhile: the last number is %', last using errcode = 'HF070';
  end if;
  -- Whoever was told a day may count on it.
  if new.until < request_keeps_until(new.agency_id, new.request_id) then
    raise exception 'it is kept for longer already' using errcode = 'HF069';
  end if;
  return new;
end $$;
create trigger said_after_closing before insert on request_kept_until for each row
  when (new.agency_id <> 'system') execute function said_after_closing();

-- The hold of a search stands on that search and on no other, or what comes later would be kept for something that nobody asked.
create function holds_what_is_asked() returns trigger language plpgsql as $$
begin
  if not exists (
    select from hold h where h.agency_id = new.agency_id and h.id = new.hold_id and h.kind = 'sunshine-request' and h.released_at is null) then
    raise exception 'a request is tied to a hold of the kind sunshine-request that lies' using errcode = 'HF073';
  end if;
  return new;
end $$;
create trigger holds_what_is_asked before insert on request_hold for each row
  when (new.agency_id <> 'system') execute function holds_what_is_asked();

create function ties_its_hold() returns trigger language plpgsql as $$
begin
  if not exists (
    select from hold h where h.agency_id = new.agency_id and h.id = new.hold_id and h.standing and h.search = new.search) then
    raise exception 'the hold of a search stands on that search' using errcode = 'HF073';
  end if;
  insert into request_hold (agency_id, request_id, hold_id) values (new.agency_id, new.request_id, new.hold_id);
  return null;
end $$;
create trigger ties_its_hold after insert on request_search for each row when (new.hold_id is not null) execute function ties_its_hold();

-- What is held because of a request is in its set, whoever wrote it down first: what lies when the hold is tied, and what comes later,
-- in the commit in which it comes. Not after its closing: what comes then is held until its hold is released, and nobody reviews it.
create function takes_what_is_held() returns trigger language plpgsql as $$
begin
  insert into request_record (agency_id, request_id, record_id, search_n, by)
  select e.agency_id, new.request_id, e.record_id, s.n, h.placed_by
    from hold_record e
    join hold h on h.agency_id = e.agency_id and h.id = e.hold_id
    left join request_search s on s.agency_id = e.agency_id and s.hold_id = e.hold_id
   where e.agency_id = new.agency_id and e.hold_id = new.hold_id
   order by e.record_id
  on conflict do nothing;
  return null;
end $$;
create trigger takes_what_is_held after insert on request_hold for each row execute function takes_what_is_held();
create function takes_what_comes() returns trigger language plpgsql as $$
begin
  insert into request_record (agency_id, request_id, record_id, search_n, by)
  select e.agency_id, t.request_id, e.record_id, s.n, 'hold:' || e.hold_id
    from added e
    join request_hold t on t.agency_id = e.agency_id and t.hold_id = e.hold_id
    join request r on r.agency_id = t.agency_id and r.id = t.request_id and r.state <> 'closed'
    left join request_search s on s.agency_id = e.agency_id and s.hold_id = e.hold_id
   where e.released_at is null
   order by e.record_id
  on conflict do nothing;
  return null;
end $$;
create trigger takes_what_comes after insert on hold_record referencing new table as added for each statement execute function takes_what_comes();

-- Until when a request keeps what it asked for; null: without end, because it is open or nobody said.
create function request_keeps_until(a text, req uuid) returns date language sql stable as $$
  select case when r.state <> 'closed' then null else coalesce(
           (select k.until from request_kept_until k where k.agency_id = a and k.request_id = req order by k.n desc limit 1), r.appeal_until) end
    from request r where r.agency_id = a and r.id = req
$$;

-- By whom is 0034's to say; when, this one's. The row of the request is locked, so that nobody says at this moment that it is kept for longer.
create function not_before_its_request() returns trigger language plpgsql as $$
declare req uuid; now_in text; until date;
begin
  if old.released_at is not null or new.released_at is null then return new; end if;
  select t.request_id into req from request_hold t where t.agency_id = new.agency_id and t.hold_id = new.id;
  if req is null then return new; end if;
  now_in := lock_request(new.agency_id, req);
  until := request_keeps_until(new.agency_id, req);
  if now_in is distinct from 'closed' then
    raise exception 'the request of this hold is open: it is released after the request is closed' using errcode = 'HF072';
  end if;
  if until is null or until >= today_in(new.agency_id) then
    raise exception 'the request of this hold keeps its records until %', coalesce(until::text, 'somebody says until when') using errcode = 'HF072';
  end if;
  return new;
end $$;
create trigger not_before_its_request before update of released_at on hold for each row execute function not_before_its_request();
