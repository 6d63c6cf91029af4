/** What must not pass for a backup, and what a restore must not bring back. */
import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CERTIFICATE_FORMAT, CLEANED_FORMAT, keyPair, signCertificate, signer } from '#log/log.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import {
  atRest,
  backUp,
  emptyPlace,
  envOf,
  goesOn,
  newFolder,
  serveRestored,
  tidy,
  type Env,
} from '../support/backup-scene.ts';
import { COMPILED } from '../support/compiled.ts';
import { holdfastWith, jsonOf } from '../support/holdfast.ts';
import { png } from '../support/picture.ts';

// Each step is a process of its own, and the machine may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const SECRET = 'The ferry leaves at seven whoever forbids it';
let archive: Archive;
let folder: string;
let kept: string;
let destroyed: string;

beforeAll(async () => {
  archive = await openArchive({ env: { HOLDFAST_LOOK_AGAIN: 'no' } });
  await archive.work();
  [kept, destroyed] = [await handIn('A thing that stays'), await handIn(SECRET)];
  await atRest(archive);
  const backup = await backUp(envOf(archive));
  expect(backup.code, backup.err).toBe(0);
  folder = backup.folder;
});
afterAll(async () => {
  await tidy();
  await archive?.close();
});

async function handIn(text: string): Promise<string> {
  const { body, status } = await archive.report(simpleReport({ text }), [
    { name: 'shot.png', type: 'image/png', bytes: await png() },
  ]);
  expect(status).toBe(202);
  return body.recordId;
}

async function filesOf(of: string): Promise<string[]> {
  const all = await readdir(of, { recursive: true, withFileTypes: true });
  return all.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
}

const verify = async (of: string) => await holdfastWith({}, ['restore', '--verify', '--from', of, '--json']);

test('a bit that flipped in any file of it is found, and named', async () => {
  const { verifyBackup } = await import('#backup/backup.ts');
  const prove = async (of: string) => await verifyBackup(of, new AbortController().signal);
  const copy = join(await newFolder(), 'copy');
  await cp(folder, copy, { recursive: true });
  const names = (await filesOf(copy)).map((path) => path.slice(copy.length + 1));
  const flip = async (name: string): Promise<void> => {
    const bytes = await readFile(join(copy, name));
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(join(copy, name), bytes);
  };
  // What tells of other files alone, one after the other; all others at once.
  const telling = ['manifest.json', 'files.ndjson', 'objects.ndjson', 'tombstones.json'];
  const others = names.filter((name) => !telling.includes(name));
  expect(others.length).toBeGreaterThan(70);
  for (const some of [['files.ndjson'], ['objects.ndjson'], ['tombstones.json'], others]) {
    for (const name of some) await flip(name);
    const proven = await prove(copy);
    expect(proven.ok).toBe(false);
    const found = new Set(proven.differs.map(({ what }) => what));
    expect(some.filter((name) => !found.has(name))).toEqual([]);
    for (const name of some) await flip(name);
  }
  const { ok, digest } = await prove(copy);
  expect(ok).toBe(true);
  // Whatever the manifest says now, it is another one than was written down.
  await flip('manifest.json');
  const ended = await holdfastWith({}, ['restore', '--verify', '--from', copy, '--digest', digest]);
  expect([5, 7]).toContain(ended.code);
});

test('a file that is missing, or was put there, is named, and none of it is restored', async () => {
  const copy = join(await newFolder(), 'copy');
  await cp(folder, copy, { recursive: true });
  await writeFile(join(copy, 'objects', 'stranger'), 'x');
  expect(jsonOf(await verify(copy))).toMatchObject({ differs: [{ what: 'objects/stranger' }] });
  await rm(join(copy, 'objects', 'stranger'));
  const one = (await filesOf(join(copy, 'objects'))).find((path) => path.includes('~v')) ?? '';
  await rm(one);
  const place = await emptyPlace(archive);
  const ended = await holdfastWith(place, ['restore', '--from', copy]);
  expect(ended.code).toBe(7);
  expect(ended.err).toContain('is missing');
  const sql = new Client({ connectionString: place['DATABASE_URL'] ?? '' });
  await sql.connect();
  const { rows } = await sql.query("select to_regclass('record') as there");
  await sql.end();
  expect(rows).toEqual([{ there: null }]);
});

test('killed at any moment, a backup leaves nothing that passes for one', async () => {
  const { verifyBackup } = await import('#backup/backup.ts');
  for (const begun of ['files.ndjson', 'database/event.copy', 'objects.ndjson', 'objects/a']) {
    const to = join(await newFolder(), 'backup');
    const child = run(envOf(archive), ['backup', '--to', to]);
    const ended = once(child, 'close');
    const there = async (): Promise<boolean> => {
      const [name] = await readdir(dirname(to));
      return (
        name !== undefined &&
        (await stat(join(dirname(to), name, begun)).then(
          () => true,
          () => false,
        ))
      );
    };
    for (let tries = 0; !(await there()); tries += 1) {
      expect(tries).toBeLessThan(30_000);
      await sleep(1);
    }
    child.kill('SIGKILL');
    await ended;
    // It may have been whole at that moment.
    for (const name of await readdir(dirname(to))) {
      const proven = verifyBackup(join(dirname(to), name), new AbortController().signal);
      if (name === 'backup') expect((await proven).ok).toBe(true);
      else await expect(proven).rejects.toMatchObject({ code: 'backup-broken' });
    }
  }
});

