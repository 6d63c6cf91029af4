/**
 * The simple form becomes a fact, and what was not given is said to be unknown, with the reason, never guessed:
 *
 * - no author: unknown, because the submitter did not record it; a name or handle alone: partial;
 * - no kind: what the address proves, otherwise `other`, which claims nothing;
 * - no ground: none, "not-stated". A stated ground is a reference that the caller looks up (`groundRef`);
 * - no file: "not-attempted". No time: null, with precision unknown.
 *
 * `channel` is the caller's to say, for the form has no such member: the page `/report` is a `web-form`. The list of
 * channels is the reference's and has no word for a program that posts a report of its own accord; `webhook` is the
 * one that means it (another system pushed it to us over HTTP). The raw payload's signature is then "not-applicable",
 * so nothing that rests on a platform's signature can follow from the word.
 */
import { randomUUID } from 'node:crypto';
import { Format } from 'typebox/format';
import type { ActorType, Author, When } from './fact-parts.ts';
import type { Channel, FactDraft } from './fact-schema.ts';
import { addressProblems, readAddress } from './rules.ts';
import { problemAt, refuseIfAny } from './problems.ts';
import type { SimpleReport } from './schema.ts';
import { deriveSubject } from './subjects.ts';
import { readTime } from './times.ts';

export const PROGRAM_CHANNEL: Channel = 'webhook';

export interface SimpleContext {
  readonly agency: string;
  readonly channel: Channel;
  /** How many files came beside the report. */
  readonly fileCount: number;
  /** Who acted, where the channel shows it: staff, when a signed-in moderator reports. Unknown otherwise. */
  readonly actorType?: ActorType;
  /** The account in the agency's register, when `account` is found there. */
  readonly registered?: {
    readonly accountId: string | null;
    readonly handle?: string;
    readonly url?: string;
  };
}

export interface SimpleFact {
  readonly fact: FactDraft;
  /** `policyId#clauseId` as it was stated, for the caller to look up and hand to `completeFact`; null when none was. */
  readonly groundRef: string | null;
  /** False: the submitter asked for no live capture. */
  readonly captureWanted: boolean;
}

export function factFromSimple(report: SimpleReport, context: SimpleContext): SimpleFact {
  const permalink = report.url === undefined ? null : asciiAddress('/url', report.url);
  const platform = platformOf(report, context);
  const derived =
    permalink === null
      ? null
      : deriveSubject({
          platform: report.platform,
          address: permalink,
          kind: report.kind,
          accountHandle: platform.accountHandle,
        });
  const performedAt = typedTime(report.action.performedAt ?? undefined);
  const fact: FactDraft = {
    specversion: '1.0',
    source: `/agencies/${context.agency}/${context.channel}/${report.platform}/${encodeURIComponent(report.account)}`,
    type: typeOf(report.action.verb),
    subject: derived?.subject ?? `unknown:${randomUUID()}`,
    ...(performedAt.value === null ? {} : { time: performedAt.value }),
    datacontenttype: 'application/json',
    dataschema: 'urn:schema:removal-event:1',
    agencyid: context.agency,
    data: {
      channel: context.channel,
      platform,
      content: {
        kind: report.kind ?? derived?.kind ?? 'other',
        nativeId: derived?.nativeId ?? null,
        permalink,
        text: report.text ?? null,
        textSource: report.text === undefined ? 'none' : 'submitter-typed',
        authoredAt: typedTime(report.postedAt),
        parent: null,
      },
      author: authorOf(report.author),
      action: {
        verb: report.action.verb,
        actorType: context.actorType ?? 'unknown',
        performedAt,
        grounds: [],
        ...(report.action.ground === undefined ? { groundsMissing: 'not-stated' as const } : {}),
      },
      ...(context.fileCount === 0 ? { captureMissing: 'not-attempted' as const } : {}),
      ...(report.note === undefined ? {} : { notes: report.note }),
    },
  };
  return { fact, groundRef: report.action.ground ?? null, captureWanted: report.capture ?? true };
}

/** "Keep this" is an observation; undoing a removal reverses one; all else is an action. */
function typeOf(verb: SimpleReport['action']['verb']): FactDraft['type'] {
  if (verb === 'none') return 'removal.content-observed.v1';
  if (verb === 'unhide' || verb === 'restore') return 'removal.action-reversed.v1';
  return 'removal.action-recorded.v1';
}

/** A fact's address is plain ASCII; what was typed may not be. The same address, written out, not another one. */
function asciiAddress(pointer: string, typed: string): string {
  const read = readAddress(typed);
  if ('url' in read) {
    if (Format.Test('uri', typed)) return typed;
    const { origin, pathname, search, hash } = read.url;
    // The sign that begins the fragment stays; another one within it is written out.
    const rest = [pathname + search, ...(hash === '' ? [] : [hash.slice(1)])]
      .map((part) =>
        part
          .replaceAll(/%(?![0-9A-Fa-f]{2})/g, '%25')
          .replaceAll(/[^!$%&'()*+,\-./0-9:;=?@A-Z_a-z~]/g, (character) => encodeURIComponent(character)),
      )
      .join('#');
    if (Format.Test('uri', origin + rest)) return origin + rest;
  }
  refuseIfAny([
    'url' in read
      ? problemAt(
          pointer,
          'address-malformed',
          'expected an address that RFC 3986 knows, such as https://example.gov/page',
        )
      : problemAt(pointer, read.code, read.expectation),
  ]);
  return typed;
}

function platformOf(report: SimpleReport, { registered }: SimpleContext): FactDraft['data']['platform'] {
  const { platform: name, account } = report;
  if (registered !== undefined) {
    return {
      name,
      accountId: registered.accountId,
      ...(registered.handle === undefined ? {} : { accountHandle: registered.handle }),
      ...(registered.url === undefined ? {} : { accountUrl: registered.url }),
    };
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(account)) {
    return { name, accountId: null, accountUrl: asciiAddress('/account', account) };
  }
  return /^\d{5,}$/.test(account)
    ? { name, accountId: account }
    : { name, accountId: null, accountHandle: account };
}

function authorOf(author: SimpleReport['author']): Author {
  if (author === undefined) return { status: 'unknown', unknownReason: 'submitter-did-not-record' };
  if ('status' in author) return { status: 'unknown', unknownReason: author.unknownReason };
  const claims: Pick<Author, 'displayName' | 'handle' | 'nativeId' | 'profileUrl'> = {};
  for (const member of ['displayName', 'handle', 'nativeId', 'profileUrl'] as const) {
    const value = author[member];
    if (value !== undefined) claims[member] = { value, source: 'submitter-typed' };
  }
  if (claims.profileUrl !== undefined) {
    refuseIfAny(addressProblems('/author/profileUrl', claims.profileUrl.value));
  }
  return claims.nativeId !== undefined || claims.profileUrl !== undefined
    ? { status: 'identified', ...claims }
    : { status: 'partial', ...claims, unknownReason: 'submitter-did-not-record' };
}

function typedTime(given: string | { readonly seen: string } | undefined): When {
  const unknown = { value: null, precision: 'unknown', source: 'submitter-typed' } as const;
  if (given === undefined) return unknown;
  if (typeof given !== 'string') return { ...unknown, verbatim: given.seen };
  const time = readTime(given);
  return {
    value: given,
    precision: time.ok ? time.precision : 's',
    source: 'submitter-typed',
    verbatim: given.slice(0, 200),
  };
}
