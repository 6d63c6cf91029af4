/**
 * When a record is due is written down twice: in `src/retention/due.ts`, where it can be read and argued about, and in the database
 * (migrations 0033 and 0036), which computes a million of them. Both must say the same, of everything that may come.
 */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dueUnder, longest, parsePeriod, type Cutoff, type Due } from '#retention/due.ts';
import { openArchive, type Archive } from '../support/archive.ts';
import { times } from '../support/extent.ts';

let archive: Archive;
beforeAll(async () => {
  archive = await openArchive();
});
afterAll(async () => await archive?.close());

const EVENTS = ['reported-x', 'removed-x', 'case-closed', 'superseded'] as const;
const pad = (n: number, width: number): string => String(n).padStart(width, '0');
const lengthOf = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** Every day of the calendar, with a liking for the ends of months and of February. */
const anyDay = fc
  .tuple(
    fc.integer({ min: 1900, max: 2200 }),
    fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(2)),
    fc.oneof(fc.integer({ min: 1, max: 31 }), fc.integer({ min: 28, max: 31 })),
  )
  .map(([year, month, of]) => `${year}-${pad(month, 2)}-${pad(Math.min(of, lengthOf(year, month)), 2)}`);
const anyPeriod = fc.oneof(
  fc
    .record({
      y: fc.option(fc.integer({ min: 0, max: 120 })),
      m: fc.option(fc.integer({ min: 0, max: 40 })),
      w: fc.option(fc.integer({ min: 0, max: 60 })),
      d: fc.option(fc.integer({ min: 0, max: 500 })),
    })
    .map(({ y, m, w, d }) =>
      (
        [
          [y, 'Y'],
          [m, 'M'],
          [w, 'W'],
          [d, 'D'],
        ] as const
      ).reduce((text, [n, unit]) => (n === null ? text : `${text}${n}${unit}`), 'P'),
    )
    .filter((text) => parsePeriod(text) !== null),
  fc.constantFrom('PERMANENT', 'P1Y', 'P1M', 'P12M', 'P30D', 'P4W2D', null),
  fc.constantFrom(...EVENTS).map((event) => `UNTIL ${event}`),
);
const anySeries = fc.record({
  period: anyPeriod,
  trigger: fc.oneof(fc.constantFrom(...EVENTS), fc.constant(null)),
  cutoff: fc.constantFrom<Cutoff>('none', 'calendar-year-end', 'fiscal-year-end'),
});
const anyStart = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 31 }))
  .filter(([month, of]) => of <= (month === 2 ? 28 : lengthOf(2026, month)));
const anyRecord = fc.record({
  series: fc.array(anySeries, { maxLength: 4 }),
  days: fc.dictionary(fc.constantFrom(...EVENTS), fc.array(anyDay, { minLength: 1, maxLength: 3 })),
});

interface Said {
  readonly kind: string;
  readonly on: string | null;
  readonly from: string | null;
  readonly series: string | null;
  readonly waitsFor: string | null;
}

async function insertRecord(agency = 'rivertown'): Promise<string> {
  const id = randomUUID();
  await archive.sql.query(
    `insert into record (agency_id, id, subject, state, received_at, platform, account, kind, verb, grounds, removal, search)
     values ($2, $1::uuid, 'unknown:' || $1, 'complete', '2026-11-21T05:30:00Z', 'x', 'x', 'comment', 'hide', '{}', 'awaited', '')`,
    [id, agency],
  );
  return id;
}

async function readRetention(ids: readonly string[]): Promise<Map<string, Said>> {
  const { rows } = await archive.sql.query<Said & { id: string }>(
    `select record_id as id, kind, due_on::text as "on", from_day::text as "from", edition || ' ' || series as series, waits_for as "waitsFor"
       from retention where record_id = any($1)`,
    [ids],
  );
  return new Map(rows.map(({ id, ...row }) => [id, row]));
}

function said(due: Due, of: string): Said {
  return {
    kind: due.kind,
    on: due.kind === 'on' ? due.on : null,
    from: due.kind === 'on' ? due.from : null,
    series: of,
    waitsFor: due.kind === 'unknown' ? due.waitsFor : null,
  };
}

