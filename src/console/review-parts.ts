/** One text field and one file of a record that is reviewed, each with what can be decided about it. */
import { html, ours, type Markup } from './html.ts';
import { lines, oneOf } from './longer-fields.ts';
import { readSaid, suggestedIn, type PictureRead } from './picture-words.ts';
import { FILE_NAMES } from './receipt-said.ts';
import { FIELD_NAMES, SURE_NAMES } from './review-words.ts';
import { inWords } from './words.ts';

export interface ReviewFieldSaid {
  readonly fact: number;
  /** Its place among the fields of the fact. */
  readonly place: number;
  readonly pointer: string;
  readonly text: string;
  readonly suggestions: readonly {
    readonly start: number;
    readonly end: number;
    readonly confidence: string;
    readonly why: string;
  }[];
}

export interface ReviewFileSaid {
  readonly n: number;
  readonly role: string;
  readonly originalName: string | null;
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** What a browser is shown; null: it is no picture. */
  readonly shown: 'picture' | 'preview' | null;
  readonly picture: { readonly width: number; readonly height: number } | null;
  /** What a program read in it; null: nothing did. */
  readonly read: PictureRead | null;
  /** What a pattern found in that, to be looked for in the picture by a person. */
  readonly suggestions: ReviewFieldSaid['suggestions'];
}

interface Controls {
  readonly typed: (name: string) => string;
  readonly ticked: (name: string, value: string) => boolean;
  readonly all: (name: string) => readonly string[];
  readonly mayDecide: boolean;
  readonly choices: readonly (readonly [key: string, label: Markup])[];
}

const DECISIONS = [
  // With a mark in it, it is withheld where it is marked (`decided` in src/api/review-form.ts).
  ['', 'By its marks; without one, nothing chosen'],
  ['release', 'Release it'],
  ['part', 'Withhold what is marked'],
  ['withhold', 'Withhold it'],
] as const;

export function fieldPart(field: ReviewFieldSaid, controls: Controls): Markup {
  const { fact, place, pointer, text, suggestions } = field;
  const id = `${fact}-${place}`;
  const name = inWords(FIELD_NAMES, pointer);
  return html`<section class="hf-review__field" aria-labelledby="name-${id}">
    <h4 class="hf-h3" id="name-${id}">
      ${name}${fact > 1 && html` <span class="hf-small">said later, ${fact}</span>`}
    </h4>
    <div id="text-${id}" data-text="${JSON.stringify(text)}">${said(marked(text, suggestions))}</div>
    ${
      controls.mayDecide &&
      html`<div class="hf-parted">
        <fieldset class="usa-fieldset" id="spans-${id}">
          <legend class="usa-legend usa-sr-only">Marks in: ${name}</legend>
          ${suggestions.map((one) => suggestion(id, text, one, controls))}
        </fieldset>
        ${lines({ name: `w-${id}`, label: 'Withhold these words wherever they stand in this text', hint: 'Exactly as they stand there, one passage on each line.', value: controls.typed(`w-${id}`), rows: 1 })}
        <div class="hf-beside__fields">
          ${oneOf({ name: `d-${id}`, label: html`Decision: ${name}`, value: controls.typed(`d-${id}`), choices: DECISIONS })}
          ${oneOf({ name: `e-${id}`, label: 'Under which provision', value: controls.typed(`e-${id}`), choices: [['', 'The same as for all'], ...controls.choices] })}
          ${alsoUnder(`a-${id}`, controls)}
        </div>
      </div>`
    }
  </section>`;
}

/** One more provision than were chosen before. */
function alsoUnder(name: string, { all, choices }: Controls): Markup {
  const chosen = all(name).filter((key) => key !== '');
  return html`${['', ...chosen]
    .toReversed()
    .map((value, i) =>
      oneOf({ name, id: `${name}-${i}`, label: 'And under', value, choices: [['', 'No other'], ...choices] }),
    )}`;
}

/** In one line: each blank within is shown. */
export const said = (words: Markup): Markup =>
  html`<blockquote class="hf-said-words"><bdi>${words}</bdi></blockquote>`;

/** What was sent, and what was drawn of it, have all of its words in them. */
const WHOLE: readonly string[] = ['raw-payload', 'rendering'];

