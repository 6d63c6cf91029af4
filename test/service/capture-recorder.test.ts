/**
 * The recording lane on the wire: what a server sent, what the browser's side got, and what the archive holds are the
 * same bytes. Servers of this test on 127.0.0.1, with certificates of an authority that only this test knows; no name
 * leaves the process.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { authority } from '#capture/authority.ts';
import { EGRESS_MARK_HEADER, openLane } from '#capture/egress.ts';
import type { EgressLane, EgressOptions } from '#capture/egress.ts';
import { testAuthority } from '../support/certificates.ts';
import { openExchangeSite, SAMPLES } from '../support/exchange-site.ts';
import type { ExchangeSite } from '../support/exchange-site.ts';
import { ask, exchange, openTls, openTunnel, webSocket } from '../support/lane-client.ts';
import { signing } from '../support/signing.ts';
import { recordsOf, sha256 } from '../support/warc-reader.ts';
import type { ReadRecord } from '../support/warc-reader.ts';

const log = pino({ level: 'silent' });
const issuer = testAuthority();
const HOST = 'rivertown.example';
const sites: ExchangeSite[] = [];
const lanes: EgressLane[] = [];
let plain: ExchangeSite;
let secured: ExchangeSite;
let folder = '';

type Archive = Awaited<ReturnType<EgressLane['finishArchive']>>;

/** Every name is this machine, as far as the lane is told. */
async function lane(options: Partial<EgressOptions> = {}): Promise<EgressLane> {
  const opened = await openLane({
    allow: sites.flatMap(({ port }) => [HOST, 'other.example', '127.0.0.1'].map((host) => `${host}:${port}`)),
    clientUid: null,
    log,
    scratchDir: folder,
    ca: [issuer.ca],
    lookup: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
    ...options,
  });
  lanes.push(opened);
  return opened;
}

async function open(...identity: Parameters<typeof openExchangeSite>): Promise<ExchangeSite> {
  const site = await openExchangeSite(...identity);
  sites.push(site);
  return site;
}

const finish = (of: EgressLane, address = `https://${HOST}/`): Promise<Archive> =>
  of.finishArchive(
    {
      address,
      title: 'Title',
      text: 'Text',
      time: new Date().toISOString(),
      screens: [],
    },
    signing(folder),
  );

const of = (records: readonly ReadRecord[], type: string, path: string): ReadRecord | undefined =>
  records.find((record) => record.type === type && record.address.endsWith(path));

const jsonOf = (records: readonly ReadRecord[], name: string): unknown =>
  JSON.parse(of(records, 'metadata', name)?.body.toString() ?? 'null');

beforeAll(async () => {
  plain = await open();
  secured = await open(issuer.issue([HOST, '127.0.0.1']));
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-recorder-'));
});

afterEach(async () => {
  for (const each of lanes.splice(0)) await each.close();
  // Whatever became of it: a lane leaves the archive and nothing else.
  expect((await readdir(folder)).filter((name) => !['page.wacz', 'keys'].includes(name))).toEqual([]);
  await rm(folder, { recursive: true, force: true });
});

afterAll(async () => {
  for (const site of sites) await site.close();
});

