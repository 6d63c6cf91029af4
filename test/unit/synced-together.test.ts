/** One sync of a folder stands for all files that were there when it began, and for none that came later. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { syncedTogether } from '#store/disk.ts';

test('who comes while a folder is synced waits for a sync that began after they came', async () => {
  const begun: { readonly folder: string; readonly at: number }[] = [];
  let now = 0;
  const synced = syncedTogether(async (folder) => {
    begun.push({ folder, at: (now += 1) });
    await sleep(5);
  });
  const put = async (folder: string): Promise<void> => {
    const linked = (now += 1);
    await synced(folder);
    expect(begun.some((one) => one.folder === folder && one.at > linked)).toBe(true);
  };
  const all: Promise<void>[] = [];
  for (let round = 0; round < 20; round += 1) {
    for (const folder of ['a', 'b', 'a']) all.push(put(folder));
    await sleep(round % 4);
  }
  await Promise.all(all);
  // Twenty of one folder, forty of the other, and far fewer syncs.
  expect(begun.length).toBeLessThan(40);
  expect(begun.length).toBeGreaterThan(3);
});

test('a sync that failed is told to those who waited for it, and the next one is another', async () => {
  let fails = true;
  const synced = syncedTogether(async () => {
    await sleep(1);
    if (fails) throw new Error('no room');
  });
  const first = synced('a');
  const later = synced('a');
  await expect(first).rejects.toThrow('no room');
  fails = false;
  await later;
  await synced('a');
});
