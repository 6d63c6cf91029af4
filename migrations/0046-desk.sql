-- The desk of requests: what its clocks hang on is kept apart, a wrong time of receipt is corrected by an added fact, and what changes a request is
-- entered by the database itself, whoever wrote the statement.

-- A request ends because its requester said so (`withdrawn`), or because nobody paid or answered for 90 or 150 days after a notice
-- that this will happen (`lapsed`, 610.026). The second was the first until now.
alter table request drop constraint request_outcome_check;
alter table request add constraint request_outcome_check
  check (outcome in ('granted', 'partly', 'denied', 'no-records', 'withdrawn', 'lapsed'));
-- The last row of correspondence whose question, or whose fee, is settled: the clock of 610.026 counts from rows behind it. Written here alone.
alter table request add column settled_question int not null default 0, add column settled_fee int not null default 0;
-- What anybody sends twice, because the line broke or a button was pressed once more, is one request: a digest of the sending and of all that it says.
alter table request add column attempt text check (attempt ~ '^[0-9a-f]{64}$');
create unique index request_attempt on request (agency_id, attempt) where attempt is not null;
-- Of a delay letter: the earliest time at which the records are available, which 610.023.3 wants said in it.
alter table request_correspondence add column promised_for timestamptz
  check (promised_for is null or coalesce(about = 'delay', false));

-- A receipt that was written down wrong. Added to, never changed; the row of the request has the newest, and this what was said before.
create table request_correction (
  agency_id              text not null,
  request_id             uuid not null,
  n                      int not null check (n >= 1),
  first_was              timestamptz not null,
  custodian_was          timestamptz,
  first_received_at      timestamptz not null,
  custodian_received_at  timestamptz,
  reason                 text not null check (length(reason) between 1 and 2000),
  at                     timestamptz not null default now(),
  by                     text not null,
  check ((custodian_was is null) = (custodian_received_at is null)),
  check (first_was <> first_received_at or custodian_was is distinct from custodian_received_at),
  primary key (request_id, n),
  foreign key (request_id, agency_id) references request (id, agency_id)
);
alter table request_correction enable row level security;
alter table request_correction force row level security;
create policy own_agency on request_correction to holdfast_app using (agency_id = current_setting('app.agency'))
  with check (agency_id = current_setting('app.agency'));
alter table request_correction add constraint not_of_the_machine check (agency_id <> 'system') not valid;
grant select, insert on request_correction to holdfast_app;
grant update (first_received_at) on request to holdfast_app;

-- Through which day a request stands that waits for a payment or an answer (610.026, read second-hand); null: without end. As
-- `withdrawalOf` in src/sunshine/clock.ts counts it.
create function request_stands_through(r request) returns date language sql stable as $$
  with rows_ as (
    select c.about, c.at, c.fee_cents from request_correspondence c
     where c.agency_id = r.agency_id and c.request_id = r.id
       and c.n > case c.about when 'payment-request' then r.settled_fee when 'question' then r.settled_question else 0 end),
  asked as (
    select max(at) as at from rows_
     where about = case r.state when 'fee-waiting' then 'payment-request' when 'clarification' then 'question' end),
  fee as (select case when bool_or(fee_cents is null) then null else sum(fee_cents) end as cents from rows_ where about = 'payment-request'),
  notice as (select max(n.at) as at from rows_ n, asked a where n.about = 'withdrawal-notice' and n.at >= a.at)
  select case when (a.at at time zone z.zone)::date >= date '2025-08-28'
              then (n.at at time zone z.zone)::date + case when f.cents <= 100000 then 90 else 150 end end
    from agency z, asked a, fee f, notice n where z.id = r.agency_id
$$;

