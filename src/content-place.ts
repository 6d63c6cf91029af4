/**
 * What is wrong with where the content server is to be: archived bytes are shown from an origin of their own and never from the
 * console's, where they would be its own pages (design 3.6). Another host name is better than another port of the same one:
 * cookies know no ports. Pure.
 */
interface ContentPlace {
  readonly port: number;
  readonly contentPort: number;
  readonly publicUrl: string;
  readonly contentUrl: string | null;
}

export function whyNotContent({ port, contentPort, publicUrl, contentUrl }: ContentPlace): string[] {
  const problems: string[] = [];
  if (contentPort !== 0 && contentPort === port)
    problems.push('HOLDFAST_CONTENT_PORT must be another port than HOLDFAST_PORT.');
  if (contentPort > 65_535)
    problems.push('HOLDFAST_CONTENT_PORT must be set: there is no port after HOLDFAST_PORT.');
  const own = URL.canParse(publicUrl) ? new URL(publicUrl) : null;
  if (contentUrl === null) {
    if (own?.protocol === 'https:')
      problems.push(
        'HOLDFAST_CONTENT_URL must be set when HOLDFAST_PUBLIC_URL begins with https: archived pictures are shown from an address of their own, such as https://content.records.example, which the proxy passes on to HOLDFAST_CONTENT_PORT.',
      );
    return problems;
  }
  const { origin, pathname, search, hash, username, password, protocol } = new URL(contentUrl);
  if (`${pathname}${search}${hash}${username}${password}` !== '/')
    problems.push('HOLDFAST_CONTENT_URL must be an address without a path, such as https://content.example.');
  if (origin === own?.origin)
    problems.push(
      'HOLDFAST_CONTENT_URL must be another address than HOLDFAST_PUBLIC_URL: what strangers wrote is never shown from the console’s own.',
    );
  if (own?.protocol === 'https:' && protocol !== 'https:')
    problems.push(
      'HOLDFAST_CONTENT_URL must begin with https as HOLDFAST_PUBLIC_URL does: a browser shows nothing else on such a page.',
    );
  return problems;
}
