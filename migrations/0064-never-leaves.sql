-- What was reported as showing a child being abused leaves with no production, whoever decides: not released, not in part. Where that was reported after
-- somebody had released it, it is not frozen either; and the review of it counts no more, as something came to the record.
create function review_never_leaves() returns trigger language plpgsql as $$
begin
  if new.answer in ('release', 'part') and is_never_read(new.agency_id, new.record_id) then
    raise exception 'it was reported as showing a child being abused, so nothing of it leaves' using errcode = 'HF103';
  end if;
  return new;
end $$;
create trigger review_never_leaves before insert on review for each row
  when (new.agency_id <> 'system') execute function review_never_leaves();
create trigger production_never_takes before insert on production_record for each row
  when (new.agency_id <> 'system') execute function review_never_leaves();
