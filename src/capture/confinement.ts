/**
 * What keeps the browser from doing harm on this machine: a uid of its own, Chromium's own sandbox, and a check by
 * the kernel's own books that the sandbox is really there. Nothing here believes a flag.
 */
import { readFile, readlink } from 'node:fs/promises';
import { freeUid, processes } from '#uids.ts';

export interface Confinement {
  /** The uid that the browser runs under; null: ours. */
  readonly uid: number | null;
  readonly sandbox: boolean;
  /** Put before the browser's own command line. */
  readonly wrapper: readonly string[];
}

/**
 * From strict to loose. As root the browser gets a uid without a name that nobody else uses, made afresh for every
 * launch: what one browser wrote, the next cannot touch, and what is left over can be found and ended by its uid.
 */
export async function confinements(allowNoSandbox: boolean): Promise<readonly Confinement[]> {
  if (process.getuid?.() !== 0)
    return [
      { uid: null, sandbox: true, wrapper: [] },
      ...(allowNoSandbox ? [{ uid: null, sandbox: false, wrapper: [] }] : []),
    ];
  const uid = await freeUid('browser');
  const user = ['--reuid', String(uid), '--regid', String(uid), '--clear-groups'];
  const dieWithUs = ['--pdeathsig', 'KILL'];
  const bare = ['/usr/bin/setpriv', ...user, '--inh-caps', '-all', ...dieWithUs];
  const drop = [...bare, '--bounding-set', '-all', '--no-new-privs'];
  return [
    // Without new privileges the sandbox must come from user namespaces; with them, from Chromium's setuid helper.
    { uid, sandbox: true, wrapper: drop },
    { uid, sandbox: true, wrapper: bare },
    ...(allowNoSandbox
      ? [
          { uid, sandbox: false, wrapper: drop },
          { uid: null, sandbox: false, wrapper: [] },
        ]
      : []),
  ];
}

/** Living processes of one launch: those of its uid, and those of its process group. */
export async function processesOf(pid: number | null, uid: number | null): Promise<number[]> {
  return (await processes())
    .filter((p) => p.state !== 'Z' && (p.group === pid || p.pid === pid || (uid !== null && p.uid === uid)))
    .map((p) => p.pid);
}

/**
 * True when at least one renderer runs and each of them is filtered by seccomp and lives in a process namespace
 * of its own. Null where the kernel keeps no such books (no /proc): then the flag has to be believed.
 */
export async function sandboxStands(pid: number, uid: number | null): Promise<boolean | null> {
  if (process.platform !== 'linux') return null;
  const own = await readlink(`/proc/${process.pid}/ns/pid`).catch(() => null);
  let renderers = 0;
  for (const candidate of await processesOf(pid, uid)) {
    try {
      const command = (await readFile(`/proc/${candidate}/cmdline`, 'latin1')).split(/[\0 ]/);
      if (!command.includes('--type=renderer')) continue;
      const status = await readFile(`/proc/${candidate}/status`, 'utf8');
      renderers += 1;
      // Reading another user's namespace needs root; where it cannot be read, seccomp alone decides.
      const namespace = await readlink(`/proc/${candidate}/ns/pid`).catch(() => null);
      if (!/^Seccomp:\s+2$/m.test(status) || (namespace !== null && namespace === own)) return false;
    } catch {
      // It ended while we looked.
    }
  }
  return renderers > 0;
}

/** Ends every process of a launch, whatever group it moved to. */
export async function endProcesses(pid: number | null, uid: number | null): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    const left = await processesOf(pid, uid);
    if (left.length === 0 && round > 0) return;
    for (const target of left)
      try {
        process.kill(target, 'SIGKILL');
      } catch {
        // Gone already.
      }
    await new Promise((done) => setTimeout(done, 25 + round * 10));
  }
}
