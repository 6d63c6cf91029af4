/** What operators start, held against what the program is. No engine is needed: the file is read as compose reads it. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../src/config.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

interface Service {
  readonly image: string;
  readonly build?: { readonly target: string };
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly restart: string;
  readonly ports?: readonly string[];
  readonly networks?: readonly string[];
  readonly network_mode?: string;
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly security_opt: readonly string[];
  readonly cap_drop: readonly string[];
  readonly cap_add?: readonly string[];
  readonly read_only: boolean;
  readonly init: boolean;
  readonly stop_grace_period?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

const secretsDir = mkdtempSync(join(tmpdir(), 'holdfast-compose-'));
afterAll(() => rmSync(secretsDir, { recursive: true }));

const text = read('docker-compose.yml');
const compose = parse(text, { merge: true }) as Compose;
const services = Object.entries(compose.services);
for (const name of Object.keys(compose.secrets)) writeFileSync(join(secretsDir, name), `secret-${name}\n`);
const isOnce = (service: Service): boolean => service.restart === 'no';
const isOurs = (service: Service): boolean => service.image.startsWith('holdfast-');
const workersOfCompose = services.flatMap(([name]) => (name.startsWith('worker-') ? [name.slice(7)] : []));
const workersOfHouse = readdirSync(join(ROOT, 'workers'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -3));

test('the file holds the parts that it is about', () => {
  expect(services.length).toBeGreaterThanOrEqual(13);
  for (const name of ['api', 'migrate', 'postgres', 'valkey', 'store'])
    expect(compose.services).toHaveProperty(name);
});

test('every worker of the house is a service, and every worker service is of the house', () => {
  expect(workersOfHouse.length).toBeGreaterThanOrEqual(4);
  expect(workersOfCompose.sort()).toEqual(workersOfHouse.sort());
  for (const name of workersOfCompose)
    expect(compose.services[`worker-${name}`]?.command).toEqual(['work', name]);
});

test.each(services)('%s has a health check or runs once', (_name, service) => {
  expect((service.healthcheck !== undefined) !== isOnce(service)).toBe(true);
});

test.each(services)('%s waits for services that exist, in a state that they can reach', (_name, service) => {
  for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
    const waitedFor = compose.services[other];
    expect(waitedFor, other).toBeDefined();
    if (waitedFor === undefined) continue;
    if (isOnce(waitedFor)) expect(condition).toBe('service_completed_successfully');
    else expect(['service_healthy', 'service_started']).toContain(condition);
  }
});

test.each(services)('%s is pinned to a version', (_name, { image }) => {
  expect(image).toMatch(/:v?\d+\.\d+(\.\d+)?(-[a-z0-9.]+)?(@sha256:[0-9a-f]{64})?$/);
});

test('the image is built on a pinned Node that can run this program', () => {
  const [, version] = /^ARG NODE_IMAGE=node:(\d+\.\d+\.\d+)-/m.exec(read('Dockerfile')) ?? [];
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: { node: string } };
  expect(version).toBe(dependencies.node);
});

test('every build target is a stage of the Dockerfile, and none runs as root', () => {
  const dockerfile = read('Dockerfile');
  const targets = new Set(services.flatMap(([, { build }]) => (build === undefined ? [] : [build.target])));
  expect([...targets].sort()).toEqual(['archive', 'capture']);
  for (const target of targets) {
    const stage = dockerfile.split(/^FROM /m).find((part) => part.split('\n')[0]?.endsWith(` AS ${target}`));
    expect(stage?.match(/^USER .*/gm)?.at(-1)).toBe('USER 10001:10001');
  }
});

test('only the API publishes ports, the console’s and the content server’s, and only on loopback', () => {
  const published = services.filter(([, { ports }]) => ports !== undefined);
  expect(published.map(([name]) => name)).toEqual(['api']);
  expect(published.flatMap(([, { ports }]) => ports)).toEqual([
    '127.0.0.1:${HOLDFAST_PORT:-8080}:8080',
    '127.0.0.1:${HOLDFAST_CONTENT_PORT:-8081}:8081',
  ]);
});

test('the way out is for the API’s port, the browser, letters and whoever stands outside for the log', () => {
  const open = Object.entries(compose.networks).flatMap(([name, network]) =>
    network?.internal === true ? [] : [name],
  );
  const outside = services.filter(([, { networks }]) => networks?.some((name) => open.includes(name)));
  expect(outside.map(([name]) => name).sort()).toEqual([
    'api',
    'worker-anchor',
    'worker-capture',
    'worker-mail',
  ]);
  for (const [name, service] of services)
    expect((service.networks ?? []).length > 0 || service.network_mode === 'none', name).toBe(true);
});

