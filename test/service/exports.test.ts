/** A record goes out as a package, and people who have nothing of ours check it. */
import { mkdtemp, mkdir, open, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KeyRole } from '#agency/agency.ts';
import type { AgencyTx } from '#db/db.ts';
import { beginExport, keepDocuments, toFolder } from '#export/export.ts';
import { exportsOf } from '#api/exports.ts';
import { receiptsOf } from '#api/receipts.ts';
import { appendEvent } from '#record/record.ts';
import { verifyPackage, type Verdict } from '#verify/verify.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { filesIn, rebag } from '../support/bag-tools.ts';
import { bagitValidates, bringBagit, ended, pythonVerifies } from '../support/bagit.ts';
import { openChance, seedOfRun } from '../support/chance.ts';
import { times } from '../support/extent.ts';
import { png } from '../support/picture.ts';

let archive: Archive;
let work: string;
let records: string[];
/** The package of the first record, unpacked by tar. */
let folder: string;
let tar: string;
let vkey: string;

async function sealed(text: string, files: number): Promise<string> {
  const pictures = await Promise.all(
    Array.from({ length: files }, async (_, i) => ({
      name: `shot <${i}>.png`,
      type: 'image/png',
      bytes: await png(40 + i),
    })),
  );
  const { body } = await archive.report(simpleReport({ text }), pictures);
  await archive.until(body.recordId, (receipt) => receipt.status === 'complete' && receipt.safeToRemove);
  return body.recordId;
}

async function exported(payload: unknown, role: KeyRole = 'custodian', agency = 'rivertown') {
  return await archive.app.inject({
    method: 'POST',
    url: '/v1/exports',
    headers: {
      authorization: `Bearer ${await archive.key(role, agency)}`,
      'content-type': 'application/json',
    },
    payload: JSON.stringify(payload),
  });
}

async function found(path: string, key: string | null = vkey): Promise<Verdict> {
  const verdict = await verifyPackage(path, key);
  if (verdict === null) throw new Error('It was not taken for a package.');
  return verdict;
}

const history = async (recordId: string | null): Promise<string[]> =>
  (
    await archive.sql.query<{ type: string }>(
      `select type from event where record_id is not distinct from $1 and type like any('{export.%,fixity.%}') order by seq`,
      [recordId],
    )
  ).rows.map(({ type }) => type);

beforeAll(async () => {
  await bringBagit();
  work = await mkdtemp(join(tmpdir(), 'holdfast-exports-'));
  archive = await openArchive();
  await archive.work();
  records = [await sealed('call me at home', 2), await sealed('another one', 1)];
  const answer = await exported({ records: [records[0]], group: 'Request 7' });
  expect(answer.statusCode).toBe(200);
  tar = join(work, 'one.tar');
  await writeFile(tar, answer.rawPayload);
  expect((await ended('tar', ['-xf', tar, '-C', work])).code).toBe(0);
  folder = join(work, (await readdir(work)).find((name) => name.startsWith('holdfast-')) ?? '');
  const { rows } = await archive.sql.query<{ vkey: string }>(
    "select vkey from log_key where agency_id = 'rivertown'",
  );
  vkey = rows[0]?.vkey ?? '';
});
afterAll(async () => {
  await archive?.close();
  await rm(work, { recursive: true, force: true });
});

