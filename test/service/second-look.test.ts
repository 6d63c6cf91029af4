/**
 * The second look after a removal, from the confirmation to the receipt: real pages that lose their comment or keep it, and
 * what must not come of it. Nothing that a second look finds makes a removal safe.
 */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StepName } from '#queue/queue.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { browserOf } from '../support/capture-processes.ts';
import { cloudEvent } from '../support/cloud-event.ts';
import { inWholeRun, rows } from '../support/extent.ts';
import { addTo, call, codesOf, recordWhen, settled, type ShownRecord } from '../support/looking.ts';

const COMMENT = 'The gate of the old depot stands open every night, and nobody locks it.';
const WORDS =
  'Rivertown is a small town on the river. Its council meets every other Tuesday in the hall. '.repeat(6);
const THREAD = `<h1>Rivertown</h1><p>${WORDS}</p>`;
const WITH = `${THREAD}<article id="comment-4711"><p>${COMMENT}</p></article>`;
/** Long enough for a test to do something before the look, short enough to wait for. */
const DELAY_MS = 2500;

let server: Server;
let origin: string;
let archive: Archive;
const pages = new Map<string, { readonly status: number; readonly body: string }>();
/** Paths that answer only when a test lets them. */
const held = new Map<string, Promise<void>>();
const asked: string[] = [];
let made = 0;

/** A page of its own for each test: they wait most of their time, and do so side by side. */
function page(body: string): string {
  const path = `/post/${(made += 1)}`;
  show(path, body);
  return path;
}
function show(path: string, body: string, status = 200): void {
  pages.set(path, { status, body: `<!doctype html><title>Rivertown</title><body>${body}</body>` });
}
const archiveEnv = (): Record<string, string> => ({
  HOLDFAST_CAPTURE_ALLOW: new URL(origin).host,
  HOLDFAST_LOOK_AGAIN: `${DELAY_MS}ms`,
  HOLDFAST_CAPTURE_CONCURRENCY: '4',
});
const timesOpened = (path: string): number => asked.filter((one) => one === path).length;

