/** Anchors of a running archive: stamps and cosignatures over what the log published, outages, lies and witnesses that contradict. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addAgency } from '#agency/agency.ts';
import { anchorAges, anchorNow, oldestUnanchored, standingOf, type AnchorContext } from '#anchor/anchor.ts';
import { anchorRound } from '#anchor/round.ts';
import { openCheckpoint, verifierKey } from '#log/log.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { opensslVerifies } from '../support/openssl.ts';
import { freePort } from '../support/port.ts';
import { startTsa, type TestTsa } from '../support/tsa.ts';
import { startWitness, type TestWitness } from '../support/witness.ts';

const NOBODY = 0;
let tsa: TestTsa;
let witnesses: TestWitness[];
let archive: Archive;
let folder: string;
let context: AnchorContext;
/** What the log of the process said, as an operator reads it. */
let said: { level: string; msg: string; code?: string }[];
let skewMs: number;
/** An authority at which nobody answers. */
let silent: string;

beforeEach(async () => {
  tsa = await startTsa();
  witnesses = await Promise.all(
    ['one', 'two', 'three'].map(async (name) => await startWitness(`${name}.example/w`)),
  );
  folder = await mkdtemp(join(tmpdir(), 'holdfast-anchors-'));
  await writeFile(join(folder, 'roots.pem'), tsa.root.pem);
  silent = `http://127.0.0.1:${await freePort()}/`;
  archive = await openArchive({ env: settings(tsa.url) });
  said = [];
  skewMs = NOBODY;
  context = contextOf(archive);
  await archive.work('log');
  await inLog(1);
  for (const witness of witnesses) witness.knows(await origin(), await keys());
});
afterEach(async () => {
  await archive.close();
  await Promise.all([tsa, ...witnesses].map(async (one) => await one.close()));
  await rm(folder, { recursive: true });
});

const settings = (urls: string): Record<string, string> => ({
  TSA_URL: urls,
  TSA_ROOTS: join(folder, 'roots.pem'),
  HOLDFAST_ANCHOR_EVERY: '1m',
  HOLDFAST_WITNESSES: [
    ...witnesses.map(({ vkey, url }, n) => `witness w${n} ${vkey} ${url}`),
    'group quorum-of-two 2 w0 w1 w2',
    'quorum quorum-of-two',
  ].join('\n'),
});

function contextOf({ system, config }: Archive, authorities = config.anchors.authorities): AnchorContext {
  const log = pino(
    { formatters: { level: (level) => ({ level }) } },
    { write: (line: string) => void said.push(JSON.parse(line) as (typeof said)[number]) },
  );
  return {
    db: system.db,
    log,
    anchors: { ...config.anchors, authorities },
    reader: system.logReader,
    now: () => new Date(Date.now() + skewMs),
    timeoutMs: 2000,
  };
}

async function until<T>(look: () => Promise<T>, holds: (seen: T) => boolean): Promise<T> {
  const end = Date.now() + 60_000;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > end) throw new Error(`It did not come to pass: ${JSON.stringify(seen)}`);
    await sleep(50);
  }
}

const rows = async <T extends object>(query: string): Promise<T[]> =>
  (await archive.sql.query<T>(query)).rows;
interface Head {
  size: number;
  note: Buffer;
}
const head = async (agency = 'rivertown'): Promise<Head> => {
  const [row] = await rows<{ size: string; note: Buffer }>(
    `select size, note from log_checkpoint where agency_id = '${agency}' order by size desc limit 1`,
  );
  return { size: Number(row?.size ?? 0), note: row?.note ?? Buffer.alloc(0) };
};
/** Waits until so many entries are published, and nothing waits any more. */
const inLog = async (least: number): Promise<Head> =>
  await until(
    async () => {
      // First what waits: asked the other way round, something may be entered and published in between.
      const { length: waits } = await rows(
        'select 1 from log_outbox union all select 1 from log_head where published < size',
      );
      return { ...(await head()), waits };
    },
    ({ size, waits }) => size >= least && waits === 0,
  );
const origin = async (): Promise<string> =>
  (await rows<{ origin: string }>("select origin from log_head where agency_id = 'rivertown'"))[0]?.origin ??
  '';