create or replace function request_stands() returns trigger language plpgsql as $$
declare corrected boolean := false;
begin
  if tg_op = 'INSERT' then
    if new.state <> (case when new.custodian_received_at is null then 'received' else 'open' end) or new.due_on is not null then
      raise exception 'a request begins as received, or as open where the custodian has it' using errcode = 'HF060';
    end if;
    new.settled_question := 0;
    new.settled_fee := 0;
  else
    if old.state = 'closed' then
      raise exception 'this request is closed, and stays so; enter another one' using errcode = 'HF061';
    end if;
    if not request_moves(old.state, new.state, new.outcome) then
      raise exception 'a request does not go from % to %', old.state, new.state using errcode = 'HF060';
    end if;
    select exists (select from request_correction c where c.agency_id = new.agency_id and c.request_id = new.id
                      and c.n = (select max(d.n) from request_correction d where d.request_id = new.id)
                      and c.first_was = old.first_received_at and c.custodian_was is not distinct from old.custodian_received_at
                      and c.first_received_at = new.first_received_at
                      and c.custodian_received_at is not distinct from new.custodian_received_at)
      into corrected;
    if new.first_received_at <> old.first_received_at and not corrected then
      raise exception 'a time of receipt is corrected by a correction, which says why' using errcode = 'HF066';
    end if;
    if new.custodian_received_at is distinct from old.custodian_received_at and not corrected
       and not (old.state = 'received' and new.state = 'open') then
      raise exception 'when the custodian received it is said once, with which the request is open, and its clock runs from then' using errcode = 'HF062';
    end if;
    if new.outcome = 'lapsed' and not coalesce(
      (select (now() at time zone a.zone)::date > request_stands_through(old) from agency a where a.id = new.agency_id), false) then
      raise exception 'a request lapses only after a notice to its requester, and when the days after it are over' using errcode = 'HF065';
    end if;
    -- Whoever goes on has the answer; whoever works on it again has the payment, or waives it.
    if old.state = 'clarification' and new.state <> old.state then
      new.settled_question := (select coalesce(max(n), 0) from request_correspondence where request_id = new.id and about = 'question');
    end if;
    if new.state in ('open', 'delayed') and new.state <> old.state then
      new.settled_fee := (select coalesce(max(n), 0) from request_correspondence where request_id = new.id and about = 'payment-request');
    end if;
  end if;
  if new.custodian_received_at < new.first_received_at then
    raise exception 'the custodian did not receive it before the body did' using errcode = 'HF062';
  end if;
  if new.custodian_received_at is null and new.state <> 'received' and not (new.state = 'closed' and new.outcome = 'withdrawn') then
    raise exception 'the custodian of records has not received this request' using errcode = 'HF064';
  end if;
  return new;
end $$;

create function correction_fits() returns trigger language plpgsql as $$
declare r request;
begin
  select * into r from request where agency_id = new.agency_id and id = new.request_id for update;
  if r.state = 'closed' then
    raise exception 'this request is closed, and stays so; enter another one' using errcode = 'HF061';
  end if;
  if new.n <> (select coalesce(max(n), 0) + 1 from request_correction where request_id = new.request_id)
     or new.first_was <> r.first_received_at or new.custodian_was is distinct from r.custodian_received_at then
    raise exception 'the receipts of this request are not what this corrects' using errcode = 'HF066';
  end if;
  if new.custodian_received_at < new.first_received_at then
    raise exception 'the custodian did not receive it before the body did' using errcode = 'HF062';
  end if;
  return new;
end $$;
create trigger correction_fits before insert on request_correction for each row execute function correction_fits();
create function correction_counts() returns trigger language plpgsql as $$
begin
  update request set first_received_at = new.first_received_at, custodian_received_at = new.custodian_received_at
   where agency_id = new.agency_id and id = new.request_id;
  return null;
end $$;
create trigger correction_counts after insert on request_correction for each row execute function correction_counts();

-- What happens to a request is entered here, by whoever it was: the application names them for its transaction (`app.actor`), and a statement
-- that names nobody is entered as what it is. No entry says a word of a request; what it commits to stands behind its digest.
create function sunshine_actor() returns text language sql stable as $$
  select coalesce(nullif(current_setting('app.actor', true), ''), 'sql:' || session_user)
