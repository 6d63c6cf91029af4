/** Reviewing the set of a request, as pages. The same verb as the call (`reviews.ts`); works without scripts. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { actorOf, zoneOf } from '#agency/agency.ts';
import { wallTimeIn } from '#civil.ts';
import { pageHeaders, reviewListPage, reviewPage } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { howShown } from '#intake/intake.ts';
import {
  besideInSet,
  citableOn,
  countSet,
  dated,
  decideForAll,
  goingOut,
  readInSet,
  readReviewable,
  sealStoppedAt,
  readReviews,
  readSet,
  suggest,
  type Review,
  type SetFilter,
} from '#production/production.ts';
import { appendEvent, readRecord, receiptCode, recordIdOf } from '#record/record.ts';
import { readRequestRow, trackingShown, type RequestRow } from '#sunshine/sunshine.ts';
import { linesOf, peopleOf } from './administration.ts';
import { callerOf, CUSTODIANS, refuseSomebodyElse, REQUEST_READERS } from './auth.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms, type Form } from './forms.ts';
import { deciderOf, noRequest, requestIdOf } from './requests.ts';
import { decisionOf } from './review-form.ts';
import { ALL_OF_IT, goingSaid, seenOf } from './review-going.ts';
import { othersIn, sameSaid } from './review-same.ts';
import { citesOf, clausesOf, fieldsOf } from './review-shown.ts';
import { lastTyped, type Typed } from './review-typed.ts';
import { COMPARED, listSet, notInSet, recordInSet, SET_FILTERS, type Listed } from './reviews.ts';
import { enterSearch } from './searches.ts';

const PER_PAGE = 50;
/** A record may have many fields, each with passages that were typed. */
const FORM_LIMIT_BYTES = 512 * 1024;
const MENDABLE = [
  'review-invalid',
  'review-changed',
  'review-not-acknowledged',
  'exemption-refused',
  'redaction-refused',
];

type Parts = Parameters<typeof reviewPage>[1];
type Named = FastifyRequest<{ Params: { id: string; recordId: string } }>;

