/**
 * Users without a name, for programs that handle a stranger's bytes. Only root can give such a one to a process; what that
 * process then takes over can neither read our environment and memory in /proc nor our files.
 */
import { readdir, readFile } from 'node:fs/promises';

/** Below 65,536, so that they exist in containers with a mapped range; in the gap that systemd's own ranges leave. */
const RANGES = { browser: [60_710, 400], decoder: [61_110, 70] } as const;

/** One that nobody uses: what one process wrote, the next cannot touch, and what is left over can be found by its uid. */
export async function freeUid(what: keyof typeof RANGES): Promise<number> {
  const [first, count] = RANGES[what];
  const taken = new Set<number>();
  for (const line of (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n'))
    taken.add(Number(line.split(':')[2]));
  for (const process of await processes()) taken.add(process.uid);
  const start = Math.floor(Math.random() * count);
  for (let i = 0; i < count; i += 1) {
    const uid = first + ((start + i) % count);
    if (!taken.has(uid)) return uid;
  }
  throw new Error(`No uid is free for the ${what}.`);
}

interface Process {
  readonly pid: number;
  readonly uid: number;
  readonly group: number;
  readonly state: string;
}

/** Empty where there is no /proc. */
export async function processes(): Promise<Process[]> {
  const found: Process[] = [];
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const status = await readFile(`/proc/${name}/status`, 'utf8');
      const stat = await readFile(`/proc/${name}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      found.push({
        pid: Number(name),
        uid: Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]),
        group: Number(fields[2]),
        state: fields[0] ?? '',
      });
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}
