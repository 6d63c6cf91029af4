/** Waiting that does not end by itself: the page says so, and whom to tell. Each state comes from the rows that make it. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { simpleReport } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import type { Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;

beforeAll(async () => {
  scene = await openConsoleScene();
});
afterAll(async () => await scene.close());
beforeEach(async () => {
  at = await scene.visitor();
});
afterEach(async () => {
  await scene.archive.stopWork();
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

async function reported(): Promise<string> {
  const picture = { name: 'shot.png', type: 'image/png', bytes: scene.picture.bytes };
  return (await scene.archive.report(simpleReport(), [picture])).body.recordId;
}
const open = async (id: string): Promise<void> =>
  await at.signIn(`/report/records/${id}`, await scene.archive.key());
const lead = async (): Promise<string> => await at.textOf('#lead');
const colour = async (): Promise<string> => (await at.state()).split(' | ')[2] ?? '';

describe('a seal that does not come', () => {
  test('is said to take longer than it should, after twenty seconds before this page', async () => {
    const id = await reported();
    // Nobody seals. The page's own clock is put forward; the archive's stays.
    await open(id);
    await at.reads('#lead', 'This takes a few seconds. Wait for the green sign.');
    await at.inPage(
      'performance.now = ((now) => () => now.call(performance) + 20_000)(performance.now); undefined',
    );
    await at.reads('#lead', 'This takes longer than it should. Do not remove it yet.');
    expect(await lead()).toContain('tell your administrator');
    expect(await colour()).toBe('wait');
    expect(await at.isShown('#removed')).toBe(false);
    // News that change nothing leave it said.
    await scene.archive.work('seal', 'relay');
    await at.reads('#word', 'SAFE TO REMOVE');
    expect(await lead()).toContain('You can remove it now');
  });

  test('is known to be late by whoever opens the page only now', async () => {
    const id = await reported();
    await scene.archive.sql.query(
      "update record set received_at = received_at - interval '30 seconds' where id = $1",
      [id],
    );
    await open(id);
    await at.reads('#lead', 'This takes longer than it should');
  });

  test('and failed before is no waiting that ends by itself', async () => {
    const id = await reported();
    await scene.archive.sql.query("update step set failures = 3 where record_id = $1 and name = 'seal'", [
      id,
    ]);
    expect((await scene.archive.receipt(id)).missing.map(({ code }) => code)).toContain('seal-delayed');
    await open(id);
    await at.reads('#missing', 'sealing it is delayed');
    // Another picture would mend nothing: the one that is there waits for its seal.
    expect(await at.inPage('document.querySelector("#add").open')).toBe(false);
    expect(await lead()).toBe(
      'Something is holding it up. Nothing is lost, and it is tried again by itself. Do not remove it, and tell your administrator:',
    );
    expect(await at.state()).toBe('DO NOT REMOVE YET | DO NOT REMOVE YET · Holdfast | wait | false | false');
  });
});

describe('a lock that ran out', () => {
  const ended = async (id: string): Promise<void> => {
    await scene.archive.sql.query(
      "update object set locked_until = now() - interval '1 hour' where record_id = $1",
      [id],
    );
    expect((await scene.archive.receipt(id)).missing.map(({ code }) => code)).toEqual(['lock-ended']);
  };
  const sealed = async (): Promise<string> => {
    const id = await reported();
    await scene.archive.work('seal', 'relay');
    await scene.archive.until(id, ({ safeToRemove }) => safeToRemove);
    return id;
  };

  test('is red, and says whom to tell', async () => {
    const id = await sealed();
    await ended(id);
    await open(id);
    await at.reads('#missing', 'The lock on this record ran out');
    expect(await lead()).toBe('Do not remove it, and tell your administrator:');
    expect(await at.state()).toBe('DO NOT REMOVE YET | DO NOT REMOVE YET · Holdfast | stop | false | false');
    // Another picture would mend nothing.
    expect(await at.inPage('document.querySelector("#add").open')).toBe(false);
  });

  test('after the removal is not called "not archived", on the screen and on paper', async () => {
    const id = await sealed();
    await open(id);
    await at.press('#removed');
    await at.reads('#word', 'SEALED, AND REMOVED');
    await scene.archive.until(id, ({ seals }) => seals.filter(({ role }) => role === 'manifest').length > 1);
    await ended(id);
    await at.reads('#word', 'KEPT, BUT THE LOCK RAN OUT');
    expect(await lead()).toBe('Tell your administrator:');
    await at.press('#print');
    await at.shown('article.hf-receipt');
    expect(await at.textOf('.hf-receipt .hf-state__word')).toBe('KEPT, BUT THE LOCK RAN OUT');
  });
});
