/**
 * What a stranger does with the README's two commands: a copy of the repository in an empty folder, `npm ci && npm start`, the
 * demo, a report with a picture through the page in a real browser, one with an address through HTTP, a stop and a second start.
 */
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import puppeteer, { type Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Receipt } from '#record/record.ts';
import { browserForTests } from '../support/chromium.ts';
import { rows } from '../support/extent.ts';
import { png } from '../support/picture.ts';
import { freePort } from '../support/port.ts';
import { run, start, type Running } from '../support/processes.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
let home: string;
let env: NodeJS.ProcessEnv;
let url: string;
let running: Running | null = null;
let demo: Running | null = null;
let browser: Browser | null = null;

vi.setConfig({ testTimeout: 300_000 });

/** Whoever runs `npm test` has run `npm ci` over this lock file; only a whole run does it a second time. */
const [install] = rows(
  [
    async () =>
      void (await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: home, env, timeoutMs: 400_000 })),
    async () => await symlink(join(ROOT, 'node_modules'), join(home, 'node_modules')),
  ],
  (_, i) => i === 1,
);

const npx = async (...args: string[]): Promise<string> =>
  await run('npx', ['holdfast', ...args], { cwd: home, env });

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'holdfast-stranger-'));
  const files = (
    await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT })
  )
    .split('\0')
    .filter((name) => name !== '');
  for (const name of files) {
    await mkdir(dirname(join(home, name)), { recursive: true });
    await cp(join(ROOT, name), join(home, name)).catch((error: unknown) => {
      // A file that was deleted and not committed yet is in the list and not on the disk.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    });
  }
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  // The machine's own Node and npm, none of this checkout's programs, and no setting but the port.
  const path = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'));
  env = {
    PATH: path.join(delimiter),
    HOME: process.env['HOME'],
    HOLDFAST_PORT: String(port),
    HOLDFAST_CONTENT_PORT: '0',
    ...npmSettings(),
  };
  await install?.();
}, 420_000);

afterAll(async () => {
  await browser?.close();
  await demo?.end('SIGTERM');
  await running?.end('SIGTERM');
  await rm(home, { recursive: true, force: true });
}, 90_000);

/** How this machine's npm reaches its registry, when that is said by environment. */
function npmSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) =>
      /^(npm_config_(?!.*prefix)|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT)/i.test(name),
    ),
  );
}

async function up(): Promise<void> {
  running = start('npm', ['start'], { cwd: home, env });
  await running.says('Holdfast is ready', 240_000);
}

async function receiptOf(
  key: string,
  recordId: string,
  holds: (receipt: Receipt) => boolean,
): Promise<Receipt> {
  const end = Date.now() + 90_000;
  for (;;) {
    const receipt = (await (
      await fetch(`${url}/v1/records/${recordId}/receipt`, { headers: { authorization: `Bearer ${key}` } })
    ).json()) as Receipt;
    if (holds(receipt)) return receipt;
    if (Date.now() > end) throw new Error(`${JSON.stringify(receipt, null, 1)}\n${running?.said()}`);
    await sleep(100);
  }
}

