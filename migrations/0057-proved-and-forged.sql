-- What an audit asks of requests, letters and productions, and what the application's role could still write by hand: a certificate of a search
-- that there never was, a day of appeal that is over when it is said, a production whose list leaves out what is withheld, a link that ends in ten
-- years, a letter that is mailed again.

-- What an entry says of a list, and of what was sealed: of so many rows one digest (src/audit/production-queries.ts).
create function production_list_digest(a text, p uuid) returns text language sql stable as $$
  select said_digest(coalesce(jsonb_agg(jsonb_build_array(r.n, r.record_id, r.review_n, r.answer) order by r.n), '[]')::text)
    from production_record r where r.agency_id = a and r.production_id = p
$$;
create function production_row_digest(a text, p uuid) returns text language sql stable as $$
  select said_digest(jsonb_build_array(d.bates_prefix, d.bates_first, d.bates_last, d.record_pages, d.files, d.bytes, d.sha256, d.gate, d.object_key,
                                       d.version_id, in_utc(d.ready_at), (
           select coalesce(jsonb_agg(jsonb_build_array(r.n, r.bates_first, r.bates_last) order by r.n), '[]')
             from production_record r where r.agency_id = d.agency_id and r.production_id = d.id))::text)
    from production d where d.agency_id = a and d.id = p
$$;
-- An audit reads these and no others.
create index event_of_desk on event (agency_id, type, seq) where record_id is null and type in (
  'request.received', 'request.opened', 'request.moved', 'request.receipt-corrected', 'request.contact-added',
  'request.mail-kept', 'request.closed', 'request.noted', 'calendar.changed',
  'request.searched', 'request.named', 'request.reviewed', 'request.kept', 'request.letter-sent', 'request.letter-mailed',
  'request.letter-not-mailed', 'letter-template.changed', 'fee-rates.changed', 'request.search-certified', 'production.requested',
  'production.blocked', 'production.sealed', 'production.released', 'production.withdrawn', 'production.downloaded');
-- There are some after a restore alone.
create index event_review_lost on event (agency_id, (body->>'request'), (body->'about'->>0))
  where record_id is null and type = 'request.reviewed' and body->>'restored' = 'true';

