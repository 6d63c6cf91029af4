/** The people of an agency, for its administrators. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  actorOf,
  addPerson,
  allowProvider,
  dayIn,
  INVITATION_MS,
  invite,
  lackingOf,
  letGo,
  linksOfOperators,
  listPeople,
  listPolicies,
  operatorNames,
  PERSON_SENTENCES,
  providerOf,
  setRoles,
  zoneOf,
  type Person,
  type PersonRefusal,
} from '#agency/agency.ts';
import { html, invitationPage, ours, PAGE_HEADERS, peoplePage } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { forAdministrators, peopleOf } from './administration.ts';
import { agreementsShown, registerAgreements } from './agreements.ts';
import { callerOf } from './auth.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms } from './forms.ts';

type Parts = Parameters<typeof peoplePage>[1];

export function registerPeople(routes: FastifyInstance, context: ApiContext): void {
  const { db, now, config } = context.system;

  void routes.register(async (app) => {
    takeForms(app);

    const show = async (
      request: FastifyRequest,
      reply: FastifyReply,
      more: Partial<Pick<Parts, 'typed' | 'errors' | 'said'>> & {
        readonly agreements?: Partial<Parts['agreements']>;
      } = {},
    ): Promise<FastifyReply> => {
      const caller = callerOf(request);
      const { people, zone, agreements, hasProvider, links } = await db.inAgency(
        caller.agencyId,
        async (at) => {
          const known = await peopleOf(at);
          return {
            ...known,
            hasProvider: (await providerOf(at)) !== null,
            agreements: await agreementsShown(at, known, now()),
            links: await linksOfOperators(at),
          };
        },
      );
      const operators = await operatorNames(
        db,
        links.map(({ by }) => by),
      );
      const page = peoplePage(context.frameOf(request), {
        people: people.map((person) => ({
          ...shown(person),
          fromOutside: links
            .filter(({ personId }) => personId === person.id)
            .map(({ by, madeAt, usedAt }) => ({
              by: operators[by] ?? by,
              madeAt: madeAt.toISOString(),
              usedAt: usedAt?.toISOString() ?? null,
            })),
        })),
        zone,
        hasProvider,
        self: caller.kind === 'person' ? caller.id : null,
        typed: { name: '', email: '', roles: [] },
        errors: {},
        said: null,
        ...more,
        agreements: { gave: null, typed: null, errors: {}, ...agreements, ...more.agreements },
      });
      const wrong = more.errors !== undefined || more.said?.kind === 'error';
      return await reply
        .code(wrong ? 422 : 200)
        .headers(PAGE_HEADERS)
        .send(page);
    };

    const lacks = async (at: AgencyTx, personId: string) =>
      await lackingOf(at, personId, await listPolicies(at), dayIn(await zoneOf(at), now()));

    app.get('/people', forAdministrators, async (request, reply) => await show(request, reply));

    app.post('/people', forAdministrators, async (request, reply) => {
      refuseProgram(request);
      const form = formOf(request);
      const typed = { name: form.one('name'), email: form.one('email'), roles: form.all('roles') };
      const caller = callerOf(request);
      const added = await db.inAgency(caller.agencyId, async (at) => {
        const made = await addPerson(at, typed, actorOf(caller));
        return 'refused' in made
          ? made
          : {
              token: await invite(at, made.personId, actorOf(caller), now()),
              zone: await zoneOf(at),
              lacking: typed.roles.includes('moderator') ? await lacks(at, made.personId) : [],
            };
      });
      if ('refused' in added)
        return await show(request, reply, {
          typed,
          errors: { [placeOf(added.refused)]: PERSON_SENTENCES[added.refused] },
          said: { kind: 'error', text: 'Nobody was added yet: see below.' },
        });
      return await showLink(request, reply, typed.name.trim(), added);
    });

    const showLink = async (
      request: FastifyRequest,
      reply: FastifyReply,
      name: string,
      {
        token,
        zone,
        lacking = [],
      }: {
        readonly token: string;
        readonly zone: string;
        readonly lacking?: Parameters<typeof invitationPage>[1]['lacking'];
      },
    ): Promise<FastifyReply> =>
      await reply.headers(PAGE_HEADERS).send(
        invitationPage(context.frameOf(request), {
          name,
          link: `${config.publicUrl}/invitation/${token}`,
          until: new Date(now().getTime() + INVITATION_MS).toISOString(),
          zone,
          lacking,
        }),
      );

    /** What two people approve must not come down to one key: a program looks, and changes nobody. */
    const refuseProgram = (request: FastifyRequest): void => {
      if (callerOf(request).kind === 'key')
        throw new ArchiveError(
          'role-not-allowed',
          'People are added and changed by an administrator who signed in, not by a key. Sign in, or use "holdfast user add".',
          { retry: 'never' },
        );
    };
    const refuseByProvider = ({ byProvider, name }: Person): void => {
      if (byProvider)
        throw new ArchiveError(
          'form-invalid',
          `${name} signs in by your agency’s own sign-in, which says what they may do. Change it there; nothing was changed here.`,
          { retry: 'never' },
        );
    };
    /** Somebody of this agency who is here. Anybody else is nobody. */
    const personHere = async (at: AgencyTx, id: string): Promise<Person> => {
      const found = (await listPeople(at)).find((one) => one.id === id && one.leftAt === null);
      if (found === undefined)
        throw new ArchiveError('person-not-found', 'There is no such person in this agency.', {
          retry: 'never',
        });
      return found;
    };
    /** Nobody shuts the door behind the last one by a slip, and nobody raises themselves. */
    const refuseSelf = (request: FastifyRequest, id: string): void => {
      const caller = callerOf(request);
      if (caller.kind === 'person' && caller.id === id)
        throw new ArchiveError(
          'form-invalid',
          'Your own roles and access are changed by another administrator. Ask one of them; nothing was changed.',
          { retry: 'never' },
        );
    };

    app.post<{ Params: { id: string } }>('/people/:id/roles', forAdministrators, async (request, reply) => {
      const { id } = request.params;
      refuseProgram(request);
      refuseSelf(request, id);
      const roles = formOf(request).all('roles');
      const caller = callerOf(request);
      const { refused, name } = await db.inAgency(caller.agencyId, async (at) => {
        const person = await personHere(at, id);
        refuseByProvider(person);
        return { name: person.name, refused: await setRoles(at, id, roles, actorOf(caller), now()) };
      });
      return await show(request, reply, {
        agreements: { gave: refused === null ? id : null },
        said:
          refused === null
            ? { kind: 'success', text: html`The roles of ${name} are saved.` }
            : {
                kind: 'error',
                text: html`The roles of ${name} stay as they were. ${ours(PERSON_SENTENCES[refused])}`,
              },
      });
    });

    app.post<{ Params: { id: string } }>(
      '/people/:id/departure',
      forAdministrators,
      async (request, reply) => {
        const { id } = request.params;
        refuseProgram(request);
        refuseSelf(request, id);
        const caller = callerOf(request);
        const name = await db.inAgency(caller.agencyId, async (at) => {
          const person = await personHere(at, id);
          await letGo(at, id, actorOf(caller), now());
          return person.name;
        });
        return await show(request, reply, {
          said: {
            kind: 'success',
            text: html`${name} is signed out everywhere and cannot sign in any more.`,
          },
        });
      },
    );

    app.post<{ Params: { id: string } }>(
      '/people/:id/invitation',
      forAdministrators,
      async (request, reply) => {
        refuseProgram(request);
        const caller = callerOf(request);
        const made = await db.inAgency(caller.agencyId, async (at) => {
          const person = await personHere(at, request.params.id);
          refuseByProvider(person);
          return {
            name: person.name,
            token: await invite(at, person.id, actorOf(caller), now()),
            zone: await zoneOf(at),
          };
        });
        return await showLink(request, reply, made.name, made);
      },
    );

    app.post<{ Params: { id: string } }>(
      '/people/:id/provider',
      forAdministrators,
      async (request, reply) => {
        const { id } = request.params;
        refuseProgram(request);
        refuseSelf(request, id);
        const caller = callerOf(request);
        const { name, email } = await db.inAgency(caller.agencyId, async (at) => {
          const person = await personHere(at, id);
          refuseByProvider(person);
          if ((await providerOf(at)) === null)
            throw new ArchiveError(
              'form-invalid',
              'No sign-in of your agency is connected, so nobody comes by one. Connect it first; nothing was changed.',
              { retry: 'never' },
            );
          await allowProvider(at, id, actorOf(caller), now());
          return person;
        });
        return await show(request, reply, {
          said: {
            kind: 'success',
            text: html`For three days, whoever signs in by your agency’s sign-in with the confirmed address
            ${email} is ${name} here.`,
          },
        });
      },
    );

    registerAgreements(app, context, { personHere, refuseProgram, show });
  });
}

function placeOf(refusal: PersonRefusal): 'name' | 'email' | 'roles' {
  if (refusal.startsWith('name')) return 'name';
  return refusal.startsWith('email') ? 'email' : 'roles';
}

function shown(person: Person): Omit<Parts['people'][number], 'fromOutside'> {
  return {
    ...person,
    createdAt: person.createdAt.toISOString(),
    leftAt: person.leftAt?.toISOString() ?? null,
    seenAt: person.seenAt?.toISOString() ?? null,
  };
}
