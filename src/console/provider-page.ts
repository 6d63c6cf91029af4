/** The city's own sign-in: connected, changed and ended by an administrator. Its secret is written and never shown. */
import { alert } from './fields.ts';
import { html, ours, type Markup } from './html.ts';
import { page, ROLE_NAMES, type Frame } from './layout.ts';
import { line, lines, summary } from './longer-fields.ts';

export interface ProviderParts {
  readonly isConnected: boolean;
  /** By whoever runs the archive, to an address that no administrator could connect. */
  readonly isInside: boolean;
  readonly changes: boolean;
  /** Where the provider sends people back; registered there. */
  readonly callback: string;
  readonly signIn: string;
  readonly typed: Readonly<
    Record<
      'issuer' | 'clientId' | 'clientSecret' | 'label' | 'roleClaim' | 'requiredAmr' | 'changedAt',
      string
    >
  > & {
    /** Values of the claim, one on each line, by the role that they give. */
    readonly roles: Readonly<Record<string, string>>;
  };
  readonly errors: Readonly<Partial<Record<string, string>>>;
  readonly said: { readonly kind: 'error' | 'success'; readonly text: string } | null;
}

export function providerPage(frame: Frame, parts: ProviderParts): string {
  const { isConnected, isInside, changes, typed, said, errors, callback, signIn } = parts;
  return page({
    title: 'Sign-in of your agency',
    ...frame,
    main: html`<h1 class="hf-h1">Sign-in of your agency</h1>
      ${alert(said?.kind ?? 'success', said?.text ?? null)}
      ${summary(Object.entries(errors).map(([name, sentence]) => [name, sentence ?? ''] as const))}
      <p class="hf-intro">
        People sign in with the account that they have at your agency (OpenID Connect), and get their roles
        from their groups there, anew each time. Whoever leaves there does not get in here. Passkeys and
        passwords of the archive go on beside it.
      </p>
      ${
        isConnected
          ? html`<p>
              It is connected: <a href="${signIn}">the page where people sign in</a>. Try it in a private
              window.
            </p>`
          : html`<p>
              It is not connected yet.
              ${changes && ours('Whoever looks after accounts at your agency registers the archive there and tells you what stands below.')}
            </p>`
      }
      <p>To be registered there, as the address to come back to: <code id="callback">${callback}</code></p>
      ${
        changes &&
        html`<p>
            Whoever has an account here already goes on with it: somebody who comes by this sign-in with the
            same e-mail address is not let in, so that nobody gets at another’s account. Under People you may
            allow it for each of them, once.
          </p>
          <p>
            The provider must send an e-mail address that it has confirmed: “email” with “email_verified”, or
            with “xms_edov” where it is Microsoft Entra.
          </p>`
      }
      ${changes ? form(parts) : isConnected && facts(parts)}
      ${
        changes &&
        isConnected &&
        html`<details class="hf-more">
          <summary>End it</summary>
          <form method="post" action="/provider/end">
            <input type="hidden" name="changedAt" value="${typed.changedAt}" />
            <p>
              Nobody signs in by it any more, and whoever did is signed out. They need a link of yours, under
              <a href="/people">People</a>, to go on with a passkey or a password.
            </p>
            ${
              isInside &&
              html`<p>
                It may stand inside your own network: then only whoever runs the archive can connect it again.
              </p>`
            }
            <button class="usa-button usa-button--secondary" type="submit">End this sign-in</button>
          </form>
        </details>`
      }`,
  });
}

function form({ typed, errors, isConnected }: ProviderParts): Markup {
  const at = (name: keyof Omit<typeof typed, 'roles'>) => ({ name, value: typed[name], error: errors[name] });
  return html`<form class="hf-form" method="post" action="/provider" novalidate autocomplete="off">
    <input type="hidden" name="changedAt" value="${typed.changedAt}" />
    ${line({ ...at('issuer'), label: 'Address of the provider (issuer)', hint: 'Such as https://login.rivertown.example, as the provider names itself', type: 'url' })}
    ${line({ ...at('clientId'), label: 'Client id', hint: 'As the archive is registered there' })}
    ${line({ ...at('clientSecret'), label: 'Client secret', type: 'password', hint: isConnected ? 'It is kept and never shown. Leave it empty to go on with the one that there is.' : 'It is kept and never shown.' })}
    ${line({ ...at('label'), label: 'What the button says', hint: 'On the page where people sign in' })}
    ${line({ ...at('roleClaim'), label: 'Claim that names groups or roles', hint: 'Such as groups' })}
    <fieldset class="usa-fieldset usa-form-group">
      <legend class="usa-legend">Which groups may do what?</legend>
      <p class="hf-small">
        One group on each line, written as the provider writes it. Whoever is in none of them does not get in.
        An auditor holds no other role.
      </p>
      ${Object.entries(typed.roles).map(([role, value]) => lines({ name: `role-${role}`, label: ours(ROLE_NAMES[role] ?? role), value, rows: 2, error: errors[`role-${role}`] }))}
    </fieldset>
    ${lines({ ...at('requiredAmr'), label: 'Ways to sign in there, of which one must have been used', hint: 'Empty: the provider decides. Otherwise one on each line, as it writes them into “amr”, such as mfa.', rows: 2 })}
    <button class="usa-button hf-submit" type="submit">${ours(isConnected ? 'Save' : 'Connect')}</button>
  </form>`;
}

/** For whoever looks and changes nothing. */
function facts({ typed }: ProviderParts): Markup {
  const row = (name: string, value: string): Markup =>
    html`<div>
      <dt>${ours(name)}</dt>
      <dd>${value === '' ? ours('None') : value}</dd>
    </div>`;
  return html`<dl class="hf-facts">
    ${row('Address of the provider (issuer)', typed.issuer)} ${row('Client id', typed.clientId)}
    ${row('Claim that names groups or roles', typed.roleClaim)}
    ${Object.entries(typed.roles).map(([role, value]) => row(ROLE_NAMES[role] ?? role, value.replaceAll('\n', ', ')))}
    ${row('Ways to sign in there, of which one must have been used', typed.requiredAmr.replaceAll('\n', ', '))}
  </dl>`;
}
