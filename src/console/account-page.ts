/** One site of the register: what is known of it, how that changed, and the form in which an administrator says it. */
import { approval, FORUM_NAMES, namesOf, type ShownSite } from './accounts-page.ts';
import { alert, checkboxes } from './fields.ts';
import { apart, html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { line, lines, oneOf, summary } from './longer-fields.ts';
import { momentIn } from './times.ts';
import { inWords } from './words.ts';

/** As it stands in the fields; an empty text is nothing said. */
export interface TypedSite {
  readonly platform: string;
  readonly name: string;
  readonly handle: string;
  readonly url: string;
  readonly nativeId: string;
  readonly department: string;
  readonly forum: string;
  readonly commentRule: string;
  readonly people: readonly string[];
  /** A name on each line. */
  readonly others: string;
  readonly approvedBy: string;
  readonly approvedOn: string;
}

interface FormParts {
  readonly typed: TypedSite;
  readonly errors: Readonly<Partial<Record<keyof TypedSite, string | Markup>>>;
  /** People of the agency to choose from. */
  readonly people: readonly { readonly id: string; readonly name: string; readonly hasLeft: boolean }[];
}

const MEMBER_NAMES: Readonly<Record<string, string>> = {
  platform: 'Platform',
  name: 'Name',
  handle: 'Handle',
  url: 'Address',
  nativeId: 'Its id on the platform',
  department: 'Department',
  forum: 'Forum',
  commentRule: 'Comment rule',
  people: 'Administrators',
  others: 'Other administrators',
  approvedBy: 'Approved by',
  approvedOn: 'Approved on',
  closed: 'Closed',
};

const PLATFORMS = ['facebook', 'instagram', 'x', 'youtube', 'nextdoor', 'linkedin', 'tiktok', 'threads'];

export function newAccountPage(frame: Frame, parts: FormParts): string {
  return page({
    title: 'Add a site',
    ...frame,
    main: html`<h1 class="hf-h1">Add a site</h1>
      ${problemsOf(parts)}
      <form class="hf-form" method="post" action="/accounts" novalidate>
        ${line({
          name: 'platform',
          label: 'Platform',
          hint: 'Such as facebook; of small letters, digits and -.',
          value: parts.typed.platform,
          list: PLATFORMS,
          error: parts.errors.platform,
        })}
        ${fieldsOf(parts)}
        <button class="usa-button hf-submit" type="submit">Add the site</button>
      </form>
      <p class="hf-noprint"><a href="/accounts">Back to the accounts</a></p>`,
  });
}

export interface AccountParts extends FormParts {
  readonly site: ShownSite;
  readonly version: number;
  readonly zone: string;
  readonly changes: boolean;
  readonly history: readonly {
    readonly at: string;
    readonly by: string | Markup;
    /** What it said from then on, by member; of the first version all of it. */
    readonly changes: readonly { readonly member: string; readonly was: string; readonly is: string }[];
  }[];
  readonly said: { readonly kind: 'error' | 'success'; readonly text: string | Markup } | null;
}

export function accountPage(frame: Frame, parts: AccountParts): string {
  const { site, zone, changes, said, version } = parts;
  return page({
    title: html`${site.name}`,
    ...frame,
    main: html`<h1 class="hf-h1">${site.name}</h1>
      ${alert(said?.kind ?? 'success', said?.text ?? null)} ${problemsOf(parts)}
      ${
        site.closedAt !== null &&
        html`<p class="hf-intro">
          Closed since ${momentIn(zone, site.closedAt)}.
          <span>Records that name it stay, and so does this page.</span>
        </p>`
      }
      <dl class="hf-facts">
        ${fact('Platform', site.platform)} ${fact('Known there as', namesOf(site))}
        ${fact('Department', site.department)}
        ${fact('Forum', site.forum === null ? null : inWords(FORUM_NAMES, site.forum))}
        ${fact('Comment rule', site.commentRule)}
        ${fact('Administrators', site.administrators.length === 0 ? null : site.administrators.join(', '))}
        ${fact('Approval', approval(site))}
      </dl>
      ${
        changes &&
        html`<details class="hf-more" ${Object.keys(parts.errors).length > 0 && html`open`}>
            <summary>Change it</summary>
            <form class="hf-form" method="post" action="/accounts/${site.id}" novalidate>
              <input type="hidden" name="version" value="${version}" />
              ${fieldsOf(parts)}
              <button class="usa-button hf-submit" type="submit">Save the changes</button>
            </form>
          </details>
          <form class="hf-form" method="post" action="/accounts/${site.id}/state">
            <input type="hidden" name="version" value="${version}" />
            <p class="hf-small">
              ${
                site.closedAt === null
                  ? html`A closed site is offered no more when something is handed in. Nothing that names it
                    goes.`
                  : html`It is offered again when something is handed in.`
              }
            </p>
            <button
              class="usa-button usa-button--outline"
              type="submit"
              name="state"
              value="${site.closedAt === null ? 'closed' : 'open'}"
            >
              ${site.closedAt === null ? html`Close this site` : html`Open it again`}
            </button>
          </form>`
      }
      ${history(parts)}
      <p class="hf-noprint"><a href="/accounts">Back to the accounts</a></p>`,
  });
}

function fact(name: string, value: Markup | string | null): Markup {
  return html`<div>
    <dt>${ours(name)}</dt>
    <dd>${value ?? html`<span class="hf-small">Not said</span>`}</dd>
  </div>`;
}

function problemsOf({ errors }: FormParts): Markup | null {
  return summary(
    Object.entries(errors).map(([member, why]) => [
      member,
      html`${ours(MEMBER_NAMES[member] ?? member)}: ${apart(ours(why))}`,
    ]),
  );
}

function fieldsOf({ typed, errors, people }: FormParts): Markup {
  return html`${line({
    name: 'name',
    label: 'Name',
    hint: 'What moderators read, such as “Police, on Facebook”.',
    value: typed.name,
    error: errors.name,
  })}
  ${line({ name: 'handle', label: 'Handle', hint: 'Its name there, with or without @.', value: typed.handle, error: errors.handle })}
  ${line({ name: 'url', label: 'Address', hint: 'Begins with https://', value: typed.url, error: errors.url })}
  ${line({
    name: 'nativeId',
    label: 'Its id on the platform',
    hint: 'Where it has one; reports by programs may name it so.',
    value: typed.nativeId,
    error: errors.nativeId,
  })}
  ${line({ name: 'department', label: 'Department', value: typed.department, error: errors.department })}
  ${oneOf({
    name: 'forum',
    label: 'Forum',
    hint: 'What may be removed depends on it. Your attorney’s word counts.',
    value: typed.forum,
    choices: [['', 'Not said'], ...Object.entries(FORUM_NAMES)],
    error: errors.forum,
  })}
  ${lines({
    name: 'commentRule',
    label: 'Comment rule',
    hint: 'What the site says about comments: what it takes, and what is removed.',
    value: typed.commentRule,
    error: errors.commentRule,
  })}
  ${
    people.length > 0 &&
    checkboxes(
      'people',
      'Who administers it?',
      people.map(({ id, name, hasLeft }) => ({
        value: id,
        label: hasLeft ? html`${name} (left)` : html`${name}`,
        checked: typed.people.includes(id),
      })),
      errors.people,
    )
  }
  ${lines({
    name: 'others',
    label: 'Administrators without an account here',
    hint: 'One name on each line.',
    value: typed.others,
    error: errors.others,
  })}
  ${line({
    name: 'approvedBy',
    label: 'Approved by',
    hint: 'The office or person that approved the site. Empty: no approval is on file.',
    value: typed.approvedBy,
    error: errors.approvedBy,
  })}
  ${line({ name: 'approvedOn', label: 'Approved on', type: 'date', value: typed.approvedOn, error: errors.approvedOn })}`;
}

function history({ history: versions, zone }: AccountParts): Markup {
  return html`<section aria-labelledby="history-title">
    <h2 class="hf-h2" id="history-title">How it changed</h2>
    <ol class="hf-people" id="history">
      ${versions.map(
        ({ at, by, changes }) =>
          html`<li>
            <p class="hf-small">${momentIn(zone, at)}, <span>by ${by}</span></p>
            ${
              changes.length === 0
                ? html`<p>Added.</p>`
                : html`<ul class="usa-list">
                    ${changes.map(
                      ({ member, was, is }) =>
                        html`<li>
                          ${ours(MEMBER_NAMES[member] ?? member)}:
                          ${was === '' ? html`nothing` : html`“${wordFor(member, was)}”`} became
                          ${is === '' ? html`nothing` : html`“${wordFor(member, is)}”`}
                        </li>`,
                    )}
                  </ul>`
            }
          </li>`,
      )}
    </ol>
  </section>`;
}

/** Whether it is closed, and which forum it is, is said in words of ours; all else is what somebody typed. */
function wordFor(member: string, said: string): Markup {
  if (member === 'forum') return inWords(FORUM_NAMES, said);
  return member === 'closed' ? ours(said) : html`${said}`;
}
