/** One request: what was asked, how its days are counted and why, what was written about it, and what can be done now. Works without scripts. */
import type {
  Due,
  RequestChannel,
  RequestOutcome,
  RequestStanding,
  RequestState,
} from '#sunshine/sunshine.ts';
import { alert } from './fields.ts';
import { whoSaid, type ActorName } from './history-table.ts';
import { html, ours, perLanguage, type Markup } from './html.ts';
import {
  actedMarkup,
  alarmBeside,
  daySaid,
  dueMarkup,
  restMarkup,
  stepMarkup,
  withdrawalMarkup,
} from './clock-said.ts';
import { page, type Frame } from './layout.ts';
import { LETTER_NAMES } from './letter-names.ts';
import { summary } from './longer-fields.ts';
import { REQUEST_PLACES, requestPlace, type RequestPlace } from './request-places.ts';
import { requestSteps, type StepForm } from './request-steps.ts';
import {
  actedShort,
  alarmSaid,
  CHANNEL_WORDS,
  KIND_WORDS,
  kindOf,
  OUTCOME_WORDS,
  pressing,
  standingSaid,
  STATE_WORDS,
} from './request-words.ts';
import { mark } from './requests-page.ts';
import { number } from './numbers.ts';
import { momentIn } from './times.ts';
import { inWords } from './words.ts';

export interface ShownRequest {
  readonly id: string;
  readonly tracking: string;
  readonly channel: RequestChannel;
  readonly words: string;
  readonly requester: string | null;
  readonly contact: string | null;
  readonly format: string | null;
  readonly language: string | null;
  readonly firstReceivedAt: string;
  readonly receivedByCustodianAt: string | null;
  readonly state: RequestState;
  readonly outcome: RequestOutcome | null;
  readonly enteredAt: string;
  readonly enteredBy: string;
  readonly closedAt: string | null;
  readonly closedBy: string | null;
  readonly dueOn: string | null;
  readonly appealUntil: string | null;
}

export interface ShownRelease {
  readonly n: number;
  readonly records: number;
  readonly withheld: number;
  readonly pages: number;
  readonly releasedAt: string;
  readonly withdrawnAt: string | null;
  readonly letters: readonly { readonly n: number; readonly kind: string; readonly at: string }[];
}

export interface ShownContact {
  readonly was: string | null;
  readonly contact: string;
  readonly reason: string;
  readonly at: string;
  readonly by: string;
}

export interface ShownCorrection {
  readonly firstWas: string;
  readonly custodianWas: string | null;
  readonly firstReceivedAt: string;
  readonly receivedByCustodianAt: string | null;
  readonly reason: string;
  readonly at: string;
  readonly by: string;
}

export interface ShownCorrespondence {
  readonly n: number;
  readonly way: 'in' | 'out' | 'note';
  readonly channel: RequestChannel;
  readonly about: Parameters<typeof kindOf>[1];
  readonly feeCents: number | null;
  readonly promisedFor: string | null;
  readonly words: string;
  readonly at: string;
  readonly by: string;
  /** As it came, and what is attached. */
  readonly mail: {
    readonly sizeBytes: number;
    readonly parts: readonly { readonly name: string | null; readonly sizeBytes: number }[];
  } | null;
}

export interface RequestParts {
  readonly zone: string;
  readonly request: ShownRequest;
  readonly standing: RequestStanding;
  /** Letters that reached nobody, by their numbers in the correspondence. */
  readonly neverSent: readonly number[];
  readonly corrections: readonly ShownCorrection[];
  /** Said later, the oldest first. */
  readonly contacts: readonly ShownContact[];
  readonly correspondence: readonly ShownCorrespondence[];
  /** Where more of it begins. */
  readonly nextCorrespondence: number | null;
  readonly names: Readonly<Record<string, ActorName>>;
  readonly counts: PlaceCounts;
  readonly released: readonly ShownRelease[];
  /** What other parts of the desk show of it, under the list of places. */
  readonly parts: readonly Markup[];
  readonly mayWork: boolean;
  readonly form: StepForm;
  readonly said: string | null;
  readonly error: string | null;
}

/** By place: records in the set, those about which nobody decided yet, letters that were sent, productions that were asked for. */
export type PlaceCounts = Readonly<Record<RequestPlace['path'], number>>;

