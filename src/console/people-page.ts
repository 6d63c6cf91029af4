/** The people of an agency, for its administrator: who is here, what each may do, and how somebody gets in or is out. */
import {
  agreementMarks,
  agreementOfNew,
  agreementsSection,
  agreementStillAsked,
  type AgreementParts,
  type Lacking,
} from './agreements-part.ts';
import { alert, checkboxes, field, type Choice } from './fields.ts';
import { html, ours, type Markup } from './html.ts';
import { page, ROLE_NAMES, roleNames, type Frame } from './layout.ts';
import { momentIn } from './times.ts';

export interface ShownPerson {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly string[];
  readonly createdAt: string;
  readonly leftAt: string | null;
  readonly seenAt: string | null;
  readonly hasPassword: boolean;
  readonly byProvider: boolean;
  readonly wasByProvider: boolean;
  readonly passkeys: number;
  /** Links that were made for them by whoever runs the machine, and could have been used there. */
  readonly fromOutside: readonly {
    readonly by: string;
    readonly madeAt: string;
    /** Null: it was not used. */
    readonly usedAt: string | null;
  }[];
}

export interface PeopleParts {
  readonly people: readonly ShownPerson[];
  readonly zone: string;
  /** The agency has a sign-in of its own, by which somebody who has an account here may come. */
  readonly hasProvider: boolean;
  /** Who looks at it: nobody takes their own access away by a slip. */
  readonly self: string | null;
  readonly typed: { readonly name: string; readonly email: string; readonly roles: readonly string[] };
  readonly errors: { readonly name?: string; readonly email?: string; readonly roles?: string };
  /** What was just done, or could not be. */
  readonly said: { readonly kind: 'error' | 'success'; readonly text: string | Markup } | null;
  readonly agreements: AgreementParts;
}

/** What each role may do, where somebody chooses. */
const ROLE_HINTS: Readonly<Record<string, string>> = {
  moderator: 'Hands in what is about to be removed.',
  custodian: 'Finds records and answers requests; hands in too.',
  'retention-officer': 'Prepares what is due to be destroyed.',
  approver: 'The second signature under a destruction.',
  auditor: 'Reads everything and changes nothing; holds no other role.',
  administrator: 'Adds people, clauses and accounts.',
};

function choices(checked: readonly string[]): Choice[] {
  return Object.entries(ROLE_NAMES).map(([value, label]) => ({
    value,
    label,
    hint: ROLE_HINTS[value] ?? '',
    checked: checked.includes(value),
  }));
}

export function peoplePage(frame: Frame, parts: PeopleParts): string {
  const { people, typed, errors, said } = parts;
  const here = people.filter((one) => one.leftAt === null);
  const left = people.filter((one) => one.leftAt !== null);
  return page({
    title: 'People',
    ...frame,
    main: html`<h1 class="hf-h1">People</h1>
      ${alert(said?.kind ?? 'success', said?.text ?? null)} ${agreementStillAsked(here, parts.agreements)}
      <p class="hf-intro">
        ${here.length === 1 ? html`One person has an account.` : html`${here.length} people have an account.`}
      </p>
      <ul class="hf-people">
        ${here.map((one) => entry(one, parts))}
      </ul>
      ${agreementsSection(here, parts.agreements, parts.zone)}
      <section class="hf-panel" aria-labelledby="add-title">
        <h2 class="hf-h2" id="add-title">Add somebody</h2>
        <form method="post" action="/people" novalidate>
          ${field({ name: 'name', label: 'Name', value: typed.name, error: errors.name })}
          ${field({
            name: 'email',
            label: 'E-mail address',
            hint: 'The name to sign in with.',
            type: 'email',
            value: typed.email,
            error: errors.email,
          })}
          ${checkboxes('roles', 'What may they do?', choices(typed.roles), errors.roles, 'new-')}
          <button class="usa-button" type="submit">Add, and show the link to send</button>
        </form>
      </section>
      ${
        left.length > 0 &&
        html`<h2 class="hf-h2">Left</h2>
          <ul class="hf-people">
            ${left.map(
              (one) =>
                html`<li>
                  <strong>${one.name}</strong> <span class="hf-small">${one.email}</span>
                  <p class="hf-small">
                    Left on ${momentIn(parts.zone, one.leftAt ?? '')}. What they did stays in the histories.
                  </p>
                </li>`,
            )}
          </ul>`
      }`,
  });
}

