/** What a moderator must know of the policies while handing in: short, folded away, each sentence with the place where it stands. */
import { html, ours, type Markup } from './html.ts';

interface Says {
  readonly says: string;
  readonly citation: string;
}

/** A policy as it stands today; a rule that it does not have is absent or empty. */
export interface PolicyAsked {
  readonly policyId: string;
  readonly title: string;
  /** It came with Holdfast, in English. */
  readonly isPack: boolean;
  readonly rules: {
    readonly mayRemove?: readonly Says[];
    readonly verbs?: readonly (Says & { readonly verb: string })[];
    readonly before?: readonly Says[];
    readonly kept?: readonly Says[];
    readonly sendTo?: readonly Says[];
    readonly notices?: readonly Says[];
  };
}

type Part = Exclude<keyof PolicyAsked['rules'], 'verbs'>;

const HEADINGS: Readonly<Record<'remove' | 'keep', readonly (readonly [Part, string])[]>> = {
  remove: [
    ['before', 'Before you moderate'],
    ['mayRemove', 'Who may remove'],
    ['kept', 'What is kept'],
    ['sendTo', 'Who is sent it'],
    ['notices', 'What users must be able to read'],
  ],
  keep: [
    ['kept', 'What is kept'],
    ['sendTo', 'Who is sent it'],
    ['notices', 'What to tell the person'],
    ['before', 'Before you speak for the agency'],
  ],
};

export function policySays(purpose: 'remove' | 'keep', policies: readonly PolicyAsked[]): Markup | null {
  const parts = HEADINGS[purpose].flatMap(([part, heading]) => {
    const said = policies.flatMap(({ rules, isPack }) =>
      (rules[part] ?? []).map((one) => ({ ...one, isPack })),
    );
    return said.length === 0 ? [] : [{ heading, said }];
  });
  const verbs =
    purpose === 'keep'
      ? []
      : policies.flatMap(({ rules, isPack }) => (rules.verbs ?? []).map((one) => ({ ...one, isPack })));
  // One word of a policy may stand for two verbs of ours.
  const words = [...new Map(verbs.map((one) => [`${one.says} ${one.citation}`, one])).values()];
  if (parts.length === 0 && words.length === 0) return null;
  return html`<details class="hf-more" id="policy-says">
    <summary>What your policy asks of you</summary>
    ${parts.map(
      ({ heading, said }) =>
        html`<h2 class="hf-h3">${ours(heading)}</h2>
          <ul class="usa-list hf-policy">
            ${said.map((one) => sentence(one))}
          </ul>`,
    )}
    ${
      words.length > 0 &&
      html`<h2 class="hf-h3">Its own words for what is done</h2>
        <ul class="usa-list hf-policy">
          ${words.map(({ says, citation, isPack }) => html`<li ${isPack && html`lang="en"`}>“${says}” <span class="hf-small">${citation}</span></li>`)}
        </ul>`
    }
  </details>`;
}

const sentence = ({ says, citation, isPack }: Says & { readonly isPack: boolean }): Markup =>
  html`<li ${isPack && html`lang="en"`}>${says} <span class="hf-small">${citation}</span></li>`;
