/**
 * What the whole archive prints, at its most talkative, while content goes through all of it, well and badly: events and ids,
 * and nothing that anybody wrote, named or opened.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addAgency, createKey } from '#agency/agency.ts';
import { openDb } from '#db/db.ts';
import type { Receipt } from '#record/record.ts';
import { cloneDatabase, multipart, simpleReport, type TestFile } from '../support/archive.ts';
import { COMPILED } from '../support/compiled.ts';
import { png } from '../support/picture.ts';
import { freePort } from '../support/port.ts';
import { start, type Running } from '../support/processes.ts';
import { openSampleSite, type SampleSite } from '../support/site/site.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** One made-up word for each place where content may come in. */
const WORDS = {
  text: 'zzquartzapple',
  author: 'zzbriarthistle',
  handle: 'zzcopperheron',
  note: 'zzdamsonfinch',
  address: 'zzelderswift',
  file: 'zzfennelotter',
  key: 'zzgingerlynx',
  search: 'zzhazelstoat',
  path: 'zzirisvole',
  member: 'zzjuniperhare',
  account: 'zzkelpmarten',
  broken: 'zzlarchmole',
  site: 'zzmaplewren',
} as const;

let database: { readonly url: string; drop(): Promise<void> };
let dataDir: string;
let site: SampleSite;
let up: Running;
let origin: string;
let keys: Readonly<Record<'moderator' | 'custodian' | 'lakeside', string>>;

beforeAll(async () => {
  [database, site] = await Promise.all([cloneDatabase(), openSampleSite()]);
  dataDir = await mkdtemp(join(tmpdir(), 'holdfast-logs-'));
  const db = openDb({ url: database.url, poolSize: 1 });
  for (const id of ['rivertown', 'lakeside']) await addAgency(db, { id, name: id, zone: 'America/Chicago' });
  const key = async (agencyId: string, role: 'moderator' | 'custodian') =>
    (await createKey(db, { agencyId, role, label: 'test' })).key;
  keys = {
    moderator: await key('rivertown', 'moderator'),
    custodian: await key('rivertown', 'custodian'),
    lakeside: await key('lakeside', 'moderator'),
  };
  await db.close();
  // Whatever is sealed for Lakeside fails for good: a file lies where a folder must be.
  await mkdir(join(dataDir, 'store', 'objects', 'a'), { recursive: true });
  await writeFile(join(dataDir, 'store', 'objects', 'a', 'lakeside'), '');
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  up = start(process.execPath, ['src/cli/main.ts', 'up'], {
    cwd: ROOT,
    env: {
      ...process.env,
      ...COMPILED,
      DATABASE_URL: database.url,
      HOLDFAST_DATA: dataDir,
      HOLDFAST_PORT: String(port),
      HOLDFAST_CONTENT_PORT: '0',
      HOLDFAST_LOG_LEVEL: 'trace',
      HOLDFAST_CAPTURE_ALLOW: site.hostPort,
      HOLDFAST_CAPTURE_DEADLINE: '8s',
      HOLDFAST_RECONCILE: '1s',
    },
  });
  await up.says('Holdfast is ready');
}, 60_000);
afterAll(async () => {
  await up?.end('SIGKILL');
  await site?.close();
  await database?.drop();
  if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true });
});

async function ask(
  path: string,
  init: {
    readonly body?: string | Buffer;
    readonly headers?: Record<string, string>;
    readonly key?: string;
  } = {},
): Promise<{ readonly status: number; readonly text: string; readonly recordId: string }> {
  const { body } = init;
  const response = await fetch(origin + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${init.key ?? keys.moderator}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...init.headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, recordId: /"recordId":"([0-9a-f-]{36})"/.exec(text)?.[1] ?? '' };
}

async function handIn(event: object, files: readonly TestFile[] = [], key?: string): Promise<string> {
  const form = multipart({ ...event }, files);
  const answer = await ask('/v1/deletion-events', {
    body: form.payload,
    headers: { 'content-type': form.contentType, 'idempotency-key': `${WORDS.key}-${Math.random()}` },
    ...(key === undefined ? {} : { key }),
  });
  expect(answer.status, answer.text).toBe(202);
  return answer.recordId;
}

async function until(recordId: string, holds: (receipt: Receipt) => boolean, key?: string): Promise<void> {
  const end = Date.now() + 40_000;
  for (;;) {
    const { text } = await ask(`/v1/records/${recordId}/receipt`, key === undefined ? {} : { key });
    const receipt = JSON.parse(text) as Receipt;
    if (holds(receipt)) return;
    if (Date.now() > end) throw new Error(text);
    await sleep(150);
  }
}

