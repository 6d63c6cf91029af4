/** Every page of the town, in the order in which they are captured. */
import { BEHAVIOUR_PAGES } from './behaviour-pages.ts';
import { DISCUSSION_PAGES, SHORTER_PAGES } from './discussion-pages.ts';
import { EXCHANGE_PAGES } from './exchange-pages.ts';
import { FRAME_PAGES } from './frame-pages.ts';
import { LAYOUT_PAGES } from './layout-pages.ts';
import { OUTCOME_PAGES } from './outcome-pages.ts';
import type { SitePage } from './page.ts';
import { RESOURCE_PAGES } from './resource-pages.ts';

/** Pages with something to show. */
export const SHOWING_PAGES: readonly SitePage[] = [
  ...DISCUSSION_PAGES,
  ...LAYOUT_PAGES,
  ...FRAME_PAGES,
  ...RESOURCE_PAGES,
  ...EXCHANGE_PAGES,
  ...BEHAVIOUR_PAGES,
];
/** Pages that are a finding and no capture. */
export const FINDING_PAGES: readonly SitePage[] = OUTCOME_PAGES;

export { SHORTER_PAGES };
