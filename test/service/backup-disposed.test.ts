/** A record that two people had destroyed, and the backups of before and after it. */
import { chmod, cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readDisposal } from '#disposal/disposal.ts';
import { certificatesIn, namedBy, type CertificateFile } from '../../src/backup/destroyed.ts';
import { keyPair, receiptKeyIn } from '#log/log.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { backUp, emptyPlace, envOf, goesOn, serveRestored, tidy, type Env } from '../support/backup-scene.ts';
import {
  approvedList,
  atRest,
  locksEnded,
  logged,
  makeDue,
  openDisposing,
  ONE_BY_ONE,
  pass,
  SHORT,
  type Disposing,
} from '../support/disposing.ts';
import { holdfastWith, jsonOf } from '../support/holdfast.ts';
import { png } from '../support/picture.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let archive: Archive;
let scene: Disposing;
let kept: string;
let destroyed: string;
/** Of a list without a certificate: one was destroyed, of the other the store still has everything. */
const under = { way: '', begun: '' };
const word = `bettong${randomUUID().replaceAll('-', '')}`;
const folders = { before: '', after: '' };

beforeAll(async () => {
  archive = await openArchive({ env: SHORT });
  await archive.work();
  scene = await openDisposing(archive);
  [kept, destroyed] = [await handIn('A thing that stays'), await handIn(`It says ${word}`, STRANGER)];
  await makeDue(archive, destroyed);
  const two = [await handIn(`One more says ${word}`), await handIn(`And another says ${word}`)].toSorted();
  for (const id of two) await makeDue(archive, id);
  [under.way, under.begun] = [two[0] ?? '', two[1] ?? ''];
  folders.before = (await backUp(envOf(archive, SHORT))).folder;
  await destroy(destroyed);
  folders.after = (await backUp(envOf(archive, SHORT))).folder;
  await archive.stopWork();
});
afterAll(async () => {
  await scene?.opened.close();
  await tidy();
  await archive?.close();
});

/** Of no account in the register: its handle is of this record alone. */
const STRANGER = { account: 'stranger.example' };

async function handIn(text: string, more: object = {}): Promise<string> {
  const shot = { name: 'shot.png', type: 'image/png', bytes: await png() };
  const { recordId } = (await archive.report(simpleReport({ text, ...more }), [shot])).body;
  await atRest(archive, recordId);
  return recordId;
}

async function destroy(recordId: string): Promise<void> {
  const { db } = archive.system;
  const id = await approvedList(scene, [recordId]);
  await locksEnded(archive, recordId);
  const stateNow = async () =>
    (await db.inAgency('rivertown', async (at) => await readDisposal(at, id)))?.state;
  for (let tries = 0; (await stateNow()) !== 'completed'; tries += 1) {
    if (tries === 120) throw new Error(`It does not end: ${String(await stateNow())}`);
    await pass(scene);
  }
}

async function isGoneIn(place: Env): Promise<void> {
  const restored = await serveRestored(place);
  await goesOn(restored.system);
  const { rows } = await restored.sql.query('select state, excerpt, account from record where id = $1', [
    destroyed,
  ]);
  expect(rows).toEqual([{ state: 'disposed', excerpt: null, account: 'destroyed' }]);
  for (const table of ['fact', 'artifact', 'object', 'seal'])
    expect(
      (await restored.sql.query(`select from ${table} where record_id = $1`, [destroyed])).rowCount,
    ).toBe(0);
  expect((await restored.get(`/v1/records?q=${word}`)).text).not.toContain(destroyed);
  expect((await restored.get(`/v1/records/${kept}`)).text).toContain('A thing that stays');
  const audit = jsonOf(await holdfastWith(place, ['audit', '--full', '--json'])) as {
    logs: { findings: { what: string }[] }[];
  };
  expect(audit.logs.flatMap(({ findings }) => findings)).toEqual([]);
}

