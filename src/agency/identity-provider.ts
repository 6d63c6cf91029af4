/** The agency's own identity provider, as it was connected: one for each agency. */
import type { AgencyTx } from '#db/db.ts';
import { appendEvent } from '#record/record.ts';
import { PEOPLE_ROLES } from './roles.ts';

export interface IdentityProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly label: string;
  readonly roleClaim: string;
  /** A value of that claim → roles here. */
  readonly roleMap: Readonly<Record<string, readonly string[]>>;
  readonly requiredAmr: readonly string[];
}

/** One for each agency, so that a provider’s answer cannot be carried to another agency’s (RFC 9700, 4.4.2.2). */
export const callbackOf = (publicUrl: string, agencyId: string): string =>
  `${publicUrl}/sign-in/oidc/callback/${agencyId}`;

/** What is wrong with it, in sentences; empty: nothing. Without https only in a trial, for a provider on this machine. */
export function whyNotProvider(provider: IdentityProvider, mode: 'trial' | 'production'): readonly string[] {
  const { issuer, clientId, clientSecret, label, roleClaim, roleMap } = provider;
  const url = URL.canParse(issuer) ? new URL(issuer) : null;
  const isLocal = mode === 'trial' && url !== null && ['localhost', '127.0.0.1'].includes(url.hostname);
  const roles = Object.values(roleMap).flat();
  const unknown = roles.filter((role) => !PEOPLE_ROLES.some((known) => known === role));
  return [
    ...(url?.protocol === 'https:' || (isLocal && url.protocol === 'http:')
      ? []
      : ['The issuer is an address that begins with https://, as the provider names itself.']),
    ...([clientId, clientSecret, label, roleClaim].includes('')
      ? ['Client id, client secret, label and the claim with the roles are all needed.']
      : []),
    ...(roles.length === 0
      ? ['Say for at least one value of the claim which roles it gives, such as records-staff=custodian.']
      : []),
    ...(unknown.length > 0
      ? [
          `There is no role ${unknown.map((role) => `"${role}"`).join(', ')}. There are: ${PEOPLE_ROLES.join(', ')}.`,
        ]
      : []),
    ...Object.entries(roleMap)
      .filter(([, given]) => given.includes('auditor') && given.length > 1)
      .map(([value]) => `"${value}" gives auditor beside another role; an auditor holds no other.`),
  ];
}

export async function setProvider(
  at: AgencyTx,
  provider: IdentityProvider,
  by: string,
  now: Date,
): Promise<void> {
  const values = {
    issuer: provider.issuer,
    client_id: provider.clientId,
    client_secret: provider.clientSecret,
    label: provider.label,
    role_claim: provider.roleClaim,
    role_map: JSON.stringify(provider.roleMap),
    required_amr: [...provider.requiredAmr],
    changed_at: now,
    changed_by: by,
  };
  await at.tx
    .insertInto('identity_provider')
    .values({ agency_id: at.agencyId, ...values })
    .onConflict((conflict) => conflict.column('agency_id').doUpdateSet(values))
    .execute();
  await appendEvent(at, null, {
    type: 'provider.changed',
    actor: by,
    body: { issuer: provider.issuer, clientId: provider.clientId },
  });
}

export async function providerOf({ agencyId, tx }: AgencyTx): Promise<IdentityProvider | null> {
  const row = await tx
    .selectFrom('identity_provider')
    .selectAll()
    .where('agency_id', '=', agencyId)
    .executeTakeFirst();
  return row === undefined
    ? null
    : {
        issuer: row.issuer,
        clientId: row.client_id,
        clientSecret: row.client_secret,
        label: row.label,
        roleClaim: row.role_claim,
        roleMap: row.role_map,
        requiredAmr: row.required_amr,
      };
}
