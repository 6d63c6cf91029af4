#!/usr/bin/env node
/**
 * The command `holdfast`, in plain JavaScript so that whatever Node the machine has can read it.
 *
 * Holdfast runs on Node 24, which the npm package `node` brings. An older Node starts that one with the same
 * arguments, hands signals on, and ends the way it ended. On a terminal Ctrl-C reaches both processes and is handed
 * on as well, so the child may see it twice; `./stop.ts` counts signals that come together as one. It also says why a
 * parent that is gone counts as a signal.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const NEEDED_MAJOR = 24;
const PARENT_POLL_MS = 500;
/** As `./verb.ts` says; that file cannot be read here. */
const PART_DOWN = 4;

const runtime = Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR ? process.execPath : newerNode();
if (runtime === process.execPath) await import('./main.ts');
else if (runtime !== null) handOver(runtime);

function handOver(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, HOLDFAST_LAUNCHER: String(process.pid) },
  });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const handOn = (signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, handOn);
  const parent = process.ppid;
  if (process.env.npm_command !== undefined)
    setInterval(() => process.ppid === parent || handOn('SIGTERM'), PARENT_POLL_MS).unref();
  child.on('error', (error) =>
    refuse(`The Node that Holdfast needs could not be started: ${error.message}.`),
  );
  child.on('exit', (code, signal) => {
    if (signal === null) {
      process.exitCode = code ?? 1;
      return;
    }
    for (const name of signals) process.off(name, handOn);
    process.kill(process.pid, signal);
  });
}

/** The path of the Node from npm; null when it is missing or would only start itself again. */
function newerNode() {
  let path = null;
  try {
    const name = process.platform === 'win32' ? 'node.exe' : 'node';
    path = createRequire(import.meta.url).resolve(`node/bin/${name}`);
  } catch {
    return refuse('The npm package "node" is not installed.');
  }
  return path === process.execPath ? refuse(`The npm package "node" holds ${process.version}.`) : path;
}

function refuse(sentence) {
  process.exitCode = PART_DOWN;
  process.stderr.write(
    `holdfast: ${sentence} Holdfast needs Node ${NEEDED_MAJOR} or newer and this is ${process.versions.node}: ` +
      'run "npm ci" in the folder of Holdfast, without --ignore-scripts, or start it with a newer Node.\n',
  );
  return null;
}
