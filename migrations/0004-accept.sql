-- Accepting a report is one function, so that it is one round trip and one commit, and so that many reports that wait at
-- the same moment can share a commit: select accept_report(r) from jsonb_array_elements($1) r.
--
-- Answers {"outcome": "accepted" | "repeated" | "conflict" | "full" | "key-revoked", "recordId": …, "factN": …}.
--   repeated  the same key or the same fact with the same content: nothing new, only counted
--   conflict  the same key or fact id with other content: nothing is written
--   full      the record has as many facts, bytes of them or files as one may have ("limits"): nothing is written
-- The caller answers 202 after the commit of the statement, not before.
--
-- A report without a key of its own is named by what it says ("named": true). Said again after its removal was done or undone
-- it is another removal of the same subject and no repeat: it gets its name with a number, `<id>.2`.
--
-- Its plans are made on a connection's first reports and kept: on an empty archive Postgres would choose to read whole
-- tables, and go on doing so when they have grown. Hence the setting, which also holds for the foreign-key checks inside.
create function accept_report(p jsonb) returns jsonb language plpgsql set enable_seqscan = off as $$
declare
  a         text := p->>'agency';
  at        timestamptz := (p->>'at')::timestamptz;
  wanted    uuid := (p->>'recordId')::uuid;
  rec       uuid;
  is_new    boolean := false;
  fact_no   int := 1;
  file_no   int := 0;
  said_bytes bigint;
  again     int;
  known     boolean;
  prior     record;
