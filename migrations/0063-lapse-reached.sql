-- A request counts as withdrawn only where the notice reached whoever asked. Where nothing says how they are reached, a letter was printed and lay
-- on a desk: then somebody must have told them, in person or by telephone, and noted it.
create function request_lapse_reached() returns trigger language plpgsql as $$
begin
  if new.outcome = 'lapsed' and old.outcome is distinct from 'lapsed' and new.contact is null and not exists (
      select from request_correspondence c
       where c.agency_id = new.agency_id and c.request_id = new.id and c.about = 'withdrawal-notice' and c.way = 'out'
         and c.channel in ('in-person', 'phone')) then
    raise exception 'nothing says where its requester is reached, so the notice reached nobody and this request does not lapse' using errcode = 'HF102';
  end if;
  return new;
end $$;

-- Behind the trigger that says whether it lapses at all: they fire by their names.
create trigger request_stands_reached before update of outcome on request for each row execute function request_lapse_reached();
