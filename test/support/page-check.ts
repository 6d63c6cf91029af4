/** Whether a page as it stands is one that everybody can use, and a picture of it for people to look at (`npm run shots`). */
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { expect } from 'vitest';
import { rows } from './extent.ts';
import { DESK, PHONE, type Visitor } from './visitor.ts';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const LEVELS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];

/** Each page, and how somebody comes to it: on a phone, and in a whole run, or where pictures are made, on a desk too. */
export function onEachScreen<Go>(pages: readonly (readonly [string, Go])[]) {
  const sizes = rows([PHONE, DESK], (size) => size === PHONE || process.env['HOLDFAST_SHOTS'] !== undefined);
  return sizes.flatMap((size) => pages.map(([name, go]) => [name, size.width, go, size] as const));
}

/** axe finds nothing, no id is given twice, and nothing sticks out at the side. */
export async function checkPage(at: Visitor, name: string): Promise<void> {
  await shoot(at, name);
  await at.inPage(axe);
  const { violations, passes } = (await at.inPage(
    `axe.run(document, { runOnly: { type: 'tag', values: ${JSON.stringify(LEVELS)} } })`,
  )) as AxeResults;
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
  // A check that looked at nothing passes.
  expect(passes.length).toBeGreaterThan(10);
  // axe looks at ids only where something refers to them; a form that is sent, or a link within the page, takes the first.
  expect(
    await at.inPage(
      '[...new Set([...document.querySelectorAll("[id]")].map(({ id }) => id).filter((id, n, all) => all.indexOf(id) !== n))]',
    ),
  ).toEqual([]);
  // Of the screen, not of the window: that of a phone grows with what sticks out.
  expect(await at.inPage('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
    at.page.viewport()?.width ?? 0,
  );
}

/** Into the folder that `HOLDFAST_SHOTS` names; without it nothing is done. */
export async function shoot(at: Visitor, name: string): Promise<void> {
  const folder = process.env['HOLDFAST_SHOTS'];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  const width = at.page.viewport()?.width ?? 0;
  await at.page.screenshot({
    path: `${folder}/${name.replaceAll(/\W+/g, '-')}-${width}.png`,
    fullPage: true,
  });
}
