/** From error codes to HTTP answers: one table. Every answer that is not a success is `application/problem+json` (RFC 9457). */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PAGE_HEADERS, problemPage } from '#console/console.ts';
import { ArchiveError, type ErrorCode } from '#errors.ts';
import { isDatabaseDown } from '#db/db.ts';
import type { FrameOf } from './frame.ts';
import { inTheirWords } from './problem-words.ts';
import { withRoleNames } from './role-not-allowed.ts';

interface Entry {
  readonly status: number;
  readonly title: string;
  /** Seconds after which a retry makes sense. */
  readonly retryAfter?: number;
  /** Instead of the error's own words, which may name machines and keys that are nobody's business out there. */
  readonly sentence?: string;
}

const bad = (title: string): Entry => ({ status: 400, title });
const unprocessable = (title: string): Entry => ({ status: 422, title });
const down = (title: string, retryAfter = 5, sentence?: string): Entry => ({
  status: 503,
  title,
  retryAfter,
  ...(sentence === undefined ? {} : { sentence }),
});
const broken: Entry = { status: 500, title: 'Something broke here' };

/** Codes that can reach a caller. What is not in here is 500 `internal`. */
export const PROBLEMS: Readonly<Partial<Record<ErrorCode, Entry>>> = {
  'request-malformed': bad('This is not an HTTP request'),
  'request-timeout': { status: 408, title: 'Too slow' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'body-missing': bad('Nothing was sent'),
  'body-truncated': bad('What was sent ended early'),
  'body-too-large': { status: 413, title: 'Too large' },
  'json-malformed': bad('This is not JSON'),
  'json-duplicate-key': bad('A member stands twice'),
  'json-number-unsafe': bad('A number is not exact'),
  'json-text-unstorable': bad('A text cannot be kept as text'),
  'media-type-unsupported': { status: 415, title: 'Unsupported media type' },
  'multipart-malformed': bad('This is not multipart/form-data'),
  'multipart-event-missing': bad('The event part is missing'),
  'multipart-too-many-files': { status: 413, title: 'Too many files' },
  'multipart-part-unexpected': bad('A part is not expected here'),
  'upload-malformed': bad('This is not how an upload is begun or continued'),
  'upload-protocol': { status: 412, title: 'Another version of tus' },
  'upload-not-found': { status: 404, title: 'No such upload' },
  'upload-offset-wrong': { status: 409, title: 'The upload goes on elsewhere' },
  'upload-busy': { status: 423, title: 'Somebody writes to it', retryAfter: 2 },
  'upload-unfinished': { status: 409, title: 'The upload is not finished' },
  'uploads-too-many': { status: 429, title: 'Too much is on its way', retryAfter: 60 },
  'report-invalid': unprocessable('The report does not fit its schema'),
  'address-not-http': unprocessable('Not a web address'),
  'address-not-public': unprocessable('Not a public address'),
  'address-malformed': unprocessable('Not an address'),
  'time-in-future': unprocessable('A time lies in the future'),
  'time-without-zone': unprocessable('A time has no zone'),
  'time-malformed': unprocessable('Not a time'),
  'ground-unknown': unprocessable('No such removal ground'),
  'ground-changed': unprocessable('The policy has changed'),
  'agency-mismatch': { status: 403, title: 'Another agency' },
  'server-filled-member': unprocessable('The server fills this in'),
  'idempotency-key-invalid': bad('Not an idempotency key'),
  'idempotency-conflict': { status: 409, title: 'The same key with another content' },
  'query-invalid': bad('The query is not understood'),
  'cursor-invalid': bad('The cursor is not understood'),
  'session-ended': { status: 401, title: 'Signed out' },
  'request-cross-site': { status: 403, title: 'Not from our own page' },
  'sign-in-refused': { status: 401, title: 'Not signed in' },
  'sign-in-too-many': { status: 429, title: 'Too many attempts' },
  'link-not-valid': { status: 410, title: 'This link works no more' },
  'person-not-found': { status: 404, title: 'No such person' },
  'agency-not-found': { status: 404, title: 'No such agency' },
  'agency-in-use': { status: 409, title: 'Somebody is there already' },
  'office-not-found': { status: 404, title: 'No such office' },
  'account-not-found': { status: 404, title: 'No such account' },
  'policy-not-found': { status: 404, title: 'No such policy' },
  'key-not-found': { status: 404, title: 'No such key' },
  'edition-invalid': unprocessable('Not an edition of a schedule'),
  'edition-taken': { status: 409, title: 'There is such an edition' },
  'edition-not-found': { status: 404, title: 'No such edition' },
  'edition-changed': { status: 409, title: 'Not the edition as it stands' },
  'edition-confirmed-already': { status: 409, title: 'Confirmed by you already' },
  'edition-ended': { status: 409, title: 'The edition counts no more' },
  'rule-invalid': unprocessable('Not a rule'),
  'rule-not-found': { status: 404, title: 'No such rule' },
  'classification-invalid': unprocessable('Not a change of series'),
  'classification-conflict': { status: 409, title: 'The record stands otherwise' },
  'day-invalid': unprocessable('Not a day of an event'),
  'day-not-found': { status: 404, title: 'No such day' },
  'record-not-complete': { status: 409, title: 'The record is not complete' },
  'setting-invalid': unprocessable('Not a setting'),
  'source-not-allowed': { status: 403, title: 'Not with this source' },
  'form-invalid': unprocessable('The form is not complete'),
  'key-missing': { status: 401, title: 'A key is needed' },
  'key-invalid': { status: 401, title: 'The key is not known' },
  'role-not-allowed': { status: 403, title: 'Not with this role' },
  'record-not-found': { status: 404, title: 'No such record' },
  'log-not-here': { status: 404, title: 'Nothing of a log here' },
  'route-not-found': { status: 404, title: 'No such call' },
  'method-not-allowed': { status: 405, title: 'Not with this method' },
  'record-not-sealed': { status: 409, title: 'Nothing is sealed yet' },
  'hold-invalid': unprocessable('Not a hold'),
  'hold-empty': { status: 409, title: 'Nothing to hold' },
  'hold-not-found': { status: 404, title: 'No such hold' },
  'hold-not-yours-to-release': { status: 403, title: 'Not released by this role' },
  'hold-released': { status: 409, title: 'The hold was released' },
  'hold-of-request': { status: 409, title: 'The hold lies because of a request' },
  'record-disposing': { status: 409, title: 'The record is being destroyed' },
  'record-held': { status: 409, title: 'The record is held' },
  'disposal-not-found': { status: 404, title: 'No such list of disposal' },
  'disposal-invalid': unprocessable('Not a step of a disposal'),
  'disposal-refused': { status: 409, title: 'It is not destroyed' },
  'record-ends': { status: 409, title: 'The record is being destroyed' },
  'sunshine-request-invalid': unprocessable('Not a request, or not a step of one'),
  'sunshine-request-not-found': { status: 404, title: 'No such request' },
  'sunshine-not-taken-here': { status: 404, title: 'Not asked for on this page' },
  'sunshine-request-state': { status: 409, title: 'The request does not stand so' },
  'review-invalid': unprocessable('Not a decision'),
  'review-changed': { status: 409, title: 'It changed meanwhile' },
  'review-not-acknowledged': { status: 409, title: 'Something goes out that nobody acknowledged' },
  'production-invalid': unprocessable('Not a production, or not a step of one'),
  'production-not-found': { status: 404, title: 'No such production' },
  'production-refused': { status: 409, title: 'Nothing is packed' },
  'production-state': { status: 409, title: 'The production does not stand so' },
  'production-stale': { status: 409, title: 'The production is out of date' },
  'production-not-passed': { status: 409, title: 'The gate has not passed it' },
  'link-not-found': { status: 404, title: 'Nothing is handed out at this address' },
  'calendar-invalid': unprocessable('Not a calendar of an office'),
  'calendar-changed': { status: 409, title: 'The calendar was changed meanwhile' },
  'letter-refused': unprocessable('The law would make this letter wrong'),
  'letter-invalid': unprocessable('Not a letter'),
  'letter-not-found': { status: 404, title: 'No such letter' },
  'mail-invalid': unprocessable('Not a mail that can be taken in'),
  'mail-not-found': { status: 404, title: 'No such mail' },
  'letter-template-invalid': unprocessable('Not a text of a letter'),
  'fees-invalid': unprocessable('Not what may be charged'),
  'number-changed': { status: 409, title: 'It was changed meanwhile' },
  'search-not-certified': { status: 409, title: 'No search is certified' },
  'export-invalid': unprocessable('Not an order for a package'),
  'exemption-refused': unprocessable('This cannot be cited so'),
  'redaction-refused': unprocessable('This cannot be redacted so'),
  'exports-too-many': { status: 429, title: 'Too many packages at once', retryAfter: 30 },
  'log-forked': { status: 409, title: 'The history is not what the log says' },
  'log-tile-wrong': down('A file of the log is not there', 10),
  'log-proof-wrong': { status: 409, title: 'The history is not what the log says' },
  'log-behind': down(
    'The archive is being put back from a backup',
    30,
    'The archive was set back to an earlier time and is being brought up to date from its store. Until then nothing is taken for this agency: keep what you have, and send it again in a moment.',
  ),
  'log-late': down('The log is late', 10),
  'record-full': { status: 409, title: 'The record is full' },
  'removal-not-awaited': { status: 409, title: 'No removal is awaited' },
  'step-not-parked': { status: 409, title: 'Nothing to run again' },
  'streams-too-many': { status: 429, title: 'Too many streams', retryAfter: 30 },
  'streams-full': down('All streams are taken', 30),
  'shutting-down': down('The archive is shutting down'),
  // A connection that breaks in a commit leaves open whether it was one: whoever sends again under the same key finds out.
  'database-down': down(
    'The database is down',
    5,
    'The database cannot be reached or cannot commit just now, so nothing can be acknowledged. Send it again in a moment; a report with the same Idempotency-Key, so that it is taken once.',
  ),
  'disk-full': { status: 507, title: 'The disk is full', retryAfter: 60 },
  'staging-unavailable': down('The staging folder is not there', 30),
  'staging-lost': broken,
  'store-down': down(
    'The store is down',
    30,
    'The store cannot be reached just now, so what is sealed in it cannot be read. Ask again in a moment. Reports are taken all the same, and sealed later.',
  ),
  'store-refused': down(
    'The store did not pass its checks',
    60,
    'The store did not pass its checks, so nothing is sealed into it until it does. Tell the administrator, who finds the reason with "holdfast doctor"; then try again.',
  ),
  'store-object-missing': broken,
  'store-object-changed': {
    status: 502,
    title: 'The file is not what was sealed',
    sentence:
      'What the store has of this file is not what was sealed: it was changed or taken away, so it is not handed over. The record’s history says so. Tell the administrator; the sealed bytes may be in a backup of the store.',
  },
  'receipt-key-unusable': down(
    'The key that signs receipts cannot be used',
    60,
    'The key that signs receipts cannot be used just now, so no signed receipt is handed out. Nothing that was handed in is lost. Tell whoever runs the machine.',
  ),
  'queue-down': down('The queue is down', 5, 'The queue cannot be reached just now. Try again in a moment.'),
};

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly requestId: string;
  readonly problems?: unknown;
  readonly recordId?: unknown;
}