describe('the package of a record', () => {
  test('is verified by the log’s key, every step that has something to look at', async () => {
    for (const path of [tar, folder]) {
      const { failures, verified, steps, records: named } = await found(path);
      expect(failures).toEqual([]);
      expect(verified).toBe(true);
      expect(named).toEqual([records[0]]);
      expect(steps.filter(({ result }) => result === 'passed').map(({ n }) => n)).toEqual([
        1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14,
      ]);
    }
  });

  test('is accepted by bagit, sha256sum and the script that lies in it', async () => {
    expect(await bagitValidates(folder)).toMatchObject({ code: 0 });
    for (const list of ['manifest-sha256.txt', 'tagmanifest-sha256.txt'])
      expect(await ended('sha256sum', ['--check', '--strict', '--quiet', list], folder)).toEqual({
        code: 0,
        said: '',
      });
    const { code, said } = await pythonVerifies(folder, vkey);
    expect(said).toContain('VERIFIED, steps 1 to 9, 13 and 14');
    expect(code).toBe(0);
    expect((await pythonVerifies(folder)).said).toContain('came WITH the package');
  });

  test('has the record as it lies in the store, and says of each file what it is', async () => {
    const objects = await archive.sql.query<{ key: string; sha256: string }>(
      'select key, sha256 from object where record_id = $1 order by key',
      [records[0]],
    );
    const files = await filesIn(folder);
    for (const { key } of objects.rows) expect(files).toContain(`data/store/${key}`);
    const contents = JSON.parse(await readFile(join(folder, 'data/contents.json'), 'utf8')) as {
      originalName: string | null;
    }[];
    expect(contents.length).toBe(objects.rows.length);
    expect(contents.map(({ originalName }) => originalName)).toContain('shot <1>.png');
    const page = await readFile(join(folder, 'data/contents.html'), 'utf8');
    expect(page).toContain('shot &lt;1&gt;.png');
    expect(page).not.toContain('shot <1>.png');
    const info = await readFile(join(folder, 'bag-info.txt'), 'utf8');
    expect(info).toContain('Source-Organization: City of Rivertown\n');
    expect(info).toContain('Bag-Group-Identifier: Request 7\n');
    const premis = await readFile(join(folder, `data/records/${records[0]}/premis.xml`), 'utf8');
    for (const type of ['ingestion', 'digital signature generation', 'dissemination'])
      expect(premis).toContain(`<eventType>${type}</eventType>`);
  });

  test('is in the history of the record and of the agency, and in the log', async () => {
    expect(await history(records[0] ?? '')).toEqual(['export.requested', 'export.produced']);
    expect((await history(null)).slice(0, 3)).toEqual([
      'export.requested',
      'export.produced',
      'export.delivered',
    ]);
  });

  test('tells what happened in the order of the log, where one event overtook another on the way there', async () => {
    const { db } = archive.system;
    const record = await sealed('two at once', 1);
    const looked = async (at: AgencyTx): Promise<string> =>
      await appendEvent(at, record, { type: 'view.opened', actor: 'cli', body: { what: 'record' } });
    const begun = Promise.withResolvers<string>();
    const mayEnd = Promise.withResolvers<void>();
    const slow = db.inAgency('rivertown', async (at) => {
      begun.resolve(await looked(at));
      await mayEnd.promise;
    });
    const first = await begun.promise;
    const second = await db.inAgency('rivertown', looked);
    const entered = async () =>
      (await archive.sql.query('select from log_leaf where event_id = $1', [second])).rowCount;
    await expect.poll(entered, { timeout: 20_000 }).toBe(1);
    mayEnd.resolve();
    await slow;
    const at = join(work, 'overtaken');
    await mkdir(at);
    await writeFile(join(at, 'one.tar'), (await exported({ records: [record] })).rawPayload);
    expect((await ended('tar', ['-xf', 'one.tar', '--strip-components=1'], at)).code).toBe(0);
    await rm(join(at, 'one.tar'));
    expect((await found(at)).failures).toEqual([]);
    expect((await pythonVerifies(at, vkey)).code).toBe(0);
    const told = JSON.parse(await readFile(join(at, `data/records/${record}/metadata.json`), 'utf8')) as {
      history: { id: string }[];
    };
    const ids = told.history.map(({ id }) => id).filter((id) => id === first || id === second);
    expect(ids).toEqual([second, first]);
  });

  test('has a first checkpoint that held each seal, and what shows that the present one continues it', async () => {
    const files = await filesIn(folder);
    expect(files.filter((path) => path.startsWith('proofs/consistency/')).length).toBeGreaterThan(0);
  });

  test('is found out for every changed bit, and by the script that lies in it for some', async () => {
    const chance = openChance(seedOfRun());
    const files = await filesIn(folder);
    for (let i = 0; i < Math.max(times(200, 0), files.length); i += 1) {
      const path = i < files.length ? (files[i] as string) : chance.pick(files);
      const bytes = await readFile(join(folder, path));
      const at = chance.below(bytes.length * 8);
      const handle = await open(join(folder, path), 'r+');
      await handle.write(Buffer.from([(bytes[at >> 3] as number) ^ (1 << (at & 7))]), 0, 1, at >> 3);
      const { failures } = await found(folder);
      // The script that was changed may do anything; another copy of it is asked then.
      const script =
        i % times(8, 20) === 0 && !path.startsWith('verify') ? await pythonVerifies(folder, vkey) : null;
      await handle.write(bytes, at >> 3, 1, at >> 3);
      await handle.close();
      const where = `seed ${chance.seed}, bit ${at} of ${path}`;
      expect(
        failures.some(({ file, sentence }) => file === path || sentence.includes(path)),
        `${where}: ${JSON.stringify(failures)}`,
      ).toBe(true);
      if (script !== null) expect(script.code, `${where}: ${script.said}`).toBe(1);
    }
    expect((await found(folder)).failures).toEqual([]);
  });

  test('is found out by the script too when every list was made anew', async () => {
    const copy = join(work, 'copy');
    await ended('cp', ['-r', folder, copy]);
    const path = join(copy, `data/records/${records[0]}/metadata.json`);
    await writeFile(path, (await readFile(path, 'utf8')).replace('"platform"', '"platforn"'));
    await rebag(copy);
    expect((await bagitValidates(copy)).code).toBe(0);
    const { code, said } = await pythonVerifies(copy, vkey);
    expect(code).toBe(1);
    expect(said).toMatch(/step 7 .*another package/);
    const { failures } = await found(copy);
    expect([...new Set(failures.map(({ step, file }) => `${step} ${file}`))]).toEqual([
      'package manifest-sha256.txt',
      `index data/records/${records[0]}/metadata.json`,
    ]);
  });
});