function entry(one: ShownPerson, { zone, self, agreements, hasProvider }: PeopleParts): Markup {
  const isSelf = one.id === self;
  return html`<li>
    <strong>${one.name}</strong> <span class="hf-small">${one.email}${isSelf && html` (you)`}</span>
    <p class="hf-small">${roleNames(one.roles)}</p>
    <p class="hf-small">
      ${ours(meansOf(one))}
      ${
        one.seenAt === null
          ? ours('Never signed in.')
          : html`<span>Last seen ${momentIn(zone, one.seenAt)}.</span>`
      }
    </p>
    ${one.fromOutside.map((link) => fromOutside(one, link, isSelf, zone))}
    ${agreementMarks(one.id, agreements)}
    <details class="hf-more hf-beside">
      <summary>Change ${one.name}</summary>
      ${
        isSelf
          ? html`<p class="hf-small">
              Your own roles and access are changed by another administrator, so that nobody locks the door
              behind the last one.
            </p>`
          : html`<form method="post" action="/people/${one.id}/roles">
                ${checkboxes('roles', 'Roles', choices(one.roles), undefined, `${one.id}-`)}
                <p class="hf-small">Whoever loses a role is signed out at once.</p>
                <button class="usa-button usa-button--outline" type="submit">
                  Save the roles<span class="usa-sr-only"> of ${one.name}</span>
                </button>
              </form>
              ${
                hasProvider &&
                !one.byProvider &&
                html`<form method="post" action="/people/${one.id}/provider">
                  <p class="hf-small">
                    For three days, the next who signs in by your agency’s sign-in with this confirmed address
                    is this person here. From then on their groups there say what they may do.
                  </p>
                  <button class="usa-button usa-button--outline" type="submit">
                    May come by your agency’s sign-in<span class="usa-sr-only">: ${one.name}</span>
                  </button>
                </form>`
              }
              <form method="post" action="/people/${one.id}/departure">
                <p class="hf-small">Who leaves is signed out at once, and cannot sign in any more.</p>
                <button class="usa-button usa-button--secondary" type="submit">${one.name} has left</button>
              </form>`
      }
      <form method="post" action="/people/${one.id}/invitation">
        <p class="hf-small">
          For somebody new, or who lost their passkey, password or phone. A link that was sent before works no
          more.
        </p>
        <button class="usa-button usa-button--outline" type="submit">
          Make a link to sign in anew<span class="usa-sr-only"> for ${one.name}</span>
        </button>
      </form>
    </details>
  </li>`;
}

function fromOutside(
  { name }: ShownPerson,
  { by, madeAt, usedAt }: ShownPerson['fromOutside'][number],
  isSelf: boolean,
  zone: string,
): Markup {
  return html`<p class="hf-small">
    <span>A link for them was made by ${by}, who runs the machine, on</span> ${momentIn(zone, madeAt)}.
    ${
      usedAt === null
        ? html`<span>It was not used.</span>`
        : html`<span>It was used on</span> ${momentIn(zone, usedAt)}.
            ${
              isSelf
                ? html`<span
                    >If that was not you, tell whoever runs the machine, and choose anew how to sign in.</span
                  >`
                : html`<span
                    >If that was not ${name}, make them a link to sign in anew: whoever used it is out
                    then.</span
                  >`
            }`
    }
  </p>`;
}

function meansOf({ hasPassword, passkeys, byProvider, wasByProvider }: ShownPerson): string {
  if (byProvider && (hasPassword || passkeys > 0))
    return 'Signs in by your agency’s own sign-in, which also says what they may do; a passkey or a password of theirs works here, too.';
  if (byProvider) return 'Signs in by your agency’s own sign-in, which also says what they may do.';
  if (!hasPassword && passkeys === 0 && wasByProvider)
    return 'Signed in by a sign-in of your agency that is not connected any more. A link lets them choose another way.';
  if (!hasPassword && passkeys === 0) return 'Has not chosen how to sign in yet.';
  if (passkeys === 0) return 'Signs in with password and code.';
  if (passkeys === 1)
    return hasPassword ? 'Signs in with a passkey or password and code.' : 'Signs in with a passkey.';
  return hasPassword
    ? `Signs in with ${passkeys} passkeys or password and code.`
    : `Signs in with ${passkeys} passkeys.`;
}

/** The link, once. */
export function invitationPage(
  frame: Frame,
  parts: {
    readonly name: string;
    readonly link: string;
    readonly until: string;
    readonly zone: string;
    /** Of an agency that begins with them, by whoever runs the machine. */
    readonly isFirst?: boolean;
    /** What a policy asks of somebody new who may moderate. */
    readonly lacking?: readonly Lacking[];
  },
): string {
  const { name, link, until, zone, isFirst, lacking = [] } = parts;
  return page({
    title: 'Link to send',
    ...frame,
    main: html`<h1 class="hf-h1">A link for ${name}</h1>
      <p class="hf-intro">
        Send it to them and to nobody else. It is shown this once, and works once, until
        ${momentIn(zone, until)}.
      </p>
      <p class="hf-link"><code id="link">${link}</code></p>
      <p>Whoever opens it chooses how to sign in as ${name}.</p>
      ${agreementOfNew(name, lacking)}
      ${isFirst === true ? html`<p><a class="usa-button" href="/machine">Back to the machine</a></p>` : html`<p><a class="usa-button" href="/people">Back to the people</a></p>`}`,
  });
}
