/**
 * What each call and each verb leaves in the history, over every one that there is: the list is the server's own, so a new call fails here
 * until it is said what entry it is, or why it is none. Calls that ask who one is are made, and what they left is read.
 */
import { randomInt, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addAccount,
  addPolicy,
  createKey,
  listAgreements,
  recordAgreement,
  type Role,
} from '#agency/agency.ts';
import type { Call } from '#api/api.ts';
import type { EventType } from '#record/history.ts';
import type { AgencyTx } from '#db/db.ts';
import { addRule, addSchedule, placeHold } from '#retention/retention.ts';
import { addOffice } from '#routing/routing.ts';
import { receiveRequest } from '#sunshine/sunshine.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { makeCall, type Answer, type CallIds } from '../support/calls.ts';
import { completedList } from '../support/disposing.ts';
import { startIdentityProvider, type IdentityProviderForTests } from '../support/identity-provider.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { png } from '../support/picture.ts';
import { sampleProduction } from '../support/producing.ts';
import { uploading } from '../support/uploading.ts';

type Left =
  | { readonly leaves: readonly EventType[] }
  /** What this test sends is refused; another suite sends what is taken. */
  | { readonly leaves: readonly EventType[]; readonly seenIn: string }
  | { readonly none: string };

const FIGURES = { none: 'figures and states, without content' };
const SETTINGS = { none: 'what the agency decided; no content' };
const BY_TOKEN = { none: 'the page of a link; using it is the entry' };
const FRAME = { none: 'a page without data: what it shows, its scripts ask for' };
const UNNAMED = { none: 'nothing is in the archive until a report names it' };
const STATUS = {
  none: 'a receipt: states, digests and times, asked again and again by whoever waits; no content',
};

const ASKED_BY_ANYBODY = {
  none: 'how a record stands, to whoever holds its receipt; no content, and nobody who could be named',
};
const PUBLISHED = { none: 'a part of the log, which says nothing by itself of who read it; no content' };
const HOLDS = { none: 'holds, why they are, and the ids of their records; no content' };
const LISTED = { none: 'numbers of records, days and figures; no content' };
const HANDED_OUT: readonly EventType[] = ['export.requested', 'export.produced', 'export.delivered'];

