/** The calendar of an office, by which the days of a request are counted. A change is a row more; it is sent as a whole. Works without scripts. */
import type { AgencyCalendar, LawReading } from '#sunshine/sunshine.ts';
import { daySaid, lawSaid, READINGS } from './clock-said.ts';
import { alert } from './fields.ts';
import { html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { lines, summary } from './longer-fields.ts';

/** As the form has it. */
export interface TypedCalendar {
  /** By weekday, 0 is Sunday; times as `08:00`, both empty: no working day. */
  readonly hours: readonly { readonly opens: string; readonly closes: string }[];
  readonly observes: readonly string[];
  readonly saturdayHolidays: string;
  /** A line each: a day, a blank, its reason. */
  readonly closings: string;
  readonly afterHours: string;
}

export interface CalendarParts {
  readonly zone: string;
  readonly number: number;
  readonly entered: AgencyCalendar['entered'];
  readonly typed: TypedCalendar;
  readonly holidays: readonly {
    readonly id: string;
    readonly name: string;
    readonly days: readonly {
      readonly day: string;
      readonly moved: 'sunday-to-monday' | 'saturday-to-friday' | null;
      readonly reading: LawReading;
    }[];
  }[];
  readonly mayChange: boolean;
  readonly errors: Readonly<Partial<Record<'hours' | 'observes' | 'closings', string>>>;
  readonly error: string | null;
  readonly said: string | null;
}

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
/** 9.010 RSMo, as a bill of 2024 reprints it. */
const HOLIDAY_LAW = { citation: '9.010 RSMo', reading: 'secondary' } as const;

export function calendarPage(frame: Frame, parts: CalendarParts): string {
  const { zone, number, entered, mayChange, errors, error, said } = parts;
  return page({
    title: 'The calendar of the office',
    ...frame,
    wide: true,
    main: html`<h1 class="hf-h1">The calendar of the office</h1>
      ${alert('success', said)} ${alert('error', error)} ${summary(Object.entries(errors))}
      <p class="hf-intro">
        The days of a request are counted by when this office is open. What nobody confirmed counts as a
        business day: the earlier deadline is the safe one.
      </p>
      <p>
        ${entered ? html`This is calendar number ${number}. Each change is kept, and closed requests stay as they were counted.` : html`Nobody has entered a calendar yet: Monday to Friday are counted, and no holiday.`}
        <span>Times are those of ${zone}.</span>
      </p>
      <form class="hf-form" method="post" action="/requests/calendar" novalidate>
        <input type="hidden" name="as" value="${frame.viewer?.id ?? ''}" />
        <input type="hidden" name="replaces" value="${number}" />
        ${hours(parts)} ${holidays(parts)}
        ${choices('saturday', 'A public holiday on a Saturday', parts.typed.saturdayHolidays, mayChange, [
          [
            'friday-where-confirmed',
            'The office is closed on the Friday before, in the years for which that was confirmed',
            'A custom of state offices, and no law.',
          ],
          ['business-day', 'The Friday before is a business day', 'Enter it as a closing where it is not.'],
        ])}
        ${choices('after', 'What comes after closing', parts.typed.afterHours, mayChange, [
          [
            'that-day',
            'Came on that day',
            'The law counts from the date and names no hour: this gives the earlier deadline.',
          ],
          ['next-day', 'Counts as received on the next day', 'By a rule of this body’s own.'],
        ])}
        ${
          mayChange
            ? html`${lines({ name: 'closings', label: 'Days on which the office is closed for reasons of its own', hint: 'A line each: the day, a blank, and why. Such as: 2026-12-24 Christmas Eve', value: parts.typed.closings, error: errors.closings, rows: 6 })}
                <button class="usa-button hf-below" type="submit">Change the calendar</button>`
            : html`<h2 class="hf-h2">Days on which the office is closed for reasons of its own</h2>
                <p class="hf-lines"><bdi>${parts.typed.closings}</bdi></p>`
        }
      </form>
      <p class="hf-noprint"><a href="/requests">Back to the requests</a></p>`,
  });
}

function hours({ typed, errors, mayChange }: CalendarParts): Markup {
  return html`<fieldset class="usa-fieldset usa-form-group" id="hours">
    <legend class="usa-legend">When is the office open?</legend>
    <span class="usa-hint">A weekday without times is no working day.</span>
    ${errors.hours !== undefined && html`<span class="usa-error-message">${ours(errors.hours)}</span>`}
    ${WEEKDAYS.map((name, n) => {
      const { opens, closes } = typed.hours[n] ?? { opens: '', closes: '' };
      return html`<div class="hf-hours" role="group" aria-labelledby="weekday-${n}">
        <p id="weekday-${n}"><strong>${ours(name)}</strong></p>
        ${time(`opens-${n}`, 'Opens', opens, mayChange, n)}
        ${time(`closes-${n}`, 'Closes', closes, mayChange, n)}
      </div>`;
    })}
  </fieldset>`;
}

const time = (id: string, label: string, value: string, mayChange: boolean, weekday: number): Markup =>
  html`<div>
    <label class="usa-label" for="${id}"
      >${ours(label)}<span class="usa-sr-only">: ${ours(WEEKDAYS[weekday] ?? '')}</span></label
    ><input
      class="usa-input"
      type="time"
      id="${id}"
      name="${id}"
      value="${value}"
      ${!mayChange && html`readonly`}
    />
  </div>`;

function holidays({ typed, holidays: all, errors, mayChange }: CalendarParts): Markup {
  return html`<fieldset class="usa-fieldset usa-form-group" id="observes">
    <legend class="usa-legend">On which public holidays is it closed?</legend>
    <span class="usa-hint"
      >Those that ${lawSaid(HOLIDAY_LAW)} names. None closes an office by itself: a body says which it
      observes.</span
    >
    ${errors.observes !== undefined && html`<span class="usa-error-message">${ours(errors.observes)}</span>`}
    ${all.map(
      ({ id, name, days }) =>
        html`<div class="usa-checkbox">
          <input
            class="usa-checkbox__input"
            type="checkbox"
            name="observes"
            id="observes-${id}"
            value="${id}"
            ${typed.observes.includes(id) && html`checked`}
            ${!mayChange && html`disabled`}
          /><label class="usa-checkbox__label" for="observes-${id}"
            >${ours(name)}${days.map(
              ({ day, moved, reading }) =>
                html`<span class="usa-checkbox__label-description"
                  >${daySaid(day)}:
                  ${moved !== null && html`${ours(MOVED[moved])}; `}${ours(READINGS_OF_DAYS[reading])}</span
                >`,
            )}</label
          >
        </div>`,
    )}
  </fieldset>`;
}

const MOVED = {
  'sunday-to-monday': 'moved from Sunday',
  'saturday-to-friday': 'the Friday before, as state offices do',
} as const;
/** How far the day of a year was read. */
const READINGS_OF_DAYS: Readonly<Record<LawReading, string>> = {
  ...READINGS,
  verified: 'on the official list of that year',
};

function choices(
  name: string,
  legend: string,
  chosen: string,
  mayChange: boolean,
  all: readonly (readonly [value: string, label: string, hint: string])[],
): Markup {
  return html`<fieldset class="usa-fieldset usa-form-group">
    <legend class="usa-legend">${ours(legend)}</legend>
    ${all.map(
      ([value, label, hint]) =>
        html`<div class="usa-radio">
          <input
            class="usa-radio__input"
            type="radio"
            name="${name}"
            id="${name}-${value}"
            value="${value}"
            ${chosen === value && html`checked`}
            ${!mayChange && html`disabled`}
          /><label class="usa-radio__label" for="${name}-${value}"
            >${ours(label)}<span class="usa-radio__label-description">${ours(hint)}</span></label
          >
        </div>`,
    )}
  </fieldset>`;
}
