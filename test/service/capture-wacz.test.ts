/**
 * The package that a capture leaves, judged by others: real Chromium asked a server over TLS through the recording
 * lane, `wacz` validates what came of it, and `pywb` replays it.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { pino } from 'pino';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from '#capture/browser.ts';
import { openLane } from '#capture/egress.ts';
import type { EgressLane } from '#capture/egress.ts';
import { verifyWaczSignature } from '../../src/wacz-signature.ts';
import { testAuthority } from '../support/certificates.ts';
import { openExchangeSite, SAMPLES } from '../support/exchange-site.ts';
import type { ExchangeSite } from '../support/exchange-site.ts';
import { DATAPACKAGE, DIGEST_FILE, withOtherBody, writeZip } from '../support/forged-wacz.ts';
import { ask } from '../support/lane-client.ts';
import { readZip } from '../support/site/archive-reader.ts';
import { signing } from '../support/signing.ts';
import { recordsOf } from '../support/warc-reader.ts';
import type { ReadRecord } from '../support/warc-reader.ts';
import { replayWacz, validateWacz } from '../support/wacz-tools.ts';
import type { Replay } from '../support/wacz-tools.ts';

const log = pino({ level: 'silent' });
/** All of `.dev` is on the lists of names that browsers open over TLS alone; nobody resolves it here. */
const HOST = 'rivertown-minutes.dev';
const issuer = testAuthority();
/** Beside what the page asks for. */
const ALSO = [
  '/text',
  '/text-again',
  '/binary',
  '/large',
  '/nothing',
  '/not-modified',
  '/missing',
  '/part',
  '/cut',
];
let folder = '';
let site: ExchangeSite;
let origin = '';
let title = '';
let archive: Awaited<ReturnType<EgressLane['finishArchive']>>;
let wacz: Buffer;
let members: ReadonlyMap<string, Buffer>;
let records: ReadRecord[] = [];

const member = (name: string): Buffer => {
  const bytes = members.get(name);
  if (bytes === undefined) throw new Error(`There is no ${name} in the package.`);
  return bytes;
};
const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const indexLines = (): { key: string; time: string; fields: Record<string, string> }[] =>
  member('indexes/index.cdx')
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [key = '', time = '', ...json] = line.split(' ');
      return { key, time, fields: JSON.parse(json.join(' ')) as Record<string, string> };
    });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-wacz-'));
  const scratchDir = join(folder, 'scratch');
  await mkdir(scratchDir);
  site = await openExchangeSite(issuer.issue([HOST]));
  origin = `https://${HOST}:${site.port}`;
  const running = await launchBrowser({
    chromiumPath: null,
    dataDir: join(folder, 'data'),
    allowNoSandbox: true,
    log,
  });
  // The browser is let in by its user; what this test asks itself comes by a lane of its own kind.
  const lane = await openLane({
    allow: [`${HOST}:${site.port}`],
    clientUid: null,
    log,
    scratchDir,
    ca: [issuer.ca],
    lookup: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
  });
  try {
    const context = await running.browser.createBrowserContext({
      proxyServer: lane.proxyAddress,
      proxyBypassList: ['<-loopback>'],
    });
    const page = await context.newPage();
    await page.goto(`${origin}/page#minutes`);
    await page.waitForFunction("document.title !== 'waiting'", { timeout: 60_000 });
    title = await page.title();
    const view = join(scratchDir, 'view.png');
    await writeFile(view, await page.screenshot());
    for (const path of ALSO) await ask(lane, origin + path);
    archive = await lane.finishArchive(
      {
        address: page.url(),
        title,
        text: 'Minutes of the board',
        time: new Date().toISOString(),
        screens: [{ name: 'view', path: view, mediaType: 'image/png' }],
      },
      signing(folder),
    );
  } finally {
    await lane.close();
    await running.end();
  }
  wacz = await readFile(archive.path);
  members = readZip(wacz);
  records = await recordsOf(archive.path);
});

