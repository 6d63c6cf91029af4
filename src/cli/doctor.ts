/** `holdfast doctor`: looks at each part and says what to do. Exit 0 when all is well, 1 when a check found something. */
import type { Config } from '#config.ts';
import { codeOf } from '#errors.ts';
import type { StoreTrust } from '#store/store.ts';
import { EXIT, type Verb } from './verb.ts';

interface Finding {
  readonly part: string;
  readonly ok: boolean;
  readonly found: string;
  readonly todo: string | null;
}

const WHAT_TO_DO: Readonly<Record<string, string>> = {
  database:
    'Start Postgres, or check DATABASE_URL; the embedded one writes its own words to postgres.log in the data folder.',
  staging:
    'Check that HOLDFAST_STAGING (or the data folder) is mounted, writable and the same for every process.',
  queue: 'Start Redis or Valkey, or check REDIS_URL; without REDIS_URL the queue lives in Postgres.',
  store: 'Check S3_ENDPOINT, S3_BUCKET and the keys; the bucket must have been created with Object Lock.',
  browser:
    'Install Chromium (Debian: apt-get install chromium) or set CHROMIUM_PATH. Reports are taken and sealed without it, pages are not captured.',
  clock: 'Set the clocks of this machine, the database and the store by NTP.',
};

export const doctor: Verb = {
  name: 'doctor',
  summary: 'Check each part and say what to do',
  configure: (command) =>
    void command.option('--full', 'all twelve checks of the store, about four seconds more'),
  run: async ({ env, options, say, answer }) => {
    const { readConfig } = await import('#config.ts');
    const { isDatabaseDown } = await import('#db/db.ts');
    const config = readConfig(env);
    const right = Number(process.versions.node.split('.')[0]) >= 24;
    const findings: Finding[] = [
      { part: 'settings', ok: true, found: `${config.mode} mode, data in ${config.dataDir}`, todo: null },
      {
        part: 'node',
        ok: right,
        found: `Node ${process.versions.node}`,
        todo: right ? null : 'Run through npm or npx, which bring the right Node.',
      },
    ];
    try {
      await lookInside(config, options['full'] === true, findings, say);
    } catch (error) {
      // A part without which the others cannot be asked.
      const code = isDatabaseDown(error) ? 'database-down' : codeOf(error);
      const part = Object.keys(WHAT_TO_DO).find((name) => code.startsWith(name)) ?? 'system';
      findings.push({
        part,
        ok: false,
        found: `${code}: ${error instanceof Error ? error.message : String(error)}`,
        todo: `${WHAT_TO_DO[part] ?? ''} What comes after this was not looked at.`.trim(),
      });
    }
    const ok = findings.every((finding) => finding.ok);
    answer(
      { ok, checked: findings.length, findings },
      [
        ...findings.map(
          (one) =>
            `${one.ok ? 'ok  ' : 'BAD '} ${one.part.padEnd(9)} ${one.found}${one.todo === null ? '' : `\n               → ${one.todo}`}`,
        ),
        '',
        `${findings.length} checked, ${findings.filter((one) => !one.ok).length} found wanting.`,
      ].join('\n'),
    );
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
    await assertMigrated(database.url).then(
      () => findings.push({ part: 'schema', ok: true, found: 'up to date', todo: null }),
      (error: unknown) => {
        if (isDatabaseDown(error)) throw error;
        findings.push({
          part: 'schema',
          ok: false,
          found: error instanceof Error ? error.message : 'unknown',
          todo: 'holdfast migrate',
        });
      },
    );
    const log = openLog('silent', 'doctor');
    const system = await openSystem(config, { name: 'doctor', databaseUrl: database.url, log });
    try {
      // Where everything is on this machine the first start has only not come yet. Elsewhere the probe is the API's to write: one
      // of ours would let a worker start on a folder that is not the API's.
      if (database.embedded) await system.staging.writeProbe();
      const { parts } = await readiness(system);
      for (const { name, ok, found } of parts)
        findings.push({ part: name, ok, found, todo: ok ? null : (WHAT_TO_DO[name] ?? null) });
      if (full) findings.push(...(await storeChecks(system.trust)));
    } finally {
      await system.close(1000);
    }
  } finally {
    await database.stop();
  }
}

async function storeChecks(trust: StoreTrust): Promise<Finding[]> {
  const { checks } = await trust.check(true);
  return checks.map(({ n, name, ok, found }) => ({
    part: `store ${n}`,
    ok: ok || n === 12,
    found: `${name}: ${found}`,
    todo: ok
      ? null
      : n === 12
        ? 'A hold extends the lease on this store; nothing to do.'
        : (WHAT_TO_DO['store'] ?? null),
  }));
}
