/**
 * What every page of ours is sent with. Scripts and styles come as files from here and nowhere else, so a page cannot be
 * made to run what a stranger wrote into a record. Thumbnails of pictures that are not sent yet are `blob:` addresses.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  // Nothing to other sites; to our own forms the origin, which under "no-referrer" a browser hides (Fetch standard, 4.5).
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
};
