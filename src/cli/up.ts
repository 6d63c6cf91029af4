/** `holdfast up`: everything in one process, on the embedded default for what the settings do not name. `npm start` runs it. */
import { aborted } from './stop.ts';
import { EXIT, type Verb } from './verb.ts';

export const up: Verb = {
  name: 'up',
  summary: 'Run everything in one process (npm start)',
  run: async ({ env, stop, say, answer }) => {
    const { readConfig } = await import('#config.ts');
    const { startAll } = await import('../serve.ts');
    // A person watches this terminal: warnings only, unless they asked for more.
    const config = readConfig({ HOLDFAST_LOG_LEVEL: 'warn', ...env });
    say(`Holdfast, ${config.mode} mode. Data in ${config.dataDir}.`);
    const running = await startAll(config, say);
    const { agencies } = running;
    const text = [
      '',
      `Holdfast is ready:  ${running.address}`,
      `  Report a removal: ${running.address}/report`,
      `  Archived pictures are shown from ${running.contentAddress} alone, which runs nothing.`,
      ...(config.s3 === null
        ? ['  The store is a folder on this machine: tamper-evident, not immutable.']
        : []),
      ...(agencies.length > 0 ? [`  Agencies: ${agencies.map((agency) => agency.id).join(', ')}`] : []),
      ...(running.firstAccount === null
        ? [`  Sign in:          ${running.address}/sign-in`]
        : [
            '  Nobody has an account yet. Make the first one here, within a day; the link works once:',
            `    ${running.firstAccount}`,
          ]),
      ...(agencies.length === 0
        ? ['  Or watch the whole path with a city that does not exist:  npx holdfast demo']
        : []),
      '  Ctrl-C stops; what is running is finished first.',
      '',
    ].join('\n');
    answer(
      {
        address: running.address,
        contentAddress: running.contentAddress,
        mode: config.mode,
        agencies: agencies.map((agency) => agency.id),
        firstAccount: running.firstAccount,
      },
      text,
    );
    try {
      await Promise.race([aborted(stop), running.failed]);
      say('Stopping: finishing what is running, up to 25 s.');
    } finally {
      await running.stop();
    }
    say('Stopped. Everything that was acknowledged is on disk.');
    return EXIT.done;
  },
};
