/**
 * A search that the words of a request suggest: people, phrases, platforms, pages and days that they name. Pure. A proposal for a person to change and to
 * run, with a sentence for each part: it knows patterns and no language, so what it misses is the person's to add.
 */
import { isCivilDay } from '#civil.ts';

export interface ProposedSearch {
  /** Terms, any of which may be in a record; empty: none was seen. */
  readonly q: string;
  /** Empty: all. */
  readonly platform: string;
  readonly account: string;
  /** A civil day, or empty. */
  readonly from: string;
  /** Sentences, each about one part. */
  readonly why: readonly { readonly code: ProposalReason; readonly of: readonly string[] }[];
}

export type ProposalReason =
  | 'names'
  | 'phrases'
  | 'handles'
  | 'platform'
  | 'platforms'
  | 'account'
  | 'accounts'
  | 'from';

export interface KnownAccount {
  readonly platform: string;
  readonly handle: string | null;
  readonly url: string | null;
  readonly name: string;
}

const MOST_TERMS = 12;
const MOST_Q = 500;

const PLATFORMS: Readonly<Record<string, RegExp>> = {
  facebook: /\bfacebook\b|\bfb\b/i,
  instagram: /\binstagram\b|\binsta\b/i,
  // A letter alone is no platform.
  x: /\btwitter\b|\btweet(?:s|ed|ing)?\b|\bx\.com\b|\bX \(formerly\b/i,
  youtube: /\byou ?tube\b/i,
  tiktok: /\btik ?tok\b/i,
  nextdoor: /\bnext ?door\b/i,
  threads: /\bthreads\.(?:net|com)\b/i,
  linkedin: /\blinked ?in\b/i,
  reddit: /\breddit\b/i,
  bluesky: /\bblue ?sky\b/i,
};

/** Two to four words in capitals, with an initial or a small particle between them. */
const NAME =
  /(?<![\p{L}\p{N}@])\p{Lu}[\p{Ll}\p{M}'’-]+(?:[ \u00a0]+(?:\p{Lu}\.|(?:de|del|la|van|von|da|di|al|bin|Mc|Mac)(?=[ \u00a0])|\p{Lu}[\p{L}\p{M}'’-]*)){1,3}(?![\p{L}\p{N}])/gu;
/** Words that begin with a capital and are nobody: of letters, of the law, of offices, of the calendar. */
const NOBODY =
  /^(?:the|a|an|all|any|and|or|of|for|dear|to|from|please|this|that|these|under|pursuant|per|i|we|my|our|mr|mrs|ms|mx|dr|mayor|alderman|alderwoman|alderperson|councilman|councilwoman|councilmember|council|member|commissioner|chief|officer|sheriff|judge|clerk|custodian|city|town|village|county|state|board|school|district|department|police|fire|parks?|missouri|sunshine|law|act|freedom|information|request|records?|open|public|rsmo|chapter|section|thank|thanks|sincerely|regards|hello|hi|attn|re|subject|facebook|instagram|twitter|youtube|tiktok|nextdoor|linkedin|reddit|threads|page|january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|street|avenue|road|estimad[oa]s?|señora?|ciudad|condado|todos|todas|los|las|el|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)$/iu;

const MONTHS = [
  ['january', 'jan', 'enero'],
  ['february', 'feb', 'febrero'],
  ['march', 'mar', 'marzo'],
  ['april', 'apr', 'abril'],
  ['may', 'mayo'],
  ['june', 'jun', 'junio'],
  ['july', 'jul', 'julio'],
  ['august', 'aug', 'agosto'],
  ['september', 'sept', 'sep', 'septiembre'],
  ['october', 'oct', 'octubre'],
  ['november', 'nov', 'noviembre'],
  ['december', 'dec', 'diciembre'],
];
const MONTH = MONTHS.flat()
  .toSorted((a, b) => b.length - a.length)
  .join('|');

