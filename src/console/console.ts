/**
 * The console: pages for people, over the same calls as the API. It holds no state, reads no record and has no right that
 * the key in the page does not have; a page is a frame without data, and its script asks the API.
 *
 * Promises to the moderator:
 *   - "Safe to remove" is shown only while the last receipt says so; before, and whenever in doubt, "do not remove".
 *   - A picture is never lost by this page: on every error it stays, and sending again repeats the same Idempotency-Key,
 *     so that nothing is archived twice and nothing is left out. Another key is asked for in place.
 *     After a reload, or when the page was closed, whoever put it in finds it again (`assets/left-off.js`).
 *   - What was handed in is shown on the record's page to whoever may read it, blurred until it is pressed. Its bytes come from
 *     another origin, the content server's, and never from this one.
 *   - Who signed in is known by a cookie that no script can read. A key is kept in the tab alone: never in an address, never on the disk of the device.
 *   - What strangers wrote is shown as text, never as markup; pages run our own scripts and no other (see `headers.ts`).
 */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { registerAssets } from './assets.ts';
import { childSafetyPage } from './child-safety-page.ts';
import { docsPage } from './docs-page.ts';
import { PAGE_HEADERS, pageHeaders } from './headers.ts';
import { runsTheMachine, type Frame } from './layout.ts';
import type { Choices } from './report-choices.ts';
import { reportPage } from './report-page.ts';
import type { Purpose } from './report-verbs.ts';
import { receiptFrame, statusPage } from './status-page.ts';

export { fixityPage } from './fixity-page.ts';
export { collectPage } from './collect-page.ts';
export { reviewListPage } from './review-list-page.ts';
export { reviewPage } from './review-page.ts';
export { holdFormPage } from './hold-form-page.ts';
export { holdPage } from './hold-page.ts';
export { calendarPage, type TypedCalendar } from './calendar-page.ts';
export { askedPage, askPage } from './ask-page.ts';
export { productionsPage } from './productions-page.ts';
export { productionLinkPage } from './production-link-page.ts';
export { requestFormPage, REQUEST_FIELDS, type RequestField, type TakenMail } from './request-form-page.ts';
export { requestPage, type PlaceCounts } from './request-page.ts';
export { requestsPage, type DeskCounts } from './requests-page.ts';
export type { StepForm } from './request-steps.ts';
export { holdsPage } from './holds-page.ts';
export { disposalsPage } from './disposals-page.ts';
export { disposalPage } from './disposal-page.ts';
export { certificatePdf } from './certificate-pdf.ts';
export { CHARGE_ROWS } from './letter-fields.ts';
export { letterPdf, searchCertificatePdf } from './letter-pdf.ts';
export { letterTemplatesPage, MEDIA_ROWS, STAFF_ROWS } from './letter-templates-page.ts';
export { lettersPage } from './letters-page.ts';
export { agencyHistoryPage } from './agency-history-page.ts';
export { firstAdministratorPage, machinePage } from './machine-page.ts';
export { filePage } from './file-page.ts';
export { PAGE_HEADERS, pageHeaders } from './headers.ts';
export type { ActorName } from './history-table.ts';
export { choices, type Choices, type OfferedAccount } from './report-choices.ts';
export { isKeptBy, type Purpose } from './report-verbs.ts';
export { reportPage } from './report-page.ts';
export { problemPage } from './problem-page.ts';
export { receiptPage } from './receipt-page.ts';
export { receiptPdf } from './receipt-pdf.ts';
export { recordPage } from './record-page.ts';
export { plainStatusPage } from './plain-status-page.ts';
export { recordsPage } from './records-page.ts';
export { logPage } from './log-page.ts';
export { verifyPage, type FileSaid, type KnownRecord } from './verify-page.ts';
export { worklistPage } from './worklist-page.ts';
export { retentionListPage, retentionPage } from './retention-page.ts';
export { rulesPage } from './rules-page.ts';
export { schedulesPage } from './schedules-page.ts';
export { editionComparisonPage, editionPage } from './edition-page.ts';
export { unconfirmedPage } from './unconfirmed-page.ts';
export { officesPage } from './offices-page.ts';
export { signInPage } from './sign-in-page.ts';
export { firstAccountPage, joinPage } from './join-page.ts';
export { invitationPage, peoplePage } from './people-page.ts';
export { providerPage } from './provider-page.ts';
export { keyPage, keysPage } from './keys-page.ts';
export { policiesPage, policyPage } from './policies-page.ts';
export { policyComparePage } from './policy-compare-page.ts';
export { policyDraftPage } from './policy-draft-page.ts';
export { accountsPage } from './accounts-page.ts';
export { accountPage, newAccountPage } from './account-page.ts';
export { apart, html, ours, type Markup } from './html.ts';
export { fragment, inWordsOf, ROLE_NAMES, type Frame, type Viewer } from './layout.ts';
export { isLanguage, languageAsked } from './language.ts';

