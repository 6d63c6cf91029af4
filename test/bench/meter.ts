/** What a browser costs: processor time and memory of all its processes. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf } from './server.ts';

/** Processor time and memory of every process below this one, by looking again and again; the short-lived are counted too. */
export class Meter {
  readonly #used = new Map<number, number>();
  readonly #before = new Map<number, number>();
  readonly #withMemory: boolean;
  readonly #loop: Promise<void>;
  #peakMb = 0;
  #done = false;

  constructor(withMemory: boolean) {
    this.#withMemory = withMemory;
    this.#loop = this.#watch();
  }

  async #watch(): Promise<void> {
    for (let first = true; !this.#done; first = false) {
      await this.#sample(first);
      await sleep(this.#withMemory ? 100 : 30);
    }
    await this.#sample(false);
  }

  async #sample(first: boolean): Promise<void> {
    const tree = await childrenOf(process.pid);
    if (this.#withMemory) this.#peakMb = Math.max(this.#peakMb, await pssMb(tree));
    for (const pid of tree) {
      const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      // Clock ticks of a hundredth of a second.
      const ms = 10 * (Number(fields[11] ?? 0) + Number(fields[12] ?? 0));
      if (Number.isNaN(ms) || fields.length < 13) continue;
      if (first) this.#before.set(pid, ms);
      this.#used.set(pid, Math.max(ms, this.#used.get(pid) ?? 0));
    }
  }

  async stop(): Promise<{ readonly cpuMs: number; readonly peakMb: number }> {
    this.#done = true;
    await this.#loop;
    let cpuMs = 0;
    for (const [pid, ms] of this.#used) cpuMs += ms - (this.#before.get(pid) ?? 0);
    return { cpuMs, peakMb: this.#peakMb };
  }
}

/** Proportional set size: pages that processes share are counted once, in parts. */
export async function pssMb(pids: readonly number[]): Promise<number> {
  let sum = 0;
  for (const pid of pids) {
    const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    sum += Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024;
  }
  return sum;
}
