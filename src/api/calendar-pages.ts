/** The calendar of the office as a page: read by who reads requests, changed as a whole by custodian or administrator. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { actorOf } from '#agency/agency.ts';
import { calendarPage, type TypedCalendar } from '#console/console.ts';
import { wallTimeIn } from '#civil.ts';
import { ArchiveError } from '#errors.ts';
import {
  calendarProblems,
  changeCalendar,
  HOLIDAY_RULES,
  holidayDays,
  type AgencyCalendar,
  type NumberedCalendar,
} from '#sunshine/sunshine.ts';
import { sendPage } from './administration.ts';
import { callerOf, OPERATORS, refuseSomebodyElse, REQUEST_READERS } from './auth.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms, type Form } from './forms.ts';
import { calendarHere, minuteOf } from './office-calendar.ts';
import { clockTime } from './requests-shown.ts';

const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const;
type Parts = Parameters<typeof calendarPage>[1];

export function registerCalendarPages(routes: FastifyInstance, context: ApiContext): void {
  const { db, now } = context.system;
  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    sent: (Pick<Parts, 'errors' | 'error'> & { readonly typed: TypedCalendar }) | null = null,
  ): Promise<FastifyReply> => {
    const caller = callerOf(request);
    const numbered = await db.inAgency(caller.agencyId, calendarHere);
    const { zone, entered } = numbered.calendar;
    const year = Number(wallTimeIn(zone, now()).day.slice(0, 4));
    const { done } = request.query as Record<string, unknown>;
    const page = calendarPage(context.frameOf(request), {
      zone,
      // What was sent replaces what its sender read; sent once more, it replaces what stands now, which they are shown the number of.
      number: numbered.n,
      entered,
      typed: sent?.typed ?? typedOf(numbered),
      holidays: HOLIDAY_RULES.map((rule) => ({
        id: rule.id,
        name: rule.name,
        days: [year, year + 1, year + 2].flatMap((one) => holidayDays(rule, one)),
      })),
      mayChange: caller.roles.some((role) => OPERATORS.includes(role)),
      errors: sent?.errors ?? {},
      error: sent?.error ?? null,
      said:
        sent === null && done === 'yes'
          ? 'The calendar is changed. What runs is counted by it from now on.'
          : null,
    });
    return await sendPage(reply, page, sent !== null);
  };

  void routes.register(async (app) => {
    takeForms(app);
    app.get(
      '/requests/calendar',
      { schema: { hide: true }, config: { roles: REQUEST_READERS, page: true } },
      async (request, reply) => await show(request, reply),
    );
    app.post(
      '/requests/calendar',
      { schema: { hide: true }, config: { roles: OPERATORS, page: true } },
      async (request, reply) => {
        const form = formOf(request);
        refuseSomebodyElse(request, form.one('as'));
        const typed = sentIn(form);
        const caller = callerOf(request);
        const { zone } = (await db.inAgency(caller.agencyId, calendarHere)).calendar;
        const calendar = calendarTyped(typed, zone);
        const { hours, observes, closings } = calendarProblems(calendar) as Parts['errors'];
        const errors = {
          ...(hours === undefined ? {} : { hours }),
          ...(observes === undefined ? {} : { observes }),
          ...(closings === undefined ? {} : { closings }),
        };
        const replaces = form.one('replaces');
        if (Object.keys(errors).length > 0) return await show(request, reply, { typed, errors, error: null });
        try {
          if (!/^\d{1,6}$/.test(replaces) || !isChoice(calendar))
            throw new ArchiveError('form-invalid', 'Send this from the page itself; it is a form.', {
              retry: 'never',
            });
          await db.inAgency(
            caller.agencyId,
            async (at) =>
              await changeCalendar(at, calendar, { replaces: Number(replaces), actor: actorOf(caller) }),
          );
        } catch (failure) {
          if (!(failure instanceof ArchiveError) || failure.code !== 'calendar-changed') throw failure;
          return await show(request, reply, { typed, errors: {}, error: CHANGED });
        }
        return await reply.redirect('/requests/calendar?done=yes', 303);
      },
    );
  });
}

const CHANGED =
  'The calendar was changed meanwhile, so nothing was. Here is what you typed; sent once more, it takes the place of that change. Look at it first.';

function typedOf({ calendar }: NumberedCalendar): TypedCalendar {
  return {
    hours: WEEKDAYS.map((day) => {
      const open = calendar.hours[day];
      return open === undefined
        ? { opens: '', closes: '' }
        : { opens: clockTime(open.opens), closes: clockTime(open.closes) };
    }),
    observes: calendar.observes,
    saturdayHolidays: calendar.saturdayHolidays,
    closings: calendar.closings.map(({ day, reason }) => `${day} ${reason}`).join('\n'),
    afterHours: calendar.afterHours,
  };
}

const sentIn = (form: Form): TypedCalendar => ({
  hours: WEEKDAYS.map((day) => ({ opens: form.one(`opens-${day}`), closes: form.one(`closes-${day}`) })),
  observes: form.all('observes'),
  saturdayHolidays: form.one('saturday'),
  closings: form.one('closings').replaceAll('\r\n', '\n'),
  afterHours: form.one('after'),
});

/** A line that begins with no day is a closing on a day that there is not, and is refused as one. */
function calendarTyped(typed: TypedCalendar, zone: string): AgencyCalendar {
  return {
    zone,
    entered: true,
    hours: Object.fromEntries(
      typed.hours.flatMap(({ opens, closes }, day) =>
        opens === '' && closes === ''
          ? []
          : [[day, { opens: minuteOf(opens), closes: minuteOf(closes) }] as const],
      ),
    ),
    observes: typed.observes,
    saturdayHolidays: typed.saturdayHolidays as AgencyCalendar['saturdayHolidays'],
    closings: typed.closings
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => ({ day: line.slice(0, 10), reason: line.slice(11) })),
    afterHours: typed.afterHours as AgencyCalendar['afterHours'],
  };
}

const isChoice = ({ saturdayHolidays, afterHours }: AgencyCalendar): boolean =>
  ['friday-where-confirmed', 'business-day'].includes(saturdayHolidays) &&
  ['that-day', 'next-day'].includes(afterHours);
