/**
 * A report in each of its forms: what is stored of it, what comes back byte for byte, when two reports are one, and what
 * may be said of it afterwards. Real database, real store, real workers.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addAccount, addAgency, addPolicy, samplePolicy } from '#agency/agency.ts';
import type { RecordView } from '#record/record.ts';
import type { System } from '#system.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { cloudEvent } from '../support/cloud-event.ts';
import {
  FORM_TYPE,
  formOf,
  remains,
  send,
  stagedFiles,
  type Got,
  type Part,
  type Sent,
} from '../support/hostile.ts';
import { png } from '../support/picture.ts';
import { noBrowser } from '../support/stand-in-browser.ts';

let archive: Archive;
/** Looking for a browser that is not there takes most of a second for each record. */
const withoutBrowser = (system: System): System => ({ ...system, browser: noBrowser(system.browser) });
beforeAll(async () => {
  archive = await openArchive({ adapt: withoutBrowser });
  const { db } = archive.system;
  await addAgency(db, { id: 'otherville', name: 'City of Otherville', zone: 'America/Chicago' });
  await db.inAgency('rivertown', async (at) => {
    const account = { platform: 'youtube', nativeId: 'UCrivertown', handle: '@rivertown', url: null };
    await addAccount(at, { ...account, name: 'Rivertown on video' });
  });
});
afterAll(async () => await archive.close());

const EVENTS = 'application/cloudevents+json';

interface Answer {
  readonly recordId: string;
  readonly replayed: boolean;
}

const answerOf = (got: Got): Answer => {
  expect(got.status, got.body).toBe(202);
  return {
    recordId: (JSON.parse(got.body) as { recordId: string }).recordId,
    replayed: got.headers['idempotent-replayed'] === 'true',
  };
};
const post = async (body: unknown, more: Sent = {}): Promise<Answer> =>
  answerOf(
    await send(archive, {
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
      ...more,
    }),
  );
const form = async (event: object, files: readonly Part[], more: Sent = {}): Promise<Answer> => {
  const type = 'specversion' in event ? EVENTS : 'application/json';
  const parts = [{ name: 'event', type, body: JSON.stringify(event) }, ...files];
  return await post(formOf(parts), { type: FORM_TYPE, ...more });
};
const picture = (bytes: Uint8Array, filename = 'shot.png'): Part => ({
  filename,
  type: 'image/png',
  body: bytes,
});
const keyed = (key: string): Sent => ({ headers: { 'idempotency-key': key } });

async function read<T>(url: string, more: Sent = {}): Promise<T> {
  const got = await send(archive, { method: 'GET', url, role: 'custodian', ...more });
  expect(got.status, got.body).toBe(200);
  return JSON.parse(got.body) as T;
}
const view = async (recordId: string, more: Sent = {}): Promise<RecordView> =>
  await read(`/v1/records/${recordId}`, more);

/** As much of a stored fact as is looked into here. */
interface Fact {
  readonly subject: string;
  readonly data: {
    readonly author: Record<string, unknown>;
    readonly content: Record<string, unknown>;
    readonly action: { readonly grounds: readonly Record<string, unknown>[] } & Record<string, unknown>;
    readonly captures: readonly Record<string, unknown>[];
    readonly raw: Record<string, unknown>;
  } & Record<string, unknown>;
}
const factsOf = async (recordId: string): Promise<Fact[]> =>
  (await view(recordId)).facts.map((fact) => fact.body as unknown as Fact);
const onlyFact = async (recordId: string): Promise<Fact> => {
  const [fact, ...others] = await factsOf(recordId);
  expect(others).toEqual([]);
  if (fact === undefined) throw new Error('The record has no fact.');
  return fact;
};

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

async function bytesOf(recordId: string, n: number): Promise<Buffer> {
  const response = await archive.app.inject({
    url: `/v1/records/${recordId}/artifacts/${n}`,
    headers: { authorization: `Bearer ${await archive.key('custodian')}` },
  });
  expect(response.statusCode).toBe(200);
  expect(response.headers['holdfast-sha256']).toBe(sha256(response.rawPayload));
  return response.rawPayload;
}

async function sealedBytes(key: string, versionId: string): Promise<Buffer> {
  return await buffer(await archive.system.store.read(key, versionId));
}

