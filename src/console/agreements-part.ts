/**
 * Agreements in writing, where a policy asks for one before somebody may moderate: who has one on file, for the administrator who keeps
 * the papers, and one sentence for the moderator who has none. It says what is missing and stands in nobody's way.
 */
import { html, type Markup } from './html.ts';
import { line, oneOf } from './longer-fields.ts';
import { momentIn } from './times.ts';

/** What a policy asks for that is not on file. */
export interface Lacking {
  readonly citation: string;
  /** It came with Holdfast, in English. */
  readonly isPack: boolean;
}

interface Entered {
  readonly id: string;
  readonly personId: string;
  readonly policyId: string;
  readonly version: string;
  readonly agreedOn: string;
  readonly paper: string | null;
  readonly recordedAt: string;
  readonly by: string | Markup;
}

export interface AgreementParts {
  readonly asked: readonly (Lacking & {
    readonly policyId: string;
    readonly title: string;
    readonly says: string;
    /** In force. */
    readonly version: string;
    readonly versions: readonly string[];
  })[];
  readonly onFile: readonly Entered[];
  /** Not on file any more: of people who left, or taken back. Only to be read. */
  readonly past: readonly (Entered & {
    readonly name: string;
    readonly leftAt: string | null;
    readonly takenBack: { readonly at: string; readonly by: string | Markup } | null;
  })[];
  /** Of moderators who are here: what is asked of each and is not on file. */
  readonly lacking: Readonly<Record<string, readonly Lacking[]>>;
  /** Who was given the role of a moderator just now. */
  readonly gave: string | null;
  readonly typed: {
    readonly personId: string;
    readonly which: string;
    readonly agreedOn: string;
    readonly paper: string;
  } | null;
  readonly errors: Readonly<Partial<Record<'version' | 'agreedOn' | 'paper', string>>>;
}

interface Holder {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
}

/** How a form names a version of a policy: the short name of a policy has no blanks. */
function versionNamed(policyId: string, version: string): string {
  return `${policyId} ${version}`;
}

const cited = ({ citation, isPack }: Lacking): Markup =>
  html`<span ${isPack && html`lang="en"`}>${citation}</span>`;

/**
 * For the moderator, in the page as it comes: nothing moves when a script runs. Below what is chosen: above it, it would push the clauses
 * of everybody who waits for a signature under the button, off the first screen of a phone.
 */
export function agreementAsked(lacking: readonly Lacking[]): Markup {
  return html`${lacking.map(
    (one) =>
      html`<p class="hf-small hf-lacking">
        ${cited(one)} asks you to agree in writing before you moderate; your administrator has no agreement of
        yours on file. Sign it and give it to your administrator. What you hand in is archived all the same.
      </p>`,
  )}`;
}

/** Where somebody is listed. */
export function agreementMarks(personId: string, { lacking }: AgreementParts): Markup {
  return html`${(lacking[personId] ?? []).map(
    (one) =>
      html`<p class="hf-small">
        <a href="#agreement-${personId}">Agreement not on file: ${cited(one)}</a>
      </p>`,
  )}`;
}

/** In the answer to whoever made somebody a moderator. */
export function agreementStillAsked(people: readonly Holder[], parts: AgreementParts): Markup | null {
  const person = people.find(({ id }) => id === parts.gave);
  const lacking = parts.lacking[person?.id ?? ''] ?? [];
  if (person === undefined || lacking.length === 0) return null;
  return html`<div class="usa-alert usa-alert--slim usa-alert--warning hf-alert" role="status">
    <div class="usa-alert__body">
      <p class="usa-alert__text">${stillAsked(person.name, lacking)}</p>
    </div>
  </div>`;
}

function stillAsked(name: string, lacking: readonly Lacking[]): Markup {
  return html`<span
      >${name} may hand in at once. An agreement in writing is asked for first, and none is on file:</span
    >
    ${lacking.map((one, i) => html`${i > 0 && '; '}${cited(one)}`)}.
    <span>When it is signed, put it on file on the page of people.</span>`;
}

/** The same beside the link for somebody new. */
export function agreementOfNew(name: string, lacking: readonly Lacking[]): Markup | null {
  return lacking.length === 0 ? null : html`<p id="lacking">${stillAsked(name, lacking)}</p>`;
}

