/**
 * What people and programs send that is wrong, in a table. Each row gets a problem with a code and a sentence that says
 * what was expected or what to do; nothing of it remains; and the next good report is taken.
 */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addAgency, addPolicy, createKey, revokeKey, samplePolicy } from '#agency/agency.ts';
import { buildApp } from '#api/api.ts';
import type { System } from '#system.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { cloudEvent } from '../support/cloud-event.ts';
import {
  BOUNDARY,
  FORM_TYPE,
  formOf,
  remains,
  send,
  stagedFiles,
  wire,
  type Got,
  type Part,
  type Sent,
  type Wire,
} from '../support/hostile.ts';
import { png } from '../support/picture.ts';
import { noBrowser } from '../support/stand-in-browser.ts';

let archive: Archive;
/** Looking for a browser that is not there takes most of a second for each record. */
const withoutBrowser = (system: System): System => ({ ...system, browser: noBrowser(system.browser) });
let port: number;
/** A record of Rivertown, and one of another city, each with a picture. */
let ours: string;
let theirs: string;
/** A record that was kept without a removal. */
let kept: string;

const EVENTS = 'application/cloudevents+json';
const RECORDS = '/v1/records';

beforeAll(async () => {
  archive = await openArchive({ adapt: withoutBrowser });
  const { db } = archive.system;
  await addAgency(db, { id: 'otherville', name: 'City of Otherville', zone: 'America/Chicago' });
  await db.inAgency('otherville', async (at) => {
    await addPolicy(at, { ...samplePolicy, policyId: 'otherville-policy' });
  });
  const file = { name: 'shot.png', type: 'image/png', bytes: await png() };
  ours = (await archive.report(simpleReport(), [file])).body.recordId;
  const asOther = { authorization: `Bearer ${await archive.key('moderator', 'otherville')}` };
  theirs = (await archive.report(simpleReport(), [file], asOther)).body.recordId;
  kept = (await archive.report(simpleReport({ action: { verb: 'none' } }))).body.recordId;
  await archive.app.listen({ host: '127.0.0.1', port: 0 });
  port = (archive.app.server.address() as AddressInfo).port;
});
afterAll(async () => await archive.close());

/** Name; how it is sent; status and code; a part of the sentence; what is sent before, and taken. */
type Row = readonly [string, () => Promise<Got>, number, string, string | RegExp, (() => Promise<Got>)?];

const post =
  (body: unknown, more: Sent = {}) =>
  async (): Promise<Got> =>
    await send(archive, {
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
      ...more,
    });
const report = (more: Record<string, unknown>) => async (): Promise<Got> => await post(simpleReport(more))();
const event = (parts: Parameters<typeof cloudEvent>[0]) => async (): Promise<Got> =>
  await post(cloudEvent(parts), { type: EVENTS })();
const form = (parts: readonly Part[], around?: Parameters<typeof formOf>[1]) => async (): Promise<Got> =>
  await send(archive, { body: formOf(parts, around), type: FORM_TYPE });
const get =
  (url: string, more: Sent = {}) =>
  async (): Promise<Got> =>
    await send(archive, { method: 'GET', url, role: 'custodian', ...more });
/** The first answer to bytes on a bare socket. KEY stands for a moderator's key. */
const raw =
  (head: string, more: Partial<Wire> = {}) =>
  async (): Promise<Got> => {
    const bytes = [head.replace('KEY', `Bearer ${await archive.key()}`), ...(more.bytes ?? [])];
    const [first] = await wire(port, { ...more, bytes });
    if (first === undefined) throw new Error('The server closed the connection without a word.');
    return first;
  };
const head = (lines: readonly string[], call = 'POST /v1/deletion-events'): string =>
  [`${call} HTTP/1.1`, 'Host: archive.example', 'Authorization: KEY', ...lines, '', ''].join('\r\n');

const good = (): Part => ({ name: 'event', type: 'application/json', body: JSON.stringify(simpleReport()) });
const file = (more: Partial<Part> = {}): Part => ({
  filename: 'a.txt',
  type: 'text/plain',
  body: 'words',
  ...more,
});
const big = (sizeBytes: number): string => JSON.stringify(simpleReport({ text: 'x'.repeat(sizeBytes) }));
const json = (text: string) =>
  `{"platform":"facebook","account":"rivertown","action":{"verb":"hide"},${text}}`;
const MB5 = 5 * 1024 ** 2;

