-- Equal days share an entry of this index now, which has a sixth of its size: when every date moves, of a million records, each move had
-- touched another page of it, and half of the time went there. Lists are read in the order of their records, which it never had.
drop index retention_due;
create index retention_due on retention (agency_id, due_on) where kind = 'on' and disposed_at is null;

-- They read tables and nothing else. Unless it is said, a statement that calls one of them keeps to one processor.
alter function edition_is_confirmed(text, text) parallel safe;
alter function edition_digest(text, text) parallel safe;
