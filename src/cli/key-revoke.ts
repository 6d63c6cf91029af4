/** `holdfast key revoke`: the key can write nothing from this moment, and read nothing after one second. */
import { EXIT, type Verb } from './verb.ts';
import { withDatabase } from './with-database.ts';

export const keyRevoke: Verb = {
  name: 'key revoke',
  summary: 'Take a key back',
  configure: (command) =>
    void command
      .requiredOption('--agency <slug>', 'the agency')
      .requiredOption('--id <key id>', 'as "key create" and "key list" say it'),
  run: async (invocation) => {
    const { options, say, answer } = invocation;
    const { revokeKey } = await import('#agency/agency.ts');
    const { recordIdOf } = await import('#record/record.ts');
    const id = recordIdOf(String(options['id']));
    return await withDatabase(invocation, async (db) => {
      if (id === null || !(await revokeKey(db, String(options['agency']), id, new Date()))) {
        say('This agency has no such key, or it was revoked already.');
        return EXIT.refused;
      }
      answer({ keyId: id, revoked: true }, 'Revoked.');
      return EXIT.done;
    });
  },
};
