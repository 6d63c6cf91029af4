-- A second look, some time after a removal was confirmed: what a visitor without an account sees then. It is a witness and no
-- evidence of the content: its files have an origin and roles of their own, and nothing that makes a removal safe reads them.

-- Two checks grow wider. What is there has passed the narrower ones, so no row is read ("not valid" holds for new rows); the
-- tables in the order in which `accept_report` writes them; and whoever holds them for long is not waited for.
set local lock_timeout = '10s';
alter table artifact drop constraint artifact_origin_check;
alter table artifact add constraint artifact_origin_check
  check (origin in ('handed-in', 'raw', 'capture', 'rendering', 'second-look')) not valid;
alter table step drop constraint step_name_check;
alter table step add constraint step_name_check check (name in ('inspect', 'seal', 'capture', 'look-again')) not valid;

create table second_look (
  agency_id  text not null,
  record_id  uuid not null,
  -- The fact that said that it was removed. One look for each, and no more; the first fact of a record may be one.
  fact_n     int not null,
  looked_at  timestamptz not null,
  answer     text not null check (answer in ('there', 'not-there', 'unknown')),
  -- Why it is unknown; null when it is not.
  because    text,
  -- What the page was, by the rules of a capture; `none`: no page was opened, for there was no browser.
  outcome    text not null check (outcome in ('captured', 'partial', 'gone', 'wall', 'empty', 'blocked', 'timeout', 'none')),
  finding    jsonb not null,
  primary key (record_id, fact_n),
  foreign key (record_id, agency_id) references record,
  check ((answer = 'unknown') = (because is not null))
);
alter table second_look enable row level security;
alter table second_look force row level security;
create policy own_agency on second_look to holdfast_app using (agency_id = current_setting('app.agency'))
  with check (agency_id = current_setting('app.agency'));
-- What was seen changes no more.
grant select, insert on second_look to holdfast_app;

-- Makes the look owed in the statement that made the confirmation durable (0004): takes the report and the answer to it, and
-- gives that back. Not at once, because pages are cached: `lookAgainMs` after now, and after a later confirmation once more.
-- Null: switched off. What could never be found is not looked for; whether anything can, the step itself decides. What an import
-- brings (priority 10) was removed long ago: nobody asks whether it is gone, and there would be as many pages as there are rows.
create function then_look_again(p jsonb, answer jsonb) returns jsonb language plpgsql set enable_seqscan = off as $$
begin
  if p->>'lookAgainMs' is null or (p->>'priority')::smallint >= 10 or p->>'removal' <> 'confirmed' or not (p->>'acts')::boolean
     or answer->>'outcome' <> 'accepted' then
    return answer;
  end if;
  insert into step as s (record_id, name, agency_id, priority, due_at)
  -- Nobody waits for it: behind all that somebody waits for, before what is only caught up with.
  select r.id, 'look-again', r.agency_id, 5,
         now() + (p->>'lookAgainMs')::float8 * interval '1 millisecond'
    from record r
   where r.agency_id = p->>'agency' and r.id = (answer->>'recordId')::uuid and r.address is not null
     and (r.address ~ '[?#]' or exists (
            select from fact f where f.agency_id = r.agency_id and f.record_id = r.id and (f.words is not null or f.named)))
  on conflict (record_id, name) do update
     set generation = s.generation + 1, due_at = excluded.due_at, rung_at = null;
  return answer;
end $$;