/** `HEAD` goes with `GET`. */
const CALLS: Readonly<Record<string, Left>> = {
  // handing in
  'POST /v1/deletion-events': { leaves: ['intake.accepted'] },
  'POST /v1/records/:id/facts': { leaves: ['intake.accepted'] },
  'POST /v1/records/:id/removal': { leaves: ['removal.confirmed'] },
  'POST /v1/records/:id/kept': { leaves: ['removal.withdrawn'] },
  'POST /report': { leaves: ['intake.accepted'] },
  'POST /keep': { leaves: ['intake.accepted'] },
  'POST /report/records/:id/plain': { leaves: ['removal.confirmed'] },
  'POST /unconfirmed/:id': { leaves: ['removal.confirmed'] },
  'OPTIONS /v1/uploads': { none: 'what the protocol can here' },
  'POST /v1/uploads': UNNAMED,
  'PATCH /v1/uploads/:id': UNNAMED,
  'DELETE /v1/uploads/:id': UNNAMED,
  'POST /v1/uploads/:id': UNNAMED,
  // looking at content
  'GET /v1/records': { leaves: ['search.ran'] },
  'GET /records': { leaves: ['search.ran'] },
  'GET /worklist': { leaves: ['search.ran'] },
  'GET /v1/requests': { leaves: ['search.ran'] },
  'GET /v1/requests/:id': { leaves: ['request.viewed'] },
  'GET /v1/requests/:id/productions': { leaves: ['production.viewed'] },
  'GET /requests/:id/productions': { leaves: ['production.viewed'] },
  'GET /v1/productions/:id': { leaves: ['production.viewed'] },
  'GET /v1/productions/:id/content': { leaves: ['production.downloaded'], seenIn: 'production-calls' },
  'GET /p/:token/content': { leaves: ['production.downloaded'], seenIn: 'production-calls' },
  'GET /v1/requests/:id/searches': { leaves: ['request.viewed'] },
  'GET /v1/requests/:id/records': { leaves: ['search.ran'] },
  'GET /requests/:id/collect': { leaves: ['request.viewed'] },
  'GET /requests/:id/review': { leaves: ['search.ran'] },
  'GET /requests/:id/review/:recordId': { leaves: ['view.opened'] },
  'GET /requests': { leaves: ['search.ran'] },
  'GET /requests/:id': { leaves: ['request.viewed'] },
  'GET /requests/new': { none: 'a form' },
  'GET /v1/retention/records': { leaves: ['search.ran'] },
  'GET /retention/records': { leaves: ['search.ran'] },
  'GET /v1/records/:id': { leaves: ['view.opened'] },
  'GET /records/:id': { leaves: ['view.opened'] },
  'GET /v1/records/:id/artifacts/:n': { leaves: ['view.opened'] },
  'POST /v1/records/:id/artifacts/:n/looks': { leaves: ['view.opened'] },
  'GET /records/:id/files/:n': { leaves: ['view.opened'] },
  'POST /records/:id/files/:n': { leaves: ['view.opened'] },
  'GET /unconfirmed': { none: 'excerpts of what whoever asks handed in, and of nothing else' },
  // looking at everything else
  'GET /v1/records/:id/receipt': STATUS,
  'GET /v1/records/:id/receipt.json': STATUS,
  'GET /v1/records/:id/receipt.pdf': STATUS,
  'GET /v1/records/:id/events': STATUS,
  'GET /report/records/:id/plain': STATUS,
  'GET /v1/parked': FIGURES,
  'GET /machine': FIGURES,
  'GET /fixity': FIGURES,
  'GET /holds': HOLDS,
  'GET /holds/:id': HOLDS,
  'GET /v1/holds': HOLDS,
  'GET /v1/holds/:id': HOLDS,
  'GET /holds/new': { leaves: ['search.ran'] },
  'GET /log': { none: 'sizes, keys and digests of the log; no content' },
  'GET /history': { none: 'what others did; names of colleagues, and no content' },
  'GET /v1/me': { none: 'who asks' },
  'GET /v1/policies': SETTINGS,
  'GET /v1/accounts': SETTINGS,
  'GET /v1/calendar': SETTINGS,
  'GET /requests/calendar': SETTINGS,
  'GET /v1/schedules': SETTINGS,
  'GET /v1/schedules/:edition': SETTINGS,
  'GET /v1/schedules/:edition/comparison': SETTINGS,
  'GET /schedules': SETTINGS,
  'GET /schedules/:edition': SETTINGS,
  'GET /schedules/:edition/comparison': SETTINGS,
  'GET /v1/retention/rules': SETTINGS,
  'GET /retention/rules': SETTINGS,
  'GET /v1/retention': FIGURES,
  'GET /retention': FIGURES,
  'GET /report/choices': SETTINGS,
  'GET /people': SETTINGS,
  'GET /accounts': SETTINGS,
  'GET /accounts/new': SETTINGS,
  'GET /accounts/:id': SETTINGS,
  'GET /keys': SETTINGS,
  'GET /provider': SETTINGS,
  'GET /offices': SETTINGS,
  'GET /policies': SETTINGS,
  'GET /policies/:policy/versions/:version': SETTINGS,
  'GET /policies/:policy/compare': SETTINGS,
  'GET /policies/draft': SETTINGS,
  'GET /policies/:policy/draft': SETTINGS,
  'GET /machine/agencies/:agency/administrator': SETTINGS,
  'GET /disposals': LISTED,
  'GET /disposals/:id': LISTED,
  'GET /v1/disposals': LISTED,
  'GET /v1/disposals/:id': LISTED,
  'GET /v1/disposals/:id/dry-run': LISTED,
  'GET /v1/disposals/:id/certificate': LISTED,
  'GET /v1/disposals/:id/certificate.pdf': LISTED,
  'GET /v1/disposals/:id/cleaned': LISTED,
  // handing out
  'POST /v1/exports': { leaves: HANDED_OUT, seenIn: 'exports' },
  'POST /records/:id/package': { leaves: HANDED_OUT, seenIn: 'console-package' },
  // destroying
  'POST /disposals': { leaves: ['purge.drafted'], seenIn: 'disposal-decided' },
  'POST /disposals/:id/exceptions': { leaves: ['purge.excepted'], seenIn: 'disposal-decided' },
  'POST /disposals/:id/proposal': { leaves: ['purge.proposed'], seenIn: 'disposal-decided' },
  'POST /disposals/:id/approval': { leaves: ['purge.approved'], seenIn: 'disposal-decided' },
  'POST /disposals/:id/refusal': { leaves: ['purge.refused'], seenIn: 'disposal-decided' },
  'POST /disposals/:id/cancellation': { leaves: ['purge.refused'], seenIn: 'disposal-decided' },
  'POST /v1/disposals': { leaves: ['purge.drafted'], seenIn: 'disposal-decided' },
  'POST /v1/disposals/:id/exceptions': { leaves: ['purge.excepted'], seenIn: 'disposal-decided' },
  'POST /v1/disposals/:id/proposal': { leaves: ['purge.proposed'], seenIn: 'disposal-decided' },
  'POST /v1/disposals/:id/approval': { leaves: ['purge.approved'], seenIn: 'disposal-decided' },
  'POST /v1/disposals/:id/refusal': { leaves: ['purge.refused'], seenIn: 'disposal-decided' },
  'POST /v1/disposals/:id/cancellation': { leaves: ['purge.refused'], seenIn: 'disposal-decided' },
  // deciding
  'POST /log': { leaves: ['config.changed'] },
  'POST /worklist': { leaves: ['search.ran'] },
  'POST /v1/records/:id/steps/:step/run': { leaves: ['step.rerun'] },
  'POST /holds': { leaves: ['record.held', 'hold.placed'] },
  'POST /v1/holds': { leaves: ['record.held', 'hold.placed'] },
  'POST /v1/records/:id/holds': { leaves: ['record.held', 'hold.placed'] },
  'POST /holds/:id/release': { leaves: ['record.released', 'hold.released'], seenIn: 'console-holds' },
  'POST /v1/holds/:id/release': { leaves: ['record.released', 'hold.released'], seenIn: 'holds-calls' },
  'POST /v1/requests': { leaves: ['request.received', 'request.opened'] },
  'POST /v1/requests/:id/receipt': { leaves: ['request.opened'], seenIn: 'requests' },
  'POST /requests': { leaves: ['request.received', 'request.opened'], seenIn: 'console-requests' },
  'POST /requests/:id/receipt': { leaves: ['request.opened'], seenIn: 'console-requests' },
  'POST /requests/:id/contact': { leaves: ['request.contact-added'], seenIn: 'requests-mail' },
  'POST /v1/requests/:id/contact': { leaves: ['request.contact-added'], seenIn: 'requests-mail' },
  'POST /requests/mail': {
    none: 'a mail that somebody holds anyway; kept for a day, until it is entered, and that is the entry',
  },
  'GET /v1/requests/:id/mails/:n.eml': { leaves: ['request.viewed'], seenIn: 'requests-mail' },
  'GET /v1/requests/:id/mails/:n/parts/:part': { leaves: ['request.viewed'], seenIn: 'requests-mail' },
  'POST /requests/:id/correction': { leaves: ['request.receipt-corrected'], seenIn: 'console-requests' },
  'POST /requests/:id/state': { leaves: ['request.moved'], seenIn: 'console-requests' },
  'POST /requests/:id/correspondence': { leaves: ['request.noted'], seenIn: 'console-requests' },
  'POST /requests/:id/closing': { leaves: ['request.closed'], seenIn: 'console-requests' },
  'POST /requests/calendar': { leaves: ['calendar.changed'], seenIn: 'console-requests' },
  'POST /v1/requests/:id/correction': { leaves: ['request.receipt-corrected'], seenIn: 'requests' },
  'POST /v1/requests/:id/state': { leaves: ['request.moved'] },
  'POST /v1/requests/:id/correspondence': { leaves: ['request.noted'] },
  'POST /v1/requests/:id/closing': { leaves: ['request.closed'] },
  'POST /v1/requests/:id/productions': { leaves: ['production.requested'], seenIn: 'production-calls' },
  'POST /v1/productions/:id/release': { leaves: ['production.released'], seenIn: 'production-calls' },
  'POST /v1/productions/:id/run': { leaves: ['production.rerun'], seenIn: 'production-packing' },
  'POST /requests/:id/productions/:production/run': {
    leaves: ['production.rerun'],
    seenIn: 'console-productions',
  },
  'POST /v1/productions/:id/withdrawal': { leaves: ['production.withdrawn'] },
  'POST /requests/:id/productions': { leaves: ['production.requested'], seenIn: 'console-productions' },
  'POST /requests/:id/productions/:production/release': {
    leaves: ['production.released'],
    seenIn: 'console-productions',
  },
  'POST /requests/:id/productions/:production/withdrawal': {
    leaves: ['production.withdrawn'],
    seenIn: 'console-productions',
  },
  'POST /v1/requests/:id/searches': { leaves: ['hold.placed', 'request.searched'] },
  'POST /requests/:id/collect': { leaves: ['hold.placed', 'request.searched'] },
  'POST /v1/requests/:id/records': { leaves: ['record.held', 'hold.placed', 'request.named'] },
  'POST /requests/:id/collect/records': { leaves: ['record.held', 'hold.placed', 'request.named'] },
  'POST /v1/requests/:id/kept-until': { leaves: ['request.kept'], seenIn: 'collect' },
  'POST /requests/:id/collect/kept-until': { leaves: ['request.kept'], seenIn: 'console-review' },
  'POST /v1/requests/:id/records/:recordId/review': { leaves: ['request.reviewed'] },
  'POST /requests/:id/review/:recordId': { leaves: ['request.reviewed'] },
  'PUT /v1/calendar': { leaves: ['calendar.changed'] },
  'GET /v1/requests/:id/letters': { leaves: ['request.viewed'] },
  'GET /requests/:id/letters': { leaves: ['request.viewed'] },
  'POST /v1/requests/:id/letters': { leaves: ['request.noted', 'request.letter-sent'] },
  'POST /requests/:id/letters': { leaves: ['request.viewed'] },
  'POST /requests/:id/letters/certificate': {
    leaves: ['request.search-certified'],
    seenIn: 'console-letters',
  },
  'GET /v1/requests/:id/letters/:n.pdf': { leaves: ['request.viewed'], seenIn: 'letters' },
  'GET /v1/requests/:id/letters/:n.txt': { leaves: ['request.viewed'], seenIn: 'letters' },
  'POST /v1/requests/:id/estimate': { none: 'reckons by the rates of the agency; nothing of the request' },
  'GET /v1/letter-templates': SETTINGS,
  'PUT /v1/letter-templates': { leaves: ['letter-template.changed'] },
  'GET /requests/letter-templates': SETTINGS,
  'POST /requests/letter-templates': { leaves: ['letter-template.changed'] },
  'GET /v1/fee-rates': SETTINGS,
  'PUT /v1/fee-rates': { leaves: ['fee-rates.changed'] },
  'POST /requests/fee-rates': { leaves: ['fee-rates.changed'] },
  'POST /v1/requests/:id/certificate-of-search': {
    leaves: ['request.search-certified'],
    seenIn: 'letters',
  },
  'GET /v1/requests/:id/certificate-of-search': { leaves: ['request.viewed'], seenIn: 'letters' },
  'GET /v1/requests/:id/certificate-of-search.pdf': { leaves: ['request.viewed'], seenIn: 'letters' },
  'POST /v1/public/:agency/requests': { leaves: ['request.received'], seenIn: 'requests' },
  'POST /ask/:agency': { leaves: ['request.received'], seenIn: 'ask-page' },
  'POST /people': { leaves: ['person.added', 'person.invited'] },
  'POST /people/:id/roles': { leaves: ['person.roles'], seenIn: 'console-people' },
  'POST /people/:id/departure': { leaves: ['person.left'] },
  'POST /people/:id/invitation': { leaves: ['person.invited'] },
  'POST /people/:id/provider': { leaves: ['person.provider-allowed'], seenIn: 'console-provider' },
  'POST /people/:id/agreements': { leaves: ['person.agreed'], seenIn: 'console-agreements' },
  'POST /people/:id/agreements/:agreement/withdrawal': { leaves: ['person.agreement-withdrawn'] },
  'POST /accounts': { leaves: ['account.added'] },
  'POST /accounts/unregistered': { leaves: ['account.added'] },
  'POST /accounts/:id': { leaves: ['account.changed'] },
  'POST /accounts/:id/state': { leaves: ['account.changed'], seenIn: 'console-accounts' },
  'POST /keys': { leaves: ['key.made'] },
  'POST /keys/:id/rotation': { leaves: ['key.made', 'key.ends'] },
  'POST /keys/:id/revocation': { leaves: ['key.revoked'] },
  'POST /provider': { leaves: ['provider.changed'] },
  'POST /provider/end': { leaves: ['provider.removed'] },
  'POST /policies/packs': { leaves: ['policy.added'] },
  'POST /policies/draft': { leaves: ['policy.added'] },
  'POST /policies/:policy/draft': { leaves: ['policy.added'], seenIn: 'console-policies' },
  'POST /v1/schedules': { leaves: ['edition.added'] },
  'POST /schedules': { leaves: ['edition.added'] },
  'POST /schedules/starter': { leaves: ['edition.added'] },
  'POST /v1/schedules/:edition/confirmations': { leaves: ['edition.confirmed'] },
  'POST /schedules/:edition/confirmations': { leaves: ['edition.confirmed'] },
  'POST /v1/schedules/:edition/succession': { leaves: ['edition.succeeded'] },
  'POST /schedules/:edition/succession': { leaves: ['edition.succeeded'] },
  'POST /v1/schedules/:edition/withdrawal': { leaves: ['edition.withdrawn'] },
  'POST /schedules/:edition/withdrawal': { leaves: ['edition.withdrawn'] },
  'POST /v1/retention/rules': { leaves: ['rule.added'] },
  'POST /retention/rules': { leaves: ['rule.added'] },
  'POST /v1/retention/rules/:rule/end': { leaves: ['rule.ended'] },
  'POST /retention/rules/:rule/end': { leaves: ['rule.ended'] },
  'POST /v1/retention/fiscal-year': { leaves: ['config.changed'], seenIn: 'retention' },
  'POST /retention/fiscal-year': { leaves: ['config.changed'], seenIn: 'retention' },
  'POST /v1/records/:id/classification': { leaves: ['record.reclassified'], seenIn: 'retention' },
  'POST /records/:id/classification': { leaves: ['record.reclassified'], seenIn: 'console-retention' },
  'POST /v1/records/:id/days': { leaves: ['record.dated'], seenIn: 'retention' },
  'POST /records/:id/days': { leaves: ['record.dated'], seenIn: 'console-retention' },
  'POST /offices': { leaves: ['office.added'] },
  'POST /offices/:id/end': { leaves: ['office.ended'] },
  'POST /offices/:id/address': { leaves: ['office.changed'] },
  'POST /offices/:id/letter': { leaves: ['office.tried'], seenIn: 'routing' },
  'POST /machine/agencies': { leaves: ['agency.added'], seenIn: 'console-machine' },
  'POST /machine/agencies/:agency/administrator': {
    leaves: ['agency.handed-over'],
    seenIn: 'console-machine',
  },
  'POST /machine/agencies/:agency/link': { leaves: ['agency.link-renewed'], seenIn: 'console-machine' },
  // coming and going
  'POST /sign-in': { leaves: ['person.signed-in'], seenIn: 'sign-in' },
  'POST /sign-in/passkey': { leaves: ['person.signed-in'], seenIn: 'console-sign-in' },
  'GET /sign-in/oidc/callback/:agency': { leaves: ['person.signed-in'], seenIn: 'oidc' },
  'POST /sign-out': { leaves: ['person.signed-out'], seenIn: 'sign-in' },
  'POST /invitation/:token': { leaves: ['person.means'], seenIn: 'sign-in' },
  'POST /invitation/:token/passkey': { leaves: ['person.means'], seenIn: 'console-sign-in' },
  'POST /first-account/:token': { leaves: ['agency.added'], seenIn: 'sign-in' },
  'GET /sign-in': FRAME,
  'GET /sign-in/oidc': { none: 'the way to the agency’s own sign-in; who comes back is the entry' },
  'POST /sign-in/passkey/question': { none: 'a question; its answer is the entry' },
  'POST /invitation/:token/passkey/question': { none: 'a question; its answer is the entry' },
  'GET /invitation/:token': BY_TOKEN,
  'GET /first-account/:token': BY_TOKEN,
  // open to anybody
  'GET /verify': ASKED_BY_ANYBODY,
  'POST /verify': ASKED_BY_ANYBODY,
  'GET /verify/production': { none: 'how to check a production, in words that are the same for all' },
  'GET /ask/:agency': { none: 'a form' },
  'GET /p/:token': { none: 'how many records are behind a link; fetching them is the entry' },
  'GET /ask/:agency/:tracking': {
    none: 'a state and a day, to whoever has the number of the request; no content, and nobody who could be named',
  },
  'GET /v1/public/:agency/requests/:tracking': {
    none: 'a state and a day, to whoever has the number of the request; no content, and nobody who could be named',
  },
  'GET /v1/log/:agency/checkpoint': PUBLISHED,
  'GET /v1/log/:agency/keys': PUBLISHED,
  'GET /v1/log/:agency/anchors': PUBLISHED,
  'GET /v1/log/:agency/tile/*': PUBLISHED,
  'GET /': FRAME,
  'GET /report': FRAME,
  'GET /keep': FRAME,
  'GET /report/records/:id': FRAME,
  'GET /report/records/:id/receipt': FRAME,
  'GET /docs': { none: 'the description of the calls' },
  'GET /openapi.json': { none: 'the description of the calls' },
  'GET /child-safety': { none: 'whom to call; takes nothing' },
  'GET /language': { none: 'a cookie of the browser' },
  'GET /assets/*': { none: 'the files that pages load' },
  'GET /healthz': FIGURES,
  'GET /readyz': FIGURES,
  'GET /metrics': FIGURES,
};

