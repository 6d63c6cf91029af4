/** The page of whoever runs the machine, and what they do to an agency: add it, and invite its first administrator. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  addAgency,
  agencyProblems,
  INVITATION_MS,
  inviteFirst,
  listPeople,
  operatorActor,
  PERSON_SENTENCES,
  renewFirst,
  SYSTEM_AGENCY,
  zoneOf,
} from '#agency/agency.ts';
import { firstAdministratorPage, invitationPage, machinePage } from '#console/console.ts';
import { ArchiveError } from '#errors.ts';
import { readAgencyHistory } from '#record/record.ts';
import { sendPage } from './administration.ts';
import { callerOf, SYSTEM_ADMINISTRATORS } from './auth.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms } from './forms.ts';
import { agencyFigures, storeProof, type AgencyFigures } from './machine-figures.ts';
import { readiness } from './readiness.ts';

type Parts = Parameters<typeof machinePage>[1];

const ENTRIES = 30;
const NOTHING_TYPED: Parts['typed'] = { slug: '', name: '', zone: 'America/Chicago' };

export function registerMachine(routes: FastifyInstance, context: ApiContext): void {
  const { system, frameOf } = context;
  const { db, now, config } = system;
  const forThem = { schema: { hide: true }, config: { roles: SYSTEM_ADMINISTRATORS, page: true } } as const;

  void routes.register(async (app) => {
    takeForms(app);

    const show = async (
      request: FastifyRequest,
      reply: FastifyReply,
      typed = NOTHING_TYPED,
      errors: Parts['errors'] = {},
    ): Promise<FastifyReply> => {
      const { before } = request.query as Record<string, unknown>;
      const from = typeof before === 'string' && /^[1-9]\d{0,17}$/.test(before) ? before : null;
      const [{ parts }, figures, proof, own] = await Promise.all([
        readiness(system),
        agencyFigures(db),
        storeProof(db, system.store.describe),
        db.inAgency(SYSTEM_AGENCY, async (at) => ({
          zone: await zoneOf(at),
          people: await listPeople(at),
          found: await readAgencyHistory(at, from, ENTRIES + 1, { lists: true }),
        })),
      ]);
      const entries = own.found.slice(0, ENTRIES);
      const here = own.people.filter(({ leftAt }) => leftAt === null);
      const page = machinePage(frameOf(request), {
        version: system.program.version,
        zone: own.zone,
        parts,
        proof:
          proof === null
            ? null
            : {
                at: proof.at.toISOString(),
                passed: proof.report.passed,
                looked: proof.report.checks.length,
                failed: proof.report.checks.filter(({ ok }) => !ok).map(({ found }) => found),
              },
        agencies: figures.map(({ awaited, ...one }) => ({
          ...one,
          awaited:
            awaited === null
              ? null
              : {
                  isOurs: awaited.isOurs,
                  until: awaited.until?.toISOString() ?? null,
                  isOver: awaited.until === null || awaited.until <= now(),
                },
        })),
        operators: here.map(({ name }) => name),
        entries,
        next: own.found.length > ENTRIES ? (entries.at(-1)?.seq ?? null) : null,
        isLater: from !== null,
        actors: Object.fromEntries(
          own.people.flatMap(({ id, name }) => [
            [`person:${id}`, name],
            [operatorActor(id), name],
          ]),
        ),
        typed,
        errors,
      });
      return await sendPage(reply, page, Object.keys(errors).length > 0);
    };

    app.get('/machine', forThem, async (request, reply) => await show(request, reply));

    app.post('/machine/agencies', forThem, async (request, reply) => {
      const form = formOf(request);
      const typed = {
        slug: form.one('slug').trim(),
        name: form.one('name').trim(),
        zone: form.one('zone').trim(),
      };
      const agency = { id: typed.slug, name: typed.name, zone: typed.zone };
      const { id, ...rest } = agencyProblems(agency);
      const errors = { ...rest, ...(id === undefined ? {} : { slug: id }) };
      if (Object.keys(errors).length > 0) return await show(request, reply, typed, errors);
      if (!(await addAgency(db, agency, operatorActor(callerOf(request).id))))
        return await show(request, reply, typed, {
          slug: 'There is an agency of this short name already. Choose another one.',
        });
      return await reply.redirect(`/machine/agencies/${agency.id}/administrator`, 303);
    });

    /** One that may be handed over still; what the database says counts, this is for the page. */
    const emptyAgency = async (id: string): Promise<AgencyFigures> => {
      const found = (await agencyFigures(db)).find((one) => one.id === id);
      if (found === undefined) throw unknown();
      if (!found.isEmpty) throw inUse(id);
      return found;
    };
    const sendLink = async (
      request: FastifyRequest,
      reply: FastifyReply,
      name: string,
      token: string,
      zone: string,
    ): Promise<FastifyReply> =>
      await sendPage(
        reply,
        invitationPage(frameOf(request), {
          name,
          link: `${config.publicUrl}/invitation/${token}`,
          until: new Date(now().getTime() + INVITATION_MS).toISOString(),
          zone,
          isFirst: true,
        }),
      );

    app.get<{ Params: { agency: string } }>(
      '/machine/agencies/:agency/administrator',
      forThem,
      async (request, reply) =>
        await sendPage(
          reply,
          firstAdministratorPage(frameOf(request), {
            agency: await emptyAgency(request.params.agency),
            typed: { name: '', email: '' },
            errors: {},
          }),
        ),
    );

    app.post<{ Params: { agency: string } }>(
      '/machine/agencies/:agency/administrator',
      forThem,
      async (request, reply) => {
        const agency = await emptyAgency(request.params.agency);
        const form = formOf(request);
        const typed = { name: form.one('name'), email: form.one('email') };
        const made = await inviteFirst(db, agency.id, typed, callerOf(request).id, now());
        if ('token' in made)
          return await sendLink(request, reply, typed.name.trim(), made.token, agency.zone);
        const { refused } = made;
        if (refused === 'agency-unknown') throw unknown();
        if (refused === 'agency-in-use') throw inUse(agency.id);
        const place = refused.startsWith('name') ? 'name' : 'email';
        return await sendPage(
          reply,
          firstAdministratorPage(frameOf(request), {
            agency,
            typed,
            errors: { [place]: PERSON_SENTENCES[refused] },
          }),
          true,
        );
      },
    );

    /** The first one's link was lost, or is too old. */
    app.post<{ Params: { agency: string } }>(
      '/machine/agencies/:agency/link',
      forThem,
      async (request, reply) => {
        const agency = (await agencyFigures(db)).find(({ id }) => id === request.params.agency);
        if (agency === undefined) throw unknown();
        const made = await renewFirst(db, agency.id, callerOf(request).id, now());
        if ('token' in made) return await sendLink(request, reply, made.name, made.token, agency.zone);
        throw made.refused === 'agency-unknown' ? unknown() : inUse(agency.id);
      },
    );
  });
}

function unknown(): ArchiveError {
  return new ArchiveError(
    'agency-not-found',
    'There is no such agency here. /machine lists those that there are.',
    { retry: 'never' },
  );
}

function inUse(agency: string): ArchiveError {
  return new ArchiveError(
    'agency-in-use',
    `This agency is in use: somebody is or was there, or a key, a sign-in of its own or a record is. Its own administrators add people and make links; where none of them can sign in, somebody at the machine runs: npx holdfast user add --agency ${agency} --role administrator --name "Their name" --email their@address. Nobody was added.`,
    { retry: 'never' },
  );
}
