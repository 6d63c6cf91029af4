/** The agency's own pages, as intake looks them up. A report may name one that is not in the register; it is taken, and shown as such. */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';

export interface Account {
  readonly id: string;
  readonly platform: string;
  readonly nativeId: string | null;
  readonly handle: string | null;
  readonly url: string | null;
  readonly name: string;
}

/** Closed ones too, after those that are open: an old page may still be reported, and a new one may have its handle. */
export async function listAccounts({ agencyId, tx }: AgencyTx): Promise<Account[]> {
  return await tx
    .selectFrom('account')
    .select(['id', 'platform', 'native_id as nativeId', 'handle', 'url', 'name'])
    .where('agency_id', '=', agencyId)
    .orderBy(sql`closed_at is not null`)
    .orderBy('platform')
    .orderBy('name')
    .execute();
}

/** By what a person typed: its id here, its id or handle there (with or without @), or its address. Null: not registered. */
export function findAccount<Known extends Account>(
  accounts: readonly Known[],
  platform: string,
  typed: string,
): Known | null {
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