describe.each(['http', 'https'] as const)('over %s', (scheme) => {
  const origin = (): string => `${scheme}://${HOST}:${scheme === 'http' ? plain.port : secured.port}`;

  test('every body is in the archive byte for byte, under the headers that are true of it', async () => {
    const through = await lane();
    for (const [path, sample] of Object.entries(SAMPLES)) {
      const reply = await ask(through, origin() + path);
      expect(reply.status, path).toBe(sample.status);
      expect(reply.cut, path).toBe(sample.cutAt !== undefined);
      expect(reply.body.equals(sample.body.subarray(0, sample.cutAt)), path).toBe(true);
    }
    const archive = await finish(through);
    const records = await recordsOf(archive.path);
    const responses = records.filter(({ type }) => type === 'response' || type === 'revisit');
    expect(responses).toHaveLength(Object.keys(SAMPLES).length);
    expect(archive).toMatchObject({ exchanges: responses.length });
    for (const [path, sample] of Object.entries(SAMPLES)) {
      const record = responses.find(({ address }) => address === origin() + path);
      if (record === undefined) throw new Error(`${path} is not in the archive.`);
      const sent = sample.body.subarray(0, sample.cutAt);
      expect(record.fields.get('WARC-Payload-Digest'), path).toBe(sha256(sent));
      // A revisit refers to a record with the same body; that one is compared itself.
      if (record.type === 'response') expect(record.body.equals(sent), path).toBe(true);
      const lines = sample.headers.flatMap((each, i) =>
        i % 2 === 0 ? [`${each}: ${sample.headers[i + 1]}`] : [],
      );
      const stored = lines.map((line) => line.replace(/^Transfer-Encoding:/, 'x-orig-transfer-encoding:'));
      expect(record.head.trimEnd().split('\r\n'), path).toEqual([
        `HTTP/1.1 ${sample.status} Sample`,
        ...stored,
      ]);
      expect(record.fields.get('WARC-Truncated'), path).toBe(
        sample.cutAt === undefined ? undefined : 'disconnect',
      );
    }
    expect(of(records, 'revisit', '/text-again')?.fields.get('WARC-Refers-To-Target-URI')).toBe(
      `${origin()}/text`,
    );
    expect(archive.notArchived.map(({ address }) => address)).toEqual([
      `${origin()}/cut`,
      `${origin()}/cut-chunked`,
    ]);
    expect(jsonOf(records, 'not-archived')).toEqual(archive.notArchived);
  });

  test('every record is whole: digests, pairs, dates, addresses', async () => {
    const through = await lane();
    const before = Date.now();
    for (const path of ['/text', '/chunked-gzip', '/moved', '/nothing']) await ask(through, origin() + path);
    const records = await recordsOf((await finish(through)).path);
    expect(records[0]?.type).toBe('warcinfo');
    const exchanges = records.filter(({ type }) => type === 'response' || type === 'request');
    expect(exchanges).toHaveLength(8);
    const ids = new Map(records.map((record) => [record.fields.get('WARC-Record-ID'), record]));
    expect(ids.size).toBe(records.length);
    for (const { fields, block, body, type, address } of exchanges) {
      expect(fields.get('WARC-Block-Digest')).toBe(sha256(block));
      expect(fields.get('WARC-Payload-Digest')).toBe(sha256(body));
      expect(fields.get('WARC-IP-Address')).toBe('127.0.0.1');
      expect(Date.parse(fields.get('WARC-Date') ?? '')).toBeGreaterThanOrEqual(before);
      const other = ids.get(fields.get('WARC-Concurrent-To'));
      expect(other).toMatchObject({ address, type: type === 'request' ? 'response' : 'request' });
      expect(other?.fields.get('WARC-Date')).toBe(fields.get('WARC-Date'));
      expect(fields.get('WARC-Warcinfo-ID')).toBe(records[0]?.fields.get('WARC-Record-ID'));
    }
  });

  test('a request is recorded as it was sent, with its body', async () => {
    const through = await lane();
    const body = Buffer.from('{"vote":"aye","ward":3}');
    const large = Buffer.alloc(300_000, 'ward ');
    const headers = {
      'content-type': 'application/json',
      'x-order': '2',
      'accept-encoding': 'gzip, br, zstd',
    };
    const echoed = await ask(through, `${origin()}/echo?q=1`, { method: 'POST', headers, body });
    expect(echoed.body.equals(body)).toBe(true);
    await ask(through, `${origin()}/echo-large`, { method: 'PUT', body: large });
    await ask(through, `${origin()}/text`, { method: 'HEAD' });
    const records = await recordsOf((await finish(through)).path);
    const site = scheme === 'http' ? plain : secured;
    for (const [path, sent] of [
      ['/echo?q=1', body],
      ['/echo-large', large],
      ['/text', Buffer.alloc(0)],
    ] as const) {
      const record = of(records, 'request', path);
      const asked = site.asked.findLast((each) => each.path === path);
      expect(record?.body.equals(sent), path).toBe(true);
      expect(asked?.body.equals(sent), path).toBe(true);
      const lines = asked?.headers.flatMap((each, i, all) => (i % 2 === 0 ? [`${each}: ${all[i + 1]}`] : []));
      // Not a header more or less than the server saw.
      expect(record?.head).toBe(`${asked?.method} ${path} HTTP/1.1\r\n${lines?.join('\r\n')}\r\n\r\n`);
    }
    expect(of(records, 'request', '/echo?q=1')?.head).toContain('accept-encoding: gzip, br\r\n');
    expect(of(records, 'response', '/text')).toMatchObject({ body: Buffer.alloc(0) });
    expect(of(records, 'response', '/text')?.head).toContain('Content-Length: ');
  });

  test('what is still open at the end is cut there, and the archive says so', async () => {
    const through = await lane();
    const open_ = ask(through, `${origin()}/hangs`);
    for (let i = 0; i < 100 && through.bytesReceived < 80; i += 1)
      await new Promise((done) => setTimeout(done, 20));
    const archive = await finish(through);
    expect((await open_).cut).toBe(true);
    const record = of(await recordsOf(archive.path), 'response', '/hangs');
    expect(record?.fields.get('WARC-Truncated')).toBe('time');
    expect(record?.body.toString()).toBe('begun');
    expect(archive.notArchived).toMatchObject([{ address: `${origin()}/hangs` }]);
    const after = await ask(through, `${origin()}/text`).then(
      ({ status }) => `status ${status}`,
      (error: Error) => error.message,
    );
    expect(after).toBe('status 403');
  });

  test('bytes are limited, and the archive ends where the limit was', async () => {
    const through = await lane({ limits: { bytes: 3_000_000 } });
    const reply = await ask(through, `${origin()}/endless`);
    expect(reply.cut).toBe(true);
    const archive = await finish(through);
    const record = of(await recordsOf(archive.path), 'response', '/endless');
    expect(record?.fields.get('WARC-Truncated')).toBe('length');
    expect(record?.body.length).toBeGreaterThan(2_500_000);
    expect(record?.body.length).toBeLessThan(3_500_000);
    expect(record?.body.every((byte) => byte === 0x78)).toBe(true);
  });

  test('what the page sends is under the same limit', async () => {
    const through = await lane({ limits: { bytes: 100_000 } });
    const body = Buffer.alloc(2_000_000);
    await ask(through, `${origin()}/echo`, { method: 'POST', body }).catch(() => null);
    const archive = await finish(through);
    expect(archive).toMatchObject({ exchanges: 0, notArchived: [{ address: `${origin()}/echo` }] });
    expect(through.decisions.at(-1)).toMatchObject({ verdict: 'refused', reason: 'limit-bytes' });
  });

  test('a WebSocket passes; its handshake is on record, and that its frames are not', async () => {
    const through = await lane();
    const port = scheme === 'http' ? plain.port : secured.port;
    const socket =
      scheme === 'http' ? await openTunnel(through, `${HOST}:${port}`) : await openTls(through, HOST, port);
    const { head, said } = await webSocket(socket, `${HOST}:${port}`, '/live');
    expect(head).toMatch(/^HTTP\/1\.1 101 /);
    expect(said).toBe('aldermen');
    const archive = await finish(through);
    const records = await recordsOf(archive.path);
    const address = `${scheme === 'http' ? 'ws' : 'wss'}://${HOST}:${port}/live`;
    expect(of(records, 'response', '/live')).toMatchObject({ address, head: `${head}\r\n\r\n` });
    expect(of(records, 'request', '/live')?.head).toContain('Sec-WebSocket-Key: dGhl');
    expect(archive.notArchived).toEqual([{ address, why: expect.stringContaining('frames') as string }]);
  });
});

