/**
 * Signing in and out: with a password, with a passkey, by the agency's own provider. Pages and forms that work without scripts;
 * passkeys, which need one, by two calls: the question, and its answer.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  askToSignIn,
  endSession,
  listAgencies,
  OIDC_SENTENCES,
  PASSWORD,
  passwordLength,
  providerOf,
  relyingParty,
  signInWithPasskey,
  signInWithPassword,
  SYSTEM_AGENCY,
} from '#agency/agency.ts';
import { PAGE_HEADERS, signInPage } from '#console/console.ts';
import { ArchiveError } from '#errors.ts';
import { appendEvent } from '#record/record.ts';
import type { ApiContext } from './context.ts';
import { formOf, jsonOf, placeHere, slugOf, takeForms, textOf } from './forms.ts';
import { begin, open, partyOf, replaceSession } from './session-start.ts';

const NOT_RIGHT =
  'E-mail address, password or code is not right. Check each, wait for a new code if this one was used already, and try again.';
const SHUT =
  'Too many attempts in a row with this e-mail address: no password counts until you choose anew. Ask your administrator for a link, or use a passkey.';
const PASSKEY_NOT_RIGHT =
  'This passkey does not sign in here: it is not known, was taken back, or took too long. Try again, or use your password.';

export function registerSignIn(routes: FastifyInstance, context: ApiContext): void {
  const { system, guard, oidc } = context;
  const { db, now, config } = system;
  const party = relyingParty(config.publicUrl);

  void routes.register(async (app) => {
    takeForms(app);

    const showSignIn = async (
      request: FastifyRequest,
      reply: FastifyReply,
      parts: {
        readonly agency: string;
        readonly email: string;
        readonly next: string;
        readonly error: string | null;
        /** The one that is taken for granted is not theirs. */
        readonly another?: boolean;
      },
      status = 200,
    ): Promise<FastifyReply> => {
      const agencies = await listAgencies(db);
      const only = agencies.length === 1 ? (agencies[0]?.id ?? '') : '';
      // That page is for whoever runs the machine, and for nobody else.
      const meant = /^\/machine(?![^/?])/.test(parts.next) ? SYSTEM_AGENCY : only;
      const agency = parts.agency === '' && parts.another !== true ? meant : parts.agency;
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

    app.get<{ Querystring: Record<'next' | 'agency' | 'another' | 'ended', unknown> }>(
      '/sign-in',
      open('signing in'),
      async (request, reply) => {
        const next = placeHere(textOf(request.query.next));
        if (request.person !== null) return await reply.redirect(next, 303);
        const typed = textOf(request.query.agency);
        const agency = slugOf(typed);
        const error =
          typed !== '' && agency === ''
            ? 'Expected the short name of your agency: 2 to 63 of a-z, 0-9 and -, such as rivertown.'
            : request.query.ended === 'yes'
              ? 'You were signed out before, so what you sent was not saved. Sign in and do it again.'
              : null;
        const another = request.query.another === 'yes';
        return await showSignIn(request, reply, { agency, email: '', next, error, another });
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
    app.get<{ Params: { agency: string } }>(
      '/sign-in/oidc/callback/:agency',
      open('signing in'),
      async (request, reply) => {
        const kept = guard.cookie.flowOf(request);
        guard.cookie.clearFlow(reply);
        const query = request.url.split('?')[1] ?? '';
        const answer =
          kept === null
            ? ({ refused: 'not-accepted' } as const)
            : await oidc.finish(slugOf(request.params.agency), kept, query, now());
        if ('refused' in answer)
          return await notByProvider(request, reply, slugOf(request.params.agency), answer);
        return await begin(context, request, reply, answer.token, answer.next);
      },
    );
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
      if (passwordLength(password) > PASSWORD.longest || typed.email.length > 300)
        return await showSignIn(request, reply, { ...typed, next, error: NOT_RIGHT }, 401);
      const answer = await signInWithPassword(
        db,
        { agencyId: typed.agency, email: typed.email, password, code: form.one('code') },
        now(),
      );
      switch (answer.outcome) {
        case 'signed-in':
          return await begin(context, request, reply, answer.token, next);
        case 'too-many': {
          const minutes = Math.ceil(answer.retryAfterS / 60);
          reply.header('retry-after', String(answer.retryAfterS));
          const error = `Too many attempts with this e-mail address. Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}, or ask your administrator for a link to sign in anew.`;
          return await showSignIn(request, reply, { ...typed, next, error }, 429);
        }
        case 'shut':
          return await showSignIn(request, reply, { ...typed, next, error: SHUT }, 429);
        case 'not-right':
          return await showSignIn(request, reply, { ...typed, next, error: NOT_RIGHT }, 401);
      }
    });

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
      // What was typed and not handed in, and which pictures wait for a report (`left-off.js`), is nobody's on a shared computer.
      reply.header('clear-site-data', '"storage"');
      // Whoever runs the machine is of no agency that the way in would take for granted.
      const wasOfTheMachine = person?.caller.agencyId === SYSTEM_AGENCY;
      return await reply.redirect(wasOfTheMachine ? `/sign-in?agency=${SYSTEM_AGENCY}` : '/sign-in', 303);
    });

    app.post(
      '/sign-in/passkey/question',
      open('signing in'),
      async () => await askToSignIn(db, partyOf(party), now()),
    );
    app.post('/sign-in/passkey', open('signing in'), async (request, reply) => {
      const { ceremonyId, response } = jsonOf(request);
      const token = await signInWithPasskey(
        db,
        partyOf(party),
        { ceremonyId: textOf(ceremonyId), response },
        now(),
      );
      if (token === null) throw new ArchiveError('sign-in-refused', PASSKEY_NOT_RIGHT, { retry: 'never' });
      await replaceSession(context, request, reply, token);
      return { signedIn: true };
    });
  });
}