test('the browser’s container can neither reach the store nor open it', () => {
  const capture = compose.services['worker-capture'];
  expect(capture?.networks).not.toContain('records');
  expect(capture?.environment?.['S3_SECRET_ACCESS_KEY']).toBe('withheld-from-capture');
  expect(capture?.security_opt).toContain('seccomp=./deploy/chromium-seccomp.json');
  for (const [name, { environment, secrets }] of services)
    if (!['worker-retention', 'store-accounts', 'store-bucket'].includes(name)) {
      expect(environment?.['S3_PURGE_SECRET_ACCESS_KEY_FILE'], name).toBeUndefined();
      expect(secrets ?? [], name).not.toContain('s3_purge_secret_access_key');
    }
  expect(capture?.secrets).toEqual(['database_password', 'redis_password']);
  // What packs for the public can delete nothing.
  const packs = compose.services['worker-production'];
  expect(packs?.secrets).toEqual(['database_password', 'redis_password', 's3_secret_access_key']);
  expect(packs?.volumes).toContain(`production-keys:${packs?.environment?.['HOLDFAST_KEYS']}`);
  const mail = compose.services['worker-mail'];
  expect(mail?.networks).not.toContain('records');
  expect(mail?.environment?.['S3_SECRET_ACCESS_KEY']).toBe('withheld-from-mail');
  // What checks the archive can change nothing in it.
  const fixity = compose.services['worker-fixity'];
  expect(fixity?.environment?.['S3_SECRET_ACCESS_KEY']).toBe('withheld-from-fixity');
  expect(fixity?.secrets).toEqual(['database_password', 'redis_password', 's3_read_secret_access_key']);
  // Nobody but the log worker can sign, or write a file of the log; and it can write no record.
  const log = compose.services['worker-log'];
  expect(log?.environment?.['S3_SECRET_ACCESS_KEY']).toBe('withheld-from-log');
  expect(log?.secrets).toEqual([
    'database_password',
    'redis_password',
    's3_read_secret_access_key',
    's3_log_secret_access_key',
  ]);
  // What signs receipts outlives the container, and is the API's alone.
  const keeps = services.filter(([, { volumes }]) => volumes?.some((one) => one.startsWith('receipt-keys:')));
  expect(keeps.map(([name]) => name)).toEqual(['api']);
  const api = compose.services['api'];
  expect(api?.volumes).toContain(`receipt-keys:${api?.environment?.['HOLDFAST_KEYS']}`);
  for (const [name, { environment, secrets, volumes }] of services) {
    if (name === 'worker-log') continue;
    expect(volumes?.some((volume) => volume.startsWith('keys:')) ?? false, name).toBe(false);
    if (['store-accounts', 'store-bucket'].includes(name)) continue;
    expect(environment?.['S3_LOG_SECRET_ACCESS_KEY_FILE'], name).toBeUndefined();
    expect(secrets ?? [], name).not.toContain('s3_log_secret_access_key');
  }
});

test.each(services)('%s has no right that it was not given here', (name, service) => {
  expect(service.cap_drop).toEqual(['ALL']);
  expect(service.read_only).toBe(true);
  expect(service.init).toBe(true);
  expect(service.security_opt).toContain('no-new-privileges:true');
  if (service.cap_add !== undefined) expect(['postgres', 'store-folders']).toContain(name);
  expect(service.cap_add ?? []).not.toContain('SYS_ADMIN');
  if (isOurs(service) && !isOnce(service)) expect(service.stop_grace_period).toBe('35s');
});

const SECRET = /PASSWORD|SECRET|AUTH$/;

