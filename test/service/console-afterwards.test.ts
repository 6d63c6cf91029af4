/** What a moderator can still do on the page of a record: see what was handed in, take back a mistake, name the clause. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { UndecodableReason } from '#intake/pictures.ts';
import { simpleReport, type TestFile } from '../support/archive.ts';
import { answersInstead, losesAnswers } from '../support/bad-line.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { heicGrid } from '../support/heic.ts';
import { recordOf, recordWhen } from '../support/looking.ts';
import { png } from '../support/picture.ts';
import type { Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;

beforeAll(async () => {
  scene = await openConsoleScene();
  await scene.archive.work('seal', 'relay');
});
afterAll(async () => await scene.close());
beforeEach(async () => {
  at = await scene.visitor();
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

const pictureFile = (name = 'shot.png', bytes = scene.picture.bytes): TestFile => ({
  name,
  type: 'image/png',
  bytes,
});
async function reported(more: Record<string, unknown>, ...files: readonly TestFile[]): Promise<string> {
  const answer = await scene.archive.report(simpleReport(more), files);
  expect(answer.status).toBe(202);
  return answer.body.recordId;
}
const open = async (id: string, key?: string): Promise<void> =>
  await at.signIn(`/report/records/${id}`, key ?? (await scene.archive.key()));
const viewsOf = async (id: string): Promise<unknown[]> =>
  (
    await scene.archive.sql.query<{ body: unknown }>(
      "select body from event where record_id = $1 and type = 'view.opened' order by seq",
      [id],
    )
  ).rows.map(({ body }) => body);

describe('what was handed in', () => {
  test('is shown, blurred until it is pressed, with its name, and each look is in the history once', async () => {
    const name = 'the "wrong" <b>one</b>.png';
    const id = await reported({}, pictureFile(), pictureFile(encodeURIComponent(name)));
    await scene.archive.sql.query(
      "update artifact set original_name = $2 where record_id = $1 and n = 3 and origin = 'handed-in'",
      [id, name],
    );
    await open(id);
    await at.page.waitForFunction(`document.querySelectorAll('.hf-look img').length === 2`);
    await at.page.waitForFunction(
      `[...document.querySelectorAll('.hf-look img')].every((image) => image.complete && image.naturalWidth === 400)`,
    );
    expect(await at.page.$$eval('.hf-handed__name', (names) => names.map((one) => one.textContent))).toEqual([
      'shot.png',
      name,
    ]);
    expect(await at.count('#handed-in b')).toBe(0);
    const blur = async (): Promise<unknown> =>
      await at.inPage(`getComputedStyle(document.querySelector('.hf-look img')).filter`);
    expect(await blur()).toMatch(/^blur\(/);
    const width = async (): Promise<number> =>
      await at.page.$eval('.hf-look img', (image) => image.getBoundingClientRect().width);
    expect(await width()).toBeLessThan(100);
    await at.press('.hf-look');
    expect(await blur()).toBe('none');
    expect(await width()).toBeGreaterThan(200);
    expect(await at.page.$eval('.hf-look', (button) => button.getAttribute('aria-pressed'))).toBe('true');
    await at.press('.hf-look');
    expect(await blur()).toMatch(/^blur\(/);

    await at.reads('#word', 'SAFE TO REMOVE');
    const artifacts = (await viewsOf(id)).filter((body) => JSON.stringify(body).includes('artifact'));
    // Each once; which of them was found to be a picture first is chance.
    expect(artifacts).toHaveLength(2);
    for (const n of [2, 3]) expect(artifacts).toContainEqual({ what: 'artifact', n });
  });

  test('that came from this page appears as well', async () => {
    const id = await reported({});
    await open(id);
    await at.reads('#missing', 'being captured');
    expect(await at.isShown('#handed-in')).toBe(false);
    await at.press('#add summary');
    await at.choose((await scene.pictureNamed('late.png')).path);
    await at.press('#add-send');
    await at.reads('.hf-handed__name', 'late.png');
    await at.shown('.hf-look img');
    await at.reads('#word', 'SAFE TO REMOVE');
  });

  test('is not asked for with the key of a program, which may not see it', async () => {
    const id = await reported({}, pictureFile());
    await open(id, await scene.archive.key('intake'));
    await at.reads('#word', 'SAFE TO REMOVE');
    expect(await at.isShown('#handed-in')).toBe(false);
    expect(await at.isShown('#clause')).toBe(false);
    expect(await viewsOf(id)).toEqual([]);
    expect(at.said.filter((line) => line.includes('403'))).toEqual([]);
  });

  /** All that the decoder may answer, with what must be read then; the compiler says when one is left out. */
  const SENTENCES: Readonly<Record<UndecodableReason, RegExp>> = {
    empty: /^0 bytes\. This file is empty\. Add the picture again/,
    'not-a-picture': /This is not a picture\. It is kept.*Add a screenshot \(PNG or JPEG\)\.$/,
    'format-not-supported':
      /This kind of picture is kept, but this archive cannot show it yet\. Add a screenshot \(PNG or JPEG\)\.$/,
    damaged: /This picture is damaged: it is kept as it came, but it could not be read to its end\./,
    'too-many-pixels': /is kept, but it is too large to be opened here\. Add a smaller one/,
    timeout: /is kept, but opening it took too long\. Add a screenshot/,
    'decoder-crashed': /is kept, but the program that opens pictures failed on it\./,
    unreadable: /This file is kept, but it could not be read when it was looked at\./,
  };
  const REASONS = Object.keys(SENTENCES);

  test('and does not open is told with its own reason', async () => {
    const files = await Promise.all(
      REASONS.map(async (reason, i) => pictureFile(`${reason}.png`, await png(20 + i, 20))),
    );
    const id = await reported({}, ...files);
    await recordWhen(scene.archive, id, ({ artifacts }) =>
      artifacts.every(({ origin, picture }) => origin !== 'handed-in' || picture !== null),
    );
    // Some of these take a machine on its knees to come about; the finding is written as the step writes it.
    for (const reason of REASONS)
      await scene.archive.sql.query(
        'update artifact set picture = $3, size_bytes = $4 where record_id = $1 and original_name = $2',
        [id, `${reason}.png`, JSON.stringify({ decodable: false, reason }), reason === 'empty' ? 0 : 2048],
      );
    await open(id);
    await at.reads('#missing', 'does not open as a picture');
    await at.page.waitForFunction(
      `document.querySelectorAll('#handed-in-list li').length === ${REASONS.length}`,
    );
    for (const [i, sentence] of Object.values(SENTENCES).entries())
      expect(await at.textOf(`#handed-in-list li:nth-child(${i + 1}) .hf-small`)).toMatch(sentence);
    expect(REASONS.length).toBe(8);
    expect(await at.count('.hf-look')).toBe(0);
  });

  test('from a telephone is taken as a picture, and makes the removal safe', async () => {
    const id = await reported({}, { name: 'IMG_0001.HEIC', type: 'image/heic', bytes: heicGrid(4032, 3024) });
    await open(id);
    await at.reads('#word', 'SAFE TO REMOVE');
    // Most browsers have no HEVC: they get a preview, once it is pressed for.
    await at.page.waitForSelector('#handed-in-list button.hf-look');
    expect(await at.count('.hf-look img')).toBe(0);
    const looks = async (): Promise<unknown[]> =>
      (await viewsOf(id)).filter((body) => JSON.stringify(body).includes('artifact'));
    expect(await looks()).toEqual([]);
    await at.press('#handed-in-list button.hf-look');
    await at.page.waitForFunction(`document.querySelector('.hf-look img')?.naturalWidth === 2365`);
    await at.reads('#handed-in-list', 'What is shown is a preview, made by the archive');
    expect(await at.page.$eval('.hf-look', (button) => button.getAttribute('aria-pressed'))).toBe('true');
    expect(await looks()).toEqual([{ what: 'artifact', n: 2, as: 'preview' }]);
    expect(await at.textOf('#handed-in-list')).not.toContain('cannot show');
    await at.give('drop', [{ name: 'IMG_0002.HEIC', type: 'image/heic' }]);
    await at.reads('#pictures', 'IMG_0002.HEIC');
    expect(await at.textOf('#pictures')).not.toContain('add a screenshot');
  });

  test('of a kind that nothing here opens is named as what it is, before it is sent and after', async () => {
    const bmp = Buffer.concat([Buffer.from('BM'), Buffer.alloc(60)]);
    const id = await reported({}, { name: 'comment.bmp', type: 'image/bmp', bytes: bmp });
    await open(id);
    await at.reads(
      '#handed-in-list',
      'This is a BMP picture: it is kept, but this archive cannot show it yet. Add a screenshot (PNG or JPEG).',
    );
    expect(await at.textOf('#handed-in-list .hf-thumb')).toBe('BMP');
    await at.give('drop', [{ name: 'again.bmp', type: 'image/bmp' }]);
    await at.reads('#pictures', 'keeps BMP and cannot show it yet: add a screenshot (PNG or JPEG) too');
  });
});

