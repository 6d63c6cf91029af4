/** Packing as work: tried again and parked when it fails, run again by a person, fair between agencies, and nobody kept from a link by who floods another. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addAgency } from '#agency/agency.ts';
import { readiness } from '#api/api.ts';
import { ArchiveError } from '#errors.ts';
import { openProductionContext } from '#production-work.ts';
import {
  askForProduction,
  readProduction,
  releaseProduction,
  runProductions,
  type Production,
  type ProductionContext,
} from '#production/production.ts';
import { openArchive, type Archive } from '../support/archive.ts';
import { asApplication } from '../support/disposing.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { decide, newRequest, NOTHING_ASKED, pass, produced, sealedRecord } from '../support/producing.ts';

let archive: Archive;
let custodian: Colleague;
let requestId: string;
let recordId: string;
const BROKEN = 'the folder /srv/secret-machine is gone';

beforeAll(async () => {
  archive = await openArchive({ env: { HOLDFAST_LOOK_AGAIN: 'no' } });
  for (const id of ['lakeside', 'hillview'])
    await addAgency(archive.system.db, { id, name: `City of ${id}`, zone: 'America/Chicago' });
  await archive.work();
  custodian = await colleague(archive, ['custodian']);
  requestId = await newRequest(archive);
  recordId = await sealedRecord(archive, { text: 'bandicoots' });
  await decide(archive, requestId, recordId, { answer: 'release' });
}, 120_000);
afterAll(async () => await archive?.close());

const read = async (id: string): Promise<Production> => {
  const found = await archive.system.db.inAgency('rivertown', async (at) => await readProduction(at, id));
  if (found === null) throw new Error('It is gone.');
  return found;
};
const called = async (url: string) => {
  const answer = await archive.app.inject({
    method: 'POST',
    url,
    headers: { cookie: custodian.cookie, 'sec-fetch-site': 'same-origin' },
  });
  return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() };
};
const fails = (tell: (agencyId: string) => void = () => undefined): Partial<ProductionContext> => ({
  signerOf: async (agencyId) => {
    tell(agencyId);
    return await Promise.reject(new ArchiveError('store-down', BROKEN, { retry: 'later' }));
  },
});
/** As when it has failed for an hour. */
const GIVES_UP = { times: { backoffMs: 0, parkAfter: { failures: 3, ms: 0 } } };
const parked = async (prefix: string): Promise<string> => {
  const { id, production } = await produced(archive, requestId, {
    prefix,
    context: { ...fails(), ...GIVES_UP },
  });
  expect(production).toMatchObject({ state: 'building', failure: null });
  expect(production.trouble?.parkedAt).toEqual(expect.any(String));
  return id;
};

test('what fails is tried again later, and says so', async () => {
  const { id, production } = await produced(archive, requestId, { prefix: 'LATER', context: fails() });
  expect(production).toMatchObject({
    state: 'building',
    trouble: { code: 'store-down', attempts: 1, parkedAt: null },
  });
  // Not yet due.
  await archive.sql.query(
    "update production_build set due_at = now() + interval '1 hour' where production_id = $1",
    [id],
  );
  await pass(archive);
  expect((await read(id)).state).toBe('building');
  const part = (await readiness(archive.system)).parts.find(({ name }) => name === 'packing');
  expect(part).toMatchObject({ ok: false, needed: false, code: 'packing-late' });
  expect(part?.found).toContain('1 production(s) could not be packed so far: store-down');
  await archive.sql.query('update production_build set due_at = now() where production_id = $1', [id]);
  await pass(archive);
  expect(await read(id)).toMatchObject({ state: 'ready', trouble: null });
});

