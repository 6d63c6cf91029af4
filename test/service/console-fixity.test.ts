/** The page of the sealed files, as those who answer for them read it: when all is well, and when it is not. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { checkAll } from '#fixity/fixity.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { simpleReport } from '../support/archive.ts';
import { settled } from '../support/looking.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { pageText, signedInAs } from '../support/pages.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { png } from '../support/picture.ts';
import { type Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;
let auditor: Colleague;
let recordId: string;
let path: string;

const pass = async (): Promise<void> => {
  const { db, reader, log, config } = scene.archive.system;
  await checkAll({ db, reader, log, actor: 'worker:fixity', ...config.fixity });
};
async function flip(): Promise<void> {
  const bytes = await readFile(path);
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  await chmod(path, 0o644);
  await writeFile(path, bytes);
}

beforeAll(async () => {
  scene = await openConsoleScene({ named: true });
  const { archive } = scene;
  auditor = await colleague(archive, ['auditor']);
  await archive.work();
  const shot = { name: 'shot.png', type: 'image/png', bytes: await png(40, 40) };
  recordId = (await archive.report(simpleReport(), [shot])).body.recordId;
  const { record } = await settled(archive, recordId);
  const seal = record.artifacts.find(({ origin }) => origin === 'handed-in')?.seal;
  path = join(archive.dataDir, 'store', 'objects', seal?.key ?? '');
});
afterAll(async () => await scene?.close());
beforeEach(async () => {
  at = await scene.visitor();
  await signedInAs(at, auditor);
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

test('says what waits, then that all of it was read, and how old the oldest reading is', async () => {
  await scene.archive.sql.query(`update fixity set sealed_at = now() - interval '1 hour'`);
  await at.goTo('/fixity');
  expect(await pageText(at)).toContain('Sealed files wait for longer than they should.');
  await pass();
  await at.goTo('/fixity');
  const said = await pageText(at);
  const { rows } = await scene.archive.sql.query<{ n: number }>('select count(*)::int as n from fixity');
  expect(said).toContain('Nothing that was looked at is wrong.');
  expect(said).toMatch(new RegExp(`Sealed files ${rows[0]?.n} Longest not read`));
  expect(said).toContain(`Read in the last 90 days ${rows[0]?.n} · 100%`);
  expect(said).toContain('Never read yet 0');
  expect(said).toContain('none: there is one copy');
  // There may be one each minute: what people did would be lost among them.
  await at.goTo('/history');
  expect(await pageText(at)).not.toContain('Sealed files checked in the store');
  await Promise.all([at.page.waitForNavigation(), at.press('main a[href="/fixity"]')]);
  expect(await pageText(at)).toContain('Read whole');
});

test('names what is wrong, with a way to the record, and takes it back', async () => {
  await flip();
  await scene.archive.sql.query(`update fixity set read_at = now() - interval '80 days'`);
  await scene.archive.sql.query(
    `insert into fixity_stray (agency_id, key, version_id, is_marker, size_bytes, found_at, seen_at)
     values ('rivertown', 'a/rivertown/rec/somebody/1/put-this-here', 'x', false, 12345, now(), now())`,
  );
  await pass();
  await at.goTo('/fixity');
  const said = await pageText(at);
  expect(said).toContain('Some sealed files are not in the store as they were sealed.');
  expect(said).toContain('Its bytes are other ones file, seal 1, found');
  expect(said).toContain('a/rivertown/rec/somebody/1/put-this-here');
  expect(said).toContain('12,345 bytes');
  await at.page.setExtraHTTPHeaders({ 'accept-language': 'es' });
  await at.goTo('/fixity');
  expect(await pageText(at)).toContain('Sus bytes son otros archivo, sello 1');
  await at.page.setExtraHTTPHeaders({ 'accept-language': 'en' });
  await at.goTo('/fixity');
  await Promise.all([at.page.waitForNavigation(), at.press('#wrong a')]);
  expect(at.page.url()).toContain(`/records/${recordId}`);
  expect(await pageText(at)).toContain('A file was not what was sealed');
  const ready = await scene.archive.app.inject({ url: '/readyz' });
  expect(ready.json<{ parts: unknown[] }>().parts).toContainEqual(
    expect.objectContaining({ name: 'fixity', ok: false, needed: false, code: 'fixity-wanting' }),
  );
  await flip();
  await scene.archive.sql.query(`update fixity set read_at = now() - interval '80 days'`);
  await scene.archive.sql.query('delete from fixity_stray');
  await pass();
  await at.goTo('/fixity');
  expect(await pageText(at)).toContain('Nothing that was looked at is wrong.');
  await at.goTo(`/records/${recordId}`);
  expect(await pageText(at)).toContain('Read again: everything is as it was sealed');
});

test.each(
  onEachScreen<() => Promise<void>>([
    [
      'fixity-well',
      async () => {
        await scene.archive.sql.query(`update fixity set findings = '{}', found_at = null`);
        await scene.archive.sql.query('delete from fixity_stray');
        await pass();
      },
    ],
    [
      'fixity-wrong',
      async () => {
        await scene.archive.sql.query(
          `update fixity set findings = '{changed,lock-short}', found_at = now() where key = (select min(key) from fixity)`,
        );
        await scene.archive.sql.query(
          `insert into fixity_stray (agency_id, key, version_id, is_marker, size_bytes, found_at, seen_at)
           values ('rivertown', 'a/rivertown/rec/00000000-0000-4000-8000-000000000000/1/${'0'.repeat(64)}', 'x', false, 12345, now(), now())
           on conflict do nothing`,
        );
      },
    ],
  ]),
)('%s at %i px: everybody can use it', async (name, _width, prepare, size) => {
  await at.page.setViewport(size);
  await prepare();
  await at.goTo('/fixity');
  expect((await pageText(at)).includes('Nothing that was looked at is wrong.')).toBe(name === 'fixity-well');
  await checkPage(at, name);
});
