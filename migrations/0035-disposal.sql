-- Disposal: what was due at one moment becomes a list; one person proposes it, another approves it, some days pass, and then a worker destroys
-- what is on it and nothing else. Each of these is kept here, so that a mistake of the program, or direct SQL as its role, destroys nothing
-- either: a record becomes `disposing` through the trigger below alone, and loses its rows through `destroy_rows` alone.
--
-- Every refusal has an SQLSTATE of its own (HF030 to HF049); src/disposal/refusals.ts says each as a code and a sentence.
set local lock_timeout = '10s';

do $$
begin
  begin
    create role holdfast_disposal nologin nosuperuser nobypassrls nocreatedb nocreaterole;
  exception when duplicate_object or unique_violation then null;
  end;
  if exists (select from pg_roles where rolname = 'holdfast_disposal' and (rolsuper or rolbypassrls)) then
    raise exception 'role holdfast_disposal may bypass row-level security; take that right from it first';
  end if;
  begin
    set local role holdfast_disposal;
    reset role;
  exception when insufficient_privilege then
    if current_setting('server_version_num')::int >= 160000 then
      grant holdfast_disposal to current_user with inherit false, set true;
    else
      grant holdfast_disposal to current_user;
    end if;
  end;
end $$;

create table disposal (
  agency_id      text not null references agency,
  id             uuid primary key,
  title          text not null check (length(title) between 1 and 200),
  -- Of which records the list was made: of one series, or of all; due on this day or before.
  edition        text not null,
  series         text,
  cutoff         date not null,
  state          text not null default 'draft'
                 check (state in ('draft', 'proposed', 'approved', 'running', 'completed', 'cancelled', 'refused')),
  created_at     timestamptz not null default now(),
  created_by     text not null,
  -- How long after the approval nothing is destroyed yet; fixed with the list, whatever the settings say later.
  cooling_off    interval not null check (cooling_off >= interval '0'),
  -- Of the list as it was frozen: what is approved is this digest.
  digest         text check (digest ~ '^[0-9a-f]{64}$'),
  records        int,
  objects        int,
  bytes          bigint,
  proposed_at    timestamptz,
  proposed_by    uuid,
  -- What a third authority decided, as it is cited: an ordinance, the minutes of a committee.
  authority      text check (length(authority) between 1 and 500),
  approved_at    timestamptz,
  approved_by    uuid,
  -- The entry of the history that says so: nothing begins before the log has it.
  approval       uuid,
  cooling_until  timestamptz,
  started_at     timestamptz,
  -- The last record of it was destroyed.
  finished_at    timestamptz,
  -- The signed certificate, byte for byte as it is in the store; null until everything is gone.
  certificate    text,
  completed_at   timestamptz,
  -- What the clean-up of the database did, signed; null: it is still to be done.
  cleaned        text,
  cleaned_at     timestamptz,
  -- The versions of the two in the store, and how long both are locked.
  sealed         jsonb not null default '{}',
  locked_until   timestamptz,
  ended_at       timestamptz,
  ended_by       text,
  ended_because  text check (length(ended_because) between 1 and 5000),
  check ((proposed_at is null) = (proposed_by is null) and (proposed_at is null) = (digest is null)),
  check ((approved_at is null) = (approved_by is null) and (approved_at is null) = (cooling_until is null)),
  check ((state in ('cancelled', 'refused')) = (ended_at is not null)),
  foreign key (agency_id, edition) references edition,
  foreign key (agency_id, proposed_by) references person,
  foreign key (agency_id, approved_by) references person
);
create index disposal_of on disposal (agency_id, created_at desc);
create index disposal_open on disposal (agency_id, state) where state in ('approved', 'running', 'completed');

