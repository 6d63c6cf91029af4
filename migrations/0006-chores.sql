-- Work that comes round by itself and is owed to no record: the pass over the leases, the proof that the store refuses to
-- delete. One process does it, others rely on it, and whoever looks after the archive asks when it was last done: one row for
-- each, the newest. It carries figures and findings about machines, nothing of an agency.
create table chore (
  name    text not null check (name in ('lease-pass', 'store-canary')),
  -- Which store was proven, by its address without secrets; empty where there is only one of a kind.
  about   text not null default '',
  at      timestamptz not null default now(),
  report  jsonb not null,
  primary key (name, about)
);

grant select, insert, update on chore to holdfast_system;
