/**
 * A process that goes over all lists, as the retention worker does, until one list is at its end, and dies by `kill -9` where it is told to.
 *
 *   node disposal-child.ts '{"list": "…", "at": "marked"}'                    when it comes to this step
 *   node disposal-child.ts '{"list": "…", "deletion": 3, "when": "after"}'    before or after the n-th deletion
 *   node disposal-child.ts '{"list": "…"}'                                    whenever whoever started it kills it, or never
 *
 * It says `ready` before its first pass. Settings come from the environment, as for the real one. Pages and log of the
 * database are left alone: every other test has them, too.
 */
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from '#config.ts';
import { openDisposalContext } from '#disposal-work.ts';
import { readDisposal, runDisposals } from '#disposal/disposal.ts';
import type { ObjectPurger } from '#store/store.ts';
import { openSystem } from '#system.ts';

export interface Death {
  readonly list: string;
  readonly at?: string;
  readonly deletion?: number;
  readonly when?: 'before' | 'after';
}

const say = (said: object): void => void writeSync(1, `${JSON.stringify(said)}\n`);
const death = JSON.parse(process.argv[2] ?? '') as Death;
const die = (): void => void process.kill(process.pid, 'SIGKILL');

const config = readConfig(process.env);
const system = await openSystem(config, { name: 'disposal', databaseUrl: config.databaseUrl ?? '' });
const { context, close } = await openDisposalContext(system);
const { first, second } = context.places;
let deletions = 0;
const dying = (purger: ObjectPurger): ObjectPurger => ({
  ...purger,
  purge: async (key, versionId) => {
    deletions += 1;
    const isLast = deletions === death.deletion;
    if (isLast && death.when === 'before') die();
    await purger.purge(key, versionId);
    if (isLast && death.when === 'after') die();
  },
});
const isAtItsEnd = async (): Promise<boolean> =>
  (await system.db.inAgency('rivertown', async (at) => await readDisposal(at, death.list)))?.cleanedAt !==
  null;
say({ ready: 'disposal' });
while (!(await isAtItsEnd())) {
  await runDisposals({
    ...context,
    places: { first: { ...first, purger: first.purger && dying(first.purger) }, second },
    clean: async () => ({ kind: 'external', did: [], left: ['nothing was asked for in this test'] }),
    pace: { batch: 2, lanes: 2 },
    between: async (at) => {
      if (at === death.at) die();
    },
  });
  // What it wrote comes into the log first.
  await sleep(50);
}
await close();
await system.close(10_000);
