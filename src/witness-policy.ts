/**
 * Which witnesses there are and how many of them are enough: a policy of C2SP tlog-policy. Pure, and beside the rooms, because the
 * settings, the anchors and whoever verifies a package each read one.
 *
 *     witness county witness.example/county+… https://…
 *     group two-of-three 2 county state vendor
 *     quorum two-of-three
 */
import { isKeyName, verifierKey } from '#log/note.ts';

export interface PolicyWitness {
  /** The name in its key, as its signatures say it. */
  readonly name: string;
  readonly vkey: string;
  /** Where it takes checkpoints; null: it is only believed, not asked. */
  readonly url: string | null;
}

export type Quorum =
  | { readonly witness: string }
  | { readonly atLeast: number; readonly of: readonly Quorum[] };

export interface WitnessPolicy {
  readonly text: string;
  /** Keys of logs that the policy knows. */
  readonly logs: readonly string[];
  readonly witnesses: readonly PolicyWitness[];
  /** Null: none is asked for, so that witnesses alone make nothing anchored. */
  readonly quorum: Quorum | null;
}

const MOST_LINES = 1000;

/** Adds a sentence to `problems` for each line that does not fit, and answers what did. */
export function readWitnessPolicy(text: string, problems: string[]): WitnessPolicy {
  const logs: string[] = [];
  const witnesses: PolicyWitness[] = [];
  const keys = new Set<string>();
  const named = new Map<string, Quorum>();
  const members = new Set<string>();
  let quorum: Quorum | null | undefined;
  const lines = text.split('\n');
  if (lines.length > MOST_LINES) problems.push(`it has more than ${MOST_LINES} lines`);
  for (const [n, line] of lines.slice(0, MOST_LINES).entries()) {
    const wrong = (what: string): void => void problems.push(`line ${n + 1} ${what}`);
    const define = (name: string, what: Quorum): void => {
      if (name === 'none' || named.has(name)) wrong(`gives the name "${name}", which is taken`);
      named.set(name, what);
    };
    const [word = '', ...rest] = line.split(/[ \t]+/).filter((part) => part !== '');
    if (word === '' || word.startsWith('#')) continue;
    if (word === 'log') {
      const [vkey = '', ...more] = rest;
      const key = keyIn(vkey, 'ed25519');
      if (key === null || more.length > 1) wrong('is not "log <vkey> [<address>]", with a key of type 01');
      else if (keys.has(key.encoded)) wrong('names a key that another line names');
      else logs.push(vkey);
      keys.add(key?.encoded ?? '');
    } else if (word === 'witness') {
      const [name = '', vkey = '', url, ...more] = rest;
      const key = keyIn(vkey, 'cosignature');
      if (key === null || more.length > 0)
        wrong('is not "witness <name> <vkey> [<address>]", with a key of type 04');
      else if (url !== undefined && !isAddress(url))
        wrong('names an address that does not begin with https:// or http://');
      else if (keys.has(key.encoded) || witnesses.some((one) => one.name === key.name))
        wrong('names a key, or the name of one, that another line names');
      else {
        witnesses.push({ name: key.name, vkey, url: url?.replace(/\/+$/, '') ?? null });
        define(name, { witness: key.name });
      }
      keys.add(key?.encoded ?? '');
    } else if (word === 'group') {
      const [name = '', threshold = '', ...of] = rest;
      const unknown = of.find(
        (member, at) => !named.has(member) || members.has(member) || of.indexOf(member) !== at,
      );
      const atLeast =
        threshold === 'any'
          ? 1
          : threshold === 'all'
            ? of.length
            : /^[1-9]\d{0,3}$/.test(threshold)
              ? Number(threshold)
              : 0;
      if (unknown !== undefined)
        wrong(`counts "${unknown}", which no line before it names, or which is counted already`);
      else if (atLeast < 1 || atLeast > of.length)
        wrong('is not "group <name> <all, any or how many> <name> …", with no more than it has members');
      else define(name, { atLeast, of: of.flatMap((member) => named.get(member) ?? []) });
      for (const member of of) members.add(member);
    } else if (word === 'quorum') {
      const [name = '', ...more] = rest;
      const what = name === 'none' ? null : named.get(name);
      if (quorum !== undefined || what === undefined || more.length > 0)
        wrong('is not the only "quorum <name>", with a name that a line before it gives, or "none"');
      quorum = what ?? null;
    } else wrong(`begins with "${word}"; expected log, witness, group or quorum`);
  }
  if (quorum === undefined) problems.push('it has no line "quorum <name>"');
  return { text, logs, witnesses, quorum: quorum ?? null };
}

/**
 * What the quorum as a whole has, given what each witness has: the value that at least so many members reach. `undefined` where a
 * witness has nothing. With sizes: up to where the quorum vouches; with times, `earliest`: since when it does.
 */
export function quorumOf(
  quorum: Quorum,
  valueOf: (witness: string) => number | undefined,
  order: 'largest' | 'earliest',
): number | undefined {
  if ('witness' in quorum) return valueOf(quorum.witness);
  const values = quorum.of
    .map((one) => quorumOf(one, valueOf, order))
    .filter((value) => value !== undefined)
    .sort((a, b) => (order === 'largest' ? b - a : a - b));
  return values[quorum.atLeast - 1];
}

function keyIn(
  vkey: string,
  type: 'ed25519' | 'cosignature',
): { readonly name: string; readonly encoded: string } | null {
  try {
    const key = verifierKey(vkey);
    return key.type === type && isKeyName(key.name) ? { name: key.name, encoded: publicKeyIn(vkey) } : null;
  } catch {
    return null;
  }
}

/** Without its type: one key in two roles is one key. */
function publicKeyIn(vkey: string): string {
  return Buffer.from(vkey.split('+').slice(2).join('+'), 'base64').toString('hex', 1);
}

function isAddress(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}
