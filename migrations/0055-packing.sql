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

-- Of a list of a hundred thousand: asked once of all that a statement adds, not of each (0048). What is asked is the same: that the decision is the newest
-- about its record, says this, and that nothing came to the record since. Of many each table is read as a whole; how many there are the planner does not
-- know in time, and a loop within a loop over them takes hours: it is forbidden there. Of few it is right.
create function request_standing_of_many(a text, req uuid) returns table (record_id uuid, n int, answer text, changed boolean)
  language sql stable set enable_nestloop = off as $$
  select q.record_id, v.n, v.answer, v.n is not null and (v.facts_seen is distinct from coalesce(f.n, 0) or v.files_seen is distinct from coalesce(t.n, 0))
    from request_record q
    left join (select distinct on (w.record_id) w.record_id, w.n, w.answer, w.facts_seen, w.files_seen from review w
                where w.agency_id = a and w.request_id = req order by w.record_id, w.n desc) v on v.record_id = q.record_id
    left join (select c.record_id, count(*) as n from fact c where c.agency_id = a
                  and c.record_id in (select s.record_id from request_record s where s.agency_id = a and s.request_id = req) group by c.record_id) f on f.record_id = q.record_id
    left join (select c.record_id, count(*) as n from artifact c where c.agency_id = a
                  and c.record_id in (select s.record_id from request_record s where s.agency_id = a and s.request_id = req) group by c.record_id) t on t.record_id = q.record_id
   where q.agency_id = a and q.request_id = req
$$;

create function request_standing(a text, req uuid) returns table (record_id uuid, n int, answer text, changed boolean) language plpgsql stable as $$
begin
  if (select count(*) from (select from request_record q where q.agency_id = a and q.request_id = req limit 2000) first) = 2000 then
    return query select * from request_standing_of_many(a, req);
  else
    return query
      select q.record_id, v.n, v.answer, v.n is not null and not (
               v.facts_seen = (select count(*) from fact c where c.agency_id = a and c.record_id = q.record_id)
               and v.files_seen = (select count(*) from artifact c where c.agency_id = a and c.record_id = q.record_id))
        from request_record q left join lateral (
          select w.n, w.answer, w.facts_seen, w.files_seen from review w
           where w.agency_id = a and w.request_id = req and w.record_id = q.record_id order by w.n desc limit 1) v on true
       where q.agency_id = a and q.request_id = req;
  end if;
end $$;

drop trigger production_record_stays on production_record;
create trigger production_record_stays before update on production_record for each row execute function production_record_stays();

create function production_records_stand() returns trigger language plpgsql as $$
declare of_it record; loops text := current_setting('enable_nestloop');
begin
  perform from production p where exists (select from added x where x.agency_id = p.agency_id and x.production_id = p.id) for share;
  for of_it in
    select x.agency_id, x.production_id, p.request_id, p.state
      from (select distinct agency_id, production_id from added where agency_id <> 'system') x
      left join production p on p.agency_id = x.agency_id and p.id = x.production_id
  loop
    if of_it.state is null then
      raise exception 'there is no such production in this agency' using errcode = 'HF075';
    end if;
    if of_it.state <> 'building' then
      raise exception 'what was frozen, looked through or sealed of a production does not change: make another one' using errcode = 'HF076';
    end if;
    perform set_config('enable_nestloop', 'off', true);
    if exists (select from added x left join request_standing(of_it.agency_id, of_it.request_id) s on s.record_id = x.record_id
                where x.agency_id = of_it.agency_id and x.production_id = of_it.production_id
                  and (s.n is distinct from x.review_n or s.answer is distinct from x.answer or s.changed is distinct from false)) then
      raise exception 'the record was not reviewed so, or was reviewed again since' using errcode = 'HF077';
    end if;
    perform set_config('enable_nestloop', loops, true);
  end loop;
  return null;
end $$;
create trigger production_records_stand after insert on production_record referencing new table as added
  for each statement execute function production_records_stand();

-- The same of a whole production, as `review_stands` says it of one record.
create or replace function production_is_stale(a text, p uuid) returns boolean language sql stable set enable_nestloop = off as $$
  select exists (
    select from production_record r left join request_standing(a, (select d.request_id from production d where d.agency_id = a and d.id = p)) s
        on s.record_id = r.record_id
     where r.agency_id = a and r.production_id = p and (s.n is distinct from r.review_n or s.changed is distinct from false))
$$;

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
