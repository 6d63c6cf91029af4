/** Holds as pages: the list, one of them, and placing one on what a search finds or on a record. The same verbs as the calls. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { actorOf, civilDay, zoneOf } from '#agency/agency.ts';
import { holdFormPage, holdPage, holdsPage, type Markup } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { receiptCode, recordIdOf } from '#record/record.ts';
import {
  countFound,
  heldBy,
  HOLD_KINDS,
  holdProblems,
  isHoldKind,
  listHolds,
  lockView,
  mirrored,
  placeHold,
  readHold,
  type HoldRow,
  type HoldSearch,
} from '#retention/retention.ts';
import { sendPage } from './administration.ts';
import { namesOf } from './actor-names.ts';
import { callerOf, HOLD_READERS, HOLDERS, OPERATORS, refuseSomebodyElse } from './auth.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms, type Form } from './forms.ts';
import { holdIdOf, noHold, release, releaserOf } from './holds.ts';
import { betweenDays, FIELDS } from './record-pages.ts';
import { enterSearch } from './searches.ts';

const PER_PAGE = 50;
const SEARCHED = FIELDS.filter((name) => name !== 'cursor');
const forReaders = { schema: { hide: true }, config: { roles: HOLD_READERS, page: true } } as const;
const forHolders = { schema: { hide: true }, config: { roles: HOLDERS, page: true } } as const;
const forReleasers = { schema: { hide: true }, config: { roles: OPERATORS, page: true } } as const;

type FormParts = Parameters<typeof holdFormPage>[1];

/** What a hold is to lie on, as the page was asked for it. */
interface On {
  readonly recordId: string | null;
  /** By the names of the fields; empty ones are left out. */
  readonly typed: Readonly<Record<string, string>>;
}