$$;
create function in_utc(t timestamptz) returns text language sql immutable as $$
  select to_char(t at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;
create function said_digest(said text) returns text language sql immutable as $$
  select encode(sha256(convert_to(said, 'UTF8')), 'hex')
$$;
-- Of something short, such as a name: with the number of the request, which nobody guesses, so that the entry confirms no guess once the
-- request itself is destroyed. SHA-256 of agency, number and text, with a line feed between.
create function request_digest(agency text, tracking text, said text) returns text language sql immutable as $$
  select said_digest(agency || E'\n' || tracking || E'\n' || said)
$$;
create function enter_request(agency text, kind text, body jsonb) returns void language sql as $$
  insert into event (agency_id, id, record_id, type, actor, body) values (agency, gen_random_uuid(), null, kind, sunshine_actor(), body)
$$;

create function requests_are_entered() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    perform enter_request(new.agency_id, 'request.received', jsonb_build_object(
      'request', new.id, 'channel', new.channel, 'words', request_digest(new.agency_id, new.tracking, new.words), 'firstReceivedAt', in_utc(new.first_received_at),
      'requester', request_digest(new.agency_id, new.tracking, new.requester), 'contact', request_digest(new.agency_id, new.tracking, new.contact),
      'format', request_digest(new.agency_id, new.tracking, new.format), 'language', request_digest(new.agency_id, new.tracking, new.language)));
  end if;
  if new.state = 'open' and (tg_op = 'INSERT' or old.state = 'received') then
    perform enter_request(new.agency_id, 'request.opened', jsonb_build_object(
      'request', new.id, 'receivedByCustodianAt', in_utc(new.custodian_received_at)));
  elsif tg_op = 'UPDATE' and new.state = 'closed' and old.state <> 'closed' then
    perform enter_request(new.agency_id, 'request.closed', jsonb_build_object(
      'request', new.id, 'code', new.outcome, 'closedAt', in_utc(new.closed_at), 'appealUntil', new.appeal_until, 'dueOn', new.due_on,
      'calendarN', new.calendar_n));
  elsif tg_op = 'UPDATE' and new.state <> old.state then
    perform enter_request(new.agency_id, 'request.moved', jsonb_build_object('request', new.id, 'code', new.state, 'from', old.state));
  end if;
  return null;
end $$;
create trigger requests_are_entered after insert or update of state on request for each row
  when (current_user = 'holdfast_app') execute function requests_are_entered();

create function correspondence_is_entered() returns trigger language plpgsql as $$
declare track text;
begin
  select r.tracking into track from request r where r.agency_id = new.agency_id and r.id = new.request_id;
  perform enter_request(new.agency_id, 'request.noted', jsonb_build_object(
    'request', new.request_id, 'n', new.n, 'way', new.way, 'channel', new.channel, 'about', new.about, 'words', request_digest(new.agency_id, track, new.words),
    'at', in_utc(new.at), 'feeCents', new.fee_cents, 'promisedFor', in_utc(new.promised_for)));
  return null;
end $$;
create trigger correspondence_is_entered after insert on request_correspondence for each row
  when (current_user = 'holdfast_app') execute function correspondence_is_entered();

create function corrections_are_entered() returns trigger language plpgsql as $$
declare track text;
begin
  select r.tracking into track from request r where r.agency_id = new.agency_id and r.id = new.request_id;
  perform enter_request(new.agency_id, 'request.receipt-corrected', jsonb_build_object(
    'request', new.request_id, 'n', new.n, 'firstWas', in_utc(new.first_was), 'custodianWas', in_utc(new.custodian_was),
    'firstReceivedAt', in_utc(new.first_received_at), 'receivedByCustodianAt', in_utc(new.custodian_received_at),
    'reason', request_digest(new.agency_id, track, new.reason)));
  return null;
end $$;
create trigger corrections_are_entered after insert on request_correction for each row
  when (current_user = 'holdfast_app') execute function corrections_are_entered();

create function calendar_is_entered() returns trigger language plpgsql as $$
begin
  perform enter_request(new.agency_id, 'calendar.changed', jsonb_build_object('n', new.n, 'calendar', said_digest(jsonb_build_object(
    'hours', new.hours, 'observes', to_jsonb(new.observes), 'saturdayHolidays', new.saturday_holidays, 'closings', new.closings,
    'afterHours', new.after_hours)::text)));
  return null;
end $$;
create trigger calendar_is_entered after insert on agency_calendar for each row
  when (current_user = 'holdfast_app') execute function calendar_is_entered();

create index request_shown on request (agency_id, (coalesce(custodian_received_at, first_received_at)), id) where state <> 'closed';
create index request_over on request (agency_id, closed_at desc, id) where state = 'closed';
create index request_statements on request_correspondence (agency_id, request_id, about, at) where about is not null;
create index request_asked on request_correspondence (agency_id, about, request_id, at) where about in ('statement-request', 'delay');

-- Reminders of what is due go the way of all letters: one row for each address, so that each is sent once. `about`: of what, and its day.
alter table notice add column request_id uuid;
alter table notice drop constraint notice_kind_check, drop constraint notice_check1;
alter table notice
  add constraint notice_kind_check check (kind in ('sealed', 'parked', 'reminder', 'test', 'request')),
  add constraint notice_about_something check (
    (record_id is null) = (kind in ('test', 'request')) and (request_id is null) = (kind <> 'request')),
  add foreign key (request_id, agency_id) references request (id, agency_id);
create unique index notice_request_once on notice (agency_id, request_id, about, coalesce(office_id, person_id)) where request_id is not null;
