/** The page of one record, from "do not remove yet" to "safe to remove": driven by the real steps, and by a line that breaks. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { receiptCode } from '#record/record.ts';
import { simpleReport, type TestFile } from '../support/archive.ts';
import { answersInstead, losesAnswers, openLine } from '../support/bad-line.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { addTo, recordOf } from '../support/looking.ts';
import type { Visitor } from '../support/visitor.ts';

const NO = 'DO NOT REMOVE YET | DO NOT REMOVE YET · Holdfast';
const SAFE = 'SAFE TO REMOVE | SAFE TO REMOVE · Holdfast';
let scene: ConsoleScene;
let at: Visitor;

beforeAll(async () => {
  scene = await openConsoleScene();
  // Nothing rings for it until a test starts the relay; captures wait for ever.
  await scene.archive.work('seal');
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

const pictureFile = (bytes = scene.picture.bytes): TestFile => ({
  name: 'shot.png',
  type: 'image/png',
  bytes,
});
async function reported(...files: readonly TestFile[]): Promise<string> {
  const answer = await scene.archive.report(simpleReport(), files);
  expect(answer.status).toBe(202);
  return answer.body.recordId;
}
async function open(recordId: string, key?: string): Promise<void> {
  await at.signIn(`/report/records/${recordId}`, key ?? (await scene.archive.key()));
}
const begin = async (): Promise<void> => await scene.archive.work('relay');
const sentTo = (end: string): readonly string[] =>
  at.sent.filter(({ path }) => path.endsWith(end)).map(({ idempotencyKey }) => idempotencyKey ?? '');

describe('the state of a record whose live page nobody has looked at yet', () => {
  test('is safe only when the receipt says so, and confirmed by a press', async () => {
    const id = await reported(pictureFile(scene.brokenPicture.bytes));
    await open(id);
    await at.reads('#missing', 'being sealed');
    expect(await at.state()).toBe(`${NO} | wait | false | false`);
    // Sealed, with a picture that does not open: it looks done, and the receipt still says no.
    await begin();
    await at.reads('#missing', 'does not open as a picture');
    expect(await at.state()).toBe(`${NO} | stop | false | false`);
    expect((await addTo(scene.archive, id, simpleReport(), [pictureFile()])).status).toBe(202);
    await at.reads('#word', 'SAFE TO REMOVE');
    expect(await at.state()).toBe(`${SAFE} | safe | true | true`);
    expect(await at.textOf('#behind')).toContain('You need not wait');
    expect((await scene.archive.receipt(id)).safeToRemove).toBe(true);
    await at.press('#removed', 2);
    await at.reads('#word', 'SEALED, AND REMOVED');
    expect(sentTo('/removal')).toHaveLength(1);
    expect(await at.isShown('#removed')).toBe(false);
    expect((await recordOf(scene.archive, id)).removal).toBe('confirmed');
  });

  test('turns back when the receipt does', async () => {
    const id = await reported(pictureFile());
    await begin();
    await open(id);
    await at.reads('#word', 'SAFE TO REMOVE');
    await scene.archive.stopWork();
    await addTo(scene.archive, id, simpleReport({ text: 'There is more to it.' }), [pictureFile()]);
    await at.reads('#word', 'DO NOT REMOVE YET');
    expect(await at.state()).toBe(`${NO} | wait | false | false`);
    await begin();
    await at.reads('#word', 'SAFE TO REMOVE');
  });

  test('arrives without the stream too', async () => {
    await answersInstead(at.page, '/events', { status: 503, type: 'text/html', body: 'busy' });
    const id = await reported(pictureFile());
    await open(id);
    await at.reads('#missing', 'being sealed');
    await begin();
    await at.reads('#word', 'SAFE TO REMOVE');
  });

  test('goes on after a stream that breaks', async () => {
    const id = await reported(pictureFile());
    await open(id);
    await at.reads('#missing', 'being sealed');
    await at.reads('#live', 'Live.');
    scene.archive.app.server.closeAllConnections();
    await begin();
    await at.reads('#word', 'SAFE TO REMOVE');
  });

  test('stays as it was while the archive is away, says so, and goes on afterwards', async () => {
    const line = await openLine(Number(new URL(scene.origin).port));
    await at.page.browserContext().close();
    at = await scene.visitor({ origin: line.origin });
    try {
      const id = await reported(pictureFile());
      await open(id);
      await at.reads('#live', 'Live.');
      line.cut();
      await at.reads('#live', 'The connection to the archive is lost');
      await begin();
      await scene.archive.until(id, ({ safeToRemove }) => safeToRemove);
      expect(await at.state()).toBe(`${NO} | wait | false | false`);
      line.mend();
      await at.reads('#word', 'SAFE TO REMOVE');
      await at.reads('#live', 'Live.');
    } finally {
      await line.close();
    }
  });

  test('is confirmed once, though the first answer is lost', async () => {
    const id = await reported(pictureFile());
    await begin();
    await open(id);
    await at.shown('#removed');
    await scene.archive.stopWork();
    // What the page hears of it comes through the stream; here it hears nothing.
    await answersInstead(at.page, '/events', { status: 503, type: 'text/html', body: 'busy' });
    await answersInstead(at.page, '/receipt', { status: 503, type: 'text/html', body: 'busy' });
    scene.archive.app.server.closeAllConnections();
    const mend = await losesAnswers(at.page, '/removal');
    await at.press('#removed');
    await at.reads('#removed-said', 'Press the button again');
    await mend();
    await at.press('#removed');
    await at.reads('#removed-said', 'The removal is on record');
    expect(new Set(sentTo('/removal')).size).toBe(1);
    expect((await recordOf(scene.archive, id)).facts.map(({ deliveries }) => deliveries)).toEqual([1, 2]);
  });

  test('stays at no when nothing is known', async () => {
    await open('01990000-0000-7000-8000-00000000dead');
    await at.reads('#failure-text', 'no such record');
    expect(await at.textOf('#word')).toBe('DO NOT REMOVE YET');
    expect(await at.isShown('#record')).toBe(false);
  });

  test('leads to a receipt that prints', async () => {
    const id = await reported(pictureFile());
    await begin();
    await open(id);
    await at.reads('#word', 'SAFE TO REMOVE');
    await at.press('#print');
    await at.shown('article.hf-receipt');
    const { seals } = await scene.archive.receipt(id);
    const code = receiptCode(id);
    expect(await at.page.title()).toBe(`Receipt ${code} · Holdfast`);
    const text = await at.textOf('article');
    expect(text).toContain('SAFE TO REMOVE');
    expect(text).toContain('rivertown on facebook');
    expect(seals.length).toBeGreaterThan(3);
    for (const { sha256 } of seals) expect(text).toContain(sha256);
    await at.inPage('window.print = () => { window.printed = true; }');
    await at.press('#print');
    expect(await at.inPage('window.printed')).toBe(true);
  });
});
