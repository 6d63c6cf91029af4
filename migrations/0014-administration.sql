-- The register says more of each site than its address: which department it is of, whether it is a forum, what its comment rule
-- says, who administers it, and who approved it (AR 1-27, 5.0 A.1 and 6.0 A.1; Policy 416, 416.6.3 and 416.6.4). A site that
-- records name is closed, never deleted. Keys may be bound to a source and to a day, and follow one another.
alter table account
  add column department    text check (department <> ''),
  -- open: a public forum; limited: comments on what the site says it is for; none: no forum, nobody else's comments. Null: nobody said.
  add column forum         text check (forum in ('open', 'limited', 'none')),
  add column comment_rule  text check (comment_rule <> ''),
  add column admin_people  uuid[] not null default '{}',
  -- Who has no account here: the name as it was typed.
  add column admin_names   text[] not null default '{}',
  add column approved_by   text check (approved_by <> ''),
  add column approved_on   date,
  add column closed_at     timestamptz,
  add constraint account_approval check ((approved_by is null) = (approved_on is null));

-- What the register said of an account, each time that it changed. Whoever changes what somebody else changed meanwhile
-- asks for a number that is taken.
create table account_version (
  agency_id   text not null,
  account_id  uuid not null,
  n           int not null,
  at          timestamptz not null default now(),
  by          text not null,
  body        jsonb not null,
  primary key (agency_id, account_id, n),
  foreign key (agency_id, account_id) references account
);
-- The walls bind the owner of the tables as well: without this, one who is no superuser would see no site here.
alter table account no force row level security;
insert into account_version (agency_id, account_id, n, at, by, body)
select agency_id, id, 1, created_at, 'cli',
       jsonb_build_object('platform', platform, 'nativeId', native_id, 'handle', handle, 'url', url, 'name', name, 'department', null,
                          'forum', null, 'commentRule', null, 'people', '[]'::jsonb, 'others', '[]'::jsonb, 'approvedBy', null,
                          'approvedOn', null, 'closed', false)
  from account;
alter table account force row level security;

alter table account_version enable row level security;
alter table account_version force row level security;
create policy own_agency on account_version to holdfast_app using (agency_id = current_setting('app.agency'))
  with check (agency_id = current_setting('app.agency'));
grant select, insert on account_version to holdfast_app;
grant update (native_id, handle, url, name, department, forum, comment_rule, admin_people, admin_names, approved_by, approved_on,
              closed_at) on account to holdfast_app;

-- Accounts that reports named and the register does not have, for the page that offers to add them.
create index record_unregistered on record (agency_id, platform, account) where account_id is null;

alter table policy_version add column created_by text not null default 'cli';

alter table api_key
  -- Reports by it carry this source, or one below it; null: any.
  add column source      text check (source <> ''),
  add column expires_at  timestamptz,
  add column created_by  text not null default 'cli',
  -- The key that it takes the place of. Two are live for one purpose, never three: whoever makes one locks the row of the old one.
  add column replaces    uuid,
  add foreign key (agency_id, replaces) references api_key;
-- Made and ended inside their agency, with an entry in its history; what crosses agencies only looks a key up.
revoke insert, update (revoked_at) on api_key from holdfast_system;
drop policy across on api_key;
create policy across on api_key for select to holdfast_system using (true);
grant insert on api_key to holdfast_app;
grant update (revoked_at, expires_at) on api_key to holdfast_app;

-- Why a report by this key is not taken; null: it is. Looked at in the statement that makes the report durable, as a session is.
-- The source of a CloudEvent is whatever its sender wrote. Where a key is bound to one of ours (/agencies/<agency>/<channel>/<platform>),
-- what the fact itself is about counts too, and the record that it is added to: else a true source would carry another platform in.
create function key_refusal(p jsonb) returns text language plpgsql as $$
declare
  k         record;
  channel   text := '/agencies/' || (p->>'agency') || '/' || coalesce(p #>> '{fact,data,channel}', '');
  platform  text;
begin
  perform set_config('app.agency', p->>'agency', true);
  select a.source, a.revoked_at is null and (a.expires_at is null or a.expires_at > now()) as counts into k
    from api_key a where a.agency_id = p->>'agency' and a.id = (p->>'keyId')::uuid;
  if not found or not k.counts then return 'key-revoked'; end if;
  if k.source is not null and p->>'source' <> k.source and not starts_with(p->>'source', k.source || '/') then
    return 'source-refused';
  end if;
  if starts_with(k.source, '/agencies/') then
    for platform in
      select p->>'platform'
      union select r.platform from record r where r.agency_id = p->>'agency' and r.id = (p->>'toRecord')::uuid
    loop
      if not starts_with(channel || '/' || platform || '/', k.source || '/') then return 'source-refused'; end if;
    end loop;
  end if;
  return null;
end $$;

alter function accept_from(jsonb) rename to accept_by_person;
create function accept_from(p jsonb) returns jsonb language plpgsql as $$
declare
  refusal text := case when p->>'keyId' is not null then key_refusal(p) end;
begin
  if refusal is not null then return jsonb_build_object('outcome', refusal); end if;
  return accept_by_person(p);
end $$;
