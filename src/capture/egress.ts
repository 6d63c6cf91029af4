/**
 * The only way out for the capture browser: a recording forward proxy of our own on 127.0.0.1.
 *
 * Promises:
 *   - Each capture has a lane: a listening port of its own, so that one capture's traffic is told from another's,
 *     open to the browser's uid alone (where the kernel can say whose a connection is), closed with the capture.
 *   - A connection goes only where `routeTo` allowed, to an address that it judged. A redirect is a new request and
 *     is judged anew; a request within a tunnel that names another host or port than the tunnel is refused. Refused
 *     means 403 and no packet.
 *   - TLS ends here: the browser is answered by our own certificate (`authority.ts`), the server's is checked as
 *     strictly as Node does and is on record. One that is not valid is refused; what is neither TLS nor HTTP is closed.
 *   - Every exchange is recorded (`recorder.ts`); what is refused, fails or is cut off is listed as not archived.
 *   - Bytes, requests, connections, silence and time of a lane are bounded (`gate.ts`).
 *   - Every decision is kept for the capture report; the process log gets its kind alone, never a host.
 * A crash leaves the recorder's folder to the owner of the scratch folder that it lies in, and nothing else.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Duplex } from 'node:stream';
import { destinationOf } from './addresses.ts';
import type { Destination } from './addresses.ts';
import { authority } from './authority.ts';
import { EGRESS_MARK_HEADER, forward, refuse, upgrade } from './forward.ts';
import type { Way } from './forward.ts';
import { Gate } from './gate.ts';
import type { EgressDecision, GateOptions, OpenRoute, Refusal } from './gate.ts';
import { newLine } from './line.ts';
import type { Line } from './line.ts';
import { uidOfPeer } from './peer.ts';
import { Recorder } from './recorder.ts';
import type { Archive } from './recorder.ts';
import type { SignWacz } from './signature.ts';
import { secure } from './upstream.ts';
import type { ArchivedPage } from './wacz.ts';

export { EGRESS_MARK_HEADER } from './forward.ts';
export { EGRESS_LIMITS } from './gate.ts';

export interface EgressLane {
  readonly proxyAddress: string;
  /** A header value that only our own answers carry, so that no site can pass for this proxy, nor this proxy for a site. */
  readonly mark: string;
  readonly decisions: readonly EgressDecision[];
  readonly bytesReceived: number;
  /**
   * Opens a lane that was opened with `refuseAll`, and records what passes from now on in `scratchDir`. Once, before
   * the browser asks for anything.
   */
  begin(scratchDir: string, allow: readonly string[]): Promise<void>;
  /** The latest decision on a host and port, written as `destinationOf` does. */
  lastDecision(host: string, port: number): EgressDecision | null;
  /**
   * Ends all traffic of the lane and writes the archive, `page.wacz`, into the scratch folder. Once; rejects in a lane
   * that records nothing, and when the disk is full.
   */
  finishArchive(page: ArchivedPage, sign: SignWacz): Promise<Archive>;
  close(): Promise<void>;
}

export interface EgressOptions extends GateOptions {
  /** The uid whose connections are served; null: any of this machine. */
  readonly clientUid: number | null;
  /** Where the archive is made; without it nothing is recorded. */
  readonly scratchDir?: string;
  /** Further roots, in PEM, beside those of Node. */
  readonly ca?: readonly string[];
}

export async function openLane(options: EgressOptions): Promise<EgressLane> {
  let recorder = options.scratchDir === undefined ? null : await Recorder.open(options.scratchDir);
  const lane = new Lane(options, recorder);
  const port = await lane.listen();
  const { gate } = lane;
  let finished = false;
  return {
    proxyAddress: `http://127.0.0.1:${port}`,
    mark: gate.mark,
    decisions: gate.decisions,
    get bytesReceived() {
      return gate.bytesReceived;
    },
    async begin(scratchDir, allow) {
      if (recorder !== null) throw new Error('This lane records already.');
      recorder = await Recorder.open(scratchDir);
      lane.begin(recorder, allow);
    },
    lastDecision: (host, at) => gate.lastDecision(host, at),
    async finishArchive(page, sign) {
      if (recorder === null || finished) throw new Error('This lane has nothing to finish.');
      finished = true;
      await lane.end('capture-ended');
      return await recorder.finish(page, sign);
    },
    async close() {
      await lane.end('capture-ended');
      await lane.stop();
      await recorder?.discard();
    },
  };
}

/** Address, cookies and all; what is longer is refused before it is read. */
const REQUEST_HEADER_BYTES = 64 * 1024;

