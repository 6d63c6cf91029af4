/** What anybody gets of an agency's log, and the page on which the agency looks at it and decides what that is. On a real archive. */
import type { FastifyInstance } from 'fastify';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest';
import { addAgency } from '#agency/agency.ts';
import { buildApp } from '#api/api.ts';
import { keyPair, openCheckpoint, verifierKey } from '#log/log.ts';
import { leafHash, rootOf, EMPTY_FRONTIER, grow } from '#log/merkle.ts';
import { simpleReport } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { pageText, signedInAs, submit } from '../support/pages.ts';
import { colleague, type Colleague } from '../support/people.ts';
import type { Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let administrator: Colleague;
let auditor: Colleague;

beforeAll(async () => {
  scene = await openConsoleScene({ named: true });
  const { archive, picture } = scene;
  await archive.work();
  await addAgency(archive.system.db, { id: 'lakeside', name: 'City of Lakeside', zone: 'America/Chicago' });
  administrator = await colleague(archive, ['administrator']);
  auditor = await colleague(archive, ['auditor']);
  const sent = await archive.report(simpleReport({ text: 'quokka' }), [
    { name: 'shot.png', type: 'image/png', bytes: picture.bytes },
  ]);
  await archive.until(sent.body.recordId, ({ safeToRemove }) => safeToRemove);
});
afterAll(async () => await scene?.close());

const get = async (path: string, headers: Record<string, string> = {}) =>
  await scene.archive.app.inject({ url: `/v1/log/${path}`, headers });
const trust = async () => {
  const { origin, keys } = (await get('rivertown/keys')).json<{
    origin: string;
    keys: { vkey: string; firstSize: number }[];
  }>();
  return { origin, keys: keys.map(({ vkey, firstSize }) => ({ key: verifierKey(vkey), firstSize })) };
};
const letOut = async (yes: boolean): Promise<void> =>
  void (await scene.archive.sql.query(
    `insert into public_face (agency_id, tiles, changed_by) values ('rivertown', $1, 'test')
       on conflict (agency_id) do update set tiles = excluded.tiles`,
    [yes],
  ));

describe('to anybody', () => {
  test('the newest checkpoint is given byte for byte, and the keys with which it is opened', async () => {
    const answer = await get('rivertown/checkpoint');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    const { size } = openCheckpoint(answer.rawPayload, await trust());
    const { rows } = await scene.archive.sql.query<{ note: Buffer }>(
      "select note from log_checkpoint where agency_id = 'rivertown' and size = $1",
      [size],
    );
    expect(answer.rawPayload.equals(rows[0]?.note ?? Buffer.alloc(0))).toBe(true);
  });

  test('many behind a proxy that is named have limits of their own, and whoever names themselves is not believed', async () => {
    // A few more than one caller may make at once. On a slow machine a clock that goes on would let them make the rest, too.
    const CALLS = 406;
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const passed = async (app: FastifyInstance, forwarded: (i: number) => string): Promise<number> => {
      const codes: number[] = [];
      for (let i = 0; i < CALLS; i += 1)
        codes.push(
          (
            await app.inject({
              url: '/v1/log/nobody/checkpoint',
              headers: { 'x-forwarded-for': forwarded(i) },
              remoteAddress: '127.0.0.1',
            })
          ).statusCode,
        );
      expect(new Set(codes).isSubsetOf(new Set([404, 429]))).toBe(true);
      return codes.filter((code) => code === 404).length;
    };
    const { system } = scene.archive;
    const behind = await buildApp({ ...system, config: { ...system.config, proxies: ['127.0.0.1'] } });
    const bare = await buildApp(system);
    try {
      expect(await passed(behind, (i) => `203.0.113.${i % 200}`)).toBe(CALLS);
      // What stands left of the last address was said by whoever the proxy heard.
      expect(await passed(behind, (i) => `198.51.100.${i % 200}, 192.0.2.9`)).toBe(400);
      expect(await passed(bare, (i) => `203.0.113.${i % 200}`)).toBe(400);
    } finally {
      await behind.close();
      await bare.close();
    }
  });

  test('a key that somebody put into the table, and no entry of the log names, is none of the log', async () => {
    const { origin, keys } = await trust();
    expect(keys).toHaveLength(1);
    const { vkey } = keyPair(origin, Buffer.alloc(32, 9));
    const { sql } = scene.archive;
    await sql.query("insert into log_key (agency_id, vkey, first_size) values ('rivertown', $1, 0)", [vkey]);
    try {
      expect((await trust()).keys).toHaveLength(1);
      expect((await get('rivertown/keys')).body).not.toContain(vkey);
      // Nor may a true one sign at other sizes than its entry says.
      await sql.query("update log_key set first_size = 3, last_size = 4 where agency_id = 'rivertown'");
      expect((await get('rivertown/keys')).json()).toMatchObject({
        keys: [{ firstSize: 0, lastSize: null }],
      });
    } finally {
      await sql.query('delete from log_key where vkey = $1', [vkey]);
      await sql.query("update log_key set first_size = 0, last_size = null where agency_id = 'rivertown'");
    }
  });

  test('the tiles are given where the agency lets them out, and lead to the root that was signed', async () => {
    await letOut(true);
    try {
      const { size, root } = openCheckpoint((await get('rivertown/checkpoint')).rawPayload, await trust());
      expect(size).toBeGreaterThan(3);
      expect(size).toBeLessThan(256);
      const bundle = await get(`rivertown/tile/entries/000.p/${size}`);
      expect(bundle.statusCode).toBe(200);
      expect(bundle.headers['content-type']).toBe('application/octet-stream');
      const entries: Buffer[] = [];
      for (let at = 0; at < bundle.rawPayload.length; at += 2 + bundle.rawPayload.readUInt16BE(at))
        entries.push(bundle.rawPayload.subarray(at + 2, at + 2 + bundle.rawPayload.readUInt16BE(at)));
      expect(entries).toHaveLength(size);
      expect(rootOf(grow(EMPTY_FRONTIER, entries.map(leafHash))).equals(root)).toBe(true);
      expect(bundle.rawPayload.toString()).not.toContain('quokka');
      const hashes = await get(`rivertown/tile/0/000.p/${size}`);
      expect(hashes.rawPayload).toHaveLength(size * 32);
      expect(hashes.headers['cache-control']).toBe('public, max-age=3600');
    } finally {
      await letOut(false);
    }
  });

  test.each([
    ['a tile that was not let out', 'rivertown/tile/0/000'],
    ['an agency that there is not', 'nowhere/checkpoint'],
    ['the keys of one', 'nowhere/keys'],
    ['an agency whose log has not begun', 'nowhere-2/checkpoint'],
    ['a path that leads out', 'rivertown/tile/0/..%2f..%2f..%2fa'],
    ['a level that there is not', 'rivertown/tile/64/000'],
    ['a number in another form', 'rivertown/tile/0/0'],
    ['a width of nothing', 'rivertown/tile/0/000.p/0'],
  ])('%s is not here', async (_, path) => {
    const answer = await get(path);
    expect(answer.statusCode).toBe(404);
    expect(['log-not-here', 'route-not-found']).toContain(answer.json<{ code: string }>().code);
  });

  test('what was not let out and what there is not get the same answer', async () => {
    const body = async (path: string): Promise<object> => {
      const { requestId: _, ...said } = (await get(path)).json<Record<string, unknown>>();
      return said;
    };
    expect(await body('rivertown/tile/0/000')).toEqual(await body('nowhere/tile/0/000'));
    expect(await body('rivertown/tile/0/000')).toEqual(await body('nowhere/checkpoint'));
  });
});

describe('the page', () => {
  let at: Visitor;
  beforeEach(async () => void (at = await scene.visitor()));
  afterEach(async () => {
    await at.page.browserContext().close();
    expect(at.complaints()).toEqual([]);
  });
  const open = async (who: Colleague): Promise<void> => {
    await signedInAs(at, who);
    await at.goTo('/log');
  };

  test.each(onEachScreen([['log', async () => await open(administrator)]]))(
    'of the %s says how long it is, what was signed and what has not left, %i px',
    async (name, _, go, size) => {
      await at.page.setViewport(size);
      await go();
      await checkPage(at, name);
      const text = await pageText(at);
      const { origin, keys } = await trust();
      expect(text).toContain(origin);
      expect(text).toContain(keys[0]?.key.id ?? '?');
      expect(text).toMatch(/Anchored outside this archive\s+Nothing\./);
      expect(text).toMatch(/Not yet anchored\s+Waiting for .+: what happened since/);
      expect(text).not.toContain('Entries wait for');
    },
  );

  test('lets an administrator decide what anybody may see, with the keyboard, and puts it into the history', async () => {
    await open(administrator);
    await at.page.focus('#shown-tiles');
    await at.page.keyboard.press('Space');
    await submit(at, 'form[action="/log"] button');
    expect(await pageText(at)).toContain('Saved.');
    const { size } = openCheckpoint((await get('rivertown/checkpoint')).rawPayload, await trust());
    expect((await get(`rivertown/tile/0/000.p/${size}`)).statusCode).toBe(200);
    const { rows } = await scene.archive.sql.query(
      "select actor, body from event where agency_id = 'rivertown' and type = 'config.changed' order by seq",
    );
    expect(rows).toEqual([
      { actor: `person:${administrator.personId}`, body: { setting: 'log-tiles', to: 'on' } },
    ]);
    // As it is already: nothing happened.
    await submit(at, 'form[action="/log"] button');
    const again = await scene.archive.sql.query("select 1 from event where type = 'config.changed'");
    expect(again.rowCount).toBe(1);
    await at.goTo('/history');
    expect(await pageText(at)).toContain('A choice of the agency changed');
    await letOut(false);
  });

  test('shows an auditor the same, and no form', async () => {
    await open(auditor);
    expect(await at.count('form[action="/log"]')).toBe(0);
    expect(await pageText(at)).toContain('All entries of the log');
    await checkPage(at, 'log of an auditor');
  });

  test('says that entries wait when nothing is signed any more, and what that means', async () => {
    await scene.archive.stopWork();
    await scene.archive.sql.query(
      `insert into event (agency_id, id, type, at, actor, body)
       values ('rivertown', gen_random_uuid(), 'person.signed-out', now() - interval '10 minutes', $1, '{}')`,
      [`person:${auditor.personId}`],
    );
    await open(auditor);
    const text = await pageText(at);
    expect(text).toContain('Entries wait for 10 minutes');
    expect(text).toMatch(/and [1-9]\d* being entered/);
    await checkPage(at, 'log that waits');
  });
});
