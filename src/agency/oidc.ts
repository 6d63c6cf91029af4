/**
 * Signing in by the agency's own identity provider: OpenID Connect Core 1.0, code flow with PKCE, by `openid-client`, which checks
 * issuer, audience, times, nonce and state; signatures are checked too, although the token comes over TLS.
 *
 * Who somebody is stands in issuer and subject. Roles are the provider's, anew at each sign-in: what it no longer says is taken
 * away, and ends every session with it. Whoever has none there has none here.
 */
import { randomBytes } from 'node:crypto';
import * as openid from 'openid-client';
import type { Db } from '#db/db.ts';
import { newId } from '#record/record.ts';
import { admit } from './admission.ts';
import { AGENCY_SLUG, isAgency } from './agencies.ts';
import { callbackOf, isSameIssuer, providerOf, type IdentityProvider } from './identity-provider.ts';
import { tokenDigest } from './sessions.ts';

const FLOW_MS = 10 * 60_000;
const DISCOVERY_MS = 10 * 60_000;

export type OidcRefusal =
  | 'no-provider'
  | 'provider-down'
  | 'not-accepted'
  | 'secret-refused'
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
  'secret-refused':
    'Your agency’s sign-in does not take the archive’s client secret: it was changed there, or is over. Tell your administrator; until then use a passkey or a password here.',
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

/** Opens public addresses and no others (`reach`). */
export type PublicFetch = openid.CustomFetch;

export interface Oidc {
  /** Asks the provider for its description, as signing in does; null: it answered, and is the one that was named. */
  tryOut(provider: IdentityProvider): Promise<unknown>;
  /** Where to send the browser, and what it keeps until it comes back. */
  begin(
    agencyId: string,
    next: string,
    now: Date,
  ): Promise<
    | { readonly to: string; readonly kept: string }
    | { readonly refused: OidcRefusal; readonly cause?: unknown }
  >;
  /** `agencyId` and `query`: of the address to which the provider sent the browser back. */
  finish(agencyId: string, kept: string, query: string, now: Date): Promise<OidcAnswer>;
}

export function openOidc(db: Db, publicUrl: string, publicFetch: PublicFetch): Oidc {
  const found = new Map<string, { readonly until: number; readonly config: Promise<openid.Configuration> }>();

  const configOf = async (provider: IdentityProvider): Promise<openid.Configuration> => {
    const { issuer: named, clientId, clientSecret, reach } = provider;
    const name = JSON.stringify([named, clientId, clientSecret, reach]);
    const held = found.get(name);
    if (held !== undefined && held.until > performance.now()) return await held.config;
    const config = discover(provider, publicFetch);
    found.set(name, { until: performance.now() + DISCOVERY_MS, config });
    config.catch(() => found.delete(name));
    return await config;
  };

  return {
    tryOut: async (provider) => {
      try {
        await discover(provider, publicFetch);
        return null;
      } catch (cause) {
        return cause;
      }
    },

    begin: async (agencyId, next, now) => {
      const provider = (await isAgency(db, agencyId)) ? await db.inAgency(agencyId, providerOf) : null;
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
        redirect_uri: callbackOf(publicUrl, agencyId),
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
            issuer: provider.issuer,
            next,
            expires_at: new Date(now.getTime() + FLOW_MS),
          })
          .execute();
      });
      return { to: to.href, kept: `${agencyId}.${kept}` };
    },

    finish: async (agencyId, kept, query, now) => {
      const [begunFor = '', token = ''] = kept.split('.');
      if (begunFor !== agencyId || !AGENCY_SLUG.test(agencyId) || !(await isAgency(db, agencyId)))
        return { refused: 'not-accepted' };
      // Whoever comes back takes it away, whatever comes of it: an answer counts once.
      const { flow, provider } = await db.inAgency(agencyId, async (at) => ({
        flow: await at.tx
          .deleteFrom('oidc_flow')
          .where('agency_id', '=', agencyId)
          .where('hash', '=', tokenDigest(token))
          .returning(['state', 'nonce', 'verifier', 'issuer', 'next', 'expires_at'])
          .executeTakeFirst(),
        provider: await providerOf(at),
      }));
      if (flow === undefined || flow.expires_at <= now || provider?.issuer !== flow.issuer)
        return { refused: 'not-accepted' };
      let claims: openid.IDToken | undefined;
      try {
        const config = await configOf(provider);
        const tokens = await openid.authorizationCodeGrant(
          config,
          new URL(`${callbackOf(publicUrl, agencyId)}?${query}`),
          {
            pkceCodeVerifier: flow.verifier,
            expectedState: flow.state,
            expectedNonce: flow.nonce,
            idTokenExpected: true,
          },
        );
        const said = tokens.claims();
        // Some providers say groups and address only when they are asked once more (Core, 5.3); the token's own words stand.
        const isWhole = said !== undefined && provider.roleClaim in said && 'email' in said;
        claims =
          said === undefined || isWhole || config.serverMetadata().userinfo_endpoint === undefined
            ? said
            : { ...(await openid.fetchUserInfo(config, tokens.access_token, said.sub)), ...said };
      } catch (cause) {
        return { refused: isSecretRefused(cause) ? 'secret-refused' : 'not-accepted', cause };
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

/** RFC 6749, section 5.2: said in the answer, or asked for anew in its header. */
function isSecretRefused(cause: unknown): boolean {
  if (cause instanceof openid.ResponseBodyError) return cause.error === 'invalid_client';
  return (
    cause instanceof openid.WWWAuthenticateChallengeError &&
    cause.cause.some(({ scheme }) => scheme.toLowerCase() === 'basic')
  );
}

class AnotherIssuer extends Error {}

async function discover(
  { issuer, clientId, clientSecret, reach }: IdentityProvider,
  publicFetch: PublicFetch,
): Promise<openid.Configuration> {
  const address = new URL(issuer);
  const config = await openid.discovery(
    address,
    clientId,
    undefined,
    openid.ClientSecretBasic(clientSecret),
    {
      timeout: 10,
      execute: [
        openid.enableNonRepudiationChecks,
        ...(address.protocol === 'http:' ? [openid.allowInsecureRequests] : []),
      ],
      // Kept with the configuration: what the description names (keys, tokens, claims) is asked in the same way.
      ...(reach === 'public' ? { [openid.customFetch]: publicFetch } : {}),
    },
  );
  // The library lets some name another issuer than the one that was asked for. Whoever is known here is known by the issuer.
  const { issuer: named } = config.serverMetadata();
  if (!isSameIssuer(named, issuer))
    throw new AnotherIssuer(`The provider at ${issuer} names itself ${named}.`);
  return config;
}
