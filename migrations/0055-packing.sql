-- The packing of a production is work that is owed, as the steps of a record are: claimed for a while, tried again later, and parked when it goes on
-- failing, so that a person looks. The row is the truth; nobody holds a transaction while a production is packed. What is counted of a frozen list is
-- counted once.

create table production_build (
  agency_id      text not null,
  production_id  uuid primary key,
  -- Of its frozen list: a small one does not wait behind a large one.
  records        int not null default 0 check (records >= 0),
  due_at         timestamptz not null default now(),
  -- Whoever was served last is served last.
  claimed_at     timestamptz,
  claimed_until  timestamptz,
  fence          bigint,
  -- Claims that ran out, since it last worked.
  lapses         int not null default 0,
  failures       int not null default 0,
  failing_since  timestamptz,
  error_code     text check (error_code ~ '^[a-z0-9-]{1,60}$'),
  error          text check (length(error) <= 2000),
  parked_at      timestamptz,
  -- It is not being built any more, whatever became of it.
  ended_at       timestamptz,
  foreign key (production_id, agency_id) references production (id, agency_id),
  check (parked_at is null or error_code is not null)
);
create index production_build_owed on production_build (due_at) where ended_at is null;
create index production_build_served on production_build (agency_id, claimed_at);

alter table production
  add column released int not null default 0 check (released >= 0),
  add column part     int not null default 0 check (part >= 0),
  add column withheld int not null default 0 check (withheld >= 0);
update production p set released = c.released, part = c.part, withheld = c.withheld
  from (select agency_id, production_id, count(*) filter (where answer = 'release') as released, count(*) filter (where answer = 'part') as part,
               count(*) filter (where answer = 'withhold') as withheld
          from production_record group by agency_id, production_id) c
 where p.agency_id = c.agency_id and p.id = c.production_id;
insert into production_build (agency_id, production_id, records, ended_at)
select agency_id, id, released + part + withheld, case when state <> 'building' then now() end from production;

create function production_is_owed() returns trigger language plpgsql as $$
begin
  insert into production_build (agency_id, production_id) values (new.agency_id, new.id);
  return null;
end $$;
create trigger production_is_owed after insert on production for each row
  when (new.agency_id <> 'system') execute function production_is_owed();

-- Once for each statement that adds to the list.
create function production_is_counted() returns trigger language plpgsql as $$
begin
  update production p set released = p.released + c.released, part = p.part + c.part, withheld = p.withheld + c.withheld
    from (select agency_id, production_id, count(*) filter (where answer = 'release') as released, count(*) filter (where answer = 'part') as part,
                 count(*) filter (where answer = 'withhold') as withheld
            from added group by agency_id, production_id) c
   where p.agency_id = c.agency_id and p.id = c.production_id;
  update production_build b set records = b.records + c.all_of_them
    from (select agency_id, production_id, count(*) as all_of_them from added group by agency_id, production_id) c
   where b.agency_id = c.agency_id and b.production_id = c.production_id;
  return null;
end $$;
create trigger production_is_counted after insert on production_record referencing new table as added
  for each statement execute function production_is_counted();

create function production_count_stays() returns trigger language plpgsql as $$
begin
  -- The first trigger of a statement: nobody counted, somebody wrote.
  if pg_trigger_depth() = 1 then
    raise exception 'what was frozen, looked through or sealed of a production does not change: make another one' using errcode = 'HF076';
  end if;
  return new;
end $$;
create trigger production_count_stays before update of released, part, withheld on production for each row
  when ((new.released, new.part, new.withheld) is distinct from (old.released, old.part, old.withheld)) execute function production_count_stays();

-- What is parked waits for a person, who has it packed again or withdraws it; what is no longer built is owed to nobody.
create function production_build_ends() returns trigger language plpgsql as $$
begin
  if new.state <> 'withdrawn' and exists (select from production_build b
       where b.agency_id = new.agency_id and b.production_id = new.id and b.parked_at is not null and b.ended_at is null) then
    raise exception 'the packing of this production stopped: run it again, or withdraw it' using errcode = 'HF087';
  end if;
  update production_build set ended_at = now(), claimed_until = null, fence = null
   where agency_id = new.agency_id and production_id = new.id and ended_at is null;
  return null;