describe('a first run', () => {
  let key: string;
  let byPage: string;

  test('npm start makes what is missing and prints the link to the first account', async () => {
    const begun = Date.now();
    await up();
    const link = /\/first-account\/[\w-]{43}/.exec(running?.said() ?? '')?.[0] ?? '';
    const form = {
      agencyName: 'City of Meadowbrook',
      agency: 'meadowbrook',
      zone: 'America/Chicago',
      name: 'Alex Example',
      email: 'alex@meadowbrook.example',
    };
    const made = await fetch(url + link, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { origin: url },
      redirect: 'manual',
    });
    expect(made.status).toBe(303);
    const chooser = await (await fetch(url + (made.headers.get('location') ?? ''))).text();
    expect(chooser).toContain('Welcome, Alex Example');
    expect(chooser).toContain('City of Meadowbrook');
    expect((await fetch(url + link)).status, 'it works once').toBe(410);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    // Design 5: ready within 60 s, on a machine that does nothing else; here others take four fifths of it.
    console.log(`from "npm start" to the first account: ${((Date.now() - begun) / 1000).toFixed(1)} s`);
    expect(Date.now() - begun).toBeLessThan(4 * 60_000);
  });

  test('the demo shows what is safe and what is not', async () => {
    demo = start('npx', ['holdfast', 'demo'], { cwd: home, env });
    await demo.says('The sample pages stay up', 240_000);
    const said = demo.said();
    expect(said.match(/SAFE TO REMOVE {4}/g)).toHaveLength(3);
    expect(said.match(/DO NOT REMOVE YET/g)).toHaveLength(3);
    key = /hfk_[\w-]+/.exec(said)?.[0] ?? '';
    expect(key).not.toBe('');
  });

  test('a picture handed in through the page becomes safe to remove', async () => {
    browser = await puppeteer.launch(await browserForTests());
    const page = await browser.newPage();
    await page.setViewport({ width: 390, height: 844, isMobile: true, hasTouch: true });
    await page.goto(`${url}/report`);
    await page.type('#key', key);
    await page.click('#key-form button');
    await page.waitForSelector('#files', { timeout: 60_000 });
    const shot = join(home, 'shot.png');
    await writeFile(shot, await png(800, 600));
    const input = await page.waitForSelector('input#files');
    await (input as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(shot);
    await page.waitForFunction("document.querySelectorAll('#pictures li').length === 1");
    await page.waitForSelector('label[for="ground-1"]', { visible: true });
    await page.click('label[for="ground-1"]');
    await page.click('label[for="verb-hide"]');
    await page.$eval('#account', (select) => {
      const list = select as unknown as { selectedIndex: number; dispatchEvent(event: Event): void };
      list.selectedIndex = 1;
      list.dispatchEvent(new Event('change', { bubbles: true }));
    });
    const begun = performance.now();
    await page.click('#submit');
    await page.waitForFunction(
      "document.querySelector('#word')?.textContent?.toLowerCase().includes('safe to remove')",
      { timeout: 120_000 },
    );
    console.log(
      `from "hand in" to "safe to remove" on the page: ${((performance.now() - begun) / 1000).toFixed(1)} s`,
    );
    byPage = /records\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? '';
    const receipt = await receiptOf(key, byPage, (one) => one.safeToRemove);
    expect(receipt).toMatchObject({
      mode: 'trial',
      tier: 'D',
      store: { kind: 'folder', immutability: 'advisory' },
    });
  });

  test('an address of the demo’s pages becomes safe to remove by capture alone', async () => {
    const address = /http:\/\/127\.0\.0\.1:\d+\/rivertown\/posts\/7001#comment-\d+/.exec(
      demo?.said() ?? '',
    )?.[0];
    const sent = await fetch(`${url}/v1/deletion-events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        platform: 'facebook',
        account: 'rivertown',
        url: address,
        action: { verb: 'delete' },
      }),
    });
    expect(sent.status).toBe(202);
    const { recordId } = (await sent.json()) as { recordId: string };
    const receipt = await receiptOf(key, recordId, (one) => one.safeToRemove);
    expect(receipt).toMatchObject({ tier: 'B', capture: { outcome: 'captured', targetFound: true } });
  });

  test('doctor finds all parts in order while it runs', async () => {
    // It gives a browser five seconds to answer, which a machine that is busy with others does not always keep.
    const end = Date.now() + 180_000;
    const looked = async (): Promise<string> =>
      await npx('doctor', '--json').catch(async (error: unknown) => {
        if (Date.now() > end || !String(error).includes('no answer within')) throw error;
        return await looked();
      });
    const { ok, checked } = JSON.parse(await looked()) as { ok: boolean; checked: number };
    expect(ok).toBe(true);
    expect(checked).toBeGreaterThanOrEqual(9);
  });

  test('an audit finds nothing, and a package of pages that were captured for real is verified by both programs', async () => {
    // Its exit code is part of it: `npx` rejects with every other than 0.
    const { ok, logs } = JSON.parse(await npx('audit', '--full', '--json')) as {
      ok: boolean;
      logs: { agency: string; findings: unknown[]; records: { records: number; bytes: number } }[];
    };
    const ours = logs.find(({ agency }) => agency === 'rivertown');
    expect(ours?.findings).toEqual([]);
    expect(ok).toBe(true);
    expect(ours?.records.records).toBe(8);
    expect(ours?.records.bytes).toBeGreaterThan(1_000_000);

    const own = JSON.parse(
      await npx('key', 'create', '--agency', 'rivertown', '--role', 'custodian', '--json'),
    ) as { key: string };
    const listed = await fetch(`${url}/v1/records`, { headers: { authorization: `Bearer ${own.key}` } });
    const { records } = (await listed.json()) as { records: { recordId: string }[] };
    const ids = records.map(({ recordId }) => recordId);
    expect(ids).toHaveLength(8);
    const out = join(home, 'package');
    await npx('export', '--agency', 'rivertown', '--record', ...ids, '--out', out);
    const keys = (await (await fetch(`${url}/v1/log/rivertown/keys`)).json()) as { keys: { vkey: string }[] };
    const vkey = keys.keys[0]?.vkey ?? '';
    expect(await npx('verify', out, '--key', vkey)).toContain('VERIFIED: 8 record(s)');
    expect(await run('python3', ['verify.py', '.', vkey], { cwd: out, env })).toContain(
      'VERIFIED, steps 1 to 9',
    );
  });

  test('Ctrl-C drains, and a second start finds everything', async () => {
    // npm itself ends by the signal that it got; what counts is that what it started had time to say its last words.
    await demo?.end('SIGINT');
    await running?.end('SIGINT');
    await vi.waitFor(
      () => expect(running?.said()).toContain('Everything that was acknowledged is on disk'),
      60_000,
    );
    await up();
    expect(running?.said()).toContain('Agencies: meadowbrook, rivertown');
    expect(running?.said()).toContain('/sign-in');
    // The demo's key ended with the demo.
    const own = JSON.parse(
      await npx('key', 'create', '--agency', 'rivertown', '--role', 'moderator', '--json'),
    ) as { key: string };
    const receipt = await receiptOf(own.key, byPage, () => true);
    expect(receipt.safeToRemove).toBe(true);
  });

  test('the README’s commands are the ones that were run', async () => {
    const readme = await readFile(join(home, 'README.md'), 'utf8');
    for (const command of [
      'npm ci && npm start',
      'npm ci && npm test',
      'npx holdfast demo',
      'npx holdfast agency add',
      'npx holdfast key create',
    ])
      expect(readme).toContain(command);
  });
});
