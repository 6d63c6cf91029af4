/**
 * `holdfast doctor`: looks at each part and says what to do. Exit 0 when all is well, 1 when a check found something, 6 when
 * the installation itself does not run. What could not be looked at is counted apart, and is not said to be well.
 */
import type { Config } from '#config.ts';
import { codeOf } from '#errors.ts';
import {
  askServer,
  lookAtContent,
  lookAtDeletion,
  lookAtLocks,
  lookAtReader,
  lookAtSealed,
  lookAtSteps,
  storeFindings,
  unchecked,
  wanting,
  well,
  WHAT_TO_DO,
  type Finding,
} from './doctor-looks.ts';
import { lookAtMail } from './doctor-mail.ts';
import { lookAtPictures } from './doctor-pictures.ts';
import { SERVER_OPTION, serverAddress, unreachable } from './server-address.ts';
import { EXIT, type Verb } from './verb.ts';

export const doctor: Verb = {
  name: 'doctor',
  summary: 'Check each part and say what to do',
  configure: (command) =>
    void command
      .option(...SERVER_OPTION)
      .option('--full', 'all twelve checks of the store, and reads the sample of sealed objects whole'),
  run: async (invocation) => {
    const { env, options, say, answer } = invocation;
    const { readConfig } = await import('#config.ts');
    const { isDatabaseDown } = await import('#db/db.ts');
    const config = readConfig(env);
    const server = serverAddress(invocation);
    const right = Number(process.versions.node.split('.')[0]) >= 24;
    const node = `Node ${process.versions.node}`;
    const asked = await askServer(server);
    const findings: Finding[] = [
      well('settings', `${config.mode} mode, data in ${config.dataDir}`),
      right
        ? well('node', node)
        : wanting('node', node, 'Run through npm or npx, which bring the right Node.'),
      asked ??
        wanting('server', `not running: nothing answers at ${server}`, unreachable(server, '', null).message),
      await lookAtContent(config, asked !== null && options['server'] === undefined),
    ];
    try {
      await lookInside(config, options['full'] === true, findings, say);
    } catch (error) {
      // A part without which the others cannot be asked.
      const code = isDatabaseDown(error) ? 'database-down' : codeOf(error);
      const part = Object.keys(WHAT_TO_DO).find((name) => code.startsWith(name)) ?? 'system';
      findings.push(
        wanting(
          part,
          `${code}: ${error instanceof Error ? error.message : String(error)}`,
          `${WHAT_TO_DO[part] ?? ''} What comes after this was not looked at.`.trim(),
        ),
      );
    }
    const ok = findings.every((finding) => finding.ok);
    const checked = findings.filter((finding) => finding.checked).length;
    answer(
      { ok, running: asked !== null, checked, findings },
      [
        ...findings.map(
          (one) =>
            `${one.checked ? (one.ok ? 'ok  ' : 'BAD ') : '-   '} ${one.part.padEnd(9)} ${one.found}${one.todo === null ? '' : `\n               → ${one.todo}`}`,
        ),
        '',
        `${checked} checked, ${findings.filter((one) => !one.ok).length} found wanting, ${findings.length - checked} not checked.${asked === null ? ' Holdfast is not running.' : ''}`,
      ].join('\n'),
    );
    if (asked === null) return EXIT.notRunning;
    return ok ? EXIT.done : EXIT.failed;
  },
};

async function lookInside(
  config: Config,
  full: boolean,
  findings: Finding[],
  say: (sentence: string) => void,
): Promise<void> {
  const { openDatabase } = await import('../database.ts');
  const { assertMigrated } = await import('#db/migrate.ts');
  const { isDatabaseDown } = await import('#db/db.ts');
  const { openSystem } = await import('../system.ts');
  const { openLog } = await import('#log.ts');
  const { readiness } = await import('#api/api.ts');
  const database = await openDatabase(config, say, { own: false });
  try {
    let migrated = true;
    await assertMigrated(database.url).then(
      () => findings.push(well('schema', 'up to date')),
      (error: unknown) => {
        if (isDatabaseDown(error)) throw error;
        migrated = false;
        const found = error instanceof Error ? error.message : 'unknown';
        findings.push(wanting('schema', found, 'holdfast migrate'));
      },
    );
    const log = openLog('silent', 'doctor');
    const system = await openSystem(config, { name: 'doctor', databaseUrl: database.url, log });
    try {
      // Where everything is on this machine the first start has only not come yet. Elsewhere the probe is the API's to write: one
      // of ours would let a worker start on a folder that is not the API's.
      if (database.embedded) await system.staging.writeProbe();
      const { parts } = await readiness(system);
      for (const { name, ok, checked, found } of parts)
        findings.push(
          checked
            ? { part: name, ok, checked, found, todo: ok ? null : (WHAT_TO_DO[name] ?? null) }
            : unchecked(name, found),
        );
      if (!migrated) {
        findings.push(unchecked('records', 'without its schema the database says nothing of them'));
        return;
      }
      findings.push(...(await lookAtDeletion(system)), ...lookAtReader(config));
      if (full) {
        const proven = findings.some((one) => one.part === 'lock' && one.ok);
        findings.push(...storeFindings(await system.trust.check(true), proven));
      }
      findings.push(...(await lookAtLocks(system)), ...(await lookAtSteps(system)), await lookAtMail(system));
      findings.push(await lookAtPictures(system), await lookAtSealed(system, full));
    } finally {
      await system.close(1000);
    }
  } finally {
    await database.stop();
  }
}
