/** `holdfast user add`: somebody with an account, and the link with which they choose how to sign in. */
import { knownAgency } from './known-agency.ts';
import { EXIT, type Verb } from './verb.ts';
import { withDatabase } from './with-database.ts';

export const userAdd: Verb = {
  name: 'user add',
  summary: 'Add a person; prints a link with which they choose how to sign in',
  configure: (command) =>
    void command
      .requiredOption('--agency <slug>', 'the agency')
      .requiredOption('--name <name>', 'by which colleagues know them')
      .requiredOption('--email <address>', 'the name to sign in with')
      .requiredOption(
        '--role <role...>',
        'moderator, custodian, retention-officer, approver, auditor or administrator; several are allowed',
      ),
  run: async (invocation) => {
    const { options, env, say, answer } = invocation;
    const { addPerson, invite, PERSON_SENTENCES } = await import('#agency/agency.ts');
    const { readConfig } = await import('#config.ts');
    const roles = Array.isArray(options['role']) ? options['role'].map(String) : [];
    const person = { name: String(options['name']), email: String(options['email']), roles };
    return await withDatabase(invocation, async (db) => {
      const agency = await knownAgency(db, invocation);
      if (agency === null) return EXIT.refused;
      const added = await db.inAgency(agency.id, async (at) => {
        const made = await addPerson(at, person, 'cli');
        return 'refused' in made
          ? made
          : { ...made, token: await invite(at, made.personId, 'cli', new Date()) };
      });
      if ('refused' in added) {
        say(`${PERSON_SENTENCES[added.refused]} Nobody was added.`);
        return added.refused === 'email-taken' ? EXIT.refused : EXIT.usage;
      }
      const link = `${readConfig(env).publicUrl}/invitation/${added.token}`;
      answer({ personId: added.personId, agency: agency.id, roles, link }, link);
      if (!invocation.json)
        say(`Send it to ${person.name.trim()} and to nobody else: it works once, for three days.`);
      return EXIT.done;
    });
  },
};