test('no secret is in an environment: each is a file, given to the services that read it and to no other', () => {
  const files = Object.entries(compose.secrets);
  expect(files.map(([name]) => name)).toHaveLength(9);
  for (const [name, { file }] of files) expect(file).toBe(`./deploy/secrets/${name}`);
  const made = read('deploy/make-secrets.sh');
  for (const [name] of files) expect(made, name).toMatch(new RegExp(`\\b${name}\\b`));
  let held = 0;
  for (const [service, definition] of services) {
    const { environment, secrets = [] } = definition;
    const used = [...JSON.stringify(definition).matchAll(/\/run\/secrets\/([a-z0-9_]+)/g)].map(
      ([, name]) => name,
    );
    expect(new Set(secrets), service).toEqual(new Set(used));
    for (const [name, value] of Object.entries(environment ?? {})) {
      if (!SECRET.test(name) || value.startsWith('withheld-from-')) continue;
      held += 1;
      expect([name, value], service).toEqual([
        expect.stringMatching(/_FILE$/),
        expect.stringMatching(/^\/run\/secrets\//),
      ]);
    }
    for (const value of Object.values(environment ?? {}))
      expect(value, service).not.toMatch(/\/\/[^/]*:[^/]*@/);
  }
  expect(held).toBeGreaterThan(20);
  expect([...text.matchAll(/\$\{([A-Z0-9_]+)/g)].filter(([, name = '']) => SECRET.test(name))).toEqual([]);
});

test('names of accounts have no default, and a missing one stops the start', () => {
  const names = [...text.matchAll(/\$\{([A-Z0-9_]+(?:_ID|ROOT_KEY))([^}]*)\}/g)];
  expect(new Set(names.map(([, name]) => name)).size).toBe(5);
  for (const [use, name = '', rest = ''] of names) expect(rest, use).toMatch(new RegExp(`^:\\?.*${name}`));
});

test('the script makes each secret once, for its owner alone to list', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-secrets-'));
  try {
    await cp(join(ROOT, 'deploy', 'make-secrets.sh'), join(folder, 'make-secrets.sh'));
    const make = async () => await promisify(execFile)('sh', [join(folder, 'make-secrets.sh')]);
    const contents = async () =>
      await Promise.all(
        Object.keys(compose.secrets).map((name) => readFile(join(folder, 'secrets', name), 'utf8')),
      );
    await make();
    const first = await contents();
    expect(new Set(first).size).toBe(9);
    for (const secret of first) expect(secret).toMatch(/^[0-9a-f]{48}$/);
    expect((await stat(join(folder, 'secrets'))).mode & 0o077).toBe(0);
    expect((await make()).stdout).toBe('');
    expect(await contents()).toEqual(first);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('.env.example names every setting of the program and of compose, and gives none a value', () => {
  const lines = read('.env.example')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const named = new Set(lines.map((line) => line.split('=')[0]));
  for (const line of lines) expect(line).toMatch(/^[A-Z][A-Z0-9_]*=$/);
  const ofProgram = [...read('src/config.ts').matchAll(/'([A-Z][A-Z0-9]*_[A-Z0-9_]+)'/g)].map(
    ([, name]) => name,
  );
  const ofCompose = [...text.matchAll(/\$\{([A-Z0-9_]+)/g)].map(([, name]) => name);
  expect(ofProgram.length).toBeGreaterThan(20);
  expect([...ofProgram, ...ofCompose].filter((name) => !named.has(name))).toEqual([]);
});

/** As compose fills it in: secrets from files of a folder of ours, required ones with a word, the rest with its default. */
function filled(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value
        .replace('/run/secrets/', `${secretsDir}/`)
        .replaceAll(
          /\$\{([A-Z0-9_]+)(?::([-?])([^}]*))?\}/g,
          (_use, variable: string, kind: string, word: string) =>
            kind === '-'
              ? word
              : variable === 'HOLDFAST_PUBLIC_URL'
                ? 'https://records.example'
                : variable === 'HOLDFAST_CONTENT_URL'
                  ? 'https://content.example'
                  : variable.toLowerCase(),
        ),
    ]),
  );
}

test.each(services.filter(([, service]) => isOurs(service) && service.entrypoint === undefined))(
  'the settings of %s are accepted by the program, in production',
  (_name, { environment }) => {
    const config = readConfig(filled(environment ?? {}));
    if (environment?.['DATABASE_PASSWORD_FILE'] !== undefined)
      expect([config.databaseUrl, config.redisUrl]).toEqual([
        'postgres://holdfast:secret-database_password@postgres:5432/holdfast',
        'redis://:secret-redis_password@valkey:6379/0',
      ]);
    expect(config.mode).toBe('production');
    expect(config.s3?.endpoint).toBe('http://store:7070');
  },
);

test('every file that a service mounts or names is in the repository', () => {
  const named = [...text.matchAll(/\.\/(deploy\/[a-z.-]+)/g)].map(([, path = '']) => path);
  expect(new Set(named).size).toBeGreaterThanOrEqual(4);
  for (const path of named) expect(existsSync(join(ROOT, path)), path).toBe(true);
  for (const [name, { volumes }] of services)
    for (const volume of volumes ?? []) {
      const source = volume.split(':')[0] ?? '';
      if (!/^[./]/.test(source)) expect(compose.volumes, `${name} ${volume}`).toHaveProperty(source);
    }
});

test('the browser’s profile refuses the kernel’s dangerous doors and leaves user namespaces open', () => {
  const profile = JSON.parse(read('deploy/chromium-seccomp.json')) as {
    defaultAction: string;
    archMap: { architecture: string; subArchitectures: string[] | null }[];
    syscalls: { names: string[]; action: string; args?: unknown[] }[];
  };
  expect(profile.defaultAction).toBe('SCMP_ACT_ALLOW');
  // No 32-bit calls: their numbers would pass the list by.
  expect(profile.archMap.map(({ subArchitectures }) => subArchitectures)).toEqual([null, null]);
  const refused = profile.syscalls.filter(
    ({ action, args }) => action === 'SCMP_ACT_ERRNO' && args === undefined,
  );
  const names = refused.flatMap((rule) => rule.names);
  for (const name of [
    'mount',
    'bpf',
    'ptrace',
    'io_uring_setup',
    'userfaultfd',
    'keyctl',
    'init_module',
    'setns',
  ])
    expect(names).toContain(name);
  for (const name of ['clone', 'clone3', 'unshare', 'chroot', 'seccomp']) expect(names).not.toContain(name);
  expect(profile.syscalls.filter(({ names: [name] }) => name === 'socket')).toHaveLength(14);
});