test('what fails again and again waits for a person, who sees why, and has it packed once more', async () => {
  const id = await parked('STUCK');
  const { parts } = await readiness(archive.system);
  const part = parts.find(({ name }) => name === 'packing');
  expect(part).toMatchObject({ ok: false, code: 'packing-parked' });
  expect(part?.found).toContain('1 production(s) wait for a person, of rivertown: store-down');
  const seen = await archive.app.inject({
    url: `/v1/productions/${id}`,
    headers: { cookie: custodian.cookie },
  });
  // What the error itself said names machines.
  expect(seen.body).not.toContain('secret-machine');
  expect(seen.json()).toMatchObject({
    state: 'building',
    trouble: {
      code: 'store-down',
      reason: expect.stringContaining('The store could not be reached.') as string,
      dueAt: null,
    },
  });
  await pass(archive);
  expect((await read(id)).state, 'nobody takes it').toBe('building');
  // Nor does it stand in the way of others with its letters.
  expect(await called(`/v1/productions/${id}/run`)).toMatchObject({
    status: 200,
    body: { state: 'building' },
  });
  expect(await called(`/v1/productions/${id}/run`)).toMatchObject({
    status: 409,
    body: { code: 'production-state' },
  });
  await pass(archive);
  expect(await read(id)).toMatchObject({ state: 'ready', trouble: null });
  const { rows } = await archive.sql.query<{ type: string; code: string | null }>(
    "select type, body ->> 'code' as code from event where body ->> 'production' = $1 order by seq",
    [id],
  );
  expect(rows.map(({ type, code }) => [type, code])).toEqual([
    ['production.requested', null],
    ['production.parked', 'store-down'],
    ['production.viewed', null],
    ['production.rerun', null],
    ['production.sealed', null],
  ]);
});

test('what is parked keeps no page numbers, and is not packed again where another has them', async () => {
  const id = await parked('TAKEN');
  const { production } = await produced(archive, requestId, { prefix: 'TAKEN' });
  expect(production).toMatchObject({ state: 'ready', batesFirst: 1 });
  const again = await called(`/v1/productions/${id}/run`);
  expect(again).toMatchObject({ status: 409, body: { code: 'production-state' } });
  expect(again.body['detail']).toContain('Withdraw this one');
  // Nor by whoever has the application's password, and past the person.
  const app = await asApplication(archive);
  try {
    await expect(
      app.query('update production_build set parked_at = null where production_id = $1', [id]),
    ).rejects.toMatchObject({ code: 'HF087' });
    await expect(
      app.query(
        `update production set state = 'ready', object_key = 'production/rivertown/' || id || '/' || repeat('0', 64) || '.zip', version_id = 'x', locked_until = now(), ready_at = now(), bytes = 1, files = 1, bates_last = bates_first, record_pages = 1, sha256 = repeat('0', 64),
                gate = jsonb_build_object('clean', true, 'sha256', repeat('0', 64), 'outcome', 'nothing-to-look-for', 'more', 0, 'hits', '[]'::jsonb, 'unread', '[]'::jsonb, 'unsearchable', '[]'::jsonb)
          where id = $1`,
        [id],
      ),
    ).rejects.toMatchObject({ code: 'HF087' });
    await expect(app.query('update production set released = 7 where id = $1', [id])).rejects.toMatchObject({
      code: 'HF076',
    });
    await expect(
      app.query('update production set state = $2 where id = $1', [id, 'blocked']),
    ).rejects.toMatchObject({
      code: 'HF087',
    });
  } finally {
    await app.end();
  }
  const answer = await archive.app.inject({
    method: 'POST',
    url: `/v1/productions/${id}/withdrawal`,
    headers: {
      cookie: custodian.cookie,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/json',
    },
    payload: JSON.stringify({ reason: 'Another one was made' }),
  });
  expect(answer.statusCode).toBe(200);
  expect(await read(id)).toMatchObject({ state: 'withdrawn', trouble: null });
  const { parts } = await readiness(archive.system);
  expect(parts.find(({ name }) => name === 'packing')).toMatchObject({ ok: true });
});

