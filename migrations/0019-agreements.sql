-- Some policies let nobody moderate who has not agreed in writing first (Policy 416, 416.4.3: "must agree in writing to comply with
-- this Policy before editing, posting or altering content"). What is kept here is a note that the paper is there: who agreed, to which
-- version, on which day, and where the paper lies. It is added to and never changed: a note that was made by mistake is ended by
-- another row, once.
create table agreement (
  agency_id    text not null,
  id           uuid not null,
  person_id    uuid not null,
  policy_id    text not null,
  version      text not null,
  -- A civil day: the one on the paper.
  agreed_on    date not null,
  paper        text check (paper <> '' and length(paper) <= 200),
  recorded_at  timestamptz not null default now(),
  recorded_by  text not null,
  primary key (agency_id, id),
  foreign key (agency_id, person_id) references person,
  foreign key (agency_id, policy_id, version) references policy_version
);
create index agreement_of on agreement (agency_id, person_id);

create table agreement_withdrawal (
  agency_id     text not null,
  agreement_id  uuid not null,
  at            timestamptz not null default now(),
  by            text not null,
  primary key (agency_id, agreement_id),
  foreign key (agency_id, agreement_id) references agreement
);

do $$
declare t text;
begin
  foreach t in array array['agreement', 'agreement_withdrawal'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy own_agency on %I to holdfast_app using (agency_id = current_setting(''app.agency''))
                    with check (agency_id = current_setting(''app.agency''))', t);
    -- Whoever runs the machine moderates nothing (0017).
    execute format('alter table %I add constraint not_of_the_machine check (agency_id <> ''system'') not valid', t);
  end loop;
end $$;
-- When a row was written is for the database to say, and for nobody else.
grant select on agreement, agreement_withdrawal to holdfast_app;
grant insert (agency_id, id, person_id, policy_id, version, agreed_on, paper, recorded_by) on agreement to holdfast_app;
grant insert (agency_id, agreement_id, by) on agreement_withdrawal to holdfast_app;

-- A condition of a policy now says by a mark of its own that an agreement is asked for. Policy 416 came without it: where our very
-- sentence stands, in the pack or in what somebody made of it, it gets the mark. No word of a version changes, and no clause; that the
-- version was touched at all stands in the history of each agency that has one.
-- The walls bind the owner of the tables as well: without this, one who is no superuser would see no version here.
alter table policy_version no force row level security;
alter table event no force row level security;
with marked as (
  update policy_version v
     set rules = jsonb_set(v.rules, '{before}', (
       select jsonb_agg(case when e = said then e || '{"agreement": true}' else e end order by n)
         from jsonb_array_elements(v.rules->'before') with ordinality as b(e, n)))
    from (select '{"says": "Whoever may edit, post or alter content agrees in writing to comply with the policy first.",
                   "citation": "Policy 416, 416.4.3"}'::jsonb as said) s
   where v.rules->'before' @> jsonb_build_array(said)
  returning v.agency_id, v.policy_id, v.version)
insert into event (agency_id, id, record_id, type, actor, body)
select agency_id, gen_random_uuid(), null, 'policy.marked', 'migration:0019',
       jsonb_build_object('policy', policy_id, 'version', version, 'mark', 'agreement')
  from marked;
alter table policy_version force row level security;
alter table event force row level security;
