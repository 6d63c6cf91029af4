/**
 * From the address of a thing to its canonical subject, `platform:kind:nativeId`. Facts with one subject become one
 * record, so a wrong subject merges two people's words; a missing one only leaves a merge for a person to make.
 * Hence: when unsure, none.
 *
 * Two doubts decide most cases. The address of a post is often given for a comment under it: it names the comment
 * only where the address itself carries the comment's id. And on platforms where a reply is a post of its own, an
 * address by the agency's own account is more likely the post that was replied to.
 *
 * Ids stay text. The address as it was given stays in the fact; what is derived here leaves trackers aside, because
 * it takes the id alone.
 */
import type { ContentKind } from './fact-parts.ts';

export interface DerivedSubject {
  readonly subject: string;
  readonly kind: ContentKind;
  readonly nativeId: string;
}

export interface SubjectClues {
  readonly platform: string;
  readonly address: string;
  /** What the submitter calls it; absent when not said. */
  readonly kind?: ContentKind | undefined;
  /** The agency's own account, as handle; to tell its own post from another's. */
  readonly accountHandle?: string | undefined;
}

interface Found {
  readonly kind: 'comment' | 'reply' | 'post';
  readonly nativeId: string;
  /** Whose it is, by the address; only where replies are posts and the author stands in the address. */
  readonly by?: string;
}

type Reader = (url: URL, path: readonly string[]) => Found | null;

const DIGITS = /^\d{6,25}$/;
const SHORTCODE = /^[A-Za-z0-9_-]{5,40}$/;

const facebook: Reader = (url) => {
  const reply = facebookId(url.searchParams.get('reply_comment_id'));
  const comment = facebookId(url.searchParams.get('comment_id'));
  if (url.searchParams.has('reply_comment_id')) {
    return reply === null ? null : { kind: 'reply', nativeId: reply };
  }
  return comment === null ? null : { kind: 'comment', nativeId: comment };
};

/** Digits, `post_comment`, or either of them as base64 of `comment:…`, as the site writes it now. */
function facebookId(parameter: string | null): string | null {
  if (parameter === null) return null;
  const plain = /^[A-Za-z0-9+/=]{16,200}$/.test(parameter)
    ? Buffer.from(parameter, 'base64').toString('latin1')
    : '';
  const id = plain.startsWith('comment:') ? plain.slice('comment:'.length) : parameter;
  return /^\d{6,25}(_\d{6,25})?$/.test(id) ? id : null;
}

const youtube: Reader = (url) => {
  const id = url.searchParams.get('lc');
  if (id === null || !/^[A-Za-z0-9_-]{12,60}(\.[A-Za-z0-9_-]{8,60})?$/.test(id)) return null;
  return { kind: id.includes('.') ? 'reply' : 'comment', nativeId: id };
};

const x: Reader = (_url, path) => {
  const [user = '', status, id = ''] = path[0] === 'i' && path[1] === 'web' ? path.slice(1) : path;
  if ((status !== 'status' && status !== 'statuses') || !/^\d{2,25}$/.test(id)) return null;
  return { kind: 'post', nativeId: id, by: user === 'i' || user === 'web' ? '' : user };
};

const instagram: Reader = (_url, path) => {
  const at = path.findIndex((part) => part === 'p' || part === 'reel' || part === 'tv');
  const [code = '', c, comment = '', r, reply = ''] = path.slice(at + 1);
  if (at < 0 || at > 1 || !SHORTCODE.test(code)) return null;
  if (c === undefined) return { kind: 'post', nativeId: code };
  if (c !== 'c' || !DIGITS.test(comment)) return null;
  if (r === undefined) return { kind: 'comment', nativeId: comment };
  return r === 'r' && DIGITS.test(reply) ? { kind: 'reply', nativeId: reply } : null;
};

const threads: Reader = (_url, path) => {
  const [user = '', post, code = ''] = path;
  if (!user.startsWith('@') || post !== 'post' || !SHORTCODE.test(code)) return null;
  return { kind: 'post', nativeId: code, by: user };
};

const reddit: Reader = (_url, path) => {
  const at = path.indexOf('comments');
  const [post = '', , comment] = path.slice(at + 1);
  const id = /^[a-z0-9]{4,12}$/;
  if (at < 0 || !id.test(post)) return null;
  if (comment === undefined) return { kind: 'post', nativeId: `t3_${post}` };
  return id.test(comment) ? { kind: 'comment', nativeId: `t1_${comment}` } : null;
};

