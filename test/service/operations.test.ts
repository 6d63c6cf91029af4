/** What whoever runs the machine sees: health, figures, the description of the calls, live status, receipts, parked work, the end. */
import { once } from 'node:events';
import { rename, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addAgency, createKey, revokeKey, KEY_ROLES, type KeyRole } from '#agency/agency.ts';
import { buildApp } from '#api/api.ts';
import type { Receipt, SignedReceipt } from '#record/record.ts';
import { multipart, openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { call, codesOf, recordWhen, settled } from '../support/looking.ts';
import { png } from '../support/picture.ts';
import { freePort } from '../support/port.ts';
import { startRedis } from '../support/redis.ts';

const shot = async () => [{ name: 'shot.png', type: 'image/png', bytes: await png(40, 30) }];
const textOf = async (archive: Archive, url: string): Promise<string> =>
  (await archive.app.inject({ url })).body;

async function until<T>(look: () => Promise<T>, holds: (seen: T) => boolean, timeoutMs = 60_000): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > end) throw new Error(`It did not come to pass: ${JSON.stringify(seen).slice(0, 4000)}`);
    await sleep(50);
  }
}

describe('health', () => {
  interface Ready {
    readonly status: string;
    readonly mode: string;
    readonly parts: readonly { name: string; ok: boolean; needed: boolean; found: string }[];
  }
  const ready = async (archive: Archive): Promise<Ready & { readonly code: number }> => {
    const response = await archive.app.inject({ url: '/readyz' });
    return { code: response.statusCode, ...response.json<Ready>() };
  };

  test('is told part by part; only what intake needs makes it "not ready", and reports are taken without the rest', async () => {
    const redis = await startRedis();
    let skewMs = 0;
    const nobody = `http://127.0.0.1:${await freePort()}`;
    const archive = await openArchive({
      env: {
        REDIS_URL: redis.url,
        S3_ENDPOINT: nobody,
        S3_BUCKET: 'none',
        S3_ACCESS_KEY_ID: 'a',
        S3_SECRET_ACCESS_KEY: 'b',
      },
      adapt: (system) => ({ ...system, now: () => new Date(Date.now() + skewMs) }),
    });
    try {
      const wrong = ({ parts }: Ready): string[] => parts.filter((part) => !part.ok).map((part) => part.name);
      const first = await ready(archive);
      expect(first).toMatchObject({ code: 200, status: 'degraded', mode: 'trial' });
      expect(first.parts.map((part) => part.name)).toEqual([
        'database',
        'staging',
        'disk',
        'queue',
        'store',
        'log',
        'anchors',
        'browser',
        'clock',
        'fixity',
        'holds',
        'audit',
        'packing',
      ]);
      expect(wrong(first)).toEqual(['store', 'browser']);
      expect(first.parts.find((part) => part.name === 'store')?.found).toBe('store-down');
      expect(first.parts.find((part) => part.name === 'browser')?.found).toBe('browser-missing');

      await redis.kill9();
      skewMs = 120_000;
      const second = await until(
        () => ready(archive),
        (seen) => wrong(seen).includes('queue'),
      );
      expect(second).toMatchObject({ code: 200, status: 'degraded' });
      expect(wrong(second)).toEqual(['queue', 'store', 'browser', 'clock']);
      expect(second.parts.find((part) => part.name === 'clock')?.found).toBe('clock-skewed');
      skewMs = 0;
      expect((await archive.report(simpleReport(), await shot())).status).toBe(202);

      await rm(join(archive.config.stagingDir, 'probe'));
      const third = await ready(archive);
      expect(third).toMatchObject({ code: 503, status: 'not-ready' });
      expect(wrong(third)).toContain('staging');
      // Alive is another question: a restart would mend nothing.
      expect((await archive.app.inject({ url: '/healthz' })).json()).toEqual({ status: 'alive' });
    } finally {
      await archive.close();
    }
  });
});

