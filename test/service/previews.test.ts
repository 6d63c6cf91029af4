/**
 * Pictures that a browser cannot or should not show as they are: seen as a preview, from the content server alone, under the ticket of one
 * look; with a sentence beside it; and what cannot be previewed says so. The sealed bytes stay as they were.
 */
import { createHash } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addAgency, endSession, signedIn } from '#agency/agency.ts';
import { simpleReport } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { rows as someOf } from '../support/extent.ts';
import { heicGrid } from '../support/heic.ts';
import { recordWhen } from '../support/looking.ts';
import { checkPage, shoot } from '../support/page-check.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { DESK, PHONE, type Visitor } from '../support/visitor.ts';

const wide = { limitInputPixels: false } as const;
const PLACE = 'Rivertown, Main Street';

let scene: ConsoleScene;
let at: Visitor;
let custodian: Colleague;
let recordId: string;
/** By name: what was handed in. */
let files: Readonly<Record<string, Buffer>>;
/** By name: its number in the record. */
let numbers: Readonly<Record<string, number>>;

beforeAll(async () => {
  scene = await openConsoleScene({ named: true });
  const { archive } = scene;
  custodian = await colleague(archive, ['custodian']);
  const tall = sharp({ create: { width: 8000, height: 12_500, channels: 3, background: '#c00' }, ...wide });
  const exif = (
    await sharp(
      await sharp({ create: { width: 8, height: 8, channels: 3, background: '#fff' } })
        .withExif({ IFD0: { Artist: PLACE }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '38/1 42/1 0/1' } })
        .jpeg()
        .toBuffer(),
    ).metadata()
  ).exif;
  files = {
    // Held upright, with the place where it was taken.
    'IMG_0001.HEIC': heicGrid(4032, 3024, { quarters: 1, ...(exif === undefined ? {} : { exif }) }),
    'a hundred megapixels.jpg': await tall
      .withExif({ IFD0: { Artist: PLACE } })
      .jpeg()
      .toBuffer(),
    'small.png': scene.picture.bytes,
    'half.heic': heicGrid(1200, 900).subarray(0, 1100),
    'a lying telephone.heic': heicGrid(1000, 700, { claims: { width: 65_535, height: 65_535 } }),
  };
  const sent = Object.entries(files).map(([name, bytes]) => ({
    name: encodeURIComponent(name),
    type: 'image/heic',
    bytes,
  }));
  ({ recordId } = (await archive.report(simpleReport({ text: 'A wallaby in the chamber' }), sent)).body);
  await archive.work();
  await archive.until(recordId, ({ status }) => status === 'complete', 60_000);
  const record = await recordWhen(archive, recordId, ({ artifacts }) =>
    artifacts.every(({ origin, picture }) => origin !== 'handed-in' || picture !== null),
  );
  numbers = Object.fromEntries(
    record.artifacts.map(({ originalName, n }) => [decodeURIComponent(originalName ?? ''), n]),
  );
}, 120_000);
afterAll(async () => await scene?.close());
beforeEach(async () => {
  at = await scene.visitor();
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

const nOf = (name: string): number => numbers[name] ?? 0;
async function as({ token }: Colleague): Promise<void> {
  await at.page
    .browserContext()
    .setCookie({ name: 'holdfast-session', value: token, domain: 'localhost', httpOnly: true });
}
/** What the history says of it since, oldest first. */
async function entriesOf(n: number): Promise<unknown[]> {
  const { rows } = await scene.archive.sql.query(
    `select type, body from event where record_id = $1 and type like 'view.%' and body->>'n' = $2 order by seq`,
    [recordId, n],
  );
  return rows;
}
async function views(n: number): Promise<number> {
  const { rows } = await scene.archive.sql.query(
    `select 1 from event where record_id = $1 and type = 'view.opened' and body->>'what' = 'artifact' and body->>'n' = $2`,
    [recordId, n],
  );
  return rows.length;
}
interface Given {
  readonly address: string;
  readonly preview: boolean;
}
async function look(n: number, who = custodian, record = recordId): Promise<Given> {
  const answer = await scene.archive.app.inject({
    method: 'POST',
    url: `/v1/records/${record}/artifacts/${n}/looks`,
    headers: { host: new URL(scene.origin).host, 'sec-fetch-site': 'same-origin', cookie: who.cookie },
  });
  expect(answer.statusCode, answer.body).toBe(201);
  return answer.json<Given>();
}
/** In the middle of each quarter of the tile at the lower left, from its upper left, row by row; colours in steps of 64. */
const seenInTile = async (selector: string): Promise<unknown> =>
  await at.inPage(`(() => {
    const image = document.querySelector(${JSON.stringify(selector)});
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const tile = (canvas.height * 512) / 4032;
    const top = canvas.height - tile;
    return [[1, 1], [3, 1], [1, 3], [3, 3]].map(([x, y]) =>
      [...context.getImageData((tile * x) / 4, top + (tile * y) / 4, 1, 1).data.subarray(0, 3)].map((part) => Math.round(part / 64)).join(''));
  })()`);
const text = async (selector: string): Promise<string> => (await at.textOf(selector)).replaceAll(/\s+/g, ' ');

describe.each(someOf([PHONE, DESK], (size) => size === PHONE))('at $width px', (size) => {
  test('a HEIC is seen as a preview, upright, in its colours, with what it is beside it, and is one look', async () => {
    await at.page.setViewport(size);
    await as(custodian);
    const n = nOf('IMG_0001.HEIC');
    await at.goTo(`/records/${recordId}`);
    const said = await text(`#file-${n}`);
    expect(said).toContain('What is shown is a preview, made by the archive from the sealed file');
    expect(said).toContain('Along its longer side it has 2,365 pixels of 4,032.');
    expect(said).toContain('The file itself is unchanged: download it to have all of it.');
    expect(said).toContain('The preview is no evidence, and is not kept.');
    const before = await views(n);
    await at.press(`#file-${n} form[data-look] button[type=submit]`);
    const image = `#file-${n} .hf-figure img`;
    await at.page.waitForFunction(`document.querySelector('${image}')?.naturalHeight === 2365`);
    expect(await at.inPage(`document.querySelector('${image}').naturalWidth`)).toBe(1774);
    expect(await at.inPage(`new URL(document.querySelector('${image}').src).origin`)).toBe(scene.content);
    expect(await at.page.$eval(image, (shown) => shown.getAttribute('alt'))).toBe(
      `Preview of file ${n} of this record`,
    );
    // Its first tile, which goes from black to pink in a line and to green downwards, lies at the bottom, turned to the left.
    expect(await seenInTile(image)).toEqual(['312', '333', '111', '132']);
    expect(await views(n)).toBe(before + 1);
    await checkPage(at, 'record-previewed');
  });

  test('without scripts it is seen in a page of ours, which says the same', async () => {
    await at.page.setViewport(size);
    await at.page.setJavaScriptEnabled(false);
    await as(custodian);
    const n = nOf('IMG_0001.HEIC');
    const before = await views(n);
    await at.goTo(`/records/${recordId}`);
    await Promise.all([
      at.page.waitForNavigation(),
      at.page.click(`#file-${n} form[data-look] button[type=submit]`),
    ]);
    expect(await text('main')).toContain('Along its longer side it has 2,365 pixels of 4,032.');
    await at.page.setJavaScriptEnabled(true);
    expect(await at.inPage(`document.querySelector('.hf-whole img').naturalHeight`)).toBe(2365);
    expect(await at.inPage(`document.querySelector('.hf-whole img').clientWidth`)).toBeLessThanOrEqual(
      size.width,
    );
    expect(await views(n)).toBe(before + 1);
    await checkPage(at, 'record-file-preview');
  });
});

describe('a preview', () => {
  test('has none of the file’s words, its own name, the same headers as everything there, and one look for its minute', async () => {
    for (const name of ['IMG_0001.HEIC', 'a hundred megapixels.jpg']) {
      const n = nOf(name);
      expect(files[name]?.includes(PLACE), 'the place is in the file').toBe(true);
      const before = await views(n);
      const { address, preview } = await look(n);
      expect(preview).toBe(true);
      const head = await fetch(address, { method: 'HEAD' });
      expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([
        200,
        'image/jpeg',
        '',
      ]);
      for (let i = 0; i < 2; i += 1) {
        const answer = await fetch(address);
        expect(Object.fromEntries(answer.headers)).toMatchObject({
          'content-type': 'image/jpeg',
          'content-security-policy': `sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors ${scene.origin}`,
          'x-content-type-options': 'nosniff',
          'cache-control': 'no-store',
          'referrer-policy': 'no-referrer',
          'cross-origin-resource-policy': 'same-origin',
          'content-disposition': expect.stringMatching(
            /^inline; filename="[0-9a-f]{8}-file-\d+ preview\.jpg"/,
          ) as string,
        });
        expect(answer.headers.has('set-cookie')).toBe(false);
        const bytes = Buffer.from(await answer.arrayBuffer());
        expect(answer.headers.get('content-length')).toBe(String(bytes.length));
        for (const word of [PLACE, 'Rivertown', 'Exif', 'GPS'])
          expect(bytes.includes(word), word).toBe(false);
        const found = await sharp(bytes).metadata();
        expect([found.format, found.exif, found.xmp, found.icc]).toEqual([
          'jpeg',
          undefined,
          undefined,
          undefined,
        ]);
      }
      expect(await views(n)).toBe(before + 1);
    }
    expect(await look(nOf('small.png'))).toMatchObject({ preview: false });
  });

  test('of a hundred megapixels costs the archive’s own process little, and leaves nothing behind on the disk', async () => {
    const left = (): string[] =>
      readdirSync(scene.archive.dataDir, { recursive: true, encoding: 'utf8' })
        // Each look is an entry, and the log grows in its own time.
        .filter((path) => !path.startsWith('store/log-files'))
        .toSorted();
    const before = left();
    const { address } = await look(nOf('a hundred megapixels.jpg'));
    const peakMb = (): number =>
      Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
    // The peak is counted from here on.
    writeFileSync('/proc/self/clear_refs', '5');
    const resting = peakMb();
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 10);
    const started = performance.now();
    const bytes = Buffer.from(await (await fetch(address)).arrayBuffer());
    const tookMs = performance.now() - started;
    clearInterval(ticking);
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 1638, height: 2560 });
    const { dominant } = await sharp(bytes).stats();
    expect(dominant.r).toBeGreaterThan(180);
    // Uncompressed it is 300 MB.
    expect(peakMb() - resting).toBeLessThan(60);
    // The loop went on meanwhile.
    expect(turns).toBeGreaterThan(tookMs / 40);
    expect(left()).toEqual(before);
  });

  test('changes nothing of what was sealed', async () => {
    for (const [name, bytes] of Object.entries(files)) {
      const kept = await scene.archive.app.inject({
        url: `/v1/records/${recordId}/artifacts/${nOf(name)}`,
        headers: { authorization: `Bearer ${await scene.archive.key('custodian')}` },
      });
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      expect([kept.rawPayload.equals(bytes), kept.headers['holdfast-sha256']], name).toEqual([true, sha256]);
    }
  });

  test('is for nobody of another agency, and for nobody when its minute is over', async () => {
    const { archive } = scene;
    const n = nOf('IMG_0001.HEIC');
    await addAgency(archive.system.db, { id: 'lakeside', name: 'City of Lakeside', zone: 'America/Chicago' });
    const theirs = await colleague(archive, ['custodian'], 'lakeside');
    const before = await views(n);
    for (const [method, url] of [
      ['POST', `/v1/records/${recordId}/artifacts/${n}/looks`],
      ['POST', `/records/${recordId}/files/${n}`],
      ['GET', `/records/${recordId}/files/${n}`],
    ] as const) {
      const headers = { cookie: theirs.cookie, 'sec-fetch-site': 'same-origin' };
      expect((await archive.app.inject({ method, url, headers })).statusCode, url).toBe(404);
    }
    expect(await views(n)).toBe(before);
    const { address } = await look(n);
    await archive.sql.query('update view_ticket set expires_at = now()');
    const late = await fetch(address);
    expect([late.status, late.headers.get('content-type')]).toEqual([404, 'text/plain; charset=utf-8']);
  });
});

