/**
 * Every setting of a process that runs, in one schema, read once in a main and passed down in slices. All problems are reported together.
 * An empty variable counts as absent, because compose files write `NAME=` for "not set".
 *
 * Each setting NAME may be given as NAME_FILE instead, the file that holds it. Secrets should be: an environment is shown in
 * /proc to every process of the same user, and by `docker inspect`.
 */
import { resolve } from 'node:path';
import ipaddr from 'ipaddr.js';
import { readAuthorities, readWitnesses, type AnchorConfig } from './anchor-settings.ts';
import { whyNotContent } from './content-place.ts';
import { ArchiveError } from './errors.ts';
import { DAY_MS, parseDuration, parseSize, readSetting, type Environment } from './settings.ts';

export type { AnchorConfig, StampAuthority } from './anchor-settings.ts';

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface S3Config {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly writer: S3Credentials;
  /** Held by the retention worker alone, which proves with it that locks hold, and will purge; null in every other process. */
  readonly purger: S3Credentials | null;
  /** Held by the log worker alone: it writes tiles and checkpoints. Null: the writer's account does it (then one account writes all). */
  readonly log: S3Credentials | null;
  /** Reads and lists, and can do nothing else: what checks the archive cannot change it. Null: the writer's is used to read. */
  readonly reader: S3Credentials | null;
}

/** How often everything that was sealed is looked at and read again, and how fast. Source: reference/integrity.md 7. */
export interface FixityConfig {
  readonly lookMs: number;
  /** No object is unread for longer. */
  readonly readMs: number;
  readonly bytesPerSecond: number;
}

/** A second store, to which everything is copied and out of which damage is mended. Its keys are not those of the first. */
export type SecondStoreConfig =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 's3'; readonly s3: S3Config };

export interface Config {
  /** `trial` is printed on every page and receipt. Only trial may loosen what this schema marks as trial-only. */
  readonly mode: 'trial' | 'production';
  readonly host: string;
  readonly port: number;
  /** How the world reaches this installation; links in answers and receipts begin with it. */
  readonly publicUrl: string;
  /** Where the content server listens, which shows archived bytes and nothing else; 0 with port 0. */
  readonly contentPort: number;
  /** How people reach the content server: an origin that is not the console's. Null: as they reach the console, at its own port. */
  readonly contentUrl: string | null;
  /** Proxies before this process, as addresses and CIDR ranges: what they say of where a request came from is believed. None: nobody is. */
  readonly proxies: readonly string[];
  readonly dataDir: string;
  readonly logLevel: string;
  /** Null: the embedded Postgres in the data folder. */
  readonly databaseUrl: string | null;
  /** For `migrate` and first start: a login that owns the schema. Defaults to `databaseUrl`. */
  readonly databaseOwnerUrl: string | null;
  readonly embeddedPostgresPort: number | null;
  /** Null: the queue lives in Postgres. */
  readonly redisUrl: string | null;
  /** Null: the folder store in the data folder. */
  readonly s3: S3Config | null;
  /** Null: there is one copy, and damage is told and cannot be mended. */
  readonly secondStore: SecondStoreConfig | null;
  readonly fixity: FixityConfig;
  /** Production only: someone decided, in writing, that tamper-evident is enough. */
  readonly acceptFolderStore: boolean;
  /** Production only: someone knows that records of a trial are in this archive. */
  readonly acceptTrialRecords: boolean;
  readonly chromiumPath: string | null;
  /** Trial-only: `host:port` pairs that the capture may open although they are not global addresses. */
  readonly captureAllow: readonly string[];
  readonly captureDeadlineMs: number;
  readonly captureConcurrency: number;
  readonly sealConcurrency: number;
  /** So long after a removal was confirmed its page is looked at once more; null: never. Pages are cached for about a minute. */
  readonly lookAgainMs: number | null;
  /** Paths of a chain of certificates and its key, which sign web archives; null: this installation's own key does. */
  readonly waczCertificate: { readonly chainPath: string; readonly keyPath: string } | null;
  /** The lock at seal; 30 days, shorter only in trial. Source: design 4 and reference/object-store.md section 7. */
  readonly leaseMs: number;
  /** Between the approval of a disposal and its beginning; seven days, shorter only in trial. Source: design 4. */
  readonly coolingOffMs: number;
  /** How long this installation's backups are kept, for what certificates say of them; null: nobody said. */
  readonly backupsKeptMs: number | null;
  /** A claim that was not renewed for so long may be taken over by another worker. A living worker renews its claims. */
  readonly claimMs: number;
  /** A ring that nobody followed for so long counts as forgotten by the queue, and is rung again. */
  readonly reconcileMs: number;
  readonly stagingDir: string;
  /** What this installation is called in the names of its logs; decided by the first that is ever used. Null: by the public address. */
  readonly logName: string | null;
  /** The private keys of logs, receipts and web archives, one file each. */
  readonly keysDir: string;
  /** Where an audit looks for the key that signs certificates of destruction: of whoever executes them. */
  readonly certificateKeysDir: string;
  /** What intake leaves free on the disk; null: by the disk's size. */
  readonly diskReserveBytes: number | null;
  /** Workers have no API: their own metrics on this port, when it is set. */
  readonly metricsPort: number | null;
  /** Null: nobody is told by mail. */
  readonly smtp: { readonly url: string; readonly from: string } | null;
  /** Letters to one address are no closer together than this; what comes meanwhile goes in one. */
  readonly mailGatherMs: number;
  /** Who stands outside for the log. */
  readonly anchors: AnchorConfig;
}

