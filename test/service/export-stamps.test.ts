/** A package for which others vouch: a time stamp authority and witnesses saw its checkpoint, and openssl says so too. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  asTar,
  beginExport,
  toFile,
  toFolder,
  type ExportContext,
  type ExportOrder,
} from '#export/export.ts';
import { exportsOf } from '#api/exports.ts';
import { receiptsOf } from '#api/receipts.ts';
import { verifyPackage } from '#verify/verify.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { filesIn, rebag } from '../support/bag-tools.ts';
import { ended, pythonVerifies } from '../support/bagit.ts';
import { flipped } from '../support/log-scene.ts';
import { opensslVerifies } from '../support/openssl.ts';
import { png } from '../support/picture.ts';
import { startTsa, type TestTsa } from '../support/tsa.ts';
import { startWitness, type TestWitness } from '../support/witness.ts';

let archive: Archive;
let tsa: TestTsa;
let other: TestTsa;
let witnesses: TestWitness[];
let work: string;
let context: ExportContext;
let order: ExportOrder;
let folder: string;
let stamp: string;
/** What anybody in this process said of an error: some things are told once, by whoever sees them first. */
const heard: string[] = [];

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'holdfast-stamped-'));
  [tsa, other] = await Promise.all([startTsa(), startTsa()]);
  await writeFile(join(work, 'roots.pem'), tsa.root.pem);
  witnesses = await Promise.all(['one', 'two'].map(async (name) => await startWitness(`${name}.example/w`)));
  archive = await openArchive({
    adapt: (system) => ({
      ...system,
      log: Object.create(system.log, {
        error: {
          value: (fields: object, event: string) => void heard.push(`${event} ${JSON.stringify(fields)}`),
        },
      }) as typeof system.log,
    }),
    env: {
      TSA_URL: tsa.url,
      TSA_ROOTS: join(work, 'roots.pem'),
      HOLDFAST_WITNESSES: [
        ...witnesses.map(({ vkey, url }, n) => `witness w${n} ${vkey} ${url}`),
        'group both all w0 w1',
        'quorum both',
      ].join('\n'),
    },
  });
  await archive.work();
  const picture = { name: 'shot.png', type: 'image/png', bytes: await png() };
  const { body } = await archive.report(simpleReport({ text: 'stamped' }), [picture]);
  await archive.until(body.recordId, (receipt) => receipt.safeToRemove);
  const { db, logReader } = archive.system;
  context = exportsOf(archive.system, receiptsOf(archive.system));
  order = { agencyId: 'rivertown', actor: 'cli', recordIds: [body.recordId] };
  const keys = await db.inAgency('rivertown', logReader.keysOf);
  const { rows } = await archive.sql.query<{ origin: string }>(
    "select origin from log_head where agency_id = 'rivertown'",
  );
  for (const one of witnesses)
    one.knows(
      rows[0]?.origin ?? '',
      keys.map(({ vkey }) => vkey),
    );
  folder = join(work, 'package');
  await toFolder((await beginExport(context, order)).parts, folder);
  const { parts, top, requestedAt } = await beginExport(context, order);
  await toFile(asTar(parts, { top, at: requestedAt }), join(work, 'second.tar'));
  stamp = (await filesIn(folder)).find((path) => path.endsWith('.tsr')) ?? '';
});
afterAll(async () => {
  await archive?.close();
  await Promise.all([tsa, other, ...witnesses].map(async (one) => await one.close()));
  await rm(work, { recursive: true, force: true });
});

describe('a stamped package', () => {
  test('says by whom and when, by the roots that came with it and by your own', async () => {
    for (const path of [folder, join(work, 'second.tar')])
      for (const roots of [null, tsa.root.pem]) {
        const verdict = await verifyPackage(path, null, roots);
        expect(verdict?.failures).toEqual([]);
        const step = verdict?.steps.find((one) => one.step === 'stamps');
        expect(step?.result).toBe(roots === null ? 'missing' : 'passed');
        expect(step?.note?.includes('came with the package')).toBe(roots === null);
      }
    expect((await pythonVerifies(folder)).code).toBe(0);
  });

  test('is believed by openssl, over the file that the stamp’s name says', async () => {
    const [, size = ''] = /(\d+)-\d+\.tsr$/.exec(stamp) ?? [];
    const checkpoint = await readFile(join(folder, `proofs/checkpoints/${size}`));
    expect(await opensslVerifies(await readFile(join(folder, stamp)), checkpoint, tsa.root.pem)).toBe(true);
  });

  test('is not believed by the roots of another authority', async () => {
    const verdict = await verifyPackage(folder, null, other.root.pem);
    expect(verdict?.failures.map(({ step, file }) => `${step} ${file}`)).toContain(`stamps ${stamp}`);
  });

  test('of which a stamp was changed is found out, when all lists were made anew', async () => {
    const copy = join(work, 'copy');
    await ended('cp', ['-r', folder, copy]);
    const bytes = await readFile(join(copy, stamp));
    await writeFile(join(copy, stamp), flipped(bytes, (bytes.length - 20) * 8));
    await rebag(copy);
    const verdict = await verifyPackage(copy, null);
    expect(verdict?.failures.map(({ step, file }) => `${step} ${file}`)).toEqual([`stamps ${stamp}`]);
  });
});

