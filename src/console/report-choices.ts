/**
 * What is chosen when something is handed in: the clause, what is done, and the account, as this agency's policies name them. What
 * was chosen last comes first, and is chosen already where a wrong guess would be seen before sending. Written here alone: the page
 * has it in it for whoever signed in, and a script fetches it with a key.
 */
import type { Lacking } from './agreements-part.ts';
import { textInput } from './fields.ts';
import { html, ours, type Markup } from './html.ts';
import { policySays, type PolicyAsked } from './policy-says.ts';
import { labelOf, verbsOf, type Purpose } from './report-verbs.ts';

/** So many clauses are seen at once; of more, the first six, and the others one press away. */
const SEEN_AT_ONCE = 8;
const FIRST = 6;

const PLATFORMS: readonly string[] = [
  'bluesky',
  'facebook',
  'google-business',
  'instagram',
  'linkedin',
  'mastodon',
  'nextdoor',
  'threads',
  'tiktok',
  'x',
  'youtube',
];

export interface OfferedGround {
  readonly policyId: string;
  /** Of its policy, as it is shown: another one may say something else under the same number. */
  readonly version: string;
  readonly reference: string;
  readonly label: string;
  readonly citation: string;
  readonly clause: string;
}

export interface OfferedAccount {
  /** What the form sends: `registered <id>`, or `typed <platform> <account>`. */
  readonly value: string;
  readonly platform: string;
  readonly account: string;
  readonly label: string | Markup;
}

/** What an agency offers, for one purpose. */
export interface Choices {
  /** In the policies' own order. */
  readonly grounds: readonly OfferedGround[];
  readonly policies: readonly PolicyAsked[];
  readonly accounts: readonly OfferedAccount[];
  /** What this person or key chose before, newest first: references of clauses. */
  readonly lastGrounds: readonly string[];
  /** The agency's verbs, the most used first. */
  readonly often: readonly string[];
  /** Where a policy asks whoever moderates for an agreement in writing that is not on file. */
  readonly lacking: readonly Lacking[];
  /** Chosen already; null: to be chosen. */
  readonly chosen: {
    readonly ground: string | null;
    readonly verb: string | null;
    readonly account: string | null;
  };
}

/** Where nobody is known yet, or the lists could not be read: handing in must not wait for a list. */
export const NO_CHOICES: Choices = {
  grounds: [],
  policies: [],
  accounts: [],
  lastGrounds: [],
  often: [],
  lacking: [],
  chosen: { ground: null, verb: null, account: null },
};

const WORDS = {
  remove: { why: 'Why does it go?', what: 'What will you do?' },
  keep: { why: 'Why is it kept?', what: 'What is it?' },
} as const;

/** Steps 2 and 3 of the form. `typed`: what was put in before, of an account that is not offered. */
export function choices(
  purpose: Purpose,
  offered: Choices,
  typed: Readonly<Record<string, string>> = {},
): Markup {
  const words = WORDS[purpose];
  return html`<fieldset class="usa-fieldset hf-step" id="grounds">
      <legend class="hf-legend"><span class="hf-no" aria-hidden="true">2</span>${ours(words.why)}</legend>
      <span class="usa-error-message" id="grounds-error" hidden></span>
      <input type="hidden" name="versions" value="${versionsOf(offered.grounds)}" />
      ${groundTiles(offered)}
      <p class="hf-small" id="clause" role="status" ${tongueOf(chosenGround(offered), offered.policies)}>
        ${clauseOf(offered)}
      </p>
    </fieldset>

    <fieldset class="usa-fieldset hf-step" id="action">
      <legend class="hf-legend"><span class="hf-no" aria-hidden="true">3</span>${ours(words.what)}</legend>
      <span class="usa-error-message" id="action-error" hidden></span>
      ${verbTiles(purpose, offered)} ${accountField(offered, typed)}
    </fieldset>
    ${policySays(purpose, offered.policies)}`;
}

