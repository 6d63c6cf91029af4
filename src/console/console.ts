/**
 * The console: pages for people, over the same calls as the API. It holds no state, reads no record and has no right that
 * the key in the page does not have; a page is a frame without data, and its script asks the API.
 *
 * Promises to the moderator:
 *   - "Safe to remove" is shown only while the last receipt says so; before, and whenever in doubt, "do not remove".
 *   - A picture is never lost by this page: on every error it stays, and sending again repeats the same Idempotency-Key,
 *     so that nothing is archived twice and nothing is left out. Another key is asked for in place.
 *   - What was handed in is shown on the record's page to whoever may read it, blurred until it is pressed.
 *   - The key is kept in the tab alone: never in an address, never on the disk of the device.
 *   - What strangers wrote is shown as text, never as markup; pages run our own scripts and no other (see `headers.ts`).
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { registerAssets } from './assets.ts';
import { docsPage } from './docs-page.ts';
import { PAGE_HEADERS } from './headers.ts';
import type { Mode } from './layout.ts';
import { reportPage } from './report-page.ts';
import { receiptFrame, statusPage } from './status-page.ts';

export { PAGE_HEADERS } from './headers.ts';
export { problemPage } from './problem-page.ts';
export { receiptPage } from './receipt-page.ts';

export interface ConsoleParts {
  readonly mode: Mode;
  readonly publicUrl: string;
  /** The OpenAPI document, asked for when the page is. */
  readonly openapi: () => object;
}

export async function registerConsole(
  app: FastifyInstance,
  { mode, publicUrl, openapi }: ConsoleParts,
): Promise<void> {
  await registerAssets(app);
  const pages: Readonly<Record<string, () => string>> = {
    '/report': () => reportPage(mode),
    '/report/records/:id': () => statusPage(mode),
    '/report/records/:id/receipt': () => receiptFrame(mode),
    '/docs': () => docsPage(mode, openapi(), publicUrl),
  };
  for (const [path, make] of Object.entries(pages)) {
    app.get(path, { schema: { hide: true } }, async (_request, reply) => await sendPage(reply, make()));
  }
  app.get('/', { schema: { hide: true } }, async (_request, reply) => await reply.redirect('/report', 303));
}

async function sendPage(reply: FastifyReply, page: string): Promise<FastifyReply> {
  return await reply.headers(PAGE_HEADERS).send(page);
}
