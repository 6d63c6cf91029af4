-- Requests under the Sunshine Law: what was asked, when it was received by the body and by the custodian of records, what was written
-- about it since, how it ended; and the calendar of an agency's office, by which the days of a request are counted.

-- Each change is a row of its own, so that how a day was counted can be counted again. The highest number counts; no row: nobody has said
-- anything yet (`untoldCalendar` in src/sunshine/calendar.ts). What the members mean, and which rules of holidays there are, is said there.
create table agency_calendar (
  agency_id          text not null references agency,
  n                  int not null check (n >= 1),
  -- {"1": {"opens": 480, "closes": 1020}, …}: weekdays on which the office works, 0 is Sunday; minutes since midnight.
  hours              jsonb not null check (jsonb_typeof(hours) = 'object' and hours <> '{}'),
  -- Rules of public holidays that close this office.
  observes           text[] not null,
  saturday_holidays  text not null check (saturday_holidays in ('friday-where-confirmed', 'business-day')),
  -- [{"day": "2026-12-09", "reason": "…"}, …]
  closings           jsonb not null check (jsonb_typeof(closings) = 'array'),
  after_hours        text not null check (after_hours in ('that-day', 'next-day')),
  at                 timestamptz not null default now(),
  by                 text not null,
  primary key (agency_id, n)
);

-- Two people who change it at one moment: the second is told.
create function calendar_follows() returns trigger language plpgsql as $$
declare last int;
begin
  perform from agency where id = new.agency_id for no key update;
  select coalesce(max(n), 0) into last from agency_calendar where agency_id = new.agency_id;
  if new.n <> last + 1 then
    raise exception 'the calendar was changed meanwhile: % is its number now', last using errcode = 'HF063';
  end if;
  return new;
end $$;
create trigger calendar_follows before insert on agency_calendar for each row execute function calendar_follows();

create table request (
  agency_id              text not null references agency,
  id                     uuid primary key,
  -- Eighty random bits: whoever has one may ask how the request stands, and nobody finds another one by it.
  tracking               text not null check (tracking ~ '^[0-9A-HJKMNP-TV-Z]{16}$'),
  channel                text not null check (channel in ('public-page', 'letter', 'mail', 'phone', 'in-person')),
  -- As they were received. Nobody is asked for a reason, and no column is there for one.
  words                  text not null check (length(words) between 1 and 50000),
  requester              text check (length(requester) between 1 and 500),
  contact                text check (length(contact) between 1 and 1000),
  format                 text check (length(format) between 1 and 200),
  language               text check (length(language) between 1 and 60),
  -- By anybody of the body.
  first_received_at      timestamptz not null,
  -- By the custodian of records: with this the clock of 610.023.3 begins. Null: it does not run.
  custodian_received_at  timestamptz,
  state                  text not null check (state in ('received', 'open', 'clarification', 'fee-waiting', 'delayed', 'closed')),
  outcome                text check (outcome in ('granted', 'partly', 'denied', 'no-records', 'withdrawn')),
  entered_at             timestamptz not null default now(),
  entered_by             text not null,
  closed_at              timestamptz,
  closed_by              text,
  -- As it was counted when it was closed, and by which calendar (0: none was entered); a closing of the office that is entered later changes nothing of it.
  due_on                 date,
  calendar_n             int,
  -- Until when what was asked for is kept because of it, as the custodian says. Null: nobody said, so without end.
  appeal_until           date,
  unique (agency_id, tracking),
  unique (id, agency_id),
  check ((state = 'closed') = (closed_at is not null)),
  check ((state = 'closed') = (closed_by is not null)),
  check ((state = 'closed') = (outcome is not null)),
  check (appeal_until is null or state = 'closed'),
  check ((due_on is null and calendar_n is null) or state = 'closed')
);
create index request_listed on request (agency_id, id desc);
create index request_running on request (agency_id, id) where state <> 'closed';

-- Which states follow which. `received` lies with somebody who is not the custodian; it ends without them only by its requester.
create function request_moves(before text, after text, how text) returns boolean language sql immutable as $$
  select case
    when before = after then true
    when before = 'received' then after = 'open' or (after = 'closed' and how = 'withdrawn')
    when before = 'closed' then false
    else after <> 'received'
  end
$$;

create function request_stands() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.state <> (case when new.custodian_received_at is null then 'received' else 'open' end) or new.due_on is not null then
      raise exception 'a request begins as received, or as open where the custodian has it' using errcode = 'HF060';
    end if;
  else
    if old.state = 'closed' then
      raise exception 'this request is closed, and stays so; enter another one' using errcode = 'HF061';
    end if;
    if not request_moves(old.state, new.state, new.outcome) then
      raise exception 'a request does not go from % to %', old.state, new.state using errcode = 'HF060';
    end if;
    if new.custodian_received_at is distinct from old.custodian_received_at and not (old.state = 'received' and new.state = 'open') then
      raise exception 'when the custodian received it is said once, with which the request is open, and its clock runs from then' using errcode = 'HF062';
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
create trigger request_stands before insert or update on request for each row execute function request_stands();

-- What came and what went, and notes of it. Added to, and never changed.
create table request_correspondence (
  agency_id   text not null,
  request_id  uuid not null,
  n           int not null check (n >= 1),
  way         text not null check (way in ('in', 'out', 'note')),
  channel     text not null check (channel in ('public-page', 'letter', 'mail', 'phone', 'in-person')),
  -- What it is, where a clock hangs on it: 610.023.4 and 610.026.
  about       text check (about in ('statement-request', 'statement', 'payment-request', 'question', 'withdrawal-notice', 'delay')),
  fee_cents   bigint check (fee_cents is null or (fee_cents >= 0 and coalesce(about = 'payment-request', false))),
  words       text not null check (length(words) between 1 and 50000),
  -- When it came or went, as whoever entered it says.
  at          timestamptz not null,
  entered_at  timestamptz not null default now(),
  by          text not null,
  check (about is null or way = case when about = 'statement-request' then 'in' else 'out' end),
  primary key (request_id, n),
  foreign key (request_id, agency_id) references request (id, agency_id)
);

do $$
declare t text;
begin
  foreach t in array array['agency_calendar', 'request', 'request_correspondence'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy own_agency on %I to holdfast_app using (agency_id = current_setting(''app.agency''))
                    with check (agency_id = current_setting(''app.agency''))', t);
    execute format('alter table %I add constraint not_of_the_machine check (agency_id <> ''system'') not valid', t);
  end loop;
end $$;
grant select, insert on agency_calendar, request, request_correspondence to holdfast_app;
-- Words, requester, tracking number and the first receipt are what they were.
grant update (state, custodian_received_at, outcome, closed_at, closed_by, due_on, calendar_n, appeal_until) on request to holdfast_app;

-- Whether anybody may ask on a page of its own. Not before somebody of the agency says so: what comes that way waits for a custodian who
-- must know of it.
alter table public_face add column requests boolean not null default false;
grant update (requests) on public_face to holdfast_app;