create table disposal_item (
  agency_id       text not null,
  disposal_id     uuid not null references disposal,
  record_id       uuid not null,
  edition         text not null,
  series          text not null,
  due_on          date not null,
  from_day        date not null,
  -- As they were when the list was made.
  objects         int not null,
  bytes           bigint not null,
  excluded_at     timestamptz,
  excluded_by     text,
  excluded_why    text check (length(excluded_why) between 1 and 1000),
  state           text not null default 'listed' check (state in ('listed', 'refused', 'marked', 'destroyed')),
  -- Why it was not destroyed although it was on the list.
  code            text,
  sentence        text,
  marked_at       timestamptz,
  -- The stores were listed again, and nothing was left; what was destroyed there: version ids, sizes, digests of both lists.
  gone_at         timestamptz,
  evidence        jsonb,
  destroyed_at    timestamptz,
  primary key (disposal_id, record_id),
  foreign key (record_id, agency_id) references record,
  check ((excluded_at is null) = (excluded_by is null) and (excluded_at is null) = (excluded_why is null)),
  check (gone_at is null or evidence is not null),
  check ((state = 'refused') = (code is not null))
);
create index disposal_item_of on disposal_item (record_id, disposal_id);
create index disposal_item_open on disposal_item (disposal_id, state, record_id);
-- On one list at a time that somebody works on.
create function on_one_list() returns trigger language plpgsql as $$
begin
  if exists (select from disposal_item i join disposal d on d.id = i.disposal_id
              where i.record_id = new.record_id and i.agency_id = new.agency_id and i.disposal_id <> new.disposal_id
                and i.excluded_at is null and i.state in ('listed', 'marked') and d.state in ('proposed', 'approved', 'running')) then
    raise exception 'this record is on another list already, which is proposed or approved' using errcode = 'HF044';
  end if;
  return null;
end $$;
create trigger on_one_list after insert on disposal_item for each row execute function on_one_list();

-- What could not be destroyed, and why. While a row is here its disposal is not completed.
create table disposal_failure (
  agency_id    text not null,
  disposal_id  uuid not null references disposal,
  record_id    uuid not null,
  -- `first` and `second` are the stores; `files`: what waits outside of them.
  place        text not null check (place in ('first', 'second', 'files')),
  version_id   text not null default '',
  code         text not null,
  at           timestamptz not null default now(),
  attempts     int not null default 1,
  primary key (disposal_id, record_id, place, version_id)
);

-- The list in one form that anybody can write again: a head, then a line for each record that was not excepted, in the order of their ids.
create function disposal_digest(a text, d uuid) returns text language sql stable as $$
  select encode(sha256(convert_to(
           concat_ws(E'\n', 'holdfast-disposal-list/1', x.agency_id, x.id::text, x.edition, coalesce(x.series, '*'), x.cutoff::text, '')
           || coalesce((select string_agg(concat_ws('|', i.record_id::text, i.edition, i.series, i.due_on::text, i.from_day::text, i.objects::text,
                                                    i.bytes::text) || E'\n', '' order by i.record_id)
                          from disposal_item i where i.agency_id = a and i.disposal_id = d and i.excluded_at is null), ''), 'UTF8')), 'hex')
    from disposal x where x.agency_id = a and x.id = d
$$;

create function today_in(a text) returns date language sql stable as $$
  select (now() at time zone g.zone)::date from agency g where g.id = a
$$;

create function has_role(a text, p uuid, wanted text) returns boolean language sql stable as $$
  select exists (select from person n join person_role r on r.agency_id = n.agency_id and r.person_id = n.id
                  where n.agency_id = a and n.id = p and n.left_at is null and r.ended_at is null and r.role = wanted)
$$;

