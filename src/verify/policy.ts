/** `policy.txt`, of C2SP tlog-policy: whose signatures count, and how many witnesses are enough. */
import { verifierKey, type VerifierKey } from '#log/note.ts';
import { ArchiveError } from '#errors.ts';

export interface Policy {
  readonly logs: readonly { readonly vkey: string; readonly key: VerifierKey }[];
  readonly witnesses: readonly VerifierKey[];
  /** How many of the witnesses it wants at the least; 0: it asks for none. */
  readonly asksForWitnesses: boolean;
  isSatisfied(by: readonly VerifierKey[]): boolean;
}

type Rule = (by: readonly VerifierKey[]) => boolean;

export function readPolicy(text: string): Policy {
  const logs: { vkey: string; key: VerifierKey }[] = [];
  const witnesses: VerifierKey[] = [];
  const rules = new Map<string, Rule>();
  let quorum: string | null = null;
  for (const line of text.split('\n')) {
    const [word, ...parts] = line.trim().split(/\s+/);
    if (word === undefined || word === '' || word.startsWith('#')) continue;
    const [name = '', second = '', ...members] = parts;
    if (word === 'log' && parts.length >= 1 && parts.length <= 2)
      logs.push({ vkey: name, key: verifierKey(name) });
    else if (word === 'witness' && parts.length >= 2 && parts.length <= 3 && isNew(name)) {
      const key = verifierKey(second);
      if (key.type !== 'cosignature') throw malformed(`the key of witness ${name} is not one of a witness`);
      witnesses.push(key);
      rules.set(name, (by) => by.includes(key));
    } else if (word === 'group' && members.length > 0 && isNew(name)) {
      const of = members.map((member) => {
        const rule = rules.get(member);
        if (rule === undefined)
          throw malformed(`group ${name} names ${member}, which no line before it does`);
        return rule;
      });
      const needed = second === 'any' ? 1 : second === 'all' ? of.length : Number(second);
      if (!Number.isInteger(needed) || needed < 1 || needed > of.length)
        throw malformed(`group ${name} wants neither any, all, nor a number of its members`);
      rules.set(name, (by) => of.filter((rule) => rule(by)).length >= needed);
    } else if (
      word === 'quorum' &&
      parts.length === 1 &&
      quorum === null &&
      (name === 'none' || rules.has(name))
    )
      quorum = name;
    else
      throw malformed('it has a line that is none of log, witness, group and quorum, each as it should be');
  }
  if (quorum === null) throw malformed('it has no line “quorum”');
  const rule = rules.get(quorum);
  return {
    logs,
    witnesses,
    asksForWitnesses: quorum !== 'none',
    isSatisfied: (by) => rule === undefined || rule(by),
  };

  function isNew(name: string): boolean {
    return name !== 'none' && name !== '' && !rules.has(name);
  }
}

function malformed(what: string): ArchiveError {
  return new ArchiveError('log-key-malformed', `This is not a policy of C2SP tlog-policy: ${what}.`, {
    retry: 'never',
  });
}
