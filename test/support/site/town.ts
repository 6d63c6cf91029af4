/**
 * The town: a site of many pages on several loopback addresses, made to be captured. It keeps what it sent, body by
 * body, so that an archive of a visit can be held against it. Everybody and everything in it is made up.
 *
 * Four origins: the town itself, one of the same site on another port, and two that are sites of their own. No name
 * is ever resolved. `all-pages.ts` lists the pages.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Answer, Origins, SitePage } from './page.ts';

/** One answer that the site gave. */
export interface Sent {
  readonly address: string;
  readonly method: string;
  readonly status: number;
  /** Of the body as it was sent: with its content coding, without the framing of chunks. */
  readonly sha256: string;
  readonly bytes: number;
  /** False while it goes on, and for ever when it broke off or never ends. */
  readonly complete: boolean;
  /** Epoch milliseconds of its last byte. */
  readonly endedAt: number;
  /** Of the body that came with the question; null when none came. */
  readonly askedSha256: string | null;
}

export interface Town {
  readonly origins: Origins;
  /** Address of a page. */
  addressOf(page: SitePage): string;
  /** For `HOLDFAST_CAPTURE_ALLOW`. */
  readonly hostPorts: readonly string[];
  /** Everything that was asked for since `forget`, in the order of the questions. */
  readonly sent: readonly Sent[];
  forget(): void;
  close(): Promise<void>;
}

export async function openTown(pages: readonly SitePage[]): Promise<Town> {
  const byName = new Map(pages.map((page) => [page.name, page]));
  if (byName.size !== pages.length) throw new Error('Two pages have one name.');
  let sent: { -readonly [K in keyof Sent]: Sent[K] }[] = [];
  const sockets = new Set<Socket>();
  const ends = new Set<() => void>();
  const servers: Server[] = [];
  let origins: Origins | null = null;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (origins === null) return;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const address = `http://${request.headers.host ?? ''}${request.url ?? ''}`;
    const url = new URL(address);
    const [, name = '', ...rest] = url.pathname.split('/');
    const route = byName.get(name)?.routes[`/${rest.join('/')}`] ?? byName.get(name)?.routes['*'];
    const asked = { method: request.method ?? '', url, headers: request.headers, body, origins };
    const said: Answer =
      route === undefined ? { status: 404, body: 'There is nothing here.' } : await route(asked);

    const note = {
      address,
      method: asked.method,
      status: said.status ?? 200,
      sha256: '',
      bytes: 0,
      complete: false,
      endedAt: Infinity,
      askedSha256: body.length === 0 ? null : sha256(body),
    };
    sent.push(note);
    const hash = createHash('sha256');
    const finish = (): void => {
      note.sha256 = hash.copy().digest('hex');
      note.endedAt = Date.now();
    };
    response.on('finish', () => {
      finish();
      note.complete = said.breaksOff !== true;
    });
    response.on('close', () => {
      if (!note.complete) finish();
    });
    const write = (part: string | Uint8Array): void => {
      if (response.destroyed) return;
      const bytes = Buffer.from(part as string);
      hash.update(bytes);
      note.bytes += bytes.length;
      response.write(bytes);
    };
    if (said.delayMs !== undefined && !(await waited(said.delayMs, response))) return;
    if (said.manner === 'trickling-head') {
      // The head of an answer, one line at a time, for ever.
      response.socket?.write('HTTP/1.1 200 OK\r\n');
      every(300, response, (i) => response.socket?.write(`X-Line-${i}: ${i}\r\n`));
      return;
    }
    const whole = Buffer.from((said.body ?? '') as string);
    const framed = said.manner === 'chunked' || said.goesOn !== undefined || said.manner === 'until-close';
    response.writeHead(note.status, {
      'content-type': 'text/html; charset=utf-8',
      ...(framed || note.status === 204 ? {} : { 'content-length': String(whole.length) }),
      ...(said.manner === 'until-close' ? { connection: 'close' } : {}),
      'access-control-allow-origin': '*',
      ...said.headers,
    });
    if (said.manner === 'until-close') response.useChunkedEncodingByDefault = false;
    if (said.manner === 'chunked')
      for (let at = 0; at < whole.length; at += 700) write(whole.subarray(at, at + 700));
    else if (whole.length > 0 && asked.method !== 'HEAD') write(whole);
    else response.flushHeaders();
    if (said.breaksOff === true) {
      await waited(50, response);
      response.destroy();
      return;
    }
    if (said.goesOn === undefined) {
      response.end();
      return;
    }
    const { everyMs, part } = said.goesOn;
    every(everyMs, response, (i) => write(part(i)));
  };

  const waited = (ms: number, response: ServerResponse): Promise<boolean> =>
    new Promise((done) => {
      if (!Number.isFinite(ms)) {
        done(false);
        return;
      }
      const timer = setTimeout(() => done(!response.destroyed), ms);
      ends.add(() => clearTimeout(timer));
    });

  const every = (ms: number, response: ServerResponse, tick: (i: number) => void): void => {
    let i = 0;
    const timer = setInterval(() => tick((i += 1)), ms);
    ends.add(() => clearInterval(timer));
    response.on('close', () => clearInterval(timer));
  };

  /** The server's side of a WebSocket, as far as it talks: text frames, never masked. */
  const upgrade = (request: IncomingMessage, socket: Duplex): void => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    const [, name = '', ...rest] = url.pathname.split('/');
    const said = byName.get(name)?.sockets?.[`/${rest.join('/')}`];
    const key = request.headers['sec-websocket-key'];
    if (said === undefined || key === undefined) {
      socket.destroy();
      return;
    }
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.on('error', () => socket.destroy());
    sent.push({
      address: `ws://${request.headers.host ?? ''}${request.url ?? ''}`,
      method: 'GET',
      status: 101,
      sha256: '',
      bytes: 0,
      complete: false,
      endedAt: Infinity,
      askedSha256: null,
    });
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    const say = (text: string): void => {
      const bytes = Buffer.from(text);
      const head =
        bytes.length < 126
          ? Buffer.from([0x81, bytes.length])
          : Buffer.from([0x81, 126, bytes.length >> 8, bytes.length & 255]);
      socket.write(Buffer.concat([head, bytes]));
    };
    say(said);
    const timer = setInterval(() => say('tick'), 400);
    ends.add(() => clearInterval(timer));
    socket.on('close', () => clearInterval(timer));
    socket.on('data', () => undefined);
  };

  const listen = async (host: string): Promise<string> => {
    const server = createServer({ keepAlive: true }, (request, response) => {
      answer(request, response).catch(() => response.destroy());
    });
    server.on('upgrade', upgrade);
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((done, fail) => {
      server.once('error', fail);
      server.listen(0, host, done);
    });
    servers.push(server);
    return `http://${host}:${(server.address() as AddressInfo).port}`;
  };

  const made: Origins = {
    town: await listen('127.0.0.1'),
    sibling: await listen('127.0.0.1'),
    other: await listen('127.0.0.2'),
    third: await listen('127.0.0.3'),
  };
  origins = made;
  return {
    origins: made,
    addressOf: (page) => page.address ?? `${made.town}/${page.name}/${page.entry ?? ''}`,
    hostPorts: Object.values(made).map((origin) => new URL(origin).host),
    get sent() {
      return sent;
    },
    forget() {
      sent = [];
    },
    async close() {
      for (const end of ends) end();
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise<void>((done) => server.close(() => done()))));
    },
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