const ajv = new Ajv.default({ strict: false });
addFormats.default(ajv);
const schema = JSON.parse(
  readFileSync(new URL('../../src/intake/removal-event.schema.json', import.meta.url), 'utf8'),
) as object;
const isStored = ajv.compile(schema);
const expectStored = (fact: unknown): void => {
  expect(isStored(fact), JSON.stringify(isStored.errors)).toBe(true);
};

const unknownTime = { value: null, precision: 'unknown', source: 'submitter-typed' };
const anId = expect.stringMatching(/^art_[0-9a-f-]{36}$/) as unknown;

describe('what is stored', () => {
  test('of the least simple report: what was said, and honestly what was not', async () => {
    const sent = '{ "platform": "facebook",\n"account":"some-page","action":{"verb":"delete"}}';
    const { recordId } = await post(sent);
    const fact = await onlyFact(recordId);
    expectStored(fact);
    expect(fact).toEqual({
      specversion: '1.0',
      id: expect.stringMatching(/^fk1_[0-9a-f]{64}$/) as unknown,
      source: '/agencies/rivertown/webhook/facebook/some-page',
      type: 'removal.action-recorded.v1',
      subject: expect.stringMatching(/^unknown:[0-9a-f-]{36}$/) as unknown,
      datacontenttype: 'application/json',
      dataschema: 'urn:schema:removal-event:1',
      recordedtime: (await archive.receipt(recordId)).times.reportedAt,
      agencyid: 'rivertown',
      data: {
        channel: 'webhook',
        platform: { name: 'facebook', accountId: null, accountHandle: 'some-page' },
        content: {
          kind: 'other',
          nativeId: null,
          permalink: null,
          text: null,
          textSource: 'none',
          authoredAt: unknownTime,
          parent: null,
        },
        author: { status: 'unknown', unknownReason: 'submitter-did-not-record' },
        action: {
          verb: 'delete',
          actorType: 'agency-staff',
          performedAt: unknownTime,
          grounds: [],
          groundsMissing: 'not-stated',
        },
        captures: [],
        captureMissing: 'not-attempted',
        raw: {
          artifactId: anId,
          sha256: sha256(sent),
          headers: expect.objectContaining({ 'content-type': 'application/json' }) as unknown,
          signature: { scheme: 'none', result: 'not-applicable' },
        },
      },
    });
    // Nothing that lets anybody in is kept.
    expect(JSON.stringify(fact)).not.toContain('hfk_');
  });

  test('of a full simple report with a picture', async () => {
    const bytes = await png();
    const url = 'https://www.facebook.com/rivertown/posts/77?comment_id=12345678901234567890';
    const { recordId } = await form(
      {
        platform: 'facebook',
        account: 'rivertown',
        url,
        kind: 'comment',
        text: 'Words of a stranger',
        author: { displayName: 'A Stranger', nativeId: '9007199254740993' },
        postedAt: { seen: '2 h ago' },
        action: { verb: 'hide', ground: 'rivertown-social-media#3.b', performedAt: null },
        note: 'Seen by the clerk',
      },
      [picture(bytes, 'caf\u00e9 \u4e2d.png')],
    );
    const fact = await onlyFact(recordId);
    expectStored(fact);
    expect(fact.subject).toBe('facebook:comment:12345678901234567890');
    expect(fact.data).toMatchObject({
      content: {
        nativeId: '12345678901234567890',
        permalink: url,
        text: 'Words of a stranger',
        textSource: 'submitter-typed',
        authoredAt: { ...unknownTime, verbatim: '2 h ago' },
      },
      author: {
        status: 'identified',
        displayName: { value: 'A Stranger', source: 'submitter-typed' },
        nativeId: { value: '9007199254740993', source: 'submitter-typed' },
      },
      action: { performedAt: unknownTime },
      notes: 'Seen by the clerk',
    });
    expect(fact.data.captures).toEqual([
      {
        artifactId: anId,
        role: 'other',
        mediaType: 'image/png',
        bytes: bytes.length,
        sha256: sha256(bytes),
        capturedAt: unknownTime,
        order: 'unknown',
        originalName: 'caf\u00e9 \u4e2d.png',
      },
    ]);
    expect(fact.data['captureMissing']).toBeUndefined();
    expect(fact.data.action['groundsMissing']).toBeUndefined();
  });

  test('of a name without an id: an author who is partly known; of a registered page: its own id', async () => {
    const { recordId } = await post(
      simpleReport({ platform: 'youtube', account: 'rivertown', author: { handle: '@someone' } }),
    );
    const fact = await onlyFact(recordId);
    expect(fact.data.author).toEqual({
      status: 'partial',
      handle: { value: '@someone', source: 'submitter-typed' },
      unknownReason: 'submitter-did-not-record',
    });
    expect(fact.data['platform']).toEqual({
      name: 'youtube',
      accountId: 'UCrivertown',
      accountHandle: '@rivertown',
    });
    expect((await view(recordId)).accountRegistered).toBe(true);
    const said = { status: 'unknown', unknownReason: 'not-visible-in-capture' };
    const other = await post(simpleReport({ author: said }));
    expect((await onlyFact(other.recordId)).data.author).toEqual(said);
  });

  test('of a CloudEvent: every member as it was sent, ids as text', async () => {
    const event = cloudEvent({
      envelope: {
        subject: 'facebook:comment:9007199254740993_9007199254740995',
        time: '2026-01-02T03:04:05.678901Z',
      },
      content: { nativeId: '9007199254740993_9007199254740995', text: 'a\u202eb \u00e9 e\u0301 🙂' },
      action: { platformVerb: 'remove', durationSeconds: 9007199254740991 },
    });
    const { recordId } = await post(event, { type: EVENTS });
    const fact = await onlyFact(recordId);
    expectStored(fact);
    const { data, ...envelope } = fact;
    expect(envelope).toEqual({
      ...Object.fromEntries(Object.entries(event).filter(([name]) => name !== 'data')),
      agencyid: 'rivertown',
      recordedtime: expect.any(String) as unknown,
    });
    const { raw, captures, ...said } = data;
    expect(said).toEqual(event['data']);
    expect(captures).toEqual([]);
    expect(raw['sha256']).toBe(sha256(JSON.stringify(event)));
  });

  test('of a CloudEvent with files: what it says of each, beside what was measured', async () => {
    const [shot, page] = [await png(), Buffer.from('<!doctype html><p>A page</p>')];
    const captures = [
      {
        role: 'screenshot-element',
        capturedAt: { value: '2026-01-02T03:04:05Z', precision: 's', source: 'device-clock' },
        order: 'after-action',
        clientSha256: 'a'.repeat(64),
        pageUrl: 'https://www.facebook.com/rivertown',
        viewport: '1440x900@2',
      },
      { role: 'dom-html', mediaType: 'text/html', originalName: 'the page.html' },
    ];
    const { recordId } = await form(cloudEvent({ data: { captures, captureMissing: undefined } }), [
      picture(shot),
      { filename: 'page.bin', type: 'application/octet-stream', body: page },
    ]);
    const fact = await onlyFact(recordId);
    expectStored(fact);
    expect(fact.data.captures).toEqual([
      {
        ...captures[0],
        artifactId: anId,
        mediaType: 'image/png',
        bytes: shot.length,
        sha256: sha256(shot),
        originalName: 'shot.png',
      },
      {
        ...captures[1],
        artifactId: anId,
        bytes: page.length,
        sha256: sha256(page),
        capturedAt: unknownTime,
        order: 'unknown',
      },
    ]);
    const files = (await view(recordId)).artifacts.filter((file) => file.origin === 'handed-in');
    expect(files.map((file) => [file.role, file.sha256, file.claimedType])).toEqual([
      ['screenshot-element', sha256(shot), 'image/png'],
      ['dom-html', sha256(page), 'application/octet-stream'],
    ]);
    expect(files.map((file) => file.artifactId)).toEqual(
      fact.data.captures.map((file) => file['artifactId']),
    );
  });

  test('of an address that is longer than any subject may be: the address, and no subject', async () => {
    const long = Array.from({ length: 100 }, () => randomUUID()).join('');
    const url = `https://blog.example.gov/${long}#comment-12`;
    const { recordId } = await post(simpleReport({ platform: 'wordpress', url, capture: false }));
    const fact = await onlyFact(recordId);
    expectStored(fact);
    expect(fact.subject).toMatch(/^unknown:/);
    expect(fact.data.content['permalink']).toBe(url);
  });

  test('of verbs that remove nothing: no removal is awaited', async () => {
    const found: Record<string, string> = {};
    for (const verb of ['none', 'reject', 'hide', 'delete', 'unhide', 'restore', 'block']) {
      const { recordId } = await post(simpleReport({ action: { verb } }));
      found[verb] = (await view(recordId)).removal;
      const [fact] = (await view(recordId)).facts;
      expectStored(fact?.body);
    }
    expect(found).toEqual({
      none: 'none',
      reject: 'none',
      hide: 'awaited',
      delete: 'awaited',
      unhide: 'none',
      restore: 'none',
      block: 'awaited',
    });
    const done = await post(
      simpleReport({ action: { verb: 'hide', performedAt: '2026-01-02T03:04:05-06:00' } }),
    );
    expect(await view(done.recordId)).toMatchObject({
      removal: 'confirmed',
      removedAt: { value: '2026-01-02T03:04:05-06:00' },
    });
    expect((await onlyFact(done.recordId)).data.action['performedAt']).toEqual({
      value: '2026-01-02T03:04:05-06:00',
      precision: 's',
      source: 'submitter-typed',
      verbatim: '2026-01-02T03:04:05-06:00',
    });
  });
});

