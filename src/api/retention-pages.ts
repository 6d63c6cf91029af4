/** The worklist of retention and its rules, as pages: the same as the calls of `retention.ts`. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { actorOf, dayIn, zoneOf } from '#agency/agency.ts';
import { retentionListPage, retentionPage, rulesPage } from '#console/console.ts';
import { ArchiveError } from '#errors.ts';
import { recordIdOf } from '#record/record.ts';
import {
  LISTS,
  listRetention,
  listSeries,
  readFiscalYear,
  readRules,
  readWorklist,
  RULE_MEMBERS,
} from '#retention/retention.ts';
import { sendPage } from './administration.ts';
import { callerOf, CLASSIFIERS, RETENTION_OFFICERS, RETENTION_READERS } from './auth.ts';
import type { ApiContext } from './context.ts';
import { personOf } from './edition-verbs.ts';
import { formOf, takeForms } from './forms.ts';
import { addRuleHere, endRuleHere, setFiscalYearHere } from './retention.ts';
import { enterSearch } from './searches.ts';

const PER_PAGE = 25;
type Said = { readonly kind: 'error' | 'success'; readonly text: string } | null;

export function registerRetentionPages(routes: FastifyInstance, context: ApiContext): void {
  const { system } = context;
  const { db, now } = system;
  const readers = { schema: { hide: true }, config: { roles: RETENTION_READERS, page: true } } as const;
  const officers = { schema: { hide: true }, config: { roles: RETENTION_OFFICERS, page: true } } as const;
  const maySet = (request: FastifyRequest): boolean =>
    callerOf(request).roles.some((role) => RETENTION_OFFICERS.includes(role));
  /** What was asked for and is not to be is said on the page where it was typed; all else rises. */
  const refusalOf = async (work: () => Promise<unknown>): Promise<Said> => {
    try {
      await work();
      return null;
    } catch (error) {
      if (!(error instanceof ArchiveError) || !['rule-invalid', 'setting-invalid'].includes(error.code))
        throw error;
      return { kind: 'error', text: error.message };
    }
  };

  const showAll = async (request: FastifyRequest, reply: FastifyReply, said: Said = null) => {
    const parts = await db.inAgency(callerOf(request).agencyId, async (at) => ({
      ...(await readWorklist(at, { today: dayIn(await zoneOf(at), now()), now: now() })),
      fiscalYearStart: await readFiscalYear(at),
    }));
    const page = retentionPage(context.frameOf(request), { ...parts, maySet: maySet(request), said });
    return await sendPage(reply, page, said?.kind === 'error');
  };
  const showRules = async (
    request: FastifyRequest,
    reply: FastifyReply,
    said: Said = null,
    typed: Readonly<Record<string, string>> = {},
  ) => {
    const { agencyId } = callerOf(request);
    const { grounds } = await system.referenceOf(agencyId);
    const parts = await db.inAgency(agencyId, async (at) => ({
      rules: await readRules(at),
      series: await listSeries(at),
    }));
    const last = parts.rules.at(-1)?.position ?? 0;
    const page = rulesPage(context.frameOf(request), {
      ...parts,
      grounds: grounds.map((ground) => ({
        reference: `${ground.policyId}#${ground.clauseId}`,
        label: `${ground.label} (${ground.citation})`,
      })),
      maySet: maySet(request),
      typed: { position: String(last + 10), ...typed },
      said,
    });
    return await sendPage(reply, page, said?.kind === 'error');
  };

  void routes.register(async (app) => {
    takeForms(app);

    app.get('/retention', readers, async (request, reply) => await showAll(request, reply));
    app.post('/retention/fiscal-year', officers, async (request, reply) => {
      const caller = callerOf(request);
      personOf(request, 'fiscal-year');
      const start = formOf(request).one('start').trim();
      const refused = await refusalOf(
        async () =>
          await db.inAgency(
            caller.agencyId,
            async (at) => await setFiscalYearHere(at, start === '' ? null : start, actorOf(caller)),
          ),
      );
      return await showAll(
        request,
        reply,
        refused ?? {
          kind: 'success',
          text: 'Set. What ends with the fiscal year was computed anew, and editions that count from it are to be confirmed anew by two people.',
        },
      );
    });
    app.get<{ Querystring: Record<string, unknown> }>(
      '/retention/records',
      readers,
      async (request, reply) => {
        const asked = (name: string): string | null => {
          const value = request.query[name];
          return typeof value === 'string' && value !== '' ? value.replaceAll('\0', '').slice(0, 200) : null;
        };
        const list = LISTS.find((one) => one === asked('list')) ?? 'unclassified';
        const [edition, series] = [asked('edition'), asked('series')];
        const after = recordIdOf(asked('cursor') ?? '');
        const caller = callerOf(request);
        const { zone, records, next } = await db.inAgency(caller.agencyId, async (at) => {
          const zoneHere = await zoneOf(at);
          const found = await listRetention(at, {
            list,
            edition,
            series,
            after,
            limit: PER_PAGE,
            today: dayIn(zoneHere, now()),
            now: now(),
          });
          await enterSearch(at, caller, {
            list: 'retention',
            filters: [
              'list',
              ...(edition === null ? [] : ['edition']),
              ...(series === null ? [] : ['series']),
            ],
            continued: after !== null,
            found: found.records.length,
          });
          return { zone: zoneHere, ...found };
        });
        const address = new URLSearchParams({
          list,
          ...(edition === null ? {} : { edition }),
          ...(series === null ? {} : { series }),
        });
        const page = retentionListPage(context.frameOf(request), {
          zone,
          list,
          records,
          next: next === null ? null : `/retention/records?${address.toString()}&cursor=${next}`,
          mayClassify: caller.kind === 'person' && caller.roles.some((role) => CLASSIFIERS.includes(role)),
        });
        return await sendPage(reply, page);
      },
    );
    app.get('/retention/rules', readers, async (request, reply) => await showRules(request, reply));
    app.post('/retention/rules', officers, async (request, reply) => {
      const form = formOf(request);
      const typed = Object.fromEntries(
        ['position', 'series', ...RULE_MEMBERS].map((name) => [name, form.one(name).trim()]),
      );
      const [edition = '', ...series] = form.one('series').split(' ');
      const position = Number(typed['position']);
      const matches = Object.fromEntries(
        RULE_MEMBERS.flatMap((name) => (typed[name] === '' ? [] : [[name, typed[name]?.slice(0, 200)]])),
      );
      const caller = callerOf(request);
      const refused =
        Number.isInteger(position) && position >= 1 && position <= 1_000_000
          ? await refusalOf(
              async () =>
                await db.inAgency(
                  caller.agencyId,
                  async (at) =>
                    await addRuleHere(
                      at,
                      { position, matches, edition, series: series.join(' ') },
                      actorOf(caller),
                    ),
                ),
            )
          : ({
              kind: 'error',
              text: 'The place in the order is a whole number from 1 to 1,000,000.',
            } as const);
      return refused === null
        ? await showRules(request, reply, { kind: 'success', text: 'The rule is added.' })
        : await showRules(request, reply, refused, typed);
    });
    app.post<{ Params: { rule: string } }>('/retention/rules/:rule/end', officers, async (request, reply) => {
      const caller = callerOf(request);
      await db.inAgency(
        caller.agencyId,
        async (at) => await endRuleHere(at, request.params.rule, actorOf(caller)),
      );
      return await showRules(request, reply, { kind: 'success', text: 'The rule has ended.' });
    });
  });
}
