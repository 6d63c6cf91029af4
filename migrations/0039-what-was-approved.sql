-- What is destroyed is what was approved, under one list, and no list is longer than its certificate can carry.
set local lock_timeout = '10s';

-- As 0035 has it; asked besides: whether the record is as it was when the list was made.
create or replace function may_be_disposed() returns trigger language plpgsql as $$
declare
  a     text := new.agency_id;
  list  disposal;
  item  disposal_item;
  now_is record;
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
   order by d.state = 'running' desc, d.approved_at limit 1;
  if not found then
    raise exception 'no approved list of disposal has the record' using errcode = 'HF030';
  end if;
  perform refuse_list(list);
  if now() < list.cooling_until then
    raise exception 'the days of cooling off are not over' using errcode = 'HF038';
  end if;
  select i.* into strict item from disposal_item i where i.disposal_id = list.id and i.record_id = new.id;
  select d.edition, d.series, d.due_on, d.from_day into now_is from due_of(a, array[new.id]) d;
  if (now_is.edition, now_is.series) is distinct from (item.edition, item.series) then
    raise exception 'the record is under another series than when the list was approved' using errcode = 'HF043';
  end if;
  -- Whatever came to it since, nobody looked at when they approved; and the certificate gives the days and figures of the list.
  if (now_is.due_on, now_is.from_day) is distinct from (item.due_on, item.from_day)
     or (select (count(*), coalesce(sum(o.size_bytes), 0)) is distinct from (item.objects::bigint, item.bytes::numeric)
           from object o where o.agency_id = a and o.record_id = new.id) then
    raise exception 'the files or the days of the record are not those of the list that was approved' using errcode = 'HF050';
  end if;
  -- From here on no report finds it: the same content, handed in once more, is another record.
  new.subject := 'unknown:' || gen_random_uuid();
  return new;
end $$;

-- Two drafts may have the same record; only one of them goes further. Asked one after the other within an agency, so that of two who
-- propose at the same moment the second sees the first.
create function list_goes_alone() returns trigger language plpgsql as $$
declare also uuid;
begin
  perform pg_advisory_xact_lock(hashtextextended('lists of disposal of ' || new.agency_id, 0));
  if (select count(*) from disposal_item i where i.agency_id = new.agency_id and i.disposal_id = new.id and i.excluded_at is null) > 2000 then
    raise exception 'a list of disposal has at most 2000 records' using errcode = 'HF053';
  end if;
  select d.id into also from disposal_item mine
    join disposal_item i on i.agency_id = mine.agency_id and i.record_id = mine.record_id and i.disposal_id <> mine.disposal_id
    join disposal d on d.id = i.disposal_id and d.agency_id = i.agency_id
   where mine.agency_id = new.agency_id and mine.disposal_id = new.id and mine.excluded_at is null
     and i.excluded_at is null and i.state in ('listed', 'marked') and d.state in ('proposed', 'approved', 'running') limit 1;
  if also is not null then
    raise exception 'a record of the list is on list % already, which is proposed or approved', also using errcode = 'HF051';
  end if;
  return new;
end $$;
create trigger list_goes_alone before update of state on disposal
  for each row when (new.state <> old.state and new.state in ('proposed', 'approved')) execute function list_goes_alone();

-- The row of the record is locked by whoever marks it: what another list did before is seen here.
create function marked_for_one_list() returns trigger language plpgsql as $$
begin
  if exists (select from disposal_item i where i.agency_id = new.agency_id and i.record_id = new.record_id
                                          and i.disposal_id <> new.disposal_id and i.state in ('marked', 'destroyed')) then
    raise exception 'the record is destroyed under another list' using errcode = 'HF052';
  end if;
  return new;
end $$;
create trigger marked_for_one_list before update of state on disposal_item
  for each row when (new.state = 'marked' and old.state <> 'marked') execute function marked_for_one_list();

-- When the last lock of a record ends, in each store; null: of one of its files nobody knows.
create function lock_end(a text, rec uuid) returns timestamptz language sql stable as $$
  select nullif(greatest((select max(coalesce(o.locked_until, 'infinity')) from object o where o.agency_id = a and o.record_id = rec),
                         (select max(f.copy_until) from fixity f where f.agency_id = a and f.record_id = rec),
                         '-infinity'), 'infinity')
$$;
