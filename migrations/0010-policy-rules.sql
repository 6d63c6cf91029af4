-- A policy says more than its grounds for removal: who keeps the records, who may remove, which words it has for that, what must be
-- displayed, and what is a record although nothing is removed. All of it is data of the version that says so, and changes with the next.
alter table policy_version
  add column rules jsonb not null default '{}',
  -- Where the text was taken from, and what about it nobody could confirm.
  add column source text;
-- `keep`: a reason to keep something that is not removed (a contact on a personal account, a reported violation).
alter table ground
  add column purpose text not null default 'remove' check (purpose in ('remove', 'keep'));
