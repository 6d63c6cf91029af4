/**
 * What anybody may ask a public body for, without an account, and how it stands, by its number alone. Nobody is asked who they are or why
 * they ask (610.023 knows no form and no purpose); a number leads to a state and a day, and to no word of what was asked.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { SYSTEM_AGENCY } from '#agency/agency.ts';
import type { AgencyTx, RequestState } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import {
  readByTracking,
  readCalendar,
  receiveRequest,
  requestStanding,
  trackingShown,
  trackingTyped,
  type NumberedCalendar,
} from '#sunshine/sunshine.ts';
import type { ApiContext } from './context.ts';
import { openLimit } from './limit.ts';
import { publicRequestOf } from './request-orders.ts';
import { problemResponses } from './schemas.ts';

const Anything = Type.Object({}, { additionalProperties: true });
/** Whoever writes a letter does so once; whoever waits for an answer looks now and then. */
const ASKING = { each: { perSecond: 0.1, burst: 20 }, all: { perSecond: 2, burst: 100 } } as const;
const LOOKING = { each: { perSecond: 2, burst: 60 }, all: { perSecond: 50, burst: 500 } } as const;
/** Whoever has no account. */
const PUBLIC = 'public';

/** What the requester waits for, or is waited for with. */
const AWAITED: Readonly<Record<RequestState, { readonly awaited: string; readonly sentence: string }>> = {
  received: {
    awaited: 'custodian',
    sentence: 'The body has your request. It waits for the custodian of records.',
  },
  open: { awaited: 'answer', sentence: 'The custodian of records has your request and works on it.' },
  clarification: {
    awaited: 'your-answer',
    sentence: 'The custodian of records asked you something, and waits for your answer.',
  },
  'fee-waiting': { awaited: 'your-payment', sentence: 'The custodian of records waits for a payment.' },
  delayed: {
    awaited: 'records',
    sentence:
      'It takes longer. The custodian of records says why, and when and where the records will be available.',
  },
  closed: { awaited: 'nothing', sentence: 'Your request was answered, and is closed.' },
};

export function registerPublicRequests(app: FastifyInstance, { system: { db, now } }: ApiContext): void {
  const [asking, looking] = [openLimit(ASKING), openLimit(LOOKING)];
  /** Of a public body; whoever runs the machine is none. */
  const inBody = async <T>(
    agency: string,
    work: (at: AgencyTx, calendar: NumberedCalendar) => Promise<T>,
  ): Promise<T> =>
    await db.inAgency(agency, async (at) => {
      const calendar = agency === SYSTEM_AGENCY ? null : await readCalendar(at);
      if (calendar === null)
        throw new ArchiveError(
          'agency-not-found',
          'There is no such public body here. Ask the body itself for the address of its page.',
          { retry: 'never' },
        );
      return await work(at, calendar);
    });

  app.post<{ Params: { agency: string } }>(
    '/v1/public/:agency/requests',
    {
      validatorCompiler: () => () => true,
      bodyLimit: 512 * 1024,
      config: {
        open: 'anybody may ask for public records; no account, no form and no reason is asked (610.023)',
      },
      schema: {
        // Other than all calls that are described, these ask for no key.
        hide: true,
        summary: 'Ask a public body for records. Open to anybody',
        tags: ['requests'],
        response: { 201: Anything, ...problemResponses(404, 413, 415, 422, 429, 503) },
      },
    },
    async (request, reply) => {
      asking.ask(request.ip);
      const { agency } = request.params;
      const asked = publicRequestOf(request, now());
      const { tracking } = await inBody(agency, async (at) => await receiveRequest(at, asked, PUBLIC));
      const shown = trackingShown(tracking);
      return await reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ tracking: shown, statusUrl: `/v1/public/${agency}/requests/${shown}` });
    },
  );

  app.get<{ Params: { agency: string; tracking: string } }>(
    '/v1/public/:agency/requests/:tracking',
    {
      config: {
        open: 'how a request stands, to whoever has its number: its state, its day, and what is awaited',
      },
      schema: {
        hide: true,
        summary: 'How a request stands, by its number. Open to anybody',
        tags: ['requests'],
        response: { 200: Anything, ...problemResponses(404, 429, 503) },
      },
    },
    async (request, reply): Promise<FastifyReply> => {
      looking.ask(request.ip);
      const { agency, tracking: typed } = request.params;
      const tracking = trackingTyped(typed);
      const found = await inBody(agency, async (at, { calendar }) => {
        const row = tracking === null ? null : await readByTracking(at, tracking);
        if (row === null)
          throw new ArchiveError(
            'sunshine-request-not-found',
            'No request has this number here. Type it as it was given to you: four groups of four letters and figures.',
            { retry: 'never' },
          );
        const { clocks } = requestStanding(row, [], calendar, now());
        return {
          state: row.state,
          dueOn: row.due_on ?? clocks?.due?.day ?? null,
          ...AWAITED[row.state],
        };
      });
      return await reply.header('cache-control', 'no-store').send(found);
    },
  );
}
