/** What a browser does with its proxy, said by hand: requests through it, tunnels with and without TLS, WebSockets. */
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { Agent, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { EgressLane } from '#capture/egress.ts';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly cut: boolean;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** For connections to the proxy that are used again. */
  readonly agent?: Agent;
}

/** An `http:` address by absolute form, an `https:` one in a tunnel of its own. */
export async function ask(lane: EgressLane, address: string, question: Question = {}): Promise<Reply> {
  const url = new URL(address);
  if (url.protocol === 'http:') return await exchange(lane, undefined, address, url.host, question);
  const socket = await openTls(lane, url.hostname, Number(url.port === '' ? 443 : url.port));
  try {
    return await exchange(lane, socket, `${url.pathname}${url.search}`, url.host, question);
  } finally {
    socket.destroy();
  }
}

export async function exchange(
  lane: EgressLane,
  socket: Socket | undefined,
  path: string,
  host: string,
  { method = 'GET', headers = {}, body, agent }: Question = {},
): Promise<Reply> {
  const outgoing = httpRequest({
    host: '127.0.0.1',
    port: new URL(lane.proxyAddress).port,
    ...(socket === undefined ? { agent: agent ?? false } : { createConnection: () => socket }),
    method,
    path,
    headers: { host, ...headers, ...(body === undefined ? {} : { 'content-length': String(body.length) }) },
  });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  let cut = false;
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } catch {
    cut = true;
  }
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks), cut };
}

/** The socket of a tunnel; rejects with the status where there is none. */
export async function openTunnel(lane: EgressLane, authority: string): Promise<Socket> {
  const { port } = new URL(lane.proxyAddress);
  const outgoing = httpRequest({ host: '127.0.0.1', port, method: 'CONNECT', path: authority, agent: false });
  outgoing.end();
  const [response, socket] = (await once(outgoing, 'connect')) as [IncomingMessage, Socket];
  socket.on('error', () => undefined);
  if (response.statusCode === 200) return socket;
  socket.destroy();
  throw new Error(`status ${response.statusCode}`);
}

/** TLS with whatever the lane answers by; which key that is, is for the test to look at. */
export async function openTls(
  lane: EgressLane,
  host: string,
  port: number,
  servername = host,
): Promise<TLSSocket> {
  const socket = tlsConnect({
    socket: await openTunnel(lane, `${host}:${port}`),
    rejectUnauthorized: false,
    ALPNProtocols: ['h2', 'http/1.1'],
    ...(/^[\d.]+$/.test(servername) ? {} : { servername }),
  });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return socket;
}

/** Shakes hands and says one word; the answer to the handshake and the word that came back. */
export async function webSocket(
  socket: Socket,
  host: string,
  path: string,
): Promise<{ head: string; said: string }> {
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  );
  let bytes = Buffer.alloc(0);
  let head = '';
  let said = '';
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    const end = bytes.indexOf('\r\n\r\n');
    if (head === '' && end >= 0) {
      head = bytes.toString('latin1', 0, end);
      bytes = bytes.subarray(end + 4);
      const word = Buffer.from('aldermen');
      if (head.includes(' 101 '))
        socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | word.length, 0, 0, 0, 0]), word]));
      else socket.destroy();
    }
    if (head !== '' && bytes.length >= 10) {
      said = bytes.toString('utf8', 2, 10);
      socket.destroy();
    }
  });
  if (!socket.destroyed) await once(socket, 'close');
  return { head, said };
}