const keys = async (): Promise<string[]> =>
  (await rows<{ vkey: string }>("select vkey from log_key where agency_id = 'rivertown'")).map(
    ({ vkey }) => vkey,
  );
const anchors = async (): Promise<
  { kind: string; authority: string; size: string; blob: Buffer; at: Date }[]
> => await rows('select kind, authority, size, blob, at from log_anchor order by kind, authority, size');
const events = async (type: string): Promise<Record<string, unknown>[]> =>
  (
    await rows<{ body: Record<string, unknown> }>(
      `select body from event where type = '${type}' order by seq`,
    )
  ).map(({ body }) => body);
/** Whom the settings of the archive name. */
const outside = () => ({
  ...archive.config.anchors,
  log: context.log,
  keysOf: archive.system.logReader.keysOf,
});
/** Something real happens. */
const happens = async (): Promise<Head> => {
  const { size } = await inLog(1);
  expect((await archive.report(simpleReport())).status).toBe(202);
  return await inLog(size + 1);
};
const inAgency: Archive['system']['db']['inAgency'] = async (agency, work) =>
  await archive.system.db.inAgency(agency, work);

describe('what is published', () => {
  test('is stamped and cosigned, in a form that openssl and other people’s checkpoints know, and is then anchored', async () => {
    const published = await happens();
    const before = await inAgency(
      'rivertown',
      async (at) => await standingOf(at, published.size - 1, outside()),
    );
    expect(before).toMatchObject({ anchored: false, by: [] });
    expect(Math.abs((before.since?.getTime() ?? 0) - Date.now())).toBeLessThan(120_000);

    const result = await anchorNow(context, 'rivertown');
    expect(result).toMatchObject({ size: published.size, failed: [] });
    expect(result.obtained.map(({ kind, authority }) => `${kind} ${authority}`).sort()).toEqual(
      [`stamp ${tsa.name}`, ...witnesses.map(({ name }) => `witness ${name}`)].sort(),
    );

    const [stamp, ...lines] = await anchors();
    expect(await opensslVerifies(stamp?.blob ?? Buffer.alloc(0), published.note, tsa.root.pem)).toBe(true);
    const name = await origin();
    const opened = openCheckpoint(Buffer.concat([published.note, ...lines.map(({ blob }) => blob)]), {
      origin: name,
      keys: (await keys()).map((vkey) => ({ key: verifierKey(vkey) })),
      witnesses: witnesses.map(({ vkey }) => verifierKey(vkey)),
    });
    expect(opened.size).toBe(published.size);
    expect(opened.witnessedBy.map((key) => key.name).sort()).toEqual(witnesses.map((one) => one.name).sort());

    const after = await inAgency(
      'rivertown',
      async (at) => await standingOf(at, published.size - 1, outside()),
    );
    expect(after.anchored).toBe(true);
    expect(after.by).toHaveLength(4);
    expect(after.since?.getTime()).toBe(Math.min(...after.by.map(({ at }) => at.getTime())));
  });

  test('writes the anchors into the history and so into the log, and these ask for no anchor of their own', async () => {
    const published = await happens();
    await anchorNow(context, 'rivertown');
    const obtained = await events('anchor.obtained');
    expect(obtained).toHaveLength(4);
    expect(obtained[0]).toMatchObject({
      size: String(published.size),
      root: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect((await inLog(published.size + 4)).size).toBe(published.size + 4);
    const leaves = await rows<{ entry: Buffer }>('select entry from log_leaf order by idx desc limit 4');
    for (const { entry } of leaves)
      expect(JSON.parse(entry.toString())).toMatchObject({
        type: 'anchor.obtained',
        facts: { size: String(published.size) },
      });

    expect(await anchorNow(context, 'rivertown')).toMatchObject({
      size: published.size + 4,
      obtained: [],
      failed: [],
    });
    await anchorRound(context, true);
    expect(tsa.asked()).toBe(1);
    expect(await inAgency('rivertown', async (at) => await oldestUnanchored(at, outside()))).toBeNull();

    const more = await happens();
    await anchorRound(context, true);
    expect(tsa.asked()).toBe(2);
    expect(witnesses[0]?.seen(await origin())?.size).toBe(more.size);
    expect(await events('anchor.failed')).toEqual([]);
  });

  test('of an entry is anchored by each later stamp as well, and never by an earlier one', async () => {
    const first = await happens();
    await anchorNow(context, 'rivertown');
    const second = await happens();
    const standing = async (index: number) =>
      (
        await inAgency(
          'rivertown',
          async (at) => await standingOf(at, index, { ...outside(), witnesses: null }),
        )
      ).anchored;
    expect([
      await standing(0),
      await standing(first.size - 1),
      await standing(first.size),
      await standing(second.size - 1),
    ]).toEqual([true, true, false, false]);
    await anchorNow(context, 'rivertown');
    expect(await standing(second.size - 1)).toBe(true);
    expect(
      await inAgency(
        'rivertown',
        async (at) => await standingOf(at, 1_000_000, { ...outside(), witnesses: null }),
      ),
    ).toEqual({
      anchored: false,
      since: null,
      by: [],
    });
  });

  test('that somebody wrote into the database is none, is told once, and hides no true one', async () => {
    const { size } = await happens();
    const names = [outside().authorities[0]?.name ?? '', 'stamps.example'];
    for (const name of names)
      await archive.sql.query(
        "insert into log_anchor (agency_id, kind, authority, size, at, blob) values ('rivertown', 'stamp', $1, $2, now(), 'nothing')",
        [name, size],
      );
    const standing = async () =>
      await inAgency('rivertown', async (at) => ({
        ...(await standingOf(at, 0, outside())),
        oldest: await oldestUnanchored(at, outside()),
      }));
    expect(await standing()).toMatchObject({ anchored: false, by: [] });
    expect((await standing()).oldest?.index).toBe(0);
    expect(said.filter(({ msg }) => msg === 'anchor.does-not-hold')).toHaveLength(1);
    const later = await happens();
    await anchorNow(context, 'rivertown');
    const after = await standing();
    expect(after).toMatchObject({ anchored: true, oldest: null });
    expect(after.by.map(({ authority }) => authority)).toContain(names[0]);
    // A true stamp whose row has another time than was signed is one all the same, at the time that was signed; and that is told.
    await archive.sql.query('alter table log_anchor disable trigger user');
    await archive.sql.query(
      "update log_anchor set at = at - interval '1 year' where kind = 'stamp' and size >= $1",
      [later.size],
    );
    expect((await standing()).by).toEqual(after.by);
    expect(said.map(({ msg }) => msg)).toContain('anchor.time-changed');
  });

  test('of another agency is another log with anchors of its own', async () => {
    await addAgency(archive.system.db, { id: 'lakeside', name: 'City of Lakeside', zone: 'America/Chicago' });
    await happens();
    await anchorNow(context, 'rivertown');
    expect(await inAgency('lakeside', async (at) => (await standingOf(at, 0, outside())).by)).toEqual([]);
    expect(
      await inAgency('lakeside', async ({ tx }) => await tx.selectFrom('log_anchor').selectAll().execute()),
    ).toEqual([]);
  });
});

describe('witnesses alone', () => {
  test('anchor only as a quorum, and it is anchored since the last of them that was needed', async () => {
    const published = await happens();
    const alone = contextOf(archive, []);
    for (const one of witnesses.slice(1)) one.answer((response) => response.writeHead(500).end());
    const standing = async () =>
      await inAgency('rivertown', async (at) => await standingOf(at, published.size - 1, outside()));
    expect((await anchorNow(alone, 'rivertown')).obtained).toHaveLength(1);
    expect(await standing()).toMatchObject({ anchored: false, by: [{ kind: 'witness' }] });
    expect(await inAgency('rivertown', async (at) => await oldestUnanchored(at, outside()))).not.toBeNull();
    witnesses[1]?.answer(null);
    await sleep(1100);
    await anchorNow(alone, 'rivertown');
    const now = await standing();
    const later = (await anchors()).find(
      ({ authority, size }) => authority === witnesses[1]?.name && Number(size) >= published.size,
    );
    expect(now.anchored).toBe(true);
    expect(now.since).toEqual(later?.at);
  });

  test('that know less than we remember are met where they are', async () => {
    await happens();
    await anchorNow(context, 'rivertown');
    const [witness] = witnesses as [TestWitness];
    const name = await origin();
    const first = witness.seen(name);
    await happens();
    await anchorNow(context, 'rivertown');
    // It was set back to an earlier backup of its own: it says so with 409, and is led on from there.
    await witness.remember(name, first ?? { size: 0, root: '' });
    const asked = witness.asked();
    const last = await happens();
    expect((await anchorNow(context, 'rivertown')).failed).toEqual([]);
    expect(witness.asked()).toBe(asked + 2);
    expect(witness.seen(name)?.size).toBe(last.size);
  });
});

describe('a contradiction is said loudly, each time, and enters the history', () => {
  const contradicted = async (): Promise<void> => {
    const [witness] = witnesses as [TestWitness];
    for (let attempt = 0; attempt < 2; attempt += 1)
      expect((await anchorNow(context, 'rivertown')).failed).toEqual([
        { kind: 'witness', authority: witness.name, code: 'witness-contradicts' },
      ]);
    expect(
      said.filter(({ level, code }) => level === 'error' && code === 'witness-contradicts'),
    ).toHaveLength(2);
    expect(await events('anchor.failed')).toEqual([
      { anchor: 'witness', authority: witness.name, code: 'witness-contradicts' },
    ]);
    const ready = await archive.app.inject({ url: '/readyz' });
    const part = ready
      .json<{ parts: { name: string; ok: boolean; found: string }[] }>()
      .parts.find(({ name }) => name === 'anchors');
    expect([ready.statusCode, part?.ok, part?.found]).toEqual([200, false, 'witness-contradicts']);
    expect((await anchors()).filter(({ authority }) => authority === witness.name)).toEqual([]);
  };

  test('when a witness saw more of the log than was ever published', async () => {
    const { size } = await happens();
    await (witnesses[0] as TestWitness).remember(await origin(), { size: size + 100, root: '00'.repeat(32) });
    await contradicted();
  });

  test('when a witness saw another log of the same size', async () => {
    await happens();
    await (witnesses[0] as TestWitness).remember(await origin(), { size: 1, root: '11'.repeat(32) });
    await contradicted();
  });
});

describe('who cannot be had', () => {
  test('stops nobody, enters the history once, is asked more and more rarely, and then is forgiven', async () => {
    const port = await freePort();
    const down = contextOf(archive, [
      { name: `127.0.0.1:${port}`, url: silent, roots: tsa.root.pem },
      ...context.anchors.authorities,
    ]);
    await happens();
    expect((await anchorNow(down, 'rivertown')).obtained).toHaveLength(4);
    for (let attempt = 0; attempt < 3; attempt += 1)
      expect((await anchorNow(down, 'rivertown')).failed.map(({ code }) => code)).toEqual([
        'anchor-unreachable',
      ]);
    expect(await events('anchor.failed')).toHaveLength(1);
    const [trouble] = await rows<{ attempts: number; wait: number }>(
      'select attempts, extract(epoch from due_at - now())::float8 as wait from anchor_trouble',
    );
    expect(trouble?.attempts).toBe(4);
    expect(trouble?.wait).toBeGreaterThan(400);

    const asked = said.length;
    await anchorRound(down, true);
    expect(said.length, 'its time has not come').toBe(asked);
    // Meanwhile everything else goes on.
    await archive.work('relay', 'seal');
    const { body } = await archive.report(simpleReport());
    await archive.until(body.recordId, ({ seals }) => seals.length > 0);

    const again = contextOf(archive, [{ name: `127.0.0.1:${port}`, url: tsa.url, roots: tsa.root.pem }]);
    skewMs = 0;
    await anchorRound({ ...again, now: () => new Date() }, true);
    expect((await anchors()).some(({ authority }) => authority === `127.0.0.1:${port}`)).toBe(false);
    await anchorNow(again, 'rivertown');
    expect((await anchors()).some(({ authority }) => authority === `127.0.0.1:${port}`)).toBe(true);
    expect(await rows('select 1 from anchor_trouble')).toEqual([]);
  });

  test('and is late for too long is an alarm: in the log, in the figures and in readiness', async () => {
    const nobody = contextOf(archive, [{ name: 'nobody', url: silent, roots: tsa.root.pem }]);
    const without = { ...nobody, anchors: { ...nobody.anchors, witnesses: null } };
    await happens();
    await anchorRound(without, true);
    expect(said.map(({ msg }) => msg)).not.toContain('anchor.late');
    skewMs = 4 * 60_000;
    await anchorRound(without, true);
    expect(said).toContainEqual(
      expect.objectContaining({ level: 'error', msg: 'anchor.late', code: 'anchors-late' }),
    );
    const ages = await anchorAges(archive.system.db, { ...outside(), witnesses: null }, context.now());
    expect(ages.waiting[0]).toMatchObject({ agencyId: 'rivertown' });
    expect(ages.waiting[0]?.seconds).toBeGreaterThan(240);
    expect(ages.troubled).toEqual([{ authority: 'nobody', code: 'anchor-unreachable' }]);
    const figures = (await archive.app.inject({ url: '/metrics', headers: await operator() })).body;
    expect(Number(/^holdfast_unanchored_age_seconds (\S+)$/m.exec(figures)?.[1])).toBeGreaterThan(0);
    expect(figures).toMatch(/^holdfast_anchors_troubled 1$/m);
  });

  test.each<[string, string, () => void]>([
    [
      'an authority that stamps other bytes',
      'stamp-wrong',
      () => tsa.lie(() => ({ digest: Buffer.alloc(32) })),
    ],
    [
      'an authority an hour off',
      'stamp-wrong',
      () => tsa.lie(({ at }) => ({ at: new Date(at.getTime() - 3_600_000) })),
    ],
    [
      'an authority that answers garbage',
      'stamp-malformed',
      () => tsa.answer((response) => response.end('x')),
    ],
    ['a witness an hour off', 'witness-wrong', () => witnesses[0]?.skew(3_600_000)],
    [
      'a witness that answers garbage',
      'witness-wrong',
      () => witnesses[0]?.answer((response) => response.end('hello\n')),
    ],
    [
      'a witness that answers nothing',
      'witness-wrong',
      () => witnesses[0]?.answer((response) => response.end()),
    ],
    [
      'a witness that changes a signature',
      'witness-wrong',
      () => witnesses[0]?.answer((response, { body }) => response.end(body.replace(/.{8}\n$/, 'AAAAAAA=\n'))),
    ],
    [
      'a witness that signs with another’s key',
      'witness-wrong',
      () =>
        witnesses[0]?.answer((response, { body }) =>
          response.end(body.replace('one.example', 'two.example')),
        ),
    ],
    [
      'a witness that has another size each time',
      'witness-wrong',
      () => {
        let size = 0;
        witnesses[0]?.answer((response) => response.writeHead(409).end(`${(size = (size + 1) % 2)}\n`));
      },
    ],
    [
      'a witness that says 409 and no size',
      'witness-wrong',
      () => witnesses[0]?.answer((response) => response.writeHead(409).end('soon\n')),
    ],
    ['a witness that knows us not', 'anchor-refused', () => witnesses[0]?.knows('', [])],
    [
      'a witness that is broken',
      'anchor-refused',
      () => witnesses[0]?.answer((response) => response.writeHead(503).end()),
    ],
  ])('because it is %s: nothing of it is kept', async (_name, code, lies) => {
    await happens();
    if (code === 'anchor-refused') witnesses[0]?.knows(await origin(), []);
    lies();
    const { obtained, failed } = await anchorNow(context, 'rivertown');
    expect(failed.map((one) => one.code)).toEqual([code]);
    expect(obtained).toHaveLength(3);
    expect((await anchors()).some(({ authority }) => authority === failed[0]?.authority)).toBe(false);
    expect(await events('anchor.failed')).toEqual([
      { anchor: failed[0]?.kind, authority: failed[0]?.authority, code },
    ]);
  });
});

test('the worker does it by itself, and of two at once each anchor stands once', async () => {
  const { size } = await happens();
  await archive.work('anchor', 'anchor');
  await until(anchors, (found) => found.length >= 4);
  await sleep(500);
  const found = await anchors();
  expect(found).toHaveLength(4);
  expect(found.every((one) => Number(one.size) >= size)).toBe(true);
  expect(await events('anchor.obtained')).toHaveLength(4);
});

async function operator(): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await archive.key('administrator')}` };
}