describe('the bytes that were sent', () => {
  test('come back as they were, before they are sealed and after, small and large', async () => {
    const spaced = `\n {  "platform" : "x", "account":"rivertown","action":{"verb":"hide"}, "text":"\\u00e9 ${randomUUID()}" }\n\n`;
    const large = JSON.stringify(
      simpleReport({ text: `${'line of text \u00e9🙂\n'.repeat(5000)}${randomUUID()}` }),
    );
    const event = JSON.stringify(cloudEvent({ content: { nativeId: '18446744073709551615' } }), null, 3);
    const shot = await png();
    const noise = Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 7919) % 256));
    const inForm = ` ${JSON.stringify(simpleReport())} `;
    const sent: (readonly [Answer, readonly Uint8Array[]])[] = [
      [await post(spaced), [Buffer.from(spaced)]],
      [await post(large), [Buffer.from(large)]],
      [await post(event, { type: EVENTS }), [Buffer.from(event)]],
      [
        await post(
          formOf([
            picture(shot),
            { name: 'event', body: inForm },
            { filename: 'noise.bin', body: noise },
            { filename: 'empty', body: '' },
          ]),
          { type: FORM_TYPE },
        ),
        [Buffer.from(inForm), shot, noise, Buffer.alloc(0)],
      ],
    ];
    const check = async (): Promise<void> => {
      for (const [{ recordId }, files] of sent)
        for (const [i, bytes] of files.entries())
          expect((await bytesOf(recordId, i + 1)).equals(bytes), `${recordId} ${i}`).toBe(true);
    };
    await check();
    await archive.work();
    for (const [{ recordId }, files] of sent) {
      await archive.until(recordId, (receipt) => receipt.status === 'complete');
      const record = await view(recordId);
      for (const [i, bytes] of files.entries()) {
        const seal = record.artifacts[i]?.seal;
        if (seal === null || seal === undefined) throw new Error('A file is not sealed.');
        expect((await sealedBytes(seal.key, seal.versionId)).equals(bytes)).toBe(true);
      }
      const [object] = record.seals.flatMap((seal) => seal.objects.filter((one) => one.role === 'fact'));
      if (object?.versionId == null) throw new Error('The fact is not sealed.');
      const fact = JSON.parse((await sealedBytes(object.key, object.versionId)).toString()) as unknown;
      expectStored(fact);
      expect(fact).toEqual(record.facts[0]?.body);
    }
    await check();
    // What is sealed does not wait in staging any more.
    for (let tries = 0; tries < 100 && (await stagedFiles(archive)) > 0; tries += 1) await sleep(50);
    expect(await stagedFiles(archive)).toBe(0);
    await archive.stopWork();
  });
});