describe('“I removed it”', () => {
  test('that was pressed by mistake is taken back, once, though the first answer is lost', async () => {
    const id = await reported({}, pictureFile());
    await open(id);
    await at.reads('#word', 'SAFE TO REMOVE');
    expect(await at.textOf('#mistake-title')).toBe('Does it stay after all?');
    await at.press('#removed');
    await at.reads('#word', 'SEALED, AND REMOVED');
    await at.press('#mistake summary');
    const mend = await losesAnswers(at.page, '/kept');
    await at.press('#not-removed');
    // Unless the news of it came before its answer was lost.
    await at.page.waitForFunction(
      "/Press the button again|On record: it is still there/.test(document.querySelector('#removed-said').textContent)",
    );
    await mend();
    // The lost one had arrived: the page may have heard of it before the second press.
    // It may hear of it while the button is being pressed, too; what is on record decides.
    if (await at.isShown('#not-removed')) await at.press('#not-removed').catch(() => undefined);
    await at.page.waitForFunction(
      `document.querySelector('#word').textContent !== 'SEALED, AND REMOVED' && !document.querySelector('#mistake').checkVisibility()`,
    );
    await at.reads('#removed-said', 'On record: it is still there');
    const record = await recordOf(scene.archive, id);
    expect(record.removal).toBe('none');
    // What was announced is still on record as that; it is not told as done.
    expect(record.verb).toBe('hide');
    expect(record.removedAt).toBe(null);
    expect(record.facts).toHaveLength(3);
    expect(record.facts[2]?.body['data']).toMatchObject({
      action: { verb: 'none' },
      notes: expect.stringContaining('It is still there: I did not remove it.'),
    });
    // What was said before stays.
    expect(record.facts[1]?.confirms).toBe(true);
    await scene.archive.until(id, ({ safeToRemove }) => safeToRemove);
  });
});

