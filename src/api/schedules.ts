/**
 * Schedules, for programs: filed, read, compared, confirmed by people, and one put in the place of another. What each call does, the page does
 * too (`schedule-pages.ts`), by the same functions (`edition-verbs.ts`).
 */
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { actorOf } from '#agency/agency.ts';
import { ArchiveError } from '#errors.ts';
import { fileEdition, listEditions, listSeries, readEdition } from '#retention/retention.ts';
import { callerOf, CONFIRMERS, EVERYONE, READERS, RETENTION_OFFICERS, hereIn } from './auth.ts';
import type { ApiContext } from './context.ts';
import {
  compareHere,
  confirmHere,
  editionTaken,
  noEdition,
  personOf,
  readFiled,
  succeedHere,
  withdrawHere,
} from './edition-verbs.ts';
import { orderOf } from './orders.ts';
import { Anything, describedAs, taking, unread } from './described.ts';

const Params = Type.Object({ edition: Type.String({ description: 'Name of an edition' }) });

const Filed = Type.Object(
  {
    format: Type.Union([Type.Literal('yaml'), Type.Literal('csv')]),
    text: Type.String({ description: 'The file: YAML with everything, or CSV with one series a row' }),
    edition: Type.Optional(Type.String({ description: 'Of CSV: its short name, for ever' })),
    title: Type.Optional(Type.String()),
    source: Type.Optional(
      Type.String({ description: 'Whose document, of which date, and where it was had' }),
    ),
  },
  { additionalProperties: false },
);
const Confirmation = Type.Object(
  {
    digest: Type.String({ description: 'Of the edition as you read it' }),
    note: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })),
  },
  { additionalProperties: false },
);
const Withdrawal = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 2000, description: 'What is wrong with it' }) },
  { additionalProperties: false },
);
const Succession = Type.Object(
  {
    from: Type.String({ description: 'The edition whose place it takes' }),
    digest: Type.String({ description: 'Of the newer edition, as the comparison showed it' }),
  },
  { additionalProperties: false },
);