function suggestion(
  id: string,
  text: string,
  { start, end, confidence, why }: ReviewFieldSaid['suggestions'][number],
  { ticked }: Controls,
): Markup {
  const value = `${start}-${end}`;
  return html`<div class="usa-checkbox">
    <input
      class="usa-checkbox__input"
      type="checkbox"
      name="s-${id}"
      id="s-${id}-${value}"
      value="${value}"
      ${ticked(`s-${id}`, value) && html`checked`}
    /><label class="usa-checkbox__label" for="s-${id}-${value}"
      ><bdi>${text.slice(start, end)}</bdi
      ><span class="usa-checkbox__label-description"
        >${inWords(SURE_NAMES, confidence)} · ${ours(why)}</span
      ></label
    >
  </div>`;
}

/** What lies under one suggestion or several is marked once. */
function marked(text: string, suggestions: ReviewFieldSaid['suggestions']): Markup {
  const pieces: Markup[] = [];
  let at = 0;
  for (const { start, end } of suggestions.toSorted((a, b) => a.start - b.start)) {
    if (end <= at) continue;
    const from = Math.max(start, at);
    pieces.push(html`${text.slice(at, from)}<mark class="hf-suggested">${text.slice(from, end)}</mark>`);
    at = end;
  }
  return html`${pieces}${text.slice(at)}`;
}

export function filePart(file: ReviewFileSaid, recordId: string, controls: Controls): Markup {
  const { typed, ticked, mayDecide, choices } = controls;
  const { n, role, originalName, shown, picture } = file;
  const name = inWords(FILE_NAMES, role);
  return html`<section class="hf-review__field" id="file-${n}" aria-labelledby="file-name-${n}">
    <h4 class="hf-h3" id="file-name-${n}">
      <span>File ${n}</span>:
      ${name}${originalName !== null && html` <bdi class="hf-small">${originalName}</bdi>`}
    </h4>
    <p class="hf-small">
      <code>${file.mediaType}</code
      >${picture !== null && html` · <span>${picture.width} by ${picture.height} pixels</span>`}
    </p>
    ${WHOLE.includes(role) && html`<p class="hf-small">It has all the words of the report in it: where any of them is withheld, so is this, unless you choose otherwise.</p>`}
    ${
      shown !== null &&
      html`<div
        class="hf-draw"
        data-draw="${n}"
        data-width="${picture?.width ?? 0}"
        data-height="${picture?.height ?? 0}"
      >
        <button
          class="usa-button usa-button--outline"
          type="submit"
          formaction="/records/${recordId}/files/${n}"
          formtarget="_blank"
          data-show="${n}"
        >
          Show <span class="usa-sr-only">${name}, file ${n}</span>
        </button>
      </div>`
    }
    ${
      shown === null &&
      html`<p class="hf-small">
        <a href="/v1/records/${recordId}/artifacts/${n}"
          >Download <span class="usa-sr-only">${name}, file ${n}</span></a
        >
      </p>`
    }
    ${readSaid(file.read)} ${suggestedIn(file.read?.text ?? '', file.suggestions)}
    ${
      mayDecide &&
      html`<div class="hf-parted">
        ${picture !== null && lines({ name: `b-${n}`, label: html`Boxes over file ${n}`, hint: 'One on each line, in pixels from the upper left corner: left, top, width, height.', value: typed(`b-${n}`), rows: 2 })}
        ${
          picture !== null &&
          html`<div class="usa-checkbox">
            <input
              class="usa-checkbox__input"
              type="checkbox"
              name="r-${n}"
              id="r-${n}"
              value="yes"
              ${ticked(`r-${n}`, 'yes') && html`checked`}
            /><label class="usa-checkbox__label" for="r-${n}"
              >Withhold what stands beside its pixels
              <span class="usa-checkbox__label-description"
                >Place, camera, words, a small second picture: it is drawn anew without them.</span
              ></label
            >
          </div>`
        }
        <div class="hf-beside__fields">
          ${oneOf({ name: `df-${n}`, label: html`Decision: file ${n}`, value: typed(`df-${n}`), choices: picture === null ? DECISIONS.filter(([value]) => value !== 'part') : DECISIONS })}
          ${oneOf({ name: `ef-${n}`, label: 'Under which provision', value: typed(`ef-${n}`), choices: [['', 'The same as for all'], ...choices] })}
          ${alsoUnder(`af-${n}`, controls)}
        </div>
      </div>`
    }
  </section>`;
}
