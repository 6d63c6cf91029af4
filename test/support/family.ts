/** The processes below a process, by the kernel's own books, whatever user and group they moved to. */
import { readdir, readFile } from 'node:fs/promises';

export interface Relative {
  readonly pid: number;
  readonly command: string;
}

export async function familyOf(ancestor: number): Promise<Relative[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => '');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // What is dead already has nothing left to lose.
    if (stat !== '' && fields[0] !== 'Z') parents.set(Number(name), Number(fields[1]));
  }
  const isBelow = (pid: number): boolean => {
    for (let at = parents.get(pid); at !== undefined && at > 1; at = parents.get(at))
      if (at === ancestor) return true;
    return false;
  };
  const below = [...parents.keys()].filter(isBelow);
  return await Promise.all(
    below.map(async (pid) => ({
      pid,
      command: (await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')).replaceAll('\0', ' '),
    })),
  );
}

/** Living processes whose command line names this. */
export async function processesNaming(words: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const command = await readFile(`/proc/${name}/cmdline`, 'latin1').catch(() => '');
    if (command.includes(words)) found.push(Number(name));
  }
  return found;
}