/** A report that came once more leaves one thing: that the history says so. */
function withRepeats(before: Record<string, number>, repeats: number): Record<string, number> {
  return { ...before, event: (before['event'] ?? 0) + repeats };
}

describe('the same again', () => {
  test('without a key: the same bytes, and the same words written otherwise, are one report', async () => {
    const report = simpleReport();
    const first = await post(report);
    const before = await remains(archive);
    const again = await post(report);
    const reordered = Object.fromEntries(Object.entries(report).toReversed());
    const rewritten = await post(JSON.stringify(reordered, null, 2));
    expect([again, rewritten]).toEqual([
      { recordId: first.recordId, replayed: true },
      { recordId: first.recordId, replayed: true },
    ]);
    expect(await remains(archive)).toEqual(withRepeats(before, 2));
    expect((await view(first.recordId)).facts.map((fact) => fact.deliveries)).toEqual([3]);
    expect(first.replayed).toBe(false);
  });

  test('with a key: the same answer, nothing new, and no second copy of the files or of a large body', async () => {
    const key = randomUUID();
    const [small, large] = [simpleReport(), simpleReport({ text: 'x'.repeat(100_000) })];
    const shot = picture(await png());
    const first = await form(small, [shot], keyed(key));
    const firstLarge = await post(large, keyed(`${key}-large`));
    const before = await remains(archive);
    const other = { ...keyed(key), headers: { 'idempotency-key': key, 'user-agent': 'another client' } };
    expect(await form(small, [shot], other)).toEqual({ ...first, replayed: true });
    expect(await post(large, keyed(`${key}-large`))).toEqual({ ...firstLarge, replayed: true });
    expect(await remains(archive)).toEqual(withRepeats(before, 2));
    expect((await view(first.recordId)).facts.map((fact) => fact.deliveries)).toEqual([2]);
  });

  test('two keys are two reports, though they say the same', async () => {
    const report = simpleReport();
    const [one, two] = [await post(report, keyed(randomUUID())), await post(report, keyed(randomUUID()))];
    expect(one.recordId).not.toBe(two.recordId);
    expect([one.replayed, two.replayed]).toEqual([false, false]);
  });

  test('a hundred at once with one key are one record, and one copy of the file', async () => {
    const key = randomUUID();
    const report = simpleReport();
    const shot = picture(await png());
    const before = await remains(archive);
    const answers = await Promise.all(
      Array.from({ length: 100 }, async () => await form(report, [shot], keyed(key))),
    );
    expect(new Set(answers.map((answer) => answer.recordId)).size).toBe(1);
    expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1);
    const after = await remains(archive);
    const grown = Object.keys(after).map((what) => [what, (after[what] ?? 0) - (before[what] ?? 0)]);
    expect(Object.fromEntries(grown)).toEqual({
      record: 1,
      fact: 1,
      artifact: 2,
      step: 3,
      // Accepted once, and each of the others is told.
      event: 1 + 99,
      seal: 0,
      object: 0,
      staged: 1,
    });
    expect((await view(answers[0]?.recordId ?? '')).facts.map((fact) => fact.deliveries)).toEqual([100]);
  });

  test('a hundred at once without a key are one record too', async () => {
    const report = simpleReport();
    const answers = await Promise.all(Array.from({ length: 100 }, async () => await post(report)));
    expect(new Set(answers.map((answer) => answer.recordId)).size).toBe(1);
    expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1);
  });

  test('a CloudEvent is known by source and id, with a key or without, however it is written', async () => {
    const event = cloudEvent();
    const first = await post(event, { type: EVENTS });
    const same = { recordId: first.recordId, replayed: true };
    expect(await post(event, { type: EVENTS })).toEqual(same);
    expect(await post(event, { type: EVENTS, ...keyed(randomUUID()) })).toEqual(same);
    expect(await post(JSON.stringify(event, null, 1), { type: EVENTS })).toEqual(same);
    expect(await form(event, [])).toEqual(same);
    expect((await view(first.recordId)).facts.map((fact) => fact.deliveries)).toEqual([5]);
    const elsewhere = await post({ ...event, source: '/agencies/rivertown/webhook/x' }, { type: EVENTS });
    expect(elsewhere).toEqual({
      recordId: expect.not.stringMatching(first.recordId) as unknown,
      replayed: false,
    });
  });

  test('one key means one thing for each agency, and so does one subject', async () => {
    const key = randomUUID();
    const url = 'https://www.facebook.com/somewhere/posts/1?comment_id=555000111222';
    const report = simpleReport({ url, capture: false });
    const rivertown = await post(report, keyed(key));
    const otherville = await post(report, { ...keyed(key), agency: 'otherville' });
    expect(otherville.replayed).toBe(false);
    expect(otherville.recordId).not.toBe(rivertown.recordId);
    const theirs = await view(otherville.recordId, { agency: 'otherville' });
    expect(theirs).toMatchObject({ agencyId: 'otherville', subject: 'facebook:comment:555000111222' });
    expect((await view(rivertown.recordId)).facts).toHaveLength(1);
    expect(theirs.facts).toHaveLength(1);
  });
});

