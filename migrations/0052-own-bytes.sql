-- The application's role could name any object of the store as the bytes of a production, that of a sealed original of another agency too, and hand it out by
-- a link; it could leave out of a gate what the gate found; make a link that never ends, or one to what a person decided
-- otherwise since; and enter a download under a time at which a link that is over still lasted. What the gate says is the application's own word all the same: the database cannot look into a ZIP.
create function production_passed() returns trigger language plpgsql as $$
begin
  if new.object_key is distinct from old.object_key
     and new.object_key is distinct from 'production/' || new.agency_id || '/' || new.id || '/' || new.sha256 || '.zip' then
    raise exception 'a production hands out its own bytes, and no others' using errcode = 'HF076';
  end if;
  if new.state in ('ready', 'released') and new.state <> old.state
     and (select count(*) from unnest(array['hits', 'unread', 'unsearchable']) one where jsonb_typeof(new.gate -> one) = 'array') < 3 then
    raise exception 'the gate has not passed these bytes' using errcode = 'HF078';
  end if;
  return new;
end $$;
-- Behind `production_moves`: triggers go by their names.
create trigger production_passed before update on production for each row execute function production_passed();

create or replace function production_is_out() returns trigger language plpgsql as $$
begin
  if new.agency_id = 'system' then return new; end if;
  if not exists (
       select from production p where p.id = new.production_id and p.agency_id = new.agency_id and p.state = 'released' for share) then
    raise exception 'the production is not released' using errcode = 'HF075';
  end if;
  -- It is out, and a person decided anew about a record of it: whoever asks for it now gets what is decided now.
  if exists (select from production_record r join production p on p.id = r.production_id and p.agency_id = r.agency_id
              where r.agency_id = new.agency_id and r.production_id = new.production_id
                and r.review_n <> review_counts(r.agency_id, p.request_id, r.record_id)) then
    raise exception 'a record of it was reviewed again since: make another production' using errcode = 'HF077';
  end if;
  -- In hours: a day in which clocks are changed has 23 or 25.
  if new.expires_at > new.made_at + interval '2160 hours' then
    raise exception 'a link ends within 90 days' using errcode = 'HF075';
  end if;
  return new;
end $$;

create or replace function production_may_be_fetched() returns trigger language plpgsql as $$
begin
  if new.agency_id = 'system' then return new; end if;
  if not exists (select from production p where p.id = new.production_id and p.agency_id = new.agency_id and p.object_key is not null
                    and (new.link_n is null or p.state = 'released') for share) then
    raise exception 'the production is not released' using errcode = 'HF075';
  end if;
  if exists (select from production_link l where l.agency_id = new.agency_id and l.production_id = new.production_id and l.n = new.link_n
                and l.expires_at <= greatest(new.at, now())) then
    raise exception 'the link is over' using errcode = 'HF075';
  end if;
  return new;
end $$;