function run(env: Env, args: readonly string[]) {
  return spawn(process.execPath, ['src/cli/main.ts', ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...COMPILED, ...env },
    stdio: 'ignore',
  });
}

test('killed in the middle, a restore is known to be half done, nothing starts on it, and it goes on when it is begun again', async () => {
  const place = await emptyPlace(archive);
  const sql = new Client({ connectionString: place['DATABASE_URL'] ?? '' });
  await sql.connect();
  const child = run(place, ['restore', '--from', folder]);
  const ended = once(child, 'close');
  const half = async (): Promise<boolean> => {
    const { rows: there } = await sql.query<{ there: boolean }>(
      "select to_regclass('chore') is not null as there",
    );
    if (there[0]?.there !== true) return false;
    return ((await sql.query("select from chore where name = 'restore'")).rowCount ?? 0) > 0;
  };
  for (let tries = 0; !(await half()); tries += 1) {
    expect(tries).toBeLessThan(6000);
    await sleep(10);
  }
  child.kill('SIGKILL');
  await ended;
  await sql.end();
  await expect(serveRestored(place)).rejects.toMatchObject({ code: 'restore-unfinished' });
  const again = await holdfastWith(place, ['restore', '--from', folder, '--json']);
  expect(again.code, again.err).toBe(0);
  expect(jsonOf(again)).toMatchObject({ wentOn: true });
  const restored = await serveRestored(place);
  expect((await restored.get(`/v1/records/${kept}`)).status).toBe(200);
});