-- How a list goes from hand to hand. What was proposed never changes again.
create function disposal_moves() returns trigger language plpgsql as $$
declare next text[];
begin
  if (new.agency_id, new.id, new.title, new.edition, new.series, new.cutoff, new.created_at, new.created_by, new.cooling_off)
     is distinct from (old.agency_id, old.id, old.title, old.edition, old.series, old.cutoff, old.created_at, old.created_by, old.cooling_off)
     or old.state <> 'draft' and (new.digest, new.records, new.objects, new.bytes, new.proposed_at, new.proposed_by, new.authority)
        is distinct from (old.digest, old.records, old.objects, old.bytes, old.proposed_at, old.proposed_by, old.authority)
     or old.state not in ('draft', 'proposed') and (new.approved_at, new.approved_by, new.approval, new.cooling_until)
        is distinct from (old.approved_at, old.approved_by, old.approval, old.cooling_until)
     or old.certificate is not null and new.certificate is distinct from old.certificate
     or old.cleaned is not null and new.cleaned is distinct from old.cleaned then
    raise exception 'what was frozen, approved or certified of a list does not change: cancel it and make another one' using errcode = 'HF044';
  end if;
  if new.state = old.state then return new; end if;
  next := case old.state when 'draft' then array['proposed', 'cancelled'] when 'proposed' then array['approved', 'cancelled', 'refused']
                         when 'approved' then array['running', 'cancelled', 'refused'] when 'running' then array['completed', 'refused']
                         else '{}' end;
  if new.state <> all(next) then
    raise exception 'a list of disposal does not go from % to %', old.state, new.state using errcode = 'HF045';
  end if;
  if new.state = 'proposed' then
    if not has_role(new.agency_id, new.proposed_by, 'retention-officer') then
      raise exception 'a disposal is proposed by a retention officer of the agency who signed in' using errcode = 'HF049';
    end if;
    if new.digest is distinct from disposal_digest(new.agency_id, new.id) then
      raise exception 'the list is not the one whose digest was given: read it again' using errcode = 'HF036';
    end if;
  elsif new.state = 'approved' then
    if not has_role(new.agency_id, new.approved_by, 'approver') then
      raise exception 'a disposal is approved by an approver of the agency who signed in' using errcode = 'HF049';
    end if;
    if new.approved_by = new.proposed_by then
      raise exception 'who proposed a disposal does not approve it: two people decide' using errcode = 'HF032';
    end if;
    if new.cooling_until < new.approved_at + new.cooling_off or new.approved_at < now() - interval '1 minute' then
      raise exception 'the days of cooling off begin with the approval and are not cut short' using errcode = 'HF038';
    end if;
    perform refuse_list(new);
  elsif new.state = 'running' then
    perform refuse_list(new);
    if now() < new.cooling_until then
      raise exception 'the days of cooling off are not over' using errcode = 'HF038';
    end if;
  elsif new.state = 'completed' then
    if exists (select from disposal_failure f where f.agency_id = new.agency_id and f.disposal_id = new.id)
       or exists (select from disposal_item i where i.agency_id = new.agency_id and i.disposal_id = new.id and i.excluded_at is null
                                                and i.state in ('listed', 'marked'))
       or not exists (select from disposal_item i where i.agency_id = new.agency_id and i.disposal_id = new.id and i.state = 'destroyed')
       or new.certificate is null then
      raise exception 'a disposal is completed when nothing of it is left and its certificate is written' using errcode = 'HF046';
    end if;
  elsif old.state = 'running' and new.state = 'refused' and exists (
    select from disposal_item i where i.agency_id = new.agency_id and i.disposal_id = new.id and i.state in ('marked', 'destroyed')) then
    raise exception 'of this disposal something is destroyed already: it goes on to its end' using errcode = 'HF045';
  end if;
  return new;
end $$;

-- What is wrong with a list as a whole. Asked when it is approved, when it begins, and again for each record.
create function refuse_list(d disposal) returns void language plpgsql stable as $$
begin
  if d.proposed_by is null or d.approved_by is null or d.proposed_by = d.approved_by
     or not exists (select from person p where p.agency_id = d.agency_id and p.id = d.proposed_by and p.left_at is null)
     or not exists (select from person p where p.agency_id = d.agency_id and p.id = d.approved_by and p.left_at is null)
     or not has_role(d.agency_id, d.proposed_by, 'retention-officer') or not has_role(d.agency_id, d.approved_by, 'approver') then
    raise exception 'two people of the agency decide: a retention officer who proposed it, and another one, an approver, who approved it; and both are still here'
      using errcode = 'HF032';
  end if;
  if d.digest is distinct from disposal_digest(d.agency_id, d.id) then
    raise exception 'the list is not the one that was approved: its digest is another one' using errcode = 'HF036';
  end if;
  if exists (select from (select distinct i.edition from disposal_item i where i.agency_id = d.agency_id and i.disposal_id = d.id) e
              where not edition_is_confirmed(d.agency_id, e.edition)) then
    raise exception 'the edition of the schedule is not confirmed by two people of the agency' using errcode = 'HF031';
  end if;