describe('one thing reported twice', () => {
  beforeAll(async () => await archive.work());
  afterAll(async () => await archive.stopWork());

  test('is one record with two facts, both sealed; a CloudEvent of it joins them', async () => {
    const url = 'https://www.facebook.com/rivertown/posts/9?comment_id=700100200300';
    const first = await post(simpleReport({ url, capture: false, text: 'As one clerk saw it' }));
    await archive.until(first.recordId, (receipt) => receipt.status === 'complete');
    const second = await form(
      simpleReport({ url: `${url}&ref=share`, capture: false, text: 'As another did' }),
      [picture(await png())],
    );
    const third = await post(
      cloudEvent({
        envelope: { subject: 'facebook:comment:700100200300' },
        content: { text: 'As another did,  and as the platform did' },
      }),
      { type: EVENTS },
    );
    expect([second, third]).toEqual([first, first]);
    await archive.until(first.recordId, (one) => one.safeToRemove);
    const record = await view(first.recordId);
    expect(record.facts.map((fact) => fact.n)).toEqual([1, 2, 3]);
    for (const fact of record.facts) {
      const object = record.seals
        .flatMap((seal) => seal.objects)
        .find((one) => one.role === 'fact' && one.key.endsWith(`/fact-${fact.n}.json`));
      if (object?.versionId == null) throw new Error(`Fact ${fact.n} is not sealed.`);
      expect(JSON.parse((await sealedBytes(object.key, object.versionId)).toString())).toEqual(fact.body);
    }
    expect(record.artifacts.map((file) => file.seal === null)).not.toContain(true);
    expect(record.excerpt).toBe('As one clerk saw it');
    for (const word of ['clerk', 'another', 'platform']) {
      const found = await read<{ records: { recordId: string }[] }>(`/v1/records?q=${word}`);
      expect(found.records.map((one) => one.recordId)).toContain(first.recordId);
    }
  });

  test('is never guessed: without an address, or with the address of the post above it, each is a record', async () => {
    const above = 'https://www.facebook.com/rivertown/posts/9';
    const said = { text: 'The same words', capture: false };
    const answers = [
      await post(simpleReport({ text: 'The same words' }), keyed(randomUUID())),
      await post(simpleReport({ text: 'The same words' }), keyed(randomUUID())),
      await post(simpleReport({ ...said, url: above }), keyed(randomUUID())),
      await post(simpleReport({ ...said, url: above }), keyed(randomUUID())),
    ];
    expect(new Set(answers.map((answer) => answer.recordId)).size).toBe(4);
    for (const { recordId } of answers) expect((await view(recordId)).subject).toMatch(/^unknown:/);
  });
});