// oxfmt-ignore
const BODIES: readonly Row[] = [
  ['no body and no type', post('', { type: null }), 400, 'body-missing', 'Send the report as JSON'],
  ['an empty JSON body', post(''), 400, 'body-missing', 'Send the report as JSON'],
  ['an empty form', post('', { type: FORM_TYPE }), 400, 'body-missing', 'Send'],
  ['an empty object', post('{}'), 422, 'report-invalid', '/platform: this member is required'],
  ['null', post('null'), 422, 'report-invalid', 'expected an object'],
  ['a list of reports', post(`[${json('"text":"a"')}]`), 422, 'report-invalid', 'expected an object'],
  ['JSON that is cut off', post('{"platform":"facebook","account"'), 400, 'json-malformed', 'ends too early'],
  ['two documents in one body', post('{}{}'), 400, 'json-malformed', 'nothing more after the end'],
  ['a comma too many', post(json('"text":"a",')), 400, 'json-malformed', 'a member name in double quotes'],
  ['NaN', post(json('"text":NaN')), 400, 'json-malformed', 'expected a value'],
  ['a byte order mark', post(`\ufeff${json('"text":"a"')}`), 400, 'json-malformed', 'without one'],
  ['text that is no UTF-8', post(Buffer.from(json('"text":"\u00e9"'), 'latin1')), 400, 'json-malformed', 'encoded in UTF-8'],
  ['text in UTF-16', post(Buffer.from(json('"text":"a"'), 'utf16le')), 400, 'json-malformed', /expected a member name|UTF-8/],
  ['a member twice', post(json('"text":"a","text":"b"')), 400, 'json-duplicate-key', '/text is there twice'],
  ['a member twice, the second written in escapes', post(json('"text":"a","te\\u0078t":"b"')), 400, 'json-duplicate-key', 'Send it once'],
  ['a member twice deep inside', post('{"platform":"x","account":"a","action":{"verb":"hide","verb":"none"}}'), 400, 'json-duplicate-key', '/action/verb'],
  ['an id as a number above 2^53', post(json('"author":{"nativeId":9007199254740993}')), 400, 'json-number-unsafe', 'Send it as text'],
  ['an id as a small number', post(json('"author":{"nativeId":12345}')), 422, 'report-invalid', 'nativeId as text'],
  ['a number that no double holds', post(json('"text":1e999')), 400, 'json-number-unsafe', 'as text'],
  ['a NUL in a text', post(json('"text":"a\\u0000b"')), 400, 'json-text-unstorable', 'hand in the original as a file'],
  ['half of a surrogate pair', post(json('"text":"a\\ud800b"')), 400, 'json-text-unstorable', 'Replace it by'],
  ['a NUL in the name of a member', post(json('"te\\u0000xt":"a"')), 400, 'json-text-unstorable', 'Replace it by'],
  ['a bare NUL in a text', post(json('"text":"a\u0000b"')), 400, 'json-malformed', 'expected'],
  ['a member __proto__', post(json('"__proto__":{"role":"administrator"}')), 400, 'json-malformed', 'Leave it out'],
  ['a member constructor', post(json('"constructor":{"prototype":{}}')), 422, 'report-invalid', 'not known here'],
  ['ten thousand lists in each other', post('['.repeat(10_000)), 400, 'json-malformed', 'Send a flat report'],
  ['5 MB and one byte of JSON', post('x'.repeat(MB5 + 1)), 413, 'body-too-large', 'at most 5 MB'],
  ['packed JSON', post(Buffer.from('1f8b0800', 'hex'), { headers: { 'content-encoding': 'gzip' } }), 400, 'json-malformed', 'UTF-8'],
];

// oxfmt-ignore
const TYPES: readonly Row[] = [
  ['plain text', post('hello', { type: 'text/plain' }), 415, 'media-type-unsupported', 'Send application/json'],
  ['a web form’s fields', post('platform=facebook', { type: 'application/x-www-form-urlencoded' }), 415, 'media-type-unsupported', 'multipart/form-data with a part'],
  ['a batch of CloudEvents', post('[]', { type: 'application/cloudevents-batch+json' }), 415, 'media-type-unsupported', 'Send'],
  ['another kind of multipart', post(formOf([good()]), { type: `multipart/mixed; boundary=${BOUNDARY}` }), 415, 'media-type-unsupported', 'multipart/form-data'],
  ['a type that only begins like a form', post(formOf([good()]), { type: `multipart/form-data-2; boundary=${BOUNDARY}` }), 415, 'media-type-unsupported', 'Send'],
  ['a body without a type', post('{}', { type: null }), 415, 'media-type-unsupported', 'Send application/json'],
  ['no type at all, only noise', post('{}', { type: ';;;' }), 415, 'media-type-unsupported', 'Send application/json'],
  ['a form that says it is JSON', post(formOf([good()])), 400, 'json-malformed', 'expected'],
  ['JSON that says it is a form', post(simpleReport(), { type: FORM_TYPE }), 400, 'multipart-malformed', 'does not begin with the boundary'],
  ['a form without a boundary', post(formOf([good()]), { type: 'multipart/form-data' }), 400, 'multipart-malformed', 'let your HTTP library write that header'],
  ['a form with a boundary of two lines', post(formOf([good()]), { type: 'multipart/form-data; boundary="a b "' }), 400, 'multipart-malformed', 'boundary'],
  ['a CloudEvent that says it is the simple form', post(cloudEvent()), 422, 'report-invalid', 'send it as application/cloudevents+json'],
  ['the simple form that says it is a CloudEvent', post(simpleReport(), { type: EVENTS }), 422, 'report-invalid', '/specversion: this member is required'],
];

