/**
 * What can go wrong between a page and the archive, done to a real browser on its way to a real archive. Each answers how
 * to mend it.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { CDPSession, Page } from 'puppeteer-core';

export type Mend = () => Promise<void>;

/** The archive does its work and answers; no answer arrives. */
export async function losesAnswers(page: Page, path: string): Promise<Mend> {
  return await between(page, path, 'Response', async (session, requestId) => {
    await session.send('Fetch.failRequest', { requestId, errorReason: 'ConnectionReset' });
  });
}

/** Something in between answers in the archive's place, which hears nothing of it. */
export async function answersInstead(
  page: Page,
  path: string,
  answer: { readonly status: number; readonly type: string; readonly body: string },
): Promise<Mend> {
  return await between(page, path, 'Request', async (session, requestId) => {
    await session.send('Fetch.fulfillRequest', {
      requestId,
      responseCode: answer.status,
      responseHeaders: [{ name: 'content-type', value: answer.type }],
      body: Buffer.from(answer.body).toString('base64'),
    });
  });
}

/** Requests set out so much later. */
export async function delays(page: Page, path: string, delayMs: number): Promise<Mend> {
  return await between(page, path, 'Request', async (session, requestId) => {
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    await session.send('Fetch.continueRequest', { requestId });
  });
}

async function between(
  page: Page,
  path: string,
  requestStage: 'Request' | 'Response',
  act: (session: CDPSession, requestId: string) => Promise<void>,
): Promise<Mend> {
  const session = await page.createCDPSession();
  session.on('Fetch.requestPaused', ({ requestId }) => {
    // A page that is left takes its requests with it.
    act(session, requestId).catch(() => undefined);
  });
  await session.send('Fetch.enable', { patterns: [{ urlPattern: `*${path}`, requestStage }] });
  return async () => await session.detach();
}

export interface Line {
  readonly origin: string;
  /** Nothing moves any more after so many bytes to the archive. */
  stallAfter(bytes: number): void;
  /** What is open breaks, and nothing new comes through. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** A stretch of wire before the archive. */
export async function openLine(port: number): Promise<Line> {
  const sockets = new Set<Socket>();
  let left = Infinity;
  let whole = true;
  const server = createServer((near) => {
    if (!whole) {
      near.destroy();
      return;
    }
    const far = connect(port, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    far.pipe(near);
    near.on('data', (bytes) => {
      left -= bytes.length;
      if (left <= 0) near.pause();
      else if (!far.write(bytes)) near.pause();
    });
    far.on('drain', () => {
      if (left > 0) near.resume();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stallAfter: (bytes) => {
      left = bytes;
    },
    cut: () => {
      whole = false;
      for (const socket of sockets) socket.destroy();
    },
    mend: () => {
      whole = true;
      left = Infinity;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
