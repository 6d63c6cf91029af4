/** The policies of an agency: each with its versions, and those that come with Holdfast. One version with all that it says. */
import { alert } from './fields.ts';
import { html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { PURPOSE_NAMES, RULE_NAMES, versionPath } from './policy-words.ts';
import { momentIn } from './times.ts';
import { VERB_NAMES } from './words.ts';

export interface ShownVersion {
  readonly policyId: string;
  readonly version: string;
  readonly title: string;
  readonly effectiveOn: string;
  /** `now`: in force today; `then`: it was, or another came before it took effect; `later`: from a day to come. */
  readonly stands: 'now' | 'then' | 'later';
  /** The day on which it was added, where that came after the day on which it took effect: no record names it before. */
  readonly usedSince: string | null;
}

export interface PoliciesParts {
  /** Newest versions first. */
  readonly policies: readonly { readonly policyId: string; readonly versions: readonly ShownVersion[] }[];
  readonly packs: readonly {
    readonly policyId: string;
    readonly body: string;
    readonly title: string;
    readonly version: string;
    readonly source: string | null;
    /** The agency has this policy, in versions of its own. */
    readonly isHere: boolean;
  }[];
  readonly changes: boolean;
  readonly said: { readonly kind: 'error' | 'success'; readonly text: string | Markup } | null;
}

export function policiesPage(frame: Frame, parts: PoliciesParts): string {
  const { policies, packs, changes, said } = parts;
  return page({
    title: 'Policies',
    ...frame,
    main: html`<h1 class="hf-h1">Policies</h1>
      ${alert(said?.kind ?? 'success', said?.text ?? null)}
      <p class="hf-intro">
        ${
          policies.length === 0
            ? html`No policy is here yet. Moderators choose from the clauses of a policy why something is
              removed; without one they can hand in all the same.`
            : html`A version that is here is never changed. What changed is a new version, and a record keeps
              the clause as it stood the day it was named.`
        }
      </p>
      ${changes && html`<p><a class="usa-button" href="/policies/draft">Write a policy</a></p>`}
      ${policies.map(
        ({ policyId, versions }) =>
          html`<section class="hf-policy" aria-labelledby="policy-${policyId}">
            <h2 class="hf-h2" id="policy-${policyId}">${versions[0]?.title ?? policyId}</h2>
            <p class="hf-small"><code>${policyId}</code></p>
            <ul class="hf-people">
              ${versions.map(
                (one) =>
                  html`<li>
                    <a href="${versionPath(policyId, one.version)}">Version ${one.version}</a>
                    <p class="hf-small">${standing(one)}</p>
                  </li>`,
              )}
            </ul>
            <p class="hf-file-ways">
              ${changes && html`<a href="/policies/${policyId}/draft">Make a new version of ${policyId}</a>`}
              ${versions.length > 1 && html`<a href="/policies/${policyId}/compare">Compare versions of ${policyId}</a>`}
            </p>
          </section>`,
      )}
      ${
        packs.length > 0 &&
        changes &&
        html`<section class="hf-panel" aria-labelledby="packs-title">
          <h2 class="hf-h2" id="packs-title">Policies that come with Holdfast</h2>
          <ul class="hf-people">
            ${packs.map(
              ({ policyId, body, title, version, source, isHere }) =>
                html`<li>
                  <strong lang="en">${body}: ${title}</strong>
                  <p class="hf-small">Version ${version}. <span lang="en">${source}</span></p>
                  ${
                    isHere
                      ? html`<p class="hf-small">
                            You have ${policyId} in a version of your own. These words would take the place of
                            it, from the day that you say.
                          </p>
                          <p class="hf-small">
                            <a
                              href="/policies/${policyId}/draft?${new URLSearchParams({ pack: version }).toString()}"
                              >Look at what would change in ${policyId}</a
                            >
                          </p>`
                      : html`<form method="post" action="/policies/packs">
                          <button
                            class="usa-button usa-button--outline"
                            type="submit"
                            name="pack"
                            value="${policyId}"
                          >
                            Add<span class="usa-sr-only" lang="en"> ${body}: ${title}</span>
                          </button>
                        </form>`
                  }
                </li>`,
            )}
          </ul>
        </section>`
      }`,
  });
}

function standing({ stands, effectiveOn, usedSince }: ShownVersion): Markup {
  const used = usedSince !== null && html`; used here since ${usedSince}`;
  if (stands === 'now') return html`<strong>In force</strong> since ${effectiveOn}${used}.`;
  return stands === 'later'
    ? html`Takes effect on ${effectiveOn}.`
    : html`Took effect on ${effectiveOn}${used}; another version stands today.`;
}

interface Says {
  readonly says: string;
  readonly citation: string;
  readonly verb?: string;
  readonly agreement?: true;
}

export interface PolicyParts {
  readonly policy: ShownVersion & {
    readonly source: string | null;
    readonly grounds: readonly {
      readonly clauseId: string;
      readonly label: string;
      readonly citation: string;
      readonly clause: string;
      readonly purpose?: string;
    }[];
    readonly rules: Readonly<Record<string, readonly Says[]>>;
    readonly createdAt: string;
    readonly createdBy: string | Markup;
    /** It came with Holdfast, in English. */
    readonly isPack: boolean;
  };
  /** The version before it; null: it is the first. */
  readonly before: string | null;
  readonly zone: string;
  readonly changes: boolean;
  readonly said: PoliciesParts['said'];
}

export function policyPage(frame: Frame, parts: PolicyParts): string {
  const { policy, before, zone, changes, said } = parts;
  const { policyId, version } = policy;
  const tongue = policy.isPack && html`lang="en"`;
  return page({
    title: html`${policy.title}, version ${version}`,
    ...frame,
    main: html`<h1 class="hf-h1" ${tongue}>${policy.title}</h1>
      ${alert(said?.kind ?? 'success', said?.text ?? null)}
      <p class="hf-intro">Version ${version}. <span>${standing(policy)}</span></p>
      <p class="hf-small">
        <code>${policyId}</code>, added ${momentIn(zone, policy.createdAt)} by ${policy.createdBy}.
      </p>
      <p class="hf-file-ways">
        ${changes && html`<a class="usa-button" href="/policies/${policyId}/draft">Make a new version</a>`}
        ${
          before !== null &&
          html`<a
            href="/policies/${policyId}/compare?${new URLSearchParams({ from: before, to: version }).toString()}"
            >What changed since version ${before}</a
          >`
        }
      </p>
      <h2 class="hf-h2">Where the text comes from</h2>
      ${
        policy.source === null
          ? html`<p>
              Nobody said. Read it against the text that is in force with you before you rely on it.
            </p>`
          : html`<p ${tongue}>${policy.source}</p>`
      }
      <h2 class="hf-h2">Clauses</h2>
      <ol class="hf-people" id="grounds">
        ${policy.grounds.map(
          ({ clauseId, label, citation, clause, purpose }) =>
            html`<li>
              <h3 class="hf-h3" ${tongue}>${label} <span class="hf-small">${clauseId}</span></h3>
              <blockquote class="hf-said-words" ${tongue}>${clause}</blockquote>
              <p class="hf-small">
                <span ${tongue}>${citation}</span> ·
                <span>${ours(PURPOSE_NAMES[purpose ?? 'remove'] ?? purpose ?? '')}</span> ·
                <span>cited as</span>
                <code>${policyId}#${clauseId}</code>
              </p>
            </li>`,
        )}
      </ol>
      ${Object.entries(RULE_NAMES).map(([name, title]) => {
        const entries = policy.rules[name] ?? [];
        return html`<h2 class="hf-h2">${ours(title)}</h2>
          ${
            entries.length === 0
              ? html`<p class="hf-small">It says nothing about that.</p>`
              : html`<ul class="usa-list">
                  ${entries.map(
                    ({ says, citation, verb, agreement }) =>
                      html`<li>
                        ${verb !== undefined && html`${ours(VERB_NAMES[verb] ?? verb)}: `}
                        <span ${tongue}
                          >${verb === undefined ? says : html`“${says}”`}
                          <span class="hf-small">${citation}</span></span
                        >
                        ${
                          agreement === true &&
                          html`<span class="hf-small"
                            >· Who has agreed in writing stands on the page of people.</span
                          >`
                        }
                      </li>`,
                  )}
                </ul>`
          }`;
      })}
      <p class="hf-noprint"><a href="/policies">Back to the policies</a></p>`,
  });
}
