/** The city's own sign-in, connected by the agency's administrators; its auditors look. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  actorOf,
  callbackOf,
  endProviderSessions,
  holdProvider,
  isAdministered,
  isOnThisMachine,
  PEOPLE_ROLES,
  providerOf,
  providerProblems,
  removeProvider,
  setProvider,
  type IdentityProvider,
  type KeptProvider,
} from '#agency/agency.ts';
import { providerPage } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import {
  forAdministrators,
  forLookers,
  linesOf,
  mayChange,
  refuseProgram,
  sendPage,
} from './administration.ts';
import { callerOf } from './auth.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms, type Form } from './forms.ts';

type Parts = Parameters<typeof providerPage>[1];
type Typed = Parts['typed'];

const NO_ANSWER =
  'There is no provider at this address that names itself so: the archive asked it for its description (“/.well-known/openid-configuration”) and got none. Check the address. Only public addresses are asked; a provider inside your own network is connected by whoever runs the archive.';
const OWN_WAY =
  'No administrator of your agency has a passkey or a password here, so nobody could mend this if it went wrong. Nothing was changed. Under People, add an administrator with another e-mail address and send them the link; once they have chosen how to sign in, do this again.';
const CHANGED =
  'Somebody changed this after you opened the page, so nothing of yours was saved. Below it is as it is now: do yours again.';
const TYPE_AGAIN = 'Type the client secret again: what was typed is not sent back to the page.';

export function registerProvider(routes: FastifyInstance, context: ApiContext): void {
  const { db, now, config } = context.system;
  const { oidc } = context;

  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    more: Partial<Pick<Parts, 'typed' | 'errors' | 'said'>> = {},
  ): Promise<FastifyReply> => {
    const { agencyId } = callerOf(request);
    const provider = await db.inAgency(agencyId, async (at) => await providerOf(at));
    const page = providerPage(context.frameOf(request), {
      isConnected: provider !== null,
      isInside: provider?.reach === 'any' && !isOnThisMachine(provider.issuer, config.mode),
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

  /**
   * What keeps it as it is; held until the transaction ends. Whoever came by the provider changes it only where an administrator
   * gets in without it.
   */
  const whyNot = async (at: AgencyTx, request: FastifyRequest, changedAt: string): Promise<string | null> => {
    if (stampOf(await holdProvider(at)) !== changedAt) return CHANGED;
    return request.person?.means === 'oidc' && !(await isAdministered(at)) ? OWN_WAY : null;
  };

  void routes.register(async (app) => {
    takeForms(app);
    app.get('/provider', forLookers, async (request, reply) => await show(request, reply));

    app.post('/provider', forAdministrators, async (request, reply) => {
      refuseProgram(request, 'provider set');
      const caller = callerOf(request);
      const typed = typedIn(formOf(request));
      const before = await db.inAgency(caller.agencyId, async (at) => await providerOf(at));
      if (stampOf(before) !== typed.changedAt)
        return await show(request, reply, { said: { kind: 'error', text: CHANGED } });
      const provider = readProvider(typed, before, isOnThisMachine(typed.issuer, config.mode));
      const errors = { ...providerProblems(provider, config.mode) };
      if (Object.keys(errors).length === 0) {
        const cause = await oidc.tryOut(provider);
        if (cause !== null) {
          request.log.warn({ event: 'provider.no-answer', err: cause }, 'provider.no-answer');
          errors.issuer = NO_ANSWER;
        }
      }
      // What was typed of it goes into no page, which a browser may keep.
      const again = { ...typed, clientSecret: '' };
      if (Object.keys(errors).length > 0) {
        if (typed.clientSecret !== '') errors.clientSecret ??= TYPE_AGAIN;
        return await show(request, reply, { typed: again, errors });
      }
      const refused = await db.inAgency(caller.agencyId, async (at) => {
        const why = await whyNot(at, request, typed.changedAt);
        if (why !== null) return why;
        await setProvider(at, provider, actorOf(caller), now());
        await endProviderSessions(at, caller.sessionId, now());
        return null;
      });
      if (refused !== null)
        return await show(request, reply, {
          ...(refused === CHANGED ? {} : { typed: again }),
          said: { kind: 'error', text: refused },
        });
      return await show(request, reply, {
        said: {
          kind: 'success',
          text: 'Connected. Try it in a private window before you tell anybody. Whoever came by it before signs in anew.',
        },
      });
    });

    app.post('/provider/end', forAdministrators, async (request, reply) => {
      refuseProgram(request, 'provider set');
      const caller = callerOf(request);
      const { one } = formOf(request);
      const refused = await db.inAgency(caller.agencyId, async (at) => {
        const why = await whyNot(at, request, one('changedAt'));
        if (why !== null) return why;
        await removeProvider(at, actorOf(caller));
        await endProviderSessions(at, caller.sessionId, now());
        return null;
      });
      if (refused !== null) return await show(request, reply, { said: { kind: 'error', text: refused } });
      return await show(request, reply, {
        said: { kind: 'success', text: 'Nobody signs in by it any more, and whoever did is signed out.' },
      });
    });
  });
}

/** Which state of it a page shows. */
const stampOf = (provider: KeptProvider | null): string => provider?.changedAt.toISOString() ?? '';

/** One value of the claim on each line, under the role that it gives. */
function typedOf(provider: KeptProvider | null): Typed {
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
    changedAt: stampOf(provider),
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
    changedAt: form.one('changedAt'),
    roles: Object.fromEntries(PEOPLE_ROLES.map((role) => [role, linesOf(form.one(`role-${role}`))])),
  };
}

/**
 * An empty secret leaves what there is, of the same client of the same provider: another one would be sent a secret that is not
 * its own. What whoever runs the machine connected goes on to be reached where it is, and nothing else is.
 */
function readProvider(typed: Typed, before: IdentityProvider | null, local: boolean): IdentityProvider {
  const isSame = before?.issuer === typed.issuer && before.clientId === typed.clientId;
  // A group may have the name of something that every object has.
  const roleMap = new Map<string, string[]>();
  for (const [role, lines] of Object.entries(typed.roles))
    for (const value of lines.split('\n').filter((line) => line !== ''))
      roleMap.set(value, [...(roleMap.get(value) ?? []), role]);
  return {
    issuer: typed.issuer,
    clientId: typed.clientId,
    clientSecret: typed.clientSecret === '' && isSame ? before.clientSecret : typed.clientSecret,
    label: typed.label,
    roleClaim: typed.roleClaim,
    roleMap: Object.fromEntries(roleMap),
    requiredAmr: typed.requiredAmr.split('\n').filter((line) => line !== ''),
    reach: local || (before?.issuer === typed.issuer && before.reach === 'any') ? 'any' : 'public',
  };
}
