/** The worklist of retention and the rules of the agency, for programs. */
import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';
import { actorOf, dayIn, zoneOf } from '#agency/agency.ts';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { recordIdOf } from '#record/record.ts';
import {
  addRule,
  endRule,
  LISTS,
  listRetention,
  readRules,
  readWorklist,
  RULE_MEMBERS,
  setFiscalYear,
  wordsInText,
  type ClassificationRule,
} from '#retention/retention.ts';
import { callerOf, RETENTION_OFFICERS, RETENTION_READERS, hereIn } from './auth.ts';
import type { ApiContext } from './context.ts';
import { personOf } from './edition-verbs.ts';
import { orderOf } from './orders.ts';
import { Anything, describedAs, taking, unread } from './described.ts';
import { enterSearch } from './searches.ts';

const words = Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f]*$' });

const Rule = Type.Object(
  {
    position: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    matches: Type.Object(Object.fromEntries(RULE_MEMBERS.map((name) => [name, Type.Optional(words)])), {
      additionalProperties: false,
    }),
    edition: words,
    series: words,
  },
  { additionalProperties: false },
);
const FiscalYear = Type.Object(
  { start: Type.Union([Type.String(), Type.Null()], { description: 'Its first day, as MM-DD' }) },
  { additionalProperties: false },
);
const RetentionQuery = Type.Object(
  {
    list: Type.Union(LISTS.map((list) => Type.Literal(list))),
    edition: Type.Optional(words),
    series: Type.Optional(words),
    cursor: Type.Optional(words),
    limit: Type.Optional(
      Type.String({
        pattern: '^(?:[1-9][0-9]?|1[0-9][0-9]|200)$',
        'x-expected': 'a whole number from 1 to 200',
      }),
    ),
  },
  { additionalProperties: false },
);

const RULE_EXPECTED = `Expected {"position": a whole number, "matches": {any of ${RULE_MEMBERS.join(', ')}}, "edition": …, "series": a code of it} as application/json.`;

const RULE_REFUSALS = {
  'series-unknown':
    'There is no such series in this edition. GET /v1/schedules lists the series that there are.',
  'place-taken': 'Another rule has this place in the order. Choose another number, or end that rule first.',
} as const;

export async function addRuleHere(
  at: AgencyTx,
  rule: Pick<ClassificationRule, 'position' | 'matches' | 'edition' | 'series'>,
  actor: string,
): Promise<string> {
  const { text } = rule.matches;
  if (text !== undefined && wordsInText(text).length === 0)
    throw new ArchiveError('rule-invalid', 'A rule that looks at the text needs at least one word.', {
      retry: 'never',
    });
  const added = await addRule(at, rule, actor);
  if ('refused' in added)
    throw new ArchiveError('rule-invalid', RULE_REFUSALS[added.refused], { retry: 'never' });
  return added.id;
}

export async function endRuleHere(at: AgencyTx, id: string, actor: string): Promise<void> {
  if (recordIdOf(id) === null || !(await endRule(at, id, actor)))
    throw new ArchiveError(
      'rule-not-found',
      'There is no such rule in this agency, or it has ended. GET /v1/retention/rules lists those that apply.',
      { retry: 'never' },
    );
}

/** The day on which the agency's fiscal year begins; null: nobody says. */
export async function setFiscalYearHere(at: AgencyTx, start: string | null, actor: string): Promise<void> {
  const [, month = '', day = ''] = /^(\d{2})-(\d{2})$/.exec(start ?? '') ?? [];
  const last = new Date(Date.UTC(2025, Number(month), 0)).getUTCDate();
  const isDay =
    Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= last && month !== '';
  if (start !== null && !isDay)
    throw new ArchiveError(
      'setting-invalid',
      'Expected the first day of the fiscal year as MM-DD, such as 07-01; 29 February is none, because it is there every fourth year only.',
      { retry: 'never' },
    );
  await setFiscalYear(at, start, actor);
}

