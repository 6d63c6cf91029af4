/**
 * A process of the archive for crash tests: the same wiring as the real mains, over a system that has a fate.
 *
 *   node archive-child.ts '<plan>'        settings come from the environment, as for the real ones
 *
 * It speaks in lines of JSON: what it is ready for, what fate it meets, how jobs ended that were given by hand. It ends on
 * SIGTERM after draining, and at once when whoever started it is gone.
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { buildApp, openMetrics } from '#api/api.ts';
import { readConfig } from '#config.ts';
import type { Queue, JobHandler } from '#queue/queue.ts';
import { openSystem } from '#system.ts';
import { startRelayWork, startWork, type StopWork, type WorkerName } from '#work.ts';
import { fated, type Fate } from './fate.ts';
import { drawingBrowser, noBrowser } from './stand-in-browser.ts';

export interface Plan {
  readonly name: string;
  readonly api?: boolean;
  readonly workers?: readonly WorkerName[];
  readonly fates?: readonly Fate[];
  /** Jobs come from stdin (`seal <record id>`) and not from the queue. */
  readonly byHand?: boolean;
  /** A stand-in draws a card for each record. Without this and the next there is no browser. */
  readonly draws?: boolean;
  /** The real browser, as the settings say. */
  readonly browses?: boolean;
  /** So much memory for objects, in megabytes, and no more. */
  readonly heapMb?: number;
}

const say = (said: object): void => void writeSync(1, `${JSON.stringify(said)}\n`);

/** A bell that this process hears only when the test rings it. */
function handRung(queue: Queue, handlers: Map<string, JobHandler>): Queue {
  return {
    ...queue,
    work: async (step, handler) => {
      handlers.set(step, handler);
      await Promise.resolve();
    },
  };
}

const plan = JSON.parse(process.argv[2] ?? '{}') as Plan;
const config = readConfig(process.env);
const handlers = new Map<string, JobHandler>();
const opened = await openSystem(config, { name: plan.name, databaseUrl: config.databaseUrl ?? '' });
const standIn = plan.draws === true ? drawingBrowser(opened.browser) : noBrowser(opened.browser);
const system = fated(
  {
    ...opened,
    queue: plan.byHand === true ? handRung(opened.queue, handlers) : opened.queue,
    browser: plan.browses === true ? opened.browser : standIn,
  },
  plan.fates ?? [],
  say,
);
const metrics = openMetrics(system.db);
const stops: StopWork[] = [];
let address: string | null = null;
if (plan.api === true) {
  await system.staging.writeProbe();
  const app = await buildApp(system, { metrics });
  stops.push(async () => await app.close());
  address = await app.listen({ host: config.host, port: config.port });
}
const named = plan.workers ?? [];
// Nothing is safe to remove before it is in the log: who seals enters it, too.
for (const name of named.includes('seal') && !named.includes('log') ? [...named, 'log' as const] : named) {
  const onHalt = (error: unknown): void => {
    say({ halted: String(error) });
    process.exit(1);
  };
  if (name === 'relay') stops.push(startRelayWork(system).stop);
  else stops.push(await startWork(name, system, { metrics, onHalt }));
}

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await Promise.allSettled(stops.map(async (one) => await one()));
  await system.close(10_000);
  process.exit(0);
}
process.once('SIGTERM', () => void stop());
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const [step = '', recordId = ''] = line.split(' ');
  // As a queue does: a job that throws is dropped and said, and the step is rung again (`rungUntil`).
  void handlers
    .get(step)?.(recordId)
    .then(
      () => say({ worked: step, recordId }),
      (error: unknown) => say({ dropped: step, recordId, error: String(error) }),
    );
});
lines.on('close', () => process.exit(3));
say({ ready: plan.name, address });
