/** What an administrator may lead the archive to: nothing around it, whatever a name stands for. Only loopback is ever connected to. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { lookup } from 'node:dns';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { fetch } from 'undici';
import { whyNotGlobal } from '#capture/addresses.ts';
import {
  judgedAgent,
  NotPlain,
  NotPublic,
  openPlainly,
  openPublicFetch,
} from '../../src/api/public-fetch.ts';

let server: Server;
let port = 0;
let asked = 0;
const encodings: unknown[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked += 1;
    encodings.push(request.headers['accept-encoding']);
    if (request.url === '/bomb') {
      response.setHeader('content-encoding', 'gzip').end(gzipSync('x'.repeat(50_000_000)));
      return;
    }
    response.end(request.url === '/large' ? 'x'.repeat(2_000_000) : 'inside');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());
beforeEach(() => {
  asked = 0;
});

/** A resolver of a test: what names stand for. */
const names = (...addresses: readonly string[]): typeof lookup =>
  ((_host: string, _options: unknown, done: (error: null, found: object[]) => void) =>
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )) as never;
const get = async (agent: ReturnType<typeof judgedAgent>, path = '/') =>
  await fetch(`http://login.rivertown.example:${port}${path}`, { dispatcher: agent }).then(
    async (answer) => await answer.text(),
  );

test('connects to the very address that was judged, and reads no more than it should', async () => {
  const judged: string[] = [];
  const agent = judgedAgent(names('127.0.0.1'), (address) => (judged.push(address), null));
  expect(await get(agent)).toBe('inside');
  expect([judged, asked]).toEqual([['127.0.0.1'], 1]);
  await expect(get(agent, '/large')).rejects.toThrow();
});

test('asks for answers as they are, and reads none that swells when it is unpacked', async () => {
  const agent = judgedAgent(names('127.0.0.1'), () => null);
  const init = { method: 'GET', headers: {}, redirect: 'manual', body: undefined } as const;
  const at = (path: string): URL => new URL(`http://login.rivertown.example:${port}${path}`);
  expect(await (await openPlainly(at('/'), init, agent)).text()).toBe('inside');
  expect(encodings.at(-1)).toBe('identity');
  await expect(openPlainly(at('/bomb'), init, agent)).rejects.toThrow(NotPlain);
});

test.each([[['127.0.0.1']], [['::1']], [['::ffff:127.0.0.1']], [['8.8.8.8', '127.0.0.1']], [[]]])(
  'connects to nothing where a name stands for %o',
  async (addresses) => {
    const refused = await get(judgedAgent(names(...addresses), whyNotGlobal)).catch(
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({ cause: expect.any(NotPublic) as unknown });
    expect(asked).toBe(0);
  },
);

test.each([
  'https://127.0.0.1',
  'https://[::1]',
  'https://2130706433',
  'https://0x7f.1',
  'https://127.1',
  'http://login.rivertown.example',
  'https://localhost',
  'https://login',
  'https://login.internal',
  'https://login.rivertown.local',
])('opens nothing at %s', async (origin) => {
  const opened = openPublicFetch()(`${origin}:${port}/`, {
    method: 'GET',
    headers: {},
    redirect: 'manual',
    body: undefined,
  });
  await expect(opened).rejects.toThrow(NotPublic);
  expect(asked).toBe(0);
});
