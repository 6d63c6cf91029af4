/** The keys of an agency, for its administrators: what each is for, when it was used, and how it ends. The key itself is shown once. */
import { alert } from './fields.ts';
import { html, ours, type Markup } from './html.ts';
import { page, ROLE_NAMES, type Frame } from './layout.ts';
import { line, oneOf, summary } from './longer-fields.ts';
import { momentIn } from './times.ts';

export interface ShownKey {
  readonly keyId: string;
  readonly role: string;
  readonly label: string;
  readonly source: string | null;
  readonly createdAt: string;
  readonly createdBy: string | Markup;
  readonly expiresAt: string | null;
  readonly lastUsed: string | null;
  readonly revokedAt: string | null;
  readonly isLive: boolean;
  /** Whether a key takes its place; `over`: one was made for it, and is revoked or has ended. */
  readonly successor: 'none' | 'live' | 'over';
  /** The key whose place it takes is live too. */
  readonly isBesideOld: boolean;
  /** Offered where it is rotated, YYYY-MM-DD: its own last day, and that of the new key; empty: none. */
  readonly endsDay: string;
  readonly lastDay: string;
}

export interface TypedKey {
  readonly label: string;
  readonly role: string;
  readonly source: string;
  /** YYYY-MM-DD, or empty. */
  readonly lastDay: string;
}

export interface KeysParts {
  readonly keys: readonly ShownKey[];
  readonly zone: string;
  readonly agencyId: string;
  readonly changes: boolean;
  readonly roles: readonly string[];
  readonly typed: TypedKey;
  readonly errors: Readonly<Partial<Record<keyof TypedKey, string>>>;
  readonly said: { readonly kind: 'error' | 'success'; readonly text: string | Markup } | null;
}

const LABELS: Readonly<Record<keyof TypedKey, string>> = {
  label: 'What is it for?',
  role: 'What may it do?',
  source: 'Reports of one source only',
  lastDay: 'Last day',
};

function roleName(role: string): string {
  return ROLE_NAMES[role] ?? (role === 'intake' ? 'Program that hands in' : role);
}

export function keysPage(frame: Frame, parts: KeysParts): string {
  const { keys, changes, said, errors, typed, roles, agencyId } = parts;
  const live = keys.filter(({ isLive }) => isLive);
  const over = keys.filter(({ isLive }) => !isLive);
  return page({
    title: 'Keys',
    ...frame,
    main: html`<h1 class="hf-h1">Keys</h1>
      ${alert(said?.kind ?? 'success', said?.text ?? null)}
      ${summary(Object.entries(errors).map(([name, why]) => [name, html`${ours(LABELS[name as keyof TypedKey])}: ${ours(why)}`]))}
      <p class="hf-intro">Keys are for programs; people sign in.</p>
      ${
        live.length === 0
          ? html`<p>No program has one.</p>`
          : html`<ul class="hf-people" id="live">
              ${live.map((key) => entry(key, parts))}
            </ul>`
      }
      ${
        changes &&
        html`<section class="hf-panel" aria-labelledby="make-title">
          <h2 class="hf-h2" id="make-title">Make a key</h2>
          <form method="post" action="/keys" novalidate>
            ${line({
              name: 'label',
              label: LABELS.label,
              hint: 'Such as “Facebook connector”.',
              value: typed.label,
              error: errors.label,
            })}
            ${oneOf({
              name: 'role',
              label: LABELS.role,
              hint: 'A program that hands in reads receipts, and never content.',
              value: typed.role,
              choices: roles.map((role) => [role, roleName(role)]),
              error: errors.role,
            })}
            ${line({
              name: 'source',
              label: LABELS.source,
              hint: `How the source of its reports begins, such as /agencies/${agencyId}/webhook/facebook. Empty: any.`,
              value: typed.source,
              error: errors.source,
            })}
            ${line({
              name: 'lastDay',
              label: LABELS.lastDay,
              hint: 'It ends with that day. Empty: it goes on until it is revoked.',
              type: 'date',
              value: typed.lastDay,
              error: errors.lastDay,
            })}
            <button class="usa-button" type="submit">Make it, and show it once</button>
          </form>
        </section>`
      }
      ${
        over.length > 0 &&
        html`<h2 class="hf-h2">Over</h2>
          <ul class="hf-people" id="over">
            ${over.map((key) => entry(key, parts))}
          </ul>`
      }`,
  });
}