beforeAll(async () => {
  server = createServer(async ({ url = '' }, response) => {
    asked.push(url);
    await held.get(url);
    const { status, body } = pages.get(url) ?? { status: 404, body: '' };
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  archive = await openArchive({ browser: true, env: archiveEnv() });
  await archive.work();
});
afterAll(async () => {
  await archive?.close();
  server.closeAllConnections();
  server.close();
});

/** Reported, captured and sealed; nothing is owed to it. */
async function captured(
  path: string,
  more: Record<string, unknown> = {},
  where = archive,
): Promise<ShownRecord> {
  const answer = await where.report(simpleReport({ url: origin + path, text: COMMENT, ...more }));
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return (await settled(where, answer.body.recordId)).record;
}
async function confirm(recordId: string, payload: unknown = {}, where = archive): Promise<void> {
  const url = `/v1/records/${recordId}/removal`;
  const reply = await call(where, url, { role: 'moderator', method: 'POST', payload });
  expect(reply.status, reply.text).toBe(202);
}
const act = async (recordId: string, verb: string, more: Record<string, unknown> = {}): Promise<void> => {
  const added = await addTo(archive, recordId, simpleReport({ text: COMMENT, action: { verb }, ...more }));
  expect(added.status, added.text).toBe(202);
};
const looked = async (recordId: string, looks = 1, where = archive): Promise<ShownRecord> =>
  await recordWhen(
    where,
    recordId,
    ({ secondLooks, owed }) => secondLooks.length === looks && owed.every((step) => step.parked),
  );
const toldOf = (record: ShownRecord) => record.history.filter(({ type }) => type === 'second-look.completed');

describe('a removal that was confirmed', () => {
  test('is looked after once, later, and what was seen is sealed apart from the evidence', async () => {
    const path = page(WITH);
    const before = await captured(path);
    expect(await archive.receipt(before.recordId)).toMatchObject({ safeToRemove: true, secondLook: null });
    show(path, THREAD);
    await confirm(before.recordId);
    const awaited = await archive.receipt(before.recordId);
    expect(awaited.secondLook).toMatchObject({ answer: 'awaited', at: null });
    expect(awaited.safeToRemove).toBe(true);

    const record = await looked(before.recordId);
    expect(record.secondLooks).toMatchObject([
      {
        factN: 2,
        answer: 'not-there',
        because: null,
        outcome: 'captured',
        finding: { address: origin + path, finalAddress: origin + path, httpStatus: 200, target: null },
      },
    ]);
    const [look] = record.secondLooks;
    const confirmedAt = Date.parse(record.facts[1]?.recordedAt ?? '');
    expect(Date.parse(look?.lookedAt ?? '') - confirmedAt).toBeGreaterThanOrEqual(DELAY_MS);
    expect(look?.finding['evidence']).not.toEqual([]);
    expect(toldOf(record).map(({ body }) => body)).toMatchObject([
      {
        fact: 2,
        answer: 'not-there',
        because: null,
        outcome: 'captured',
        files: 2,
        lookedAt: look?.lookedAt,
      },
    ]);
    expect(timesOpened(path)).toBe(2);

    // Its files are sealed, under an origin and roles of their own, and named beside the confirmation that they follow.
    const files = record.artifacts.filter(({ origin: from }) => from === 'second-look');
    expect(files.map(({ role, factN }) => [role, factN])).toEqual([
      ['second-look-picture', 2],
      ['second-look-report', 2],
    ]);
    expect(look?.finding['files']).toEqual(files.map(({ artifactId }) => artifactId));
    expect(files.every(({ seal }) => seal !== null)).toBe(true);
    const reportOf = async (n = 0): Promise<unknown> =>
      (
        await archive.app.inject({
          url: `/v1/records/${record.recordId}/artifacts/${n}`,
          headers: { authorization: `Bearer ${await archive.key('custodian')}` },
        })
      ).json();
    expect(await reportOf(files[1]?.n)).toMatchObject({
      format: 'holdfast-second-look/1',
      answer: 'not-there',
      because: null,
      address: origin + path,
      outcome: 'captured',
      environment: { view: expect.stringMatching(/^logged out/) as unknown },
      files: [{ role: 'second-look-picture', sha256: files[0]?.sha256 }],
    });
    // The capture is as it was, to the letter.
    expect(record.capture).toEqual(before.capture);
    expect(record.captureOutcome).toBe(before.captureOutcome);

    const receipt = await archive.until(record.recordId, ({ safeToRemove }) => safeToRemove);
    expect(receipt).toMatchObject({
      safeToRemove: true,
      removal: 'confirmed',
      tier: 'B',
      evidence: [{ kind: 'capture', tier: 'B' }],
      secondLook: {
        answer: 'not-there',
        at: look?.lookedAt,
        sentence:
          'The content was no longer to be seen by the public on its page. The archive looks as a visitor without an account.',
      },
    });
    expect(receipt.seals.map(({ role }) => role)).toEqual(
      expect.arrayContaining(['second-look-picture', 'second-look-report']),
    );
    const metrics = await call(archive, '/metrics', { role: 'administrator' });
    expect(metrics.text).toMatch(/^holdfast_second_looks_total\{answer="not-there"\} [1-9]/m);
    expect(metrics.text).toMatch(/^holdfast_steps_owed\{step="look-again"\} 0$/m);
  });

  const PAGES_THEN = [
    [
      'is still there',
      WITH,
      200,
      'there',
      null,
      /was still to be seen by the public then\. Check that it was/,
    ],
    ['answers that it is gone', '<h1>Not found</h1>', 404, 'not-there', null, /no longer to be seen/],
    [
      'asks for a sign-in',
      '<p>You must log in to continue.</p>',
      200,
      'unknown',
      'wall',
      /could not be told: the page asked for a sign-in, or/,
    ],
    [
      'is covered',
      `${WITH}<div style="position:fixed;inset:0;background:#fff">A map of the town</div>`,
      200,
      'unknown',
      'covered',
      /could not be told: something lay over the place/,
    ],
    ['is empty', '', 200, 'unknown', 'empty', /could not be told: the page did not show itself/],
  ] as const;
  // What a person reads of the others: console-second-look.test.ts.
  const then: readonly string[] = ['answers that it is gone', 'is covered'];
  test.concurrent.each(rows(PAGES_THEN, ([what]) => then.includes(what)))(
    'whose page then %s',
    async (_name, body, status, answer, because, sentence) => {
      const path = page(WITH);
      const { recordId } = await captured(path);
      show(path, body, status);
      await confirm(recordId);
      const record = await looked(recordId);
      expect(record.secondLooks).toMatchObject([{ answer, because }]);
      const receipt = await archive.until(recordId, ({ safeToRemove }) => safeToRemove);
      expect(receipt).toMatchObject({ safeToRemove: true, secondLook: { answer } });
      expect(receipt.secondLook?.sentence).toMatch(sentence);
      expect(receipt.secondLook?.sentence).toMatch(/as a visitor without an account\.$/);
    },
  );

  test.concurrent('is looked after also where the report itself said that it was done', async () => {
    const path = page(WITH);
    const { recordId } = await captured(path, {
      action: { verb: 'delete', performedAt: new Date().toISOString() },
    });
    expect((await looked(recordId)).secondLooks).toMatchObject([{ factN: 1, answer: 'there' }]);
  });

  test.concurrent('is looked after where the platform says so, in an event about the same subject', async () => {
    const path = page(WITH);
    const subject = `facebook:comment:${made}4711`;
    const event = (action: Record<string, unknown>) =>
      cloudEvent({
        envelope: { subject },
        content: { nativeId: 'comment-4711', text: COMMENT, permalink: origin + path },
        action: { actorType: 'platform', ...action },
      });
    const send = async (payload: unknown) =>
      await call(archive, '/v1/deletion-events', {
        role: 'intake',
        method: 'POST',
        payload,
        headers: { 'content-type': 'application/cloudevents+json' },
      });
    const seen = await send(event({}));
    expect(seen.status, seen.text).toBe(202);
    const recordId = String(seen.body['recordId']);
    await settled(archive, recordId);
    show(path, THREAD);
    const at = new Date().toISOString();
    const done = await send(
      event({ performedAt: { value: at, precision: 's', source: 'platform-webhook', verbatim: at } }),
    );
    expect([done.status, done.body['recordId']], done.text).toEqual([202, recordId]);
    expect((await looked(recordId)).secondLooks).toMatchObject([{ factN: 2, answer: 'not-there' }]);
  });

  const NOTHING = [
    ['no page', { url: undefined }, ''],
    ['a page that was not to be opened', { capture: false }, ''],
    ['nothing to look for', { text: undefined }, ''],
    ['nothing to look for but a place on the page', { text: undefined }, '#main'],
  ] as const;
  test.concurrent.each(rows(NOTHING, ([what]) => !what.startsWith('nothing to look for')))(
    'is not looked after with %s',
    async (_name, more, place) => {
      const path = page(WITH);
      const { recordId } = await captured(path + place, more);
      const opened = timesOpened(path);
      await confirm(recordId);
      await sleep(DELAY_MS + 1500);
      const { record, receipt } = await settled(archive, recordId);
      expect(record.owed).toEqual([]);
      expect([record.secondLooks, receipt.secondLook, timesOpened(path) - opened]).toEqual([[], null, 0]);
    },
  );
});

test.concurrent('of a report without words, its place alone does not tell what stands there', async () => {
  const path = page(WITH);
  const { recordId } = await captured(`${path}#comment-4711`, { text: undefined });
  show(path, `${THREAD}<article id="comment-4711"><p>Removed by a moderator.</p></article>`);
  await confirm(recordId);
  const record = await looked(recordId);
  expect(record.secondLooks).toMatchObject([{ answer: 'unknown', because: 'only-its-place' }]);
  expect((await archive.receipt(recordId)).secondLook?.sentence).toMatch(/its place is still on the page/);
});

test.concurrent('what an import brings was removed long ago, and is not looked after', async () => {
  const path = page(WITH);
  const at = '2024-05-01T14:00:00Z';
  const event = cloudEvent({
    data: { channel: 'import' },
    content: { text: COMMENT, permalink: origin + path },
    action: { performedAt: { value: at, precision: 's', source: 'vendor-export', verbatim: at } },
  });
  const sent = await call(archive, '/v1/deletion-events', {
    role: 'intake',
    method: 'POST',
    payload: event,
    headers: { 'content-type': 'application/cloudevents+json' },
  });
  expect(sent.status, sent.text).toBe(202);
  const { record } = await settled(archive, String(sent.body['recordId']));
  expect([record.removal, record.secondLooks, timesOpened(path)]).toEqual(['confirmed', [], 1]);
});

describe.concurrent('what a second look finds is no evidence', () => {
  test('a page that shows at last what the capture did not find', async () => {
    const path = page(THREAD);
    const before = await captured(path);
    expect(codesOf(await archive.receipt(before.recordId))).toEqual(['target-not-found']);
    show(path, WITH);
    await confirm(before.recordId);
    const record = await looked(before.recordId);
    expect(record.secondLooks).toMatchObject([
      { answer: 'there', finding: { target: { method: 'text-exact' } } },
    ]);
    expect(record.artifacts.every(({ seal }) => seal !== null)).toBe(true);
    expect(record.capture).toEqual(before.capture);
    const receipt = await archive.receipt(record.recordId);
    expect(receipt).toMatchObject({
      safeToRemove: false,
      evidence: [],
      tier: null,
      capture: { outcome: 'captured', targetFound: false },
      secondLook: { answer: 'there' },
    });
    expect(codesOf(receipt)).toEqual(['target-not-found']);
  });

  test('what was never found is not said to be gone', async () => {
    const path = page(THREAD);
    const { recordId } = await captured(path);
    await confirm(recordId);
    expect((await looked(recordId)).secondLooks).toMatchObject([{ answer: 'not-there' }]);
    const { secondLook } = await archive.receipt(recordId);
    expect(secondLook?.sentence).toMatch(/^The content was not to be seen .+ so this says little\./);
  });

  test('and while its files wait to be sealed, what was safe stays safe', async () => {
    const here = await openArchive({ browser: true, env: archiveEnv() });
    try {
      // No relay: each step is rung by hand, and the last seal never.
      await here.work('seal', 'capture');
      const path = page(WITH);
      const { body } = await here.report(simpleReport({ url: origin + path, text: COMMENT }));
      const { recordId } = body;
      const ring = async (step: StepName, until: (record: ShownRecord) => boolean): Promise<ShownRecord> => {
        await here.system.queue.enqueue(step, [{ recordId, priority: 0 }]);
        return await recordWhen(here, recordId, until);
      };
      const owes = (record: ShownRecord, step: StepName): boolean =>
        record.owed.some((owed) => owed.step === step);
      await ring('capture', ({ captureOutcome }) => captureOutcome !== null);
      await ring('seal', (record) => !owes(record, 'seal'));
      // With a note: a fact that weighs, and with it whatever would count as come with it.
      await confirm(recordId, { note: 'Hidden by the clerk on duty.' }, here);
      await ring('seal', (record) => !owes(record, 'seal'));
      await sleep(DELAY_MS);
      const record = await ring('look-again', ({ secondLooks }) => secondLooks.length === 1);
      const waits = record.artifacts.filter(({ seal }) => seal === null).map(({ origin: from }) => from);
      expect(waits).toEqual(['second-look', 'second-look']);
      expect(owes(record, 'seal')).toBe(true);
      expect(await here.receipt(recordId)).toMatchObject({
        safeToRemove: true,
        missing: [],
        secondLook: { answer: 'there' },
      });
    } finally {
      await here.close();
    }
  });
});

describe.concurrent('a look that is owed', () => {
  test('ends without looking when the removal was taken back, and each confirmation has its own', async () => {
    const path = page(WITH);
    const { recordId } = await captured(path);
    await confirm(recordId);
    await act(recordId, 'restore');
    await sleep(DELAY_MS + 1500);
    const { record } = await settled(archive, recordId);
    expect([record.secondLooks, toldOf(record), timesOpened(path)]).toEqual([[], [], 1]);
    expect((await archive.receipt(recordId)).secondLook).toBeNull();

    // Begun anew, confirmed, and seen: still there.
    await act(recordId, 'hide', { note: 'For the second time.' });
    await confirm(recordId, { note: 'Hidden.' });
    const first = await looked(recordId);
    expect(first.secondLooks).toMatchObject([{ factN: 5, answer: 'there' }]);
    // Then it had not been removed after all, and now it is.
    await act(recordId, 'restore', { note: 'It was still there.' });
    expect((await archive.receipt(recordId)).secondLook).toBeNull();
    await act(recordId, 'hide', { note: 'For the third time.' });
    show(path, THREAD);
    await confirm(recordId, { note: 'Hidden at last.' });
    expect((await archive.receipt(recordId)).secondLook).toMatchObject({ answer: 'awaited' });
    const second = await looked(recordId, 2);
    expect(second.secondLooks.map(({ factN, answer }) => [factN, answer])).toEqual([
      [5, 'there'],
      [8, 'not-there'],
    ]);
    expect((await archive.receipt(recordId)).secondLook).toMatchObject({ answer: 'not-there' });
    expect(toldOf(second)).toHaveLength(2);
  });

  inWholeRun(() =>
    test('looks after the later of two confirmations that came before it, and only then', async () => {
      const path = page(WITH);
      const { recordId } = await captured(path);
      await confirm(recordId);
      await sleep(DELAY_MS / 5);
      await confirm(recordId, { note: 'As I said.' });
      const record = await looked(recordId);
      expect(record.secondLooks).toMatchObject([{ factN: 3 }]);
      const later = Date.parse(record.facts[2]?.recordedAt ?? '');
      expect(Date.parse(record.secondLooks[0]?.lookedAt ?? '') - later).toBeGreaterThanOrEqual(DELAY_MS);
      // The same again is the same, and asks for nothing.
      await confirm(recordId, { note: 'As I said.' });
      await sleep(DELAY_MS + 1500);
      expect((await settled(archive, recordId)).record.secondLooks).toHaveLength(1);
      expect(timesOpened(path)).toBe(2);
    }),
  );

  test('comes once more when a confirmation arrives while the page is open', async ({ expect: own }) => {
    const path = page(WITH);
    const { recordId } = await captured(path);
    // The page does not answer until the second confirmation has been said.
    let answer = (): void => undefined;
    held.set(path, new Promise<void>((done) => (answer = done)));
    await confirm(recordId);
    await own.poll(() => timesOpened(path), { timeout: 60_000 }).toBe(2);
    await confirm(recordId, { note: 'Said again.' });
    answer();
    const record = await looked(recordId, 2);
    expect(record.secondLooks.map(({ factN }) => factN)).toEqual([2, 3]);
    const later = Date.parse(record.facts[2]?.recordedAt ?? '');
    expect(Date.parse(record.secondLooks[1]?.lookedAt ?? '') - later).toBeGreaterThanOrEqual(DELAY_MS);
  });
});

describe.concurrent('on other machines', () => {
  test('switched off, none is owed; and one that was owed before ends without looking', async () => {
    const here = await openArchive({
      browser: true,
      env: { ...archiveEnv(), HOLDFAST_LOOK_AGAIN: 'no' },
    });
    try {
      await here.work();
      const path = page(WITH);
      const { recordId } = await captured(path, {}, here);
      await confirm(recordId, {}, here);
      const { record, receipt } = await settled(here, recordId);
      expect([record.owed, receipt.secondLook]).toEqual([[], null]);
      await here.sql.query(
        `insert into step (record_id, name, agency_id) values ($1, 'look-again', 'rivertown')`,
        [recordId],
      );
      const after = await recordWhen(here, recordId, ({ owed }) => owed.length === 0);
      expect([after.secondLooks, timesOpened(path)]).toEqual([[], 1]);
    } finally {
      await here.close();
    }
  });

  inWholeRun(() =>
    test('with a browser that dies of it three times it could not be told, and no worker is to blame', async ({
      expect: own,
    }) => {
      const here = await openArchive({ browser: true, env: archiveEnv() });
      try {
        await here.work();
        const path = page(WITH);
        const { recordId } = await captured(path, {}, here);
        held.set(path, new Promise<void>(() => undefined));
        await confirm(recordId, {}, here);
        for (let tries = 1; tries <= 3; tries += 1) {
          await own.poll(() => timesOpened(path), { timeout: 60_000 }).toBe(1 + tries);
          process.kill(await browserOf(here.dataDir), 'SIGKILL');
        }
        const record = await looked(recordId, 1, here);
        expect(record.secondLooks).toMatchObject([
          { answer: 'unknown', because: 'browser-crashed', outcome: 'none' },
        ]);
        expect(toldOf(record)).toHaveLength(1);
        expect((await here.receipt(recordId)).secondLook?.sentence).toContain('the browser broke down');
      } finally {
        await here.close();
      }
    }),
  );

  test('without a browser it could not be told, and that is sealed too', async () => {
    const here = await openArchive({ env: archiveEnv() });
    try {
      await here.work();
      const { recordId } = await captured(page(WITH), {}, here);
      await confirm(recordId, {}, here);
      const record = await looked(recordId, 1, here);
      expect(record.secondLooks).toMatchObject([
        { factN: 2, answer: 'unknown', because: 'browser-missing', outcome: 'none' },
      ]);
      const files = record.artifacts.filter(({ origin: from }) => from === 'second-look');
      expect(files).toMatchObject([
        { role: 'second-look-report', factN: 2, seal: { lockedUntil: expect.any(String) as unknown } },
      ]);
      expect(toldOf(record).map(({ body }) => body)).toMatchObject([
        { because: 'browser-missing', files: 1 },
      ]);
      const { secondLook, parked } = await here.receipt(recordId);
      expect(secondLook?.sentence).toMatch(/could not be told: no browser could be started\./);
      expect(parked).toEqual([]);
    } finally {
      await here.close();
    }
  });
});
