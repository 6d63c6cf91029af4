/**
 * Signing in by the agency's own identity provider: OpenID Connect Core 1.0, code flow with PKCE, by `openid-client`, which checks
 * issuer, audience, times, nonce and state; signatures are checked too, although the token comes over TLS.
 *
 * Who somebody is stands in issuer and subject. Roles are the provider's, anew at each sign-in: what it no longer says is taken
 * away, and ends every session with it. Whoever has none there has none here.
 */
import { randomBytes } from 'node:crypto';
import * as openid from 'openid-client';
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';
import { appendEvent, newId } from '#record/record.ts';
import { addPerson, setRoles } from './people.ts';
import { PEOPLE_ROLES } from './roles.ts';
import { beginSession, tokenDigest } from './sessions.ts';

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

const FLOW_MS = 10 * 60_000;
const DISCOVERY_MS = 10 * 60_000;
const CALLBACK = '/sign-in/oidc/callback';

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

export type OidcRefusal =
  | 'no-provider'
  | 'provider-down'
  | 'not-accepted'
  | 'no-role'
  | 'roles-clash'
  | 'second-factor'
  | 'email-unclear'
  | 'left';

/** For people. What exactly a token lacked is in the log, and nobody's business out there. */
export const OIDC_SENTENCES: Readonly<Record<OidcRefusal, string>> = {
  'no-provider': 'This agency has no sign-in of its own. Sign in with a passkey or a password.',
  'provider-down':
    'Your agency’s sign-in does not answer just now. Try again in a moment, or use a passkey or a password here.',
  'not-accepted':
    'What your agency’s sign-in sent was not accepted: it was too old, used before, or not meant for this archive. Begin again.',
  'no-role':
    'You are known there, and have no role in the archive yet. Ask whoever looks after your agency’s sign-in to put you into the right group.',
  'roles-clash':
    'Your agency’s sign-in makes you an auditor and something else as well; an auditor holds no other role. Ask whoever looks after it to take one of them away.',
  'second-factor': 'Sign in there with a second factor: the archive asks for it.',
  'email-unclear':
    'Your agency’s sign-in did not send a confirmed e-mail address, or one that somebody else here has already. Ask your administrator.',
  left: 'This account was closed. Ask your administrator.',
};

export type OidcAnswer =
  | { readonly token: string; readonly next: string }
  | { readonly refused: OidcRefusal; readonly cause?: unknown };

export interface Oidc {
  /** Where to send the browser, and what it keeps until it comes back. */
  begin(
    agencyId: string,
    next: string,
    now: Date,
  ): Promise<
    | { readonly to: string; readonly kept: string }
    | { readonly refused: OidcRefusal; readonly cause?: unknown }
  >;
  /** `query`: of the address to which the provider sent the browser back. */
  finish(kept: string, query: string, now: Date): Promise<OidcAnswer>;
}

export function openOidc(db: Db, publicUrl: string): Oidc {
  const found = new Map<string, { readonly until: number; readonly config: Promise<openid.Configuration> }>();
  const redirectUri = publicUrl + CALLBACK;

  const configOf = async (provider: IdentityProvider): Promise<openid.Configuration> => {
    const name = JSON.stringify([provider.issuer, provider.clientId, provider.clientSecret]);
    const held = found.get(name);
    if (held !== undefined && held.until > performance.now()) return await held.config;
    const issuer = new URL(provider.issuer);
    const config = openid.discovery(
      issuer,
      provider.clientId,
      undefined,
      openid.ClientSecretBasic(provider.clientSecret),
      {
        timeout: 10,
        execute: [
          openid.enableNonRepudiationChecks,
          ...(issuer.protocol === 'http:' ? [openid.allowInsecureRequests] : []),
        ],
      },
    );
    found.set(name, { until: performance.now() + DISCOVERY_MS, config });
    config.catch(() => found.delete(name));
    return await config;
  };

  const known = async (agencyId: string): Promise<boolean> =>
    (await db.system.selectFrom('agency').select('id').where('id', '=', agencyId).executeTakeFirst()) !==
    undefined;

  return {
    begin: async (agencyId, next, now) => {
      const provider = (await known(agencyId)) ? await db.inAgency(agencyId, providerOf) : null;
      if (provider === null) return { refused: 'no-provider' };
      let config: openid.Configuration;
      try {
        config = await configOf(provider);
      } catch (cause) {
        return { refused: 'provider-down', cause };
      }
      const kept = randomBytes(32).toString('base64url');
      const flow = {
        state: openid.randomState(),
        nonce: openid.randomNonce(),
        verifier: openid.randomPKCECodeVerifier(),
      };
      const to = openid.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: 'openid profile email',
        state: flow.state,
        nonce: flow.nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(flow.verifier),
        code_challenge_method: 'S256',
      });
      await db.inAgency(agencyId, async ({ tx }) => {
        await tx
          .deleteFrom('oidc_flow')
          .where('agency_id', '=', agencyId)
          .where('expires_at', '<', now)
          .execute();
        await tx
          .insertInto('oidc_flow')
          .values({
            agency_id: agencyId,
            id: newId(),
            hash: tokenDigest(kept),
            ...flow,
            next,
            expires_at: new Date(now.getTime() + FLOW_MS),
          })
          .execute();
      });
      return { to: to.href, kept: `${agencyId}.${kept}` };
    },

    finish: async (kept, query, now) => {
      const [agencyId = '', token = ''] = kept.split('.');
      if (!(await known(agencyId))) return { refused: 'not-accepted' };
      // Whoever comes back takes it away, whatever comes of it: an answer counts once.
      const { flow, provider } = await db.inAgency(agencyId, async (at) => ({
        flow: await at.tx
          .deleteFrom('oidc_flow')
          .where('agency_id', '=', agencyId)
          .where('hash', '=', tokenDigest(token))
          .returning(['state', 'nonce', 'verifier', 'next', 'expires_at'])
          .executeTakeFirst(),
        provider: await providerOf(at),
      }));
      if (flow === undefined || flow.expires_at <= now || provider === null)
        return { refused: 'not-accepted' };
      let claims: openid.IDToken | undefined;
      try {
        const config = await configOf(provider);
        const tokens = await openid.authorizationCodeGrant(config, new URL(`${redirectUri}?${query}`), {
          pkceCodeVerifier: flow.verifier,
          expectedState: flow.state,
          expectedNonce: flow.nonce,
          idTokenExpected: true,
        });
        const said = tokens.claims();
        // Some providers say groups and address only when they are asked once more (Core, 5.3); the token's own words stand.
        const isWhole = said !== undefined && provider.roleClaim in said && 'email' in said;
        claims =
          said === undefined || isWhole || config.serverMetadata().userinfo_endpoint === undefined
            ? said
            : { ...(await openid.fetchUserInfo(config, tokens.access_token, said.sub)), ...said };
      } catch (cause) {
        return { refused: 'not-accepted', cause };
      }
      if (claims === undefined) return { refused: 'not-accepted' };
      const amr = Array.isArray(claims.amr) ? claims.amr : [];
      if (provider.requiredAmr.length > 0 && !provider.requiredAmr.some((one) => amr.includes(one)))
        return { refused: 'second-factor' };
      const { next } = flow;
      return await db.inAgency(agencyId, async (at) => {
        const answer = await admit(at, provider, claims, now);
        return 'refused' in answer ? answer : { ...answer, next };
      });
    },
  };
}

