-- What anybody may ask of an archive: whether a receipt's code is known here, and, where an agency lets them out, the tiles of its log.

-- The code of a receipt, as src/record/receipt.ts computes it; without its hyphen. Fifty bits of a digest of the record's id: a code says
-- nothing of the record, and two records may share one.
create function receipt_code(id uuid) returns text language sql immutable strict parallel safe as $$
  select string_agg(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', get_byte(digest, i) % 32 + 1, 1), '' order by i)
    from (select sha256(convert_to('holdfast-receipt-v1 ' || id, 'UTF8')) as digest) d, generate_series(0, 9) i
$$;
-- Across agencies by holdfast_system, which sees the number of a record and whose it is.
create index record_by_receipt_code on record (receipt_code(id));

-- What an agency shows of itself to anybody. No row: as the columns begin.
create table public_face (
  agency_id   text primary key references agency,
  -- Whether the page /verify answers for its receipts.
  look_up     boolean not null default true,
  -- Whether the tiles of its log, which hold every entry, are handed out.
  tiles       boolean not null default false,
  changed_at  timestamptz not null default now(),
  -- As histories name whoever did it.
  changed_by  text not null
);
alter table public_face add constraint not_of_the_machine check (agency_id <> 'system') not valid;
alter table public_face enable row level security;
alter table public_face force row level security;
create policy own_agency on public_face to holdfast_app using (agency_id = current_setting('app.agency'))
  with check (agency_id = current_setting('app.agency'));
grant select, insert on public_face to holdfast_app;
grant update (look_up, tiles, changed_at, changed_by) on public_face to holdfast_app;

-- The announcements of keys that sign receipts, a handful among all that happens.
create index event_receipt_key on event (agency_id, seq) where type = 'receipt-key.added';