export function problemOf(
  error: unknown,
  requestId: string,
): { readonly problem: Problem; readonly retryAfter: number | null } {
  const known = knownError(error);
  const entry = PROBLEMS[known.code] ?? broken;
  const hidden = entry.status === 500;
  return {
    problem: {
      type: 'about:blank',
      title: entry.title,
      status: entry.status,
      code: hidden ? 'internal' : known.code,
      detail: hidden
        ? 'The archive met an error of its own. What was acknowledged is safe. Try again, and tell the administrator the request id if it happens again.'
        : (entry.sentence ?? known.message),
      requestId,
      ...(known.details?.['problems'] === undefined ? {} : { problems: known.details['problems'] }),
      ...(known.details?.['recordId'] === undefined ? {} : { recordId: known.details['recordId'] }),
    },
    retryAfter: entry.retryAfter ?? null,
  };
}

/** Fastify's own refusals get our codes and our sentences. */
function knownError(error: unknown): ArchiveError {
  if (error instanceof ArchiveError) return error;
  const { code, statusCode, validation } = refusalOf(error);
  const make = (to: ErrorCode, sentence: string): ArchiveError =>
    new ArchiveError(to, sentence, { retry: 'never', cause: error });
  // A reset while a body is read carries the status of a bad request; one of the database's connection does not.
  if (code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH' || (code === 'ECONNRESET' && statusCode === 400))
    return make('body-truncated', 'The body ended before its announced length. Send it again.');
  if (isDatabaseDown(error))
    return new ArchiveError('database-down', 'The database cannot be reached or cannot commit just now.', {
      retry: 'later',
      cause: error,
    });
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return make(
        'body-too-large',
        'A JSON body may have at most 5 MB. Send pictures and long texts as files with multipart/form-data.',
      );
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return make(
        'media-type-unsupported',
        'Send application/json (simple form), application/cloudevents+json, or multipart/form-data with a part "event" and parts "file".',
      );
    case 'ERR_STREAM_PREMATURE_CLOSE':
      return make('body-truncated', 'The body ended before its announced length. Send it again.');
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return make('body-missing', 'The body is empty. Send the report as JSON or multipart/form-data.');
    case 'FST_ERR_VALIDATION':
      return make('query-invalid', `${validationSentence(validation)} See /docs for what this call takes.`);
    case 'FST_ERR_BAD_URL':
      return make(
        'request-malformed',
        'The address of this call cannot be read: expected every % to begin an escape of two hexadecimal digits, in UTF-8. Write it so.',
      );
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return make('route-not-found', 'There is no such call here. /docs lists the calls.');
    default:
      // The file server refuses what points out of its folder, and says so with a status of its own.
      return statusCode !== null && statusCode >= 400 && statusCode < 500
        ? make('route-not-found', 'There is no such call here. /docs lists the calls.')
        : new ArchiveError('internal', 'internal', { retry: 'later', cause: error });
  }
}

