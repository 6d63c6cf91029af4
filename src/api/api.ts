/**
 * The HTTP surface. Built for `inject` and for a real port alike; it owns no policy: routes read what was sent, ask the
 * room whose business it is, and turn what comes back into an answer.
 */
import { randomUUID } from 'node:crypto';
import cookies from '@fastify/cookie';
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { openKeyring, openOidc } from '#agency/agency.ts';
import { registerConsole } from '#console/console.ts';
import { ArchiveError } from '#errors.ts';
import { openAcceptor, openUploads } from '#intake/intake.ts';
import type { System } from '../system.ts';
import { registerAccounts } from './accounts.ts';
import { registerAgencyHistory } from './agency-history.ts';
import { guardRoutes, sessionCookie } from './auth.ts';
import type { ApiContext } from './context.ts';
import { openContentServer, type ContentServer } from './content-server.ts';
import { registerExports } from './exports.ts';
import { registerHoldPages } from './hold-pages.ts';
import { registerHolds } from './holds.ts';
import { registerJoining } from './joining.ts';
import { registerDisposalPages } from './disposal-pages.ts';
import { registerDisposals } from './disposals.ts';
import { registerFixity } from './fixity.ts';
import { registerLog } from './log.ts';
import { registerLooks } from './looks.ts';
import { choicesFor } from './choices.ts';
import { openFrames, registerLanguage, sayLanguage } from './frame.ts';
import { registerDescription } from './description.ts';
import { registerKeys } from './keys.ts';
import { openMetrics, type Metrics } from './metrics.ts';
import { registerOperations } from './operations.ts';
import { openPublicFetch } from './public-fetch.ts';
import { registerProvider } from './provider.ts';
import { registerOfficeCalendar } from './office-calendar.ts';
import { registerPublicRequests } from './public-requests.ts';
import { registerOffices } from './offices.ts';
import { registerPeople } from './people.ts';
import { openPlaces, type Places } from './places.ts';
import { registerPolicies } from './policies.ts';
import { registerPolicyDrafts } from './policy-drafts.ts';
import { sendProblem } from './problems.ts';
import { registerRecordPages } from './record-pages.ts';
import { receiptsOf, registerReceipts } from './receipts.ts';
import { registerRecords } from './records.ts';
import { registerReference } from './reference.ts';
import { afterOf, registerReportPages } from './report-pages.ts';
import { registerReports } from './reports.ts';
import { registerCalendarPages } from './calendar-pages.ts';
import { registerRequestList } from './request-list.ts';
import { registerRequestMail } from './request-mail.ts';
import { registerRequestPages } from './request-pages.ts';
import { registerRequests } from './requests.ts';
import { openLetterDesk } from './letter-desk.ts';
import { registerLetterPages } from './letter-pages.ts';
import { registerLetterSettings } from './letter-settings.ts';
import { registerLetterTemplatePages } from './letter-template-pages.ts';
import { registerLetters } from './letters.ts';
import { registerProductions } from './productions.ts';
import { registerSearchPapers } from './search-papers.ts';
import { registerRetentionPages } from './retention-pages.ts';
import { registerReviewPages } from './review-pages.ts';
import { registerReviews } from './reviews.ts';
import { registerSchedulePages } from './schedule-pages.ts';
import { registerRetention } from './retention.ts';
import { registerSchedules } from './schedules.ts';
import { registerCollect } from './collect.ts';
import { registerCollectPages } from './collect-pages.ts';
import { registerClassification } from './classification.ts';
import { registerSignIn } from './sign-in.ts';
import { countUnconfirmed, registerUnconfirmed } from './unconfirmed.ts';
import { registerUploads } from './uploads.ts';
import { registerVerify } from './verify.ts';
import { registerStatements } from './statements.ts';
import { openWatchers } from './watchers.ts';
import { registerWorklist } from './worklist.ts';
import { answerBrokenRequest, PATIENCE, watchConnections, watchMethods, type Patience } from './wire.ts';

export type { Call } from './auth.ts';
export { openDoors } from './listening.ts';
export { openMetrics, type Metrics } from './metrics.ts';
export { readiness } from './readiness.ts';

const JSON_LIMIT_BYTES = 5 * 1024 ** 2;
/** Less than the grace of the whole process, which has more to close. */
const DRAIN_MS = 20_000;

