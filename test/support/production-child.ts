/**
 * One production in a process of its own: how long it took, and how much memory at the most. Settings from the environment, as a worker has them. With
 * the name of a step behind the id it stands still there, says so, and waits to be killed.
 */
import { readFileSync } from 'node:fs';
import { readConfig } from '#config.ts';
import { readProduction, runProductions } from '#production/production.ts';
import { openProductionContext } from '#production-work.ts';
import { openSystem } from '#system.ts';

const [id = '', halt = null] = process.argv.slice(2);
const config = readConfig(process.env);
const system = await openSystem(config, { name: 'bench', databaseUrl: config.databaseUrl ?? '' });
const started = performance.now();
await runProductions({
  ...openProductionContext(system),
  ...(halt === null
    ? {}
    : {
        times: { claimMs: 3000 },
        between: async (step: string) => {
          if (step !== halt) return;
          console.log(`stands at ${step}`);
          await new Promise((resolve) => setTimeout(resolve, 600_000));
        },
      }),
});
const seconds = (performance.now() - started) / 1000;
const made = await system.db.inAgency('rivertown', async (at) => await readProduction(at, id));
const { user, system: sys } = process.cpuUsage();
const peakMiB = Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1024;
const { state, gate, failure, objectKey, versionId } = made ?? {};
const stopped = [...(gate?.hits ?? []), ...(gate?.unread ?? [])].slice(0, 3);
console.log(
  JSON.stringify({
    seconds,
    cpu: (user + sys) / 1e6,
    peakMiB,
    state,
    clean: gate?.outcome,
    stopped,
    failure,
    objectKey,
    versionId,
  }),
);
await system.close(1000);
