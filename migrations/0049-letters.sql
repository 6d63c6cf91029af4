-- What a body writes to whoever asked: the texts that it writes by, the rates that it charges by, each letter as it went, whether the mail server
-- took it, and the certificate of a search. A letter that the law makes wrong is refused here too, whoever writes it.

-- The agency's own texts. Added to, and never changed; the highest number counts, no row: ours (src/sunshine/letter-defaults.ts).
create table letter_template (
  agency_id  text not null references agency,
  kind       text not null check (kind in ('acknowledgement', 'delay', 'fee-estimate', 'invoice', 'denial', 'partial-denial', 'question',
                                           'withdrawal-notice', 'closing', 'no-records')),
  language   text not null check (language in ('en', 'es')),
  n          int not null check (n >= 1),
  text       text not null check (length(text) between 1 and 20000),
  at         timestamptz not null default now(),
  by         text not null,
  primary key (agency_id, kind, language, n)
);

-- What the time of its staff, a page and a medium cost it (610.026). Added to; the highest number counts. Its shape: src/sunshine/fees.ts.
create table fee_rates (
  agency_id  text not null references agency,
  n          int not null check (n >= 1),
  rates      jsonb not null check (jsonb_typeof(rates) = 'object'),
  at         timestamptz not null default now(),
  by         text not null,
  primary key (agency_id, n),
  -- 610.026: not more than ten cents a page.
  check ((rates ->> 'pageCents')::int between 0 and 10)
);

-- Two people who change one thing at one moment: the second is told.
create function numbers_follow() returns trigger language plpgsql as $$
declare last int;
begin
  perform from agency where id = new.agency_id for no key update;
  if tg_table_name = 'fee_rates' then
    select coalesce(max(n), 0) into last from fee_rates where agency_id = new.agency_id;
  else
    select coalesce(max(n), 0) into last from letter_template
     where agency_id = new.agency_id and kind = new.kind and language = new.language;
  end if;
  if new.n <> last + 1 then
    raise exception 'this was changed meanwhile: % is its number now', last using errcode = 'HF080';
  end if;
  return new;
end $$;
create trigger numbers_follow before insert on letter_template for each row
  when (new.agency_id <> 'system') execute function numbers_follow();
create trigger numbers_follow before insert on fee_rates for each row
  when (new.agency_id <> 'system') execute function numbers_follow();

-- The certificate of a search, signed: one for each search, and never another one.
create table search_certificate (
  agency_id   text not null,
  request_id  uuid not null,
  -- Which search of the request.
  search_n    int not null check (search_n >= 1),
  paper       text not null check (jsonb_typeof(paper::jsonb) = 'object'),
  sha256      text not null check (sha256 = encode(sha256(convert_to(paper, 'UTF8')), 'hex')),
  at          timestamptz not null default now(),
  by          text not null,
  primary key (request_id, search_n),
  foreign key (request_id, agency_id) references request (id, agency_id)
);

-- A letter is correspondence that went out; here is what made it one, and the paper.
create table request_letter (
  agency_id    text not null,
  request_id   uuid not null,
  -- Its number in the correspondence.
  n            int not null,
  kind         text not null check (kind in ('acknowledgement', 'delay', 'fee-estimate', 'invoice', 'denial', 'partial-denial', 'question',
                                             'withdrawal-notice', 'closing', 'no-records')),
  language     text not null check (language in ('en', 'es')),
  way          text not null check (way in ('mail', 'print')),
  -- By which text it was begun; 0: ours.
  template_n   int not null check (template_n >= 0),
  -- What the law wants of its kind, and the pieces of text that say it ("mustSay").
  facts        jsonb not null check (jsonb_typeof(facts) = 'object' and jsonb_typeof(facts -> 'mustSay') = 'array'),
  pdf          bytea not null,
  pdf_sha256   text not null check (pdf_sha256 = encode(sha256(pdf), 'hex')),
  at           timestamptz not null default now(),
  by           text not null,
  primary key (request_id, n),
  foreign key (request_id, n) references request_correspondence (request_id, n),
  foreign key (request_id, agency_id) references request (id, agency_id)
);

-- What each kind is in the correspondence, where a clock hangs on it. An estimate asks for payment where it is to be paid before.
create function letter_about(kind text, facts jsonb) returns text language sql immutable as $$
  select case kind
    when 'delay' then 'delay'
    when 'invoice' then 'payment-request'
    when 'fee-estimate' then case when facts -> 'prepay' = 'true' then 'payment-request' end
    when 'denial' then 'statement'
    when 'partial-denial' then 'statement'
    when 'question' then 'question'
    when 'withdrawal-notice' then 'withdrawal-notice'
  end
$$;

create function letter_stands() returns trigger language plpgsql as $$
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
  if asked.state = 'closed' and new.kind not in ('denial', 'partial-denial', 'invoice', 'closing', 'no-records') then
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
  -- A letter of these kinds in which the text says none of it says nothing.
  if new.kind in ('delay', 'denial', 'partial-denial', 'withdrawal-notice', 'no-records')
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
create trigger letter_stands before insert on request_letter for each row
  when (new.agency_id <> 'system') execute function letter_stands();

-- Of letters that go by mail: until the mail server has taken them, or three days have passed. The address is that of the request.
create table letter_mail (
  agency_id      text not null,
  request_id     uuid not null,
  n              int not null,
  due_at         timestamptz not null default now(),
  begun_at       timestamptz,
  claimed_until  timestamptz,
  attempts       int not null default 0,
  error_code     text check (error_code ~ '^[a-z0-9-]{1,60}$'),
  ended_at       timestamptz,
  ended_as       text check (ended_as in ('mailed', 'given-up')),
  primary key (request_id, n),
  foreign key (request_id, n) references request_letter (request_id, n),
  foreign key (request_id, agency_id) references request (id, agency_id),
  check ((ended_at is null) = (ended_as is null))
);
create index letter_mail_due on letter_mail (due_at) where ended_at is null;

do $$
declare t text;
begin
  foreach t in array array['letter_template', 'fee_rates', 'search_certificate', 'request_letter', 'letter_mail'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy own_agency on %I to holdfast_app using (agency_id = current_setting(''app.agency''))
                    with check (agency_id = current_setting(''app.agency''))', t);
    execute format('alter table %I add constraint not_of_the_machine check (agency_id <> ''system'') not valid', t);
  end loop;
end $$;
grant select, insert on letter_template, fee_rates, search_certificate, request_letter, letter_mail to holdfast_app;
grant update (due_at, error_code, ended_at, ended_as) on letter_mail to holdfast_app;
-- Claims what is due, of every agency, and reads nothing of a letter.
create policy mails on letter_mail to holdfast_system using (true) with check (true);
grant select, update (begun_at, claimed_until, attempts) on letter_mail to holdfast_system;