async function admit(
  at: AgencyTx,
  provider: IdentityProvider,
  claims: openid.IDToken,
  now: Date,
): Promise<{ readonly token: string } | { readonly refused: OidcRefusal }> {
  const { agencyId, tx } = at;
  // As the configuration names it: the library has held the token's own against it.
  const { iss: issuer, sub: subject } = claims;
  const roles = rolesFrom(provider, claims);
  const clash = roles.includes('auditor') && roles.length > 1;
  const by = `provider:${issuer}`;
  const known = await tx
    .selectFrom('person')
    .select(['id', 'left_at'])
    .where('agency_id', '=', agencyId)
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .forUpdate()
    .executeTakeFirst();
  if (known !== undefined && known.left_at !== null) return { refused: 'left' };
  if (roles.length === 0 || clash) {
    if (known !== undefined) await takeAll(at, known.id, by, now);
    return { refused: clash ? 'roles-clash' : 'no-role' };
  }
  let personId = known?.id;
  if (personId === undefined) {
    const email = claims['email'];
    if (typeof email !== 'string' || claims['email_verified'] !== true) return { refused: 'email-unclear' };
    const name = claims['name'];
    const added = await addPerson(
      at,
      { name: typeof name === 'string' && name.trim() !== '' ? name.slice(0, 200) : email, email, roles },
      by,
    );
    // Somebody with an account of ours is not taken over by whoever the provider gives their address.
    if ('refused' in added) return { refused: 'email-unclear' };
    ({ personId } = added);
    await tx
      .updateTable('person')
      .set({ issuer, subject })
      .where('agency_id', '=', agencyId)
      .where('id', '=', personId)
      .execute();
  } else await setRoles(at, personId, roles, by, now);
  const { token, sessionId } = await beginSession(at, personId, 'oidc', now);
  await appendEvent(at, null, {
    type: 'person.signed-in',
    actor: `person:${personId}`,
    body: { person: personId, session: sessionId, means: 'oidc' },
  });
  return { token };
}

/** What the provider no longer says is taken away at once, and every session with it. */
async function takeAll(at: AgencyTx, personId: string, by: string, now: Date): Promise<void> {
  const lost = await at.tx
    .updateTable('person_role')
    .set({ ended_at: now, ended_by: by })
    .where('agency_id', '=', at.agencyId)
    .where('person_id', '=', personId)
    .where('ended_at', 'is', null)
    .returning('role')
    .execute();
  await sql`update session set ended_at = ${now}, ended_because = 'roles-changed'
             where agency_id = ${at.agencyId} and person_id = ${personId} and ended_at is null`.execute(
    at.tx,
  );
  if (lost.length > 0)
    await appendEvent(at, null, {
      type: 'person.roles',
      actor: by,
      body: { person: personId, lost: lost.map(({ role }) => role), gained: [] },
    });
}

function rolesFrom({ roleClaim, roleMap }: IdentityProvider, claims: openid.IDToken): string[] {
  const said: unknown = claims[roleClaim];
  const values = (Array.isArray(said) ? said : [said]).filter((one) => typeof one === 'string');
  return [
    ...new Set(values.flatMap((value) => (Object.hasOwn(roleMap, value) ? (roleMap[value] ?? []) : []))),
  ];
}
