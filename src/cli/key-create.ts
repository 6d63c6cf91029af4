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
      .option('--label <text>', 'what it is for', 'made on the command line')
      .option(
        '--source <beginning>',
        'take only reports whose source begins so, such as /agencies/x/webhook/facebook',
      )
      .option('--last-day <day>', 'YYYY-MM-DD: it ends with that day, there'),
  run: async (invocation) => {
    const { options, say, answer } = invocation;
    const { civilDay, createKey, endOfDay, KEY_ROLES, keyProblems } = await import('#agency/agency.ts');
    const role = KEY_ROLES.find((name) => name === options['role']);
    if (role === undefined) {
      say(`There is no role "${String(options['role'])}". There are: ${KEY_ROLES.join(', ')}.`);
      return EXIT.usage;
    }
    const source = typeof options['source'] === 'string' ? options['source'] : null;
    const lastDay = typeof options['lastDay'] === 'string' ? options['lastDay'] : null;
    if (lastDay !== null && !civilDay(lastDay)) {
      say('--last-day: expected a day that the calendar has, as YYYY-MM-DD, of the years 1000 to 2999.');
      return EXIT.usage;
    }
    return await withDatabase(invocation, async (db) => {
      const agency = await knownAgency(db, invocation);
      if (agency === null) return EXIT.refused;
      const expiresAt =
        lastDay === null ? null : await db.inAgency(agency.id, async (at) => await endOfDay(at, lastDay));
      const wanted = { label: String(options['label']), source, expiresAt };
      const problems = Object.values(keyProblems(agency.id, wanted, new Date()));
      if (problems.length > 0) {
        say(['No key was made:', ...problems.map((one) => `- ${one}`)].join('\n'));
        return EXIT.usage;
      }
      const { key, keyId } = await createKey(db, { agencyId: agency.id, role, ...wanted });
      answer(
        {
          key,
          keyId,
          agency: agency.id,
          role,
          ...(source === null ? {} : { source }),
          ...(expiresAt === null ? {} : { expiresAt }),
        },
        key,
      );
      if (!invocation.json)
        say(
          `Keep it where secrets are kept: it is not shown again. Send it as "Authorization: Bearer <key>".\nIts id, by which it is taken back: ${keyId} (npx holdfast key revoke --agency ${agency.id} --id ${keyId})`,
        );
      return EXIT.done;
    });
  },
};
