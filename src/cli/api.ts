/** `holdfast api`: the API and console alone; workers run as processes of their own. */
import type { Verb } from './verb.ts';

export const api: Verb = {
  name: 'api',
  summary: 'Run the API and the console only',
  run: async ({ env, stop }) => {
    const { readConfig } = await import('#config.ts');
    const { runApi } = await import('../serve.ts');
    await runApi(readConfig(env), stop);
  },
};
