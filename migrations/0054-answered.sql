-- What of a request was answered, out of what is on file: letters, productions that are out, and what was decided. The rule over these figures, and why,
-- stands in src/sunshine/answers.ts; here it is said once more for the order of the list, and a test holds the two together.

-- What a letter does to the clock of 610.023.3. Null: nothing; it still runs.
create function letter_acts(kind text, facts jsonb) returns text language sql immutable as $$
  select case kind
    when 'delay' then 'delay'
    when 'denial' then 'denial'
    when 'no-records' then 'no-records'
    when 'partial-denial' then 'part'
    when 'records' then 'handed'
    when 'closing' then case facts ->> 'outcome' when 'denied' then 'denial' when 'no-records' then 'no-records'
                                                 when 'granted' then 'handed' when 'partly' then 'handed' end
  end
$$;

-- A production is handed out when it is released and somebody outside knows: a letter that tells of it, a note that something went out, or a
-- download by its link. `undecided`: records of the set about which nobody decided; `unreleased`: such as are to be released, and are in no
-- production that was handed out.
create function request_answers(a text, req uuid)
  returns table (denied_at timestamptz, none_at timestamptz, part_at timestamptz, handed_at timestamptz, handed int[], untold int[],
                 undecided int, unreleased int) language sql stable as $$
  with went as (
    select c.at, case when l.n is null then case when c.about = 'statement' then 'denial' when c.about is null then 'handed' end
                      else letter_acts(l.kind, l.facts) end as acts, l.facts ->> 'production' as production
      from request_correspondence c left join request_letter l on l.request_id = c.request_id and l.n = c.n
     where c.agency_id = a and c.request_id = req and c.way = 'out'),
  released as (
    select p.id, p.n, (select min(t.at) from (
             -- What went is entered by the minute.
             select w.at from went w where w.acts in ('handed', 'part') and w.at >= date_trunc('minute', p.released_at)
                                       and coalesce(w.production = p.id::text, true)
             union all
             select d.at from production_download d where d.agency_id = a and d.production_id = p.id and d.link_n is not null) t) as told_at
      from production p where p.agency_id = a and p.request_id = req and p.state = 'released'),
  begun as materialized (
    select exists (select from went where acts in ('denial', 'no-records', 'part')) or exists (select from released) as yes),
  decided as (
    select s.record_id, (select v.answer from review v where v.agency_id = a and v.request_id = req and v.record_id = s.record_id
                          order by v.n desc limit 1) as answer
      from request_record s, begun where begun.yes and s.agency_id = a and s.request_id = req)
  select (select min(at) from went where acts = 'denial'), (select min(at) from went where acts = 'no-records'),
         (select min(at) from went where acts = 'part'), (select max(told_at) from released),
         coalesce((select array_agg(n order by n) from released where told_at is not null), '{}'),
         coalesce((select array_agg(n order by n) from released where told_at is null), '{}'),
         (select count(*)::int from decided where answer is null),
         (select count(*)::int from decided d where d.answer in ('release', 'part') and not exists (
            select from released o join production_record r on r.production_id = o.id and r.agency_id = a
             where o.told_at is not null and r.record_id = d.record_id and r.answer <> 'withhold'))
$$;

-- As `answerOf` says it.
create function request_is_answered(a text, req uuid) returns boolean language sql stable as $$
  select unreleased = 0 and case when denied_at is not null and handed = '{}' then true
                                 when none_at is not null or handed <> '{}' then undecided = 0
                                 else false end
    from request_answers(a, req)
$$;

-- The letter that hands out records. It leads to a production of this request that is out, by a link that stands, whose address is in its words.
alter table letter_template drop constraint letter_template_kind_check;
alter table letter_template add constraint letter_template_kind_check
  check (kind in ('acknowledgement', 'delay', 'fee-estimate', 'invoice', 'denial', 'partial-denial', 'question', 'withdrawal-notice', 'closing',
                  'no-records', 'records'));
alter table request_letter drop constraint request_letter_kind_check;
alter table request_letter add constraint request_letter_kind_check
  check (kind in ('acknowledgement', 'delay', 'fee-estimate', 'invoice', 'denial', 'partial-denial', 'question', 'withdrawal-notice', 'closing',
                  'no-records', 'records'));
create or replace function letter_stands() returns trigger language plpgsql as $$
declare
  said record;
  asked record;
  piece text;
  bare text;
  fees bigint;
  days int;
