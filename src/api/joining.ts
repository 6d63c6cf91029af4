/**
 * Choosing how to sign in, by a link that works once, and the first account of an installation. Forms that work without scripts;
 * a passkey, which needs one, by two calls: the question, and its answer.
 */
import { encode } from 'uqr';
import type { FastifyInstance, FastifyReply } from 'fastify';
import {
  agencyProblems,
  askToRegister,
  codeAddress,
  codeStep,
  firstAccountBy,
  invitedBy,
  joinWithPasskey,
  joinWithPassword,
  makeFirstAccount,
  newCodeSecret,
  PASSWORD,
  PERSON_SENTENCES,
  relyingParty,
  whyNotPassword,
  type FirstAccount,
  type Invited,
} from '#agency/agency.ts';
import { firstAccountPage, joinPage, PAGE_HEADERS, type Frame } from '#console/console.ts';
import { ArchiveError } from '#errors.ts';
import type { ApiContext } from './context.ts';
import { formOf, jsonOf, takeForms, textOf } from './forms.ts';
import { begin, open, partyOf, replaceSession } from './session-start.ts';

export function registerJoining(routes: FastifyInstance, context: ApiContext): void {
  const { db, now, config } = context.system;
  const party = relyingParty(config.publicUrl);

  void routes.register(async (app) => {
    takeForms(app);

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
        return await begin(context, request, reply, session, '/');
      },
    );

    const firstAccount = async (token: string): Promise<FirstAccount> => {
      const found = await firstAccountBy(db, token, now());
      if (found === null)
        throw new ArchiveError(
          'link-not-valid',
          'This link was used, or is a day old, or there is an account already. As long as there is none, each npm start prints a new link. Otherwise: npx holdfast user add.',
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
        if (isNew) {
          const wrong = agencyProblems({ id: typed.agency, name: typed.agencyName, zone: typed.zone });
          if (wrong.id !== undefined) errors.agency = wrong.id;
          if (wrong.name !== undefined) errors.agencyName = wrong.name;
          if (wrong.zone !== undefined) errors.zone = wrong.zone;
        }
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

    app.post<{ Params: { token: string } }>(
      '/invitation/:token/passkey/question',
      open('choosing how to sign in; the link is the key'),
      async (request) => await askToRegister(db, partyOf(party), await invited(request.params.token), now()),
    );
    app.post<{ Params: { token: string } }>(
      '/invitation/:token/passkey',
      open('choosing how to sign in; the link is the key'),
      async (request, reply) => {
        const who = await invited(request.params.token);
        const { ceremonyId, response } = jsonOf(request);
        const token = await joinWithPasskey(
          db,
          partyOf(party),
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
        await replaceSession(context, request, reply, token);
        return { signedIn: true };
      },
    );
  });
}
