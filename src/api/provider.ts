/** The city's own sign-in, connected by the agency's administrators; its auditors look. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  actorOf,
  callbackOf,
  endProviderSessions,
  isOnThisMachine,
  openOidc,
  PEOPLE_ROLES,
  providerOf,
  providerProblems,
  removeProvider,
  setProvider,
  type IdentityProvider,
} from '#agency/agency.ts';
import { providerPage } from '#console/console.ts';
import { linesOf, mayChange, refuseProgram, sendPage } from './administration.ts';
import { ADMINISTRATORS, callerOf } from './auth.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms, type Form } from './forms.ts';
import { openPublicFetch } from './public-fetch.ts';

type Parts = Parameters<typeof providerPage>[1];
type Typed = Parts['typed'];

const NO_ANSWER =
  'There is no provider at this address that names itself so: the archive asked it for its description (“/.well-known/openid-configuration”) and got none. Check the address. Only public addresses are asked; a provider inside your own network is connected by whoever runs the archive.';
const OWN_WAY =
  'You signed in by this provider yourself, and would be locked out. Set up a passkey or a password here first: under People, give yourself a new link, and sign in with that.';

export function registerProvider(routes: FastifyInstance, context: ApiContext): void {
  const { db, now, config } = context.system;
  const oidc = openOidc(db, config.publicUrl, openPublicFetch());
  const lookers = {
    schema: { hide: true },
    config: { roles: [...ADMINISTRATORS, 'auditor'], page: true },
  } as const;
  const administrators = { schema: { hide: true }, config: { roles: ADMINISTRATORS, page: true } } as const;

  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    more: Partial<Pick<Parts, 'typed' | 'errors' | 'said'>> = {},
  ): Promise<FastifyReply> => {
    const { agencyId } = callerOf(request);
    const provider = await db.inAgency(agencyId, providerOf);
    const page = providerPage(context.frameOf(request), {
      isConnected: provider !== null,
      changes: mayChange(request),
      callback: callbackOf(config.publicUrl, agencyId),
      signIn: `${config.publicUrl}/sign-in?agency=${agencyId}`,
      typed: typedOf(provider),
      errors: {},
      said: null,
      ...more,
    });
    return await sendPage(reply, page, more.errors !== undefined || more.said?.kind === 'error');
  };

  /** Whoever came by the provider and could not come back by it keeps it as it is. */
  const locksOut = async (request: FastifyRequest, next: IdentityProvider | null): Promise<boolean> =>
    request.person?.means === 'oidc' &&
    !Object.values(next?.roleMap ?? {}).some((roles) => roles.includes('administrator'));

  void routes.register(async (app) => {
    takeForms(app);
    app.get('/provider', lookers, async (request, reply) => await show(request, reply));

    app.post('/provider', administrators, async (request, reply) => {
      refuseProgram(request, 'provider set');
      const caller = callerOf(request);
      const typed = typedIn(formOf(request));
      const before = await db.inAgency(caller.agencyId, providerOf);
      const provider = readProvider(typed, before, isOnThisMachine(typed.issuer, config.mode));
      const errors = { ...providerProblems(provider, config.mode) };
      if (Object.keys(errors).length === 0 && (await locksOut(request, provider))) errors.roles = OWN_WAY;
      if (Object.keys(errors).length === 0) {
        const cause = await oidc.tryOut(provider);
        if (cause !== null) {
          request.log.warn({ event: 'provider.no-answer', err: cause }, 'provider.no-answer');
          errors.issuer = NO_ANSWER;
        }
      }
      if (Object.keys(errors).length > 0) return await show(request, reply, { typed, errors });
      await db.inAgency(caller.agencyId, async (at) => {
        await setProvider(at, provider, actorOf(caller), now());
        await endProviderSessions(at, caller.sessionId, now());
      });
      return await show(request, reply, {
        said: {
          kind: 'success',
          text: 'Connected. Try it in a private window before you tell anybody. Whoever came by it before signs in anew.',
        },
      });
    });

    app.post('/provider/end', administrators, async (request, reply) => {
      refuseProgram(request, 'provider set');
      const caller = callerOf(request);
      if (await locksOut(request, null))
        return await show(request, reply, { said: { kind: 'error', text: OWN_WAY } });
      await db.inAgency(caller.agencyId, async (at) => {
        await removeProvider(at, actorOf(caller));
        await endProviderSessions(at, caller.sessionId, now());
      });
      return await show(request, reply, {
        said: { kind: 'success', text: 'Nobody signs in by it any more, and whoever did is signed out.' },
      });
    });
  });
}

/** One value of the claim on each line, under the role that it gives. */
function typedOf(provider: IdentityProvider | null): Typed {
  const roles = PEOPLE_ROLES.map((role) => [
    role,
    Object.entries(provider?.roleMap ?? {})
      .flatMap(([value, given]) => (given.includes(role) ? [value] : []))
      .join('\n'),
  ]);
  return {
    issuer: provider?.issuer ?? '',
    clientId: provider?.clientId ?? '',
    clientSecret: '',
    label: provider?.label ?? 'Sign in with your work account',
    roleClaim: provider?.roleClaim ?? 'groups',
    requiredAmr: (provider?.requiredAmr ?? []).join('\n'),
    roles: Object.fromEntries(roles),
  };
}

function typedIn(form: Form): Typed {
  return {
    issuer: form.one('issuer'),
    clientId: form.one('clientId'),
    clientSecret: form.one('clientSecret'),
    label: form.one('label'),
    roleClaim: form.one('roleClaim'),
    requiredAmr: linesOf(form.one('requiredAmr')),
    roles: Object.fromEntries(PEOPLE_ROLES.map((role) => [role, linesOf(form.one(`role-${role}`))])),
  };
}

/**
 * An empty secret leaves what there is, of the same client of the same provider: another one would be sent a secret that is not
 * its own. What whoever runs the machine connected goes on to be reached where it is, and nothing else is.
 */
function readProvider(typed: Typed, before: IdentityProvider | null, local: boolean): IdentityProvider {
  const isSame = before?.issuer === typed.issuer && before.clientId === typed.clientId;
  const roleMap: Record<string, string[]> = {};
  for (const [role, lines] of Object.entries(typed.roles))
    for (const value of lines.split('\n').filter((line) => line !== '')) (roleMap[value] ??= []).push(role);
  return {
    issuer: typed.issuer,
    clientId: typed.clientId,
    clientSecret: typed.clientSecret === '' && isSame ? before.clientSecret : typed.clientSecret,
    label: typed.label,
    roleClaim: typed.roleClaim,
    roleMap,
    requiredAmr: typed.requiredAmr.split('\n').filter((line) => line !== ''),
    reach: local || (before?.issuer === typed.issuer && before.reach === 'any') ? 'any' : 'public',
  };
}