const linkedin: Reader = (url) => {
  for (const [parameter, kind] of [
    ['replyUrn', 'reply'],
    ['commentUrn', 'comment'],
  ] as const) {
    const urn = url.searchParams.get(parameter);
    if (urn === null) continue;
    const parts = /^urn:li:comment:\((?:urn:li:)?(activity|ugcPost|share):(\d{6,25}),(\d{6,25})\)$/.exec(urn);
    return parts === null
      ? null
      : { kind, nativeId: `urn:li:comment:(urn:li:${parts[1]}:${parts[2]},${parts[3]})` };
  }
  return null;
};

/** A handle may change hands; only an address with the account's own identifier says for ever whose record it is. */
const bluesky: Reader = (_url, path) => {
  const [profile, did = '', post, key = ''] = path;
  if (profile !== 'profile' || post !== 'post' || !/^[a-z0-9]{10,20}$/.test(key)) return null;
  if (!/^did:(plc:[a-z2-7]{24}|web:[a-z0-9.-]+)$/.test(did)) return null;
  return { kind: 'post', nativeId: `at://${did}/app.bsky.feed.post/${key}`, by: did };
};

/** Each server counts for itself, and shows others' posts under numbers of its own: `@user@elsewhere` is none. */
const mastodon: Reader = (url, path) => {
  const [first = '', second = '', third, fourth] = path;
  const [user, id] =
    first === 'users' && third === 'statuses'
      ? [`@${second}`, fourth]
      : third === undefined
        ? [first, second]
        : ['', ''];
  if (!/^@[A-Za-z0-9_.-]+$/.test(user) || id === undefined || !/^\d{6,25}$/.test(id)) return null;
  return { kind: 'post', nativeId: `${url.host}/${id}`, by: user };
};

const wordpress: Reader = (url) => {
  const comment = /^#comment-(\d{1,20})$/.exec(url.hash)?.[1];
  return comment === undefined
    ? null
    : { kind: 'comment', nativeId: `${url.host}${url.pathname}#comment-${comment}` };
};

/** Hosts of a platform, without `www.`; null where the software runs on anybody's host, and the report names it. */
const PLATFORMS: Readonly<
  Record<string, { readonly hosts: readonly string[] | null; readonly read: Reader }>
> = {
  facebook: {
    hosts: ['facebook.com', 'm.facebook.com', 'web.facebook.com', 'mbasic.facebook.com'],
    read: facebook,
  },
  youtube: { hosts: ['youtube.com', 'm.youtube.com', 'youtu.be'], read: youtube },
  x: { hosts: ['x.com', 'mobile.x.com', 'twitter.com', 'mobile.twitter.com'], read: x },
  instagram: { hosts: ['instagram.com'], read: instagram },
  threads: { hosts: ['threads.net', 'threads.com'], read: threads },
  reddit: { hosts: ['reddit.com', 'old.reddit.com', 'new.reddit.com', 'm.reddit.com'], read: reddit },
  linkedin: { hosts: ['linkedin.com'], read: linkedin },
  bluesky: { hosts: ['bsky.app'], read: bluesky },
  mastodon: { hosts: null, read: mastodon },
  wordpress: { hosts: null, read: wordpress },
};

const handle = (text: string) => text.replace(/^@/, '').toLowerCase();

export function deriveSubject(clues: SubjectClues): DerivedSubject | null {
  const platform = Object.hasOwn(PLATFORMS, clues.platform) ? PLATFORMS[clues.platform] : undefined;
  if (platform === undefined || !URL.canParse(clues.address)) return null;
  const url = new URL(clues.address);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  if (platform.hosts !== null && !platform.hosts.includes(url.host.replace(/^www\./, ''))) return null;
  const found = platform.read(
    url,
    url.pathname.split('/').filter((part) => part !== ''),
  );
  if (found === null || !isTheThing(found, clues)) return null;
  return {
    subject: `${clues.platform}:${found.kind}:${found.nativeId}`,
    kind: found.kind,
    nativeId: found.nativeId,
  };
}

/** Whether what the address names can be what was reported. */
function isTheThing(found: Found, { kind, accountHandle }: SubjectClues): boolean {
  if (found.kind !== 'post') return kind === undefined || kind === 'comment' || kind === 'reply';
  if (kind === 'post') return true;
  // A reply that is a post of its own, by somebody else than the agency.
  if (kind !== 'reply' && kind !== 'comment') return false;
  if (found.by === undefined || found.by === '' || accountHandle === undefined) return false;
  return handle(found.by) !== handle(accountHandle);
}
