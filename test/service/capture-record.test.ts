/** A capture with everything it can have, from the report over the seal to the receipt and each file handed out again. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyWaczSignature } from '../../src/wacz-signature.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { DATAPACKAGE, DIGEST_FILE } from '../support/forged-wacz.ts';
import { settled } from '../support/looking.ts';
import { readZip } from '../support/site/archive-reader.ts';

const COMMENT = 'The gate of the old depot stands open every night, and nobody locks it.';
/** A drawing that no compression makes smaller: 34 MB of pictures, in tiles. */
const PAGE = `<!doctype html><html><head><title>Rivertown</title></head><body style="margin:0">
<article id="comment-4711"><p>${COMMENT}</p></article><canvas id="c" width="1264" height="12000"></canvas><script>
const x = document.getElementById('c').getContext('2d');
for (let y = 0; y < 12000; y += 100) {
  const d = x.createImageData(1264, 100);
  for (let k = 0; k < d.data.length; k += 65536) crypto.getRandomValues(d.data.subarray(k, k + 65536));
  for (let k = 3; k < d.data.length; k += 4) d.data[k] = 255;
  x.putImageData(d, 0, y);
}</script></body></html>`;

/** For what is asked of any capture. */
const SMALL = `<!doctype html><html><head><title>Rivertown</title></head><body><p>${COMMENT}</p></body></html>`;

let archive: Archive;
let server: Server;

beforeAll(async () => {
  server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(request.url === '/other' ? SMALL : PAGE);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const hostPort = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  archive = await openArchive({ browser: true, env: { HOLDFAST_CAPTURE_ALLOW: hostPort } });
  await archive.work();
});
afterAll(async () => {
  await archive?.close();
  server.closeAllConnections();
  server.close();
});

test('a tall capture is kept with its tiles, archive and surroundings, sealed, and handed out as it was', async () => {
  const port = (server.address() as AddressInfo).port;
  const answer = await archive.report(
    simpleReport({ url: `http://127.0.0.1:${port}/post#comment-4711`, text: COMMENT }),
  );
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  const { record, receipt } = await settled(archive, answer.body.recordId);
  expect(receipt).toMatchObject({ safeToRemove: true, status: 'complete' });

  const captured = record.artifacts.filter(({ origin }) => origin === 'capture');
  const roles = captured.map(({ role }) => role);
  expect(new Set(roles)).toEqual(
    new Set([
      'page-text',
      'screenshot-viewport',
      'screenshot-element',
      'screenshot-fullpage',
      'wacz',
      'capture-report',
    ]),
  );
  const tiles = captured.filter(({ role }) => role === 'screenshot-fullpage');
  expect(tiles.length).toBeGreaterThan(1);
  const kept = record.capture?.['tiles'] as ({ artifactId: string } & Record<string, number>)[];
  expect(kept.map(({ artifactId }) => artifactId)).toEqual(tiles.map(({ artifactId }) => artifactId));
  let bottom = 0;
  for (const [index, tile] of kept.entries()) {
    expect(tile).toMatchObject({ index, count: tiles.length, x: 0, y: bottom, width: 1280 });
    bottom += tile['height'] ?? 0;
  }
  expect(bottom).toBeGreaterThan(12_000);
  expect(record.capture).toMatchObject({
    glyphs: { missing: [] },
    archive: { exchanges: 1, notArchived: [] },
  });

  const sealed = receipt.seals.map(({ role }) => role);
  for (const role of roles) expect(sealed).toContain(role);
  expect(sealed.filter((role) => role === 'screenshot-fullpage')).toHaveLength(tiles.length);
  let bytes = 0;
  for (const file of captured) {
    const response = await archive.app.inject({
      url: `/v1/records/${record.recordId}/artifacts/${file.n}`,
      headers: { authorization: `Bearer ${await archive.key('custodian')}` },
    });
    expect(response.statusCode).toBe(200);
    expect(createHash('sha256').update(response.rawPayload).digest('hex')).toBe(file.sha256);
    if (file.role === 'wacz') expect(response.headers['holdfast-media-type']).toBe('application/wacz');
    bytes += response.rawPayload.length;
  }
  expect(bytes).toBeGreaterThan(30e6);
});

test('the key that signs is an entry of the agency’s history with its first archive, in the sealed report, and no second entry', async () => {
  const port = (server.address() as AddressInfo).port;
  const answer = await archive.report(simpleReport({ url: `http://127.0.0.1:${port}/other`, text: COMMENT }));
  const { record } = await settled(archive, answer.body.recordId);
  const { rows } = await archive.sql.query<{ actor: string; body: { keyDigest: string } }>(
    "select actor, body from event where type = 'wacz-key.added' and agency_id = 'rivertown' and record_id is null",
  );
  expect(rows).toEqual([
    { actor: 'worker:capture', body: { keyDigest: expect.stringMatching(/^[0-9a-f]{64}$/) as string } },
  ]);
  const key = rows[0]?.body.keyDigest ?? '';
  expect(record.capture).toMatchObject({ archive: { signedBy: { kind: 'anonymous', key } } });
  const fileOf = async (role: string): Promise<Buffer> => {
    const file = record.artifacts.find((one) => one.role === role);
    const response = await archive.app.inject({
      url: `/v1/records/${record.recordId}/artifacts/${file?.n ?? 0}`,
      headers: { authorization: `Bearer ${await archive.key('custodian')}` },
    });
    return response.rawPayload;
  };
  const members = readZip(await fileOf('wacz'));
  const [digest, datapackage] = [DIGEST_FILE, DATAPACKAGE].map(
    (name) => members.get(name) ?? Buffer.alloc(0),
  );
  expect(verifyWaczSignature(digest as Buffer, datapackage as Buffer)).toMatchObject({
    kind: 'anonymous',
    key,
  });
  expect(JSON.parse((await fileOf('capture-report')).toString())).toMatchObject({
    archive: { signedBy: { kind: 'anonymous', key } },
  });
});