describe('several records', () => {
  test('come in one package, each with its proofs', async () => {
    const answer = await exported({ records });
    const path = join(work, 'both.tar');
    await writeFile(path, answer.rawPayload);
    const { failures, records: named } = await found(path);
    expect(failures).toEqual([]);
    expect(named).toEqual([...records].sort());
    for (const record of records)
      expect((await history(record)).slice(-2)).toEqual(['export.requested', 'export.produced']);
  });

  test('are written into a folder as well as into a tar', async () => {
    const { parts } = await beginExport(exportsOf(archive.system, receiptsOf(archive.system)), {
      agencyId: 'rivertown',
      actor: 'cli',
      recordIds: records,
    });
    const path = join(work, 'folder');
    await toFolder(parts, path);
    expect((await found(path)).failures).toEqual([]);
    await expect(toFolder(parts, path)).rejects.toThrow('EEXIST');
  });
});

describe('the command line', () => {
  const holdfast = async (...args: readonly string[]) =>
    await ended(process.execPath, [join(import.meta.dirname, '../../src/cli/main.ts'), ...args], work, {
      DATABASE_URL: archive.databaseUrl,
      HOLDFAST_DATA: archive.dataDir,
    });

  test('writes a package, and verifies it without the archive', async () => {
    const out = join(work, 'cli.tar');
    const order = ['export', '--agency', 'rivertown', '--record', records[1] ?? '', '--out', out];
    expect(await holdfast(...order)).toMatchObject({ code: 0 });
    expect((await found(out)).failures).toEqual([]);
    expect((await history(records[1] ?? '')).slice(-2)).toEqual(['export.requested', 'export.produced']);
    expect(await holdfast(...order), 'what is there is not written over').toMatchObject({ code: 5 });
    const told = await ended(process.execPath, [
      join(import.meta.dirname, '../../src/cli/main.ts'),
      'verify',
      out,
      '--key',
      vkey,
    ]);
    expect(told.said).toContain('VERIFIED: 1 record(s).');
    expect(told.code).toBe(0);
  });

  test('ends with 1 where something is wrong, names step and file, and with 7 where there is no package', async () => {
    const copy = join(work, 'cli-copy');
    await ended('cp', ['-r', folder, copy]);
    await writeFile(join(copy, 'proofs/policy.txt'), 'x', { flag: 'a' });
    const { code, said } = await holdfast('verify', copy, '--json', '--key', vkey);
    expect(code).toBe(1);
    const { failures } = JSON.parse(said) as { failures: { step: string; file: string }[] };
    expect(failures[0]).toMatchObject({ step: 'bag', file: 'proofs/policy.txt' });
    expect(await holdfast('verify', join(copy, 'data'))).toMatchObject({ code: 7 });
  });
});