// oxfmt-ignore
const FORMS: readonly Row[] = [
  ['a form that is cut off in a file', form([good(), file()], { after: '' }), 400, 'body-truncated', 'Send the whole report again'],
  ['a form that is cut off in a header', form([good()], { after: `--${BOUNDARY}\r\nContent-Dis` }), 400, 'body-truncated', 'nothing of it was kept'],
  ['a form without the event', form([file()]), 400, 'multipart-event-missing', 'Send the report itself as a part named event'],
  ['the event twice', form([good(), good()]), 400, 'multipart-part-unexpected', 'one report at a time'],
  ['a part that nobody knows', form([good(), file({ name: 'comment' })]), 400, 'multipart-part-unexpected', 'goes into the event'],
  ['a part without a name', form([good(), { head: 'Content-Disposition: form-data', body: 'x' }]), 400, 'multipart-part-unexpected', 'Content-Disposition'],
  ['a part without any header', form([good(), { head: '', body: 'x' }]), 400, 'multipart-part-unexpected', 'Content-Disposition'],
  ['a form inside the event', form([{ name: 'event', type: 'multipart/mixed; boundary=b', body: '--b--' }]), 415, 'media-type-unsupported', 'Send its Content-Type so'],
  ['an event that says it is text', form([{ name: 'event', type: 'text/plain', body: '{}' }]), 415, 'media-type-unsupported', 'application/json (the simple form)'],
  ['an empty event', form([{ name: 'event', type: 'application/json', body: '' }, file()]), 400, 'body-missing', 'Send the report as one JSON object'],
  ['an event of 5 MB and one byte', form([{ name: 'event', type: 'application/json', body: big(MB5) }, file()]), 413, 'body-too-large', 'Hand in long text as a file'],
  ['an event with a member twice, after a file', form([file(), { name: 'event', body: json('"text":"a","text":"b"') }]), 400, 'json-duplicate-key', 'Send it once'],
  ['an event with an unknown member, beside a file', form([file(), { name: 'event', body: json('"reason":"a"') }]), 422, 'report-invalid', '/reason: this member is not known here'],
  ['an unknown ground, beside a file', form([{ name: 'event', body: '{"platform":"x","account":"a","action":{"verb":"hide","ground":"a#b"}}' }, file()]), 422, 'ground-unknown', 'Leave it out when the ground is not known yet'],
  ['a file in base64', form([good(), { head: 'Content-Disposition: form-data; name="file"\r\nContent-Transfer-Encoding: base64', body: 'aGk=' }]), 400, 'multipart-malformed', 'send the bytes as they are'],
  ['a header smuggled in by a file name', form([good(), { head: 'Content-Disposition: form-data; name="file"; filename="a\r\nContent-Type: text/html\r\n\r\n<b>.png"', body: 'x' }]), 400, 'multipart-malformed', 'not well formed'],
  ['a bare line feed in a file name', form([good(), { head: 'Content-Disposition: form-data; name="file"; filename="a\nb.png"', body: 'x' }]), 400, 'multipart-malformed', 'must be sent encoded'],
  ['a NUL in a file name', form([good(), { head: `Content-Disposition: form-data; name="file"; filename*=UTF-8''a%00b`, body: 'x' }]), 400, 'multipart-malformed', 'Rename the file'],
  ['a file name of 2,000 characters', form([good(), file({ filename: 'x'.repeat(2000) })]), 400, 'multipart-malformed', 'Rename the file'],
  ['a file name twice', form([good(), { head: 'Content-Disposition: form-data; name="file"; filename="a"; filename="b"', body: 'x' }]), 400, 'multipart-malformed', 'says its name twice'],
  ['part headers of 20 KB', form([good(), { head: `Content-Disposition: form-data; name="file"\r\nX-A: ${'x'.repeat(20_000)}`, body: 'x' }]), 400, 'multipart-malformed', 'longer than 16384 bytes'],
  ['words before the first boundary', form([good()], { before: 'This is a message in parts.\r\n' }), 400, 'multipart-malformed', 'does not begin with the boundary'],
  ['words after the last boundary', form([good()], { after: `--${BOUNDARY}--\r\nP.S.` }), 400, 'multipart-malformed', 'more after its closing boundary'],
  ['5,000 files', form([good(), ...Array.from({ length: 5000 }, () => file())]), 413, 'multipart-too-many-files', 'with a second report'],
];

// oxfmt-ignore
const MEMBERS: readonly Row[] = [
  ['an unknown member', report({ reason: 'spam' }), 422, 'report-invalid', 'put what it says into the note'],
  ['an unknown member inside', report({ action: { verb: 'hide', reason: 'spam' } }), 422, 'report-invalid', '/action/reason'],
  ['an unknown verb', report({ action: { verb: 'nuke' } }), 422, 'report-invalid', 'expected one of delete, hide'],
  ['no verb', report({ action: {} }), 422, 'report-invalid', '/action/verb: this member is required'],
  ['a platform in capitals', report({ platform: 'Facebook' }), 422, 'report-invalid', '/platform: expected text of the form'],
  ['an empty account', report({ account: '' }), 422, 'report-invalid', 'at least 1 character'],
  ['an account of 201 characters', report({ account: 'x'.repeat(201) }), 422, 'report-invalid', 'at most 200 characters'],
  ['an empty text', report({ text: '' }), 422, 'report-invalid', 'leave it out when there is nothing to say'],
  ['a note of 8,001 characters', report({ note: 'x'.repeat(8001) }), 422, 'report-invalid', 'hand in longer text as a file'],
  ['an unknown author with a name', report({ author: { status: 'unknown', unknownReason: 'account-deleted', displayName: 'A' } }), 422, 'report-invalid', 'leave it out when it was not recorded'],
  ['capture said in words', report({ capture: 'no' }), 422, 'report-invalid', 'expected true or false'],
  ['a ground that nobody knows', report({ action: { verb: 'hide', ground: 'rivertown-social-media#99' } }), 422, 'ground-unknown', 'GET /v1/policies lists them'],
  ['a ground of another agency', report({ action: { verb: 'hide', ground: 'otherville-policy#3.a' } }), 422, 'ground-unknown', 'one of this agency’s own clauses'],
  ['a time in the future', report({ action: { verb: 'hide', performedAt: '2999-01-01T00:00:00Z' } }), 422, 'time-in-future', 'expected a time that has come'],
  ['a post from the future', report({ postedAt: '2999-01-01T00:00:00Z' }), 422, 'time-in-future', '/postedAt'],
  ['a time without a zone', report({ action: { verb: 'hide', performedAt: '2026-01-01T00:00:00' } }), 422, 'time-without-zone', 'expected a zone at the end'],
  ['a day that the calendar does not have', report({ postedAt: '2026-02-30T00:00:00Z' }), 422, 'time-malformed', 'the calendar has no such day'],
  ['a zone without a colon', report({ postedAt: '2026-02-03T00:00:00+0000' }), 422, 'time-malformed', 'expected a time such as'],
  ['a date in words', report({ postedAt: 'yesterday' }), 422, 'time-malformed', '{"seen": "…"}'],
];

