/** What goes out with a decision and is easily forgotten, shown before it is kept: a second press, of a button that names what was seen. */
import { html, ours, type Markup } from './html.ts';
import { FILE_NAMES } from './receipt-said.ts';
import { FIELD_NAMES } from './review-words.ts';
import { inWords } from './words.ts';

export interface GoingSaid {
  /** Of which answer it is the list. */
  readonly answer: string;
  /** Names all that is listed: whoever presses says that they saw this, and nothing else. */
  readonly seen: string;
  readonly listed: readonly (
    | { readonly what: 'suggested'; readonly pointer: string; readonly words: string; readonly why: string }
    | { readonly what: 'field'; readonly pointer: string; readonly words: string }
    | { readonly what: 'file'; readonly file: number; readonly role: string; readonly why: string }
  )[];
}

const WHY: Readonly<Record<string, string>> = {
  'withheld-in-it': 'What you withhold may stand in it.',
  'more-than-content': 'It says more than the content that was removed.',
};

export function goingPart({ answer, seen, listed }: GoingSaid): Markup | null {
  if (listed.length === 0) return null;
  return html`<section class="hf-going" data-going="${answer}" aria-labelledby="going">
    <h3 class="hf-h3" id="going" tabindex="-1">This goes out too</h3>
    <p class="hf-small">
      Nobody withheld it. Where something of it is not to go out, choose “Part of it”, and withhold it.
    </p>
    <ul class="usa-list hf-small">
      ${listed.map((one) => html`<li>${goingLine(one)}</li>`)}
    </ul>
    <button
      class="usa-button usa-button--secondary"
      type="submit"
      name="seen"
      value="${seen}"
      id="acknowledge"
    >
      I have seen all of this, and it goes out
    </button>
  </section>`;
}

export function goingLine(one: GoingSaid['listed'][number]): Markup {
  switch (one.what) {
    case 'suggested':
      return html`<strong><bdi>${one.words}</bdi></strong> ·
        <span>${inWords(FIELD_NAMES, one.pointer)}</span> · ${ours(one.why)}`;
    case 'field':
      return html`<strong>${inWords(FIELD_NAMES, one.pointer)}</strong> · <bdi>${one.words}</bdi>`;
    case 'file':
      return html`<strong>${inWords(FILE_NAMES, one.role)}</strong> · <span>File ${one.file}</span> ·
        ${ours(WHY[one.why] ?? '')}`;
  }
}
