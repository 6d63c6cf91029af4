/** `holdfast operator remove`: who ran the machine is signed out everywhere, and cannot sign in any more. */
import { EXIT, type Verb } from './verb.ts';
import { withDatabase } from './with-database.ts';

export const operatorRemove: Verb = {
  name: 'operator remove',
  summary: 'Let somebody go who ran the machine; they are signed out at once',
  configure: (command) =>
    void command.requiredOption('--email <address>', 'the name that they signed in with'),
  run: async (invocation) => {
    const { options, say, answer } = invocation;
    const { removeOperator } = await import('#agency/agency.ts');
    const email = String(options['email']);
    return await withDatabase(invocation, async (db) => {
      if (!(await removeOperator(db, email, new Date()))) {
        say('Nobody who runs the machine has this e-mail address. Nothing was changed.');
        return EXIT.refused;
      }
      answer({ removed: email }, `${email} is signed out everywhere and cannot sign in any more.`);
      return EXIT.done;
    });
  },
};