describe('a record that was destroyed after the backup', () => {
  const tombstones = async (): Promise<string> => {
    const path = join(await newFolder(), 'tombstones.json');
    await writeFile(
      path,
      JSON.stringify({
        format: 'holdfast-tombstones-v1',
        made: new Date(Date.now() + 1000).toISOString(),
        records: [{ agency: 'rivertown', record: destroyed, by: null }],
      }),
    );
    return path;
  };

  async function nothingOfIt(place: Env): Promise<void> {
    const restored = await serveRestored(place);
    const { rows } = await restored.sql.query(
      'select state, excerpt, search::text as search from record where id = $1',
      [destroyed],
    );
    expect(rows).toEqual([{ state: 'disposed', excerpt: null, search: '' }]);
    const { rows: tables } = await restored.sql.query<{ name: string }>(
      "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'",
    );
    expect(tables.length).toBeGreaterThan(40);
    for (const { name } of tables) {
      const { rowCount } = await restored.sql.query(`select from "${name}" t where t::text like $1`, [
        `%${SECRET}%`,
      ]);
      expect({ name, rowCount }).toEqual({ name, rowCount: 0 });
    }
    let looked = 0;
    for (const path of await filesOf(place['HOLDFAST_DATA'] ?? '')) {
      expect(path).not.toContain(destroyed);
      expect((await readFile(path)).includes(SECRET), path).toBe(false);
      looked += 1;
    }
    expect(looked).toBeGreaterThan(5);
    expect((await restored.get(`/v1/records/${kept}`)).text).toContain('A thing that stays');
    // Its place in the log stands, and so does its history.
    const { rows: leaves } = await restored.sql.query('select salt from log_leaf where record_id = $1', [
      destroyed,
    ]);
    expect(leaves.length).toBeGreaterThan(0);
    expect(leaves.every(({ salt }: { salt: unknown }) => salt === null)).toBe(true);
  }

  test('does not come back where a file of tombstones names it', async () => {
    const place = await emptyPlace(archive);
    const ended = await holdfastWith(place, [
      'restore',
      '--from',
      folder,
      '--tombstones',
      await tombstones(),
      '--json',
    ]);
    expect(ended.code, ended.err).toBe(0);
    expect(jsonOf(ended)).toMatchObject({
      destroyed: { records: 1, askedNewer: true },
      brought: { leftOut: expect.any(Number) },
    });
    await nothingOfIt(place);
  });

  test('does not come back where a certificate in the store that lives names it', async () => {
    const place = await emptyPlace(archive);
    const data = place['HOLDFAST_DATA'] ?? '';
    await cp(join(archive.dataDir, 'store'), join(data, 'store'), { recursive: true });
    await rm(join(data, 'store', 'objects', 'a', 'rivertown', 'rec', destroyed), { recursive: true });
    const certificate = join(data, 'store/objects/disposal/rivertown/d1/certificate.json');
    await mkdir(dirname(certificate), { recursive: true });
    const paper = {
      format: CERTIFICATE_FORMAT,
      agency: { id: 'rivertown' },
      disposal: { id: 'd1' },
      issuedAt: '2026-11-20T00:00:00.000Z',
      // Of a list of some ten thousand records.
      manner: ['x'.repeat(9 * 2 ** 20)],
      records: [{ recordId: destroyed }],
    } as const;
    // A folder of keys to which the process that executes disposals never gave one yet.
    const ours = keyPair('archive.example', randomBytes(32)).skey;
    await mkdir(join(data, 'keys', 'receipts'), { recursive: true });
    await writeFile(join(data, 'keys', 'receipts', 'rivertown.key'), `${ours}\n`);
    await writeFile(certificate, JSON.stringify(signCertificate(paper, signer(ours))));
    const ended = await holdfastWith(place, ['restore', '--from', folder, '--database-only', '--json']);
    expect(ended.code, ended.err).toBe(0);
    expect(jsonOf(ended)).toMatchObject({ destroyed: { records: 1, askedNewer: true }, brought: null });
    await nothingOfIt(place);
  });

  test('what anybody may put where certificates lie names nothing, and is told', async () => {
    const stranger = keyPair('stranger.example', randomBytes(32)).skey;
    const ours = keyPair('archive.example', randomBytes(32)).skey;
    const paper = {
      agency: { id: 'rivertown' },
      disposal: { id: 'd1' },
      issuedAt: '2026-11-20T00:00:00.000Z',
    } as const;
    const named = { ...paper, format: CERTIFICATE_FORMAT, records: [{ recordId: destroyed }] } as const;
    // What the key signed of the clean-up names nobody, and would hide who was named.
    const cleaned = { ...paper, format: CLEANED_FORMAT, records: [] } as const;
    const place = await emptyPlace(archive);
    const data = place['HOLDFAST_DATA'] ?? '';
    await cp(join(archive.dataDir, 'store'), join(data, 'store'), { recursive: true });
    await mkdir(join(data, 'keys', 'receipts'), { recursive: true });
    await writeFile(join(data, 'keys', 'receipts', 'rivertown.key'), `${ours}\n`);
    const papers = {
      d1: signCertificate(named, signer(stranger)),
      d2: signCertificate({ ...cleaned, disposal: { id: 'd2' } }, signer(ours)),
      // Signed for another list.
      d3: signCertificate(named, signer(ours)),
    };
    for (const [id, signed] of Object.entries(papers)) {
      const certificate = join(data, `store/objects/disposal/rivertown/${id}/certificate.json`);
      await mkdir(dirname(certificate), { recursive: true });
      await writeFile(certificate, JSON.stringify(signed));
    }
    const ended = await holdfastWith(place, ['restore', '--from', folder, '--database-only', '--json']);
    expect(ended.code, ended.err).toBe(0);
    expect(jsonOf(ended)).toMatchObject({
      destroyed: {
        records: 0,
        unbelieved: Object.keys(papers).map((disposal) => ({ agency: 'rivertown', disposal })),
      },
    });
    const restored = await serveRestored(place);
    expect((await restored.get(`/v1/records/${destroyed}`)).text).toContain(SECRET);
  });

  test('is told loudly to be able to come back where nobody newer than the backup could be asked', async () => {
    const place = await emptyPlace(archive);
    const ended = await holdfastWith(place, ['restore', '--from', folder]);
    expect(ended.code, ended.err).toBe(0);
    expect(ended.out).toContain('NOBODY WAS ASKED WHO IS NEWER THAN THE BACKUP');
  });
});

test('an older backup beside the store that lives does not fork its log: what the database lacks is put back, and the history says so', async () => {
  const later = await handIn('After the backup');
  await atRest(archive);
  await archive.stopWork();
  const place = await emptyPlace(archive);
  const data = place['HOLDFAST_DATA'] ?? '';
  await cp(join(archive.dataDir, 'store'), join(data, 'store'), { recursive: true });
  const full = await holdfastWith(place, ['restore', '--from', folder]);
  expect(full.code).toBe(5);
  expect(full.err).toContain('--database-only');
  const ended = await holdfastWith(place, ['restore', '--from', folder, '--database-only']);
  expect(ended.code, ended.err).toBe(0);
  expect(ended.out).toContain('goes on from');
  const restored = await serveRestored(place);
  await goesOn(restored.system);
  const { rows } = await restored.sql.query(
    "select count(*)::int as n from event where agency_id = 'rivertown' and type = 'restore.performed'",
  );
  expect(rows).toEqual([{ n: 1 }]);
  expect((await restored.get(`/v1/records/${later}`)).text).toContain('After the backup');
  const audit = await holdfastWith(place, ['audit', '--full', '--json']);
  const { logs } = jsonOf(audit) as { logs: { findings: object[] }[] };
  expect(logs.flatMap(({ findings }) => findings)).toEqual([]);
  expect((await stat(join(folder, 'manifest.json'))).isFile()).toBe(true);
});
