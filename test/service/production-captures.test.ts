/** What a capture left, in productions: web archives in the bag, judged by other people's tools; and reports of captures that nobody could make. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Production } from '#production/production.ts';
import { verifyProduction } from '#verify/verify.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { bagitValidates, ended } from '../support/bagit.ts';
import { filesIn } from '../support/bag-tools.ts';
import { settled } from '../support/looking.ts';
import {
  cited,
  committed,
  decide,
  newRequest,
  NOTHING_ASKED,
  produced,
  sealedRecord,
} from '../support/producing.ts';
import { replayWacz, validateWacz } from '../support/wacz-tools.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const COMMENT = 'The gate of the old depot stands open every night.';
/** In the answer of the server, and on no picture of the page. */
const UNSEEN = 'The alarm code of the vault is zebra umbrella nine.';
let work: string;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'holdfast-captured-'));
});
afterAll(async () => await rm(work, { recursive: true, force: true }));

const WITHHELD = {
  answer: 'withhold',
  exemption: cited(),
  description: 'How a building is secured',
} as const;

async function unpacked(archive: Archive, { objectKey, versionId, n }: Production, name: string) {
  const zip = join(work, `${name}.zip`);
  await writeFile(zip, await buffer(await archive.system.store.read(objectKey ?? '', versionId ?? '')));
  await ended('python3', ['-m', 'zipfile', '-e', zip, join(work, name)]);
  return { zip, folder: join(work, name, `production-${n}`) };
}

test('two reports of captures that nobody could make are the same bytes, and stop nothing where one is withheld and one released', async () => {
  // At one moment, so that both reports say the same to the letter.
  const moment = new Date();
  const archive = await openArchive({
    env: { HOLDFAST_LOOK_AGAIN: 'no' },
    adapt: (system) => ({ ...system, now: () => moment }),
  });
  try {
    await archive.work();
    const shared = await sharp({
      create: { width: 40, height: 40, channels: 3, background: '#a33' },
    })
      .png()
      .toBuffer();
    const [released, withheld, pictured] = [
      await sealedRecord(archive, { text: 'Elm Street floods.' }, [
        { name: 'a.png', type: 'image/png', bytes: shared },
      ]),
      await sealedRecord(archive, { text: 'The alarm code of the vault is quokka seventeen.' }),
      await sealedRecord(archive, { text: 'Nobody has seen the wombat yet, they say.' }, [
        { name: 'b.png', type: 'image/png', bytes: shared },
      ]),
    ];
    const reportOf = async (id: string): Promise<string | undefined> =>
      (await committed(archive, id)).files.find(({ role }) => role === 'capture-report')?.sha256;
    expect(await reportOf(released)).toMatch(/^[0-9a-f]{64}$/);
    expect(await reportOf(withheld)).toBe(await reportOf(released));
    const request = await newRequest(archive);
    await decide(archive, request, released, { answer: 'release' });
    await decide(archive, request, withheld, WITHHELD);
    const { production } = await produced(archive, request);
    expect(production.gate).toMatchObject({ clean: true, outcome: 'clean', hits: [], unread: [] });
    expect(production.state).toBe('ready');
    // Any other file that is withheld and leaves all the same does stop it.
    await decide(archive, request, pictured, WITHHELD);
    const other = await produced(archive, request);
    expect(other.production.state).toBe('blocked');
    expect(other.production.gate?.hits.length).toBeGreaterThan(0);
  } finally {
    await archive.close();
  }
});

test('a web archive goes along whole: the bag verifies, others validate and replay it, and the gate looks into it', async () => {
  const page = `<!doctype html><html><head><title>Rivertown</title><meta name="x" content="${UNSEEN}"></head><body><p>${COMMENT}</p></body></html>`;
  const server: Server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(page);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const hostPort = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const archive = await openArchive({
    browser: true,
    env: { HOLDFAST_CAPTURE_ALLOW: hostPort, HOLDFAST_LOOK_AGAIN: 'no' },
  });
  try {
    await archive.work();
    const address = `http://${hostPort}/post`;
    const { body } = await archive.report(simpleReport({ url: address, text: COMMENT }));
    await settled(archive, body.recordId);
    const { files } = await committed(archive, body.recordId);
    const wacz = files.find(({ role }) => role === 'wacz');
    expect(wacz, 'it was captured').toBeDefined();
    const request = await newRequest(archive);
    await decide(archive, request, body.recordId, { answer: 'release' });
    const asked = { ...NOTHING_ASKED, wacz: true };
    const { production } = await produced(archive, request, { asked });
    expect(production.state, JSON.stringify(production.failure)).toBe('ready');
    const { zip, folder } = await unpacked(archive, production, 'along');
    const { rows } = await archive.sql.query<{ vkey: string }>(
      "select vkey from log_key where agency_id = 'rivertown' order by first_size desc limit 1",
    );
    expect((await verifyProduction(zip, rows[0]?.vkey ?? ''))?.failures).toEqual([]);
    expect((await bagitValidates(folder)).code).toBe(0);
    const path = (await filesIn(folder)).find((name) => name.endsWith('.wacz')) ?? '';
    const whole = path.startsWith('/') ? path : join(folder, path);
    expect((await readFile(whole)).includes('datapackage.json')).toBe(true);
    expect(await validateWacz(whole)).toContain('the passed WACZ is valid');
    const replay = await replayWacz(whole);
    try {
      expect(await (await replay.fetch(address)).text()).toContain(UNSEEN);
    } finally {
      await replay.stop();
    }
    // Not asked for, it stays behind, and the papers say so.
    const without = await produced(archive, request);
    const bare = await unpacked(archive, without.production, 'without');
    expect((await filesIn(bare.folder)).some((name) => name.endsWith('.wacz'))).toBe(false);
    expect(await readFile(join(bare.folder, 'data/production.json'), 'utf8')).toContain('wacz-not-asked');
    // What is withheld of another record stands in the answer of the server alone.
    const secret = await sealedRecord(archive, { text: UNSEEN });
    await decide(archive, request, secret, WITHHELD);
    const { production: stopped } = await produced(archive, request, { asked });
    expect(stopped.state).toBe('blocked');
    const hits = stopped.gate?.hits ?? [];
    expect(hits.length).toBeGreaterThan(0);
    for (const { file, place } of hits) expect(`${file} ${place}`).toMatch(/\.wacz/);
    const { production: left } = await produced(archive, request);
    expect(left.gate?.hits).toEqual([]);
  } finally {
    await archive.close();
    server.closeAllConnections();
    server.close();
  }
});
