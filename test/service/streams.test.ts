/**
 * Many who watch: what live status costs the archive, and where it says no. Every read is a real one; they are counted on
 * their way to the database.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addAgency } from '#agency/agency.ts';
import { openWatchers, type Look, type Watchers, type WatchLimits } from '#api/watchers.ts';
import { ArchiveError } from '#errors.ts';
import { readReceipt, type Receipt } from '#record/record.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { addTo, call } from '../support/looking.ts';

let archive: Archive;
let address: string;
/** Transactions of one agency under way, and the most at one moment. */
const under = { way: 0, most: 0, all: 0 };
const leaving: AbortController[] = [];

beforeAll(async () => {
  archive = await openArchive({
    adapt: (system) => ({
      ...system,
      db: {
        ...system.db,
        inAgency: async (agencyId, work) => {
          under.way += 1;
          under.all += 1;
          under.most = Math.max(under.most, under.way);
          try {
            return await system.db.inAgency(agencyId, work);
          } finally {
            under.way -= 1;
          }
        },
      },
    }),
  });
  await addAgency(archive.system.db, { id: 'lakeside', name: 'City of Lakeside', zone: 'America/Chicago' });
  address = await archive.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  for (const one of leaving) one.abort();
  await archive?.close();
});

async function record(): Promise<string> {
  return (await archive.report(simpleReport({ capture: false }))).body.recordId;
}

interface Stream {
  readonly status: number;
  readonly problem: Record<string, unknown> | null;
  readonly receipts: Receipt[];
  leave(): void;
}

async function open(recordId: string, key: string): Promise<Stream> {
  const leave = new AbortController();
  leaving.push(leave);
  const response = await fetch(`${address}/v1/records/${recordId}/events`, {
    headers: { authorization: `Bearer ${key}` },
    signal: leave.signal,
  });
  const receipts: Receipt[] = [];
  const read = async (): Promise<void> => {
    let rest = '';
    for await (const chunk of response.body ?? []) {
      const events = (rest + Buffer.from(chunk).toString('utf8')).split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events)
        if (event.startsWith('event: receipt\ndata: '))
          receipts.push(JSON.parse(event.slice('event: receipt\ndata: '.length)) as Receipt);
    }
  };
  if (response.status === 200) read().catch(() => undefined);
  return {
    status: response.status,
    problem: response.status === 200 ? null : ((await response.json()) as Record<string, unknown>),
    receipts,
    leave: () => leave.abort(),
  };
}

async function when(holds: () => boolean, timeoutMs = 30_000): Promise<void> {
  for (const end = Date.now() + timeoutMs; !holds(); await sleep(10))
    if (Date.now() > end) throw new Error('It did not come to pass.');
}

/** What happens to a record elsewhere, as a worker's step tells it. */
async function happens(recordIds: readonly string[]): Promise<void> {
  await archive.sql.query("select pg_notify('record', id) from unnest($1::text[]) id", [recordIds]);
}

describe('streams', () => {
  test('of one key are fifty, then it is told so; each that is left makes room for another', async () => {
    const [key, other] = [await archive.key('intake'), await archive.key('moderator')];
    const id = await record();
    const streams = await Promise.all(Array.from({ length: 50 }, async () => await open(id, key)));
    expect(streams.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200));
    const refused = await open(id, key);
    expect(refused).toMatchObject({ status: 429, problem: { code: 'streams-too-many' } });
    expect(refused.problem?.['detail']).toContain('Close one, or ask for the receipt');
    const others = await open(id, other);
    expect(others.status, 'another key has its own').toBe(200);
    others.leave();
    streams[0]?.leave();
    let again = await open(id, key);
    for (let tries = 0; again.status === 429 && tries < 50; tries += 1) {
      await sleep(50);
      again = await open(id, key);
    }
    expect(again.status).toBe(200);
    for (const stream of [...streams, again]) stream.leave();
  });

  test('of one record share a look: forty who watch read no more than one does', async () => {
    const key = await archive.key('moderator');
    const id = await record();
    const streams = await Promise.all(Array.from({ length: 40 }, async () => await open(id, key)));
    await when(() => streams.every(({ receipts }) => receipts.length === 1));
    const before = under.all;
    // What nobody told: it is in the database only, as another process leaves it.
    await archive.sql.query("update record set state = 'sealed' where id = $1", [id]);
    await happens([id]);
    await when(() => streams.every(({ receipts }) => receipts.at(-1)?.status === 'sealed'));
    // One for the change; the clock may have had one of its own.
    expect(under.all - before).toBeLessThanOrEqual(2);
    for (const stream of streams) stream.leave();
  });

  test('of many records take two connections, whatever happens at once', async () => {
    const key = await archive.key('custodian');
    const ids = await Promise.all(Array.from({ length: 40 }, record));
    const streams = await Promise.all(ids.map(async (id) => await open(id, key)));
    await when(() => streams.every(({ receipts }) => receipts.length === 1) && under.way === 0);
    under.most = 0;
    await archive.sql.query("update record set state = 'sealed' where id = any($1)", [ids]);
    await happens([...ids, ...ids]);
    await when(() => streams.every(({ receipts }) => receipts.at(-1)?.status === 'sealed'));
    expect(under.most).toBeGreaterThan(0);
    expect(under.most).toBeLessThanOrEqual(2);
    for (const stream of streams) stream.leave();
  });

  test('hear at once of what this process accepted', async () => {
    const id = await record();
    const stream = await open(id, await archive.key());
    await when(() => stream.receipts.length === 1);
    const started = performance.now();
    const said = await call(archive, `/v1/records/${id}/removal`, {
      method: 'POST',
      role: 'moderator',
      payload: {},
    });
    expect(said.status).toBe(202);
    await when(() => stream.receipts.at(-1)?.removal === 'confirmed');
    // Less than the two seconds after which it would be looked at anyway.
    expect(performance.now() - started).toBeLessThan(1500);
    stream.leave();
  });
});