export interface AppOptions {
  readonly metrics?: Metrics;
  /** The relay of this process, when it has one. */
  readonly poke?: () => void;
  readonly patience?: Patience;
  /** How long a closing process waits for what is on its way. */
  readonly drainMs?: number;
  /** Hears of each message that has no words in Spanish. For tests. */
  readonly untranslated?: (message: string) => void;
}

export async function buildApp(system: System, options: AppOptions = {}): Promise<FastifyInstance> {
  const patience = options.patience ?? PATIENCE;
  const { config, now } = system;
  const frameOf = openFrames({ ...options, mode: config.mode, publicUrl: config.publicUrl, now });
  const loggerInstance: FastifyBaseLogger = system.log;
  const app: FastifyInstance = fastify({
    loggerInstance,
    // One line of our own for each request, without its address.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    // Whoever is not named says nothing about anybody's address. Only the limits look at it: no origin and no link is taken from it.
    trustProxy: config.proxies.length === 0 ? false : [...config.proxies],
    bodyLimit: JSON_LIMIT_BYTES,
    requestTimeout: patience.requestMs,
    connectionTimeout: patience.idleMs,
    http: {
      headersTimeout: patience.headerMs,
      connectionsCheckingInterval: Math.min(30_000, patience.headerMs),
      keepAliveTimeout: 65_000,
      // Said in our own words, below.
      requireHostHeader: false,
    },
    forceCloseConnections: 'idle',
    // Answered below, as a problem like any other.
    return503OnClosing: false,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => void sendProblem(request, reply, error, frameOf),
    ajv: {
      customOptions: {
        coerceTypes: false,
        removeAdditional: false,
        useDefaults: false,
        allErrors: true,
        strict: false,
        // So that a refusal may say what the schema's `x-expected` says.
        verbose: true,
      },
    },
    routerOptions: { maxParamLength: 300 },
  });
  const closing = new AbortController();
  /** The last answers are given; then it is closing. */
  let leaving = false;
  const connections = watchConnections(app.server);
  const places: Places = openPlaces(system.config, () => content.port() ?? system.config.contentPort);
  const content = openContentServer(system, patience);
  app.decorate('content', content);
  const receipts = receiptsOf(system);
  const context: ApiContext = {
    system,
    places,
    oidc: openOidc(system.db, system.config.publicUrl, openPublicFetch()),
    guard: {
      keyring: openKeyring(system.db),
      db: system.db,
      cookie: sessionCookie(system.config.publicUrl),
    },
    frameOf,
    acceptor: openAcceptor(system.db),
    uploads: openUploads(system),
    metrics: options.metrics ?? openMetrics(system.db),
    watchers: await openWatchers(
      system.db,
      async (agencyId, recordId) => await receipts.plain(agencyId, recordId),
    ),
    receipts,
    poke: options.poke ?? (() => undefined),
    closing: closing.signal,
  };
  app.decorateRequest('startedAt', 0);

  // Every body arrives as bytes: what was sent is kept as it was sent, and parsed by rules of our own.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    /^application\/(?:json|cloudevents\+json)(?:\s*;|$)/i,
    { parseAs: 'buffer', bodyLimit: JSON_LIMIT_BYTES },
    (_request, body, done) => done(null, body),
  );
  // Multipart is read as a stream by the route, after it knows who asks.
  app.addContentTypeParser(/^multipart\/form-data/i, (_request, payload, done) => done(null, payload));

  app.setErrorHandler(async (error, request, reply) => await sendProblem(request, reply, error, frameOf));
  const methodsOf = watchMethods(app);
  const noSuchCall = (request: FastifyRequest, reply: FastifyReply): ArchiveError => {
    const methods = methodsOf(request.url);
    if (methods.length === 0 || methods.includes(request.method))
      return new ArchiveError('route-not-found', 'There is no such call here. /docs lists the calls.', {
        retry: 'never',
      });
    reply.header('allow', methods.join(', '));
    return new ArchiveError(
      'method-not-allowed',
      `This call takes ${methods.join(', ')}. /docs lists the calls.`,
      { retry: 'never' },
    );
  };
  // Reached by what the file server does not find; every other call is refused before its body is looked at, below.
  app.setNotFoundHandler(
    async (request, reply) => await sendProblem(request, reply, noSuchCall(request, reply), frameOf),
  );
  app.addHook('onRequest', async (request, reply) => {
    request.startedAt = performance.now();
    reply
      .header('x-content-type-options', 'nosniff')
      .header('x-request-id', request.id)
      .header('referrer-policy', 'same-origin');
    if (closing.signal.aborted)
      throw new ArchiveError(
        'shutting-down',
        'This process is shutting down and takes nothing more. Send it again in a moment.',
        { retry: 'later' },
      );
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1')
      throw new ArchiveError(
        'request-malformed',
        'The request has no header Host, which HTTP/1.1 asks for. Send it with an HTTP library.',
        { retry: 'never' },
      );
    // Not left to what comes after: of some methods (QUERY) Fastify asks for a body first, and has an answer of its own.
    if (request.is404) throw noSuchCall(request, reply);
  });
  app.addHook('onResponse', async (request, reply) => {
    // The route's pattern, never the address: addresses carry search words.
    request.log.info(
      {
        route: request.routeOptions.url ?? 'none',
        method: request.method,
        status: reply.statusCode,
        ms: Math.round(performance.now() - request.startedAt),
      },
      'request',
    );
  });
  app.addHook('onSend', async (request, reply) => {
    sayLanguage(request, reply);
    if (leaving) reply.header('connection', 'close');
  });
  app.addHook('preClose', async () => {
    leaving = true;
    const drainMs = options.drainMs ?? DRAIN_MS;
    await Promise.all([connections.letGo(drainMs), content.close(drainMs)]);
    closing.abort();
    await context.watchers.close();
  });

  await registerDescription(app, system.program.version);
  await app.register(cookies);
  guardRoutes(app, context.guard);
  await app.register(async (routes) => {
    registerReports(routes, context);
    await registerUploads(routes, context);
    registerStatements(routes, context);
    registerRecords(routes, context);
    registerReceipts(routes, context);
    registerReference(routes, context);
    registerOperations(routes, context);
    registerSignIn(routes, context);
    registerLanguage(routes, system.config.publicUrl);
    registerJoining(routes, context);
    registerPeople(routes, context);
    registerAccounts(routes, context);
    registerKeys(routes, context);
    registerProvider(routes, context);
    registerPolicies(routes, context);
    registerAgencyHistory(routes, context);
    registerFixity(routes, context);
    registerDisposals(routes, context);
    registerDisposalPages(routes, context);
    registerPolicyDrafts(routes, context);
    registerHolds(routes, context);
    registerRequestList(routes, context);
    registerRequests(routes, context);
    registerRequestMail(routes, context);
    registerProductions(routes, context);
    registerCollect(routes, context);
    registerReviews(routes, context);
    registerCollectPages(routes, context);
    const letters = openLetterDesk(context);
    registerLetters(routes, context, letters);
    registerSearchPapers(routes, context, letters);
    registerLetterSettings(routes, context);
    registerLetterPages(routes, context, letters);
    registerLetterTemplatePages(routes, context);
    registerReviewPages(routes, context);
    registerRequestPages(routes, context);
    registerCalendarPages(routes, context);
    registerPublicRequests(routes, context);
    registerOfficeCalendar(routes, context);
    registerHoldPages(routes, context);
    registerRecordPages(routes, context);
    registerWorklist(routes, context);
    registerOffices(routes, context);
    registerLooks(routes, context);
    registerExports(routes, context);
    registerSchedules(routes, context);
    registerSchedulePages(routes, context);
    registerRetentionPages(routes, context);
    registerRetention(routes, context);
    registerClassification(routes, context);
    registerVerify(routes, context);
    registerLog(routes, context);
    registerReportPages(routes, context);
    registerUnconfirmed(routes, context);
    await registerConsole(routes, {
      frameOf: context.frameOf,
      publicUrl: system.config.publicUrl,
      contentFor: (request) => places.contentFor(request.headers.host),
      choicesOf: async (request, purpose) =>
        request.person === null
          ? null
          : await choicesFor(context, request.person.caller, purpose, afterOf(request)),
      unconfirmedOf: async (request) => await countUnconfirmed(context, request),
      openapi: () => app.swagger(),
    });
  });
  await app.ready();
  return app;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Opened beside it (`openDoors`), and closed with it. */
    content: ContentServer;
  }
  interface FastifyRequest {
    /** Milliseconds on the monotonic clock. */
    startedAt: number;
  }
}
