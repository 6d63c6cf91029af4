/** What a moderator does on the page `/report`, step by step. */
import type { ConsoleScene } from './console-scene.ts';
import type { Visitor } from './visitor.ts';

/** Enters a key, and waits for the form. */
export async function openForm(scene: ConsoleScene, at: Visitor, key?: string): Promise<void> {
  await at.signIn('/report', key ?? (await scene.archive.key()));
  await at.shown('#report');
}

/** A phone folds the address and the words away until they are asked for. */
export async function unfold(at: Visitor): Promise<void> {
  if (!(await at.isShown('#url'))) await at.press('#beside summary');
}

/** A picture, the third clause, "Hide it", and the city's own account. */
export async function fillForm(at: Visitor, picture: { readonly path: string }): Promise<void> {
  await at.choose(picture.path);
  await at.press('label[for="ground-3"]');
  await at.press('label[for="verb-hide"]');
  await chooseAccount(at);
}

export async function chooseAccount(at: Visitor): Promise<void> {
  await at.inPage(`{
    const select = document.querySelector('#account');
    select.selectedIndex = [...select.options].findIndex(({ label }) => label.startsWith('City of Rivertown (facebook'));
    select.dispatchEvent(new Event('change', { bubbles: true }));
  }`);
}

/** Waits for the record's own page and answers its id. */
export async function handedIn(at: Visitor): Promise<string> {
  await at.shown('#state');
  return new URL(at.page.url()).pathname.split('/')[3] ?? '';
}
