/** What the doctor looks at, one function for each; each says what it found, or that there was nothing to look at. */
import type { Config } from '#config.ts';
import { codeOf } from '#errors.ts';
import type { CanaryReport } from '#store/store.ts';
import type { System } from '../system.ts';

export interface Finding {
  readonly part: string;
  /** False: something is wanting. */
  readonly ok: boolean;
  /** False: there was nothing to look at, or no way to; then nothing is said to be well either. */
  readonly checked: boolean;
  readonly found: string;
  readonly todo: string | null;
}

export const WHAT_TO_DO: Readonly<Record<string, string>> = {
  database:
    'Start Postgres, or check DATABASE_URL; the embedded one writes its own words to postgres.log in the data folder.',
  staging:
    'Check that HOLDFAST_STAGING (or the data folder) is mounted, writable and the same for every process.',
  disk: 'Make room on the disk of the data folder, or give it another one; below its reserve no reports are taken.',
  queue: 'Start Redis or Valkey, or check REDIS_URL; without REDIS_URL the queue lives in Postgres.',
  store: 'Check S3_ENDPOINT, S3_BUCKET and the keys; the bucket must have been created with Object Lock.',
  anchors:
    'See that the anchor worker runs (holdfast work anchor), and its log; check TSA_URL, TSA_ROOTS and HOLDFAST_WITNESSES. anchors-forged: run holdfast audit, which names each; somebody wrote into the database or the store: find out who. witness-contradicts: stop the log worker, and find out which of two logs is ours.',
  log: 'Read the sentence, and the log worker’s own log (holdfast work log). Nothing is told to be safe to remove before it goes on; reports are taken and sealed meanwhile.',
  browser:
    'Install Chromium (Debian: apt-get install chromium) or set CHROMIUM_PATH. Reports are taken and sealed without it, pages are not captured.',
  fixity:
    'Open /fixity as an administrator or auditor of each agency, which names the records; see that the fixity worker runs (holdfast work fixity), and its log. Change nothing in the store.',
  audit:
    'Run holdfast audit: it names each thing and what it means, and ends with 1 while anything is found. Change nothing in the database or the store, and find out who was there. audit-late: see that the log worker runs (holdfast work log), and its log.',
  packing:
    'packing-parked: mend what the codes name; then the custodian has them packed again, or withdraws them, on the page of the request. packing-late: see that the production worker runs (holdfast work production), and its log.',
  clock: 'Set the clocks of this machine, the database and the store by NTP.',
};

export const well = (part: string, found: string): Finding => ({
  part,
  ok: true,
  checked: true,
  found,
  todo: null,
});
export const wanting = (part: string, found: string, todo: string | null): Finding => ({
  part,
  ok: false,
  checked: true,
  found,
  todo,
});
export const unchecked = (part: string, found: string): Finding => ({
  part,
  ok: true,
  checked: false,
  found,
  todo: null,
});

const ANSWER_MS = 15_000;

/** Null: nobody answers. What runs is asked itself: this process's own view of the parts may be another. */
export async function askServer(server: string): Promise<Finding | null> {
  let answer: Response;
  try {
    answer = await fetch(`${server}/readyz`, { signal: AbortSignal.timeout(ANSWER_MS) });
  } catch {
    return null;
  }
  const said: unknown = await answer.json().catch(() => null);
  const parts =
    typeof said === 'object' && said !== null && 'parts' in said && Array.isArray(said.parts)
      ? (said.parts as { readonly name: string; readonly ok: boolean; readonly found: string }[])
      : null;
  if (parts === null)
    return wanting(
      'server',
      `something else than Holdfast answers at ${server}`,
      'Give Holdfast a port of its own (HOLDFAST_PORT), or say with --server where it runs.',
    );
  const ill = parts.filter((one) => !one.ok);
  const found = `answers at ${server}, ${parts.length} parts`;
  return ill.length === 0
    ? well('server', `${found}, all well`)
    : wanting(
        'server',
        `${found}; not well there: ${ill.map((one) => `${one.name} (${one.found})`).join(', ')}`,
        'See below what to do about each; what is well below and not there has other settings there.',
      );
}

