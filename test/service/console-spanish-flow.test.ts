/** A moderator's moment in Spanish, on a phone: from the form to the green receipt and beyond it, with nothing said in English. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addAccount, addAgency, addPolicy } from '#agency/agency.ts';
import { losesAnswers } from '../support/bad-line.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { englishLeft } from '../support/english-left.ts';
import { checkPage } from '../support/page-check.ts';
import { colleague } from '../support/people.ts';
import { handedIn } from '../support/reporting.ts';
import type { Visitor } from '../support/visitor.ts';

const AGENCY = 'hilltop';
let scene: ConsoleScene;
let at: Visitor;
let token: string;

beforeAll(async () => {
  scene = await openConsoleScene({ named: true });
  const { db } = scene.archive.system;
  await addAgency(db, { id: AGENCY, name: 'Ciudad de Hilltop', zone: 'America/Chicago' });
  // An agency's own words are shown as they are: these are Spanish, so that what is English is ours.
  await db.inAgency(AGENCY, async (tx) => {
    await addPolicy(tx, {
      policyId: 'redes-sociales',
      version: '2026-01',
      title: 'Ciudad de Hilltop, redes sociales (muestra)',
      effectiveOn: '2026-01-01',
      grounds: ['a', 'b', 'c'].map((letter) => ({
        clauseId: `3.${letter}`,
        label: `Motivo ${letter}`,
        citation: `Artículo 3(${letter})`,
        clause: `Lo que dice el inciso ${letter}.`,
      })),
    });
    await addAccount(tx, {
      platform: 'facebook',
      nativeId: null,
      handle: 'hilltop',
      url: null,
      name: 'Ciudad de Hilltop',
    });
  });
  ({ token } = await colleague(scene.archive, ['moderator'], AGENCY));
});
afterAll(async () => await scene?.close());
beforeEach(async () => {
  at = await scene.visitor();
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

/** Once, from the first test on that asks for it. */
let working: Promise<void> | undefined;
const work = async (): Promise<void> => await (working ??= scene.archive.work());

const set = async (name: string, value: string): Promise<void> =>
  await at.page.browserContext().setCookie({ name, value, domain: 'localhost', httpOnly: true });
const signedIn = async (): Promise<void> => await set('holdfast-session', token);
/** As their browser asks; the other way is to choose it on a page. */
const browserIsSpanish = async (): Promise<void> =>
  await at.page.setExtraHTTPHeaders({ 'accept-language': 'es-US,es;q=0.9,en;q=0.5' });

/** Everything unfolded, so that nothing is passed over. */
async function nothingInEnglish(): Promise<void> {
  expect(await at.inPage('document.documentElement.lang')).toBe('es');
  await at.inPage(`document.querySelectorAll('details').forEach((one) => { one.open = true; })`);
  expect(await englishLeft(at)).toEqual([]);
}
async function fill(): Promise<void> {
  await at.press('label[for="ground-2"]');
  await at.press('label[for="verb-hide"]');
}

