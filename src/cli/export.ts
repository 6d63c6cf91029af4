/** `holdfast export`: records as a package, into a folder or a tar, from the machine itself. */
import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT, type Verb } from './verb.ts';
import { knownAgency } from './known-agency.ts';
import { withDatabase } from './with-database.ts';

export const exportRecords: Verb = {
  name: 'export',
  summary: 'Write records into a package that anybody can verify without this archive',
  configure: (command) =>
    void command
      .requiredOption('--agency <slug>', 'the agency')
      .requiredOption('--record <id...>', 'the records, by their ids')
      .requiredOption(
        '--out <path>',
        'a folder to make, or a file that ends in .tar; it must not be there yet',
      )
      .option('--group <text>', 'the request that it answers')
      .addHelpText(
        'after',
        '\nThe worker "log" must run meanwhile, here or elsewhere: the proofs wait for its next checkpoint. Check what comes out with "holdfast verify".',
      ),
  run: async (invocation) => {
    const { options, env, say, answer } = invocation;
    const out = String(options['out']);
    const there = await access(out).then(
      () => true,
      () => false,
    );
    if (there) {
      say(`${out} is there already; nothing was written. Name a path that is not.`);
      return EXIT.refused;
    }
    const { recordIdOf } = await import('#record/record.ts');
    const recordIds = (options['record'] as readonly string[]).map(recordIdOf);
    if (recordIds.some((id) => id === null)) {
      say('A record is named by its id, a UUID, as its page and its receipt show it.');
      return EXIT.refused;
    }
    const { readConfig } = await import('#config.ts');
    const { asTar, beginExport, openExportReceipts, toFile, toFolder } = await import('#export/export.ts');
    const { openLog } = await import('#log.ts');
    const { openLogReader } = await import('#log/log.ts');
    const { openLogFiles, openStore } = await import('#store/store.ts');
    const { program } = await import('#program.ts');
    return await withDatabase(invocation, async (db) => {
      const agency = await knownAgency(db, invocation);
      if (agency === null) return EXIT.refused;
      const config = readConfig(env);
      const [store, files] = await Promise.all([openStore(config), openLogFiles(config)]);
      try {
        const opened = {
          db,
          store,
          logReader: openLogReader(files),
          mode: config.mode,
          program,
          now: () => new Date(),
          log: openLog(config.logLevel, 'export'),
          anchors: config.anchors,
        };
        const folder = join(config.keysDir, 'receipts');
        const context = { ...opened, receipts: openExportReceipts({ ...opened, folder }) };
        const { exportId, requestedAt, top, parts } = await beginExport(context, {
          agencyId: agency.id,
          recordIds: recordIds.filter((id) => id !== null),
          actor: 'cli',
          ...(typeof options['group'] === 'string' ? { group: options['group'] } : {}),
        });
        try {
          if (out.endsWith('.tar')) await toFile(asTar(parts, { top, at: requestedAt }), out);
          else await toFolder(parts, out);
        } catch (error) {
          // What is there of it is no package, and must not be taken for one.
          await rm(out, { recursive: true, force: true });
          throw error;
        }
        answer({ export: exportId, path: out }, `Written to ${out}. Check it: npx holdfast verify ${out}`);
        return EXIT.done;
      } finally {
        await Promise.all([store.close(), files.close()]);
      }
    });
  },
};
