/**
 * Looking for what a request asks for. Here the rooms are tied: the hold is placed by `retention`, the search is written down by `sunshine`, in one
 * transaction, so that nothing is found and not held. The database ties the hold to the request and puts what it holds into the set (0047).
 */
import type { FastifyInstance } from 'fastify';
import { actorOf, listAccounts, zoneOf } from '#agency/agency.ts';
import { wallTimeIn } from '#civil.ts';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { HOLD_KINDS, placeHold } from '#retention/retention.ts';
import {
  collectNamed,
  collectSearch,
  enterView,
  holdsOfRequest,
  keepUntil,
  listKeptUntil,
  listSearches,
  proposeSearch,
  readRequestRow,
  requestToCollect,
  type CollectedSearch,
  type RequestHold,
  type SearchRow,
} from '#sunshine/sunshine.ts';
import { callerOf, CUSTODIANS, REQUEST_READERS, hereIn } from './auth.ts';
import { KeptBody, keptOf, NamedBody, namedOf, SearchBody, searchOf } from './collect-orders.ts';
import type { ApiContext } from './context.ts';
import { deciderOf, noRequest, requestIdOf, RequestParams } from './requests.ts';
import { Anything, describedAs, taking, unread } from './described.ts';

const ENDS = HOLD_KINDS.find(({ kind }) => kind === 'sunshine-request')?.ends ?? '';

/** The words of a hold that lies because of a request. It says its number, and not what was asked. */
const holdFor = (number: string, what: string) =>
  ({
    kind: 'sunshine-request',
    title: `Request ${number}: ${what}`,
    reason: `A request for records under chapter 610 RSMo asks for these records (request ${number}).`,
    ends: ENDS,
  }) as const;

async function openRequest(at: AgencyTx, requestId: string): Promise<{ readonly number: string }> {
  const asked = await requestToCollect(at, requestId);
  if (asked === null) throw noRequest();
  if (asked.isClosed)
    throw new ArchiveError(
      'sunshine-request-state',
      'This request is closed: nothing more is looked for because of it. If the same person asks again, enter another request.',
      { retry: 'never' },
    );
  return asked;
}

/** Found, held and written down, or nothing of it. */
export async function searchFor(at: AgencyTx, requestId: string, search: CollectedSearch, actor: string) {
  const { number } = await openRequest(at, requestId);
  const hold = await placeHold(
    at,
    { ...holdFor(number, 'what a search finds'), on: { search, standing: true } },
    actor,
  );
  const { n, found, indexState } = await collectSearch(at, requestId, search, hold, actor);
  return { n, found, held: hold.held, holdId: hold.holdId, indexState };
}

export async function nameFor(at: AgencyTx, requestId: string, records: readonly string[], actor: string) {
  const { number } = await openRequest(at, requestId);
  const hold = await placeHold(at, { ...holdFor(number, 'records that were named'), on: { records } }, actor);
  await collectNamed(at, requestId, hold, actor);
  return { held: hold.held, holdId: hold.holdId };
}

export const searchShown = ({ n, search, found, index_state, hold_id, at, by }: SearchRow) => ({
  n,
  ...search,
  found,
  indexState: index_state,
  holdId: hold_id,
  at: at.toISOString(),
  by,
});

export const requestHoldShown = ({
  holdId,
  title,
  records,
  releasedAt,
  keptUntil,
  mayBeReleased,
}: RequestHold) => ({
  holdId,
  title,
  records,
  releasedAt: releasedAt?.toISOString() ?? null,
  keptUntil,
  mayBeReleased,
});

/** What its words suggest, for a person to change and to run. */
export async function proposalFor(at: AgencyTx, words: string) {
  return proposeSearch(words, await listAccounts(at));
}

export function registerCollect(app: FastifyInstance, { system }: ApiContext): void {
  const { db, now } = system;
  const here = hereIn(db);
  const described = describedAs('requests');
  const schema = (summary: string, status: number, statuses: readonly number[], more: object = {}) =>
    described(summary, { [status]: Anything }, [404, ...statuses], { params: RequestParams, ...more });

  app.get<{ Params: { id: string } }>(
    '/v1/requests/:id/searches',
    {
      config: { roles: REQUEST_READERS },
      schema: schema(
        'What was looked for because of a request, how far the index reached each time, the holds that lie because of it, and a search that its words suggest',
        200,
        [],
      ),
    },
    async (request) => {
      const id = requestIdOf(request.params.id);
      return await here(request, async (at) => {
        const row = await readRequestRow(at, id);
        if (row === null) throw noRequest();
        await enterView(at, id, actorOf(callerOf(request)));
        return {
          id,
          searches: (await listSearches(at, id)).map(searchShown),
          holds: (await holdsOfRequest(at, id)).map(requestHoldShown),
          keptUntil: (await listKeptUntil(at, id)).map((one) => ({ ...one, at: one.at.toISOString() })),
          proposal: await proposalFor(at, row.words),
        };
      });
    },
  );

  app.post<{ Params: { id: string } }>(
    '/v1/requests/:id/searches',
    {
      ...unread,
      config: { roles: CUSTODIANS },
      schema: schema(
        'Search for what a request asks for. What is found is held and in its set at once, and so is what the search finds later, until the request lets go',
        201,
        [409, 415, 422],
        taking(SearchBody),
      ),
    },
    async (request, reply) => {
      const id = requestIdOf(request.params.id);
      const search = searchOf(request);
      const actor = actorOf(callerOf(request));
      return await reply
        .code(201)
        .send({ id, ...(await here(request, async (at) => await searchFor(at, id, search, actor))) });
    },
  );

  app.post<{ Params: { id: string } }>(
    '/v1/requests/:id/records',
    {
      ...unread,
      config: { roles: CUSTODIANS },
      schema: schema(
        'Name records that a request asks for. They are held and in its set at once',
        201,
        [409, 415, 422],
        taking(NamedBody),
      ),
    },
    async (request, reply) => {
      const id = requestIdOf(request.params.id);
      const records = namedOf(request);
      const actor = actorOf(callerOf(request));
      return await reply
        .code(201)
        .send({ id, ...(await here(request, async (at) => await nameFor(at, id, records, actor))) });
    },
  );

  app.post<{ Params: { id: string } }>(
    '/v1/requests/:id/kept-until',
    {
      ...unread,
      config: { roles: CUSTODIANS },
      schema: schema(
        'Say, after its closing, until when its records are kept: an appeal came, or nobody had said. The newest word counts',
        201,
        [409, 415, 422],
        taking(KeptBody),
      ),
    },
    async (request, reply) => {
      const actor = deciderOf(
        request,
        'Until when records are kept is said by a person who signed in, not by a key. Sign in, and say it there.',
      );
      const id = requestIdOf(request.params.id);
      const said = await here(request, async (at) => {
        const until = keptOf(request, wallTimeIn(await zoneOf(at), now()).day);
        if (!(await keepUntil(at, id, until, actor))) throw noRequest();
        return until;
      });
      return await reply.code(201).send({ id, ...said });
    },
  );
}
