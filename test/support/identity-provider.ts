/**
 * A city's identity provider: the certified `oidc-provider`, on a port of this machine. Whoever comes is `account`, without a page;
 * `tamper` changes an ID token on its way out and signs it again, as a provider would that was turned.
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import { decodeJwt, decodeProtectedHeader, SignJWT, type JWTPayload } from 'jose';
import { Provider } from 'oidc-provider';
import { freePort } from './port.ts';

export interface ProviderAccount {
  readonly sub: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
  readonly groups?: readonly string[];
}

interface Tampered {
  readonly claims: JWTPayload;
  readonly key: KeyObject;
  readonly alg?: string;
}

export interface IdentityProviderForTests {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  account: ProviderAccount;
  /** Answers the claims to sign, and the key: another one is a forger's. */
  tamper: ((claims: JWTPayload, key: KeyObject) => Tampered | Promise<Tampered>) | null;
  /** Claims in the ID token itself, or only where it is asked once more. */
  inToken: boolean;
  close(): Promise<void>;
}

export async function startIdentityProvider(redirectUri: string): Promise<IdentityProviderForTests> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const client = { clientId: 'holdfast', clientSecret: 'a secret of thirty-two characters' };
  const state: IdentityProviderForTests = {
    issuer,
    ...client,
    account: { sub: 'nobody' },
    tamper: null,
    inToken: true,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((done) => {
        server.close(() => done());
      });
    },
  };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [redirectUri],
        // http, for a test on this machine.
        application_type: 'native',
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['of a test'] },
    claims: { openid: ['sub', 'groups'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: async (use) => (use === 'id_token' && !state.inToken ? { sub } : { ...state.account, sub }),
    }),
    loadExistingGrant: async (context) => {
      const { client: asks, session } = context.oidc;
      const grant = new context.oidc.provider.Grant({
        clientId: asks?.clientId ?? '',
        accountId: session?.accountId ?? '',
      });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  });
  provider.use(async (context, next) => {
    await next();
    const body: unknown = context.body;
    if (context.oidc?.route !== 'token' || state.tamper === null) return;
    if (
      typeof body !== 'object' ||
      body === null ||
      !('id_token' in body) ||
      typeof body.id_token !== 'string'
    )
      return;
    const { claims, key, alg } = await state.tamper(decodeJwt(body.id_token), privateKey);
    const header = { ...decodeProtectedHeader(body.id_token), alg: alg ?? 'RS256' };
    body.id_token =
      header.alg === 'none'
        ? `${[header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`
        : await new SignJWT(claims).setProtectedHeader(header).sign(key);
  });
  const answer = provider.callback();
  const server = createServer((request, response) => {
    if (!(request.url ?? '').startsWith('/interaction/')) {
      void answer(request, response);
      return;
    }
    provider
      .interactionFinished(
        request,
        response,
        { login: { accountId: state.account.sub }, consent: {} },
        { mergeWithLastSubmission: false },
      )
      .catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((done) => {
    server.listen(port, '127.0.0.1', done);
  });
  return state;
}