describe('the database and the rule in words', () => {
  test(
    'say the same of every record: one, several and no series; ends of months and years; what is not known',
    { timeout: 300_000 },
    async () => {
      const numRuns = times(25, 10);
      let compared = 0;
      const kinds = new Set<string>();
      await fc.assert(
        fc.asyncProperty(
          fc.array(anyRecord, { minLength: 8, maxLength: 24 }),
          anyStart,
          async (records, [m, d]) => {
            const edition = `e-${randomUUID()}`;
            await archive.sql.query('update agency set fiscal_year_start = $1 where id = $2', [
              `${pad(m, 2)}-${pad(d, 2)}`,
              'rivertown',
            ]);
            await archive.sql.query(
              `insert into edition (agency_id, edition, title, source, added_by) values ('rivertown', $1, 'x', 'x', 'x')`,
              [edition],
            );
            const expected = new Map<string, Said>();
            for (const [n, { series: under, days }] of records.entries()) {
              const id = await insertRecord();
              const events = new Map(
                Object.entries(days).map(([event, all]) => [event, all.toSorted().at(-1) ?? '']),
              );
              const candidates = under.map((one, i) => ({
                code: `${n}-${i}`,
                due: dueUnder(
                  { ...one, period: one.period === null ? null : parsePeriod(one.period) },
                  events,
                  { month: m, day: d },
                ),
              }));
              const kept = candidates.length === 0 ? null : longest(candidates);
              expected.set(
                id,
                kept === null
                  ? { kind: 'unclassified', on: null, from: null, series: null, waitsFor: null }
                  : said(kept.due, `${edition} ${kept.code}`),
              );
              for (const [i, one] of under.entries())
                await archive.sql.query(
                  `insert into series (agency_id, edition, code, title, citation, period, trigger, cutoff)
                 values ('rivertown', $1, $2, 'x', 'x', $3, $4, $5)`,
                  [edition, `${n}-${i}`, one.period, one.trigger, one.cutoff],
                );
              await archive.sql.query(
                `insert into record_series (agency_id, record_id, edition, series, reason, by)
               select 'rivertown', $1, $2, unnest($3::text[]), 'x', 'x'`,
                [id, edition, candidates.map(({ code }) => code)],
              );
              await archive.sql.query(
                `insert into record_day (agency_id, id, record_id, event, day, by)
               select 'rivertown', gen_random_uuid(), $1, e, d, 'x' from unnest($2::text[], $3::date[]) as x(e, d)`,
                [
                  id,
                  Object.entries(days).flatMap(([event, all]) => all.map(() => event)),
                  Object.values(days).flat(),
                ],
              );
            }
            const ids = [...expected.keys()];
            // Each change wrote its own rows; the whole, computed anew, finds nothing to change.
            expect(await readRetention(ids)).toEqual(expected);
            const { rows } = await archive.sql.query<{ n: number; one: number }>(
              `select recompute_due('rivertown', null) as n, recompute_due('rivertown', $1) as one`,
              [ids.slice(0, 3)],
            );
            expect(rows).toEqual([{ n: 0, one: 0 }]);
            compared += ids.length;
            for (const { kind } of expected.values()) kinds.add(kind);
          },
        ),
        { numRuns },
      );
      expect(compared).toBeGreaterThanOrEqual(8 * numRuns);
      expect([...kinds].toSorted()).toEqual(['never', 'on', 'unclassified', 'unknown']);
    },
  );
});

