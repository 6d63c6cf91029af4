/** What a clerk reads of the second look, on the page of the record and on the receipt: from a page that lost its comment, or did not. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { simpleReport } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { rows } from '../support/extent.ts';
import { settled } from '../support/looking.ts';
import { DESK, PHONE, type Visitor } from '../support/visitor.ts';

const COMMENT = 'The gate of the old depot stands open every night, and nobody locks it.';
const THREAD = `<p>${'Rivertown is a small town on the river. Its council meets every other Tuesday. '.repeat(6)}</p>`;
const WITH = `${THREAD}<p>${COMMENT}</p>`;
const WALL = '<p>You must log in to continue.</p>';

let scene: ConsoleScene;
let server: Server;
/** By their path: each test has a page of its own, so that one need not wait for another. */
const bodies = new Map<string, string>();

beforeAll(async () => {
  server = createServer(({ url = '' }, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(`<!doctype html><title>Rivertown</title>${bodies.get(url) ?? WITH}`);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const hostPort = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  scene = await openConsoleScene({
    browser: true,
    env: { HOLDFAST_CAPTURE_ALLOW: hostPort, HOLDFAST_LOOK_AGAIN: '2s', HOLDFAST_CAPTURE_CONCURRENCY: '4' },
  });
  await scene.archive.work();
});
afterAll(async () => {
  await scene?.close();
  server.closeAllConnections();
  server.close();
});

async function withVisitor(viewport: typeof PHONE, work: (at: Visitor) => Promise<void>): Promise<void> {
  const at = await scene.visitor({ viewport });
  try {
    await work(at);
  } finally {
    await at.page.browserContext().close();
  }
  expect(at.complaints()).toEqual([]);
}

const WIDTHS = [
  ['a phone', PHONE],
  ['a desk', DESK],
] as const;
const FINDINGS = [
  [
    'no longer there',
    THREAD,
    'success',
    'The content was no longer to be seen by the public on its page.',
    'not to be seen',
  ],
  [
    'still there',
    WITH,
    'warning',
    'The content was still to be seen by the public then. Check that it was really removed.',
    'still to be seen',
  ],
  [
    'behind a sign-in',
    WALL,
    'info',
    'Whether the content was still to be seen could not be told: the page asked for a sign-in, or did not let a visitor in.',
    'could not be told',
  ],
] as const;
const ALL = FINDINGS.flatMap(([name, ...finding]) =>
  rows(WIDTHS, ([, viewport]) => viewport === PHONE).map(
    ([where, viewport]) => [`${name}, on ${where}`, ...finding, viewport] as const,
  ),
);

describe.concurrent('the second look', () => {
  test.each(ALL)('%s', async (name, after, kind, sentence, short, viewport) => {
    await withVisitor(viewport, async (at) => {
      const { port } = server.address() as AddressInfo;
      const path = `/${encodeURIComponent(name)}`;
      const url = `http://127.0.0.1:${port}${path}`;
      const { recordId } = (await scene.archive.report(simpleReport({ url, text: COMMENT }))).body;
      await at.signIn(`/report/records/${recordId}`, await scene.archive.key());
      await at.reads('#word', 'SAFE TO REMOVE');
      expect(await at.isShown('#second-look')).toBe(false);
      bodies.set(path, after);
      await at.press('#removed');
      await at.reads('#times', 'The page is looked at once more, shortly.');
      await at.reads('#second-look-text', sentence);
      const said = await at.textOf('#second-look-text');
      expect(said).toMatch(
        /^We looked again at [A-Z][a-z]{2} \d+, 20\d\d(, | at )\d+:\d\d:\d\d\s[AP]M C[SD]T\. (?:The|Whether)/,
      );
      expect(said).toMatch(/The archive looks as a visitor without an account\.$/);
      expect(await at.count(`#second-look.usa-alert--${kind}`)).toBe(1);
      await at.reads('#times', `Second look: ${short}`);
      expect(await at.textOf('#times')).not.toContain('shortly');
      // What is sealed stays sealed; but no green sign stands over what everybody can still see.
      const word = kind === 'warning' ? 'SEALED, BUT SEEN AFTER THE REMOVAL' : 'SEALED, AND REMOVED';
      expect(await at.textOf('#word')).toBe(word);
      expect(await at.count('#state.hf-state--safe')).toBe(kind === 'warning' ? 0 : 1);
      const { receipt } = await settled(scene.archive, recordId);
      expect(receipt.safeToRemove).toBe(true);

      expect(await at.isShown('#removed')).toBe(kind === 'warning');

      await at.press('#print');
      await at.shown('article.hf-receipt');
      const text = (await at.textOf('article')).replace(/\s+/g, ' ');
      expect(text).toContain(`Second look We looked again at`);
      expect(text).toContain(word);
      expect(await at.count('article .hf-state--safe')).toBe(kind === 'warning' ? 0 : 1);
      expect(text).toContain(sentence);
      expect(text).toContain(receipt.secondLook?.at ?? 'no time');
      expect(text).toContain('What the second look found, and how');
      expect(text).toContain('Picture of the page at the second look, after the removal');
    });
  });

  test('that still saw it: whoever removes it after that says so again, and it is looked at anew', async () => {
    await withVisitor(PHONE, async (at) => {
      const { port } = server.address() as AddressInfo;
      const url = `http://127.0.0.1:${port}/once-more`;
      const { recordId } = (await scene.archive.report(simpleReport({ url, text: COMMENT }))).body;
      await at.signIn(`/report/records/${recordId}`, await scene.archive.key());
      await at.reads('#word', 'SAFE TO REMOVE');
      await at.press('#removed');
      await at.reads('#word', 'SEALED, BUT SEEN AFTER THE REMOVAL');
      bodies.set('/once-more', THREAD);
      await at.press('#removed');
      await at.reads('#times', 'The page is looked at once more, shortly.');
      await at.reads('#word', 'SEALED, AND REMOVED');
      await at.reads('#second-look-text', 'no longer to be seen');
      expect(await at.isShown('#removed')).toBe(false);
    });
  });
});