const NOT_PUBLIC = 'expected an address that anyone can open';
// oxfmt-ignore
const ADDRESSES: readonly Row[] = [
  ...['javascript:alert(1)', 'file:///etc/hostname', 'data:text/html,x', 'ftp://example.gov/'].map(
    (url): Row => [`the address ${url}`, report({ url }), 422, 'address-not-http', 'expected an address that begins with https://'],
  ),
  ...['https://clerk:secret@example.gov/', 'https://clerk@example.gov/'].map(
    (url): Row => [`the address ${url}`, report({ url }), 422, 'address-malformed', 'remove what stands before the @'],
  ),
  ...['//example.gov/', 'example.gov', ' https://example.gov/', 'https://exa\nmple.gov/', 'https:\\\\example.gov\\', `https://example.gov/${'x'.repeat(3990)}`].map(
    (url): Row => [`the address ${JSON.stringify(url.slice(0, 40))}`, report({ url }), 422, url.length > 4000 ? 'report-invalid' : 'address-malformed', 'expected'],
  ),
  ...[
    'http://127.0.0.1/', 'http://127.1/', 'http://2130706433/', 'http://0x7f000001/', 'http://0177.0.0.1/', 'http://0/',
    'http://[::1]/', 'http://[::ffff:127.0.0.1]/', 'http://[::ffff:7f00:1]/', 'http://[64:ff9b::7f00:1]/', 'http://[fd00::1]/',
    'http://[fe80::1]/', 'http://10.0.0.1/', 'http://192.168.1.1/', 'http://172.16.0.1/', 'http://100.64.0.1/',
    'http://169.254.169.254/latest/meta-data/', 'http://metadata.google.internal/', 'http://localhost/', 'http://LOCALHOST./',
    'http://a.localhost/', 'http://printer.local/', 'http://intranet/', 'http://１２７.０.０.１/', 'http://①②⑦.⓪.⓪.①/',
    'https://example.gov:8443/', 'http://192.0.2.1/', 'http://[2001:db8::1]/',
  ].map((url): Row => [`the address ${url}`, report({ url }), 422, 'address-not-public', NOT_PUBLIC]),
  ['a script as the author’s profile', report({ author: { profileUrl: 'javascript:alert(1)' } }), 422, 'address-not-http', '/author/profileUrl'],
  ['a file as the account', report({ account: 'file:///etc/hostname' }), 422, 'address-not-http', 'expected an address that begins'],
];

// oxfmt-ignore
const FACTS: readonly Row[] = [
  ['an unknown member of the envelope', event({ envelope: { traceparent: 'x' } }), 422, 'report-invalid', '/traceparent: this member is not known'],
  ['an unknown member of the data', event({ data: { priority: 1 } }), 422, 'report-invalid', '/data/priority'],
  ['the time of receipt, which is ours to say', event({ envelope: { recordedtime: '2026-01-01T00:00:00Z' } }), 422, 'server-filled-member', '/recordedtime: the server fills this in'],
  ['raw bytes, which are ours to say', event({ data: { raw: { artifactId: 'a', sha256: 'a'.repeat(64) } } }), 422, 'server-filled-member', '/data/raw'],
  ['a digest of a capture, which is ours to say', event({ data: { captures: [{ sha256: 'a'.repeat(64) }] } }), 422, 'server-filled-member', 'clientSha256'],
  ['another agency', event({ envelope: { agencyid: 'otherville' } }), 403, 'agency-mismatch', 'use a key of that agency'],
  ['a policy of another agency', event({ action: { grounds: [{ policyId: 'otherville-policy', policyVersion: '1', citation: '3' }] } }), 422, 'ground-unknown', 'of one of this agency’s own clauses, word for word'],
  ['an invented citation of our own policy', event({ action: { grounds: [{ policyId: 'rivertown-social-media', policyVersion: '2026-01', citation: 'Policy 99(z)' }] } }), 422, 'ground-unknown', 'word for word'],
  ['an invented version of our own policy', event({ action: { grounds: [{ policyId: 'rivertown-social-media', policyVersion: '1999', citation: 'Policy 3(a)' }] } }), 422, 'ground-unknown', 'word for word'],
  ['other words than the clause has', event({ action: { grounds: [{ policyId: 'rivertown-social-media', policyVersion: '2026-01', citation: 'Policy 3(a)', text: 'Comments that we do not like.' }] } }), 422, 'ground-unknown', 'word for word'],
  ['a subject of another platform', event({ envelope: { subject: 'youtube:comment:abc' } }), 422, 'report-invalid', '/subject: expected platform:kind:id'],
  ['a subject that claims to be unknown and is not', event({ envelope: { subject: 'unknown:comment' } }), 422, 'report-invalid', 'unknown:<uuid>'],
  ['a subject of 501 characters', event({ envelope: { subject: `facebook:comment:${'1'.repeat(484)}` } }), 422, 'report-invalid', 'at most 500 characters'],
  ['an id that is too short', event({ envelope: { id: 'short' } }), 422, 'report-invalid', 'at least 16 character'],
  ['an id that is short in characters and long in code units', event({ envelope: { id: '🙂'.repeat(9) } }), 422, 'report-invalid', '/id: expected'],
  ['no source', event({ envelope: { source: undefined } }), 422, 'report-invalid', '/source: this member is required'],
  ['a source with spaces', event({ envelope: { source: 'my city' } }), 422, 'address-malformed', '/source: expected'],
  ['another version of CloudEvents', event({ envelope: { specversion: '0.3' } }), 422, 'report-invalid', 'expected "1.0"'],
  ['another schema', event({ envelope: { dataschema: 'urn:schema:removal-event:2' } }), 422, 'report-invalid', 'urn:schema:removal-event:1'],
  ['no reason why there is no capture', event({ data: { captureMissing: undefined } }), 422, 'report-invalid', 'send the files as multipart/form-data'],
  ['a capture whose file did not come', event({ data: { captures: [{ role: 'other' }] } }), 422, 'report-invalid', '0 file(s) came'],
  ['an identified author without an id', event({ author: { status: 'identified', displayName: { value: 'A', source: 'dom-text' } } }), 422, 'report-invalid', 'otherwise the status is "partial"'],
  ['an event from the future', event({ envelope: { time: '2999-01-01T00:00:00Z' } }), 422, 'time-in-future', '/time'],
  ['a capture that claims to come before the action', post(formOf([{ name: 'event', type: EVENTS, body: JSON.stringify(cloudEvent({ data: { captures: [{ order: 'before-action' }] } })) }, file()]), { type: FORM_TYPE }), 422, 'report-invalid', 'is for the browser extension to say'],
];