describe('in Spanish', () => {
  test('a picture goes from the form to the green receipt, is removed, and is not after all', async () => {
    await browserIsSpanish();
    await signedIn();
    await at.goTo('/report');
    await at.page.waitForNetworkIdle();
    await nothingInEnglish();
    await at.press('#submit');
    await at.reads('#summary-title', 'Hay 3 cosas que corregir');
    await at.reads('#grounds-error', 'Elija la cláusula, o «Aún sin decidir».');
    await nothingInEnglish();
    await at.choose(scene.picture.path);
    await at.reads('#pictures li', 'Enviado');
    expect(await at.textOf('#pictures-said')).toMatch(/^1 archivo, [\d.]+ (bytes|KB)\.$/);
    await fill();
    await at.reads(
      '#will',
      'Después: Ocultarlo, en Ciudad de Hilltop (facebook, hilltop). Cláusula: Motivo b',
    );
    await nothingInEnglish();
    await at.press('#submit');
    await handedIn(at);
    await at.reads('#word', 'NO LO RETIRE TODAVÍA');
    await at.reads('#lead', 'Esto tarda unos segundos. Espere la señal verde.');
    await at.reads('#missing', 'se está sellando');
    expect(await at.page.title()).toBe('NO LO RETIRE TODAVÍA · Holdfast');
    await nothingInEnglish();

    await work();
    await at.reads('#word', 'YA SE PUEDE RETIRAR');
    await at.reads('#lead', 'Ya puede retirarlo. Después pulse «Lo retiré».');
    expect(await at.state()).toBe(
      'YA SE PUEDE RETIRAR | YA SE PUEDE RETIRAR · Holdfast | safe | true | true',
    );
    expect(await at.textOf('#removed')).toBe('Lo retiré');
    await at.shown('.hf-look');
    await at.reads('#times', 'Sellado el ');
    // Before noon and after it, in winter and in summer.
    await at.reads('#times', '.m. C');
    await nothingInEnglish();
    await checkPage(at, 'status in Spanish');

    await at.press('#removed');
    await at.reads('#word', 'SELLADO Y RETIRADO');
    await at.reads('#removed-said', 'Gracias. El retiro consta en el registro.');
    await nothingInEnglish();
    await at.press('#not-removed');
    await at.reads('#word', 'SELLADO Y CONSERVADO');
    await at.reads('#removed-said', 'Consta en el registro: sigue ahí.');
    await nothingInEnglish();
  });

  test('what is missing, and what to do about it, is said as it was chosen on a page', async () => {
    await set('holdfast-language', 'es');
    await signedIn();
    await work();
    await at.goTo('/report');
    await at.choose(scene.brokenPicture.path);
    await fill();
    await at.press('#submit');
    await handedIn(at);
    await at.reads('#lead', 'Esto depende de usted:');
    await at.reads('#missing', 'no se abre como imagen. Agregue una captura de pantalla del contenido');
    await at.reads('#add-title', 'Agregar una captura de pantalla');
    await at.reads('#handed-in-list', 'Esta imagen está dañada');
    expect(await at.textOf('#word')).toBe('NO LO RETIRE TODAVÍA');
    await nothingInEnglish();
    await at.press('#add-send');
    await at.reads('#add-failure', 'Primero elija o pegue una imagen.');
    await at.choose(scene.picture.path);
    await at.press('#add-send');
    await at.reads('#pictures-said', 'Recibido. Se está sellando');
    await at.reads('#word', 'YA SE PUEDE RETIRAR');
    await nothingInEnglish();
  });

  test('each of several pictures has its state', async () => {
    await browserIsSpanish();
    await signedIn();
    await work();
    await at.goTo('/report');
    for (const name of ['uno.png', 'dos.png']) await at.choose((await scene.pictureNamed(name)).path);
    await at.press('label[for="how-each"]');
    expect(await at.textOf('#submit')).toBe('Archivar 2 registros');
    await fill();
    await at.press('#submit');
    await at.reads('#several-said', '2 de 2 sellados, 2 por retirar ahora.');
    await nothingInEnglish();
    await at.press('#several-list li:nth-child(2) button[aria-label^="Lo retiré"]');
    await at.reads('#several-list li:nth-child(2)', 'SELLADO Y RETIRADO');
    await at.press('#several-list li:nth-child(1) details button');
    await at.reads('#several-list li:nth-child(1)', 'Escriba primero un nombre');
    await nothingInEnglish();
  });

  test('when the line breaks, nobody is told to remove anything', async () => {
    await browserIsSpanish();
    await signedIn();
    await at.goTo('/report');
    await at.choose(scene.picture.path);
    await fill();
    const mend = await losesAnswers(at.page, '/v1/deletion-events');
    await at.press('#submit');
    await at.reads('#failure-text', 'La conexión se cortó antes de que Holdfast respondiera. No retire nada');
    expect(await at.textOf('#submit')).toBe('Intentar de nuevo');
    await nothingInEnglish();
    await mend();
  });

  test('with a key, which goes without cookies, the archive is told the language of the page', async () => {
    await set('holdfast-language', 'es');
    const asked: (string | undefined)[] = [];
    at.page.on('request', (request) => {
      if (request.headers()['authorization'] !== undefined)
        asked.push(request.headers()['holdfast-language']);
    });
    await at.signIn('/report', 'hf_no-such-key');
    await at.reads('#key-error', 'Holdfast no reconoce esta clave');
    expect(await englishLeft(at, { within: ['#key-error'] })).toEqual([]);
    await at.inPage(`document.querySelector('#key').value = ''`);
    await at.page.type('#key', await scene.archive.key('moderator', AGENCY));
    await at.page.click('#key-form button');
    await at.reads('#who', 'Ciudad de Hilltop · moderador · Usar otra clave');
    await at.reads('#grounds', 'Aún sin decidir');
    await nothingInEnglish();
    await at.choose(scene.picture.path);
    await at.reads('#pictures li', 'Enviado');
    expect(asked.length).toBeGreaterThan(4);
    expect(new Set(asked)).toEqual(new Set(['es']));
  });
});

test('what is in English is found, and what is somebody’s is left alone', async () => {
  await signedIn();
  await at.goTo('/report');
  await at.page.waitForNetworkIdle();
  expect((await englishLeft(at)).length).toBeGreaterThan(20);
  await at.inPage(
    `document.body.innerHTML = '<p>Nada <bdi>of the page</bdi> <code>the</code></p><p lang="en">the</p><p hidden>the</p><img alt="The picture" src="/x" hidden><button aria-label="Remove it">Quitar</button>'`,
  );
  expect(await englishLeft(at, { within: ['body'] })).toEqual(['remove it: Remove it']);
});