/** What will have been said once the button is pressed; as `assets/report.js` says it, and with the page, so that nothing moves. */
export function willSay(purpose: Purpose, offered: Choices): Markup | null {
  const { accounts, grounds, chosen } = offered;
  const { words, offered: tiles, verb, isOther } = verbsOf(purpose, offered);
  const what = verb === null ? null : isOther ? labelOf(verb) : tiles.includes(verb) ? words[verb] : null;
  const account =
    accounts.find(({ value }) => value === chosen.account) ??
    (accounts.length === 1 && chosen.account === null ? accounts[0] : undefined);
  if (what === null || what === undefined || account === undefined) return null;
  const ground = chosenGround(offered);
  const then = html`Then: ${ours(what)}, on ${account.label}`;
  if (ground === undefined) return then;
  const clause = [ground.label, beneath(ground, grounds)].filter((part) => part !== '').join(', ');
  return html`${then}. Clause: ${clause}`;
}

/** In which version each policy is shown, as `policy=version&…`: it is sent with the clause, so that no other one is sealed. */
const versionsOf = (grounds: readonly OfferedGround[]): string =>
  new URLSearchParams([...new Map(grounds.map(({ policyId, version }) => [policyId, version]))]).toString();

const chosenGround = ({ grounds, chosen }: Choices): OfferedGround | undefined =>
  grounds.find(({ reference }) => reference === chosen.ground);

/** What came with Holdfast is in English. */
const tongueOf = (
  of: { readonly policyId: string } | undefined,
  policies: readonly PolicyAsked[],
): Markup | false =>
  policies.some(({ policyId, isPack }) => isPack && policyId === of?.policyId) && html`lang="en"`;

function clauseOf(offered: Choices): string {
  const ground = chosenGround(offered);
  return ground === undefined ? '' : `${ground.citation}: ${ground.clause}`;
}

interface Tile {
  readonly group: string;
  readonly id: string;
  readonly value: string;
  readonly label: string | Markup;
  readonly checked: boolean;
  readonly beneath?: string | Markup;
  /** Said when it is chosen. */
  readonly clause?: string | Markup;
  /** The `lang` of its words, where it is not the page's. */
  readonly tongue?: Markup | false;
}

const tile = ({ group, id, value, label, checked, beneath, clause, tongue = false }: Tile): Markup =>
  html`<div class="usa-radio">
    <input
      class="usa-radio__input usa-radio__input--tile"
      type="radio"
      name="${group}"
      id="${id}"
      value="${value}"
      ${clause !== undefined && html`data-clause="${clause}"`}
      ${checked && html`checked`}
    /><label class="usa-radio__label" for="${id}" ${tongue}
      >${label}${beneath !== undefined && html`<span class="usa-radio__label-description">${beneath}</span>`}</label
    >
  </div>`;

/** What all citations begin with is said once, above; in full it is said when a clause is chosen. */
function sharedBeginning(citations: readonly string[]): string {
  const [first = '', ...others] = citations;
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, first.lastIndexOf(', ', length - 1) + 1);
}

const beneath = ({ citation }: OfferedGround, grounds: readonly OfferedGround[]): string =>
  citation.slice(sharedBeginning(grounds.map((one) => one.citation)).length).trim();

function groundTiles({ grounds, policies, lastGrounds, chosen }: Choices): Markup {
  const shared = sharedBeginning(grounds.map(({ citation }) => citation));
  const tileOf = (ground: OfferedGround): Markup => {
    const tongue = tongueOf(ground, policies);
    return tile({
      group: 'ground',
      // By the policy's order, whatever stands first today.
      id: `ground-${grounds.indexOf(ground) + 1}`,
      value: ground.reference,
      label: ground.label,
      beneath: beneath(ground, grounds),
      tongue,
      clause: `${ground.citation}: ${ground.clause}`,
      checked: chosen.ground === ground.reference,
    });
  };
  const undecided = tile({
    group: 'ground',
    id: `ground-${grounds.length + 1}`,
    value: '',
    label: html`Not decided yet`,
    clause: ours(
      'You can name the clause later, on the record’s own page. Until then the record says that it was not stated.',
    ),
    checked: false,
  });
  const above = shared !== '' && html`<p class="hf-small">${shared.slice(0, -1)}</p>`;
  // The chosen one first: what is sealed must not lie under the others, folded away.
  const used = [...new Set([chosen.ground, ...lastGrounds])].flatMap(
    (reference) => grounds.find((ground) => ground.reference === reference) ?? [],
  );
  const unused = grounds.filter((ground) => !used.includes(ground));
  if (grounds.length <= SEEN_AT_ONCE)
    return html`${above} ${used.length > 0 && html`<div class="hf-tiles">${used.map(tileOf)}</div>`}
      ${byPolicy(unused, grounds, policies, tileOf)}
      <div class="hf-tiles">${undecided}</div>`;
  const first = [...used, ...unused].slice(0, FIRST);
  const others = grounds.filter((ground) => !first.includes(ground));
  return html`${above}
    <div class="hf-tiles">${first.map(tileOf)} ${undecided}</div>
    <details class="hf-more hf-beside" id="all-grounds">
      <summary>The other ${others.length} clauses</summary>
      <div class="usa-form-group" id="find-ground-group" hidden>
        <label class="usa-label" for="find-ground">Find a clause</label>
        <input class="usa-input" id="find-ground" type="text" autocomplete="off" />
        <p class="hf-small" id="found-grounds" role="status"></p>
      </div>
      ${byPolicy(others, grounds, policies, tileOf)}
    </details>`;
}