end $$;
create trigger production_build_ends after update on production for each row
  when (old.state = 'building' and new.state <> 'building') execute function production_build_ends();

-- Of its page numbers, which others may have had since it was parked.
create function production_build_goes_on() returns trigger language plpgsql as $$
declare it production;
begin
  select * into it from production where id = new.production_id and agency_id = new.agency_id for no key update;
  if it.state is distinct from 'building' then
    raise exception 'a production that is % is not packed again', it.state using errcode = 'HF075';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('pages ' || it.agency_id || ' ' || it.bates_prefix, 0));
  if exists (select from production p join production_build b on b.production_id = p.id and b.agency_id = p.agency_id
              where p.agency_id = it.agency_id and p.bates_prefix = it.bates_prefix and p.id <> it.id and p.state = 'building' and b.parked_at is null)
     or exists (select from production p where p.agency_id = it.agency_id and p.bates_prefix = it.bates_prefix and p.id <> it.id
                   and p.object_key is not null and p.bates_last >= it.bates_first) then
    raise exception 'another production has, or is about to have, these page numbers by now' using errcode = 'HF087';
  end if;
  return new;
end $$;
create trigger production_build_goes_on before update on production_build for each row
  when (old.parked_at is not null and new.parked_at is null and new.ended_at is null) execute function production_build_goes_on();

-- As in 0048; but the row of the agency, for which much else waits, is not locked while a long list is frozen, and what is parked keeps no numbers.
create or replace function production_begins() returns trigger language plpgsql as $$
declare last int;
begin
  -- Of the machine's own agency the constraint says so.
  if new.agency_id = 'system' then return new; end if;
  if new.state <> 'building' or num_nonnulls(new.gate, new.failure, new.sha256, new.object_key, new.released_at, new.withdrawn_at, new.bates_last) > 0
     or new.released + new.part + new.withheld > 0 then
    raise exception 'a production begins as one that is being built' using errcode = 'HF075';
  end if;
  -- Numbers of pages are dealt out one production after the other.
  perform pg_advisory_xact_lock(hashtextextended('pages ' || new.agency_id || ' ' || new.bates_prefix, 0));
  select coalesce(max(p.n), 0) into last from production p where p.agency_id = new.agency_id and p.request_id = new.request_id;
  if new.n <> last + 1 then
    raise exception 'another production of this request was begun meanwhile' using errcode = 'HF075';
  end if;
  if exists (select from production p join production_build b on b.production_id = p.id and b.agency_id = p.agency_id
              where p.agency_id = new.agency_id and p.bates_prefix = new.bates_prefix and p.state = 'building' and b.parked_at is null) then
    raise exception 'a production with these page numbers is being built: wait until it is done' using errcode = 'HF079';
  end if;
  select coalesce(max(p.bates_last), 0) into last from production p
   where p.agency_id = new.agency_id and p.bates_prefix = new.bates_prefix and p.object_key is not null;
  if new.bates_first <> last + 1 then
    raise exception 'the pages of this production are numbered from % on', last + 1 using errcode = 'HF079';
  end if;
  return new;
end $$;

alter table production_build enable row level security;
alter table production_build force row level security;
create policy own_agency on production_build to holdfast_app using (agency_id = current_setting('app.agency'))
  with check (agency_id = current_setting('app.agency'));
alter table production_build add constraint not_of_the_machine check (agency_id <> 'system') not valid;
grant select, insert on production_build to holdfast_app;
grant update (records, due_at, claimed_until, fence, lapses, failures, failing_since, error_code, error, parked_at, ended_at)
  on production_build to holdfast_app;
grant update (released, part, withheld) on production to holdfast_app;
-- Claims what is due, of every agency, and reads nothing of a production.
create policy claims on production_build to holdfast_system using (true) with check (true);
grant select, update (claimed_at, claimed_until, fence, lapses) on production_build to holdfast_system;
