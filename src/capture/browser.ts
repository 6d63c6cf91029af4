/**
 * One running Chromium: found, confined, started with our own flags, proven to be sandboxed, and ended whole.
 *
 * Promises: DevTools over a pipe, no port, and within bounds (`bounds.ts`); a fresh profile that goes with the browser; an environment that holds no
 * secret of ours; its own traffic of the background refused; after `end` no process and no file is left. A crash of
 * this process closes the pipe, at which Chromium ends; the profile that stays is removed at the next start.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chown, mkdtemp, readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from 'puppeteer-core';
import type { Browser } from 'puppeteer-core';
import { ArchiveError } from '../errors.ts';
import type { Log } from '../log.ts';
import { authority } from './authority.ts';
import { keepInBounds } from './bounds.ts';
import type { Bounds } from './bounds.ts';
import { browserHome, chromiums, faultOf } from './chromium.ts';
import type { Chromium } from './chromium.ts';
import { confinements, endProcesses, processesOf, sandboxStands } from './confinement.ts';
import type { Confinement } from './confinement.ts';
import { openLane } from './egress.ts';
import type { EgressLane } from './egress.ts';
import { flags } from './flags.ts';
import { fontFolders } from './fonts.ts';

export interface LaunchOptions {
  readonly chromiumPath: string | null;
  readonly dataDir: string;
  /** Trial only: a browser without its sandbox is better than none, as long as every record says so. */
  readonly allowNoSandbox: boolean;
  readonly log: Log;
  /** Where candidates come from; tests name one kind. */
  readonly candidates?: (chromiumPath: string | null, home: string) => AsyncIterable<Chromium>;
}

export interface RunningBrowser {
  readonly browser: Browser;
  readonly path: string;
  /** Such as `Chrome/156.0.1.2`. */
  readonly version: string;
  readonly userAgent: string;
  readonly sandbox: boolean;
  /** Whose connections a lane may serve. */
  readonly uid: number | null;
  readonly pid: number;
  readonly atWork: Bounds['atWork'];
  end(): Promise<void>;
}

const LOG_NAME = 'chromium.log';
const LAUNCH_MS = 30_000;
const CLOSE_MS = 3_000;
const SMALL_SHARED_MEMORY_BYTES = 512 * 1024 * 1024;

/** Tries every Chromium in every confinement, strict ones first, and answers with the first that stands. */
export async function launchBrowser(options: LaunchOptions): Promise<RunningBrowser> {
  const asRoot = process.getuid?.() === 0;
  const tried: string[] = [];
  try {
    const home = await browserHome(options.dataDir, asRoot);
    await sweepProfiles(options.dataDir);
    const fonts = await fontFolders(home);
    const candidates = (options.candidates ?? chromiums)(options.chromiumPath, home);
    // Every browser in the strict ways before any browser in a loose one.
    const found: Chromium[] = [];
    const strict = await confinements(false);
    for await (const chromium of candidates) {
      // What is not there need not be started in four ways to find that out.
      const fault = await faultOf(chromium.path);
      if (fault !== null) {
        tried.push(`${chromium.path}: ${fault}`);
        continue;
      }
      found.push(chromium);
      for (const confinement of strict) {
        const running = await attempt(options, chromium, confinement, fonts, tried);
        if (running !== null) return running;
      }
    }
    if (options.allowNoSandbox)
      for (const chromium of found)
        for (const confinement of (await confinements(true)).filter((c) => !c.sandbox)) {
          const running = await attempt(options, chromium, confinement, fonts, tried);
          if (running !== null) return running;
        }
  } catch (error) {
    tried.push(error instanceof Error ? error.message : String(error));
  }
  throw new ArchiveError(
    'browser-missing',
    `No browser could be started. ${tried.length === 0 ? 'None was found.' : 'Tried:'} Install Chromium (Debian: apt-get install chromium) or set CHROMIUM_PATH${
      options.allowNoSandbox
        ? '.'
        : ', and let it have its sandbox: unprivileged user namespaces (sysctl user.max_user_namespaces above 0, and kernel.apparmor_restrict_unprivileged_userns=0 where it exists) or the package chromium-sandbox. Without a sandbox it runs in trial mode only.'
    }${tried.map((line) => `\n- ${line}`).join('')}`,
    { retry: 'later' },
  );
}

