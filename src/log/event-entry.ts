/**
 * From a row of the history to an entry of the log. What of its body may stand for ever and be read by anybody is picked by the
 * entry's type, in the one shape that each fact has; the whole body goes behind `detailCommitment`, so that whoever has body and
 * salt can show that not a letter of it was changed. Pure.
 */
import canonicalize from 'canonicalize';
import { Compile, type Validator } from 'typebox/compile';
import { ArchiveError } from '#errors.ts';
import { entryBytes, entryCommitment, type Entry } from './entry.ts';
import { ENTRY_TYPES, type EntryRule, type EntryType } from './entry-types.ts';
import { ACTOR, FACTS, type FactName, type Kind } from './facts.ts';

/** As the table `event` has it. */
export interface LoggedEvent {
  readonly id: string;
  readonly type: string;
  readonly at: Date;
  readonly actor: string;
  readonly recordId: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Where an entry stands: it cannot be moved. */
export interface Place {
  readonly origin: string;
  readonly index: number;
  /** 32 random bytes, of this entry alone. */
  readonly salt: Uint8Array;
}

type Body = LoggedEvent['body'];

/** What bodies say in other words than the log. A member that a body calls as the log does needs no line here. */
const IN_OTHER_WORDS: Readonly<Partial<Record<EntryType, (body: Body) => Body>>> = {
  'record.sealed': ({ lockedUntil }) => ({ until: lockedUntil }),
  'record.completed': ({ capture }) => ({ outcome: capture }),
  'fixity.failed': ({ n }) => ({ artifact: n }),
  'view.opened': ({ n }) => ({ artifact: n }),
  'view.not-shown': ({ n }) => ({ artifact: n }),
  'record.held': ({ hold }) => ({ about: ids({ hold }) }),
  'record.released': ({ hold }) => ({ about: ids({ hold }) }),
  // The body's own `letter` is the letter's id.
  'office.told': ({ kind, office, person }) => ({ letter: kind, about: ids({ office, person }) }),
  'office.not-told': ({ kind, office, person }) => ({ letter: kind, about: ids({ office, person }) }),
  'person.agreed': ({ day }) => ({ agreed: day }),
  'person.agreement-withdrawn': ({ day }) => ({ agreed: day }),
  'key.made': ({ role, replaces }) => ({ roles: [role], about: ids({ key: replaces }) }),
  'key.ends': ({ at }) => ({ until: at }),
  'production.requested': ({ production }) => ({ about: ids({ production }) }),
  'production.blocked': ({ production }) => ({ about: ids({ production }) }),
  'production.parked': ({ production }) => ({ about: ids({ production }) }),
  'production.rerun': ({ production }) => ({ about: ids({ production }) }),
  'production.sealed': ({ production }) => ({ about: ids({ production }) }),
  'production.withdrawn': ({ production }) => ({ about: ids({ production }) }),
  // Of a record that went out it names the record.
  'production.released': ({ production, about }) => ({ about: about ?? ids({ production }) }),
};

/** The bytes of the leaf. */
export function entryOfEvent(event: LoggedEvent, { origin, index, salt }: Place): Buffer {
  if (!Object.hasOwn(ENTRY_TYPES, event.type)) throw unheard(event.type);
  const type = event.type as EntryType;
  const rule: EntryRule = ENTRY_TYPES[type];
  const facts = openFacts(type, event.body);
  return entryBytes({
    v: 1,
    log: origin,
    idx: String(index),
    id: event.id,
    type,
    at: event.at.toISOString(),
    actor: actorInLog(event.actor),
    subject: rule.subject === null ? null : subjectOf(rule.subject, event),
    facts: {
      ...facts,
      detailCommitment: entryCommitment('detailCommitment', { salt, facts, content: detailOf(event) }),
    },
  });
}

/** What of a body stands in the open. */
function openFacts(type: EntryType, body: Body): Entry['facts'] {
  const rule: EntryRule = ENTRY_TYPES[type];
  const said: Body = { ...body, ...IN_OTHER_WORDS[type]?.(body) };
  const picked = [...(rule.must ?? []), ...(rule.may ?? [])].flatMap((name) =>
    fits(name, said[name]) ? [[name, said[name]] as const] : [],
  );
  return Object.fromEntries(picked) as Entry['facts'];
}

/** Whether an event says what its entry says in the open. More cannot be asked where the salt is lost. */
export function saysOpenly({ type, facts }: Entry, body: Body): boolean {
  const { detailCommitment: _hidden, ...open } = facts;
  const says = Object.entries(openFacts(type, body)).filter(
    ([name]) => Object.hasOwn(open, name) || ADDED_LATER[type]?.includes(name) !== true,
  );
  return canonicalize(open) === canonicalize(Object.fromEntries(says));
}

/** Facts that entries of an earlier version do not have, though their bodies say as much. */
const ADDED_LATER: Readonly<Partial<Record<EntryType, readonly string[]>>> = {
  'edition.succeeded': ['from'],
  'production.requested': ['about'],
  'production.blocked': ['about'],
  'production.sealed': ['about'],
  'production.released': ['about'],
  'production.withdrawn': ['about'],
};

/** The body of an event whose database is gone: what its entry says, in the words that bodies have where a page asks for them. */
export function restoredBody({ type, subject, facts }: Entry): Body {
  const { detailCommitment: _gone, ...open } = facts;
  const [kind = '', id] = subject?.split(':') ?? [];
  return {
    ...open,
    ...(id === undefined || kind === 'record' ? {} : { [kind]: id }),
    ...(type === 'record.sealed' ? { lockedUntil: open.until } : {}),
    ...(type === 'record.completed' ? { capture: open.outcome ?? null } : {}),
    ...(open.artifact === undefined ? {} : { n: open.artifact }),
    restored: true,
  };
}

/**
 * What `detailCommitment` commits to: the body. With whoever did it, where a log has no form for them: nothing that happened may be
 * kept out of the log because somebody new did it, and nothing may stand in the open that could be a name.
 */
export function detailOf({ actor, body }: Pick<LoggedEvent, 'actor' | 'body'>): Buffer {
  return Buffer.from(canonicalize(isNamed(actor) ? body : { actor, body }) ?? '');
}

/** As an entry names whoever the history names. */
export function actorInLog(actor: string): string {
  return isNamed(actor) ? actor : OTHER;
}

/** In the place of an actor that has no form of its own. */
const OTHER = 'other';
const actorCheck = Compile(ACTOR);

function isNamed(actor: string): boolean {
  return actor !== OTHER && actorCheck.Check(actor);
}

function subjectOf(kind: Kind, { recordId, body }: LoggedEvent): string | null {
  const id = kind === 'record' ? recordId : body[kind];
  return typeof id === 'string' ? `${kind}:${id}` : null;
}

function ids(named: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(named).flatMap(([kind, id]) => (typeof id === 'string' ? [`${kind}:${id}`] : []));
}

const shapes = new Map<FactName, Validator>();

function fits(name: FactName, value: unknown): boolean {
  if (value === undefined || value === null) return false;
  const shape = shapes.get(name) ?? Compile(FACTS[name]);
  shapes.set(name, shape);
  return shape.Check(value);
}

function unheard(type: string): ArchiveError {
  return new ArchiveError(
    'log-entry-malformed',
    `The history holds an event of the type “${type.slice(0, 48)}”, which the log does not know: it was written by another version, or by hand.`,
    { retry: 'never' },
  );
}