/** What an address of the database may not bring along. */
const OPTIONS_OF_OURS = ['options', 'role', 'search_path', 'session_authorization'];

const LEASE_MS = 30 * DAY_MS;
const COOLING_OFF_MS = 7 * DAY_MS;
/** Source: reference/integrity.md 7, its layers A and B. */
const LOOK_MS = 7 * DAY_MS;
const READ_MS = 90 * DAY_MS;
const READ_BYTES_PER_SECOND = 32 * 1024 ** 2;
const LONGEST_LOOK_MS = 30 * DAY_MS;

/** Reads and checks the environment. Rejects with `config-invalid`, whose message lists every problem. */
export function readConfig(env: Environment): Config {
  const problems: string[] = [];
  const read = (name: string): string | null => {
    try {
      return readSetting(env, name);
    } catch (error) {
      const problem = error instanceof ArchiveError ? error.message : String(error);
      if (!problems.includes(problem)) problems.push(problem);
      return null;
    }
  };
  const integer = (name: string, fallback: number, min: number, max: number): number => {
    const text = read(name);
    if (text === null) return fallback;
    const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    problems.push(`${name} must be a whole number from ${min} to ${max}; it is "${text}".`);
    return fallback;
  };
  const duration = (name: string, fallbackMs: number, minMs: number): number => {
    const text = read(name);
    if (text === null) return fallbackMs;
    const value = parseDuration(text);
    if (value !== null && value >= minMs) return value;
    problems.push(
      `${name} must be a duration of at least ${minMs} ms, such as 30d, 12h or 500ms; it is "${text}".`,
    );
    return fallbackMs;
  };
  const size = (name: string): number | null => {
    const text = read(name);
    const value = text === null ? null : parseSize(text);
    if (text !== null && value === null)
      problems.push(`${name} must be a size such as 500MB or 2GB; it is "${text}".`);
    return value;
  };
  const address = (name: string, protocols: readonly string[]): string | null => {
    const text = read(name);
    if (text === null) return null;
    if (URL.canParse(text) && protocols.includes(new URL(text).protocol)) return text;
    problems.push(
      `${name} must be an address that begins with ${protocols.map((p) => `${p}//`).join(' or ')}.`,
    );
    return null;
  };
  /** Each connection is given its role by such an option; one in the address takes its place, and no wall stands any more. */
  const database = (name: string): string | null => {
    const url = address(name, ['postgres:', 'postgresql:']);
    if (url === null) return null;
    for (const parameter of new URL(url).searchParams.keys())
      if (OPTIONS_OF_OURS.includes(parameter.toLowerCase()))
        problems.push(
          `${name} must not set "${parameter}": the archive sets that itself on each connection, so that agencies are kept apart. Take it out of the address; what it was for can be set on the login, with "alter role … set …".`,
        );
    return url;
  };
  /** The password may be given apart, so that the address is no secret. */
  const withPassword = (url: string | null, name: string): string | null => {
    const password = read(name);
    if (password === null || url === null) return url;
    const whole = new URL(url);
    if (whole.password !== '') problems.push(`${name} is set, and the address holds a password already.`);
    whole.password = encodeURIComponent(password);
    return whole.href;
  };
  const yes = (name: string): boolean => {
    const text = read(name);
    if (text === null || text === 'no') return false;
    if (text !== 'yes') problems.push(`${name} must be "yes" or "no"; it is "${text}".`);
    return text === 'yes';
  };
  const pair = (id: string, secret: string, required: boolean): S3Credentials | null => {
    const accessKeyId = read(id);
    const secretAccessKey = read(secret);
    if (accessKeyId !== null && secretAccessKey !== null) return { accessKeyId, secretAccessKey };
    if (required || accessKeyId !== null || secretAccessKey !== null)
      problems.push(`${id} and ${secret} must be set together.`);
    return null;
  };

  const modeText = read('HOLDFAST_MODE') ?? 'trial';
  if (modeText !== 'trial' && modeText !== 'production')
    problems.push(`HOLDFAST_MODE must be "trial" or "production"; it is "${modeText}".`);
  const mode = modeText === 'production' ? 'production' : 'trial';

  const host = read('HOLDFAST_HOST') ?? '127.0.0.1';
  const port = integer('HOLDFAST_PORT', 8080, 0, 65_535);
  const publicUrl = (address('HOLDFAST_PUBLIC_URL', ['http:', 'https:']) ?? `http://${host}:${port}`).replace(
    /\/+$/,
    '',
  );
  const contentPort = integer('HOLDFAST_CONTENT_PORT', port === 0 ? 0 : port + 1, 0, 65_535);
  const contentUrl = address('HOLDFAST_CONTENT_URL', ['http:', 'https:']);
  problems.push(...whyNotContent({ port, contentPort, publicUrl, contentUrl }));
  const dataDir = resolve(read('HOLDFAST_DATA') ?? './data');

  const s3Endpoint = address('S3_ENDPOINT', ['http:', 'https:']);
  const s3Bucket = read('S3_BUCKET');
  let s3: S3Config | null = null;
  if (read('S3_ENDPOINT') !== null || s3Bucket !== null) {
    if (s3Bucket === null) problems.push('S3_BUCKET must be set when S3_ENDPOINT is.');
    if (read('S3_ENDPOINT') === null) problems.push('S3_ENDPOINT must be set when S3_BUCKET is.');
    const writer = pair('S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY', true);
    const purger = pair('S3_PURGE_ACCESS_KEY_ID', 'S3_PURGE_SECRET_ACCESS_KEY', false);
    const log = pair('S3_LOG_ACCESS_KEY_ID', 'S3_LOG_SECRET_ACCESS_KEY', false);
    if (writer !== null && log !== null && writer.accessKeyId === log.accessKeyId)
      problems.push(
        'S3_LOG_ACCESS_KEY_ID must be another account than S3_ACCESS_KEY_ID: whoever writes records must not write the log. Leave it out where there is only one.',
      );
    if (writer !== null && purger !== null && writer.accessKeyId === purger.accessKeyId)
      problems.push(
        'S3_PURGE_ACCESS_KEY_ID must be another account than S3_ACCESS_KEY_ID: whoever writes must not be able to delete.',
      );
    const reader = pair('S3_READ_ACCESS_KEY_ID', 'S3_READ_SECRET_ACCESS_KEY', false);
    if (reader !== null && [writer?.accessKeyId, purger?.accessKeyId].includes(reader.accessKeyId))
      problems.push(
        'S3_READ_ACCESS_KEY_ID must be another account than the writer’s and the purger’s: whoever checks must not be able to change.',
      );
    if (s3Endpoint !== null && s3Bucket !== null && writer !== null)
      s3 = {
        endpoint: s3Endpoint,
        region: read('S3_REGION') ?? 'us-east-1',
        bucket: s3Bucket,
        writer,
        purger,
        log,
        reader,
      };
  }

  const secondFolder = read('HOLDFAST_SECOND_STORE');
  const secondEndpoint = address('S3_SECOND_ENDPOINT', ['http:', 'https:']);
  const secondBucket = read('S3_SECOND_BUCKET');
  let secondStore: SecondStoreConfig | null =
    secondFolder === null ? null : { kind: 'folder', folder: resolve(secondFolder) };
  if (read('S3_SECOND_ENDPOINT') !== null || secondBucket !== null) {
    if (read('S3_SECOND_ENDPOINT') === null || secondBucket === null)
      problems.push('S3_SECOND_ENDPOINT and S3_SECOND_BUCKET must be set together.');
    if (secondFolder !== null)
      problems.push('HOLDFAST_SECOND_STORE and S3_SECOND_ENDPOINT are both set; there is one second store.');
    const writer = pair('S3_SECOND_ACCESS_KEY_ID', 'S3_SECOND_SECRET_ACCESS_KEY', true);
    const reader = pair('S3_SECOND_READ_ACCESS_KEY_ID', 'S3_SECOND_READ_SECRET_ACCESS_KEY', false);
    const secondPurger = pair('S3_SECOND_PURGE_ACCESS_KEY_ID', 'S3_SECOND_PURGE_SECRET_ACCESS_KEY', false);
    if (secondEndpoint === s3?.endpoint && secondBucket === s3?.bucket && secondBucket !== null)
      problems.push('The second store must be another bucket than the first.');
    if (secondEndpoint !== null && secondBucket !== null && writer !== null)
      secondStore = {
        kind: 's3',
        s3: {
          endpoint: secondEndpoint,
          region: read('S3_SECOND_REGION') ?? 'us-east-1',
          bucket: secondBucket,
          writer,
          purger: secondPurger,
          reader,
          log: null,
        },
      };
  }
  const fixity: FixityConfig = {
    lookMs: duration('HOLDFAST_FIXITY_LOOK', LOOK_MS, 1000),
    readMs: duration('HOLDFAST_FIXITY_READ', READ_MS, 1000),
    bytesPerSecond: size('HOLDFAST_FIXITY_RATE') ?? READ_BYTES_PER_SECOND,
  };
  if (fixity.bytesPerSecond === 0) problems.push('HOLDFAST_FIXITY_RATE must be at least 1MB.');
  if (fixity.lookMs > LOOK_MS) problems.push('HOLDFAST_FIXITY_LOOK must be at most 7d.');
  if (fixity.readMs > READ_MS)
    problems.push('HOLDFAST_FIXITY_READ must be at most 90d: nothing that was sealed is unread for longer.');

  const proxies = listed(read('HOLDFAST_PROXIES'));
  for (const entry of proxies)
    if (!ipaddr.isValid(entry) && !ipaddr.isValidCIDR(entry))
      problems.push(
        `HOLDFAST_PROXIES takes addresses and ranges of proxies separated by commas, such as 127.0.0.1, 172.18.0.0/16; "${entry}" is none.`,
      );
    else if (/\/0+$/.test(entry))
      problems.push(`HOLDFAST_PROXIES must name your own proxies; "${entry}" is everybody.`);
  const captureAllow = listed(read('HOLDFAST_CAPTURE_ALLOW'));
  for (const entry of captureAllow)
    if (!/^[a-z0-9.-]+:\d{1,5}$/.test(entry))
      problems.push(`HOLDFAST_CAPTURE_ALLOW takes host:port pairs separated by commas; "${entry}" is none.`);
  const [chainPath, keyPath] = [read('WACZ_SIGNING_CERT'), read('WACZ_SIGNING_KEY')];
  if ((chainPath === null) !== (keyPath === null))
    problems.push(
      'WACZ_SIGNING_CERT and WACZ_SIGNING_KEY must be set together; each is the path of a PEM file.',
    );
  const leaseMs = duration('HOLDFAST_LEASE', LEASE_MS, 1000);
  const coolingOffMs = duration('HOLDFAST_COOLING_OFF', COOLING_OFF_MS, 0);
  const backupsKeptMs =
    read('HOLDFAST_BACKUPS_KEPT') === null ? null : duration('HOLDFAST_BACKUPS_KEPT', 0, 0);
  const again = read('HOLDFAST_LOOK_AGAIN') ?? '60s';
  const lookAgainMs = again === 'no' ? null : parseDuration(again);
  if ((lookAgainMs === null && again !== 'no') || (lookAgainMs ?? 0) > LONGEST_LOOK_MS)
    problems.push(
      `HOLDFAST_LOOK_AGAIN must be a duration such as 60s or 5m, at most 30d, or "no"; it is "${again}".`,
    );
  const keysDir = resolve(read('HOLDFAST_KEYS') ?? resolve(dataDir, 'keys'));
  const logName = read('HOLDFAST_LOG_NAME');
  if (logName !== null && !/^[a-z0-9.-]{1,180}$/.test(logName))
    problems.push(
      `HOLDFAST_LOG_NAME must be made of a-z, 0-9, "." and "-", such as archive.rivertown.example; it is "${logName}".`,
    );
  const acceptFolderStore = yes('HOLDFAST_ACCEPT_FOLDER_STORE');

  const smtpUrl = withPassword(address('SMTP_URL', ['smtp:', 'smtps:']), 'SMTP_PASSWORD');
  const mailFrom = read('HOLDFAST_MAIL_FROM');
  if (mailFrom !== null && !/^(?:[^<>"\p{Cc}]+ <[^\s@<>]+@[^\s@<>]+>|[^\s@<>]+@[^\s@<>]+)$/u.test(mailFrom))
    problems.push(
      `HOLDFAST_MAIL_FROM must be an address, or a name and an address: Holdfast <holdfast@rivertown.example>; it is "${mailFrom}".`,
    );
  if (smtpUrl !== null && !isMailServer(smtpUrl))
    problems.push(
      'SMTP_URL must name a server, as smtp://user@mail.example:587; write % in a user or password as %25.',
    );
  if (smtpUrl !== null && mailFrom === null)
    problems.push('HOLDFAST_MAIL_FROM must be set when SMTP_URL is: the address that letters come from.');

  const anchors: AnchorConfig = {
    authorities: readAuthorities(read('TSA_URL'), read('TSA_ROOTS'), problems),
    witnesses: readWitnesses(read('HOLDFAST_WITNESSES'), problems),
    everyMs: duration('HOLDFAST_ANCHOR_EVERY', 600_000, 1000),
  };

  if (mode === 'production') {
    if (captureAllow.length > 0)
      problems.push(
        'HOLDFAST_CAPTURE_ALLOW is for trial mode only: in production the capture opens public addresses alone.',
      );
    if (coolingOffMs < COOLING_OFF_MS) problems.push('HOLDFAST_COOLING_OFF below 7d is for trial mode only.');
    if (leaseMs < LEASE_MS) problems.push('HOLDFAST_LEASE below 30d is for trial mode only.');
    if (s3 === null && !acceptFolderStore)
      problems.push(
        'Production needs an S3 store with Object Lock (S3_ENDPOINT, S3_BUCKET, keys), or HOLDFAST_ACCEPT_FOLDER_STORE=yes by someone who accepts that the folder store is tamper-evident, not immutable.',
      );
  }

  const config: Config = {
    mode,
    host,
    port,
    publicUrl,
    contentPort,
    contentUrl: contentUrl === null ? null : new URL(contentUrl).origin,
    proxies,
    dataDir,
    logLevel: read('HOLDFAST_LOG_LEVEL') ?? 'info',
    databaseUrl: withPassword(database('DATABASE_URL'), 'DATABASE_PASSWORD'),
    databaseOwnerUrl: withPassword(database('DATABASE_OWNER_URL'), 'DATABASE_OWNER_PASSWORD'),
    embeddedPostgresPort:
      read('HOLDFAST_POSTGRES_PORT') === null ? null : integer('HOLDFAST_POSTGRES_PORT', 0, 1, 65_535),
    redisUrl: withPassword(address('REDIS_URL', ['redis:', 'rediss:']), 'REDIS_PASSWORD'),
    s3,
    secondStore,
    fixity,
    acceptFolderStore,
    acceptTrialRecords: yes('HOLDFAST_ACCEPT_TRIAL_RECORDS'),
    chromiumPath: read('CHROMIUM_PATH'),
    captureAllow,
    captureDeadlineMs: duration('HOLDFAST_CAPTURE_DEADLINE', 60_000, 1000),
    captureConcurrency: integer('HOLDFAST_CAPTURE_CONCURRENCY', 2, 1, 32),
    sealConcurrency: integer('HOLDFAST_SEAL_CONCURRENCY', 4, 1, 64),
    lookAgainMs,
    waczCertificate:
      chainPath === null || keyPath === null
        ? null
        : { chainPath: resolve(chainPath), keyPath: resolve(keyPath) },
    leaseMs,
    coolingOffMs,
    backupsKeptMs,
    claimMs: duration('HOLDFAST_CLAIM', 120_000, 200),
    reconcileMs: duration('HOLDFAST_RECONCILE', 15_000, 50),
    stagingDir: resolve(read('HOLDFAST_STAGING') ?? resolve(dataDir, 'staging')),
    logName,
    keysDir,
    certificateKeysDir: resolve(read('HOLDFAST_CERTIFICATE_KEYS') ?? resolve(keysDir, 'receipts')),
    diskReserveBytes: size('HOLDFAST_DISK_RESERVE'),
    metricsPort:
      read('HOLDFAST_METRICS_PORT') === null ? null : integer('HOLDFAST_METRICS_PORT', 0, 1, 65_535),
    smtp: smtpUrl === null || mailFrom === null ? null : { url: smtpUrl, from: mailFrom },
    mailGatherMs: duration('HOLDFAST_MAIL_GATHER', 120_000, 0),
    anchors,
  };
  if (problems.length > 0)
    throw new ArchiveError(
      'config-invalid',
      `The settings have ${problems.length} problem(s):\n- ${problems.join('\n- ')}`,
      {
        retry: 'never',
        details: { problems },
      },
    );
  return config;
}

function listed(text: string | null): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function isMailServer(url: string): boolean {
  const { hostname, username, password } = new URL(url);
  try {
    return hostname !== '' && decodeURIComponent(username + password).length >= 0;
  } catch {
    return false;
  }
}
