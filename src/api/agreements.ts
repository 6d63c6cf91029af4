/** Agreements in writing, which an administrator puts on file; on the page of people. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  actorOf,
  agreementProblems,
  agreementsAsked,
  agreementsLacking,
  dayIn,
  everyAgreement,
  listPolicies,
  recordAgreement,
  withdrawAgreement,
  zoneOf,
  type Person,
} from '#agency/agency.ts';
import { html, type Markup, type peoplePage } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import { forAdministrators, textOrNull, type AgencyPeople } from './administration.ts';
import { callerOf } from './auth.ts';
import type { ApiContext } from './context.ts';
import { formOf } from './forms.ts';

type Parts = Parameters<typeof peoplePage>[1];
type Agreements = Parts['agreements'];

/** What the page of people shows of them. */
export async function agreementsShown(
  at: AgencyTx,
  { people, zone, doerOf }: AgencyPeople,
  now: Date,
): Promise<Pick<Agreements, 'asked' | 'onFile' | 'lacking' | 'past'>> {
  const asked = agreementsAsked(await listPolicies(at), dayIn(zone, now));
  const every = await everyAgreement(at);
  const onFile = every.filter(({ withdrawnAt }) => withdrawnAt === null);
  const known = new Map(people.map((one) => [one.id, one]));
  const shown = ({
    id,
    personId,
    policyId,
    version,
    agreedOn,
    paper,
    recordedAt,
    recordedBy,
  }: (typeof every)[number]) => ({
    id,
    personId,
    policyId,
    version,
    agreedOn,
    paper,
    recordedAt: recordedAt.toISOString(),
    by: doerOf(recordedBy),
  });
  const moderators = people.filter(({ leftAt, roles }) => leftAt === null && roles.includes('moderator'));
  return {
    asked,
    onFile: onFile.map(shown),
    past: every.flatMap((one) => {
      const { withdrawnAt, withdrawnBy } = one;
      const person = known.get(one.personId);
      const leftAt = person?.leftAt?.toISOString() ?? null;
      const takenBack =
        withdrawnAt === null ? null : { at: withdrawnAt.toISOString(), by: doerOf(withdrawnBy ?? '') };
      return leftAt === null && takenBack === null
        ? []
        : [{ ...shown(one), name: person?.name ?? one.personId, leftAt, takenBack }];
    }),
    lacking: Object.fromEntries(moderators.map(({ id }) => [id, agreementsLacking(asked, onFile, id)])),
  };
}

export interface PeoplePages {
  readonly personHere: (at: AgencyTx, id: string) => Promise<Person>;
  readonly refuseProgram: (request: FastifyRequest) => void;
  readonly show: (
    request: FastifyRequest,
    reply: FastifyReply,
    more: {
      readonly said: { readonly kind: 'error' | 'success'; readonly text: string | Markup };
      readonly agreements?: Partial<Agreements>;
    },
  ) => Promise<FastifyReply>;
}

export function registerAgreements(
  app: FastifyInstance,
  context: ApiContext,
  { personHere, refuseProgram, show }: PeoplePages,
): void {
  const { db, now } = context.system;

  // Their own too: where there is one administrator, who moderates as well, nobody else could, and the history says who did it.
  app.post<{ Params: { id: string } }>(
    '/people/:id/agreements',
    forAdministrators,
    async (request, reply) => {
      refuseProgram(request);
      const { id } = request.params;
      const form = formOf(request);
      const typed = {
        personId: id,
        which: form.one(`${id}-version`),
        agreedOn: form.one(`${id}-day`),
        paper: form.one(`${id}-paper`),
      };
      const caller = callerOf(request);
      const done = await db.inAgency(caller.agencyId, async (at) => {
        const { name } = await personHere(at, id);
        const today = dayIn(await zoneOf(at), now());
        const [policyId = '', version = ''] = typed.which.split(/ (.*)/s);
        const one = { ...typed, policyId, version, paper: textOrNull(typed.paper) };
        const errors = agreementProblems(one, agreementsAsked(await listPolicies(at), today), today);
        return Object.keys(errors).length > 0
          ? { name, errors }
          : { name, isNew: await recordAgreement(at, one, actorOf(caller)) };
      });
      if ('errors' in done)
        return await show(request, reply, {
          said: {
            kind: 'error',
            text: html`Nothing was put on file yet: see below, at
              <a href="#agreement-${id}">${done.name}</a>.`,
          },
          agreements: { typed, errors: done.errors },
        });
      return await show(request, reply, {
        said: {
          kind: 'success',
          text: done.isNew
            ? html`The agreement of ${done.name} is on file.`
            : html`An agreement of ${done.name} to this version was on file already; nothing was changed. To
              put it right, take that one back first.`,
        },
      });
    },
  );

  app.post<{ Params: { id: string; agreement: string } }>(
    '/people/:id/agreements/:agreement/withdrawal',
    forAdministrators,
    async (request, reply) => {
      refuseProgram(request);
      const { id, agreement } = request.params;
      const caller = callerOf(request);
      const { name, isDone } = await db.inAgency(caller.agencyId, async (at) => {
        const person = await personHere(at, id);
        return { name: person.name, isDone: await withdrawAgreement(at, id, agreement, actorOf(caller)) };
      });
      return await show(request, reply, {
        said: isDone
          ? { kind: 'success', text: html`The agreement of ${name} is taken back: it is on file no more.` }
          : {
              kind: 'error',
              text: html`There is no such agreement of ${name} on file, or it was taken back before.`,
            },
      });
    },
  );
}
