/** Lists of disposal, by call: drafted, frozen and proposed, approved by somebody else, and what became of them. Pages are in disposal-pages.ts. */
import type { Static, TSchema } from 'typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { actorOf, type Role } from '#agency/agency.ts';
import type { AgencyTx } from '#db/db.ts';
import {
  approveDisposal,
  checkRecords,
  draftDisposal,
  endDisposal,
  exceptRecord,
  inItsWords,
  leftOut,
  listDisposals,
  listItems,
  proposeDisposal,
  readDisposal,
  type Disposal,
} from '#disposal/disposal.ts';
import { ArchiveError } from '#errors.ts';
import { recordIdOf } from '#record/record.ts';
import { idHere, notHere } from './administration.ts';
import { callerOf } from './auth.ts';
import type { ApiContext } from './context.ts';
import { sendCertificate } from './disposal-papers.ts';
import {
  ApproveBody,
  bodyOf,
  DraftBody,
  EndBody,
  ExceptBody,
  jsonBody,
  One,
  Page,
  Params,
  ProposeBody,
} from './disposal-schema.ts';
import { requestsKeeping } from './holds-shown.ts';
import { answers, problemResponses } from './schemas.ts';

export const DISPOSAL_READERS: readonly Role[] = [
  'custodian',
  'retention-officer',
  'approver',
  'auditor',
  'administrator',
];
export const DISPOSAL_OFFICERS: readonly Role[] = ['retention-officer'];
export const DISPOSAL_APPROVERS: readonly Role[] = ['approver'];
const NO_SUCH_LIST = 'There is no such list of disposal in this agency.';
const PAGE = 100;

/** Without the papers, which have calls of their own. */
function shown({ certificate: _long, cleaned: _longer, ...list }: Disposal): object {
  return list;
}

/** The list that an address names, or nothing of it. */
export async function listHere(at: AgencyTx, id: string): Promise<Disposal> {
  const list = await readDisposal(at, idHere(id, 'disposal-not-found', NO_SUCH_LIST));
  if (list === null) throw notHere('disposal-not-found', NO_SUCH_LIST);
  return list;
}

/** Two people decide, and a key is nobody: it may be in anybody's hands. */
export function personOf(request: FastifyRequest): string {
  const { kind, id } = callerOf(request);
  if (kind === 'person') return id;
  throw new ArchiveError(
    'role-not-allowed',
    'A list is proposed and approved by people who signed in, not by a key. Sign in, and decide it there.',
    { retry: 'never' },
  );
}

