/** What stands in a history has words for people: whoever adds an event is told here. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { EVENT_NAMES } from '#console/words.ts';

test('each event that the program writes has words, and no two have the same', () => {
  const src = fileURLToPath(new URL('../../src/', import.meta.url));
  const types = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [
      ...readFileSync(join(src, name), 'utf8').matchAll(/\btype: [^;,}\n]*'[a-z-]+\.[a-z-]+'[^;,}\n]*/g),
    ])
    .flatMap(([line]) => line.match(/(?<=')[a-z-]+\.[a-z-]+(?=')/g) ?? []);
  expect(new Set(types).size).toBeGreaterThan(25);
  expect(types.filter((type) => EVENT_NAMES[type] === undefined)).toEqual([]);
  expect(new Set(Object.values(EVENT_NAMES)).size).toBe(Object.keys(EVENT_NAMES).length);
});