const COUNT_SAID: Readonly<Record<RequestPlace['path'], (n: Markup) => Markup>> = {
  collect: (n) => html`records in the set: ${n}`,
  review: (n) => html`still to decide: ${n}`,
  letters: (n) => html`letters sent: ${n}`,
  productions: (n) => html`productions: ${n}`,
};

const row = (term: string, value: Markup): Markup =>
  html`<div>
    <dt>${ours(term)}</dt>
    <dd>${value}</dd>
  </div>`;

export function requestPage(frame: Frame, parts: RequestParts): string {
  const { request, zone, standing, said, error, form, mayWork, counts, names } = parts;
  return page({
    title: html`Request ${request.tracking}`,
    ...frame,
    wide: true,
    main: html`<h1 class="hf-h1">Request ${request.tracking}</h1>
      ${alert('success', said)} ${alert('error', error)} ${summary(Object.entries(form.errors))}
      ${lead(parts)}
      <nav aria-label="Work on this request">
        <ul class="hf-people" id="places">
          ${REQUEST_PLACES.map((place) => {
            return html`<li>
              <a href="${requestPlace(request.id, place)}"><strong>${ours(place.title)}</strong></a>
              <span class="hf-small">${COUNT_SAID[place.path](number(counts[place.path]))}</span>
              <p class="hf-small">${ours(place.says)}</p>
            </li>`;
          })}
        </ul>
      </nav>
      ${parts.parts} ${releases(parts)}
      <h2 class="hf-h2">What was asked</h2>
      <blockquote class="hf-said-words" id="words"><bdi>${request.words}</bdi></blockquote>
      <dl class="hf-facts">
        ${row('How it came', inWords(CHANNEL_WORDS, request.channel))}
        ${row('Who asks', request.requester === null ? html`No name was given, and none is needed.` : html`<bdi>${request.requester}</bdi>`)}
        ${row('Contact', request.contact === null ? html`<strong>None was given: no question, invoice or notice reaches them. Whoever has the number sees how the request stands.</strong>` : html`<bdi>${request.contact}</bdi>`)}
        ${request.format !== null && row('Format', html`<bdi>${request.format}</bdi>`)}
        ${request.language !== null && row('Language', html`<bdi>${request.language}</bdi>`)}
        ${row('First received', momentIn(zone, request.firstReceivedAt))}
        ${row('Received by the custodian', request.receivedByCustodianAt === null ? html`Not yet` : momentIn(zone, request.receivedByCustodianAt))}
        ${row('Entered', html`${momentIn(zone, request.enteredAt)} · <span>${whoSaid(request.enteredBy, names[request.enteredBy])}</span>`)}
        ${
          request.closedAt !== null &&
          row(
            'Closed',
            html`${momentIn(zone, request.closedAt)} ·
              <span>${whoSaid(request.closedBy ?? '', names[request.closedBy ?? ''])}</span>`,
          )
        }
        ${request.state === 'closed' && row('Appeal until', request.appealUntil === null ? html`Nobody said: what was asked for is kept without end.` : html`${daySaid(request.appealUntil)}`)}
      </dl>
      ${parts.neverSent.length > 0 && alert('error', html`No mail server took what you wrote in ${parts.neverSent.map((n) => `#${n}`).join(', ')}, for three days: it reached nobody, and counts for no clock. Look at the address, and send it again or print it.`)}
      ${contacts(parts)} ${corrected(parts)} ${clock(standing, request)} ${correspondence(parts)}
      ${mayWork && requestSteps(frame, request, form)}
      <p class="hf-noprint"><a href="/requests">Back to the requests</a></p>`,
  });
}

/** What left the house because of it, and what told of it. A closed request says so too where nothing did. */
function releases({ request, released, zone }: RequestParts): Markup | null {
  if (released.length === 0)
    return request.state === 'closed'
      ? html`<h2 class="hf-h2">What was released</h2>
          <p id="released">No production of it was released.</p>`
      : null;
  return html`<h2 class="hf-h2">What was released</h2>
    <ul class="hf-people" id="released">
      ${released.map(
        (one) =>
          html`<li>
            <strong>Production ${one.n}</strong>
            <p class="hf-small">
              Records: ${number(one.records)}. Pages: ${number(one.pages)}. Withheld: ${number(one.withheld)}.
              Released: ${momentIn(zone, one.releasedAt)}
            </p>
            ${one.withdrawnAt !== null && html`<p class="hf-small">Withdrawn: ${momentIn(zone, one.withdrawnAt)}</p>`}
            ${one.letters.length === 0 && html`<p class="hf-small">No letter on file tells of it.</p>`}
            ${one.letters.map(
              ({ n, kind, at }) =>
                html`<p class="hf-small">
                  <a href="/v1/requests/${request.id}/letters/${n}.pdf"
                    >${inWords(LETTER_NAMES, kind)}<span class="usa-sr-only"
                      >: ${ours('production')} ${one.n}</span
                    ></a
                  >
                  · ${momentIn(zone, at)}
                </p>`,
            )}
          </li>`,
      )}
    </ul>`;
}