// oxfmt-ignore
const AFTERWARDS: readonly Row[] = [
  ['a confirmation with an unknown member', async () => await post({ by: 'me' }, { url: `${RECORDS}/${ours}/removal` })(), 422, 'report-invalid', '/by'],
  ['a confirmation from the future', async () => await post({ performedAt: '2999-01-01T00:00:00Z' }, { url: `${RECORDS}/${ours}/removal` })(), 422, 'time-in-future', 'expected a time that has come'],
  ['a confirmation as a form', async () => await post(formOf([good(), file()]), { type: FORM_TYPE, url: `${RECORDS}/${ours}/removal` })(), 415, 'media-type-unsupported', 'Files go to /facts'],
  ['a confirmation of what was kept', async () => await post('', { type: null, url: `${RECORDS}/${kept}/removal` })(), 409, 'removal-not-awaited', 'there is none to confirm'],
  ['a fact for a record that is not there', async () => await post(simpleReport(), { url: `${RECORDS}/${randomUUID()}/facts` })(), 404, 'record-not-found', 'no such record in this agency'],
  ['a fact for a record of another agency', async () => await post(simpleReport(), { url: `${RECORDS}/${theirs}/facts` })(), 404, 'record-not-found', 'no such record in this agency'],
  ['a fact with nothing in it', async () => await post('', { type: null, url: `${RECORDS}/${ours}/facts` })(), 400, 'body-missing', 'Send the report as JSON'],
  ['a confirmation for another agency', async () => await post('', { type: null, url: `${RECORDS}/${theirs}/removal` })(), 404, 'record-not-found', 'no such record in this agency'],
  ['running a step that is not parked', async () => await send(archive, { url: `${RECORDS}/${ours}/steps/seal/run`, type: null, role: 'custodian' }), 409, 'step-not-parked', 'GET /v1/parked lists'],
  ['running a step that does not exist', async () => await send(archive, { url: `${RECORDS}/${ours}/steps/purge/run`, type: null, role: 'custodian' }), 404, 'record-not-found', 'no such record'],
];

const bearer = (authorization: string): Sent => ({ nobody: true, headers: { authorization } });
// oxfmt-ignore
const WHO: readonly Row[] = [
  ['no key', post(simpleReport(), { nobody: true }), 401, 'key-missing', 'An administrator makes keys with'],
  ['a name and password', post(simpleReport(), bearer('Basic Y2xlcms6c2VjcmV0')), 401, 'key-missing', 'Authorization: Bearer <key>'],
  ['the word Bearer alone', post(simpleReport(), bearer('Bearer ')), 401, 'key-missing', 'Authorization: Bearer <key>'],
  ['two keys in one header', post(simpleReport(), bearer('Bearer hfk_a hfk_b')), 401, 'key-missing', 'Authorization: Bearer <key>'],
  ['a key that nobody made', post(simpleReport(), bearer(`Bearer hfk_${'A'.repeat(43)}`)), 401, 'key-invalid', 'Ask your administrator'],
  ['a key of 5,000 characters', post(simpleReport(), bearer(`Bearer ${'A'.repeat(5000)}`)), 401, 'key-missing', 'Authorization: Bearer <key>'],
  ['a key in the address', async () => await post(simpleReport(), { nobody: true, url: `/v1/deletion-events?key=${await archive.key()}` })(), 401, 'key-missing', 'Send the header'],
  ['a report by an auditor', post(simpleReport(), { role: 'auditor' }), 403, 'role-not-allowed', 'It takes one of: moderator'],
  ['content asked for by a program’s key', async () => await get(`${RECORDS}/${ours}`, { role: 'intake' })(), 403, 'role-not-allowed', '"intake" may not'],
  ['a search by a program’s key', get(RECORDS, { role: 'intake' }), 403, 'role-not-allowed', 'It takes one of'],
  ['the parked list for a moderator', get('/v1/parked', { role: 'moderator' }), 403, 'role-not-allowed', 'custodian, administrator'],
  ...['', '/receipt', '/events', '/artifacts/1', '/artifacts/2'].map(
    (of): Row => [`a record of another agency, ${of === '' ? 'whole' : of}`, async () => await get(`${RECORDS}/${theirs}${of}`)(), 404, 'record-not-found', 'no such record in this agency'],
  ),
  ['a key that was revoked', async () => await post(simpleReport(), bearer(`Bearer ${await revoked('before')}`))(), 401, 'key-invalid', 'was revoked'],
  ['a key that was revoked after it let the sender in', async () => await post(simpleReport(), bearer(`Bearer ${await revoked('between')}`))(), 401, 'key-invalid', 'was revoked'],
  ['a key that was revoked while the files came', revokedMeanwhile, 401, 'key-invalid', 'was revoked'],
];

async function revoked(when: 'before' | 'between'): Promise<string> {
  const { db } = archive.system;
  const { key, keyId } = await createKey(db, { agencyId: 'rivertown', role: 'moderator', label: 'lost' });
  // Whoever was let in is believed for a second: the commit is what asks again.
  if (when === 'between') {
    const me = await get('/v1/me', bearer(`Bearer ${key}`))();
    expect(me.status).toBe(200);
  }
  await revokeKey(db, 'rivertown', keyId, new Date());
  return key;
}

