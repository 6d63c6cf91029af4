/** Runs the API alone, or everything in one process. */
import { buildApp, openDoors, openMetrics } from '#api/api.ts';
import { aborted } from '#cli/stop.ts';
import { firstAccountLink, listAgencies, type Agency } from '#agency/agency.ts';
import { outsideForFigures } from '#anchor/anchor.ts';
import { assertMigrated } from '#db/migrate.ts';
import { openLog } from '#log.ts';
import type { Config } from './config.ts';
import { migrateDatabase, openDatabase } from './database.ts';
import { closeAll } from './process.ts';
import { openSystem } from './system.ts';
import { startRelayWork, startWork, type StopWork, WORKERS } from './work.ts';

/** The API process. Needs a migrated database; refuses one that is behind or ahead. */
export async function runApi(config: Config, stop: AbortSignal): Promise<void> {
  const log = openLog(config.logLevel, 'api');
  const database = await openDatabase(config, (sentence) => log.info({ sentence }, 'database'), {
    own: false,
  });
  await assertMigrated(database.url);
  const system = await openSystem(config, { name: 'api', databaseUrl: database.url, log });
  await system.staging.writeProbe();
  const app = await buildApp(system);
  try {
    const { address, contentAddress } = await openDoors(app, config);
    log.info({ address, contentAddress }, 'api.listening');
    await aborted(stop);
  } finally {
    await app.close();
    await closeAll(system);
    await database.stop();
  }
  log.info('api.ended');
}

export interface Running {
  readonly address: string;
  /** Where archived bytes are shown, and nothing else is. */
  readonly contentAddress: string;
  /** Who is served at the start. */
  readonly agencies: readonly Agency[];
  /** While nobody has an account: the address at which the first is made, once. */
  readonly firstAccount: string | null;
  /** Rejects when an invariant broke or the embedded database ended by itself. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

/** Everything in one process, on whatever the settings name and the embedded default for the rest. */
export async function startAll(config: Config, say: (sentence: string) => void): Promise<Running> {
  const log = openLog(config.logLevel, 'holdfast');
  const database = await openDatabase(config, say, { own: true });
  try {
    const { applied } = await migrateDatabase(database, () => undefined);
    if (applied.length > 0) say(`Prepared the database (${applied.length} migrations).`);
    const system = await openSystem(config, { name: 'holdfast', databaseUrl: database.url, log });
    const stops: StopWork[] = [];
    try {
      await system.staging.writeProbe();
      const failed = Promise.withResolvers<never>();
      failed.promise.catch(() => undefined);
      const metrics = openMetrics(system.db, outsideForFigures(system));
      const relay = startRelayWork(system);
      stops.push(relay.stop);
      const app = await buildApp(system, { metrics, poke: relay.poke });
      stops.unshift(async () => await app.close());
      // The relay is started above: the API pokes it.
      for (const name of WORKERS)
        if (name !== 'relay')
          stops.push(await startWork(name, system, { metrics, onHalt: (error) => failed.reject(error) }));
      const { address, contentAddress } = await openDoors(app, config);
      const link = await firstAccountLink(system.db, system.now());
      void database.lost.then((why) => failed.reject(new Error(why)));
      return {
        address,
        contentAddress,
        agencies: await listAgencies(system.db),
        // As people reach this installation; a port that was only just found is in no setting.
        firstAccount:
          link === null ? null : `${config.port === 0 ? address : config.publicUrl}/first-account/${link}`,
        failed: failed.promise,
        stop: async () => {
          await closeAll(system, ...stops);
          await database.stop();
        },
      };
    } catch (error) {
      await closeAll(system, ...stops);
      throw error;
    }
  } catch (error) {
    await database.stop();
    throw error;
  }
}
