/**
 * The only way out for the capture browser: a forward proxy of our own on 127.0.0.1.
 *
 * Promises:
 *   - Each capture has a lane: a listening port of its own, so that one capture's traffic is told from another's,
 *     open to the browser's uid alone (where the kernel can say whose a connection is), closed with the capture.
 *   - A connection goes only where `routeTo` allowed, to an address that it judged. A redirect is a new request and
 *     is judged anew. Refused means 403 and no packet.
 *   - Bytes, requests, connections and idle time of a lane are bounded.
 *   - Every decision is kept for the capture report; the process log gets its kind alone, never a host.
 * A crash leaves nothing: lanes live in memory.
 *
 * Tunnels are passed through unread. Issue 4 turns the two forwarding functions into a recorder; the lane, its
 * decisions and its limits stay.
 */
import { randomBytes } from 'node:crypto';
import { lookup as resolve } from 'node:dns/promises';
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect as tcpConnect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Log } from '../log.ts';
import { uidOfPeer } from './peer.ts';
import { routeTo } from './route.ts';
import type { Lookup, ResolvedAddress, Route } from './route.ts';

export const EGRESS_LIMITS = {
  bytes: 512 * 1024 * 1024,
  requests: 5000,
  openConnections: 128,
  connectMs: 10_000,
  idleMs: 30_000,
} as const;
type EgressLimits = { readonly [K in keyof typeof EGRESS_LIMITS]: number };

interface EgressDecision {
  readonly at: string;
  readonly kind: 'http' | 'tunnel';
  readonly host: string | null;
  readonly port: number | null;
  readonly verdict: 'passed' | 'refused' | 'failed';
  /** Why it was refused or failed; null when it passed. */
  readonly reason: string | null;
  /** The address that was connected to. */
  readonly address: string | null;
}

export interface EgressLane {
  readonly proxyAddress: string;
  /** A header value that only our own answers carry, so that no site can pass for this proxy, nor this proxy for a site. */
  readonly mark: string;
  readonly decisions: readonly EgressDecision[];
  readonly bytesReceived: number;
  /** The latest decision on a host and port, written as `destinationOf` does. */
  lastDecision(host: string, port: number): EgressDecision | null;
  close(): Promise<void>;
}

export interface EgressOptions {
  /** `host:port` pairs that may be opened although they are not global. Trial only; the configuration sees to it. */
  readonly allow: readonly string[];
  /** The uid whose connections are served; null: any of this machine. */
  readonly clientUid: number | null;
  /** For the browser's own background traffic and for renderings: nothing passes at all. */
  readonly refuseAll?: boolean;
  readonly log: Log;
  readonly limits?: Partial<EgressLimits>;
  readonly lookup?: Lookup;
  readonly connect?: (to: ResolvedAddress, port: number) => Socket;
}

export const EGRESS_MARK_HEADER = 'x-holdfast-egress';
const MOST_DECISIONS = 2000;
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const systemLookup: Lookup = (host) => resolve(host, { all: true, order: 'verbatim' });
const systemConnect = (to: ResolvedAddress, port: number): Socket =>
  tcpConnect({ host: to.address, port, family: to.family });

