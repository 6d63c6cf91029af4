/**
 * Handing in without a script: the form of `/report` as a browser sends it, and the page of a record that needs none. The same verbs as
 * the calls, the same walls; a form counts only from our own pages (`auth.ts`).
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { zoneOf } from '#agency/agency.ts';
import {
  choices,
  fragment,
  html,
  ours,
  PAGE_HEADERS,
  pageHeaders,
  plainStatusPage,
  reportPage,
  type Markup,
  type Purpose,
} from '#console/console.ts';
import { ArchiveError } from '#errors.ts';
import { readBrowserForm, type BrowserForm } from '#intake/intake.ts';
import { readReceipt, readRecordRow, recordIdOf, type Receipt } from '#record/record.ts';
import { callerOf, EVERYONE, refuseSomebodyElse, REPORTERS } from './auth.ts';
import { choicesFor } from './choices.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms } from './forms.ts';
import {
  CLAUSE_CHANGED,
  FIELDS,
  LABELS,
  namedAccount,
  problemsOf,
  reportOf,
  versionShown,
} from './plain-report.ts';
import { acceptSent, existing, shareOf, taken } from './reports.ts';
import { refuseNeverAwaited, refuseNotAwaited } from './statements.ts';
import { ownerOf } from './uploads.ts';

/** Nobody reloads a page that is right when it comes: most records are sealed within this. */
const WAIT_MS = 4000;
const LOOK_MS = 200;

export function registerReportPages(routes: FastifyInstance, context: ApiContext): void {
  const { system } = context;
  const forReporters = { schema: { hide: true }, config: { roles: REPORTERS, page: true } } as const;

  // For whoever works with a key: a script puts it into the page. Not a page of its own, so that a refusal is no way to sign in.
  routes.get<{ Querystring: Record<string, unknown> }>(
    '/report/choices',
    { schema: { hide: true }, config: { roles: REPORTERS } },
    async (request, reply) => {
      const purpose = request.query['purpose'] === 'keep' ? 'keep' : 'remove';
      const offered = await choicesFor(context, callerOf(request), purpose, afterOf(request));
      return await reply
        .headers(PAGE_HEADERS)
        .send(fragment(choices(purpose, offered), context.frameOf(request)));
    },
  );

  for (const purpose of ['remove', 'keep'] as const)
    routes.post(purpose === 'keep' ? '/keep' : '/report', forReporters, async (request, reply) => {
      const { room, staging } = system;
      await room.ask(64 * 1024);
      const share = await shareOf(context, request);
      try {
        const form = await readBrowserForm(
          { body: request.raw, headers: request.headers },
          {
            stage: async (bytes, limits) => await staging.stage(taken(bytes, share), limits),
            remove: async (stagedName) => await staging.remove(stagedName),
            whole: async (id) => await context.uploads.whole(ownerOf(request), id),
          },
          FIELDS,
        );
        return await handIn(context, request, reply, purpose, form);
      } finally {
        share.release();
      }
    });

  void routes.register(async (app) => {
    takeForms(app);
    app.get<{ Params: { id: string } }>(
      '/report/records/:id/plain',
      { schema: { hide: true }, config: { roles: EVERYONE, page: true } },
      async (request, reply) => await showPlain(context, request, reply, request.params.id),
    );
    app.post<{ Params: { id: string } }>(
      '/report/records/:id/plain',
      forReporters,
      async (request, reply) => {
        const typed = formOf(request);
        refuseSomebodyElse(request, typed.one('as'));
        const record = await existing(context, request, request.params.id);
        const form = typed.one('what') === 'kept' ? 'kept' : 'removal';
        if (form === 'kept') refuseNeverAwaited(record);
        else refuseNotAwaited(record);
        const statement = { form, event: new Uint8Array(), files: [] } as const;
        await acceptSent(context, request, record, {
          ...statement,
          channel: 'web-form',
          idempotencyKey: null,
        });
        return await reply.redirect(`/report/records/${record.recordId}/plain`, 303);
      },
    );
  });
}

export function afterOf(request: FastifyRequest): string {
  const after = (request.query as Readonly<Record<string, unknown>>)['after'];
  return typeof after === 'string' ? after.slice(0, 100) : '';
}

