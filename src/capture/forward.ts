/** One request of the browser goes to the server, its answer comes back, and the recorder keeps both as they pass. */
import { once } from 'node:events';
import { request as httpRequest, ServerResponse } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Cut, Exchange } from './exchange.ts';
import type { Gate } from './gate.ts';
import { asked, framing, passedOn } from './headers.ts';
import type { Line } from './line.ts';
import type { Recorder } from './recorder.ts';

export interface Passage {
  readonly gate: Gate;
  /** Null: nothing is kept, as in a lane that lets nothing pass. */
  readonly recorder: Recorder | null;
}

/** Where a request goes, after it was allowed to. */
export interface Way {
  readonly line: Line;
  /** Absolute. */
  readonly address: string;
  /** As it is sent to the server. */
  readonly path: string;
}

export const EGRESS_MARK_HEADER = 'x-holdfast-egress';
/** As much as Chromium takes. */
const ANSWER_HEADER_BYTES = 256 * 1024;

export async function forward(
  passage: Passage,
  way: Way,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const headers = [...asked(request.rawHeaders), ...framing(request), 'Connection', 'keep-alive'];
  const { upstream, exchange } = ask(passage, way, request, headers);
  response.on('close', () => {
    // After a whole answer the connection stays, for the next request.
    if (!response.writableFinished) upstream.destroy();
  });
  way.line.busy += 1;
  const sent = send(passage, way, request, upstream, exchange);
  sent.catch(() => upstream.destroy());
  const outcome = await outcomeOf(upstream);
  const answer = outcome === null || 'far' in outcome ? null : outcome.answer;
  // Nobody asked for another protocol.
  if (outcome !== null && 'far' in outcome) outcome.far.destroy();
  const cut = answer === null ? null : await relay(passage, way, answer, response, exchange);
  // Free for the next request, although this one is still to be written down.
  way.line.busy -= 1;
  if (answer === null) unanswered(passage, way, upstream, response);
  if (way.line.socket.destroyed) request.socket.destroySoon();
  // A server may answer before it has read all of the request; what was sent until then is what was asked.
  if (answer !== null && cut === null) await Promise.race([sent.catch(() => undefined), closed(response)]);
  await keep(passage, exchange, cut);
}

/** A WebSocket: its handshake is recorded; its frames pass, counted and limited, and the archive says that it lacks them. */
export async function upgrade(
  passage: Passage,
  way: Way,
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
): Promise<void> {
  const headers = [...asked(request.rawHeaders), 'Connection', 'Upgrade', 'Upgrade', 'websocket'];
  const { upstream, exchange } = ask(passage, way, request, headers);
  client.on('close', () => upstream.destroy());
  way.line.busy += 1;
  upstream.end();
  const outcome = await outcomeOf(upstream);
  if (outcome === null) {
    passage.recorder?.leaveOut(way.address, 'no answer came');
    await exchange?.discard();
    client.destroy();
  } else if ('far' in outcome) await join(passage, way, outcome, client, head, exchange);
  else await decline(passage, way, outcome.answer, new ServerResponse(request), client as Socket, exchange);
  way.line.busy -= 1;
}

/** Answers the browser in place of a server, with the mark that no server knows. */
export function refuse(
  { mark }: Gate,
  response: ServerResponse,
  { status, reason }: { readonly status: number; readonly reason: string },
): void {
  response.writeHead(status, {
    [EGRESS_MARK_HEADER]: mark,
    'content-type': 'text/plain',
    connection: 'close',
  });
  response.end(`Holdfast did not open this address: ${reason}.\n`);
}

function ask(
  { recorder }: Passage,
  { line, address, path }: Way,
  { method = 'GET' }: IncomingMessage,
  headers: string[],
): { upstream: ClientRequest; exchange: Exchange | null } {
  const upstream = httpRequest({
    agent: line.agent,
    host: line.destination.host,
    port: line.destination.port,
    method,
    path,
    headers,
    setHost: false,
    maxHeaderSize: ANSWER_HEADER_BYTES,
  });
  upstream.on('error', () => undefined);
  const exchange =
    recorder?.begin({ address, method, path, headers, ip: line.address, tls: line.tls }) ?? null;
  return { upstream, exchange };
}

async function send(
  { gate }: Passage,
  { line }: Way,
  request: IncomingMessage,
  upstream: ClientRequest,
  exchange: Exchange | null,
): Promise<void> {
  for await (const chunk of request as AsyncIterable<Buffer>) {
    gate.sent(chunk.length, line.destination, line.address);
    await exchange?.request.write(chunk);
    if (!upstream.write(chunk)) await drained(upstream);
  }
  upstream.end();
}

