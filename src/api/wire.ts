/**
 * What HTTP itself refuses, before a route is found: the same kind of answer as everywhere, a problem with a code and a
 * sentence. Node and Fastify have answers of their own for these, in other shapes.
 */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type Server } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setImmediate as immediate, setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { ArchiveError, type ErrorCode } from '#errors.ts';
import { problemOf } from './problems.ts';

/** How long a sender may be silent in the middle of something, and how long one request may take to arrive in all. */
export interface Patience {
  readonly headerMs: number;
  readonly idleMs: number;
  readonly requestMs: number;
}

/** A phone on a slow line may take long for 20 MB, and a video of 2 GB longer; a header may not, and silence neither. */
export const PATIENCE: Patience = { headerMs: 20_000, idleMs: 120_000, requestMs: 4 * 3_600_000 };

const SENTENCES: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  HPE_HEADER_OVERFLOW: [
    'headers-too-large',
    'The headers of a request may have at most 16 KB together. Send what is longer in the body.',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [
    'request-timeout',
    'The request did not arrive whole in the time that one may take. Nothing of it was kept; send it again.',
  ],
  HPE_INVALID_EOF_STATE: [
    'body-truncated',
    'The request ended before its announced end; nothing of it was kept. Send the whole of it again.',
  ],
};

/** Answers on the bare socket what is no HTTP request, and closes it: where the next request begins, nobody can know. */
export function answerBrokenRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  // Nobody listens, or an answer is half way out: words of ours in the middle of it would be taken for its content.
  const answering: unknown = Reflect.get(socket, '_httpMessage');
  const begun =
    typeof answering === 'object' && answering !== null && Reflect.get(answering, 'headersSent') === true;
  if (error.code === 'ECONNRESET' || !socket.writable || begun) {
    socket.destroy();
    return;
  }
  const [code, sentence] = SENTENCES[error.code ?? ''] ?? [
    'request-malformed',
    'This is not a request that HTTP/1.1 knows. Send it with an HTTP library, with one correct Content-Length.',
  ];
  const { problem } = problemOf(new ArchiveError(code, sentence, { retry: 'never' }), randomUUID());
  const body = JSON.stringify(problem);
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Cache-Control: no-store',
      'X-Content-Type-Options: nosniff',
      `X-Request-Id: ${problem.requestId}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
    // A sender that goes on sending would hold the socket open.
    () => socket.destroySoon(),
  );
}

/** For who has a line open and asks just now: they are answered, and told that it was the last answer on this line. */
const LATE_MS = 1000;
const LAST_ROUNDS = 50;

/**
 * Which connections carry a request now. `letGo` ends them: it takes no new one, and still answers what is asked on those that
 * are open for a moment, because a line that is cut while a request is on it looks to its sender like a lost report. It
 * resolves when those that carry none are cut (a browser keeps a line open for a minute, and a closing server would wait for
 * it); each other one ends with its answer, and after `drainMs` whatever is left. What was not answered by then was not
 * acknowledged.
 */
export function watchConnections(server: Server): { letGo(drainMs: number): Promise<void> } {
  const carrying = new Map<Socket, number>();
  let ending = false;
  let seen = 0;
  const count = (socket: Socket, more: number): void => {
    const now = (carrying.get(socket) ?? 0) + more;
    if (socket.destroyed) carrying.delete(socket);
    else carrying.set(socket, now);
    if (ending && now === 0) socket.destroySoon();
  };
  server.on('connection', (socket) => {
    seen += 1;
    carrying.set(socket, 0);
    socket.once('close', () => carrying.delete(socket));
  });
  server.on('request', (request, response) => {
    const { socket } = request;
    count(socket, 1);
    response.once('close', () => count(socket, -1));
  });
  return {
    letGo: async (drainMs) => {
      // Whom the kernel has let in and we have not would be cut off with the door; a round of the loop may take in one only.
      // Bounded: whoever keeps connecting does not keep the door open.
      for (let before = -1, rounds = 0; before !== seen && rounds < LAST_ROUNDS; rounds += 1) {
        before = seen;
        await immediate();
        await immediate();
      }
      // Of HTTP's own server this would cut idle lines at once; it is called again when they are gone.
      NetServer.prototype.close.call(server);
      if (carrying.size > 0) await pause(LATE_MS);
      ending = true;
      for (const [socket, requests] of carrying) if (requests === 0) socket.destroy();
      setTimeout(() => {
        for (const socket of carrying.keys()) socket.destroy();
      }, drainMs).unref();
    },
  };
}

/** Collects the calls as they are registered. The answer: which methods an address takes; none when there is no such call. */
export function watchMethods(app: FastifyInstance): (address: string) => readonly string[] {
  const calls: { readonly path: RegExp; readonly methods: readonly string[] }[] = [];
  app.addHook('onRoute', (route) => {
    const pattern = route.url
      .replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll(/:\w+/g, '[^/]+')
      .replaceAll('*', '.*');
    calls.push({ path: new RegExp(`^${pattern}$`), methods: [route.method].flat() });
  });
  return (address) => {
    const path = address.split('?', 1)[0] ?? '';
    const methods = calls.filter((call) => call.path.test(path)).flatMap((call) => call.methods);
    return [...new Set(methods)].toSorted();
  };
}