describe('figures', () => {
  let archive: Archive;
  beforeAll(async () => {
    archive = await openArchive();
  });
  afterAll(async () => await archive?.close());

  const figures = async (): Promise<ReadonlyMap<string, number>> => {
    const lines = (await textOf(archive, '/metrics'))
      .split('\n')
      .filter((line) => line.startsWith('holdfast_'));
    return new Map(
      lines.map((line) => [
        line.slice(0, line.lastIndexOf(' ')),
        Number(line.slice(line.lastIndexOf(' ') + 1).replace('+Inf', 'Infinity')),
      ]),
    );
  };

  test('are there from the start, each with its words, and say nothing of anybody', async () => {
    const response = await archive.app.inject({ url: '/metrics' });
    expect(response.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    const kinds = [...response.body.matchAll(/^# TYPE (holdfast_\w+) (\w+)$/gm)].map(
      ([, name, kind]) => `${name} ${kind}`,
    );
    expect(kinds).toEqual(
      expect.arrayContaining([
        'holdfast_intake_seconds histogram',
        'holdfast_seal_seconds histogram',
        'holdfast_capture_outcomes_total counter',
        'holdfast_steps_owed gauge',
        'holdfast_steps_parked gauge',
        'holdfast_queue_age_seconds gauge',
        'holdfast_unsealed_age_seconds gauge',
        'holdfast_shortest_lock_seconds gauge',
      ]),
    );
    for (const kind of kinds) expect(response.body).toContain(`# HELP ${kind.split(' ')[0] ?? ''} `);
    expect(response.body).not.toContain('rivertown');
    expect(
      (await figures()).get('holdfast_shortest_lock_seconds'),
      'nothing is locked, nothing runs out',
    ).toBe(Infinity);
  });

  test('move with a record, from the report to the seal, to a later file, to a step that waits for a person', async () => {
    const report = simpleReport();
    const headers = { 'idempotency-key': 'figures' };
    const { body } = await archive.report(report, await shot(), headers);
    await archive.report({ platform: 'x' });
    await sleep(1100);
    const waiting = await figures();
    expect(waiting.get('holdfast_intake_seconds_count{outcome="accepted"}')).toBe(1);
    expect(waiting.get('holdfast_intake_seconds_count{outcome="refused"}')).toBe(1);
    expect(waiting.get('holdfast_steps_owed{step="seal"}')).toBe(1);
    expect(waiting.get('holdfast_steps_owed{step="capture"}')).toBe(1);
    expect(waiting.get('holdfast_steps_owed{step="inspect"}')).toBe(1);
    expect(waiting.get('holdfast_queue_age_seconds{step="seal"}')).toBeGreaterThan(1);
    expect(waiting.get('holdfast_unsealed_age_seconds')).toBeGreaterThan(1);
    expect(waiting.get('holdfast_seal_seconds_count')).toBe(0);

    await archive.work();
    await settled(archive, body.recordId);
    const done = await figures();
    expect(done.get('holdfast_seal_seconds_count')).toBe(1);
    expect(done.get('holdfast_seal_seconds_sum')).toBeGreaterThan(1);
    expect(done.get('holdfast_seal_seconds_bucket{le="0.5"}')).toBe(0);
    expect(done.get('holdfast_capture_outcomes_total{outcome="none"}')).toBe(1);
    for (const step of ['seal', 'capture', 'inspect'])
      expect([
        done.get(`holdfast_steps_owed{step="${step}"}`),
        done.get(`holdfast_queue_age_seconds{step="${step}"}`),
      ]).toEqual([0, 0]);
    expect(done.get('holdfast_unsealed_age_seconds')).toBe(0);
    const days = (done.get('holdfast_shortest_lock_seconds') ?? 0) / 86_400;
    expect(days).toBeGreaterThan(29.9);
    expect(days).toBeLessThan(30.1);

    // What is added to a record that is sealed already waits to be sealed as well, also when a person must look first.
    await archive.stopWork();
    await call(archive, `/v1/records/${body.recordId}/facts`, {
      method: 'POST',
      role: 'moderator',
      payload: simpleReport(),
    });
    await sleep(1100);
    expect((await figures()).get('holdfast_unsealed_age_seconds')).toBeGreaterThan(1);
    await archive.sql.query("update step set parked_at = now() where record_id = $1 and name = 'seal'", [
      body.recordId,
    ]);
    const parked = await figures();
    expect(parked.get('holdfast_steps_parked{step="seal"}')).toBe(1);
    expect(parked.get('holdfast_steps_owed{step="seal"}')).toBe(0);
    expect(parked.get('holdfast_unsealed_age_seconds')).toBeGreaterThan(1);
  });

  test('count a repeated report apart', async () => {
    const send = async () =>
      await archive.report(simpleReport({ text: 'twice' }), [], { 'idempotency-key': 'twice' });
    await send();
    await send();
    expect((await figures()).get('holdfast_intake_seconds_count{outcome="repeated"}')).toBe(1);
  });
});

describe('the description of the calls', () => {
  interface Operation {
    readonly summary?: string;
    readonly security?: readonly Record<string, unknown>[];
    readonly parameters?: readonly {
      readonly in: string;
      readonly name: string;
      readonly required?: boolean;
      readonly schema?: object;
    }[];
    readonly requestBody?: {
      readonly required?: boolean;
      readonly content?: Record<string, { readonly schema?: object }>;
    };
    readonly responses?: Record<
      string,
      { readonly description?: string; readonly content?: Record<string, { readonly schema?: object }> }
    >;
  }
  interface Document {
    readonly openapi: string;
    readonly info: { readonly title: string; readonly version: string };
    readonly paths: Record<string, Record<string, Operation>>;
    readonly components: { readonly securitySchemes: Record<string, unknown> };
  }
  let archive: Archive;
  let document: Document;
  const calls = (): (readonly [string, string, Operation])[] =>
    Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => [method, path, operation] as const),
    );
  beforeAll(async () => {
    archive = await openArchive();
    const response = await archive.app.inject({ url: '/openapi.json' });
    expect(response.headers['content-type']).toMatch(/^application\/json/);
    document = response.json<Document>();
  });
  afterAll(async () => await archive?.close());

  test('is OpenAPI 3.1, and names every call under /v1', async () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info.title).toBe('Holdfast');
    expect(document.info.version).toMatch(/^\d+\.\d+\.\d+/);
    const described = calls()
      .map(([method, path]) => `${method.toUpperCase()} ${path}`)
      .toSorted();
    expect(described).toEqual(
      [
        'POST /v1/deletion-events',
        'POST /v1/exports',
        'GET /v1/fee-rates',
        'GET /v1/letter-templates',
        'GET /v1/productions/{id}',
        'GET /v1/productions/{id}/content',
        'GET /v1/requests/{id}/certificate-of-search',
        'GET /v1/requests/{id}/certificate-of-search.pdf',
        'GET /v1/requests/{id}/letters',
        'GET /v1/requests/{id}/letters/{n}.pdf',
        'GET /v1/requests/{id}/letters/{n}.txt',
        'GET /v1/requests/{id}/mails/{n}.eml',
        'GET /v1/requests/{id}/mails/{n}/parts/{part}',
        'GET /v1/requests/{id}/productions',
        'POST /v1/requests/{id}/contact',
        'POST /v1/productions/{id}/release',
        'POST /v1/productions/{id}/run',
        'POST /v1/productions/{id}/withdrawal',
        'POST /v1/requests/{id}/certificate-of-search',
        'POST /v1/requests/{id}/estimate',
        'POST /v1/requests/{id}/letters',
        'POST /v1/requests/{id}/productions',
        'PUT /v1/fee-rates',
        'PUT /v1/letter-templates',
        'POST /v1/records/{id}/facts',
        'POST /v1/records/{id}/removal',
        'POST /v1/records/{id}/kept',
        'GET /v1/records',
        'GET /v1/records/{id}',
        'GET /v1/records/{id}/receipt',
        'GET /v1/records/{id}/events',
        'GET /v1/records/{id}/artifacts/{n}',
        'POST /v1/records/{id}/artifacts/{n}/looks',
        'GET /v1/parked',
        'POST /v1/records/{id}/steps/{step}/run',
        'GET /v1/me',
        'GET /v1/policies',
        'GET /v1/accounts',
        'GET /v1/schedules',
        'GET /v1/holds',
        'GET /v1/holds/{id}',
        'POST /v1/holds',
        'POST /v1/holds/{id}/release',
        'POST /v1/records/{id}/holds',
        'GET /v1/disposals',
        'GET /v1/disposals/{id}',
        'GET /v1/disposals/{id}/certificate',
        'GET /v1/disposals/{id}/certificate.pdf',
        'GET /v1/disposals/{id}/cleaned',
        'GET /v1/disposals/{id}/dry-run',
        'POST /v1/disposals',
        'POST /v1/disposals/{id}/approval',
        'POST /v1/disposals/{id}/cancellation',
        'POST /v1/disposals/{id}/exceptions',
        'POST /v1/disposals/{id}/proposal',
        'POST /v1/disposals/{id}/refusal',
        'GET /v1/retention',
        'GET /v1/retention/records',
        'GET /v1/retention/rules',
        'POST /v1/retention/fiscal-year',
        'POST /v1/retention/rules',
        'POST /v1/retention/rules/{rule}/end',
        'GET /v1/schedules/{edition}',
        'GET /v1/schedules/{edition}/comparison',
        'POST /v1/schedules',
        'POST /v1/schedules/{edition}/confirmations',
        'POST /v1/schedules/{edition}/succession',
        'POST /v1/schedules/{edition}/withdrawal',
        'POST /v1/records/{id}/classification',
        'POST /v1/records/{id}/days',
        'GET /v1/requests',
        'GET /v1/requests/{id}',
        'POST /v1/requests',
        'POST /v1/requests/{id}/closing',
        'POST /v1/requests/{id}/correction',
        'POST /v1/requests/{id}/correspondence',
        'POST /v1/requests/{id}/receipt',
        'POST /v1/requests/{id}/state',
        'GET /v1/requests/{id}/searches',
        'POST /v1/requests/{id}/searches',
        'GET /v1/requests/{id}/records',
        'POST /v1/requests/{id}/records',
        'POST /v1/requests/{id}/records/{recordId}/review',
        'POST /v1/requests/{id}/kept-until',
        'GET /v1/calendar',
        'PUT /v1/calendar',
      ].toSorted(),
    );
    // And each of them is there: a call without a key is refused for that, not as unknown.
    for (const [method, path] of calls()) {
      const url = path.replaceAll(/\{\w+\}/g, 'x');
      const response = await archive.app.inject({ method: method.toUpperCase() as 'GET', url });
      expect([response.statusCode, response.json<{ code: string }>().code], path).toEqual([
        401,
        'key-missing',
      ]);
    }
  });

  test('says of each what it takes, what it answers, and every problem that all of them share', () => {
    for (const [method, path, operation] of calls()) {
      const where = `${method} ${path}`;
      expect(operation.summary, where).toMatch(/\w/);
      expect(operation.security, where).toEqual([{ key: [] }]);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const parameters = operation.parameters ?? [];
      expect(
        parameters.filter((one) => one.in === 'path').map((one) => one.name),
        where,
      ).toEqual(inPath);
      for (const one of parameters) {
        expect(one.schema, `${where} ${one.name}`).toBeDefined();
        if (one.in === 'path') expect(one.required).toBe(true);
      }
      const responses = Object.entries(operation.responses ?? {});
      expect(
        responses.filter(([status]) => status.startsWith('2')),
        where,
        // A draft of a letter is no more than an answer; one that was sent is there from then on.
      ).toHaveLength(where === 'post /v1/requests/{id}/letters' ? 2 : 1);
      const statuses = responses.map(([status]) => status);
      expect(statuses, where).toEqual(expect.arrayContaining(['401', '403', '503']));
      if (inPath.length > 0) expect(statuses, where).toContain('404');
      for (const [status, response] of responses) {
        expect(response.description, where).toMatch(/\w/);
        const types = Object.keys(response.content ?? {});
        expect(types.length, `${where} ${status}`).toBeGreaterThan(0);
        if (!status.startsWith('2')) expect(types, where).toEqual(['application/problem+json']);
      }
      if (method === 'post' && !/\/(?:run|looks|end|certificate-of-search)$/.test(path)) {
        const types = Object.keys(operation.requestBody?.content ?? {});
        // Only a statement of one word may come without a body; what tells the generator so is not handed out.
        const isStatement = /\/(removal|kept)$/.test(path);
        expect(operation.requestBody?.required, where).toBe(!isStatement);
        expect(Object.keys(operation).filter((name) => name.startsWith('x-'))).toEqual([]);
        expect(types, where).toEqual(
          isStatement || !/^\/v1\/(deletion-events|records\/\{id\}\/facts)$/.test(path)
            ? ['application/json']
            : ['application/json', 'application/cloudevents+json', 'multipart/form-data'],
        );
      }
    }
    expect(document.components.securitySchemes['key']).toMatchObject({ type: 'http', scheme: 'bearer' });
  });

  test('has schemas that can be compiled, and real answers fit them', async () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    let compiled = 0;
    for (const [, path, { requestBody, responses = {}, parameters = [] }] of calls()) {
      const schemas = [
        ...Object.values(requestBody?.content ?? {}),
        ...Object.values(responses).flatMap((response) => Object.values(response.content ?? {})),
        ...parameters,
      ];
      for (const { schema } of schemas) {
        expect(() => ajv.compile(schema ?? {}), path).not.toThrow();
        compiled += 1;
      }
    }
    expect(compiled).toBeGreaterThan(80);

    const schemaOf = (path: string, method: string, status: string, type: string): object =>
      document.paths[path]?.[method]?.responses?.[status]?.content?.[type]?.schema ?? { not: {} };
    const fits = (schema: object, value: unknown): void => {
      const check = ajv.compile(schema);
      expect(check(value), JSON.stringify(check.errors)).toBe(true);
    };
    const taken = await archive.report(simpleReport());
    fits(schemaOf('/v1/deletion-events', 'post', '202', 'application/json'), taken.body);
    const refused = await archive.report({ platform: 1 });
    expect(refused.headers['content-type']).toBe('application/problem+json');
    fits(schemaOf('/v1/deletion-events', 'post', '422', 'application/problem+json'), refused.body);
    fits(
      schemaOf('/v1/records/{id}', 'get', '404', 'application/problem+json'),
      (await call(archive, '/v1/records/x')).body,
    );
    const request =
      document.paths['/v1/deletion-events']?.['post']?.requestBody?.content?.['application/json']?.schema ??
      {};
    fits(request, simpleReport());
    expect(ajv.compile(request)({ ...simpleReport(), colour: 'red' })).toBe(false);
  });
});