function entry(key: ShownKey, { zone, changes }: KeysParts): Markup {
  const { keyId, label } = key;
  return html`<li>
    <strong>${label}</strong> <span class="hf-small">${ours(roleName(key.role))}</span>
    <p class="hf-small">Made ${momentIn(zone, key.createdAt)} by ${key.createdBy}.</p>
    <p class="hf-small">
      ${key.source === null ? html`<span>Reports of any source.</span>` : html`Reports of <code>${key.source}</code> <span>only.</span>`}
      ${
        key.lastUsed === null
          ? html`It has not changed anything yet.`
          : html`It last changed something ${momentIn(zone, key.lastUsed)}.`
      }
    </p>
    <p class="hf-small">${ending(key, zone)}</p>
    <p class="hf-small">Its id: <code>${keyId}</code></p>
    ${
      changes &&
      key.isLive &&
      html`<details class="hf-more hf-beside">
        <summary>Rotate or revoke ${label}</summary>
        ${
          key.successor !== 'live' && !key.isBesideOld
            ? html`<form method="post" action="/keys/${keyId}/rotation" novalidate>
                <p class="hf-small">
                  A new key for the same purpose is made and shown once. This one goes on beside it, so that
                  there is time to put the new one in place.
                </p>
                ${line({
                  name: `${keyId}-ends`,
                  label: 'Last day of this key',
                  type: 'date',
                  value: key.endsDay,
                })}
                ${line({
                  name: `${keyId}-lastDay`,
                  label: 'Last day of the new key',
                  hint: 'Without a day it goes on until it is revoked.',
                  type: 'date',
                  value: key.lastDay,
                })}
                <button class="usa-button usa-button--outline" type="submit">Rotate it</button>
              </form>`
            : html`<p class="hf-small">
                It cannot be rotated now: two keys for its purpose are live.
                ${
                  key.successor === 'live'
                    ? html`Put the newer one in place. Where it is lost, revoke it, and rotate this one again.`
                    : html`Once this one is in place, revoke the older one, or wait until that ends.`
                }
              </p>`
        }
        <form method="post" action="/keys/${keyId}/revocation">
          <p class="hf-small">
            Whoever uses it hands in nothing more with it at once, and reads nothing more within a second.
            This cannot be undone.
          </p>
          <button class="usa-button usa-button--secondary" type="submit">Revoke it</button>
        </form>
      </details>`
    }
  </li>`;
}

function ending(key: ShownKey, zone: string): Markup {
  if (key.revokedAt !== null) return html`Revoked ${momentIn(zone, key.revokedAt)}.`;
  const beside =
    key.successor === 'none'
      ? null
      : key.successor === 'live'
        ? html` <span>Another key takes its place.</span>`
        : key.isLive &&
          html` <span>The key that was to take its place is over: this one alone serves its purpose.</span>`;
  if (key.expiresAt === null) return html`<span>It has no last day.</span>${beside}`;
  return key.isLive
    ? html`It ends ${momentIn(zone, key.expiresAt)}.${beside}`
    : html`It ended ${momentIn(zone, key.expiresAt)}.${beside}`;
}

/** The key, once. */
export function keyPage(
  frame: Frame,
  { key, label, old }: { readonly key: string; readonly label: string; readonly old: string | null },
): string {
  return page({
    title: 'A new key',
    ...frame,
    main: html`<h1 class="hf-h1">The key for ${label}</h1>
      <p class="hf-intro">
        It is shown this once. Put it where the program keeps its secrets, and nowhere else.
      </p>
      <p class="hf-link"><code id="key">${key}</code></p>
      <p>The program sends it with each request: <code>${'Authorization: Bearer …'}</code></p>
      ${old !== null && html`<p>${ours(old)}</p>`}
      <p><a class="usa-button" href="/keys">I have put it away: back to the keys</a></p>`,
  });
}