begin
  perform set_config('app.agency', a, true);

  if p->>'keyId' is not null and not exists (
    select from api_key k where k.agency_id = a and k.id = (p->>'keyId')::uuid and k.revoked_at is null
  ) then
    return jsonb_build_object('outcome', 'key-revoked');
  end if;

  -- Two look-ups, each by its own unique index: one query with "or" would read the whole table while it is young.
  select f.record_id, f.n, f.delivery, f.source, f.id into prior from fact f
   where f.agency_id = a and f.idempotency_key = p->>'idempotencyKey';
  if not found then
    select f.record_id, f.n, f.delivery, f.source, f.id into prior from fact f
     where f.agency_id = a and f.source = p->>'source' and f.id = p->>'factId';
  end if;
  known := found;
  if known and (p->>'named')::boolean then
    -- The last time that it was said, and whether anything happened since that makes it worth saying again.
    select f.record_id, f.n, f.delivery, f.source, f.id into prior from fact f
     where f.agency_id = a and f.record_id = prior.record_id and f.source = p->>'source'
       and (f.id = p->>'factId' or starts_with(f.id, (p->>'factId') || '.'))
     order by f.n desc limit 1;
    if exists (
      select from fact f
       where f.agency_id = a and f.record_id = prior.record_id and f.n > prior.n
         and case when f.type = 'removal.action-reversed.v1' then true
                  when f.confirms then not (p->>'confirms')::boolean
                  when f.type = 'removal.action-recorded.v1'
                  then (p->>'confirms')::boolean or f.body #>> '{data,action,verb}' is distinct from p->>'verb'
                  else false end
    ) then
      select count(*) + 1 into again from fact f
       where f.agency_id = a and f.record_id = prior.record_id and f.source = p->>'source'
         and (f.id = p->>'factId' or starts_with(f.id, (p->>'factId') || '.'));
      -- It is about the same subject, also where the platform gives it no name.
      p := p || jsonb_build_object('factId', (p->>'factId') || '.' || again, 'toRecord', prior.record_id);
      p := jsonb_set(p, '{fact,id}', p->'factId');
      p := jsonb_set(p, '{fact,subject}', (select to_jsonb(r.subject) from record r where r.agency_id = a and r.id = prior.record_id));
      known := false;
    end if;
  end if;
  if known then
    if prior.delivery <> p->>'delivery' then
      return jsonb_build_object('outcome', 'conflict', 'recordId', prior.record_id);
    end if;
    update fact f set deliveries = deliveries + 1 where f.agency_id = a and f.source = prior.source and f.id = prior.id;
    return jsonb_build_object('outcome', 'repeated', 'recordId', prior.record_id, 'factN', prior.n);
  end if;

  if p->>'toRecord' is not null then
    select r.id into strict rec from record r where r.agency_id = a and r.id = (p->>'toRecord')::uuid for update;
  else
    insert into record (agency_id, id, subject, received_at, platform, account, account_id, kind, verb, grounds, excerpt,
                        author, address, removal, removed_at, edition, series, series_reason, search)
    values (a, wanted, p->>'subject', at, p->>'platform', p->>'account', (p->>'accountId')::uuid, p->>'kind', p->>'verb',
            array(select jsonb_array_elements_text(p->'grounds')), p->>'excerpt', p->>'author', p->>'address',
            p->>'removal', case when p->>'removal' = 'confirmed' then p->'removedAt' end, p->>'edition', p->>'series', p->>'seriesReason',
            search_words(a, p->>'words'))
    on conflict (subject, agency_id) where subject not like 'unknown:%' do nothing
    returning id into rec;
    is_new := rec is not null;
    if not is_new then
      select r.id into strict rec from record r where r.agency_id = a and r.subject = p->>'subject' for update;
    end if;
  end if;

  if not is_new then
    select coalesce(max(f.n), 0) + 1 into fact_no from fact f where f.agency_id = a and f.record_id = rec;
    -- The raw bytes of a fact say how large it is. Whoever adds to the record waits for its row, which is locked above.
    select coalesce(max(x.n), 0), coalesce(sum(x.size_bytes) filter (where x.origin = 'raw'), 0) into file_no, said_bytes
      from artifact x where x.agency_id = a and x.record_id = rec;
    if fact_no > (p #>> '{limits,facts}')::int
       or said_bytes + (p #>> '{artifacts,0,sizeBytes}')::bigint > (p #>> '{limits,bytes}')::bigint
       or file_no + jsonb_array_length(p->'artifacts') > (p #>> '{limits,files}')::int then
      return jsonb_build_object('outcome', 'full', 'recordId', rec);
    end if;
  end if;

  -- Another process may insert the same fact at this very moment. The unique keys decide. Whoever comes second gives the
  -- whole statement back, and when its caller runs it again, the fact that won is found above. (A savepoint here would
  -- cost every report what only this race needs.)
  insert into fact (agency_id, source, id, record_id, n, type, recorded_at, actor, body, delivery, idempotency_key, confirms,
                    words, words_sha256, named, done, noted)
  values (a, p->>'source', p->>'factId', rec, fact_no, p->>'type', at, p->>'actor', p->'fact', p->>'delivery', p->>'idempotencyKey',
          coalesce((p->>'confirms')::boolean, false),
          p #>> '{compared,text}', p #>> '{compared,sha256}', p #>> '{fact,data,content,nativeId}' is not null,
          p #>> '{fact,data,action,performedAt,value}' is not null, p #>> '{fact,data,notes}' is not null)
  on conflict do nothing;
  if not found then
    raise exception 'another process accepted this fact just now; run the statement again' using errcode = 'HF001';
  end if;

  insert into artifact (agency_id, record_id, n, artifact_id, origin, role, media_type, claimed_type, original_name,
                        size_bytes, sha256, received_at, fact_n, staged, inline)
  select a, rec, file_no + x.i, f->>'artifactId', f->>'origin', f->>'role', f->>'mediaType', f->>'claimedType',
         f->>'originalName', (f->>'sizeBytes')::bigint, f->>'sha256', at, fact_no, f->>'staged', decode(f->>'inline', 'base64')
    from jsonb_array_elements(p->'artifacts') with ordinality as x(f, i);

  if not is_new then
    update record r
       set search = search_words_added(r.search, a, p->>'words'),
           address = coalesce(r.address, p->>'address'),
           -- A clause that is named later classifies what was unclassified; what has a series keeps it.
           edition = case when r.series is null then p->>'edition' else r.edition end,
           series = case when r.series is null then p->>'series' else r.series end,
           series_reason = case when r.series is null then p->>'seriesReason' else r.series_reason end,
           -- The last action counts: what was confirmed and is hidden once more is awaited again. What only adds changes nothing.
           removal = case when (p->>'acts')::boolean then p->>'removal' else r.removal end,
           removed_at = case when not (p->>'acts')::boolean then r.removed_at
                             when p->>'removal' = 'confirmed' then p->'removedAt' end,
           verb = case when (p->>'verb') is distinct from 'none' then p->>'verb' else r.verb end,
           grounds = array(select distinct g from unnest(r.grounds || array(select jsonb_array_elements_text(p->'grounds'))) g order by g)
     where r.agency_id = a and r.id = rec;
  end if;

  insert into event (agency_id, id, record_id, type, at, actor, body)
  values (a, (p->>'eventId')::uuid, rec, p->>'eventType', at, p->>'actor',
          jsonb_build_object('fact', fact_no, 'flags', coalesce(p->'flags', '[]'), 'files', jsonb_array_length(p->'artifacts'), 'new', is_new));

  insert into step as s (record_id, name, agency_id, priority)
  select rec, wanted_step, a, (p->>'priority')::smallint from jsonb_array_elements_text(p->'steps') wanted_step
   where is_new or wanted_step <> 'capture' or (p->>'captureWanted')::boolean
  on conflict (record_id, name) do update
     set generation = s.generation + 1, priority = least(s.priority, excluded.priority),
         due_at = least(s.due_at, now()), rung_at = null;

  return jsonb_build_object('outcome', 'accepted', 'recordId', rec, 'factN', fact_no, 'new', is_new);
end $$;

-- Makes a step owed, or owed once more. A parked step stays parked: a person said so, or must.
create function owe_step(a text, rec uuid, step_name text, prio smallint) returns void language sql as $$
  insert into step as s (record_id, name, agency_id, priority) values (rec, step_name, a, prio)
  on conflict (record_id, name) do update
     set generation = s.generation + 1, priority = least(s.priority, excluded.priority),
         due_at = least(s.due_at, now()), rung_at = null
$$;

-- Words are compared without accents and without characters that cannot be seen, and ornamental or full-width letters as the
-- plain ones: who wants to slip past a filter writes so. Plain text, which is most of it, is left as it is.
create function search_fold(words text) returns text language sql immutable parallel safe as $$
  select case when octet_length(words) = length(words) then words
              else normalize(regexp_replace(normalize(words, NFKD), '[\u00ad\u0300-\u036f\u200b-\u200d\u2060\ufe0e\ufe0f]+', '', 'g'), NFKC) end
$$;

-- What stands before each word of an agency in the index: it holds the words of all agencies, and how long it takes to find that
-- a word is nobody's must not tell whether it is another's. Short, for it is kept with each word; two agencies with the same
-- one lose that and nothing else, since the agency itself is asked for too.
create function search_tag(a text) returns text language sql immutable parallel safe as $$ select left(md5(a), 6) $$;

-- The words of a report as they can be searched for: once by their stems, once as they stand (names, other languages), each with
-- the agency's tag before it. The tag is put in where a word begins in the text form of a tsvector: no word holds a space.
-- An index has a limit (1 MB a row in Postgres, 2 KB a word); the text itself has none here. 200,000 characters are indexed.
create function search_words(a text, words text) returns tsvector language plpgsql immutable as $$
declare
  w      text := left(search_fold(left(coalesce(words, ''), 200000)), 200000);
  quote  text := ' ''';
  tagged text := ' ''' || search_tag(a);
begin
  -- So much always fits. What is longer may not: no report is refused for that, fewer words of it are found.
  if octet_length(w) < 2000 then
    return replace(' ' || to_tsvector('english', w)::text || ' ' || to_tsvector('simple', w)::text, quote, tagged)::tsvector;
  end if;
  begin
    return replace(' ' || to_tsvector('english', w)::text || ' ' || to_tsvector('simple', w)::text, quote, tagged)::tsvector;
  exception when program_limit_exceeded then
    return replace(' ' || to_tsvector('simple', regexp_replace(left(w, 20000), '\S{255}\S+', ' ', 'g'))::text, quote, tagged)::tsvector;
  end;
end $$;

-- The words of one more fact. When the row's limit is reached the record is still found by the words before.
create function search_words_added(present tsvector, a text, words text) returns tsvector language plpgsql immutable as $$
begin
  return present || search_words(a, words);
exception when program_limit_exceeded then
  return present;
end $$;

-- What was typed, as a query: words, "phrases", -excluded, or. Each term is asked for by its stem or as it stands, and
-- each exclusion excludes both: one query by stems or-ed with one of plain words would find by the second what the first
-- excludes. Words without weight (the, is) count only where there is nothing else. In the end each word gets the agency's tag.
create function search_query(a text, q text) returns tsquery language plpgsql immutable parallel safe as $$
declare
  token     text;
  words     text;
  plain     tsquery;
  stems     tsquery;
  term      tsquery;
  answer    tsquery;
  wanted    tsquery;
  weak      tsquery;
  unwanted  tsquery;
begin
  foreach token in array array(select m[1] from regexp_matches(search_fold(q), '(-?"[^"]*"?|\S+)', 'g') m) || text 'or' loop
    if lower(token) = 'or' then
      wanted := coalesce(wanted, weak);
      wanted := coalesce(wanted && !!unwanted, wanted, !!unwanted);
      answer := coalesce(answer || wanted, answer, wanted);
      wanted := null; weak := null; unwanted := null;
      continue;
    end if;
    words := ltrim(token, '-');
    plain := phraseto_tsquery('simple', words);
    stems := phraseto_tsquery('english', words);
    if numnode(plain) = 0 then continue; end if;
    term := case when numnode(stems) = 0 or stems = plain then plain else stems || plain end;
    if token like '-%' then
      unwanted := coalesce(unwanted || term, term);
    elsif numnode(stems) = 0 and token not like '"%' then
      weak := coalesce(weak && term, term);
    else
      wanted := coalesce(wanted && term, term);
    end if;
  end loop;
  return regexp_replace(coalesce(answer, ''::tsquery)::text, '''((?:[^'']|'''')+)''', '''' || search_tag(a) || '\1''', 'g')::tsquery;
end $$;
