/** The custodian's pages of requests: the list, entering one, one of them, and each step of it. The same verbs as the calls. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { actorOf } from '#agency/agency.ts';
import {
  REQUEST_FIELDS,
  requestFormPage,
  requestPage,
  requestsPage,
  type RequestField,
  type TakenMail,
  type StepForm,
} from '#console/console.ts';
import type { AgencyTx, RequestState } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import {
  addContact,
  changeState,
  closeRequest,
  correctReceipt,
  enterView,
  keepMail,
  listMails,
  takeMail,
  noteCorrespondence,
  readContacts,
  readCorrections,
  readCorrespondence,
  readNeverSent,
  readOnFile,
  readRequestRow,
  receivedByCustodian,
  receiveRequest,
  requestStanding,
  RUNNING_STATES,
  trackingShown,
  type RequestRow,
} from '#sunshine/sunshine.ts';
import { namesOf } from './actor-names.ts';
import { sendPage } from './administration.ts';
import { callerOf, CUSTODIANS, refuseSomebodyElse, REQUEST_READERS, hereIn } from './auth.ts';
import type { ApiContext } from './context.ts';
import { deskCounts } from './desk-counts.ts';
import { placeCounts } from './place-counts.ts';
import { formOf, takeForms } from './forms.ts';
import { calendarHere } from './office-calendar.ts';
import { isListedState, requestsHere } from './request-list.ts';
import {
  closingTyped,
  contactTyped,
  correctionTyped,
  correspondenceTyped,
  receiptTyped,
  requestTyped,
  typedMoment,
  type Read,
  type Typed,
} from './request-typed.ts';
import { mailSent, proposedBy } from './request-mail.ts';
import { deciderOf, noRequest, requestIdOf, settled } from './requests.ts';
import { releasedHere } from './released.ts';
import { contactShown, correctionShown, correspondenceShown, requestShown } from './requests-shown.ts';

/** Each letter may take nine bytes in a form. */
const FORM_LIMIT_BYTES = 512 * 1024;
const PER_PAGE = 50;
const CORRESPONDENCE_PER_PAGE = 100;
const forReaders = { schema: { hide: true }, config: { roles: REQUEST_READERS, page: true } } as const;
const forCustodians = { schema: { hide: true }, config: { roles: CUSTODIANS, page: true } } as const;

interface OfRequest {
  Params: { id: string };
}

