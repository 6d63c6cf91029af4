-- A database that came from an earlier time knows nothing of the editions that ended since: withdrawn because they were found wrong, or
-- replaced. Until now such an edition counted again, and records were destroyed under it. What the log says of it is written here, and with
-- it nothing is destroyed under the edition. By whom and why it ended is lost, so a person withdraws or replaces it anew.
alter table edition add column ended_in_log timestamptz;
grant update (ended_in_log) on edition to holdfast_app;

create or replace function edition_is_confirmed(a text, e text) returns boolean language sql stable parallel safe as $$
  select exists (select from edition d where d.agency_id = a and d.edition = e
                    and d.superseded_by is null and d.withdrawn_at is null and d.ended_in_log is null)
     and (select count(distinct c.person_id) >= 2 from edition_confirmation c
           where c.agency_id = a and c.edition = e and c.digest = edition_digest(a, e))
$$;

create function what_the_log_ended_stays() returns trigger language plpgsql as $$
begin
  if old.ended_in_log is not null and new.ended_in_log is distinct from old.ended_in_log then
    raise exception 'the log says that this edition ended, and that stays so: file another one' using errcode = 'HF055';
  end if;
  if new.superseded_by is not null and old.superseded_by is null and exists (
    select from edition h where h.agency_id = new.agency_id and h.edition = new.superseded_by and h.ended_in_log is not null) then
    raise exception 'no edition takes the place of another when it was itself replaced or withdrawn' using errcode = 'HF055';
  end if;
  return new;
end $$;
create trigger what_the_log_ended_stays before update on edition for each row execute function what_the_log_ended_stays();