const BY_CALLS = { none: 'makes the calls of the API, and those are the entries' };
const NO_DATABASE = { none: 'touches no database of an agency' };
/** The command line, where nobody signs in: each act is by `cli`. */
const VERBS: Readonly<Record<string, Left>> = {
  'account add': { leaves: ['account.added'], seenIn: 'cli' },
  'agency add': { leaves: ['agency.added'], seenIn: 'cli' },
  'key create': { leaves: ['key.made'], seenIn: 'cli' },
  'key revoke': { leaves: ['key.revoked'], seenIn: 'cli' },
  'office add': { leaves: ['office.added'], seenIn: 'cli' },
  'operator add': { leaves: ['person.added', 'person.invited'], seenIn: 'cli' },
  'operator remove': { leaves: ['person.left'], seenIn: 'cli' },
  'policy add': { leaves: ['policy.added'], seenIn: 'cli' },
  'provider set': { leaves: ['provider.changed'], seenIn: 'cli' },
  'user add': { leaves: ['person.added', 'person.invited'], seenIn: 'cli' },
  parked: { leaves: ['step.rerun'], seenIn: 'cli' },
  'log-key add': { leaves: ['log-key.added'], seenIn: 'log' },
  'log-key retire': { leaves: ['log-key.retired'], seenIn: 'log' },
  'log-key list': SETTINGS,
  export: { leaves: HANDED_OUT, seenIn: 'exports' },
  'rebuild-index': { leaves: ['record.sealed', 'restore.performed'], seenIn: 'rebuild-damage' },
  backup: {
    none: 'copies what is there as it is, by whoever has the whole machine; its time is among the chores',
  },
  restore: { leaves: ['restore.performed', 'fixity.put-back'], seenIn: 'backup-s3' },
  verify: NO_DATABASE,
  'key list': SETTINGS,
  'policy packs': SETTINGS,
  demo: BY_CALLS,
  report: BY_CALLS,
  up: NO_DATABASE,
  api: NO_DATABASE,
  work: { none: 'runs the steps, and each of those is entered' },
  migrate: { none: 'what an update changes of a history, it enters by itself' },
  doctor: FIGURES,
  audit: { none: 'holds what is there against what was signed: digests and places, without content' },
  version: NO_DATABASE,
  'prepare-store': NO_DATABASE,
};

