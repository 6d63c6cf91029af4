/** The production worker: one process, wiring only. What it does is in `src/work.ts`; it drains on SIGTERM. */
import { readConfig } from '#config.ts';
import { stopSignal } from '#cli/stop.ts';
import { runWorker } from '#process.ts';

await runWorker('production', readConfig(process.env), stopSignal(process.env));
