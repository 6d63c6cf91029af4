/** `holdfast work <name>`: one worker. */
import { EXIT, type Verb } from './verb.ts';

export const work: Verb = {
  name: 'work',
  summary: 'Run one worker as a process of its own',
  configure: (command) => void command.argument('<name>', 'relay, seal, capture, retention, fixity or mail'),
  run: async ({ args, env, stop, say }) => {
    const { WORKERS } = await import('../work.ts');
    const name = WORKERS.find((worker) => worker === args[0]);
    if (name === undefined) {
      say(`There is no worker "${args[0] ?? ''}". There are: ${WORKERS.join(', ')}.`);
      return EXIT.usage;
    }
    const { readConfig } = await import('#config.ts');
    const { runWorker } = await import('../process.ts');
    await runWorker(name, readConfig(env), stop);
    return EXIT.done;
  },
};
