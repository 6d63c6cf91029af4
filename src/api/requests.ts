/**
 * Requests under the Sunshine Law, by calls: entered, read with their clock, noted and closed by the custodian. What anybody may ask without an
 * account is in `public-requests.ts`.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type, type TSchema } from 'typebox';
import { actorOf } from '#agency/agency.ts';
import { wallTimeIn } from '#civil.ts';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { recordIdOf } from '#record/record.ts';
import {
  addContact,
  changeState,
  closeRequest,
  correctReceipt,
  enterView,
  listMails,
  noteCorrespondence,
  readContacts,
  readCorrections,
  readCorrespondence,
  readOnFile,
  readRequestRow,
  receivedByCustodian,
  receiveRequest,
  requestStanding,
  trackingShown,
  type Moved,
} from '#sunshine/sunshine.ts';
import { callerOf, CUSTODIANS, REQUEST_READERS, hereIn } from './auth.ts';
import type { ApiContext } from './context.ts';
import { calendarHere } from './office-calendar.ts';
import {
  ClosingBody,
  closingOf,
  ContactBody,
  contactOf,
  CorrectionBody,
  correctionOf,
  CorrespondenceBody,
  correspondenceOf,
  newRequestOf,
  ReceiptBody,
  receiptOf,
  RequestBody,
  StateBody,
  stateOf,
} from './request-orders.ts';
import { releasedHere } from './released.ts';
import {
  clockShown,
  contactShown,
  correctionShown,
  correspondenceShown,
  requestShown,
} from './requests-shown.ts';
import { Anything, describedAs, taking, unread } from './described.ts';

export const RequestParams = Type.Object({
  id: Type.String({ description: 'Request id (UUID in lower case)' }),
});
const OneQuery = Type.Object(
  {
    after: Type.Optional(
      Type.String({
        pattern: '^[0-9]{1,6}$',
        description: 'Correspondence behind this one: the "nextCorrespondence" of the page before',
        'x-expected': 'a whole number',
      }),
    ),
  },
  { additionalProperties: false },
);
/** Correspondence of one page. */
const PAGE = 100;

export const noRequest = (): ArchiveError =>
  new ArchiveError('sunshine-request-not-found', 'There is no such request in this agency.', {
    retry: 'never',
  });

export function requestIdOf(text: string): string {
  const id = recordIdOf(text);
  if (id === null) throw noRequest();
  return id;
}

export function settled(moved: Moved): void {
  if (moved === 'unknown') throw noRequest();
  if (moved === 'elsewhere')
    throw new ArchiveError(
      'sunshine-request-state',
      'The request is not in the state that this begins from, so nothing was changed. Read it again; GET /v1/requests/{id} says how it stands.',
      { retry: 'never' },
    );
}

/** A request is granted or denied by somebody, who is named: a key that lies about decides nothing. */
export function deciderOf(
  request: FastifyRequest,
  sentence = 'A request is closed by a person who signed in, not by a key. Sign in, and close it there.',
): string {
  const caller = callerOf(request);
  if (caller.kind === 'key') throw new ArchiveError('role-not-allowed', sentence, { retry: 'never' });
  return actorOf(caller);
}