export function proposeSearch(words: string, accounts: readonly KnownAccount[]): ProposedSearch {
  const why: { code: ProposalReason; of: readonly string[] }[] = [];
  const note = (code: ProposalReason, of: readonly string[]): void => {
    if (of.length > 0) why.push({ code, of });
  };
  const known = accountsIn(words, accounts);
  const phrases = once(
    [...words.matchAll(/["“«]([^"“”«»\r\n]{2,80})["”»]/gu)].map(([, said = '']) => said.trim()),
  );
  const names = once(namesIn(words)).filter(
    (name) =>
      !phrases.some((one) => folded(one).includes(folded(name))) &&
      !accounts.some((one) => folded(one.name).includes(folded(name))),
  );
  const ours = accounts.flatMap(({ handle }) => (handle === null ? [] : [folded(handle)]));
  const handles = once(
    [...words.matchAll(/(?<![\p{L}\p{N}.])@([\p{L}\p{N}_][\p{L}\p{N}_.]{1,39})/gu)].map(([, said = '']) =>
      said.replace(/\.+$/, ''),
    ),
  ).filter((handle) => !ours.includes(folded(handle)));
  note('phrases', phrases);
  note('names', names);
  note('handles', handles);
  const terms = [...phrases, ...names, ...handles].slice(0, MOST_TERMS);
  const q = terms.reduce((said, term) => {
    const longer = `${said}${said === '' ? '' : ' or '}"${term.replaceAll('"', ' ')}"`;
    return longer.length > MOST_Q ? said : longer;
  }, '');
  const [account] = known;
  const isOne = known.length === 1 && account !== undefined;
  note(
    isOne ? 'account' : 'accounts',
    known.map(({ name }) => name),
  );
  const named = Object.keys(PLATFORMS).filter((platform) => PLATFORMS[platform]?.test(words) === true);
  const platforms = isOne ? [account.platform] : named;
  if (!isOne) note(platforms.length === 1 ? 'platform' : 'platforms', platforms);
  const from = firstDay(words);
  note('from', from === '' ? [] : [from]);
  return {
    q,
    platform: platforms.length === 1 ? (platforms[0] ?? '') : '',
    account: isOne ? (account.handle ?? '') : '',
    from,
    why,
  };
}

const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase();

function once(said: readonly string[]): string[] {
  const seen = new Set<string>();
  return said.filter((one) => {
    const key = folded(one);
    if (key.length < 2 || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** What stands before a name, such as a title, is taken off it; what is left with fewer than two words is none. */
function namesIn(words: string): string[] {
  return [...words.matchAll(NAME)].flatMap(([said]) => {
    const parts = said.split(/[ \u00a0]+/);
    while (parts.length > 0 && NOBODY.test((parts[0] ?? '').replace(/\.$/, ''))) parts.shift();
    while (parts.length > 0 && NOBODY.test((parts.at(-1) ?? '').replace(/['’]s$/, ''))) parts.pop();
    if (parts.length < 2 || parts.some((part) => NOBODY.test(part))) return [];
    return [parts.join(' ').replace(/['’]s$/, '')];
  });
}

/** By handle, address or name, as whole words. */
function accountsIn(words: string, accounts: readonly KnownAccount[]): KnownAccount[] {
  const text = words.toLowerCase();
  const isIn = (part: string): boolean => {
    const at = text.indexOf(part);
    if (part.length < 3 || at === -1) return false;
    return ![text[at - 1], text[at + part.length]].some(
      (beside) => beside !== undefined && /[\p{L}\p{N}_]/u.test(beside),
    );
  };
  return accounts.filter(({ handle, url, name }) =>
    [
      handle === null ? '' : `@${handle.replace(/^@/, '').toLowerCase()}`,
      (url ?? '')
        .replace(/^https?:\/\/(?:www\.)?/i, '')
        .replace(/\/+$/, '')
        .toLowerCase(),
      name.toLowerCase(),
    ].some(isIn),
  );
}

/**
 * The first day that the words name. No last one is proposed: the archive's days say when something was reported, which may be long after
 * it was written, and nothing was ever reported before.
 */
function firstDay(words: string): string {
  const days = [
    ...[...words.matchAll(/(?<!\d)(20\d\d)-(\d\d)-(\d\d)(?!\d)/g)].map(([, y, m, d]) => `${y}-${m}-${d}`),
    ...[...words.matchAll(/(?<!\d)(\d{1,2})\/(\d{1,2})\/(20\d\d)(?!\d)/g)].map(
      ([, m = '', d = '', y]) => `${y}-${two(m)}-${two(d)}`,
    ),
    ...[
      ...words.matchAll(new RegExp(`\\b(${MONTH})\\.? (\\d{1,2})(?:st|nd|rd|th)?,? (20\\d\\d)\\b`, 'gi')),
    ].map(([, m, d = '', y]) => `${y}-${monthOf(m)}-${two(d)}`),
    ...[
      ...words.matchAll(new RegExp(`\\b(\\d{1,2})(?: de)? (${MONTH})\\.?(?:,| del?)? (20\\d\\d)\\b`, 'gi')),
    ].map(([, d = '', m, y]) => `${y}-${monthOf(m)}-${two(d)}`),
    ...[
      ...words.matchAll(new RegExp(`(?<!\\d (?:de )?)\\b(${MONTH})\\.?,?(?: of| del?)? (20\\d\\d)\\b`, 'gi')),
    ].map(([, m, y]) => `${y}-${monthOf(m)}-01`),
    // “June 1 to June 30, 2026”: the first one has the year of the second.
    ...[
      ...words.matchAll(
        new RegExp(
          `\\b(${MONTH})\\.? (\\d{1,2})(?:st|nd|rd|th)? ?(?:to|and|through|until|-|–) ?(?:(?:${MONTH})\\.? )?\\d{1,2}(?:st|nd|rd|th)?,? (20\\d\\d)\\b`,
          'gi',
        ),
      ),
    ].map(([, m, d = '', y]) => `${y}-${monthOf(m)}-${two(d)}`),
    ...[...words.matchAll(/\b(?:in|during|since|of|year|en|desde) (20\d\d)\b(?!-)/gi)].map(
      ([, y]) => `${y}-01-01`,
    ),
  ].filter((day) => isCivilDay(day));
  return days.toSorted()[0] ?? '';
}

const two = (digits: string): string => digits.padStart(2, '0');

function monthOf(name = ''): string {
  const lower = name.toLowerCase();
  return two(String(MONTHS.findIndex((names) => names.includes(lower)) + 1));
}
