/**
 * A server whose every answer is known to the byte, over TLS or without: what an archive of it must hold. Answers go
 * out as they stand here, so that what the server sent does not depend on what its library makes of it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { ServerIdentity } from './certificates.ts';

export interface Sample {
  readonly status: number;
  readonly headers: readonly string[];
  /** Without transfer coding, as it is sent. */
  readonly body: Buffer;
  /** Sent so many bytes of it, then the connection is cut. */
  readonly cutAt?: number;
  readonly chunked?: boolean;
}

const TEXT = Buffer.from('A meeting of the board of aldermen, in words that repeat themselves. '.repeat(400));
const BINARY = randomBytes(200_001);
const LARGE = randomBytes(50 * 1024 * 1024);

const plain = (body: Buffer, type: string, ...more: string[]): Sample => ({
  status: 200,
  headers: ['Content-Type', type, 'Content-Length', String(body.length), ...more],
  body,
});

/** Asks for one of each kind by itself, and has a title when all of it came. */
const PAGE =
  Buffer.from(`<!doctype html><title>waiting</title><h1>Minutes of the board</h1><p>Ward 3 voted aye.</p>
<script>
const word = new Promise((done, fail) => {
  const socket = new WebSocket(location.origin.replace('http', 'ws') + '/live');
  socket.onopen = () => socket.send('aldermen');
  socket.onmessage = ({ data }) => { done(data); socket.close(); };
  socket.onerror = fail;
});
const size = async (path, init) => (await (await fetch(path, init)).arrayBuffer()).byteLength;
Promise.all([size('/brotli'), size('/chunked-gzip'), size('/moved'), size('/echo', { method: 'POST', body: '{"vote":"aye"}', headers: { 'content-type': 'application/json' } }), word])
  .then((all) => { document.title = ['done', isSecureContext, ...all].join(' '); }, (error) => { document.title = String(error); });
</script>`);

export const SAMPLES: Readonly<Record<string, Sample>> = {
  '/text': plain(
    TEXT,
    'text/plain; charset=utf-8',
    'X-Case-Kept',
    'Yes',
    'set-cookie',
    'a=1',
    'Set-Cookie',
    'b=2',
  ),
  '/text-again': plain(TEXT, 'text/plain'),
  '/latin': plain(Buffer.from('short'), 'text/plain', 'X-Town', 'Stra\u00dfe'),
  '/gzip': plain(gzipSync(TEXT), 'text/html', 'Content-Encoding', 'gzip'),
  '/brotli': plain(brotliCompressSync(TEXT), 'text/html', 'Content-Encoding', 'br'),
  '/binary': plain(BINARY, 'application/octet-stream'),
  '/page': plain(PAGE, 'text/html; charset=utf-8'),
  '/nothing': plain(Buffer.alloc(0), 'text/plain'),
  '/large': plain(LARGE, 'video/mp4'),
  '/chunked': {
    status: 200,
    headers: ['Content-Type', 'text/plain', 'Transfer-Encoding', 'chunked'],
    body: Buffer.concat([TEXT, BINARY]),
    chunked: true,
  },
  '/chunked-gzip': {
    status: 200,
    headers: ['Content-Type', 'text/html', 'Content-Encoding', 'gzip', 'Transfer-Encoding', 'chunked'],
    body: gzipSync(Buffer.concat([BINARY, TEXT])),
    chunked: true,
  },
  '/until-close': { status: 200, headers: ['Content-Type', 'text/plain', 'Connection', 'close'], body: TEXT },
  '/moved': {
    status: 302,
    headers: ['Location', '/text', 'Content-Length', '5'],
    body: Buffer.from('moved'),
  },
  '/not-modified': { status: 304, headers: ['ETag', '"one"'], body: Buffer.alloc(0) },
  '/no-content': { status: 204, headers: ['X-Empty', 'yes'], body: Buffer.alloc(0) },
  '/missing': { ...plain(Buffer.from('There is no such page.'), 'text/plain'), status: 404 },
  '/part': {
    status: 206,
    headers: ['Content-Type', 'video/mp4', 'Content-Range', 'bytes 5-14/100', 'Content-Length', '10'],
    body: Buffer.from('5678901234'),
  },
  '/cut': { ...plain(BINARY, 'application/octet-stream'), cutAt: 70_000 },
  '/cut-chunked': {
    status: 200,
    headers: ['Content-Type', 'text/plain', 'Transfer-Encoding', 'chunked'],
    body: TEXT,
    cutAt: 1_000,
    chunked: true,
  },
};