describe('watchers', () => {
  /** The longest pause so long that on a slow machine, too, it is seen which one somebody waits. */
  const limits: WatchLimits = { perWatcher: 3, inAll: 5, atOnce: 2, firstMs: 50, mostMs: 20_000 };
  let watchers: Watchers;
  let reads: string[] = [];
  beforeAll(async () => {
    const { db, now } = archive.system;
    watchers = await openWatchers(
      db,
      async (agencyId, recordId) => {
        reads.push(recordId);
        return await db.inAgency(agencyId, async (at) => await readReceipt(at, recordId, 'trial', now()));
      },
      limits,
    );
  });
  afterAll(async () => await watchers?.close());
  const watch = (recordId: string, watcher = 'a', agencyId = 'rivertown') =>
    watchers.watch({ agencyId, watcher, recordId });
  const refusal = (work: () => unknown): string => {
    try {
      work();
    } catch (error) {
      if (error instanceof ArchiveError) return error.code;
      throw error;
    }
    return 'none';
  };

  test('say no to a key that has all of its own, and to everybody when all are taken', async () => {
    const id = await record();
    const watches = [watch(id), watch(id), watch(id)];
    expect(refusal(() => watch(id))).toBe('streams-too-many');
    watches.push(watch(id, 'b'), watch(id, 'b'));
    expect(refusal(() => watch(id, 'c'))).toBe('streams-full');
    watches[0]?.stop();
    watches[0]?.stop();
    watches.push(watch(id, 'c'));
    expect(
      refusal(() => watch(id, 'c')),
      'stopping twice gives back one',
    ).toBe('streams-full');
    await Promise.all(watches.map(async ({ first }) => await first));
    for (const one of watches) one.stop();
    expect(refusal(() => watch(id).stop())).toBe('none');
  });

  test('look less and less often while nothing happens, and at once when something does', async () => {
    const id = await record();
    const one = watch(id);
    expect((await one.first)?.receipt.recordId).toBe(id);
    const seen: (Look | null)[] = [];
    one.follow((look) => seen.push(look));
    reads = [];
    const since = performance.now();
    await when(() => reads.length >= 5);
    // 50, 100, 200, … ms apart, each pause twice the last one; of the first some has gone by.
    expect(performance.now() - since).toBeGreaterThan(100 + 200 + 400 + 800 - 50);
    expect((await addTo(archive, id, simpleReport({ text: 'more', capture: false }))).status).toBe(202);
    reads = [];
    await archive.sql.query("update record set state = 'sealed' where id = $1", [id]);
    await happens([id]);
    // By themselves three more looks would take more than nine seconds.
    const heard = performance.now();
    await when(() => seen.at(-1)?.receipt.status === 'sealed' && reads.length >= 3);
    expect(performance.now() - heard, 'and soon again').toBeLessThan(6000);
    one.stop();
    reads = [];
    await sleep(600);
    expect(reads, 'nobody watches').toEqual([]);
  });

  test('show nothing of another agency, and share nothing with who asks for it', async () => {
    const id = await record();
    const theirs = watch(id, 'c', 'lakeside');
    const ours = watch(id);
    expect(await theirs.first).toBeNull();
    expect((await ours.first)?.receipt.agency).toBe('rivertown');
    theirs.stop();
    const seen: (Look | null)[] = [];
    ours.follow((look) => seen.push(look));
    await archive.sql.query("update record set state = 'sealed' where id = $1", [id]);
    await happens([id]);
    await when(() => seen.at(-1)?.receipt.status === 'sealed');
    ours.stop();
  });
});
