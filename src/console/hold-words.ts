/** What a kind of hold says, with its mark: a citation never stands without how far somebody read it. */
import { html, ours, type Markup } from './html.ts';
import { inWords } from './words.ts';

/** As src/retention/hold-kinds.ts has them. */
export interface HoldKindSaid {
  readonly kind: string;
  readonly title: string;
  readonly citation: string | null;
  readonly reading: 'verified' | 'secondary' | 'unverified' | 'none';
  readonly ends: string;
}

const READING_NAMES: Readonly<Record<HoldKindSaid['reading'], string>> = {
  verified: 'The words of the law were read.',
  secondary: 'Read in a secondary copy only: ask counsel before you rely on it.',
  unverified:
    'Not verified: nobody read where it is said to stand. It is no law until your counsel says so; the reason that is given is what counts.',
  none: 'No law is named: the reason that is given is what counts.',
};

const kindOf = (kinds: readonly HoldKindSaid[], kind: string): HoldKindSaid | undefined =>
  kinds.find((one) => one.kind === kind);

export function kindTitle(kinds: readonly HoldKindSaid[], kind: string): Markup {
  const known = kindOf(kinds, kind);
  return known === undefined ? html`${kind}` : ours(known.title);
}

/** The citation of what is not verified is said to be one, and looks it. */
export function lawSaid(kinds: readonly HoldKindSaid[], kind: string): Markup {
  const known = kindOf(kinds, kind);
  if (known === undefined) return html``;
  const { citation, reading } = known;
  const mark = html`<span class="hf-small">${inWords(READING_NAMES, reading)}</span>`;
  if (citation === null) return mark;
  return reading === 'verified'
    ? html`${ours(citation)} ${mark}`
    : html`<span>Said to stand in: ${ours(citation)}.</span> ${mark}`;
}
