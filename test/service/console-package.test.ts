/** The button on a record's page: a custodian presses it, and has a file that anybody can check. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { verifyPackage } from '#verify/verify.ts';
import { simpleReport } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { pageText, signedInAs } from '../support/pages.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { type Visitor } from '../support/visitor.ts';

const BUTTON = 'form[action$="/package"] button';

let scene: ConsoleScene;
let at: Visitor;
let custodian: Colleague;
let recordId: string;
let downloads: string;

beforeAll(async () => {
  downloads = await mkdtemp(join(tmpdir(), 'holdfast-downloads-'));
  scene = await openConsoleScene({ named: true });
  await scene.archive.work();
  custodian = await colleague(scene.archive, ['custodian']);
  const picture = { name: 'comment.png', type: 'image/png', bytes: scene.picture.bytes };
  ({ recordId } = (await scene.archive.report(simpleReport({ text: 'Potholes' }), [picture])).body);
  await scene.archive.until(recordId, (receipt) => receipt.status === 'complete' && receipt.safeToRemove);
});
afterAll(async () => {
  await scene?.close();
  await rm(downloads, { recursive: true, force: true });
});
beforeEach(async () => {
  at = await scene.visitor();
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

/** The file that the browser kept, once it is whole. */
async function kept(): Promise<string> {
  for (;;) {
    const [name] = (await readdir(downloads)).filter((one) => one.endsWith('.tar'));
    if (name !== undefined) return join(downloads, name);
    await sleep(50);
  }
}

describe('a custodian', () => {
  test('presses the button, stays on the page, and keeps a package that verifies', async () => {
    const session = await at.page.createCDPSession();
    const { browserContextId } = (await session.send('Target.getTargetInfo')).targetInfo;
    await session.send('Browser.setDownloadBehavior', {
      behavior: 'allow',
      downloadPath: downloads,
      ...(browserContextId === undefined ? {} : { browserContextId }),
    });
    await signedInAs(at, custodian);
    await at.goTo(`/records/${recordId}`);
    await at.press(BUTTON);
    const file = await kept();
    expect(file).toMatch(/holdfast-[0-9A-Z-]+-\d{4}-\d\d-\d\d\.tar$/);
    const verdict = await verifyPackage(file, null);
    expect(verdict?.failures).toEqual([]);
    expect(verdict?.records).toEqual([recordId]);
    expect(at.page.url()).toContain(`/records/${recordId}`);
    await at.goTo(`/records/${recordId}`);
    const shown = await pageText(at);
    expect(shown).toContain('Package asked for');
    expect(shown).toContain('Package made');
  });

  test('who signed in as somebody else since takes nothing away in their name', async () => {
    const other = await colleague(scene.archive, ['custodian']);
    const answer = await scene.archive.app.inject({
      method: 'POST',
      url: `/records/${recordId}/package`,
      headers: {
        cookie: other.cookie,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'text/html',
      },
      payload: `as=${custodian.personId}`,
    });
    expect(answer.statusCode).toBe(401);
  });
});

test('nobody else has the button', async () => {
  for (const role of ['moderator', 'auditor', 'administrator', 'retention-officer'] as const) {
    const who = await colleague(scene.archive, [role]);
    const { body } = await scene.archive.app.inject({
      url: `/records/${recordId}`,
      headers: { cookie: who.cookie, accept: 'text/html' },
    });
    expect(body, role).toContain('What it says');
    expect(body, role).not.toContain('/package"');
  }
});

describe('the page', () => {
  test.each(onEachScreen([['package', async () => await at.goTo(`/records/${recordId}`)]]))(
    '%s is accessible at %s px',
    async (name, _width, go, size) => {
      await at.page.setViewport(size);
      await signedInAs(at, custodian);
      await go();
      await checkPage(at, name);
    },
  );

  test('speaks Spanish', async () => {
    const { body } = await scene.archive.app.inject({
      url: `/records/${recordId}`,
      headers: { cookie: `${custodian.cookie}; holdfast-language=es`, accept: 'text/html' },
    });
    expect(body).toContain('Paquete (con pruebas)');
  });
});
