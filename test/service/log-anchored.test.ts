/** What the page of the log and its public face say of those who stand outside: up to where, since when, who; and what is newer. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { anchorNow } from '#anchor/anchor.ts';
import { openCheckpoint, verifierKey } from '#log/log.ts';
import { simpleReport } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { opensslVerifies } from '../support/openssl.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { pageText, signedInAs } from '../support/pages.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { startTsa, type TestTsa } from '../support/tsa.ts';
import type { Visitor } from '../support/visitor.ts';

interface Face {
  origin: string;
  size: number;
  anchored: { size: number; at: string } | null;
  unanchoredSince: string | null;
  anchors: {
    kind: string;
    authority: string;
    size: number;
    at: string;
    blob: string;
    checkpoint: string;
  }[];
}
let scene: ConsoleScene;
let tsa: TestTsa;
let folder: string;
let administrator: Colleague;
let at: Visitor;

beforeAll(async () => {
  tsa = await startTsa();
  folder = await mkdtemp(join(tmpdir(), 'holdfast-anchored-'));
  await writeFile(join(folder, 'roots.pem'), tsa.root.pem);
  scene = await openConsoleScene({
    named: true,
    env: { TSA_URL: tsa.url, TSA_ROOTS: join(folder, 'roots.pem') },
  });
  await scene.archive.work('log');
  administrator = await colleague(scene.archive, ['administrator']);
  // Signed in once; what that writes is entered before anything is anchored.
  at = await scene.visitor();
  await signedInAs(at, administrator);
  await at.page.browserContext().close();
});
afterAll(async () => {
  await scene?.close();
  await tsa.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => void (at = await scene.visitor()));
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

const published = async (): Promise<number> => {
  let size = 0;
  await expect
    .poll(
      async () => {
        const { rows } = await scene.archive.sql.query<{ busy: boolean; size: string }>(
          `select size, published < size or exists (select from log_outbox where agency_id = 'rivertown') as busy
             from log_head where agency_id = 'rivertown'`,
        );
        size = Number(rows[0]?.size ?? 0);
        return rows[0]?.busy;
      },
      { timeout: 30_000 },
    )
    .toBe(false);
  return size;
};
const face = async (): Promise<Face> =>
  (await scene.archive.app.inject({ url: '/v1/log/rivertown/anchors' })).json<Face>();
/** Signing in is an entry; so the stamp comes behind it. */
const stampedBehindSignIn = async (): Promise<number> => {
  await signedInAs(at, administrator);
  await published();
  const { db, log, logReader, now } = scene.archive.system;
  const { failed } = await anchorNow(
    { db, log, anchors: scene.archive.config.anchors, reader: logReader, now },
    'rivertown',
  );
  expect(failed).toEqual([]);
  await published();
  return (await face()).anchored?.size ?? 0;
};

test.each(onEachScreen([['log-anchored', async () => undefined]]))(
  'the %s page says what nobody can change any more, since when and by whom, and that nothing else waits, %i px',
  async (name, _, __, screen) => {
    await at.page.setViewport(screen);
    const size = await stampedBehindSignIn();
    expect(size).toBeGreaterThan(5);
    await at.goTo('/log');
    const text = await pageText(at);
    expect(text).toContain(`Nobody can change the first ${size} entries unseen, since`);
    expect(text).toContain(`By a time stamp of ${tsa.name}`);
    expect(text).toContain('Nothing but the entries that say what was anchored.');
    await checkPage(at, name);
  },
);

test.each(onEachScreen([['log-newer', async () => undefined]]))(
  'the %s page says since when what is newer waits, and a forged stamp over it changes nothing, %i px',
  async (name, _, __, screen) => {
    await at.page.setViewport(screen);
    const size = await stampedBehindSignIn();
    expect((await scene.archive.report(simpleReport())).status).toBe(202);
    const newer = await published();
    await scene.archive.sql.query(
      `insert into log_anchor (agency_id, kind, authority, size, at, blob) values ('rivertown', 'stamp', $1, $2, now(), 'nothing')
         on conflict do nothing`,
      [tsa.name, newer],
    );
    await at.goTo('/log');
    const text = await pageText(at);
    expect(text).toContain(`Nobody can change the first ${size} entries unseen, since`);
    expect(text).toMatch(/Not yet anchored\s+Waiting for \d+ (?:seconds?|minutes?): what happened since/);
    await checkPage(at, name);
    const said = await face();
    expect(said).toMatchObject({ size: newer, anchored: { size } });
    expect(said.anchors).toHaveLength(1);
    expect(Math.abs(Date.parse(said.unanchoredSince ?? '') - Date.now())).toBeLessThan(120_000);
  },
);

test('anybody is given what was signed outside, with the checkpoint that it is over, and openssl verifies it', async () => {
  await stampedBehindSignIn();
  const { origin, size, anchored, unanchoredSince, anchors } = await face();
  const { keys } = (await scene.archive.app.inject({ url: '/v1/log/rivertown/keys' })).json<{
    keys: { vkey: string }[];
  }>();
  const [one] = anchors;
  expect(unanchoredSince).toBeNull();
  expect(one).toMatchObject({ kind: 'stamp', authority: tsa.name, size: anchored?.size, at: anchored?.at });
  expect(size).toBeGreaterThanOrEqual(anchored?.size ?? 0);
  const note = Buffer.from(one?.checkpoint ?? '');
  const opened = openCheckpoint(note, { origin, keys: keys.map(({ vkey }) => ({ key: verifierKey(vkey) })) });
  expect(opened.size).toBe(anchored?.size);
  expect(await opensslVerifies(Buffer.from(one?.blob ?? '', 'base64'), note, tsa.root.pem)).toBe(true);
  const nowhere = await scene.archive.app.inject({ url: '/v1/log/nowhere/anchors' });
  expect(nowhere.statusCode).toBe(404);
});
