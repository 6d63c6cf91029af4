-- A letter that says how a request ended goes when it has ended so; and that there was no record is said with the certificate of the last search and of
-- a set in which nothing answers, as the letter of that kind says it (0057).
create function letter_ended_so() returns trigger language plpgsql as $$
begin
  if new.kind <> 'closing' then return new; end if;
  if not exists (select from request r where r.agency_id = new.agency_id and r.id = new.request_id and r.state = 'closed'
                    and r.outcome = new.facts ->> 'outcome') then
    raise exception 'a letter that says how a request ended goes when it has ended so' using errcode = 'HF105';
  end if;
  if new.facts ->> 'outcome' = 'no-records' and (
       not exists (select from search_certificate c where c.request_id = new.request_id and c.sha256 = new.facts ->> 'certificate'
                      and c.search_n = (select max(s.n) from request_search s where s.request_id = new.request_id))
       or exists (select from request_record q where q.agency_id = new.agency_id and q.request_id = new.request_id
                     and coalesce((select v.answer from review v where v.request_id = q.request_id and v.record_id = q.record_id
                                    order by v.n desc limit 1), '') <> 'not-responsive')) then
    raise exception 'that there are no records is said with the certificate of the last search, and of a set in which nothing answers the request'
      using errcode = 'HF105';
  end if;
  return new;
end $$;
create trigger letter_ended_so before insert on request_letter for each row
  when (current_user = 'holdfast_app' and new.agency_id <> 'system') execute function letter_ended_so();
