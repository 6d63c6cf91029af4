/** Disposal for people: what is due, the lists, and one list in four steps. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { actorOf, zoneOf } from '#agency/agency.ts';
import { disposalPage, disposalsPage } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import {
  approveDisposal,
  draftDisposal,
  dueBySeries,
  endDisposal,
  exceptRecord,
  inItsWords,
  leftOut,
  listDisposals,
  listItems,
  proposeDisposal,
  sampleItems,
  type Disposal,
  type DisposalItem,
  type LeftOut,
} from '#disposal/disposal.ts';
import { ArchiveError } from '#errors.ts';
import { recordIdOf } from '#record/record.ts';
import { peopleOf, sendPage, textOrNull } from './administration.ts';
import { callerOf } from './auth.ts';
import type { ApiContext } from './context.ts';
import { certificateOf, cleanedOf } from './disposal-papers.ts';
import { DISPOSAL_APPROVERS, DISPOSAL_OFFICERS, DISPOSAL_READERS, listHere, personOf } from './disposals.ts';
import { formOf, takeForms } from './forms.ts';
import { requestsKeeping } from './holds-shown.ts';

const SAMPLE = 10;
const LISTS = 50;
const ITEMS = 100;

const readers = { schema: { hide: true }, config: { roles: DISPOSAL_READERS, page: true } } as const;
const officers = { schema: { hide: true }, config: { roles: DISPOSAL_OFFICERS, page: true } } as const;
const approvers = { schema: { hide: true }, config: { roles: DISPOSAL_APPROVERS, page: true } } as const;

interface Said {
  readonly kind: 'error' | 'success';
  readonly text: string;
}

export function registerDisposalPages(routes: FastifyInstance, context: ApiContext): void {
  const { db, config, now } = context.system;
  const within = async <T>(request: FastifyRequest, work: (at: AgencyTx) => Promise<T>): Promise<T> =>
    await inItsWords(db.inAgency(callerOf(request).agencyId, work));

  const showAll = async (
    request: FastifyRequest,
    reply: FastifyReply,
    said: Said | null,
  ): Promise<FastifyReply> => {
    const parts = await within(request, async (at) => ({
      zone: await zoneOf(at),
      due: await dueBySeries(at, config.coolingOffMs),
      lists: (await listDisposals(at, LISTS)).map(dated),
    }));
    const mayDraft = callerOf(request).roles.some((role) => DISPOSAL_OFFICERS.includes(role));
    return await sendPage(
      reply,
      disposalsPage(context.frameOf(request), { ...parts, mayDraft, said }),
      said?.kind === 'error',
    );
  };
  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    id: string,
    said: Said | null,
    after?: string,
  ): Promise<FastifyReply> => {
    const caller = callerOf(request);
    const parts = await within(request, async (at) => {
      const list = await listHere(at, id);
      const people = await peopleOf(at);
      const named = (who: string | null): string | null =>
        who === null ? null : people.nameOf(`person:${who}`);
      const items = await listItems(at, list.id, ITEMS + 1, after);
      const keeping = await requestsKeeping(
        at,
        request,
        items.map(({ recordId }) => recordId),
      );
      return {
        zone: people.zone,
        list: dated(list),
        names: {
          created: people.doerOf(list.createdBy),
          proposed: named(list.proposedBy),
          approved: named(list.approvedBy),
          ended: list.endedBy === null ? null : people.doerOf(list.endedBy),
        },
        sample:
          list.state === 'draft' || list.state === 'proposed'
            ? (await sampleItems(at, list.id, SAMPLE)).map(bare)
            : [],
        items: items.slice(0, ITEMS).map((item) => ({ ...bare(item), requests: keeping(item.recordId) })),
        left: list.state === 'draft' ? dayed(await leftOut(at, { ...list, records: null }, list.id)) : null,
        next: items.length > ITEMS ? (items[ITEMS - 1]?.recordId ?? null) : null,
        certificate: list.state === 'completed' ? certificateOf(list) : null,
        cleaned: cleanedOf(list),
      };
    });
    const is = (roles: readonly string[]): boolean =>
      caller.kind === 'person' && caller.roles.some((role) => roles.includes(role));
    const page = disposalPage(context.frameOf(request), {
      ...parts,
      now: now(),
      isOfficer: is(DISPOSAL_OFFICERS),
      isApprover: is(DISPOSAL_APPROVERS),
      isProposer: parts.list.proposedBy === caller.id,
      said,
    });
    return await sendPage(reply, page, said?.kind === 'error');
  };
  /** A refusal stands on the page itself, with what to do. */
  const orSaid = async (
    request: FastifyRequest,
    reply: FastifyReply,
    id: string,
    work: (at: AgencyTx, list: Disposal, person: string) => Promise<string>,
  ): Promise<FastifyReply> => {
    try {
      const person = personOf(request);
      const text = await within(request, async (at) => await work(at, await listHere(at, id), person));
      return await show(request, reply, id, { kind: 'success', text });
    } catch (error) {
      if (!(error instanceof ArchiveError) || !['disposal-refused', 'disposal-invalid'].includes(error.code))
        throw error;
      return await show(request, reply, id, { kind: 'error', text: error.message });
    }
  };

  void routes.register(async (app) => {
    takeForms(app);
    app.get<{ Querystring: Record<string, unknown> }>('/disposals', readers, async (request, reply) =>
      showAll(
        request,
        reply,
        request.query['said'] === 'nothing'
          ? {
              kind: 'success',
              text: 'Nothing of this is due now that is not held, locked for longer or on a list already. No list was made.',
            }
          : null,
      ),
    );
    app.post('/disposals', officers, async (request, reply) => {
      const person = personOf(request);
      const form = formOf(request);
      try {
        const made = await within(request, async (at) =>
          draftDisposal(
            at,
            {
              edition: form.one('edition'),
              series: textOrNull(form.one('series')),
              cutoff: null,
              title: null,
              records: form.one('record') === '' ? null : [recordOf(form.one('record'))],
            },
            { coolingOffMs: config.coolingOffMs, actor: actorOf({ kind: 'person', id: person }) },
          ),
        );
        return await reply.redirect(made === null ? '/disposals?said=nothing' : `/disposals/${made.id}`, 303);
      } catch (error) {
        if (
          !(error instanceof ArchiveError) ||
          !['disposal-refused', 'disposal-invalid'].includes(error.code)
        )
          throw error;
        return await showAll(request, reply, { kind: 'error', text: error.message });
      }
    });
    app.get<{ Params: { id: string }; Querystring: Record<string, unknown> }>(
      '/disposals/:id',
      readers,
      async (request, reply) => {
        const { after } = request.query;
        const from = typeof after === 'string' ? recordIdOf(after) : null;
        return await show(request, reply, request.params.id, null, from ?? undefined);
      },
    );
    app.post<{ Params: { id: string } }>('/disposals/:id/exceptions', officers, async (request, reply) =>
      orSaid(request, reply, request.params.id, async (at, { id }, person) => {
        const form = formOf(request);
        const actor = actorOf({ kind: 'person', id: person });
        await exceptRecord(at, id, {
          recordId: recordOf(form.one('record')),
          reason: form.one('reason'),
          actor,
        });
        return 'The record is off the list. It stays, and is due again for the next one.';
      }),
    );
    app.post<{ Params: { id: string } }>('/disposals/:id/proposal', officers, async (request, reply) =>
      orSaid(request, reply, request.params.id, async (at, { id }, personId) => {
        await proposeDisposal(at, id, { personId, authority: textOrNull(formOf(request).one('authority')) });
        return 'The list is frozen and proposed. Somebody else approves it now.';
      }),
    );
    app.post<{ Params: { id: string } }>('/disposals/:id/approval', approvers, async (request, reply) =>
      orSaid(request, reply, request.params.id, async (at, { id }, personId) => {
        await approveDisposal(at, id, { personId, digest: formOf(request).one('digest') });
        return 'The list is approved. The archive begins by itself when the days of cooling off are over.';
      }),
    );
    app.post<{ Params: { id: string } }>('/disposals/:id/refusal', approvers, async (request, reply) =>
      orSaid(request, reply, request.params.id, async (at, { id }, person) => {
        await endDisposal(at, id, {
          as: 'refused',
          actor: `person:${person}`,
          reason: formOf(request).one('reason'),
        });
        return 'The list is refused. Nothing on it is destroyed.';
      }),
    );
    app.post<{ Params: { id: string } }>('/disposals/:id/cancellation', officers, async (request, reply) =>
      orSaid(request, reply, request.params.id, async (at, { id }, person) => {
        await endDisposal(at, id, {
          as: 'cancelled',
          actor: `person:${person}`,
          reason: formOf(request).one('reason'),
        });
        return 'The list is cancelled. Nothing on it is destroyed.';
      }),
    );
  });
}

function recordOf(typed: string): string {
  const id = recordIdOf(typed.trim().toLowerCase());
  if (id !== null) return id;
  throw new ArchiveError('disposal-invalid', 'Give the number of the record, as it stands in the list.', {
    retry: 'never',
  });
}

/** Times as pages write them. */
function dated(list: Disposal) {
  const text = (at: Date | null): string | null => at?.toISOString() ?? null;
  const { certificate: _long, cleaned: _longer, ...rest } = list;
  return {
    ...rest,
    createdAt: list.createdAt.toISOString(),
    proposedAt: text(list.proposedAt),
    approvedAt: text(list.approvedAt),
    coolingUntil: text(list.coolingUntil),
    startedAt: text(list.startedAt),
    finishedAt: text(list.finishedAt),
    completedAt: text(list.completedAt),
    cleanedAt: text(list.cleanedAt),
    endedAt: text(list.endedAt),
  };
}

function bare({ destroyedAt, ...item }: DisposalItem) {
  return { ...item, destroyedAt: destroyedAt?.toISOString() ?? null };
}

function dayed({ lockedUntil, ...left }: LeftOut) {
  return { ...left, lockedUntil: lockedUntil?.toISOString() ?? null };
}