describe('the ground', () => {
  const { policyId } = samplePolicy;
  const version = (name: string, effectiveOn: string, clause: string) => ({
    ...samplePolicy,
    version: name,
    effectiveOn,
    grounds: samplePolicy.grounds.map((ground) =>
      ground.clauseId === '3.b' ? { ...ground, clause } : ground,
    ),
  });
  const add = async (policy: typeof samplePolicy): Promise<void> => {
    await archive.system.db.inAgency('rivertown', async (at) => await addPolicy(at, policy));
    // What an agency decided is read again after a second.
    await sleep(1100);
  };
  const withGround = async (): Promise<Answer> =>
    await post(simpleReport({ action: { verb: 'hide', ground: `${policyId}#3.b` } }));
  const before = {
    policyId,
    policyVersion: samplePolicy.version,
    citation: 'Policy 3(b)',
    text: 'Offers of goods or services for sale.',
  };

  test('is stored with the clause as it stood that day, and a later version does not change it', async () => {
    const first = await withGround();
    expect((await onlyFact(first.recordId)).data.action.grounds).toEqual([before]);
    await add(version('2999-01', '2999-01-01', 'A clause of the far future.'));
    const second = await withGround();
    expect((await onlyFact(second.recordId)).data.action.grounds).toEqual([before]);
    await add(version('2026-02', '2026-02-01', 'Offers of goods, services or loans for sale.'));
    const third = await withGround();
    expect((await onlyFact(third.recordId)).data.action.grounds).toEqual([
      { ...before, policyVersion: '2026-02', text: 'Offers of goods, services or loans for sale.' },
    ]);
    expect((await onlyFact(first.recordId)).data.action.grounds).toEqual([before]);
    expect((await view(first.recordId)).grounds).toEqual([`${policyId}#3.b`]);
    const found = await read<{ records: { recordId: string }[] }>(
      `/v1/records?ground=${encodeURIComponent(`${policyId}#3.b`)}&limit=3`,
    );
    expect(found.records.map((one) => one.recordId)).toEqual(
      [third, second, first].map((one) => one.recordId),
    );
  });

  test('leads to a series, and what leads nowhere stays unclassified and can be found as such', async () => {
    const threat = await post(simpleReport({ action: { verb: 'hide', ground: `${policyId}#3.c` } }));
    const comment = await post(simpleReport());
    const message = await post(simpleReport({ kind: 'message' }));
    expect((await view(threat.recordId)).classification).toMatchObject({
      series: 'SAMPLE-02',
      reason: expect.stringContaining(`${policyId}#3.c`) as unknown,
    });
    expect((await view(comment.recordId)).classification).toMatchObject({ series: 'SAMPLE-01' });
    expect((await view(message.recordId)).classification).toBeNull();
    expect((await archive.receipt(message.recordId)).classification).toBeNull();
    const ids = async (series: string): Promise<string[]> =>
      (await read<{ records: { recordId: string }[] }>(`/v1/records?series=${series}&limit=200`)).records.map(
        (one) => one.recordId,
      );
    expect(await ids('unclassified')).toContain(message.recordId);
    expect(await ids('unclassified')).not.toContain(comment.recordId);
    expect(await ids('SAMPLE-02')).toEqual([threat.recordId]);
  });
});

