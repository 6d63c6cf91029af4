/**
 * The content server: the only place from which a browser is shown what strangers wrote (design 3.6). A listener of its own, so
 * that it is another origin than the console: what gets through everything else would still find nothing there. It has one call,
 * GET or HEAD of `/look/<ticket>`, and one answer to everything else.
 *
 * Promises: nothing that it sends is run. Each answer is sandboxed, loads nothing, and may be shown by our console alone. It
 * reads no cookie and sets none: cookies know no ports, so the console's may come along where both have one host name, and are
 * worth nothing here. Its log names no address, no header and no file.
 *
 * A picture that a browser cannot or should not show goes out as a preview (`#intake/previews.ts`), under the same ticket and the
 * same headers; what the file itself is, only its own bytes say.
 *
 * No ranges: a part of a file cannot be held against the digest of the whole, and what was not held against it is not handed over.
 * A film is kept as a file, and played from there.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { ticketBy, ticketStands } from '#agency/agency.ts';
import { inWordsOf, languageAsked } from '#console/console.ts';
import { codeOf, type ErrorCode } from '#errors.ts';
import { howShown } from '#intake/intake.ts';
import { readArtifact } from '#record/record.ts';
import type { System } from '../system.ts';
import { NOT_AS_SEALED, openChecked, whileItStands, withHead } from './handing-over.ts';
import { listenOn } from './listening.ts';
import { asShown } from './looks.ts';
import { sendPreview } from './previews.ts';
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
        if (code !== 'session-ended') system.log.error({ code, err: error }, 'content.failed');
        refuse(request, response, whyFailed(code));
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

/** That a file is not what was sealed is said only where that was found. */
function whyFailed(code: ErrorCode): keyof typeof REFUSALS {
  if (code === 'session-ended') return 'nothing';
  return NOT_AS_SEALED.includes(code) ? 'changed' : 'away';
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
const REFUSALS = {
  nothing: {
    status: 404,
    sentence:
      'There is nothing here, or not any more: an address of this kind works for a minute, and while you are signed in. Ask for the file again from the record’s page.',
  },
  'no-preview': {
    status: 422,
    sentence:
      'No preview of this picture could be made within the archive’s limits of time and memory. The file itself is unchanged: download it from the record’s page.',
  },
  changed: {
    status: 502,
    sentence:
      'The file cannot be handed over: it is not what was sealed. The record’s history says so. Tell the administrator.',
  },
  away: {
    status: 503,
    sentence: 'The archive cannot be reached just now. Ask for the file again in a moment.',
  },
  busy: {
    status: 503,
    sentence:
      'Too many previews are being made just now. Ask for it again in a moment, or download the file.',
  },
} as const;

/** `headers`: of a page that may read why. */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  why: keyof typeof REFUSALS,
  headers: Readonly<Record<string, string>> = headersFor("'none'"),
): void {
  const { status, sentence } = REFUSALS[why];
  const language = languageAsked(request.headers['accept-language'] ?? '');
  const body = Buffer.from(`${inWordsOf({ language }, sentence)}\n`);
  response
    .writeHead(status, {
      ...headers,
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
  if (ticket === null) return refuse(request, response, 'nothing');
  const { agencyId, recordId, n } = ticket;
  const file = await system.db.inAgency(agencyId, async (at) => await readArtifact(at, recordId, n));
  if (file === null) return refuse(request, response, 'nothing');
  const { origin } = request.headers;
  const forPage = {
    ...headersFor(ticket.console),
    ...(origin === ticket.console ? { 'access-control-allow-origin': origin } : {}),
  };
  if (ticket.shows && howShown(asShown(file)) === 'preview') {
    const headers = {
      ...forPage,
      'content-type': 'image/jpeg',
      // Under a name that says what it is: nobody takes it for the file.
      'content-disposition': disposition('inline', { recordId, n, name: 'preview.jpg' }),
    };
    // Nothing is made for who only asks what it would be.
    if (method === 'HEAD') return void response.writeHead(200, headers).end();
    const outcome = await sendPreview(system, ticket, { token: token ?? '', file, response, headers });
    if (outcome === 'no-preview' || outcome === 'busy') refuse(request, response, outcome, forPage);
    return;
  }
  const checked = whileItStands(
    await openChecked(system, ticket, file),
    async () => await ticketStands(system.db, ticket),
  );
  const { head, whole } = await withHead(checked);
  try {
    const shown = ticket.shows ? shownAs(head) : null;
    response.writeHead(200, {
      ...forPage,
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
