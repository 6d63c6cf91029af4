/**
 * The walls between agencies, as the database keeps them and as the calls show them. What each role may do is written out
 * here by hand, so that a grant that is added or lost fails with its name.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { Client, escapeIdentifier } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addAccount,
  addAgency,
  addPolicy,
  agreementsAsked,
  changeSite,
  listPolicies,
  listSites,
  PACKS,
  siteHistory,
} from '#agency/agency.ts';
import { migrateDatabase } from '#database.ts';
import { assertDurable, openDb } from '#db/db.ts';
import { openQueue } from '#queue/queue.ts';
import { readAgencyHistory } from '#record/record.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { call, recordOf, settled } from '../support/looking.ts';
import { colleague } from '../support/people.ts';
import { png } from '../support/picture.ts';
import { startPostgres, type RunningPostgres } from '../support/postgres.ts';

const ROLES = [
  'holdfast_app',
  'holdfast_disposal',
  'holdfast_log',
  'holdfast_search',
  'holdfast_system',
] as const;

let archive: Archive;
/** The other city: its record has been through everything, and one step of it waits for a person. */
let theirs: string;
let ours: string;
const WORD = 'quokka';

beforeAll(async () => {
  archive = await openArchive();
  const { db } = archive.system;
  await addAgency(db, { id: 'lakeside', name: 'City of Lakeside', zone: 'America/Chicago' });
  await db.inAgency('lakeside', async (at) => {
    await addPolicy(at, {
      policyId: 'lakeside-rules',
      version: '1',
      title: 'Lakeside rules',
      effectiveOn: '2026-01-01',
      grounds: [{ clauseId: 'a', label: 'Lakeside label', citation: 'A', clause: 'Lakeside clause' }],
    });
    await addAccount(at, {
      platform: 'x',
      nativeId: null,
      handle: '@lakeside',
      url: null,
      name: 'Lakeside on X',
    });
    await at.tx.insertInto('public_face').values({ agency_id: 'lakeside', changed_by: 'test' }).execute();
  });
  await archive.work();
  const files = [{ name: 'shot.png', type: 'image/png', bytes: await png() }];
  const report = (text: string) => simpleReport({ text, note: text, author: { displayName: text } });
  const there = await archive.report(report(`${WORD} of Lakeside`), files, {
    authorization: `Bearer ${await archive.key('moderator', 'lakeside')}`,
    'idempotency-key': 'the-same-key-in-both',
  });
  const here = await archive.report(report('a wallaby of Rivertown'), files, {
    'idempotency-key': 'the-same-key-in-both',
  });
  theirs = there.body.recordId;
  ours = here.body.recordId;
  await archive.until(ours, (receipt) => receipt.status === 'complete');
  const seen = async (): Promise<string> =>
    (await call(archive, `/v1/records/${theirs}/receipt`, { agency: 'lakeside' })).text;
  for (let tries = 0; !(await seen()).includes('"status":"complete"'); tries += 1) {
    if (tries === 300) throw new Error(await seen());
    await sleep(100);
  }
  // A record may be complete while somebody still looks at its picture.
  const inspecting = async (): Promise<number> =>
    (await archive.sql.query("select from step where name = 'inspect'")).rowCount ?? 0;
  while ((await inspecting()) > 0) await sleep(50);
  await archive.stopWork();
  await archive.sql.query(
    "insert into step (record_id, name, agency_id, parked_at, error_code, error) values ($1, 'inspect', 'lakeside', now(), 'internal', 'x')",
    [theirs],
  );
  const { personId } = await colleague(archive, ['moderator', 'custodian'], 'lakeside');
  await archive.sql.query(
    `insert into passkey (agency_id, id, person_id, credential_id, public_key, counter, label)
     values ('lakeside', gen_random_uuid(), $1, 'of-lakeside', 'key', 0, 'x')`,
    [personId],
  );
  await archive.sql.query(
    `with a as (
       insert into agreement (agency_id, id, person_id, policy_id, version, agreed_on, paper, recorded_by)
       values ('lakeside', gen_random_uuid(), $1, 'lakeside-rules', '1', '2026-01-01', 'x', 'x') returning id)
     insert into agreement_withdrawal (agency_id, agreement_id, by) select 'lakeside', id, 'x' from a`,
    [personId],
  );
  await archive.sql.query(
    `insert into identity_provider (agency_id, issuer, client_id, client_secret, label, role_claim, role_map, changed_by, reach)
     values ('lakeside', 'https://login.lakeside.example', 'x', 'x', 'x', 'x', '{}', 'x', 'any')`,
  );
  await archive.sql.query(
    `insert into oidc_flow (agency_id, id, hash, state, nonce, verifier, issuer, next, expires_at)
     values ('lakeside', gen_random_uuid(), sha256('x'), 'x', 'x', 'x', 'x', '/', now())`,
  );
  await archive.sql.query(
    `with o as (
       insert into office (agency_id, id, name, email, duty, created_by)
       values ('lakeside', gen_random_uuid(), 'x', 'clerk@lakeside.example', 'custodian', 'x') returning id)
     insert into notice (agency_id, office_id, record_id, kind) select 'lakeside', o.id, $1, 'sealed' from o`,
    [theirs],
  );
  await archive.sql.query(
    `insert into view_ticket (agency_id, id, hash, record_id, n, session_id, shows, console, expires_at)
     select 'lakeside', gen_random_uuid(), sha256('x'), $1, 2, id, true, 'http://x', now() from session where person_id = $2`,
    [theirs, personId],
  );
  await archive.sql.query(
    `insert into upload (agency_id, id, person_id, staged, size_bytes, original_name, metadata, expires_at)
     values ('lakeside', gen_random_uuid(), $1, 'of-lakeside', 1, 'quokka.png', 'filename x', now() + interval '1 day')`,
    [personId],
  );
  await archive.sql.query(
    "insert into sign_in_attempt (agency_id, id, who) values ('lakeside', gen_random_uuid(), sha256('x'))",
  );
  await archive.sql.query(
    `insert into second_look (agency_id, record_id, fact_n, looked_at, answer, outcome, finding)
     values ('lakeside', $1, 1, now(), 'there', 'captured', '{"address": "https://lakeside.example"}')`,
    [theirs],
  );
});
afterAll(async () => await archive?.close());

