/** `holdfast version`: what runs here, for a report of a fault. */
import { readFile } from 'node:fs/promises';
import type { Verb } from './verb.ts';

export const version: Verb = {
  name: 'version',
  summary: 'Say which Holdfast and which Node this is',
  run: async ({ answer }) => {
    const file = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
    const holdfast = (JSON.parse(file) as { version: string }).version;
    const node = process.versions.node;
    const machine = `${process.platform}-${process.arch}`;
    answer({ holdfast, node, machine }, `Holdfast ${holdfast} on Node ${node}, ${machine}`);
  },
};