async function revokedMeanwhile(): Promise<Got> {
  const { db } = archive.system;
  const { key, keyId } = await createKey(db, { agencyId: 'rivertown', role: 'moderator', label: 'lost' });
  const body = formOf([good(), file({ body: 'x'.repeat(1000) })]);
  const lines = [`Content-Type: ${FORM_TYPE}`, `Content-Length: ${body.length}`];
  const answers = wire(port, {
    bytes: [head(lines).replace('KEY', `Bearer ${key}`), body.subarray(0, 300), body.subarray(300)],
    pauseMs: 400,
  });
  await sleep(200);
  await revokeKey(db, 'rivertown', keyId, new Date());
  const [first] = await answers;
  if (first === undefined) throw new Error('No answer.');
  return first;
}

const keyed = (key: string): Sent => ({ headers: { 'idempotency-key': key } });
const [keyA, keyB, keyC, factId] = [randomUUID(), randomUUID(), randomUUID(), `fact_${randomUUID()}`];
const [reportB, reportC] = [simpleReport(), simpleReport()];
const withKeys = (): string => {
  const body = JSON.stringify(simpleReport());
  return `${head(['Content-Type: application/json', 'Idempotency-Key: a', 'Idempotency-Key: b', `Content-Length: ${body.length}`])}${body}`;
};
// oxfmt-ignore
const REPEATS: readonly Row[] = [
  ['an Idempotency-Key with a space', post(simpleReport(), keyed('my key')), 400, 'idempotency-key-invalid', 'Send a new UUID for each report'],
  ['an empty Idempotency-Key', post(simpleReport(), keyed('')), 400, 'idempotency-key-invalid', '1 to 255 visible ASCII'],
  ['an Idempotency-Key of 256 characters', post(simpleReport(), keyed('k'.repeat(256))), 400, 'idempotency-key-invalid', '1 to 255'],
  ['an Idempotency-Key with an accent', raw(`${head(['Content-Type: application/json', 'Idempotency-Key: caf\u00e9', 'Content-Length: 2'])}{}`), 400, 'idempotency-key-invalid', 'ASCII'],
  ['two Idempotency-Keys', raw(withKeys()), 400, 'idempotency-key-invalid', 'without spaces'],
  ['a bad Idempotency-Key beside a file', post(formOf([good(), file()]), { type: FORM_TYPE, ...keyed('my key') }), 400, 'idempotency-key-invalid', 'without spaces'],
  ['the same key with another body', post(simpleReport(), keyed(keyA)), 409, 'idempotency-conflict', 'or a new key for a new one', post(simpleReport(), keyed(keyA))],
  ['the same key and body with another file', post(formOf([{ name: 'event', body: JSON.stringify(reportB) }, file()]), { type: FORM_TYPE, ...keyed(keyB) }), 409, 'idempotency-conflict', 'Send the same content to repeat', post(reportB, keyed(keyB))],
  ['the same key with another large body', post(big(100_000), keyed(keyA)), 409, 'idempotency-conflict', 'or a new key for a new one'],
  ['the same fact id with other content', event({ envelope: { id: factId }, action: { verb: 'delete' } }), 409, 'idempotency-conflict', 'used before with another content', event({ envelope: { id: factId } })],
  ['the same key for another record', async () => await post(reportC, { ...keyed(keyC), url: `${RECORDS}/${ours}/facts` })(), 409, 'idempotency-conflict', 'nothing was added to this one', post(reportC, keyed(keyC))],
];