/** What a connection of the browser is a tunnel to. */
interface Tunnel {
  readonly destination: Destination;
  /** `https://host:port`, as browsers write it. */
  readonly origin: string;
  readonly line: Promise<Line | Refusal>;
}

class Lane {
  readonly gate: Gate;
  readonly #options: EgressOptions;
  #recorder: Recorder | null;
  readonly #server: Server;
  readonly #tunnels = new WeakMap<Duplex, Tunnel>();
  readonly #lines = new WeakMap<Duplex, Line>();
  readonly #known = new WeakSet<Duplex>();
  readonly #running = new Set<Promise<void>>();

  constructor(options: EgressOptions, recorder: Recorder | null) {
    this.#options = options;
    this.#recorder = recorder;
    this.gate = new Gate(options);
    this.#server = this.#newServer();
  }

  begin(recorder: Recorder, allow: readonly string[]): void {
    this.#recorder = recorder;
    this.gate.open(allow);
  }

  async listen(): Promise<number> {
    const server = this.#server;
    server.on('connect', (request: IncomingMessage, client: Duplex, head: Buffer) => {
      // Within a tunnel there is no further one.
      if (this.#tunnels.has(client)) client.destroy();
      else this.#connect(request, client as Socket, head).catch(() => client.destroy());
    });
    server.on('connection', (socket) => {
      if (!this.#tunnels.has(socket)) this.gate.track(socket);
    });
    server.maxConnections = this.gate.limits.openConnections * 2;
    await new Promise<void>((done, fail) => {
      server.once('error', fail);
      server.listen(0, '127.0.0.1', done);
    });
    return (server.address() as AddressInfo).port;
  }

  /** Ends what is open, and waits until all of it is on record. */
  async end(reason: string): Promise<void> {
    this.gate.shut(reason);
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  async stop(): Promise<void> {
    this.gate.shut('capture-ended');
    await new Promise<void>((done) => this.#server.close(() => done()));
  }

  #newServer(): Server {
    const server = createServer(
      {
        requestTimeout: 0,
        keepAliveTimeout: this.gate.limits.idleMs,
        maxHeaderSize: REQUEST_HEADER_BYTES,
        shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
      },
      (request, response) => {
        this.#request(request, response).catch(() => response.destroy());
      },
    );
    server.on('upgrade', (request: IncomingMessage, client: Duplex, head: Buffer) => {
      client.on('error', () => client.destroy());
      this.#upgrade(request, client, head).catch(() => client.destroy());
    });
    server.on('clientError', (error: NodeJS.ErrnoException, client: Duplex) => {
      const tunnel = this.#tunnels.get(client);
      // Not the browser leaving, but what cannot be read: a malformed request, or a browser that does not trust us.
      if (/^(?:HPE_|ERR_SSL|EPROTO)/.test(error.code ?? ''))
        this.#recorder?.leaveOut(`${tunnel?.origin ?? 'http:/'}/`, `not readable (${error.code})`);
      client.destroy();
    });
    return server;
  }

  /** What is recorded must have ended before the archive does. */
  async #run(work: Promise<void>): Promise<void> {
    this.#running.add(work);
    await work.finally(() => this.#running.delete(work));
  }

  async #request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const way = await this.#wayOf(request, 'http');
    if (way === null) return;
    if ('status' in way) refuse(this.gate, response, way);
    else await this.#run(forward({ gate: this.gate, recorder: this.#recorder }, way, request, response));
  }

  async #upgrade(request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    const way = await this.#wayOf(request, 'ws');
    if (way === null) return;
    if ('status' in way) client.end(this.#refusal(way));
    else await this.#run(upgrade({ gate: this.gate, recorder: this.#recorder }, way, request, client, head));
  }

  async #wayOf(request: IncomingMessage, kind: 'http' | 'ws'): Promise<Way | Refusal | null> {
    const tunnel = this.#tunnels.get(request.socket);
    const named = addressOf(request, tunnel?.origin ?? null);
    const address = kind === 'ws' ? named.replace(/^http/, 'ws') : named;
    const way =
      tunnel === undefined
        ? await this.#plainWay(request, address)
        : await this.#tunnelWay(request, address, tunnel);
    if (way !== null && 'status' in way) this.#leaveOut(address, way);
    return way;
  }

  /** A request that names its destination itself: judged, each one. */
  async #plainWay(request: IncomingMessage, address: string): Promise<Way | Refusal | null> {
    if (!(await this.#mayUse(request.socket))) return null;
    const target = request.url ?? '';
    const route = await this.gate.judge('http', /^http:\/\//i.test(target) ? target : 'invalid');
    if ('status' in route) return route;
    if (!namesHost(request, route.destination, 'http:'))
      return this.gate.refuse('http', route.destination, 'other-host-named');
    const line = await this.#plainLine(request.socket, route);
    if ('status' in line) return line;
    const url = new URL(target);
    return { line, address, path: `${url.pathname}${url.search}` };
  }

  /** The connection that this client had before, where it leads to an address that was judged just now; else a new one. */
  async #plainLine(client: Socket, route: OpenRoute): Promise<Line | Refusal> {
    const { destination } = route;
    const before = this.#lines.get(client);
    if (
      before !== undefined &&
      before.busy === 0 &&
      !before.socket.destroyed &&
      before.destination.host === destination.host &&
      before.destination.port === destination.port &&
      route.addresses.some(({ address }) => address === before.address)
    ) {
      this.gate.pass('http', destination, before.address);
      return before;
    }
    const dialled = await this.gate.dial('http', route);
    if ('status' in dialled) return dialled;
    this.gate.pass('http', destination, dialled.address);
    const line = this.#newLine('http', { ...dialled, destination, tls: null });
    if (before === undefined) client.on('close', () => this.#lines.get(client)?.socket.destroy());
    else before.socket.destroy();
    this.#lines.set(client, line);
    if (client.destroyed) line.socket.destroy();
    return line;
  }

  #newLine(kind: 'http' | 'tunnel', made: Omit<Line, 'agent' | 'busy'>): Line {
    this.gate.meter(kind, made.socket, made.destination, made.address);
    return newLine(made, this.gate.limits.idleMs);
  }

  /** A request within a tunnel: it must be for the server that the tunnel was judged for. */
  async #tunnelWay(request: IncomingMessage, address: string, tunnel: Tunnel): Promise<Way | Refusal> {
    const { destination, origin } = tunnel;
    const beyond = this.gate.admit('in-tunnel', destination);
    if (beyond !== null) return beyond;
    const { protocol } = new URL(origin);
    const sni = request.socket instanceof TLSSocket ? serverNameOf(request.socket) : null;
    const agrees =
      namesHost(request, destination, protocol) &&
      (sni === null || sni === destination.host) &&
      address.replace(/^ws/, 'http').startsWith(`${origin}/`);
    if (!agrees) return this.gate.refuse('in-tunnel', destination, 'other-host-named');
    const line = await tunnel.line;
    return 'status' in line ? line : { line, address, path: address.slice(new URL(address).origin.length) };
  }

  async #connect(request: IncomingMessage, client: Socket, head: Buffer): Promise<void> {
    client.on('error', () => client.destroy());
    if (!(await this.#mayUse(client))) return;
    const authorityName = request.url ?? '';
    const route = await this.gate.judge('tunnel', `http://${withPort(authorityName)}`);
    const dialled = 'status' in route ? route : await this.gate.dial('tunnel', route);
    if ('status' in route || 'status' in dialled) {
      const refusal = 'status' in route ? route : (dialled as Refusal);
      this.#leaveOut(`https://${authorityName}/`, refusal);
      client.end(this.#refusal(refusal));
      return;
    }
    const { destination } = route;
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    const first = head.length > 0 ? head : await firstOf(client);
    client.on('close', () => dialled.socket.destroy());
    if (first === null || client.destroyed) {
      // Opened ahead of need, and never used.
      this.gate.pass('tunnel', destination, dialled.address);
      dialled.socket.destroy();
      return;
    }
    client.unshift(first);
    if (first[0] === TLS_HANDSHAKE) this.#tlsTunnel(client, destination, dialled);
    else if (/^[A-Z]+ /.test(first.toString('latin1', 0, 32)))
      this.#plainTunnel(client, destination, dialled);
    else {
      this.gate.refuse('tunnel', destination, 'neither-tls-nor-http', { address: dialled.address });
      this.#recorder?.leaveOut(`https://${authorityName}/`, 'neither-tls-nor-http');
      client.destroy();
    }
  }

  /** As browsers open it for `ws:`. */
  #plainTunnel(client: Socket, destination: Destination, dialled: { socket: Socket; address: string }): void {
    this.gate.pass('tunnel', destination, dialled.address);
    const line = this.#newLine('tunnel', { ...dialled, destination, tls: null });
    this.#serve(client, destination, 'http:', Promise.resolve(line));
    client.resume();
  }

  #tlsTunnel(client: Socket, destination: Destination, dialled: { socket: Socket; address: string }): void {
    this.gate.untime(client);
    const inside = new TLSSocket(client, {
      isServer: true,
      secureContext: authority().context,
      ALPNProtocols: ['http/1.1'],
    });
    this.gate.track(inside);
    this.#serve(inside, destination, 'https:', this.#secureLine(destination, dialled));
  }

  async #secureLine(
    destination: Destination,
    { socket: raw, address }: { socket: Socket; address: string },
  ): Promise<Line | Refusal> {
    this.gate.untime(raw);
    const secured = await secure(raw, destination.host, this.#options.ca ?? [], this.gate.limits.connectMs);
    if ('reason' in secured) {
      const circumstances = { address, detail: secured.code };
      return secured.reason === 'tls-invalid'
        ? this.gate.refuse('tunnel', destination, secured.reason, circumstances)
        : this.gate.fail('tunnel', destination, secured.reason, circumstances);
    }
    this.gate.track(secured.socket);
    this.gate.pass('tunnel', destination, address);
    return this.#newLine('tunnel', { socket: secured.socket, destination, address, tls: secured.facts });
  }

  /** Requests within the tunnel are read as those to the proxy are; the tunnel and the connection behind it end together. */
  #serve(
    client: Socket,
    destination: Destination,
    protocol: 'http:' | 'https:',
    line: Promise<Line | Refusal>,
  ): void {
    const host = destination.host.includes(':') ? `[${destination.host}]` : destination.host;
    const { origin } = new URL(`${protocol}//${host}:${destination.port}`);
    this.#tunnels.set(client, { destination, origin, line });
    void this.#bind(client, line);
    this.#server.emit('connection', client);
  }

