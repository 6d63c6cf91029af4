/** `holdfast backup`: everything that a new machine needs, but the private keys, in a folder of its own. */
import { EXIT, type Verb } from './verb.ts';

export const backup: Verb = {
  name: 'backup',
  summary: 'Copy database, store and what was promised into a folder',
  configure: (command) =>
    void command
      .requiredOption('--to <folder>', 'a folder that is not there yet, or is empty')
      .option(
        '--without-store',
        'leave the objects and the files of the logs where they are: the store stays',
      )
      .option(
        '--tombstones <file>',
        'a small file, kept apart from backups: what was destroyed is added to it, and a restore is given it',
      )
      .addHelpText(
        'after',
        `
The archive may go on working meanwhile. The folder gets its name when it is whole and on disk; a folder "…unfinished-…" beside
it is no backup, and may be deleted. What lies in it, and how to read it without us: src/backup/FORMAT.md.

No private key is in it: copy the folder of keys (HOLDFAST_KEYS) yourself, somewhere else. Everything else is, texts, pictures,
password hashes and the client secrets of sign-in: keep it as you keep the archive. Write the printed digest down elsewhere.

Exit 1: the backup is whole as far as it goes, and something was not as it was sealed; it is named.`,
      ),
  run: async ({ options, env, say, stop, answer }) => {
    const { readConfig } = await import('#config.ts');
    const { assertMigrated } = await import('#db/migrate.ts');
    const { openDb } = await import('#db/db.ts');
    const { noteBackup, takeBackup } = await import('#backup/backup.ts');
    const { openDatabase } = await import('../database.ts');
    const config = readConfig(env);
    const database = await openDatabase(config, say, { own: false });
    try {
      await assertMigrated(database.url);
      const { folder, digest, manifest } = await takeBackup({
        ownerUrl: database.ownerUrl,
        config,
        to: String(options['to']),
        withoutStore: options['withoutStore'] === true,
        tombstones: typeof options['tombstones'] === 'string' ? options['tombstones'] : null,
        say,
        signal: stop,
        now: () => new Date(),
      });
      const { tables } = manifest.database;
      const rows = tables.reduce((all, table) => all + table.rows, 0);
      const { store, staging, tombstones, wrong, wrongCount, keys } = manifest;
      const report = { digest, rows, objects: store.objects, bytes: store.bytes, wrong: wrongCount };
      const db = openDb({ url: database.url, name: 'holdfast-cli', poolSize: 1 });
      try {
        await noteBackup(db, { ...report, withoutStore: !store.copied });
      } finally {
        await db.close();
      }
      answer(
        {
          folder,
          ...report,
          tables: tables.length,
          snapshotAt: manifest.snapshotAt,
          store,
          staging,
          tombstones,
          keys,
          wrongs: wrong,
        },
        [
          `${rows} rows of ${tables.length} tables, as of ${manifest.snapshotAt}.`,
          store.copied
            ? `${store.objects} objects with ${store.bytes} bytes and ${store.logFiles} files of logs, from ${store.where}.`
            : `Nothing of ${store.where}: it must be there when this is restored.`,
          `${staging.files} files that wait to be sealed; ${tombstones.records} records that were destroyed.`,
          `Not in it, and needed: ${keys.length} private keys (HOLDFAST_KEYS). Copy that folder elsewhere.`,
          ...wrong.map(({ what, why }) => `NOT AS IT WAS SEALED: ${what}: ${why}.`),
          `In ${folder}. Write down elsewhere: ${digest}`,
        ].join('\n'),
      );
      return wrongCount === 0 ? EXIT.done : EXIT.failed;
    } finally {
      await database.stop();
    }
  },
};
