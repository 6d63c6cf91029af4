/**
 * Who gets what, over every call that there is: the list is the server's own, so a new call is tried by all of this, and fails
 * here until it is said what it takes. What is open to anybody is written out by hand, with what it gives.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addAccount,
  addAgency,
  addPolicy,
  createKey,
  KEY_ROLES,
  listAgreements,
  recordAgreement,
  revokeKey,
  type Role,
} from '#agency/agency.ts';
import type { Call } from '#api/api.ts';
import { addSchedule, placeHold, readRules } from '#retention/retention.ts';
import { addOffice } from '#routing/routing.ts';
import {
  changeCalendar,
  changeRates,
  changeTemplate,
  noteCorrespondence,
  receiveRequest,
} from '#sunshine/sunshine.ts';
import { startIdentityProvider, type IdentityProviderForTests } from '../support/identity-provider.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { addressOf as addressIn, makeCall, type Answer, type CallIds } from '../support/calls.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { png } from '../support/picture.ts';
import { sampleProduction } from '../support/producing.ts';
import { uploading } from '../support/uploading.ts';

const PEOPLE: readonly Role[] = [
  'moderator',
  'custodian',
  'retention-officer',
  'approver',
  'auditor',
  'administrator',
];
/** Stands in everything that Lakeside has; nobody else may ever see it. */
const CANARY = 'quokkaoflakeside';

/** Its policy, which addresses name: no secret, and none of it is shown to anybody else. */
const POLICY = 'policy-of-them';

/** Calls that ask for nothing, and what they give. `HEAD` goes with `GET`. */
const OPEN: Readonly<Record<string, string>> = {
  '/': 'leads to /report',
  '/ask/:agency': 'asking a public body for records; takes what is asked',
  '/ask/:agency/:tracking': 'a state and a day, to whoever has the number of a request',
  '/assets/*': 'the files that pages load',
  '/child-safety': 'whom to call; takes nothing',
  '/docs': 'the description of the calls',
  '/first-account/:token': 'the first account; its link is the key',
  '/healthz': 'alive',
  '/keep': 'the form; what it offers, to whoever signed in',
  '/language': 'choosing a language',
  '/invitation/:token': 'choosing how to sign in; its link is the key',
  '/invitation/:token/passkey': 'the same, with a passkey',
  '/invitation/:token/passkey/question': 'the same',
  '/metrics': 'figures without content',
  '/openapi.json': 'the description of the calls',
  '/p/:token': 'what was produced for a request, to whoever has its link',
  '/p/:token/content': 'the sealed bytes of a production, to whoever has its link',
  '/readyz': 'ready',
  '/report': 'the form; what it offers, to whoever signed in',
  '/report/records/:id': 'a frame without data',
  '/report/records/:id/receipt': 'a frame without data',
  '/sign-in': 'signing in',
  '/sign-in/oidc': 'signing in',
  '/sign-in/oidc/callback/:agency': 'signing in',
  '/sign-in/passkey': 'signing in',
  '/sign-in/passkey/question': 'signing in',
  '/sign-out': 'signing out',
  '/v1/public/:agency/requests': 'asking a public body for records; takes what is asked',
  '/v1/public/:agency/requests/:tracking': 'a state and a day, to whoever has the number of a request',
  '/v1/log/:agency/checkpoint': 'how long a log is, signed',
  '/v1/log/:agency/keys': 'the public keys of a log',
  '/v1/log/:agency/anchors': 'who outside vouches for a log, and for how much of it',
  '/v1/log/:agency/tile/*': 'tiles of a log, where its agency lets them out: nothing here',
  '/v1/uploads': 'OPTIONS alone: what the protocol can here',
  '/verify/production': 'how to check a production, in words that are the same for all',
  '/verify': 'how a receipt stands, to whoever has its code or file; nothing of its content',
};

let archive: Archive;
/** Lakeside's, with the canary in all of it. */
let theirs: {
  recordId: string;
  person: Colleague;
  agreementId: string;
  officeId: string;
  uploadId: string;
  disposalId: string;
  accountId: string;
  keyId: string;
  ruleId: string;
  holdId: string;
  requestId: string;
  productionId: string;
  tracking: string;
};
/** A list of theirs, with the canary in its name. */
async function draft(): Promise<string> {
  const id = randomUUID();
  await archive.sql.query(
    `insert into disposal (agency_id, id, title, edition, cutoff, created_by, cooling_off)
     values ('lakeside', $1, $2, 'edition-1', '2026-01-01', 'cli', '7 days')`,
    [id, CANARY],
  );
  return id;
}

