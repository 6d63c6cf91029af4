/** Processes of one archive that are started again as soon as they are dead. */
import { expect } from 'vitest';
import type { Plan } from './archive-child.ts';
import type { ArchiveProcess } from './archive-process.ts';
import type { Scene } from './crash-scene.ts';

/** Every process that there is; workers that seal, twice. */
export const CAST: readonly Plan[] = [
  { name: 'api', api: true },
  { name: 'relay', workers: ['relay'] },
  { name: 'seal 1', workers: ['seal'] },
  { name: 'seal 2', workers: ['seal'] },
  { name: 'capture', workers: ['capture'], draws: true },
];

export class Company {
  readonly kills = new Map<string, number>();
  slowestStartMs = 0;
  neverReady = 0;
  readonly #scene: Scene;
  readonly #running = new Map<string, ArchiveProcess>();
  #killing: Promise<void> = Promise.resolve();

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  start(plan: Plan): void {
    const child = this.#scene.start(plan);
    this.#running.set(plan.name, child);
    const began = performance.now();
    child
      .hears((said) => said.ready !== undefined)
      .then(
        () => (this.slowestStartMs = Math.max(this.slowestStartMs, Math.round(performance.now() - began))),
        // Killed before it was ready: that too is a moment at which a process may die.
        () => (this.neverReady += 1),
      );
  }

  process(name: string): ArchiveProcess {
    const child = this.#running.get(name);
    if (child === undefined) throw new Error(`There is no process "${name}".`);
    return child;
  }

  /** One after the other: whoever is killed is dead, and started again, before the next one is. */
  async kill(plan: Plan, asItStarts: boolean): Promise<void> {
    const before = this.#killing;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#killing = promise;
    await before;
    const victim = this.process(plan.name);
    // On a slow machine most would die while they start, which is a moment too, but not the one that matters most.
    if (!asItStarts) await victim.hears((said) => said.ready !== undefined);
    victim.kill9();
    expect(await victim.ended, plan.name).toEqual({ code: null, signal: 'SIGKILL' });
    this.kills.set(plan.name, (this.kills.get(plan.name) ?? 0) + 1);
    this.start(plan);
    resolve();
  }

  async ready(): Promise<void> {
    for (const child of this.#running.values()) await child.hears((said) => said.ready !== undefined);
  }

  /** Each drains and ends well; one that had ended by itself shows here. */
  async stop(): Promise<void> {
    const ends = [...this.#running].map(async ([name, child]) => [name, await child.stop()] as const);
    for (const [name, end] of await Promise.all(ends)) expect(end, name).toEqual({ code: 0, signal: null });
  }
}