async function handIn(
  context: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
  purpose: Purpose,
  { fields, files }: BrowserForm,
): Promise<FastifyReply> {
  const { system } = context;
  const caller = callerOf(request);
  const typed = Object.fromEntries(fields);
  const again = async (
    problems: readonly (string | Markup)[],
    { clauseRefused = false, earlier }: { readonly clauseRefused?: boolean; readonly earlier?: string } = {},
  ): Promise<FastifyReply> => {
    const offered = await choicesFor(context, caller, purpose, '');
    // What is shown now may be another version, in which that number is another clause: nobody chose it.
    const stands =
      !clauseRefused &&
      offered.grounds.some(
        ({ reference, version }) => reference === typed['ground'] && version === versionShown(typed),
      );
    const mustChoose = (typed['ground'] ?? '') !== '' && !stands;
    const verb = typed['verb'] === 'other' ? typed['other-verb'] : typed['verb'];
    const chosen = {
      ground: stands ? (typed['ground'] ?? null) : null,
      verb: verb || null,
      account: typed['account'] || null,
    };
    return await reply
      .code(earlier === undefined ? 422 : 409)
      .headers(pageHeaders({ chosen: true }))
      .send(
        reportPage(context.frameOf(request), {
          publicUrl: system.config.publicUrl,
          purpose,
          choices: { ...offered, chosen },
          attempt: randomUUID(),
          typed,
          problems: mustChoose ? [...problems, CLAUSE_CHANGED] : problems,
          ...(earlier === undefined ? {} : { earlier }),
        }),
      );
  };
  const forget = async (): Promise<void> => {
    const mine = files.filter((file) => file.uploadId === undefined);
    await Promise.all(mine.map(async (file) => await system.staging.remove(file.stagedName)));
  };
  try {
    refuseSomebodyElse(request, typed['as']);
  } catch (error) {
    await forget();
    throw error;
  }
  const missing = problemsOf(typed, files.length);
  if (missing.length > 0) {
    await forget();
    return await again(missing);
  }
  const { accounts } = await system.referenceOf(caller.agencyId);
  const registered = accounts.find(({ id }) => typed['account'] === `registered ${id}`);
  const account =
    registered === undefined
      ? namedAccount(typed)
      : { platform: registered.platform, account: registered.handle ?? registered.nativeId ?? registered.id };
  try {
    const { recordId } = await acceptSent(context, request, null, {
      form: 'simple',
      event: Buffer.from(JSON.stringify(reportOf(typed, account))),
      files,
      channel: 'web-form',
      idempotencyKey: /^[0-9a-f-]{36}$/.test(typed['attempt'] ?? '') ? (typed['attempt'] ?? null) : null,
    });
    return await reply.redirect(`/report/records/${recordId}/plain`, 303);
  } catch (error) {
    // Somebody went back to it and changed it: then it is something else, and nothing of it is lost.
    const earlier = error instanceof ArchiveError ? error.details?.['recordId'] : undefined;
    if (error instanceof ArchiveError && error.code === 'idempotency-conflict' && typeof earlier === 'string')
      return await again([], { earlier });
    // The archive's own refusals, each with the member that it speaks of taken away: a person reads them.
    const problems = error instanceof ArchiveError ? error.details?.['problems'] : undefined;
    if (!Array.isArray(problems)) throw error;
    const said = problems as readonly { readonly pointer: string; readonly sentence: string }[];
    const ofClause = said.filter(({ pointer }) => pointer.startsWith('/action/ground'));
    return await again(
      said
        .filter((problem) => !ofClause.includes(problem))
        .map(({ pointer, sentence }) => {
          const named = `${pointer === '' ? 'The report' : pointer}: `;
          const says = ours(sentence.startsWith(named) ? sentence.slice(named.length) : sentence);
          return html`${ours(LABELS[pointer] ?? 'The report')}: ${says}`;
        }),
      { clauseRefused: ofClause.length > 0 },
    );
  }
}

async function showPlain(
  context: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
): Promise<FastifyReply> {
  const { system, closing } = context;
  const recordId = recordIdOf(id);
  const look = async (): Promise<{ receipt: Receipt; zone: string; verb: string }> => {
    const found = await system.db.inAgency(callerOf(request).agencyId, async (at) => ({
      receipt: recordId === null ? null : await readReceipt(at, recordId, system.config.mode, system.now()),
      zone: await zoneOf(at),
      verb: recordId === null ? '' : ((await readRecordRow(at, recordId))?.verb ?? ''),
    }));
    if (found.receipt === null)
      throw new ArchiveError('record-not-found', 'There is no such record in this agency.', {
        retry: 'never',
      });
    return { ...found, receipt: found.receipt };
  };
  const end = performance.now() + WAIT_MS;
  let found = await look();
  while (isOnItsWay(found.receipt) && performance.now() < end && !closing.aborted) {
    await sleep(LOOK_MS);
    found = await look();
  }
  return await reply.headers(PAGE_HEADERS).send(plainStatusPage(context.frameOf(request), found));
}

/** Nothing is missing but what comes within seconds by itself. */
function isOnItsWay({ safeToRemove, missing }: Receipt): boolean {
  const SOON = ['seal-pending', 'log-pending', 'picture-pending'];
  return !safeToRemove && missing.every(({ code }) => SOON.includes(code));
}
