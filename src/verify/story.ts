/**
 * What follows from the sealed facts, the manifests and the entries about a record: what its index must say of it, computed without the
 * index. PACKAGE.md, “What the index says”, is the specification; `verify.py` does the same. Pure.
 */
import type { Entry } from '#log/entry.ts';

/** Of a manifest, beside what the chain of seals asks. */
export interface SaidOfSeal {
  readonly subject: string;
  readonly capture: unknown;
  readonly classification: unknown;
  readonly index?: {
    readonly accountId: string | null;
    readonly grounds: readonly string[];
    readonly address: string | null;
    readonly seriesReason: string | null;
  };
  readonly mode: string;
}

/** Of a fact, the few words that the index repeats. */
interface SaidByFact {
  readonly recordedAt: string;
  readonly type: unknown;
  readonly platform: unknown;
  readonly account: unknown;
  readonly kind: unknown;
  readonly verb: unknown;
  readonly excerpt: string | null;
  readonly author: unknown;
  readonly performedAt: unknown;
}

/** What the manifests and facts of a record say, gathered while they are read. */
export interface Sealed {
  readonly facts: Map<number, SaidByFact>;
  files: number;
  last: SaidOfSeal | null;
  /** The latest that a seal has. */
  capture: unknown;
  /** One of its seals was made in a trial. */
  trial: boolean;
}

export const nothingSealed = (): Sealed => ({
  facts: new Map(),
  files: 0,
  last: null,
  capture: null,
  trial: false,
});

export function addSeal(sealed: Sealed, said: SaidOfSeal, files: number): void {
  sealed.last = said;
  sealed.files += files;
  if (said.capture !== null) sealed.capture = said.capture;
  if (said.mode === 'trial') sealed.trial = true;
}

const EXCERPT_CHARACTERS = 280;

export function addFact(sealed: Sealed, n: number, recordedAt: string, fact: unknown): void {
  const data = memberOf(fact, 'data');
  const content = memberOf(data, 'content');
  const author = memberOf(data, 'author');
  const platform = memberOf(data, 'platform');
  const action = memberOf(data, 'action');
  const text = memberOf(content, 'text');
  sealed.facts.set(n, {
    recordedAt,
    type: memberOf(fact, 'type'),
    platform: memberOf(platform, 'name'),
    account:
      memberOf(platform, 'accountHandle') ??
      memberOf(platform, 'accountId') ??
      memberOf(platform, 'accountUrl') ??
      'unknown',
    kind: memberOf(content, 'kind'),
    verb: memberOf(action, 'verb'),
    excerpt: typeof text === 'string' ? text.slice(0, EXCERPT_CHARACTERS).toWellFormed() : null,
    author:
      ['displayName', 'handle', 'nativeId', 'profileUrl']
        .map((name) => memberOf(author, name))
        .filter((claim) => claim !== undefined)
        .map((claim) => memberOf(claim, 'value'))[0] ?? null,
    performedAt: memberOf(action, 'performedAt') ?? null,
  });
}

/** What the entries about a record say, gathered in the order of the log. */
export interface Happened {
  readonly types: Set<string>;
  /** By the number of the fact: which entry says that it was accepted. */
  readonly accepted: Map<number, string>;
  files: number;
  outcome: unknown;
  /** Files of the latest capture; null: there was none. */
  captured: number | null;
}

export const nothingHappened = (): Happened => ({
  types: new Set(),
  accepted: new Map(),
  files: 0,
  outcome: null,
  captured: null,
});

const ACCEPTED: readonly string[] = ['intake.accepted', 'removal.confirmed', 'removal.withdrawn'];
const CAPTURED: readonly string[] = ['capture.completed', 'capture.skipped'];

export function addEntry(happened: Happened, { type, facts }: Entry): void {
  happened.types.add(type);
  const files = typeof facts.files === 'number' ? facts.files : 0;
  const isAccepted = ACCEPTED.includes(type);
  const isCapture = CAPTURED.includes(type);
  if (isAccepted) happened.accepted.set(Number(facts.fact), type);
  if (isAccepted || isCapture || type === 'second-look.completed') happened.files += files;
  if (!isCapture) return;
  happened.outcome = facts.outcome ?? null;
  happened.captured = files;
}

