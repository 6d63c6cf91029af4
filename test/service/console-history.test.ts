/** The history of an agency, as an auditor reads it. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addAgency, createKey } from '#agency/agency.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { pageText, signedInAs } from '../support/pages.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { type Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;
let auditor: Colleague;
let administrator: Colleague;

beforeAll(async () => {
  scene = await openConsoleScene({ named: true });
  const { archive } = scene;
  administrator = await colleague(archive, ['administrator']);
  auditor = await colleague(archive, ['auditor']);
  await archive.sql.query("update person set name = 'Alex Example' where id = $1", [administrator.personId]);
  await createKey(archive.system.db, { agencyId: 'rivertown', role: 'intake', label: 'The website' });
  await addAgency(archive.system.db, { id: 'lakeside', name: 'City of Lakeside', zone: 'America/Chicago' });
  await createKey(archive.system.db, { agencyId: 'lakeside', role: 'intake', label: 'Quokka' });
});
afterAll(async () => await scene?.close());
beforeEach(async () => {
  at = await scene.visitor();
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

describe('the auditor', () => {
  test('reads who may do what since when, with names for numbers, and nothing of another agency', async () => {
    await signedInAs(at, auditor);
    await at.goTo('/history');
    const said = await pageText(at);
    expect(said).toContain('person Alex Example; roles administrator');
    expect(said).toContain('key The website; role intake');
    expect(said).toContain('Somebody at the machine');
    expect(said).not.toContain('Quokka');
    expect(said).not.toMatch(/session [0-9a-f-]{36}/);
    expect(await at.count('main form, main button')).toBe(0);
  });

  test('reads it in Spanish: our codes in words, and names as they are', async () => {
    await scene.archive.sql.query("update person set name = 'roles' where id = $1", [auditor.personId]);
    await signedInAs(at, auditor);
    await at.page.setExtraHTTPHeaders({ 'accept-language': 'es' });
    await at.goTo('/history');
    const said = await pageText(at);
    expect(said).toContain('Persona agregada: persona Alex Example; roles: administrador');
    expect(said).toContain('persona roles; roles: auditor');
    expect(said).toContain('Clave creada: clave The website; rol: programa que reporta');
    expect(said).toContain('Alguien en el servidor');
    expect(await at.page.$eval('td', (cell) => cell.dataset['label'])).toBe('Cuándo');
  });

  test('finds searches and refused reports where they are asked for, with no word of what was looked for', async () => {
    await signedInAs(at, auditor);
    await at.goTo('/records?q=xylophone&platform=x');
    const { statusCode } = await scene.archive.app.inject({
      method: 'POST',
      url: '/v1/deletion-events',
      headers: {
        authorization: `Bearer ${await scene.archive.key('moderator')}`,
        'content-type': 'application/json',
      },
      payload: '{"platform":"xylophone"}',
    });
    expect(statusCode).toBe(422);
    await at.goTo('/history');
    expect(await pageText(at)).toContain('Searches and refused reports are not among them.');
    expect(await pageText(at)).not.toContain('Records searched or listed');
    await Promise.all([at.page.waitForNavigation(), at.press('main a[href="/history?lists=yes"]')]);
    const said = await pageText(at);
    expect(said).toContain('Records searched or listed: list records; found 0; filters platform, words');
    expect(said).toContain('A report was refused: code report-invalid');
    expect(said).not.toContain('xylophone');
    await at.page.setExtraHTTPHeaders({ 'accept-language': 'es' });
    await at.goTo('/history?lists=yes');
    expect(await pageText(at)).toContain('lista: registros; encontrados: 0; filtros: plataforma, palabras');
  });

  test('goes back page by page to the first entry, without one missing or twice', async () => {
    await scene.archive.sql.query(
      `insert into event (agency_id, id, type, actor, body)
       select 'rivertown', gen_random_uuid(), 'person.signed-in', 'cli', jsonb_build_object('means', 'n' || i)
         from generate_series(1, 230) i`,
    );
    const { rowCount } = await scene.archive.sql.query(
      "select 1 from event where agency_id = 'rivertown' and record_id is null",
    );
    await signedInAs(at, auditor);
    await at.goTo('/history?lists=yes');
    const seen: string[] = [];
    for (;;) {
      seen.push(...(await at.page.$$eval('tbody tr', (rows) => rows.map((row) => row.textContent ?? ''))));
      if ((await at.count('.hf-pages .usa-button')) === 0) break;
      await Promise.all([at.page.waitForNavigation(), at.press('.hf-pages .usa-button')]);
    }
    expect(seen).toHaveLength(rowCount ?? -1);
    expect(new Set(seen.filter((row) => row.includes('means n'))).size).toBe(230);
  });
});

test.each(['x', '-1', '0', '9'.repeat(19), "1' or 1=1"])(
  'a place that is none begins at the newest: %s',
  async (before) => {
    const { statusCode, body } = await scene.archive.app.inject({
      url: `/history?before=${encodeURIComponent(before)}`,
      headers: { cookie: auditor.cookie },
    });
    expect(statusCode).toBe(200);
    expect(body).not.toContain('Back to the newest');
  },
);

test.each(
  onEachScreen<() => Promise<void>>([
    [
      'history',
      async () => {
        await signedInAs(at, administrator);
        await at.goTo('/history');
      },
    ],
    [
      'history-with-searches',
      async () => {
        await signedInAs(at, administrator);
        await at.goTo('/history?lists=yes');
      },
    ],
  ]),
)('%s at %i px: everybody can use it', async (name, _width, go, size) => {
  await at.page.setViewport(size);
  await go();
  await checkPage(at, name);
});
