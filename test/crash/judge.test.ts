/** The judge of the other tests here is judged first: it is shown one lie at a time, and must see each. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openScene, pictureReport, type Scene } from '../support/crash-scene.ts';
import { judge } from '../support/judge.ts';
import { folderEyes, type StoreEyes } from '../support/judge-store.ts';
import type { Handed } from '../support/submitter.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let scene: Scene;
let eyes: StoreEyes;
beforeAll(async () => {
  scene = await openScene();
  for (let n = 0; n < 2; n += 1) await scene.submitter.hand(await pictureReport());
  const honest = scene.start({ name: 'honest', workers: ['relay', 'seal', 'capture'], draws: true });
  await scene.settled();
  await honest.stop();
  eyes = await folderEyes(scene.archive.dataDir);
});
afterAll(async () => await scene.close());

interface Lies {
  readonly store?: StoreEyes;
  readonly history?: readonly Handed[];
}

async function faultsOf(lies: Lies = {}): Promise<string> {
  const { archive, submitter } = scene;
  const { faults } = await judge({
    sql: archive.sql,
    store: eyes,
    stagingDir: archive.config.stagingDir,
    history: submitter.history,
    ...lies,
  });
  return faults.join('\n');
}

test('it finds nothing where nothing is wrong, and says how much it looked at', async () => {
  const { faults, looked } = await scene.verdict();
  expect(faults).toEqual([]);
  expect(looked).toMatchObject({ answers: 2, records: 2, complete: 2, facts: 2, parked: 0, staged: 0 });
  // Of each record salt, fact, text, raw payload, picture and card; the salt has no commitment, and the text is in the fact.
  expect(looked.versions).toBe(looked.seals + 2 * 5);
  expect(looked.commitments).toBe(2 * 5);
});

test('it finds fault with having nothing to look at', async () => {
  const nothing = { versions: async () => await Promise.resolve([]), look: eyes.look };
  expect(await faultsOf({ store: nothing, history: [] })).toMatch(
    /looked at no answers[^]*looked at no versions/,
  );
});

const IN_THE_DATABASE: readonly (readonly [string, RegExp])[] = [
  ['delete from fact where n = 1', /acknowledged and has 0 facts/],
  [`update fact set idempotency_key = idempotency_key || '-'`, /acknowledged to nobody/],
  [`update artifact set sha256 = repeat('0', 64) where origin = 'handed-in'`, /not what was sent/],
  [
    `update artifact set sha256 = repeat('0', 64) where origin = 'rendering'`,
    /file \d is not what the manifest says/,
  ],
  [
    `with read as (delete from artifact_text) update artifact set n = n + 10 where origin = 'handed-in'`,
    /does not name each file/,
  ],
  [`update record set state = 'sealed'`, /ended as sealed/],
  ['update record set capture_outcome = null', /no outcome of a capture/],
  [`delete from event where type = 'intake.accepted'`, /0 acceptances are told/],
  [`delete from event where type = 'record.sealed'`, /has the seals 1.* are told/],
  [`delete from event where type = 'record.completed'`, /0 completions are told/],
  [
    `insert into event (agency_id, id, record_id, type, actor, body)
     select agency_id, gen_random_uuid(), record_id, type, actor, body from event where type = 'record.sealed'`,
    /are told/,
  ],
  [
    `insert into second_look (agency_id, record_id, fact_n, looked_at, answer, outcome, finding)
     select agency_id, id, 1, now(), 'there', 'captured', '{}' from record`,
    /1 second looks, and its history tells of: \.[^]*and reports of: \./,
  ],
  ['update seal set sealed_at = null', /is in no closed seal/],
  ['update fact set seal_no = null', /is in no closed seal/],
  [`update artifact set inline = 'x'::bytea`, /is sealed and still waits/],
  [`update artifact set staged = repeat('a', 32) where n = 1`, /named by a row, and not in staging/],
  [`delete from object where role = 'fact'`, /is in the store and has no intent/],
  [`update object set sha256 = repeat('0', 64) where role = 'fact'`, /holds other bytes than were intended/],
  [`update object set version_id = 'another' where role = 'salt'`, /is sealed and not in the store/],
  ['update object set confirmed_at = null', /was never confirmed/],
  [`update object set locked_until = now() + interval '90 days'`, /locked for less than its row says/],
  [
    `insert into step (record_id, name, agency_id) select id, 'seal', agency_id from record`,
    /still owes seal/,
  ],
  [
    `insert into step (record_id, name, agency_id, parked_at) select id, 'seal', agency_id, now() from record`,
    /parked without a reason[^]*its history does not say so/,
  ],
  [
    `insert into step (record_id, name, agency_id, parked_at, claimed_until) select id, 'seal', agency_id, now(), now() from record`,
    /still claimed/,
  ],
];
test.for(IN_THE_DATABASE)('it sees: %s', async ([statement, expected]) => {
  const { sql } = scene.archive;
  await sql.query('begin');
  try {
    const { rowCount } = await sql.query(statement);
    expect(rowCount).toBeGreaterThan(0);
    expect(await faultsOf()).toMatch(expected);
  } finally {
    await sql.query('rollback');
  }
});

type Look = StoreEyes['look'];
const changed =
  (ending: string, change: (object: Awaited<ReturnType<Look>>) => object): Look =>
  async (key, versionId) => {
    const object = await eyes.look(key, versionId);
    return key.endsWith(ending) ? { ...object, ...change(object) } : object;
  };

const IN_THE_STORE: readonly (readonly [string, Look, RegExp])[] = [
  ['a changed byte of a fact', changed('fact-1.json', () => ({ bytes: Buffer.from('{}') })), /other bytes/],
  [
    'another salt',
    changed('/salt', () => ({ bytes: Buffer.alloc(32) })),
    /commitment of fact\/1 does not open/,
  ],
  [
    'another manifest',
    changed('manifest.json', ({ bytes }) => ({
      bytes: Buffer.from(bytes.toString().replace('"seal":1', '"seal":7')),
    })),
    /the manifest is of/,
  ],
  ['no manifest', changed('manifest.json', () => ({ bytes: Buffer.alloc(0) })), /cannot be read/],
  ['no lock', changed('/salt', () => ({ mode: null })), /is not locked/],
  [
    'a lock that is shorter than the manifest says',
    changed('manifest.json', () => ({ retainUntil: new Date(Date.now() + 86_400_000) })),
    /is locked for less than its manifest says/,
  ],
  ['a lock that is over', changed('/salt', () => ({ retainUntil: new Date(0) })), /has a lock that is over/],
];
test.for(IN_THE_STORE)('it sees %s', async ([, look, expected]) => {
  expect(await faultsOf({ store: { ...eyes, look } })).toMatch(expected);
});

test('it sees versions that should not be there', async () => {
  const found = await eyes.versions('a/');
  const [first] = found;
  if (first === undefined) throw new Error('The store is empty.');
  const also = (more: object): StoreEyes => ({
    ...eyes,
    versions: async () => await Promise.resolve([...found, { ...first, ...more }]),
  });
  expect(await faultsOf({ store: also({}) })).toMatch(/has 2 versions/);
  expect(await faultsOf({ store: also({ isDeleteMarker: true }) })).toMatch(/has a delete marker/);
});

test('it sees what the client was told', async () => {
  const { history } = scene.submitter;
  const [handed] = history;
  if (handed === undefined) throw new Error('Nothing was handed in.');
  const other = '01a1fddb-0000-7000-8000-000000000000';
  const told = (answer: object): readonly Handed[] => [
    ...history,
    { ...handed, answers: [{ status: 202, recordId: other, code: null, ...answer }] },
  ];
  expect(await faultsOf({ history: told({}) })).toMatch(/was told 2 records/);
  const lost = { ...handed, idempotencyKey: 'lost' };
  expect(await faultsOf({ history: [...history, lost] })).toMatch(/lost was acknowledged and has 0 facts/);
  const refused = history.map((one) => ({ ...one, answers: [{ status: 422, recordId: null, code: 'x' }] }));
  expect(await faultsOf({ history: refused })).toMatch(/was refused, and left a fact/);
});

test('it sees a staged file that no row names', async () => {
  const path = join(scene.archive.config.stagingDir, 'a', 'a'.repeat(32));
  await writeFile(path, 'left behind');
  try {
    expect(await faultsOf()).toMatch(/is staged, and no row names it/);
  } finally {
    await rm(path);
  }
});