test('nothing of it is content', async () => {
  const about = (more: object = {}): Record<string, unknown> =>
    simpleReport({
      account: WORDS.account,
      text: `${WORDS.text} said out loud`,
      author: {
        displayName: WORDS.author,
        handle: WORDS.handle,
        profileUrl: `https://social.example/${WORDS.address}`,
      },
      note: WORDS.note,
      ...more,
    });
  const picture = { name: `${WORDS.file}.png`, type: 'image/png', bytes: await png() };
  const broken = { name: `${WORDS.file}-broken.png`, type: 'image/png', bytes: Buffer.from(WORDS.broken) };
  const at = (path: string): { url: string } => ({
    url: `${site.origin}${path}?${WORDS.address}#${WORDS.address}`,
  });

  // The good way, findings, and a page that goes where it may not.
  const ids = [
    await handIn(about(at('/posts/elm-street')), [picture]),
    await handIn(about(at('/gone-410')), [broken]),
    await handIn(about(at('/hangs'))),
    await handIn(about(at('/missing-picture'))),
    await handIn(about({ url: `${site.origin}/redirect-to?to=http%3A%2F%2F${WORDS.site}.corp%2F` })),
    await handIn(about({ url: `${site.origin}/ssrf?at=${WORDS.site}.corp` })),
  ];
  const parked = await handIn(about(), [picture], keys.lakeside);
  for (const recordId of ids) await until(recordId, (receipt) => receipt.status === 'complete');
  await until(parked, (receipt) => receipt.parked.length > 0, keys.lakeside);

  // What people read, and what they add.
  const [first = ''] = ids;
  for (const path of ['', '/receipt', '/artifacts/1', '/artifacts/2', '/artifacts/999'])
    await ask(`/v1/records/${first}${path}`, { key: keys.custodian });
  const looked = await ask(`/v1/records/${first}/artifacts/2/looks`, { body: '{}', key: keys.custodian });
  const { address } = JSON.parse(looked.text) as { address: string };
  expect((await fetch(address)).status).toBe(200);
  await ask(`/v1/records/${first}/receipt`, { headers: { accept: 'text/html' } });
  await ask(`/v1/records/${first}/facts`, { body: JSON.stringify(about()) });
  await ask(`/v1/records/${first}/removal`, { body: '{}' });
  const found = await ask(`/v1/records?q=${WORDS.text}&account=${WORDS.account}`, { key: keys.custodian });
  expect(found.text).toContain(first);
  expect(found.text, 'the content is there; the log alone is without it').toContain(WORDS.text);

  // What is refused.
  const refused = [
    await ask('/v1/deletion-events', { body: `{"${WORDS.member}": "${WORDS.text}"}` }),
    await ask('/v1/deletion-events', { body: `{"text": "${WORDS.text}` }),
    await ask('/v1/deletion-events', {
      body: JSON.stringify(about({ url: `http://${WORDS.site}.internal/` })),
    }),
    await ask('/v1/deletion-events', {
      body: JSON.stringify(about({ action: { verb: 'hide', ground: `${WORDS.member}#1` } })),
    }),
    await ask('/v1/deletion-events', {
      body: JSON.stringify(about()),
      headers: { 'idempotency-key': `${WORDS.key} \u00e9` },
    }),
    await ask(`/v1/records?q=${WORDS.search}&${WORDS.search}=1`, { key: keys.custodian }),
    await ask(`/v1/records?cursor=${WORDS.search}`, { key: keys.custodian }),
    await ask(`/v1/${WORDS.path}/${WORDS.path}?${WORDS.path}`),
    await ask(`/v1/records/${WORDS.path}`, { key: keys.custodian }),
    await ask(`/assets/${WORDS.path}.js`),
    await ask('/v1/me', { key: WORDS.key }),
  ];
  expect(refused.map((answer) => Math.floor(answer.status / 100))).toEqual(refused.map(() => 4));

  // A database that says no may quote the values of a row in its words. (Behind walls Postgres itself does not; triggers can.)
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query(`
    create function tripwire() returns trigger language plpgsql as $$ begin
      if new.excerpt like 'tripwire%' then raise exception 'tripwire' using detail = new.excerpt, errcode = '23514'; end if;
      return new;
    end $$;
    create trigger tripwire before insert on record for each row execute function tripwire();`);
  const tripped = await ask('/v1/deletion-events', {
    body: JSON.stringify(about({ text: `tripwire ${WORDS.text}` })),
  });
  await client.end();
  expect(tripped.status).toBe(500);

  expect(await up.end('SIGTERM')).toBe(0);
  const said = up.said();
  // It did talk, about all of this.
  for (const event of [
    '"request"',
    '"content.request"',
    '"step.ended"',
    '"step.failed"',
    '"request.failed"',
    '"egress.refused"',
    'tripwire',
    '"lease.pass"',
  ])
    expect(said, event).toMatch(new RegExp(event));
  for (const recordId of [...ids, parked]) expect(said).toContain(recordId);
  expect(said.split('\n').length).toBeGreaterThan(80);
  for (const [where, word] of Object.entries(WORDS)) {
    const lines = said.split('\n').filter((line) => line.toLowerCase().includes(word));
    expect(lines.slice(0, 2), where).toEqual([]);
  }
  for (const key of Object.values(keys)) expect(said.includes(key), 'a key').toBe(false);
  expect(said.includes(address.split('/').at(-1) ?? ''), 'a ticket').toBe(false);
});