async function attempt(
  options: LaunchOptions,
  chromium: Chromium,
  confinement: Confinement,
  fonts: readonly string[],
  tried: string[],
): Promise<RunningBrowser | null> {
  const profile = await mkdtemp(profilePrefix(options.dataDir, process.pid));
  const lane = await openLane({ allow: [], clientUid: null, refuseAll: true, log: options.log });
  try {
    return await start(chromium, confinement, fonts, profile, lane, options.log);
  } catch (error) {
    const message =
      (await lastWords(profile)) ??
      (await complaint(chromium, confinement)) ??
      whatHappened(error, confinement);
    if (confinement.uid !== null) await endProcesses(null, confinement.uid);
    await lane.close();
    await rm(profile, { recursive: true, force: true });
    const how = `${chromium.path}${confinement.uid === null ? '' : ' under its own user'}${confinement.sandbox ? '' : ' without sandbox'}`;
    options.log.warn({ event: 'browser.attempt-failed', how, reason: message }, 'browser.attempt-failed');
    tried.push(`${how}: ${message}`);
    return null;
  }
}

function whatHappened(error: unknown, confinement: Confinement): string {
  const message = error instanceof Error ? error.message : String(error);
  if (!message.includes('Target closed'))
    return message.split('\n').find((line) => line.trim() !== '') ?? message;
  return confinement.sandbox
    ? 'it ended at once, most often because this machine grants no user namespaces for its sandbox'
    : 'it ended at once';
}

/** Why Chromium ended itself, by its own log, which holds nothing but that. */
async function lastWords(profile: string): Promise<string | null> {
  const log = await readFile(join(profile, LOG_NAME), 'utf8').catch(() => '');
  const line = log
    .trim()
    .split('\n')
    .find((each) => each.includes(':FATAL:'));
  return line === undefined ? null : line.replace(/^\[[^\]]*\]\s*/, '');
}

/** What the loader or the system says when the binary cannot even name its version; null when it can. */
function complaint(chromium: Chromium, confinement: Confinement): Promise<string | null> {
  const [command, ...before] = [...confinement.wrapper, chromium.path];
  const env = { PATH: '/usr/bin:/bin', ...libraries(chromium) };
  return new Promise((done) => {
    execFile(
      command ?? chromium.path,
      [...before, '--version'],
      { env, timeout: 5_000 },
      (error, _, stderr) => {
        if (error === null) done(null);
        else done((stderr.trim() === '' ? error.message : stderr.trim()).split('\n').at(-1) ?? null);
      },
    );
  });
}

function libraries(chromium: Chromium): Record<string, string> {
  return chromium.libraryPath === null ? {} : { LD_LIBRARY_PATH: chromium.libraryPath };
}

