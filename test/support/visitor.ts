/** Somebody in front of our pages: what they see, and what they do. */
import type { BrowserContext, Page, Viewport } from 'puppeteer-core';

export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly idempotencyKey: string | undefined;
  readonly channel: string | undefined;
}

export interface Visitor {
  readonly page: Page;
  /** What the console of the browser said. */
  readonly said: string[];
  /** Requests that would change something, in their order. */
  readonly sent: readonly SentRequest[];
  /** Those of files that are on their way before their report. */
  readonly travelled: readonly SentRequest[];
  goTo(path: string): Promise<void>;
  /** Opens a page and enters the key that it asks for. */
  signIn(path: string, key: string): Promise<void>;
  textOf(selector: string): Promise<string>;
  isShown(selector: string): Promise<boolean>;
  /** Waits until it can be seen. */
  shown(selector: string): Promise<void>;
  /** Waits until it contains the text. */
  reads(selector: string, text: string): Promise<void>;
  count(selector: string): Promise<number>;
  /** Brings it to the middle of the screen, where nothing covers it, and presses it. */
  press(selector: string, times?: number): Promise<void>;
  valueOf(selector: string): Promise<unknown>;
  /** Runs in the page. Text, because the types of this repository know no document. */
  inPage(script: string): Promise<unknown>;
  choose(path: string): Promise<void>;
  give(
    type: 'paste' | 'drop',
    files: readonly { readonly name: string; readonly type: string }[],
    text?: string,
  ): Promise<void>;
  /** Word, title, colour, and whether the check mark and the button to confirm are shown. */
  state(): Promise<string>;
  /** Complaints of the browser that a page of ours must not cause. Failed requests are said otherwise. */
  complaints(): readonly string[];
}

export const PHONE: Viewport = { width: 390, height: 844, isMobile: true, hasTouch: true };
export const DESK: Viewport = { width: 1280, height: 900 };

export async function visitorIn(
  context: BrowserContext,
  origin: string,
  viewport: Viewport = PHONE,
  /** Where archived bytes come from; whatever else a page asks is a complaint. */
  content: string | null = null,
): Promise<Visitor> {
  const page = await context.newPage();
  await page.setViewport(viewport);
  page.setDefaultTimeout(60_000);
  const said: string[] = [];
  page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) =>
    said.push(`error: ${error instanceof Error ? error.message : String(error)}`),
  );
  const sent: SentRequest[] = [];
  const travelled: SentRequest[] = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    const ours = url.origin === origin || (url.origin === content && url.pathname.startsWith('/look/'));
    if (/^https?:$/.test(url.protocol) && !ours) said.push(`error: it asked ${url.origin}`);
    if (request.method() === 'GET') return;
    const headers = request.headers();
    // Files travel by themselves, and change nothing until a report names them.
    (url.pathname.startsWith('/v1/uploads') ? travelled : sent).push({
      method: request.method(),
      path: url.pathname,
      idempotencyKey: headers['idempotency-key'],
      channel: headers['holdfast-channel'],
    });
  });
  const shown = async (selector: string): Promise<void> => {
    await page.waitForSelector(selector, { visible: true });
  };
  const inPage = async (script: string): Promise<unknown> => await page.evaluate(script);
  const textOf = async (selector: string): Promise<string> =>
    await page.$eval(selector, (element) => element.textContent ?? '');
  const isShown = async (selector: string): Promise<boolean> =>
    await page.$eval(selector, (element) => element.checkVisibility());
  const count = async (selector: string): Promise<number> => (await page.$$(selector)).length;
  return {
    page,
    said,
    sent,
    travelled,
    textOf,
    isShown,
    shown,
    inPage,
    count,
    press: async (selector, times = 1) => {
      await shown(selector);
      // A person presses what stands still: news may move the page at this very moment.
      const still = `(async () => {
        const element = document.querySelector(${JSON.stringify(selector)});
        for (let last = '', same = 0; same < 3; ) {
          element.scrollIntoView({ block: 'center' });
          const { x, y, width, height } = element.getBoundingClientRect();
          const at = [x, y, width, height].join();
          same = at === last ? same + 1 : 0;
          last = at;
          await new Promise((done) => setTimeout(done, 30));
        }
      })()`;
      await inPage(still);
      await page.click(selector, { count: times });
    },
    goTo: async (path) => {
      await page.goto(origin + path);
    },
    signIn: async (path, key) => {
      await page.goto(origin + path);
      await shown('#key');
      await page.type('#key', key);
      await page.click('#key-form button');
    },
    reads: async (selector, text) => {
      await page.waitForFunction(
        `document.querySelector(${JSON.stringify(selector)})?.textContent.includes(${JSON.stringify(text)})`,
      );
    },
    valueOf: async (selector) => await inPage(`document.querySelector(${JSON.stringify(selector)}).value`),
    choose: async (path) => {
      const before = await count('#pictures li');
      const input = await page.$('input#files');
      if (input === null) throw new Error('The page has no place for pictures.');
      await (input as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(path);
      await page.waitForFunction(`document.querySelectorAll('#pictures li').length === ${before + 1}`);
    },
    give: async (type, files, text = '') => {
      const eventOf =
        type === 'paste'
          ? `new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: data })`
          : `new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data })`;
      await inPage(`{
        const data = new DataTransfer();
        for (const { name, type } of ${JSON.stringify(files)}) data.items.add(new File(['bytes'], name, { type }));
        if (${JSON.stringify(text)} !== '') data.setData('text/plain', ${JSON.stringify(text)});
        document.body.dispatchEvent(${eventOf});
      }`);
    },
    state: async () =>
      [
        await textOf('#word'),
        await page.title(),
        await page.$eval('#state', (box) => box.className.split('--')[1] ?? ''),
        await isShown('.hf-sign--check'),
        await isShown('#removed'),
      ].join(' | '),
    complaints: () =>
      said.filter((line) => /content security policy|^error: (?!Failed to load resource)/i.test(line)),
  };
}
