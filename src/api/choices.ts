/** What somebody is offered when they hand in: their agency's clauses, words and accounts, and of these first what they chose last. */
import {
  actorOf,
  dayIn,
  findAccount,
  isPack,
  lackingOf,
  listPolicies,
  zoneOf,
  type Account,
  type Caller,
  type Ground,
} from '#agency/agency.ts';
import { html, isKeptBy, type Choices, type OfferedAccount, type Purpose } from '#console/console.ts';
import {
  readGroundsSaid,
  readLastUsed,
  readRecordRow,
  readVerbsUsed,
  recordIdOf,
  type UsedAccount,
} from '#record/record.ts';
import type { ApiContext } from './context.ts';

/** `after`: the id of a record whose like comes next: its account, clause and verb are chosen already. What is no such record chooses nothing. */
export async function choicesFor(
  { system }: ApiContext,
  caller: Caller,
  purpose: Purpose,
  after: string,
): Promise<Choices> {
  const reference = await system.referenceOf(caller.agencyId);
  // Asked of whoever edits a site. A key signs nothing; who hands in without being a moderator does so for somebody else.
  const mustAgree = caller.kind === 'person' && caller.roles.includes('moderator');
  const { policies, last, often, lacking, before, said } = await system.db.inAgency(
    caller.agencyId,
    async (at) => {
      const id = recordIdOf(after);
      const listed = await listPolicies(at);
      const today = dayIn(await zoneOf(at), system.now());
      return {
        policies: listed,
        last: await readLastUsed(at, actorOf(caller)),
        often: await readVerbsUsed(at),
        lacking: mustAgree ? await lackingOf(at, caller.id, listed, today) : [],
        before: id === null ? null : await readRecordRow(at, id),
        said: id === null ? [] : await readGroundsSaid(at, id),
      };
    },
  );
  const grounds = reference.grounds.filter((ground) => (ground.purpose ?? 'remove') === purpose);
  const current = policies.filter(({ policyId, version }) =>
    grounds.some((ground) => ground.policyId === policyId && ground.version === version),
  );
  const accounts = offeredAccounts(
    reference.accounts,
    before === null
      ? last.accounts
      : [{ platform: before.platform, account: before.account }, ...last.accounts],
  );
  // With one account there is nothing to choose; with several nobody guesses, but what was chosen last is offered.
  const like = before ?? last.accounts[0];
  // Of several clauses nobody knows which is meant; and under the same number another one may stand today.
  const [one, ...others] = said;
  const same = grounds.find(
    ({ policyId, citation, clause }) =>
      policyId === one?.policyId && citation === one.citation && clause === one.text,
  );
  // What was kept is like nothing that is removed, and the other way round: then it is what this person did last.
  const verbBefore = before !== null && isKeptBy(before.verb) === (purpose === 'keep') ? before.verb : null;
  return {
    grounds: grounds.map(offered),
    policies: current.map(({ policyId, version, title, rules }) => ({
      policyId,
      title,
      isPack: isPack(policyId, version),
      rules,
    })),
    accounts,
    lastGrounds: last.grounds.flatMap(({ policyId, citation }) => {
      const used = grounds.find((ground) => ground.policyId === policyId && ground.citation === citation);
      return used === undefined ? [] : [referenceTo(used)];
    }),
    often,
    lacking,
    chosen: {
      ground: same !== undefined && others.length === 0 ? referenceTo(same) : null,
      verb: verbBefore ?? (purpose === 'keep' ? last.keptBy : last.verbs)[0] ?? null,
      account:
        like !== undefined
          ? valueOf(reference.accounts, accounts, like)
          : accounts.length === 1
            ? (accounts[0]?.value ?? null)
            : null,
    },
  };
}

/** The register, and what this person used last although it is not in it. What was used last comes first. */
function offeredAccounts(
  register: readonly Account[],
  used: readonly Pick<UsedAccount, 'platform' | 'account'>[],
): OfferedAccount[] {
  const first = used.map(({ platform, account }) => {
    const known = findAccount(register, platform, account);
    return known === null
      ? {
          value: `typed ${platform} ${account}`,
          platform,
          account,
          label: html`${account} (${platform}, not in the register)`,
        }
      : registered(known);
  });
  const rest = register.map(registered).filter(({ value }) => !first.some((one) => one.value === value));
  return [...new Map([...first, ...rest].map((one) => [one.value, one])).values()];
}

function registered(account: Account): OfferedAccount {
  const named = account.handle ?? account.nativeId ?? account.id;
  return {
    value: `registered ${account.id}`,
    platform: account.platform,
    account: account.handle ?? account.nativeId ?? account.url ?? account.id,
    label:
      account.name === named
        ? `${account.name} (${account.platform})`
        : `${account.name} (${account.platform}, ${named})`,
  };
}

/** As an account is named in the form; null: it is not offered. */
function valueOf(
  register: readonly Account[],
  accounts: readonly OfferedAccount[],
  { platform, account }: { readonly platform: string; readonly account: string },
): string | null {
  const known = findAccount(register, platform, account);
  const value = known === null ? `typed ${platform} ${account}` : registered(known).value;
  return accounts.some((one) => one.value === value) ? value : null;
}

const referenceTo = ({ policyId, clauseId }: Ground): string => `${policyId}#${clauseId}`;

const offered = (ground: Ground): Choices['grounds'][number] => ({
  policyId: ground.policyId,
  version: ground.version,
  reference: referenceTo(ground),
  label: ground.label,
  citation: ground.citation,
  clause: ground.clause,
});
