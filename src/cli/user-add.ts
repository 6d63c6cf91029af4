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
      )
      .addHelpText(
        'after',
        '\nFor somebody who was added before and has not chosen how to sign in yet, it prints a new link; nothing else of them changes.',
      ),
  run: async (invocation) => {
    const { options, env, say, answer } = invocation;
    const { addPerson, invite, inviteAnew, PERSON_SENTENCES } = await import('#agency/agency.ts');
    const { readConfig } = await import('#config.ts');
    const roles = Array.isArray(options['role']) ? options['role'].map(String) : [];
    const person = { name: String(options['name']), email: String(options['email']), roles };
    return await withDatabase(invocation, async (db) => {
      const agency = await knownAgency(db, invocation);
      if (agency === null) return EXIT.refused;
      const added = await db.inAgency(agency.id, async (at) => {
        const made = await addPerson(at, person, 'cli');
        if (!('refused' in made))
          return { ...made, roles, isNew: true, token: await invite(at, made.personId, 'cli', new Date()) };
        const known =
          made.refused === 'email-taken' ? await inviteAnew(at, person.email, 'cli', new Date()) : null;
        return known === null ? made : { ...known, isNew: false };
      });
      if ('refused' in added) {
        say(
          added.refused === 'email-taken'
            ? `${PERSON_SENTENCES[added.refused]} Where they have lost how they sign in, an administrator makes a link on /people. Nobody was added.`
            : `${PERSON_SENTENCES[added.refused]} Nobody was added.`,
        );
        return added.refused === 'email-taken' ? EXIT.refused : EXIT.usage;
      }
      const { personId, isNew } = added;
      const link = `${readConfig(env).publicUrl}/invitation/${added.token}`;
      answer({ personId, agency: agency.id, roles: added.roles, isNew, link }, link);
      if (!invocation.json)
        say(
          `${isNew ? '' : 'There is somebody with this address already, who has not chosen how to sign in yet: nobody was added, their name and roles stay as they were, and a link that was sent before works no more. '}Send it to ${isNew ? person.name.trim() : 'them'} and to nobody else: it works once, for three days.`,
        );
      return EXIT.done;
    });
  },
};