afterAll(async () => {
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

test('the browser trusts the lane for any name, got what the server sent, and no coding that nobody can open', () => {
  const [brotli, gzip, text] = ['/brotli', '/chunked-gzip', '/text'].map(
    (path) => SAMPLES[path]?.body ?? Buffer.alloc(0),
  );
  const sizes = [brotliDecompressSync(brotli ?? ''), gunzipSync(gzip ?? ''), text].map(
    (body) => body?.length,
  );
  expect(title).toBe(`done true ${sizes.join(' ')} 14 aldermen`);
  for (const record of records.filter(({ type }) => type === 'request'))
    expect(record.head, record.address).not.toMatch(/zstd|dcb|dcz/);
});

test('what the browser asked for is in it as the server sent it', () => {
  for (const path of ['/page', '/brotli', '/chunked-gzip', '/moved', ...ALSO]) {
    const sample = SAMPLES[path];
    const record = records.find(
      ({ address, type }) => address === origin + path && (type === 'response' || type === 'revisit'),
    );
    const sent = sample?.body.subarray(0, sample.cutAt) ?? Buffer.alloc(0);
    expect(record?.fields.get('WARC-Payload-Digest'), path).toBe(sha256(sent));
    if (record?.type === 'response') expect(record.body.equals(sent), path).toBe(true);
  }
  expect(records.find(({ address }) => address === `${origin.replace('https', 'wss')}/live`)?.head).toContain(
    ' 101 ',
  );
  expect(archive.notArchived.map(({ address }) => address)).toEqual(
    expect.arrayContaining([`${origin.replace('https', 'wss')}/live`, `${origin}/cut`]),
  );
});

test('its members are stored, not compressed, and every byte of them is under a digest', () => {
  expect([...members.keys()].toSorted()).toEqual([
    'archive/data.warc.gz',
    'datapackage-digest.json',
    'datapackage.json',
    'indexes/index.cdx',
    'pages/pages.jsonl',
  ]);
  let central = wacz.readUInt32LE(wacz.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1')) + 16);
  for (const name of members.keys()) {
    expect(wacz.readUInt16LE(central + 10), name).toBe(0);
    central += 46 + name.length + wacz.readUInt16LE(central + 30) + wacz.readUInt16LE(central + 32);
  }
  const datapackage = JSON.parse(member('datapackage.json').toString()) as {
    resources: { path: string; hash: string; bytes: number }[];
  };
  expect(datapackage).toMatchObject({
    profile: 'data-package',
    wacz_version: '1.1.1',
    title,
    mainPageUrl: `${origin}/page`,
  });
  expect(datapackage.resources.map(({ path }) => path).toSorted()).toEqual(
    [...members.keys()].filter((name) => !name.startsWith('datapackage')).toSorted(),
  );
  for (const { path, hash, bytes } of datapackage.resources) {
    expect(hash, path).toBe(sha256(member(path)));
    expect(bytes, path).toBe(member(path).length);
  }
  const hash = sha256(member('datapackage.json'));
  expect(JSON.parse(member('datapackage-digest.json').toString())).toEqual({
    path: 'datapackage.json',
    hash,
    signedData: {
      hash,
      created: (datapackage as Record<string, unknown>)['created'],
      software: 'holdfast-capture/1',
      version: '0.1.0',
      signature: expect.any(String),
      publicKey: expect.any(String),
    },
  });
  expect(archive).toMatchObject({ sizeBytes: wacz.length, sha256: sha256(wacz).slice('sha256:'.length) });
});

test('its index finds every answer by its place, and its page the document', () => {
  const lines = indexLines();
  const text = member('indexes/index.cdx').toString().trimEnd().split('\n');
  expect(text).toEqual(text.toSorted());
  const warc = member('archive/data.warc.gz');
  for (const { fields } of lines) {
    const offset = Number(fields['offset']);
    const one = gunzipSync(warc.subarray(offset, offset + Number(fields['length']))).toString('latin1');
    expect(one).toMatch(/^WARC\/1\.1\r\nWARC-Type: (?:response|revisit|resource)\r\n/);
    expect(one).toContain(`WARC-Target-URI: ${fields['url']}\r\n`);
    expect(one).toContain(`WARC-Payload-Digest: ${fields['digest']}\r\n`);
  }
  const answers = records.filter(
    ({ type, address, head }) =>
      ['response', 'revisit', 'resource'].includes(type) &&
      !address.startsWith('wss:') &&
      !head.includes(' 304 '),
  );
  expect(lines).toHaveLength(answers.length);
  const posted = lines.find(({ fields }) => fields['method'] === 'POST');
  expect(posted).toMatchObject({ fields: { url: `${origin}/echo`, requestBody: 'vote=aye' } });
  expect(posted?.key).toContain('__wb_method=post');
  const [header, page, ...more] = member('pages/pages.jsonl')
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(header).toMatchObject({ format: 'json-pages-1.0' });
  expect(page).toMatchObject({ url: `${origin}/page`, title, text: 'Minutes of the board' });
  expect(more).toEqual([]);
  const document = lines.find(({ fields }) => fields['url'] === page?.['url']);
  expect(String(page?.['ts']).replace(/\D/g, '')).toContain(document?.time ?? 'none');
});

test('the picture that was given goes along', async () => {
  const record = records.find(({ type }) => type === 'resource');
  expect(record?.address).toBe(`urn:view:${origin}/page`);
  expect(await sharp(record?.body).metadata()).toMatchObject({ format: 'png' });
});

test('wacz finds it valid, and not when a byte of it is another', async () => {
  expect(await validateWacz(archive.path)).toContain('the passed WACZ is valid');
  const changed = Buffer.from(wacz);
  const at = changed.indexOf(Buffer.from('"seed":true'));
  changed.write('"seed":null', at);
  const path = join(folder, 'changed.wacz');
  await writeFile(path, changed);
  await expect(validateWacz(path)).rejects.toThrow(/hash does not match|Bad CRC|invalid/);
});

test('a body that was changed, with every digest made anew, is valid for wacz and not by its signature', async () => {
  const signed = verifyWaczSignature(member(DIGEST_FILE), member(DATAPACKAGE));
  expect(signed).toMatchObject({ kind: 'anonymous', key: archive.signedBy.key });
  const forged = withOtherBody(members, `${origin}/text`, 'aldermen', 'laymen');
  const path = join(folder, 'forged.wacz');
  await writeZip(path, forged);
  expect(await validateWacz(path)).toContain('the passed WACZ is valid');
  const [digest, datapackage] = [DIGEST_FILE, DATAPACKAGE].map((name) => forged.get(name) ?? Buffer.alloc(0));
  expect(verifyWaczSignature(digest as Buffer, datapackage as Buffer)).toEqual({
    kind: 'wrong',
    why: 'What was signed is another datapackage.json.',
  });
});

describe('in pywb', () => {
  let replay: Replay;

  beforeAll(async () => {
    replay = await replayWacz(archive.path);
  });

  afterAll(async () => {
    await replay.stop();
  });

  test.each(['/page', '/brotli', '/chunked-gzip', '/text', '/text-again', '/binary', '/large', '/nothing'])(
    '%s comes back as it was',
    async (path) => {
      const response = await replay.fetch(origin + path);
      const body = SAMPLES[path]?.body ?? Buffer.alloc(0);
      const open = { '/brotli': brotliDecompressSync, '/chunked-gzip': gunzipSync }[path];
      expect(response.status).toBe(200);
      expect(Buffer.from(await response.arrayBuffer()).equals(open === undefined ? body : open(body))).toBe(
        true,
      );
    },
  );

  test('a redirect, a missing page and what was never asked for are told apart', async () => {
    expect((await replay.fetch(`${origin}/moved`)).status).toBe(302);
    const missing = await replay.fetch(`${origin}/missing`);
    expect({ status: missing.status, text: await missing.text() }).toEqual({
      status: 404,
      text: 'There is no such page.',
    });
    expect(await (await replay.fetch(`${origin}/never`)).text()).not.toContain('no such page');
  });
});
