/** `holdfast agency add`: a public body that this installation serves. */
import { EXIT, type Verb } from './verb.ts';
import { withDatabase } from './with-database.ts';

export const agencyAdd: Verb = {
  name: 'agency add',
  summary: 'Add a public body',
  configure: (command) =>
    void command
      .requiredOption('--slug <slug>', 'short name for ever: 2 to 63 of a-z, 0-9 and -')
      .requiredOption('--name <name>', 'its full name')
      .option('--zone <zone>', 'IANA time zone in which its people see times', 'America/Chicago')
      .option(
        '--sample',
        'give it the invented policy, accounts and schedule of the fictional Rivertown (trial mode)',
      ),
  run: async (invocation) => {
    const { options, env, say, answer } = invocation;
    const { addAgency, agencyProblems } = await import('#agency/agency.ts');
    const agency = {
      id: String(options['slug']),
      name: String(options['name']).trim(),
      zone: String(options['zone']),
    };
    const problems = Object.entries(agencyProblems(agency));
    if (problems.length > 0) {
      for (const [, sentence] of problems) say(sentence);
      say('Nothing was added.');
      return EXIT.usage;
    }
    if (options['sample'] === true) {
      const { readConfig } = await import('#config.ts');
      if (readConfig(env).mode !== 'trial') {
        say(
          'The sample’s clauses, accounts and schedule are invented; in production no body is given them, and nothing was added. Add the agency without --sample, then its own: npx holdfast policy add, npx holdfast account add.',
        );
        return EXIT.refused;
      }
    }
    return await withDatabase(invocation, async (db) => {
      if (!(await addAgency(db, agency))) {
        say(`There is an agency "${agency.id}" already; nothing was changed.`);
        return EXIT.refused;
      }
      if (options['sample'] === true) {
        const { addSample } = await import('./sample.ts');
        await addSample(db, agency.id);
      }
      answer(
        agency,
        `Added ${agency.name} as "${agency.id}". Next: npx holdfast key create --agency ${agency.id} --role moderator`,
      );
      return EXIT.done;
    });
  },
};