export function registerRequests(app: FastifyInstance, { system }: ApiContext): void {
  const { db, now } = system;
  const here = hereIn(db);
  const described = describedAs('requests');
  const schema = (summary: string, status: number, statuses: readonly number[], more: object = {}) =>
    described(summary, { [status]: Anything }, statuses, more);

  /** With its clock, explained, and its correspondence by pages. */
  const shownHere = async (at: AgencyTx, id: string, after: number, actor: string) => {
    const row = await readRequestRow(at, id);
    if (row === null) throw noRequest();
    const { n, calendar } = await calendarHere(at);
    const said = await readOnFile(at, id);
    const corrections = await readCorrections(at, id);
    const mails = await listMails(at, id);
    const written = await readCorrespondence(at, id, { after, limit: PAGE + 1 });
    await enterView(at, id, actor);
    const moment = now();
    return {
      ...requestShown(row),
      clock: {
        ...clockShown(requestStanding(row, said, calendar, moment), calendar, moment),
        calendar: row.calendar_n ?? n,
      },
      // What was released of it, when, and by which letters that was told.
      released: await releasedHere(at, id),
      contacts: (await readContacts(at, id)).map(contactShown),
      corrections: corrections.map(correctionShown),
      correspondence: written.slice(0, PAGE).map((one) => ({
        ...correspondenceShown(one),
        // As it came; its bytes: GET /v1/requests/{id}/mails/{n}.eml.
        mail: mails.find(({ n: of }) => of === one.n) ?? null,
      })),
      nextCorrespondence: written.length > PAGE ? (written[PAGE - 1]?.n ?? null) : null,
    };
  };

  app.post(
    '/v1/requests',
    {
      ...unread,
      config: { roles: CUSTODIANS },
      schema: schema(
        'Enter a request: a letter, a mail, a call or a visit, in the words that came. Where the custodian has it, its clock runs',
        201,
        [415, 422],
        taking(RequestBody),
      ),
    },
    async (request, reply) => {
      const asked = newRequestOf(request, now());
      const actor = actorOf(callerOf(request));
      const { requestId, tracking } = await here(
        request,
        async (at) => await receiveRequest(at, asked, actor),
      );
      return await reply.code(201).send({ id: requestId, tracking: trackingShown(tracking) });
    },
  );

  app.get<{ Params: { id: string }; Querystring: { after?: string } }>(
    '/v1/requests/:id',
    {
      config: { roles: REQUEST_READERS },
      schema: schema(
        'A request: its words, its clock with a sentence for each step, its correspondence',
        200,
        [400, 404],
        {
          params: RequestParams,
          querystring: OneQuery,
        },
      ),
    },
    async (request) => {
      const id = requestIdOf(request.params.id);
      const { after = '0' } = request.query;
      return await here(
        request,
        async (at) => await shownHere(at, id, Number(after), actorOf(callerOf(request))),
      );
    },
  );

  const step = (summary: string, body: TSchema) => ({
    ...unread,
    config: { roles: CUSTODIANS },
    schema: schema(summary, 200, [404, 409, 415, 422], { params: RequestParams, ...taking(body) }),
  });

  app.post<{ Params: { id: string } }>(
    '/v1/requests/:id/receipt',
    step(
      'Say when the custodian of records received it. Once: the clock of 610.023.3 runs from then',
      ReceiptBody,
    ),
    async (request) => {
      const id = requestIdOf(request.params.id);
      const receivedAt = receiptOf(request, now());
      const actor = actorOf(callerOf(request));
      await here(request, async (at) => settled(await receivedByCustodian(at, id, receivedAt, actor)));
      return { id, state: 'open' };
    },
  );

  app.post<{ Params: { id: string } }>(
    '/v1/requests/:id/correction',
    step(
      'Correct a time of receipt that was written down wrong, and say why. Both stay on file, and the clock counts from what is so',
      CorrectionBody,
    ),
    async (request) => {
      const id = requestIdOf(request.params.id);
      const said = correctionOf(request, now());
      const actor = actorOf(callerOf(request));
      await here(request, async (at) => settled(await correctReceipt(at, id, said, actor)));
      return { id };
    },
  );

  app.post<{ Params: { id: string } }>(
    '/v1/requests/:id/contact',
    step(
      'Say where an answer reaches who asked, later or anew, and how the body knows. What was said before stays on file; also of a closed request',
      ContactBody,
    ),
    async (request) => {
      const id = requestIdOf(request.params.id);
      const said = contactOf(request);
      const actor = actorOf(callerOf(request));
      await here(request, async (at) => settled(await addContact(at, id, said, actor)));
      return { id };
    },
  );

  app.post<{ Params: { id: string } }>(
    '/v1/requests/:id/state',
    step('Say what is awaited now: nothing (open), an answer, a payment, or that it takes longer', StateBody),
    async (request) => {
      const id = requestIdOf(request.params.id);
      const said = stateOf(request);
      const actor = actorOf(callerOf(request));
      await here(request, async (at) => settled(await changeState(at, id, said, actor)));
      return { id, state: said.to };
    },
  );

  app.post<{ Params: { id: string } }>(
    '/v1/requests/:id/correspondence',
    {
      ...unread,
      config: { roles: CUSTODIANS },
      schema: schema(
        'Add what came or went about it, or a note. Nothing of it is ever changed',
        201,
        [404, 415, 422],
        {
          params: RequestParams,
          ...taking(CorrespondenceBody),
        },
      ),
    },
    async (request, reply) => {
      const id = requestIdOf(request.params.id);
      const said = correspondenceOf(request, now());
      const actor = actorOf(callerOf(request));
      const n = await here(request, async (at) => await noteCorrespondence(at, id, said, actor));
      if (n === null) throw noRequest();
      return await reply.code(201).send({ id, n });
    },
  );

  app.post<{ Params: { id: string } }>(
    '/v1/requests/:id/closing',
    step(
      'Close it, as a person: granted, partly, denied, no records, withdrawn by its requester, or lapsed after a notice (610.026)',
      ClosingBody,
    ),
    async (request) => {
      const actor = deciderOf(request);
      const id = requestIdOf(request.params.id);
      const said = closingOf(request);
      await here(request, async (at) => {
        const { zone } = (await calendarHere(at)).calendar;
        if (said.appealUntil !== null && said.appealUntil < wallTimeIn(zone, now()).day)
          throw new ArchiveError(
            'sunshine-request-invalid',
            '/appealUntil: lies in the past. Expected a day from today on, or null when nobody says.',
            { retry: 'never' },
          );
        settled(await closeRequest(at, id, { ...said, closedAt: now() }, actor));
      });
      return { id, state: 'closed', ...said };
    },
  );
}