describe('live status over a socket', () => {
  let archive: Archive;
  let address: string;
  beforeAll(async () => {
    archive = await openArchive();
    address = await archive.app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(async () => await archive?.close());

  interface Stream {
    readonly response: Response;
    readonly receipts: Receipt[];
    readonly ended: Promise<void>;
    leave(): void;
  }
  async function open(recordId: string, key?: string): Promise<Stream> {
    const leaving = new AbortController();
    const response = await fetch(`${address}/v1/records/${recordId}/events`, {
      headers: { authorization: `Bearer ${key ?? (await archive.key('intake'))}` },
      signal: leaving.signal,
    });
    const receipts: Receipt[] = [];
    const read = async (): Promise<void> => {
      let rest = '';
      for await (const chunk of response.body ?? []) {
        rest += Buffer.from(chunk).toString('utf8');
        const events = rest.split('\n\n');
        rest = events.pop() ?? '';
        for (const event of events) {
          if (event.startsWith(':')) continue;
          const [name, data = ''] = event.split('\n');
          expect(name).toBe('event: receipt');
          receipts.push(JSON.parse(data.slice('data: '.length)) as Receipt);
        }
      }
    };
    const ended = read().catch((error: unknown) => {
      if (!leaving.signal.aborted) throw error;
    });
    return { response, receipts, ended, leave: () => leaving.abort() };
  }

  test('begins at once with the receipt as it stands, then tells each change up to "safe" and "complete"', async () => {
    const { body } = await archive.report(simpleReport(), await shot());
    const stream = await open(body.recordId);
    expect(stream.response.status).toBe(200);
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(stream.response.headers.get('cache-control')).toBe('no-store');
    await until(
      async () => stream.receipts,
      (receipts) => receipts.length > 0,
      2000,
    );
    expect(stream.receipts[0]).toMatchObject({
      recordId: body.recordId,
      status: 'reported',
      safeToRemove: false,
    });

    await archive.work();
    await until(
      async () => stream.receipts,
      (receipts) => receipts.at(-1)?.status === 'complete',
    );
    await settled(archive, body.recordId);
    await archive.stopWork();
    const order = ['reported', 'sealed', 'complete'];
    const ranks = stream.receipts.map((receipt) => order.indexOf(receipt.status));
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
    const verdicts = stream.receipts.map((receipt) => receipt.safeToRemove);
    expect(verdicts.indexOf(true)).toBe(verdicts.lastIndexOf(false) + 1);
    const said = stream.receipts.map(({ times: _times, ...receipt }) => JSON.stringify(receipt));
    expect(
      said.filter((one, i) => one === said[i - 1]),
      'the same thing is not said twice',
    ).toEqual([]);
    const { times: _a, ...last } = stream.receipts.at(-1) ?? (await archive.receipt(body.recordId));
    // Whoever asks for it gets it signed besides.
    const {
      times: _b,
      proof: _p,
      signature: _s,
      ...now
    } = (await archive.receipt(body.recordId)) as SignedReceipt;
    expect(last).toEqual(now);

    await call(archive, `/v1/records/${body.recordId}/removal`, {
      method: 'POST',
      role: 'moderator',
      payload: {},
    });
    await until(
      async () => stream.receipts,
      (receipts) => receipts.at(-1)?.removal === 'confirmed',
    );
    stream.leave();
    await stream.ended;
  });

  test('ends when its key is revoked', async () => {
    const { db } = archive.system;
    const { key, keyId } = await createKey(db, {
      agencyId: 'rivertown',
      role: 'moderator',
      label: 'to be revoked',
    });
    const { body } = await archive.report(simpleReport());
    const stream = await open(body.recordId, key);
    await until(
      async () => stream.receipts,
      (receipts) => receipts.length > 0,
    );
    expect(await revokeKey(db, 'rivertown', keyId, new Date())).toBe(true);
    expect(await Promise.race([stream.ended.then(() => 'ended'), sleep(60_000, 'still open')])).toBe('ended');
    expect((await open(body.recordId, key)).response.status).toBe(401);
  });

  test('is refused as a problem where there is nothing to watch', async () => {
    const stream = await open('01a1fde3-bae9-7129-9d9e-2fd9a2214cc0');
    expect(stream.response.status).toBe(404);
    expect(stream.response.headers.get('content-type')).toBe('application/problem+json');
  });

  test('ends when the process does, however many watch and however many have gone', async () => {
    const { body } = await archive.report(simpleReport());
    const streams = await Promise.all(Array.from({ length: 20 }, async () => await open(body.recordId)));
    for (const stream of streams.slice(10)) stream.leave();
    const started = performance.now();
    const closed = archive.app.close();
    await Promise.all(streams.map((stream) => stream.ended));
    await closed;
    expect(performance.now() - started).toBeLessThan(5000);
    await expect(fetch(`${address}/healthz`)).rejects.toThrow('fetch failed');
  });
});

describe('a receipt on paper', () => {
  let archive: Archive;
  const HOSTILE = '<script>alert(1)</script>"\'&<img src=x onerror=alert(2)>';
  beforeAll(async () => {
    archive = await openArchive();
    await addAgency(archive.system.db, { id: 'hostile', name: HOSTILE, zone: 'America/Chicago' });
    await archive.work();
  });
  afterAll(async () => await archive?.close());

  test('is a page that prints, says what the JSON says, and shows what strangers wrote as text', async () => {
    const answer = await archive.report(simpleReport({ account: HOSTILE, text: HOSTILE }), await shot(), {
      authorization: `Bearer ${await archive.key('moderator', 'hostile')}`,
    });
    const path = `/v1/records/${answer.body.recordId}/receipt`;
    const ask = async (accept: string) =>
      await call(archive, path, { agency: 'hostile', role: 'intake', headers: { accept } });
    const asked = await until(
      () => ask('application/json'),
      (reply) => reply.text.includes('"safeToRemove":true'),
    );
    const receipt = asked.body as unknown as Receipt;
    const page = await ask('text/html,application/xhtml+xml');
    expect(page.status).toBe(200);
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'") as string,
    });
    expect(page.text).toMatch(/^<!doctype html>/i);
    expect(page.text).not.toContain('<script>alert');
    expect(page.text).not.toContain('<img src=x');
    expect(page.text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    for (const said of [
      receipt.code,
      receipt.recordId,
      'SAFE TO REMOVE',
      receipt.store.sentence,
      receipt.log.sentence,
      receipt.statement,
    ])
      expect(page.text, said).toContain(said);
    expect(receipt.seals.length).toBeGreaterThanOrEqual(5);
    for (const seal of receipt.seals)
      for (const said of [seal.sha256, seal.key, seal.versionId]) expect(page.text).toContain(said);
    const styles = [...page.text.matchAll(/<link [^>]*href="([^"]+\.css)"/g)].map(([, href]) => href ?? '');
    const sheets = await Promise.all(styles.map((href) => textOf(archive, href)));
    expect(sheets.join('\n')).toContain('@media print');
  });
});

describe('parked work', () => {
  let archive: Archive;
  beforeAll(async () => {
    archive = await openArchive();
  });
  afterAll(async () => await archive?.close());

  test('is listed with its reason for those who may, and run again when the cause is mended', async () => {
    const { body } = await archive.report(simpleReport(), await shot());
    const { rows } = await archive.sql.query<{ staged: string }>(
      'select staged from artifact where record_id = $1 and staged is not null',
      [body.recordId],
    );
    const path = archive.system.staging.path(rows[0]?.staged ?? '');
    await rename(path, `${path}.away`);
    await archive.work();
    const record = await recordWhen(archive, body.recordId, ({ owed }) => owed.some((step) => step.parked));
    expect(record.owed).toContainEqual(
      expect.objectContaining({ step: 'seal', parked: true, code: 'staging-lost' }),
    );
    expect(codesOf(await archive.receipt(body.recordId))).toContain('seal-parked');

    expect((await call(archive, '/v1/parked', { role: 'moderator' })).status).toBe(403);
    const listed = await call(archive, '/v1/parked', { role: 'administrator' });
    expect(listed.body['parked']).toEqual([
      {
        recordId: body.recordId,
        step: 'seal',
        code: 'staging-lost',
        reason: expect.stringContaining('Restore the staging folder') as string,
        parkedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
        failures: 0,
      },
    ]);
    // In particular words only for who can do something about them.
    expect((await call(archive, '/v1/parked')).body['parked']).toMatchObject([
      { code: 'staging-lost', reason: expect.stringContaining('no longer where it waited') as string },
    ]);
    const found = await call(archive, '/v1/records?parked=true');
    expect(found.body).toMatchObject({ records: [{ recordId: body.recordId, parked: true }] });

    const run = async (step: string, role: 'moderator' | 'custodian' = 'custodian') =>
      await call(archive, `/v1/records/${body.recordId}/steps/${step}/run`, { method: 'POST', role });
    expect((await run('seal', 'moderator')).status).toBe(403);
    expect(await run('capture')).toMatchObject({ status: 409, body: { code: 'step-not-parked' } });
    expect(await run('everything')).toMatchObject({ status: 404 });
    // Mended or not, it is tried again when somebody says so, and parked again with the same reason.
    expect((await run('seal')).body).toEqual({ recordId: body.recordId, step: 'seal', status: 'owed' });
    await recordWhen(
      archive,
      body.recordId,
      ({ history }) => history.filter((entry) => entry.type === 'step.parked').length === 2,
    );
    await rename(`${path}.away`, path);
    expect((await run('seal')).status).toBe(200);
    await archive.until(body.recordId, (one) => one.safeToRemove);
    expect((await call(archive, '/v1/parked')).body).toEqual({ parked: [] });
    expect(await run('seal')).toMatchObject({ status: 409 });
    const history = (await recordWhen(archive, body.recordId, () => true)).history.map((entry) => entry.type);
    expect(history.filter((type) => type === 'step.rerun')).toHaveLength(2);
  });
});

describe('a picture whose bytes cannot be had for a moment', () => {
  test('is looked at again: that it was not read says nothing about it', async () => {
    let asked = 0;
    const away = await openArchive({
      adapt: (system) => ({
        ...system,
        inspector: {
          ...system.inspector,
          // The file is there, its bytes are not: a disk that failed once, a limit of open files.
          inspect: async (path) =>
            (asked += 1) <= 2
              ? await system.inspector.inspect(join(path, 'not-to-be-had'))
              : await system.inspector.inspect(path),
        },
      }),
    });
    try {
      await away.work();
      const { body } = await away.report(simpleReport(), await shot());
      await away.until(body.recordId, (one) => one.safeToRemove);
      expect(asked).toBeGreaterThan(2);
      const { rows } = await away.sql.query(
        "select body->'decodable' as decodable from event where record_id = $1 and type = 'picture.inspected'",
        [body.recordId],
      );
      expect(rows).toEqual([{ decodable: true }]);
    } finally {
      await away.close();
    }
  });
});

describe('what an error said', () => {
  let archive: Archive;
  beforeAll(async () => {
    archive = await openArchive();
  });
  afterAll(async () => await archive?.close());
  const SAID = 'connect ECONNREFUSED 10.11.12.13:9000 while putting agencies/rivertown/secret.key for tester';

  test('is for administrators alone: everybody else reads what it means', async () => {
    const { body } = await archive.report(simpleReport());
    for (const [name, code] of [
      ['seal', 'store-down'],
      ['capture', 'a-code-that-nobody-knows'],
    ])
      await archive.sql.query(
        'update step set parked_at = now(), failures = 8, error_code = $3, error = $4 where record_id = $1 and name = $2',
        [body.recordId, name, code, SAID],
      );
    const path = `/v1/records/${body.recordId}`;
    const asked: [string, KeyRole][] = [
      [path, 'auditor'],
      [path, 'moderator'],
      [path, 'administrator'],
      ['/v1/records', 'custodian'],
      ['/v1/parked', 'custodian'],
      ...KEY_ROLES.map((role): [string, KeyRole] => [`${path}/receipt`, role]),
    ];
    for (const [url, role] of asked) {
      const reply = await call(archive, url, { role });
      expect(reply.status, `${url} ${role}`).toBe(200);
      expect(reply.text, `${url} ${role}`).toContain(body.recordId);
      expect(reply.text, `${url} ${role}`).not.toMatch(/ECONNREFUSED|10\.11|secret\.key|tester/);
    }
    const { parked } = await archive.receipt(body.recordId);
    expect(parked.map(({ step, code, reason }) => [step, code, reason])).toEqual([
      ['capture', 'a-code-that-nobody-knows', expect.stringMatching(/^Something happened .+ code\.$/)],
      ['seal', 'store-down', expect.stringMatching(/^The store could not be reached\. .+ code\.$/)],
    ]);
    const print = await call(archive, `${path}/receipt`, {
      role: 'moderator',
      headers: { accept: 'text/html' },
    });
    expect(print.text).toContain('The store could not be reached.');
    expect(print.text).not.toContain('ECONNREFUSED');
    const listed = await call(archive, '/v1/parked', { role: 'administrator' });
    expect(listed.body).toMatchObject({ parked: [{ reason: SAID }, { reason: SAID }] });
  });
});

describe('the end of the process', () => {
  test('waits for a report that is on its way, takes it, and takes no other', async () => {
    const archive = await openArchive();
    try {
      const address = new URL(await archive.app.listen({ host: '127.0.0.1', port: 0 }));
      const { contentType, payload } = multipart(simpleReport({ text: 'on its way' }), [
        { name: 'a.png', type: 'image/png', bytes: await png(300, 300) },
      ]);
      const head = [
        'POST /v1/deletion-events HTTP/1.1',
        `Host: ${address.host}`,
        `Authorization: Bearer ${await archive.key()}`,
        `Content-Type: ${contentType}`,
        `Content-Length: ${payload.length}`,
        '',
        '',
      ].join('\r\n');
      const dial = async () => {
        const socket = connect(Number(address.port), '127.0.0.1');
        socket.on('error', () => undefined);
        await once(socket, 'connect');
        return socket;
      };
      // One that says nothing yet, one in the middle of a header, and a browser's line that waits for its next request.
      const [silent, late] = [await dial(), await dial()];
      late.write(head.slice(0, 60));
      expect((await fetch(`${address.origin}/healthz`)).status).toBe(200);
      const socket = await dial();
      let answer = '';
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString('utf8')));
      socket.write(head);
      socket.write(payload.subarray(0, 700));
      await sleep(300);

      let closed = false;
      const gone = Promise.all([once(silent, 'close'), once(late, 'close')]);
      const closing = archive.app.close().then(() => (closed = true));
      await gone;
      // Nobody listens any more, or says no: either way it is not taken.
      const other = await fetch(`${address.origin}/healthz`).catch(() => null);
      if (other !== null) expect(await other.json()).toMatchObject({ code: 'shutting-down' });
      await sleep(300);
      expect(closed, 'it waits for what is on its way').toBe(false);
      socket.write(payload.subarray(700));
      await once(socket, 'close');
      await closing;
      expect(answer).toMatch(/^HTTP\/1\.1 202 /);
      expect(answer).toMatch(/connection: close/i);
      const { rows } = await archive.sql.query<{ n: string }>(
        "select count(*) as n from fact where body #>> '{data,content,text}' = 'on its way'",
      );
      expect(rows).toEqual([{ n: '1' }]);
    } finally {
      await archive.close();
    }
  });

  test('answers what is asked at that moment on lines that are open, as the last on each of them', async () => {
    const archive = await openArchive();
    try {
      const { port } = new URL(await archive.app.listen({ host: '127.0.0.1', port: 0 }));
      const key = await archive.key();
      const request = (): string => {
        const body = JSON.stringify(simpleReport());
        return `POST /v1/deletion-events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
      };
      const lines = await Promise.all(
        Array.from({ length: 10 }, async () => {
          const socket = connect(Number(port), '127.0.0.1');
          await once(socket, 'connect');
          const line = { socket, answer: '', broken: false };
          socket.on('data', (chunk: Buffer) => (line.answer += chunk.toString('utf8')));
          socket.on('error', () => (line.broken = true));
          return line;
        }),
      );
      const gone = lines.map(
        async ({ socket }) => await new Promise<void>((resolve) => socket.once('close', () => resolve())),
      );
      // Before the end begins nobody has asked anything; all of them do right after it.
      const closing = archive.app.close();
      await sleep(50);
      for (const { socket } of lines) socket.write(request());
      await Promise.all([...gone, closing]);
      for (const { answer, broken } of lines) {
        expect(broken).toBe(false);
        expect(answer).toMatch(/^HTTP\/1\.1 202 /);
        expect(answer).toMatch(/connection: close/i);
      }
      await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
      expect((await archive.sql.query('select from fact')).rowCount).toBe(lines.length);
    } finally {
      await archive.close();
    }
  });

  test('does not wait for ever: what stands still is cut, and was not acknowledged', async () => {
    const archive = await openArchive();
    const { system } = archive;
    const app = await buildApp(system, { drainMs: 500 });
    try {
      const address = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
      const socket = connect(Number(address.port), '127.0.0.1');
      let answer = '';
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString('utf8')));
      socket.on('error', () => undefined);
      socket.write(
        `POST /v1/deletion-events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${await archive.key()}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"platform":`,
      );
      await sleep(300);
      const started = performance.now();
      await app.close();
      expect(performance.now() - started).toBeLessThan(4000);
      expect(answer).not.toContain('202');
      expect((await archive.sql.query('select from fact')).rowCount).toBe(0);
    } finally {
      await app.close();
      await archive.close();
    }
  });
});
