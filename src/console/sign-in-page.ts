/** Signing in. Works without scripts; a passkey needs one. */
import { alert, field } from './fields.ts';
import { html } from './html.ts';
import { page, type Frame } from './layout.ts';

export interface SignInParts {
  /** Empty: there are several, and it is asked for first. */
  readonly agency: string;
  /** What the button to the agency's own sign-in says; null: it has none. */
  readonly provider: string | null;
  readonly email: string;
  readonly error: string | null;
  /** Where to go afterwards, on this site. */
  readonly next: string;
  /** Whether browsers make passkeys for this address. */
  readonly passkeys: boolean;
}

export function signInPage(frame: Frame, parts: SignInParts): string {
  const { agency, provider, email, error, next, passkeys } = parts;
  if (agency === '') return whichAgency(frame, next, error);
  return page({
    title: 'Sign in',
    ...frame,
    ...(passkeys ? { script: 'passkey.js' } : {}),
    main: html`<h1 class="hf-h1">Sign in</h1>
      ${alert('error', error)}
      ${
        provider !== null &&
        html`<p>
          <a
            class="usa-button usa-button--big hf-submit"
            href="/sign-in/oidc?agency=${encodeURIComponent(agency)}&amp;next=${encodeURIComponent(next)}"
            >${provider}</a
          >
        </p>`
      }
      ${
        passkeys &&
        html`<div id="passkey" data-next="${next}" hidden>
          <button class="usa-button usa-button--big hf-submit" type="button" id="passkey-use">
            Sign in with a passkey
          </button>
          <p class="usa-error-message" id="passkey-error" role="alert" hidden></p>
        </div>`
      }
      ${(passkeys || provider !== null) && html`<p class="hf-or">or with your password</p>`}
      <form class="hf-form" method="post" action="/sign-in" novalidate>
        <input type="hidden" name="next" value="${next}" />
        <input type="hidden" name="agency" value="${agency}" />
        ${field({ name: 'email', label: 'E-mail address', type: 'email', value: email, autocomplete: 'username' })}
        ${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' })}
        ${field({
          name: 'code',
          label: 'Code from your authenticator app',
          hint: 'Six digits; a new one each 30 seconds.',
          inputmode: 'numeric',
          autocomplete: 'one-time-code',
        })}
        <button class="usa-button usa-button--big hf-submit" type="submit">Sign in</button>
      </form>
      <p class="hf-small">
        <a href="/sign-in?another=yes&amp;next=${encodeURIComponent(next)}">Another agency</a>
      </p>
      <p class="hf-small">
        Cannot get in? An administrator of your agency can send you a link with which you choose anew.
      </p>`,
  });
}

/** What comes then tells nobody whether there is such an agency, unless it has a sign-in of its own, whose button is shown. */
function whichAgency(frame: Frame, next: string, error: string | null): string {
  return page({
    title: 'Sign in',
    ...frame,
    main: html`<h1 class="hf-h1">Sign in</h1>
      ${alert('error', error)}
      <form class="hf-form" method="get" action="/sign-in" novalidate>
        <input type="hidden" name="next" value="${next}" />
        ${field({
          name: 'agency',
          label: 'Your agency',
          hint: 'Its short name here, such as rivertown.',
          autocomplete: 'organization',
        })}
        <button class="usa-button usa-button--big hf-submit" type="submit">Go on</button>
      </form>`,
  });
}
