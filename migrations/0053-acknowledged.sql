-- What goes out with a decision although it is no content of anybody's post (who wrote it from which address, what the office noted for itself, the
-- report as it came) went out by being forgotten: one letter released all of a record. Whoever decides names what they saw of it, or nothing is kept.
alter table review add column acknowledged jsonb
  constraint review_acknowledged_check check (acknowledged is null or jsonb_typeof(acknowledged) = 'array' and answer in ('release', 'part'));

-- Names as src/production/going-out.ts makes them. What patterns suggest in a text is the application's to ask for; what stands in a member of its
-- own, and the report beside a text of which something is withheld, the database sees itself.
create function released_knowingly() returns trigger language plpgsql as $$
declare seen jsonb := coalesce(new.acknowledged, '[]'); missing text;
begin
  if new.answer not in ('release', 'part') then return new; end if;
  select 'field:' || f.n || p.pointer into missing
    from fact f
    cross join (values ('/data/author/email/value'), ('/data/author/ip/value'), ('/data/author/nativeId/value'), ('/data/author/note'),
                       ('/data/action/statement'), ('/data/action/actor/name'), ('/data/notes')) p(pointer)
   where f.agency_id = new.agency_id and f.record_id = new.record_id
     and jsonb_typeof(f.body #> string_to_array(substr(p.pointer, 2), '/')) = 'string'
     and (new.answer = 'release' or exists (
           select from jsonb_array_elements(new.fields) d
            where d ->> 'fact' = f.n::text and d ->> 'pointer' = p.pointer and d ->> 'decision' = 'release'))
     and not seen ? ('field:' || f.n || p.pointer)
   order by f.n limit 1;
  if missing is not null then
    raise exception 'what is no content goes out only where somebody says that they saw it: %', missing using errcode = 'HF067';
  end if;
  if new.answer = 'part' and exists (select from jsonb_array_elements(new.fields) d where d ->> 'decision' <> 'release') then
    select 'file:' || a.n into missing
      from artifact a join jsonb_array_elements(new.files) d on d ->> 'file' = a.n::text and d ->> 'decision' = 'release'
     where a.agency_id = new.agency_id and a.record_id = new.record_id and a.role = 'raw-payload'
       and not seen ? ('file:' || a.n)
     order by a.n limit 1;
    if missing is not null then
      raise exception 'it has all the words of the report in it, of which something is withheld: %', missing using errcode = 'HF068';
    end if;
  end if;
  return new;
end $$;
-- Behind `collects_while_open` and `counts_what_was_seen`: triggers go by their names.
create trigger released_knowingly before insert on review for each row
  when (new.agency_id <> 'system') execute function released_knowingly();
