/** For verbs that only need the database: the running one, or an embedded one started for the moment. */
import type { Db } from '#db/db.ts';
import type { Invocation } from './verb.ts';

export async function withDatabase<T>(
  { env, say }: Pick<Invocation, 'env' | 'say'>,
  work: (db: Db) => Promise<T>,
): Promise<T> {
  const { readConfig } = await import('#config.ts');
  const { migrateDatabase, openDatabase } = await import('../database.ts');
  const { assertMigrated } = await import('#db/migrate.ts');
  const { openDb } = await import('#db/db.ts');
  const database = await openDatabase(readConfig(env), say, { own: false });
  try {
    // The embedded database is ours alone; another one is migrated by whoever runs it.
    if (database.embedded) await migrateDatabase(database, () => undefined);
    else await assertMigrated(database.url);
    const db = openDb({ url: database.url, name: 'holdfast-cli', poolSize: 2 });
    try {
      return await work(db);
    } finally {
      await db.close();
    }
  } finally {
    await database.stop();
  }
}
