/** Our proxy on the wire: real sockets on this machine, look-ups and far ends given by the test. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EGRESS_MARK_HEADER, openLane } from '#capture/egress.ts';
import type { EgressLane, EgressOptions } from '#capture/egress.ts';
import { signing } from '../support/signing.ts';

const log = pino({ level: 'silent' });
let far: Server;
let farPort = 0;
let asked: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[] = [];
let dialled: string[] = [];
const lanes: EgressLane[] = [];

/** The far end of every connection is a server of this test; what was dialled is kept and never reached. */
async function lane(options: Partial<EgressOptions> = {}): Promise<EgressLane> {
  const opened = await openLane({
    allow: [],
    clientUid: null,
    log,
    lookup: () => Promise.resolve([{ address: '8.8.8.8', family: 4 }]),
    connect: (to, port) => {
      dialled.push(`${to.address}:${port}`);
      return connect(farPort, '127.0.0.1');
    },
    ...options,
  });
  lanes.push(opened);
  return opened;
}

beforeEach(async () => {
  asked = [];
  dialled = [];
  far = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      asked.push({
        method: incoming.method ?? '',
        url: incoming.url ?? '',
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString(),
      });
      if (incoming.url === '/big') response.end(Buffer.alloc(300_000, 'x'));
      else if (incoming.url === '/away') response.writeHead(302, { location: 'http://10.0.0.1/' }).end();
      else if (incoming.url === '/cut') {
        response.writeHead(200, { 'content-length': '100' });
        response.write('half');
        setTimeout(() => response.destroy(), 20);
      } else response.writeHead(200, { 'X-Kept': 'Yes', 'set-cookie': ['a=1', 'b=2'] }).end('hello');
    });
  });
  await new Promise<void>((done) => {
    far.listen(0, '127.0.0.1', done);
  });
  farPort = (far.address() as AddressInfo).port;
});

afterEach(async () => {
  for (const opened of lanes.splice(0)) await opened.close();
  far.closeAllConnections();
  await new Promise((done) => far.close(done));
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  cut: boolean;
}

function ask(through: EgressLane, target: string, method = 'GET', body = ''): Promise<Answer> {
  const { port } = new URL(through.proxyAddress);
  return new Promise((done, fail) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path: target,
        headers: { host: new URL(target).host, 'proxy-connection': 'keep-alive', 'x-sent': '1' },
      },
      (response) => {
        const chunks: Buffer[] = [];
        const end = (cut: boolean): void =>
          done({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
            cut,
          });
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => end(false));
        response.on('error', () => end(true));
      },
    );
    outgoing.on('error', fail);
    outgoing.end(body);
  });
}

function tunnel(
  through: EgressLane,
  authority: string,
): Promise<{ status: number; mark: string | undefined }> {
  const { port } = new URL(through.proxyAddress);
  return new Promise((done, fail) => {
    const outgoing = request({ host: '127.0.0.1', port, method: 'CONNECT', path: authority });
    outgoing.on('connect', (response, socket) => {
      socket.destroy();
      done({
        status: response.statusCode ?? 0,
        mark: response.headers[EGRESS_MARK_HEADER] as string | undefined,
      });
    });
    outgoing.on('error', fail);
    outgoing.end();
  });
}

test('a request goes to the judged address with its host, method, headers and body, and comes back as it was', async () => {
  const through = await lane();
  const answer = await ask(through, 'http://example.org/path?q=1', 'POST', 'body');
  expect(answer).toMatchObject({
    status: 200,
    body: 'hello',
    headers: { 'x-kept': 'Yes', 'set-cookie': ['a=1', 'b=2'] },
  });
  expect(answer.headers[EGRESS_MARK_HEADER]).toBeUndefined();
  expect(dialled).toEqual(['8.8.8.8:80']);
  expect(asked).toMatchObject([
    { method: 'POST', url: '/path?q=1', body: 'body', headers: { host: 'example.org', 'x-sent': '1' } },
  ]);
  expect(asked[0]?.headers['proxy-connection']).toBeUndefined();
  expect(through.decisions).toMatchObject([
    { host: 'example.org', port: 80, verdict: 'passed', address: '8.8.8.8' },
  ]);
});