let guarded: readonly Call[];
/** To connect to: the form of it is taken only when somebody answers. */
let idp: IdentityProviderForTests;

beforeAll(async () => {
  archive = await openArchive();
  idp = await startIdentityProvider('http://archive.example/');
  const { db } = archive.system;
  await addAgency(db, { id: 'lakeside', name: `City of ${CANARY}`, zone: 'America/Chicago' });
  const accountId = await db.inAgency('lakeside', async (at) => {
    const ground = { clauseId: CANARY, label: CANARY, citation: CANARY, clause: CANARY };
    await addPolicy(at, {
      policyId: POLICY,
      version: '1',
      title: CANARY,
      effectiveOn: '2026-01-01',
      grounds: [ground],
    });
    const account = { platform: 'x', nativeId: null, handle: CANARY, url: null, name: CANARY };
    const id = await addAccount(at, account);
    await addSchedule(
      at,
      {
        edition: 'edition-1',
        title: CANARY,
        source: CANARY,
        series: [
          {
            code: CANARY,
            number: CANARY,
            schedule: CANARY,
            title: CANARY,
            description: CANARY,
            trigger: null,
            cutoff: 'none',
            period: null,
            disposition: null,
            citation: 'x',
            reading: 'unread',
          },
        ],
        rules: [{ position: 1, matches: { text: CANARY }, series: CANARY }],
      },
      'cli',
    );
    return id;
  });
  await archive.work();
  const report = simpleReport({ text: CANARY, note: CANARY, author: { displayName: CANARY } });
  const handed = await archive.report(
    report,
    [{ name: `${CANARY}.png`, type: 'image/png', bytes: await png() }],
    {
      authorization: `Bearer ${await archive.key('moderator', 'lakeside')}`,
    },
  );
  const owed = async (): Promise<number> =>
    (await archive.sql.query('select 1 from step where record_id = $1', [handed.body.recordId])).rowCount ??
    0;
  while ((await owed()) > 0) await sleep(50);
  await archive.stopWork();
  // A step that waits for a person, so that there is something to run again.
  await archive.sql.query(
    `insert into step (record_id, name, agency_id, parked_at, error_code, error) values ($1, 'inspect', 'lakeside', now(), 'internal', $2)`,
    [handed.body.recordId, CANARY],
  );
  const person = await colleague(archive, ['administrator'], 'lakeside');
  await archive.sql.query('update person set name = $2 where id = $1', [person.personId, CANARY]);
  const agreementId = await db.inAgency('lakeside', async (at) => {
    const { personId } = person;
    const one = { personId, policyId: POLICY, version: '1', agreedOn: '2026-01-01', paper: CANARY };
    await recordAgreement(at, one, 'test');
    return (await listAgreements(at))[0]?.id ?? '';
  });
  const office = await db.inAgency('lakeside', async (at) => {
    const added = await addOffice(
      at,
      {
        name: CANARY,
        email: `${CANARY}@lakeside.example`,
        duty: 'custodian',
        policyId: null,
        citation: null,
      },
      'test',
    );
    if ('refused' in added) throw new Error(added.refused);
    return added;
  });
  const upload = await uploading(archive.app, {
    authorization: `Bearer ${await archive.key('administrator', 'lakeside')}`,
  }).begin(10, `filename ${Buffer.from(CANARY).toString('base64')}`);
  const { keyId } = await createKey(db, { agencyId: 'lakeside', role: 'intake', label: CANARY });
  const [rule] = await db.inAgency('lakeside', readRules);
  const { holdId } = await db.inAgency(
    'lakeside',
    async (at) =>
      await placeHold(
        at,
        {
          kind: 'other',
          title: CANARY,
          reason: CANARY,
          ends: CANARY,
          on: { records: [handed.body.recordId] },
        },
        'cli',
      ),
  );
  const asked = await db.inAgency('lakeside', async (at) => {
    const received = archive.system.now();
    const calendar = {
      hours: { 1: { opens: 480, closes: 1020 } },
      observes: [],
      saturdayHolidays: 'business-day',
      closings: [{ day: '2026-12-09', reason: CANARY }],
      afterHours: 'that-day',
    } as const;
    await changeCalendar(at, calendar, { replaces: 0, actor: 'cli' });
    const one = await receiveRequest(
      at,
      {
        channel: 'letter',
        words: CANARY,
        requester: CANARY,
        contact: CANARY,
        format: CANARY,
        language: CANARY,
        firstReceivedAt: received,
        receivedByCustodianAt: received,
      },
      'cli',
    );
    const said = { way: 'note', channel: 'letter', about: null, feeCents: null, words: CANARY } as const;
    await noteCorrespondence(at, one.requestId, { ...said, at: received }, 'cli');
    const rates = { pageCents: 5, clericalCents: null, copyingCents: null, staff: [], media: [] };
    await changeRates(at, { ...rates, source: CANARY }, { replaces: 0, actor: 'cli' });
    const text = { kind: 'closing', language: 'en', text: `${CANARY} {{outcome}}` } as const;
    await changeTemplate(at, text, { replaces: 0, actor: 'cli' });
    await at.tx
      .insertInto('request_record')
      .values({
        agency_id: 'lakeside',
        request_id: one.requestId,
        record_id: handed.body.recordId,
        search_n: null,
        by: 'cli',
      })
      .execute();
    return one;
  });
  theirs = {
    recordId: handed.body.recordId,
    person,
    agreementId,
    officeId: office.id,
    uploadId: upload.id,
    disposalId: await draft(),
    accountId,
    keyId,
    ruleId: rule?.id ?? '',
    holdId,
    ...asked,
    productionId: await sampleProduction(archive, 'lakeside', asked.requestId),
  };
  guarded = archive.app.calls.filter((call) => call.roles !== null);
});
afterAll(async () => {
  await archive?.close();
  await idp?.close();
});

