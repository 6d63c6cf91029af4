/** Server-rendered pages and their forms, as somebody uses them who signed in. */
import type { Colleague } from './people.ts';
import type { Visitor } from './visitor.ts';

export async function signedInAs(at: Visitor, { token }: Colleague): Promise<void> {
  await at.page
    .browserContext()
    .setCookie({ name: 'holdfast-session', value: token, domain: 'localhost', httpOnly: true });
}

export async function go(at: Visitor, path: string): Promise<void> {
  await at.goTo(path);
}

export async function pageText(at: Visitor): Promise<string> {
  return (await at.textOf('main')).replaceAll(/\s+/g, ' ');
}

/** Presses what leads to another page, and waits for it. */
export async function submit(at: Visitor, selector: string): Promise<void> {
  await Promise.all([at.page.waitForNavigation(), at.page.click(selector)]);
}

/** In place of what stands there. */
export async function typeOver(at: Visitor, selector: string, words: string): Promise<void> {
  await at.page.focus(selector);
  await at.inPage(`document.querySelector(${JSON.stringify(selector)}).value = ''`);
  await at.page.type(selector, words);
}

/** What a form would send, but for its boxes. */
export async function formIn(at: Visitor, selector: string): Promise<Record<string, string>> {
  return (await at.inPage(
    `Object.fromEntries(new FormData(document.querySelector(${JSON.stringify(selector)})))`,
  )) as Record<string, string>;
}
