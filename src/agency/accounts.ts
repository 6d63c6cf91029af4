/** The register of an agency's own pages. A report may name an account that is not in it; it is taken, and shown as such. */
import type { AgencyTx } from '#db/db.ts';
import { newId } from '#record/record.ts';

export interface Account {
  readonly id: string;
  readonly platform: string;
  readonly nativeId: string | null;
  readonly handle: string | null;
  readonly url: string | null;
  readonly name: string;
}

export async function addAccount({ agencyId, tx }: AgencyTx, account: Omit<Account, 'id'>): Promise<string> {
  const id = newId();
  await tx
    .insertInto('account')
    .values({
      agency_id: agencyId,
      id,
      platform: account.platform,
      native_id: account.nativeId,
      handle: account.handle,
      url: account.url,
      name: account.name,
    })
    .execute();
  return id;
}

export async function listAccounts({ agencyId, tx }: AgencyTx): Promise<Account[]> {
  return await tx
    .selectFrom('account')
    .select(['id', 'platform', 'native_id as nativeId', 'handle', 'url', 'name'])
    .where('agency_id', '=', agencyId)
    .orderBy('platform')
    .orderBy('name')
    .execute();
}

/** By what a person typed: its id here, its id or handle there (with or without @), or its address. Null: not registered. */
export function findAccount(accounts: readonly Account[], platform: string, typed: string): Account | null {
  const bare = typed.replace(/^@/, '').toLowerCase();
  const address = typed.replace(/\/+$/, '').toLowerCase();
  return (
    accounts.find(
      (account) =>
        account.platform === platform &&
        (account.id === typed ||
          account.nativeId === typed ||
          account.handle?.replace(/^@/, '').toLowerCase() === bare ||
          account.url?.replace(/\/+$/, '').toLowerCase() === address),
    ) ?? null
  );
}
