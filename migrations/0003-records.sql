-- A record, the facts it is the fold of, its files, its seals, its history, and what is still owed to it.
--
-- Nothing here has a foreign key to the agency or to the series: each insert would lock the one row that all inserts of an
-- agency share, and concurrent reports would queue up on it. The walls (0005) let a row in only for the agency that the
-- transaction works for, whose key was checked; agencies and series are never deleted.
--
-- Every unique key that a submitter could probe has the agency in it, so that nothing is learnt of another's rows; but the
-- agency stands last. A young table has no statistics, and Postgres then takes any index that begins with the agency to be
-- as good as the one meant (seen: a look-up by id that read every fact of the agency). Only lists begin with it.
create table record (
  agency_id        text not null,
  id               uuid not null,
  -- platform:kind:nativeId, or unknown:<uuid>. Known subjects are one record each; unknown ones are never merged by machine.
  subject          text not null,
  state            text not null default 'reported'
                   check (state in ('reported', 'sealed', 'complete', 'disposing', 'disposed')),
  received_at      timestamptz not null,
  platform         text not null,
  account          text not null,
  account_id       uuid,
  kind             text not null,
  verb             text not null,
  grounds          text[] not null,
  -- For lists and previews; the fact is the authority.
  excerpt          text,
  author           text,
  -- The page to be opened; null: none, or none wanted.
  address          text,
  capture_outcome  text check (capture_outcome in ('captured', 'partial', 'gone', 'wall', 'empty', 'blocked', 'timeout', 'none')),
  capture          jsonb,
  removal          text not null check (removal in ('awaited', 'confirmed', 'none')),
  removed_at       jsonb,
  edition          text,
  series           text,
  series_reason    text,
  search           tsvector not null,
  primary key (id, agency_id)
);
create unique index record_subject on record (subject, agency_id) where subject not like 'unknown:%';
create index record_by_time on record (agency_id, received_at desc, id desc);
create index record_search on record using gin (search);

create table fact (
  agency_id        text not null,
  source           text not null,
  id               text not null check (length(id) between 16 and 128),
  record_id        uuid not null,
  -- Order of arrival within the record, from 1.
  n                int not null,
  type             text not null,
  recorded_at      timestamptz not null,
  -- Whose key brought it, such as `key:<id>`; sealed with it.
  actor            text not null,
  body             jsonb not null,
  -- SHA-256 of what was said (canonical form, and the files' digests in order): the same key with another digest is a conflict.
  delivery         text not null,
  idempotency_key  text,
  -- Says that the removal was done: without a note "safe to remove" does not wait for its seal.
  confirms         boolean not null default false,
  -- What the safety rule asks of a fact, so that no receipt has to read the fact: its words as far as they are compared, whether
  -- it has the platform's own id of the content, whether it says when the action was done, whether it has a note.
  words            text,
  words_sha256     text,
  named            boolean not null default false,
  done             boolean not null default false,
  noted            boolean not null default false,
  deliveries       int not null default 1,
  seal_no          int,
  primary key (id, source, agency_id),
  foreign key (record_id, agency_id) references record
);
create unique index fact_idempotency on fact (idempotency_key, agency_id) where idempotency_key is not null;
create unique index fact_by_record on fact (record_id, n);

create table artifact (
  agency_id      text not null,
  record_id      uuid not null,
  n              int not null,
  artifact_id    text not null,
  -- handed-in: by a person or program. raw: what was sent, verbatim. capture: by our browser. rendering: drawn by us.
  origin         text not null check (origin in ('handed-in', 'raw', 'capture', 'rendering')),
  role           text not null,
  media_type     text not null,
  claimed_type   text,
  original_name  text,
  size_bytes     bigint not null check (size_bytes >= 0),
  sha256         text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  received_at    timestamptz not null,
  fact_n         int,
  -- Where the bytes wait until they are sealed: a name in the staging folder, or the bytes themselves when they are few.
  staged         text,
  inline         bytea,
  -- null: not looked at yet, or not a file that could be a picture.
  picture        jsonb,
  seal_no        int,
  primary key (record_id, n),
  foreign key (record_id, agency_id) references record
);

create table seal (
  agency_id        text not null,
  record_id        uuid not null,
  no               int not null,
  opened_at        timestamptz not null,
  -- null until the row may say so: every object was read back with its lock.
  sealed_at        timestamptz,
  store_kind       text,
  immutability     text,
  -- Of the installation that made it, the weaker one when that changed meanwhile: a seal of a trial is no evidence in production.
  mode             text not null check (mode in ('trial', 'production')),
  primary key (record_id, no),
  foreign key (record_id, agency_id) references record
);
create index seal_of_trial on seal (record_id) where mode = 'trial';

-- The intent of a key in the store, committed before the key is written, and what the store said about it afterwards.
-- No locked key exists without a row here.
create table object (
  agency_id     text not null,
  key           text not null,
  record_id     uuid not null,
  seal_no       int not null,
  role          text not null,
  sha256        text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  size_bytes    bigint not null,
  media_type    text not null,
  -- Bytes that exist nowhere else yet (salt, fact, manifest); emptied when the seal closes, but for the salt, which later
  -- seals of the record commit with.
  body          bytea,
  intended_at   timestamptz not null default now(),
  retain_until  timestamptz not null,
  version_id    text,
  locked_until  timestamptz,
  confirmed_at  timestamptz,
  primary key (key),
  foreign key (record_id, seal_no) references seal
);
create index object_by_record on object (record_id, seal_no, sha256);
create index object_by_lock on object (locked_until) where confirmed_at is not null;

-- History. Append-only, in grants as well as in code. Until the transparency log is built, this is "the log".
create table event (
  agency_id  text not null,
  seq        bigint generated always as identity,
  id         uuid not null,
  record_id  uuid,
  type       text not null,
  at         timestamptz not null default clock_timestamp(),
  actor      text not null,
  body       jsonb not null,
  primary key (seq)
);
create index event_by_record on event (record_id, seq);

-- The outbox: one row for each step that is still owed to a record, written in the transaction that makes it owed and
-- deleted after the last one that does it. The queue is only rung from here. `fence` is the token of the present claim:
-- every write of a step names it, so that a worker whose claim was taken over writes nothing.
create sequence fence;
create table step (
  record_id      uuid not null,
  name           text not null check (name in ('inspect', 'seal', 'capture')),
  agency_id      text not null,
  priority       smallint not null default 0,
  owed_since     timestamptz not null default now(),
  -- Raised each time the step becomes owed again, so that work which arrived meanwhile is not taken for done.
  generation     int not null default 1,
  due_at         timestamptz not null default now(),
  rung_at        timestamptz,
  fence          bigint,
  claimed_by     text,
  claimed_until  timestamptz,
  failures       int not null default 0,
  -- Claims that ran out without a word: the worker died or hung. Several in a row are poison.
  lapses         int not null default 0,
  failing_since  timestamptz,
  error_code     text,
  error          text,
  parked_at      timestamptz,
  primary key (record_id, name)
);
create index step_due on step (priority, due_at) where parked_at is null;
create index artifact_staged on artifact (staged) where staged is not null;
