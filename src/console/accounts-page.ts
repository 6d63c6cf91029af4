/** The register of the agency's sites: a list for everybody who reads, and for its administrators what reports named beside it. */
import { alert } from './fields.ts';
import { html, ours, type Markup, type Piece } from './html.ts';
import { page, type Frame } from './layout.ts';
import { momentIn } from './times.ts';

export const FORUM_NAMES: Readonly<Record<string, string>> = {
  open: 'Open for comments',
  limited: 'Limited: comments on its subject only',
  none: 'No forum: nobody else comments',
};

export interface ShownSite {
  readonly id: string;
  readonly platform: string;
  readonly name: string;
  readonly handle: string | null;
  readonly nativeId: string | null;
  readonly url: string | null;
  readonly department: string | null;
  readonly forum: string | null;
  readonly commentRule: string | null;
  /** By name, those with an account here first. */
  readonly administrators: readonly string[];
  readonly approvedBy: string | null;
  readonly approvedOn: string | null;
  readonly closedAt: string | null;
}

export interface AccountsParts {
  readonly sites: readonly ShownSite[];
  readonly unregistered: readonly {
    readonly platform: string;
    readonly account: string;
    readonly records: number;
    readonly lastAt: string;
  }[];
  readonly zone: string;
  /** Whoever may change it. */
  readonly changes: boolean;
  readonly said: { readonly kind: 'error' | 'success'; readonly text: string | Markup } | null;
}

export function accountsPage(frame: Frame, parts: AccountsParts): string {
  const { sites, unregistered, zone, changes, said } = parts;
  const open = sites.filter(({ closedAt }) => closedAt === null);
  const closed = sites.filter(({ closedAt }) => closedAt !== null);
  return page({
    title: 'Accounts',
    ...frame,
    wide: true,
    main: html`<h1 class="hf-h1">Accounts</h1>
      ${alert(said?.kind ?? 'success', said?.text ?? null)}
      <p class="hf-intro">
        ${
          open.length === 0
            ? html`No site is in the register yet. Reports are taken all the same; a registered site is
              recognised in them, and a moderator chooses it by one tap.`
            : open.length === 1
              ? html`One site is in the register.`
              : html`${open.length} sites are in the register.`
        }
      </p>
      ${changes && html`<p><a class="usa-button" href="/accounts/new">Add a site</a></p>`}
      ${open.length > 0 && siteList(open, zone)}
      ${
        unregistered.length > 0 &&
        html`<section aria-labelledby="unregistered-title">
          <h2 class="hf-h2" id="unregistered-title">Named in reports, not in the register</h2>
          <ul class="hf-people" id="unregistered">
            ${unregistered.map(
              ({ platform, account, records, lastAt }) =>
                html`<li>
                  <strong><bdi>${account}</bdi></strong> on ${platform}
                  <p class="hf-small">
                    ${records === 1 ? html`In one record, last` : html`In ${records} records, last`}
                    ${momentIn(zone, lastAt)}.
                  </p>
                  ${
                    changes &&
                    html`<form method="post" action="/accounts/unregistered">
                      <input type="hidden" name="platform" value="${platform}" />
                      <input type="hidden" name="account" value="${account}" />
                      <button class="usa-button usa-button--outline" type="submit">
                        Register<span class="usa-sr-only"> ${account} <span>on ${platform}</span></span>
                      </button>
                    </form>`
                  }
                </li>`,
            )}
          </ul>
        </section>`
      }
      ${
        closed.length > 0 &&
        html`<h2 class="hf-h2">Closed sites</h2>
          ${siteList(closed, zone)}`
      }`,
  });
}

function siteList(sites: readonly ShownSite[], zone: string): Markup {
  return html`<ul class="hf-people">
    ${sites.map(
      (site) =>
        html`<li>
          <a class="hf-records__link" href="/accounts/${site.id}">${site.name}</a> on ${site.platform}
          <p class="hf-small">
            ${inARow(
              [
                namesOf(site),
                site.department,
                ours(site.forum === null ? 'Forum: not said' : (FORUM_NAMES[site.forum] ?? site.forum)),
              ].filter((one) => one !== null),
            )}
          </p>
          <p class="hf-small">
            ${approval(site)}${site.closedAt !== null && html` <span>Closed since</span> ${momentIn(zone, site.closedAt)}.`}
          </p>
        </li>`,
    )}
  </ul>`;
}

export function approval({ approvedBy, approvedOn }: Pick<ShownSite, 'approvedBy' | 'approvedOn'>): Markup {
  return approvedBy === null
    ? html`<strong>No approval on file.</strong>`
    : html`<span>Approved by ${approvedBy} on ${approvedOn}.</span>`;
}

export function namesOf({ handle, nativeId, url }: Pick<ShownSite, 'handle' | 'nativeId' | 'url'>): Markup {
  const id = nativeId === null ? null : html`<span>id ${nativeId}</span>`;
  return inARow([handle, url, id].filter((one) => one !== null));
}

function inARow(pieces: readonly Piece[]): Markup {
  return html`${pieces.map((one, i) => html`${i > 0 && ' · '}${one}`)}`;
}
