/** `holdfast office add`: an office that is told by mail of what was archived. */
import { knownAgency } from './known-agency.ts';
import { EXIT, type Verb } from './verb.ts';
import { withDatabase } from './with-database.ts';

export const officeAdd: Verb = {
  name: 'office add',
  summary: 'Add an office that is told by mail of what was archived',
  configure: (command) =>
    void command
      .requiredOption('--agency <slug>', 'the agency')
      .requiredOption('--name <name>', 'what letters call it')
      .requiredOption('--email <address>', 'where letters go')
      .option('--duty <duty>', 'custodian (keeps the records) or copy', 'custodian')
      .option('--policy <id>', 'only what goes under this policy (default: everything)')
      .option('--citation <words>', 'where the policy orders it; stands in each letter'),
  run: async (invocation) => {
    const { options, say, answer } = invocation;
    const { addOffice, OFFICE_SENTENCES } = await import('#routing/routing.ts');
    const text = (name: string): string | null => {
      const value = options[name];
      return typeof value === 'string' ? value : null;
    };
    const office = {
      name: text('name') ?? '',
      email: text('email') ?? '',
      duty: text('duty') ?? '',
      policyId: text('policy'),
      citation: text('citation'),
    };
    return await withDatabase(invocation, async (db) => {
      const agency = await knownAgency(db, invocation);
      if (agency === null) return EXIT.refused;
      const added = await db.inAgency(agency.id, async (at) => await addOffice(at, office, 'cli'));
      if ('refused' in added) {
        say(`${OFFICE_SENTENCES[added.refused]} Nothing was added.`);
        return added.refused === 'email-taken' ? EXIT.refused : EXIT.usage;
      }
      answer({ agency: agency.id, ...added, ...office }, `${office.name.trim()} is told from now on.`);
      return EXIT.done;
    });
  },
};