describe('an order', () => {
  test('is for custodians: nobody else takes content away', async () => {
    for (const role of ['moderator', 'retention-officer', 'auditor', 'administrator', 'intake'] as const)
      expect((await exported({ records }, role)).statusCode, role).toBe(403);
  });

  test('that names no record, a stranger’s, or more than that is refused, and enters nothing', async () => {
    const before = (await history(null)).length;
    for (const [payload, code] of [
      [{ records: ['01a1fdbf-ac01-75bc-a9e8-ea71b385cf4e'] }, 'record-not-found'],
      [{ records: [] }, 'export-invalid'],
      [{ records: ['x'] }, 'export-invalid'],
      [{ records, more: true }, 'export-invalid'],
      [{ records, group: 'two\nlines' }, 'export-invalid'],
      [null, 'export-invalid'],
    ] as const)
      expect((await exported(payload)).json(), JSON.stringify(payload)).toMatchObject({ code });
    expect((await history(null)).length).toBe(before);
  });

  test('for a record of which nothing is sealed yet says so', async () => {
    await archive.stopWork();
    const { body } = await archive.report(simpleReport({ text: 'not sealed' }), []);
    expect((await exported({ records: [body.recordId] })).json()).toMatchObject({
      code: 'record-not-sealed',
      status: 409,
    });
    await archive.work('relay', 'log');
  });

  test('for a record out of whose history something was taken, or into which something was put past the log, is refused', async () => {
    const { sql } = archive;
    const forked = {
      code: 'log-forked',
      status: 409,
      detail: expect.stringContaining('holdfast audit') as string,
    };
    const before = (await history(null)).length;
    await sql.query('create temp table taken as select * from event where false');
    await sql.query(
      `with gone as (delete from event where record_id = $1 and type = 'record.completed' returning *) insert into taken select * from gone`,
      [records[1]],
    );
    expect((await exported({ records: [records[1]] })).json()).toMatchObject(forked);
    await sql.query(
      `begin; insert into event overriding system value select * from taken;
       delete from log_outbox where seq in (select seq from taken); drop table taken; commit`,
    );
    await sql.query(
      `begin; insert into event (agency_id, id, record_id, type, actor, body)
         values ('rivertown', '01a1fdbf-ac01-75bc-a9e8-ea71b385cf4e', '${records[1]}', 'view.opened', 'cli', '{}');
       delete from log_outbox where seq = (select max(seq) from event where actor = 'cli' and type = 'view.opened'); commit`,
    );
    expect((await exported({ records: [records[0], records[1]] })).json()).toMatchObject(forked);
    await sql.query("delete from event where id = '01a1fdbf-ac01-75bc-a9e8-ea71b385cf4e'");
    expect((await history(null)).length).toBe(before);
    expect((await exported({ records: [records[1]] })).statusCode).toBe(200);
  });

  test('for a record of which an entry was put elsewhere, or that was given another’s, with its event, is refused', async () => {
    const { sql } = archive;
    const move = async (from: string | undefined, to: string | undefined): Promise<void> => {
      await sql.query('begin; set local session_replication_role = replica');
      const { rows } = await sql.query<{ event_id: string }>(
        `update log_leaf set record_id = $2 where record_id = $1 and position('"type":"record.completed"'::bytea in entry) > 0
           and position(convert_to($3, 'UTF8') in entry) > 0 returning event_id`,
        [from, to, records[1]],
      );
      expect(rows).toHaveLength(1);
      await sql.query('update event set record_id = $2 where id = $1', [rows[0]?.event_id, to]);
      await sql.query('commit');
    };
    await move(records[1], records[0]);
    for (const record of records)
      expect((await exported({ records: [record] })).json(), record).toMatchObject({
        code: 'log-forked',
        status: 409,
      });
    await move(records[0], records[1]);
    expect((await exported({ records: [records[1]] })).statusCode).toBe(200);
  });

  test('for a record of which an entry was taken away together with its event is refused, and so is any other of that log', async () => {
    const { sql } = archive;
    const one = `record_id = '${records[1]}' and type = 'record.completed'`;
    await sql.query(
      `begin; set local session_replication_role = replica;
       create temp table gone as select l.* from log_leaf l join event e on e.id = l.event_id where e.${one.replace('and type', 'and e.type')};
       create temp table lost as select * from event where ${one};
       delete from log_leaf where event_id in (select event_id from gone); delete from event where id in (select id from lost); commit`,
    );
    expect((await sql.query('select from gone')).rowCount).toBe(1);
    for (const record of records)
      expect((await exported({ records: [record] })).json(), record).toMatchObject({
        code: 'log-forked',
        status: 409,
        detail: expect.stringContaining('are not those that were signed') as string,
      });
    // Another entry in its place, with the hash that was signed beside it.
    await sql.query(
      `begin; set local session_replication_role = replica;
       insert into log_leaf select * from gone;
       update log_leaf l set entry = overlay(l.entry placing 'view.opened.xxxx'::bytea from position('record.completed'::bytea in l.entry)) from gone g where l.event_id = g.event_id;
       commit`,
    );
    expect((await exported({ records: [records[0]] })).json()).toMatchObject({ code: 'log-forked' });
    await sql.query(
      `begin; set local session_replication_role = replica;
       update log_leaf l set entry = g.entry from gone g where l.event_id = g.event_id;
       insert into event overriding system value select * from lost; drop table gone, lost; commit`,
    );
    expect((await exported({ records: [records[1]] })).statusCode).toBe(200);
  });

  test('is refused while two packages are on their way to whoever asks, and taken again afterwards', async () => {
    const all = await Promise.all(
      Array.from({ length: 5 }, async () => await exported({ records: [records[0]] })),
    );
    expect(all.filter(({ statusCode }) => statusCode === 200)).toHaveLength(2);
    const late = all.filter(({ statusCode }) => statusCode === 429);
    expect(late.map(({ headers }) => headers['retry-after'])).toEqual(['30', '30', '30']);
    expect(late.map((one) => one.json<{ code: string }>().code)).toEqual(late.map(() => 'exports-too-many'));
    expect((await exported({ records: [records[0]] })).statusCode).toBe(200);
  });

  test('breaks off where the store has other bytes, and says so in the history', async () => {
    const { rows } = await archive.sql.query<{ key: string; role: string }>(
      "select key, role from object where record_id = $1 and role = 'other' limit 1",
      [records[1]],
    );
    const path = join(archive.dataDir, 'store/objects', rows[0]?.key ?? '');
    const bytes = await readFile(path);
    await rm(path);
    await writeFile(path, Buffer.concat([Buffer.from([(bytes[0] as number) ^ 1]), bytes.subarray(1)]));
    const broken = await exported({ records: [records[1]] }).then(
      ({ rawPayload }) => rawPayload,
      () => null,
    );
    if (broken !== null) {
      const at = join(work, 'broken.tar');
      await writeFile(at, broken);
      expect((await verifyPackage(at, vkey))?.verified ?? false).toBe(false);
    }
    expect((await history(records[1] ?? '')).slice(-2)).toEqual(['export.requested', 'fixity.failed']);
    expect((await history(null)).at(-1)).toBe('export.requested');
    await rm(path);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, bytes);
  });
});

test('the specifications lie in the store, locked beside the records, once for each wording', async () => {
  const { store, now } = archive.system;
  const listed = async (): Promise<string[]> => {
    const keys: string[] = [];
    for await (const { key } of store.versions('formats/')) keys.push(key);
    return keys.sort();
  };
  const until = new Date(Math.ceil(now().getTime() / 1000) * 1000 + 60_000);
  await keepDocuments(store, until);
  const keys = await listed();
  expect(keys.map((key) => key.split('/').at(-1) ?? '').toSorted()).toEqual([
    'VERIFY.md',
    'log.md',
    'package.md',
    'receipt.md',
    'seal.md',
    'verify.py',
    'verify_index.py',
  ]);
  const later = new Date(until.getTime() + 60_000);
  await keepDocuments(store, later);
  expect(await listed()).toEqual(keys);
  expect((await store.head(keys[0] ?? ''))?.retainUntil).toEqual(later);
});