  async #bind(client: Socket, line: Promise<Line | Refusal>): Promise<void> {
    const made = await line;
    if ('status' in made) return;
    client.on('close', () => made.socket.destroy());
    made.socket.on('close', () => {
      // An exchange under way ends the connection itself, after it has told how far it came.
      if (made.busy === 0) client.destroy();
    });
    if (client.destroyed) made.socket.destroy();
  }

  async #mayUse(client: Duplex): Promise<boolean> {
    const { clientUid, log } = this.#options;
    if (clientUid === null || this.#known.has(client)) return true;
    const { remotePort, localPort } = client as Socket;
    const uid = await uidOfPeer(remotePort ?? 0, localPort ?? 0);
    if (uid === clientUid) {
      this.#known.add(client);
      return true;
    }
    log.warn({ event: 'egress.stranger', uid }, 'egress.stranger');
    client.destroy();
    return false;
  }

  #leaveOut(address: string, { reason, detail }: Refusal): void {
    this.#recorder?.leaveOut(address, detail === undefined ? reason : `${reason} (${detail})`);
  }

  #refusal({ status }: Refusal): string {
    const words = status === 403 ? 'Forbidden' : 'Bad Gateway';
    return `HTTP/1.1 ${status} ${words}\r\n${EGRESS_MARK_HEADER}: ${this.gate.mark}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
  }
}

/** The first byte of every TLS connection (RFC 8446, 5.1). */
const TLS_HANDSHAKE = 0x16;

/** What the client sends first; null when it leaves. */
function firstOf(client: Socket): Promise<Buffer | null> {
  return new Promise((done) => {
    client.once('data', (chunk: Buffer) => {
      client.pause();
      done(chunk);
    });
    client.once('close', () => done(null));
  });
}

/** Absolute, as it is recorded. */
function addressOf({ url = '' }: IncomingMessage, origin: string | null): string {
  if (origin !== null && url.startsWith('/')) return `${origin}${url}`;
  if (!URL.canParse(url)) return url;
  const absolute = new URL(url);
  return `${absolute.origin}${absolute.pathname}${absolute.search}`;
}

/** Whether a request has one Host header, and that names this destination. */
function namesHost({ rawHeaders }: IncomingMessage, { host, port }: Destination, protocol: string): boolean {
  const named = rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === 'host');
  const [only = ''] = named;
  if (named.length !== 1 || !/^[^/?#@\s]+$/.test(only) || !URL.canParse(`${protocol}//${only}`)) return false;
  const destination = destinationOf(new URL(`${protocol}//${only}`));
  return destination.host === host && destination.port === port;
}

/** Null: the browser named none, as for an address. */
function serverNameOf(socket: TLSSocket): string | null {
  const { servername } = socket as { servername?: string | false };
  return typeof servername === 'string' && servername !== ''
    ? servername.toLowerCase().replace(/\.$/, '')
    : null;
}

/** A CONNECT without a port is refused by making it no address at all. */
function withPort(name: string): string {
  return /^[^/?#@\s]+:\d{1,5}$/.test(name) ? name : ' ';
}
