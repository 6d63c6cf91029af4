/**
 * What a schema cannot say of a report, as pure functions: times against the clock, addresses, and claims that only
 * some submitters can make. A rule refuses or flags; it never mends. Flags go into the history, for a person.
 */
import type { When } from './fact-parts.ts';
import type { Channel, FactDraft, SubmittedArtifact } from './fact-schema.ts';
import { problemAt, type Problem } from './problems.ts';
import { readTime } from './times.ts';

/** How far a submitter's clock may run ahead of ours (reference/intake.md 4.2). */
const CLOCK_SKEW_MS = 5 * 60_000;

const MAX_ADDRESS_LENGTH = 4000;

type Flag = 'authored-after-performed';

/**
 * Whether an address is one that the capture may open, said by the capture room: slices do not import each other.
 * Null when it may; otherwise what was expected, as the end of a sentence.
 */
export type AddressJudge = (address: URL) => string | null;

export interface RuleContext {
  /** When the report became durable, by our clock, RFC 3339. */
  readonly recordedTime: string;
  readonly judgeAddress: AddressJudge;
  readonly fileCount: number;
}

export interface RuleFindings {
  readonly problems: readonly Problem[];
  readonly flags: readonly Flag[];
}

export function applyRules(fact: FactDraft, context: RuleContext): RuleFindings {
  const { data } = fact;
  const whens = whensOf(fact);
  return {
    problems: [
      ...timeProblems(fact, whens, context.recordedTime),
      ...whens.flatMap(([pointer, when]) => boundProblems(pointer, when)),
      ...addressesOf(fact).flatMap(([pointer, address]) => addressProblems(pointer, address)),
      ...captureAddressProblems(fact, context.judgeAddress),
      ...subjectProblems(fact),
      ...(data.captures ?? []).flatMap((capture, index) => orderProblems(data.channel, capture, index)),
      ...fileProblems(fact, context.fileCount),
    ],
    flags: authoredAfterPerformed(fact) ? ['authored-after-performed'] : [],
  };
}

function whensOf({ data }: FactDraft): [string, When][] {
  const { content, action, captures = [] } = data;
  return [
    ['/data/content/authoredAt', content.authoredAt],
    ...(content.editedAt ? [['/data/content/editedAt', content.editedAt] as [string, When]] : []),
    ...(content.versions ?? []).map((version, index): [string, When] => [
      `/data/content/versions/${index}/observedAt`,
      version.observedAt,
    ]),
    ['/data/action/performedAt', action.performedAt],
    ...captures.flatMap((capture, index): [string, When][] =>
      capture.capturedAt ? [[`/data/captures/${index}/capturedAt`, capture.capturedAt]] : [],
    ),
  ];
}

function timeProblems(fact: FactDraft, whens: readonly [string, When][], recordedTime: string): Problem[] {
  const recorded = readTime(recordedTime);
  if (!recorded.ok) throw new Error('the recorded time is our own and must be RFC 3339');
  const times: [string, string][] = fact.time === undefined ? [] : [['/time', fact.time]];
  for (const [pointer, when] of whens) {
    for (const member of ['value', 'notBefore', 'notAfter'] as const) {
      const text = when[member];
      if (typeof text === 'string') times.push([`${pointer}/${member}`, text]);
    }
  }
  return times.flatMap(([pointer, text]) => {
    const time = readTime(text);
    if (!time.ok) return [problemAt(pointer, time.code, time.sentence)];
    if (time.instantMs <= recorded.instantMs + CLOCK_SKEW_MS) return [];
    return [
      problemAt(
        pointer,
        'time-in-future',
        `expected a time that has come; by the archive's clock it is ${recordedTime}. Mend the time or its zone`,
      ),
    ];
  });
}

function instantOf(text: string | null | undefined): number | undefined {
  if (typeof text !== 'string') return undefined;
  const time = readTime(text);
  return time.ok ? time.instantMs : undefined;
}

function inOrder(earlier: number | undefined, later: number | undefined): boolean {
  return earlier === undefined || later === undefined || earlier <= later;
}

function boundProblems(pointer: string, when: When): Problem[] {
  const value = instantOf(when.value);
  const from = instantOf(when.notBefore);
  const to = instantOf(when.notAfter);
  if (inOrder(from, value) && inOrder(value, to) && inOrder(from, to)) return [];
  return [
    problemAt(
      pointer,
      'report-invalid',
      'expected notBefore, value and notAfter in this order of time; mend the bound that is wrong or leave it out',
    ),
  ];
}

