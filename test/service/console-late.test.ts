/** A picture that comes afterwards: it turns "do not remove" into "safe to remove", through the real steps. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { simpleReport } from '../support/archive.ts';
import { losesAnswers } from '../support/bad-line.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { recordOf } from '../support/looking.ts';
import type { Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;

beforeAll(async () => {
  scene = await openConsoleScene();
  // Nothing rings for them until a test starts the relay.
  await scene.archive.work('seal', 'capture');
});
afterAll(async () => await scene.close());
beforeEach(async () => {
  at = await scene.visitor();
  // That there is no browser here is found out by trying each way to start one.
  at.page.setDefaultTimeout(40_000);
});
afterEach(async () => {
  await scene.archive.stopWork();
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

const NO = 'DO NOT REMOVE YET | DO NOT REMOVE YET · Holdfast';
const SAFE = 'SAFE TO REMOVE | SAFE TO REMOVE · Holdfast';
const begin = async (): Promise<void> => await scene.archive.work('relay');
const open = async (recordId: string, key: string): Promise<void> =>
  await at.signIn(`/report/records/${recordId}`, key);
const keysSent = (): readonly (string | undefined)[] =>
  at.sent.filter(({ path }) => path.endsWith('/facts')).map(({ idempotencyKey }) => idempotencyKey);

describe('a record without a picture', () => {
  test('takes a screenshot afterwards, once, and becomes safe by it', async () => {
    const { recordId: id } = (await scene.archive.report(simpleReport())).body;
    await open(id, await scene.archive.key());
    await begin();
    await at.reads('#missing', 'Nothing sealed so far shows the content itself');
    expect(await at.state()).toBe(`${NO} | stop | false | false`);
    await at.press('#add-send');
    await at.reads('#add-failure', 'Choose or paste a picture first');
    await at.choose(scene.picture.path);
    const mend = await losesAnswers(at.page, '/facts');
    await at.press('#add-send');
    await at.reads('#add-failure', 'Your pictures are still here');
    expect(await at.count('#pictures li')).toBe(1);
    await mend();
    await at.press('#add-send');
    await at.reads('#pictures-said', 'It is being sealed');
    expect(await at.count('#pictures li')).toBe(0);
    await at.reads('#word', 'SAFE TO REMOVE');
    expect(await at.state()).toBe(`${SAFE} | safe | true | true`);

    expect(await scene.archive.receipt(id)).toMatchObject({
      safeToRemove: true,
      tier: 'D',
      removal: 'awaited',
    });
    const late = await scene.arrived(id, 2);
    expect(late.event).toEqual({
      platform: 'facebook',
      account: 'rivertown',
      capture: false,
      action: { verb: 'none' },
    });
    expect(late.files.map(({ name, bytes }) => [name, bytes.equals(scene.picture.bytes)])).toEqual([
      ['comment.png', true],
    ]);
    // The lost one came before the page knew; it had been taken, and was counted as the same.
    expect(late.deliveries).toBe(2);
    expect(keysSent()).toHaveLength(2);
    expect(new Set(keysSent()).size).toBe(1);
    expect((await recordOf(scene.archive, id)).facts).toHaveLength(2);
  });

  test('takes it from a key that may not read content, on an account that no register knows', async () => {
    const account = 'https://social.example.com/rivertown-library';
    const answer = await scene.archive.report(simpleReport({ platform: 'mastodon', account }));
    const id = answer.body.recordId;
    await begin();
    await open(id, await scene.archive.key('intake'));
    await at.reads('#missing', 'Nothing sealed so far shows the content itself');
    await at.choose(scene.picture.path);
    await at.press('#add-send');
    await at.reads('#word', 'SAFE TO REMOVE');
    const { rows } = await scene.archive.sql.query<{ type: string }>(
      'select distinct type from event where record_id = $1',
      [id],
    );
    expect(rows.map(({ type }) => type)).toContain('intake.accepted');
    expect(rows.map(({ type }) => type)).not.toContain('view.opened');
    expect((await scene.arrived(id, 2)).event).toMatchObject({ platform: 'mastodon', account });
  });
});
