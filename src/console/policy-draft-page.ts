/**
 * A new version of a policy, as a form that works without scripts: it holds all that was typed, each button sends all of it, and
 * the page comes back with one more place to fill in. Nothing of it is kept on the server before it is saved.
 */
import { apart, html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { line, lines, oneOf, summary } from './longer-fields.ts';
import { changed, counted, type Compared } from './policy-compare-page.ts';
import { ENTRY_NAMES, PURPOSE_NAMES, RULE_NAMES } from './policy-words.ts';
import { VERB_NAMES } from './words.ts';

export interface DraftGround {
  readonly clauseId: string;
  readonly label: string;
  readonly citation: string;
  readonly clause: string;
  readonly purpose: string;
  /** Where it stands among the others: a number, as it was typed. */
  readonly place: string;
  readonly gone: boolean;
}

export interface DraftEntry {
  readonly says: string;
  readonly citation: string;
  /** Of `verbs` alone. */
  readonly verb: string;
  /** Of `before` alone: it asks for one in writing. */
  readonly agreement: boolean;
  readonly gone: boolean;
}

export interface Draft {
  readonly policyId: string;
  readonly version: string;
  readonly title: string;
  readonly effectiveOn: string;
  /** The version of the pack as which it began; empty: it began as the version before. */
  readonly pack: string;
  readonly source: string;
  readonly grounds: readonly DraftGround[];
  readonly custodian: { readonly says: string; readonly citation: string };
  readonly lists: Readonly<Record<string, readonly DraftEntry[]>>;
}

export interface DraftParts {
  readonly draft: Draft;
  /** The version that was added last, when the page was opened; null: a policy that is not there yet. */
  readonly latest: string | null;
  /** What is wrong, by the name of its field; null: of the whole. */
  readonly problems: readonly (readonly [field: string | null, sentence: string | Markup])[];
  /** The list in which a place was just added: its last entry is open, and has the focus. */
  readonly added: string | null;
  readonly verbs: readonly string[];
  /** Versions that have not taken effect yet. */
  readonly later: readonly { readonly version: string; readonly effectiveOn: string }[];
  /** What saving it would do; the first version of a policy is compared with nothing. Null: nobody looked. */
  readonly looked: { readonly counts: Markup; readonly comparison: Compared | null } | null;
}

export function policyDraftPage(frame: Frame, parts: DraftParts): string {
  const { draft, latest, problems, later, looked } = parts;
  const error: ErrorOf = (name) => problems.find(([field]) => field === name)?.[1];
  const isNew = latest === null;
  const named = isNew ? html`A new policy` : html`A new version of ${draft.policyId}`;
  return page({
    title: named,
    ...frame,
    main: html`<h1 class="hf-h1">${named}</h1>
      ${summary(problems)}
      ${
        !isNew &&
        html`<p class="hf-intro">
          ${
            draft.pack === ''
              ? html`It begins as version ${latest} stands, the last that was added. Change what changed;
                nothing counts before you save it.`
              : html`It begins as version ${draft.pack} that comes with Holdfast, and not as version ${latest}
                of your own, whose place it takes. Look at what changes, and say the day on which it takes
                effect; nothing counts before you save it.`
          }
        </p>`
      }
      ${later.map(
        ({ version, effectiveOn }) =>
          html`<p class="hf-small">
            Version ${version} takes effect on ${effectiveOn}. Yours may take effect before it; then version
            ${version} stands in its place from ${effectiveOn} on. To change what counts from that day on,
            save a version that takes effect on it.
          </p>`,
      )}
      <form
        class="hf-form"
        method="post"
        action="${isNew ? '/policies/draft' : `/policies/${draft.policyId}/draft`}"
        novalidate
      >
        <input type="hidden" name="latest" value="${latest ?? ''}" />
        <input type="hidden" name="pack" value="${draft.pack}" />
        ${looked !== null && whatChanges(looked, latest)}
        ${
          isNew &&
          line({
            name: 'policyId',
            label: 'Short name of the policy, for ever',
            hint: 'Clauses are cited by it, such as rivertown-social-media.',
            value: draft.policyId,
            error: error('policyId'),
          })
        }
        ${line({
          name: 'version',
          label: 'Name of this version',
          hint: 'Such as the day of the decision, 2026-12-01.',
          value: draft.version,
          error: error('version'),
        })}
        ${line({
          name: 'effectiveOn',
          label: 'Takes effect on',
          type: 'date',
          hint: 'From that day on moderators choose from its clauses.',
          value: draft.effectiveOn,
          error: error('effectiveOn'),
        })}
        ${line({ name: 'title', label: 'Title', value: draft.title, error: error('title') })}
        ${lines({
          name: 'source',
          label: 'Where the text comes from',
          hint: 'And what about it nobody confirmed. May stay empty.',
          value: draft.source,
          error: error('source'),
        })}
        ${
          // The first button of a form is what Enter presses: it must not be the one that saves for ever.
          looked === null &&
          html`<button class="usa-button usa-button--outline hf-submit" type="submit" name="do" value="look">
            Look at what changes
          </button>`
        }
        <h2 class="hf-h2" id="grounds">Clauses</h2>
        <input type="hidden" name="grounds" value="${draft.grounds.length}" />
        ${draft.grounds.map((one, i) => groundFields(one, i, parts, error))}
        <button class="usa-button usa-button--outline" type="submit" name="do" value="add-grounds">
          Add a clause
        </button>
        <h2 class="hf-h2">${ours(RULE_NAMES['custodian'] ?? '')}</h2>
        ${lines({ name: 'custodian-says', label: 'What the policy says', hint: 'Empty: it names nobody.', value: draft.custodian.says, error: error('custodian-says') })}
        ${line({ name: 'custodian-citation', label: 'Citation', value: draft.custodian.citation, error: error('custodian-citation') })}
        ${Object.entries(draft.lists).map(
          ([name, entries]) =>
            html`<h2 class="hf-h2">${ours(RULE_NAMES[name] ?? name)}</h2>
              <input type="hidden" name="${name}" value="${entries.length}" />
              ${entries.map((one, i) => entryFields(name, one, i, parts, error))}
              <button class="usa-button usa-button--outline" type="submit" name="do" value="add-${name}">
                ${ours(`Add a ${ENTRY_NAMES[name] ?? name}`)}
              </button>`,
        )}
        <p class="hf-end">
          <button class="usa-button" type="submit" name="do" value="save">Save this version</button>
        </p>
      </form>
      <p><a href="/policies">Back to the policies, and save nothing</a></p>`,
  });
}

function whatChanges(
  { counts, comparison }: NonNullable<DraftParts['looked']>,
  latest: string | null,
): Markup {
  return html`<section class="hf-panel" id="looked" aria-labelledby="looked-title">
    <h2 class="hf-h2" id="looked-title">What saving it does</h2>
    <p role="status">Nothing is saved yet. ${apart(counts)}</p>
    ${
      comparison !== null &&
      (comparison.changes.length === 0 && comparison.order === null
        ? html`<p>It says the same as version ${latest}.</p>`
        : html`<p>Against version ${latest}: <span>${counted(comparison.changes)}</span></p>
            ${changed(comparison)}`)
    }
    <button class="usa-button usa-button--outline hf-submit" type="submit" name="do" value="look">
      Look again
    </button>
    <button class="usa-button hf-submit" type="submit" name="do" value="save">Save this version</button>
  </section>`;
}

type ErrorOf = (name: string) => string | Markup | undefined;

function isOpen(prefix: string, members: readonly string[], error: ErrorOf): boolean {
  return members.some((member) => error(`${prefix}-${member}`) !== undefined);
}

function groundFields(
  { clauseId, label, citation, clause, purpose, place, gone }: DraftGround,
  i: number,
  { added, draft }: DraftParts,
  error: ErrorOf,
): Markup {
  const prefix = `grounds${i}`;
  const isNew = added === 'grounds' && i === draft.grounds.length - 1;
  const open =
    isNew ||
    clauseId === '' ||
    isOpen(prefix, ['clauseId', 'label', 'citation', 'clause', 'purpose', 'place'], error);
  const name = clauseId === '' ? html`Clause ${i + 1}` : html`${clauseId} ${label}`;
  return html`<details class="hf-more" ${open && html`open`}>
    <summary ${isNew && html`autofocus`}>
      <span>${name}</span>${gone && html` <span>(to be taken away)</span>`}
    </summary>
    ${line({ name: `${prefix}-clauseId`, label: 'Number', hint: 'The clause’s own, such as 3.b.', value: clauseId, error: error(`${prefix}-clauseId`) })}
    ${line({ name: `${prefix}-label`, label: 'Label', hint: 'Short, in plain words of yours, for a phone.', value: label, error: error(`${prefix}-label`) })}
    ${line({ name: `${prefix}-citation`, label: 'Citation', value: citation, error: error(`${prefix}-citation`) })}
    ${lines({ name: `${prefix}-clause`, label: 'Text of the clause', hint: 'As the policy has it.', rows: 4, value: clause, error: error(`${prefix}-clause`) })}
    ${oneOf({ name: `${prefix}-purpose`, label: 'Purpose', value: purpose, choices: Object.entries(PURPOSE_NAMES), error: error(`${prefix}-purpose`) })}
    ${line({ name: `${prefix}-place`, label: 'Place in the list', type: 'number', value: place, error: error(`${prefix}-place`) })}
    ${takeAway(prefix, clauseId === '' ? html`Take this clause away` : html`Take clause ${clauseId} ${label} away`, gone)}
  </details>`;
}

function entryFields(
  list: string,
  { says, citation, verb, agreement, gone }: DraftEntry,
  i: number,
  { added, draft, verbs }: DraftParts,
  error: ErrorOf,
): Markup {
  const prefix = `${list}${i}`;
  const isNew = added === list && i === (draft.lists[list]?.length ?? 0) - 1;
  const open = isNew || isOpen(prefix, ['says', 'citation', 'verb'], error);
  const entry = ENTRY_NAMES[list] ?? list;
  const name =
    says === '' ? ours(`New ${entry}`) : html`${says.length > 80 ? `${says.slice(0, 79)}…` : says}`;
  return html`<details class="hf-more" ${open && html`open`}>
    <summary ${isNew && html`autofocus`}>
      <span>${name}</span>${gone && html` <span>(to be taken away)</span>`}
    </summary>
    ${
      list === 'verbs' &&
      oneOf({
        name: `${prefix}-verb`,
        label: 'Stands for',
        value: verb,
        choices: [['', 'Choose'], ...verbs.map((one) => [one, VERB_NAMES[one] ?? one] as const)],
        error: error(`${prefix}-verb`),
      })
    }
    ${lines({ name: `${prefix}-says`, label: list === 'verbs' ? 'The policy’s own word' : 'What the policy says', value: says, error: error(`${prefix}-says`) })}
    ${line({ name: `${prefix}-citation`, label: 'Citation', value: citation, error: error(`${prefix}-citation`) })}
    ${
      list === 'before' &&
      html`<div class="usa-checkbox">
        <input
          class="usa-checkbox__input"
          type="checkbox"
          id="${prefix}-agreement"
          name="${prefix}-agreement"
          value="yes"
          ${agreement && html`checked`}
        />
        <label class="usa-checkbox__label" for="${prefix}-agreement"
          >It asks for an agreement in writing<span class="usa-checkbox__label-description"
            >Which moderators have one on file stands on the page of people; nobody is kept from handing in
            without.</span
          ></label
        >
      </div>`
    }
    ${takeAway(prefix, ours(`Take this ${entry} away`), gone)}
  </details>`;
}

function takeAway(prefix: string, label: Markup, gone: boolean): Markup {
  return html`<div class="usa-checkbox">
    <input
      class="usa-checkbox__input"
      type="checkbox"
      id="${prefix}-gone"
      name="${prefix}-gone"
      value="yes"
      ${gone && html`checked`}
    />
    <label class="usa-checkbox__label" for="${prefix}-gone">${label}</label>
  </div>`;
}