const nameOf = ({ method, url }: Pick<Call, 'method' | 'url'>): string =>
  `${method === 'HEAD' ? 'GET' : method} ${url.startsWith('/assets/') ? '/assets/*' : url}`.replace(
    /^(?:GET|HEAD)(?= \/v1\/uploads\/)/,
    'POST',
  );

let archive: Archive;
let idp: IdentityProviderForTests;
let everybody: Colleague;
let operator: Colleague;

const ROLES: readonly Role[] = ['moderator', 'custodian', 'retention-officer', 'approver', 'administrator'];

beforeAll(async () => {
  archive = await openArchive();
  idp = await startIdentityProvider('http://archive.example/');
});
afterAll(async () => {
  await archive?.close();
  await idp?.close();
});

/** Everything that a call may name, new for each of them: some of them end what they name. */
async function freshIds(): Promise<CallIds> {
  const { db } = archive.system;
  everybody = await colleague(archive, ROLES);
  const name = randomUUID();
  const handed = await archive.report(simpleReport({ text: name }), [
    { name: 'picture.png', type: 'image/png', bytes: await png() },
  ]);
  const { recordId } = handed.body;
  await archive.sql.query(
    `insert into step (record_id, name, agency_id, parked_at, error_code, error) values ($1, 'inspect', 'rivertown', now(), 'internal', 'x')
     on conflict (record_id, name) do update set parked_at = now(), error_code = 'internal', error = 'x'`,
    [recordId],
  );
  const other = await colleague(archive, ['moderator']);
  const policyId = `policy-${name}`;
  const disposalId = await completedList(archive, 'rivertown');
  const ids = await db.inAgency('rivertown', async (at) => {
    const asked = await requestIds(at);
    await at.tx
      .insertInto('request_record')
      .values({
        agency_id: 'rivertown',
        request_id: asked.requestId,
        record_id: recordId,
        search_n: null,
        by: 'test',
      })
      .execute();
    const ground = { clauseId: 'a', label: 'L', citation: 'C', clause: 'W' };
    await addPolicy(at, { policyId, version: '1', title: 'T', effectiveOn: '2026-01-01', grounds: [ground] });
    const { personId } = other;
    await recordAgreement(
      at,
      { personId, policyId, version: '1', agreedOn: '2026-01-01', paper: name },
      'test',
    );
    const office = await addOffice(
      at,
      { name, email: `${name}@rivertown.example`, duty: 'custodian', policyId: null, citation: null },
      'test',
    );
    if ('refused' in office) throw new Error(office.refused);
    return {
      recordId,
      personId,
      policyId,
      agreementId: (await listAgreements(at)).find((one) => one.personId === personId)?.id ?? '',
      officeId: office.id,
      accountId: await addAccount(at, { platform: 'x', nativeId: null, handle: name, url: null, name }),
      keyId: '',
      uploadId: '',
      ...(await retentionIds(at)),
      holdId: (
        await placeHold(
          at,
          { kind: 'other', title: 'T', reason: 'R', ends: 'E', on: { records: [recordId] } },
          'cli',
        )
      ).holdId,
      disposalId,
      ...asked,
    };
  });
  return { ...ids, productionId: await sampleProduction(archive, 'rivertown', ids.requestId) };
}