export function agreementsSection(
  people: readonly Holder[],
  parts: AgreementParts,
  zone: string,
): Markup | null {
  const { asked, past } = parts;
  if (asked.length === 0 && parts.onFile.length === 0 && past.length === 0) return null;
  const moderators = people.filter(({ roles }) => roles.includes('moderator'));
  const others = people.filter(({ roles }) => !roles.includes('moderator'));
  const list = (some: readonly Holder[]): Markup =>
    html`<ul class="hf-people">
      ${some.map((one) => holder(one, parts, zone))}
    </ul>`;
  return html`<section id="agreements" aria-labelledby="agreements-title">
    <h2 class="hf-h2" id="agreements-title">Agreements in writing</h2>
    ${asked.map(
      (one) =>
        html`<p>
          <span ${one.isPack && html`lang="en"`}>${one.says}</span>
          <span class="hf-small">${cited(one)}</span>
        </p>`,
    )}
    <p class="hf-small">
      Here stands who agreed and where the paper is; the paper stays with you. Whoever lacks one can hand in
      all the same, so that nothing is removed without being archived.
    </p>
    ${moderators.length === 0 ? html`<p>Nobody here is a moderator.</p>` : list(moderators)}
    ${
      others.length > 0 &&
      html`<details
        class="hf-more hf-beside"
        ${others.some(({ id }) => id === parts.typed?.personId) && html`open`}
      >
        <summary>Who is no moderator</summary>
        ${list(others)}
      </details>`
    }
    ${
      past.length > 0 &&
      html`<details class="hf-more hf-beside" id="past-agreements">
        <summary>Of people who left, or taken back</summary>
        <ul class="hf-people">
          ${past.map(
            (one) =>
              html`<li>
                <strong>${one.name}</strong> ${said(one, parts, zone)}
                ${one.leftAt !== null && html`<p class="hf-small"><span>Left on</span> ${momentIn(zone, one.leftAt)}</p>`}
                ${
                  one.takenBack !== null &&
                  html`<p class="hf-small">
                    <span>Taken back by ${one.takenBack.by},</span> ${momentIn(zone, one.takenBack.at)}
                  </p>`
                }
              </li>`,
          )}
        </ul>
      </details>`
    }
  </section>`;
}

function holder(one: Holder, parts: AgreementParts, zone: string): Markup {
  const own = parts.onFile.filter(({ personId }) => personId === one.id);
  return html`<li id="agreement-${one.id}">
    <strong>${one.name}</strong>
    ${(parts.lacking[one.id] ?? []).map((lack) => html`<p class="hf-small">Not on file: ${cited(lack)}</p>`)}
    ${own.map((agreement) => entry(one, agreement, parts, zone))}
    ${parts.asked.length > 0 && form(one, parts)}
  </li>`;
}

/** As it was entered. */
function said(
  { policyId, version, agreedOn, paper, recordedAt, by }: Entered,
  { asked }: AgreementParts,
  zone: string,
): Markup {
  const policy = asked.find((one) => one.policyId === policyId);
  return html`<p class="hf-small">
      <span>Agreed on ${agreedOn} to version ${version} of</span> <code>${policyId}</code>.
      ${policy !== undefined && policy.version !== version && html`<span>Version ${policy.version} is in force today.</span>`}
      ${paper !== null && html`<span>The paper: ${paper}</span>`}
    </p>
    <p class="hf-small">
      <span>Put on file by ${by},</span>
      ${momentIn(zone, recordedAt)}
    </p>`;
}

function entry({ id, name }: Holder, agreement: Entered, parts: AgreementParts, zone: string): Markup {
  const { agreedOn } = agreement;
  return html`${said(agreement, parts, zone)}
    <details class="hf-more hf-beside">
      <summary>Entered by mistake?<span class="usa-sr-only"> ${name}, ${agreedOn}</span></summary>
      <form method="post" action="/people/${id}/agreements/${agreement.id}/withdrawal">
        <p class="hf-small">It is on file no more then; that it was, stays in the history of the agency.</p>
        <button class="usa-button usa-button--secondary" type="submit">
          Take it back<span class="usa-sr-only"> ${name}, ${agreedOn}</span>
        </button>
      </form>
    </details>`;
}

function form({ id, name }: Holder, { asked, typed, errors }: AgreementParts): Markup {
  const own = typed?.personId === id ? typed : null;
  const error = own === null ? {} : errors;
  const choices = asked.flatMap(({ policyId, title, versions, version: inForce }) =>
    [inForce, ...versions.filter((one) => one !== inForce)].map(
      (version) => [versionNamed(policyId, version), html`${title}, ${version}`] as const,
    ),
  );
  return html`<details class="hf-more hf-beside" ${own !== null && html`open`}>
    <summary>Put an agreement of ${name} on file</summary>
    <form method="post" action="/people/${id}/agreements" novalidate>
      ${oneOf({
        name: `${id}-version`,
        label: 'Policy and version on the paper',
        value: own?.which ?? choices[0]?.[0] ?? '',
        choices,
        error: error.version,
      })}
      ${line({
        name: `${id}-day`,
        label: 'Day on the paper',
        type: 'date',
        value: own?.agreedOn ?? '',
        error: error.agreedOn,
      })}
      ${line({
        name: `${id}-paper`,
        label: 'Where is the paper?',
        hint: 'Such as “City Clerk, personnel file”. May stay empty.',
        value: own?.paper ?? '',
        error: error.paper,
      })}
      <button class="usa-button usa-button--outline" type="submit">
        Put it on file<span class="usa-sr-only">: ${name}</span>
      </button>
    </form>
  </details>`;
}
