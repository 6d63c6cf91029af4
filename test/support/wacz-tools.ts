/**
 * Other people's judgement of our archives: the Python tools `wacz` (validation) and `pywb` (replay).
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './port.ts';
import { areThere, bringPythonTools, pythonTools } from './python-tools.ts';

const run = promisify(execFile);

const TOOLS = pythonTools('wacz==0.6.0', 'pywb==2.10.0');
const STARTED_MS = 30_000;

/** About 150 MB, once. */
export async function bringWaczTools(): Promise<void> {
  await bringPythonTools(TOOLS);
}

async function python(module: string, call: string, args: readonly string[], cwd: string): Promise<string> {
  if (!(await areThere(TOOLS))) throw new Error(TOOLS.howTo);
  const { stdout, stderr } = await run(
    'python3',
    ['-c', `import sys; from ${module} import ${call}; sys.exit(${call}(sys.argv[1:]))`, ...args],
    { env: TOOLS.environment, cwd, timeout: 120_000 },
  );
  return stdout + stderr;
}

/** What `wacz validate` says; rejects when that is not success. */
export async function validateWacz(path: string): Promise<string> {
  return await python('wacz.main', 'main', ['validate', '-f', path], tmpdir());
}

export interface Replay {
  /** The archived answer for an address, as pywb finds it by its own index. */
  fetch(address: string): Promise<Response>;
  stop(): Promise<void>;
}

export async function replayWacz(path: string): Promise<Replay> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-pywb-'));
  await python('pywb.manager.manager', 'main', ['init', 'town'], folder);
  await python('pywb.manager.manager', 'main', ['add', '--unpack-wacz', 'town', path], folder);
  const port = await freePort();
  const server = spawn(
    'python3',
    [
      '-c',
      'import sys; from pywb.apps.cli import wayback; wayback(sys.argv[1:])',
      '--bind',
      '127.0.0.1',
      '--port',
      String(port),
    ],
    { env: TOOLS.environment, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  server.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-4000)));
  // A test run that is killed must leave no server behind.
  const onExit = (): void => void server.kill('SIGKILL');
  process.once('exit', onExit);
  const origin = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    process.off('exit', onExit);
    if (server.exitCode === null) {
      server.kill('SIGKILL');
      await once(server, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  };
  const deadline = Date.now() + STARTED_MS;
  while (
    !(await fetch(origin).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (server.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`pywb did not start. Its last words:\n${said}`);
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  return {
    fetch: (address) => fetch(`${origin}/town/id_/${address}`, { redirect: 'manual' }),
    stop,
  };
}