export function registerSchedules(app: FastifyInstance, context: ApiContext): void {
  const { db } = context.system;
  const here = hereIn(db);
  const described = describedAs('retention');
  const schema = (summary: string, statuses: readonly number[], more: object = {}) =>
    described(summary, { 200: Anything }, statuses, more);

  app.get(
    '/v1/schedules',
    {
      config: { roles: EVERYONE },
      schema: schema('Editions of the retention schedule, their series, and whether each is confirmed', []),
    },
    async (request) =>
      await here(request, async (at) => ({
        editions: await listEditions(at),
        series: (await listSeries(at)).map(({ agency_id: _agency, code, number, ...series }) => ({
          ...series,
          code,
          // As it was called before editions had codes of their own.
          number: number ?? code,
          officialNumber: number,
        })),
      })),
  );
  app.post(
    '/v1/schedules',
    {
      config: { roles: RETENTION_OFFICERS },
      ...unread,
      schema: schema(
        'File an edition; nothing of it is taken in while a line of it is wrong. It counts for nothing until two people have confirmed it',
        [400, 409, 415, 422],
        taking(Filed),
      ),
    },
    async (request) => {
      const order = orderOf(
        request,
        Filed,
        'edition-invalid',
        'Expected {"format": "yaml" or "csv", "text": "the file"}, and for CSV "edition", "title" and "source", as application/json.',
      );
      const { format, text, edition = '', title = '', source = '' } = order;
      const read = readFiled(format, text, { edition, title, source });
      if (read.problems !== undefined) throw editionProblem(read.problems);
      const caller = callerOf(request);
      return await here(request, async (at) => {
        if (!(await fileEdition(at, read.edition, actorOf(caller)))) throw editionTaken();
        return await readEdition(at, read.edition.edition);
      });
    },
  );
  app.get<{ Params: { edition: string } }>(
    '/v1/schedules/:edition',
    {
      config: { roles: READERS },
      schema: schema('An edition, with its digest and who confirmed it', [404], { params: Params }),
    },
    async (request) =>
      await here(request, async (at) => {
        const found = await readEdition(at, request.params.edition);
        if (found === null) throw noEdition();
        return found;
      }),
  );
  app.get<{ Params: { edition: string }; Querystring: { from: string } }>(
    '/v1/schedules/:edition/comparison',
    {
      config: { roles: READERS },
      schema: schema('What becomes of the records of another edition under this one', [400, 404], {
        params: Params,
        querystring: Type.Object({ from: Type.String() }, { additionalProperties: false }),
      }),
    },
    async (request) =>
      await here(request, async (at) => {
        const compared = await compareHere(at, request.query.from, request.params.edition);
        if (compared === null) throw noEdition();
        return compared;
      }),
  );
  app.post<{ Params: { edition: string } }>(
    '/v1/schedules/:edition/confirmations',
    {
      config: { roles: CONFIRMERS },
      ...unread,
      schema: schema(
        'Confirm an edition, as a person, over what they read (its digest). Two different people must',
        [400, 404, 409, 415, 422],
        { params: Params, ...taking(Confirmation) },
      ),
    },
    async (request) => {
      const personId = personOf(request, 'confirm');
      const order = orderOf(
        request,
        Confirmation,
        'edition-invalid',
        'Expected {"digest": "that of the edition as you read it", "note": "where you compared it, if you like"} as application/json.',
      );
      const { edition } = request.params;
      return await here(request, async (at) => {
        await confirmHere(at, { edition, personId, digest: order.digest, note: order.note ?? null });
        return await readEdition(at, edition);
      });
    },
  );
  app.post<{ Params: { edition: string } }>(
    '/v1/schedules/:edition/succession',
    {
      config: { roles: RETENTION_OFFICERS },
      ...unread,
      schema: schema(
        'Put this edition in the place of another, as a person: its records move to the same codes, and nothing is destroyed under the other any more. A lock that stands is never shortened',
        [400, 404, 409, 415, 422],
        { params: Params, ...taking(Succession) },
      ),
    },
    async (request) => {
      personOf(request, 'succeed');
      const { from, digest } = orderOf(
        request,
        Succession,
        'edition-invalid',
        'Expected {"from": "the edition whose place it takes", "digest": "of the newer one, as GET …/comparison shows it"} as application/json.',
      );
      const { edition: to } = request.params;
      const actor = actorOf(callerOf(request));
      return await here(request, async (at) => ({
        moved: await succeedHere(at, { from, to, digest }, actor),
      }));
    },
  );
  app.post<{ Params: { edition: string } }>(
    '/v1/schedules/:edition/withdrawal',
    {
      config: { roles: CONFIRMERS },
      ...unread,
      schema: schema(
        'Withdraw an edition that was found wrong, as a person and for ever: nothing is destroyed under it any more',
        [400, 404, 409, 415, 422],
        { params: Params, ...taking(Withdrawal) },
      ),
    },
    async (request) => {
      const personId = personOf(request, 'withdraw');
      const { reason } = orderOf(
        request,
        Withdrawal,
        'edition-invalid',
        'Expected {"reason": "what is wrong with the edition"} as application/json.',
      );
      const { edition } = request.params;
      return await here(request, async (at) => {
        await withdrawHere(at, { edition, personId, reason });
        return await readEdition(at, edition);
      });
    },
  );
}

/** Every problem with its line, so that all can be mended at once. */
function editionProblem(
  problems: readonly { readonly line: number | null; readonly why: string }[],
): ArchiveError {
  const count = problems.length;
  return new ArchiveError(
    'edition-invalid',
    `Nothing of the file was taken in, because ${count === 1 ? 'one thing in it is' : `${count} things in it are`} not understood; "problems" says each with its line. Mend them and send it again.`,
    {
      retry: 'never',
      details: {
        problems: problems.map(({ line, why }) => ({
          pointer: '/text',
          code: 'edition-invalid',
          line,
          sentence: line === null ? why : `Line ${line}: ${why}`,
        })),
      },
    },
  );
}
