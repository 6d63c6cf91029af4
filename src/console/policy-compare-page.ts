/** Two versions of a policy beside one another. What is gone is struck through and what is new underlined; both are said in words too. */
import { apart, html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { oneOf } from './longer-fields.ts';
import { AGREEMENT_NAMES, PART_NAMES, PURPOSE_NAMES, RULE_NAMES, versionPath } from './policy-words.ts';

interface Piece {
  readonly is: 'same' | 'gone' | 'new';
  readonly text: string;
}

export interface CompareParts {
  readonly policyId: string;
  readonly title: string;
  /** Newest first. */
  readonly versions: readonly { readonly version: string; readonly effectiveOn: string }[];
  readonly from: string;
  readonly to: string;
  readonly changes: readonly {
    readonly is: 'added' | 'removed' | 'changed';
    readonly of: string;
    readonly name: string | null;
    readonly parts: readonly {
      readonly part: string;
      readonly pieces: readonly Piece[];
    }[];
  }[];
  readonly order: { readonly was: readonly string[]; readonly is: readonly string[] } | null;
}

const DONE: Readonly<Record<string, string>> = {
  added: 'Added',
  removed: 'Taken away',
  changed: 'Changed',
};

export function policyComparePage(frame: Frame, parts: CompareParts): string {
  const { policyId, title, versions, from, to, changes, order } = parts;
  const choices = versions.map(
    ({ version, effectiveOn }) => [version, html`${version}, ${apart(html`from ${effectiveOn}`)}`] as const,
  );
  return page({
    title: html`${title}: version ${to} against ${from}`,
    ...frame,
    main: html`<h1 class="hf-h1">${title}</h1>
      <form class="hf-form hf-search" method="get" action="/policies/${policyId}/compare">
        ${oneOf({ name: 'from', label: 'From version', value: from, choices })}
        ${oneOf({ name: 'to', label: 'To version', value: to, choices })}
        <button class="usa-button hf-submit" type="submit">Compare</button>
      </form>
      <p class="hf-intro" role="status">
        ${
          changes.length === 0 && order === null
            ? html`Version ${to} says the same as version ${from}.`
            : html`What changed <a href="${versionPath(policyId, from)}">from version ${from}</a>
                <a href="${versionPath(policyId, to)}">to version ${to}</a>: ${counted(changes)}`
        }
      </p>
      ${changed({ changes, order })}
      <p class="hf-noprint"><a href="/policies">Back to the policies</a></p>`,
  });
}

export type Compared = Pick<CompareParts, 'changes' | 'order'>;

/** Each change for itself, under a heading of its own. */
export function changed({ changes, order }: Compared): Markup {
  return html`${
    changes.length > 0 &&
    html`<p class="hf-small">
      <del class="hf-gone">What was taken away is struck through</del>;
      <ins class="hf-new">what was added is underlined</ins>.
    </p>`
  }
  ${changes.map(change)}
  ${
    order !== null &&
    html`<section aria-labelledby="order-title">
      <h2 class="hf-h2" id="order-title">In another order: the clauses</h2>
      <p>Was: ${order.was.join(', ')}</p>
      <p>Is: ${order.is.join(', ')}</p>
    </section>`
  }`;
}

const COUNTED = [
  ['added', (n: number) => (n === 1 ? html`1 added` : html`${n} added`)],
  ['removed', (n: number) => (n === 1 ? html`1 taken away` : html`${n} taken away`)],
  ['changed', (n: number) => (n === 1 ? html`1 changed` : html`${n} changed`)],
] as const;

export function counted(changes: CompareParts['changes']): Markup {
  const words = COUNTED.map(([kind, said]) => [changes.filter(({ is }) => is === kind).length, said] as const)
    .filter(([count]) => count > 0)
    .map(([count, said], i) => html`${i > 0 && ', '}${apart(said(count))}`);
  return html`${words.length === 0 ? ours('only the order') : words}.`;
}

function change({ is, of, name, parts }: CompareParts['changes'][number], i: number): Markup {
  return html`<section class="hf-change" aria-labelledby="change-${i}">
    <h2 class="hf-h2" id="change-${i}">${ours(DONE[is] ?? is)}: ${nameOf(of, name)}</h2>
    ${parts.map(
      ({ part, pieces }) =>
        html`<h3 class="hf-h3">${ours(PART_NAMES[part] ?? part)}</h3>
          ${diff(part, pieces)}`,
    )}
  </section>`;
}

/** Values of ours, in words. */
const VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  purpose: PURPOSE_NAMES,
  agreement: AGREEMENT_NAMES,
};

/** As one line: each space of it would be shown. */
function diff(part: string, pieces: readonly Piece[]): Markup {
  const names = VALUES[part];
  const words = pieces.map(({ is, text }) =>
    marked(is, names === undefined ? html`${text}` : ours(names[text] ?? text)),
  );
  return html`<p class="hf-diff">${words}</p>`;
}

function nameOf(of: string, name: string | null): Markup {
  if (of === 'policy') return ours('Title and source');
  if (of === 'ground') return html`<span>Clause ${name}</span>`;
  return html`${ours(RULE_NAMES[of] ?? of)}${name !== null && html` (${name})`}`;
}

/** Most readers of screens pass over what an element means: so it is said. */
function marked(is: Piece['is'], text: Markup): Markup {
  if (is === 'same') return text;
  return is === 'gone'
    ? html`<del class="hf-gone"
        ><span class="usa-sr-only">[taken away: </span>${text}<span class="usa-sr-only">]</span></del
      >`
    : html`<ins class="hf-new"
        ><span class="usa-sr-only">[added: </span>${text}<span class="usa-sr-only">]</span></ins
      >`;
}