test('a WebSocket that the server declines is an answer like any other', async () => {
  const through = await lane();
  const socket = await openTls(through, HOST, secured.port);
  const { head } = await webSocket(socket, `${HOST}:${secured.port}`, '/elsewhere');
  expect(head).toMatch(/^HTTP\/1\.1 404 /);
  const archive = await finish(through);
  expect(archive.notArchived).toEqual([]);
  const record = of(await recordsOf(archive.path), 'response', '/elsewhere');
  expect(record?.body.toString()).toBe('nothing');
});

test('a server that closed a connection in between is asked again over another', async () => {
  const through = await lane();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const address = `http://${HOST}:${plain.port}/text`;
  const before = (await ask(through, address, { agent })).status;
  plain.server.closeIdleConnections();
  await new Promise((done) => setTimeout(done, 50));
  expect([before, (await ask(through, address, { agent })).status]).toEqual([200, 200]);
  agent.destroy();
  expect(await finish(through)).toMatchObject({ exchanges: 2, notArchived: [] });
});

describe('TLS', () => {
  test('is answered by the key of this process alone, for every name, and offers no other protocol', async () => {
    const through = await lane();
    for (const host of [HOST, '127.0.0.1']) {
      const socket = await openTls(through, host, secured.port);
      const certificate = new X509Certificate(socket.getPeerX509Certificate()?.raw ?? Buffer.alloc(0));
      const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
      expect(createHash('sha256').update(spki).digest('base64')).toBe(authority().keyDigest);
      expect(socket.alpnProtocol).toBe('http/1.1');
      socket.destroy();
    }
  });

  test('of the real server is on record: protocol, cipher and the chain of certificates', async () => {
    const through = await lane();
    await ask(through, `https://${HOST}:${secured.port}/text`);
    const records = await recordsOf((await finish(through)).path);
    const servers = jsonOf(records, ':tls') as {
      origin: string;
      tls: {
        protocol: string;
        cipher: string;
        certificates: { subject: string; sha256: string; pem: string }[];
      };
    }[];
    expect(servers).toMatchObject([
      {
        origin: `https://${HOST}:${secured.port}`,
        address: '127.0.0.1',
        tls: {
          protocol: 'TLSv1.3',
          cipher: expect.stringMatching(/^TLS_/) as string,
          certificates: [
            {
              subject: `CN=${HOST}`,
              issuer: 'CN=Rivertown test issuer',
              names: expect.stringContaining(HOST) as string,
            },
            { subject: 'CN=Rivertown test issuer', issuer: 'CN=Rivertown test root' },
          ],
        },
      },
    ]);
    const [leaf] = servers[0]?.tls.certificates ?? [];
    const parsed = new X509Certificate(leaf?.pem ?? '');
    expect(sha256(parsed.raw)).toBe(`sha256:${leaf?.sha256}`);
    const response = of(records, 'response', '/text');
    expect(response?.fields.get('WARC-Cipher-Suite')).toBe(servers[0]?.tls.cipher);
    expect(response?.fields.get('WARC-JSON-Metadata')).toContain(leaf?.sha256);
  });

  test.each([
    ['expired', () => issuer.issue([HOST], -20, -10), 'CERT_HAS_EXPIRED'],
    ['of tomorrow', () => issuer.issue([HOST], 1, 10), 'CERT_NOT_YET_VALID'],
    ['for another name', () => issuer.issue(['other.example']), 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['signed by itself', () => issuer.selfSigned(HOST), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [
      'of an unknown authority',
      () => testAuthority('Lakeside').issue([HOST]),
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    ],
  ] as const)(
    'with a certificate that is %s is refused, by name, and nothing is asked',
    async (_, identity, code) => {
      const bad = await open(identity());
      const through = await lane();
      const reply = await ask(through, `https://${HOST}:${bad.port}/text`);
      expect(reply).toMatchObject({ status: 403, headers: { [EGRESS_MARK_HEADER]: through.mark } });
      expect(bad.asked).toEqual([]);
      expect(through.lastDecision(HOST, bad.port)).toMatchObject({
        verdict: 'refused',
        reason: 'tls-invalid',
        detail: code,
        address: '127.0.0.1',
      });
      const archive = await finish(through);
      expect(archive).toMatchObject({
        exchanges: 0,
        notArchived: [{ address: `https://${HOST}:${bad.port}/text`, why: `tls-invalid (${code})` }],
      });
    },
  );

  test('is not overruled by the environment', async () => {
    const bad = await open(issuer.selfSigned(HOST));
    const through = await lane();
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect((await ask(through, `https://${HOST}:${bad.port}/text`)).status).toBe(403);
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
    expect(bad.asked).toEqual([]);
  });

  test('that the server does not speak is a failure, and nothing is asked in clear', async () => {
    const through = await lane();
    const asked = plain.asked.length;
    expect(await ask(through, `https://${HOST}:${plain.port}/text`)).toMatchObject({
      status: 502,
      headers: { [EGRESS_MARK_HEADER]: through.mark },
    });
    expect(through.lastDecision(HOST, plain.port)).toMatchObject({ verdict: 'failed', reason: 'tls-failed' });
    expect(plain.asked.length).toBe(asked);
  });
});

describe('a tunnel', () => {
  test('takes no request for another host or port, by Host, absolute address or server name', async () => {
    const through = await lane();
    const asked = secured.asked.length;
    const hostPort = `${HOST}:${secured.port}`;
    for (const [servername, path, host] of [
      [HOST, '/text', 'other.example'],
      [HOST, '/text', HOST],
      [HOST, '/text', `${HOST}:${plain.port}`],
      [HOST, '/text', `127.0.0.1:${secured.port}`],
      [HOST, 'https://10.0.0.1/text', hostPort],
      [HOST, `http://${hostPort}/text`, hostPort],
      ['other.example', '/text', hostPort],
    ] as const) {
      const socket = await openTls(through, HOST, secured.port, servername);
      const reply = await exchange(through, socket, path, host);
      expect(reply, `${servername} ${path} ${host}`).toMatchObject({
        status: 403,
        headers: { [EGRESS_MARK_HEADER]: through.mark },
      });
    }
    expect(secured.asked.length).toBe(asked);
    const archive = await finish(through);
    expect(archive.exchanges).toBe(0);
    expect(archive.notArchived).toHaveLength(7);
  });

  test('refuses a WebSocket to another host within it', async () => {
    const through = await lane();
    const socket = await openTls(through, HOST, secured.port);
    const { head } = await webSocket(socket, 'other.example', '/live');
    expect(head).toMatch(/^HTTP\/1\.1 403 /);
    expect((await finish(through)).notArchived).toMatchObject([{ why: 'other-host-named' }]);
  });

  test('to what is neither TLS nor HTTP is closed, with nothing passed', async () => {
    let received = 0;
    const other = createServer((socket) => {
      socket.on('data', (chunk) => (received += chunk.length));
      socket.on('error', () => undefined);
      socket.write('220 mail.example ESMTP\r\n');
    });
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const through = await lane({ allow: [`${HOST}:${port}`] });
    const socket = await openTunnel(through, `${HOST}:${port}`);
    let seen = '';
    socket.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    socket.write('EHLO-rivertown\r\n');
    await once(socket, 'close');
    expect({ seen, received }).toEqual({ seen: '', received: 0 });
    expect((await finish(through)).notArchived).toMatchObject([{ why: 'neither-tls-nor-http' }]);
    other.close();
  });

  test('serves one request after the other over one connection to the server', async () => {
    const through = await lane();
    let connections = 0;
    const count = (): void => void (connections += 1);
    secured.server.on('secureConnection', count);
    const socket = await openTls(through, HOST, secured.port);
    const hostPort = `${HOST}:${secured.port}`;
    const text = `GET /text HTTP/1.1\r\nHost: ${hostPort}\r\n\r\n`;
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
    const size = SAMPLES['/text']?.body.length ?? 0;
    for (let i = 1; i <= 3; i += 1) {
      socket.write(text);
      while (bytes < i * size) await once(socket, 'data');
    }
    socket.destroy();
    secured.server.off('secureConnection', count);
    expect(connections).toBe(1);
    expect((await finish(through)).exchanges).toBe(3);
  });
});

test('what was refused or not reached is listed with its reason', async () => {
  const through = await lane({
    lookup: (host) =>
      host === 'inside.example'
        ? Promise.resolve([{ address: '10.0.0.1', family: 4 }])
        : Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })),
  });
  expect((await ask(through, 'http://inside.example/a')).status).toBe(403);
  expect((await ask(through, 'http://unknown.example/b')).status).toBe(502);
  await expect(openTunnel(through, '169.254.169.254:443')).rejects.toThrow('403');
  await expect(openTunnel(through, 'unknown.example:443')).rejects.toThrow('502');
  expect((await finish(through)).notArchived).toEqual([
    { address: 'http://inside.example/a', why: 'address-not-global' },
    { address: 'http://unknown.example/b', why: 'name-unknown' },
    { address: 'https://169.254.169.254:443/', why: 'address-not-global' },
    { address: 'https://unknown.example:443/', why: 'name-unknown' },
  ]);
});