async function start(
  chromium: Chromium,
  confinement: Confinement,
  fonts: readonly string[],
  profile: string,
  lane: EgressLane,
  log: Log,
): Promise<RunningBrowser> {
  const fontConfig = join(profile, 'fonts.conf');
  await writeFile(fontConfig, fontsConfiguration(fonts, join(profile, 'font-cache')));
  if (confinement.uid !== null)
    for (const path of [profile, fontConfig]) await chown(path, confinement.uid, confinement.uid);
  const [command, ...before] = [...confinement.wrapper, chromium.path];
  const browser = await launch({
    executablePath: command ?? chromium.path,
    args: [
      ...before,
      ...flags({
        proxyAddress: lane.proxyAddress,
        trustedKeyDigest: authority().keyDigest,
        profile: join(profile, 'data'),
        logFile: join(profile, LOG_NAME),
        sandbox: confinement.sandbox,
        smallSharedMemory: await sharedMemoryIsSmall(),
      }),
    ],
    ignoreDefaultArgs: true,
    pipe: true,
    defaultViewport: null,
    timeout: LAUNCH_MS,
    protocolTimeout: 0,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    env: {
      PATH: '/usr/bin:/bin',
      HOME: profile,
      TMPDIR: profile,
      XDG_CONFIG_HOME: profile,
      XDG_CACHE_HOME: profile,
      LANG: 'C.UTF-8',
      TZ: 'UTC',
      FONTCONFIG_FILE: fontConfig,
      ...libraries(chromium),
    },
  });
  const child = browser.process();
  const pid = child?.pid;
  const clear = async (): Promise<void> => {
    if (pid !== undefined) await endProcesses(pid, confinement.uid);
    await lane.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    if (child === null || pid === undefined) throw new Error('the browser has no process');
    const { atWork } = keepInBounds(child, confinement.uid, log);
    const stands = confinement.sandbox ? await sandboxSettles(pid, confinement.uid) : false;
    if (confinement.sandbox && stands === false) throw new Error('its sandbox does not stand');
    const version = await browser.version();
    const userAgent = await browser.userAgent();
    let ended: Promise<void> | null = null;
    return {
      browser,
      path: chromium.path,
      version,
      userAgent,
      sandbox: confinement.sandbox && stands !== false,
      uid: process.platform === 'linux' ? (confinement.uid ?? process.getuid?.() ?? null) : null,
      pid,
      atWork,
      end() {
        ended ??= (async () => {
          if (browser.connected) await within(browser.close(), CLOSE_MS);
          await clear();
        })();
        return ended;
      },
    };
  } catch (error) {
    await within(browser.close(), CLOSE_MS);
    await clear();
    throw error;
  }
}

/** The first renderer is a moment behind the answer that the browser is ready. */
async function sandboxSettles(pid: number, uid: number | null): Promise<boolean | null> {
  for (let round = 0; round < 40; round += 1) {
    const stands = await sandboxStands(pid, uid);
    if (stands !== false) return stands;
    if ((await processesOf(pid, uid)).length === 0) return false;
    await new Promise((done) => setTimeout(done, 50));
  }
  return false;
}

/**
 * What a page gets that names no font, or one that is not here: the same on every machine. Common system fonts also
 * draw a few emoji, in black, and would be taken for those before the font that draws all of them as people see them.
 */
const PLAIN = `  <match target="pattern">
    <test name="family" qual="any"><string>sans-serif</string></test>
    <edit name="family" mode="prepend" binding="strong"><string>Open Sans</string></edit>
  </match>
`;

/** The machine's own fonts, and ours for a machine that has none. */
function fontsConfiguration(fonts: readonly string[], cache: string): string {
  const escape = (path: string): string => path.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>/usr/share/fonts</dir>
  <dir>/usr/local/share/fonts</dir>
${fonts.map((folder) => `  <dir>${escape(folder)}</dir>\n`).join('')}  <cachedir>${escape(cache)}</cachedir>
${PLAIN}</fontconfig>
`;
}

/** Containers often have 64 MB, which a tall page overruns. */
async function sharedMemoryIsSmall(): Promise<boolean> {
  try {
    const shm = await statfs('/dev/shm');
    return shm.bavail * shm.bsize < SMALL_SHARED_MEMORY_BYTES;
  } catch {
    return true;
  }
}

/**
 * Profiles lie in the machine's temporary folder, because their path must be short: Chromium makes a socket in it,
 * and a socket's path has 107 bytes at most. The name tells whose they are; the folder is closed to everyone else.
 */
function profilePrefix(dataDir: string, pid: number | ''): string {
  const installation = createHash('sha256').update(dataDir).digest('hex').slice(0, 8);
  return join(tmpdir(), `hf-${installation}-${pid}${pid === '' ? '' : '-'}`);
}

/** Profiles of processes of this installation that are no more. */
async function sweepProfiles(dataDir: string): Promise<void> {
  const prefix = profilePrefix(dataDir, '');
  for (const name of await readdir(tmpdir())) {
    const path = join(tmpdir(), name);
    const owner = path.startsWith(prefix) ? /^(\d+)-/.exec(path.slice(prefix.length))?.[1] : undefined;
    if (owner !== undefined && !isAlive(Number(owner))) await rm(path, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Waits for something that may never come, and goes on. */
export async function within(work: Promise<unknown>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((done) => {
    timer = setTimeout(() => done(false), limitMs);
  });
  const done = work.then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([done, late]);
  clearTimeout(timer);
  return inTime;
}