test('does not come back by a backup of before, beside the store that lives', async () => {
  const place = await emptyPlace(archive, SHORT);
  const data = place['HOLDFAST_DATA'] ?? '';
  await cp(join(archive.dataDir, 'store'), join(data, 'store'), { recursive: true });
  const ended = await holdfastWith(place, ['restore', '--from', folders.before, '--database-only', '--json']);
  expect(ended.code, ended.err).toBe(0);
  expect(jsonOf(ended)).toMatchObject({ destroyed: { records: 1, askedNewer: true } });
  await isGoneIn(place);
});

test('does not come back by a backup of before on an empty machine, with the tombstones of a later one', async () => {
  const place = await emptyPlace(archive, SHORT);
  const ended = await holdfastWith(place, [
    'restore',
    '--from',
    folders.before,
    '--tombstones',
    join(folders.after, 'tombstones.json'),
    '--json',
  ]);
  expect(ended.code, ended.err).toBe(0);
  expect(jsonOf(ended)).toMatchObject({ destroyed: { records: 1, askedNewer: true } });
  const restored = await serveRestored(place);
  const { rows } = await restored.sql.query('select state, excerpt from record where id = $1', [destroyed]);
  expect(rows).toEqual([{ state: 'disposed', excerpt: null }]);
});

test('is a tombstone with its certificate in a backup of after, and an audit of the restored archive finds nothing wrong', async () => {
  const place = await emptyPlace(archive, SHORT);
  const ended = await holdfastWith(place, ['restore', '--from', folders.after, '--json']);
  expect(ended.code, ended.err).toBe(0);
  await isGoneIn(place);
});

test('does not come back where the key that signed its certificate was lost and made anew, and something else lies where certificates do', async () => {
  const place = await emptyPlace(archive, SHORT);
  const data = place['HOLDFAST_DATA'] ?? '';
  await cp(join(archive.dataDir, 'store'), join(data, 'store'), { recursive: true });
  const key = `disposal/rivertown/${randomUUID()}/certificate.json`;
  await mkdir(join(data, 'store/objects', dirname(key)), { recursive: true });
  await writeFile(join(data, 'store/objects', key), 'Whatever anybody wrote here.');
  const keyFile = join(data, 'keys/receipts/rivertown.key');
  const before = await receiptKeyIn(dirname(keyFile), 'rivertown');
  await writeFile(keyFile, `${keyPair('archive.example', randomBytes(32)).skey}\n`);
  const ended = await holdfastWith(place, ['restore', '--from', folders.before, '--database-only', '--json']);
  expect(ended.code, ended.err).toBe(0);
  expect(jsonOf(ended)).toMatchObject({ destroyed: { records: 1, unbelieved: [{ key }] } });
  const restored = await serveRestored(place);
  await goesOn(restored.system);
  const audited = async () => {
    const { logs } = jsonOf(await holdfastWith(place, ['audit', '--json'])) as {
      logs: { findings: { what: string }[] }[];
    };
    return logs.flatMap(({ findings }) => findings.map(({ what }) => what));
  };
  // What the log announces, whoever owns the database can have it announce: an audit believes what the folder of keys vouches for.
  expect(await audited()).toContain('purge-unknown');
  await writeFile(join(dirname(keyFile), 'rivertown.former'), `${before ?? ''}\n`);
  expect(await audited()).toEqual([]);
  // Nor does it spoil a backup.
  const backup = await backUp(place);
  expect(backup.code, backup.err).toBe(0);
  expect(jsonOf(backup)).toMatchObject({ wrong: 0 });
  const proven = await holdfastWith({}, ['restore', '--verify', '--from', backup.folder, '--json']);
  expect(proven.code, proven.out).toBe(0);
});