test('a name that changes its answer within a tunnel gains nothing: it was asked once', async () => {
  let lookups = 0;
  const through = await lane({
    allow: [],
    connect: (to) => {
      expect(to.address).toBe('8.8.8.8');
      return connect(secured.port, '127.0.0.1');
    },
    lookup: () => {
      lookups += 1;
      return Promise.resolve([{ address: lookups === 1 ? '8.8.8.8' : '10.0.0.1', family: 4 }]);
    },
  });
  const socket = await openTls(through, HOST, 443);
  const reply = await exchange(through, socket, '/text', HOST);
  expect(reply.status).toBe(200);
  expect(lookups).toBe(1);
  const records = await recordsOf((await finish(through)).path);
  expect(of(records, 'response', '/text')).toMatchObject({ address: `https://${HOST}/text` });
  expect(of(records, 'response', '/text')?.fields.get('WARC-IP-Address')).toBe('8.8.8.8');
});

test('time and connections are limited', async () => {
  const short = await lane({ limits: { totalMs: 300 } });
  const open_ = ask(short, `http://${HOST}:${plain.port}/hangs`);
  expect((await open_).cut).toBe(true);
  expect((await ask(short, `http://${HOST}:${plain.port}/text`)).status).toBe(403);
  expect(short.lastDecision(HOST, plain.port)).toMatchObject({ reason: 'limit-time' });
  const few = await lane({ limits: { openConnections: 2 } });
  const held = [
    await openTunnel(few, `${HOST}:${plain.port}`),
    await openTunnel(few, `${HOST}:${plain.port}`),
  ];
  await expect(openTunnel(few, `${HOST}:${plain.port}`)).rejects.toThrow('403');
  expect(few.lastDecision(HOST, plain.port)).toMatchObject({ reason: 'limit-connections' });
  for (const socket of held) socket.destroy();
});

test('a lane that was given no folder records nothing and says so', async () => {
  const through = await openLane({
    allow: [`${HOST}:${plain.port}`],
    clientUid: null,
    log,
    lookup: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
  });
  lanes.push(through);
  expect((await ask(through, `http://${HOST}:${plain.port}/text`)).status).toBe(200);
  await expect(finish(through)).rejects.toThrow('nothing to finish');
});