const HANDS_IN_FIRST: readonly string[] = ['moderator', 'administrator'];

/** Where pictures are chosen, and those of the record are shown beside. */
const SHOWS_BOTH = '/report/records/:id';

export interface ConsoleParts {
  readonly frameOf: (request: FastifyRequest) => Frame;
  readonly publicUrl: string;
  /** Where the content server is for whoever asked. */
  readonly contentFor: (request: FastifyRequest) => string;
  /** What whoever signed in is offered; null: nobody did. `after`: the record whose like comes next. */
  readonly choicesOf: (request: FastifyRequest, purpose: Purpose) => Promise<Choices | null>;
  /** Of what they handed in, how much waits for a word of theirs. */
  readonly unconfirmedOf: (request: FastifyRequest) => Promise<number>;
  /** The OpenAPI document, asked for when the page is. */
  readonly openapi: () => object;
}

export async function registerConsole(
  app: FastifyInstance,
  { frameOf, publicUrl, contentFor, choicesOf, unconfirmedOf, openapi }: ConsoleParts,
): Promise<void> {
  await registerAssets(app);
  /** Without data: the script asks the API, as whoever is at work. */
  const anybody = { schema: { hide: true }, config: { open: 'a frame without data' } } as const;
  const OF_AGENCIES = ['/report/records/:id', '/report/records/:id/receipt'];
  const pages: Readonly<Record<string, (frame: Frame, id: string) => string>> = {
    '/child-safety': childSafetyPage,
    '/report/records/:id': statusPage,
    '/report/records/:id/receipt': receiptFrame,
    '/docs': (frame) => docsPage(frame, openapi(), publicUrl),
  };
  for (const [path, make] of Object.entries(pages)) {
    app.get(
      path,
      { ...anybody, config: { ...anybody.config, page: true, ofAgencies: OF_AGENCIES.includes(path) } },
      async (request, reply) =>
        await reply
          .headers(
            path === SHOWS_BOTH ? pageHeaders({ chosen: true, content: contentFor(request) }) : PAGE_HEADERS,
          )
          .send(make(frameOf(request), (request.params as { id?: string }).id ?? '')),
    );
  }
  for (const purpose of ['remove', 'keep'] as const) {
    app.get(
      purpose === 'keep' ? '/keep' : '/report',
      {
        schema: { hide: true },
        config: { open: 'the form; what it offers, to whoever signed in', page: true, ofAgencies: true },
      },
      async (request, reply) =>
        await reply.headers(pageHeaders({ chosen: true })).send(
          reportPage(frameOf(request), {
            publicUrl,
            purpose,
            choices: await choicesOf(request, purpose),
            unconfirmed: purpose === 'remove' ? await unconfirmedOf(request) : 0,
            attempt: randomUUID(),
          }),
        ),
    );
  }
  // To what somebody does most: whoever moderates hands in, everybody else reads.
  app.get('/', { ...anybody, config: { ...anybody.config, page: true } }, async (request, reply) => {
    const { viewer } = frameOf(request);
    if (viewer === null || viewer.roles.some((role) => HANDS_IN_FIRST.includes(role)))
      return await reply.redirect('/report', 303);
    if (runsTheMachine(viewer)) return await reply.redirect('/machine', 303);
    return await reply.redirect(viewer.roles.includes('custodian') ? '/worklist' : '/records', 303);
  });
}