test('counts by any version of its certificate that the agency signed, whatever was put over it', async () => {
  const { reader, config } = archive.system;
  const real: CertificateFile[] = [];
  for await (const one of certificatesIn(reader)) real.push(one);
  const [signed] = real;
  if (signed === undefined) throw new Error('There is no certificate.');
  const vkey = (await receiptKeyIn(join(config.keysDir, 'receipts'), 'rivertown')) ?? '';
  const named = async (...versions: CertificateFile[]) =>
    await namedBy(
      (async function* () {
        await Promise.resolve();
        yield* versions;
      })(),
      async () => await Promise.resolve([vkey]),
    );
  const put = (version: string, bytes: Buffer): CertificateFile => ({
    ...signed,
    version,
    sizeBytes: bytes.length,
    bytes: async () => await Promise.resolve(bytes),
  });
  const junk = put('v2', Buffer.from('{}'));
  const large = { ...put('v3', Buffer.from('x')), sizeBytes: 2 ** 40 };
  const both = await named(junk, signed, large);
  expect(both.records.map(({ record }) => record)).toEqual([destroyed]);
  expect([...both.believed]).toEqual([`${signed.key} ${signed.version}`]);
  expect(both.unbelieved).toEqual([]);
  const none = await named(junk, large);
  expect(none.records).toEqual([]);
  expect(none.unbelieved).toMatchObject([{ key: signed.key, agency: 'rivertown' }]);
});

test('is asked of its certificate by name where that is worth nothing; disregarded, it stays away by what the log says', async () => {
  const place = await emptyPlace(archive, SHORT);
  const data = place['HOLDFAST_DATA'] ?? '';
  await cp(join(archive.dataDir, 'store'), join(data, 'store'), { recursive: true });
  const objects = join(data, 'store/objects');
  const [list = ''] = await readdir(join(objects, 'disposal/rivertown'));
  const key = `disposal/rivertown/${list}/certificate.json`;
  await chmod(join(objects, key), 0o644);
  await writeFile(join(objects, key), 'Written over by somebody.');
  const restore = ['restore', '--from', folders.before, '--database-only', '--json'];
  const refused = await holdfastWith(place, restore);
  expect(refused.code).toBe(5);
  expect(refused.err).toContain(`--disregard ${key}`);
  const ended = await holdfastWith(place, [...restore, '--disregard', key]);
  expect(ended.code, ended.err).toBe(0);
  expect(jsonOf(ended)).toMatchObject({ destroyed: { records: 1, unbelieved: [{ key }] } });
  const restored = await serveRestored(place);
  const { rows } = await restored.sql.query('select state, excerpt from record where id = $1', [destroyed]);
  expect(rows).toEqual([{ state: 'disposed', excerpt: null }]);
});

test('does not come back before its list has a certificate either: the signed log in the store that lives says what was begun', async () => {
  await archive.work();
  await approvedList(scene, [under.way, under.begun]);
  for (const id of [under.way, under.begun]) await locksEnded(archive, id);
  let marked = 0;
  await pass(scene, {
    pace: ONE_BY_ONE,
    between: async (name) => {
      if (name === 'marked' && (marked += 1) === 2) throw new Error('The process dies here.');
    },
  });
  await logged(archive);
  await archive.stopWork();
  const place = await emptyPlace(archive, SHORT);
  const data = place['HOLDFAST_DATA'] ?? '';
  await cp(join(archive.dataDir, 'store'), join(data, 'store'), { recursive: true });
  const ended = await holdfastWith(place, ['restore', '--from', folders.before, '--database-only', '--json']);
  expect(ended.code, ended.err).toBe(0);
  expect(jsonOf(ended)).toMatchObject({
    destroyed: { records: 3, unfinished: [{ agency: 'rivertown', record: under.begun }] },
  });
  const { destroyed: told } = jsonOf(ended) as { destroyed: { unfinished: { left: number }[] } };
  expect(told.unfinished[0]?.left).toBeGreaterThan(3);
  const restored = await serveRestored(place);
  await goesOn(restored.system);
  const { rows } = await restored.sql.query('select state, excerpt from record where id = any($1::uuid[])', [
    Object.values(under),
  ]);
  expect(rows).toEqual(Array.from({ length: 2 }, () => ({ state: 'disposed', excerpt: null })));
  const { rows: tables } = await restored.sql.query<{ name: string }>(
    "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'",
  );
  expect(tables.length).toBeGreaterThan(40);
  for (const { name } of tables) {
    const found = await restored.sql.query(`select from "${name}" t where t::text like $1`, [`%${word}%`]);
    expect({ name, rows: found.rowCount }).toEqual({ name, rows: 0 });
  }
});
