/** The calendar of an agency's office, by which the days of a request are counted: read, and changed as a whole. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { actorOf } from '#agency/agency.ts';
import { wallTimeIn } from '#civil.ts';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import {
  calendarProblems,
  changeCalendar,
  HOLIDAY_RULES,
  readCalendar,
  type AgencyCalendar,
  type NumberedCalendar,
} from '#sunshine/sunshine.ts';
import { callerOf, OPERATORS, REQUEST_READERS } from './auth.ts';
import type { ApiContext } from './context.ts';
import { orderOf } from './orders.ts';
import { calendarShown } from './requests-shown.ts';
import { problemResponses } from './schemas.ts';

const security = [{ key: [] }];
const Anything = Type.Object({}, { additionalProperties: true });

const closed = { additionalProperties: false } as const;
const Hours = Type.Object({ opens: Type.String(), closes: Type.String() }, closed);
const CalendarBody = Type.Object(
  {
    replaces: Type.Integer({
      minimum: 0,
      maximum: 1_000_000,
      description: 'The number of the calendar that you read',
    }),
    hours: Type.Object(
      Object.fromEntries([0, 1, 2, 3, 4, 5, 6].map((day) => [String(day), Type.Optional(Hours)])),
      {
        ...closed,
        description: 'By weekday, 0 is Sunday; times as 08:00. A weekday without is no working day',
      },
    ),
    observes: Type.Array(Type.Enum(HOLIDAY_RULES.map(({ id }) => id)), {
      description: 'Public holidays on which the office is closed',
    }),
    saturdayHolidays: Type.Enum(['friday-where-confirmed', 'business-day']),
    closings: Type.Array(Type.Object({ day: Type.String(), reason: Type.String() }, closed)),
    afterHours: Type.Enum(['that-day', 'next-day']),
  },
  closed,
);

export async function calendarHere(at: AgencyTx): Promise<NumberedCalendar> {
  const calendar = await readCalendar(at);
  if (calendar === null)
    throw new ArchiveError('invariant-broken', 'An agency that is not there asked for its calendar.', {
      retry: 'never',
    });
  return calendar;
}

export function registerOfficeCalendar(app: FastifyInstance, { system: { db, now } }: ApiContext): void {
  const schema = (summary: string, statuses: readonly number[], more: object = {}) => ({
    summary,
    tags: ['requests'],
    security,
    response: { 200: Anything, ...problemResponses(401, 403, ...statuses, 503) },
    ...more,
  });
  app.get(
    '/v1/calendar',
    {
      config: { roles: REQUEST_READERS },
      schema: schema(
        'The calendar of the office, by which days are counted, and the public holidays there are',
        [],
      ),
    },
    async (request) =>
      await db.inAgency(callerOf(request).agencyId, async (at) => {
        const numbered = await calendarHere(at);
        return calendarShown(numbered, Number(wallTimeIn(numbered.calendar.zone, now()).day.slice(0, 4)));
      }),
  );

  app.put(
    '/v1/calendar',
    {
      validatorCompiler: () => () => true,
      config: { roles: OPERATORS },
      schema: schema(
        'Change the calendar of the office. Requests that run are counted by it from now on; closed ones stay as they were counted',
        [409, 415, 422],
        { body: { content: { 'application/json': { schema: CalendarBody } } } },
      ),
    },
    async (request) => {
      const actor = actorOf(callerOf(request));
      return await db.inAgency(callerOf(request).agencyId, async (at) => {
        const { zone } = (await calendarHere(at)).calendar;
        const { calendar, replaces } = calendarOf(request, zone);
        return { number: await changeCalendar(at, calendar, { replaces, actor }) };
      });
    },
  );
}

const CLOCK = /^([01]\d|2[0-3]):([0-5]\d)$/;

/** Of a time such as `08:00`; what is none is no number, which the calendar refuses. */
export function minuteOf(text: string): number {
  const [, hour, minute] = CLOCK.exec(text) ?? [];
  return hour === undefined ? Number.NaN : Number(hour) * 60 + Number(minute);
}

function calendarOf(
  request: FastifyRequest,
  zone: string,
): { readonly calendar: AgencyCalendar; readonly replaces: number } {
  const { replaces, hours, ...said } = orderOf(
    request,
    CalendarBody,
    'calendar-invalid',
    'Expected what GET /v1/calendar shows as "calendar", without its zone, and with "replaces": its number, as application/json; /docs says what each member means.',
  );
  const calendar: AgencyCalendar = {
    ...said,
    zone,
    entered: true,
    hours: Object.fromEntries(
      Object.entries(hours).flatMap(([weekday, open]) =>
        open === undefined ? [] : [[weekday, { opens: minuteOf(open.opens), closes: minuteOf(open.closes) }]],
      ),
    ),
  };
  const problems = Object.entries(calendarProblems(calendar)).map(([name, sentence]) => ({
    pointer: `/${name}`,
    code: 'calendar-invalid',
    sentence: `/${name}: ${sentence}`,
  }));
  if (problems.length > 0)
    throw new ArchiveError('calendar-invalid', problems.map(({ sentence }) => sentence).join(' '), {
      retry: 'never',
      details: { problems },
    });
  return { calendar, replaces };
}