describe('a preview, when a session ends', () => {
  const ends = async ({ token }: Colleague): Promise<void> => {
    const { db, now } = scene.archive.system;
    const who = await signedIn(db, token);
    await db.inAgency('rivertown', async (tx) => {
      await endSession(tx, who?.caller.sessionId ?? '', 'signed-out', now());
    });
  };

  test('before its turn, or while it is made, is not given, and nobody is told that the file was changed', async () => {
    const n = nOf('a hundred megapixels.jpg');
    const [first, second] = [
      await colleague(scene.archive, ['custodian']),
      await colleague(scene.archive, ['custodian']),
    ];
    const made = fetch((await look(n, first)).address);
    const waiting = fetch((await look(n, second)).address);
    await expect
      .poll(() => scene.archive.system.previewer.processId(), { timeout: 20_000, interval: 10 })
      .not.toBeNull();
    await Promise.all([ends(first), ends(second)]);
    for (const answer of await Promise.all([made, waiting])) {
      expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'text/plain; charset=utf-8']);
      expect(await answer.text()).toMatch(/^There is nothing here/);
    }
  });
});

test('a look at a preview is told in the history from a look at the file, and from keeping it', async () => {
  const [heic, png] = [nOf('IMG_0001.HEIC'), nOf('small.png')];
  await look(heic);
  expect((await entriesOf(heic)).at(-1)).toEqual({
    type: 'view.opened',
    body: { what: 'artifact', n: heic, as: 'preview' },
  });
  await look(png);
  await scene.archive.app.inject({
    url: `/v1/records/${recordId}/artifacts/${heic}`,
    headers: { authorization: `Bearer ${await scene.archive.key('custodian')}` },
  });
  for (const n of [heic, png])
    expect((await entriesOf(n)).at(-1)).toEqual({ type: 'view.opened', body: { what: 'artifact', n } });
  await as(custodian);
  await at.goTo(`/records/${recordId}`);
  expect(await text('main')).toContain(`Looked at: file ${heic}, as a preview`);
});

