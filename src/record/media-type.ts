/**
 * The media type that a file goes under. What its sender claimed becomes a header of the store's and of our own answers, and may
 * be anything: line breaks, another alphabet, pages of text. Only what is a type by its letters is one (RFC 6838, 4.2);
 * `claimed_type` keeps what was said.
 */
const TYPE = /^[a-z0-9!#$&^_.+-]{1,127}\/[a-z0-9!#$&^_.+-]{1,127}$/;

export function typeFromClaim(said: string | null): string {
  return said !== null && TYPE.test(said) ? said : 'application/octet-stream';
}