/** Pages on which people decide, and no program: a key looks, and changes nothing. */
const BY_PEOPLE =
  /^\/(disposals|people|accounts|keys|provider|policies|offices|log)(\/|$)|\/schedules\/:edition\/(confirmations|succession|withdrawal)$|\/retention\/fiscal-year$|^\/(v1\/)?requests\/:id\/(closing|letters|certificate-of-search)$|^\/requests\/:id\/letters\/certificate$|^\/v1\/requests\/:id\/(kept-until|records\/:recordId\/review)$|^\/requests\/:id\/(collect\/kept-until|review\/:recordId)$|^\/v1\/productions\/:id\/(release|withdrawal)$|^\/requests\/:id\/productions|^\/(v1\/)?holds\/:id\/release$/;
const ids = (): CallIds => ({
  ...theirs,
  personId: theirs.person.personId,
  policyId: POLICY,
  edition: 'edition-1',
});
const addressOf = (url: string): string => addressIn(ids(), url);
const make = async (
  call: Call,
  headers: Record<string, string>,
  as = '',
  recordId?: string,
): Promise<Answer> => await makeCall({ archive, ids: ids(), idp }, call, headers, as, recordId);

/** Everything that Lakeside has, to see whether it changed. */
async function lakeside(): Promise<string> {
  const { rows } = await archive.sql.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'agency_id'
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by 1`,
  );
  const all: string[] = [];
  for (const { name } of rows) {
    const found = await archive.sql.query<{ rows: string }>(
      `select count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as rows from ${name} t where agency_id = 'lakeside'`,
    );
    all.push(`${name} ${found.rows[0]?.rows ?? ''}`);
  }
  expect(all.length).toBeGreaterThan(18);
  return all.join('\n');
}

const describeCall = ({ method, url }: Call): string => `${method} ${url}`;

describe('every call', () => {
  test('is guarded, or stands in the list of what is open', () => {
    const open = archive.app.calls.filter((call) => call.roles === null);
    const named = new Set(open.map(({ url }) => (url.startsWith('/assets/') ? '/assets/*' : url)));
    expect([...named].toSorted()).toEqual(Object.keys(OPEN).toSorted());
    expect(guarded.length).toBeGreaterThan(20);
  });

  test('without a key, with one that nobody knows, a revoked one, or a session that is over: nothing', async () => {
    const { db, now } = archive.system;
    const made = await createKey(db, { agencyId: 'lakeside', role: 'administrator', label: 'x' });
    await revokeKey(db, 'lakeside', made.keyId, now());
    const expired = await colleague(archive, ['administrator'], 'lakeside');
    await archive.sql.query('update session set expires_at = now() where person_id = $1', [expired.personId]);
    const idle = await colleague(archive, ['administrator'], 'lakeside');
    await archive.sql.query(
      "update session set seen_at = now() - interval '31 minutes' where person_id = $1",
      [idle.personId],
    );
    const left = await colleague(archive, ['administrator'], 'lakeside');
    await archive.sql.query('update person set left_at = now() where id = $1', [left.personId]);
    const before = await lakeside();
    const ways: Readonly<Record<string, Record<string, string>>> = {
      'no key': {},
      'a key that nobody knows': { authorization: `Bearer hfk_${'x'.repeat(43)}` },
      'a revoked key': { authorization: `Bearer ${made.key}` },
      'a cookie that leads nowhere': { cookie: 'holdfast-session=x' },
      'an expired session': { cookie: expired.cookie },
      'an idle session': { cookie: idle.cookie },
      'a session of somebody who left': { cookie: left.cookie },
    };
    for (const call of guarded)
      for (const [way, headers] of Object.entries(ways)) {
        const answer = await make(call, headers);
        const sent = call.page && headers['authorization'] === undefined;
        expect(answer.status, `${describeCall(call)}, ${way}`).toBe(sent ? 303 : 401);
        expect(answer.text, `${describeCall(call)}, ${way}`).not.toContain(CANARY);
      }
    expect(await lakeside()).toBe(before);
  });

  test('with each role that may not: a refusal that says which may, and nothing else', async () => {
    const before = await lakeside();
    let tried = 0;
    for (const role of PEOPLE) {
      const person = await colleague(archive, [role]);
      for (const call of guarded.filter(({ roles }) => roles?.includes(role) === false)) {
        const answer = await make(call, { cookie: person.cookie });
        expect(answer.status, `${describeCall(call)} as ${role}`).toBe(403);
        expect(answer.text).not.toContain(CANARY);
        tried += 1;
      }
    }
    for (const role of KEY_ROLES)
      for (const call of guarded.filter(({ roles }) => roles?.includes(role) === false)) {
        const answer = await make(call, { authorization: `Bearer ${await archive.key(role)}` });
        expect(answer.status, `${describeCall(call)} by a key of ${role}`).toBe(403);
        expect(answer.text).not.toContain(CANARY);
        tried += 1;
      }
    expect(tried).toBeGreaterThan(60);
    expect(await lakeside()).toBe(before);
  });

  test('with each role that may, of another agency: not by content, count, error or hint', async () => {
    const before = await lakeside();
    const everyId = [
      theirs.recordId,
      theirs.uploadId,
      theirs.disposalId,
      theirs.person.personId,
      theirs.agreementId,
      theirs.officeId,
      theirs.accountId,
      theirs.keyId,
      theirs.ruleId,
      theirs.holdId,
      theirs.requestId,
      theirs.productionId,
      theirs.tracking,
      POLICY,
    ];
    let tried = 0;
    for (const role of PEOPLE) {
      const person = await colleague(archive, [role]);
      const key = KEY_ROLES.find((one) => one === role);
      const credentials: Record<string, string>[] = [{ cookie: person.cookie }];
      if (key !== undefined) credentials.push({ authorization: `Bearer ${await archive.key(key)}` });
      for (const credential of credentials)
        for (const call of guarded.filter(({ roles }) => roles?.includes(role))) {
          const answer = await make(call, credential, person.personId);
          tried += 1;
          if (BY_PEOPLE.test(call.url) && call.method === 'POST' && 'authorization' in credential) {
            expect(answer.status).toBe(403);
            continue;
          }
          const about = `${describeCall(call)} as ${role}`;
          const namesInBody = call.method === 'POST' && /^(\/v1\/exports|(\/v1)?\/holds)$/.test(call.url);
          if (/:(id|policy|edition|rule)/.test(call.url) || namesInBody) {
            expect(answer.status, about).toBe(404);
            // As for one that does not exist, but for what the request itself named.
            const elsewhere = call.url.replace(/:(id|policy|edition|rule)/, randomUUID());
            const none = await make({ ...call, url: elsewhere }, credential, person.personId, randomUUID());
            const bare = (text: string): string =>
              text.replaceAll(
                /[0-9a-f]{8}-[0-9a-f-]{27}|&amp;next=[^"]*|"content-length":"\d+"|"date":"[^"]*"/g,
                '',
              );
            expect(bare(answer.text), about).toBe(bare(none.text));
          } else {
            // A form leads on to what came of it; nobody is sent to sign in.
            expect(answer.status, about).toBeLessThan(call.page && call.method === 'POST' ? 304 : 300);
            expect(answer.text, about).not.toContain('"location":"/sign-in');
            for (const id of everyId) expect(answer.text, about).not.toContain(id);
          }
          expect(answer.text, about).not.toContain(CANARY);
        }
    }
    expect(tried).toBeGreaterThan(80);
    expect(await lakeside()).toBe(before);
  });

  test('to whoever runs the machine: their own page, the way out, and nothing of any agency', async () => {
    const operator = await colleague(archive, ['system-administrator'], 'system');
    const before = await lakeside();
    const own: string[] = [];
    let tried = 0;
    for (const call of archive.app.calls) {
      const isOpen = call.roles === null;
      // What signs in or out, hands in a link, or asks for records, is tried where it is at home; the rest gives what it gives to anybody.
      if (/^\/(sign-|first-account|invitation|assets|ask|p\/|v1\/public)/.test(call.url)) continue;
      const answer = await make(call, { cookie: operator.cookie }, operator.personId);
      tried += 1;
      if (call.roles?.includes('system-administrator') === true) own.push(describeCall(call));
      else if (!isOpen || /^\/(report|keep)/.test(call.url))
        expect(answer.status, describeCall(call)).toBe(403);
      // That there is such an agency is theirs to know.
      expect(answer.text.replaceAll(`City of ${CANARY}`, ''), describeCall(call)).not.toContain(CANARY);
      // What the request itself named comes back in it: the way to the same page in another language.
      const named = addressOf(call.url);
      const said = answer.text.replaceAll(named, '').replaceAll(encodeURIComponent(named), '');
      for (const id of [theirs.recordId, theirs.person.personId, theirs.keyId, theirs.officeId])
        expect(said, describeCall(call)).not.toContain(id);
    }
    expect(own.toSorted()).toEqual([
      'GET /machine',
      'GET /machine/agencies/:agency/administrator',
      'HEAD /machine',
      'HEAD /machine/agencies/:agency/administrator',
      'POST /machine/agencies',
      'POST /machine/agencies/:agency/administrator',
      'POST /machine/agencies/:agency/link',
    ]);
    expect(tried).toBeGreaterThan(100);
    const page = await make(
      { method: 'GET', url: '/machine', roles: null, page: true },
      { cookie: operator.cookie },
    );
    expect(page.text, 'the page is there to be read').toContain(`City of ${CANARY}`);
    for (const method of ['GET', 'POST'])
      expect(
        (
          await make(
            { method, url: '/machine/agencies/lakeside/administrator', roles: null, page: true },
            { cookie: operator.cookie },
          )
        ).status,
        'an agency with people is not theirs to enter',
      ).toBe(409);
    expect(await lakeside()).toBe(before);
  });

  test('would have given it to their own: the canary is there to be found', async () => {
    const owner = { cookie: theirs.person.cookie };
    const found: string[] = [];
    for (const call of guarded.filter(({ method, url }) => method === 'GET' && !url.endsWith('/events')))
      if ((await make(call, owner)).text.includes(CANARY)) found.push(call.url);
    expect(found.toSorted()).toEqual(
      [
        '/accounts',
        '/accounts/:id',
        // By the name of the agency in its head, as each page of theirs.
        '/accounts/new',
        '/disposals',
        '/disposals/:id',
        '/fixity',
        '/history',
        '/holds',
        '/holds/:id',
        '/holds/new',
        '/keys',
        '/log',
        '/offices',
        '/people',
        '/policies',
        '/policies/:policy/compare',
        '/policies/:policy/draft',
        '/policies/:policy/versions/:version',
        '/policies/draft',
        '/provider',
        '/records',
        '/records/:id',
        '/report/choices',
        '/report/records/:id/plain',
        '/requests/:id/productions',
        '/retention',
        '/retention/records',
        '/retention/rules',
        '/schedules',
        '/schedules/:edition',
        '/unconfirmed',
        '/v1/accounts',
        '/v1/calendar',
        '/v1/fee-rates',
        '/v1/letter-templates',
        '/requests/:id/letters',
        '/requests/letter-templates',
        '/v1/requests',
        '/v1/requests/:id',
        '/requests/:id/collect',
        '/requests/:id/review',
        '/requests/:id/review/:recordId',
        '/v1/requests/:id/records',
        '/v1/requests/:id/searches',
        '/requests',
        '/requests/:id',
        '/requests/calendar',
        '/v1/holds',
        '/v1/holds/:id',
        '/v1/disposals',
        '/v1/disposals/:id',
        '/v1/me',
        '/v1/parked',
        '/v1/policies',
        '/v1/records',
        '/v1/records/:id',
        '/v1/retention/records',
        '/v1/retention/rules',
        '/v1/schedules',
        '/v1/schedules/:edition',
        '/worklist',
      ].toSorted(),
    );
  });
});
