-- What stands outside for a log (src/anchor/anchor.ts): time stamps of authorities and cosignatures of witnesses over published
-- checkpoints. A row is written when it has been verified, by two readers, and never changes: an anchor that could be put right
-- afterwards would be none.
create table log_anchor (
  agency_id    text not null references agency,
  kind         text not null check (kind in ('stamp', 'witness')),
  -- The host of a time stamp authority; the name in the key of a witness.
  authority    text not null check (authority <> '' and length(authority) <= 512),
  -- Of the checkpoint that it is over; with it, all entries below.
  size         bigint not null check (size > 0),
  -- The answer of the authority (RFC 3161, DER); the line of the witness (C2SP tlog-cosignature).
  blob         bytea not null check (length(blob) between 1 and 65536),
  -- By the clock of the authority or the witness.
  at           timestamptz not null,
  verified_at  timestamptz not null default now(),
  primary key (agency_id, kind, authority, size),
  foreign key (agency_id, size) references log_checkpoint
);
create index log_anchor_from on log_anchor (agency_id, kind, size);

-- Who could not be had, since when, and when they are asked again. The row goes when they answer: the history says that it began.
create table anchor_trouble (
  agency_id  text not null references agency,
  kind       text not null check (kind in ('stamp', 'witness')),
  authority  text not null,
  since      timestamptz not null default now(),
  attempts   int not null default 1,
  code       text not null,
  due_at     timestamptz not null,
  primary key (agency_id, kind, authority)
);

do $$
declare t text;
begin
  foreach t in array array['log_anchor', 'anchor_trouble'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy own_agency on %I to holdfast_app using (agency_id = current_setting(''app.agency''))
                    with check (agency_id = current_setting(''app.agency''))', t);
  end loop;
end $$;
grant select, insert on log_anchor to holdfast_app;
grant select, insert, delete on anchor_trouble to holdfast_app;
grant update (attempts, code, due_at) on anchor_trouble to holdfast_app;