describe('what changes', () => {
  let id: string;
  const change = async (text: string, values: unknown[] = []): Promise<void> => {
    await archive.sql.query(text, [id, ...values]);
  };
  const now = async (): Promise<Said | undefined> => (await readRetention([id])).get(id);
  beforeAll(async () => {
    await archive.sql.query(
      `insert into edition (agency_id, edition, title, source, added_by) values ('rivertown', 'e-2026', 'x', 'x', 'x')`,
    );
    for (const [code, period, trigger, cutoff] of [
      ['reported', 'P1Y', 'reported', 'none'],
      ['removed', 'P1Y', 'removed', 'none'],
      ['posted', 'P1M', 'posted', 'fiscal-year-end'],
      ['until', 'UNTIL superseded', null, 'none'],
    ])
      await archive.sql.query(
        `insert into series (agency_id, edition, code, title, citation, period, trigger, cutoff)
         values ('rivertown', 'e-2026', $1, 'x', 'x', $2, $3, $4)`,
        [code, period, trigger, cutoff],
      );
  });
  beforeEach(async () => {
    await archive.sql.query(
      "update agency set zone = 'America/Chicago', fiscal_year_start = null where id = 'rivertown'",
    );
    id = await insertRecord();
  });
  const under = async (code: string): Promise<void> =>
    await change(
      `insert into record_series (agency_id, record_id, edition, series, reason, by) values ('rivertown', $1, 'e-2026', $2, 'x', 'x')`,
      [code],
    );

  test('a record without a series is unclassified; a series gives it a date, and taking it away takes the date', async () => {
    expect(await now()).toMatchObject({ kind: 'unclassified', series: null });
    await under('reported');
    // At half past five in the morning, UTC, it was still the evening before in Missouri.
    expect(await now()).toMatchObject({ kind: 'on', from: '2026-11-20', on: '2027-11-21' });
    await change('delete from record_series where record_id = $1');
    expect(await now()).toMatchObject({ kind: 'unclassified' });
  });

  test('in another zone it is another day', async () => {
    await under('reported');
    await archive.sql.query("update agency set zone = 'UTC' where id = 'rivertown'");
    expect(await now()).toMatchObject({ from: '2026-11-21', on: '2027-11-22' });
  });

  test('a removal that is confirmed begins the period, and one that is taken back ends it', async () => {
    await under('removed');
    expect(await now()).toMatchObject({ kind: 'unknown', waitsFor: 'removed' });
    const at = { value: '2026-11-22T10:00:00-06:00', precision: 's', source: 'submitter-typed' };
    await change("update record set removal = 'confirmed', removed_at = $2 where id = $1", [at]);
    expect(await now()).toMatchObject({ kind: 'on', from: '2026-11-22' });
    await change("update record set removal = 'awaited', removed_at = null where id = $1");
    expect(await now()).toMatchObject({ kind: 'unknown', waitsFor: 'removed' });
  });

  test('a fiscal year without a beginning has no end, until somebody says when it begins', async () => {
    await under('posted');
    await change(
      `insert into record_day (agency_id, id, record_id, event, day, by) values ('rivertown', gen_random_uuid(), $1, 'posted', '2026-06-30', 'x')`,
    );
    expect(await now()).toMatchObject({ kind: 'unknown', waitsFor: 'fiscal-year-start' });
    await archive.sql.query("update agency set fiscal_year_start = '07-01' where id = 'rivertown'");
    expect(await now()).toMatchObject({ kind: 'on', from: '2026-06-30', on: '2026-07-31' });
  });

  test('a day that is withdrawn is not known any more; of several the last counts', async () => {
    await under('until');
    for (const day of ['2026-01-02', '2026-03-04'])
      await change(
        `insert into record_day (agency_id, id, record_id, event, day, by) values ('rivertown', gen_random_uuid(), $1, 'superseded', $2, 'x')`,
        [day],
      );
    expect(await now()).toMatchObject({ on: '2026-03-05' });
    await change(
      "update record_day set withdrawn_at = now(), withdrawn_by = 'x' where record_id = $1 and day = '2026-03-04'",
    );
    expect(await now()).toMatchObject({ on: '2026-01-03' });
  });

  test.each([
    ['2026-11-21T05:59:59Z', 's', 'platform-api', '2026-11-20'],
    ['2026-11-21T06:00:00Z', 'min', 'submitter-typed', '2026-11-21'],
    ['2026-11-21T05:59:00Z', 'min', 'submitter-typed', '2026-11-20'],
    ['2026-11-21T05:30:00Z', 'hour', 'platform-api', null],
    ['2026-11-21T05:00:00Z', 'hour', 'platform-api', '2026-11-20'],
    ['2026-11-21T06:00:00Z', 'day', 'platform-export', '2026-11-21'],
    ['2026-11-21T00:00:00Z', 'day', 'platform-export', null],
    ['2026-11-01T05:00:00Z', 'month', 'platform-export', null],
    [null, 'unknown', 'dom-text', null],
    ['2026-11-21T12:00:00Z', 's', 'ocr', null],
    ['2026-11-21T12:00:00Z', 's', 'device-clock', null],
    ['0000-01-01T00:00:00Z', 's', 'platform-api', null],
    ['2026-11-21T23:59:60Z', 's', 'platform-api', '2026-11-21'],
  ])('%s, to the %s, by %s, names the day %s in Missouri', async (value, precision, source, expected) => {
    const { rows } = await archive.sql.query<{ day: string | null }>(
      "select day_named($1, 'America/Chicago')::text as day",
      [{ value, precision, source }],
    );
    expect(rows).toEqual([{ day: expected }]);
  });
  test('what may have been on either of two days names none', async () => {
    const { rows } = await archive.sql.query<{ day: string | null }>(
      "select day_named($1, 'America/Chicago')::text as day",
      [
        {
          value: '2026-11-21T12:00:00Z',
          precision: 's',
          source: 'platform-api',
          notBefore: '2026-11-20T12:00:00Z',
        },
      ],
    );
    expect(rows).toEqual([{ day: null }]);
  });
});
