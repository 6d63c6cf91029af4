/**
 * Where the work on one request is done, besides its own page: a list, so that each place is added here and nowhere else. The page of the request shows
 * them in this order, which is the order of the work.
 */

export interface RequestPlace {
  /** Behind `/requests/{id}/`. */
  readonly path: 'collect' | 'review' | 'letters' | 'productions';
  readonly title: string;
  /** What one does there, in a sentence. */
  readonly says: string;
}

export const REQUEST_PLACES: readonly RequestPlace[] = [
  {
    path: 'collect',
    title: 'Collect',
    says: 'Search for what was asked, hold it, and keep the set of records that answer.',
  },
  {
    path: 'review',
    title: 'Review the set',
    says: 'Decide on each record: all of it, part of it, or nothing, and under which law.',
  },
  {
    path: 'letters',
    title: 'Letters and money',
    says: 'Write what the law wants written, estimate the fee, and certify a search.',
  },
  {
    path: 'productions',
    title: 'Productions',
    says: 'Pack what is released, have it checked, and hand it out.',
  },
];

export const requestPlace = (requestId: string, { path }: RequestPlace): string =>
  `/requests/${requestId}/${path}`;
