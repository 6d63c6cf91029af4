-- What stands in pictures, read by a program, so that the search finds it. Derived, and not evidence: it is made of sealed bytes, has errors, and is
-- made again where it is lost. Its words are in `record.search` beside those that people handed in, with a weight of their own (B; the others have D), by
-- which a hit says where it comes from. What may show a child being abused is read by nobody, and what was read of it before is wiped.
set local lock_timeout = '10s';

-- What a person handed in and what our browser saw. Not what was drawn of the words of a report, nor what a page shows after a removal: that is not the content.
create function is_read_picture(origin text, media_type text) returns boolean language sql immutable parallel safe as $$
  select origin in ('handed-in', 'capture')
     and media_type in ('image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/avif', 'image/tiff', 'image/heic', 'image/heif')
$$;

create table artifact_text (
  agency_id   text not null,
  record_id   uuid not null,
  n           int not null,
  -- `none`: it was read, and no words were seen. `failed`: it was not, and `code` says why. `never`: nobody reads it.
  state       text not null default 'waiting' check (state in ('waiting', 'read', 'none', 'failed', 'too-large', 'never')),
  -- When the picture came: the newest is read first.
  since       timestamptz not null,
  due_at      timestamptz not null default now(),
  attempts    int not null default 0 check (attempts >= 0),
  code        text check (code ~ '^[a-z-]{1,60}$'),
  text        text check (length(text) between 1 and 100000),
  words       int check (words >= 0),
  -- The mean of its words, 0 to 100, as the program says it of itself.
  confidence  int check (confidence between 0 and 100),
  -- The program and the data of its languages, with their versions.
  engine      text check (length(engine) between 1 and 200),
  at          timestamptz,
  primary key (record_id, n),
  foreign key (record_id, n) references artifact on delete cascade,
  foreign key (record_id, agency_id) references record,
  check ((state = 'read') = (text is not null) and (state = 'read') = (confidence is not null)),
  check ((state in ('read', 'none')) = (engine is not null) and (state in ('read', 'none')) = (words is not null)),
  check ((state = 'waiting') = (at is null)),
  check (state <> 'failed' or code is not null)
);
create index artifact_text_waiting on artifact_text (since desc) where state = 'waiting';
create index artifact_text_failed on artifact_text (agency_id) where state = 'failed';
create index artifact_text_of on artifact_text (agency_id, state);

-- What was sealed before there was a reader waits for it too.
alter table artifact no force row level security;
insert into artifact_text (agency_id, record_id, n, since)
select agency_id, record_id, n, received_at from artifact where seal_no is not null and is_read_picture(origin, media_type);
alter table artifact force row level security;

alter table artifact_text enable row level security;
alter table artifact_text force row level security;
create policy own_agency on artifact_text to holdfast_app using (agency_id = current_setting('app.agency'))
  with check (agency_id = current_setting('app.agency'));
alter table artifact_text add constraint not_of_the_machine check (agency_id <> 'system') not valid;
grant select, insert on artifact_text to holdfast_app;
grant update (state, due_at, attempts, code, text, words, confidence, engine, at) on artifact_text to holdfast_app;
-- Whose turn it is, over all agencies, and how many wait. What was read is seen inside of each.
create policy across on artifact_text for select to holdfast_system using (true);
grant select (agency_id, record_id, n, state, since, due_at, code) on artifact_text to holdfast_system;

-- Whether anything that was said of a record says that it may show a child being abused.
create function is_never_read(a text, rec uuid) returns boolean language sql stable as $$
  select exists (select from fact f where f.agency_id = a and f.record_id = rec and f.body #> '{data,sensitivity}' ? 'suspected-csam')
$$;

create function pictures_wait() returns trigger language plpgsql as $$
begin
  insert into artifact_text (agency_id, record_id, n, since) values (new.agency_id, new.record_id, new.n, new.received_at)
  on conflict do nothing;
  return null;
end $$;
create trigger pictures_wait after insert or update of seal_no on artifact for each row
  when (new.seal_no is not null and is_read_picture(new.origin, new.media_type)) execute function pictures_wait();

-- The words of one more picture. False: the row of the index is full, and has none of them.
create function add_picture_words(a text, rec uuid, said text) returns boolean language plpgsql as $$
begin
  update record r set search = r.search || setweight(search_words(a, said), 'B') where r.agency_id = a and r.id = rec;
  return true;
exception when program_limit_exceeded then
  return false;
end $$;

-- What was read goes into the index with its row, or not at all, whoever writes it; and it is read once. Whoever writes locks the row of the
-- record first: a destruction and a word that nobody may read are either seen here, or find what was read and take it along.
create function keeps_to_what_was_read() returns trigger language plpgsql as $$
declare was text;
begin
  if tg_op = 'UPDATE' then
    select r.state into was from record r where r.agency_id = new.agency_id and r.id = new.record_id for no key update;
    if was in ('disposing', 'disposed') then
      raise exception 'the record is being destroyed, or was: nothing of it is read' using errcode = 'HF088';
    end if;
  end if;
  if is_never_read(new.agency_id, new.record_id) then
    new.state := 'never';
    new.code := null; new.text := null; new.words := null; new.confidence := null; new.engine := null;
    new.at := coalesce(new.at, now());
    return new;
  end if;
  if tg_op = 'INSERT' and new.state <> 'waiting'
     or tg_op = 'UPDATE' and old.state not in ('waiting', 'failed') and new is distinct from old
     or tg_op = 'UPDATE' and old.state = 'failed' and new.state not in ('failed', 'waiting') then
    raise exception 'a picture waits, is read once, and stays as it was read' using errcode = 'HF089';
  end if;
  if tg_op = 'UPDATE' and new.state = 'read' and not add_picture_words(new.agency_id, new.record_id, new.text) then
    new.state := 'failed';
    new.code := 'index-full';
    new.text := null; new.words := null; new.confidence := null; new.engine := null;
  end if;
  return new;
end $$;
create trigger keeps_to_what_was_read before insert or update on artifact_text for each row
  when (new.agency_id <> 'system') execute function keeps_to_what_was_read();

create function nobody_reads_it() returns trigger language plpgsql as $$
begin
  update artifact_text t set state = 'never' where t.agency_id = new.agency_id and t.record_id = new.record_id and t.state <> 'never';
  update record r set search = ts_filter(r.search, '{d}') where r.agency_id = new.agency_id and r.id = new.record_id;
  return null;
end $$;
create trigger nobody_reads_it after insert on fact for each row
  when (new.agency_id <> 'system' and new.body #> '{data,sensitivity}' ? 'suspected-csam') execute function nobody_reads_it();

-- A row of the index that is made anew from the facts of a record has the words of its pictures again.
create function with_picture_words(present tsvector, a text, rec uuid) returns tsvector language plpgsql stable as $$
declare one text;
begin
  for one in select t.text from artifact_text t where t.agency_id = a and t.record_id = rec and t.state = 'read' order by t.n loop
    begin
      present := present || setweight(search_words(a, one), 'B');
    exception when program_limit_exceeded then null;
    end;
  end loop;
  return present;
end $$;

-- Whether this row is a hit because of what a program read in its pictures, and would be none without it.
create function is_found_by_pictures(words tsvector, asked tsquery) returns boolean language sql immutable parallel safe as $$
  select words @@ asked and not ts_filter(words, '{d}') @@ asked
$$;