/** How it stands, before everything else. */
function lead({ request, standing: { clocks, acted, rest, statement, withdrawal } }: RequestParts): Markup {
  const due = clocks?.due ?? null;
  const alarm = clocks?.alarm ?? null;
  const all = [
    mark('calm', inWords(STATE_WORDS, request.state)),
    request.outcome !== null && mark('calm', inWords(OUTCOME_WORDS, request.outcome)),
    acted !== null && mark(pressing(acted.standing), actedShort(acted)),
    acted === null &&
      clocks !== null &&
      due !== null &&
      mark(pressing(clocks.standing), standingSaid(clocks.standing, due.day)),
    clocks !== null &&
      due === null &&
      alarm !== null &&
      mark(pressing(clocks.standing), alarmSaid(clocks.standing, alarm.day)),
    rest.length > 0 && mark('wait', html`Answered in part: the rest is to be acted on`),
    due !== null &&
      alarm !== null &&
      acted?.answered == null &&
      mark('calm', html`Counted from its first receipt: ${daySaid(alarm.day)}`),
    request.dueOn !== null && mark('calm', html`It was due by the end of ${daySaid(request.dueOn)}`),
    statement !== null &&
      mark(
        pressing(statement.standing),
        html`Statement of the grounds. ${standingSaid(statement.standing, statement.day)}`,
      ),
    withdrawal !== null &&
      withdrawal.kind === 'after' &&
      mark('calm', html`Stands at least through ${daySaid(withdrawal.day)}`),
  ];
  return html`<ul class="hf-marks" id="standing">
    ${all.flatMap((one) => (one === false ? [] : [html`<li>${one}</li>`]))}
  </ul>`;
}

function contacts({ contacts: said, zone, names }: RequestParts): Markup | null {
  if (said.length === 0) return null;
  return html`<h2 class="hf-h2">Where an answer reaches them, said later</h2>
    <ul class="hf-people" id="contacts">
      ${said.map(
        (one) =>
          html`<li>
            <p class="hf-small">
              ${one.was !== null && html`<bdi>${one.was}</bdi> → `}<bdi>${one.contact}</bdi>
            </p>
            <p class="hf-small">
              <span>How it is known:</span> <bdi>${one.reason}</bdi> · ${momentIn(zone, one.at)} ·
              <span>${whoSaid(one.by, names[one.by])}</span>
            </p>
          </li>`,
      )}
    </ul>`;
}

function corrected({ corrections, zone, names }: RequestParts): Markup | null {
  if (corrections.length === 0) return null;
  const time = (at: string | null): Markup => (at === null ? html`Not yet` : momentIn(zone, at));
  return html`<h2 class="hf-h2">Receipts that were corrected</h2>
    <ul class="hf-people" id="corrections">
      ${corrections.map(
        (one) =>
          html`<li>
            <p class="hf-small">
              <span>First received: it said</span> ${time(one.firstWas)}<span>; it is</span>
              ${time(one.firstReceivedAt)}
            </p>
            ${
              one.custodianWas !== null &&
              html`<p class="hf-small">
                <span>Received by the custodian: it said</span> ${time(one.custodianWas)}<span>; it is</span>
                ${time(one.receivedByCustodianAt)}
              </p>`
            }
            <p class="hf-small">
              <span>Why:</span> <bdi>${one.reason}</bdi> · ${momentIn(zone, one.at)} ·
              <span>${whoSaid(one.by, names[one.by])}</span>
            </p>
          </li>`,
      )}
    </ul>`;
}