describe('a package of an archive that has witnesses', () => {
  const exported = async (name: string): Promise<string> => {
    const path = join(work, name);
    await toFolder((await beginExport(context, order)).parts, path);
    return path;
  };
  const ownPolicy = (): string =>
    [
      ...witnesses.map(({ vkey }, n) => `witness w${n} ${vkey}`),
      'group both all w0 w1',
      'quorum both',
      '',
    ].join('\n');
  const step = async (path: string, policy: string | null = null) =>
    (await verifyPackage(path, null, null, policy))?.steps.find((one) => one.step === 'witnesses');

  test('is cosigned by as many as the policy asks for, which names them without their addresses', async () => {
    for (const path of [folder, join(work, 'second.tar')])
      expect(await step(path, ownPolicy())).toMatchObject({
        result: 'passed',
        looked: 2,
        note: 'Cosigned by one.example/w, two.example/w.',
      });
    const byItself = await step(folder);
    expect(byItself?.result, 'its own word').toBe('missing');
    expect(byItself?.note).toContain('came with the package');
    expect((await verifyPackage(folder, null))?.trust).toEqual({
      log: 'package',
      witnesses: 'package',
      stamps: 'package',
    });
    expect((await verifyPackage(folder, null, tsa.root.pem, ownPolicy()))?.trust).toEqual({
      log: 'package',
      witnesses: 'caller',
      stamps: 'caller',
    });
    const stranger = await startWitness('three.example/w');
    const theirs = await verifyPackage(folder, null, null, `witness w ${stranger.vkey}\nquorum w\n`);
    await stranger.close();
    expect(theirs?.failures.map((one) => `${one.step} ${one.file}`)).toEqual(['witnesses proofs/checkpoint']);
    const policy = await readFile(join(folder, 'proofs/policy.txt'), 'utf8');
    expect(policy).toContain('quorum both\n');
    expect(policy).not.toContain('http');
  });

  test('fails the step when a cosignature is taken out, or is another’s, and every list is made anew', async () => {
    const copy = join(work, 'fewer');
    await ended('cp', ['-r', folder, copy]);
    const path = join(copy, 'proofs/checkpoint');
    const lines = (await readFile(path, 'utf8')).split('\n');
    await writeFile(path, lines.filter((line) => !line.startsWith('— two.example/w')).join('\n'));
    await rebag(copy);
    const failures = (await verifyPackage(copy, null))?.failures.map((one) => `${one.step} ${one.file}`);
    expect(failures).toEqual(['witnesses proofs/checkpoint']);
  });

  test('goes out when one of them cannot be had, and then says that it asks for none', async () => {
    witnesses[1]?.answer((response) => response.writeHead(500).end());
    const alone = await exported('alone');
    witnesses[1]?.answer(null);
    expect((await verifyPackage(alone, null))?.failures).toEqual([]);
    expect((await step(alone))?.note).toContain('asks for no witness');
    expect(await readFile(join(alone, 'proofs/policy.txt'), 'utf8')).toContain('quorum none\n');
    expect((await step(await exported('again')))?.looked).toBe(2);
  });
});

test('a row of an anchor that does not hold is left out of a package, which is verified all the same', async () => {
  const path = join(work, 'damaged');
  const { rows } = await archive.sql.query<{ size: string }>(
    "select max(size)::text as size from log_anchor where kind = 'stamp'",
  );
  const before = Number(rows[0]?.size);
  await archive.sql.query(
    `begin; set local session_replication_role = replica;
     update log_anchor set blob = set_byte(blob, length(blob) - 20, (get_byte(blob, length(blob) - 20) + 1) % 256) where kind = 'stamp';
     insert into log_anchor (agency_id, kind, authority, size, at, blob)
       select agency_id, kind, 'nobody', size, at, blob from log_anchor where kind = 'stamp' limit 1 on conflict do nothing;
     commit`,
  );
  await toFolder((await beginExport(context, order)).parts, path);
  const verdict = await verifyPackage(path, null, tsa.root.pem);
  expect(verdict?.failures).toEqual([]);
  // Those that were obtained since, for this very package.
  const sizes = (await filesIn(path)).flatMap((file) => /(\d+)-\d+\.tsr$/.exec(file)?.[1] ?? []).map(Number);
  expect(sizes.length).toBeGreaterThan(0);
  for (const size of sizes) expect(size).toBeGreaterThan(before);
  expect(heard.filter((line) => line.startsWith('anchor.does-not-hold')).length).toBeGreaterThan(0);
});
