-- As 0035 has it; the editions of a list are told apart before each of them is asked for: the question went to every record of the list, and that for
-- each record that was marked (252,001 times for 500 records).
set local lock_timeout = '10s';

create or replace function refuse_list(d disposal) returns void language plpgsql stable as $$
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
  if exists (with e as materialized (select distinct i.edition from disposal_item i where i.agency_id = d.agency_id and i.disposal_id = d.id)
             select from e where not edition_is_confirmed(d.agency_id, e.edition)) then
    raise exception 'the edition of the schedule is not confirmed by two people of the agency' using errcode = 'HF031';
  end if;
end $$;