interface Refusal {
  readonly code: string;
  readonly statusCode: number | null;
  readonly validation: readonly Validation[];
}

interface Validation {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
  readonly parentSchema?: Readonly<Record<string, unknown>>;
}

function refusalOf(error: unknown): Refusal {
  if (!(error instanceof Error)) return { code: '', statusCode: null, validation: [] };
  return {
    code: 'code' in error && typeof error.code === 'string' ? error.code : '',
    statusCode: 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : null,
    validation:
      'validation' in error && Array.isArray(error.validation) ? (error.validation as Validation[]) : [],
  };
}

/** Which parameter, and what was expected of it; one sentence for each. */
function validationSentence(found: readonly Validation[]): string {
  const sentences = new Map<string, Set<string>>();
  for (const { instancePath, keyword, params, message, parentSchema } of found) {
    const expected = parentSchema?.['x-expected'];
    const unknown = params['additionalProperty'];
    const name = typeof unknown === 'string' ? unknown.slice(0, 60) : instancePath.slice(1);
    const said =
      keyword === 'additionalProperties'
        ? 'is not known here; leave it out'
        : keyword === 'const'
          ? `expected ${JSON.stringify(params['allowedValue'])}`
          : keyword === 'format'
            ? 'expected a time with its zone, such as 2026-11-21T14:03:00Z (in an address, + is written %2B)'
            : keyword === 'pattern' && typeof expected === 'string'
              ? `expected ${expected}`
              : (message ?? 'is not what was expected').replace(/^must/, 'expected it to');
    const all = sentences.get(name) ?? new Set();
    // That none of several choices fits says nothing that the choices do not say.
    if (keyword !== 'anyOf') sentences.set(name, all.add(said));
  }
  return [...sentences]
    .map(([name, all]) => `"${name}": ${[...all].join(' or ').replaceAll(' or expected ', ' or ')}.`)
    .join(' ');
}

export async function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
  frameOf: FrameOf,
): Promise<void> {
  const frame = frameOf(request);
  const { problem, retryAfter } = problemOf(withRoleNames(error, frame), request.id);
  if (problem.status >= 500) request.log.error({ code: problem.code, err: error }, 'request.failed');
  if (retryAfter !== null) reply.header('retry-after', String(retryAfter));
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="holdfast"');
  // A person who followed a link reads a page; a program, and every call of the API, gets the problem itself.
  if (!request.url.startsWith('/v1/') && (request.headers.accept ?? '').includes('text/html')) {
    await reply
      .code(problem.status)
      .headers(PAGE_HEADERS)
      .type('text/html; charset=utf-8')
      .send(problemPage(problem, frame));
    return;
  }
  await reply
    .code(problem.status)
    .type('application/problem+json')
    .header('cache-control', 'no-store')
    .header('x-request-id', request.id)
    // As bytes: to a text Fastify adds a charset, which this type does not have.
    .send(Buffer.from(JSON.stringify(inTheirWords(problem, frame))));
}
