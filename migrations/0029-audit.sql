-- The nightly audit (src/audit/audit.ts) writes what it found of each log where readiness and metrics look for chores. The list of
-- their names grows with each new one, and two that come at once would each forget the other: from here on a name has a shape, and
-- the list is that of the program (ChoreTable).
set local lock_timeout = '10s';
alter table chore drop constraint chore_name_check;
alter table chore add constraint chore_name_check check (name ~ '^[a-z]+(-[a-z]+)*$');