export function registerHoldPages(routes: FastifyInstance, context: ApiContext): void {
  const { db } = context.system;

  routes.get<{ Querystring: Record<string, unknown> }>('/holds', forReaders, async (request, reply) => {
    const { before, all } = request.query;
    const from = typeof before === 'string' ? recordIdOf(before) : null;
    const parts = await db.inAgency(callerOf(request).agencyId, async (at) => {
      const rows = await listHolds(at, {
        open: all === 'yes' ? null : true,
        before: from,
        limit: PER_PAGE + 1,
      });
      const holds = rows.slice(0, PER_PAGE);
      const locks = await lockView(at);
      return {
        zone: await zoneOf(at),
        holds: holds.map(said),
        all: all === 'yes',
        next: rows.length > PER_PAGE ? (holds.at(-1)?.id ?? null) : null,
        locks: {
          ...locks,
          comparedAt: locks.comparedAt?.toISOString() ?? null,
          findings: locks.findings.map((one) => ({ ...one, foundAt: one.foundAt.toISOString() })),
        },
      };
    });
    return await sendPage(
      reply,
      holdsPage(context.frameOf(request), { ...parts, kinds: HOLD_KINDS, mayPlace: mayPlace(request) }),
    );
  });

  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    id: string,
    error: string | null = null,
  ): Promise<FastifyReply> => {
    const { after, placed } = request.query as Record<string, unknown>;
    const behind = typeof after === 'string' ? recordIdOf(after) : null;
    const { roles, kind } = callerOf(request);
    const parts = await db.inAgency(callerOf(request).agencyId, async (at) => {
      const hold = await readHold(at, id);
      if (hold === null) throw noHold();
      const rows = await heldBy(at, id, { after: behind, limit: PER_PAGE + 1 });
      const held = rows.slice(0, PER_PAGE);
      const actors = [hold.placedBy, hold.releasedBy ?? ''].map((actor) => ({
        id: '',
        type: '',
        at: '',
        actor,
        body: {},
      }));
      return {
        zone: await zoneOf(at),
        hold: said(hold),
        names: await namesOf(at, actors),
        store: await mirrored(at, { holdId: id }),
        held: held.map((one) => ({
          recordId: one.recordId,
          code: receiptCode(one.recordId),
          heldAt: one.heldAt.toISOString(),
        })),
        next: rows.length > PER_PAGE ? (held.at(-1)?.recordId ?? null) : null,
      };
    });
    const page = holdPage(context.frameOf(request), {
      ...parts,
      kinds: HOLD_KINDS,
      mayRelease:
        kind === 'person' &&
        roles.some((role) => OPERATORS.includes(role)) &&
        !roles.includes('retention-officer') &&
        !roles.includes('approver'),
      justPlaced: placed === 'yes',
      error,
    });
    return await sendPage(reply, page, error !== null);
  };

  void routes.register(async (app) => {
    takeForms(app);

    app.get<{ Querystring: Record<string, unknown> }>('/holds/new', forHolders, async (request, reply) => {
      const on = onOf((name) => {
        const value = request.query[name];
        return typeof value === 'string' ? value : '';
      });
      return await offer(
        request,
        reply,
        on,
        { kind: '', title: '', reason: '', ends: '', standing: false },
        {},
      );
    });

    const offer = async (
      request: FastifyRequest,
      reply: FastifyReply,
      on: On,
      typed: FormParts['typed'],
      errors: FormParts['errors'],
      error: string | Markup | null = null,
    ): Promise<FastifyReply> => {
      const caller = callerOf(request);
      const found = await db.inAgency(caller.agencyId, async (at) => {
        if (on.recordId !== null) return 1;
        const search = await searchOf(at, on);
        if (search === null) return null;
        const count = await countFound(at, search);
        const filters = Object.keys(on.typed).map((name) => (name === 'q' ? 'words' : name));
        await enterSearch(at, caller, { list: 'records', filters, continued: false, found: count });
        return count;
      });
      const page = holdFormPage(context.frameOf(request), {
        kinds: HOLD_KINDS,
        on: { ...on, code: on.recordId === null ? null : receiptCode(on.recordId) },
        found,
        typed,
        errors,
        error: found === null ? 'Expected a day such as 2026-11-21.' : error,
      });
      return await sendPage(reply, page, error !== null || found === null || Object.keys(errors).length > 0);
    };

    app.post('/holds', forHolders, async (request, reply) => {
      const form = formOf(request);
      refuseSomebodyElse(request, form.one('as'));
      const on = onOf((name) => form.one(name));
      const typed = typedOf(form);
      const { kind, title, reason, ends, standing } = typed;
      const errors = holdProblems(typed);
      if (standing && 'parked' in on.typed)
        return await offer(
          request,
          reply,
          on,
          typed,
          errors,
          'A hold cannot stand on what a person must look at: hold what is found now, or take that filter away.',
        );
      if (Object.keys(errors).length > 0 || !isHoldKind(kind))
        return await offer(request, reply, on, typed, errors);
      const caller = callerOf(request);
      try {
        const { holdId } = await db.inAgency(caller.agencyId, async (at) => {
          const search = on.recordId === null ? await searchOf(at, on) : null;
          if (on.recordId === null && search === null)
            throw new ArchiveError('query-invalid', 'Expected a day such as 2026-11-21.', { retry: 'never' });
          const lies = search === null ? { records: [on.recordId ?? ''] } : { search, standing };
          return await placeHold(at, { kind, title, reason, ends, on: lies }, actorOf(caller));
        });
        return await reply.redirect(`/holds/${holdId}?placed=yes`, 303);
      } catch (failure) {
        if (
          !(failure instanceof ArchiveError) ||
          !['hold-empty', 'record-disposing', 'query-invalid'].includes(failure.code)
        )
          throw failure;
        return await offer(request, reply, on, typed, errors, failure.message);
      }
    });

    app.get<{ Params: { id: string } }>(
      '/holds/:id',
      forReaders,
      async (request, reply) => await show(request, reply, holdIdOf(request.params.id)),
    );

    app.post<{ Params: { id: string } }>('/holds/:id/release', forReleasers, async (request, reply) => {
      const personId = releaserOf(request);
      const id = holdIdOf(request.params.id);
      const form = formOf(request);
      refuseSomebodyElse(request, form.one('as'));
      const reason = form.one('reason');
      const { agencyId } = callerOf(request);
      if ((await db.inAgency(agencyId, async (at) => await readHold(at, id))) === null) throw noHold();
      if (reason.trim() === '' || reason.length > 5000)
        return await show(
          request,
          reply,
          id,
          'Say in 1 to 5,000 characters why it is released. Nothing was released.',
        );
      try {
        await db.inAgency(agencyId, async (at) => await release(at, id, personId, reason));
      } catch (failure) {
        if (
          !(failure instanceof ArchiveError) ||
          !['hold-released', 'hold-not-yours-to-release', 'hold-of-request'].includes(failure.code)
        )
          throw failure;
        return await show(request, reply, id, failure.message);
      }
      return await reply.redirect(`/holds/${id}`, 303);
    });
  });
}

const mayPlace = (request: FastifyRequest): boolean =>
  callerOf(request).roles.some((role) => HOLDERS.includes(role));

function onOf(one: (name: string) => string): On {
  const record = one('record');
  const recordId = record === '' ? null : recordIdOf(record);
  if (record !== '' && recordId === null)
    throw new ArchiveError('record-not-found', 'There is no such record in this agency.', { retry: 'never' });
  const typed = Object.fromEntries(
    SEARCHED.flatMap((name) => {
      const value = one(name).replaceAll('\0', '').trim().slice(0, 500);
      return value === '' ? [] : [[name, value] as const];
    }),
  );
  return { recordId, typed: recordId === null ? typed : {} };
}

const typedOf = (form: Form): FormParts['typed'] => ({
  kind: form.one('kind'),
  title: form.one('title'),
  reason: form.one('reason').replaceAll('\r\n', '\n'),
  ends: form.one('ends'),
  standing: form.one('standing') === 'yes',
});

/** Null: a day that the calendar does not have. */
async function searchOf(at: AgencyTx, { typed }: On): Promise<HoldSearch | null> {
  const { q, from = '', to = '', ...filters } = typed;
  if ([from, to].some((day) => day !== '' && !civilDay(day))) return null;
  return { q: q ?? null, filters: { ...filters, ...(await betweenDays(at, await zoneOf(at), from, to)) } };
}

const said = ({ placedAt, releasedAt, ...hold }: HoldRow) => ({
  ...hold,
  placedAt: placedAt.toISOString(),
  releasedAt: releasedAt?.toISOString() ?? null,
});
