-- Whoever owns the database can write a row of anchors that no authority ever signed. Such a row vouches for nothing (src/anchor/holding.ts),
-- and it must not keep a true one out either: rows of one authority over one size are told apart by their bytes.
alter table log_anchor drop constraint log_anchor_pkey;
create unique index log_anchor_once on log_anchor (agency_id, kind, authority, size, sha256(blob));
