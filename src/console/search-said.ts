/** A search in words, and as it was run. The words themselves are read as the search reads them: in quotation marks together, behind “-” left out. */
import { html, ours, type Markup } from './html.ts';
import { momentIn } from './times.ts';
import { REMOVAL_NAMES } from './words.ts';

export interface SearchedParts {
  readonly q: string | null;
  readonly filters: Readonly<Record<string, string>>;
  readonly zone: string;
  readonly grounds: readonly { readonly reference: string; readonly label: string }[];
}

export function searchedSaid({ q, filters, zone, grounds }: SearchedParts): Markup {
  const code = Object.entries({ ...(q === null ? {} : { q }), ...filters });
  return html`<ul class="usa-list hf-searched">
      ${q !== null && wordsSaid(q)}
      ${Object.entries(filters).map(([name, value]) => html`<li>${filterSaid(name, value, zone, grounds)}</li>`)}
    </ul>
    <details class="hf-more">
      <summary>As it was run</summary>
      <code>${code.map(([name, value]) => `${name}=${value}`).join(' · ')}</code>
    </details>`;
}

function wordsSaid(q: string): Markup {
  const terms = [...q.matchAll(/(-?)(?:"([^"]*)"|(\S+))/g)].map(([, minus, phrase, word]) => ({
    without: minus === '-',
    phrase: phrase?.trim(),
    word: word ?? '',
  }));
  // Of one or the other more is to be said than a list of words says.
  if (terms.some(({ word }) => /^or$/i.test(word)) || q.split('"').length % 2 === 0)
    return html`<li>What matches <bdi>${q}</bdi></li>`;
  const words = terms.flatMap(({ without, phrase, word }) => (without || phrase !== undefined ? [] : [word]));
  return html`${words.length > 0 && html`<li>${words.length === 1 ? ours('The word') : ours('All of the words')} <bdi>${words.join(', ')}</bdi></li>`}
  ${terms.map(({ without, phrase, word }) =>
    without
      ? html`<li>Without <bdi>${phrase ?? word}</bdi></li>`
      : phrase !== undefined &&
        phrase !== '' &&
        html`<li>The words <bdi>“${phrase}”</bdi>, one behind the other</li>`,
  )}`;
}

function filterSaid(name: string, value: string, zone: string, grounds: SearchedParts['grounds']): Markup {
  switch (name) {
    case 'platform':
      return html`On the platform <bdi>${value}</bdi>`;
    case 'account':
      return html`On the account <bdi>${value}</bdi>`;
    case 'removal':
      return Object.hasOwn(REMOVAL_NAMES, value)
        ? ours(REMOVAL_NAMES[value as keyof typeof REMOVAL_NAMES])
        : html`<code>${value}</code>`;
    case 'ground':
      return html`Removed under
        <bdi>${grounds.find(({ reference }) => reference === value)?.label ?? value}</bdi>`;
    case 'from':
      return html`Reported from this moment on: ${momentIn(zone, value)}`;
    case 'to':
      return html`Reported before: ${momentIn(zone, value)}`;
    default:
      return html`<code>${name}</code> <bdi>${value}</bdi>`;
  }
}
