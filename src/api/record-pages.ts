/** Finding and reading records, as pages. The same verbs as the calls; whoever opens a record is in its history first. */
import { sql } from 'kysely';
import type { FastifyInstance } from 'fastify';
import { actorOf, civilDay, zoneOf } from '#agency/agency.ts';
import { html, PAGE_HEADERS, pageHeaders, recordPage, recordsPage } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import { disposalOfRecord } from '#disposal/disposal.ts';
import { ArchiveError } from '#errors.ts';
import {
  appendEvent,
  readHistory,
  readReceipt,
  readRecord,
  recordIdOf,
  searchRecords,
} from '#record/record.ts';
import { listSeries, mirrored, readRetention } from '#retention/retention.ts';
import { namesOf } from './actor-names.ts';
import { peopleOf } from './administration.ts';
import { callerOf, HOLDERS, READERS } from './auth.ts';
import type { ApiContext } from './context.ts';
import { holdsShown } from './holds-shown.ts';
import { enterSearch } from './searches.ts';

const PER_PAGE = 25;
export const FIELDS = [
  'q',
  'removal',
  'state',
  'verb',
  'ground',
  'platform',
  'account',
  'from',
  'to',
  'parked',
  'cursor',
] as const;

export function registerRecordPages(app: FastifyInstance, context: ApiContext): void {
  const { system } = context;
  const forReaders = { schema: { hide: true }, config: { roles: READERS, page: true } } as const;

  app.get<{ Querystring: Record<string, unknown> }>('/records', forReaders, async (request, reply) => {
    const typed: Record<string, string> = {};
    for (const name of FIELDS) {
      const value = request.query[name];
      // What Postgres cannot compare finds nothing, and breaks nothing.
      if (typeof value === 'string') typed[name] = value.replaceAll('\0', '').trim().slice(0, 500);
    }
    const { cursor = '', from = '', to = '', q = '', ...filters } = typed;
    const caller = callerOf(request);
    const { agencyId } = caller;
    const { grounds } = await system.referenceOf(agencyId);
    const said = await system.db.inAgency(agencyId, async (at) => {
      const zone = await zoneOf(at);
      const wrong = [from, to].find((day): boolean => day !== '' && !civilDay(day));
      if (wrong !== undefined)
        return {
          zone,
          error: html`Expected a day such as 2026-11-21; it is “${wrong}”.`,
          found: null,
          isEmpty: false,
        };
      const days = await betweenDays(at, zone, from, to);
      try {
        const found = await searchRecords(at, {
          q: q === '' ? null : q,
          filters: {
            ...Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== '')),
            ...days,
          },
          cursor: cursor === '' ? null : cursor,
          limit: PER_PAGE,
        });
        const used = Object.entries({ ...filters, from, to }).flatMap(([name, value]) =>
          value === '' ? [] : [name],
        );
        await enterSearch(at, caller, {
          list: 'records',
          filters: q === '' ? used : [...used, 'words'],
          continued: cursor !== '',
          found: found.records.length,
        });
        return { zone, found, error: null, isEmpty: found.records.length === 0 && (await isEmpty(at)) };
      } catch (error) {
        if (!(error instanceof ArchiveError) || error.code !== 'cursor-invalid') throw error;
        return {
          zone,
          error: 'This page of the list is not known. Begin at the newest.',
          found: null,
          isEmpty: false,
        };
      }
    });
    const nextCursor = said.found?.nextCursor ?? null;
    const { cursor: _, ...kept } = typed;
    const page = recordsPage(context.frameOf(request), {
      zone: said.zone,
      typed: kept,
      found: said.found?.records ?? [],
      next:
        nextCursor === null
          ? null
          : `/records?${new URLSearchParams({ ...onlySet(kept), cursor: nextCursor }).toString()}`,
      isLater: cursor !== '',
      error: said.error,
      grounds: grounds.map((ground) => ({
        reference: `${ground.policyId}#${ground.clauseId}`,
        label: `${ground.label} (${ground.citation})`,
      })),
      isEmpty: said.isEmpty,
      hold:
        caller.roles.some((role) => HOLDERS.includes(role)) && (said.found?.records.length ?? 0) > 0
          ? `/holds/new?${new URLSearchParams(onlySet(kept)).toString()}`
          : null,
    });
    return await reply
      .code(said.error === null ? 200 : 400)
      .headers(PAGE_HEADERS)
      .send(page);
  });

  app.get<{ Params: { id: string } }>('/records/:id', forReaders, async (request, reply) => {
    const id = recordIdOf(request.params.id);
    const notFound = new ArchiveError('record-not-found', 'There is no such record in this agency.', {
      retry: 'never',
    });
    if (id === null) throw notFound;
    const caller = callerOf(request);
    const parts = await system.db.inAgency(caller.agencyId, async (at) => {
      const record = await readRecord(at, id);
      const receipt = record === null ? null : await readReceipt(at, id, system.config.mode, system.now());
      if (record === null || receipt === null) throw notFound;
      await appendEvent(at, id, { type: 'view.opened', actor: actorOf(caller), body: { what: 'record' } });
      const history = await readHistory(at, id);
      const { zone, nameOf } = await peopleOf(at);
      const offered = (await listSeries(at)).map(({ edition, code, title }) => ({ edition, code, title }));
      const kept = { retention: await readRetention(at, id), offered, nameOf };
      const store = await mirrored(at, { recordId: id });
      const holds = { all: await holdsShown(at, request, id), store };
      const disposal = await disposalOfRecord(at, id);
      return {
        disposal: disposal === null ? null : { id: disposal.id, isCompleted: disposal.state === 'completed' },
        record,
        receipt,
        history,
        zone,
        names: await namesOf(at, history),
        kept,
        holds,
      };
    });
    const content = context.places.contentFor(request.headers.host);
    return await reply.headers(pageHeaders({ content })).send(recordPage(context.frameOf(request), parts));
  });
}

function onlySet(typed: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== ''));
}

/** Civil days of the agency, the last one included, as moments. */
export async function betweenDays(
  { tx }: AgencyTx,
  zone: string,
  from: string,
  to: string,
): Promise<{ from?: string; to?: string }> {
  if (from === '' && to === '') return {};
  const { rows } = await sql<{ from: Date | null; to: Date | null }>`
    select nullif(${from}, '')::date::timestamp at time zone ${zone} as "from",
           (nullif(${to}, '')::date + 1)::timestamp at time zone ${zone} as "to"`.execute(tx);
  const [row] = rows;
  return {
    ...(row?.from == null ? {} : { from: row.from.toISOString() }),
    ...(row?.to == null ? {} : { to: row.to.toISOString() }),
  };
}

async function isEmpty({ agencyId, tx }: AgencyTx): Promise<boolean> {
  const any = await tx
    .selectFrom('record')
    .select('id')
    .where('agency_id', '=', agencyId)
    .limit(1)
    .executeTakeFirst();
  return any === undefined;
}
