/**
 * What the page asked for, what came, and what is still open, from the browser's network events. Serves readiness,
 * the list of what was not received, and the story of the main document: redirects, status, headers.
 */
import type { CDPSession, Protocol } from 'puppeteer-core';

/** Only these can still change what is painted. */
const PAINTS: ReadonlySet<string> = new Set([
  'Document',
  'Stylesheet',
  'Script',
  'Image',
  'Font',
  'XHR',
  'Fetch',
]);
/** A request to the same path for the third time is a poll. */
const POLL_AFTER = 2;
export const TRAFFIC_LIMITS = {
  /** A script's question whose answer has begun and goes on for so long is a stream. */
  streamMs: 1_500,
  /** A script's question that has no answer after so long is one that waits for news. */
  unansweredMs: 5_000,
  /** A page that says it will send its visitor on within this time is waited for. */
  refreshSeconds: 2,
} as const;
/** Answers of these kinds never end. */
const STREAM_TYPE = /^(text\/event-stream|multipart\/x-mixed-replace)/i;

const KIND_WORDS: Readonly<Record<string, string>> = {
  Document: 'frame',
  Stylesheet: 'style sheet',
  Script: 'script',
  Image: 'picture',
  Font: 'font',
  XHR: 'data request',
  Fetch: 'data request',
};

export interface Hop {
  readonly address: string;
  readonly status: number;
}

export interface FailedRequest {
  readonly address: string;
  readonly kind: string;
  readonly why: string;
}

interface Open {
  readonly address: string;
  readonly kind: string;
  readonly sinceMs: number;
  readonly poll: boolean;
  readonly session: CDPSession;
  readonly frameId: string | null;
  /** When its answer began; null: nothing has come. */
  answeredMs: number | null;
  stream: boolean;
}

export interface MainDocument {
  address: string;
  /** Null: no answer came. */
  status: number | null;
  headers: Protocol.Network.Headers;
  fromProxy: boolean;
  error: string | null;
  /** Redirects by status on the way to it. */
  readonly hops: Hop[];
}

/** An address may have two million characters, and there may be hundreds that are kept. */
const MOST_ADDRESS_CHARS = 2_000;

/** An address as it is kept for the report. Copied: a slice would keep the whole of it in memory. */
export function noted(address: string): string {
  return address.length <= MOST_ADDRESS_CHARS
    ? address
    : `${Buffer.from(address.slice(0, MOST_ADDRESS_CHARS)).toString()}… (${address.length} characters)`;
}

const MOST_FAILURES = 500;
const MOST_WORKER_ANSWERS = 100;

export class Traffic {
  readonly failed: FailedRequest[] = [];
  asked = 0;
  /** Answered by a script of the page that stands between it and the net, and not by the server. */
  readonly workerAnswers: string[] = [];
  /** When the request that ended last was asked for, and when it ended; a poll is none that a page is waited for. */
  lastAnswer: { readonly askedMs: number; readonly endedMs: number } | null = null;
  /** The main frame is about to go somewhere else by itself. */
  #leaving = false;
  /** Documents that the main frame asked for, by request, in their order. Not each one is shown: a download is none. */
  readonly #documents = new Map<string, MainDocument>();
  /** Those that were shown, the last one last. */
  readonly #shown: MainDocument[] = [];
  readonly #open = new Map<string, Open>();
  readonly #askedPaths = new Map<string, number>();
  readonly #mainFrameId: string;
  readonly #isOurs: (headers: Protocol.Network.Headers) => boolean;

  constructor(mainFrameId: string, isOurs: (headers: Protocol.Network.Headers) => boolean) {
    this.#mainFrameId = mainFrameId;
    this.#isOurs = isOurs;
  }