function clock(
  { clocks, acted, rest, statement, withdrawal }: RequestStanding,
  { state }: ShownRequest,
): Markup | null {
  if (clocks === null && statement === null && withdrawal === null) return null;
  const due = clocks?.due ?? null;
  const alarm = clocks?.alarm ?? null;
  return html`<section aria-labelledby="clock-title" id="clock">
    <h2 class="hf-h2" id="clock-title">Its clock, explained</h2>
    ${acted !== null && due !== null && due.law !== null && html`<p><strong>${actedMarkup(acted, due.law)}</strong></p>`}
    ${
      rest.length > 0 &&
      html`<ul class="usa-list" id="rest">
        ${rest.map((one) => html`<li>${restMarkup(one)}</li>`)}
      </ul>`
    }
    ${state === 'delayed' && acted === null && html`<p><strong>No letter on file explains the delay. Until one does, the day by which the request is to be acted on stands.</strong></p>`}
    ${due !== null && counted('by-law', due, dueMarkup(due))}
    ${alarm !== null && due === null && counted('by-alarm', alarm, dueMarkup(alarm))}
    ${alarm !== null && due !== null && acted?.answered == null && html`<p>${alarmBeside(alarm)}</p>`}
    ${
      statement !== null &&
      html`<h3>The statement of the grounds of a denial</h3>
        ${counted('by-statement', statement, dueMarkup(statement))}`
    }
    ${
      withdrawal !== null &&
      html`<h3>If nobody pays or answers</h3>
        <p>${withdrawalMarkup(withdrawal)}</p>`
    }
  </section>`;
}

function counted(id: string, due: Due, whole: Markup): Markup {
  return html`<p><strong>${whole}</strong></p>
    ${due.law !== null && html`<p class="hf-small">${due.law.citation}: <q lang="en">${due.law.says}</q></p>`}
    <ol class="hf-times" id="${id}">
      ${due.steps.map((step) => html`<li>${stepMarkup(step)}</li>`)}
    </ol>`;
}

/** Strangers' bytes: to be downloaded, and never shown here. */
function mailOf(requestId: string, { n, mail }: ShownCorrespondence): Markup | null {
  if (mail === null) return null;
  const at = `/v1/requests/${requestId}/mails/${n}`;
  return html`<p class="hf-small">
      <a href="${at}.eml" download>The mail as it came</a> <span>${number(mail.sizeBytes)} bytes</span>
    </p>
    ${
      mail.parts.length > 0 &&
      html`<ul class="usa-list hf-small">
        ${mail.parts.map(
          ({ name, sizeBytes }, i) =>
            html`<li>
              <a href="${at}/parts/${i + 1}" download
                ><span>Attached, ${i + 1}</span>: <bdi>${name ?? '—'}</bdi></a
              >
              <span>${number(sizeBytes)} bytes</span>
            </li>`,
        )}
      </ul>`
    }`;
}

const money = (cents: number): Markup =>
  perLanguage((language) =>
    new Intl.NumberFormat(`${language}-US`, { style: 'currency', currency: 'USD' }).format(cents / 100),
  );

function correspondence({
  correspondence: said,
  nextCorrespondence,
  request,
  zone,
  names,
}: RequestParts): Markup {
  return html`<h2 class="hf-h2">Correspondence</h2>
    ${
      said.length === 0
        ? html`<p>Nothing was written about it yet.</p>`
        : html`<ol class="hf-people" id="letters">
            ${said.map(
              (one) =>
                html`<li>
                  <strong>${inWords(KIND_WORDS, kindOf(one.way, one.about))}</strong>
                  <p class="hf-small">
                    ${momentIn(zone, one.at)} · ${inWords(CHANNEL_WORDS, one.channel)} ·
                    <span>${whoSaid(one.by, names[one.by])}</span>
                  </p>
                  ${one.feeCents !== null && html`<p class="hf-small">Asked for: ${money(one.feeCents)}</p>`}
                  ${one.promisedFor !== null && html`<p class="hf-small"><span>Available at the earliest</span> ${momentIn(zone, one.promisedFor)}</p>`}
                  <blockquote class="hf-said-words"><bdi>${one.words}</bdi></blockquote>
                  ${mailOf(request.id, one)}
                </li>`,
            )}
          </ol>`
    }
    ${nextCorrespondence !== null && html`<p class="hf-pages"><a class="usa-button usa-button--outline" href="/requests/${request.id}?after=${nextCorrespondence}">More correspondence</a></p>`}`;
}
