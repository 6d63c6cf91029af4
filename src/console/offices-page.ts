/** Who is told by mail when something was archived: the custodian's office, and whoever else the policy names. */
import { alert, field } from './fields.ts';
import { html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { momentIn } from './times.ts';

export interface ShownOffice {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly duty: 'custodian' | 'copy';
  readonly policyId: string | null;
  readonly citation: string | null;
  readonly endedAt: string | null;
  readonly toldAt: string | null;
  readonly gaveUpAt: string | null;
  readonly failing: { readonly attempts: number; readonly code: string } | null;
}

export interface OfficesParts {
  readonly offices: readonly ShownOffice[];
  readonly zone: string;
  /** Each policy of the agency, with what it says of who keeps and gets the records. */
  readonly policies: readonly {
    readonly policyId: string;
    readonly title: string;
    /** In the words of a policy that comes with Holdfast: English. */
    readonly isPack: boolean;
    readonly orders: readonly { readonly says: string; readonly citation: string }[];
  }[];
  readonly mailIsOn: boolean;
  readonly typed: Readonly<Record<'name' | 'email' | 'duty' | 'policyId' | 'citation', string>>;
  readonly errors: Readonly<Partial<Record<'name' | 'email' | 'duty' | 'policyId' | 'citation', string>>>;
  readonly said: { readonly kind: 'error' | 'success'; readonly text: string | Markup } | null;
}

const DUTIES: Readonly<Record<ShownOffice['duty'], { readonly label: string; readonly hint: string }>> = {
  custodian: {
    label: 'Keeps the records',
    hint: 'Is told of everything, reminded of what nobody confirmed, and told when something stands still.',
  },
  copy: { label: 'Gets a copy', hint: 'Is told of what was archived.' },
};

export function officesPage(frame: Frame, parts: OfficesParts): string {
  const { offices, policies, typed, errors, said, zone, mailIsOn } = parts;
  const here = offices.filter(({ endedAt }) => endedAt === null);
  const ended = offices.filter(({ endedAt }) => endedAt !== null);
  const ordering = policies.filter(({ orders }) => orders.length > 0);
  return page({
    title: 'Offices',
    ...frame,
    main: html`<h1 class="hf-h1">Offices</h1>
      ${alert(said?.kind ?? 'success', said?.text ?? null)}
      ${!mailIsOn && alert('info', 'Mail is not set up on this installation yet: whoever runs it sets SMTP_URL. Until then the worklist is the only place where new records are announced.')}
      <p class="hf-intro">
        Who is told by mail when something was archived. A letter says what kind of content, where, under
        which clause and when; never what was said, nor by whom.
      </p>
      ${
        ordering.length > 0 &&
        html`<details class="hf-more" ${here.length === 0 && html`open`}>
          <summary>What your policies order</summary>
          ${ordering.map(
            ({ title, orders, isPack }) =>
              html`<h2 class="hf-h2" ${isPack && html`lang="en"`}>${title}</h2>
                <ul class="usa-list" ${isPack && html`lang="en"`}>
                  ${orders.map(({ says, citation }) => html`<li>${says} <span class="hf-small">${citation}</span></li>`)}
                </ul>`,
          )}
        </details>`
      }
      ${here.length > 0 && !here.some(({ duty, policyId }) => duty === 'custodian' && policyId === null) && alert('error', 'No office that keeps the records is told of everything. What goes under another policy, or under none, and what stands still, is told to nobody.')}
      ${
        here.length === 0
          ? html`<p>No office is named yet: nobody is told by mail.</p>`
          : html`<ul class="hf-people">
              ${here.map((one) => entry(one, parts))}
            </ul>`
      }
      <section class="hf-panel" aria-labelledby="add-title">
        <h2 class="hf-h2" id="add-title">Add an office</h2>
        <form method="post" action="/offices" novalidate>
          ${field({ name: 'name', label: 'Its name', hint: 'Such as: Office of the City Clerk', value: typed.name, error: errors.name })}
          ${field({ name: 'email', label: 'E-mail address', hint: 'Better an address of the office than of one person.', type: 'email', value: typed.email, error: errors.email })}
          <fieldset class="usa-fieldset usa-form-group">
            <legend class="usa-legend">What does it do with it?</legend>
            ${errors.duty !== undefined && html`<span class="usa-error-message" role="alert">${ours(errors.duty)}</span>`}
            ${Object.entries(DUTIES).map(
              ([value, { label, hint }]) =>
                html`<div class="usa-radio">
                  <input
                    class="usa-radio__input"
                    type="radio"
                    name="duty"
                    id="duty-${value}"
                    value="${value}"
                    ${typed.duty === value && html`checked`}
                  /><label class="usa-radio__label" for="duty-${value}"
                    >${ours(label)}<span class="usa-radio__label-description">${ours(hint)}</span></label
                  >
                </div>`,
            )}
          </fieldset>
          <div class="usa-form-group">
            <label class="usa-label" for="policyId">Of what is it told?</label>
            ${errors.policyId !== undefined && html`<span class="usa-error-message" id="policyId-error" role="alert">${ours(errors.policyId)}</span>`}
            <select class="usa-select" id="policyId" name="policyId">
              <option value="">Of everything</option>
              ${policies.map(({ policyId, title }) => html`<option value="${policyId}" ${typed.policyId === policyId && html`selected`}>Only of what goes under: ${title}</option>`)}
            </select>
          </div>
          <div class="usa-form-group ${errors.citation !== undefined && 'usa-form-group--error'}">
            <label class="usa-label" for="citation">Where does the policy say so?</label>
            <span class="usa-hint" id="citation-hint">If it does. It stands in each letter.</span>
            ${errors.citation !== undefined && html`<span class="usa-error-message" role="alert">${ours(errors.citation)}</span>`}
            <input
              class="usa-input"
              id="citation"
              name="citation"
              value="${typed.citation}"
              list="citations"
              autocomplete="off"
              aria-describedby="citation-hint"
            />
            <datalist id="citations">
              ${ordering.flatMap(({ orders }) => orders.map(({ citation }) => html`<option value="${citation}"></option>`))}
            </datalist>
          </div>
          <button class="usa-button" type="submit">Tell this office from now on</button>
        </form>
      </section>
      ${
        ended.length > 0 &&
        html`<h2 class="hf-h2">Told no more</h2>
          <ul class="hf-people">
            ${ended.map(
              (one) =>
                html`<li>
                  <strong>${one.name}</strong> <span class="hf-small">${one.email}</span>
                  <p class="hf-small">Until ${momentIn(zone, one.endedAt ?? '')}.</p>
                </li>`,
            )}
          </ul>`
      }`,
  });
}

function entry(one: ShownOffice, { zone, policies }: OfficesParts): Markup {
  const policy = policies.find(({ policyId }) => policyId === one.policyId);
  return html`<li>
    <strong>${one.name}</strong> <span class="hf-small">${one.email}</span>
    <p class="hf-small">
      ${ours(DUTIES[one.duty].label)};
      ${one.policyId === null ? ours('told of everything') : html`<span>told of what goes under ${policy?.title ?? one.policyId}</span>`}.
      ${one.citation !== null && `${one.citation}.`}
    </p>
    <p class="hf-small">
      ${one.toldAt === null ? html`No letter has gone to it yet.` : html`The mail server took the last letter ${momentIn(zone, one.toldAt)}.`}
    </p>
    ${
      one.failing !== null &&
      alert(
        'error',
        html`A letter could not be sent,
        ${one.failing.attempts === 1 ? html`once so far` : html`${one.failing.attempts} times so far`}
        (${one.failing.code}). It is tried again for three days. Check the address; if it is right, whoever
        runs this installation looks at the mail server.`,
      )
    }
    ${
      one.gaveUpAt !== null &&
      html`<p class="hf-small">
        A letter was given up after three days, ${momentIn(zone, one.gaveUpAt)}. What was archived is on the
        worklist.
      </p>`
    }
    <details class="hf-more hf-beside">
      <summary>Try, change or end ${one.name}</summary>
      <form method="post" action="/offices/${one.id}/letter">
        <button class="usa-button usa-button--outline" type="submit">Send a letter to try the address</button>
      </form>
      <form method="post" action="/offices/${one.id}/address">
        <label class="usa-label" for="email-${one.id}">Its address</label>
        <span class="usa-hint" id="email-${one.id}-hint">What it was not told yet goes to the new one.</span>
        <input
          class="usa-input"
          id="email-${one.id}"
          name="email"
          type="email"
          value="${one.email}"
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          aria-describedby="email-${one.id}-hint"
        />
        <button class="usa-button usa-button--outline hf-below" type="submit">Change the address</button>
      </form>
      <form method="post" action="/offices/${one.id}/end">
        <p class="hf-small">What it was not told yet is not sent then.</p>
        <button class="usa-button usa-button--secondary" type="submit">Tell ${one.name} no more</button>
      </form>
    </details>
  </li>`;
}