test('agencies are served in turn, and a small one waits for no large one', async () => {
  const { db } = archive.system;
  const owed = async (agencyId: string, prefix: string, records: number): Promise<string> => {
    const request = await newRequest(archive, agencyId);
    const { rows } = await archive.sql.query<{ id: string }>(
      `insert into production (agency_id, id, request_id, n, asked, made_by, bates_prefix, bates_first)
       values ($1, gen_random_uuid(), $2, 1, '{"wacz": false, "seen": {"pictures": [], "items": []}}', 'cli', $3, 1) returning id`,
      [agencyId, request, prefix],
    );
    await archive.sql.query('update production_build set records = $2 where production_id = $1', [
      rows[0]?.id,
      records,
    ]);
    return rows[0]?.id ?? '';
  };
  const ids: string[] = [];
  for (const prefix of ['A', 'B', 'C']) ids.push(await owed('lakeside', `FAIR${prefix}`, 10_000));
  for (const prefix of ['A', 'B']) ids.push(await owed('hillview', `FAIR${prefix}`, 3));
  const served: string[] = [];
  const context = { ...openProductionContext(archive.system), ...fails((agencyId) => served.push(agencyId)) };
  const times = { backoffMs: 3_600_000 };
  expect(await runProductions({ ...context, times }, 500)).toMatchObject({ failed: 2 });
  expect(served).toEqual(['hillview', 'hillview']);
  served.length = 0;
  await archive.sql.query(
    'update production_build set due_at = now(), failures = 0, claimed_at = null where production_id = any($1)',
    [ids],
  );
  expect(await runProductions({ ...context, times })).toMatchObject({ failed: 5 });
  expect(served.slice(0, 4).toSorted()).toEqual(['hillview', 'hillview', 'lakeside', 'lakeside']);
  expect(served[0]).not.toBe(served[1]);
  expect(served[2]).not.toBe(served[3]);
  expect(served[4]).toBe('lakeside');
  // While somebody packs for an agency nobody else packs for it, and others are served.
  await archive.sql.query(
    'update production_build set due_at = now(), failures = 0 where production_id = any($1)',
    [ids],
  );
  await archive.sql.query(
    "update production_build set claimed_until = now() + interval '1 hour', fence = 1 where production_id = $1",
    [ids[0]],
  );
  served.length = 0;
  await runProductions({ ...context, times });
  expect(served).toEqual(['hillview', 'hillview']);
  await archive.sql.query(
    "update production set state = 'withdrawn', withdrawn_at = now(), withdrawn_by = 'cli', withdrawn_why = 'x' where id = any($1)",
    [ids],
  );
  const { rows } = await archive.sql.query<{ n: number }>(
    'select count(*)::int as n from production_build where production_id = any($1) and ended_at is null',
    [ids],
  );
  expect(rows[0]?.n).toBe(0);
  expect(await db.inAgency('lakeside', async (at) => (await readProduction(at, ids[0] ?? ''))?.state)).toBe(
    'withdrawn',
  );
});

test('nobody holds a transaction while a production is packed', async () => {
  let open = -1;
  await produced(archive, requestId, {
    prefix: 'SHORT',
    context: {
      between: async () => {
        const { rows } = await archive.sql.query<{ n: number }>(
          "select count(*)::int as n from pg_stat_activity where datname = current_database() and state = 'idle in transaction'",
        );
        open = Math.max(open, rows[0]?.n ?? 0);
      },
    },
  });
  expect(open).toBe(0);
});

test('who floods one link, or makes links up, keeps nobody from another', async () => {
  const links: string[] = [];
  for (const prefix of ['FLOODA', 'FLOODB']) {
    const { id } = await produced(archive, requestId, { prefix });
    const released = await archive.system.db.inAgency(
      'rivertown',
      async (at) => await releaseProduction(at, id, { now: archive.system.now(), days: 7 }, 'cli'),
    );
    if (typeof released === 'string') throw new Error(released);
    links.push(`/p/${released.token}`);
  }
  const [flooded = '', other = ''] = links;
  let n = 0;
  const fetched = async (url: string): Promise<number> => {
    n += 1;
    return (await archive.app.inject({ url, remoteAddress: `198.51.${n >> 8}.${n & 255}` })).statusCode;
  };
  expect([await fetched(flooded), await fetched(other)]).toEqual([200, 200]);
  // All at once, so that nothing is given back while they are asked.
  const flood = async (url: string): Promise<void> => {
    const said = await Promise.all(Array.from({ length: 400 }, async () => await fetched(url)));
    expect(said).toContain(429);
  };
  await flood(flooded);
  expect(await fetched(other)).toBe(200);
  await flood(`/p/${'A'.repeat(43)}`);
  expect(await fetched(other)).toBe(200);
});

test('what is frozen is counted once', async () => {
  const { id, production } = await produced(archive, requestId, { prefix: 'COUNT' });
  expect(production).toMatchObject({ released: 1, part: 0, withheld: 0 });
  const { rows } = await archive.sql.query<{ records: number }>(
    'select records from production_build where production_id = $1',
    [id],
  );
  expect(rows[0]?.records).toBe(1);
  const asked = await archive.system.db.inAgency(
    'rivertown',
    async (at) => await askForProduction(at, { requestId, prefix: 'COUNT', asked: NOTHING_ASKED }, 'cli'),
  );
  expect(asked).toMatchObject({ records: 1 });
  await pass(archive);
});
