/**
 * The content server: the only place from which a browser is shown what strangers wrote (design 3.6). A listener of its own, so
 * that it is another origin than the console: what gets through everything else would still find nothing there. It has one call,
 * GET or HEAD of `/look/<ticket>`, and one answer to everything else.
 *
 * Promises: nothing that it sends is run. Each answer is sandboxed, loads nothing, and may be shown by our console alone. It
 * reads no cookie and sets none: cookies know no ports, so the console's may come along where both have one host name, and are
 * worth nothing here. Its log names no address, no header and no file.
 *
 * No ranges: a part of a file cannot be held against the digest of the whole, and what was not held against it is not handed over.
 * A film is kept as a file, and played from there.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ticketBy, ticketStands } from '#agency/agency.ts';
import { inWordsOf, languageAsked } from '#console/console.ts';
import { isDatabaseDown } from '#db/db.ts';
import { codeOf } from '#errors.ts';
import { SNIFF_BYTES } from '#intake/intake.ts';
import { readArtifact } from '#record/record.ts';
import type { System } from '../system.ts';
import { openChecked, whileItStands } from './handing-over.ts';
import { listenOn } from './listening.ts';
import { disposition, shownAs } from './shown.ts';
import { watchConnections, type Patience } from './wire.ts';

export interface ContentServer {
  /** Rejects with `port-taken`. Answers the address. */
  listen(host: string, port: number): Promise<string>;
  /** Null: it does not listen. */
  port(): number | null;
  /** What is on its way goes out, for as long as that. */
  close(drainMs: number): Promise<void>;
}

export function openContentServer(system: System, patience: Patience): ContentServer {
  const server = createServer(
    {
      requestTimeout: patience.headerMs,
      headersTimeout: patience.headerMs,
      connectionsCheckingInterval: Math.min(30_000, patience.headerMs),
      keepAliveTimeout: 5000,
      requireHostHeader: false,
    },
    (request, response) => {
      const startedAt = performance.now();
      response.once('close', () =>
        system.log.info(
          {
            route: 'look',
            method: request.method,
            status: response.statusCode,
            ms: Math.round(performance.now() - startedAt),
          },
          'content.request',
        ),
      );
      answer(system, request, response).catch((error: unknown) => {
        // Whoever asked may simply have gone.
        if (response.headersSent || response.destroyed) return void response.destroy();
        const code = codeOf(error);
        system.log.error({ code, err: error }, 'content.failed');
        refuse(request, response, isDatabaseDown(error) || code === 'store-down' ? 503 : 502);
      });
    },
  );
  // A line on which nobody takes anything is let go.
  server.setTimeout(patience.idleMs);
  server.on('clientError', (_error, socket: Socket) => {
    if (!socket.writable) return void socket.destroy();
    socket.end(`HTTP/1.1 400 Bad Request\r\n${BARE}Connection: close\r\nContent-Length: 0\r\n\r\n`, () =>
      socket.destroySoon(),
    );
  });
  const connections = watchConnections(server);
  return {
    listen: async (host, port) => await listenOn(server, host, port, 'HOLDFAST_CONTENT_PORT'),
    port: () => (server.listening ? (server.address() as AddressInfo).port : null),
    close: async (drainMs) => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      await connections.letGo(drainMs);
      await closed;
    },
  };
}

/** On every answer. A page could do nothing under it: no script, no form, no frame, no origin, not a byte from anywhere. */
function headersFor(shownBy: string): Record<string, string> {
  return {
    'content-security-policy': `sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors ${shownBy}`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    // Other pages get nothing. Ours asks by name (CORS, without cookies), and is let through by name, below.
    'cross-origin-resource-policy': 'same-origin',
    'x-robots-tag': 'noindex',
    'accept-ranges': 'none',
    vary: 'origin',
  };
}

const BARE = Object.entries(headersFor("'none'"))
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('');

/** For people, in the language that their browser asks for. The same for every ticket that is none, whatever the reason. */
const SENTENCES = {
  404: 'There is nothing here, or not any more: an address of this kind works for a minute, and while you are signed in. Ask for the file again from the record’s page.',
  502: 'The file cannot be handed over: it is not what was sealed, or cannot be read. The record’s history says so. Tell the administrator.',
  503: 'The archive cannot be reached just now. Ask for the file again in a moment.',
} as const;

function refuse(request: IncomingMessage, response: ServerResponse, status: keyof typeof SENTENCES): void {
  const language = languageAsked(request.headers['accept-language'] ?? '');
  const body = Buffer.from(`${inWordsOf({ language }, SENTENCES[status])}\n`);
  response
    .writeHead(status, {
      ...headersFor("'none'"),
      'content-type': 'text/plain; charset=utf-8',
      'content-language': language,
      'content-length': body.length,
      // A body that nobody reads would be taken for the next request.
      ...(request.method === 'GET' || request.method === 'HEAD' ? {} : { connection: 'close' }),
    })
    .end(request.method === 'HEAD' ? undefined : body);
}

async function answer(system: System, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = '' } = request;
  const token = /^\/look\/([A-Za-z0-9_-]{43})$/.exec(url)?.[1];
  const ticket =
    token === undefined || (method !== 'GET' && method !== 'HEAD') ? null : await ticketBy(system.db, token);
  if (ticket === null) return refuse(request, response, 404);
  const { agencyId, recordId, n } = ticket;
  const file = await system.db.inAgency(agencyId, async (at) => await readArtifact(at, recordId, n));
  if (file === null) return refuse(request, response, 404);
  const checked = whileItStands(
    await openChecked(system, ticket, file),
    async () => await ticketStands(system.db, ticket),
  );
  const { head, whole } = await withHead(checked);
  try {
    const shown = ticket.shows ? shownAs(head) : null;
    const { origin } = request.headers;
    response.writeHead(200, {
      ...headersFor(ticket.console),
      ...(origin === ticket.console ? { 'access-control-allow-origin': origin } : {}),
      'content-type': shown ?? 'application/octet-stream',
      'content-length': file.size_bytes,
      'content-disposition': disposition(shown === null ? 'attachment' : 'inline', {
        recordId,
        n,
        name: file.original_name,
      }),
    });
    if (method === 'HEAD') response.end();
    else await pipeline(whole, response);
  } finally {
    whole.destroy();
  }
}

/** The first kilobytes, and all of it. */
async function withHead(stream: Readable): Promise<{ readonly head: Buffer; readonly whole: Readable }> {
  const chunks: Buffer[] = [];
  let length = 0;
  const rest = stream[Symbol.asyncIterator]() as AsyncIterableIterator<Buffer>;
  while (length < SNIFF_BYTES) {
    const { done, value } = await rest.next();
    if (done === true) break;
    chunks.push(value);
    length += value.length;
  }
  const all = async function* (): AsyncGenerator<Buffer> {
    yield* chunks;
    yield* rest;
  };
  const whole = Readable.from(all(), { objectMode: false });
  whole.once('close', () => stream.destroy());
  return { head: Buffer.concat(chunks), whole };
}
