/**
 * What anybody may ask a public body for, without an account, and how it stands, by its number alone. Nobody is asked who they are or why
 * they ask (610.023 knows no form and no purpose); a number leads to a state and a day, and to no word of what was asked.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { SYSTEM_AGENCY } from '#agency/agency.ts';
import type { AgencyTx, RequestState } from '#db/db.ts';
import { readPublicFace } from '#agency/agency.ts';
import { ArchiveError } from '#errors.ts';
import {
  readByTracking,
  readCalendar,
  readOnFile,
  receiveRequest,
  requestStanding,
  trackingShown,
  trackingTyped,
  type NewRequest,
  type NumberedCalendar,
} from '#sunshine/sunshine.ts';
import { registerAskPages } from './ask-pages.ts';
import type { ApiContext } from './context.ts';
import { openLimit } from './limit.ts';
import { publicRequestOf } from './request-orders.ts';
import { problemResponses } from './schemas.ts';

const Anything = Type.Object({}, { additionalProperties: true });
/** Whoever writes a letter does so once; what it says is kept, so a flood of them is kept short. Whoever waits looks now and then. */
const ASKING = { each: { perSecond: 1 / 30, burst: 20 }, all: { perSecond: 0.5, burst: 100 } } as const;
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
  closed: { awaited: 'nothing', sentence: 'Your request is closed.' },
};

/** Who was handed out what there is, or was told why not, waits for nothing; that the custodian has not closed it is none of theirs. */
const ANSWERED = {
  awaited: 'nothing',
  sentence: 'Your request was answered. Look for the answer where you asked it to be sent.',
} as const;

/** Of whoever left nothing by which they are reached. */
const UNREACHED = {
  clarification:
    'The custodian of records has a question, and nowhere to send it: ask the public body what it is, with this number.',
  'fee-waiting':
    'The custodian of records waits for a payment, and has nowhere to send the sum: ask the public body, with this number.',
  answered:
    'Your request was answered, and there was nowhere to send it: ask the public body for it, with this number.',
} as const;

export interface PublicStanding {
  readonly state: RequestState;
  readonly dueOn: string | null;
  /** The earliest day that a delay letter promised. */
  readonly availableOn?: string;
  readonly awaited: string;
  readonly sentence: string;
}

/** What anybody may do, by a call or on a page. */
export interface PublicDesk {
  nameOf(agency: string): Promise<string>;
  /** Rejects where the agency takes no requests this way; a number that it gave is answered for all the same. */
  taking(agency: string): Promise<void>;
  /** Answers the number, as it is shown. */
  ask(address: string, agency: string, asked: NewRequest): Promise<string>;
  standing(
    address: string,
    agency: string,
    typed: string,
  ): Promise<PublicStanding & { readonly tracking: string }>;
}

function awaitedOf(
  { state, contact }: { readonly state: RequestState; readonly contact: string | null },
  isAnswered: boolean,
): Pick<PublicStanding, 'awaited' | 'sentence'> {
  const said = isAnswered ? ANSWERED : AWAITED[state];
  if (contact !== null) return said;
  if (isAnswered) return { ...said, sentence: UNREACHED.answered };
  return state === 'clarification' || state === 'fee-waiting'
    ? { ...said, sentence: UNREACHED[state] }
    : said;
}

function openDesk({ system: { db, now } }: ApiContext): PublicDesk {
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
  const taken = async (at: AgencyTx): Promise<void> => {
    if ((await readPublicFace(at)).requests) return;
    throw new ArchiveError(
      'sunshine-not-taken-here',
      'This public body takes no requests on this page. Write to it, call it or go there: no form and no reason is needed (610.023 RSMo).',
      { retry: 'never' },
    );
  };
  return {
    taking: async (agency) => {
      await inBody(agency, taken);
    },
    nameOf: async (agency) =>
      await inBody(agency, async ({ tx }) => {
        const { name } = await tx
          .selectFrom('agency')
          .select('name')
          .where('id', '=', agency)
          .executeTakeFirstOrThrow();
        return name;
      }),
    ask: async (address, agency, asked) => {
      asking.ask(address, agency);
      const { tracking } = await inBody(agency, async (at) => {
        await taken(at);
        return await receiveRequest(at, asked, PUBLIC);
      });
      return trackingShown(tracking);
    },
    standing: async (address, agency, typed) => {
      looking.ask(address, agency);
      const tracking = trackingTyped(typed);
      return await inBody(agency, async (at, { calendar }) => {
        const row = tracking === null ? null : await readByTracking(at, tracking);
        if (row === null || tracking === null)
          throw new ArchiveError(
            'sunshine-request-not-found',
            'No request has this number here. Type it as it was given to you: four groups of four letters and figures.',
            { retry: 'never' },
          );
        const { clocks, acted } = requestStanding(row, await readOnFile(at, row.id), calendar, now());
        return {
          tracking: trackingShown(tracking),
          state: row.state,
          // Who was told why it takes longer, and until when, waits for that day and for no other.
          dueOn: row.due_on ?? (acted === null ? (clocks?.due?.day ?? null) : null),
          ...(acted === null || acted.promised === null ? {} : { availableOn: acted.promised.day }),
          ...awaitedOf(row, acted?.answered != null),
        };
      });
    },
  };
}

export function registerPublicRequests(app: FastifyInstance, context: ApiContext): void {
  const desk = openDesk(context);
  registerAskPages(app, context, desk);
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
      const { agency } = request.params;
      const tracking = await desk.ask(request.ip, agency, publicRequestOf(request, context.system.now()));
      return await reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ tracking, statusUrl: `/v1/public/${agency}/requests/${tracking}` });
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
    async (request, reply): Promise<FastifyReply> =>
      await reply
        .header('cache-control', 'no-store')
        .send(await desk.standing(request.ip, request.params.agency, request.params.tracking)),
  );
}
