/** The agency's own identity provider, as it was connected: one for each agency. */
import { sql } from 'kysely';
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
  /** Where its addresses may lead: what an administrator of the agency connected, to public ones alone. */
  readonly reach: 'any' | 'public';
}

export interface KeptProvider extends IdentityProvider {
  readonly changedAt: Date;
}

/** One for each agency, so that a provider’s answer cannot be carried to another agency’s (RFC 9700, 4.4.2.2). */
export const callbackOf = (publicUrl: string, agencyId: string): string =>
  `${publicUrl}/sign-in/oidc/callback/${agencyId}`;

export type ProviderField =
  | 'issuer'
  | 'clientId'
  | 'clientSecret'
  | 'label'
  | 'roleClaim'
  | 'roles'
  | `role-${string}`
  | 'requiredAmr';

const MOST = 300;
const isLine = (text: string): boolean =>
  text !== '' && text.length <= MOST && text.trim() === text && !/\p{Cc}/u.test(text);

/** What is wrong with it, by its place; empty: nothing. Without https only in a trial, for a provider on this machine. */
export function providerProblems(
  provider: Omit<IdentityProvider, 'reach'>,
  mode: 'trial' | 'production',
): Readonly<Partial<Record<ProviderField, string>>> {
  const { issuer, clientId, clientSecret, label, roleClaim, roleMap, requiredAmr } = provider;
  const problems: Partial<Record<ProviderField, string>> = {};
  const url = URL.canParse(issuer) ? new URL(issuer) : null;
  const isWeb = url?.protocol === 'https:' || (url?.protocol === 'http:' && isOnThisMachine(issuer, mode));
  // OpenID Connect Discovery 1.0, section 3: no query and no fragment.
  if (issuer.trim() !== issuer) problems.issuer = 'The issuer begins or ends with a blank. Take it away.';
  else if (
    url === null ||
    !isWeb ||
    url.username + url.password + url.search + url.hash !== '' ||
    !isLine(issuer)
  )
    problems.issuer = 'The issuer is an address that begins with https://, as the provider names itself.';
  // The library would open it as the description itself, and believe whatever issuer stands in there.
  else if (url.href.includes('/.well-known/'))
    problems.issuer =
      'The issuer is the address before “/.well-known/”: leave that away, and what comes after it.';
  for (const [field, text, name] of [
    ['clientId', clientId, 'The client id'],
    ['clientSecret', clientSecret, 'The client secret'],
    ['label', label, 'What the button says'],
    ['roleClaim', roleClaim, 'The claim that names groups or roles'],
  ] as const)
    if (!isLine(text))
      problems[field] =
        `${name} is a text of 1 to ${MOST} characters on one line, without blanks at its ends.`;
  const roles = Object.values(roleMap).flat();
  const unknown = roles.filter((role) => !PEOPLE_ROLES.some((known) => known === role));
  const auditor = Object.entries(roleMap).find(([, given]) => given.includes('auditor') && given.length > 1);
  const illWritten = Object.entries(roleMap).find(([value]) => !isLine(value));
  // Each at the field it is of.
  if (roles.length === 0)
    problems['role-moderator'] =
      'Say for at least one value of the claim which roles it gives, such as records-staff=custodian.';
  else if (unknown.length > 0)
    problems.roles = `There is no role ${unknown.map((role) => `"${role}"`).join(', ')}. There are: ${PEOPLE_ROLES.join(', ')}.`;
  else if (auditor !== undefined)
    problems['role-auditor'] =
      `"${auditor[0]}" gives auditor beside another role; an auditor holds no other.`;
  else if (illWritten !== undefined)
    problems[`role-${illWritten[1][0] ?? 'moderator'}`] =
      `A value of the claim is a text of 1 to ${MOST} characters on one line, without blanks at its ends.`;
  if (!requiredAmr.every((one) => /^[\w.:/-]{1,60}$/.test(one)))
    problems.requiredAmr = 'A way to sign in is one word, as the provider writes it into "amr", such as mfa.';
  return problems;
}

/** One issuer, with or without the slash that the URL standard puts behind a bare host. */
export const isSameIssuer = (one: string, other: string): boolean =>
  URL.canParse(one) && URL.canParse(other) && new URL(one).href === new URL(other).href;

/** A provider for a trial, which http is good enough for. */
export function isOnThisMachine(issuer: string, mode: 'trial' | 'production'): boolean {
  const host = URL.canParse(issuer) ? new URL(issuer).hostname : '';
  return mode === 'trial' && ['localhost', '127.0.0.1'].includes(host);
}

/** As it is, until the transaction ends: nobody changes it, nor connects a first one. */
export async function holdProvider(at: AgencyTx): Promise<KeptProvider | null> {
  const place = `identity_provider ${at.agencyId}`;
  await sql`select pg_advisory_xact_lock(hashtextextended(${place}, 0))`.execute(at.tx);
  return await providerOf(at);
}

export async function setProvider(
  at: AgencyTx,
  provider: IdentityProvider,
  by: string,
  now: Date,
): Promise<void> {
  const before = await holdProvider(at);
  const values = {
    issuer: provider.issuer,
    client_id: provider.clientId,
    client_secret: provider.clientSecret,
    label: provider.label,
    role_claim: provider.roleClaim,
    role_map: JSON.stringify(provider.roleMap),
    required_amr: [...provider.requiredAmr],
    reach: provider.reach,
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
    body: {
      issuer: provider.issuer,
      clientId: provider.clientId,
      secret: before?.clientSecret === provider.clientSecret ? 'kept' : 'new',
      label: provider.label,
      roleClaim: provider.roleClaim,
      roleMap: provider.roleMap,
      requiredAmr: provider.requiredAmr,
      reach: provider.reach,
    },
  });
}

/** Nobody signs in by it any more; whoever did goes on to exist, and needs a passkey or a password of ours. */
export async function removeProvider(at: AgencyTx, by: string): Promise<boolean> {
  const removed = await at.tx
    .deleteFrom('identity_provider')
    .where('agency_id', '=', at.agencyId)
    .returning('issuer')
    .executeTakeFirst();
  if (removed === undefined) return false;
  await appendEvent(at, null, { type: 'provider.removed', actor: by, body: { issuer: removed.issuer } });
  return true;
}

/** `held`: it stays as it is until the transaction ends. */
export async function providerOf(
  { agencyId, tx }: AgencyTx,
  { held = false }: { readonly held?: boolean } = {},
): Promise<KeptProvider | null> {
  const row = await tx
    .selectFrom('identity_provider')
    .selectAll()
    .where('agency_id', '=', agencyId)
    .$if(held, (query) => query.forShare())
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
        reach: row.reach,
        changedAt: row.changed_at,
      };
}