describe('what is said afterwards', () => {
  beforeAll(async () => await archive.work());
  afterAll(async () => await archive.stopWork());

  const at = (recordId: string, what: 'facts' | 'removal'): Sent => ({
    url: `/v1/records/${recordId}/${what}`,
  });

  test('a picture that comes late makes a record safe that was not', async () => {
    const { recordId } = await post(simpleReport());
    const before = await archive.until(recordId, (receipt) => receipt.status === 'complete');
    expect(before).toMatchObject({ safeToRemove: false, missing: [{ code: 'evidence-missing' }] });
    const added = await form(simpleReport(), [picture(await png())], at(recordId, 'facts'));
    expect(added).toEqual({ recordId, replayed: false });
    const safe = await archive.until(recordId, (receipt) => receipt.safeToRemove);
    expect(safe.tier).toBe('D');
    const [first, second] = await factsOf(recordId);
    expect(second?.subject).toBe(first?.subject);
    expectStored(second);
    expect((await view(recordId)).seals.filter((seal) => seal.sealedAt !== null).length).toBeGreaterThan(1);
  });

  test('the same words added to two records are two facts; added twice to one, they are one', async () => {
    const words = simpleReport();
    const [one, two] = [await post(simpleReport()), await post(simpleReport())];
    expect(await post(words, at(one.recordId, 'facts'))).toEqual(one);
    expect(await post(words, at(two.recordId, 'facts'))).toEqual(two);
    expect(await post(words, at(two.recordId, 'facts'))).toEqual({ ...two, replayed: true });
    expect(await factsOf(one.recordId)).toHaveLength(2);
    expect(await factsOf(two.recordId)).toHaveLength(2);
  });

  test('a confirmation does not make unsafe what was safe, not even for a moment', async () => {
    const { recordId } = await form(simpleReport(), [picture(await png())]);
    await archive.until(recordId, (receipt) => receipt.safeToRemove && receipt.status === 'complete');
    const seen: boolean[] = [];
    let watching = true;
    const watch = (async () => {
      while (watching) seen.push((await archive.receipt(recordId)).safeToRemove);
    })();
    await post('', { ...at(recordId, 'removal'), type: null });
    const sealed = async (): Promise<boolean> => {
      const { facts, seals } = await view(recordId);
      const no = facts[1]?.sealNo ?? null;
      return seals.some((seal) => seal.no === no && seal.sealedAt !== null);
    };
    for (let tries = 0; tries < 200 && !(await sealed()); tries += 1) await sleep(20);
    watching = false;
    await watch;
    expect(await sealed()).toBe(true);
    expect(seen.length).toBeGreaterThan(1);
    expect(seen).not.toContain(false);
    const record = await view(recordId);
    expect(record).toMatchObject({ removal: 'confirmed', state: 'complete' });
    // When it was done was not said; only that it was not after we were told.
    expect(record.removedAt).toEqual({ ...unknownTime, notAfter: record.facts[1]?.recordedAt });
  });

  test('a confirmation may be repeated, and mended with a time; the latest counts', async () => {
    const { recordId } = await post(simpleReport());
    const empty: Sent = { ...at(recordId, 'removal'), type: null };
    expect(await post('', empty)).toEqual({ recordId, replayed: false });
    expect(await post('', empty)).toEqual({ recordId, replayed: true });
    expect(await post('{}', at(recordId, 'removal'))).toEqual({ recordId, replayed: true });
    const performedAt = '2026-03-04T05:06:07-06:00';
    const mended = { performedAt, note: 'From the platform’s own log' };
    expect(await post(mended, at(recordId, 'removal'))).toEqual({ recordId, replayed: false });
    const facts = await factsOf(recordId);
    expect(facts).toHaveLength(3);
    for (const fact of facts) expectStored(fact);
    const record = await view(recordId);
    expect(record.removal).toBe('confirmed');
    expect(record.removedAt).toEqual({
      value: performedAt,
      precision: 's',
      source: 'submitter-typed',
      verbatim: performedAt,
    });
  });

  test('hidden, shown and hidden again are three removals’ facts, though each is said in the same words', async () => {
    const said = (verb: string) => simpleReport({ text: 'The same words.', action: { verb } });
    const hide = said('hide');
    const shot = picture(await png());
    const { recordId } = await form(hide, [shot]);
    const to = at(recordId, 'facts');
    const codes = async () => (await archive.receipt(recordId)).missing.map(({ code }) => code);
    await archive.until(recordId, (receipt) => receipt.safeToRemove);
    const empty: Sent = { ...at(recordId, 'removal'), type: null };
    expect(await post('', empty)).toMatchObject({ replayed: false });
    expect(await form(hide, [shot])).toEqual({ recordId, replayed: false });
    expect(await form(hide, [shot])).toEqual({ recordId, replayed: true });
    await archive.until(recordId, (receipt) => receipt.removal === 'awaited' && receipt.safeToRemove);
    expect(await post('', empty)).toMatchObject({ replayed: false });
    expect(await post('', empty)).toMatchObject({ replayed: true });
    expect((await view(recordId)).removal).toBe('confirmed');
    expect(await post(said('unhide'), to)).toMatchObject({ replayed: false });
    expect(await view(recordId)).toMatchObject({ removal: 'none', removedAt: null });
    // Nobody has shown what it says by now.
    expect(await post(hide, to)).toEqual({ recordId, replayed: false });
    await archive.until(recordId, (receipt) => receipt.missing.every(({ code }) => code !== 'seal-pending'));
    expect(await codes()).toEqual(['evidence-outdated']);
    const facts = await factsOf(recordId);
    expect(facts).toHaveLength(6);
    for (const fact of facts) expectStored(fact);
    expect(new Set((await view(recordId)).facts.map((fact) => fact.id)).size).toBe(6);
    expect(new Set(facts.map((fact) => fact.subject)).size).toBe(1);
  });

  test('other words on the same element need a picture of their own', async () => {
    const url = 'https://www.facebook.com/rivertown/posts/7001?comment_id=990017';
    const report = (text: string) => simpleReport({ url, text, capture: false });
    const { recordId } = await form(report('First words.'), [picture(await png())]);
    await archive.until(recordId, (receipt) => receipt.safeToRemove);
    expect(await post(report('Quite other words.'))).toEqual({ recordId, replayed: false });
    const now = await archive.until(
      recordId,
      (receipt) => !receipt.missing.some(({ code }) => code === 'seal-pending'),
    );
    expect(now).toMatchObject({ safeToRemove: false, missing: [{ code: 'evidence-outdated' }] });
    await form(
      { ...simpleReport(), action: { verb: 'none' } },
      [picture(await png())],
      at(recordId, 'facts'),
    );
    await archive.until(recordId, (receipt) => receipt.safeToRemove);
  });

  test('a clause that is named later classifies what was unclassified', async () => {
    const { recordId } = await post(simpleReport({ kind: 'message' }));
    expect((await view(recordId)).classification).toBeNull();
    const clause = { verb: 'none', ground: `${samplePolicy.policyId}#3.c` };
    await post(simpleReport({ kind: 'message', action: clause }), at(recordId, 'facts'));
    expect((await view(recordId)).classification).toMatchObject({ series: 'SAMPLE-02' });
  });

  test('what was kept without a removal has none to confirm', async () => {
    const { recordId } = await post(simpleReport({ action: { verb: 'none' } }));
    const got = await send(archive, { ...at(recordId, 'removal'), type: null });
    expect([got.status, (JSON.parse(got.body) as { code: string }).code]).toEqual([
      409,
      'removal-not-awaited',
    ]);
    expect((await view(recordId)).facts).toHaveLength(1);
  });
});