/** The answer, to the browser and to the record, until it ends or is cut off: then why. */
async function relay(
  { gate }: Passage,
  { line }: Way,
  answer: IncomingMessage,
  response: ServerResponse,
  exchange: Exchange | null,
): Promise<Cut | null> {
  exchange?.answered(answeredBy(answer));
  let browserLeft = response.destroyed;
  response.on('close', () => {
    browserLeft = true;
  });
  try {
    response.sendDate = false;
    if (/\bclose\b/i.test(answer.headers.connection ?? '')) response.shouldKeepAlive = false;
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, passedOn(answer.rawHeaders));
    response.flushHeaders();
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      await exchange?.answer?.body.write(chunk);
      if (!response.write(chunk)) await drained(response);
    }
    if (!answer.complete) throw new Error('The answer broke off.');
    response.end();
    return null;
  } catch {
    const cut = gate.cutOf(line.socket) ?? (browserLeft ? 'unspecified' : 'disconnect');
    // An answer that breaks off must break off for the browser too, or it would count as whole.
    response.destroy();
    return cut;
  }
}

async function keep({ recorder }: Passage, exchange: Exchange | null, cut: Cut | null): Promise<void> {
  if (exchange === null) return;
  try {
    if (exchange.answer !== null) await recorder?.store(exchange, cut);
  } finally {
    await exchange.discard();
  }
}

function unanswered(
  { gate, recorder }: Passage,
  { line, address }: Way,
  upstream: ClientRequest,
  response: ServerResponse,
): void {
  // The server closed a connection that was in use before: the browser knows to ask again over a new one.
  if (upstream.reusedSocket && gate.cutOf(line.socket) === null && !response.destroyed) {
    response.destroy();
    return;
  }
  const ended = gate.cutOf(line.socket) !== null;
  const left = response.destroyed ? 'given up by the page before an answer came' : 'no answer came';
  recorder?.leaveOut(address, ended ? 'no answer came before the capture or its limits ended' : left);
  if (!response.headersSent && !response.destroyed)
    refuse(gate, response, { status: 502, reason: 'no answer came' });
  else response.destroy();
}

interface Joined {
  readonly answer: IncomingMessage;
  readonly far: Duplex;
  readonly farHead: Buffer;
}

function outcomeOf(upstream: ClientRequest): Promise<Joined | { readonly answer: IncomingMessage } | null> {
  return new Promise((done) => {
    upstream.once('upgrade', (answer, far, farHead) => done({ answer, far, farHead }));
    upstream.once('response', (answer) => done({ answer }));
    upstream.once('close', () => done(null));
  });
}

/** The server answers the handshake like any other request. */
async function decline(
  passage: Passage,
  way: Way,
  answer: IncomingMessage,
  response: ServerResponse,
  client: Socket,
  exchange: Exchange | null,
): Promise<void> {
  response.assignSocket(client);
  response.shouldKeepAlive = false;
  const cut = await relay(passage, way, answer, response, exchange);
  client.end();
  await keep(passage, exchange, cut);
}

async function join(
  passage: Passage,
  { address, line }: Way,
  { answer, far, farHead }: Joined,
  client: Duplex,
  head: Buffer,
  exchange: Exchange | null,
): Promise<void> {
  exchange?.answered(answeredBy(answer));
  passage.recorder?.leaveOut(address, 'frames of a WebSocket, which are not archived; its handshake is');
  let text = `HTTP/1.1 101 ${answer.statusMessage ?? ''}\r\n`;
  for (let i = 0; i + 1 < answer.rawHeaders.length; i += 2)
    text += `${answer.rawHeaders[i]}: ${answer.rawHeaders[i + 1]}\r\n`;
  client.write(Buffer.from(`${text}\r\n`, 'latin1'));
  if (farHead.length > 0) client.write(farHead);
  if (head.length > 0) far.write(head);
  far.on('error', () => far.destroy());
  client.on('data', (chunk: Buffer) => passage.gate.sent(chunk.length, line.destination, line.address));
  far.pipe(client).pipe(far);
  far.on('close', () => client.destroy());
  client.on('close', () => far.destroy());
  // At once and not at its end: the handshake is all that is kept of it.
  await keep(passage, exchange, null);
  if (!far.destroyed) await once(far, 'close');
}

function answeredBy(answer: IncomingMessage): Parameters<Exchange['answered']>[0] {
  return {
    httpVersion: answer.httpVersion,
    status: answer.statusCode ?? 0,
    message: answer.statusMessage ?? '',
    headers: answer.rawHeaders,
  };
}

async function closed(response: ServerResponse): Promise<void> {
  if (!response.closed) await once(response, 'close');
}

async function drained(stream: ClientRequest | ServerResponse): Promise<void> {
  if (stream.destroyed) throw new Error('The other side has ended.');
  await new Promise<void>((done) => {
    const go = (): void => {
      stream.off('drain', go);
      stream.off('close', go);
      done();
    };
    stream.on('drain', go);
    stream.on('close', go);
  });
  if (stream.destroyed) throw new Error('The other side has ended.');
}