/** By the names of `metadata.json`. A member that is not in it, nothing in the package proves. */
export type Proven = Readonly<Record<string, unknown>>;

export function provenOf(sealed: Sealed, happened: Happened): Proven {
  const facts = [...sealed.facts].sort(([one], [other]) => one - other);
  const [first] = facts;
  const { last } = sealed;
  if (first?.[0] !== 1 || last === null) return {};
  const [, one] = first;
  const proven: Record<string, unknown> = {
    state: happened.types.has('record.completed') ? 'complete' : 'sealed',
    receivedAt: one.recordedAt,
    platform: one.platform,
    account: one.account,
    kind: one.kind,
    excerpt: one.excerpt,
    author: one.author,
    captureOutcome: happened.outcome,
  };
  // What came in and is not sealed yet may have changed the rest, and is not in the package.
  const isWhole =
    sealed.files === happened.files &&
    sealed.facts.size === happened.accepted.size &&
    [...happened.accepted.keys()].every((n) => sealed.facts.has(n));
  if (!isWhole) return proven;
  let verb = one.verb;
  let removal = 'none';
  let removedAt: unknown = null;
  for (const [n, fact] of facts) {
    if (fact.verb !== 'none') ({ verb } = fact);
    const isAction = fact.type === 'removal.action-recorded.v1';
    const isDone =
      happened.accepted.get(n) === 'removal.confirmed' ||
      (isAction && memberOf(fact.performedAt, 'value') !== null);
    const said =
      !isAction || fact.verb === 'none' || fact.verb === 'reject' ? 'none' : isDone ? 'confirmed' : 'awaited';
    if (n !== 1 && !isAction && fact.type !== 'removal.action-reversed.v1') continue;
    removal = said;
    removedAt = said === 'confirmed' ? fact.performedAt : null;
  }
  Object.assign(proven, { subject: last.subject, verb, removal, removedAt });
  if (happened.captured === null) proven['capture'] = null;
  else if (happened.captured > 0) proven['capture'] = sealed.capture;
  if (last.index === undefined) return proven;
  const { accountId, grounds, address, seriesReason } = last.index;
  Object.assign(proven, {
    accountRegistered: accountId !== null,
    grounds: [...new Set(grounds)].sort(),
    address,
  });
  if (!happened.types.has('record.reclassified'))
    proven['classification'] =
      last.classification === null ? null : { ...(last.classification as object), reason: seriesReason };
  return proven;
}

/** Of what a receipt says, that which the same is known of; by its names. */
export function provenOfReceipt(proven: Proven, { trial }: Sealed): Proven {
  const removedAt = proven['removedAt'];
  const said: Record<string, unknown> = {
    platform: proven['platform'],
    account: proven['account'],
    status: proven['state'],
    'times.reportedAt': proven['receivedAt'],
    'capture.outcome': proven['captureOutcome'],
    ...('removal' in proven
      ? {
          removal: proven['removal'],
          removedAt:
            removedAt === null
              ? null
              : {
                  value: textIn(removedAt, 'value') ?? null,
                  precision: textIn(removedAt, 'precision') ?? 'unknown',
                  source: textIn(removedAt, 'source') ?? 'unknown',
                  notAfter: textIn(removedAt, 'notAfter') ?? null,
                },
        }
      : {}),
    ...('classification' in proven ? { classification: proven['classification'] } : {}),
    ...(trial ? { mode: 'trial' } : {}),
  };
  return 'state' in proven ? said : trial ? { mode: 'trial' } : {};
}

function textIn(value: unknown, name: string): string | undefined {
  const text = memberOf(value, name);
  return typeof text === 'string' ? text : undefined;
}

/** Undefined where there is none; null is what it says. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
