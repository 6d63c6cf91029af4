/** What a program read in a picture, with what that is worth. It is nobody's word, so it stands apart, and never without saying so. */
import { html, ours, type Markup } from './html.ts';
import { SURE_NAMES } from './review-words.ts';
import { inWords } from './words.ts';

export interface PictureRead {
  readonly state: string;
  readonly text: string | null;
  readonly confidence: number | null;
}

interface Suggested {
  readonly start: number;
  readonly end: number;
  readonly confidence: string;
  readonly why: string;
}

export function readSaid(read: PictureRead | null): Markup | null {
  if (read === null) return null;
  if (read.text !== null)
    return html`<details class="hf-more">
      <summary>What a program read in it</summary>
      <p class="hf-small">
        Read by a program, not by a person: words may be wrong, and some may be missing. Its own confidence:
        ${read.confidence ?? 0} of 100. The picture counts.
      </p>
      <blockquote class="hf-said-words" data-read="machine"><bdi>${read.text}</bdi></blockquote>
    </details>`;
  const said = NOT_READ[read.state];
  return said === undefined ? null : html`<p class="hf-small">${ours(said)}</p>`;
}

const NOT_READ: Readonly<Record<string, string>> = {
  waiting: 'What stands in it is still to be read by a program, and is not found by a search yet.',
  none: 'A program looked for words in it and saw none.',
  failed: 'A program could not read what stands in it: no search finds that.',
  'too-large': 'It is too large for the program that reads pictures: no search finds what stands in it.',
};

/** For whoever reviews: a program has read what looks like this, and where it stands in the picture a person has to see. */
export function suggestedIn(text: string, suggestions: readonly Suggested[]): Markup | null {
  if (suggestions.length === 0) return null;
  return html`<p class="hf-small">What a program read in it has these; look where they stand:</p>
    <ul class="usa-list hf-small">
      ${suggestions.map(
        ({ start, end, confidence, why }) =>
          html`<li>
            <mark class="hf-suggested"><bdi>${text.slice(start, end)}</bdi></mark> ·
            ${inWords(SURE_NAMES, confidence)} · ${ours(why)}
          </li>`,
      )}
    </ul>`;
}
