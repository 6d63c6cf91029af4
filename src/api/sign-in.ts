/**
 * Signing in and out, choosing how to, and the first account. Pages and forms that work without scripts; passkeys, which need
 * one, by two calls each: the question, and its answer.
 */
import { encode } from 'uqr';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  AGENCY_SLUG,
  askToRegister,
  askToSignIn,
  codeAddress,
  codeStep,
  endSession,
  firstAccountBy,
  invitedBy,
  joinWithPasskey,
  joinWithPassword,
  listAgencies,
  makeFirstAccount,
  newCodeSecret,
  OIDC_SENTENCES,
  openOidc,
  PASSWORD,
  PERSON_SENTENCES,
  providerOf,
  relyingParty,
  signInWithPasskey,
  signInWithPassword,
  whyNotPassword,
  type FirstAccount,
  type Invited,
} from '#agency/agency.ts';
import { firstAccountPage, joinPage, PAGE_HEADERS, signInPage, type Frame } from '#console/console.ts';
import { ArchiveError } from '#errors.ts';
import { appendEvent } from '#record/record.ts';
import type { ApiContext } from './context.ts';
import { formOf, placeHere, takeForms } from './forms.ts';

const NOT_RIGHT =
  'E-mail address, password or code is not right. Check each, wait for a new code if this one was used already, and try again.';
const PASSKEY_NOT_RIGHT =
  'This passkey does not sign in here: it is not known, was taken back, or took too long. Try again, or use your password.';

