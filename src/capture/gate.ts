/**
 * What a lane lets out: the decision on every destination, the connections that follow from it, and their limits.
 */
import { randomBytes } from 'node:crypto';
import { lookup as resolve } from 'node:dns/promises';
import { connect as tcpConnect } from 'node:net';
import type { Socket } from 'node:net';
import type { Log } from '../log.ts';
import type { Destination } from './addresses.ts';
import type { Cut } from './exchange.ts';
import { LookUps } from './look-ups.ts';
import { routeTo } from './route.ts';
import type { Lookup, ResolvedAddress, Route } from './route.ts';

export const EGRESS_LIMITS = {
  bytes: 512 * 1024 * 1024,
  requests: 5000,
  openConnections: 128,
  lookupMs: 10_000,
  connectMs: 10_000,
  idleMs: 30_000,
  totalMs: 600_000,
} as const;
export type EgressLimits = { readonly [K in keyof typeof EGRESS_LIMITS]: number };

export interface EgressDecision {
  readonly at: string;
  /** A request for the proxy to make, a tunnel to a server, or a request within one. */
  readonly kind: 'http' | 'tunnel' | 'in-tunnel';
  readonly host: string | null;
  readonly port: number | null;
  readonly verdict: 'passed' | 'refused' | 'failed';
  /** Why it was refused or failed; null when it passed. */
  readonly reason: string | null;
  /** The cause within the reason, in the words of Node, such as `CERT_HAS_EXPIRED`. */
  readonly detail: string | null;
  /** The address that was connected to. */
  readonly address: string | null;
}

export interface GateOptions {
  /** `host:port` pairs that may be opened although they are not global. Trial only; the configuration sees to it. */
  readonly allow: readonly string[];
  /** For the browser's own background traffic, for renderings, and until a capture begins: nothing passes at all. */
  readonly refuseAll?: boolean;
  readonly log: Log;
  readonly limits?: Partial<EgressLimits>;
  readonly lookup?: Lookup;
  readonly connect?: (to: ResolvedAddress, port: number) => Socket;
}

/** What the browser is answered when it gets nothing. */
export interface Refusal {
  readonly status: 403 | 502;
  readonly reason: string;
  readonly detail?: string;
}

interface Circumstances {
  readonly address?: string;
  readonly detail?: string;
}

export type OpenRoute = Extract<Route, { verdict: 'open' }>;
type Kind = EgressDecision['kind'];

const MOST_DECISIONS = 2000;

const systemLookup: Lookup = (host) => resolve(host, { all: true, order: 'verbatim' });
const systemConnect = (to: ResolvedAddress, port: number): Socket =>
  tcpConnect({ host: to.address, port, family: to.family });

export class Gate {
  readonly limits: EgressLimits;
  readonly decisions: EgressDecision[] = [];
  /** A header value that only our own answers carry. */
  readonly mark = randomBytes(16).toString('hex');
  bytesReceived = 0;
  #options: GateOptions;
  readonly #lookUps: LookUps;
  readonly #latest = new Map<string, EgressDecision>();
  readonly #sockets = new Set<Socket>();
  readonly #silent = new WeakSet<Socket>();
  #timer: NodeJS.Timeout | undefined;
  #upstreams = 0;
  #requests = 0;
  #bytesSent = 0;
  #shut: string | null = null;

  constructor(options: GateOptions) {
    this.#options = options;
    this.limits = { ...EGRESS_LIMITS, ...options.limits };
    this.#lookUps = new LookUps(options.lookup ?? systemLookup, this.limits.lookupMs);
    if (options.refuseAll !== true) this.open(options.allow);
  }

