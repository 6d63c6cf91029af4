/** The process of a page is killed while its page is captured: the page is opened again before anything is said of it. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { familyOf } from '../support/family.ts';
import { settled } from '../support/looking.ts';
import { png } from '../support/picture.ts';

const COMMENT = 'The gate of the old depot stands open every night, and nobody locks it.';
const PICTURE_MS = 1500;

let archive: Archive;
let server: Server;
let origin: string;
let drawing: Buffer;
/** How often each page is still to be killed, and how often it was opened. */
const kills = new Map<string, number>();
const opened = new Map<string, number>();

async function killRenderers(): Promise<void> {
  for (const { pid, command } of await familyOf(process.pid))
    if (command.includes('--type=renderer')) process.kill(pid, 'SIGKILL');
}

beforeAll(async () => {
  drawing = await png(9, 9);
  server = createServer((request, response) => {
    const [, name = '', picture] = (request.url ?? '').split('/');
    if (picture === undefined) {
      opened.set(name, (opened.get(name) ?? 0) + 1);
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(
        `<!doctype html><title>Rivertown</title><p>${COMMENT}</p><img src="/${name}/slow.png" width="9" height="9">`,
      );
      return;
    }
    // The page waits for it, and by then everything else of it is there.
    const left = kills.get(name) ?? 0;
    kills.set(name, left - 1);
    // However long a busy machine takes to kill: the picture comes after that.
    void (left > 0 ? sleep(300).then(killRenderers) : Promise.resolve())
      .then(async () => await sleep(PICTURE_MS))
      .then(() => response.writeHead(200, { 'content-type': 'image/png' }).end(drawing));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const hostPort = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  origin = `http://${hostPort}`;
  archive = await openArchive({ browser: true, env: { HOLDFAST_CAPTURE_ALLOW: hostPort } });
  await archive.work();
});
afterAll(async () => {
  await archive?.close();
  server.closeAllConnections();
  server.close();
});

test.each([
  ['once: it is captured all the same', 'once', 1, 'captured', 2],
  ['each time: that is the finding, after three tries', 'always', 9, 'empty', 3],
])('%s', async (_what, name, times, outcome, openings) => {
  kills.set(name, times);
  const answer = await archive.report(simpleReport({ url: `${origin}/${name}`, text: COMMENT }));
  const { record } = await settled(archive, answer.body.recordId);
  expect(record.captureOutcome).toBe(outcome);
  expect(opened.get(name)).toBe(openings);
  const crashed: unknown = expect.arrayContaining([expect.objectContaining({ rule: 'renderer-crashed' })]);
  if (outcome === 'empty') expect(record.capture?.['evidence']).toEqual(crashed);
});
