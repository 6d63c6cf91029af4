/** The frame of a long-lived process: open, say that it runs, wait for the wish to stop, drain, close. */
import { createServer, type Server } from 'node:http';
import { outsideForFigures } from '#anchor/anchor.ts';
import { assertMigrated } from '#db/migrate.ts';
import { openMetrics, type Metrics } from '#api/api.ts';
import { openLog } from '#log.ts';
import type { Config } from './config.ts';
import { openDatabase } from './database.ts';
import { openSystem, type System } from './system.ts';
import { startWork, type StopWork, type WorkerName } from './work.ts';

const GRACE_MS = 25_000;

/** Runs one worker until `stop`. Rejects when an invariant broke; then the process must end with a failure. */
export async function runWorker(name: WorkerName, config: Config, stop: AbortSignal): Promise<void> {
  const log = openLog(config.logLevel, name);
  const database = await openDatabase(config, (sentence) => log.info({ sentence }, 'database'), {
    own: false,
  });
  await assertMigrated(database.url);
  const system = await openSystem(config, { name, databaseUrl: database.url, log });
  const metrics = openMetrics(system.db, outsideForFigures(system));
  const halted = Promise.withResolvers<never>();
  const stopped = Promise.withResolvers<void>();
  stop.addEventListener('abort', () => stopped.resolve(), { once: true });
  if (stop.aborted) stopped.resolve();
  const stops: StopWork[] = [];
  const served = config.metricsPort === null ? null : await serveMetrics(config, metrics);
  try {
    stops.push(await startWork(name, system, { metrics, onHalt: (error) => halted.reject(error) }));
    log.info({ worker: system.worker }, 'worker.started');
    await Promise.race([stopped.promise, halted.promise]);
    log.info('worker.draining');
  } finally {
    await closeAll(system, ...stops);
    served?.close();
    await database.stop();
  }
  log.info('worker.ended');
}

export async function closeAll(system: System, ...stops: readonly StopWork[]): Promise<void> {
  await Promise.allSettled(stops.map(async (stopWork) => await stopWork()));
  await system.close(GRACE_MS);
}

/** A worker has no API; it says its own figures on a port of its own when one is set. */
async function serveMetrics(config: Config, metrics: Metrics): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': metrics.registry.contentType }).end(text),
      () => response.writeHead(503).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.metricsPort ?? 0, config.host, resolve);
  });
  return server;
}
