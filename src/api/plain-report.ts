/** What a form that came without a script says, as the simple report of the API; and what is missing in it. As `assets/report-form.js` says it. */
export const FIELDS = [
  'as',
  'attempt',
  'how',
  'url',
  'text',
  'ground',
  'versions',
  'verb',
  'other-verb',
  'account',
  'platform',
  'account-name',
  'author-name',
  'author-handle',
  'author-url',
  'author-unseen',
  'posted',
  'kind',
  'note',
  'no-capture',
] as const;

export type Typed = Readonly<Record<string, string>>;

export const LABELS: Readonly<Record<string, string>> = {
  '/url': 'Address of the content',
  '/account': 'Account',
  '/platform': 'Platform',
  '/author/profileUrl': 'Address of the profile',
};

export const CLAUSE_CHANGED = 'The policy has changed: choose the clause again.';

export function problemsOf(typed: Typed, fileCount: number): string[] {
  const value = (name: string): string => (typed[name] ?? '').trim();
  const problems: string[] = [];
  if (fileCount === 0 && value('url') === '' && value('text') === '')
    problems.push('Add a picture, or the address of the content, or its words.');
  if (!('ground' in typed)) problems.push('Choose the clause, or “Not decided yet”.');
  if (value('verb') === '') problems.push('Choose what you will do.');
  if (value('account') === '') problems.push('Choose the account.');
  if (value('account') === 'other' && !/^[a-z0-9][a-z0-9-]{0,63}$/.test(platformOf(value('platform'))))
    problems.push('Name the platform, such as facebook.');
  if (value('account') === 'other' && value('account-name') === '') problems.push('Name the account.');
  return problems;
}

/** The platforms' names are written in small letters with hyphens; people write them as they please. */
const platformOf = (typed: string): string =>
  typed
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, '-');

export function namedAccount(typed: Typed): { readonly platform: string; readonly account: string } {
  const [, platform, account] = /^typed (\S+) (.+)$/s.exec(typed['account'] ?? '') ?? [];
  return platform === undefined || account === undefined
    ? { platform: platformOf(typed['platform'] ?? ''), account: (typed['account-name'] ?? '').trim() }
    : { platform, account };
}

/** In which version the policy of the chosen clause was shown; null: none is chosen. */
export const versionShown = ({ ground = '', versions = '' }: Typed): string | null =>
  ground === '' ? null : new URLSearchParams(versions).get(ground.split('#')[0] ?? '');

export function reportOf(
  typed: Typed,
  account: { readonly platform: string; readonly account: string },
): object {
  const value = (name: string): string => (typed[name] ?? '').trim();
  const given = (name: string, member: string): object =>
    value(name) === '' ? {} : { [member]: value(name) };
  const author = {
    ...given('author-name', 'displayName'),
    ...given('author-handle', 'handle'),
    ...given('author-url', 'profileUrl'),
  };
  const groundVersion = versionShown(typed);
  return {
    ...account,
    ...given('url', 'url'),
    ...given('kind', 'kind'),
    // The words stay as they were typed: they are looked for on the page.
    ...(value('text') === '' ? {} : { text: typed['text'] }),
    ...(value('no-capture') === '' ? {} : { capture: false }),
    ...(value('author-unseen') !== ''
      ? { author: { status: 'unknown', unknownReason: 'not-visible-in-capture' } }
      : Object.keys(author).length === 0
        ? {}
        : { author }),
    ...(value('posted') === '' ? {} : { postedAt: { seen: value('posted') } }),
    action: {
      verb: value('verb') === 'other' ? value('other-verb') : value('verb'),
      ...given('ground', 'ground'),
      ...(groundVersion === null ? {} : { groundVersion }),
    },
    ...given('note', 'note'),
  };
}
