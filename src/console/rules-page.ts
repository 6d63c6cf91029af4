/** Rules that lead records to series: in the agency's order, added and ended. */
import { alert } from './fields.ts';
import { html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { line, oneOf } from './longer-fields.ts';
import { KIND_NAMES, VERB_NAMES } from './words.ts';

export interface RulesParts {
  readonly rules: readonly {
    readonly id: string;
    readonly position: number;
    readonly matches: Readonly<Record<string, string | undefined>>;
    readonly edition: string;
    readonly series: string;
    readonly title: string;
    readonly citation: string;
  }[];
  readonly series: readonly {
    readonly edition: string;
    readonly code: string;
    readonly title: string;
  }[];
  readonly grounds: readonly { readonly reference: string; readonly label: string }[];
  readonly maySet: boolean;
  readonly typed: Readonly<Record<string, string>>;
  readonly said: { readonly kind: 'error' | 'success'; readonly text: string } | null;
}

const MEMBERS: Readonly<Record<string, string>> = {
  platform: 'Platform',
  account: 'Account',
  kind: 'Kind of content',
  verb: 'What was done',
  ground: 'Clause',
  tag: 'Tag',
  text: 'Words in the text',
};

export function rulesPage(frame: Frame, { rules, series, grounds, maySet, typed, said }: RulesParts): string {
  const any = ['', 'Any'] as const;
  const value = (name: string): string => typed[name] ?? '';
  return page({
    title: 'Rules',
    ...frame,
    wide: true,
    main: html`<h1 class="hf-h1">Rules</h1>
      ${alert(said?.kind ?? 'success', said?.text ?? null)}
      <p class="hf-intro">
        Every rule that matches a record puts it under its series, and the series that keeps longest decides.
        A rule applies to what becomes complete after it was added. For records that are there it is a
        suggestion on their page and on the list of unclassified ones, and a person decides. A kind of content
        is also that of what a record is kept with, such as the post that a comment answers: the record is
        kept as long as its longest part.
      </p>
      ${
        rules.length === 0
          ? html`<p>There is no rule: every record is unclassified until somebody says what it is.</p>`
          : html`<ul class="hf-people">
              ${rules.map((one) => entry(one, maySet))}
            </ul>`
      }
      ${
        maySet &&
        html`<section class="hf-panel" aria-labelledby="add-title">
          <h2 class="hf-h2" id="add-title">Add a rule</h2>
          <form method="post" action="/retention/rules" novalidate>
            ${line({ name: 'position', label: 'Its place in the order', hint: 'A whole number. The first rule that matches is the one a new report is sealed under.', value: value('position'), type: 'number' })}
            ${oneOf({ name: 'series', label: 'Leads to series', value: value('series'), choices: series.map(({ edition, code, title }) => [`${edition} ${code}`, html`${code}, ${title} (${edition})`] as const) })}
            ${line({ name: 'platform', label: 'Platform', value: value('platform') })}
            ${line({ name: 'account', label: 'Account', value: value('account') })}
            ${oneOf({ name: 'kind', label: 'Kind of content', value: value('kind'), choices: [any, ...Object.entries(KIND_NAMES)] })}
            ${oneOf({ name: 'verb', label: 'What was done', value: value('verb'), choices: [any, ...Object.entries(VERB_NAMES)] })}
            ${oneOf({ name: 'ground', label: 'Clause', value: value('ground'), choices: [any, ...grounds.map(({ reference, label }) => [reference, html`${label}`] as const)] })}
            ${line({ name: 'tag', label: 'Tag', hint: 'A hashtag of the text, such as #pothole, or a mark of the report, such as criminal-justice.', value: value('tag') })}
            ${line({ name: 'text', label: 'Words in the text', hint: 'All of them must stand in it, in any order and case.', value: value('text') })}
            <button class="usa-button" type="submit">Add this rule</button>
          </form>
        </section>`
      }
      <p class="hf-noprint"><a href="/retention">Back to retention</a></p>`,
  });
}

function entry(one: RulesParts['rules'][number], maySet: boolean): Markup {
  const asked = Object.entries(one.matches).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [html`<li><span>${ours(MEMBERS[name] ?? name)}</span>: <bdi>${value}</bdi></li>`],
  );
  return html`<li>
    <strong>Rule ${one.position}</strong>
    ${
      asked.length === 0
        ? html`<p>Matches everything.</p>`
        : html`<ul class="usa-list">
            ${asked}
          </ul>`
    }
    <p class="hf-small">
      Leads to ${one.series}, ${one.title} (${one.citation}), edition
      <a href="/schedules/${one.edition}">${one.edition}</a>.
    </p>
    ${
      maySet &&
      html`<form method="post" action="/retention/rules/${one.id}/end">
        <button class="usa-button usa-button--unstyled" type="submit">
          End this rule<span class="usa-sr-only">: rule ${one.position}</span>
        </button>
        <p class="hf-small">Records keep the series that it gave them.</p>
      </form>`
    }
  </li>`;
}