/** A request that the custodian has, and the number that its requester has. */
async function requestIds(at: AgencyTx): Promise<Pick<CallIds, 'requestId' | 'tracking'>> {
  const received = archive.system.now();
  return await receiveRequest(
    at,
    {
      channel: 'letter',
      words: 'x',
      requester: null,
      contact: null,
      format: null,
      language: null,
      firstReceivedAt: received,
      receivedByCustodianAt: received,
    },
    'test',
  );
}

/** An edition that nobody confirmed, and a rule. */
async function retentionIds(at: AgencyTx): Promise<Pick<CallIds, 'edition' | 'ruleId'>> {
  const edition = `edition-${randomUUID()}`;
  const nothing = { number: null, schedule: null, description: null, trigger: null, period: null };
  const one = {
    ...nothing,
    disposition: null,
    cutoff: 'none',
    reading: 'unread',
    title: 'T',
    citation: 'C',
  } as const;
  await addSchedule(
    at,
    { edition, title: 'T', source: 'S', series: [{ code: 'x', ...one }], rules: [] },
    'test',
  );
  const rule = { position: randomInt(1, 1e6), matches: { kind: 'post' }, edition, series: 'x' };
  const added = await addRule(at, rule, 'test');
  if ('refused' in added) throw new Error(added.refused);
  return { edition, ruleId: added.id };
}