  /** From now on what is allowed passes, for as long as a capture may last. */
  open(allow: readonly string[]): void {
    clearTimeout(this.#timer);
    // What was refused while nothing was captured is of no capture.
    this.decisions.length = 0;
    this.#latest.clear();
    this.#requests = 0;
    this.#options = { ...this.#options, allow, refuseAll: false };
    this.#timer = setTimeout(() => this.shut('limit-time'), this.limits.totalMs).unref();
  }

  /** Judges a destination: the absolute form of a request, or `http://host:port` of a tunnel. Counts as a request. */
  async judge(kind: Kind, target: string): Promise<OpenRoute | Refusal> {
    const beyond = this.#beyond();
    if (this.#options.refuseAll === true) return this.refuse(kind, null, 'offline');
    const route = await routeTo(target, this.#options.allow, (host) => this.#lookUps.ask(host));
    if (route.verdict === 'refused') return this.refuse(kind, route.destination, route.reason);
    if (beyond !== null) return this.refuse(kind, route.destination, beyond);
    return route.verdict === 'failed' ? this.fail(kind, route.destination, route.reason) : route;
  }

  /** A further request to a destination that was judged. */
  admit(kind: Kind, destination: Destination): Refusal | null {
    const beyond = this.#beyond();
    return beyond === null ? null : this.refuse(kind, destination, beyond);
  }

  /** Connects to one of the addresses that were judged, and to nothing else. */
  async dial(
    kind: Kind,
    { destination, addresses }: OpenRoute,
  ): Promise<{ socket: Socket; address: string } | Refusal> {
    if (this.#upstreams >= this.limits.openConnections)
      return this.refuse(kind, destination, 'limit-connections');
    let reason = 'connection-failed';
    for (const address of addresses) {
      if (this.#shut !== null) break;
      this.#upstreams += 1;
      const socket = (this.#options.connect ?? systemConnect)(address, destination.port);
      this.track(socket);
      socket.on('close', () => {
        this.#upstreams -= 1;
      });
      const outcome = await connected(socket, this.limits.connectMs);
      if (outcome === 'open') return { socket, address: address.address };
      reason = outcome;
      socket.destroy();
    }
    return this.fail(kind, destination, reason);
  }

  pass(kind: Kind, destination: Destination, address: string): void {
    this.#note({ kind, ...placeOf(destination), verdict: 'passed', reason: null, detail: null, address });
  }

  refuse(kind: Kind, destination: Destination | null, reason: string, more: Circumstances = {}): Refusal {
    this.#note({
      kind,
      ...placeOf(destination),
      verdict: 'refused',
      reason,
      detail: null,
      address: null,
      ...more,
    });
    this.#options.log.info({ event: 'egress.refused', kind, reason }, 'egress.refused');
    return { status: 403, reason, ...more };
  }

  fail(kind: Kind, destination: Destination, reason: string, more: Circumstances = {}): Refusal {
    this.#note({
      kind,
      ...placeOf(destination),
      verdict: 'failed',
      reason,
      detail: null,
      address: null,
      ...more,
    });
    return { status: 502, reason, ...more };
  }

  /** Counts what a server sends over a connection, as the server sent it: compressed, and after decryption. */
  meter(kind: Kind, socket: Socket, destination: Destination, address: string): void {
    socket.on('data', (chunk: Buffer) => {
      this.bytesReceived += chunk.length;
      if (this.bytesReceived >= this.limits.bytes) this.#exhaust(kind, destination, address);
    });
  }

  /** Counts what the page sends: that is kept too, and under the same limit. */
  sent(bytes: number, destination: Destination, address: string): void {
    this.#bytesSent += bytes;
    if (this.#bytesSent >= this.limits.bytes) this.#exhaust('http', destination, address);
  }

  /** Every socket of the lane, so that it ends with it, and when it is silent for too long. */
  track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setTimeout(this.limits.idleMs, () => {
      this.#silent.add(socket);
      socket.destroy();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
  }

  /** A socket that TLS was laid over is silent itself; the one over it is tracked instead. */
  untime(socket: Socket): void {
    socket.setTimeout(0);
  }

  /** Why an answer over this connection did not end, where it was our doing. */
  cutOf(socket: Socket): Cut | null {
    if (this.#shut === 'limit-bytes') return 'length';
    return this.#shut !== null || this.#silent.has(socket) ? 'time' : null;
  }

  lastDecision(host: string, port: number): EgressDecision | null {
    return this.#latest.get(`${host}:${port}`) ?? null;
  }

  /** From now on nothing passes any more, and what is open ends. */
  shut(reason: string): void {
    this.#shut ??= reason;
    clearTimeout(this.#timer);
    this.#lookUps.end();
    for (const socket of this.#sockets) socket.destroy();
  }

  #exhaust(kind: Kind, destination: Destination, address: string): void {
    if (this.#shut !== null) return;
    this.refuse(kind, destination, 'limit-bytes', { address });
    // Not only this answer: a page over its limit gets nothing more by any connection.
    this.#shut = 'limit-bytes';
    // Not within the event: whoever reads this connection too is about to be given the same bytes.
    setImmediate(() => this.shut('limit-bytes'));
  }

  #beyond(): string | null {
    this.#requests += 1;
    return this.#shut ?? (this.#requests > this.limits.requests ? 'limit-requests' : null);
  }

  #note(decided: Omit<EgressDecision, 'at'>): void {
    const decision = { at: new Date().toISOString(), ...decided };
    if (this.decisions.length < MOST_DECISIONS) this.decisions.push(decision);
    if (decided.host !== null) this.#latest.set(`${decided.host}:${decided.port}`, decision);
  }
}

function placeOf(destination: Destination | null): Pick<EgressDecision, 'host' | 'port'> {
  return { host: destination?.host ?? null, port: destination?.port ?? null };
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