export function registerReviewPages(routes: FastifyInstance, context: ApiContext): void {
  const { db, now } = context.system;
  const forReaders = { schema: { hide: true }, config: { roles: REQUEST_READERS, page: true } } as const;
  const forCustodians = { schema: { hide: true }, config: { roles: CUSTODIANS, page: true } } as const;

  routes.get<{ Params: { id: string }; Querystring: Record<string, unknown> }>(
    '/requests/:id/review',
    forReaders,
    async (request, reply) => {
      const id = requestIdOf(request.params.id);
      const filter = SET_FILTERS.find((one): one is SetFilter => one === request.query['answer']) ?? null;
      const said = request.query['after'];
      const after = typeof said === 'string' ? recordIdOf(said) : null;
      const caller = callerOf(request);
      const parts = await db.inAgency(caller.agencyId, async (at) => {
        const row = await readRequestRow(at, id);
        if (row === null) throw noRequest();
        const { listed, next } = await listSet(at, id, { after, limit: PER_PAGE, filter });
        await enterSearch(at, caller, {
          list: 'request-records',
          filters: filter === null ? [] : ['answer'],
          continued: after !== null,
          found: listed.length,
        });
        const [first] = await readSet(at, id, { after: null, limit: 1, filter: 'undecided' });
        return {
          request: requestSaid(row),
          zone: await zoneOf(at),
          count: await countSet(at, id),
          filter,
          listed: listed.map(listedSaid),
          next,
          first: first?.recordId ?? null,
          compared: COMPARED,
          keptFor: keptFor(request.query['done']),
        };
      });
      return await reply.headers(pageHeaders({})).send(reviewListPage(context.frameOf(request), parts));
    },
  );

  const show = async (
    request: Named,
    reply: FastifyReply,
    typed: Typed | null,
    error: string | null,
    /** As it was typed, where that can be kept: what goes out with it is shown. */
    review: Review | null = null,
  ): Promise<FastifyReply> => {
    const id = requestIdOf(request.params.id);
    const recordId = recordInSet(request.params.recordId);
    const caller = callerOf(request);
    const { done, beside } = request.query as Record<string, unknown>;
    const mayDecide = caller.kind === 'person' && caller.roles.some((role) => CUSTODIANS.includes(role));
    const parts = await db.inAgency(caller.agencyId, async (at): Promise<Parts> => {
      const row = await readRequestRow(at, id);
      if (row === null) throw noRequest();
      if ((await readInSet(at, id, recordId)) === null) throw notInSet();
      await appendEvent(at, recordId, {
        type: 'view.opened',
        actor: actorOf(caller),
        body: { what: 'record' },
      });
      const record = await readReviewable(at, recordId);
      const reviews = await readReviews(at, id, recordId, 50);
      const { zone, doerOf } = await peopleOf(at);
      const form = typed ?? lastTyped(reviews[0], record);
      const listed = await oneOfSet(at, id, recordId);
      const files = (await readRecord(at, recordId))?.artifacts ?? [];
      return {
        request: { ...requestSaid(row), words: row.words },
        zone,
        record: {
          ...listedSaid(listed),
          code: receiptCode(recordId),
          facts: record.factsSeen,
          files: record.filesSeen,
          isSealed: record.isSealed,
          neverLeaves: record.neverLeaves,
          sealStoppedAt: record.isSealed
            ? null
            : ((await sealStoppedAt(at, recordId))?.toISOString() ?? null),
          clauses: clausesOf(record),
        },
        beside: await besideInSet(at, id, recordId),
        fields: fieldsOf(record, form),
        fileParts: files.map((file) => {
          const how = record.neverLeaves ? null : howShown(file);
          return {
            n: file.n,
            role: file.role,
            originalName: file.originalName,
            mediaType: file.mediaType,
            sizeBytes: file.sizeBytes,
            shown: how === 'as-it-is' ? ('picture' as const) : how,
            picture: file.picture?.decodable === true ? file.picture : null,
            read: file.read,
            suggestions: suggest(file.read?.text ?? ''),
          };
        }),
        exemptions: citableOn(wallTimeIn(zone, now()).day),
        going: goingSaid(recordId, review ?? ALL_OF_IT, record),
        same: await sameSaid(at, {
          requestId: id,
          record,
          alike: mayDecide && row.state !== 'closed' ? listed.alike : { same: [], nearly: [] },
          beside: beside === 'yes' || form.all('with').length > 0,
          caller,
        }),
        decisions: reviews.map((one) => ({
          n: one.n,
          answer: one.answer,
          cites: citesOf(one),
          description: one.description,
          note: one.note,
          acknowledged: one.acknowledged?.length ?? 0,
          at: one.at.toISOString(),
          by: doerOf(one.by),
        })),
        after: reviews[0]?.n ?? 0,
        typed: form.one,
        ticked: (name, value) => form.all(name).includes(value),
        all: form.all,
        error,
        keptFor: keptFor(done),
        mayDecide,
      };
    });
    const content = context.places.contentFor(request.headers.host);
    return await reply
      .code(error === null ? 200 : 422)
      .headers(pageHeaders({ content }))
      .send(reviewPage(context.frameOf(request), parts));
  };

  void routes.register(async (app) => {
    takeForms(app, FORM_LIMIT_BYTES);

    app.get<{ Params: { id: string; recordId: string } }>(
      '/requests/:id/review/:recordId',
      forReaders,
      async (request, reply) => await show(request, reply, null, null),
    );

    app.post<{ Params: { id: string; recordId: string } }>(
      '/requests/:id/review/:recordId',
      forCustodians,
      async (request, reply) => {
        const form = formOf(request);
        refuseSomebodyElse(request, form.one('as'));
        const requestId = requestIdOf(request.params.id);
        const recordId = recordInSet(request.params.recordId);
        const actor = deciderOf(
          request,
          'What is released is decided by a person who signed in, not by a key. Sign in, and decide there.',
        );
        let review: Review | null = null;
        try {
          const next = await db.inAgency(callerOf(request).agencyId, async (at) => {
            if ((await readInSet(at, requestId, recordId)) === null) throw notInSet();
            const day = wallTimeIn(await zoneOf(at), now()).day;
            const record = await readReviewable(at, recordId);
            review = dated(decisionOf(form, record, citableOn(day)), day);
            const going = goingOut(review, record);
            const seen = { facts: countOf(form, 'facts'), files: countOf(form, 'files') };
            const note = linesOf(form.one('note')).trim();
            const decision = {
              requestId,
              recordId,
              after: countOf(form, 'after'),
              seen,
              review,
              note: note === '' ? null : note,
              acknowledged: form.one('seen') === seenOf(recordId, going) ? going.map(({ name }) => name) : [],
            };
            if (note.length > 5000)
              throw new ArchiveError('review-invalid', 'The note has more than 5,000 characters.', {
                retry: 'never',
              });
            const others = await othersIn(at, form, review);
            await decideForAll(at, decision, others, actor);
            return { id: (await besideInSet(at, requestId, recordId)).undecided, many: 1 + others.length };
          });
          const where = next.id === null ? '' : `/${next.id}`;
          return await reply.redirect(`/requests/${requestId}/review${where}?done=${next.many}`, 303);
        } catch (failure) {
          if (!(failure instanceof ArchiveError) || !MENDABLE.includes(failure.code)) throw failure;
          return await show(request, reply, form, failure.message, review);
        }
      },
    );
  });
}

const requestSaid = (row: RequestRow) => ({
  id: row.id,
  number: trackingShown(row.tracking),
  isClosed: row.state === 'closed',
});

const listedSaid = ({ row, alike, elsewhere }: Listed) => ({
  recordId: row.recordId,
  kind: row.kind,
  author: row.author,
  excerpt: row.excerpt,
  platform: row.platform,
  account: row.account,
  receivedAt: row.receivedAt.toISOString(),
  answer: row.answer,
  changedSince: row.changedSince,
  byPictures: row.byPictures,
  same: alike.same,
  nearly: alike.nearly.map((one) => one.recordId),
  elsewhere,
});

/** As the list would show it. */
async function oneOfSet(at: AgencyTx, requestId: string, recordId: string): Promise<Listed> {
  const { listed } = await listSet(at, requestId, { after: null, limit: 1, filter: null, only: recordId });
  const [one] = listed;
  if (one === undefined) throw notInSet();
  return one;
}

/** For how many records the decision before was kept. */
const keptFor = (done: unknown): number =>
  typeof done === 'string' && /^[1-9]\d{0,2}$/.test(done) ? Number(done) : 0;

function countOf(form: Form, name: string): number {
  const said = form.one(name);
  if (!/^\d{1,7}$/.test(said))
    throw new ArchiveError('review-invalid', 'This form is not as the page made it. Open the page again.', {
      retry: 'never',
    });
  return Number(said);
}