async function newestEvent(): Promise<string> {
  const { rows } = await archive.sql.query<{ seq: string }>(
    'select coalesce(max(seq), 0)::text as seq from event',
  );
  return rows[0]?.seq ?? '0';
}

async function leftBy(call: Call): Promise<{ answer: Answer; types: string[] }> {
  const begun = await freshIds();
  const { keyId } = await createKey(archive.system.db, { agencyId: 'rivertown', role: 'intake', label: 'x' });
  const upload = await uploading(archive.app, {
    cookie: everybody.cookie,
    'sec-fetch-site': 'same-origin',
  }).begin(5, '');
  const ids = { ...begun, keyId, uploadId: upload.id };
  operator = await colleague(archive, ['system-administrator'], 'system');
  const who = call.roles?.includes('system-administrator') === true ? operator : everybody;
  const before = await newestEvent();
  const answer = await makeCall({ archive, ids, idp }, call, { cookie: who.cookie }, who.personId);
  const { rows } = await archive.sql.query<{ type: string }>(
    'select type from event where seq > $1 order by seq',
    [before],
  );
  return { answer, types: rows.map(({ type }) => type) };
}

test('every call is in the table, and the table has no other', () => {
  const calls = new Set(archive.app.calls.map(nameOf));
  expect([...calls].toSorted()).toEqual(Object.keys(CALLS).toSorted());
  expect(calls.size).toBeGreaterThan(90);
});