export function registerSignIn(routes: FastifyInstance, context: ApiContext): void {
  const { system, guard } = context;
  const { db, now, config } = system;
  const party = relyingParty(config.publicUrl);
  const oidc = openOidc(db, config.publicUrl);
  const hidden = { schema: { hide: true } } as const;
  const open = (why: string) =>
    ({ ...hidden, config: { open: why, page: true, ownPagesOnly: true } }) as const;

  void routes.register(async (app) => {
    takeForms(app);

    const showSignIn = async (
      request: FastifyRequest,
      reply: FastifyReply,
      parts: { readonly agency: string; readonly email: string; next: string; error: string | null },
      status = 200,
    ): Promise<FastifyReply> => {
      const agencies = await listAgencies(db);
      const only = agencies.length === 1 ? (agencies[0]?.id ?? '') : '';
      const agency = parts.agency === '' ? only : parts.agency;
      const provider = agencies.some(({ id }) => id === agency)
        ? await db.inAgency(agency, providerOf)
        : null;
      const page = signInPage(context.frameOf(request), {
        ...parts,
        agency,
        provider: provider?.label ?? null,
        passkeys: party !== null,
      });
      return await reply.code(status).headers(PAGE_HEADERS).send(page);
    };

    app.get<{ Querystring: { next?: unknown; agency?: unknown } }>(
      '/sign-in',
      open('signing in'),
      async (request, reply) => {
        const next = placeHere(textOf(request.query.next));
        if (request.person !== null) return await reply.redirect(next, 303);
        const agency = slugOf(textOf(request.query.agency));
        return await showSignIn(request, reply, { agency, email: '', next, error: null });
      },
    );

    app.get<{ Querystring: { next?: unknown; agency?: unknown } }>(
      '/sign-in/oidc',
      open('signing in'),
      async (request, reply) => {
        const agency = slugOf(textOf(request.query.agency));
        const next = placeHere(textOf(request.query.next));
        const begun = await oidc.begin(agency, next, now());
        if ('refused' in begun) return await notByProvider(request, reply, agency, begun);
        guard.cookie.setFlow(reply, begun.kept);
        return await reply.redirect(begun.to, 303);
      },
    );
    app.get('/sign-in/oidc/callback', open('signing in'), async (request, reply) => {
      const kept = guard.cookie.flowOf(request);
      guard.cookie.clearFlow(reply);
      const query = request.url.split('?')[1] ?? '';
      const answer =
        kept === null ? ({ refused: 'not-accepted' } as const) : await oidc.finish(kept, query, now());
      if ('refused' in answer)
        return await notByProvider(request, reply, slugOf(kept?.split('.')[0] ?? ''), answer);
      return await begin(request, reply, answer.token, answer.next);
    });
    const notByProvider = async (
      request: FastifyRequest,
      reply: FastifyReply,
      agency: string,
      { refused, cause }: { readonly refused: keyof typeof OIDC_SENTENCES; readonly cause?: unknown },
    ): Promise<FastifyReply> => {
      request.log.warn({ event: 'sign-in.oidc-refused', refused, err: cause }, 'sign-in.oidc-refused');
      return await showSignIn(
        request,
        reply,
        { agency, email: '', next: '/', error: OIDC_SENTENCES[refused] },
        401,
      );
    };

    app.post('/sign-in', open('signing in'), async (request, reply) => {
      const form = formOf(request);
      const typed = { agency: slugOf(form.one('agency')), email: form.one('email') };
      const next = placeHere(form.one('next'));
      const password = form.one('password');
      if (typed.email.trim() === '' || password === '' || form.one('code').trim() === '')
        return await showSignIn(request, reply, { ...typed, next, error: 'Fill in every field.' }, 422);
      if (password.length > PASSWORD.longest || typed.email.length > 300)
        return await showSignIn(request, reply, { ...typed, next, error: NOT_RIGHT }, 401);
      const answer = await signInWithPassword(
        db,
        { agencyId: typed.agency, email: typed.email, password, code: form.one('code') },
        now(),
      );
      switch (answer.outcome) {
        case 'signed-in':
          return await begin(request, reply, answer.token, next);
        case 'too-many': {
          const minutes = Math.ceil(answer.retryAfterS / 60);
          reply.header('retry-after', String(answer.retryAfterS));
          const error = `Too many attempts with this e-mail address. Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}, or ask your administrator for a link to sign in anew.`;
          return await showSignIn(request, reply, { ...typed, next, error }, 429);
        }
        case 'not-right':
          return await showSignIn(request, reply, { ...typed, next, error: NOT_RIGHT }, 401);
      }
    });

    /** Whoever was signed in on this browser before is not any more: nobody is given a session that was there already. */
    const replaceSession = async (
      request: FastifyRequest,
      reply: FastifyReply,
      token: string,
    ): Promise<void> => {
      const { person } = request;
      if (person !== null)
        await db.inAgency(
          person.caller.agencyId,
          async (at) => await endSession(at, person.caller.sessionId, 'replaced', now()),
        );
      guard.cookie.set(reply, token);
    };
    const begin = async (
      request: FastifyRequest,
      reply: FastifyReply,
      token: string,
      next: string,
    ): Promise<FastifyReply> => {
      await replaceSession(request, reply, token);
      return await reply.redirect(next, 303);
    };

    app.post('/sign-out', open('signing out'), async (request, reply) => {
      const { person } = request;
      if (person !== null) {
        const { agencyId, id, sessionId } = person.caller;
        await db.inAgency(agencyId, async (at) => {
          await endSession(at, sessionId, 'signed-out', now());
          await appendEvent(at, null, {
            type: 'person.signed-out',
            actor: `person:${id}`,
            body: { person: id, session: sessionId },
          });
        });
      }
      guard.cookie.clear(reply);
      return await reply.redirect('/sign-in', 303);
    });

    const invited = async (token: string): Promise<Invited> => {
      const found = await invitedBy(db, token, now());
      if (found === null)
        throw new ArchiveError(
          'link-not-valid',
          'This link was used, was replaced by a newer one, or is too old. Ask your administrator for a new one. If you have chosen how to sign in already, sign in.',
          { retry: 'never' },
        );
      return found;
    };
    const showJoin = async (
      frame: Frame,
      reply: FastifyReply,
      token: string,
      who: Invited,
      codeSecret: string,
      errors: { password?: string | undefined; code?: string | undefined } = {},
    ): Promise<FastifyReply> => {
      const wrong = errors.password !== undefined || errors.code !== undefined;
      const page = joinPage(frame, {
        name: who.name,
        email: who.email,
        agencyName: who.agencyName,
        path: `/invitation/${token}`,
        codeSecret,
        codePicture: encode(codeAddress(codeSecret, who.email, `Holdfast ${who.agencyName}`), { border: 0 })
          .data,
        shortest: PASSWORD.shortest,
        error: wrong ? 'Nothing was changed yet: see below.' : null,
        errors,
        passkeys: party !== null,
      });
      return await reply
        .code(wrong ? 422 : 200)
        .headers(PAGE_HEADERS)
        .send(page);
    };

    app.get<{ Params: { token: string } }>(
      '/invitation/:token',
      open('choosing how to sign in; the link is the key'),
      async (request, reply) => {
        const { token } = request.params;
        return await showJoin(context.frameOf(request), reply, token, await invited(token), newCodeSecret());
      },
    );

    app.post<{ Params: { token: string } }>(
      '/invitation/:token',
      open('choosing how to sign in; the link is the key'),
      async (request, reply) => {
        const { token } = request.params;
        const who = await invited(token);
        const form = formOf(request);
        const secret = form.one('secret');
        if (!/^[A-Z2-7]{32}$/.test(secret))
          return await showJoin(context.frameOf(request), reply, token, who, newCodeSecret(), {
            code: 'The letters for the app were lost on the way. Let the app look at this new picture.',
          });
        const step = codeStep(secret, form.one('code'), now());
        const password = form.one('password');
        const errors = {
          password:
            whyNotPassword(password, [
              who.name,
              who.email.split('@')[0] ?? '',
              who.agencyName,
              who.agencyId,
            ]) ?? undefined,
          code:
            step === null
              ? 'This is not the code that the app shows now. Check that the phone’s clock is right, and enter the newest code.'
              : undefined,
        };
        if (errors.password !== undefined || step === null)
          return await showJoin(context.frameOf(request), reply, token, who, secret, errors);
        const session = await joinWithPassword(
          db,
          who,
          { password, codeSecret: secret, codeStep: step },
          now(),
        );
        if (session === null)
          return await showJoin(context.frameOf(request), reply, token, await invited(token), secret);
        return await begin(request, reply, session, '/');
      },
    );

    const firstAccount = async (token: string): Promise<FirstAccount> => {
      const found = await firstAccountBy(db, token, now());
      if (found === null)
        throw new ArchiveError(
          'link-not-valid',
          'This link was used, or is a day old, or there is an account already. As long as there is none, each start of Holdfast prints a new link. Otherwise: npx holdfast user add.',
          { retry: 'never' },
        );
      return found;
    };
    const FIRST_TYPED = { agency: '', agencyName: '', zone: 'America/Chicago', name: '', email: '' };

    app.get<{ Params: { token: string } }>(
      '/first-account/:token',
      open('the first account; the link is the key'),
      async (request, reply) => {
        const { token } = request.params;
        const { agencies } = await firstAccount(token);
        const page = firstAccountPage(context.frameOf(request), {
          path: `/first-account/${token}`,
          agencies,
          typed: FIRST_TYPED,
          errors: {},
        });
        return await reply.headers(PAGE_HEADERS).send(page);
      },
    );

    app.post<{ Params: { token: string } }>(
      '/first-account/:token',
      open('the first account; the link is the key'),
      async (request, reply) => {
        const { token } = request.params;
        const account = await firstAccount(token);
        const form = formOf(request);
        const typed = {
          agency: form.one('agency').trim(),
          agencyName: form.one('agencyName').trim(),
          zone: form.one('zone').trim(),
          name: form.one('name').trim(),
          email: form.one('email').trim(),
        };
        const chosen = account.agencies.find(({ id }) => id === typed.agency);
        const isNew = account.agencies.length === 0;
        const errors: Partial<Record<keyof typeof typed, string>> = {};
        if (!isNew && chosen === undefined) errors.agency = 'Choose one of the agencies.';
        if (isNew && !AGENCY_SLUG.test(typed.agency))
          errors.agency = 'Expected 2 to 63 of a-z, 0-9 and -, such as rivertown.';
        if (isNew && typed.agencyName === '') errors.agencyName = 'Enter the name of your public body.';
        if (isNew && !isZone(typed.zone))
          errors.zone = 'Expected a zone by its IANA name, such as America/Chicago.';
        if (typed.name === '') errors.name = PERSON_SENTENCES['name-empty'];
        if (!/^[^\s@]+@[^\s@]+$/.test(typed.email)) errors.email = PERSON_SENTENCES['email-malformed'];
        const again = async (): Promise<FastifyReply> => {
          const page = firstAccountPage(context.frameOf(request), {
            path: `/first-account/${token}`,
            agencies: account.agencies,
            typed,
            errors,
          });
          return await reply.code(422).headers(PAGE_HEADERS).send(page);
        };
        if (Object.keys(errors).length > 0) return await again();
        const made = await makeFirstAccount(
          db,
          account,
          chosen ?? { id: typed.agency, name: typed.agencyName, zone: typed.zone },
          { name: typed.name, email: typed.email },
          now(),
        );
        if ('invitation' in made) return await reply.redirect(`/invitation/${made.invitation}`, 303);
        if (made.refused === 'link-used') await firstAccount(token);
        else if (made.refused === 'slug-taken')
          errors.agency = 'There is an agency of this short name already.';
        else errors[made.refused.startsWith('name') ? 'name' : 'email'] = PERSON_SENTENCES[made.refused];
        return await again();
      },
    );

    const withParty = () => {
      if (party === null)
        throw new ArchiveError(
          'form-invalid',
          'Browsers make passkeys for names by https only, and HOLDFAST_PUBLIC_URL is not such an address. Sign in with a password.',
          { retry: 'never' },
        );
      return party;
    };

    app.post(
      '/sign-in/passkey/question',
      open('signing in'),
      async () => await askToSignIn(db, withParty(), now()),
    );
    app.post('/sign-in/passkey', open('signing in'), async (request, reply) => {
      const { ceremonyId, response } = jsonOf(request);
      const token = await signInWithPasskey(
        db,
        withParty(),
        { ceremonyId: textOf(ceremonyId), response },
        now(),
      );
      if (token === null) throw new ArchiveError('sign-in-refused', PASSKEY_NOT_RIGHT, { retry: 'never' });
      await replaceSession(request, reply, token);
      return { signedIn: true };
    });
    app.post<{ Params: { token: string } }>(
      '/invitation/:token/passkey/question',
      open('choosing how to sign in; the link is the key'),
      async (request) => await askToRegister(db, withParty(), await invited(request.params.token), now()),
    );
    app.post<{ Params: { token: string } }>(
      '/invitation/:token/passkey',
      open('choosing how to sign in; the link is the key'),
      async (request, reply) => {
        const who = await invited(request.params.token);
        const { ceremonyId, response } = jsonOf(request);
        const token = await joinWithPasskey(
          db,
          withParty(),
          who,
          { ceremonyId: textOf(ceremonyId), response, label: 'Passkey' },
          now(),
        );
        if (token === null)
          throw new ArchiveError(
            'sign-in-refused',
            'This passkey could not be taken: it took too long, or the device did not check who you are. Try again.',
            { retry: 'never' },
          );
        await replaceSession(request, reply, token);
        return { signedIn: true };
      },
    );
  });
}

/** Typed as people type it. What cannot be a short name is none. */
function slugOf(typed: string): string {
  const slug = typed.trim().toLowerCase();
  return AGENCY_SLUG.test(slug) ? slug : '';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** An answer of an authenticator, as the page sends it. */
function jsonOf(request: FastifyRequest): { readonly ceremonyId?: unknown; readonly response?: unknown } {
  try {
    const value: unknown = JSON.parse(
      request.body instanceof Uint8Array ? Buffer.from(request.body).toString('utf8') : '',
    );
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below.
  }
  throw new ArchiveError('form-invalid', 'Expected {"ceremonyId": …, "response": …} as application/json.', {
    retry: 'never',
  });
}

function isZone(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en-US', { timeZone: zone }));
  } catch {
    return false;
  }
}
