/**
 * A loopback middle in front of a real S3 server, which can lie about it: change the head of an answer, answer by itself,
 * lose a request or an answer. Everything else is forwarded as it came, host header included, so that signatures stay
 * valid. A request's own headers cannot be changed: they are signed.
 *
 * A server that accepts and forgets locks is therefore played from the other side: `forgetsLocks` takes the lock out of
 * what HEAD says, `allowsDeletes` says yes to a delete that the server refused.
 */
import { once } from 'node:events';
import {
  createServer,
  request as forward,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { PassThrough, Transform } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

export interface Asked {
  readonly method: string;
  /** Path with query, such as `/bucket/key?versionId=…`. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

export interface AnswerHead {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** What happens to one request; nothing said, nothing changed. */
export interface Lie {
  readonly delayMs?: number;
  /** Answered here, never forwarded; `more` are further elements of the error. */
  readonly instead?: { readonly status: number; readonly code: string; readonly more?: string };
  /** The connection breaks before the server hears of it, in the middle of the body, or after the server has done it. */
  readonly drop?: 'before' | 'within' | 'after';
  /** Of the first piece of the body that comes back one bit is another one. */
  readonly flip?: boolean;
  /** Changes the head of the real answer. With another status the body is left out. */
  readonly answer?: (real: AnswerHead) => AnswerHead;
}

export type Liar = (asked: Asked) => Lie | undefined;

export interface LyingProxy {
  readonly endpoint: string;
  /** Requests so far, newest last. */
  readonly asked: readonly Asked[];
  /** Null: honest again. */
  lie(liar: Liar | null): void;
  close(): Promise<void>;
}

export const forgetsLocks: Liar = ({ method }) =>
  method === 'HEAD'
    ? {
        answer: ({ status, headers }) => ({
          status,
          headers: Object.fromEntries(
            Object.entries(headers).filter(([name]) => !name.startsWith('x-amz-object-lock-')),
          ),
        }),
      }
    : undefined;

export const allowsDeletes: Liar = ({ method }) =>
  method === 'DELETE' ? { answer: ({ headers }) => ({ status: 204, headers }) } : undefined;

/** Every answer says that it is later, or earlier, than it is. */
export function skewed(skewMs: number): Liar {
  return () => ({
    answer: ({ status, headers }) => ({
      status,
      headers: { ...headers, date: new Date(Date.now() + skewMs).toUTCString() },
    }),
  });
}

function flipping(): Transform {
  let done = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, give) {
      const bytes = Buffer.from(chunk);
      if (!done) bytes[0] = (bytes[0] ?? 0) ^ 1;
      done = true;
      give(null, bytes);
    },
  });
}

async function pass(
  target: URL,
  request: IncomingMessage,
  response: ServerResponse,
  lie: Lie,
): Promise<void> {
  const { hostname, port } = target;
  const out = forward({
    hostname,
    port,
    path: request.url ?? '/',
    method: request.method ?? 'GET',
    headers: request.headers,
    agent: false,
  });
  if (lie.drop === 'within') {
    // Whoever is forwarded to hears a beginning and no end.
    out.on('error', () => undefined);
    const [chunk = Buffer.alloc(0)] = (await Promise.race([once(request, 'data'), once(request, 'end')])) as [
      Buffer?,
    ];
    out.write(chunk.subarray(0, Math.ceil(chunk.length / 2)), () => out.destroy());
    response.destroy();
    return;
  }
  request.pipe(out);
  const [real] = (await once(out, 'response')) as [IncomingMessage];
  if (lie.drop === 'after') {
    real.resume();
    await once(real, 'end');
    response.destroy();
    return;
  }
  const before = { status: real.statusCode ?? 502, headers: real.headers };
  const { status, headers } = lie.answer?.(before) ?? before;
  if (status === before.status) {
    response.writeHead(status, headers);
    real.pipe(lie.flip === true ? flipping() : new PassThrough()).pipe(response);
    return;
  }
  real.resume();
  const { 'content-length': _length, 'transfer-encoding': _encoding, ...rest } = headers;
  response.writeHead(status, rest).end();
}

export async function startLyingProxy(target: string): Promise<LyingProxy> {
  let liar: Liar | null = null;
  const asked: Asked[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const now = { method: request.method ?? '', url: request.url ?? '', headers: request.headers };
    asked.push(now);
    const lie = liar?.(now) ?? {};
    if (lie.delayMs !== undefined) await pause(lie.delayMs);
    if (lie.drop === 'before') {
      response.destroy();
      return;
    }
    if (lie.instead !== undefined) {
      request.resume();
      const { status, code, more = '' } = lie.instead;
      response.writeHead(status, { 'content-type': 'application/xml' });
      response.end(
        `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>A lie.</Message>${more}</Error>`,
      );
      return;
    }
    await pass(new URL(target), request, response, lie);
  };
  const server = createServer((request, response) => {
    // The real server is gone, or the caller: to the caller both are a broken connection.
    serve(request, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A proxy without a port.');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    asked,
    lie: (next) => {
      liar = next;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