test('every verb of the command line is in the table, and the table has no other', () => {
  const folder = join(import.meta.dirname, '..', '..', 'src', 'cli');
  const verbs = readdirSync(folder).flatMap((file) => [
    ...readFileSync(join(folder, file), 'utf8').matchAll(/: Verb = \{\s+name: '([^']+)'/g),
  ]);
  expect(verbs.map(([, name]) => String(name)).toSorted()).toEqual(Object.keys(VERBS).toSorted());
});

test(
  'each call that knows who asks leaves what the table says, and nothing else',
  { timeout: 300_000 },
  async () => {
    let made = 0;
    for (const call of archive.app.calls) {
      const left = CALLS[nameOf(call)];
      // A stream does not end; HEAD gives what GET gives.
      if (call.roles === null || call.method === 'HEAD' || call.url.endsWith('/events')) continue;
      if (left === undefined || 'seenIn' in left) continue;
      const { answer, types } = await leftBy(call);
      const refusedHere = call.url === '/machine/agencies/:agency/administrator';
      expect(answer.status, `${nameOf(call)}: ${answer.text}`).toBeLessThan(refusedHere ? 405 : 400);
      expect(types, nameOf(call)).toEqual('leaves' in left ? left.leaves : []);
      made += 1;
    }
    expect(made).toBeGreaterThan(50);
  },
);