end $$;
create trigger disposal_moves before update on disposal for each row execute function disposal_moves();

create function disposal_begins() returns trigger language plpgsql as $$
begin
  if new.state <> 'draft' or num_nonnulls(new.digest, new.proposed_at, new.approved_at, new.started_at, new.certificate, new.completed_at) > 0 then
    raise exception 'a disposal begins as a draft' using errcode = 'HF045';
  end if;
  return new;
end $$;
create trigger disposal_begins before insert on disposal for each row execute function disposal_begins();

create function disposal_item_stays() returns trigger language plpgsql as $$
declare list disposal;
begin
  select * into list from disposal d where d.id = new.disposal_id and d.agency_id = new.agency_id for share;
  if not found then
    -- Of the machine's own agency the constraint says so.
    if new.agency_id = 'system' then return new; end if;
    raise exception 'there is no such list in this agency' using errcode = 'HF045';
  end if;
  if tg_op = 'INSERT' then
    if list.state <> 'draft' or new.state <> 'listed' then
      raise exception 'a record is put on a list while that is a draft' using errcode = 'HF044';
    end if;
    return new;
  end if;
  if (new.agency_id, new.disposal_id, new.record_id, new.edition, new.series, new.due_on, new.from_day, new.objects, new.bytes)
     is distinct from (old.agency_id, old.disposal_id, old.record_id, old.edition, old.series, old.due_on, old.from_day, old.objects, old.bytes)
     or (new.excluded_at, new.excluded_by, new.excluded_why) is distinct from (old.excluded_at, old.excluded_by, old.excluded_why)
        and list.state <> 'draft' then
    raise exception 'a list that was proposed does not change' using errcode = 'HF044';
  end if;
  if new.state <> old.state and not (
       old.state = 'listed' and new.state in ('marked', 'refused') and list.state in ('running')
       or old.state = 'marked' and new.state = 'destroyed') then
    raise exception 'a record of a disposal does not go from % to %', old.state, new.state using errcode = 'HF045';
  end if;
  if new.state = 'marked' and not exists (
       select from record r where r.agency_id = new.agency_id and r.id = new.record_id and r.state in ('disposing', 'disposed'))
     or new.state = 'destroyed' and not exists (
       select from record r where r.agency_id = new.agency_id and r.id = new.record_id and r.state = 'disposed') then
    raise exception 'the record itself is not so far' using errcode = 'HF045';
  end if;
  return new;
end $$;
create trigger disposal_item_stays before insert or update on disposal_item for each row execute function disposal_item_stays();

