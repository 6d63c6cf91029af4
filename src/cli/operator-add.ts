/** `holdfast operator add`: somebody who runs the machine and reads no content, and the link with which they choose how to sign in. */
import { EXIT, type Verb } from './verb.ts';
import { withDatabase } from './with-database.ts';

export const operatorAdd: Verb = {
  name: 'operator add',
  summary: 'Add who runs the machine, or help them sign in anew; prints a link',
  configure: (command) =>
    void command
      .requiredOption('--name <name>', 'by which colleagues know them')
      .requiredOption('--email <address>', 'the name to sign in with')
      .addHelpText(
        'after',
        '\nThey see on /machine that its parts work and how much waits, add agencies, and read no content of any.\nFor an address that is one of theirs already, the link lets them choose anew how to sign in.',
      ),
  run: async (invocation) => {
    const { options, env, say, answer } = invocation;
    const { addOperator, PERSON_SENTENCES, SYSTEM_AGENCY } = await import('#agency/agency.ts');
    const { readConfig } = await import('#config.ts');
    const person = { name: String(options['name']), email: String(options['email']) };
    return await withDatabase(invocation, async (db) => {
      const added = await addOperator(db, person, new Date());
      if ('refused' in added) {
        say(
          added.refused === 'email-taken'
            ? 'Somebody with this e-mail address ran the machine before and was let go. Enter another address. Nobody was added.'
            : `${PERSON_SENTENCES[added.refused]} Nobody was added.`,
        );
        return added.refused === 'email-taken' ? EXIT.refused : EXIT.usage;
      }
      const { publicUrl } = readConfig(env);
      const link = `${publicUrl}/invitation/${added.token}`;
      answer({ personId: added.personId, isNew: added.isNew, link }, link);
      if (!invocation.json)
        say(
          `${added.isNew ? '' : 'There is somebody with this address already: nobody was added, and the link lets them choose anew. '}Send it to them and to nobody else: it works once, for three days. Later they sign in at ${publicUrl}/sign-in?agency=${SYSTEM_AGENCY}`,
        );
      return EXIT.done;
    });
  },
};