test('a refused request is answered 403 with our mark, and nothing is dialled', async () => {
  const through = await lane();
  for (const target of [
    'http://10.0.0.1/',
    'http://2130706433/',
    'http://localhost/',
    'http://[::1]/',
    'http://example.org:22/',
  ])
    expect(await ask(through, target), target).toMatchObject({
      status: 403,
      headers: { [EGRESS_MARK_HEADER]: through.mark },
    });
  for (const authority of [
    '10.0.0.1:443',
    '127.0.0.1:80',
    '[::1]:443',
    '0x7f.1:443',
    'localhost:443',
    'example.org:22',
    '[fd00:ec2::254]:80',
  ])
    expect(await tunnel(through, authority), authority).toEqual({ status: 403, mark: through.mark });
  expect(dialled).toEqual([]);
  expect(asked).toEqual([]);
  expect(through.decisions).toHaveLength(12);
  expect(through.decisions.every((decision) => decision.verdict === 'refused')).toBe(true);
});

test('a redirect to a private address is a new request, and refused', async () => {
  const through = await lane();
  const first = await ask(through, 'http://example.org/away');
  expect(first.status).toBe(302);
  expect((await ask(through, first.headers.location ?? '')).status).toBe(403);
  expect(dialled).toEqual(['8.8.8.8:80']);
});

test('a name whose answer changes is judged at every connection', async () => {
  const answers = ['8.8.8.8', '127.0.0.1', '8.8.4.4', '169.254.169.254'];
  const through = await lane({
    lookup: () => Promise.resolve([{ address: answers.shift() ?? '', family: 4 }]),
  });
  const statuses: number[] = [];
  for (let i = 0; i < 4; i += 1) statuses.push((await ask(through, 'http://rebinding.example/')).status);
  expect(statuses).toEqual([200, 403, 200, 403]);
  expect(dialled).toEqual(['8.8.8.8:80', '8.8.4.4:80']);
});

test('a tunnel carries requests to the judged address, and none that name another', async () => {
  const through = await lane();
  const inTunnel = async (authority: string, sent: string): Promise<string> => {
    const { port } = new URL(through.proxyAddress);
    const outgoing = request({ host: '127.0.0.1', port, method: 'CONNECT', path: authority });
    outgoing.end();
    const [, socket] = (await once(outgoing, 'connect')) as [unknown, Socket];
    socket.write(sent);
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('hello')) socket.destroy();
    });
    await once(socket, 'close');
    return text;
  };
  const good = 'GET /in-tunnel HTTP/1.1\r\nHost: example.org\r\n\r\n';
  expect(await inTunnel('example.org:80', good)).toMatch(/200 OK[^]*hello/);
  expect(dialled).toEqual(['8.8.8.8:80']);
  expect(through.bytesReceived).toBeGreaterThan(50);
  for (const [authority, text] of [
    ['example.org:443', good],
    ['example.org:80', good.replace('example.org', 'other.example')],
    ['example.org:80', good.replace('example.org', 'example.org:8080')],
    ['example.org:80', good.replace('GET /', 'GET http://10.0.0.1/')],
    ['example.org:80', good.replace('Host:', 'Host: example.org\r\nHost:')],
  ] as const)
    expect(await inTunnel(authority, text), text).toMatch(
      new RegExp(`^HTTP/1.1 403 [^]*${EGRESS_MARK_HEADER}: ${through.mark}`),
    );
  expect(await inTunnel('example.org:443', 'SSH-2.0-client\r\n')).toBe('');
  expect(await inTunnel('example.org:443', '\u0001\u0002\u0003')).toBe('');
  expect(asked.map(({ url }) => url)).toEqual(['/in-tunnel']);
  expect(through.lastDecision('example.org', 443)).toMatchObject({ reason: 'neither-tls-nor-http' });
});