-- What keeps a record from destruction whatever list it is on, computed from what is there now and from no table that remembers it.
create function refuse_record(a text, rec uuid) returns void language plpgsql as $$
declare due record;
begin
  select d.* into due from due_of(a, array[rec]) d;
  if due.kind is null or due.kind = 'unclassified' then
    raise exception 'the record is under no series of a schedule: what is not classified is never destroyed' using errcode = 'HF037';
  end if;
  if not edition_is_confirmed(a, due.edition) then
    raise exception 'the edition of the schedule is not confirmed by two people of the agency' using errcode = 'HF031';
  end if;
  if exists (select from hold_record r join hold h on h.id = r.hold_id and h.agency_id = r.agency_id
              where r.agency_id = a and r.record_id = rec and r.released_at is null and h.kind = 'sunshine-request') then
    raise exception 'an open request for records matches it' using errcode = 'HF034';
  end if;
  if is_held(a, rec) then
    raise exception 'a hold lies on the record' using errcode = 'HF033';
  end if;
  if due.kind <> 'on' or due.due_on > today_in(a) then
    raise exception 'the record is not due' using errcode = 'HF039';
  end if;
  if not exists (select from retention t where t.agency_id = a and t.record_id = rec and t.ruled_at is not null) then
    raise exception 'the rules of the agency were not all applied to the record yet' using errcode = 'HF040';
  end if;
  if not exists (select from series s where s.agency_id = a and s.edition = due.edition and s.code = due.series and s.disposition = 'destroy') then
    raise exception 'the series does not say that its records are destroyed' using errcode = 'HF041';
  end if;
  if exists (select from step s where s.agency_id = a and s.record_id = rec)
     or exists (select from fact f where f.agency_id = a and f.record_id = rec and f.seal_no is null)
     or exists (select from object o where o.agency_id = a and o.record_id = rec and o.confirmed_at is null) then
    raise exception 'something is still to be done to the record, or waits for a person' using errcode = 'HF042';
  end if;
  if exists (select from object o where o.agency_id = a and o.record_id = rec and (o.locked_until is null or o.locked_until >= now()))
     or exists (select from fixity f where f.agency_id = a and f.record_id = rec and f.copy_until >= now()) then
    raise exception 'the lock of one of its files has not ended' using errcode = 'HF035';
  end if;
end $$;

-- The same as an answer: no row, or why not.
create function objection_to(a text, rec uuid) returns table (code text, sentence text) language plpgsql as $$
begin
  perform refuse_record(a, rec);
exception when others then
  if sqlstate not like 'HF%' then raise; end if;
  return query select sqlstate, sqlerrm;
end $$;

-- The only way to destruction. The row of the record is locked when a trigger before an update runs, and each question sees what was
-- committed until this moment; who places a hold waits for that row (holds_what_is_there, 0034), and is either seen here or refused there.
create function may_be_disposed() returns trigger language plpgsql as $$
declare
  a     text := new.agency_id;
  list  disposal;
  item  disposal_item;
begin
  if new.state = 'disposed' then
    if current_user <> 'holdfast_disposal' then
      raise exception 'a record is disposed of when its rows are destroyed, and in no other way' using errcode = 'HF047';
    end if;
    return new;
  end if;
  if old.state in ('disposing', 'disposed') then
    raise exception 'a record that is being destroyed does not come back' using errcode = 'HF047';
  end if;
  if new.state <> 'disposing' then return new; end if;
  if old.state <> 'complete' then
    raise exception 'a record is destroyed when it is complete' using errcode = 'HF047';
  end if;
  -- Its own reasons first: no list could have what is unclassified, and that is why.
  perform refuse_record(a, new.id);
  select d.* into list from disposal d join disposal_item i on i.disposal_id = d.id and i.agency_id = d.agency_id
   where i.agency_id = a and i.record_id = new.id and i.excluded_at is null and i.state = 'listed' and d.state in ('approved', 'running')
   order by d.approved_at limit 1;
  if not found then
    raise exception 'no approved list of disposal has the record' using errcode = 'HF030';
  end if;
  perform refuse_list(list);
  if now() < list.cooling_until then
    raise exception 'the days of cooling off are not over' using errcode = 'HF038';
  end if;
  select i.* into strict item from disposal_item i where i.disposal_id = list.id and i.record_id = new.id;
  if not exists (select from due_of(a, array[new.id]) d where (d.edition, d.series) = (item.edition, item.series)) then
    raise exception 'the record is under another series than when the list was approved' using errcode = 'HF043';
  end if;
  -- From here on no report finds it: the same content, handed in once more, is another record.
  new.subject := 'unknown:' || gen_random_uuid();
  return new;
end $$;
create trigger may_be_disposed before update of state on record
  for each row when (new.state is distinct from old.state) execute function may_be_disposed();