export interface ExchangeSite {
  readonly port: number;
  /** Requests as they came: method, path, headers in their order, body. */
  readonly asked: readonly { method: string; path: string; headers: string[]; body: Buffer }[];
  readonly server: Server;
  close(): Promise<void>;
}

/** `identity`: it speaks TLS by it. */
export async function openExchangeSite(identity?: ServerIdentity): Promise<ExchangeSite> {
  const asked: { method: string; path: string; headers: string[]; body: Buffer }[] = [];
  const sockets = new Set<Socket>();
  const listen = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', rawHeaders } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    asked.push({ method, path: url, headers: rawHeaders, body });
    const sample = SAMPLES[url.split('?')[0] ?? ''];
    if (sample !== undefined) send(sample, method, response);
    else if (url.startsWith('/echo')) send(plain(body, 'application/octet-stream'), method, response);
    // `/hangs` begins an answer and does not go on.
    else if (url.startsWith('/hangs')) response.writeHead(200, { 'content-length': '1000' }).write('begun');
    // `/endless` goes on for ever.
    else if (url.startsWith('/endless')) drip(response);
    else send({ ...plain(Buffer.from('unknown'), 'text/plain'), status: 404 }, method, response);
  };
  const handler = (request: IncomingMessage, response: ServerResponse): void => {
    listen(request, response).catch(() => response.destroy());
  };
  const server =
    identity === undefined
      ? createServer(handler)
      : createTlsServer({ ...identity, ALPNProtocols: ['http/1.1'] }, handler);
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => acceptWebSocket(request, socket));
  for (const event of ['connection', 'secureConnection'])
    server.on(event, (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(0, '127.0.0.1', done);
  });
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    server,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

function send(
  { status, headers, body, cutAt, chunked = false }: Sample,
  method: string,
  response: ServerResponse,
): void {
  const socket = response.socket as Socket;
  const head = headers.map((each, i) => (i % 2 === 0 ? `${each}: ` : `${each}\r\n`)).join('');
  socket.write(Buffer.from(`HTTP/1.1 ${status} Sample\r\n${head}\r\n`, 'latin1'));
  const sent = cutAt === undefined ? body : body.subarray(0, cutAt);
  if (method !== 'HEAD' && !chunked) socket.write(sent);
  if (method !== 'HEAD' && chunked) {
    // In pieces that fit nothing else, so that a mistake with them shows.
    for (let at = 0; at < sent.length; at += 7_001) {
      const piece = sent.subarray(at, at + 7_001);
      socket.write(`${piece.length.toString(16)}\r\n`);
      socket.write(piece);
      socket.write('\r\n');
    }
    if (cutAt === undefined) socket.write('0\r\n\r\n');
  }
  if (cutAt !== undefined) setTimeout(() => socket.destroySoon(), 30);
  // Node's own answer is of no use here: the connection ends after ours, as far as Node knows.
  response.detachSocket(socket);
  if (headers.includes('close')) socket.end();
}

function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/octet-stream' });
  const more = (): void => {
    if (response.destroyed) return;
    if (response.write(Buffer.alloc(64 * 1024, 'x'))) setImmediate(more);
    else response.once('drain', more);
  };
  more();
}

/** Answers the handshake for `/live`, and each text frame with the same text (RFC 6455); short ones only. */
function acceptWebSocket(request: IncomingMessage, socket: Socket): void {
  if (request.url !== '/live') {
    socket.end('HTTP/1.1 404 Sample\r\nContent-Length: 7\r\n\r\nnothing');
    return;
  }
  const accept = createHash('sha1')
    .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.on('data', (frame: Buffer) => {
    const length = (frame[1] ?? 0) & 0x7f;
    if ((frame[0] ?? 0) !== 0x81 || length > 125) return;
    const mask = frame.subarray(2, 6);
    const text = frame.subarray(6, 6 + length).map((byte, i) => byte ^ (mask[i % 4] ?? 0));
    socket.write(Buffer.concat([Buffer.from([0x81, length]), text]));
  });
}