-- Of the machine's own agency, here and below, the constraint says what is wrong (0017).
-- A certificate is of a search that was run, and says what that search found.
alter table search_certificate add foreign key (request_id, search_n) references request_search (request_id, n);
create function certifies_its_search() returns trigger language plpgsql as $$
declare paper jsonb := new.paper::jsonb;
begin
  if not exists (select from request_search s where s.agency_id = new.agency_id and s.request_id = new.request_id and s.n = new.search_n
                    and paper #>> '{format}' = 'holdfast-search-certificate/1' and paper #>> '{agency,id}' = s.agency_id
                    and paper #>> '{request,id}' = s.request_id::text and paper #> '{search,n}' = to_jsonb(s.n)
                    and paper #> '{search,found}' = to_jsonb(s.found) and paper #>> '{search,words}' is not distinct from s.search ->> 'q'
                    and paper #>> '{signature,note}' is not null) then
    raise exception 'a certificate says what its search looked for and found, and no other' using errcode = 'HF090';
  end if;
  return new;
end $$;
create trigger certifies_its_search before insert on search_certificate for each row
  when (current_user = 'holdfast_app' and new.agency_id <> 'system') execute function certifies_its_search();

-- Behind `letter_stands`: triggers go by their names.
create function letter_told_true() returns trigger language plpgsql as $$
declare fee bigint;
begin
  if new.kind = 'no-records' and (
       not exists (select from search_certificate c where c.request_id = new.request_id and c.sha256 = new.facts ->> 'certificate'
                      and c.search_n = (select max(s.n) from request_search s where s.request_id = new.request_id))
       or exists (select from request_record q where q.agency_id = new.agency_id and q.request_id = new.request_id
                     and coalesce((select v.answer from review v where v.request_id = q.request_id and v.record_id = q.record_id
                                    order by v.n desc limit 1), '') <> 'not-responsive')) then
    raise exception 'that there are no records is said with the certificate of the last search, and of a set in which nothing answers the request'
      using errcode = 'HF090';
  end if;
  -- The days of 610.026 hang on the figure in the correspondence, and the requester reads the one in the letter.
  select c.fee_cents into fee from request_correspondence c where c.request_id = new.request_id and c.n = new.n;
  if fee is distinct from (case when new.kind = 'invoice' then (new.facts ->> 'dueCents')::bigint
                                when new.kind = 'fee-estimate' and new.facts -> 'prepay' = 'true' then (new.facts #>> '{fee,totalCents}')::bigint end) then
    raise exception 'a letter asks for what its row in the correspondence says' using errcode = 'HF090';
  end if;
  return new;
end $$;
create trigger letter_told_true before insert on request_letter for each row
  when (current_user = 'holdfast_app' and new.agency_id <> 'system') execute function letter_told_true();

-- A hold is let go when the day is over: one that is over when it is said lets it go at once.
create function kept_from_today() returns trigger language plpgsql as $$
declare day date;
begin
  if tg_table_name = 'request' then day := (to_jsonb(new)->>'appeal_until')::date; else day := (to_jsonb(new)->>'until')::date; end if;
  -- The clock of the application may be a little behind.
  if day < today_in(new.agency_id) - 1 then
    raise exception 'until when it is kept is a day from today on, and % is over', day using errcode = 'HF091';
  end if;
  return new;
end $$;
create trigger until_from_today before update of appeal_until on request for each row
  when (current_user = 'holdfast_app' and new.appeal_until is distinct from old.appeal_until) execute function kept_from_today();
create trigger until_from_today before insert on request_kept_until for each row
  when (current_user = 'holdfast_app' and new.agency_id <> 'system') execute function kept_from_today();

-- The gate looks for what the list withholds: a record that somebody decided about and that is not on the list is not looked for. Whether it
-- looked well is the application's own word still; that it says to have looked is asked.
create function production_said_whole() returns trigger language plpgsql as $$
begin
  if new.state <> 'ready' or old.state = 'ready' then return new; end if;
  if coalesce(new.gate -> 'more', '1') <> '0' or coalesce(new.gate ->> 'outcome', '') not in ('clean', 'nothing-to-look-for')
     or new.gate ->> 'outcome' = 'clean' and coalesce((new.gate #>> '{looked,files}')::int, 0) < 1
     or new.gate ->> 'outcome' = 'nothing-to-look-for' and exists (
          select from production_record r where r.agency_id = new.agency_id and r.production_id = new.id and r.answer = 'withhold')
     or num_nulls(new.bytes, new.files, new.bates_last, new.record_pages, new.ready_at) > 0 then
    raise exception 'the gate did not say what it looked for and through' using errcode = 'HF092';
  end if;
  if exists (select from request_record q
              cross join lateral (select v.answer from review v where v.agency_id = q.agency_id and v.request_id = q.request_id
                                     and v.record_id = q.record_id and v.at < new.made_at order by v.n desc limit 1) v
              where q.agency_id = new.agency_id and q.request_id = new.request_id and v.answer <> 'not-responsive'
                and not exists (select from production_record r where r.agency_id = new.agency_id and r.production_id = new.id
                                   and r.record_id = q.record_id)) then
    raise exception 'the list of this production leaves out a record that was decided about: make another production' using errcode = 'HF092';
  end if;
  return new;
end $$;
create trigger production_said_whole before update on production for each row
  when (new.agency_id <> 'system') execute function production_said_whole();

-- By the clock of the database: 0052 counted from when the application says that the link was made.
create function production_link_ends() returns trigger language plpgsql as $$
begin
  if new.expires_at > now() + interval '2184 hours' then
    raise exception 'a link ends within 90 days' using errcode = 'HF075';
  end if;
  return new;
end $$;
create trigger production_link_ends before insert on production_link for each row
  when (current_user = 'holdfast_app' and new.agency_id <> 'system') execute function production_link_ends();

-- When something was written is the database's to say: nobody dates a decision back.
create function written_now() returns trigger language plpgsql as $$
declare said timestamptz;
begin
  execute format('select ($1).%I', tg_argv[0]) into said using new;
  if said is distinct from now() then
    raise exception 'when this was written the database says itself' using errcode = 'HF093';
  end if;
  return new;
end $$;
do $$
declare t text;
begin
  foreach t in array array['request entered_at', 'request_correspondence entered_at', 'request_correction at', 'request_contact at', 'request_mail at', 'agency_calendar at',
                           'request_search at', 'review at', 'request_kept_until at', 'letter_template at', 'fee_rates at',
                           'search_certificate at', 'request_letter at', 'production made_at'] loop
    execute format('create trigger written_now before insert on %I for each row when (current_user = ''holdfast_app'' and new.agency_id <> ''system'') execute function written_now(%L)',
                   split_part(t, ' ', 1), split_part(t, ' ', 2));
  end loop;
end $$;

-- Mail is owed for letters that go by mail, and what is over is over.
create function mail_is_owed_once() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.ended_at is not null or not exists (
         select from request_letter l where l.agency_id = new.agency_id and l.request_id = new.request_id and l.n = new.n and l.way = 'mail') then
      raise exception 'mail is owed for a letter that goes by mail, and not over before it began' using errcode = 'HF094';
    end if;
  elsif old.ended_at is not null and (new.ended_at, new.ended_as) is distinct from (old.ended_at, old.ended_as) then
    raise exception 'the mailing of this letter is over, and stays so: write another letter' using errcode = 'HF094';
  end if;
  return new;
end $$;
create trigger mail_is_owed_once before insert or update on letter_mail for each row
  when (current_user in ('holdfast_app', 'holdfast_system') and new.agency_id <> 'system') execute function mail_is_owed_once();

-- After a restore the log says of some records that a person decided about them, and how is lost. What was decided before counts for no
-- production until somebody decided anew.
create function review_is_lost(a text, req uuid, rec uuid) returns boolean language sql stable as $$
  select exists (select from event e where e.agency_id = a and e.record_id is null and e.type = 'request.reviewed' and e.body->>'restored' = 'true'
                    and e.body->>'request' = req::text and e.body->'about'->>0 = 'record:' || rec
                    and e.at > (select max(v.at) from review v where v.agency_id = a and v.request_id = req and v.record_id = rec))
$$;
create function production_of_what_is_known() returns trigger language plpgsql as $$
declare req uuid; lost uuid;
begin
  if tg_table_name = 'production_record' then
    select p.request_id into req from production p where p.agency_id = new.agency_id and p.id = new.production_id;
    if review_is_lost(new.agency_id, req, new.record_id) then lost := new.record_id; end if;
  else
    select r.record_id into lost from production_record r
     where r.agency_id = new.agency_id and r.production_id = new.id and review_is_lost(r.agency_id, new.request_id, r.record_id) limit 1;
  end if;
  if lost is not null then
    raise exception 'after the backup that this database came from somebody decided anew about the record %, and how is lost: decide again', lost
      using errcode = 'HF077';
  end if;
  return new;
end $$;
create trigger production_record_known before insert on production_record for each row
  when (new.agency_id <> 'system') execute function production_of_what_is_known();
create trigger production_of_what_is_known before update of state on production for each row
  when (new.agency_id <> 'system' and new.state = 'released' and old.state <> 'released') execute function production_of_what_is_known();
