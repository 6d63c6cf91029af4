/** Who is told by mail, for administrators. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { actorOf, isPack, listPolicies, zoneOf } from '#agency/agency.ts';
import { html, officesPage, ours } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import type { ArchiveError } from '#errors.ts';
import {
  addOffice,
  changeAddress,
  endOffice,
  listOffices,
  OFFICE_SENTENCES,
  tryOffice,
  type OfficeRefusal,
} from '#routing/routing.ts';
import { forAdministrators, idHere, notHere, refuseProgram, sendPage } from './administration.ts';
import { callerOf } from './auth.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms } from './forms.ts';

type Parts = Parameters<typeof officesPage>[1];

const NOTHING_TYPED: Parts['typed'] = { name: '', email: '', duty: 'custodian', policyId: '', citation: '' };
const PLACES: Readonly<Record<OfficeRefusal, keyof Parts['errors']>> = {
  'name-unfit': 'name',
  'email-unfit': 'email',
  'email-taken': 'email',
  'duty-unknown': 'duty',
  'policy-unknown': 'policyId',
  'citation-unfit': 'citation',
};

const TRIED: Readonly<Record<'off' | 'owed' | 'recently', Partial<Pick<Parts, 'errors' | 'said'>>>> = {
  off: {
    errors: {},
    said: { kind: 'error', text: 'Nothing was sent: mail is not set up on this installation.' },
  },
  owed: {
    said: {
      kind: 'success',
      text: 'A letter is on its way. Open this page again in a moment: it says whether the mail server took it.',
    },
  },
  recently: {
    errors: {},
    said: {
      kind: 'error',
      text: 'This address was tried in the last ten minutes. See below what came of it, and wait a little.',
    },
  },
};

const NO_SUCH_OFFICE = 'There is no such office in this agency, or it is told no more. Open the list anew.';

export function registerOffices(routes: FastifyInstance, context: ApiContext): void {
  const { db, config } = context.system;

  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    more: Partial<Pick<Parts, 'typed' | 'errors' | 'said'>> = {},
  ): Promise<FastifyReply> => {
    const parts = await db.inAgency(callerOf(request).agencyId, async (at) => ({
      offices: await listOffices(at),
      zone: await zoneOf(at),
      policies: await ordersOf(at),
    }));
    const page = officesPage(context.frameOf(request), {
      ...parts,
      mailIsOn: config.smtp !== null,
      typed: NOTHING_TYPED,
      errors: {},
      said: null,
      ...more,
    });
    return await sendPage(reply, page, more.errors !== undefined);
  };
  const noSuchOffice = (): ArchiveError => notHere('office-not-found', NO_SUCH_OFFICE);
  void routes.register(async (app) => {
    takeForms(app);
    app.get('/offices', forAdministrators, async (request, reply) => await show(request, reply));

    app.post('/offices', forAdministrators, async (request, reply) => {
      refuseProgram(request, 'office add');
      const form = formOf(request);
      const typed = {
        name: form.one('name'),
        email: form.one('email'),
        duty: form.one('duty'),
        policyId: form.one('policyId'),
        citation: form.one('citation'),
      };
      const caller = callerOf(request);
      const added = await db.inAgency(
        caller.agencyId,
        async (at) => await addOffice(at, typed, actorOf(caller)),
      );
      if ('refused' in added)
        return await show(request, reply, {
          typed,
          errors: { [PLACES[added.refused]]: OFFICE_SENTENCES[added.refused] },
          said: { kind: 'error', text: 'Nothing was added yet: see below.' },
        });
      return await show(request, reply, {
        said: { kind: 'success', text: html`${typed.name.trim()} is told from now on.` },
      });
    });

    app.post<{ Params: { id: string } }>('/offices/:id/end', forAdministrators, async (request, reply) => {
      const id = officeOf(request);
      const caller = callerOf(request);
      const ended = await db.inAgency(
        caller.agencyId,
        async (at) => await endOffice(at, id, actorOf(caller)),
      );
      if (!ended) throw noSuchOffice();
      return await show(request, reply, {
        said: {
          kind: 'success',
          text: 'This office is told no more, and what it was not told yet is not sent. What it was told stays in the histories.',
        },
      });
    });

    app.post<{ Params: { id: string } }>(
      '/offices/:id/address',
      forAdministrators,
      async (request, reply) => {
        const id = officeOf(request);
        const caller = callerOf(request);
        const refused = await db.inAgency(
          caller.agencyId,
          async (at) => await changeAddress(at, id, formOf(request).one('email'), actorOf(caller)),
        );
        if (refused === 'no-such-office') throw noSuchOffice();
        return await show(
          request,
          reply,
          refused === null
            ? {
                said: { kind: 'success', text: 'The address is changed. What waited for it goes there now.' },
              }
            : {
                errors: {},
                said: {
                  kind: 'error',
                  text: html`The address stays as it was. ${ours(OFFICE_SENTENCES[refused])}`,
                },
              },
        );
      },
    );

    app.post<{ Params: { id: string } }>('/offices/:id/letter', forAdministrators, async (request, reply) => {
      const id = officeOf(request);
      const caller = callerOf(request);
      const tried = await db.inAgency(caller.agencyId, async (at) =>
        !(await listOffices(at)).some((one) => one.id === id && one.endedAt === null)
          ? 'no-such-office'
          : config.smtp === null
            ? 'off'
            : await tryOffice(at, id, actorOf(caller)),
      );
      if (tried === 'no-such-office') throw noSuchOffice();
      return await show(request, reply, TRIED[tried]);
    });
  });
}

/** Whose letters go where is decided by people. */
function officeOf(request: FastifyRequest<{ Params: { id: string } }>): string {
  refuseProgram(request, 'office add');
  return idHere(request.params.id, 'office-not-found', NO_SUCH_OFFICE);
}

/** What the newest version of each policy says of who keeps the records and who is sent them. */
async function ordersOf(at: AgencyTx): Promise<Parts['policies']> {
  const seen = new Set<string>();
  return (await listPolicies(at)).flatMap(({ policyId, version, title, rules }) => {
    if (seen.has(policyId)) return [];
    seen.add(policyId);
    const custodian = 'custodian' in rules && rules.custodian !== null ? [rules.custodian] : [];
    const orders = [...custodian, ...('sendTo' in rules ? rules.sendTo : [])];
    return [{ policyId, title, isPack: isPack(policyId, version), orders }];
  });
}
