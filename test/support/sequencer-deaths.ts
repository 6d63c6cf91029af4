/** The moments at which a sequencer dies, and how it is made to: one process for each, over a log that goes on and on. */
import type { Chance } from './chance.ts';
import type { Fate } from './fate.ts';
import { watch, type LogScene } from './sequencing.ts';

export interface SequencerDeath extends Pick<Fate, 'at' | 'when' | 'n'> {
  readonly name: string;
}

export const SEQUENCER: readonly SequencerDeath[] = [
  { name: 'the leaves are written, not committed', at: 'leaves', when: 'before' },
  { name: 'the leaves are committed', at: 'leaves', when: 'after' },
  { name: 'no tile was put', at: 'tile', when: 'before' },
  { name: 'a tile was put', at: 'tile', when: 'after' },
  { name: 'tiles and bundles were put, and nothing is signed', at: 'tile', when: 'after', n: 2 },
  { name: 'the checkpoint is signed, and nobody has it', at: 'checkpoint', when: 'before' },
  { name: 'the checkpoint was put', at: 'checkpoint', when: 'after' },
  { name: 'its row is written, not committed', at: 'published', when: 'before' },
  { name: 'its row is committed', at: 'published', when: 'after' },
];

/** Each of them so many times, at sizes that chance chooses. Answers how many died as they should, and that is all of them. */
export async function dieSequencing(
  scene: LogScene,
  rounds: number,
  chance: Chance,
  deaths: readonly SequencerDeath[] = SEQUENCER,
): Promise<number> {
  const stop = watch(scene);
  let died = 0;
  for (let round = 0; round < rounds; round += 1)
    for (const { name, ...fate } of deaths) {
      await scene.events(1 + chance.below(90));
      const child = scene.process([fate]);
      const end = await child.ended;
      if (end.signal !== 'SIGKILL' || !child.said.some((said) => said.fate === `${fate.when} ${fate.at}`))
        throw new Error(`When ${name}, it ended with ${JSON.stringify(end)}: ${JSON.stringify(child.said)}`);
      died += 1;
    }
  await stop();
  return died;
}