-- Who adds to a record waits for whoever marks it, and is refused when that was done: whoever accepts a report for a record that is there has locked its row already (0004), and a new record has none before this.
create function not_said_of_what_ends() returns trigger language plpgsql as $$
begin
  if exists (select from record r where r.id = new.record_id and r.agency_id = new.agency_id and r.state in ('disposing', 'disposed')) then
    raise exception 'the record is being destroyed, or was: nothing can be added to it' using errcode = 'HF048';
  end if;
  return new;
end $$;
create trigger facts_wait before insert on fact for each row execute function not_said_of_what_ends();

-- Takes everything from the rows of a record whose objects are gone, and leaves what a tombstone says: its number, its agency, its states,
-- series and times. The bytes of the log's leaves stay; what opened them goes.
create function destroy_rows(list uuid, rec uuid) returns jsonb language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
  a     text := current_setting('app.agency');
  pre   text := 'a/' || current_setting('app.agency') || '/rec/' || rec || '/';
  was   text;
begin
  select r.state into was from record r where r.agency_id = a and r.id = rec for update;
  if was = 'disposed' then return '{"done": false}'; end if;
  if was is distinct from 'disposing' or not exists (
       select from disposal_item i join disposal d on d.id = i.disposal_id and d.agency_id = i.agency_id
        where i.agency_id = a and i.disposal_id = list and i.record_id = rec and i.state = 'marked' and i.gone_at is not null and d.state = 'running')
     or exists (select from disposal_failure f where f.agency_id = a and f.disposal_id = list and f.record_id = rec) then
    raise exception 'rows are destroyed when the record was marked and nothing of it is left in the stores' using errcode = 'HF046';
  end if;
  -- What still waits for its place in the log would come there with a salt that opens it.
  if exists (select from log_outbox o join event e on e.agency_id = o.agency_id and e.seq = o.seq where o.agency_id = a and e.record_id = rec) then
    raise exception 'the log has not all entries of the record yet' using errcode = 'HF046';
  end if;
  -- First, so that nothing is computed anew of what goes.
  update retention t set disposed_at = now() where t.agency_id = a and t.record_id = rec and t.disposed_at is null;
  update log_leaf l set salt = null where l.agency_id = a and l.record_id = rec;
  update fixity_row f set key = null, version_id = null, sha256 = null
   where f.agency_id = a and f.key in (select o.key from object o where o.agency_id = a and o.record_id = rec);
  delete from fixity_stray s where s.agency_id = a and starts_with(s.key, pre);
  delete from upload u using artifact x
   where u.agency_id = a and u.used_at is not null and x.agency_id = a and x.record_id = rec and x.sha256 = u.sha256;
  delete from view_ticket t where t.agency_id = a and t.record_id = rec;
  delete from notice n where n.agency_id = a and n.record_id = rec;
  delete from second_look s where s.agency_id = a and s.record_id = rec;
  delete from step s where s.agency_id = a and s.record_id = rec;
  delete from artifact x where x.agency_id = a and x.record_id = rec;
  delete from fixity_replaced p where p.agency_id = a and p.key in (select o.key from object o where o.agency_id = a and o.record_id = rec);
  delete from fixity f where f.agency_id = a and f.record_id = rec;
  delete from object o where o.agency_id = a and o.record_id = rec;
  delete from seal s where s.agency_id = a and s.record_id = rec;
  delete from fact f where f.agency_id = a and f.record_id = rec;
  update record_series s set reason = 'destroyed' where s.agency_id = a and s.record_id = rec;
  update record_day d set note = null where d.agency_id = a and d.record_id = rec;
  -- Tables of 0036 and 0037; 0038 lets this role at them.
  update reclassification c set reason = 'destroyed' where c.agency_id = a and c.record_id = rec;
  delete from lock_finding l where l.agency_id = a and starts_with(l.key, pre);
  delete from hold_owed w where w.agency_id = a and w.record_id = rec;
  update record r
     set state = 'disposed', account = case when r.account_id is null then 'destroyed' else r.account end, excerpt = null, author = null,
         address = null, capture_outcome = null, capture = null, removed_at = null, series_reason = null, search = ''
   where r.agency_id = a and r.id = rec;
  return '{"done": true}';
