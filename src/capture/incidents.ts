/** What a page does to its visitor: dialogs are dismissed, windows closed, downloads denied, and each is noted. */
import type { CDPSession, Page } from 'puppeteer-core';
import type { Story } from './story.ts';
import { noted } from './traffic.ts';

const MOST_NOTED = 100;

export function watchIncidents(page: Page, session: CDPSession, incidents: Story['incidents']): void {
  const note = (kind: string, address: string | null): void => {
    if (incidents.what.length < MOST_NOTED)
      incidents.what.push({
        kind,
        address: address === null ? null : noted(address),
        at: new Date().toISOString(),
      });
  };
  page.on('dialog', (dialog) => {
    incidents.dialogs += 1;
    note(`dialog: ${dialog.type()}, dismissed`, null);
    dialog.dismiss().catch(() => undefined);
  });
  session.on('Page.windowOpen', ({ url }) => {
    note('window, closed', url);
  });
  page.on('popup', (popup) => {
    incidents.popups += 1;
    popup?.close().catch(() => undefined);
  });
  session.on('Page.downloadWillBegin', ({ url }) => {
    incidents.downloads += 1;
    note('download, denied', url);
  });
}