export function registerRequestPages(routes: FastifyInstance, context: ApiContext): void {
  const { db, now } = context.system;
  const here = hereIn(db);
  const mayWork = (request: FastifyRequest): boolean =>
    callerOf(request).roles.some((role) => CUSTODIANS.includes(role));

  routes.get<{ Querystring: Record<string, unknown> }>('/requests', forReaders, async (request, reply) => {
    const typedOf = (name: string): string => {
      const value = request.query[name];
      return typeof value === 'string' ? value.replaceAll('\0', '').trim().slice(0, 200) : '';
    };
    const [state, q, cursor] = [typedOf('state'), typedOf('q'), typedOf('cursor')];
    const caller = callerOf(request);
    const find = async (from: string | null) =>
      await here(request, async (at) => {
        const search = {
          state: isListedState(state) ? state : null,
          q: q === '' ? null : q,
          cursor: from,
          limit: PER_PAGE,
        };
        const found = await requestsHere(at, caller, search, now());
        return { ...found, counts: await deskCounts(at, found.calendar, now()) };
      });
    let error: string | null = null;
    const found = await find(cursor === '' ? null : cursor).catch(async (failure: unknown) => {
      if (!(failure instanceof ArchiveError) || failure.code !== 'cursor-invalid') throw failure;
      error = 'This page of the list is not known. Begin at the first.';
      return await find(null);
    });
    const kept = Object.fromEntries(Object.entries({ state, q }).filter(([, value]) => value !== ''));
    const page = requestsPage(context.frameOf(request), {
      zone: found.calendar.zone,
      typed: { state, q },
      counts: found.counts,
      requests: found.requests.map(({ row, standing: { clocks, acted, rest, statement } }) => ({
        id: row.id,
        tracking: trackingShown(row.tracking),
        channel: row.channel,
        requester: row.requester,
        hasContact: row.contact !== null,
        excerpt: row.excerpt,
        isCut: row.is_cut,
        state: row.state,
        outcome: row.outcome,
        firstReceivedAt: row.first_received_at.toISOString(),
        closedAt: row.closed_at?.toISOString() ?? null,
        dueOn: clocks?.due?.day ?? null,
        standing: clocks?.standing ?? null,
        acted,
        isInPart: rest.length > 0,
        alarm:
          clocks === null || clocks.alarm === null
            ? null
            : { day: clocks.alarm.day, standing: clocks.standing },
        statement,
        place: row.place,
      })),
      next:
        found.nextCursor === null
          ? null
          : `/requests?${new URLSearchParams({ ...kept, cursor: found.nextCursor }).toString()}`,
      isLater: cursor !== '' && error === null,
      mayWork: mayWork(request),
      error,
    });
    return await sendPage(reply, page, error !== null);
  });

  /** `form`: as it was sent, where something of it is to be mended. */
  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    id: string,
    form: StepForm | null,
    error: string | null = null,
  ): Promise<FastifyReply> => {
    const { after, done } = request.query as Record<string, unknown>;
    const behind = typeof after === 'string' && /^\d{1,6}$/.test(after) ? Number(after) : 0;
    const moment = now();
    const parts = await here(request, async (at) => {
      const row = await readRequestRow(at, id);
      if (row === null) throw noRequest();
      const { calendar } = await calendarHere(at);
      const onFile = await readOnFile(at, id);
      const corrections = await readCorrections(at, id);
      const mails = await listMails(at, id);
      const contacts = await readContacts(at, id);
      const said = await readCorrespondence(at, id, { after: behind, limit: CORRESPONDENCE_PER_PAGE + 1 });
      await enterView(at, id, actorOf(callerOf(request)));
      const correspondence = said.slice(0, CORRESPONDENCE_PER_PAGE);
      const actors = [
        row.entered_by,
        row.closed_by ?? '',
        ...[...correspondence, ...corrections, ...contacts].map(({ by }) => by),
      ];
      return {
        counts: await placeCounts(at, id),
        neverSent: await readNeverSent(at, id),
        released: await releasedHere(at, id),
        zone: calendar.zone,
        request: requestShown(row),
        standing: requestStanding(row, onFile, calendar, moment),
        corrections: corrections.map(correctionShown),
        contacts: contacts.map(contactShown),
        correspondence: correspondence.map((one) => ({
          ...correspondenceShown(one),
          mail: mails.find(({ n }) => n === one.n) ?? null,
        })),
        nextCorrespondence: said.length > CORRESPONDENCE_PER_PAGE ? (correspondence.at(-1)?.n ?? null) : null,
        names: await namesOf(
          at,
          actors.map((actor) => ({ id: '', type: '', at: '', actor, body: {} })),
        ),
        form: form ?? { which: null, typed: beginnings(row, calendar.zone, moment), errors: {} },
      };
    });
    const page = requestPage(context.frameOf(request), {
      ...parts,
      parts: [],
      mayWork: mayWork(request),
      said: error === null && form === null && typeof done === 'string' ? (DONE[done] ?? null) : null,
      error,
    });
    return await sendPage(reply, page, error !== null || form !== null);
  };

  void routes.register(async (app) => {
    takeForms(app, FORM_LIMIT_BYTES);

    const offer = async (
      request: FastifyRequest,
      reply: FastifyReply,
      typed: Record<RequestField, string>,
      errors: Readonly<Record<string, string>>,
      { error = null, mail = null }: { error?: string | null; mail?: TakenMail | null } = {},
    ): Promise<FastifyReply> => {
      const { zone } = (await here(request, calendarHere)).calendar;
      const page = requestFormPage(context.frameOf(request), { zone, typed, errors, error, mail });
      return await sendPage(reply, page, error !== null || Object.keys(errors).length > 0);
    };
    const proposed = async (request: FastifyRequest, id: string) =>
      await here(request, async (at) => {
        const { zone } = (await calendarHere(at)).calendar;
        return await proposedBy(at, id, actorOf(callerOf(request)), { zone, now: now() });
      });

    app.get<{ Querystring: Record<string, unknown> }>(
      '/requests/new',
      forCustodians,
      async (request, reply) =>
        await offer(
          request,
          reply,
          fields(() => ''),
          {},
        ),
    );

    // A mail, to be looked at: what is wrong with it stands over the empty form.
    app.post('/requests/mail', forCustodians, async (request, reply) => {
      try {
        const bytes = await mailSent(request);
        const actor = actorOf(callerOf(request));
        const id = await here(request, async (at) => await takeMail(at, bytes, actor));
        const { mail, typed } = await proposed(request, id);
        return await offer(
          request,
          reply,
          fields((name) => typed[name] ?? ''),
          {},
          { mail },
        );
      } catch (failure) {
        if (!(failure instanceof ArchiveError) || !['mail-invalid', 'body-too-large'].includes(failure.code))
          throw failure;
        return await offer(
          request,
          reply,
          fields(() => ''),
          {},
          { error: failure.message },
        );
      }
    });

    app.post('/requests', forCustodians, async (request, reply) => {
      const form = formOf(request);
      refuseSomebodyElse(request, form.one('as'));
      const typed = fields((name) => form.one(name));
      const { zone } = (await here(request, calendarHere)).calendar;
      const read = requestTyped(typed, { zone, now: now() });
      const mailId = form.one('mail');
      let mail: TakenMail | null = null;
      try {
        if (mailId !== '') mail = (await proposed(request, mailId)).mail;
      } catch (failure) {
        if (!(failure instanceof ArchiveError) || failure.code !== 'mail-not-found') throw failure;
        return await offer(request, reply, typed, read.errors ?? {}, { error: failure.message });
      }
      if (read.errors !== null) return await offer(request, reply, typed, read.errors, { mail });
      const actor = actorOf(callerOf(request));
      const { value } = read;
      const { requestId } = await here(request, async (at) => {
        const received = await receiveRequest(at, value, actor);
        if (mailId !== '')
          await keepMail(at, received.requestId, { id: mailId, receivedAt: value.firstReceivedAt }, actor);
        return received;
      });
      return await reply.redirect(`/requests/${requestId}?done=entered`, 303);
    });

    app.get<OfRequest>(
      '/requests/:id',
      forReaders,
      async (request, reply) => await show(request, reply, requestIdOf(request.params.id), null),
    );

    /** One step: read, done, and shown; what is wrong comes back with what was typed. */
    const step = <T>(
      which: NonNullable<StepForm['which']>,
      names: readonly string[],
      read: (typed: Typed, office: { zone: string; now: Date }, row: RequestRow) => Read<T>,
      act: (at: AgencyTx, id: string, value: T, actor: string) => Promise<void>,
    ): void => {
      app.post<OfRequest>(`/requests/:id/${which}`, forCustodians, async (request, reply) => {
        const id = requestIdOf(request.params.id);
        const form = formOf(request);
        refuseSomebodyElse(request, form.one('as'));
        const actor = which === 'closing' ? deciderOf(request) : actorOf(callerOf(request));
        const typed = Object.fromEntries(names.map((name) => [name, form.one(name)]));
        const meant = await here(request, async (at) => {
          const row = await readRequestRow(at, id);
          if (row === null) throw noRequest();
          const { zone } = (await calendarHere(at)).calendar;
          return { read: read(typed, { zone, now: now() }, row), rest: beginnings(row, zone, now()) };
        });
        const again = (errors: Readonly<Record<string, string>>): StepForm => ({
          which,
          typed: { ...meant.rest, ...typed },
          errors,
        });
        if (meant.read.errors !== null) return await show(request, reply, id, again(meant.read.errors));
        const { value } = meant.read;
        try {
          await here(request, async (at) => await act(at, id, value, actor));
        } catch (failure) {
          if (!(failure instanceof ArchiveError) || failure.code !== 'sunshine-request-state') throw failure;
          return await show(request, reply, id, again({}), failure.message);
        }
        return await reply.redirect(`/requests/${id}?done=${which}`, 303);
      });
    };

    step('receipt', ['received'], receiptTyped, async (at, id, receivedAt, actor) =>
      settled(await receivedByCustodian(at, id, receivedAt, actor)),
    );
    step(
      'correspondence',
      ['kind', 'by', 'when', 'text', 'fee', 'promised'],
      correspondenceTyped,
      async (at, id, said, actor) => {
        if ((await noteCorrespondence(at, id, said, actor)) === null) throw noRequest();
      },
    );
    step('state', ['from', 'to'], stateTyped, async (at, id, said, actor) =>
      settled(await changeState(at, id, said, actor)),
    );
    step('closing', ['outcome', 'appeal'], closingTyped, async (at, id, said, actor) =>
      settled(await closeRequest(at, id, { ...said, closedAt: now() }, actor)),
    );
    step('contact', ['was', 'reach', 'because'], contactTyped, async (at, id, said, actor) =>
      settled(await addContact(at, id, said, actor)),
    );
    step('correction', ['first', 'custodian', 'reason'], correctionTyped, async (at, id, said, actor) =>
      settled(await correctReceipt(at, id, said, actor)),
    );
  });
}

