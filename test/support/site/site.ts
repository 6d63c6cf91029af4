/** The sample site on a port of this machine, for the tests of capture and for whoever wants to look at it. */
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { pageFor } from './pages.ts';

export interface SampleSite {
  /** Such as `http://127.0.0.1:40123`, without a slash at the end. */
  readonly origin: string;
  /** For `HOLDFAST_CAPTURE_ALLOW`. */
  readonly hostPort: string;
  /** Paths that were asked for, in their order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

const DRIP_MS = 100;

export async function openSampleSite(): Promise<SampleSite> {
  const asked: string[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const page = pageFor(request.url ?? '/');
    const answer = (): void => {
      if (response.destroyed) return;
      response.writeHead(page.status, page.headers);
      if (page.drip === undefined) {
        response.end(page.body);
        return;
      }
      response.write(page.body);
      const timer = setInterval(() => response.write(page.drip ?? ''), DRIP_MS);
      timers.add(timer);
      response.on('close', () => clearInterval(timer));
    };
    if (page.delayMs === undefined) answer();
    else if (Number.isFinite(page.delayMs)) timers.add(setTimeout(answer, page.delayMs));
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(0, '127.0.0.1', done);
  });
  const hostPort = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin: `http://${hostPort}`,
    hostPort,
    asked,
    async close() {
      for (const timer of timers) clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}