test('a preview of a document of many pages says which page it shows', async () => {
  const pagesOf = async (picture: string): Promise<void> => {
    await scene.archive.sql.query(
      `update artifact set picture = ${picture} where record_id = $1 and n = $2`,
      [recordId, nOf('IMG_0001.HEIC')],
    );
  };
  // As the inspector finds it in a TIFF.
  await pagesOf(`(picture::jsonb || '{"pages":3}')`);
  await as(custodian);
  await at.goTo(`/records/${recordId}`);
  expect(await text(`#file-${nOf('IMG_0001.HEIC')}`)).toContain(
    'It shows page 1 of 3. Along its longer side',
  );
  await pagesOf(`picture::jsonb - 'pages'`);
});

describe('what cannot be previewed', () => {
  test('says why on the record’s page, is offered for download, and is no picture to be shown', async () => {
    await as(custodian);
    await at.goTo(`/records/${recordId}`);
    for (const [name, why] of [
      ['half.heic', 'not previewed: it could not be read to its end'],
      ['a lying telephone.heic', 'not previewed: it has more pixels than the archive opens'],
    ] as const) {
      const entry = `#file-${nOf(name)}`;
      expect(await text(entry)).toContain(why);
      expect(await at.count(`${entry} form[data-look]`)).toBe(0);
      expect(await at.count(`${entry} a[href$="/artifacts/${nOf(name)}"]`)).toBe(1);
    }
    await shoot(at, 'record-not-previewed');
  });

  test('though it was found to open is answered with a sentence, there and on the page', async () => {
    const n = nOf('half.heic');
    await scene.archive.sql.query('update artifact set picture = $3 where record_id = $1 and n = $2', [
      recordId,
      n,
      JSON.stringify({ decodable: true, width: 1200, height: 900, format: 'heic' }),
    ]);
    const answer = await fetch((await look(n)).address);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([422, 'text/plain; charset=utf-8']);
    expect(await answer.text()).toBe(
      'No preview of this picture could be made within the archive’s limits of time and memory. The file itself is unchanged: download it from the record’s page.\n',
    );
    // Who reads the history sees that nothing was seen.
    expect((await entriesOf(n)).slice(-2)).toEqual([
      { type: 'view.opened', body: { what: 'artifact', n, as: 'preview' } },
      { type: 'view.not-shown', body: { what: 'artifact', n } },
    ]);
    await as(custodian);
    await at.goTo(`/records/${recordId}`);
    expect(await text('main')).toContain(`Not shown: no preview could be made: file ${n}`);
    await at.press(`#file-${n} form[data-look] button[type=submit]`);
    await at.reads(`#file-${n} .usa-error-message`, 'No preview came: none could be made');
    expect(await at.count(`#file-${n} [role=status]`)).toBe(0);
    // The next one is shown all the same.
    expect((await fetch((await look(nOf('IMG_0001.HEIC'))).address)).status).toBe(200);
  });

  test('because it is not what was received is not shown, and the history says so', async () => {
    const { archive } = scene;
    await archive.stopWork();
    const bytes = heicGrid(1200, 900);
    const sent = await archive.report(simpleReport({ text: 'another' }), [
      { name: 'b.heic', type: 'image/heic', bytes },
    ]);
    const { recordId: id } = sent.body;
    await archive.sql.query(
      `update artifact set picture = '{"decodable":true,"width":1200,"height":900,"format":"heic"}' where record_id = $1 and n = 2`,
      [id],
    );
    const { address } = await look(2, custodian, id);
    expect((await fetch(address)).headers.get('content-type')).toBe('image/jpeg');
    const { rows } = await archive.sql.query<{ staged: string }>(
      'select staged from artifact where record_id = $1 and n = 2',
      [id],
    );
    const path = archive.system.staging.path(rows[0]?.staged ?? '');
    await chmod(path, 0o600);
    // Another picture of the same length.
    await writeFile(path, heicGrid(1200, 901));
    const answer = await fetch(address);
    expect(answer.status).toBe(502);
    expect(await answer.text()).toMatch(/^The file cannot be handed over/);
    const entered = async (): Promise<unknown[]> =>
      (
        await archive.sql.query<{ body: unknown }>(
          "select body from event where record_id = $1 and type = 'fixity.failed'",
          [id],
        )
      ).rows.map(({ body }) => body);
    await expect.poll(entered).toEqual([{ n: 2, code: 'store-object-changed' }]);
    // A folder that cannot be read says nothing of what was sealed.
    await archive.sql.query(`update artifact set staged = $2 where record_id = $1 and n = 2`, [
      id,
      (rows[0]?.staged ?? '').replaceAll(/[0-9a-f]/g, '0'),
    ]);
    const away = await fetch(address);
    expect([away.status, await away.text()]).toEqual([
      503,
      'The archive cannot be reached just now. Ask for the file again in a moment.\n',
    ]);
  });
});