/** Of Lakeside, one of each. */
beforeAll(async () => {
  await archive.sql.query(
    `with b as (
       insert into fixity_batch (agency_id, id, layer, at, objects, failed, bytes, oldest_days, salt, root)
       values ('lakeside', gen_random_uuid(), 'read', now(), 1, 0, 1, 0, sha256('x'), sha256('x')) returning id)
     insert into fixity_row (agency_id, batch_id, n, key, version_id, sha256, result, leaf)
     select 'lakeside', b.id, 0, 'x', 'x', 'x', 'ok', sha256('x') from b`,
  );
  await archive.sql.query(
    `insert into fixity_stray (agency_id, key, version_id, is_marker, size_bytes, found_at, seen_at)
     values ('lakeside', 'x', 'x', false, 1, now(), now())`,
  );
  await archive.sql.query(
    `insert into fixity_replaced (agency_id, key, version_id)
     select agency_id, key, 'x' from object where agency_id = 'lakeside' limit 1`,
  );
  await archive.sql.query(
    "insert into fixity_listing (agency_id, listed_at, versions) values ('lakeside', now(), 1)",
  );
  await archive.sql.query(
    "insert into fixity_log (agency_id, checked_at, wrong) values ('lakeside', now(), 0)",
  );
  await archive.sql.query(
    `insert into edition (agency_id, edition, title, source, added_by) values ('lakeside', 'of-lakeside', 'x', 'x', 'x')`,
  );
  await archive.sql.query(
    `insert into edition_confirmation (agency_id, edition, person_id, digest)
     select 'lakeside', 'of-lakeside', r.person_id, edition_digest('lakeside', 'of-lakeside') from person_role r
      where r.agency_id = 'lakeside' and r.role = 'custodian'`,
  );
  await archive.sql.query(
    `with s as (insert into series (agency_id, edition, code, title, citation) values ('lakeside', 'of-lakeside', 'x', 'x', 'x') returning *)
     insert into record_series (agency_id, record_id, edition, series, reason, by)
     select 'lakeside', $1, edition, code, 'x', 'x' from s`,
    [theirs],
  );
  await archive.sql.query(
    `with d as (
       insert into disposal (agency_id, id, title, edition, cutoff, created_by, cooling_off)
       values ('lakeside', gen_random_uuid(), 'x', 'of-lakeside', '2026-01-01', 'x', '7 days') returning id),
     i as (
       insert into disposal_failure (agency_id, disposal_id, record_id, place, code)
       select 'lakeside', id, $1, 'first', 'x' from d)
     select id from d`,
    [theirs],
  );
  await archive.sql.query(
    `insert into disposal_item (agency_id, disposal_id, record_id, edition, series, due_on, from_day, objects, bytes)
     select 'lakeside', id, $1, 'of-lakeside', 'x', '2026-01-01', '2026-01-01', 1, 1 from disposal where agency_id = 'lakeside'`,
    [theirs],
  );
  await archive.sql.query(
    `insert into record_day (agency_id, id, record_id, event, day, by)
     values ('lakeside', gen_random_uuid(), $1, 'posted', '2026-01-01', 'x')`,
    [theirs],
  );
  await archive.sql.query(
    `insert into retention (agency_id, record_id, kind) values ('lakeside', $1, 'unclassified') on conflict do nothing`,
    [theirs],
  );
  await archive.sql.query(
    `insert into reclassification (agency_id, id, record_id, did, edition, series, reason, by)
     values ('lakeside', gen_random_uuid(), $1, 'added', 'of-lakeside', 'x', 'x', 'x')`,
    [theirs],
  );
  await archive.sql.query(
    `with h as (
       insert into hold (agency_id, id, kind, title, reason, ends, placed_by)
       values ('lakeside', gen_random_uuid(), 'other', 'x', 'x', 'x', 'x') returning id)
     insert into hold_record (agency_id, hold_id, record_id) select 'lakeside', id, $1 from h`,
    [theirs],
  );
  await archive.sql.query("insert into lock_round (agency_id, begun_at) values ('lakeside', now())");
  await archive.sql.query(
    "insert into lock_finding (agency_id, key, version_id, code) values ('lakeside', 'x', 'x', 'missing')",
  );
  await archive.sql.query(
    `insert into agency_calendar (agency_id, n, hours, observes, saturday_holidays, closings, after_hours, by)
     values ('lakeside', 1, '{"1": {"opens": 480, "closes": 1020}}', '{}', 'business-day', '[]', 'that-day', 'x')`,
  );
  await archive.sql.query(
    `with r as (
       insert into request (agency_id, id, tracking, channel, words, first_received_at, state, entered_by)
       values ('lakeside', gen_random_uuid(), 'QQQQQQQQQQQQQQQQ', 'letter', 'quokka', now(), 'received', 'x') returning id)
     insert into request_correspondence (agency_id, request_id, n, way, channel, words, at, by)
     select 'lakeside', id, 1, 'note', 'letter', 'quokka', now(), 'x' from r`,
  );
  for (const collected of [
    `insert into request_search (agency_id, request_id, n, search, found, index_state, by)
     select 'lakeside', id, 1, '{"q": "quokka", "filters": {}}', 1, '{}', 'x' from request where agency_id = 'lakeside'`,
    `with h as (
       insert into hold (agency_id, id, kind, title, reason, ends, placed_by)
       values ('lakeside', gen_random_uuid(), 'sunshine-request', 'x', 'x', 'x', 'x') returning id)
     insert into request_hold (agency_id, request_id, hold_id)
     select 'lakeside', r.id, h.id from request r, h where r.agency_id = 'lakeside'`,
    `insert into request_record (agency_id, request_id, record_id, by)
     select 'lakeside', q.id, r.id, 'x' from request q, record r where q.agency_id = 'lakeside' and r.agency_id = 'lakeside'`,
    `insert into review (agency_id, request_id, record_id, n, answer, note, acknowledged, by)
     select agency_id, request_id, record_id, 1, 'release', 'quokka', '["field:1/data/notes"]', 'x' from request_record where agency_id = 'lakeside'`,
    // It is said after a closing; the row of a request that stands here is an open one.
    "set session_replication_role = 'replica'",
    `insert into request_kept_until (agency_id, request_id, n, until, reason, by)
     select 'lakeside', id, 1, '2027-01-01', 'quokka', 'x' from request where agency_id = 'lakeside'`,
    'reset session_replication_role',
  ])
    await archive.sql.query(collected);
  await archive.sql.query(
    `insert into request_correction (agency_id, request_id, n, first_was, first_received_at, reason, by)
     select agency_id, id, 1, first_received_at, first_received_at - interval '1 hour', 'quokka', 'x'
       from request where agency_id = 'lakeside' and state <> 'closed'`,
  );
  for (const written of [
    `insert into request_correspondence (agency_id, request_id, n, way, channel, words, at, by)
     select 'lakeside', id, 2, 'out', 'letter', 'quokka', now(), 'x' from request where tracking = 'QQQQQQQQQQQQQQQQ'`,
    `insert into request_letter (agency_id, request_id, n, kind, language, way, template_n, facts, pdf, pdf_sha256, by)
     select 'lakeside', id, 2, 'acknowledgement', 'en', 'mail', 0, '{"mustSay": []}', 'quokka', encode(sha256('quokka'), 'hex'), 'x'
       from request where tracking = 'QQQQQQQQQQQQQQQQ'`,
    `insert into mail_taken (agency_id, id, bytes, by) values ('lakeside', gen_random_uuid(), 'quokka', 'x')`,
    `insert into request_mail (agency_id, request_id, n, bytes, sha256, parts, by)
     select 'lakeside', id, 1, 'quokka', encode(sha256('quokka'), 'hex'), '[]', 'x' from request where tracking = 'QQQQQQQQQQQQQQQQ'`,
    `insert into request_contact (agency_id, request_id, n, contact, reason, by)
     select 'lakeside', id, 1, 'quokka', 'quokka', 'x' from request where tracking = 'QQQQQQQQQQQQQQQQ'`,
    `insert into letter_mail (agency_id, request_id, n, ended_at, ended_as)
     select 'lakeside', id, 2, now(), 'mailed' from request where tracking = 'QQQQQQQQQQQQQQQQ'`,
    `insert into search_certificate (agency_id, request_id, search_n, paper, sha256, by)
     select 'lakeside', id, 1, '{"quokka": 1}', encode(sha256('{"quokka": 1}'), 'hex'), 'x' from request where tracking = 'QQQQQQQQQQQQQQQQ'`,
    `insert into letter_template (agency_id, kind, language, n, text, by) values ('lakeside', 'closing', 'en', 1, 'quokka', 'x')`,
    `insert into fee_rates (agency_id, n, rates, by) values ('lakeside', 1, '{"pageCents": 5, "source": "quokka"}', 'x')`,
  ])
    await archive.sql.query(written);
  // Past the triggers, by which nothing is out that was not made, looked through and sealed.
  await archive.sql.query("set session_replication_role = 'replica'");
  await archive.sql.query(
    `with p as (
       insert into production (agency_id, id, request_id, n, state, asked, made_by, bates_prefix, bates_first, object_key, version_id, locked_until,
                               released_at, released_by)
       select 'lakeside', gen_random_uuid(), id, 1, 'released', '{}', 'quokka', 'X', 1, 'x', 'x', now(), now(), 'x' from request
        where tracking = 'QQQQQQQQQQQQQQQQ' returning id),
     r as (
       insert into production_record (agency_id, production_id, n, record_id, review_n, answer)
       select 'lakeside', p.id, 1, c.id, 1, 'release' from p, record c where c.agency_id = 'lakeside'),
     l as (
       insert into production_link (agency_id, production_id, n, hash, made_by, expires_at)
       select 'lakeside', id, 1, sha256('x'), 'x', now() + interval '1 day' from p),
     b as (
       insert into production_build (agency_id, production_id, ended_at) select 'lakeside', id, now() from p)
     insert into production_download (agency_id, production_id, n, link_n) select 'lakeside', id, 1, 1 from p`,
  );
  await archive.sql.query('reset session_replication_role');
});