export function registerDisposals(app: FastifyInstance, context: ApiContext): void {
  const { system } = context;
  const { db } = system;
  const within = async <T>(request: FastifyRequest, work: (at: AgencyTx) => Promise<T>): Promise<T> =>
    await inItsWords(db.inAgency(callerOf(request).agencyId, work));
  const about = (summary: string, more: object, statuses: readonly number[] = []) => ({
    summary,
    tags: ['disposals'],
    security: [{ key: [] }],
    response: { 200: One, ...problemResponses(401, 403, 404, 503, ...statuses) },
    ...more,
  });

  app.get<{ Querystring: Static<typeof Page> }>(
    '/v1/disposals',
    {
      config: { roles: DISPOSAL_READERS },
      schema: about('Lists of disposal, newest first', { querystring: Page }, [400]),
    },
    async (request) =>
      await within(request, async (at) => {
        const lists = await listDisposals(at, PAGE + 1, request.query.cursor);
        const page = lists.slice(0, PAGE);
        return { disposals: page.map(shown), next: lists.length > PAGE ? (page.at(-1)?.id ?? null) : null };
      }),
  );

  app.post<{ Body: Buffer }>(
    '/v1/disposals',
    {
      config: { roles: DISPOSAL_OFFICERS },
      validatorCompiler: () => () => true,
      schema: about(
        'Make a list of what is due now, at most 2,000 records, due longest first: a draft, from which single records can be excepted; {"disposal": null} when nothing is due. "leftOut" says how many are due as well and locked in the store for longer than a list waits, and how many are for a later list',
        { body: bodyOf(DraftBody) },
        [400, 409, 422],
      ),
    },
    async (request) => {
      const said = jsonBody(request, DraftBody);
      for (const record of said.records ?? [])
        if (recordIdOf(record) === null)
          throw new ArchiveError('record-not-found', 'There is no such record in this agency.', {
            retry: 'never',
          });
      const { coolingOffMs } = system.config;
      const terms = {
        edition: said.edition,
        series: said.series ?? null,
        cutoff: said.cutoff ?? null,
        records: said.records ?? null,
      };
      return await within(request, async (at) => {
        const made = await draftDisposal(
          at,
          { ...terms, title: said.title ?? null },
          { coolingOffMs, actor: actorOf(callerOf(request)) },
        );
        return {
          disposal: made === null ? null : shown(made),
          leftOut: await leftOut(at, { ...terms, coolingOffMs }, made?.id ?? null),
        };
      });
    },
  );

  app.get<{ Params: { id: string }; Querystring: Static<typeof Page> }>(
    '/v1/disposals/:id',
    {
      config: { roles: DISPOSAL_READERS },
      schema: about('A list, with its records by pages of 100', { params: Params, querystring: Page }, [400]),
    },
    async (request) =>
      await within(request, async (at) => {
        const list = await listHere(at, request.params.id);
        const items = await listItems(at, list.id, PAGE + 1, request.query.cursor);
        const page = items.slice(0, PAGE);
        const keeping = await requestsKeeping(
          at,
          request,
          page.map(({ recordId }) => recordId),
        );
        return {
          ...shown(list),
          items: page.map((item) => ({ ...item, requests: keeping(item.recordId) })),
          next: items.length > PAGE ? (page.at(-1)?.recordId ?? null) : null,
        };
      }),
  );

  const step = <Body extends TSchema>(
    path: string,
    roles: readonly Role[],
    summary: string,
    body: Body,
    work: (at: AgencyTx, list: Disposal, request: FastifyRequest, said: Static<Body>) => Promise<Disposal>,
  ): void => {
    app.post<{ Params: { id: string } }>(
      `/v1/disposals/:id/${path}`,
      {
        config: { roles },
        validatorCompiler: () => () => true,
        schema: about(summary, { params: Params, body: bodyOf(body) }, [400, 409, 422]),
      },
      async (request) =>
        await within(request, async (at) => {
          const list = await listHere(at, request.params.id);
          return shown(await work(at, list, request, jsonBody(request, body)));
        }),
    );
  };
  step(
    'exceptions',
    DISPOSAL_OFFICERS,
    'Take one record off a draft, with the reason',
    ExceptBody,
    async (at, { id }, request, { recordId, reason }) =>
      await exceptRecord(at, id, { recordId, reason, actor: actorOf(callerOf(request)) }),
  );
  step(
    'proposal',
    DISPOSAL_OFFICERS,
    'Freeze the list and propose it: from here on its digest stands for it',
    ProposeBody,
    async (at, { id }, request, { authority }) =>
      await proposeDisposal(at, id, { personId: personOf(request), authority: authority ?? null }),
  );
  step(
    'approval',
    DISPOSAL_APPROVERS,
    'Approve the list with this digest: by another person than who proposed it',
    ApproveBody,
    async (at, { id }, request, { digest }) =>
      await approveDisposal(at, id, { personId: personOf(request), digest }),
  );
  step(
    'refusal',
    DISPOSAL_APPROVERS,
    'Refuse a proposed list, with the reason',
    EndBody,
    async (at, { id }, request, { reason }) =>
      await endDisposal(at, id, { as: 'refused', actor: `person:${personOf(request)}`, reason }),
  );
  step(
    'cancellation',
    DISPOSAL_OFFICERS,
    'Cancel a list of which nothing was destroyed, with the reason',
    EndBody,
    async (at, { id }, request, { reason }) =>
      await endDisposal(at, id, { as: 'cancelled', actor: `person:${personOf(request)}`, reason }),
  );

  app.get<{ Params: { id: string }; Querystring: Static<typeof Page> }>(
    '/v1/disposals/:id/dry-run',
    {
      config: { roles: DISPOSAL_READERS },
      schema: about(
        'What would happen now, object by object in each store, and what would be refused and why; 20 records a page',
        { params: Params, querystring: Page },
        [400],
      ),
    },
    async (request) => {
      const { agencyId } = callerOf(request);
      const items = await within(request, async (at) => {
        const list = await listHere(at, request.params.id);
        return await listItems(at, list.id, 21, request.query.cursor);
      });
      const page = items.slice(0, 20);
      const records = await checkRecords(
        db,
        { reader: system.reader, settings: system.config },
        agencyId,
        request.params.id,
        page.flatMap(({ recordId, state, exceptedWhy }) =>
          exceptedWhy === null && state === 'listed' ? [recordId] : [],
        ),
      );
      return { records, next: items.length > 20 ? (page.at(-1)?.recordId ?? null) : null };
    },
  );

  for (const [path, form, type, what] of [
    [
      'certificate',
      'certificate',
      'application/json',
      'The signed certificate, byte for byte as it lies in the store',
    ],
    [
      'certificate.pdf',
      'pdf',
      'application/pdf',
      'The certificate as a tagged PDF with the signed JSON attached',
    ],
    ['cleaned', 'cleaned', 'application/json', 'What the clean-up of the database did afterwards, signed'],
  ] as const)
    app.get<{ Params: { id: string } }>(
      `/v1/disposals/:id/${path}`,
      {
        config: { roles: DISPOSAL_READERS },
        schema: {
          summary: what,
          tags: ['disposals'],
          security: [{ key: [] }],
          params: Params,
          response: { 200: answers(what, type), ...problemResponses(401, 403, 404, 409, 503) },
        },
      },
      async (request, reply) => {
        const list = await within(request, async (at) => await listHere(at, request.params.id));
        return await sendCertificate(context, request, reply, list, form);
      },
    );
}