end $$;

do $$
declare t text;
begin
  foreach t in array array['disposal', 'disposal_item', 'disposal_failure'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy own_agency on %I to holdfast_app using (agency_id = current_setting(''app.agency''))
                    with check (agency_id = current_setting(''app.agency''))', t);
    execute format('alter table %I add constraint not_of_the_machine check (agency_id <> ''system'') not valid', t);
  end loop;
  -- The role of the function sees the agency of the present transaction, and may do there what the function does.
  foreach t in array array['disposal', 'disposal_item', 'disposal_failure', 'record', 'event', 'log_outbox', 'log_leaf', 'fixity_row',
                           'fixity_stray', 'fixity_replaced', 'fixity', 'upload', 'view_ticket', 'notice', 'second_look', 'step', 'artifact',
                           'object', 'seal', 'fact', 'retention', 'record_series', 'record_day'] loop
    execute format('create policy of_disposal on %I to holdfast_disposal using (agency_id = current_setting(''app.agency''))', t);
  end loop;
end $$;
create policy across on disposal for select to holdfast_system using (true);
grant select (agency_id, id, state, cooling_until, locked_until, cleaned_at, completed_at) on disposal to holdfast_system;
grant select, insert on disposal, disposal_item, disposal_failure to holdfast_app;
grant update (state, digest, records, objects, bytes, proposed_at, proposed_by, authority, approved_at, approved_by, approval, cooling_until,
              started_at, finished_at, certificate, completed_at, cleaned, cleaned_at, sealed, locked_until, ended_at, ended_by, ended_because)
  on disposal to holdfast_app;
grant update (excluded_at, excluded_by, excluded_why, state, code, sentence, marked_at, gone_at, evidence, destroyed_at)
  on disposal_item to holdfast_app;
grant update (code, at, attempts), delete on disposal_failure to holdfast_app;

grant usage on schema public to holdfast_disposal;
grant select on disposal, disposal_item, disposal_failure to holdfast_disposal;
grant select (agency_id, id, state, account, account_id), update (state, account, excerpt, author, address, capture_outcome, capture, removed_at,
              series_reason, search) on record to holdfast_disposal;
grant select (agency_id, seq, record_id) on event to holdfast_disposal;
grant select (agency_id, seq) on log_outbox to holdfast_disposal;
grant select (agency_id, record_id), update (salt) on log_leaf to holdfast_disposal;
grant select (agency_id, key), update (key, version_id, sha256) on fixity_row to holdfast_disposal;
grant select (agency_id, key), delete on fixity_stray, fixity_replaced to holdfast_disposal;
grant select (agency_id, record_id, ended_at), update (ended_at), delete on fixity to holdfast_disposal;
grant select (agency_id, used_at, sha256), delete on upload to holdfast_disposal;
grant select (agency_id, record_id, sha256), delete on artifact to holdfast_disposal;
grant select (agency_id, record_id, key), delete on object to holdfast_disposal;
grant select (agency_id, record_id), delete on view_ticket, notice, second_look, step, seal, fact to holdfast_disposal;
grant select (agency_id, record_id, disposed_at), update (disposed_at) on retention to holdfast_disposal;
grant select (agency_id, record_id), update (reason) on record_series to holdfast_disposal;
grant select (agency_id, record_id), update (note) on record_day to holdfast_disposal;
revoke all on function destroy_rows(uuid, uuid) from public;
grant execute on function destroy_rows(uuid, uuid) to holdfast_app;
grant create on schema public to holdfast_disposal;
alter function destroy_rows(uuid, uuid) owner to holdfast_disposal;
revoke create on schema public from holdfast_disposal;