begin
  select way, about, words, at into said from request_correspondence where request_id = new.request_id and n = new.n;
  if not found or said.way <> 'out' or said.about is distinct from letter_about(new.kind, new.facts) then
    raise exception 'a letter of the kind % is no such correspondence', new.kind using errcode = 'HF081';
  end if;

  select r.state, r.custodian_received_at, r.settled_fee, a.zone into asked
    from request r join agency a on a.id = r.agency_id where r.id = new.request_id for no key update of r;
  if asked.custodian_received_at is null and new.kind not in ('acknowledgement', 'question') then
    raise exception 'the custodian of records has not received this request' using errcode = 'HF084';
  end if;
  if asked.state = 'closed' and new.kind not in ('denial', 'partial-denial', 'invoice', 'closing', 'no-records', 'records') then
    raise exception 'this request is closed' using errcode = 'HF084';
  end if;

  -- 610.023.3: the cause, the place, the earliest time and the earliest date. 610.023.4: the provision of law.
  if new.kind = 'delay' and exists (select from unnest(array['cause', 'place', 'earliestTime', 'earliestDate']) one
                                     where coalesce(btrim(new.facts ->> one), '') = '') then
    raise exception 'a letter of delay says the cause, the place, and the earliest time and date' using errcode = 'HF082';
  end if;
  if new.kind in ('denial', 'partial-denial') and (coalesce(jsonb_typeof(new.facts -> 'provisions'), '') <> 'array'
       or jsonb_array_length(new.facts -> 'provisions') = 0) then
    raise exception 'a denial cites the provision of law' using errcode = 'HF082';
  end if;
  if new.kind = 'no-records' and not exists (
       select from search_certificate c where c.request_id = new.request_id and c.sha256 = new.facts ->> 'certificate') then
    raise exception 'that there are no records is said with the certificate of a search' using errcode = 'HF082';
  end if;
  if new.kind = 'records' and not exists (
       select from production p join production_link l on l.agency_id = p.agency_id and l.production_id = p.id
        where p.agency_id = new.agency_id and p.request_id = new.request_id and p.state = 'released'
          and p.id::text = new.facts ->> 'production' and l.n::text = new.facts ->> 'link' and l.expires_at > said.at
          and l.hash in (select sha256(convert_to(m[1], 'UTF8'))
                           from regexp_matches(said.words, '/p/([A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])', 'g') m)) then
    raise exception 'records are handed out by a production of this request that is out, by a link that stands' using errcode = 'HF085';
  end if;
  -- A letter of these kinds in which the text says none of it says nothing.
  if new.kind in ('delay', 'denial', 'partial-denial', 'withdrawal-notice', 'no-records', 'records')
     and jsonb_array_length(new.facts -> 'mustSay') = 0 then
    raise exception 'what this letter must say is not named' using errcode = 'HF082';
  end if;
  bare := regexp_replace(said.words, '\s+', ' ', 'g');
  for piece in select jsonb_array_elements_text(new.facts -> 'mustSay') loop
    if position(regexp_replace(piece, '\s+', ' ', 'g') in bare) = 0 then
      raise exception 'the letter does not say: %', left(piece, 200) using errcode = 'HF082';
    end if;
  end loop;

  -- 610.026, as read second-hand: 90 days, or 150 where the fee is over $1,000; where no fee is known, the longer.
  if new.kind = 'withdrawal-notice' then
    if asked.state not in ('fee-waiting', 'clarification') then
      raise exception 'neither payment nor an answer is awaited' using errcode = 'HF084';
    end if;
    select case when count(*) = 0 or bool_or(fee_cents is null) then null else sum(fee_cents) end into fees
      from request_correspondence where request_id = new.request_id and about = 'payment-request' and n > asked.settled_fee;
    days := case when fees <= 100000 then 90 else 150 end;
    if coalesce((new.facts ->> 'withdrawnAfter')::date < (said.at at time zone asked.zone)::date + days, true) then
      raise exception 'the notice names an earlier day than the % days allow', days using errcode = 'HF083';
    end if;
  end if;
  return new;
end $$;

-- Nothing more is packed because of a request that is closed, as nothing is looked for or decided because of one. What is out stays out.
create function production_of_an_open_request() returns trigger language plpgsql as $$
begin
  if new.agency_id <> 'system' and lock_request(new.agency_id, new.request_id) = 'closed' then
    raise exception 'this request is closed: nothing more is packed because of it' using errcode = 'HF086';
  end if;
  return new;
end $$;
create trigger production_of_an_open_request before insert on production for each row execute function production_of_an_open_request();

-- A mail that somebody takes in as a request: as it came, byte for byte, until the request is entered. What is not entered is forgotten within a day.
create table mail_taken (
  agency_id  text not null references agency,
  id         uuid primary key,
  bytes      bytea not null check (length(bytes) between 1 and 20971520),
  at         timestamptz not null default now(),
  by         text not null
);
create index mail_taken_at on mail_taken (agency_id, at);

