/**
 * What every page of ours is sent with. Scripts and styles come as files from here and nowhere else, so a page cannot be
 * made to run what a stranger wrote into a record. Pictures of records come from the content server's origin, on the pages that
 * show them; thumbnails of pictures that are not sent yet are `blob:` addresses, on the pages where they are chosen.
 */
interface Pictures {
  /** The content server's origin. */
  readonly content?: string;
  /** Somebody chooses pictures here. */
  readonly chosen?: boolean;
}

const policy = ({ content, chosen }: Pictures): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    [
      "img-src 'self'",
      ...(chosen === true ? ['blob:'] : []),
      ...(content === undefined ? [] : [content]),
    ].join(' '),
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');

export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': policy({}),
  'x-content-type-options': 'nosniff',
  // Nothing to other sites; to our own forms the origin, which under "no-referrer" a browser hides (Fetch standard, 4.5).
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
};

export const pageHeaders = (pictures: Pictures): Readonly<Record<string, string>> => ({
  ...PAGE_HEADERS,
  'content-security-policy': policy(pictures),
});
