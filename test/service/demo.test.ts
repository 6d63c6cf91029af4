/** The end of the demo: its key ends with it, and no port stays open to the capture, however it ends. */
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allowedHosts } from '../../src/demo-allow.ts';
import type { System } from '#system.ts';
import { openArchive, type Archive } from '../support/archive.ts';
import { COMPILED } from '../support/compiled.ts';
import { start, type Running } from '../support/processes.ts';
import { noBrowser } from '../support/stand-in-browser.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const withoutBrowser = (system: System): System => ({ ...system, browser: noBrowser(system.browser) });

let archive: Archive;
let server: string;
beforeAll(async () => {
  archive = await openArchive({ adapt: withoutBrowser });
  server = await archive.app.listen({ host: '127.0.0.1', port: 0 });
  await archive.work();
}, 60_000);
afterAll(async () => await archive?.close());

const demo = (...args: string[]): Running =>
  start(process.execPath, [MAIN, 'demo', '--server', server, ...args], {
    env: {
      PATH: process.env['PATH'],
      ...COMPILED,
      DATABASE_URL: archive.databaseUrl,
      HOLDFAST_DATA: archive.dataDir,
    },
  });
const knows = async (said: string): Promise<boolean> => {
  const key = /hfk_[\w-]+/.exec(said)?.[0] ?? '';
  expect(key).not.toBe('');
  const answer = await fetch(`${server}/v1/me`, { headers: { authorization: `Bearer ${key}` } });
  expect([200, 401]).toContain(answer.status);
  return answer.status === 200;
};
const demoKeys = async (): Promise<number> => {
  const { rows } = await archive.sql.query<{ n: number }>(
    "select count(*)::int as n from api_key where label = 'demo' and revoked_at is null",
  );
  return rows[0]?.n ?? -1;
};

test('while it runs its pages are open to the capture and its key works; stopped, neither', async () => {
  const running = demo();
  await running.says('The sample pages stay up', 90_000);
  expect(allowedHosts(archive.config)).toHaveLength(1);
  expect(await knows(running.said())).toBe(true);
  await running.end('SIGINT');
  expect(allowedHosts(archive.config)).toEqual([]);
  await expect.poll(() => knows(running.said()), { timeout: 60_000 }).toBe(false);
  expect(await demoKeys()).toBe(0);
}, 120_000);

test('killed, it leaves no port open, and the next one ends its key; --once leaves none', async () => {
  const killed = demo();
  await killed.says('The sample pages stay up', 90_000);
  process.kill(killed.child.pid ?? 0, 'SIGKILL');
  await once(killed.child, 'exit');
  // What it wrote is still there, and counts for nothing soon.
  expect((await stat(join(archive.dataDir, 'demo-site'))).isFile()).toBe(true);
  await expect.poll(() => allowedHosts(archive.config), { timeout: 10_000 }).toEqual([]);
  expect(await demoKeys()).toBe(1);

  const once_ = demo('--once', '--json');
  await once_.says('"records"', 90_000);
  expect(await once_.end('SIGCONT')).toBe(0);
  expect(once_.said()).toContain('"key":null');
  expect(await knows(killed.said())).toBe(false);
  expect(await demoKeys()).toBe(0);
}, 150_000);