/** A connection of its own that has become one of the roles, as the processes' do. */
async function as<T>(role: (typeof ROLES)[number], work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: archive.databaseUrl, options: `-c role=${role}` });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The SQLSTATE of a refusal, or how many rows it touched. */
async function outcome(client: Client, statement: string, values: unknown[] = []): Promise<string | number> {
  try {
    return (await client.query(statement, values)).rowCount ?? 0;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

const DENIED = '42501';

/** Tables from which the function that destroys rows takes them, or that it asks whether it may. */
const OF_DISPOSAL = [
  'disposal',
  'disposal_item',
  'disposal_failure',
  'record',
  'event',
  'log_outbox',
  'log_leaf',
  'fixity_row',
  'fixity_stray',
  'fixity_replaced',
  'fixity',
  'upload',
  'view_ticket',
  'notice',
  'second_look',
  'step',
  'artifact',
  'object',
  'seal',
  'fact',
  'retention',
  'record_series',
  'record_day',
  'reclassification',
  'lock_finding',
  'hold_owed',
];

/** What was applied, and when work that comes round was last done: of no agency, and nothing of one. */
const OF_NO_AGENCY = ['ceremony', 'chore', 'first_account_link', 'fixity_pass', 'log_name', 'migration'];

async function tables(): Promise<string[]> {
  const { rows } = await archive.sql.query<{ name: string }>(
    "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f') order by 1",
  );
  return rows.map((row) => row.name);
}

describe('the catalogue', () => {
  test('every table that carries an agency is walled, and the walls bind its owner too', async () => {
    const { rows } = await archive.sql.query<{ name: string; walled: boolean; agency: boolean }>(`
      select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as walled,
             c.relname = 'agency' or exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'agency_id') as agency
        from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')`);
    expect(
      rows
        .filter((row) => !row.agency)
        .map((row) => row.name)
        .toSorted(),
    ).toEqual(OF_NO_AGENCY);
    const carrying = rows.filter((row) => row.agency);
    expect(carrying.length).toBeGreaterThanOrEqual(14);
    expect(carrying.filter((row) => !row.walled)).toEqual([]);
  });

  test('each policy is as narrow as it is written here', async () => {
    const { rows } = await archive.sql.query<{ line: string }>(`
      select format('%s %s %s: %s / %s', tablename, array_to_string(roles, ','), lower(cmd), qual, coalesce(with_check, '-')) as line
        from pg_policies where schemaname = 'public' order by 1`);
    const own = "(agency_id = current_setting('app.agency'::text))";
    const walled = [
      'account',
      'account_version',
      'agency_calendar',
      'agreement',
      'agreement_withdrawal',
      'anchor_trouble',
      'api_key',
      'arrival',
      'artifact',
      'artifact_text',
      'classification_rule',
      'disposal',
      'disposal_failure',
      'disposal_item',
      'edition',
      'edition_confirmation',
      'event',
      'fact',
      'fee_rates',
      'fixity',
      'fixity_batch',
      'fixity_listing',
      'fixity_log',
      'fixity_replaced',
      'fixity_row',
      'fixity_stray',
      'ground',
      'hold',
      'hold_owed',
      'hold_record',
      'identity_provider',
      'invitation',
      'letter_mail',
      'letter_template',
      'lock_finding',
      'lock_round',
      'log_anchor',
      'log_checkpoint',
      'log_head',
      'log_key',
      'log_leaf',
      'log_outbox',
      'log_standing',
      'mail_taken',
      'notice',
      'object',
      'office',
      'oidc_flow',
      'passkey',
      'person',
      'person_role',
      'policy_version',
      'production',
      'production_build',
      'production_download',
      'production_link',
      'production_record',
      'public_face',
      'reclassification',
      'record',
      'record_day',
      'record_series',
      'request',
      'request_contact',
      'request_correction',
      'request_correspondence',
      'request_hold',
      'request_kept_until',
      'request_letter',
      'request_mail',
      'request_record',
      'request_search',
      'retention',
      'review',
      'seal',
      'search_certificate',
      'second_look',
      'series',
      'session',
      'sign_in_attempt',
      'step',
      'view_ticket',
      'upload',
    ];
    expect(rows.map((row) => row.line)).toEqual(
      [
        ...walled.map((table) => `${table} holdfast_app all: ${own} / ${own}`),
        "agency holdfast_app all: (id = current_setting('app.agency'::text)) / -",
        ...['agency', 'notice', 'step', 'object', 'letter_mail', 'production_build'].map(
          (table) => `${table} holdfast_system all: true / true`,
        ),
        ...[
          'api_key',
          'record',
          'seal',
          'artifact',
          'artifact_text',
          'disposal',
          'fixity',
          'fixity_log',
          'fixity_stray',
          'hold_owed',
          'identity_provider',
          'invitation',
          'lock_finding',
          'lock_round',
          'office',
          'passkey',
          'person',
          'production',
          'production_link',
          'session',
          'view_ticket',
        ].map((table) => `${table} holdfast_system select: true / -`),
        'upload holdfast_system all: true / -',
        "event holdfast_system insert:  / ((record_id IS NULL) AND (type = 'agency.added'::text))",
        'log_outbox holdfast_system all: true / true',
        ...['log_head', 'log_checkpoint', 'log_standing'].map(
          (table) => `${table} holdfast_system select: true / -`,
        ),
        // The sequencer alone writes the log, of every agency; of the rest it sees the history, and adds to it what the log says of itself.
        ...['log_outbox', 'log_head', 'log_leaf', 'log_checkpoint', 'log_key', 'log_standing'].map(
          (table) => `${table} holdfast_log all: true / true`,
        ),
        ...['event', 'agency'].map((table) => `${table} holdfast_log select: true / -`),
        "event holdfast_log insert:  / (((body ->> 'restored'::text) = 'true'::text) AND (EXISTS ( SELECT\n   FROM log_leaf l,\n    LATERAL ( SELECT (convert_from(l.entry, 'UTF8'::name))::jsonb AS said) e\n  WHERE ((l.agency_id = event.agency_id) AND (l.event_id = event.id) AND (NOT (l.record_id IS DISTINCT FROM event.record_id)) AND ((e.said ->> 'type'::text) = event.type) AND ((e.said ->> 'actor'::text) = event.actor) AND (((e.said ->> 'at'::text))::timestamp with time zone = event.at)))))",
        "event holdfast_log insert:  / ((record_id IS NULL) AND (actor = 'worker:log'::text) AND (type = ANY (ARRAY['log-key.added'::text, 'log-key.retired'::text, 'restore.performed'::text])))",
        ...['record', 'record_series', 'retention', 'series', 'step'].map(
          (table) => `${table} holdfast_search select: true / -`,
        ),
        // What destroys rows sees the agency of its transaction, and there the tables that it takes them from.
        ...OF_DISPOSAL.map((table) => `${table} holdfast_disposal all: ${own} / -`),
      ].toSorted(),
    );
  });

  test('the roles are nobody: no superuser, no bypass, no login, no table of their own', async () => {
    const { rows } = await archive.sql.query(
      `select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication
         from pg_roles where rolname = any($1) order by 1`,
      [ROLES],
    );
    expect(rows).toEqual(
      ROLES.map((rolname) => ({
        rolname,
        rolsuper: false,
        rolbypassrls: false,
        rolcreaterole: false,
        rolcreatedb: false,
        rolcanlogin: false,
        rolreplication: false,
      })),
    );
    const members = await archive.sql.query(
      `select 1 from pg_auth_members m join pg_roles r on r.oid = m.member where r.rolname = any($1)`,
      [ROLES],
    );
    expect(members.rowCount, 'none of them is a member of any other').toBe(0);
    const owned = await archive.sql.query<{ what: string }>(
      `select pg_describe_object(classid, objid, objsubid) as what from pg_shdepend
        where refclassid = 'pg_authid'::regclass and deptype = 'o' and dbid = (select oid from pg_database where datname = current_database())
          and refobjid = any(select oid from pg_roles where rolname = any($1))`,
      [ROLES],
    );
    expect(
      owned.rows
        .map((row) => row.what)
        .toSorted()
        .toReversed(),
    ).toEqual([
      'function search_records(text,jsonb,timestamp with time zone,uuid,integer)',
      'function owe_entry()',
      'function destroy_rows(uuid,uuid)',
    ]);
  });

  /** Role → table → verb; a list of columns where the grant is on columns. Whatever is not here is not granted. */
  const GRANTS: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>> = {
    PUBLIC: { migration: { select: '*' } },
    holdfast_app: {
      agency: { select: '*', update: 'fiscal_year_start' },
      api_key: { select: '*', insert: '*', update: 'expires_at revoked_at' },
      policy_version: { select: '*', insert: '*' },
      ground: { select: '*', insert: '*' },
      account: {
        select: '*',
        insert: '*',
        update:
          'admin_names admin_people approved_by approved_on closed_at comment_rule department forum handle name native_id url',
      },
      account_version: { select: '*', insert: '*' },
      agreement: {
        select: '*',
        insert: 'agency_id agreed_on id paper person_id policy_id recorded_by version',
      },
      agreement_withdrawal: { select: '*', insert: 'agency_id agreement_id by' },
      edition: {
        select: '*',
        insert: '*',
        update: 'ended_in_log superseded_at superseded_by withdrawn_at withdrawn_because withdrawn_by',
      },
      edition_confirmation: { select: '*', insert: '*' },
      series: { select: '*', insert: '*' },
      record_series: { select: '*', insert: '*', delete: '*' },
      record_day: { select: '*', insert: '*', update: 'withdrawn_at withdrawn_by' },
      retention: {
        select: '*',
        insert: '*',
        update: 'computed_at disposed_at due_on edition from_day kind ruled_at series waits_for',
      },
      hold: { select: '*', insert: '*', update: 'release_reason released_at released_by' },
      hold_record: { select: '*', insert: '*', update: 'released_at' },
      classification_rule: { select: '*', insert: '*', update: 'ended_at ended_by' },
      reclassification: { select: '*', insert: '*' },
      hold_owed: { select: '*', insert: '*', update: 'due_at generation', delete: '*' },
      agency_calendar: { select: '*', insert: '*' },
      request: {
        select: '*',
        insert: '*',
        update:
          'appeal_until calendar_n closed_at closed_by contact custodian_received_at due_on first_received_at outcome state',
      },
      request_correction: { select: '*', insert: '*' },
      request_correspondence: { select: '*', insert: '*' },
      mail_taken: { select: '*', insert: '*', delete: '*' },
      request_mail: { select: '*', insert: '*' },
      request_contact: { select: '*', insert: '*' },
      letter_template: { select: '*', insert: '*' },
      fee_rates: { select: '*', insert: '*' },
      search_certificate: { select: '*', insert: '*' },
      request_letter: { select: '*', insert: '*' },
      letter_mail: { select: '*', insert: '*', update: 'due_at ended_as ended_at error_code' },
      request_search: { select: '*', insert: '*' },
      request_hold: { select: '*', insert: '*' },
      request_record: { select: '*', insert: '*' },
      review: { select: '*', insert: '*' },
      request_kept_until: { select: '*', insert: '*' },
      production: {
        select: '*',
        insert: '*',
        update:
          'bates_last bytes failure files gate locked_until object_key part ready_at record_pages released released_at released_by sha256 state version_id withdrawn_at withdrawn_by withdrawn_why withheld',
      },
      production_build: {
        select: '*',
        insert: '*',
        update:
          'claimed_until due_at ended_at error error_code failing_since failures fence lapses parked_at records',
      },
      production_record: { select: '*', insert: '*', update: 'bates_first bates_last' },
      production_link: { select: '*', insert: '*' },
      production_download: { select: '*', insert: '*' },
      lock_round: { select: '*', insert: '*', update: '*' },
      lock_finding: { select: '*', insert: '*', update: 'found_at gone_at seen_at' },
      disposal: {
        select: '*',
        insert: '*',
        update:
          'approval approved_at approved_by authority bytes certificate cleaned cleaned_at completed_at cooling_until digest ended_at ended_because ended_by finished_at locked_until objects proposed_at proposed_by records sealed started_at state',
      },
      disposal_item: {
        select: '*',
        insert: '*',
        update:
          'code destroyed_at evidence excluded_at excluded_by excluded_why gone_at marked_at sentence state',
      },
      disposal_failure: { select: '*', insert: '*', update: 'at attempts code', delete: '*' },
      record: {
        select: '*',
        insert: '*',
        update:
          'address author capture capture_outcome edition excerpt grounds removal removed_at search series series_reason state verb',
      },
      fact: { select: '*', insert: '*', update: 'deliveries seal_no' },
      artifact: { select: '*', insert: '*', update: 'inline picture seal_no staged' },
      artifact_text: {
        select: '*',
        insert: '*',
        update: 'at attempts code confidence due_at engine state text words',
      },
      seal: { select: '*', insert: '*', update: 'immutability mode sealed_at store_kind' },
      object: {
        select: '*',
        insert: '*',
        update: 'body confirmed_at held_at lapses_since locked_until retain_until version_id',
      },
      event: { select: '*', insert: '*' },
      log_outbox: { select: '*' },
      log_head: { select: '*' },
      log_leaf: { select: '*' },
      log_checkpoint: { select: '*' },
      log_key: { select: '*' },
      log_anchor: { select: '*', insert: '*' },
      anchor_trouble: { select: '*', insert: '*', update: 'attempts code due_at', delete: '*' },
      log_standing: { select: '*' },
      second_look: { select: '*', insert: '*' },
      fixity: {
        select: '*',
        insert: '*',
        update: 'copied_at copy_until copy_version ended_at findings found_at looked_at read_at',
      },
      fixity_batch: { select: '*', insert: '*' },
      fixity_row: { select: '*', insert: '*' },
      fixity_stray: { select: '*', insert: '*', update: 'found_at gone_at seen_at' },
      fixity_replaced: { select: '*', insert: '*' },
      fixity_listing: { select: '*', insert: '*', update: 'listed_at versions' },
      fixity_log: { select: '*', insert: '*', update: 'checked_at wrong' },
      step: { select: '*', insert: '*', update: '*', delete: '*' },
      person: {
        select: '*',
        insert: '*',
        update: 'code_secret code_step email issuer left_at name password provider_until subject',
      },
      person_role: { select: '*', insert: '*', update: 'ended_at ended_by' },
      passkey: { select: '*', insert: '*', update: 'counter label revoked_at used_at' },
      session: { select: '*', insert: '*', update: 'ended_at ended_because seen_at' },
      invitation: { select: '*', insert: '*', update: 'used_at' },
      sign_in_attempt: { select: '*', insert: '*', update: 'succeeded', delete: '*' },
      identity_provider: {
        select: '*',
        insert: '*',
        delete: '*',
        update:
          'changed_at changed_by client_id client_secret issuer label reach required_amr role_claim role_map',
      },
      oidc_flow: { select: '*', insert: '*', delete: '*' },
      office: { select: '*', insert: '*', update: 'email ended_at ended_by' },
      arrival: { select: '*', insert: '*', update: 'arrived_at noted_at noted_by' },
      notice: {
        select: '*',
        insert: '*',
        update: 'claimed_until due_at ended_as ended_at error_code',
      },
      view_ticket: { select: '*', insert: '*', delete: '*' },
      public_face: { select: '*', insert: '*', update: 'changed_at changed_by look_up requests tiles' },
      upload: {
        select: '*',
        insert: '*',
        delete: '*',
        update:
          'claimed_type expires_at finished_at metadata offset_bytes original_name sha256 sniffed_type taken_over used_at writer writing_until',
      },
    },
    holdfast_system: {
      agency: { select: '*', insert: '*' },
      api_key: { select: '*' },
      step: { select: '*', insert: '*', update: '*', delete: '*' },
      record: { select: 'agency_id capture_outcome id received_at removal series state' },
      seal: { select: '*' },
      object: {
        select:
          'agency_id confirmed_at key lapses_since locked_until record_id retain_until seal_no size_bytes version_id',
        update: 'locked_until',
      },
      artifact: { select: 'agency_id n record_id seal_no staged' },
      artifact_text: { select: 'agency_id code due_at n record_id since state' },
      chore: { select: '*', insert: '*', update: '*' },
      fixity: {
        select: 'agency_id copied_at ended_at findings found_at looked_at read_at record_id sealed_at',
      },
      fixity_stray: { select: 'agency_id found_at gone_at' },
      fixity_log: { select: '*' },
      hold_owed: { select: '*' },
      lock_round: { select: '*' },
      lock_finding: { select: 'agency_id code found_at gone_at' },
      fixity_pass: { select: '*', insert: '*', update: '*' },
      person: { select: 'agency_id created_by id left_at' },
      identity_provider: { select: 'agency_id' },
      event: { insert: 'actor agency_id body id record_id type' },
      log_outbox: { select: '*' },
      log_head: { select: 'agency_id origin published size' },
      log_checkpoint: { select: 'agency_id at size' },
      log_standing: { select: '*' },
      passkey: { select: 'agency_id credential_id person_id' },
      session: { select: 'agency_id hash id' },
      invitation: { select: 'agency_id expires_at hash id used_at' },
      view_ticket: { select: 'agency_id hash id' },
      first_account_link: { select: '*', insert: '*', update: '*' },
      ceremony: { select: '*', insert: '*', delete: '*' },
      office: { select: 'agency_id duty ended_at id policy_id' },
      notice: { select: '*', update: 'attempts begun_at claimed_until letter' },
      letter_mail: { select: '*', update: 'attempts begun_at claimed_until' },
      upload: { select: 'agency_id expires_at id staged used_at', delete: '*' },
      disposal: { select: 'agency_id cleaned_at completed_at cooling_until id locked_until state' },
      production: { select: 'agency_id id locked_until state' },
      production_build: { select: '*', update: 'claimed_at claimed_until fence lapses' },
      production_link: { select: 'agency_id hash n production_id' },
    },
    holdfast_disposal: {
      disposal: { select: '*' },
      disposal_item: { select: '*' },
      disposal_failure: { select: '*' },
      record: {
        select: 'account account_id agency_id id state',
        update:
          'account address author capture capture_outcome excerpt removed_at search series_reason state',
      },
      event: { select: 'agency_id record_id seq' },
      log_outbox: { select: 'agency_id seq' },
      log_leaf: { select: 'agency_id record_id', update: 'salt' },
      fixity_row: { select: 'agency_id key', update: 'key sha256 version_id' },
      fixity_stray: { select: 'agency_id key', delete: '*' },
      fixity_replaced: { select: 'agency_id key', delete: '*' },
      fixity: { select: 'agency_id ended_at record_id', update: 'ended_at', delete: '*' },
      upload: { select: 'agency_id sha256 used_at', delete: '*' },
      artifact: { select: 'agency_id record_id sha256', delete: '*' },
      object: { select: 'agency_id key record_id', delete: '*' },
      view_ticket: { select: 'agency_id record_id', delete: '*' },
      notice: { select: 'agency_id record_id', delete: '*' },
      second_look: { select: 'agency_id record_id', delete: '*' },
      step: { select: 'agency_id record_id', delete: '*' },
      seal: { select: 'agency_id record_id', delete: '*' },
      fact: { select: 'agency_id record_id', delete: '*' },
      retention: { select: 'agency_id disposed_at record_id', update: 'disposed_at' },
      reclassification: { select: 'agency_id record_id', update: 'reason' },
      lock_finding: { select: 'agency_id key', delete: '*' },
      hold_owed: { select: 'agency_id record_id', delete: '*' },
      record_series: { select: 'agency_id record_id', update: 'reason' },
      record_day: { select: 'agency_id record_id', update: 'note' },
    },
    holdfast_log: {
      agency: { select: 'id' },
      event: { select: '*', insert: 'actor agency_id at body id record_id type' },
      log_outbox: { select: '*', insert: '*', delete: '*' },
      log_head: { select: '*', insert: '*', update: 'frontier leases_at published size' },
      log_leaf: { select: '*', insert: '*' },
      log_checkpoint: { select: '*', insert: '*' },
      log_key: { select: '*', insert: '*', update: 'last_size' },
      log_name: { select: '*', insert: '*' },
      log_standing: { select: '*', insert: '*', update: '*', delete: '*' },
    },
    holdfast_search: {
      record: {
        select:
          'account agency_id capture_outcome edition grounds id platform received_at removal search series state verb',
      },
      step: { select: 'parked_at record_id' },
      record_series: { select: 'agency_id edition record_id series' },
      series: { select: 'agency_id code edition' },
      retention: { select: 'agency_id disposed_at edition kind record_id series' },
    },
  };

  test('each role holds exactly the grants that are written here', async () => {
    const { rows } = await archive.sql.query<{ role: string; table: string; verb: string; columns: string }>(`
      select coalesce(r.rolname, 'PUBLIC') as role, g.name as table, lower(g.verb) as verb,
             case when bool_or(g.col is null) then '*' else string_agg(g.col, ' ' order by g.col) end as columns
        from (select c.relname as name, null as col, (aclexplode(c.relacl)).grantee, (aclexplode(c.relacl)).privilege_type as verb, c.relowner
                from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
              union all
              select c.relname, a.attname, (aclexplode(a.attacl)).grantee, (aclexplode(a.attacl)).privilege_type, c.relowner
                from pg_attribute a join pg_class c on c.oid = a.attrelid
               where c.relnamespace = 'public'::regnamespace and not a.attisdropped) g
        left join pg_roles r on r.oid = g.grantee
       where g.grantee <> g.relowner
       group by 1, 2, 3`);
    const found: Record<string, Record<string, Record<string, string>>> = {};
    for (const { role, table, verb, columns } of rows) ((found[role] ??= {})[table] ??= {})[verb] = columns;
    expect(found).toEqual(GRANTS);
    expect(rows.length).toBeGreaterThan(40);
  });

  test('a function that has another’s rights looks for names where nobody else can put any', async () => {
    const { rows } = await archive.sql.query<{ name: string; settings: string[] }>(
      `select proname as name, proconfig as settings from pg_proc where pronamespace = 'public'::regnamespace and prosecdef order by 1`,
    );
    expect(rows).toEqual(
      ['destroy_rows', 'owe_entry', 'search_records'].map((name) => ({
        name,
        settings: ['search_path=pg_catalog, public, pg_temp'],
      })),
    );
    const database = escapeIdentifier(new URL(archive.databaseUrl).pathname.slice(1));
    await archive.sql.query(`grant temporary on database ${database} to holdfast_app`);
    await as('holdfast_app', async (client) => {
      await client.query("select set_config('app.agency', 'rivertown', false)");
      await client.query(
        `create temp view record as select 'rivertown'::text as agency_id, gen_random_uuid() as id, now() as received_at, null::tsvector as search`,
      );
      await client.query('grant select on pg_temp.record to public');
      const found = await client.query<{ id: string }>(
        "select id from search_records(null, '{}', null, null, 10)",
      );
      expect(found.rows).toEqual([{ id: ours }]);
    });
  });

  test('nobody but the owner may call what crosses agencies, make tables, or count by themselves', async () => {
    const { rows } = await archive.sql.query<{ line: string }>(`
      select format('%s %s', p.proname, coalesce(r.rolname, 'PUBLIC')) as line
        from pg_proc p cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a left join pg_roles r on r.oid = a.grantee
       where p.pronamespace = 'public'::regnamespace and p.prosecdef order by 1`);
    expect(rows.map((row) => row.line)).toEqual([
      'destroy_rows holdfast_app',
      'destroy_rows holdfast_disposal',
      'owe_entry holdfast_log',
      'search_records holdfast_app',
      'search_records holdfast_search',
    ]);
    for (const role of ROLES)
      await as(role, async (client) => {
        expect(await outcome(client, 'create table public.mine (n int)'), role).toBe(DENIED);
        expect(
          await outcome(client, 'create function public.mine() returns int language sql as $$ select 1 $$'),
          role,
        ).toBe(DENIED);
        expect(
          await outcome(client, "select * from search_records('quokka', '{}', null, null, 10)"),
          role,
        ).toBe(['holdfast_system', 'holdfast_log', 'holdfast_disposal'].includes(role) ? DENIED : '42704');
        expect(await outcome(client, 'truncate event'), role).toBe(DENIED);
      });
  });
});

describe('the roles', () => {
  test.each([
    ['record', 'excerpt'],
    ['record', 'author'],
    ['record', 'address'],
    ['record', 'search'],
    ['record', 'capture'],
    ['record', 'account'],
    ['record', 'subject'],
    ['artifact', 'original_name'],
    ['artifact', 'inline'],
    ['artifact', 'sha256'],
    ['artifact_text', 'text'],
    ['fact', 'body'],
    ['fact', 'words'],
    ['fact', 'id'],
    ['event', 'body'],
    ['second_look', 'finding'],
    ['object', 'body'],
    ['object', 'sha256'],
    ['ground', 'clause'],
    ['account', 'handle'],
    ['policy_version', 'title'],
    ['classification_rule', 'matches'],
    ['series', 'title'],
    ['person', 'name'],
    ['person', 'email'],
    ['person', 'password'],
    ['person', 'code_secret'],
    ['passkey', 'public_key'],
    ['session', 'person_id'],
    ['invitation', 'person_id'],
    ['sign_in_attempt', 'who'],
    ['identity_provider', 'client_secret'],
    ['identity_provider', 'issuer'],
    ['oidc_flow', 'verifier'],
    ['office', 'email'],
    ['office', 'name'],
    ['arrival', 'noted_at'],
    ['view_ticket', 'record_id'],
    ['view_ticket', 'session_id'],
    ['upload', 'original_name'],
    ['upload', 'metadata'],
    ['fixity', 'key'],
    ['fixity_batch', 'root'],
    ['fixity_row', 'sha256'],
    ['fixity_stray', 'key'],
    ['hold', 'title'],
    ['hold', 'search'],
    ['lock_finding', 'key'],
    ['fixity_replaced', 'version_id'],
    ['fixity_listing', 'versions'],
  ])('the system role cannot read %s.%s', async (table, column) => {
    await as('holdfast_system', async (client) => {
      expect(await outcome(client, `select ${column} from ${table}`)).toBe(DENIED);
      expect(await outcome(client, `select 1 from ${table} where ${column} is not null`)).toBe(DENIED);
    });
    const there = await archive.sql.query(`select ${column} from ${table} limit 1`);
    expect(there.rowCount, 'there would be something to read').toBe(1);
  });

  test('facts and history change in nothing that they say, and never go', async () => {
    await as('holdfast_app', async (client) => {
      await client.query("select set_config('app.agency', 'rivertown', false)");
      const count = async (table: string): Promise<number> =>
        Number(await outcome(client, `select 1 from ${table} where record_id = $1`, [ours]));
      for (const table of ['fact', 'event'] as const) {
        expect(await count(table)).toBeGreaterThan(0);
        const { rows } = await archive.sql.query<{ name: string }>(
          'select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0',
          [table],
        );
        for (const { name } of rows) {
          const allowed = table === 'fact' && (name === 'deliveries' || name === 'seal_no');
          const ended = await outcome(client, `update ${table} set ${name} = ${name} where record_id = $1`, [
            ours,
          ]);
          // 428C9: a column that Postgres itself fills, for everybody.
          const wanted = allowed ? 1 : table === 'event' && name === 'seq' ? '428C9' : DENIED;
          expect(ended, `${table}.${name}`).toBe(wanted);
        }
        expect(await outcome(client, `delete from ${table}`)).toBe(DENIED);
      }
      for (const table of ['record', 'artifact', 'seal', 'object'])
        expect(await outcome(client, `delete from ${table}`), table).toBe(DENIED);
      expect(await outcome(client, "update artifact set sha256 = repeat('0', 64)")).toBe(DENIED);
      expect(await outcome(client, 'update object set key = key')).toBe(DENIED);
    });
  });

  test('without an agency nothing is there, before a transaction and after one', async () => {
    await as('holdfast_app', async (client) => {
      const look = async (): Promise<(string | number)[]> => {
        const seen: (string | number)[] = [];
        for (const table of await tables())
          if (!OF_NO_AGENCY.includes(table)) seen.push(await outcome(client, `select 1 from ${table}`));
        return seen;
      };
      const before = await look();
      expect(before.length).toBeGreaterThanOrEqual(14);
      expect(new Set(before)).toEqual(new Set(['42704']));
      await client.query('begin');
      await client.query("select set_config('app.agency', 'rivertown', true)");
      expect(await outcome(client, 'select 1 from record')).toBe(1);
      await client.query('commit');
      // Postgres keeps an empty value where a local one was: no agency has that name.
      expect(new Set(await look())).toEqual(new Set([0]));
      expect(await outcome(client, "insert into agency (id, name) values ('', 'x')")).toBe(DENIED);
      expect(await outcome(client, 'select 1 from chore')).toBe(DENIED);
    });
  });

  test('in one agency, rows of another are not there to read, to change or to add', async () => {
    await as('holdfast_app', async (client) => {
      await client.query("select set_config('app.agency', 'rivertown', false)");
      let looked = 0;
      for (const table of (await tables()).filter(
        (name) => !OF_NO_AGENCY.includes(name) && name !== 'agency',
      )) {
        const all = await archive.sql.query(`select 1 from ${table} where agency_id = 'lakeside'`);
        looked += all.rowCount ?? 0;
        expect(await outcome(client, `select 1 from ${table} where agency_id <> 'rivertown'`), table).toBe(0);
      }
      expect(looked).toBeGreaterThan(20);
      expect(await outcome(client, "select 1 from agency where id <> 'rivertown'")).toBe(0);
      expect(await outcome(client, "update record set state = 'disposed' where id = $1", [theirs])).toBe(0);
      expect(await outcome(client, 'delete from step where record_id = $1', [theirs])).toBe(0);
      const adds = [
        `record (agency_id, id, subject, received_at, platform, account, kind, verb, grounds, removal, search)
           values ($1, gen_random_uuid(), 'unknown:x', now(), 'x', 'x', 'post', 'hide', '{}', 'none', '')`,
        "event (agency_id, id, type, actor, body) values ($1, gen_random_uuid(), 'x', 'x', '{}')",
        "step (record_id, name, agency_id) values (gen_random_uuid(), 'seal', $1)",
        "account (agency_id, id, platform, name) values ($1, gen_random_uuid(), 'x', 'x')",
      ];
      for (const add of adds) {
        await client.query('begin');
        expect(await outcome(client, `insert into ${add}`, ['rivertown']), add).toBe(1);
        if (add.startsWith('step')) {
          await client.query('savepoint before');
          expect(await outcome(client, "update step set agency_id = 'lakeside'")).toBe(DENIED);
          await client.query('rollback to before');
        }
        expect(await outcome(client, `insert into ${add}`, ['lakeside']), add).toBe(DENIED);
        await client.query('rollback');
      }
    });
  });

  test('an agreement is of a person and a version of its own agency, and stands as it was entered', async () => {
    const [there] = (await archive.sql.query<Record<string, string>>('select * from agreement')).rows;
    const here = await colleague(archive, ['moderator']);
    await as('holdfast_app', async (client) => {
      await client.query("select set_config('app.agency', 'rivertown', false)");
      const insert = `insert into agreement (agency_id, id, person_id, policy_id, version, agreed_on, recorded_by)
        values ('rivertown', gen_random_uuid(), $1, $2, $3, '2026-01-01', 'x')`;
      const NO_SUCH = '23503';
      const own = ['rivertown-social-media', '2026-01'];
      expect(await outcome(client, insert, [here.personId, ...own])).toBe(1);
      expect(await outcome(client, insert, [there?.['person_id'], ...own])).toBe(NO_SUCH);
      expect(await outcome(client, insert, [here.personId, 'lakeside-rules', '1'])).toBe(NO_SUCH);
      const withdraw = `insert into agreement_withdrawal (agency_id, agreement_id, by) values ('rivertown', $1, 'x')`;
      expect(await outcome(client, withdraw, [there?.['id']])).toBe(NO_SUCH);
      // Nor is it written as of another day than today.
      for (const [table, when] of [
        ['agreement', 'recorded_at'],
        ['agreement_withdrawal', 'at'],
      ] as const)
        expect(
          await outcome(
            client,
            `insert into ${table} (agency_id, ${when}) values ('rivertown', '2019-01-01')`,
          ),
          table,
        ).toBe(DENIED);
      for (const table of ['agreement', 'agreement_withdrawal'])
        for (const change of [`update ${table} set agency_id = agency_id`, `delete from ${table}`])
          expect(await outcome(client, change), change).toBe(DENIED);
    });
  });

  test('search answers for the agency of the transaction, whatever it is asked', async () => {
    const found = async (agency: string, q: string | null, filters: object): Promise<string[]> =>
      await as('holdfast_app', async (client) => {
        await client.query("select set_config('app.agency', $1, false)", [agency]);
        const { rows } = await client.query<{ id: string }>(
          'select id from search_records($1, $2, null, null, 100)',
          [q, filters],
        );
        return rows.map((row) => row.id);
      });
    expect(await found('lakeside', WORD, {})).toEqual([theirs]);
    expect(await found('rivertown', WORD, {})).toEqual([]);
    expect(await found('rivertown', null, { agency: 'lakeside', agency_id: 'lakeside' })).toEqual([ours]);
    const hostile = "x' or true or '' = '";
    for (const name of ['platform', 'account', 'ground', 'state', 'verb', 'outcome', 'removal', 'series'])
      expect(await found('rivertown', null, { [name]: hostile }), name).toEqual([]);
    expect(await found('rivertown', hostile, {})).toEqual([]);
    expect(await found('rivertown', null, { parked: 'true' })).toEqual([]);
    expect(await found('lakeside', null, { parked: 'true' })).toEqual([theirs]);
  });
});

describe('whoever runs the machine', () => {
  /** What their agency holds: its people, how they sign in, and what they did, with the log of it. */
  const OF_THE_MACHINE = [
    'anchor_trouble',
    'event',
    'invitation',
    'log_anchor',
    'log_checkpoint',
    'log_head',
    'log_key',
    'log_leaf',
    'log_outbox',
    'log_standing',
    'passkey',
    'person',
    'person_role',
    'session',
    'sign_in_attempt',
  ];
  const REFUSED = '23514';
  const IN_USE = 'HF004';

  test('has an agency that holds nothing that agencies work with, table by table', async () => {
    const carrying = await archive.sql.query<{ name: string; rule: string | null }>(`
      select c.relname as name, pg_get_constraintdef(k.oid) as rule
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'agency_id'
        left join pg_constraint k on k.conrelid = c.oid and k.conname = 'not_of_the_machine'
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1`);
    const open = carrying.rows.filter(({ rule }) => rule === null).map(({ name }) => name);
    expect(open, 'a new table of agencies says that it is none of theirs').toEqual(OF_THE_MACHINE);
    const shut = carrying.rows.filter(({ rule }) => rule !== null);
    expect(new Set(shut.map(({ rule }) => rule))).toEqual(
      new Set(["CHECK ((agency_id <> 'system'::text)) NOT VALID"]),
    );
    expect(shut.length).toBeGreaterThan(20);
    // A row that somebody else's agency has, in their name: refused, whoever asks.
    for (const { name } of shut) {
      const { rows } = await archive.sql.query<{ row: unknown }>(
        `select to_jsonb(t) || '{"agency_id": "system"}' as row from ${name} t
          order by (to_jsonb(t) ->> 'state') is not distinct from 'closed' limit 1`,
      );
      expect(rows, `there is a row of ${name} to try it with`).toHaveLength(1);
      const granted = await archive.sql.query<{ all: string }>(
        `select string_agg(quote_ident(attname), ', ') as all from pg_attribute
          where attrelid = $1::regclass and attnum > 0 and has_column_privilege('holdfast_app', attrelid, attnum, 'insert')`,
        [`public.${name}`],
      );
      const columns = granted.rows[0]?.all;
      // With its schema: "record" alone is a word of Postgres.
      const add = `insert into public.${name} (${columns}) select ${columns} from jsonb_populate_record(null::public.${name}, $1)`;
      await as('holdfast_app', async (client) => {
        await client.query("select set_config('app.agency', 'system', false)");
        expect(await outcome(client, add, [rows[0]?.row]), name).toBe(REFUSED);
      });
    }
    await as('holdfast_system', async (client) => {
      const add = "insert into step (record_id, name, agency_id) values ($1, 'capture', 'system')";
      expect(await outcome(client, add, [ours])).toBe(REFUSED);
    });
  });

  test('is that and nothing else, in that agency and in no other', async () => {
    const operator = await colleague(archive, ['system-administrator'], 'system');
    const moderator = await colleague(archive, ['moderator']);
    // Without a role yet, so that what refuses is this rule and no other.
    await archive.sql.query('update person_role set ended_at = now(), ended_by = $2 where person_id = $1', [
      operator.personId,
      'x',
    ]);
    const give = async (agency: string, person: string, role: string): Promise<string | number> =>
      await as('holdfast_app', async (client) => {
        await client.query("select set_config('app.agency', $1, false)", [agency]);
        return await outcome(
          client,
          `insert into person_role (agency_id, id, person_id, role, granted_by) values ($1, gen_random_uuid(), $2, $3, 'x')`,
          [agency, person, role],
        );
      });
    for (const role of [
      'moderator',
      'custodian',
      'retention-officer',
      'approver',
      'auditor',
      'administrator',
    ])
      expect(await give('system', operator.personId, role), role).toBe(REFUSED);
    expect(await give('rivertown', moderator.personId, 'system-administrator')).toBe(REFUSED);
    await as('holdfast_app', async (client) => {
      await client.query("select set_config('app.agency', 'system', false)");
      const said = "event (agency_id, id, record_id, type, actor, body) values ('system', gen_random_uuid()";
      expect(await outcome(client, `insert into ${said}, $1, 'x', 'x', '{}')`, [ours])).toBe(REFUSED);
      expect(await outcome(client, "update person set issuer = 'https://x.example', subject = 'x'")).toBe(
        REFUSED,
      );
      expect(await outcome(client, `insert into ${said}, null, 'x', 'x', '{}')`)).toBe(1);
    });
  });

  test('is let into no agency where somebody or something is, and makes no link for its people', async () => {
    const person = (agency: string, by: string): string =>
      `insert into person (agency_id, id, name, email, created_by) values ('${agency}', gen_random_uuid(), 'x', gen_random_uuid() || '@x.example', '${by}') returning id`;
    await addAgency(archive.system.db, { id: 'hillside', name: 'City of Hillside', zone: 'America/Chicago' });
    await as('holdfast_app', async (client) => {
      await client.query("select set_config('app.agency', 'lakeside', false)");
      expect(await outcome(client, person('lakeside', 'operator:x'))).toBe(IN_USE);
      expect(
        await outcome(
          client,
          `insert into invitation (agency_id, id, person_id, hash, created_by, expires_at)
           select agency_id, gen_random_uuid(), id, sha256('y'), 'operator:x', now() from person limit 1`,
        ),
      ).toBe(IN_USE);
      expect(await outcome(client, person('lakeside', 'person:x'))).toBe(1);
    });
    // Where nobody is, each thing that is there is enough.
    const things = {
      'a key': `insert into api_key (agency_id, id, role, label, hash) values ('hillside', gen_random_uuid(), 'intake', 'x', sha256('hillside'))`,
      'a sign-in of its own': `insert into identity_provider (agency_id, issuer, client_id, client_secret, label, role_claim, role_map, changed_by, reach)
        values ('hillside', 'https://login.hillside.example', 'x', 'x', 'x', 'x', '{}', 'x', 'any')`,
      'a record': `insert into record (agency_id, id, subject, received_at, platform, account, kind, verb, grounds, removal, search)
        values ('hillside', gen_random_uuid(), 'unknown:x', now(), 'x', 'x', 'post', 'hide', '{}', 'none', '')`,
      'somebody who left': `insert into person (agency_id, id, name, email, created_by, left_at) values ('hillside', gen_random_uuid(), 'x', 'x@hillside.example', 'cli', now())`,
    };
    await as('holdfast_app', async (client) => {
      await client.query("select set_config('app.agency', 'hillside', false)");
      for (const [thing, add] of Object.entries(things)) {
        await client.query('begin');
        expect(await outcome(client, add), thing).toBe(1);
        expect(await outcome(client, person('hillside', 'operator:x')), thing).toBe(IN_USE);
        await client.query('rollback');
      }
      expect(await outcome(client, person('hillside', 'operator:x'))).toBe(1);
      expect(await outcome(client, person('hillside', 'operator:x')), 'once').toBe(IN_USE);
    });
  });

  test('has a short name that nobody else gets', async () => {
    const agency = { id: 'system', name: 'City of System', zone: 'America/Chicago' };
    expect(await addAgency(archive.system.db, agency)).toBe(false);
    await as('holdfast_system', async (client) => {
      expect(await outcome(client, "update agency set name = 'x' where id = 'system'")).toBe(DENIED);
      expect(await outcome(client, "delete from agency where id = 'system'")).toBe(DENIED);
    });
  });
});

describe('a connection', () => {
  test('that did not take on its role is refused, by every door', async () => {
    const url = new URL(archive.databaseUrl);
    url.searchParams.set('options', '-c statement_timeout=60000');
    const refusal = {
      code: 'invariant-broken',
      retry: 'halt',
      message: expect.stringContaining('instead of') as string,
    };
    const db = openDb({ url: url.href });
    try {
      const all = async (): Promise<unknown> =>
        await db.inAgency(
          'rivertown',
          async ({ tx }) => await tx.selectFrom('record').select('id').execute(),
        );
      await expect(all()).rejects.toMatchObject(refusal);
      await expect(all(), 'and so is the next one').rejects.toMatchObject(refusal);
      await expect(db.statement('who', 'select current_user', [])).rejects.toMatchObject(refusal);
      await expect(db.system.selectFrom('agency').select('id').execute()).rejects.toMatchObject(refusal);
      await expect(assertDurable(db)).rejects.toMatchObject(refusal);
    } finally {
      await db.close();
    }
    const queue = await openQueue({ redisUrl: null }, { databaseUrl: url.href, log: archive.system.log });
    try {
      await expect(queue.waiting('seal')).rejects.toMatchObject(refusal);
    } finally {
      await queue.drain(100);
    }
  });

  test('has its role by every door, whatever the login may', async () => {
    const { db } = archive.system;
    expect(await db.statement('who', 'select current_user as is', [])).toEqual([{ is: 'holdfast_app' }]);
    const { rows } = await sql<{ is: string }>`select current_user as is`.execute(db.system);
    expect(rows).toEqual([{ is: 'holdfast_system' }]);
  });
});

describe('the calls', () => {
  const stranger = randomUUID();

  test('answer for a record of another agency as for one that does not exist, each of them', async () => {
    const document = archive.app.swagger() as { paths: Record<string, Record<string, unknown>> };
    const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
      // Uploads are their owner's alone, inside an agency too: uploads.test.ts. The id of a hold, a disposal or a request is none of a record: access.test.ts.
      path.includes('{id}') && !/^\/v1\/(uploads|holds|disposals|requests|productions)/.test(path)
        ? Object.keys(methods).map((method) => [method, path] as const)
        : [],
    );
    expect(calls.length).toBeGreaterThanOrEqual(7);
    const before = await recordOf(archive, ours);
    const rows = async (): Promise<unknown> =>
      (
        await archive.sql.query(
          `select (select count(*) from fact where record_id = $1) facts, (select count(*) from event where record_id = $1) events,
                  (select json_agg(s order by name) from step s where record_id = $1) steps, r.* from record r where id = $1`,
          [theirs],
        )
      ).rows;
    const untouched = await rows();
    for (const [method, path] of calls) {
      const ask = async (id: string) =>
        await call(archive, path.replace('{id}', id).replace('{n}', '1').replace('{step}', 'inspect'), {
          // Who classifies is not who administers.
          role: /\/(classification|days)$/.test(path) ? 'custodian' : 'administrator',
          method: method === 'get' ? 'GET' : 'POST',
          ...(method === 'get' ? {} : { payload: path.endsWith('/facts') ? simpleReport() : {} }),
        });
      const [other, none] = [await ask(theirs), await ask(stranger)];
      expect(other, `${method} ${path}`).toMatchObject({ status: 404, body: { code: 'record-not-found' } });
      const { requestId: _one, ...said } = other.body;
      const { requestId: _two, ...saidOfNone } = none.body;
      expect(said).toEqual(saidOfNone);
      // The same call on a record of their own is no "not found": the refusal is about whose it is. The stream never ends.
      if (method === 'get' && !path.endsWith('/events')) expect((await ask(ours)).status, path).toBe(200);
    }
    expect(await rows()).toEqual(untouched);
    expect((await recordOf(archive, ours)).facts).toEqual(before.facts);
  });

  test('list what is one’s own, and nothing of another', async () => {
    for (const path of [
      '/v1/records',
      `/v1/records?q=${WORD}`,
      '/v1/records?account=rivertown',
      '/v1/records?parked=true',
      '/v1/parked',
      '/v1/policies',
      '/v1/accounts',
      '/v1/schedules',
      '/v1/me',
    ]) {
      const reply = await call(archive, path, { role: 'administrator' });
      expect(reply.status).toBe(200);
      expect(reply.text, path).not.toMatch(new RegExp(`lakeside|${WORD}|${theirs}`, 'i'));
    }
    const parked = await call(archive, '/v1/parked', { agency: 'lakeside' });
    expect(parked.body).toMatchObject({ parked: [{ recordId: theirs, step: 'inspect' }] });
    expect((await call(archive, `/v1/records?q=${WORD}`, { agency: 'lakeside' })).text).toContain(theirs);
    const asked = await call(archive, '/v1/records?agency=lakeside');
    expect(asked).toMatchObject({ status: 400, body: { code: 'query-invalid' } });
  });

  test('the same words, key and subject in two agencies are two records', async () => {
    expect(theirs).not.toBe(ours);
    const url = 'https://www.facebook.com/rivertown/posts/1234567890?comment_id=99887766';
    const report = simpleReport({ url, text: 'Said in both', capture: false });
    const answers = await Promise.all(
      Array.from({ length: 24 }, async (_, i) => {
        const agency = i % 2 === 0 ? 'rivertown' : 'lakeside';
        const answer = await archive.report(report, [], {
          authorization: `Bearer ${await archive.key('moderator', agency)}`,
        });
        expect(answer.status).toBe(202);
        return { agency, recordId: answer.body.recordId };
      }),
    );
    // Many reports share one statement; each of them lands behind its own wall.
    for (const agency of ['rivertown', 'lakeside']) {
      const ids = new Set(answers.filter((one) => one.agency === agency).map((one) => one.recordId));
      expect(ids.size).toBe(1);
      const { rows } = await archive.sql.query('select distinct agency_id from record where id = any($1)', [
        [...ids],
      ]);
      expect(rows).toEqual([{ agency_id: agency }]);
    }
    expect(new Set(answers.map((one) => one.recordId)).size).toBe(2);
  });

  test('a ground of another agency, and a fact in another’s name, are refused', async () => {
    const ground = await archive.report(
      simpleReport({ action: { verb: 'hide', ground: 'lakeside-rules#a' } }),
    );
    expect(ground).toMatchObject({ status: 422, body: { code: 'ground-unknown' } });
    expect(JSON.stringify(ground.body)).not.toContain('Lakeside clause');
  });
});

describe('a database whose owner is no superuser', () => {
  let postgres: RunningPostgres;
  const login = { user: 'rivertown "owner"', password: 'o' };
  const runtime = { user: 'archive-runtime', password: 'r' };
  beforeAll(async () => {
    postgres = await startPostgres();
    const client = new Client({ connectionString: postgres.superuserUrl });
    await client.connect();
    await client.query(
      `create role ${escapeIdentifier(login.user)} login createrole password 'o' nosuperuser nobypassrls`,
    );
    await client.query(
      `create role ${escapeIdentifier(runtime.user)} login password 'r' nosuperuser nobypassrls`,
    );
    for (const name of ['apart', 'alone', 'earlier', 'taken'])
      await client.query(`create database ${name} owner ${escapeIdentifier(login.user)}`);
    await client.end();
  });
  afterAll(async () => await postgres?.stop());

  test.each([
    ['and whose processes log in as somebody else', 'apart', runtime],
    ['and who is all there is; the second database of the same server', 'alone', login],
  ])('%s, is migrated and works from report to "safe"', async (_name, database, user) => {
    const urls = { ownerUrl: postgres.url(database, login), url: postgres.url(database, user) };
    const { applied, present } = await migrateDatabase(urls, () => undefined);
    expect(applied).toHaveLength(present);
    expect(await migrateDatabase(urls, () => undefined)).toEqual({ applied: [], present });
    const own = await openArchive({ databaseUrl: urls.url });
    try {
      await own.work();
      const answer = await own.report(simpleReport(), [
        { name: 'a.png', type: 'image/png', bytes: await png() },
      ]);
      expect(answer.status).toBe(202);
      const { receipt } = await settled(own, answer.body.recordId);
      expect(receipt).toMatchObject({ safeToRemove: true, status: 'complete' });
      const found = await call(own, '/v1/records?q=comment');
      expect(found.text).toContain(answer.body.recordId);
      // The login itself, unless it becomes one of the roles, sees nothing; an owner is bound by the walls as well.
      expect(await outcome(own.sql, 'select 1 from record')).toBe(user === runtime ? DENIED : 0);
      expect(await outcome(own.sql, 'set role holdfast_app')).toBe(0);
      if (user === runtime) expect(await outcome(own.sql, 'set role holdfast_search')).toBe(DENIED);
      await own.sql.query('reset role');
      const { rows } = await own.sql.query<{ may: boolean[] }>(
        "select array(select has_database_privilege(r, current_database(), 'TEMPORARY') from unnest($1::text[]) r) as may",
        [[...ROLES, ...(user === runtime ? [runtime.user] : [])]],
      );
      expect(rows[0]?.may, 'none may put a temporary table before one of the archive').not.toContain(true);
    } finally {
      await own.close();
    }
  });

  /** As a version of ours was that had no migration from this one on. */
  const migrateBefore = async (number: string, ownerUrl: string): Promise<void> => {
    const folder = new URL('../../migrations/', import.meta.url);
    const before = (await readdir(folder)).filter((name) => name < number).toSorted();
    expect(before.length).toBeGreaterThan(10);
    const client = new Client({ connectionString: ownerUrl });
    await client.connect();
    await client.query(
      'create table migration (name text primary key, sha256 text not null, applied_at timestamptz not null default now())',
    );
    for (const name of before) {
      const text = await readFile(new URL(name, folder), 'utf8');
      await client.query(text);
      await client.query('insert into migration (name, sha256) values ($1, $2)', [
        name,
        createHash('sha256').update(text).digest('hex'),
      ]);
    }
    await client.end();
  };

  test('stays as it was when an agency has the short name of whoever runs the machine', async () => {
    const ownerUrl = postgres.url('taken', login);
    await migrateBefore('0017', ownerUrl);
    const superuser = new Client({ connectionString: postgres.url('taken') });
    await superuser.connect();
    await superuser.query("insert into agency (id, name) values ('system', 'City of System')");
    await expect(migrateDatabase({ ownerUrl, url: ownerUrl }, () => undefined)).rejects.toThrow(
      'an agency has the short name "system"',
    );
    const { rows } = await superuser.query('select name from agency');
    expect(rows).toEqual([{ name: 'City of System' }]);
    await superuser.query("update agency set id = 'systemtown'");
    await superuser.end();
    expect((await migrateDatabase({ ownerUrl, url: ownerUrl }, () => undefined)).applied[0]).toMatch(/^0017/);
  });

  test('keeps its sites and its policy, and each can be changed, when what they gained comes to a database that had them before', async () => {
    const ownerUrl = postgres.url('earlier', login);
    await migrateBefore('0014', ownerUrl);
    const superuser = new Client({ connectionString: postgres.url('earlier') });
    await superuser.connect();
    await superuser.query("insert into agency (id, name) values ('lakeside', 'City of Lakeside')");
    await superuser.query(
      "insert into account (agency_id, id, platform, handle, name) values ('lakeside', gen_random_uuid(), 'x', '@lakeside', 'Old')",
    );
    // Policy 416 as it came before a condition said by itself that it asks for an agreement.
    const { policyId, rules } = PACKS.find((pack) => pack.policyId === 'lees-summit-416') ?? {};
    const before416 = rules?.before.map(({ says, citation }) => ({ says, citation }));
    await superuser.query(
      "insert into policy_version (agency_id, policy_id, version, title, effective_on, rules) values ('lakeside', $1, 'own', 'Ours', '2026-01-01', $2)",
      [policyId, { ...rules, before: [{ says: 'Another.', citation: '416.1' }, ...(before416 ?? [])] }],
    );
    await superuser.end();
    await migrateDatabase({ ownerUrl, url: ownerUrl }, () => undefined);
    const own = await openArchive({ databaseUrl: ownerUrl });
    try {
      await own.system.db.inAgency('lakeside', async (at) => {
        const [site] = await listSites(at);
        if (site === undefined) throw new Error('The site is gone.');
        expect(await changeSite(at, site.id, site.version, { ...site, department: 'Parks' }, 'test')).toBe(
          true,
        );
        expect((await siteHistory(at, site.id)).map(({ n }) => n)).toEqual([2, 1]);
        expect(agreementsAsked(await listPolicies(at), '2026-11-29')).toMatchObject([
          { version: 'own', citation: 'Policy 416, 416.4.3' },
        ]);
        // A version is never edited: where one was touched all the same, the history says by what.
        expect(await readAgencyHistory(at, null, 9, { lists: true })).toMatchObject([
          { type: 'account.changed' },
          {
            type: 'policy.marked',
            actor: 'migration:0019',
            body: { policy: policyId, version: 'own', mark: 'agreement' },
          },
        ]);
      });
    } finally {
      await own.close();
    }
  });
});