const wrongMethod = (call: string, allowed: string): Row => [
  `${call}, which takes ${allowed}`,
  async () => {
    const got = await raw(head(['Content-Length: 0'], call))();
    expect(got.headers['allow']).toBe(allowed);
    return got;
  },
  405,
  'method-not-allowed',
  call.startsWith('HEAD') ? '' : `This call takes ${allowed}`,
];
const search = (query: string, says: string | RegExp, code = 'query-invalid'): Row => [
  `a search with ${query.slice(0, 50)}`,
  get(`${RECORDS}?${query}`),
  400,
  code,
  says,
];
const cursor = (text: string): string => `cursor=${Buffer.from(text).toString('base64url')}`;
// oxfmt-ignore
const ROUTES: readonly Row[] = [
  ['a call that does not exist', get('/v1/nothing'), 404, 'route-not-found', '/docs lists the calls'],
  ['a report to a call that does not exist', post(simpleReport(), { url: '/v2/deletion-events' }), 404, 'route-not-found', '/docs lists the calls'],
  ['a slash too many', post(simpleReport(), { url: '/v1/deletion-events/' }), 404, 'route-not-found', '/docs lists the calls'],
  wrongMethod('GET /v1/deletion-events', 'POST'),
  wrongMethod('HEAD /v1/deletion-events', 'POST'),
  wrongMethod('DELETE /v1/deletion-events', 'POST'),
  wrongMethod('OPTIONS /v1/deletion-events?a=b', 'POST'),
  wrongMethod('TRACE /v1/deletion-events', 'POST'),
  wrongMethod('PROPFIND /v1/records', 'GET, HEAD'),
  wrongMethod('POST /v1/records', 'GET, HEAD'),
  wrongMethod(`DELETE /v1/records/${randomUUID()}`, 'GET, HEAD'),
  wrongMethod(`PUT /v1/records/${randomUUID()}/artifacts/1`, 'GET'),
  wrongMethod(`GET /v1/records/${randomUUID()}/artifacts/1/looks`, 'POST'),
  wrongMethod(`HEAD /v1/records/${randomUUID()}/events`, 'GET'),
  wrongMethod(`GET /v1/records/${randomUUID()}/removal`, 'POST'),
  wrongMethod('POST /healthz', 'GET, HEAD'),
  // A method of its own in Fastify, which would ask for a body first.
  wrongMethod('QUERY /v1/me', 'GET, HEAD'),
  wrongMethod('PROPFIND /v1/me', 'GET, HEAD'),
  ['QUERY of nothing', raw(head(['Content-Length: 0'], 'QUERY /v1/nothing')), 404, 'route-not-found', '/docs lists the calls'],
  ['an address that no one can decode', raw(head([], 'GET /v1/records/%zz')), 400, 'request-malformed', 'two hexadecimal digits'],
  ['an id of 400 characters', get(`${RECORDS}/${'a'.repeat(400)}`), 404, 'route-not-found', '/docs lists the calls'],
  ['an id that is none', get(`${RECORDS}/latest`), 404, 'record-not-found', 'no such record'],
  ['an id in capitals', async () => await get(`${RECORDS}/${ours.toUpperCase()}`)(), 404, 'record-not-found', 'no such record'],
  ['an id with a NUL', async () => await get(`${RECORDS}/${ours}%00`)(), 404, 'record-not-found', 'no such record'],
  ['an id with SQL', get(`${RECORDS}/1'%20or%20'1'='1`), 404, 'record-not-found', 'no such record'],
  ['a record that is not there', get(`${RECORDS}/${randomUUID()}`), 404, 'record-not-found', 'no such record'],
  ['a receipt that is not there', get(`${RECORDS}/${randomUUID()}/receipt`), 404, 'record-not-found', 'no such record'],
  ['the live status of a record that is not there', get(`${RECORDS}/${randomUUID()}/events`), 404, 'record-not-found', 'no such record'],
  ...['0', '-1', '1e3', '99', '1.5', '999999999999', '01'].map(
    (n): Row => [`file ${n} of a record`, async () => await get(`${RECORDS}/${ours}/artifacts/${n}`)(), 404, 'record-not-found', 'no such record'],
  ),
  search('nothing=1', '"nothing": is not known here'),
  search('__proto__=1', '"__proto__": is not known here'),
  search('limit=0', '"limit": expected a whole number from 1 to 200'),
  search('limit=201', '"limit": expected a whole number from 1 to 200'),
  search('limit=abc', '"limit": expected a whole number from 1 to 200'),
  search('limit=1000', '"limit": expected a whole number from 1 to 200'),
  search('limit=-1', '"limit": expected a whole number from 1 to 200'),
  search('limit=1&limit=2', '"limit": expected it to be string'),
  search('state=gone', '"state": expected "reported" or "sealed"'),
  search('parked=false', '"parked": expected "true"'),
  search('q=', '"q": expected it to'),
  search(`q=${'x'.repeat(501)}`, '"q": expected it to NOT have more than 500'),
  search('q=a%00b', '"q": expected text without'),
  search('account=%00', '"account": expected text without'),
  search('from=2026-01-01T00:00:00', '"from": expected a time with its zone'),
  search('from=2026-01-01', '"from": expected a time with its zone'),
  search('from=2026-01-01T00:00:00+01:00', '+ is written %2B'),
  search('to=2026-02-30T00:00:00Z', '"to": expected a time'),
  search('from=0000-01-01T00:00:00Z', '"from": expected a time from the year 1000'),
  search('to=9999-12-31T23:59:59-23:59', '"to": expected a time from the year 1000'),
  search('cursor=garbage', 'Leave it out to begin at the newest record', 'cursor-invalid'),
  search(cursor('2026-01-01T00:00:00.000Z not-an-id'), 'not one of ours', 'cursor-invalid'),
  search(cursor(`1 ${randomUUID()}`), 'not one of ours', 'cursor-invalid'),
  search(cursor(`0000-01-01T00:00:00.000Z ${randomUUID()}`), 'not one of ours', 'cursor-invalid'),
];

const assets = [
  '/assets/../../etc/passwd',
  '/assets/%2e%2e/%2e%2e/etc/passwd',
  '/assets/..%2f..%2fetc%2fpasswd',
  '/assets/..%5c..%5cpackage.json',
  '/assets//etc/passwd',
];
const inside = [
  '../../../package.json',
  '..%2f..%2f..%2fpackage.json',
  '%2e%2e/%2e%2e/assets.ts',
  '%252e%252e%252fassets.ts',
  'api.js%00.css',
  '.env',
  '%00',
  'api.js/',
  '',
];
const build = async (): Promise<string> =>
  /\/assets\/[0-9a-f]+\/holdfast\//.exec((await get('/report')()).body)?.[0] ?? 'none';
