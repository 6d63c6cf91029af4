/** `holdfast log-key …`: the keys that sign an agency's log. They change about once a year, and when somebody else may have one. */
import { join } from 'node:path';
import { EXIT, type Invocation, type Verb } from './verb.ts';
import { withDatabase } from './with-database.ts';

const agency = ['--agency <slug>', 'whose log; "system": that of whoever runs the machine'] as const;

export const logKeyList: Verb = {
  name: 'log-key list',
  summary: 'The verifier keys of a log, and the sizes that each may sign',
  configure: (command) => void command.requiredOption(...agency),
  run: async (invocation) => {
    const { options, answer } = invocation;
    const { listLogKeys } = await import('#log/log.ts');
    return await withDatabase(invocation, async (db) => {
      const keys = await listLogKeys(db, String(options['agency']));
      answer(
        { keys },
        keys.length === 0
          ? 'This agency has no log yet: it begins with the first thing that happens there, once the log worker runs.'
          : keys
              .map(
                ({ vkey, firstSize, lastSize }) =>
                  `${vkey}\n  from size ${firstSize}${lastSize === null ? ', in use' : ` to size ${lastSize}`}`,
              )
              .join('\n'),
      );
      return EXIT.done;
    });
  },
};

export const logKeyAdd: Verb = {
  name: 'log-key add',
  summary: 'Draw another key for a log: from the next checkpoint on both sign',
  configure: (command) => void command.requiredOption(...agency),
  run: async (invocation) => {
    const { options, answer } = invocation;
    const { addLogKey, openKeyFolder } = await import('#log/log.ts');
    const folder = openKeyFolder(await keyPlace(invocation));
    return await withDatabase(invocation, async (db) => {
      const vkey = await addLogKey(db, folder, String(options['agency']));
      answer(
        { vkey },
        `${vkey}\nIts private half is in the folder of keys: keep a copy where backups of secrets are kept. Tell those who verify, and retire the old key in some weeks.`,
      );
      return EXIT.done;
    });
  },
};

export const logKeyRetire: Verb = {
  name: 'log-key retire',
  summary: 'From now on this key signs no more; another one must be there',
  configure: (command) =>
    void command
      .requiredOption(...agency)
      .requiredOption('--id <key id>', 'the eight digits between the plus signs of the verifier key'),
  run: async (invocation) => {
    const { options, answer } = invocation;
    const { retireLogKey } = await import('#log/log.ts');
    return await withDatabase(invocation, async (db) => {
      const lastSize = await retireLogKey(db, String(options['agency']), String(options['id']));
      answer({ lastSize }, `Retired: it may have signed up to size ${lastSize}, and signs nothing after it.`);
      return EXIT.done;
    });
  },
};

async function keyPlace({ env }: Invocation): Promise<string> {
  const { readConfig } = await import('#config.ts');
  return join(readConfig(env).keysDir, 'log');
}