-- The mail behind a row of correspondence, with what is in it. Added to, and never changed.
create table request_mail (
  agency_id   text not null,
  request_id  uuid not null,
  n           int not null,
  bytes       bytea not null check (length(bytes) between 1 and 20971520),
  sha256      text not null check (sha256 = encode(sha256(bytes), 'hex')),
  -- [{"name": …, "mediaType": …, "sizeBytes": …}, …]: what is attached to it, in its order.
  parts       jsonb not null check (jsonb_typeof(parts) = 'array'),
  at          timestamptz not null default now(),
  by          text not null,
  primary key (request_id, n),
  foreign key (request_id, n) references request_correspondence (request_id, n),
  foreign key (request_id, agency_id) references request (id, agency_id)
);

create function mails_are_entered() returns trigger language plpgsql as $$
begin
  perform enter_request(new.agency_id, 'request.mail-kept', jsonb_build_object(
    'request', new.request_id, 'n', new.n, 'mail', new.sha256, 'parts', jsonb_array_length(new.parts)));
  return null;
end $$;
create trigger mails_are_entered after insert on request_mail for each row
  when (current_user = 'holdfast_app') execute function mails_are_entered();

do $$
declare t text;
begin
  foreach t in array array['mail_taken', 'request_mail'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy own_agency on %I to holdfast_app using (agency_id = current_setting(''app.agency''))
                    with check (agency_id = current_setting(''app.agency''))', t);
    execute format('alter table %I add constraint not_of_the_machine check (agency_id <> ''system'') not valid', t);
  end loop;
end $$;
grant select, insert, delete on mail_taken to holdfast_app;
grant select, insert on request_mail to holdfast_app;

-- Where an answer reaches who asked, said later, or said anew. Added to, never changed; the row of the request has the newest, and this what it was before.
-- Also of a request that is closed: an appeal, and a denial, go somewhere too.
create table request_contact (
  agency_id   text not null,
  request_id  uuid not null,
  n           int not null check (n >= 1),
  was         text check (length(was) between 1 and 1000),
  contact     text not null check (length(contact) between 1 and 1000),
  -- How the body knows.
  reason      text not null check (length(reason) between 1 and 2000),
  at          timestamptz not null default now(),
  by          text not null,
  check (was is distinct from contact),
  primary key (request_id, n),
  foreign key (request_id, agency_id) references request (id, agency_id)
);
alter table request_contact enable row level security;
alter table request_contact force row level security;
create policy own_agency on request_contact to holdfast_app using (agency_id = current_setting('app.agency'))
  with check (agency_id = current_setting('app.agency'));
alter table request_contact add constraint not_of_the_machine check (agency_id <> 'system') not valid;
grant select, insert on request_contact to holdfast_app;
grant update (contact) on request to holdfast_app;

create function contact_fits() returns trigger language plpgsql as $$
declare r request;
begin
  if new.agency_id = 'system' then return new; end if;
  select * into r from request where agency_id = new.agency_id and id = new.request_id for no key update;
  if r.contact is distinct from new.was
     or new.n <> (select coalesce(max(c.n), 0) + 1 from request_contact c where c.request_id = new.request_id) then
    raise exception 'the contact of this request is not what this begins from' using errcode = 'HF066';
  end if;
  return new;
end $$;
create trigger contact_fits before insert on request_contact for each row execute function contact_fits();
create function contact_counts() returns trigger language plpgsql as $$
declare track text;
begin
  update request set contact = new.contact where agency_id = new.agency_id and id = new.request_id returning tracking into track;
  perform enter_request(new.agency_id, 'request.contact-added', jsonb_build_object(
    'request', new.request_id, 'n', new.n, 'contact', request_digest(new.agency_id, track, new.contact),
    'was', request_digest(new.agency_id, track, new.was), 'reason', request_digest(new.agency_id, track, new.reason)));
  return null;
end $$;
create trigger contact_counts after insert on request_contact for each row
  when (current_user = 'holdfast_app') execute function contact_counts();

-- A contact changes by such a row alone, and nothing else with it.
create function request_contact_stands() returns trigger language plpgsql as $$
begin
  if not exists (select from request_contact c where c.agency_id = new.agency_id and c.request_id = new.id and c.contact = new.contact
                    and c.was is not distinct from old.contact
                    and c.n = (select max(d.n) from request_contact d where d.request_id = new.id))
     or to_jsonb(new) - 'contact' <> to_jsonb(old) - 'contact' then
    raise exception 'where an answer reaches who asked is said by a row of its own, which says how the body knows' using errcode = 'HF066';
  end if;
  return new;
end $$;
create trigger request_contact_stands before update on request for each row
  when (new.contact is distinct from old.contact) execute function request_contact_stands();
-- Of a closed request that is all that may be added to its row.
drop trigger request_stands on request;
create trigger request_stands_first before insert on request for each row execute function request_stands();
create trigger request_stands before update on request for each row
  when (new.contact is not distinct from old.contact) execute function request_stands();