export async function openLane(options: EgressOptions): Promise<EgressLane> {
  const limits = { ...EGRESS_LIMITS, ...options.limits };
  const lookup = options.lookup ?? systemLookup;
  const connect = options.connect ?? systemConnect;
  const mark = randomBytes(16).toString('hex');
  const decisions: EgressDecision[] = [];
  const latest = new Map<string, EgressDecision>();
  const sockets = new Set<Socket>();
  let upstreams = 0;
  let requests = 0;
  let bytesReceived = 0;
  let closed = false;

  const note = (
    kind: EgressDecision['kind'],
    route: Route,
    verdict: EgressDecision['verdict'],
    reason: string | null,
    address: string | null,
  ): void => {
    const host = route.destination?.host ?? null;
    const port = route.destination?.port ?? null;
    const decision = { at: new Date().toISOString(), kind, host, port, verdict, reason, address };
    if (decisions.length < MOST_DECISIONS) decisions.push(decision);
    if (host !== null) latest.set(`${host}:${port}`, decision);
    if (verdict === 'refused') options.log.info({ event: 'egress.refused', kind, reason }, 'egress.refused');
  };

  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.setTimeout(limits.idleMs, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };

  /** Judges, connects and answers with the socket, or with the reason why there is none. */
  const reach = async (
    kind: EgressDecision['kind'],
    target: string,
  ): Promise<{ socket: Socket } | { status: 403 | 502; reason: string }> => {
    requests += 1;
    const route: Route = options.refuseAll
      ? { verdict: 'refused', destination: null, reason: 'scheme-not-allowed', why: 'nothing may leave here' }
      : await routeTo(target, options.allow, lookup);
    const refuse = (reason: string): { status: 403; reason: string } => {
      note(kind, route, 'refused', reason, null);
      return { status: 403, reason };
    };
    if (options.refuseAll === true) return refuse('offline');
    if (route.verdict === 'refused') return refuse(route.reason);
    if (requests > limits.requests) return refuse('limit-requests');
    if (upstreams >= limits.openConnections) return refuse('limit-connections');
    if (bytesReceived >= limits.bytes) return refuse('limit-bytes');
    if (route.verdict === 'failed') {
      note(kind, route, 'failed', route.reason, null);
      return { status: 502, reason: route.reason };
    }
    let reason = 'connection-failed';
    for (const address of route.addresses) {
      if (closed) break;
      upstreams += 1;
      const socket = connect(address, route.destination.port);
      track(socket);
      socket.on('close', () => {
        upstreams -= 1;
      });
      socket.on('data', (chunk: Buffer) => {
        bytesReceived += chunk.length;
        if (bytesReceived < limits.bytes) return;
        // Not only this answer: a page over its limit gets nothing more by any connection.
        note(kind, route, 'refused', 'limit-bytes', address.address);
        for (const open of sockets) open.destroy();
      });
      const outcome = await connected(socket, limits.connectMs);
      if (outcome === 'open') {
        note(kind, route, 'passed', null, address.address);
        return { socket };
      }
      reason = outcome;
      socket.destroy();
    }
    note(kind, route, 'failed', reason, null);
    return { status: 502, reason };
  };

  const mayUse = async (client: Duplex): Promise<boolean> => {
    if (options.clientUid === null) return true;
    const { remotePort, localPort } = client as Socket;
    const uid = await uidOfPeer(remotePort ?? 0, localPort ?? 0);
    if (uid === options.clientUid) return true;
    options.log.warn({ event: 'egress.stranger', uid }, 'egress.stranger');
    client.destroy();
    return false;
  };

  const forward = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!(await mayUse(request.socket))) return;
    const target = request.url ?? '';
    const way = await reach('http', /^http:\/\//i.test(target) ? target : 'invalid');
    if ('status' in way) {
      response.writeHead(way.status, {
        [EGRESS_MARK_HEADER]: mark,
        'content-type': 'text/plain',
        connection: 'close',
      });
      response.end(`Holdfast did not open this address: ${way.reason}.\n`);
      return;
    }
    const url = new URL(target);
    const upstream = httpRequest({
      createConnection: () => way.socket,
      method: request.method,
      path: `${url.pathname}${url.search}`,
      headers: [...passedOn(request.rawHeaders), 'Connection', 'close'],
      setHost: false,
    });
    upstream.on('response', (answer) => {
      response.sendDate = false;
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, passedOn(answer.rawHeaders));
      answer.pipe(response);
      // An answer that breaks off must break off for the browser too, or it would count as whole.
      answer.on('aborted', () => response.destroy());
      answer.on('error', () => response.destroy());
    });
    upstream.on('error', () => {
      if (response.headersSent) response.destroy();
      else {
        response.writeHead(502, {
          [EGRESS_MARK_HEADER]: mark,
          'content-type': 'text/plain',
          connection: 'close',
        });
        response.end('Holdfast got no answer from this address.\n');
      }
    });
    response.on('close', () => {
      upstream.destroy();
      way.socket.destroy();
    });
    request.pipe(upstream);
  };

  const tunnel = async (request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> => {
    client.on('error', () => client.destroy());
    if (!(await mayUse(client))) return;
    const way = await reach('tunnel', `http://${withPort(request.url ?? '')}`);
    if ('status' in way) {
      client.end(
        `HTTP/1.1 ${way.status} ${way.status === 403 ? 'Forbidden' : 'Bad Gateway'}\r\n${EGRESS_MARK_HEADER}: ${mark}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      );
      return;
    }
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) way.socket.write(head);
    way.socket.pipe(client).pipe(way.socket);
    way.socket.on('close', () => client.destroy());
    client.on('close', () => way.socket.destroy());
  };

  const server = createServer({ requestTimeout: 0, keepAliveTimeout: limits.idleMs }, (request, response) => {
    forward(request, response).catch(() => response.destroy());
  });
  server.on('connect', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    tunnel(request, client, head).catch(() => client.destroy());
  });
  server.on('upgrade', (_request: IncomingMessage, client: Duplex) => client.destroy());
  server.on('connection', track);
  server.maxConnections = limits.openConnections * 2;
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(0, '127.0.0.1', done);
  });

  return {
    proxyAddress: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mark,
    decisions,
    get bytesReceived() {
      return bytesReceived;
    },
    lastDecision: (host, port) => latest.get(`${host}:${port}`) ?? null,
    async close() {
      closed = true;
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

function connected(socket: Socket, limitMs: number): Promise<string> {
  return new Promise((done) => {
    const timer = setTimeout(() => done('connection-timeout'), limitMs);
    const settle = (outcome: string): void => {
      clearTimeout(timer);
      done(outcome);
    };
    socket.once('connect', () => settle('open'));
    socket.once('error', () => settle('connection-failed'));
    socket.once('close', () => settle('connection-failed'));
  });
}

/** Header names and values as they came, in their order and spelling, without those that belong to one hop. */
function passedOn(raw: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    if (!HOP_BY_HOP.has(name.toLowerCase())) kept.push(name, raw[i + 1] ?? '');
  }
  return kept;
}

/** A CONNECT without a port is refused by making it no address at all. */
function withPort(authority: string): string {
  return /^[^/?#@\s]+:\d{1,5}$/.test(authority) ? authority : ' ';
}
