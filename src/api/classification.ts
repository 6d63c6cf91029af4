/** One record's series and days, changed by hand: by calls, and by the forms on its page. Each change is in its history. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { actorOf } from '#agency/agency.ts';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError, type ErrorCode } from '#errors.ts';
import { readRecordRow, recordIdOf } from '#record/record.ts';
import {
  enterDay,
  isCivilDay,
  isEventName,
  readRetention,
  reclassify,
  withdrawDay,
  type ClassificationRefusal,
} from '#retention/retention.ts';
import { callerOf, CLASSIFIERS, refuseSomebodyElse } from './auth.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms, type Form } from './forms.ts';
import { orderOf } from './orders.ts';
import { problemResponses, RecordParams } from './schemas.ts';

const Anything = Type.Object({}, { additionalProperties: true });
const line = (maxLength: number) =>
  Type.String({ minLength: 1, maxLength, pattern: '^[^\\u0000-\\u001f]*\\S[^\\u0000-\\u001f]*$' });

const Change = Type.Object(
  {
    do: Type.Union([Type.Literal('add'), Type.Literal('remove')]),
    edition: line(63),
    series: line(60),
    reason: line(2000),
  },
  { additionalProperties: false },
);
const Day = Type.Union([
  Type.Object(
    { event: line(60), day: line(10), note: Type.Optional(line(500)) },
    { additionalProperties: false },
  ),
  Type.Object({ withdraw: line(36) }, { additionalProperties: false }),
]);

const CHANGE_EXPECTED =
  'Expected {"do": "add" or "remove", "edition": …, "series": a code of it, "reason": why, in one line} as application/json.';
const DAY_EXPECTED =
  'Expected {"event": a word such as case-closed, "day": "2026-11-21", "note": what shows it, if you like}, or {"withdraw": the id of a day that somebody entered}, as application/json.';

const refusal = (code: ErrorCode, sentence: string): ArchiveError =>
  new ArchiveError(code, sentence, { retry: 'never' });
const notFound = (): ArchiveError => refusal('record-not-found', 'There is no such record in this agency.');
const notComplete = (): ArchiveError =>
  refusal(
    'record-not-complete',
    'This record is not complete yet, or its content is destroyed: there is nothing to classify. Its receipt says how it stands.',
  );

const REFUSALS: Readonly<Record<Exclude<ClassificationRefusal, 'not-complete'>, ArchiveError>> = {
  'series-unknown': refusal(
    'classification-invalid',
    'There is no such series in this edition. GET /v1/schedules lists the series that there are.',
  ),
  'series-applies': refusal(
    'classification-conflict',
    'The record stands under this series already; nothing was changed.',
  ),
  'series-not-there': refusal(
    'classification-conflict',
    'The record does not stand under this series; nothing was changed.',
  ),
};

async function classifyHere(
  at: AgencyTx,
  recordId: string,
  change: {
    readonly did: 'added' | 'removed';
    readonly edition: string;
    readonly series: string;
    readonly reason: string;
  },
  actor: string,
): Promise<void> {
  const refused = await reclassify(at, recordId, change, actor);
  if (refused === 'not-complete') throw notComplete();
  if (refused !== null) throw REFUSALS[refused];
}

async function enterHere(
  at: AgencyTx,
  recordId: string,
  said: { readonly event: string; readonly day: string; readonly note: string | null },
  actor: string,
): Promise<void> {
  if (!isEventName(said.event))
    throw refusal(
      'day-invalid',
      'Expected what happened as a word of a schedule: small letters, digits and hyphens, such as case-closed or superseded.',
    );
  if (!isCivilDay(said.day))
    throw refusal('day-invalid', 'Expected a day of the calendar, such as 2026-11-21.');
  if ((await enterDay(at, recordId, said, actor)) === 'not-complete') throw notComplete();
}

async function withdrawHere(at: AgencyTx, recordId: string, id: string, actor: string): Promise<void> {
  const refused = recordIdOf(id) === null ? 'day-not-there' : await withdrawDay(at, recordId, id, actor);
  if (refused === 'not-complete') throw notComplete();
  if (refused === 'day-not-there')
    throw refusal(
      'day-not-found',
      'There is no such day on this record that somebody entered. What the record itself says cannot be withdrawn by hand.',
    );
}

export function registerClassification(routes: FastifyInstance, context: ApiContext): void {
  const { db } = context.system;
  const onRecord = async <T>(
    request: FastifyRequest<{ Params: { id: string } }>,
    work: (at: AgencyTx, id: string, actor: string) => Promise<T>,
  ): Promise<T> => {
    const caller = callerOf(request);
    const id = recordIdOf(request.params.id);
    if (id === null) throw notFound();
    return await db.inAgency(caller.agencyId, async (at) => {
      if ((await readRecordRow(at, id)) === null) throw notFound();
      return await work(at, id, actorOf(caller));
    });
  };
  const options = (summary: string, body: object) => ({
    config: { roles: CLASSIFIERS },
    validatorCompiler: () => () => true,
    schema: {
      summary,
      tags: ['retention'],
      security: [{ key: [] }],
      params: RecordParams,
      body: { content: { 'application/json': { schema: body } } },
      response: { 200: Anything, ...problemResponses(400, 401, 403, 404, 409, 415, 422, 503) },
    },
  });

  routes.post<{ Params: { id: string } }>(
    '/v1/records/:id/classification',
    options('Put a record under one more series, or take one away, with the reason', Change),
    async (request) =>
      await onRecord(request, async (at, id, actor) => {
        const order = orderOf(request, Change, 'classification-invalid', CHANGE_EXPECTED);
        const { do: verb, ...change } = order;
        await classifyHere(at, id, { did: verb === 'add' ? 'added' : 'removed', ...change }, actor);
        return await readRetention(at, id);
      }),
  );
  routes.post<{ Params: { id: string } }>(
    '/v1/records/:id/days',
    options('Say on which day something happened that begins or ends a period, or withdraw it', Day),
    async (request) =>
      await onRecord(request, async (at, id, actor) => {
        const order = orderOf(request, Day, 'day-invalid', DAY_EXPECTED);
        if ('withdraw' in order) await withdrawHere(at, id, order.withdraw, actor);
        else await enterHere(at, id, { ...order, note: order.note ?? null }, actor);
        return await readRetention(at, id);
      }),
  );

  void routes.register(async (pages) => {
    takeForms(pages);
    const form = { schema: { hide: true }, config: { roles: CLASSIFIERS, page: true } } as const;
    const typedOf = (request: FastifyRequest): Form => {
      const typed = formOf(request);
      refuseSomebodyElse(request, typed.one('as'));
      return typed;
    };
    pages.post<{ Params: { id: string } }>('/records/:id/classification', form, async (request, reply) => {
      await onRecord(request, async (at, id, actor) => {
        const typed = typedOf(request);
        // A list that offers both in one choice names them with a space between, which no edition has.
        const [edition = '', ...series] = typed.one('series').split(' ');
        const reason = typed.one('reason').trim();
        if (reason === '' || reason.length > 2000)
          throw refusal('form-invalid', 'Say why, in one line: the reason stands on the record.');
        const did = typed.one('do') === 'remove' ? 'removed' : 'added';
        await classifyHere(at, id, { did, edition, series: series.join(' '), reason }, actor);
      });
      return await reply.redirect(`/records/${request.params.id}#retention`, 303);
    });
    pages.post<{ Params: { id: string } }>('/records/:id/days', form, async (request, reply) => {
      await onRecord(request, async (at, id, actor) => {
        const typed = typedOf(request);
        const withdraw = typed.one('withdraw');
        const note = typed.one('note').trim();
        if (withdraw !== '') await withdrawHere(at, id, withdraw, actor);
        else
          await enterHere(
            at,
            id,
            {
              event: typed.one('event').trim().toLowerCase(),
              day: typed.one('day').trim(),
              note: note === '' ? null : note.slice(0, 500),
            },
            actor,
          );
      });
      return await reply.redirect(`/records/${request.params.id}#retention`, 303);
    });
  });
}