/**
 * The content server: whether it answers, and whether its host name is the console's, whose cookies it is then sent. `local`: the
 * server runs on this machine, as these settings say; of one elsewhere only the settings are looked at.
 */
export async function lookAtContent(config: Config, local: boolean): Promise<Finding> {
  const { mode, host, contentPort, contentUrl, publicUrl } = config;
  if (local && contentPort !== 0) {
    const listens =
      { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[host] ?? (host.includes(':') ? `[${host}]` : host);
    const server = `http://${listens}:${contentPort}`;
    const answer = await fetch(server, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => null);
    if (answer?.headers.get('content-security-policy')?.startsWith('sandbox;') !== true)
      return wanting(
        'content',
        answer === null
          ? `the content server does not answer at ${server}, so nobody is shown archived pictures`
          : `something else than the content server answers at ${server}`,
        'Give HOLDFAST_CONTENT_PORT here as the API process has it, and give that a port of its own.',
      );
  }
  const { hostname } = new URL(publicUrl);
  if (mode === 'production' && (contentUrl === null || new URL(contentUrl).hostname === hostname))
    return wanting(
      'content',
      `console and content server have one host name (${hostname}). Cookies know no ports: the session's comes along to where strangers' files are shown, which has no use for it`,
      'Give the content server a host name of its own in HOLDFAST_CONTENT_URL, best under another domain.',
    );
  return local
    ? well('content', `archived bytes are shown from ${contentUrl ?? `port ${contentPort}`} alone`)
    : unchecked('content', 'no content server runs here');
}

const DAY_MS = 86_400_000;

function lasting(ms: number): string {
  const units = [
    [DAY_MS, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1000, 's'],
  ] as const;
  const [size, unit] = units.find(([least]) => Math.abs(ms) >= 2 * least) ?? [1000, 's'];
  return `${Math.round(ms / size)} ${unit}`;
}

const START_RETENTION =
  'The retention worker renews locks: see that it runs (holdfast work retention), and its log.';

/** The locks, and whether somebody keeps them. */
export async function lookAtLocks({ db, config }: System): Promise<Finding[]> {
  const { lastPass, leasePassMs, lockStanding } = await import('#retention/retention.ts');
  const { objects, shortestMs, ended } = await lockStanding(db);
  const last = await lastPass(db);
  const passMs = leasePassMs(config.leaseMs);
  // Renewed when less than half of the lease is left, by the pass that comes next; that one may be late once.
  const leastMs = Math.max(0, config.leaseMs / 2 - 2 * passMs);
  const findings: Finding[] = [];
  if (shortestMs === null) findings.push(unchecked('locks', 'nothing sealed yet'));
  else {
    const found = `${objects} sealed objects; the shortest lock ${shortestMs <= 0 ? `ended ${lasting(-shortestMs)} ago` : `has ${lasting(shortestMs)} left`} of ${lasting(config.leaseMs)}`;
    findings.push(
      shortestMs <= 0
        ? wanting('locks', `${found}, ${ended} ended`, START_RETENTION)
        : shortestMs < leastMs
          ? wanting('locks', `${found}; it should have been renewed`, START_RETENTION)
          : well('locks', found),
    );
  }
  if (last === null)
    findings.push(
      objects === 0
        ? unchecked('leases', 'no pass over the leases yet, and nothing sealed')
        : wanting('leases', 'no pass over the leases was ever made', START_RETENTION),
    );
  else {
    const { looked, renewed, failed } = last.report;
    const found = `last pass ${lasting(last.ageMs)} ago: ${looked} near their end, ${renewed} renewed, ${failed} failed`;
    findings.push(
      failed > 0 || last.ageMs > 3 * passMs + 60_000
        ? wanting('leases', found, START_RETENTION)
        : well('leases', found),
    );
  }
  return findings;
}

const LATE_MS = 60_000;

export async function lookAtSteps({ db }: System): Promise<Finding[]> {
  const { stepStanding } = await import('#retention/retention.ts');
  const { owed, late, oldestMs, parked, parkedOf, codes } = await stepStanding(db, LATE_MS);
  return [
    parked === 0
      ? well('parked', 'no step waits for a person')
      : wanting(
          'parked',
          `${parked} step(s) wait for a person, of ${parkedOf.join(', ')}`,
          `npx holdfast parked --agency ${parkedOf[0] ?? ''}`,
        ),
    late === 0
      ? well('owed', `${owed} step(s) owed, none for longer than a minute`)
      : wanting(
          'owed',
          `${late} of ${owed} step(s) owed for longer than a minute, the oldest for ${lasting(oldestMs)}${codes.length === 0 ? ', not tried yet' : `: ${codes.join(', ')}`}`,
          'See that the workers run (relay, seal, capture), and mend what the codes name.',
        ),
  ];
}

/** Of each end. */
const SAMPLE = 50;
const READ_BYTES = 1024 ** 3;
const SHOWN = 5;

/** What was sealed, asked of the store: the first and the last objects. */
export async function lookAtSealed({ db, store }: System, full: boolean): Promise<Finding> {
  const { checkSample, drawSample } = await import('#retention/retention.ts');
  const sample = await drawSample(db, SAMPLE);
  if (sample.length === 0) return unchecked('sealed', 'nothing sealed yet');
  try {
    const { looked, read, wrong } = await checkSample({
      db,
      store,
      sample,
      readBytes: full ? READ_BYTES : 0,
      actor: 'cli',
    });
    const found = `${looked} of the oldest and newest sealed objects looked at in the store, ${full ? `${read} read whole` : 'none read (--full reads them)'}`;
    if (wrong.length === 0) return well('sealed', found);
    const shown = wrong.slice(0, SHOWN).map((one) => `${one.code}: ${one.sentence}`);
    return wanting(
      'sealed',
      `${found}; ${wrong.length} not as sealed: ${shown.join(' ')}${wrong.length > SHOWN ? ' …' : ''}`,
      'Change nothing in the store. The history of each record says it too; restore what is missing from a backup of the store, and find out who was there.',
    );
  } catch (error) {
    return wanting(
      'sealed',
      `${codeOf(error)}: ${error instanceof Error ? error.message : String(error)}`,
      WHAT_TO_DO['store'] ?? null,
    );
  }
}

const PROVE_DELETION =
  'Run the retention worker with the purger’s key (S3_PURGE_ACCESS_KEY_ID, S3_PURGE_SECRET_ACCESS_KEY): it tries at its start and each night. Until then receipts do not say "immutable".';

/** Whether anybody who may delete has tried to. */
export async function lookAtDeletion({ trust }: System): Promise<Finding[]> {
  const standing = await trust.trusted().then(
    (capabilities) => capabilities.standing,
    () => null, // said of the store already
  );
  if (standing === null || standing === 'tamper-evident') return [];
  return [
    standing === 'immutable'
      ? well('lock', 'a key that may delete was refused what is locked')
      : wanting('lock', 'lock set, deletion not proven: nobody who may delete has tried', PROVE_DELETION),
  ];
}

/** Whoever checks the archive should not be able to change it; where there is one process for everything, it can. */
export function lookAtReader({ s3, secondStore }: Config): Finding[] {
  if (s3 === null) return [];
  const second =
    secondStore?.kind === 's3' && secondStore.s3.reader === null
      ? ' The second store is read with the key that writes it.'
      : '';
  return s3.reader === null
    ? [
        {
          ...unchecked('reader', `what was sealed is read back with the writer’s key.${second}`),
          todo: 'Give the fixity worker a key that can only list and read: S3_READ_ACCESS_KEY_ID, S3_READ_SECRET_ACCESS_KEY.',
        },
      ]
    : [well('reader', `what was sealed is read back with a key of its own.${second}`)];
}

export function storeFindings({ checks }: CanaryReport, provenElsewhere: boolean): Finding[] {
  return checks.map(({ n, name, ok, found }) => {
    const part = `store ${n}`;
    const said = `${name}: ${found}`;
    if (ok) return well(part, said);
    if (n === 12)
      return { ...unchecked(part, said), todo: 'A hold extends the lease on this store; nothing to do.' };
    if (n === 5 && provenElsewhere) return unchecked(part, `${said} The retention worker has proven it.`);
    return wanting(
      part,
      said,
      n === 5 && found.startsWith('Not proven') ? PROVE_DELETION : (WHAT_TO_DO['store'] ?? null),
    );
  });
}
