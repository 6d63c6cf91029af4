/** `holdfast migrate`: brings the database up to this program. */
import type { Verb } from './verb.ts';

export const migrate: Verb = {
  name: 'migrate',
  summary: 'Bring the database up to this version',
  run: async ({ env, say, answer }) => {
    const { readConfig } = await import('#config.ts');
    const { migrateDatabase, openDatabase } = await import('../database.ts');
    const database = await openDatabase(readConfig(env), say, { own: false });
    try {
      const outcome = await migrateDatabase(database, say);
      answer(
        outcome,
        `${outcome.applied.length} of ${outcome.present} migrations were new; the database is up to date.`,
      );
    } finally {
      await database.stop();
    }
  },
};