test('the next address is tried when one does not answer', async () => {
  const through = await lane({
    lookup: () =>
      Promise.resolve([
        { address: '2606:4700::1', family: 6 },
        { address: '8.8.8.8', family: 4 },
        { address: '8.8.4.4', family: 4 },
      ]),
    connect: (to, port) => {
      dialled.push(`${to.address}:${port}`);
      return connect(to.address === '8.8.4.4' ? farPort : 1, '127.0.0.1');
    },
  });
  expect((await ask(through, 'http://example.org/')).status).toBe(200);
  expect(dialled).toEqual(['8.8.8.8:80', '8.8.4.4:80']);
});

test('what is not reached is 502 with our mark and its reason', async () => {
  const unknown = await lane({
    lookup: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })),
  });
  expect(await ask(unknown, 'http://example.org/')).toMatchObject({
    status: 502,
    headers: { [EGRESS_MARK_HEADER]: unknown.mark },
  });
  expect(unknown.lastDecision('example.org', 80)).toMatchObject({
    verdict: 'failed',
    reason: 'name-unknown',
  });
  const closed = await lane({ connect: () => connect(1, '127.0.0.1') });
  expect((await ask(closed, 'http://example.org/')).status).toBe(502);
  expect(closed.lastDecision('example.org', 80)).toMatchObject({
    verdict: 'failed',
    reason: 'connection-failed',
  });
});

test('an answer that breaks off breaks off for the browser too', async () => {
  expect((await ask(await lane(), 'http://example.org/cut')).cut).toBe(true);
});

test('bytes, requests and connections are bounded', async () => {
  const small = await lane({ limits: { bytes: 100_000 } });
  const big = await ask(small, 'http://example.org/big').catch(() => null);
  expect(big === null || big.cut).toBe(true);
  expect((await ask(small, 'http://example.org/')).status).toBe(403);
  expect(small.lastDecision('example.org', 80)).toMatchObject({ reason: 'limit-bytes' });
  const few = await lane({ limits: { requests: 2 } });
  const statuses: number[] = [];
  for (let i = 0; i < 4; i += 1) statuses.push((await ask(few, 'http://example.org/')).status);
  expect(statuses).toEqual([200, 200, 403, 403]);
});

test('a lane that refuses all opens nothing, not even what is allowed', async () => {
  const through = await lane({ refuseAll: true, allow: ['example.org:80'] });
  expect((await ask(through, 'http://example.org/')).status).toBe(403);
  expect((await tunnel(through, 'example.org:443')).status).toBe(403);
  expect(dialled).toEqual([]);
});

test('a lane that was opened shut lets nothing out before its capture begins, and records from then on', async () => {
  const scratchDir = await mkdtemp(join(tmpdir(), 'holdfast-lane-'));
  try {
    const through = await lane({ refuseAll: true });
    expect((await ask(through, 'http://example.org/early')).status).toBe(403);
    expect(dialled).toEqual([]);
    await through.begin(scratchDir, []);
    expect((await ask(through, 'http://example.org/')).status).toBe(200);
    expect((await ask(through, 'http://127.0.0.1/')).status).toBe(403);
    await expect(through.begin(scratchDir, ['127.0.0.1:80'])).rejects.toThrow('records already');
    const archive = await through.finishArchive(
      {
        address: 'http://example.org/',
        title: '',
        text: '',
        time: new Date().toISOString(),
        screens: [],
      },
      signing(scratchDir),
    );
    expect(archive.exchanges).toBe(1);
    expect(archive.notArchived.map(({ address }) => address)).toEqual(['http://127.0.0.1/']);
  } finally {
    await rm(scratchDir, { recursive: true, force: true });
  }
});

test('after it is closed nothing is opened any more', async () => {
  const through = await lane();
  await through.close();
  await expect(ask(through, 'http://example.org/')).rejects.toThrow(/ECONNREFUSED|socket hang up/);
});

test('a program of another user is turned away', async () => {
  const own = process.getuid?.() ?? 0;
  const ours = await lane({ clientUid: own });
  expect((await ask(ours, 'http://example.org/')).status).toBe(200);
  const theirs = await lane({ clientUid: own + 1 });
  await expect(ask(theirs, 'http://example.org/')).rejects.toThrow(/hang up|ECONNRESET/);
  expect(dialled).toEqual(['8.8.8.8:80']);
});