/** A comment cannot be removed before it was written; but clocks and zones are wrong more often than people are. */
function authoredAfterPerformed({ data }: FactDraft): boolean {
  const authored = instantOf(data.content.authoredAt.value) ?? instantOf(data.content.authoredAt.notBefore);
  const performed = instantOf(data.action.performedAt.value) ?? instantOf(data.action.performedAt.notAfter);
  return authored !== undefined && performed !== undefined && authored > performed;
}

function addressesOf({ data }: FactDraft): [string, string][] {
  const { content, author, platform, captures = [] } = data;
  const found: [string, string | null | undefined][] = [
    ['/data/platform/accountUrl', platform.accountUrl],
    ['/data/content/permalink', content.permalink],
    ['/data/content/parent/permalink', content.parent?.permalink],
    ['/data/author/profileUrl/value', author.profileUrl?.value],
    ...(content.attachments ?? []).map((attachment, index): [string, string | undefined] => [
      `/data/content/attachments/${index}/sourceUrl`,
      attachment.sourceUrl,
    ]),
    ...captures.map((capture, index): [string, string | undefined] => [
      `/data/captures/${index}/pageUrl`,
      capture.pageUrl,
    ]),
  ];
  return found.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}

/** Read before any library reads it: a URL parser drops line breaks and turns backslashes, and so changes the host. */
export function readAddress(
  address: string,
): { readonly url: URL } | { readonly code: Problem['code']; readonly expectation: string } {
  const hidden = /[^!-~\u0080-\uffff]|\\/.test(address);
  if (hidden || address.length > MAX_ADDRESS_LENGTH || !URL.canParse(address)) {
    return {
      code: 'address-malformed',
      expectation: `expected a complete address, such as https://example.gov/page, without spaces, line breaks or backslashes and of at most ${MAX_ADDRESS_LENGTH} characters`,
    };
  }
  const url = new URL(address);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return {
      code: 'address-not-http',
      expectation:
        'expected an address that begins with https:// or http://; leave it out when there is none',
    };
  }
  if (url.username !== '' || url.password !== '') {
    return {
      code: 'address-malformed',
      expectation:
        'expected an address without a user name or password in it; remove what stands before the @',
    };
  }
  return { url };
}

export function addressProblems(pointer: string, address: string): Problem[] {
  const read = readAddress(address);
  return 'url' in read ? [] : [problemAt(pointer, read.code, read.expectation)];
}

/** Only the content's own address is ever opened; the others are things that somebody said. */
function captureAddressProblems({ data }: FactDraft, judge: AddressJudge): Problem[] {
  const read = readAddress(data.content.permalink ?? '');
  if (!('url' in read)) return [];
  const expectation = judge(read.url);
  return expectation === null
    ? []
    : [problemAt('/data/content/permalink', 'address-not-public', expectation)];
}

const SUBJECT = /^[a-z0-9][a-z0-9-]*:[a-z][a-z-]*:\S+$/;
const UNKNOWN_SUBJECT = /^unknown:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Facts with one subject become one record, so a subject must belong to the platform that the fact names. */
function subjectProblems({ subject, data }: FactDraft): Problem[] {
  if (UNKNOWN_SUBJECT.test(subject)) return [];
  if (SUBJECT.test(subject) && subject.startsWith(`${data.platform.name}:`)) return [];
  return [
    problemAt(
      '/subject',
      'report-invalid',
      'expected platform:kind:id beginning with data.platform.name, or unknown:<uuid> when no id is known',
    ),
  ];
}

/** "Before" can be known by the extension, which saw both clicks; from others it would be a belief (intake.md 2.2). */
function orderProblems(channel: Channel, capture: SubmittedArtifact, index: number): Problem[] {
  if (capture.order !== 'before-action' || channel === 'browser-extension') return [];
  return [
    problemAt(
      `/data/captures/${index}/order`,
      'report-invalid',
      'expected "unknown" or "after-action": that a capture came before the action is for the browser extension to say; leave it out',
    ),
  ];
}

function fileProblems({ data }: FactDraft, fileCount: number): Problem[] {
  const described = data.captures?.length ?? 0;
  if (described > 0 && described !== fileCount) {
    return [
      problemAt(
        '/data/captures',
        'report-invalid',
        `expected one entry for each file beside the report, in their order: ${fileCount} file(s) came; send the files, or leave the member out`,
      ),
    ];
  }
  if (fileCount === 0 && data.captureMissing === undefined) {
    return [
      problemAt(
        '/data/captureMissing',
        'report-invalid',
        'no file came with this report, so this member must say why, such as "not-attempted"; or send the files as multipart/form-data',
      ),
    ];
  }
  return [];
}