export function registerRetention(app: FastifyInstance, context: ApiContext): void {
  const { db, now } = context.system;
  const here = hereIn(db);
  const described = describedAs('retention');
  const schema = (summary: string, statuses: readonly number[], more: object = {}) =>
    described(summary, { 200: Anything }, statuses, more);
  const readers = { config: { roles: RETENTION_READERS } } as const;
  const officers = { config: { roles: RETENTION_OFFICERS }, ...unread } as const;

  app.get(
    '/v1/retention',
    {
      ...readers,
      schema: schema(
        'The worklist by series: due, what stands in the way, waiting, never, unclassified, and four quarters ahead',
        [],
      ),
    },
    async (request) =>
      await here(
        request,
        async (at) => await readWorklist(at, { today: dayIn(await zoneOf(at), now()), now: now() }),
      ),
  );
  app.get<{ Querystring: Static<typeof RetentionQuery> }>(
    '/v1/retention/records',
    {
      ...readers,
      schema: schema('Records of one of the lists, by series if you like', [400], {
        querystring: RetentionQuery,
      }),
    },
    async (request) => {
      const { list, edition = null, series = null, cursor, limit } = request.query;
      const after = cursor === undefined ? null : recordIdOf(cursor);
      if (cursor !== undefined && after === null)
        throw new ArchiveError(
          'cursor-invalid',
          'This cursor is not one of ours. Leave it out to begin at the first record.',
          { retry: 'never' },
        );
      return await here(request, async (at) => {
        const today = dayIn(await zoneOf(at), now());
        const { records, next } = await listRetention(at, {
          list,
          edition,
          series,
          after,
          limit: limit === undefined ? 50 : Number(limit),
          today,
          now: now(),
        });
        await enterSearch(at, callerOf(request), {
          list: 'retention',
          filters: ['list', ...(edition === null ? [] : ['edition']), ...(series === null ? [] : ['series'])],
          continued: after !== null,
          found: records.length,
        });
        return { records, nextCursor: next };
      });
    },
  );
  app.get(
    '/v1/retention/rules',
    { ...readers, schema: schema('Rules that lead records to series, in the agency’s order', []) },
    async (request) => await here(request, async (at) => ({ rules: await readRules(at) })),
  );
  app.post(
    '/v1/retention/rules',
    {
      ...officers,
      schema: schema(
        'Add a rule. It applies to what becomes complete from now on; of what is there it is offered only',
        [400, 415, 422],
        taking(Rule),
      ),
    },
    async (request) => {
      const rule = orderOf(request, Rule, 'rule-invalid', RULE_EXPECTED);
      const actor = actorOf(callerOf(request));
      return await here(request, async (at) => ({ id: await addRuleHere(at, rule, actor) }));
    },
  );
  app.post<{ Params: { rule: string } }>(
    '/v1/retention/rules/:rule/end',
    {
      ...officers,
      schema: schema('End a rule. Records keep the series that it gave them', [404], {
        params: Type.Object({ rule: Type.String() }),
      }),
    },
    async (request) => {
      const actor = actorOf(callerOf(request));
      await here(request, async (at) => await endRuleHere(at, request.params.rule, actor));
      return { ended: request.params.rule };
    },
  );
  app.post(
    '/v1/retention/fiscal-year',
    {
      ...officers,
      schema: schema(
        'Say when the fiscal year begins, as a person; periods that end with one are computed anew, and editions with such periods are to be confirmed anew',
        [400, 415, 422],
        taking(FiscalYear),
      ),
    },
    async (request) => {
      personOf(request, 'fiscal-year');
      const { start } = orderOf(
        request,
        FiscalYear,
        'setting-invalid',
        'Expected {"start": "the first day of the fiscal year, as MM-DD, or null"} as application/json.',
      );
      const actor = actorOf(callerOf(request));
      await here(request, async (at) => await setFiscalYearHere(at, start, actor));
      return { start };
    },
  );
}
