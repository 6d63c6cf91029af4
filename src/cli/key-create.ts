/** `holdfast key create`: prints one key, once. */
import { knownAgency } from './known-agency.ts';
import { EXIT, type Verb } from './verb.ts';
import { withDatabase } from './with-database.ts';

export const keyCreate: Verb = {
  name: 'key create',
  summary: 'Make a key for one agency and one role; it is shown once',
  configure: (command) =>
    void command
      .requiredOption('--agency <slug>', 'the agency')
      .requiredOption(
        '--role <role>',
        'moderator, custodian, retention-officer, auditor, administrator or intake',
      )
      .option('--label <text>', 'what it is for', 'made on the command line'),
  run: async (invocation) => {
    const { options, say, answer } = invocation;
    const { createKey, KEY_ROLES } = await import('#agency/agency.ts');
    const role = KEY_ROLES.find((name) => name === options['role']);
    if (role === undefined) {
      say(`There is no role "${String(options['role'])}". There are: ${KEY_ROLES.join(', ')}.`);
      return EXIT.usage;
    }
    return await withDatabase(invocation, async (db) => {
      const agency = await knownAgency(db, invocation);
      if (agency === null) return EXIT.refused;
      const { key, keyId } = await createKey(db, {
        agencyId: agency.id,
        role,
        label: String(options['label']),
      });
      answer({ key, keyId, agency: agency.id, role }, key);
      if (!invocation.json)
        say(
          `Keep it where secrets are kept: it is not shown again. Send it as "Authorization: Bearer <key>".\nIts id, by which it is taken back: ${keyId} (npx holdfast key revoke --agency ${agency.id} --id ${keyId})`,
        );
      return EXIT.done;
    });
  },
};