const CHUNKED = ['Content-Type: application/json', 'Transfer-Encoding: chunked'];
// oxfmt-ignore
const WIRE: readonly Row[] = [
  ...assets.map((path): Row => [`the address ${path}`, raw(head([], `GET ${path}`)), 404, 'route-not-found', '/docs lists the calls']),
  ...inside.map((path): Row => [`${path === '' ? 'the listing' : path} of our own files`, async () => await raw(head([], `GET ${await build()}${path}`))(), 404, 'route-not-found', '/docs lists the calls']),
  ['noise', raw('\u0000\u0001\u0002 hello\r\n\r\n'), 400, 'request-malformed', 'Send it with an HTTP library'],
  ['another protocol', raw('SSH-2.0-OpenSSH_9.9\r\n\r\n'), 400, 'request-malformed', 'Send it with an HTTP library'],
  ['headers of 100 KB', raw(head([`X-A: ${'x'.repeat(100_000)}`])), 431, 'headers-too-large', 'Send what is longer in the body'],
  ['a header with a line feed in it', raw(head(['X-A: a\nb c'])), 400, 'request-malformed', 'HTTP library'],
  ['no Host', raw('GET /v1/records HTTP/1.1\r\nAuthorization: KEY\r\n\r\n'), 400, 'request-malformed', 'no header Host'],
  ['a length and chunks', raw(`${head([...CHUNKED, 'Content-Length: 2'])}2\r\n{}\r\n0\r\n\r\n`), 400, 'request-malformed', 'one correct Content-Length'],
  ['two lengths', raw(`${head(['Content-Type: application/json', 'Content-Length: 2', 'Content-Length: 3'])}{}`), 400, 'request-malformed', 'one correct Content-Length'],
  ['a negative length', raw(`${head(['Content-Type: application/json', 'Content-Length: -2'])}{}`), 400, 'request-malformed', 'one correct Content-Length'],
  ['chunks with a size that is none', raw(`${head(CHUNKED)}zz\r\n{}\r\n0\r\n\r\n`), 400, 'request-malformed', 'HTTP library'],
  ['JSON that ends before its announced length', raw(`${head(['Content-Type: application/json', 'Content-Length: 500'])}{"platform":`, { end: true }), 400, 'body-truncated', 'Send the whole of it again'],
  ['chunks without an end', raw(`${head(CHUNKED)}2\r\n{}\r\n`, { end: true }), 400, 'body-truncated', 'Send the whole of it again'],
  ['a form whose sender hangs up in a file', raw(`${head([`Content-Type: ${FORM_TYPE}`, 'Content-Length: 9000'])}${formOf([good(), file()], { after: '' }).toString()}`, { end: true }), 400, 'body-truncated', 'nothing of it was kept'],
  ['a form that announces 6 GB', raw(head([`Content-Type: ${FORM_TYPE}`, `Content-Length: ${6 * 1024 ** 3}`])), 413, 'body-too-large', 'Hand in the others with a second report'],
  ['JSON that announces 6 GB', raw(head(['Content-Type: application/json', `Content-Length: ${6 * 1024 ** 3}`])), 413, 'body-too-large', 'at most 5 MB'],
  ['6 MB of JSON without an announced length', raw(head(CHUNKED), { bytes: Array.from({ length: 96 }, () => `10000\r\n${'x'.repeat(65_536)}\r\n`) }), 413, 'body-too-large', 'at most 5 MB'],
  ['JSON that goes on after its announced length', raw(`${head(['Content-Type: application/json', 'Content-Length: 12'])}${JSON.stringify(simpleReport())}`), 400, 'request-malformed', 'with one correct Content-Length'],
];

const TABLES = { BODIES, TYPES, FORMS, MEMBERS, ADDRESSES, FACTS, AFTERWARDS, WHO, REPEATS, ROUTES, WIRE };
const LEAK =
  /\n\s+at |node:|node_modules|\.ts\b|\bselect\b|\binsert\b|\bupdate\b|postgres|\/tmp\/|\/src\/|hfk_/i;

for (const [table, rows] of Object.entries(TABLES))
  describe(table, () => {
    for (const [name, sending, status, code, says, given] of rows)
      test(name, async () => {
        if (given !== undefined) expect((await given()).status).toBe(202);
        const before = await remains(archive);
        const got = await sending();
        expectProblem(got, status, code, says);
        // Of a connection that broke, the server learns a moment later.
        for (let tries = 0; tries < 100 && (await stagedFiles(archive)) > (before['staged'] ?? 0); tries += 1)
          await sleep(20);
        expect(await remains(archive)).toEqual(before);
        expect((await archive.report(simpleReport())).status).toBe(202);
      });
  });

function expectProblem(got: Got, status: number, code: string, says: string | RegExp): void {
  expect(`${got.status} ${got.headers['content-type']}`, got.body).toBe(`${status} application/problem+json`);
  if (got.body === '') return;
  const problem = JSON.parse(got.body) as Record<string, string | number>;
  expect(problem).toMatchObject({ type: 'about:blank', status, code });
  expect(problem['title']).toMatch(/^[A-Z]/);
  expect(problem['requestId']).toBe(got.headers['x-request-id'] ?? 'no header');
  expect(problem['requestId']).toMatch(/^[0-9a-f-]{36}$/);
  const said = [problem['detail'], JSON.stringify(problem['problems'] ?? '')].join(' ');
  if (says instanceof RegExp) expect(said).toMatch(says);
  else expect(said).toContain(says);
  expect(problem['detail']).toMatch(/^["/A-Za-z].*\.$/s);
  expect(got.body).not.toMatch(LEAK);
  expect(got.body).not.toContain(archive.dataDir);
}

describe('a sender that stops in the middle', () => {
  test('is let go after a while, and nothing of it remains', async () => {
    const app = await buildApp(archive.system, {
      patience: { headerMs: 500, idleMs: 700, requestMs: 1500 },
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    try {
      const slow = (app.server.address() as AddressInfo).port;
      const before = await remains(archive);
      const whole = formOf([good(), file({ body: 'x'.repeat(5000) })]);
      const lines = head([`Content-Type: ${FORM_TYPE}`, `Content-Length: ${whole.length}`]);
      const started = `${lines.replace('KEY', `Bearer ${await archive.key()}`)}${whole.subarray(0, 600).toString()}`;
      // Silent, one letter at a time, and a header that never ends.
      const [silent, slowly, header] = await Promise.all([
        wire(slow, { bytes: [started] }),
        wire(slow, { bytes: [started, ...Array.from({ length: 100 }, () => 'x')], pauseMs: 100 }),
        wire(slow, {
          bytes: ['GET /v1/records HTTP/1.1\r\n', ...Array.from({ length: 100 }, () => 'x')],
          pauseMs: 100,
        }),
      ]);
      expect(silent).toEqual([]);
      for (const [answer] of [slowly, header]) {
        if (answer === undefined) throw new Error('There was no answer.');
        expectProblem(answer, 408, 'request-timeout', 'send it again');
      }
      for (let tries = 0; tries < 100 && (await stagedFiles(archive)) > (before['staged'] ?? 0); tries += 1)
        await sleep(20);
      expect(await remains(archive)).toEqual(before);
      expect((await archive.report(simpleReport())).status).toBe(202);
    } finally {
      await app.close();
    }
  });
});