describe('a list of records', () => {
  const key = async (): Promise<Record<string, string>> => ({
    authorization: `Bearer ${await archive.key('custodian')}`,
  });
  const newestSearch = async (): Promise<unknown> => {
    const { rows } = await archive.sql.query<{ body: unknown }>(
      "select body from event where type = 'search.ran' order by seq desc limit 1",
    );
    return rows[0]?.body;
  };

  test('is entered with its filters by name, and with no word of what was looked for', async () => {
    const word = randomUUID();
    const answer = await archive.app.inject({
      url: `/v1/records?q=${word}&platform=x&limit=5`,
      headers: await key(),
    });
    expect(answer.statusCode).toBe(200);
    expect(await newestSearch()).toEqual({ list: 'records', found: 0, filters: ['platform', 'words'] });
    const { rows } = await archive.sql.query('select 1 from event where body::text like $1', [`%${word}%`]);
    expect(rows).toEqual([]);
  });

  test('is entered for each of its pages: whoever makes up a place in it is in the history as well', async () => {
    const page = async (query: string): Promise<{ records: unknown[]; nextCursor: string }> =>
      (await archive.app.inject({ url: `/v1/records?limit=2${query}`, headers: await key() })).json();
    const { nextCursor } = await page('');
    expect(await newestSearch()).toEqual({ list: 'records', found: 2 });
    await page(`&cursor=${nextCursor}`);
    expect(await newestSearch()).toEqual({ list: 'records', found: 2, continued: true });
    const madeUp = Buffer.from(`2199-01-01T00:00:00.000Z ${randomUUID()}`).toString('base64url');
    expect((await page(`&cursor=${madeUp}`)).records.length).toBe(2);
    expect(await newestSearch()).toEqual({ list: 'records', found: 2, continued: true });
  });

  test('is not shown when it cannot be entered, and neither is a record', async () => {
    const word = randomUUID();
    const { body } = await archive.report(simpleReport({ text: word }));
    const headers = await key();
    await archive.sql.query('revoke insert on event from holdfast_app');
    try {
      for (const url of ['/v1/records', '/records', '/worklist', `/v1/records/${body.recordId}`]) {
        const answer = await archive.app.inject({ url, headers });
        expect(answer.statusCode, url).toBeGreaterThanOrEqual(500);
        expect(answer.body, url).not.toContain(word);
      }
    } finally {
      await archive.sql.query('grant insert on event to holdfast_app');
    }
    const again = await archive.app.inject({ url: '/v1/records', headers });
    expect(again.body).toContain(word);
  });
});

describe('a report', () => {
  const eventsSince = async (seq: string): Promise<unknown[]> =>
    (
      await archive.sql.query('select type, record_id, actor, body from event where seq > $1 order by seq', [
        seq,
      ])
    ).rows;
  const send = async (payload: string, headers: Record<string, string> = {}) =>
    await archive.app.inject({
      method: 'POST',
      url: '/v1/deletion-events',
      headers: {
        authorization: `Bearer ${await archive.key('moderator')}`,
        'content-type': 'application/json',
        ...headers,
      },
      payload,
    });

  test('that was refused is entered by its code, with nothing of what it said', async () => {
    await archive.key('moderator');
    for (const [payload, code] of [
      ['{"platform":"somewhere"}', 'report-invalid'],
      ['', 'body-missing'],
    ] as const) {
      const before = await newestEvent();
      expect((await send(payload)).statusCode).toBeGreaterThanOrEqual(400);
      expect(await eventsSince(before)).toEqual([
        { type: 'intake.rejected', record_id: null, actor: expect.stringMatching(/^key:/), body: { code } },
      ]);
    }
  });

  test('that came before, the same, is entered in the history of its record', async () => {
    const report = JSON.stringify(simpleReport({ text: randomUUID() }));
    const headers = { 'idempotency-key': randomUUID() };
    const first = await send(report, headers);
    const before = await newestEvent();
    const again = await send(report, headers);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(await eventsSince(before)).toMatchObject([
      { type: 'intake.duplicate', record_id: first.json<{ recordId: string }>().recordId, body: {} },
    ]);
  });
});