describe('a clause', () => {
  test('that was not decided is named later, once, and changes nothing else', async () => {
    const id = await reported({}, pictureFile());
    await open(id);
    await at.reads('#word', 'SAFE TO REMOVE');
    await at.press('#clause summary');
    await at.press('#clause-send');
    await at.reads('#clause-said', 'Choose the clause first');
    await at.page.select('#clause-choice', 'rivertown-social-media#3.c');
    // The news of it would come by the stream, before its answer is lost.
    await answersInstead(at.page, '/events', { status: 503, type: 'text/html', body: 'busy' });
    await answersInstead(at.page, '/receipt', { status: 503, type: 'text/html', body: 'busy' });
    scene.archive.app.server.closeAllConnections();
    const mend = await losesAnswers(at.page, '/facts');
    await at.press('#clause-send');
    await at.reads('#clause-said', 'Press the button again');
    await mend();
    await at.press('#clause-send');
    await at.reads('#clause-said', 'The clause is on record');
    await at.reads('#clause-named', 'Clause on record: ');
    expect(await at.isShown('#clause')).toBe(false);
    const record = await recordOf(scene.archive, id);
    expect(record.grounds).toEqual(['rivertown-social-media#3.c']);
    expect(record.removal).toBe('awaited');
    expect(record.verb).toBe('hide');
    expect(record.facts.map(({ deliveries }) => deliveries)).toEqual([1, 2]);
    await at.reads('#word', 'SAFE TO REMOVE');
  });

  test('that was stated is shown, and not asked for again', async () => {
    const id = await reported(
      { action: { verb: 'hide', ground: 'rivertown-social-media#3.c' } },
      pictureFile(),
    );
    await open(id);
    await at.reads('#clause-named', 'Clause on record: ');
    expect(await at.textOf('#clause-named')).not.toContain('rivertown-social-media#');
    expect(await at.isShown('#clause')).toBe(false);
  });
});