/** Under the title of its policy, where there are several. */
function byPolicy(
  some: readonly OfferedGround[],
  all: readonly OfferedGround[],
  policies: readonly PolicyAsked[],
  tileOf: (ground: OfferedGround) => Markup,
): Markup {
  const several = new Set(all.map(({ policyId }) => policyId)).size > 1;
  return html`${[...Map.groupBy(some, ({ policyId }) => policyId)].map(
    ([policyId, clauses]) =>
      html`${several && html`<p class="hf-small" ${tongueOf({ policyId }, policies)}>${policies.find((policy) => policy.policyId === policyId)?.title ?? policyId}</p>`}
        <div class="hf-tiles">${clauses.map(tileOf)}</div>`,
  )}`;
}

/** The policies' own verbs first, each with the policy's own word; a verb that none of them names is one press away. */
function verbTiles(purpose: Purpose, choice: Choices): Markup {
  const { words, named, offered, others, verb, isOther } = verbsOf(purpose, choice);
  return html`<div class="hf-tiles">
      ${offered.map((name) => {
        const own = named.find((one) => one.verb === name);
        return tile({
          group: 'verb',
          id: `verb-${name}`,
          value: name,
          label: ours(words[name] ?? name),
          ...(own === undefined
            ? {}
            : { beneath: html`<span ${own.isPack && html`lang="en"`}>“${own.says}”</span>` }),
          checked: verb === name,
        });
      })}
      ${purpose === 'remove' && tile({ group: 'verb', id: 'verb-other', value: 'other', label: html`Something else`, checked: isOther })}
    </div>
    ${
      purpose === 'remove' &&
      html`<div id="other-verb-group">
        <label class="usa-label" for="other-verb">What exactly?</label>
        <select class="usa-select" id="other-verb" name="other-verb">
          ${others.map(([name, label]) => html`<option value="${name}" ${isOther && name === verb && html`selected`}>${label !== null && ours(label)}</option>`)}
        </select>
      </div>`
    }`;
}

function accountField({ accounts, chosen }: Choices, typed: Readonly<Record<string, string>>): Markup {
  const option = (value: string, label: string | Markup, more: Markup | null = null): Markup =>
    html`<option value="${value}" ${more} ${chosen.account === value && html`selected`}>${label}</option>`;
  return html`<div class="usa-form-group" id="account-group">
      <label class="usa-label" for="account">On which account?</label>
      <span class="usa-error-message" id="account-error" hidden></span>
      <select class="usa-select" id="account" name="account" aria-describedby="account-error">
        ${accounts.length > 1 && option('', html`Choose`)}
        ${accounts.map((one) => option(one.value, one.label, html`data-platform="${one.platform}" data-account="${one.account}"`))}
        ${option('other', html`Another account`)}
      </select>
    </div>
    <div id="other-account">
      ${textInput('platform', 'Platform', { list: 'platforms', value: typed['platform'] ?? '' })}
      <datalist id="platforms">${PLATFORMS.map((name) => html`<option value="${name}"></option>`)}</datalist>
      ${textInput('account-name', 'Account', { hint: 'Its handle, number or address', value: typed['account-name'] ?? '' })}
    </div>`;
}
