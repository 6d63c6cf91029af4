/** The clause that is sealed is the one that somebody read when they chose it, whatever an administrator saved meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addPolicy, dayIn } from '#agency/agency.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { cloudEvent } from '../support/cloud-event.ts';
import { call, recordOf } from '../support/looking.ts';

let archive: Archive;
const ZONE = 'America/Chicago';
/** Civil days from today, as the agency has them. */
const day = (days: number): string => dayIn(ZONE, new Date(Date.now() + days * 86_400_000));

async function version(name: string, effectiveOn: string, clauses: Readonly<Record<string, string>>) {
  await archive.system.db.inAgency(
    'rivertown',
    async (at) =>
      await addPolicy(at, {
        policyId: 'town',
        version: name,
        title: 'Town policy',
        effectiveOn,
        grounds: Object.entries(clauses).map(([clauseId, clause]) => ({
          clauseId,
          label: clause.slice(0, 20),
          citation: `Town ${clauseId}`,
          clause,
        })),
      }),
  );
  await sleep(1100);
}

async function sealedUnder(action: Record<string, unknown>): Promise<unknown> {
  const { status, body } = await archive.report(simpleReport({ action: { verb: 'hide', ...action } }));
  expect(status, JSON.stringify(body)).toBe(202);
  const { facts } = await recordOf(archive, body.recordId);
  const data = facts.at(0)?.body['data'] as { action: { grounds: unknown[] } } | undefined;
  return data?.action.grounds[0];
}

beforeAll(async () => {
  archive = await openArchive();
  await version('old', day(-900), { '3.a': 'Threats', '3.b': 'Obscenity' });
  // In force since years, and replaced today: 3.b is another clause now.
  await version('new', day(0), { '3.a': 'Threats', '3.b': 'Advertising' });
});
afterAll(async () => await archive?.close());

test('a page that showed the version of yesterday seals what it showed', async () => {
  expect(await sealedUnder({ ground: 'town#3.b', groundVersion: 'old' })).toMatchObject({
    policyVersion: 'old',
    text: 'Obscenity',
  });
  expect(await sealedUnder({ ground: 'town#3.b', groundVersion: 'new' })).toMatchObject({
    policyVersion: 'new',
    text: 'Advertising',
  });
  expect(await sealedUnder({ ground: 'town#3.b' })).toMatchObject({ text: 'Advertising' });
});

test('one that has not been in force for longer is refused, with what to do, and nothing is taken', async () => {
  await version('older', day(-1000), { '3.b': 'Noise' });
  const before = await archive.sql.query('select count(*) from record');
  for (const groundVersion of ['older', 'never']) {
    const { status, body } = await archive.report(
      simpleReport({ action: { verb: 'hide', ground: 'town#3.b', groundVersion } }),
    );
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'ground-changed' });
    expect(String(body['detail'])).toContain('choose the clause again');
  }
  expect((await archive.sql.query('select count(*) from record')).rows).toEqual(before.rows);
});

test('a version that is not in force yet can be cited by nobody', async () => {
  await version('coming', day(30), { '3.c': 'Music' });
  const cited = { policyId: 'town', policyVersion: 'coming', citation: 'Town 3.c' };
  const refused = await call(archive, '/v1/deletion-events', {
    method: 'POST',
    role: 'moderator',
    headers: { 'content-type': 'application/cloudevents+json' },
    payload: cloudEvent({ action: { grounds: [cited], groundsMissing: undefined } }),
  });
  expect(refused.body).toMatchObject({ code: 'ground-unknown' });
});

test('a fact that cites a version of then is found under the number that its clause had then', async () => {
  const { status, body } = await call(archive, '/v1/deletion-events', {
    method: 'POST',
    role: 'moderator',
    headers: { 'content-type': 'application/cloudevents+json' },
    payload: cloudEvent({
      action: {
        grounds: [{ policyId: 'town', policyVersion: 'old', citation: 'Town 3.b', text: 'Obscenity' }],
        groundsMissing: undefined,
      },
    }),
  });
  expect(status, JSON.stringify(body)).toBe(202);
  const { rows } = await archive.sql.query('select grounds from record where id = $1', [body['recordId']]);
  expect(rows).toEqual([{ grounds: ['town#3.b'] }]);
});