  watch(session: CDPSession): void {
    session.on('Network.requestWillBeSent', (event) => this.#sent(event, session));
    session.on('Network.responseReceived', (event) => this.#received(event));
    session.on('Network.loadingFinished', ({ requestId }) => this.#end(requestId));
    session.on('Network.loadingFailed', (event) => this.#lost(event));
    // The end of a request is told to the frame's process; where that changes or goes, it is told to nobody.
    session.on('Page.frameStoppedLoading', ({ frameId }) =>
      this.#drop((open) => open.kind === 'Document' && open.frameId === frameId),
    );
    session.on('Page.frameDetached', ({ frameId }) => this.#drop((open) => open.frameId === frameId));
    session.on('Target.attachedToTarget', ({ targetInfo }) =>
      this.#drop((open) => open.kind === 'Document' && open.frameId === targetInfo.targetId),
    );
    session.on('Page.frameScheduledNavigation', ({ frameId, delay }) => {
      if (frameId === this.#mainFrameId && delay <= TRAFFIC_LIMITS.refreshSeconds) this.#leaving = true;
    });
    session.on('Page.frameClearedScheduledNavigation', ({ frameId }) => {
      if (frameId === this.#mainFrameId) this.#leaving = false;
    });
    session.on('Page.frameNavigated', ({ frame }) => {
      if (frame.id === this.#mainFrameId) this.#leaving = false;
      const document = frame.id === this.#mainFrameId ? this.#documents.get(frame.loaderId) : undefined;
      if (document !== undefined) this.#shown.push(document);
    });
  }

  /** The document that the main frame shows; while it shows none, the one that was asked for last. */
  get main(): MainDocument | null {
    return this.#shown.at(-1) ?? [...this.#documents.values()].at(-1) ?? null;
  }

  /** The whole way to it. A page that sent its visitor on by meta or script is part of the way, with its own status. */
  get redirects(): Hop[] {
    const main = this.main;
    const before = this.#shown.filter((document) => document !== main);
    return [
      ...before.flatMap(({ hops, address, status }) => [
        ...hops,
        { address: noted(address), status: status ?? 0 },
      ]),
      ...(main?.hops ?? []),
    ];
  }

  forget(session: CDPSession): void {
    this.#drop((open) => open.session === session);
  }

  #drop(isOver: (open: Open) => boolean): void {
    for (const [requestId, open] of this.#open) if (isOver(open)) this.#end(requestId);
  }

  #end(requestId: string): void {
    const open = this.#open.get(requestId);
    if (open === undefined) return;
    this.#open.delete(requestId);
    if (!open.poll) this.lastAnswer = { askedMs: open.sinceMs, endedMs: performance.now() };
  }

  #sent(
    {
      requestId,
      request,
      type,
      frameId,
      redirectResponse,
      loaderId,
    }: Protocol.Network.RequestWillBeSentEvent,
    session: CDPSession,
  ): void {
    const kind = type ?? 'Other';
    if (!/^https?:/.test(request.url)) return;
    this.asked += 1;
    if (kind === 'Document' && frameId === this.#mainFrameId && requestId === loaderId) {
      const known = this.#documents.get(requestId);
      if (known === undefined)
        this.#documents.set(requestId, {
          address: request.url,
          status: null,
          headers: {},
          fromProxy: false,
          error: null,
          hops: [],
        });
      else {
        known.hops.push({ address: noted(known.address), status: redirectResponse?.status ?? 0 });
        known.address = request.url;
      }
    }
    const path = noted(`${request.method} ${request.url.split(/[?#]/)[0] ?? ''}`);
    const times = (this.#askedPaths.get(path) ?? 0) + 1;
    this.#askedPaths.set(path, times);
    if (PAINTS.has(kind))
      this.#open.set(requestId, {
        address: noted(request.url),
        kind,
        sinceMs: performance.now(),
        session,
        frameId: frameId ?? null,
        answeredMs: null,
        stream: false,
        poll: times > POLL_AFTER && (kind === 'XHR' || kind === 'Fetch'),
      });
  }

  #received({ requestId, response, type }: Protocol.Network.ResponseReceivedEvent): void {
    const ours = this.#isOurs(response.headers);
    const open = this.#open.get(requestId);
    if (open !== undefined) {
      open.answeredMs = performance.now();
      open.stream = STREAM_TYPE.test(response.mimeType);
    }
    if (response.fromServiceWorker === true && this.workerAnswers.length < MOST_WORKER_ANSWERS)
      this.workerAnswers.push(noted(response.url));
    const document = this.#documents.get(requestId);
    if (document !== undefined) {
      document.status = response.status;
      document.headers = response.headers;
      document.fromProxy = ours;
    } else if (ours) this.#fail(response.url, type, 'refused or not reached by our proxy');
    else if (response.status >= 400 && PAINTS.has(type))
      this.#fail(response.url, type, `status ${response.status}`);
  }

  #lost({ requestId, errorText, canceled, type }: Protocol.Network.LoadingFailedEvent): void {
    const open = this.#open.get(requestId);
    this.#end(requestId);
    const document = this.#documents.get(requestId);
    if (document !== undefined) document.error = errorText;
    // What the page itself gave up was not wanted.
    else if (open !== undefined && !canceled) this.#fail(open.address, type, errorText);
  }

  #fail(address: string, kind: string, why: string): void {
    if (this.failed.length < MOST_FAILURES) this.failed.push({ address: noted(address), kind, why });
  }

  /** Requests that may still change what is painted. Polls and streams are not waited for. */
  stillOpen(): number {
    const now = performance.now();
    let count = 0;
    for (const { kind, sinceMs, poll, answeredMs, stream } of this.#open.values()) {
      const byScript = kind === 'XHR' || kind === 'Fetch';
      const endless =
        poll ||
        stream ||
        (byScript &&
          (answeredMs === null
            ? now - sinceMs > TRAFFIC_LIMITS.unansweredMs
            : now - answeredMs > TRAFFIC_LIMITS.streamMs));
      if (!endless) count += 1;
    }
    return count + (this.#leaving ? 1 : 0);
  }

  /** By kind and number, for people; the addresses are in the capture report. */
  missing(): string[] {
    const counts = new Map<string, number>();
    for (const { kind } of this.failed) {
      const word = KIND_WORDS[kind];
      if (word !== undefined) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    return [...counts].map(
      ([word, count]) => `${count} ${word}${count === 1 ? ' was' : 's were'} asked for and not received`,
    );
  }
}