/** What was done, as the page that is shown then says it. */
const DONE: Readonly<Record<string, string>> = {
  entered: 'The request is entered, and has its number.',
  receipt: 'The custodian of records has it, and its clock runs.',
  correspondence: 'It is added.',
  state: 'What is awaited is changed.',
  closing: 'The request is closed.',
  contact: 'It is on file where an answer reaches them, and letters go there from now on.',
  correction: 'The receipt is corrected. What was said before stays on file.',
};

function fields(of: (name: RequestField) => string): Record<RequestField, string> {
  return Object.fromEntries(REQUEST_FIELDS.map((name) => [name, of(name)])) as Record<RequestField, string>;
}

/** What the forms show before anybody typed. */
function beginnings(row: RequestRow, zone: string, moment: Date): Typed {
  return {
    kind: 'note',
    by: 'mail',
    when: typedMoment(zone, moment),
    received: typedMoment(zone, moment),
    first: typedMoment(zone, row.first_received_at),
    custodian: row.custodian_received_at === null ? '' : typedMoment(zone, row.custodian_received_at),
  };
}

type Running = (typeof RUNNING_STATES)[number];

function stateTyped({
  from = '',
  to = '',
}: Typed): Read<{ readonly from: RequestState; readonly to: Running }> {
  const known = RUNNING_STATES.find((state) => state === to);
  const was = RUNNING_STATES.find((state) => state === from);
  return known === undefined || was === undefined
    ? { value: null, errors: { to: 'Say what is awaited now.' } }
    : { value: { from: was, to: known }, errors: null };
}
